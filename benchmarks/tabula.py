"""Annual heating of the hourly models against TABULA's own, for every archetype in a climate like its own.

    python -m benchmarks.tabula [--smallest] [--model iso13790|iso52016] [--csv FILE]

Each row of the table becomes its reference building (buem/reference_building.py) in the nearest bundled station,
shifted and scaled to the row's heating season (buem/season.py). "Year" is all heating of the year, "season" what falls
on days below 12 °C, the only ones that TABULA counts.
"""

from __future__ import annotations

import argparse
import csv
import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

import buem
from benchmarks._rows import say
from buem.archetype import Archetype
from buem.archetypes import archetypes, building_of_row
from buem.io.stations import nearest_station, read_station
from buem.reference_building import PLACES
from buem.season import BASE_TEMPERATURE, match_season
from buem.simulate import prepare

Change = Callable[[buem.Building], buem.Building]
QUANTILES = (5, 25, 50, 75, 95)


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One archetype, hourly and by TABULA."""

    archetype: Archetype
    station: str
    #: Hourly heating of the whole year and of the days below 12 °C. [Wh/(m²a)]
    year: float
    season: float

    @property
    def year_ratio(self) -> float:
        """Of the whole year over TABULA's. [-]"""
        return self.year / self.archetype.reference.heating

    @property
    def season_ratio(self) -> float:
        """Of the heating season over TABULA's. [-]"""
        return self.season / self.archetype.reference.heating


def as_built(building: buem.Building) -> buem.Building:
    """The reference building itself."""
    return building


def held_air(building: buem.Building) -> buem.Building:
    """With the air held at the set-point in place of the operative temperature."""
    return replace(building, usage=replace(building.usage, temperature_control="air"))


def unlit(building: buem.Building) -> buem.Building:
    """Without sun on opaque elements and without loss to the sky, of which TABULA has neither."""
    dark = tuple(replace(s, absorptance=0.0, emissivity=0.0) for s in building.surfaces)
    return replace(building, surfaces=dark, windows=tuple(replace(w, emissivity=0.0) for w in building.windows))


def compare(rows: Iterable[Archetype], change: Change = as_built, model: str = "iso13790") -> list[Compared]:
    """Simulate archetypes; those of one climate share a site."""
    climates: dict[tuple[str, str], list[Archetype]] = {}
    for row in rows:
        climates.setdefault((row.season.climate, row.country), []).append(row)
    found = []
    for (_, country), members in climates.items():
        station, _ = nearest_station(*PLACES[country])
        weather = match_season(read_station(station.id), members[0].season)
        cold = np.repeat(weather.temp_air.reshape(-1, 24).mean(axis=1) < BASE_TEMPERATURE, 24)
        results = buem.simulate([change(building_of_row(a)) for a in members], prepare(weather), model=model)
        area = np.array([a.floor_area for a in members])
        year = results.indicators.heating / area
        season = results.series["heating"].astype(np.float64) @ cold / area
        found += [Compared(archetype=a, station=station.id, year=float(y), season=float(s))
                  for a, y, s in zip(members, year, season)]
    return found


def line(name: str, compared: Sequence[Compared]) -> str:
    """A row of the table: number, quantiles of both ratios."""
    if not compared:
        return f"| {name} | 0 |" + " |" * (2 * len(QUANTILES))
    year = np.percentile([c.year_ratio for c in compared], QUANTILES)
    season = np.percentile([c.season_ratio for c in compared], QUANTILES)
    return f"| {name} | {len(compared)} | " + " | ".join(f"{q:.2f}" for q in (*year, *season)) + " |"


def header() -> str:
    """Head of the table."""
    names = [f"{kind} {q} %" for kind in ("year", "season") for q in QUANTILES]
    return "| rows | number | " + " | ".join(names) + " |\n|---|---|" + "---|" * len(names)


def groups(compared: Sequence[Compared]) -> Iterable[tuple[str, list[Compared]]]:
    """What explains the tails: length of the season, need, country, missing input."""
    def chosen(name: str, test: Callable[[Archetype], bool]) -> tuple[str, list[Compared]]:
        return name, [c for c in compared if test(c.archetype)]

    for low, high in ((0, 100), (100, 200), (200, 366)):
        yield chosen(f"{low} to {high} heating days", lambda a: low < a.season.days <= high)  # noqa: B023
    for low, high in ((0, 50), (50, 100), (100, 200), (200, 300), (300, math.inf)):
        yield chosen(f"need {low} to {high:g} kWh/(m²a)", lambda a: low * 1e3 <= a.reference.heating < high * 1e3)  # noqa: B023
    yield chosen("sun of the windows left out by TABULA", lambda a: a.window_sides.vertical == 0)
    yield chosen("glass by side sums up to 20 % more or less than all", _odd_glass)
    for country in sorted({c.archetype.country for c in compared}):
        yield chosen(country, lambda a: a.country == country)  # noqa: B023


def _odd_glass(a: Archetype) -> bool:
    known = a.window_sides.horizontal + a.window_sides.vertical
    return known > 0 and abs(a.window.area - known) > 0.2 * known


def write(compared: Sequence[Compared], path: Path) -> None:
    """Every row, with both ratios."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["archetype", "station", "tabula_kwh_m2", "year_kwh_m2", "season_kwh_m2", "year_ratio",
                        "season_ratio"])
        for c in compared:
            table.writerow([c.archetype.id, c.station, *(round(v / 1e3, 2) for v in (
                c.archetype.reference.heating, c.year, c.season)), round(c.year_ratio, 4), round(c.season_ratio, 4)])


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tabula", description=__doc__.splitlines()[0])
    parser.add_argument("--smallest", action="store_true", help="the rows of one country alone")
    parser.add_argument("--model", default="iso13790", help="iso13790 or iso52016")
    parser.add_argument("--csv", type=Path, help="write every row to this file")
    options = parser.parse_args()
    began = time.process_time()
    rows = [a for a in archetypes().all() if not options.smallest or a.country == "CY"]
    compared = compare(rows, model=options.model)
    existing = [c for c in compared if c.archetype.variant_number == 1]
    spent = time.process_time() - began
    print(f"{options.model}: {len(rows)} archetypes in {spent:.1f} s of CPU time\n")
    print(header())
    print(line("all", compared))
    print(line("existing state", existing))
    for phase, ratios in (("year", [c.year_ratio for c in existing]),
                          ("heating days", [c.season_ratio for c in existing])):
        say("tabula", f"{options.model} over TABULA's demand, median, existing state", phase,
            float(np.nanmedian(ratios)), "", size=len(existing))
    kept = [c.archetype for c in existing]
    for name, change in (("air held in place of the operative temperature", held_air),
                         ("no sun on opaque elements, no loss to the sky", unlit)):
        print(line(f"existing, {name}", compare(kept, change, options.model)))
    for name, members in groups(existing):
        print(line(f"existing, {name}", members))
    if options.csv:
        write(compared, options.csv)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
