"""docs/validation.md, written from what was measured."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks._bars import Bar, cv_rmse, hourly_load
from benchmarks._cases import HERE, Case
from benchmarks._mechanisms import LOADS as LOADS_OF_MECHANISMS
from benchmarks._mechanisms import mechanisms, our_loads, stored
from benchmarks._references import LOADS, TEMPERATURES, Row, energyplus_hours
from buem.results import Results

NAMES = {"iso13790": "5R1C", "iso52016": "node model"}
TITLES = {
    "annual_heating": "annual heating [MWh]", "annual_sensible_cooling": "annual cooling [MWh]",
    "peak_heating_hourly": "peak heating [kW]", "peak_sensible_cooling_hourly": "peak cooling [kW]",
    "T_max_hourly": "highest air temperature [°C]", "T_min_hourly": "lowest air temperature [°C]",
    "T_mean": "mean air temperature [°C]",
}
#: Text that no measurement changes: head and limits.
PARTS = Path(__file__).with_name("_validation_text.md")


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A model over the cases."""

    model: str
    cases: Sequence[Case]
    results: Results
    rows: list[Row]
    bars: list[Bar]
    #: From U-values, without layers.
    plain: bool = False


def _table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    return "\n".join("| " + " | ".join(line) + " |" for line in (head, ["---"] * len(head), *lines)) + "\n"


def _bars(found: Sequence[Measured]) -> str:
    lines = []
    for one in found:
        for bar in one.bars:
            limit = f"{'≥' if bar.least else '≤'} {bar.limit:g} {bar.unit}"
            missing = "**missed**" + (f": {', '.join(bar.misses)}" if bar.misses and not one.plain else "")
            lines.append([NAMES[bar.model], bar.what, f"{bar.value:.2f} {bar.unit}", limit,
                          "met" if bar.met else missing])
    return _table(("model", "what", "measured", "bar", ""), lines)


def _values(found: Sequence[Measured], metrics: Sequence[str], *, deltas: bool = False) -> str:
    parts = []
    for metric in metrics:
        rows = {one.model: {r.case: r for r in one.rows if r.metric == metric and ("-" in r.case) == deltas}
                for one in found}
        lines = []
        for case, row in next(iter(rows.values())).items():
            limits = "" if row.min is None else f"{row.min:.2f} to {row.max:.2f}"
            theirs = "" if row.energyplus is None else f"{row.energyplus:.3f}"
            ours = [cell for model in rows for cell in (f"{rows[model][case].ours:.3f}", _off(rows[model][case]))]
            lines.append([case, limits, theirs, *ours])
        head = ["case", "six programs", "EnergyPlus", *(c for one in found for c in (NAMES[one.model], "off"))]
        title = TITLES[metric.removeprefix("delta_")]
        parts.append(f"### {'Difference of ' + title if deltas else title.capitalize()}\n\n{_table(head, lines)}")
    return "\n".join(parts)


def _off(row: Row) -> str:
    if math.isnan(row.deviation):
        return ""
    return f"{row.deviation:+.1f}{' K' if row.unit == 'degC' else ' %'}"


def _hours(found: Sequence[Measured]) -> str:
    lines = []
    for i, case in enumerate(found[0].cases):
        if case.conditioned:
            theirs = energyplus_hours(case.name)
            lines.append([case.name, *(f"{cv_rmse(hourly_load(one.results, i), theirs):.1f} %" for one in found)])
    return _table(("case", *(NAMES[one.model] for one in found)), lines)


def _mechanism_table() -> str:
    theirs, ours = stored(), our_loads()
    lines = []
    for one in mechanisms():
        cells = [f"{found[one.name][load]:.3f}" for load in LOADS_OF_MECHANISMS for found in (theirs, ours)]
        lines.append([one.name, one.probes, *cells])
    return _table(("box", "probes", "heating, EnergyPlus", "ours", "cooling, EnergyPlus", "ours"), lines)


def _speed() -> str:
    path = HERE / "data" / "boxes_measured.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return _table(("what", "measured", "bar"), [[r["what"], r["value"], r["bar"]] for r in csv.DictReader(file)])


def write_page(found: Sequence[Measured], plain: Measured, path: Path) -> None:
    """Write the page of the validation.

    Parameters
    ----------
    found : sequence of Measured
        Both models with all cases.
    plain : Measured
        The 5R1C from U-values.
    path : Path
        Of the page.
    """
    text = PARTS.read_text(encoding="utf-8")
    blocks = {
        "BARS": _bars(found), "PLAIN": _bars([plain]), "MECHANISMS": _mechanism_table(),
        "ANNUAL": _values(found, LOADS), "FLOATING": _values(found, TEMPERATURES),
        "DELTAS": _values(found, [f"delta_{m}" for m in LOADS[:2]], deltas=True), "HOURS": _hours(found),
        "BOXES": _speed(),
    }
    for name, block in blocks.items():
        text = text.replace(f"<!-- {name} -->\n", block)
    path.write_text(text, encoding="utf-8")
