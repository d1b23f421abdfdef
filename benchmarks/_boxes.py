"""Random boxes: size, direction, windows, glass, mass, layers, set-points, gains, air change, overhangs, climate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

import buem

#: Seed and number of the boxes whose EnergyPlus values are stored.
SEED, COUNT = 140, 50
STATIONS = ("us_denver_tmy3", "us_chicago_tmy3", "us_tampa_tmy3", "us_tucson_tmy3", "de_potsdam_try2015")
#: U [W/(m²K)] and g [-] of the glasses, by the names of `benchmarks.energyplus.standard140.GLASS`.
GLASS = {"double": (2.74, 0.76), "low_e": (1.38, 0.438), "single": (5.904, 0.859)}
GLASS_SHARES = (0.5, 0.35, 0.15)
#: Films of ISO 6946:2017, table 7, for the U of an element that has layers. [m²K/W]
FILMS = {"wall": 0.17, "roof": 0.14, "floor": 0.21}


@dataclass(frozen=True, kw_only=True)
class RandomBox:
    """A building, the station of its weather and the glass of its windows."""

    building: buem.Building
    station: str
    glass: str


def _layer(thickness: float, conductivity: float, density: float, specific_heat: float) -> buem.Layer:
    return buem.Layer(thickness=thickness, conductivity=conductivity, density=density, specific_heat=specific_heat)


def _insulation(rng: np.random.Generator) -> buem.Layer:
    return _layer(float(rng.uniform(0.02, 0.25)), 0.04, 20.0, 1400.0)


def _wall(rng: np.random.Generator) -> tuple[buem.Layer, ...]:
    """Light, insulated outside, insulated inside, or solid masonry."""
    brick = _layer(float(rng.uniform(0.1, 0.3)), 0.7, 1700.0, 900.0)
    plaster, board = _layer(0.015, 0.7, 1400.0, 1000.0), _layer(0.0125, 0.2, 800.0, 1000.0)
    siding = _layer(0.02, 0.14, 530.0, 900.0)
    return (
        (siding, _insulation(rng), board), (plaster, _insulation(rng), brick, plaster),
        (brick, _insulation(rng), board), (plaster, brick, plaster),
    )[int(rng.integers(4))]


def _roof(rng: np.random.Generator) -> tuple[buem.Layer, ...]:
    deck, board = _layer(0.022, 0.14, 530.0, 900.0), _layer(0.0125, 0.2, 800.0, 1000.0)
    concrete = _layer(float(rng.uniform(0.1, 0.2)), 1.6, 2300.0, 1000.0)
    return ((deck, _insulation(rng), board), (_insulation(rng), concrete))[int(rng.integers(2))]


def _floor(rng: np.random.Generator) -> tuple[buem.Layer, ...]:
    timber, screed = _layer(0.025, 0.14, 650.0, 1200.0), _layer(float(rng.uniform(0.05, 0.12)), 1.4, 2000.0, 1000.0)
    return (_insulation(rng), (timber, screed)[int(rng.integers(2))])


def _surface(rng: np.random.Generator, kind: str, area: float, azimuth: float, layers: tuple[buem.Layer, ...],
             boundary: str = "outdoor") -> buem.Surface:
    resistance = sum(layer.thickness / layer.conductivity for layer in layers)
    return buem.Surface(
        id=f"{kind}{azimuth:.0f}", kind=kind, area=area, azimuth=azimuth,  # type: ignore[arg-type]
        tilt={"roof": 0.0, "floor": 180.0}.get(kind, 90.0), u_value=1.0 / (FILMS[kind] + resistance), layers=layers,
        boundary=boundary, absorptance=float(rng.uniform(0.3, 0.9)), absorptance_inside=float(rng.uniform(0.3, 0.8)))


def _overhang(rng: np.random.Generator) -> buem.Overhang | None:
    if rng.random() < 0.6:
        return None
    reach = float(rng.uniform(0.0, 0.5))
    return buem.Overhang(depth=float(rng.uniform(0.3, 1.5)), gap=float(rng.uniform(0.0, 0.4)), left=reach, right=reach)


def _usage(rng: np.random.Generator) -> buem.Usage:
    heating = float(rng.uniform(18.0, 22.0))
    night = heating - float(rng.uniform(2.0, 5.0)) * float(rng.random() < 0.3)
    return buem.Usage(
        heating_setpoint=(night,) * 6 + (heating,) * 16 + (night,) * 2, cooling_setpoint=float(rng.uniform(24.0, 27.0)),
        internal_gain=float(rng.uniform(0.0, 10.0)), convective_share=float(rng.uniform(0.3, 0.7)))


def _capacities(surfaces: list[buem.Surface]) -> tuple[float, float]:
    """Heat capacity of the inner 10 cm inside the insulation and the area it acts on, ISO 13790:2008, 12.2 and 12.3.1.

    Parameters
    ----------
    surfaces : list of Surface
        Elements with layers.

    Returns
    -------
    tuple of float
        C_m [J/K] and A_m = C_m² / Σ A κ² [m²].
    """
    total = squared = 0.0
    for surface in surfaces:
        depth = capacity = 0.0
        for layer in surface.layers[::-1]:
            if layer.conductivity < 0.05 or depth >= 0.1:
                break
            taken = min(layer.thickness, 0.1 - depth)
            capacity += taken * layer.density * layer.specific_heat
            depth += taken
        total += surface.area * capacity
        squared += surface.area * capacity**2
    return total, total**2 / squared


def random_box(seed: int, index: int) -> RandomBox:
    """One box; it depends on nothing but its seed and number.

    Parameters
    ----------
    seed, index : int
        Which.

    Returns
    -------
    RandomBox
        With layers, rated windows and a station.
    """
    rng = np.random.default_rng((seed, index))
    width, depth, height = (float(rng.uniform(*r)) for r in ((5.0, 20.0), (5.0, 12.0), (2.5, 3.5)))
    turn, glass = float(rng.uniform(135.0, 225.0)), str(rng.choice(list(GLASS), p=GLASS_SHARES))
    layers, surfaces, windows = _wall(rng), [], []
    for side, length in enumerate((width, depth, width, depth)):
        azimuth = (turn - 90.0 * side) % 360.0
        share = float(rng.uniform(0.05, 0.6)) if rng.random() < 0.75 else 0.0
        up = float(rng.uniform(1.0, height - 0.6))
        across = min(share * height / up, 0.95) * length
        surfaces.append(_surface(rng, "wall", length * height - across * up, azimuth, layers))
        overhang = _overhang(rng)
        if share:
            windows.append(buem.Window(
                id=f"window{side}", area=across * up, u_value=GLASS[glass][0], g_value=GLASS[glass][1], height=up,
                azimuth=azimuth, frame_fraction=0.0, emissivity=0.84, overhang=overhang))
    surfaces.append(_surface(rng, "roof", width * depth, 0.0, _roof(rng)))
    surfaces.append(_surface(rng, "floor", width * depth, 0.0, _floor(rng), str(rng.choice(["outdoor", "adiabatic"]))))
    station, floor_area = STATIONS[index % len(STATIONS)], width * depth
    capacity, mass_area = _capacities(surfaces)
    return RandomBox(station=station, glass=glass, building=buem.Building(
        id=f"box{index}", latitude=0.0, longitude=0.0, floor_area=floor_area, room_height=height,
        surfaces=tuple(surfaces), windows=tuple(windows), usage=_usage(rng),
        ventilation=buem.Ventilation(infiltration=float(rng.uniform(0.1, 1.0)), use=0.0),
        heat_capacity=capacity / floor_area, mass_area_ratio=mass_area / floor_area,
        shading_horizontal=1.0, shading_vertical=1.0,
        internal_surface_area=sum(e.area for e in (*surfaces, *windows))))


def random_boxes(count: int = COUNT, seed: int = SEED) -> list[RandomBox]:
    """Boxes 0 to `count` of a seed."""
    return [random_box(seed, index) for index in range(count)]
