"""A folder of results, read back: `buem.open_results(DIR)`."""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from buem.clock import hour_stamps, parse_start, zone
from buem.errors import OutputError
from buem.io.parts import PART_KEYS, open_parquet, places, series_of
from buem.io.paths import as_path
from buem.io.place import FolderPlace, Place, place_of
from buem.io.tables import PART_SIZE, SUMMARY_SCHEMA, part_path

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

#: Part files of a run.
PARTS: Final = "hourly/part-*.parquet"


class ResultsDir:
    """Results that lie in a folder; nothing is read before it is asked for.

    Parameters
    ----------
    path : Path
        A folder that `buem run` or `buem.write_parquet` wrote; a run that was cut off may have left it, too.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def place(self) -> FolderPlace:
        """The folder as the place of the files."""
        return FolderPlace(self.path)

    @property
    def complete(self) -> bool:
        """Whether the run has come to its end: summary.parquet is its last table."""
        return (self.path / "summary.parquet").exists()

    @cached_property
    def summary(self) -> pd.DataFrame:
        """One row a building in the order of the input, with the columns of summary.parquet."""
        path = self.path / "summary.parquet"
        if not path.exists():
            raise OutputError(f"{path}: missing; the run has not come to its end, its hourly parts can be read")
        with open_parquet(path, SUMMARY_SCHEMA.names) as source:
            frame: pd.DataFrame = source.read().to_pandas()
        return frame

    @cached_property
    def run(self) -> dict[str, Any]:
        """What run.json says of the run; empty when results were written from Python."""
        path = self.path / "run.json"
        if not path.exists():
            return {}
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise OutputError(f"{path}: not JSON: {error}") from error
        return content if isinstance(content, dict) else {}

    @cached_property
    def parts(self) -> tuple[Path, ...]:
        """The part files in the order of the input; empty when no hours were kept."""
        return tuple(self.path / name for name in self.place.names(PARTS))

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Buildings that have results, in the order of the input."""
        if self.complete:
            frame = self.summary
            return tuple(frame["id"][frame["status"] == "ok"])
        return tuple(self._places)

    def hourly(self, building_id: str) -> pd.DataFrame:
        """The hours of one building.

        Parameters
        ----------
        building_id : str
            One of `ids`.

        Returns
        -------
        pandas.DataFrame
            Columns heating_W, cooling_W [W] and, where they were kept, temp_zone, temp_operative [°C], hot_water_W,
            electricity_W [W]; its index is the start of each hour in local standard time.

        Raises
        ------
        OutputError
            When the folder holds no hours of such a building.
        """
        import pandas as pd

        part, group, row = self._place(building_id)
        with open_parquet(part, PART_KEYS) as source:
            found = source.read_row_group(group).slice(row, 1)
        start, hours = found["start_time"][0].as_py(), found["hours"][0].as_py()
        period, offset = parse_start(start, hours)
        index = pd.DatetimeIndex(hour_stamps(period), name="time").tz_localize(zone(offset))
        columns = {name: values[0, :hours] for name, values in series_of(found).items()}
        return pd.DataFrame(columns, index=index)

    def to_xarray(self) -> xr.Dataset:
        """All summaries and hours, in memory: dimensions `building` and `hour`.

        Returns
        -------
        xarray.Dataset
            `hour` counts from `start_time` of each building. For a city that is larger than memory, export NetCDF.

        Raises
        ------
        OutputError
            When xarray is not installed.
        """
        from buem.io.export import to_dataset

        return to_dataset(self)

    def _place(self, building_id: str) -> tuple[Path, int, int]:
        if not self.parts:
            raise OutputError(f"{self.path / 'hourly'}: missing; run with --hourly load or --hourly all")
        if self.complete:
            return self._place_by_index(building_id)
        if building_id not in self._places:
            raise OutputError(f"{self.path}: no hours of building {building_id!r} so far; see ids for those it has")
        return self._places[building_id]

    def _place_by_index(self, building_id: str) -> tuple[Path, int, int]:
        frame = self.summary
        rows = frame[frame["id"] == building_id]
        if rows.empty:
            raise OutputError(f"{self.path}: no building {building_id!r}; see ids for those it has")
        found = rows[rows["status"] == "ok"]
        if found.empty:
            raise OutputError(f"{self.path}: building {building_id!r} was not simulated: {rows['error'].iloc[0]}")
        path = part_path(self.path, int(found["index"].iloc[0]) // PART_SIZE)
        for name, group, row in places(path):
            if name == building_id:
                return path, group, row
        raise OutputError(f"{path}: building {building_id!r} is missing from it; the files are not of one run")

    @cached_property
    def _places(self) -> dict[str, tuple[Path, int, int]]:
        return {name: (path, group, row) for path in self.parts for name, group, row in places(path)}


def open_results(directory: str | Path) -> ResultsDir:
    """Open the results of a run.

    Parameters
    ----------
    directory : str or Path
        The folder given as `--out`.

    Returns
    -------
    ResultsDir

    Raises
    ------
    OutputError
        When there is no such folder, or it holds no results.
    """
    path = as_path(directory, "directory")
    open_place(path)
    return ResultsDir(path)


def open_place(given: str | Path) -> Place:
    """Where the results of a run are.

    Parameters
    ----------
    given : str or Path
        The folder or the URL given as `--out`.

    Returns
    -------
    Place

    Raises
    ------
    OutputError
        When there is no such folder, or it holds no results.
    """
    place = place_of(given, "directory")
    if isinstance(place, FolderPlace) and not place.folder.is_dir():
        raise OutputError(f"{place}: no such folder")
    if not place.has("summary.parquet") and not place.names(PARTS):
        raise OutputError(f"{place}: holds no results; expected summary.parquet or {PARTS}")
    return place
