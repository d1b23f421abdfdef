"""The cases of ASHRAE Standard 140 (BESTEST), built through the public API.

Geometry, constructions, gains and thermostats as in ANSI/ASHRAE 140-2020, read from NREL/BESTEST-GSR and
lbl-srg/modelica-buildings. One set of rules for all cases and both models: layers, rated glass, inner faces.
`plain_building` is the same for who knows U-values alone: films R_si 0.19 and R_se 0.04 m²K/W, the annual means
EnergyPlus 25.2 computes for cases 600 and 900, under which the clear double window has U 2.4 W/(m²K); capacities from
the layers inside the insulation; real inner areas.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import buem

FLOOR_AREA, HEIGHT = 48.0, 2.7
FACADES = {"N": (0.0, 21.6), "E": (90.0, 16.2), "S": (180.0, 21.6), "W": (270.0, 16.2)}
WINDOW_AREA = 6.0
R_SI, R_SE = 0.19, 0.04
#: U [W/(m²K)] and g [-] of the glasses as EnergyPlus rates their panes: clear double glass with 12 mm of air, low
#: emissivity with argon (case 660), one clear pane (case 670).
RATED = {"double": (2.74, 0.76), "low_e": (1.38, 0.438), "single": (5.904, 0.859)}
#: Under the annual mean films, for a U-value model: 1/U less the films of the rating, plus R_si and R_se.
PLAIN_U = {"double": 2.4, "low_e": 1.284, "single": 4.26}
#: What the panes of the coated glass pass and absorb at the normal, from the data of each pane in the standard, (0.452,
#: 0.359 front, 0.397 back) before (0.834, 0.075): with light between them, 1/(1 - 0.397 · 0.075) of it, T = 0.3885, and
#: 0.189 + 0.005 and 0.042 are absorbed. Clear glass, double and single, is what U and g say.
GLASS = {"low_e": buem.Glass(transmittance=0.3885, absorptances=(0.1943, 0.0424))}
#: Films inside and outside where a case prescribes them, long-wave included, so that the faces have no emissivity of
#: their own; read from NREL/BESTEST-GSR, whose published loads of cases 450 to 470 our EnergyPlus meets so. [W/(m²K)]
CONVECTION = {"wall": (1.8, 21.6), "roof": (1.7, 21.8), "floor": (3.7, 5.2), "window": (4.5, 17.8)}
#: Emissivity of clear glass.
GLASS_EMISSIVITY = 0.84
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
    fins: bool = False
    glass: str = "double"
    #: Thick insulation in walls and roof.
    insulated: bool = False
    #: Prescribed films inside and outside.
    still_inside: bool = False
    still_outside: bool = False
    #: A heavy sunspace before the south side, with the two windows.
    sunspace: bool = False


# EnergyPlus raises the set-point in six steps, 11.67 to 20 °C, from 7 to 8: its air then is at 15.83 °C in the mean.
SETBACK = (10.0,) * 7 + (95.0 / 6.0,) + (20.0,) * 15 + (10.0,)
COOL_BY_DAY = (OFF,) * 7 + (27.0,) * 11 + (OFF,) * 6


def _series(first: int, mass: str) -> list[Case]:
    name = {k: str(first + k) for k in (0, 10, 20, 30, 40, 50, 80, 85, 95)}
    return [
        Case(name=name[0], mass=mass),
        Case(name=name[10], mass=mass, overhang=True),
        Case(name=name[20], mass=mass, windows="EW"),
        Case(name=name[30], mass=mass, windows="EW", overhang=True, fins=True),
        Case(name=name[40], mass=mass, heating=SETBACK),
        Case(name=name[50], mass=mass, heated=False, cooling=COOL_BY_DAY, night=True),
        Case(name=name[80], mass=mass, insulated=True),
        Case(name=name[85], mass=mass, cooling=20.0),
        Case(name=name[95], mass=mass, cooling=20.0, insulated=True),
        Case(name=f"{first}FF", mass=mass, conditioned=False),
        Case(name=f"{first + 50}FF", mass=mass, conditioned=False, night=True),
        Case(name=f"{first + 80}FF", mass=mass, conditioned=False, insulated=True),
    ]


def _in_depth(name: str, cooling: float, gain: float, air_change: float, **changes: object) -> Case:
    return Case(name=name, cooling=cooling, gain=gain, air_change=air_change, **changes)  # type: ignore[arg-type]


CASES = (
    *_series(600, "L"), Case(name="660", glass="low_e"), Case(name="670", glass="single"),
    *_series(900, "H"), Case(name="960", windows="none", sunspace=True),
    _in_depth("195", 20.0, 0.0, 0.0, windows="none", emissivity=0.1, emissivity_inside=0.1, absorptance=0.1),
    _in_depth("200", 20.0, 0.0, 0.0, windows="opaque", emissivity=0.1, emissivity_inside=0.1, absorptance=0.1),
    _in_depth("210", 20.0, 0.0, 0.0, windows="opaque", emissivity_inside=0.1, absorptance=0.1),
    _in_depth("215", 20.0, 0.0, 0.0, windows="opaque", emissivity=0.1, absorptance=0.1),
    _in_depth("220", 20.0, 0.0, 0.0, windows="opaque", absorptance=0.1),
    _in_depth("230", 20.0, 0.0, 1.0, windows="opaque", absorptance=0.1),
    _in_depth("240", 20.0, 200.0, 0.0, windows="opaque", absorptance=0.1),
    _in_depth("250", 20.0, 0.0, 0.0, windows="opaque", absorptance=0.9),
    _in_depth("270", 20.0, 0.0, 0.0, absorptance=0.1, absorptance_inside=0.9),
    _in_depth("280", 20.0, 0.0, 0.0, absorptance=0.1, absorptance_inside=0.1),
    _in_depth("290", 20.0, 0.0, 0.0, absorptance=0.1, absorptance_inside=0.9, overhang=True),
    _in_depth("300", 20.0, 0.0, 0.0, windows="EW", absorptance=0.1, absorptance_inside=0.9),
    _in_depth("310", 20.0, 0.0, 0.0, windows="EW", absorptance=0.1, absorptance_inside=0.9, overhang=True, fins=True),
    _in_depth("320", 27.0, 0.0, 0.0, absorptance=0.1, absorptance_inside=0.9),
    _in_depth("395", 27.0, 0.0, 0.0, windows="none", absorptance=0.1),
    _in_depth("400", 27.0, 0.0, 0.0, windows="opaque", absorptance=0.1),
    _in_depth("410", 27.0, 0.0, 0.5, windows="opaque", absorptance=0.1),
    _in_depth("420", 27.0, 200.0, 0.5, windows="opaque", absorptance=0.1),
    _in_depth("430", 27.0, 200.0, 0.5, windows="opaque", absorptance=0.6),
    _in_depth("440", 27.0, 200.0, 0.5, absorptance=0.6, absorptance_inside=0.1),
    Case(name="450", still_inside=True, still_outside=True), Case(name="460", still_inside=True),
    Case(name="470", still_outside=True),
    _in_depth("800", 27.0, 200.0, 0.5, mass="H", windows="opaque"),
    _in_depth("810", 27.0, 200.0, 0.5, mass="H", absorptance_inside=0.1),
)


def _windows(case: Case, count: int, azimuth: float) -> list[buem.Window]:
    # Two windows stand 0.5 m from the ends of the 8 m wall and 1 m apart; the overhang runs along the whole wall. A
    # window to the east or west has one of its own width, between fins from the ground to the roof.
    reach = ((0.5, 4.5), (4.5, 0.5)) if count == 2 else ((0.0, 0.0),)
    return [buem.Window(
        area=WINDOW_AREA, u_value=RATED[case.glass][0], g_value=RATED[case.glass][1], azimuth=azimuth,
        frame_fraction=0.0, height=2.0, emissivity=0.0 if case.still_outside else GLASS_EMISSIVITY,
        emissivity_inside=0.0 if case.still_inside else GLASS_EMISSIVITY, glass=GLASS.get(case.glass),
        **_convection(case, "window"),
        overhang=buem.Overhang(depth=1.0, gap=0.5, left=left, right=right) if case.overhang else None,
        fins=buem.Fins(depth=1.0, gap=0.0, above=0.5, below=0.2) if case.fins else None) for left, right in reach]


def _convection(case: Case, kind: str) -> dict[str, float | None]:
    inside, outside = CONVECTION.get(kind, (None, None))
    return {"convection_inside": inside if case.still_inside else None,
            "convection": outside if case.still_outside else None}


def _layer(thickness: float, conductivity: float, density: float, specific_heat: float) -> buem.Layer:
    return buem.Layer(thickness=thickness, conductivity=conductivity, density=density, specific_heat=specific_heat)


_SIDING, _BOARD = _layer(0.009, 0.14, 530.0, 900.0), _layer(0.012, 0.16, 950.0, 840.0)
_DECK, _CEILING = _layer(0.019, 0.14, 530.0, 900.0), _layer(0.010, 0.16, 950.0, 840.0)
_BLOCK, _PANE = _layer(0.1, 0.51, 1400.0, 1000.0), _layer(0.003048, 1.0, 2470.0, 750.0)
_FOAM = _layer(0.25, 0.04, 10.0, 1400.0)
#: Layers from outside to inside, by element and mass; those with "+" in the cases with thick insulation.
LAYERS = {
    ("wall", "L"): (_SIDING, _layer(0.066, 0.04, 12.0, 840.0), _BOARD),
    ("wall", "H"): (_SIDING, _layer(0.0615, 0.04, 10.0, 1400.0), _BLOCK),
    ("wall+", "L"): (_SIDING, _FOAM, _BOARD),
    ("wall+", "H"): (_SIDING, _FOAM, _BLOCK),
    ("floor", "L"): (buem.Layer(resistance=25.075), _layer(0.025, 0.14, 650.0, 1200.0)),
    ("floor", "H"): (buem.Layer(resistance=25.175), _layer(0.08, 1.13, 1400.0, 1000.0)),
    **{("roof", mass): (_DECK, _layer(0.1118, 0.04, 12.0, 840.0), _CEILING) for mass in "LH"},
    **{("roof+", mass): (_DECK, _layer(0.4, 0.04, 12.0, 840.0), _CEILING) for mass in "LH"},
    **{("door", mass): (_PANE, buem.Layer(resistance=0.192), _PANE) for mass in "LH"},
}
#: Between the zones of case 960.
COMMON_WALL = (_layer(0.2, 0.51, 1400.0, 1000.0),)


def resistance(layers: tuple[buem.Layer, ...]) -> float:
    """Of a construction from face to face. [m²K/W]"""
    return sum(layer.thickness / layer.conductivity if layer.resistance is None else layer.resistance
               for layer in layers)


def _opaque(case: Case, kind: str, area: float, azimuth: float, mass: str) -> buem.Surface:
    layers = LAYERS[f"{kind}+" if case.insulated and kind in ("wall", "roof") else kind, mass]
    # The cases change the outer faces of walls and roof; what they say of the floor's is nothing.
    outside = (0.6, 0.9) if kind == "floor" else (case.absorptance, case.emissivity)
    outside = (outside[0], 0.0) if case.still_outside else outside
    return buem.Surface(
        id=f"{kind}{azimuth:.0f}", kind=kind, area=area, layers=layers,  # type: ignore[arg-type]
        u_value=1.0 / (R_SI + resistance(layers) + R_SE), azimuth=azimuth,
        tilt={"roof": 0.0, "floor": 180.0}.get(kind, 90.0), absorptance=outside[0], emissivity=outside[1],
        absorptance_inside=case.absorptance_inside,
        emissivity_inside=0.0 if case.still_inside else case.emissivity_inside,
        roughness="very_smooth" if kind == "door" else "rough", **_convection(case, kind))


def _sides(case: Case) -> tuple[list[buem.Surface], list[buem.Window]]:
    """Walls, doors and windows of the conditioned zone."""
    surfaces: list[buem.Surface] = []
    windows: list[buem.Window] = []
    count = {"S": 2} if case.windows in ("S", "opaque") else {"E": 1, "W": 1} if case.windows == "EW" else {}
    for facade, (azimuth, gross) in FACADES.items():
        opening = WINDOW_AREA * count.get(facade, 0)
        surfaces.append(_opaque(case, "wall", gross - opening, azimuth, case.mass))
        if opening and case.windows == "opaque":
            surfaces.append(_opaque(case, "door", opening, azimuth, case.mass))
        elif opening:
            windows += _windows(case, count[facade], azimuth)
    return surfaces, windows


def _sunspace(case: Case) -> buem.Zone:
    """The sunspace of case 960: 8 m by 2 m, heavy, without gains or set-points, all but its common wall."""
    sides = (_opaque(case, "wall", 9.6, 180.0, "H"), *(_opaque(case, "wall", 5.4, a, "H") for a in (90.0, 270.0)))
    plates = (_opaque(case, "roof", 16.0, 0.0, "H"), _opaque(case, "floor", 16.0, 0.0, "H"))
    return buem.Zone(id="sunspace", volume=43.2, infiltration=0.5, surfaces=(*sides, *plates),
                     windows=tuple(_windows(case, 2, 180.0)))


def building(case: Case) -> buem.Building:
    """The building of a case with its layers, glass and inner faces."""
    surfaces, windows = _sides(case)
    surfaces += [_opaque(case, kind, FLOOR_AREA, 0.0, case.mass) for kind in ("roof", "floor")]
    if case.sunspace:
        surfaces = [s if s.azimuth != 180.0 or s.kind != "wall" else replace(
            s, layers=COMMON_WALL, boundary="sunspace", u_value=1.0 / (2 * R_SI + resistance(COMMON_WALL)))
            for s in surfaces]
    # The layer inside the insulation is what a day's wave reaches.
    capacities = [(s.area, s.layers[-1].thickness * s.layers[-1].density * s.layers[-1].specific_heat)
                  for s in surfaces if s.kind != "door"]
    capacity, squared = sum(a * c for a, c in capacities), sum(a * c**2 for a, c in capacities)
    night = buem.NightVentilation(air_change=1700.0 / (FLOOR_AREA * HEIGHT), start=18.0, end=7.0)
    heated = case.heated and case.conditioned
    return buem.Building(
        id=case.name, latitude=39.83, longitude=-104.65, floor_area=FLOOR_AREA, room_height=HEIGHT,
        surfaces=tuple(surfaces), windows=tuple(windows), zones=(_sunspace(case),) if case.sunspace else (),
        ventilation=buem.Ventilation(infiltration=case.air_change, use=0.0, night=night if case.night else None),
        usage=buem.Usage(
            heating_setpoint=case.heating if heated else -50.0, cooling_setpoint=case.cooling,
            heating_power=float("inf") if heated else 0.0, cooling=case.conditioned,
            internal_gain=case.gain / FLOOR_AREA, convective_share=0.4),
        heat_capacity=capacity / FLOOR_AREA, mass_area_ratio=capacity**2 / squared / FLOOR_AREA,
        internal_surface_area=sum(e.area for e in (*surfaces, *windows)), shading_horizontal=1.0,
        shading_vertical=1.0)


def plain_building(case: Case) -> buem.Building:
    """The building of a case as a U-value model takes it: without layers, windows under the annual mean films."""
    layered = building(case)
    surfaces = tuple(buem.Surface(
        id=s.id, kind=s.kind, area=s.area, u_value=s.u_value, azimuth=s.azimuth, tilt=s.tilt, boundary=s.boundary,
        absorptance=s.absorptance, emissivity=s.emissivity) for s in layered.surfaces)
    windows = tuple(replace(w, u_value=PLAIN_U[case.glass], emissivity=0.9) for w in layered.windows)
    return replace(layered, surfaces=surfaces, windows=windows)
