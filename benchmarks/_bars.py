"""The bars of fidelity, each with the number that was reached."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from benchmarks._cases import Case
from benchmarks._references import LOADS, TEMPERATURES, Row, energyplus_hours, inside, ranges
from buem.profiles import FloatArray
from buem.results import Results

#: Largest mean absolute deviation from EnergyPlus over the 600 and 900 series, 5R1C and node model. [%], [K]
MEAN_BARS: Final = {
    "annual_heating": (6.0, 2.0), "annual_sensible_cooling": (5.0, 2.5), "peak_heating_hourly": (8.0, 2.5),
    "peak_sensible_cooling_hourly": (8.0, 2.5), "T_max_hourly": (1.5, 0.7), "T_min_hourly": (0.8, 0.3),
    "T_mean": (0.5, 0.3),
}
#: Least share of the values inside the six programs or within 2 %. [%]
INSIDE_BARS: Final = (85.0, 100.0)
#: How far the difference of two in-depth cases may lie off the mean of the references. [%]
DELTA_BARS: Final = (30.0, 10.0)
#: Largest hourly RMSE of case 600 on a day, node model. [kWh]
HOURLY_BAR: Final = 0.15
#: Days whose profile is compared, from 0.
DAYS: Final = {"1 Feb": 31, "14 Jul": 194}
#: Largest deviation of a free-floating extreme, node model. [K]
LARGEST_FLOAT: Final = 2.0
MODELS: Final = ("iso13790", "iso52016")


class Bar(NamedTuple):
    """A bar and what was measured."""

    model: str
    what: str
    value: float
    #: At most this, or at least where `least`.
    limit: float
    unit: str
    least: bool = False
    #: What misses it.
    misses: tuple[str, ...] = ()

    @property
    def met(self) -> bool:
        """Whether it is met."""
        return self.value >= self.limit if self.least else self.value <= self.limit


def series(rows: Sequence[Row]) -> list[Row]:
    """Values of the 600 and 900 series."""
    return [r for r in rows if r.case[0] in "69" and "-" not in r.case]


def mean_absolute(rows: Sequence[Row], metric: str) -> float:
    """Mean absolute deviation of a metric from EnergyPlus over the 600 and 900 series. [%] or [K]"""
    return float(np.nanmean([abs(r.deviation) for r in series(rows) if r.metric == metric]))


def delta_right(row: Row, share: float) -> bool:
    """Whether a difference of two cases has the right sign and lies near the mean of the references or in their range.

    Parameters
    ----------
    row : Row
        A difference.
    share : float
        How far off the mean it may lie; where the six programs are not known, off EnergyPlus. [%]

    Returns
    -------
    bool
        Differences of at most 0.02 MWh or 0.05 kW have any sign.
    """
    limits = ranges().get((row.case, row.metric))
    if row.energyplus is None:
        return False
    mean = float(limits["mean"]) if limits else row.energyplus
    margin = {"MWh": 0.02, "kW": 0.05}[row.unit]
    near = abs(row.ours - mean) <= max(share / 100.0 * abs(mean), margin)
    within = row.min is not None and row.max is not None and row.min - margin <= row.ours <= row.max + margin
    return (near or within) and (row.ours * mean > 0.0 or abs(mean) <= margin)


def in_depth(rows: Sequence[Row]) -> list[Row]:
    """Annual differences of the series 195 to 440."""
    return [r for r in rows if "-" in r.case and int(r.case.split("-")[0]) <= 440 and "annual" in r.metric]


def hourly_load(results: Results, row: int) -> FloatArray:
    """Heating less cooling of each hour. [W]"""
    heating, cooling = (np.asarray(results.series[name][row], dtype=np.float64) for name in ("heating", "cooling"))
    load: FloatArray = heating - cooling
    return load


def day_rmse(ours: FloatArray, theirs: FloatArray, day: int) -> float:
    """Root mean square deviation of the hours of a day. [kWh]"""
    hours = slice(24 * day, 24 * day + 24)
    return float(np.sqrt(np.mean((ours[hours] - theirs[hours]) ** 2)) / 1e3)


def cv_rmse(ours: FloatArray, theirs: FloatArray) -> float:
    """Root mean square deviation of all hours over the mean load. [%]"""
    return float(100.0 * np.sqrt(np.mean((ours - theirs) ** 2)) / np.mean(np.abs(theirs)))


def bars(rows: Sequence[Row], results: Results, cases: Sequence[Case]) -> list[Bar]:
    """Each bar of a model.

    Parameters
    ----------
    rows : sequence of Row
        All values of one model.
    results : Results
        Its hours.
    cases : sequence of Case
        In the order of the results.

    Returns
    -------
    list of Bar
        With what was measured.
    """
    model = rows[0].model
    k = MODELS.index(model)
    found = [Bar(model, f"{metric}, mean absolute deviation, 600 and 900 series", mean_absolute(rows, metric),
                 MEAN_BARS[metric][k], "K" if metric in TEMPERATURES else "%") for metric in (*LOADS, *TEMPERATURES)]
    compared = [r for r in rows if r.min is not None and r.metric in LOADS]
    out = tuple(f"{r.case} {r.metric}" for r in compared if not inside(r))
    found.append(Bar(model, "loads of all cases inside the six programs or within 2 %",
                     100.0 * (1.0 - len(out) / len(compared)), INSIDE_BARS[k], "%", True, out))
    deltas = in_depth(rows)
    wrong = tuple(f"{r.case} {r.metric}" for r in deltas if not delta_right(r, DELTA_BARS[k]))
    found.append(Bar(model, f"in-depth differences of the right sign within {DELTA_BARS[k]:g} % or in the range",
                     100.0 * (1.0 - len(wrong) / len(deltas)), 100.0, "%", True, wrong))
    if model == "iso52016":
        floating = [r for r in rows if r.metric in TEMPERATURES]
        found.append(Bar(model, "largest deviation of a free-floating temperature",
                         max(abs(r.deviation) for r in floating), LARGEST_FLOAT, "K"))
        base = next(i for i, case in enumerate(cases) if case.name == "600")
        found += [Bar(model, f"hourly load of case 600 on {name}, RMSE",
                      day_rmse(hourly_load(results, base), energyplus_hours("600"), day), HOURLY_BAR, "kWh")
                  for name, day in DAYS.items()]
    return found
