"""A folder of results, read back: `buem.open_results(DIR)`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from buem.clock import hour_stamps, parse_start, zone
from buem.constants import HOURS
from buem.errors import OutputError
from buem.io.tables import PART_SIZE, SUMMARY_SCHEMA, part_path
from buem.results import SERIES_COLUMNS

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

_KEYS = ("id", "index", "start_time", "step_s", "hours", "latitude", "longitude")


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
        return tuple(sorted((self.path / "hourly").glob("part-*.parquet")))

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
            Columns heating_W, cooling_W [W] and, where they were kept, temp_zone, temp_operative [°C]; its index is
            the start of each hour in local standard time.

        Raises
        ------
        OutputError
            When the folder holds no hours of such a building.
        """
        import pandas as pd

        part, group, row = self._place(building_id)
        with open_parquet(part, _KEYS) as source:
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
    path = Path(directory)
    if not path.is_dir():
        raise OutputError(f"{path}: no such folder")
    results = ResultsDir(path)
    if not results.complete and not results.parts:
        raise OutputError(f"{path}: holds no results; expected summary.parquet or hourly/part-*.parquet")
    return results


@contextmanager
def open_parquet(path: Path, expected: Sequence[str]) -> Iterator[pq.ParquetFile]:
    """One of our files, open for reading.

    Parameters
    ----------
    path : Path
        A Parquet file.
    expected : sequence of str
        Columns it must have.

    Yields
    ------
    pyarrow.parquet.ParquetFile

    Raises
    ------
    OutputError
        When it is missing, cut off, damaged or another's; the file is named.
    """
    try:
        with pq.ParquetFile(path) as source:
            lacking = [name for name in expected if name not in source.schema_arrow.names]
            if lacking:
                raise OutputError(f"{path}: not a file of buem; it lacks the columns {', '.join(lacking)}")
            yield source
    except FileNotFoundError:
        raise OutputError(f"{path}: missing") from None
    except (pa.ArrowException, OSError) as error:
        raise OutputError(f"{path}: cut off, damaged or not a Parquet file: {error}") from error


def places(path: Path) -> Iterator[tuple[str, int, int]]:
    """Where each building of a part file stands.

    Parameters
    ----------
    path : Path
        A part file.

    Yields
    ------
    tuple of (str, int, int)
        Id, row group, row in it.
    """
    with open_parquet(path, _KEYS) as source:
        for group in range(source.num_row_groups):
            names = source.read_row_group(group, columns=["id"])["id"].to_pylist()
            yield from ((name, group, row) for row, name in enumerate(names))


def row_groups(results: ResultsDir) -> Iterator[pa.Table]:
    """The hourly rows of all parts, one row group at a time, in the order of the input.

    Parameters
    ----------
    results : ResultsDir
        An open folder.

    Yields
    ------
    pyarrow.Table
        Of `hourly_schema`, never empty.
    """
    for path in results.parts:
        with open_parquet(path, _KEYS) as source:
            for group in range(source.num_row_groups):
                yield source.read_row_group(group)


def series_of(table: pa.Table) -> dict[str, np.ndarray[Any, np.dtype[np.float32]]]:
    """The lists of hourly rows as arrays.

    Parameters
    ----------
    table : pyarrow.Table
        Of `hourly_schema`.

    Returns
    -------
    dict of str to ndarray, shape (rows, 8760)
        NaN past the end of a shorter period. [W], [°C]
    """
    names = [name for name in SERIES_COLUMNS.values() if name in table.column_names]
    return {name: _matrix(table[name].combine_chunks()) for name in names}


def _matrix(lists: pa.FixedSizeListArray) -> np.ndarray[Any, np.dtype[np.float32]]:
    # flatten() heeds the slice; values would not.
    flat: np.ndarray[Any, np.dtype[np.float32]] = lists.flatten().to_numpy(zero_copy_only=False)
    return flat.reshape(-1, HOURS)
