"""Small changes of one box, each of which isolates a mechanism, with what EnergyPlus makes of them.

    BUEM_ENERGYPLUS=... python -m benchmarks._mechanisms --write

writes tests/validation/data/mechanisms.csv.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

import buem
from benchmarks._cases import HERE, Case, building
from buem.io.stations import read_station
from buem.weather import STEFAN_BOLTZMANN, Weather

DATA = HERE / "data" / "mechanisms.csv"
LOADS = ("heating", "cooling")
_LIGHT = Case(name="light", cooling=20.0, gain=0.0, air_change=0.0)
_DARK = replace(_LIGHT, windows="none")


@dataclass(frozen=True, kw_only=True)
class Mechanism:
    """A box, and another from which it differs in one thing."""

    name: str
    #: What the difference probes.
    probes: str
    building: buem.Building
    weather: str = "sun"
    #: Name of the other; empty for a box that stands alone.
    base: str = ""


@cache
def weather_of(kind: str) -> Weather:
    """Denver as it is ("sun"), without sun ("dark"), then without wind ("calm") or with a sky as warm as the air.

    Parameters
    ----------
    kind : str
        "sun", "dark", "calm" or "warm sky".

    Returns
    -------
    Weather
        A year.
    """
    denver = read_station("us_denver_tmy3")
    none = np.zeros(8760)
    if kind == "sun":
        return denver
    dark = replace(denver, name=f"Denver {kind}", ghi=none, dni=none, dhi=none)
    if kind == "calm":
        return replace(dark, wind_speed=none)
    if kind == "warm sky":
        return replace(dark, longwave_down=STEFAN_BOLTZMANN * (denver.temp_air + 273.15) ** 4)
    return dark


def _with(case: Case, name: str, **changes: object) -> buem.Building:
    return replace(building(replace(case, **changes)), id=name)  # type: ignore[arg-type]


def _surfaces(building: buem.Building, change: Callable[[buem.Surface], buem.Surface]) -> buem.Building:
    return replace(building, surfaces=tuple(change(s) for s in building.surfaces))


def _absorbing(floor: float, rest: float) -> Callable[[buem.Surface], buem.Surface]:
    return lambda s: replace(s, absorptance_inside=floor if s.kind == "floor" else rest)


def _gains(building: buem.Building, share: float) -> buem.Building:
    return replace(building, usage=replace(building.usage, internal_gain=10.0, convective_share=share))


def _floor(building: buem.Building, boundary: str, temp: float) -> buem.Building:
    turned = _surfaces(building, lambda s: s if s.kind != "floor" else replace(
        s, boundary=boundary, layers=(s.layers[-1],), u_value=3.0))
    return replace(turned, ground=buem.Ground(temperature=temp))


def mechanisms() -> list[Mechanism]:
    """All of them, each after its base.

    Returns
    -------
    list of Mechanism
        With buildings that have layers.
    """
    night = (15.0,) * 7 + (20.0,) * 16 + (15.0,)
    dark, light, heavy = _with(_DARK, "dark"), _with(_LIGHT, "light"), _with(_DARK, "heavy", mass="H")
    south = _with(_LIGHT, "south", cooling=27.0)
    fins = buem.Fins(depth=1.0, gap=0.0, above=0.5, below=0.2)
    return [
        Mechanism(name="dark", probes="conduction and films of opaque elements", building=dark, weather="dark"),
        Mechanism(name="dark calm", base="dark", probes="forced convection outside", building=dark, weather="calm"),
        Mechanism(name="dark warm sky", base="dark", probes="long-wave to the sky", building=dark,
                  weather="warm sky"),
        Mechanism(name="shiny inside", base="dark", probes="long-wave between inner faces", weather="dark",
                  building=_with(_DARK, "shiny inside", emissivity_inside=0.1)),
        Mechanism(name="shiny outside", base="dark", probes="long-wave at outer faces", weather="dark",
                  building=_with(_DARK, "shiny outside", emissivity=0.1)),
        Mechanism(name="windows", base="dark", probes="heat balance of panes at night", building=light, weather="dark"),
        Mechanism(name="warm air gains", base="dark", probes="gains to the air", building=_gains(dark, 1.0),
                  weather="dark"),
        Mechanism(name="radiant gains", base="warm air gains", probes="radiant split of gains",
                  building=_gains(dark, 0.0), weather="dark"),
        Mechanism(name="heavy", base="dark", probes="mass under a steady set-point", building=heavy, weather="dark"),
        Mechanism(name="light set back", base="dark", probes="response of light elements", weather="dark",
                  building=_with(_DARK, "light set back", heating=night, cooling=27.0)),
        Mechanism(name="heavy set back", base="heavy", probes="response of heavy elements", weather="dark",
                  building=_with(_DARK, "heavy set back", mass="H", heating=night, cooling=27.0)),
        Mechanism(name="grey walls", probes="sun on opaque elements", building=_with(_DARK, "grey walls")),
        Mechanism(name="black walls", base="grey walls", probes="sun on dark elements, film outside",
                  building=_with(_DARK, "black walls", absorptance=0.9)),
        Mechanism(name="south", probes="sun through windows", building=south),
        Mechanism(name="light room", base="south", probes="sun sent out again through the glass",
                  building=_surfaces(south, _absorbing(0.1, 0.1))),
        Mechanism(name="dark floor", base="south", probes="beam that the floor takes first",
                  building=_surfaces(south, _absorbing(0.9, 0.1))),
        Mechanism(name="dark walls inside", base="south", probes="sun that the floor sends to the walls",
                  building=_surfaces(south, _absorbing(0.1, 0.9))),
        Mechanism(name="overhang", base="south", probes="overhang on beam and sky light",
                  building=_with(_LIGHT, "overhang", cooling=27.0, overhang=True)),
        Mechanism(name="east and west", probes="beam off the normal",
                  building=_with(_LIGHT, "east and west", cooling=27.0, windows="EW")),
        Mechanism(name="fins", base="east and west", probes="fins on beam and sky light", building=replace(
            east := _with(_LIGHT, "fins", cooling=27.0, windows="EW"),
            windows=tuple(replace(w, fins=fins) for w in east.windows))),
        Mechanism(name="night air", base="south", probes="outdoor air by night at the local density",
                  building=_with(_LIGHT, "night air", cooling=27.0, night=True, air_change=0.5)),
        Mechanism(name="adiabatic floor", probes="mass of an element that loses nothing",
                  building=_floor(_with(_LIGHT, "adiabatic floor", mass="H", cooling=24.0), "adiabatic", 10.0)),
        Mechanism(name="ground floor", base="adiabatic floor", probes="a slab on ground of known temperature",
                  building=_floor(_with(_LIGHT, "ground floor", mass="H", cooling=24.0), "ground", 10.0)),
        Mechanism(name="sunspace", base="grey walls", probes="a second zone before the south wall",
                  building=_with(_DARK, "sunspace", sunspace=True)),
    ]


def stored() -> dict[str, dict[str, float]]:
    """Annual loads that EnergyPlus found, by mechanism. [MWh]"""
    with DATA.open(encoding="utf-8", newline="") as file:
        return {row["mechanism"]: {name: float(row[name]) for name in LOADS} for row in csv.DictReader(file)}


def our_loads(model: str = "iso52016") -> dict[str, dict[str, float]]:
    """Annual loads that a model finds, by mechanism. [MWh]"""
    found: dict[str, dict[str, float]] = {}
    every = mechanisms()
    for kind in {m.weather for m in every}:
        chosen = [m for m in every if m.weather == kind]
        results = buem.simulate([m.building for m in chosen], weather_of(kind), hourly="none", model=model)
        for row, one in enumerate(chosen):
            found[one.name] = {name: float(getattr(results.indicators, name)[row]) / 1e6 for name in LOADS}
    return found


def main() -> None:
    """Print each mechanism: EnergyPlus as stored and buem; with --write, run EnergyPlus first."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="run EnergyPlus and store what it finds")
    if parser.parse_args().write:
        from benchmarks.energyplus.model import Twin
        from benchmarks.energyplus.run import energyplus
        from benchmarks.energyplus.standard140 import GLASS

        with DATA.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(("mechanism", *LOADS))
            for one in mechanisms():
                run = energyplus(one.building, weather_of(one.weather), Twin(glass=GLASS["double"]))
                writer.writerow((one.name, *(f"{values.sum() / 1e6:.5f}" for values in (run.heating, run.cooling))))
                file.flush()
    theirs, ours = stored(), our_loads()
    for one in mechanisms():
        print(f"{one.name:18}", *(f"{name} {theirs[one.name][name]:7.3f} {ours[one.name][name]:7.3f}"
                                  for name in LOADS), one.probes)


if __name__ == "__main__":
    main()
