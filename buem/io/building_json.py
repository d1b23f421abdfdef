"""A `Building` as the `building` block of the v5 contract."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from buem.building import (
    Building,
    Fins,
    FreeVentilation,
    Glass,
    Ground,
    Layer,
    NightVentilation,
    Overhang,
    Shade,
    Surface,
    Usage,
    Ventilation,
    Window,
    Zone,
)
from buem.constants import CONVECTIVE_SHARE, THERMAL_CLASSES
from buem.profiles import Schedule

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
        **({} if building.ground == Ground() else {"ground": _ground(building.ground)}),
        **({"zones": [_zone(zone) for zone in building.zones]} if building.zones else {}),
        **({"horizon": list(building.horizon)} if building.horizon else {}),
        **({"horizon_roof": list(building.horizon_roof)} if building.horizon_roof else {}),
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
        **_behind(element),
    }


def _behind(element: Surface | Window) -> dict[str, Any]:
    if element.boundary not in ("outdoor", "unheated"):
        return {"boundary": element.boundary}
    share = {"b_transmission": _quantity(element.b_transmission, "-")}
    return share if element.boundary == "outdoor" else {**share, "boundary": element.boundary}


def _sides(outside: float, inside: float, default: float) -> dict[str, Any]:
    faces = {"outside": _quantity(outside, "-"), "inside": _quantity(inside, "-")}
    return faces["outside"] if inside == default else faces


def _convection(element: Surface | Window) -> dict[str, Any]:
    sides = {"outside": element.convection, "inside": element.convection_inside}
    given = {side: _quantity(value, "W/(m2K)") for side, value in sides.items() if value is not None}
    return {"convection": given} if given else {}


def _surface(surface: Surface, number: int) -> dict[str, Any]:
    return {
        **_plane(surface, surface.kind, number),
        "emissivity": _sides(surface.emissivity, surface.emissivity_inside, 0.9),
        "absorptance": _sides(surface.absorptance, surface.absorptance_inside, 0.6),
        **({} if surface.roughness == "rough" else {"roughness": surface.roughness}),
        **_convection(surface),
        **({"layers": [_layer(layer) for layer in surface.layers]} if surface.layers else {}),
    }


def _layer(layer: Layer) -> dict[str, Any]:
    if layer.resistance is not None:
        return {"resistance": _quantity(layer.resistance, "m2K/W")}
    return {
        "thickness": _quantity(layer.thickness, "m"),
        "conductivity": _quantity(layer.conductivity, "W/(mK)"),
        "density": _quantity(layer.density, "kg/m3"),
        "specific_heat": _quantity(layer.specific_heat, "J/(kgK)"),
    }


def _window(window: Window, number: int) -> dict[str, Any]:
    return {
        **_plane(window, "window", number),
        "emissivity": _sides(window.emissivity, window.emissivity_inside, 0.84),
        "g_gl": _quantity(window.g_value, "-"),
        "frame_fraction": _quantity(window.frame_fraction, "-"),
        **({} if window.height is None else {"height": _quantity(window.height, "m")}),
        **({} if window.overhang is None else {"overhang": _overhang(window.overhang)}),
        **({} if window.fins is None else {"fins": _fins(window.fins)}),
        **({} if window.shade is None else {"shade": _shade(window.shade)}),
        **({} if window.u_frame is None else {"U_frame": _quantity(window.u_frame, "W/(m2K)")}),
        **({"g_angular": [list(pair) for pair in window.g_angular]} if window.g_angular else {}),
        **({} if window.glass is None else {"glass": _glass(window.glass)}),
        **_convection(window),
    }


def _glass(glass: Glass) -> dict[str, Any]:
    tables = {"transmittance_angular": glass.transmittance_angular, "absorptance_angular": glass.absorptance_angular}
    return {
        "transmittance": _quantity(glass.transmittance, "-"),
        "absorptances": list(glass.absorptances),
        **{name: [list(pair) for pair in table] for name, table in tables.items() if table},
    }


def _fins(fins: Fins) -> dict[str, Any]:
    reach = {"above": fins.above, "below": fins.below}
    return {
        "depth": _quantity(fins.depth, "m"),
        "gap": _quantity(fins.gap, "m"),
        **{side: _quantity(value, "m") for side, value in reach.items() if math.isfinite(value)},
        "sides": fins.sides,
    }


def _shade(shade: Shade) -> dict[str, Any]:
    return _given({
        "factor": _quantity(shade.factor, "-"),
        "irradiance": _quantity(shade.irradiance, "W/m2"),
        "T_min": None if shade.temp_min is None else _quantity(shade.temp_min, "degC"),
    })


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
        "n_air_use": _as_given(air.use, "1/h"),
        **_mass(building),
        "F_sh_hor": _quantity(building.shading_horizontal, "-"),
        "F_sh_vert": _quantity(building.shading_vertical, "-"),
        **_set_points(usage),
        **_own_fields(usage),
        "F_w": None if factor is None else _quantity(factor, "-"),
        **_own_air(air),
        "furniture_capacity": _quantity(building.furniture_capacity / 1000.0, "kJ/(m2K)")
        if building.furniture_capacity else None,
        "mass_position": None if building.mass_position == "inside" else building.mass_position,
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
        "phi_int": _as_given(gain, "W/m2"),
    }


def _own_fields(usage: Usage) -> dict[str, Any]:
    return {
        "temperature_control": None if usage.temperature_control == "air" else usage.temperature_control,
        "heating_max_kW": None if math.isinf(usage.heating_power) else usage.heating_power / 1000.0,
        "cooling_max_kW": None if math.isinf(usage.cooling_power) else usage.cooling_power / 1000.0,
        "heating_available": None if usage.heating_available == 1.0 else _as_given(usage.heating_available, "-"),
        "cooling_available": None if usage.cooling_available == 1.0 else _as_given(usage.cooling_available, "-"),
        "hot_water": _as_given(usage.hot_water, "W/m2") if usage.hot_water else None,
        "electricity": None if usage.electricity is None else _as_given(usage.electricity, "W/m2"),
        "phi_int_convective": None if usage.convective_share == CONVECTIVE_SHARE else usage.convective_share,
    }


def _own_air(air: Ventilation) -> dict[str, Any]:
    return {
        "heat_recovery": air.heat_recovery or None,
        "bypass_T": None if air.bypass_temp is None else _quantity(air.bypass_temp, "degC"),
        "night_ventilation": None if air.night is None else _night(air.night),
        "free_ventilation": None if air.free is None else _free(air.free),
    }


def _free(free: FreeVentilation) -> dict[str, Any]:
    return {
        "air_changes": _as_given(free.air_change, "1/h"),
        "T_min": _quantity(free.temp_min, "degC"),
        "difference": _quantity(free.difference, "K"),
    }


def _ground(ground: Ground) -> dict[str, Any]:
    return _given({
        "floor": ground.floor,
        "perimeter": None if ground.perimeter is None else _quantity(ground.perimeter, "m"),
        "wall_thickness": _quantity(ground.wall_thickness, "m"),
        "conductivity": _quantity(ground.conductivity, "W/(mK)"),
        "heat_capacity": _quantity(ground.heat_capacity / 1e6, "MJ/(m3K)"),
        "depth": _quantity(ground.depth, "m"),
        "height": _quantity(ground.height, "m"),
        "wall_U": _quantity(ground.wall_u_value, "W/(m2K)"),
        "air_changes": _quantity(ground.air_change, "1/h"),
        "temperature": None if ground.temperature is None else _as_given(ground.temperature, "degC"),
    })


def _zone(zone: Zone) -> dict[str, Any]:
    elements = [_surface(surface, i) for i, surface in enumerate(zone.surfaces)]
    elements += [_window(window, i) for i, window in enumerate(zone.windows)]
    return {
        "id": zone.id,
        "volume": _quantity(zone.volume, "m3"),
        "elements": elements,
        "n_air_infiltration": _quantity(zone.infiltration, "1/h"),
        "gain": _as_given(zone.internal_gain, "W"),
        "heat_capacity": _quantity(zone.heat_capacity / 1000.0, "kJ/K"),
    }


def _as_given(values: Schedule, unit: str) -> Any:
    return _schedule(values) if isinstance(values, tuple) else _quantity(values, unit)


def _night(night: NightVentilation) -> dict[str, Any]:
    return _given({"air_changes": night.air_change, "from": night.start, "to": night.end, "T_min": night.temp_min})


def _schedule(values: tuple[float, ...]) -> Any:
    return {"weekday": list(values[:24]), "weekend": list(values[24:])} if len(values) == 48 else list(values)
