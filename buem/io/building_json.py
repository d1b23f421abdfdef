"""A `Building` as the `building` block of the v5 contract."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from buem.building import Building, NightVentilation, Overhang, Surface, Usage, Window
from buem.constants import CONVECTIVE_SHARE, THERMAL_CLASSES

#: Labels of a request that say nothing about the physics; they are carried over where they have this type.
_LABELS: Final[dict[str, type]] = {
    "name": str,
    "building_type": str,
    "construction_period": str,
    "country": str,
    "n_storeys": int,
    "neighbour_status": str,
    "attic_condition": str,
    "cellar_condition": str,
}


def building_block(building: Building, labels: Mapping[str, object] | None = None) -> dict[str, Any]:
    """The v5 `building` of a building of any dialect, or made by hand.

    Parameters
    ----------
    building : Building
        In SI units.
    labels : mapping, optional
        Attributes of the request; names such as `building_type` and `country` are carried over.

    Returns
    -------
    dict
        Every quantity as `{value, unit}`. What the contract has no word for stands in buem's own fields.
    """
    kept = {key: value for key, kind in _LABELS.items() if isinstance(value := (labels or {}).get(key), kind)}
    elements = [_surface(surface, i) for i, surface in enumerate(building.surfaces)]
    elements += [_window(window, i) for i, window in enumerate(building.windows)]
    return {
        **kept,
        "A_ref": _quantity(building.floor_area, "m2"),
        "h_room": _quantity(building.room_height, "m"),
        "envelope": {"elements": elements},
        "thermal": _thermal(building),
    }


def _quantity(value: float, unit: str) -> dict[str, Any]:
    return {"value": value, "unit": unit}


def _plane(element: Surface | Window, kind: str, number: int) -> dict[str, Any]:
    # The contract lets no tilt pass 90 and takes a floor to face down at any tilt.
    tilt = 0.0 if kind == "floor" else element.tilt
    return {
        "id": element.id or f"{kind}_{number + 1}",
        "type": kind,
        "area": _quantity(element.area, "m2"),
        "azimuth": _quantity(element.azimuth % 360.0, "deg"),
        "tilt": _quantity(tilt, "deg"),
        "U": _quantity(element.u_value, "W/(m2K)"),
        "b_transmission": _quantity(element.b_transmission, "-"),
        "emissivity": _quantity(element.emissivity, "-"),
    }


def _surface(surface: Surface, number: int) -> dict[str, Any]:
    return {**_plane(surface, surface.kind, number), "absorptance": _quantity(surface.absorptance, "-")}


def _window(window: Window, number: int) -> dict[str, Any]:
    return {
        **_plane(window, "window", number),
        "g_gl": _quantity(window.g_value, "-"),
        "frame_fraction": _quantity(window.frame_fraction, "-"),
        **({} if window.height is None else {"height": _quantity(window.height, "m")}),
        **({} if window.overhang is None else {"overhang": _overhang(window.overhang)}),
    }


def _overhang(overhang: Overhang) -> dict[str, Any]:
    reach = {"left": overhang.left, "right": overhang.right}
    return {
        "depth": _quantity(overhang.depth, "m"),
        "gap": _quantity(overhang.gap, "m"),
        **{side: _quantity(value, "m") for side, value in reach.items() if math.isfinite(value)},
    }


def _thermal(building: Building) -> dict[str, Any]:
    air, usage, bridge = building.ventilation, building.usage, building.thermal_bridge
    factors = {window.f_w for window in building.windows}
    factor = factors.pop() if len(factors) == 1 else None
    return _given({
        "n_air_infiltration": _quantity(air.infiltration, "1/h"),
        "n_air_use": _schedule(air.use) if isinstance(air.use, tuple) else _quantity(air.use, "1/h"),
        **_mass(building),
        "F_sh_hor": _quantity(building.shading_horizontal, "-"),
        "F_sh_vert": _quantity(building.shading_vertical, "-"),
        **_set_points(usage),
        **_own_fields(usage),
        "F_w": None if factor is None else _quantity(factor, "-"),
        "heat_recovery": air.heat_recovery or None,
        "night_ventilation": None if air.night is None else _night(air.night),
        "thermal_bridge": _quantity(bridge, "W/K") if bridge else None,
    })


def _given(block: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in block.items() if value is not None}


def _mass(building: Building) -> dict[str, Any]:
    # A class says both, the capacity and the mass area; c_m beside it would win and take the mass area away.
    mass = (building.heat_capacity, building.mass_area_ratio)
    for name, values in THERMAL_CLASSES.items():
        if values == mass:
            return {"thermal_class": name}
    return {"c_m": _quantity(building.heat_capacity / 1000.0, "kJ/(m2K)")}


def _set_points(usage: Usage) -> dict[str, Any]:
    low, high, gain = usage.heating_setpoint, usage.cooling_setpoint, usage.internal_gain
    return {
        **({"T_set_heating": _schedule(low)} if isinstance(low, tuple) else {"comfortT_lb": _quantity(low, "degC")}),
        **({"T_set_cooling": _schedule(high)} if isinstance(high, tuple) else {"comfortT_ub": _quantity(high, "degC")}),
        "phi_int": _schedule(gain) if isinstance(gain, tuple) else _quantity(gain, "W/m2"),
    }


def _own_fields(usage: Usage) -> dict[str, Any]:
    return {
        "temperature_control": None if usage.temperature_control == "air" else usage.temperature_control,
        "heating_max_kW": None if math.isinf(usage.heating_power) else usage.heating_power / 1000.0,
        "cooling_max_kW": None if math.isinf(usage.cooling_power) else usage.cooling_power / 1000.0,
        "phi_int_convective": None if usage.convective_share == CONVECTIVE_SHARE else usage.convective_share,
    }


def _night(night: NightVentilation) -> dict[str, Any]:
    return _given({"air_changes": night.air_change, "from": night.start, "to": night.end, "T_min": night.temp_min})


def _schedule(values: tuple[float, ...]) -> Any:
    return {"weekday": list(values[:24]), "weekend": list(values[24:])} if len(values) == 48 else list(values)
