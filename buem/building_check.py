"""What keeps a building from being simulated: fields out of range, of a wrong kind, or at odds with each other."""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from buem.building import (
    CONTROLS,
    KINDS,
    MASS_POSITIONS,
    RANGES,
    ROUGHNESS,
    Building,
    NightVentilation,
    Overhang,
    Surface,
    Usage,
    Ventilation,
    Window,
)
from buem.constants import HOURS
from buem.errors import Problem, problem
from buem.profiles import SCHEDULE_LENGTHS, Period, Schedule, YearSchedule, expand

#: What a building needs at least.
NO_HEAT_LOSS: Final = "an element with U > 0, a thermal bridge or an air change"


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
    yield from _check_schedule("ventilation.use", air.use, "air_change")
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
    if isinstance(schedule, YearSchedule):
        yield in_range(path, schedule.low, field_name)
        yield in_range(path, schedule.high, field_name)
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
    air = building.ventilation
    return air.infiltration + _extreme(air.use, max) * (1 - air.heat_recovery) > 0
