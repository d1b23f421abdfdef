"""Both models against EnergyPlus 25.2 and the six programs of ASHRAE Standard 140, case by case.

    python -m benchmarks.validation [--smallest] [--json FILE]

The cases and their one set of rules are in tests/validation/cases.py, the references in tests/validation/data.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

import buem
from buem.io.stations import read_station

HERE = Path(__file__).resolve().parents[1] / "tests" / "validation"
sys.path.insert(0, str(HERE))

from cases import CASES, Case, building, layered_building  # noqa: E402

#: Below this an annual value counts for nothing in a relative deviation. [MWh]
LEAST = 0.1
LOADS = ("annual_heating", "annual_sensible_cooling", "peak_heating_hourly", "peak_sensible_cooling_hourly")
TEMPERATURES = ("T_max_hourly", "T_min_hourly", "T_mean")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One value of one case."""

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
        if self.energyplus is None:
            return math.nan
        if self.unit == "degC":
            return self.ours - self.energyplus
        return 100.0 * (self.ours / self.energyplus - 1.0) if self.energyplus > LEAST else math.nan


def references(name: str) -> dict[tuple[str, str], dict[str, str]]:
    """A table of references by case and metric."""
    with (HERE / "data" / name).open(encoding="utf-8", newline="") as file:
        return {(row["case"], row["metric"]): row for row in csv.DictReader(file)}


BUILDERS = {"iso13790": building, "iso52016": layered_building}


def rows(cases: tuple[Case, ...] = CASES, model: str = "iso13790", **options: Any) -> Iterator[Row]:
    """Simulate the cases and set their values beside the references."""
    made = [BUILDERS[model](case) for case in cases]
    results = buem.simulate(made, read_station("us_denver_tmy3"), hourly="all", model=model, **options)
    energyplus, ranges = references("energyplus_25_2.csv"), references("reference_ranges.csv")
    annual = results.indicators
    for i, case in enumerate(cases):
        air = results.series["temp_zone"][i]
        loads = (annual.heating[i] / 1e6, annual.cooling[i] / 1e6, annual.heating_peak[i] / 1e3,
                 annual.cooling_peak[i] / 1e3)
        values = (zip(LOADS, ("MWh", "MWh", "kW", "kW"), loads) if case.conditioned else
                  zip(TEMPERATURES, ("degC",) * 3, (air.max(), air.min(), air.mean(dtype=np.float64))))
        for metric, unit, value in values:
            key = (case.name, metric)
            theirs, limits = energyplus.get(key), ranges.get(key)
            yield Row(model=model, case=case.name, metric=metric, unit=unit, ours=float(value),
                      energyplus=float(theirs["value"]) if theirs else None,
                      min=float(limits["min"]) if limits else None, max=float(limits["max"]) if limits else None)


def mean_absolute(found: list[Row], metric: str) -> float:
    """Mean absolute deviation of a metric over the 600 and 900 series. [%] or [K]"""
    chosen = [abs(r.deviation) for r in found if r.metric == metric and r.case[0] in "69"]
    return float(np.nanmean(chosen))


def inside(row: Row) -> bool:
    """Whether a value lies in the range of the six programs (0.02 MWh, 0.05 kW of tolerance) or within 2 %."""
    margin = {"MWh": 0.02, "kW": 0.05, "degC": 0.0}[row.unit]
    within = row.min is not None and row.max is not None and row.min - margin <= row.ours <= row.max + margin
    return within or (row.unit != "degC" and abs(row.deviation) <= 2.0)


def report(found: list[Row], metrics: tuple[str, ...]) -> None:
    """Print every value of a model, then the means."""
    print(f"{'case':6} {'metric':30} {'ours':>8} {'E+ 25.2':>8} {'deviation':>10}   six programs")
    for row in found:
        theirs = "" if row.energyplus is None else f"{row.energyplus:.3f}"
        deviation = "" if math.isnan(row.deviation) else f"{row.deviation:+.1f} {'K' if row.unit == 'degC' else '%'}"
        limits = "" if row.min is None else f"{row.min:.3f} to {row.max:.3f}{'' if inside(row) else '  outside'}"
        print(f"{row.case:6} {row.metric:30} {row.ours:8.3f} {theirs:>8} {deviation:>10}   {limits}")
    print(f"\n{found[0].model}: mean absolute deviation from EnergyPlus 25.2, 600 and 900 series")
    for metric in metrics:
        print(f"  {metric:30} {mean_absolute(found, metric):5.1f} {'K' if metric in TEMPERATURES else '%'}")
    compared = [r for r in found if r.min is not None and r.unit != "degC" and r.case[0] in "69"]
    print(f"  inside the six programs' range or within 2 %: {sum(map(inside, compared))} of {len(compared)}\n")


def main() -> None:
    """Print every value of both models, then the means; write them as JSON where asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smallest", action="store_true", help="cases 600 and 900 alone")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    cases = tuple(c for c in CASES if c.name in ("600", "900")) if options.smallest else CASES
    every: list[Row] = []
    for model in BUILDERS:
        found = list(rows(cases, model))
        report(found, LOADS if options.smallest else (*LOADS, *TEMPERATURES))
        every += found
    if options.json:
        options.json.write_text(json.dumps([asdict(row) for row in every], indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
