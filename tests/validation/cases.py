"""The cases of ASHRAE Standard 140 (BESTEST), built through the public API for a U-value model.

Geometry, constructions, gains and thermostats as in ANSI/ASHRAE 140-2020, read from NREL/BESTEST-GSR. One set of
rules for all cases: films R_si 0.19 and R_se 0.04 m²K/W, the annual means EnergyPlus 25.2 computes for cases 600 and
900; window U 2.4 W/(m²K); capacities from the layers inside the insulation; real inner areas.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import buem

FLOOR_AREA, HEIGHT = 48.0, 2.7
FACADES = {"N": (0.0, 21.6), "E": (90.0, 16.2), "S": (180.0, 21.6), "W": (270.0, 16.2)}
WINDOW_AREA = 6.0
R_SI, R_SE = 0.19, 0.04
WINDOW_U, WINDOW_G = 2.4, 0.76
#: Resistance of the layers [m²K/W] and capacity inside the insulation [J/(m²K)] of wall and floor, by mass.
WALL = {"L": (1.789, 9.58e3), "H": (1.798, 140e3)}
FLOOR = {"L": (25.254, 19.5e3), "H": (25.246, 112e3)}
ROOF = (2.993, 7.98e3)
HIGH_CONDUCTANCE_R = 0.198
OFF = 100.0


@dataclass(frozen=True, kw_only=True)
class Case:
    """What tells a case from case 600."""

    name: str
    mass: str = "L"
    #: Windows a facade, or "opaque" for the high conductance walls, or "none".
    windows: str = "S"
    heating: float | tuple[float, ...] = 20.0
    cooling: float | tuple[float, ...] = 27.0
    conditioned: bool = True
    heated: bool = True
    gain: float = 200.0
    air_change: float = 0.5
    emissivity: float = 0.9
    absorptance: float = 0.6
    #: Of the inner faces; the U-value model knows neither.
    emissivity_inside: float = 0.9
    absorptance_inside: float = 0.6
    night: bool = False
    overhang: bool = False


# EnergyPlus raises the set-point in six steps, 11.67 to 20 °C, from 7 to 8: its air then is at 15.83 °C in the mean.
SETBACK = (10.0,) * 7 + (95.0 / 6.0,) + (20.0,) * 15 + (10.0,)
COOL_BY_DAY = (OFF,) * 7 + (27.0,) * 11 + (OFF,) * 6


def _series(first: int, mass: str) -> list[Case]:
    names = {k: str(first + k) for k in (0, 10, 20, 40, 50)}
    return [
        Case(name=names[0], mass=mass),
        Case(name=names[10], mass=mass, overhang=True),
        *([Case(name=names[20], mass=mass, windows="EW")] if mass == "L" else []),
        Case(name=names[40], mass=mass, heating=SETBACK),
        Case(name=names[50], mass=mass, heated=False, cooling=COOL_BY_DAY, night=True),
        Case(name=f"{first}FF", mass=mass, conditioned=False),
        Case(name=f"{first + 50}FF", mass=mass, conditioned=False, night=True),
    ]


def _in_depth(name: str, cooling: float, gain: float, air_change: float, **changes: object) -> Case:
    return Case(name=name, cooling=cooling, gain=gain, air_change=air_change, **changes)  # type: ignore[arg-type]


CASES = (
    *_series(600, "L"), *_series(900, "H"),
    _in_depth("195", 20.0, 0.0, 0.0, windows="none", emissivity=0.1, emissivity_inside=0.1, absorptance=0.1),
    _in_depth("200", 20.0, 0.0, 0.0, windows="opaque", emissivity=0.1, emissivity_inside=0.1, absorptance=0.1),
    _in_depth("220", 20.0, 0.0, 0.0, windows="opaque", absorptance=0.1),
    _in_depth("230", 20.0, 0.0, 1.0, windows="opaque", absorptance=0.1),
    _in_depth("240", 20.0, 200.0, 0.0, windows="opaque", absorptance=0.1),
    _in_depth("250", 20.0, 0.0, 0.0, windows="opaque", absorptance=0.9),
    _in_depth("270", 20.0, 0.0, 0.0, absorptance=0.1, absorptance_inside=0.9),
    _in_depth("280", 20.0, 0.0, 0.0, absorptance=0.1, absorptance_inside=0.1),
    _in_depth("320", 27.0, 0.0, 0.0, absorptance=0.1, absorptance_inside=0.9),
    _in_depth("395", 27.0, 0.0, 0.0, windows="none", absorptance=0.1),
    _in_depth("400", 27.0, 0.0, 0.0, windows="opaque", absorptance=0.1),
    _in_depth("410", 27.0, 0.0, 0.5, windows="opaque", absorptance=0.1),
    _in_depth("420", 27.0, 200.0, 0.5, windows="opaque", absorptance=0.1),
    _in_depth("430", 27.0, 200.0, 0.5, windows="opaque", absorptance=0.6),
    _in_depth("440", 27.0, 200.0, 0.5, absorptance=0.6, absorptance_inside=0.1),
)


def _windows(case: Case, count: int, azimuth: float) -> list[buem.Window]:
    # Two windows stand 0.5 m from the ends of the 8 m wall and 1 m apart; the overhang runs along the whole wall.
    shades = [buem.Overhang(depth=1.0, gap=0.5, left=left, right=right) for left, right in ((0.5, 4.5), (4.5, 0.5))]
    return [buem.Window(area=WINDOW_AREA, u_value=WINDOW_U, g_value=WINDOW_G, azimuth=azimuth, frame_fraction=0.0,
                        height=2.0, overhang=shades[i] if case.overhang else None) for i in range(count)]


def u_value(layers: float) -> float:
    """U of a construction from the resistance of its layers."""
    return 1.0 / (R_SI + layers + R_SE)


def building(case: Case) -> buem.Building:
    """The building of a case."""
    openings = {facade: 2 if case.windows in ("S", "opaque") and facade == "S" else int(facade in "EW")
                if case.windows == "EW" else 0 for facade in FACADES}
    surfaces, windows = [], []
    capacity = capacity_squared = inner = 0.0
    outside = {"absorptance": case.absorptance, "emissivity": case.emissivity}

    def add(kind: str, area: float, layers: tuple[float, float], azimuth: float, tilt: float) -> None:
        nonlocal capacity, capacity_squared, inner
        surfaces.append(buem.Surface(id=f"{kind}{azimuth:.0f}", kind=kind, area=area, u_value=u_value(layers[0]),
                                     azimuth=azimuth, tilt=tilt, **outside))  # type: ignore[arg-type]
        capacity += area * layers[1]
        capacity_squared += area * layers[1] ** 2
        inner += area

    for facade, (azimuth, gross) in FACADES.items():
        glass = WINDOW_AREA * openings[facade]
        add("wall", gross - glass, WALL[case.mass], azimuth, 90.0)
        inner += glass
        if glass and case.windows == "opaque":
            surfaces.append(buem.Surface(kind="door", area=glass, u_value=u_value(HIGH_CONDUCTANCE_R), azimuth=azimuth,
                                         **outside))  # type: ignore[arg-type]
        elif glass:
            windows.extend(_windows(case, openings[facade], azimuth))
    add("roof", FLOOR_AREA, ROOF, 0.0, 0.0)
    add("floor", FLOOR_AREA, FLOOR[case.mass], 0.0, 180.0)
    night = buem.NightVentilation(air_change=1700.0 / (FLOOR_AREA * HEIGHT), start=18.0, end=7.0)
    return buem.Building(
        id=case.name, latitude=39.83, longitude=-104.65, floor_area=FLOOR_AREA, room_height=HEIGHT,
        surfaces=tuple(surfaces), windows=tuple(windows),
        ventilation=buem.Ventilation(infiltration=case.air_change, use=0.0, night=night if case.night else None),
        usage=buem.Usage(
            heating_setpoint=case.heating if case.heated and case.conditioned else -50.0, cooling_setpoint=case.cooling,
            heating_power=float("inf") if case.heated and case.conditioned else 0.0, cooling=case.conditioned,
            internal_gain=case.gain / FLOOR_AREA, convective_share=0.4),
        heat_capacity=capacity / FLOOR_AREA, mass_area_ratio=capacity**2 / capacity_squared / FLOOR_AREA,
        internal_surface_area=inner, shading_horizontal=1.0, shading_vertical=1.0)


def _layer(thickness: float, conductivity: float, density: float, specific_heat: float) -> buem.Layer:
    return buem.Layer(thickness=thickness, conductivity=conductivity, density=density, specific_heat=specific_heat)


_SIDING, _BOARD = _layer(0.009, 0.14, 530.0, 900.0), _layer(0.012, 0.16, 950.0, 840.0)
_PANE = _layer(0.003048, 1.0, 2470.0, 750.0)
#: Layers from outside to inside, by element and mass.
LAYERS = {
    ("wall", "L"): (_SIDING, _layer(0.066, 0.04, 12.0, 840.0), _BOARD),
    ("wall", "H"): (_SIDING, _layer(0.0615, 0.04, 10.0, 1400.0), _layer(0.1, 0.51, 1400.0, 1000.0)),
    ("floor", "L"): (buem.Layer(resistance=25.075), _layer(0.025, 0.14, 650.0, 1200.0)),
    ("floor", "H"): (buem.Layer(resistance=25.175), _layer(0.08, 1.13, 1400.0, 1000.0)),
    **{("roof", mass): (_layer(0.019, 0.14, 530.0, 900.0), _layer(0.1118, 0.04, 12.0, 840.0),
                        _layer(0.010, 0.16, 950.0, 840.0)) for mass in "LH"},
    **{("door", mass): (_PANE, buem.Layer(resistance=0.192), _PANE) for mass in "LH"},
}
#: Rated U of the double clear window, and the emissivity of its glass.
RATED_U, GLASS_EMISSIVITY = 2.74, 0.84


def layered_building(case: Case) -> buem.Building:
    """The building of a case with its layers, glass and inner faces, for the node model."""
    plain = building(case)
    surfaces = tuple(replace(
        s, layers=LAYERS[s.kind, case.mass], absorptance_inside=case.absorptance_inside,
        emissivity_inside=case.emissivity_inside, roughness="very_smooth" if s.kind == "door" else "rough")
        for s in plain.surfaces)
    windows = tuple(replace(w, u_value=RATED_U, emissivity=GLASS_EMISSIVITY) for w in plain.windows)
    return replace(plain, surfaces=surfaces, windows=windows)
