"""Buildings as arrays: what the physics sees.

The elements of all buildings lie one after the other, the windows of a building after its opaque
elements; `owner` tells whose they are. Schedules that are alike are kept once.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from buem.building import Building, Surface, Window
from buem.constants import INTERNAL_SURFACE_RATIO, THERMAL_CLASSES
from buem.profiles import FloatArray, Schedule, expand

IntArray = NDArray[np.int64]

#: Codes of the kinds of element, in the order of `results.LOSSES` without the bridges.
WALL, ROOF, FLOOR, WINDOW, DOOR = range(5)
_NO_OVERHANG = (0.0, 0.0, 0.0, 0.0, 1.0, 1.0)
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
    frame_fraction: FloatArray  # [-]
    #: Constant factor F_W, NaN for the angular model. [-]
    f_w: FloatArray
    #: Depth, gap, reach to the left and to the right of the overhang, height and width of the window: (elements, 6);
    #: depth 0 for none. [m]
    overhang: FloatArray


class Schedules(NamedTuple):
    """Hourly values, each distinct schedule once."""

    #: Shape (8760, schedules), in the unit of each.
    values: FloatArray
    #: Column of each building, shape (buildings,).
    heating: IntArray
    cooling: IntArray
    gain: IntArray
    #: Air change on purpose. [1/h]
    air: IntArray


class Stock(NamedTuple):
    """N buildings as arrays of shape (buildings,)."""

    elements: Elements
    schedules: Schedules
    floor_area: FloatArray  # [m²]
    volume: FloatArray  # [m³]
    heat_capacity: FloatArray  # C_m [J/K]
    mass_area: FloatArray  # A_m [m²]
    internal_surface_area: FloatArray  # A_t [m²]
    thermal_bridge: FloatArray  # [W/K]
    shading_horizontal: FloatArray  # [-]
    shading_vertical: FloatArray  # [-]
    infiltration: FloatArray  # [1/h]
    air_use: FloatArray  # mean of the year [1/h]
    heat_recovery: FloatArray  # [-]
    night_air_change: FloatArray  # [1/h]
    night_start: FloatArray  # [h]
    night_end: FloatArray  # [h]
    night_temp_min: FloatArray  # -inf for always [°C]
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
    night = [a.night for a in air]
    floor_area = _floats(b.floor_area for b in buildings)
    cooled = [u.cooling if cooling is None else cooling for u in use]
    return Stock(
        elements=_elements(buildings),
        schedules=_schedules(buildings),
        floor_area=floor_area,
        volume=floor_area * _floats(b.room_height for b in buildings),
        heat_capacity=floor_area * _floats(b.heat_capacity for b in buildings),
        mass_area=floor_area * _floats(
            mass_area_ratio(b.heat_capacity) if b.mass_area_ratio is None else b.mass_area_ratio for b in buildings),
        internal_surface_area=_floats(
            INTERNAL_SURFACE_RATIO * b.floor_area if b.internal_surface_area is None else b.internal_surface_area
            for b in buildings),
        thermal_bridge=_floats(b.thermal_bridge for b in buildings),
        shading_horizontal=_floats(b.shading_horizontal for b in buildings),
        shading_vertical=_floats(b.shading_vertical for b in buildings),
        infiltration=_floats(a.infiltration for a in air),
        air_use=_floats(a.use if not isinstance(a.use, tuple) else float(np.mean(expand(a.use))) for a in air),
        heat_recovery=_floats(a.heat_recovery for a in air),
        night_air_change=_floats(0.0 if n is None else n.air_change for n in night),
        night_start=_floats(0.0 if n is None else n.start for n in night),
        night_end=_floats(0.0 if n is None else n.end for n in night),
        night_temp_min=_floats(-np.inf if n is None or n.temp_min is None else n.temp_min for n in night),
        heating_power=_floats(u.heating_power for u in use),
        cooling_power=_floats(u.cooling_power if on else 0.0 for u, on in zip(use, cooled)),
        convective_share=_floats(u.convective_share for u in use),
        operative=np.array([u.temperature_control == "operative" for u in use], dtype=bool),
        first_hour=np.array([b.period.first_hour for b in buildings], dtype=np.int64),
        hours=np.array([b.period.hours for b in buildings], dtype=np.int64),
    )


def _floats(values: Iterable[float]) -> FloatArray:
    return np.fromiter(values, dtype=np.float64)


def _elements(buildings: Sequence[Building]) -> Elements:
    opaque = [(i, s) for i, b in enumerate(buildings) for s in b.surfaces]
    glazed = [(i, w) for i, b in enumerate(buildings) for w in b.windows]
    surfaces, windows = [s for _, s in opaque], [w for _, w in glazed]
    both: list[Surface | Window] = [*surfaces, *windows]
    dark, clear = np.zeros(len(surfaces)), np.zeros(len(windows))
    return Elements(
        owner=np.array([i for i, _ in opaque] + [i for i, _ in glazed], dtype=np.int64),
        kind=np.array([_CODES[s.kind] for s in surfaces] + [WINDOW] * len(windows), dtype=np.int64),
        area=_floats(e.area for e in both),
        u_value=_floats(e.u_value for e in both),
        azimuth=_floats(e.azimuth for e in both),
        tilt=_floats(e.tilt for e in both),
        b_transmission=_floats(e.b_transmission for e in both),
        emissivity=_floats(e.emissivity for e in both),
        absorptance=np.concatenate([_floats(s.absorptance for s in surfaces), clear]),
        g_value=np.concatenate([dark, _floats(w.g_value for w in windows)]),
        frame_fraction=np.concatenate([dark, _floats(w.frame_fraction for w in windows)]),
        f_w=np.concatenate([dark, _floats(np.nan if w.f_w is None else w.f_w for w in windows)]),
        overhang=np.array([_NO_OVERHANG] * len(surfaces) + [_overhang(w) for w in windows]).reshape(-1, 6),
    )


def _overhang(window: Window) -> tuple[float, ...]:
    shade = window.overhang
    if shade is None:
        return _NO_OVERHANG
    height = math.sqrt(window.area) if window.height is None else window.height
    return shade.depth, shade.gap, shade.left, shade.right, height, window.area / height


def _schedules(buildings: Sequence[Building]) -> Schedules:
    columns: dict[tuple[Schedule, int], int] = {}

    def column(schedule: Schedule, year: int) -> int:
        # Only a week depends on the calendar; anything else is shared by all years.
        weekly = isinstance(schedule, tuple) and len(schedule) == 48
        key = (schedule, year if weekly else 2019)
        return columns.setdefault(key, len(columns))

    heating = [column(b.usage.heating_setpoint, b.period.year) for b in buildings]
    cooling = [column(b.usage.cooling_setpoint, b.period.year) for b in buildings]
    gain = [column(b.usage.internal_gain, b.period.year) for b in buildings]
    air = [column(b.ventilation.use, b.period.year) for b in buildings]
    values = np.stack([expand(schedule, year) for schedule, year in columns], axis=1)
    return Schedules(values=values, heating=np.array(heating), cooling=np.array(cooling), gain=np.array(gain),
                     air=np.array(air))
