"""What keeps a building from being simulated: fields out of range, of a wrong kind, or at odds with each other."""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Final

from buem.building import (
    BOUNDARIES,
    CONTROLS,
    FIN_SIDES,
    GROUND_FLOORS,
    KINDS,
    MASS_POSITIONS,
    MOST_PANES,
    RANGES,
    ROUGHNESS,
    Building,
    Fins,
    FreeVentilation,
    Glass,
    Ground,
    Layer,
    NightVentilation,
    Origin,
    Overhang,
    Shade,
    Surface,
    Usage,
    Ventilation,
    Window,
    Zone,
)
from buem.constants import HOURS
from buem.errors import Problem, problem
from buem.profiles import SCHEDULE_LENGTHS, Period, Schedule, YearSchedule, expand
from buem.weather import Weather

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
    # A sound number passes at once; NaN, and what is no float, is looked at again. NumPy's numbers are Real, too.
    if value.__class__ is float and limits.low < value <= limits.high:
        return None
    if isinstance(value, (float, int, numbers.Real)) and not isinstance(value, bool) and limits.holds(value):
        return None
    return problem(path, value, str(limits), "OUT_OF_RANGE")


#: Fields of a building that hold a record.
_RECORDS: Final = (("id", str), ("ventilation", Ventilation), ("usage", Usage), ("period", Period), ("ground", Ground))
_OR_NONE: Final = (("weather", Weather), ("origin", Origin))
#: Fields of a window that may hold a record.
_OF_WINDOWS: Final = (("overhang", Overhang), ("fins", Fins), ("shade", Shade))
#: Sectors of a horizon.
_SECTORS: Final = range(4, 361)


def _check_records(building: Building) -> Iterator[Problem]:
    """Fields that hold something of another kind, over which the other checks would stumble."""
    for name, kind in _RECORDS:
        if not isinstance(value := getattr(building, name), kind):
            yield problem(name, value, "a text" if kind is str else f"a {kind.__name__}", "WRONG_TYPE")
    yield from _check_elements_kind("", building)
    if not isinstance(building.zones, (tuple, list)):
        yield problem("zones", building.zones, "a tuple of Zone", "WRONG_TYPE")
    else:
        for i, zone in enumerate(building.zones):
            if isinstance(zone, Zone):
                yield from _check_elements_kind(f"zones[{i}].", zone)
            else:
                yield problem(f"zones[{i}]", zone, "a Zone", "WRONG_TYPE")
    for name, choice in (("night", NightVentilation), ("free", FreeVentilation)):
        value = getattr(building.ventilation, name, None)
        if value is not None and not isinstance(value, choice):
            yield problem(f"ventilation.{name}", value, f"a {choice.__name__} or None", "WRONG_TYPE")
    for name, record in _OR_NONE:
        value = getattr(building, name)
        if value is not None and not isinstance(value, record):
            article = "an" if record is Origin else "a"
            yield problem(name, value, f"{article} {record.__name__} or None", "WRONG_TYPE")
    if not isinstance(building.notes, (tuple, list)):
        yield problem("notes", building.notes, "a tuple of texts", "WRONG_TYPE")
    cooling = getattr(building.usage, "cooling", True)
    if not isinstance(cooling, bool):
        yield problem("usage.cooling", cooling, "True or False", "WRONG_TYPE")


def _check_elements_kind(path: str, owner: Building | Zone) -> Iterator[Problem]:
    for name, kind in (("surfaces", Surface), ("windows", Window)):
        held = getattr(owner, name)
        if not isinstance(held, (tuple, list)):
            yield problem(f"{path}{name}", held, f"a tuple of {kind.__name__}", "WRONG_TYPE")
            continue
        for i, item in enumerate(held):
            if not isinstance(item, kind):
                yield problem(f"{path}{name}[{i}]", item, f"a {kind.__name__}", "WRONG_TYPE")
            elif isinstance(item, Window) or item.layers:
                yield from _check_parts_kind(f"{path}{name}[{i}]", item)


def _check_parts_kind(path: str, element: Surface | Window) -> Iterator[Problem]:
    if isinstance(element, Window):
        for part, record in _OF_WINDOWS:
            value = getattr(element, part)
            if value is not None and not isinstance(value, record):
                article = "an" if part == "overhang" else "a"
                yield problem(f"{path}.{part}", value, f"{article} {record.__name__} or None", "WRONG_TYPE")
        return
    for k, layer in enumerate(element.layers):
        if not isinstance(layer, Layer):
            yield problem(f"{path}.layers[{k}]", layer, "a Layer", "WRONG_TYPE")


def _checks(building: Building) -> Iterator[Problem | None]:
    for name in ("latitude", "longitude", "floor_area", "room_height", "heat_capacity", "thermal_bridge",
                 "furniture_capacity"):
        yield in_range(name, getattr(building, name), name)
    for name in ("mass_area_ratio", "internal_surface_area"):
        if (value := getattr(building, name)) is not None:
            yield in_range(name, value, name)
    if building.mass_position not in MASS_POSITIONS:
        yield problem("mass_position", building.mass_position, f"one of {', '.join(MASS_POSITIONS)}")
    yield in_range("shading_horizontal", building.shading_horizontal, "shading")
    yield in_range("shading_vertical", building.shading_vertical, "shading")
    yield from _check_horizon("horizon", building.horizon)
    yield from _check_horizon("horizon_roof", building.horizon_roof)
    behind = (*BOUNDARIES, *(zone.id for zone in building.zones))
    yield from _check_elements("", building, behind)
    yield from _check_zones(building.zones)
    yield from _check_ground(building.ground)
    yield from _check_air(building.ventilation)
    yield from _check_usage(building.usage)
    yield from _check_period(building.period)


def _check_elements(path: str, owner: Building | Zone, behind: tuple[str, ...]) -> Iterator[Problem | None]:
    for i, surface in enumerate(owner.surfaces):
        here = f"{path}surfaces[{i}]"
        yield from _check_fields(here, surface, _SURFACE_FIELDS)
        if surface.kind not in KINDS:
            yield problem(f"{here}.kind", surface.kind, f"one of {', '.join(KINDS)}")
        if surface.boundary not in behind:
            yield problem(f"{here}.boundary", surface.boundary, f"one of {', '.join(behind)}, or the id of a zone")
        yield from _check_inside(here, surface)
    glazed = ("outdoor", *behind[len(BOUNDARIES):])
    for i, window in enumerate(owner.windows):
        here = f"{path}windows[{i}]"
        yield from _check_fields(here, window, _WINDOW_FIELDS)
        if window.boundary not in glazed:
            yield problem(f"{here}.boundary", window.boundary, f"one of {', '.join(glazed)}")
        yield from _check_glass(here, window)
        yield from _check_shades(here, window)


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
    if surface.convection is not None or surface.convection_inside is not None:
        yield from _check_convection(path, surface)
    if surface.roughness not in ROUGHNESS:
        yield problem(f"{path}.roughness", surface.roughness, f"one of {', '.join(ROUGHNESS)}")
    for k, layer in enumerate(surface.layers):
        if layer.resistance is not None:
            yield in_range(f"{path}.layers[{k}].resistance", layer.resistance, "resistance")
            continue
        for name in ("thickness", "conductivity", "density", "specific_heat"):
            yield in_range(f"{path}.layers[{k}].{name}", getattr(layer, name), name)


def _check_convection(path: str, element: Surface | Window) -> Iterator[Problem | None]:
    for name in ("convection", "convection_inside"):
        value = getattr(element, name)
        if value is not None:
            yield in_range(f"{path}.{name}", value, "convection")


def _check_optics(path: str, glass: Glass) -> Iterator[Problem | None]:
    yield in_range(f"{path}.transmittance", glass.transmittance, "transmittance")
    if not isinstance(glass.absorptances, tuple) or not 1 <= len(glass.absorptances) <= MOST_PANES:
        found = f"{len(glass.absorptances)} values" if isinstance(glass.absorptances, tuple) else glass.absorptances
        yield problem(f"{path}.absorptances", found, f"a tuple of 1 to {MOST_PANES}, one a pane", "WRONG_TYPE")
        return
    wrong = [in_range(f"{path}.absorptances[{k}]", a, "absorptance") for k, a in enumerate(glass.absorptances)]
    yield from wrong
    if not any(wrong) and glass.transmittance + math.fsum(glass.absorptances) > 1.0:
        yield problem(path, f"{glass.transmittance} passing, {glass.absorptances} absorbed", "1 at most in all")
    for name in ("transmittance_angular", "absorptance_angular"):
        if getattr(glass, name):
            yield from _check_angles(f"{path}.{name}", getattr(glass, name))


def _check_glass(path: str, window: Window) -> Iterator[Problem | None]:
    if window.convection is not None or window.convection_inside is not None:
        yield from _check_convection(path, window)
    yield in_range(f"{path}.emissivity_inside", window.emissivity_inside, "emissivity")
    if window.glass is not None:
        yield from _check_optics(f"{path}.glass", window.glass)
    if window.f_w is not None:
        yield in_range(f"{path}.f_w", window.f_w, "f_w")
    if window.g_angular:
        yield from _check_angles(f"{path}.g_angular", window.g_angular)
    if window.u_frame is None:
        return
    wrong = in_range(f"{path}.u_frame", window.u_frame, "u_value")
    if wrong is None and window.u_frame * window.frame_fraction >= max(window.u_value, 1e-9):
        most = window.u_value / window.frame_fraction
        wrong = problem(f"{path}.u_frame", window.u_frame,
                        f"less than {most:g} W/(m²K), so that some of the window's U is left to the glass")
    yield wrong


def _check_angles(path: str, pairs: tuple[tuple[float, float], ...]) -> Iterator[Problem | None]:
    most = 2.0 if path.endswith("absorptance_angular") else 1.0
    share = "a share of g" if path.endswith("g_angular") else "a share"
    wanted = f"pairs of an angle and {share}, from (0, 1) to (90, 0..{most:g}) with rising angles"
    sound = isinstance(pairs, tuple) and all(isinstance(pair, tuple) and len(pair) == 2 for pair in pairs)
    if not sound:
        yield problem(path, pairs, wanted, "WRONG_TYPE")
        return
    for k, (angle, part) in enumerate(pairs):
        yield in_range(f"{path}[{k}][0]", angle, "angle")
        yield in_range(f"{path}[{k}][1]", part, "share" if most == 1.0 else "more_share")
    angles = [angle for angle, _ in pairs]
    rising = all(low < high for low, high in pairwise(angles))
    if not rising or pairs[0] != (0.0, 1.0) or angles[-1] != 90.0:
        yield problem(path, f"{len(pairs)} pairs from {pairs[0]} to {pairs[-1]}", wanted)


def _check_shades(path: str, window: Window) -> Iterator[Problem | None]:
    if window.height is not None:
        yield in_range(f"{path}.height", window.height, "height")
    for name, record, reach in (("overhang", window.overhang, ("gap", "left", "right")),
                                ("fins", window.fins, ("gap", "above", "below"))):
        if record is None:
            continue
        yield in_range(f"{path}.{name}.depth", record.depth, "depth")
        for field in reach:
            yield in_range(f"{path}.{name}.{field}", getattr(record, field), "distance")
        if window.tilt != 90.0:
            article = "an overhang" if name == "overhang" else "a fin"
            yield problem(f"{path}.tilt", window.tilt, f"90°, where there is {article}")
    if window.fins is not None and window.fins.sides not in FIN_SIDES:
        yield problem(f"{path}.fins.sides", window.fins.sides, f"one of {', '.join(FIN_SIDES)}")
    if window.shade is not None:
        yield in_range(f"{path}.shade.factor", window.shade.factor, "shading")
        yield in_range(f"{path}.shade.irradiance", window.shade.irradiance, "irradiance")
        if window.shade.temp_min is not None:
            yield in_range(f"{path}.shade.temp_min", window.shade.temp_min, "temperature")


def _check_horizon(path: str, horizon: tuple[float, ...]) -> Iterator[Problem | None]:
    if horizon == ():
        return
    if not isinstance(horizon, tuple) or len(horizon) not in _SECTORS:
        found = f"{len(horizon)} values" if isinstance(horizon, tuple) else horizon
        yield problem(path, found, f"a tuple of {_SECTORS[0]} to {_SECTORS[-1]} elevations, or an empty one")
        return
    for k, elevation in enumerate(horizon):
        yield in_range(f"{path}[{k}]", elevation, "elevation")


def _check_zones(zones: tuple[Zone, ...]) -> Iterator[Problem | None]:
    if len(zones) > 1:
        yield problem("zones", f"{len(zones)} zones", "one zone without heating at most")
    for i, zone in enumerate(zones):
        path = f"zones[{i}]"
        if not isinstance(zone.id, str) or not zone.id or zone.id in BOUNDARIES:
            yield problem(f"{path}.id", zone.id, f"a text of its own, none of {', '.join(BOUNDARIES)}")
        yield in_range(f"{path}.volume", zone.volume, "volume")
        yield in_range(f"{path}.infiltration", zone.infiltration, "air_change")
        yield in_range(f"{path}.heat_capacity", zone.heat_capacity, "capacity")
        yield from _check_schedule(f"{path}.internal_gain", zone.internal_gain, "power")
        yield from _check_elements(f"{path}.", zone, BOUNDARIES)


def _check_ground(ground: Ground) -> Iterator[Problem | None]:
    if ground.floor not in GROUND_FLOORS:
        yield problem("ground.floor", ground.floor, f"one of {', '.join(GROUND_FLOORS)}")
    if ground.perimeter is not None:
        yield in_range("ground.perimeter", ground.perimeter, "perimeter")
    for name, limits in (("wall_thickness", "thickness"), ("conductivity", "conductivity"), ("depth", "distance"),
                         ("heat_capacity", "soil_capacity"), ("height", "distance"), ("wall_u_value", "u_value"),
                         ("air_change", "air_change")):
        yield in_range(f"ground.{name}", getattr(ground, name), limits)
    if ground.temperature is not None:
        yield from _check_schedule("ground.temperature", ground.temperature, "temperature")


def _check_air(air: Ventilation) -> Iterator[Problem | None]:
    yield in_range("ventilation.infiltration", air.infiltration, "air_change")
    yield from _check_schedule("ventilation.use", air.use, "air_change")
    yield in_range("ventilation.heat_recovery", air.heat_recovery, "heat_recovery")
    if air.bypass_temp is not None:
        yield in_range("ventilation.bypass_temp", air.bypass_temp, "temperature")
    if air.free is not None:
        yield from _check_schedule("ventilation.free.air_change", air.free.air_change, "air_change")
        yield in_range("ventilation.free.temp_min", air.free.temp_min, "temperature")
        yield in_range("ventilation.free.difference", air.free.difference, "difference")
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
    yield from _check_schedule("usage.hot_water", usage.hot_water, "gain")
    if usage.electricity is not None:
        yield from _check_schedule("usage.electricity", usage.electricity, "gain")
    for name in ("heating_available", "cooling_available"):
        schedule = getattr(usage, name)
        yield from _check_schedule(f"usage.{name}", schedule, "share")
        values = schedule if isinstance(schedule, tuple) else (schedule,)
        if not {0.0, 1.0}.issuperset(values):
            yield problem(f"usage.{name}", "values between 0 and 1", "1 for hours in which it may run, else 0")
    if usage.temperature_control not in CONTROLS:
        yield problem("usage.temperature_control", usage.temperature_control, f"one of {', '.join(CONTROLS)}")


def _check_schedule(path: str, schedule: Schedule, field_name: str) -> Iterator[Problem | None]:
    if isinstance(schedule, (float, numbers.Real)):
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
    if building.thermal_bridge > 0:
        return True
    if any(e.u_value * e.b_transmission > 0 and e.boundary != "adiabatic" for e in elements):
        return True
    air = building.ventilation
    return air.infiltration + _extreme(air.use, max) * (1 - air.heat_recovery) > 0
