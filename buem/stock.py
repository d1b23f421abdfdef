"""Buildings as arrays: what the physics sees.

The elements of all buildings lie one after the other, the windows of a building after its opaque
elements; `owner` tells whose they are. Schedules that are alike are kept once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from buem.building import ROUGHNESS, Building, Layer, Surface, Window, Zone
from buem.constants import INTERNAL_SURFACE_RATIO, THERMAL_CLASSES
from buem.profiles import FloatArray, Schedule, expand
from buem.thermal_mass import areal_capacity, resistance
from buem.window_parts import (
    NO_CURVE,
    NO_SHADE,
    Part,
    angular_fit,
    glass_rows,
    height_of,
    shade_of,
    window_parts,
)
from buem.window_parts import SHADES as SHADES

IntArray = NDArray[np.int64]

#: Codes of the kinds of element, in the order of `results.LOSSES` without the bridges.
WALL, ROOF, FLOOR, WINDOW, DOOR = range(5)
#: What stands behind an element.
OUTDOOR, GROUND, ADIABATIC, UNHEATED, ZONE = range(5)
_BEHIND = {"outdoor": OUTDOOR, "ground": GROUND, "adiabatic": ADIABATIC, "unheated": UNHEATED}
_CODES = {"wall": WALL, "roof": ROOF, "floor": FLOOR, "door": DOOR}


class Elements(NamedTuple):
    """All elements of all buildings, each array of shape (elements,)."""

    #: Index of the building.
    owner: IntArray
    kind: IntArray
    area: FloatArray  # [m²]
    u_value: FloatArray  # [W/(m²K)]
    azimuth: FloatArray  # [°]
    tilt: FloatArray  # [°]
    b_transmission: FloatArray  # [-]
    emissivity: FloatArray  # [-]
    #: Solar absorptance of opaque elements, 0 for windows. [-]
    absorptance: FloatArray
    #: g at normal incidence, 0 for opaque elements. [-]
    g_value: FloatArray
    #: Of windows; 1 for a frame that is an element of its own. [-]
    frame_fraction: FloatArray
    #: Constant factor F_W, NaN for the angular model. [-]
    f_w: FloatArray
    #: Curve of g off the normal in place of the angular model: cos⁰ to cos⁴, NaN for none, of shape (elements, 5).
    angular: FloatArray
    #: Glass of which more is known than g, of shape (elements, 13): transmittance and what the outer and the inner face
    #: absorb at the normal, then the two as curves like `angular`; NaN where it is not known. [-]
    optics: FloatArray
    #: Shade of a window, columns as in `SHADES`, of shape (elements, 13). [m], [-], [W/m²], [°C]
    shade: FloatArray


class Faces(NamedTuple):
    """What stands behind each element, its faces and its layers, each of shape (elements,)."""

    #: `OUTDOOR` and so on.
    boundary: IntArray
    #: Solar absorptance and emissivity inside, 0 and that of glass for windows. [-]
    absorptance_inside: FloatArray
    emissivity_inside: FloatArray
    #: Factor of the forced convection outside. [-]
    roughness: FloatArray
    #: Of the layers [m²K/W], and what a day's swing inside finds of their capacity [J/(m²K)]; NaN without layers.
    resistance: FloatArray
    capacity: FloatArray
    #: Clear height of windows, 1 for all others. [m]
    height: FloatArray
    #: Prescribed convection outside and inside, NaN where it is not. [W/(m²K)]
    convection: FloatArray
    convection_inside: FloatArray


class Horizon(NamedTuple):
    """What stands around the buildings."""

    #: Elevation in equal sectors clockwise from north, shape (buildings, most sectors). [°]
    elevation: FloatArray
    #: Sectors of each building, 0 for a free horizon, shape (buildings,).
    sectors: IntArray


class Spaces(NamedTuple):
    """Unheated zones beside the buildings, each array of shape (zones,)."""

    #: Index of the building.
    owner: IntArray
    #: Their own elements, whose owner is the index of the zone.
    elements: Elements
    faces: Faces
    volume: FloatArray  # [m³]
    infiltration: FloatArray  # [1/h]
    #: Column of their gains in `Schedules.values`. [W]
    gain: IntArray


class Schedules(NamedTuple):
    """Hourly values, each distinct schedule once."""

    #: Shape (8760, schedules), in the unit of each.
    values: FloatArray
    #: Column of each building, shape (buildings,). The band is open, at -inf or inf, where a system may not run. [°C]
    heating: IntArray
    cooling: IntArray
    #: [W/m²]
    gain: IntArray
    #: Air change on purpose, and that of open windows. [1/h]
    air: IntArray
    free: IntArray
    #: Temperature of the ground, -1 where it is not given. [°C]
    ground: IntArray


class Stock(NamedTuple):
    """N buildings as arrays of shape (buildings,)."""

    elements: Elements
    faces: Faces
    spaces: Spaces
    schedules: Schedules
    floor_area: FloatArray  # [m²]
    volume: FloatArray  # [m³]
    heat_capacity: FloatArray  # C_m [J/K]
    furniture_capacity: FloatArray  # beside the air's [J/K]
    mass_area: FloatArray  # A_m [m²]
    #: Whether A_m was given, not taken from a class.
    mass_area_given: NDArray[np.bool_]
    internal_surface_area: FloatArray  # A_t [m²]
    thermal_bridge: FloatArray  # [W/K]
    shading_horizontal: FloatArray  # [-]
    shading_vertical: FloatArray  # [-]
    #: Seen from planes tilted 45° or more, and from all others.
    horizon: Horizon
    horizon_roof: Horizon
    infiltration: FloatArray  # [1/h]
    air_use: FloatArray  # mean of the year [1/h]
    heat_recovery: FloatArray  # [-]
    night_air_change: FloatArray  # [1/h]
    night_start: FloatArray  # [h]
    night_end: FloatArray  # [h]
    night_temp_min: FloatArray  # -inf for always [°C]
    bypass_temp: FloatArray  # inf for never [°C]
    free_temp_min: FloatArray  # [°C]
    free_difference: FloatArray  # [K]
    heating_power: FloatArray  # [W]
    cooling_power: FloatArray  # 0 without cooling [W]
    convective_share: FloatArray  # [-]
    #: Whether the operative temperature is held.
    operative: NDArray[np.bool_]
    #: First hour of the year and number of hours that count. [h]
    first_hour: IntArray
    hours: IntArray


def mass_area_ratio(heat_capacity: float) -> float:
    """Effective mass area per floor area of the class whose capacity is nearest.

    Parameters
    ----------
    heat_capacity : float
        Internal heat capacity per floor area. [J/(m²K)]

    Returns
    -------
    float
        A_m / A_f, 2.5 to 3.5. [-]

    References
    ----------
    .. [1] ISO 13790:2008, 12.3.1.2, table 12.
    """
    return min(THERMAL_CLASSES.values(), key=lambda row: abs(row[0] - heat_capacity))[1]


def stack(buildings: Sequence[Building], cooling: bool | None = None) -> Stock:
    """Buildings as arrays.

    Parameters
    ----------
    buildings : sequence of Building
        Sound ones, see `building_check.check_building`.
    cooling : bool, optional
        Whether there is cooling, over what each building says.

    Returns
    -------
    Stock
        Units as in its fields: m², W/K, J/K, °C, h.
    """
    use = [b.usage for b in buildings]
    air = [b.ventilation for b in buildings]
    night, free = [a.night for a in air], [a.free for a in air]
    floor_area = _floats(b.floor_area for b in buildings)
    schedules, gain = _schedules(buildings)
    cooled = [u.cooling if cooling is None else cooling for u in use]
    return Stock(
        elements=_elements(buildings),
        faces=_faces(buildings),
        spaces=_spaces(buildings, gain),
        schedules=schedules,
        floor_area=floor_area,
        volume=floor_area * _floats(b.room_height for b in buildings),
        heat_capacity=floor_area * _floats(b.heat_capacity for b in buildings),
        furniture_capacity=floor_area * _floats(b.furniture_capacity for b in buildings),
        mass_area=floor_area * _floats(
            mass_area_ratio(b.heat_capacity) if b.mass_area_ratio is None else b.mass_area_ratio for b in buildings),
        mass_area_given=np.array([b.mass_area_ratio is not None for b in buildings], dtype=bool),
        internal_surface_area=_floats(
            INTERNAL_SURFACE_RATIO * b.floor_area if b.internal_surface_area is None else b.internal_surface_area
            for b in buildings),
        thermal_bridge=_floats(b.thermal_bridge for b in buildings),
        shading_horizontal=_floats(b.shading_horizontal for b in buildings),
        shading_vertical=_floats(b.shading_vertical for b in buildings),
        horizon=_horizon([b.horizon for b in buildings]), horizon_roof=_horizon([b.horizon_roof for b in buildings]),
        infiltration=_floats(a.infiltration for a in air),
        air_use=_floats(a.use if not isinstance(a.use, tuple) else float(np.mean(expand(a.use))) for a in air),
        heat_recovery=_floats(a.heat_recovery for a in air),
        night_air_change=_floats(0.0 if n is None else n.air_change for n in night),
        night_start=_floats(0.0 if n is None else n.start for n in night),
        night_end=_floats(0.0 if n is None else n.end for n in night),
        night_temp_min=_floats(-np.inf if n is None or n.temp_min is None else n.temp_min for n in night),
        bypass_temp=_floats(np.inf if a.bypass_temp is None else a.bypass_temp for a in air),
        free_temp_min=_floats(0.0 if f is None else f.temp_min for f in free),
        free_difference=_floats(0.0 if f is None else f.difference for f in free),
        heating_power=_floats(u.heating_power for u in use),
        cooling_power=_floats(u.cooling_power if on else 0.0 for u, on in zip(use, cooled)),
        convective_share=_floats(u.convective_share for u in use),
        operative=np.array([u.temperature_control == "operative" for u in use], dtype=bool),
        first_hour=np.array([b.period.first_hour for b in buildings], dtype=np.int64),
        hours=np.array([b.period.hours for b in buildings], dtype=np.int64),
    )


def _floats(values: Iterable[float]) -> FloatArray:
    return np.fromiter(values, dtype=np.float64)


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value


def _parts(buildings: Sequence[Building | Zone]) -> list[tuple[int, Part]]:
    return [(i, part) for i, b in enumerate(buildings) for part in window_parts(b.windows)]


def _elements(buildings: Sequence[Building | Zone]) -> Elements:
    opaque = [(i, s) for i, b in enumerate(buildings) for s in b.surfaces]
    glazed = _parts(buildings)
    surfaces, parts = [s for _, s in opaque], [p for _, p in glazed]
    windows = [p.window for p in parts]
    both: list[Surface | Window] = [*surfaces, *windows]
    dark, clear = np.zeros(len(surfaces)), np.zeros(len(windows))
    u_value = np.concatenate([_floats(s.u_value for s in surfaces), _floats(p.u_value for p in parts)])
    return Elements(
        owner=np.array([i for i, _ in opaque] + [i for i, _ in glazed], dtype=np.int64),
        kind=np.array([_CODES[s.kind] for s in surfaces] + [WINDOW] * len(windows), dtype=np.int64),
        area=np.concatenate([_floats(s.area for s in surfaces), _floats(p.window.area * p.share for p in parts)]),
        u_value=u_value,
        azimuth=_floats(e.azimuth for e in both),
        tilt=_floats(e.tilt for e in both),
        b_transmission=_floats(e.b_transmission for e in both),
        emissivity=_floats(e.emissivity for e in both),
        absorptance=np.concatenate([_floats(s.absorptance for s in surfaces), clear]),
        g_value=np.concatenate([dark, _floats(w.g_value for w in windows)]),
        frame_fraction=np.concatenate([dark, _floats(p.frame_fraction for p in parts)]),
        f_w=np.concatenate([dark, _floats(np.nan if w.f_w is None else w.f_w for w in windows)]),
        angular=np.array([NO_CURVE] * len(surfaces) + [angular_fit(w.g_angular) if w.g_angular else NO_CURVE
                                                       for w in windows]).reshape(-1, 5),
        optics=glass_rows(len(surfaces), parts),
        shade=np.array([NO_SHADE] * len(surfaces) + [shade_of(w) for w in windows]).reshape(-1, len(SHADES)),
    )


def _faces(buildings: Sequence[Building | Zone]) -> Faces:
    surfaces = [s for b in buildings for s in b.surfaces]
    windows = [p.window for _, p in _parts(buildings)]
    known: dict[tuple[tuple[Layer, ...], bool], tuple[float, float]] = {}
    through = np.full((len(surfaces) + len(windows), 2), math.nan)
    for i, s in enumerate(surfaces):
        if s.layers:
            key = (s.layers, s.boundary == "adiabatic")
            if key not in known:
                known[key] = resistance(s.layers), areal_capacity(*key)
            through[i] = known[key]
    n = len(windows)
    both: list[Surface | Window] = [*surfaces, *windows]
    return Faces(
        boundary=np.array([_BEHIND.get(e.boundary, ZONE) for e in both], dtype=np.int64),
        absorptance_inside=np.concatenate([_floats(s.absorptance_inside for s in surfaces), np.zeros(n)]),
        emissivity_inside=_floats(e.emissivity_inside for e in both),
        roughness=np.concatenate([_floats(ROUGHNESS[s.roughness] for s in surfaces), np.ones(n)]),
        resistance=through[:, 0], capacity=through[:, 1],
        height=np.concatenate([np.ones(len(surfaces)), _floats(height_of(w) for w in windows)]),
        convection=_floats(_or_nan(e.convection) for e in both),
        convection_inside=_floats(_or_nan(e.convection_inside) for e in both),
    )


def _spaces(buildings: Sequence[Building], gain: IntArray) -> Spaces:
    found = [(i, zone) for i, b in enumerate(buildings) for zone in b.zones]
    zones = [zone for _, zone in found]
    return Spaces(
        owner=np.array([i for i, _ in found], dtype=np.int64), elements=_elements(zones), faces=_faces(zones),
        volume=_floats(z.volume for z in zones), infiltration=_floats(z.infiltration for z in zones), gain=gain,
    )


def _horizon(profiles: Sequence[tuple[float, ...]]) -> Horizon:
    most = max(map(len, profiles), default=0)
    padded = [tuple(p) + (0.0,) * (most - len(p)) for p in profiles]
    return Horizon(np.array(padded, dtype=np.float64).reshape(len(profiles), most),
                   np.array([len(p) for p in profiles], dtype=np.int64))


def _schedules(buildings: Sequence[Building]) -> tuple[Schedules, IntArray]:
    columns: dict[_Column, int] = {}

    def column(building: Building, schedule: Schedule, available: Schedule = 1.0, otherwise: float = 0.0) -> int:
        # Only a week depends on the calendar; anything else is shared by all years.
        weekly = any(isinstance(s, tuple) and len(s) == 48 for s in (schedule, available))
        limited = isinstance(available, tuple) or available <= 0.0
        key = (schedule, available if limited else 1.0, otherwise if limited else 0.0,
               building.period.year if weekly else 2019)
        return columns.setdefault(key, len(columns))

    def each(find: Callable[[Building], int]) -> IntArray:
        return np.array([find(b) for b in buildings], dtype=np.int64)

    heating = each(lambda b: column(b, b.usage.heating_setpoint, b.usage.heating_available, -math.inf))
    cooling = each(lambda b: column(b, b.usage.cooling_setpoint, b.usage.cooling_available, math.inf))
    gain = each(lambda b: column(b, b.usage.internal_gain))
    air = each(lambda b: column(b, b.ventilation.use))
    free = each(lambda b: column(b, 0.0 if b.ventilation.free is None else b.ventilation.free.air_change))
    ground = each(lambda b: -1 if b.ground.temperature is None else column(b, b.ground.temperature))
    of_zones = np.array([column(b, zone.internal_gain) for b in buildings for zone in b.zones], dtype=np.int64)
    values = np.stack([_hourly(key) for key in columns], axis=1)
    return Schedules(values, heating, cooling, gain, air, free, ground), of_zones


#: A schedule, when it counts, its value in the other hours, and the year that sets the weekdays.
_Column = tuple[Schedule, Schedule, float, int]


def _hourly(key: _Column) -> FloatArray:
    schedule, available, otherwise, year = key
    return np.where(expand(available, year) > 0.0, expand(schedule, year), otherwise)
