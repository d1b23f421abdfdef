"""Buildings as frozen records in SI units. No physics."""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from buem.constants import HOURS
from buem.errors import Problem, problem
from buem.profiles import SCHEDULE_LENGTHS, Period, Schedule, expand

if TYPE_CHECKING:
    from buem.weather import Weather

Kind = Literal["wall", "roof", "floor", "door"]
KINDS: Final = ("wall", "roof", "floor", "door")
CONTROLS: Final = ("air", "operative")
MASS_POSITIONS: Final = ("inside", "outside", "both", "distributed", "middle")

#: What a building needs at least.
NO_HEAT_LOSS: Final = "an element with U > 0, a thermal bridge or an air change"


class Range(NamedTuple):
    """The values a field may take, both ends included unless `open_low`."""

    low: float
    high: float
    unit: str
    open_low: bool = False

    def holds(self, value: float) -> bool:
        """Whether a value lies inside; NaN never does."""
        return self.low <= value <= self.high and not (self.open_low and value == self.low)

    def __str__(self) -> str:
        unit = f" {self.unit}" if self.unit else ""
        if math.isinf(self.high):
            return f"a number {'above' if self.open_low else 'from'} {self.low:g}{unit}"
        bounds = f"{self.low:g} to {self.high:g}{unit}"
        return f"above {bounds}" if self.open_low else bounds


#: Allowed ranges of the fields of every record here; readers check against the same table.
RANGES: Final[dict[str, Range]] = {
    "latitude": Range(-90.0, 90.0, "°"),
    "longitude": Range(-180.0, 180.0, "°"),
    "area": Range(0.0, 1e7, "m²", open_low=True),
    "u_value": Range(0.0, 10.0, "W/(m²K)"),
    "tilt": Range(0.0, 180.0, "°"),
    "azimuth": Range(-360.0, 360.0, "°"),
    "b_transmission": Range(0.0, 1.0, ""),
    "g_value": Range(0.0, 1.0, ""),
    "frame_fraction": Range(0.0, 1.0, ""),
    "f_w": Range(0.0, 1.0, ""),
    "absorptance": Range(0.0, 1.0, ""),
    "emissivity": Range(0.0, 1.0, ""),
    "floor_area": Range(0.0, 1e8, "m²", open_low=True),
    "room_height": Range(0.0, 100.0, "m", open_low=True),
    "air_change": Range(0.0, 100.0, "1/h"),
    "heat_recovery": Range(0.0, 1.0, ""),
    "heat_capacity": Range(0.0, 1e8, "J/(m²K)", open_low=True),
    "mass_area_ratio": Range(0.0, 100.0, "", open_low=True),
    "internal_surface_area": Range(0.0, 1e9, "m²", open_low=True),
    "thermal_bridge": Range(0.0, 1e6, "W/K"),
    "shading": Range(0.0, 1.0, ""),
    "temperature": Range(-50.0, 100.0, "°C"),
    "gain": Range(0.0, 1000.0, "W/m²"),
    "convective_share": Range(0.0, 1.0, ""),
    "power": Range(0.0, math.inf, "W"),
    "hour_of_day": Range(0.0, 24.0, "h"),
    "height": Range(0.0, 100.0, "m", open_low=True),
    "depth": Range(0.0, 100.0, "m", open_low=True),
    "distance": Range(0.0, math.inf, "m"),
    "thickness": Range(0.0, 10.0, "m", open_low=True),
    "conductivity": Range(0.0, 1000.0, "W/(mK)", open_low=True),
    "density": Range(0.0, 20000.0, "kg/m³"),
    "specific_heat": Range(0.0, 20000.0, "J/(kgK)"),
    "resistance": Range(0.0, 1000.0, "m²K/W", open_low=True),
}

Roughness = Literal["very_rough", "rough", "medium_rough", "medium_smooth", "smooth", "very_smooth"]
#: Roughness of an outer face -> factor of its forced convection over that of smooth glass. [-]
ROUGHNESS: Final[dict[str, float]] = {
    "very_rough": 2.17, "rough": 1.67, "medium_rough": 1.52, "medium_smooth": 1.13, "smooth": 1.11, "very_smooth": 1.0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A layer of a construction: a material, or with `resistance` one without mass."""

    #: [m]
    thickness: float = 0.0
    #: [W/(mK)]
    conductivity: float = 0.0
    #: [kg/m³]
    density: float = 0.0
    #: [J/(kgK)]
    specific_heat: float = 0.0
    #: Thermal resistance of a layer without mass, such as an air gap; None for a material. [m²K/W]
    resistance: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """An opaque element: wall, roof, floor or door."""

    id: str = ""
    kind: Kind = "wall"
    #: Net of its openings. [m²]
    area: float
    #: Thermal transmittance. [W/(m²K)]
    u_value: float
    #: Where it faces, clockwise from north. [°]
    azimuth: float = 0.0
    #: 0 faces up, 90 is vertical, 180 faces down. [°]
    tilt: float = 90.0
    #: Adjustment factor of an unheated space behind it; 0 is adiabatic. [-]
    b_transmission: float = 1.0
    #: Solar absorptance outside. [-]
    absorptance: float = 0.6
    #: Thermal emissivity outside. [-]
    emissivity: float = 0.9
    #: Solar absorptance and thermal emissivity of the inner face. [-]
    absorptance_inside: float = 0.6
    emissivity_inside: float = 0.9
    #: Of the outer face, for the convection there.
    roughness: Roughness = "rough"
    #: From outside to inside; empty where only the U-value is known. The node model takes them in place of U.
    layers: tuple[Layer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Overhang:
    """A horizontal shade above a vertical window, along its whole width."""

    #: How far it stands out. [m]
    depth: float
    #: Between the head of the window and the overhang. [m]
    gap: float = 0.0
    #: How far it reaches beyond the window's sides, seen from outside; infinite for a long one. [m]
    left: float = math.inf
    right: float = math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A glazed element with its frame."""

    id: str = ""
    #: Of glass and frame together. [m²]
    area: float
    #: Thermal transmittance of glass and frame together. [W/(m²K)]
    u_value: float
    #: Total solar energy transmittance of the glass at normal incidence. [-]
    g_value: float
    azimuth: float = 0.0
    tilt: float = 90.0
    b_transmission: float = 1.0
    #: Share of the area that is frame, F_F. [-]
    frame_fraction: float = 0.2
    #: Constant factor for sun off the normal, F_W; None for the angular model. [-]
    f_w: float | None = None
    emissivity: float = 0.9
    #: Clear height, for the shade of an overhang; None for a window as high as it is wide. [m]
    height: float | None = None
    overhang: Overhang | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NightVentilation:
    """Extra outdoor air in the hours from `start` to `end`, which may span midnight."""

    #: Added to the other air changes. [1/h]
    air_change: float
    #: Hour of the day. [h]
    start: float
    #: Hour of the day. [h]
    end: float
    #: Only while the zone is warmer than this and than outdoors; None for always. [°C]
    temp_min: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ventilation:
    """Air change with outdoors, per volume of `floor_area` x `room_height`."""

    #: Through gaps, never through heat recovery. [1/h]
    infiltration: float = 0.5
    #: Ventilation on purpose, through heat recovery where there is one. [1/h]
    use: float = 0.5
    #: Share of the heat that is recovered. [-]
    heat_recovery: float = 0.0
    night: NightVentilation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What people and systems do: set-points, power, gains."""

    #: Lower set-point. [°C]
    heating_setpoint: Schedule = 21.0
    #: Upper set-point; still counts the hours above the band when there is no cooling. [°C]
    cooling_setpoint: Schedule = 24.0
    #: Largest heating power. [W]
    heating_power: float = math.inf
    #: Largest cooling power. [W]
    cooling_power: float = math.inf
    #: Whether there is cooling at all.
    cooling: bool = True
    #: Temperature that is held: of the air (ISO 13790) or operative (ISO 52016-1).
    temperature_control: Literal["air", "operative"] = "air"
    #: Internal gains per floor area. [W/m²]
    internal_gain: Schedule = 3.0
    #: Share of the internal gains that goes straight to the air. [-]
    convective_share: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Building:
    """One building of one thermal zone."""

    id: str
    #: Degrees north. [°]
    latitude: float
    #: Degrees east. [°]
    longitude: float
    #: Conditioned floor area, A_ref. [m²]
    floor_area: float
    #: Mean clear height. [m]
    room_height: float = 2.5
    surfaces: tuple[Surface, ...] = ()
    windows: tuple[Window, ...] = ()
    ventilation: Ventilation = field(default_factory=Ventilation)
    usage: Usage = field(default_factory=Usage)
    #: Internal heat capacity per floor area, C_m / A_f. [J/(m²K)]
    heat_capacity: float = 165e3
    #: Where it lies in the elements of the node model without layers, a class of ISO 52016-1, 6.5.7.2.
    mass_position: Literal["inside", "outside", "both", "distributed", "middle"] = "inside"
    #: Effective mass area per floor area, A_m / A_f; None takes it from the nearest class of ISO 13790 table 12. [-]
    mass_area_ratio: float | None = None
    #: Area of all inner surfaces, A_t; None for 4.5 floor areas. [m²]
    internal_surface_area: float | None = None
    #: Sum of the linear and point bridges. [W/K]
    thermal_bridge: float = 0.0
    #: Shading reduction on planes tilted less than 45°, F_sh,hor. [-]
    shading_horizontal: float = 0.8
    #: Shading reduction on all other planes, F_sh,vert. [-]
    shading_vertical: float = 0.75
    period: Period = field(default_factory=Period)
    #: Weather of its own, before any station.
    weather: Weather | None = None
    #: Name of the dialect it was read from.
    dialect: str = ""
    #: What was filled in, converted, ignored or noticed while reading.
    notes: tuple[str, ...] = ()


def check_building(building: Building) -> list[Problem]:
    """Everything that keeps a building from being simulated.

    Parameters
    ----------
    building : Building
        A record, read or made by hand.

    Returns
    -------
    list of Problem
        Empty when the building is sound; paths start at the building, e.g. `surfaces[2].u_value`.
    """
    found = list(_check_records(building)) or [p for p in _checks(building) if p is not None]
    if not found:
        crossed = check_band(building.usage, building.period.year)
        found += [crossed] if crossed else []
    if not found and not loses_heat(building):
        found.append(problem("surfaces", "nothing that loses heat", NO_HEAT_LOSS, "NO_HEAT_LOSS"))
    return found


def in_range(path: str, value: float, field_name: str) -> Problem | None:
    """The problem of a value outside the range of its field, or None.

    Parameters
    ----------
    path : str
        Where the value stands.
    value : float
        The value, in the unit of `RANGES`.
    field_name : str
        Key of `RANGES`.

    Returns
    -------
    Problem or None
    """
    limits = RANGES[field_name]
    # NumPy's numbers are Real too.
    if isinstance(value, (float, int, numbers.Real)) and not isinstance(value, bool) and limits.holds(value):
        return None
    return problem(path, value, str(limits), "OUT_OF_RANGE")


def _check_records(building: Building) -> Iterator[Problem]:
    """Fields that hold something of another kind, over which the other checks would stumble."""
    for name, kind in (("id", str), ("ventilation", Ventilation), ("usage", Usage), ("period", Period)):
        if not isinstance(value := getattr(building, name), kind):
            yield problem(name, value, "a text" if kind is str else f"a {kind.__name__}", "WRONG_TYPE")
    for name, element in (("surfaces", Surface), ("windows", Window)):
        held = getattr(building, name)
        if not isinstance(held, (tuple, list)):
            yield problem(name, held, f"a tuple of {element.__name__}", "WRONG_TYPE")
            continue
        for i, item in enumerate(held):
            if not isinstance(item, element):
                yield problem(f"{name}[{i}]", item, f"a {element.__name__}", "WRONG_TYPE")
            elif isinstance(item, Window) and not isinstance(item.overhang, Overhang | None):
                yield problem(f"{name}[{i}].overhang", item.overhang, "an Overhang or None", "WRONG_TYPE")
    night = getattr(building.ventilation, "night", None)
    if not isinstance(night, NightVentilation | None):
        yield problem("ventilation.night", night, "a NightVentilation or None", "WRONG_TYPE")
    cooling = getattr(building.usage, "cooling", True)
    if not isinstance(cooling, bool):
        yield problem("usage.cooling", cooling, "True or False", "WRONG_TYPE")


def _checks(building: Building) -> Iterator[Problem | None]:
    for name in ("latitude", "longitude", "floor_area", "room_height", "heat_capacity", "thermal_bridge"):
        yield in_range(name, getattr(building, name), name)
    for name in ("mass_area_ratio", "internal_surface_area"):
        if (value := getattr(building, name)) is not None:
            yield in_range(name, value, name)
    if building.mass_position not in MASS_POSITIONS:
        yield problem("mass_position", building.mass_position, f"one of {', '.join(MASS_POSITIONS)}")
    yield in_range("shading_horizontal", building.shading_horizontal, "shading")
    yield in_range("shading_vertical", building.shading_vertical, "shading")
    for i, surface in enumerate(building.surfaces):
        yield from _check_fields(f"surfaces[{i}]", surface, _SURFACE_FIELDS)
        if surface.kind not in KINDS:
            yield problem(f"surfaces[{i}].kind", surface.kind, f"one of {', '.join(KINDS)}")
        yield from _check_inside(f"surfaces[{i}]", surface)
    for i, window in enumerate(building.windows):
        yield from _check_fields(f"windows[{i}]", window, _WINDOW_FIELDS)
        if window.f_w is not None:
            yield in_range(f"windows[{i}].f_w", window.f_w, "f_w")
        yield from _check_overhang(f"windows[{i}]", window)
    yield from _check_air(building.ventilation)
    yield from _check_usage(building.usage)
    yield from _check_period(building.period)


_PLANE_FIELDS = ("area", "u_value", "azimuth", "tilt", "b_transmission", "emissivity")
_SURFACE_FIELDS = (*_PLANE_FIELDS, "absorptance")
_WINDOW_FIELDS = (*_PLANE_FIELDS, "g_value", "frame_fraction")


def _check_fields(path: str, record: Surface | Window, names: Iterable[str]) -> Iterator[Problem | None]:
    for name in names:
        value, limits = getattr(record, name), RANGES[name]
        # A sound number passes at once; NaN, and what is no float, is looked at again.
        if value.__class__ is float and limits.low < value <= limits.high:
            continue
        yield in_range(f"{path}.{name}", value, name)


def _check_inside(path: str, surface: Surface) -> Iterator[Problem | None]:
    yield in_range(f"{path}.absorptance_inside", surface.absorptance_inside, "absorptance")
    yield in_range(f"{path}.emissivity_inside", surface.emissivity_inside, "emissivity")
    if surface.roughness not in ROUGHNESS:
        yield problem(f"{path}.roughness", surface.roughness, f"one of {', '.join(ROUGHNESS)}")
    for k, layer in enumerate(surface.layers):
        if layer.resistance is not None:
            yield in_range(f"{path}.layers[{k}].resistance", layer.resistance, "resistance")
            continue
        for name in ("thickness", "conductivity", "density", "specific_heat"):
            yield in_range(f"{path}.layers[{k}].{name}", getattr(layer, name), name)


def _check_overhang(path: str, window: Window) -> Iterator[Problem | None]:
    if window.height is not None:
        yield in_range(f"{path}.height", window.height, "height")
    if window.overhang is None:
        return
    yield in_range(f"{path}.overhang.depth", window.overhang.depth, "depth")
    for name in ("gap", "left", "right"):
        yield in_range(f"{path}.overhang.{name}", getattr(window.overhang, name), "distance")
    if window.tilt != 90.0:
        yield problem(f"{path}.tilt", window.tilt, "90°, where there is an overhang")


def _check_air(air: Ventilation) -> Iterator[Problem | None]:
    yield in_range("ventilation.infiltration", air.infiltration, "air_change")
    yield in_range("ventilation.use", air.use, "air_change")
    yield in_range("ventilation.heat_recovery", air.heat_recovery, "heat_recovery")
    if air.night is not None:
        yield in_range("ventilation.night.air_change", air.night.air_change, "air_change")
        yield in_range("ventilation.night.start", air.night.start, "hour_of_day")
        yield in_range("ventilation.night.end", air.night.end, "hour_of_day")
        if air.night.temp_min is not None:
            yield in_range("ventilation.night.temp_min", air.night.temp_min, "temperature")


def _check_period(period: Period) -> Iterator[Problem | None]:
    for name, low, high in (("year", 1, 9998), ("first_hour", 0, HOURS - 1), ("hours", 1, HOURS)):
        value = getattr(period, name)
        if not isinstance(value, numbers.Integral) or not low <= int(value) <= high:
            yield problem(f"period.{name}", value, f"a whole number from {low} to {high}", "OUT_OF_RANGE")


def _check_usage(usage: Usage) -> Iterator[Problem | None]:
    yield from _check_schedule("usage.heating_setpoint", usage.heating_setpoint, "temperature")
    yield from _check_schedule("usage.cooling_setpoint", usage.cooling_setpoint, "temperature")
    yield from _check_schedule("usage.internal_gain", usage.internal_gain, "gain")
    yield in_range("usage.heating_power", usage.heating_power, "power")
    yield in_range("usage.cooling_power", usage.cooling_power, "power")
    yield in_range("usage.convective_share", usage.convective_share, "convective_share")
    if usage.temperature_control not in CONTROLS:
        yield problem("usage.temperature_control", usage.temperature_control, f"one of {', '.join(CONTROLS)}")


def _check_schedule(path: str, schedule: Schedule, field_name: str) -> Iterator[Problem | None]:
    if isinstance(schedule, numbers.Real):
        yield in_range(path, schedule, field_name)
        return
    if not isinstance(schedule, tuple):
        yield problem(path, schedule, f"a number or a tuple of numbers, {RANGES[field_name]}", "WRONG_TYPE")
        return
    if len(schedule) not in SCHEDULE_LENGTHS:
        yield problem(path, f"{len(schedule)} values", "1, 24, 48 (weekday, weekend) or 8760 values")
        return
    odd = next((i for i, value in enumerate(schedule) if not isinstance(value, (float, int, numbers.Real))), None)
    if odd is not None:
        yield problem(f"{path}[{odd}]", schedule[odd], f"a number, {RANGES[field_name]}", "WRONG_TYPE")
        return
    # min and max pass over NaN, so it is looked for by itself.
    if any(value != value for value in schedule):
        yield problem(path, math.nan, str(RANGES[field_name]), "OUT_OF_RANGE")
    yield in_range(path, min(schedule), field_name)
    yield in_range(path, max(schedule), field_name)


def check_band(usage: Usage, year: int) -> Problem | None:
    """The problem of a lower set-point above the upper one in any hour, or None.

    Parameters
    ----------
    usage : Usage
        With sound schedules.
    year : int
        Calendar year, which sets the weekdays.

    Returns
    -------
    Problem or None
    """
    low, high = usage.heating_setpoint, usage.cooling_setpoint
    if not isinstance(low, tuple) and not isinstance(high, tuple):
        crossed, hour = low > high, 0
    elif _extreme(low, max) <= _extreme(high, min):
        return None
    else:
        above = expand(low, year) > expand(high, year)
        crossed, hour = bool(above.any()), int(above.argmax())
    if not crossed:
        return None
    where = "" if hour == 0 else f" (hour {hour} of the year)"
    return problem("usage.heating_setpoint", low if not isinstance(low, tuple) else "schedule",
                   f"at most the cooling set-point{where}", "SETPOINTS_CROSSED")


def _extreme(schedule: Schedule, choose: Callable[[tuple[float, ...]], float]) -> float:
    return choose(schedule) if isinstance(schedule, tuple) else schedule


def loses_heat(building: Building) -> bool:
    """Whether a building has any transmission, thermal bridge or net air change."""
    elements: list[Surface | Window] = [*building.surfaces, *building.windows]
    if any(e.u_value * e.b_transmission > 0 for e in elements) or building.thermal_bridge > 0:
        return True
    return building.ventilation.infiltration + building.ventilation.use * (1 - building.ventilation.heat_recovery) > 0
