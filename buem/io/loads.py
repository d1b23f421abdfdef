"""The loads of one building, or of all together, by hour of the year: what pictures are drawn from."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from buem.clock import parse_start
from buem.constants import HOURS
from buem.errors import OutputError
from buem.io.directory import ResultsDir, open_results
from buem.io.parts import row_groups, series_of
from buem.profiles import FloatArray, Period
from buem.results import LOSSES, Results

if TYPE_CHECKING:
    import pandas as pd

Source: TypeAlias = Results | ResultsDir | str | Path


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Loads:
    """What is drawn of one building, or of all together."""

    title: str
    #: Calendar year of the hours.
    year: int
    #: Sums by hour of the year, NaN where no building has the hour, shape (8760,). [W]
    heating: FloatArray
    cooling: FloatArray
    #: Energies of the period by name of the summary's column; empty while a run is not finished. [kWh]
    energies: dict[str, float]


def read_loads(source: Source, building: str | None = None) -> Loads:
    """Loads by hour of the year, of one building or of all together.

    Parameters
    ----------
    source : Results, ResultsDir, str or Path
        Results with hourly loads, or their folder; a folder is read one row group at a time.
    building : str, optional
        Id of one building; the sum of all without it.

    Returns
    -------
    Loads

    Raises
    ------
    OutputError
        When there are no hourly loads, or the folder cannot be read.
    """
    found = _opened(source)
    if building is not None:
        return _loads_of_one(found, building)
    if isinstance(found, Results):
        return _loads_of_results(found)
    return _loads_of_folder(found)


def read_places(source: Source) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Where the simulated buildings stand, and their heating per floor area.

    Parameters
    ----------
    source : Results, ResultsDir, str or Path
        Results, or the folder of a finished run with hourly loads.

    Returns
    -------
    tuple of ndarray, shape (buildings,)
        Longitude and latitude [°], heating of the period [kWh/m²].

    Raises
    ------
    OutputError
        When the folder is not finished or holds no hours.
    """
    found = _opened(source)
    if isinstance(found, Results):
        places = [(building.longitude, building.latitude) for building in found.buildings]
        area = np.array([building.floor_area for building in found.buildings])
        points = np.array(places).reshape(-1, 2)
        return points[:, 0], points[:, 1], found.indicators.heating / 1000.0 / area
    tables = [table.select(["index", "longitude", "latitude"]) for table in row_groups(found)]
    if not tables:
        raise _no_hours()
    index, longitude, latitude = (np.concatenate([table[name].to_numpy() for table in tables])
                                  for name in ("index", "longitude", "latitude"))
    heating = found.summary.set_index("index")["heating_kwh_m2"].reindex(index).to_numpy(dtype=np.float64)
    known = ~np.isnan(heating)
    return longitude[known], latitude[known], heating[known]


def _opened(source: Source) -> Results | ResultsDir:
    if isinstance(source, (str, Path)):
        return open_results(source)
    return source


def _loads_of_one(source: Results | ResultsDir, building: str) -> Loads:
    frame = source.hourly(building)
    if "heating_W" not in frame:
        raise _no_hours()
    first: dt.datetime = frame.index[0]
    period, _ = parse_start(first.isoformat(), len(frame))
    heating, cooling = np.full(HOURS, np.nan), np.full(HOURS, np.nan)
    heating[period.indices()], cooling[period.indices()] = frame["heating_W"], frame["cooling_W"]
    finished = isinstance(source, Results) or source.complete
    energies = _energies(source.summary, building) if finished else {}
    return Loads(title=building, year=period.year, heating=heating, cooling=cooling, energies=energies)


def _loads_of_results(results: Results) -> Loads:
    if "heating" not in results.series:
        raise _no_hours()
    total = _Total()
    for row, building in enumerate(results.buildings):
        hours = building.period.indices()
        total.add(building.period, results.series["heating"][row, hours], results.series["cooling"][row, hours])
    return total.loads(len(results.buildings), _energies(results.summary))


def _loads_of_folder(results: ResultsDir) -> Loads:
    total, count = _Total(), 0
    for table in row_groups(results):
        series = series_of(table)
        spans = np.array([f"{s} {h}" for s, h in zip(table["start_time"].to_pylist(), table["hours"].to_pylist())])
        for span in np.unique(spans).tolist():
            start, hours = span.split(" ")
            period, _ = parse_start(start, int(hours))
            rows = spans == span
            sums = [series[name][rows, :period.hours].sum(axis=0, dtype=float) for name in ("heating_W", "cooling_W")]
            total.add(period, sums[0], sums[1])
        count += table.num_rows
    if not count:
        raise _no_hours()
    return total.loads(count, _energies(results.summary) if results.complete else {})


class _Total:
    """Sums over buildings by hour of the year."""

    def __init__(self) -> None:
        self.heating = np.full(HOURS, np.nan)
        self.cooling = np.full(HOURS, np.nan)
        self.year = 0

    def add(self, period: Period, heating: NDArray[Any], cooling: NDArray[Any]) -> None:
        hours = period.indices()
        self.heating[hours] = np.nan_to_num(self.heating[hours]) + heating
        self.cooling[hours] = np.nan_to_num(self.cooling[hours]) + cooling
        self.year = self.year or period.year

    def loads(self, count: int, energies: dict[str, float]) -> Loads:
        return Loads(title=f"{count:,} buildings", year=self.year or 2019, heating=self.heating,
                     cooling=self.cooling, energies=energies)


def _energies(summary: pd.DataFrame, building: str | None = None) -> dict[str, float]:
    rows = summary[summary["status"] == "ok"]
    if building is not None:
        rows = rows[rows["id"] == building]
    names = ["heating_kwh", "cooling_kwh", *(f"loss_{name}_kwh" for name in (*LOSSES, "ventilation")),
             "gain_solar_kwh", "gain_internal_kwh", "floor_area_m2"]
    return {name: float(rows[name].astype(float).sum()) for name in names}


def _no_hours() -> OutputError:
    return OutputError("no hourly loads to draw; simulate with hourly='load', or run with --hourly load")
