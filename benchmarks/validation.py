"""Both models against EnergyPlus 25.2 and the six programs of ASHRAE Standard 140, case by case.

    python -m benchmarks.validation [--smallest] [--json FILE] [--plots] [--write]

The cases and their one set of rules are in tests/validation/cases.py, the references in tests/validation/data.
--json writes a list of {model, case, metric, unit, ours, energyplus, min, max} with the metric names of
reference_ranges.csv; --plots draws docs/images/validation_*.png; --write writes docs/validation.md.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from dataclasses import asdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
if not __package__:  # run as a file
    sys.path.insert(0, str(ROOT))

from benchmarks._bars import bars, cv_rmse, hourly_load, mean_absolute  # noqa: E402
from benchmarks._cases import CASES  # noqa: E402
from benchmarks._references import (  # noqa: E402
    MODELS,
    Row,
    energyplus_hours,
    inside,
    rows_of,
    simulate_cases,
)
from benchmarks._rows import say  # noqa: E402
from benchmarks._validation_page import Measured, write_page  # noqa: E402


def measure(model: str, *, smallest: bool = False, plain: bool = False) -> Measured:
    """Run a model on the cases.

    Parameters
    ----------
    model : str
        "iso13790" or "iso52016".
    smallest : bool
        Cases 600 and 900 alone.
    plain : bool
        From U-values, without layers.

    Returns
    -------
    Measured
        Values, hours and bars.
    """
    cases = tuple(c for c in CASES if not smallest or c.name in ("600", "900"))
    results = simulate_cases(cases, model, plain=plain)
    rows = list(rows_of(results, cases, model))
    return Measured(model=model, plain=plain, cases=cases, results=results, rows=rows,
                    bars=[] if smallest else bars(rows, results, cases))


def report(found: Measured) -> None:
    """Print every value of a model, the hours, then the bars."""
    print(f"{'case':8} {'metric':34} {'ours':>9} {'E+ 25.2':>9} {'deviation':>10}   six programs")
    for row in found.rows:
        theirs = "" if row.energyplus is None else f"{row.energyplus:.3f}"
        deviation = "" if math.isnan(row.deviation) else f"{row.deviation:+.1f} {'K' if row.unit == 'degC' else '%'}"
        limits = "" if row.min is None else f"{row.min:.3f} to {row.max:.3f}{'' if inside(row) else '  outside'}"
        print(f"{row.case:8} {row.metric:34} {row.ours:9.3f} {theirs:>9} {deviation:>10}   {limits}")
    print(f"\n{found.model}: hourly load, CV(RMSE) against EnergyPlus 25.2")
    print("  " + ", ".join(
        f"{case.name} {cv_rmse(hourly_load(found.results, i), energyplus_hours(case.name)):.1f} %"
        for i, case in enumerate(found.cases) if case.conditioned))
    print(f"\n{found.model}: bars")
    for bar in found.bars:
        print(f"  {'met   ' if bar.met else 'MISSED'} {bar.what:75} {bar.value:7.2f} {bar.unit}  "
              f"({'at least' if bar.least else 'at most'} {bar.limit:g})")
        say("validation", bar.what, found.model, bar.value, bar.unit,
            **{"at_least" if bar.least else "at_most": bar.limit})
        if bar.misses and not bar.met:
            print(f"         {', '.join(bar.misses)}")
    if not found.bars:
        off = mean_absolute(found.rows, "annual_heating")
        print(f"  annual heating {off:.1f} %")
        say("validation", "annual heating, mean absolute deviation", found.model, off, "%")
    print()


def as_json(rows: list[Row]) -> str:
    """The rows as JSON."""
    return json.dumps([asdict(row) for row in rows], indent=1) + "\n"


def main() -> None:
    """Print every value of both models; write what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smallest", action="store_true", help="cases 600 and 900 alone")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--plots", action="store_true", help="draw docs/images/validation_*.png")
    parser.add_argument("--write", action="store_true", help="write docs/validation.md")
    options = parser.parse_args()
    found = [measure(model, smallest=options.smallest) for model in MODELS]
    for one in found:
        report(one)
    if options.json:
        options.json.write_text(as_json([row for one in found for row in one.rows]), encoding="utf-8")
    if options.plots:
        from benchmarks._validation_plots import plot

        plot(found, ROOT / "docs" / "images")
    if options.write:
        write_page(found, measure("iso13790", plain=True), ROOT / "docs" / "validation.md")


if __name__ == "__main__":
    main()
