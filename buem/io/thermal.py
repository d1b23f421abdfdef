"""The building-wide thermal fields of a request: air, set-points, mass, gains, shading."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal, TypedDict, get_args

from buem.building import (
    CONTROLS,
    MASS_POSITIONS,
    FreeVentilation,
    MassPosition,
    NightVentilation,
    Surface,
    Usage,
    Ventilation,
    Window,
)
from buem.constants import CONVECTIVE_SHARE, THERMAL_CLASSES
from buem.io import units
from buem.io.fields import Findings, Record, Words, at, flag, foreign, member, number, schedule, text
from buem.profiles import Schedule

DEFAULT_AIR_CHANGE: Final = 0.5
DEFAULT_CAPACITY: Final = 165e3

#: Fields of the contract that no calculation of this version uses.
NO_EFFECT: Final = frozenset(("design_T_min", "q_w_nd"))

THERMAL_FIELDS: Final = NO_EFFECT | frozenset((
    "n_air_infiltration", "n_air_use", "c_m", "thermal_class", "comfortT_lb", "comfortT_ub", "F_sh_hor", "F_sh_vert",
    "F_f", "F_w", "phi_int", "temperature_control", "T_set_heating", "T_set_cooling", "heating_max_kW",
    "cooling_max_kW", "heat_recovery", "night_ventilation", "phi_int_convective", "thermal_bridge", "bypass_T",
    "free_ventilation", "heating_available", "cooling_available", "furniture_capacity", "mass_position", "hot_water",
    "electricity",
))  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ThermalSource:
    """Where the thermal fields stand, and what the dialect calls two of them."""

    record: Record
    path: str
    thermal_class: str = "thermal_class"
    #: Prefix of the fields in notes.
    label: str = "thermal"


def read_factor(source: ThermalSource, key: str, wanted: units.Quantity, default: float, found: Findings) -> float:
    """A dimensionless field of the contract, with its default.

    Parameters
    ----------
    source : ThermalSource
        Where the field stands.
    key : str
        Its name.
    wanted : Quantity
        Its range.
    default : float
        Value when it is missing; a note tells.
    found : Findings
        Takes problems and notes.

    Returns
    -------
    float
    """
    value = number(source.record, key, wanted, source.path, found)
    if value is not None:
        return value
    found.note(f"default: {source.label}.{key} {default:g}")
    return default


def read_mass(source: ThermalSource, found: Findings) -> tuple[float, float | None]:
    """Heat capacity and mass area per floor area.

    Parameters
    ----------
    source : ThermalSource
        Where `c_m` and the class stand.
    found : Findings
        Takes problems and notes.

    Returns
    -------
    tuple of float and float or None
        C_m / A_f [J/(m²K)]; A_m / A_f [-], None when only `c_m` says how heavy the building is.
    """
    record, path, label = source.record, source.path, source.label
    capacity = number(record, "c_m", units.HEAT_CAPACITY, path, found)
    key = source.thermal_class
    name = text(record, key, path, found)
    if name is not None and name not in THERMAL_CLASSES:
        found.add(at(path, key), name, f"one of {', '.join(THERMAL_CLASSES)}", "UNKNOWN_THERMAL_CLASS")
        name = None
    if capacity is not None:
        if name is not None:
            found.note(f"{label}.{key}: not used, c_m is given")
        return capacity, None
    if name is not None:
        return THERMAL_CLASSES[name]
    found.note(f"default: {label}.c_m 165 kJ/(m2K)")
    return DEFAULT_CAPACITY, None


def read_ventilation(source: ThermalSource, air_changes: list[float], found: Findings) -> Ventilation:
    """Air change: the explicit fields win, else the ventilation elements are the whole of it.

    Parameters
    ----------
    source : ThermalSource
        Where `n_air_infiltration`, `n_air_use`, `heat_recovery` and `night_ventilation` stand.
    air_changes : list of float
        Of the ventilation elements. [1/h]
    found : Findings
        Takes problems and notes.

    Returns
    -------
    Ventilation
    """
    record, path, label = source.record, source.path, source.label
    infiltration = number(record, "n_air_infiltration", units.AIR_CHANGE, path, found)
    use = schedule(record, "n_air_use", units.AIR_CHANGE, path, found)
    recovery = bypass = night = free = None
    if not record.keys().isdisjoint(_OWN_AIR):
        recovery = number(record, "heat_recovery", units.HEAT_RECOVERY, path, found)
        bypass = number(record, "bypass_T", units.TEMPERATURE, path, found)
        night, free = _night(record, path, found), _free(record, path, found)
        if bypass is not None and not recovery:
            found.note(f"{label}.bypass_T: no effect without heat_recovery")
    if infiltration is None and use is None and air_changes:
        infiltration, use = 0.0, (whole := sum(air_changes))
        if whole > units.AIR_CHANGE.high:
            found.add(path, whole, f"air changes of all elements together {units.AIR_CHANGE.expected}", "OUT_OF_RANGE")
    elif air_changes:
        found.note(f"ventilation element not used: {label}.n_air_infiltration or n_air_use is given")
    if infiltration is None:
        infiltration = DEFAULT_AIR_CHANGE
        found.note(f"default: {label}.n_air_infiltration 0.5 1/h")
    if use is None:
        use = DEFAULT_AIR_CHANGE
        found.note(f"default: {label}.n_air_use 0.5 1/h")
    return Ventilation(infiltration=infiltration, use=use, heat_recovery=recovery or 0.0, bypass_temp=bypass,
                       night=night, free=free)


_OWN_AIR: Final = frozenset(("heat_recovery", "bypass_T", "night_ventilation", "free_ventilation"))
_NIGHT_FIELDS: Final = frozenset(("air_changes", "from", "to", "T_min"))


def _night(record: Record, path: str, found: Findings) -> NightVentilation | None:
    block = member(record, "night_ventilation", path, found)
    if block is None:
        return None
    path = f"{path}.night_ventilation"
    foreign(block, _NIGHT_FIELDS, path, found, strict=True)
    values: list[float] = []
    for key, wanted in (("air_changes", units.AIR_CHANGE), ("from", units.HOUR), ("to", units.HOUR)):
        value = number(block, key, wanted, path, found)
        if value is not None:
            values.append(value)
        elif block.get(key) is None:
            found.add(f"{path}.{key}", None, wanted.expected, "MISSING_VALUE")
    temp_min = number(block, "T_min", units.TEMPERATURE, path, found)
    if len(values) < 3:
        return None
    return NightVentilation(air_change=values[0], start=values[1], end=values[2], temp_min=temp_min)


_FREE_FIELDS: Final = frozenset(("air_changes", "T_min", "difference"))


def _free(record: Record, path: str, found: Findings) -> FreeVentilation | None:
    block = member(record, "free_ventilation", path, found)
    if block is None:
        return None
    path = f"{path}.free_ventilation"
    foreign(block, _FREE_FIELDS, path, found, strict=True)
    air_change = schedule(block, "air_changes", units.AIR_CHANGE, path, found)
    if air_change is None:
        if block.get("air_changes") is None:
            found.add(f"{path}.air_changes", None, units.AIR_CHANGE.expected, "MISSING_VALUE")
        return None
    temp_min = number(block, "T_min", units.TEMPERATURE, path, found)
    difference = number(block, "difference", units.DIFFERENCE, path, found)
    return FreeVentilation(air_change=air_change, temp_min=23.0 if temp_min is None else temp_min,
                           difference=difference or 0.0)


def read_inside(source: ThermalSource, found: Findings) -> tuple[float, MassPosition]:
    """What only the node model knows of the mass: that of the furniture, and where that of the elements lies.

    Parameters
    ----------
    source : ThermalSource
        Where `furniture_capacity` and `mass_position` stand.
    found : Findings
        Takes problems.

    Returns
    -------
    tuple of float and str
        Capacity per floor area [J/(m²K)]; one of `building.MASS_POSITIONS`.
    """
    record, path = source.record, source.path
    furniture = number(record, "furniture_capacity", units.FURNITURE, path, found)
    position = record.get("mass_position")
    if position is not None and position not in MASS_POSITIONS:
        found.add(f"{path}.mass_position", position, f"one of {', '.join(MASS_POSITIONS)}", "UNKNOWN_CHOICE")
    known: tuple[MassPosition, ...] = get_args(MassPosition)
    return furniture or 0.0, next((name for name in known if name == position), "inside")


def read_usage(source: ThermalSource, cooling: bool, found: Findings) -> Usage:
    """Set-points, power, gains and control.

    Parameters
    ----------
    source : ThermalSource
        Where the fields stand.
    cooling : bool
        Whether there is cooling.
    found : Findings
        Takes problems and notes.

    Returns
    -------
    Usage
    """
    record, path = source.record, source.path
    heating_setpoint = _setpoint(source, "T_set_heating", "comfortT_lb", 21.0, found)
    cooling_setpoint = _setpoint(source, "T_set_cooling", "comfortT_ub", 24.0, found)
    gain = schedule(record, "phi_int", units.GAIN, path, found)
    if gain is None:
        gain = 3.0
        found.note(f"default: {source.label}.phi_int 3 W/m2")
    heating_power = number(record, "heating_max_kW", units.POWER, path, found)
    cooling_power = number(record, "cooling_max_kW", units.POWER, path, found)
    convective = number(record, "phi_int_convective", units.CONVECTIVE, path, found)
    return Usage(
        heating_setpoint=heating_setpoint,
        cooling_setpoint=cooling_setpoint,
        heating_power=math.inf if heating_power is None else heating_power,
        cooling_power=math.inf if cooling_power is None else cooling_power,
        cooling=cooling,
        temperature_control=_control(record, path, found),
        internal_gain=gain,
        convective_share=CONVECTIVE_SHARE if convective is None else convective,
        **_own_series(record, path, found),
    )


class _Series(TypedDict, total=False):
    """Fields of a `Usage` that the contract does not have."""

    heating_available: Schedule
    cooling_available: Schedule
    hot_water: Schedule
    electricity: Schedule


def _own_series(record: Record, path: str, found: Findings) -> _Series:
    fields = _Series()
    if record.keys().isdisjoint(_Series.__optional_keys__):
        return fields
    hot_water, electricity = (schedule(record, key, units.GAIN, path, found) for key in ("hot_water", "electricity"))
    heating, cooling = (_available(record, key, path, found) for key in ("heating_available", "cooling_available"))
    if heating is not None:
        fields["heating_available"] = heating
    if cooling is not None:
        fields["cooling_available"] = cooling
    if hot_water is not None:
        fields["hot_water"] = hot_water
    if electricity is not None:
        fields["electricity"] = electricity
    return fields


def _available(record: Record, key: str, path: str, found: Findings) -> Schedule | None:
    value = schedule(record, key, units.AVAILABLE, path, found)
    values = value if isinstance(value, tuple) else (value,)
    if value is not None and not {0.0, 1.0}.issuperset(values):
        found.add(f"{path}.{key}", Words("values between 0 and 1"), units.AVAILABLE.expected, "OUT_OF_RANGE")
    return value


def _control(record: Record, path: str, found: Findings) -> Literal["air", "operative"]:
    control = record.get("temperature_control")
    if control == "operative":
        return "operative"
    if control is not None and control != "air":
        found.add(f"{path}.temperature_control", control, f"one of {', '.join(CONTROLS)}", "UNKNOWN_CHOICE")
    return "air"


def _setpoint(source: ThermalSource, own: str, contract: str, default: float, found: Findings) -> Schedule:
    """A set-point: buem's own field, else the contract's, else the contract's default. [°C]"""
    record, path, label = source.record, source.path, source.label
    value = number(record, contract, units.TEMPERATURE, path, found)
    if record.get(own) is not None:
        if value is not None:
            found.note(f"{label}.{contract}: not used, {own} is given")
        exact = schedule(record, own, units.TEMPERATURE, path, found)
        return default if exact is None else exact
    if value is None:
        found.note(f"default: {label}.{contract} {default:g} degC")
        return default
    return value


def read_bridge(source: ThermalSource, elements: Iterable[Surface | Window], found: Findings) -> float:
    """Conductance of the thermal bridges. [W/K]

    Parameters
    ----------
    source : ThermalSource
        Where `thermal_bridge` stands, in W/K or, per area of the envelope, in W/(m²K).
    elements : iterable of Surface or Window
        The envelope; adiabatic elements do not count.
    found : Findings
        Takes problems and notes.

    Returns
    -------
    float
        Sum of all bridges. [W/K]
    """
    raw = source.record.get("thermal_bridge")
    if raw is None:
        return 0.0
    if not isinstance(raw, dict) or not _per_area(raw.get("unit")):
        return number(source.record, "thermal_bridge", units.BRIDGE, source.path, found) or 0.0
    supplement = number(source.record, "thermal_bridge", units.BRIDGE_AREA, source.path, found)
    area = sum(e.area for e in elements if e.u_value * e.b_transmission > 0)
    if supplement is None:
        return 0.0
    found.note(f"thermal bridges {supplement * area:g} W/K: {supplement:g} W/(m2K) on {area:g} m2 of envelope")
    return supplement * area


def _per_area(unit: object) -> bool:
    names = tuple(name for name in units.BRIDGE_AREA.units if name)
    return isinstance(unit, str) and units.find_unit(unit, names) is not None


def note_ignored(source: ThermalSource, found: Findings) -> None:
    """Report the thermal fields that change nothing.

    Parameters
    ----------
    source : ThermalSource
        Where they stand.
    found : Findings
        Takes their names.
    """
    for key in sorted(source.record.keys() & NO_EFFECT):
        found.ignored[f"{source.label}.{key}"] = None


_SOLVER_NO_EFFECT: Final = frozenset(("use_milp", "parallel_thermal", "use_chunked_processing"))


def read_cooling(solver: Any, path: str, default: bool, found: Findings) -> bool:
    """Whether cooling is computed, from the request's `solver`.

    Parameters
    ----------
    solver : object
        The `solver` member, or None.
    path : str
        Its path.
    default : bool
        What holds when `compute_cooling` is missing; a note tells.
    found : Findings
        Takes problems and notes.

    Returns
    -------
    bool
    """
    if solver is not None and not isinstance(solver, dict):
        found.add(path, solver, "an object", "WRONG_TYPE")
        solver = None
    record: Record = solver or {}
    for key in sorted(record.keys() & _SOLVER_NO_EFFECT):
        found.ignored[f"solver.{key}"] = None
    if record.keys() - _SOLVER_NO_EFFECT - {"compute_cooling"}:
        foreign(record, _SOLVER_NO_EFFECT | {"compute_cooling"}, path, found, strict=False)
    cooling = flag(record, "compute_cooling", path, found)
    if cooling is not None:
        return cooling
    if record.get("compute_cooling") is None:
        found.note(f"default: solver.compute_cooling {'true' if default else 'false'}")
    return default
