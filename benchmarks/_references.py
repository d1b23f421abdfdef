"""Values of the Standard 140 cases: ours, EnergyPlus 25.2 and the six programs side by side."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

import buem
from benchmarks._cases import HERE, Case, building, plain_building
from benchmarks._indicators import MONTHLY, Year, indicators
from buem.io.stations import read_station
from buem.profiles import FloatArray
from buem.results import Results

#: Both models get the same building of a case.
MODELS = ("iso13790", "iso52016")
STATION = "us_denver_tmy3"
#: Below this an annual value counts for nothing in a relative deviation. [MWh]
LEAST = 0.1
LOADS = ("annual_heating", "annual_sensible_cooling", "peak_heating_hourly", "peak_sensible_cooling_hourly")
TEMPERATURES = ("T_max_hourly", "T_min_hourly", "T_mean")
#: Pairs of cases that differ in one mechanism. Those from 195 to 440 are the in-depth series of the bars.
DELTAS = (
    ("200", "195"), ("210", "200"), ("215", "200"), ("220", "210"), ("220", "215"), ("230", "220"), ("240", "220"),
    ("250", "220"), ("270", "220"), ("280", "270"), ("290", "270"), ("300", "270"), ("310", "300"), ("320", "270"),
    ("400", "395"), ("410", "400"), ("420", "410"), ("430", "420"), ("440", "600"),
    ("610", "600"), ("620", "600"), ("630", "620"), ("640", "600"), ("650", "600"), ("660", "600"), ("670", "600"),
    ("680", "600"), ("685", "600"), ("695", "685"), ("900", "600"), ("910", "900"), ("920", "900"), ("930", "920"),
    ("940", "900"), ("950", "900"), ("960", "900"), ("980", "900"), ("985", "900"), ("995", "985"), ("800", "430"),
    ("810", "900"), ("450", "600"), ("460", "600"), ("470", "600"),
)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One value of one case; a difference of two cases is named `610-600`."""

    model: str
    case: str
    metric: str
    unit: str
    ours: float
    energyplus: float | None
    min: float | None
    max: float | None

    @property
    def deviation(self) -> float:
        """From EnergyPlus: per cent of a load, K of a temperature; NaN where there is nothing to compare."""
        if self.energyplus is None or self.unit == "h":
            return math.nan
        if self.unit == "degC":
            return self.ours - self.energyplus
        least = {"kWh": 1e3 * LEAST}.get(self.unit, LEAST)
        return 100.0 * (self.ours / self.energyplus - 1.0) if abs(self.energyplus) > least else math.nan


@cache
def references(name: str) -> dict[tuple[str, str], dict[str, str]]:
    """A table of references by case and metric."""
    with (HERE / "data" / name).open(encoding="utf-8", newline="") as file:
        return {(row["case"], row["metric"]): row for row in csv.DictReader(file)}


@cache
def ranges() -> dict[tuple[str, str], dict[str, str]]:
    """Range of the six programs by case and metric."""
    return references("further_ranges.csv") | references("reference_ranges.csv")


@cache
def energyplus() -> dict[tuple[str, str], float]:
    """Values of EnergyPlus by case and metric."""
    return {key: float(row["value"]) for key, row in references("energyplus_25_2.csv").items()}


def energyplus_hours(case: str) -> FloatArray:
    """Hours of EnergyPlus: heating less cooling [W] of a conditioned case, air temperature [°C] of a floating one."""
    with np.load(HERE / "data" / "energyplus_hourly.npz") as file:
        values: FloatArray = file[case].astype(np.float64)
    return values / 100.0 if case.endswith("FF") else values


def simulate_cases(cases: Sequence[Case], model: str, *, plain: bool = False, **options: Any) -> Results:
    """Simulate cases with all their hours; `plain` ones have U-values under the annual mean films and no layers."""
    made = [(plain_building if plain else building)(case) for case in cases]
    return buem.simulate(made, read_station(STATION), hourly="all", model=model, **options)


def year_of(results: Results, row: int, case: Case) -> Year:
    """Hours of a case."""
    heating, cooling, temp = (np.asarray(results.series[name][row], dtype=np.float64)
                              for name in ("heating", "cooling", "temp_zone"))
    return Year(conditioned=case.conditioned, heating=heating, cooling=cooling, temp_air=temp)


def _row(model: str, case: str, metric: str, unit: str, ours: float, theirs: float | None) -> Row:
    limits = ranges().get((case, metric))
    return Row(model=model, case=case, metric=metric, unit=unit, ours=ours, energyplus=theirs,
               min=float(limits["min"]) if limits else None, max=float(limits["max"]) if limits else None)


def rows_of(results: Results, cases: Sequence[Case], model: str) -> Iterator[Row]:
    """All values of simulated cases, then their differences.

    Parameters
    ----------
    results : Results
        Of the cases, with all hours.
    cases : sequence of Case
        In the order of the results.
    model : str
        Name of the model.

    Yields
    ------
    Row
        One value.
    """
    known: dict[tuple[str, str], tuple[str, float]] = {}
    for i, case in enumerate(cases):
        for metric, (unit, value) in indicators(year_of(results, i, case), monthly=case.name in MONTHLY).items():
            known[case.name, metric] = (unit, value)
            yield _row(model, case.name, metric, unit, value, energyplus().get((case.name, metric)))
    for case_name, base in DELTAS:
        for metric in LOADS:
            if (case_name, metric) in known and (base, metric) in known:
                unit, value = known[case_name, metric]
                theirs = energyplus()[case_name, metric] - energyplus()[base, metric]
                ours = value - known[base, metric][1]
                yield _row(model, f"{case_name}-{base}", f"delta_{metric}", unit, ours, theirs)


def inside(row: Row) -> bool:
    """Whether a value lies in the range of the six programs (0.02 MWh, 0.05 kW of tolerance) or within 2 %."""
    margin = {"MWh": 0.02, "kW": 0.05, "kWh": 2.0}.get(row.unit, 0.0)
    within = row.min is not None and row.max is not None and row.min - margin <= row.ours <= row.max + margin
    return within or (row.unit != "degC" and abs(row.deviation) <= 2.0)
