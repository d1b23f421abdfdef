"""A report of a city: counts, what was filled in, party walls, demand and density by type, age and use."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from buem.io.city_results import CityResults, read_city
from buem.io.durable import durable

#: First years of the age classes of reports.
AGES: Final = (1900, 1920, 1946, 1961, 1971, 1981, 1991, 2001, 2011)
#: Columns of the tables by type, age and use, each with its unit.
HEADER: Final = ("buildings", "simulated", "floor area [m²]", "heating [MWh]", "cooling [MWh]", "heating [kWh/m²]",
                 "median [kWh/m²]", "sum of peaks [MW]", "party walls [%]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of a report."""

    title: str
    header: tuple[str, ...]
    #: Each starts with its label.
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CityReport:
    """What is to be said of the results of a city."""

    title: str
    tables: tuple[Table, ...]

    def text(self) -> str:
        """Aligned columns for a terminal."""
        return "\n\n".join(_aligned(table) for table in self.tables) + "\n"

    def markdown(self) -> str:
        """Tables in Markdown."""
        return f"# {self.title}\n\n" + "\n".join(_markdown(table) for table in self.tables)

    def csv(self) -> str:
        """All tables as CSV: table, row, column, value."""
        sink = io.StringIO()
        writer = csv.writer(sink, lineterminator="\n")
        writer.writerow(("table", "row", "column", "value"))
        for table in self.tables:
            for label, *values in table.rows:
                writer.writerows((table.title, label, name, value.replace(",", ""))
                                 for name, value in zip(table.header[1:], values))
        return sink.getvalue()


def city_report(city: CityResults) -> CityReport:
    """The report of a city.

    Parameters
    ----------
    city : CityResults
        Outlines are not needed.

    Returns
    -------
    CityReport
    """
    return CityReport(title=f"Buildings of {city.title}", tables=(
        _overview(city), _grouped(city, "by size class", _types(city)), _grouped(city, "by year", ages(city)),
        _grouped(city, "by use", [use or "not known" for use in city.words("use")]), _filled(city), _not_heated(city),
    ))


def write_report(folder: str | Path) -> tuple[CityReport, tuple[Path, Path]]:
    """The report of a folder, written into it as Markdown and CSV.

    Parameters
    ----------
    folder : str or Path
        Of a finished run.

    Returns
    -------
    report : CityReport
    paths : tuple of Path
        `city/report.md` and `city/report.csv`.
    """
    city = read_city(folder, outlines=False)
    report = city_report(city)
    paths = city.path / "city" / "report.md", city.path / "city" / "report.csv"
    for path, content in zip(paths, (report.markdown(), report.csv())):
        with durable(path) as temporary:
            temporary.write_text(content, encoding="utf-8")
    return report, paths


def ages(city: CityResults) -> list[str]:
    """The age class of each building, in words.

    Parameters
    ----------
    city : CityResults
        With years of construction.

    Returns
    -------
    list of str
        Such as "1946 to 1960"; "not known" without a year.
    """
    names = [f"before {AGES[0]}", *(f"{low} to {high - 1}" for low, high in pairwise(AGES)), f"from {AGES[-1]}"]
    years = city.numbers("year")
    return [names[int(np.searchsorted(AGES, year, side="right"))] if year == year else "not known"
            for year in years.tolist()]


def _types(city: CityResults) -> list[str]:
    return [kind or ("no dwelling" if use else "not known") if status != "not_heated" else "not heated"
            for kind, use, status in zip(city.words("size_class"), city.words("use"), city.words("status"))]


def _overview(city: CityResults) -> Table:
    status = Counter(city.words("status"))
    area, footprint = _total(city, "floor_area_m2", city.where_ok), _total(city, "footprint_m2", city.where_ok)
    heating, cooling = _total(city, "heating_kwh", city.where_ok), _total(city, "cooling_kwh", city.where_ok)
    free, party = _total(city, "wall_m2", city.where_ok), _total(city, "party_wall_m2", city.where_ok)
    peak = _total(city, "heating_peak_kw", city.where_ok)
    rows = [("buildings", f"{len(city):,}"), *((f"status {name}", f"{count:,}") for name, count in status.items()),
            ("conditioned floor area [m²]", f"{area:,.0f}"), ("ground under them [m²]", f"{footprint:,.0f}"),
            ("floor area per ground [-]", _number(_ratio(area, footprint))),
            ("heating [MWh]", _number(heating / 1e3)), ("heating [kWh/m²]", _number(_ratio(heating, area))),
            ("cooling [MWh]", _number(cooling / 1e3)), ("cooling [kWh/m²]", _number(_ratio(cooling, area))),
            ("heating per ground [kWh/m²]", _number(_ratio(heating, footprint))),
            ("sum of the heating peaks [MW]", _number(peak / 1e3)),
            ("free walls [m²]", f"{free:,.0f}"), ("party walls [m²]", f"{party:,.0f}"),
            ("party walls of all walls [%]", _number(100.0 * _ratio(party, free + party)))]
    return Table(title="overview", header=("", "value"), rows=tuple(rows))


def _grouped(city: CityResults, title: str, labels: Sequence[str]) -> Table:
    names = np.array(labels, dtype=object)
    order = sorted(set(labels), key=lambda name: (name.startswith("not "), not name.startswith("before"), name))
    rows = [_group(city, name, names == name) for name in order]
    return Table(title=title, header=("", *HEADER), rows=tuple(rows))


def _group(city: CityResults, name: str, inside: NDArray[np.bool_]) -> tuple[str, ...]:
    ok = inside & city.where_ok
    area, heating = _total(city, "floor_area_m2", ok), _total(city, "heating_kwh", ok)
    free, party = _total(city, "wall_m2", ok), _total(city, "party_wall_m2", ok)
    intensity = city.numbers("heating_kwh_m2")[ok]
    median = float(np.median(intensity)) if intensity.size else np.nan
    return (name, f"{int(inside.sum()):,}", f"{int(ok.sum()):,}", f"{area:,.0f}", _number(heating / 1e3),
            _number(_total(city, "cooling_kwh", ok) / 1e3), _number(_ratio(heating, area)), _number(median),
            _number(_total(city, "heating_peak_kw", ok) / 1e3), _number(100.0 * _ratio(party, free + party)))


def _filled(city: CityResults) -> Table:
    derived = [filled for filled, dialect in zip(city.words("filled"), city.words("dialect")) if dialect == "footprint"]
    counts = Counter(name for filled in derived for name in filled.split(", ") if name)
    rows = [(name, f"{count:,}", _number(100.0 * count / len(derived))) for name, count in counts.most_common()]
    return Table(title="filled in, since the source does not say", header=("", "buildings", "of footprints [%]"),
                 rows=tuple(rows))


def _not_heated(city: CityResults) -> Table:
    # The first note says why; its numbers differ from building to building.
    reasons = Counter(_reason(notes[0]) for notes, status in zip(city.notes(), city.words("status"))
                      if status == "not_heated" and notes)
    return Table(title="not heated", header=("", "buildings"),
                 rows=tuple((reason, f"{count:,}") for reason, count in reasons.most_common()))


def _reason(note: str) -> str:
    text = note.removeprefix("not heated: ")
    if text.startswith("an outbuilding"):
        return "an outbuilding: small, of unknown use"
    if "m to the eaves" in text:
        return "too low to stand in"
    return "too small a ground" if "m² of ground" in text else text


def _total(city: CityResults, name: str, rows: NDArray[np.bool_]) -> float:
    return float(np.nansum(city.numbers(name)[rows]))


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0.0 else float("nan")


def _number(value: float) -> str:
    if value != value:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 1000.0 else f"{value:.3g}"


def _one_line(cell: str) -> str:
    """A word of the source may hold line ends."""
    return " ".join(cell.split())


def _aligned(table: Table) -> str:
    lines = [tuple(_one_line(cell) for cell in line) for line in (table.header, *table.rows)]
    widths = [max(len(line[k]) for line in lines) for k in range(len(table.header))]
    body = ["  ".join((line[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(line[1:], widths[1:]))))
            for line in lines]
    return "\n".join((table.title, *(line.rstrip() for line in body)))


def _markdown(table: Table) -> str:
    def row(cells: Sequence[str]) -> str:
        return "| " + " | ".join(_one_line(cell).replace("|", "\\|") for cell in cells) + " |"

    lines = [row(table.header), "|---" + "|--:" * (len(table.header) - 1) + "|", *(row(line) for line in table.rows)]
    return "\n".join((f"## {table.title.capitalize()}", "", *lines, ""))
