"""An EnergyPlus model (epJSON) of a building, read from the same record that buem simulates."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from buem.building import Building, Layer, Surface, Ventilation, Window, Zone
from buem.profiles import FloatArray, expand

from .box import Box, Facade, Opening, Point, TwinError, box_of, on, openings

Objects = dict[str, dict[str, dict[str, Any]]]

#: Hourly variables of EnergyPlus by the names under which they come back.
OUTPUTS = {
    "temp_air": "Zone Mean Air Temperature",
    "temp_radiant": "Zone Mean Radiant Temperature",
    "heating": "Zone Air System Sensible Heating Rate",
    "cooling": "Zone Air System Sensible Cooling Rate",
    "transmitted": "Surface Window Transmitted Solar Radiation Rate",
}
#: The conditioned zone.
ZONE = "Z"
#: Set-points out of reach. [°C]
COLD, HOT = -60.0, 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pane:
    """A pane of glass at normal incidence."""

    thickness: float
    transmittance: float
    reflectance_front: float
    reflectance_back: float
    emissivity_front: float = 0.84
    emissivity_back: float = 0.84
    conductivity: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Glass:
    """Panes from outside to inside, with one gas in all gaps."""

    panes: tuple[Pane, ...]
    gas: str = "Air"
    gap: float = 0.012


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """How a twin is made and run."""

    #: Steps in an hour.
    steps: int = 6
    #: Height of the sills. [m]
    sill: float = 0.2
    #: Glass of all windows; None for simple glazing of their U and g.
    glass: Glass | None = None
    #: Set-points within the hour: 10 minutes a value; None for those of the building.
    heating_setpoint: FloatArray | None = None
    #: Fixed convection by place ("wall", "roof", "floor", "window"): inside and outside, None for natural. [W/(m²K)]
    films: dict[str, tuple[float | None, float | None]] = field(default_factory=dict)
    #: Further hourly variables of EnergyPlus.
    outputs: tuple[str, ...] = ()


def model(building: Building, twin: Twin) -> tuple[Objects, FloatArray]:
    """Objects of EnergyPlus, and the hourly schedules that they read from a file.

    Parameters
    ----------
    building : Building
        A box whose opaque elements have layers, with at most one further zone behind a whole side.
    twin : Twin
        How.

    Returns
    -------
    tuple of dict and ndarray, shape (8760, schedules)
        Objects by kind and name; schedules in the order of their columns.

    Raises
    ------
    TwinError
        The building has something of which the twin knows nothing.
    """
    _refuse(building)
    objects: Objects = _frame(twin)
    box = box_of(building)
    _shell(objects, building, box, twin)
    _zone(objects, ZONE, box.height, building.floor_area * building.room_height)
    for zone in building.zones:
        _second(objects, building, zone, box, twin)
    return objects, _usage(objects, building, twin)


def _refuse(building: Building) -> None:
    unknown = {
        "free ventilation": building.ventilation.free is not None,
        "night ventilation by temperature": getattr(building.ventilation.night, "temp_min", None) is not None,
        "operative control": building.usage.temperature_control != "air",
        "thermal bridges": building.thermal_bridge > 0.0,
        "furniture": building.furniture_capacity > 0.0,
        "elements without layers": any(not s.layers for s in building.surfaces),
        "movable shades": any(w.shade is not None for w in building.windows),
        "frames": any(w.frame_fraction > 0.0 for w in building.windows),
        "more than one further zone": len(building.zones) > 1,
    }
    found = [name for name, there in unknown.items() if there]
    if found:
        raise TwinError(f"{building.id}: {', '.join(found)}; the twin has none")


def _frame(twin: Twin) -> Objects:
    variables = [*OUTPUTS.values(), *twin.outputs]
    return {
        "Version": {"v": {"version_identifier": "25.2"}},
        "Timestep": {"t": {"number_of_timesteps_per_hour": twin.steps}},
        "Building": {"B": {"terrain": "Country", "solar_distribution": "FullInteriorAndExterior",
                           "loads_convergence_tolerance_value": 0.04,
                           "temperature_convergence_tolerance_value": 0.004,
                           "minimum_number_of_warmup_days": 6, "maximum_number_of_warmup_days": 50}},
        "SurfaceConvectionAlgorithm:Inside": {"i": {"algorithm": "TARP"}},
        "SurfaceConvectionAlgorithm:Outside": {"o": {"algorithm": "DOE-2"}},
        "HeatBalanceAlgorithm": {"h": {"algorithm": "ConductionTransferFunction"}},
        "SimulationControl": {"s": {"run_simulation_for_sizing_periods": "No"}},
        "RunPeriod": {"R": {"begin_month": 1, "begin_day_of_month": 1, "end_month": 12, "end_day_of_month": 31,
                            "day_of_week_for_start_day": "Tuesday", "use_weather_file_daylight_saving_period": "No",
                            "use_weather_file_holidays_and_special_days": "No"}},
        "GlobalGeometryRules": {"g": {"starting_vertex_position": "UpperLeftCorner", "coordinate_system": "World",
                                      "vertex_entry_direction": "Counterclockwise"}},
        # Each day has its own shadows and sunlit floor; the default takes those of one day for twenty.
        "ShadowCalculation": {"s": {"shading_calculation_update_frequency": 1}},
        "Site:GroundReflectance:SnowModifier": {"s": {"ground_reflected_solar_modifier": 1.0}},
        "ScheduleTypeLimits": {"Any": {}},
        "Schedule:Constant": {"On": {"schedule_type_limits_name": "Any", "hourly_value": 1.0},
                              "Dual": {"schedule_type_limits_name": "Any", "hourly_value": 4.0}},
        "OutputControl:Files": {"f": {"output_csv": "Yes", "output_eso": "No", "output_mtr": "No",
                                      "output_tabular": "No", "output_sqlite": "No"}},
        "Output:Constructions": {"o": {"details_type_1": "Constructions"}},
        "Output:Variable": {f"v{i}": {"key_value": "*", "variable_name": name, "reporting_frequency": "Hourly"}
                            for i, name in enumerate(variables)},
    }


def _add(objects: Objects, kind: str, name: str, **fields: Any) -> str:
    objects.setdefault(kind, {})[name] = fields
    return name


def _zone(objects: Objects, name: str, height: float, volume: float) -> None:
    _add(objects, "Zone", name, ceiling_height=height, volume=volume)


def _vertices(points: list[Point]) -> list[dict[str, float]]:
    return [{"vertex_x_coordinate": x, "vertex_y_coordinate": y, "vertex_z_coordinate": z} for x, y, z in points]


def _construction(objects: Objects, surface: Surface, name: str) -> str:
    """A construction of its own for each element: its faces have their own absorptances."""
    last = len(surface.layers) - 1
    names = []
    for i, layer in enumerate(surface.layers):
        # A face has the properties of its side; a single layer has those of the outside.
        thermal = surface.emissivity if i == 0 else surface.emissivity_inside if i == last else 0.9
        solar = surface.absorptance if i == 0 else surface.absorptance_inside if i == last else 0.6
        names.append(_material(objects, layer, f"{name} {i}", surface.roughness, thermal, solar))
    layers = {("outside_layer" if i == 0 else f"layer_{i + 1}"): n for i, n in enumerate(names)}
    return _add(objects, "Construction", f"{name} C", **layers)


def _material(objects: Objects, layer: Layer, name: str, roughness: str, thermal: float, solar: float) -> str:
    face = {"roughness": roughness.title().replace("_", ""), "thermal_absorptance": max(thermal, 1e-4),
            "solar_absorptance": solar, "visible_absorptance": solar}
    if layer.resistance is not None:
        return _add(objects, "Material:NoMass", name, thermal_resistance=layer.resistance, **face)
    return _add(objects, "Material", name, thickness=layer.thickness, conductivity=layer.conductivity,
                density=layer.density, specific_heat=layer.specific_heat, **face)


def _faced(panes: tuple[Pane, ...], window: Window) -> tuple[Pane, ...]:
    """Panes with the faces of a window where it has other ones than glass."""
    ends = {0: ("emissivity_front", window.emissivity), len(panes) - 1: ("emissivity_back", window.emissivity_inside)}
    for i, (side, value) in ends.items():
        if value == 0.0:
            panes = (*panes[:i], replace(panes[i], **{side: 1e-4}), *panes[i + 1:])
    return panes


def _glazing(objects: Objects, window: Window, glass: Glass | None) -> str:
    if glass is None:
        name = f"U{window.u_value:g} g{window.g_value:g}"
        _add(objects, "WindowMaterial:SimpleGlazingSystem", name, u_factor=window.u_value,
             solar_heat_gain_coefficient=window.g_value)
        return _add(objects, "Construction", f"{name} C", outside_layer=name)
    names = []
    for i, pane in enumerate(_faced(glass.panes, window)):
        names.append(_add(
            objects, "WindowMaterial:Glazing", f"pane {i}", optical_data_type="SpectralAverage",
            thickness=pane.thickness, conductivity=pane.conductivity, infrared_transmittance_at_normal_incidence=0.0,
            **{f"{light}_transmittance_at_normal_incidence": pane.transmittance for light in ("solar", "visible")},
            **{f"{side}_side_{light}_reflectance_at_normal_incidence": value for light in ("solar", "visible")
               for side, value in (("front", pane.reflectance_front), ("back", pane.reflectance_back))},
            front_side_infrared_hemispherical_emissivity=pane.emissivity_front,
            back_side_infrared_hemispherical_emissivity=pane.emissivity_back))
    if len(names) > 1:
        _add(objects, "WindowMaterial:Gas", "gap", gas_type=glass.gas, thickness=glass.gap)
    layers = [part for name in names for part in (name, "gap")][:-1]
    return _add(objects, "Construction", "glass", outside_layer=layers[0],
                **{f"layer_{i + 2}": layer for i, layer in enumerate(layers[1:])})


def _boundary(objects: Objects, building: Building, surface: Surface, name: str) -> dict[str, Any]:
    """What stands behind an element."""
    exposed = {"sun_exposure": "NoSun", "wind_exposure": "NoWind"}
    if _adiabatic(surface):
        return {"outside_boundary_condition": "Adiabatic", **exposed}
    if surface.boundary == "ground":
        if building.ground.temperature is None:
            raise TwinError(f"{building.id}: ground without a temperature; the twin has none")
        _add(objects, "SurfaceProperty:OtherSideCoefficients", f"{name} O", constant_temperature_coefficient=1.0,
             combined_convective_radiative_film_coefficient=0.0, constant_temperature_schedule_name="Ground")
        return {"outside_boundary_condition": "OtherSideCoefficients",
                "outside_boundary_condition_object": f"{name} O", **exposed}
    if surface.boundary != "outdoor" or surface.b_transmission != 1.0:
        raise TwinError(f"{building.id}: {surface.id or surface.kind} behind {surface.boundary}; the twin knows "
                        "outdoors, ground, adiabatic and a zone behind a whole side")
    if surface.kind != "floor":
        exposed = {"sun_exposure": "SunExposed", "wind_exposure": "WindExposed"}
    return {"outside_boundary_condition": "Outdoors", **exposed}


def _adiabatic(surface: Surface) -> bool:
    return surface.boundary == "adiabatic" or surface.b_transmission == 0.0


def _plane(objects: Objects, name: str, surface: Surface, points: list[Point], **fields: Any) -> str:
    if _adiabatic(surface):
        # EnergyPlus gives both faces one temperature; no heat then passes the middle of an element twice as thick.
        surface = replace(surface, layers=(*surface.layers[::-1], *surface.layers))
    kind = {"wall": "Wall", "roof": "Roof", "floor": "Floor"}[surface.kind]
    fields.setdefault("zone_name", ZONE)
    return _add(objects, "BuildingSurface:Detailed", name, surface_type=kind, vertices=_vertices(points),
                construction_name=_construction(objects, surface, name), **fields)


def _films(objects: Objects, name: str, place: str, twin: Twin, element: Surface | Window) -> None:
    inside, outside = twin.films.get(place, (element.convection_inside, element.convection))
    fixed = [(side, value) for side, value in (("Inside", inside), ("Outside", outside)) if value is not None]
    if fixed:
        fields: dict[str, Any] = {"surface_name": name}
        for i, (side, value) in enumerate(fixed, start=1):
            fields |= {f"convection_coefficient_{i}_location": side, f"convection_coefficient_{i}_type": "Value",
                       f"convection_coefficient_{i}": value}
        _add(objects, "SurfaceProperty:ConvectionCoefficients", f"{name} F", **fields)


def _opening(objects: Objects, opening: Opening, wall: str, facade: Facade, twin: Twin) -> None:
    element, number = opening.element, len(objects.get("FenestrationSurface:Detailed", {}))
    name = f"{wall} opening {number}"
    window = isinstance(element, Window)
    construction = (_glazing(objects, element, twin.glass) if isinstance(element, Window)
                    else _construction(objects, element, name))
    points = facade.rectangle(opening.left, opening.right, opening.low, opening.high)
    vertices = {f"vertex_{i}_{axis}_coordinate": value for i, point in enumerate(points, start=1)
                for axis, value in zip("xyz", point)}
    _add(objects, "FenestrationSurface:Detailed", name, surface_type="Window" if window else "Door",
         construction_name=construction, building_surface_name=wall, number_of_vertices=4, **vertices)
    _films(objects, name, "window" if window else "wall", twin, element)
    for i, shade in enumerate(opening.shades):
        _add(objects, "Shading:Zone:Detailed", f"{name} shade {i}", base_surface_name=wall, vertices=_vertices(shade))


def _side(facade: Facade, surfaces: tuple[Surface, ...]) -> tuple[Surface, list[Surface]]:
    """The wall of a facade, as one, and its doors."""
    there = on(facade, surfaces)
    walls = [s for s in there if isinstance(s, Surface) and s.kind == "wall"]
    doors = [s for s in there if isinstance(s, Surface) and s.kind == "door"]
    if len({w.layers for w in walls}) != 1:
        raise TwinError(f"facade {facade.azimuth:g}: {len(walls)} kinds of wall; expected one")
    return walls[0], doors


def _shell(objects: Objects, building: Building, box: Box, twin: Twin) -> None:
    for kind, height in (("roof", box.height), ("floor", 0.0)):
        for surface in (s for s in building.surfaces if s.kind == kind):
            name = _plane(objects, f"{ZONE} {kind}", surface, box.plate(height, up=kind == "roof"),
                          **_boundary(objects, building, surface, kind))
            _films(objects, name, kind, twin, surface)
    for facade in box.facades():
        wall, doors = _side(facade, building.surfaces)
        if building.zones and wall.boundary == building.zones[0].id:
            continue
        name = f"{ZONE} wall {facade.azimuth:.0f}"
        _plane(objects, name, wall, facade.rectangle(0.0, facade.length, 0.0, facade.height),
               **_boundary(objects, building, wall, name))
        _films(objects, name, "wall", twin, wall)
        for opening in openings(facade, doors, [w for w in on(facade, building.windows) if isinstance(w, Window)],
                                twin.sill):
            _opening(objects, opening, name, facade, twin)


def _second(objects: Objects, building: Building, zone: Zone, box: Box, twin: Twin) -> None:
    """A further zone before the whole side whose wall leads to it."""
    common = next(f for f in box.facades() if _side(f, building.surfaces)[0].boundary == zone.id)
    depth = zone.volume / (common.length * common.height)
    start = common.point(0.0, 0.0, depth)
    other = Box(width=common.length, depth=depth, height=box.height, turn=common.azimuth, origin=start[:2])
    for kind, height in (("roof", box.height), ("floor", 0.0)):
        for surface in (s for s in zone.surfaces if s.kind == kind):
            _plane(objects, f"{zone.id} {kind}", surface, other.plate(height, up=kind == "roof"), zone_name=zone.id,
                   **_boundary(objects, building, surface, f"{zone.id} {kind}"))
    for i, facade in enumerate(other.facades()):
        if i == 2:  # the side that both have
            continue
        wall, doors = _side(facade, zone.surfaces)
        name = f"{zone.id} wall {facade.azimuth:.0f}"
        _plane(objects, name, wall, facade.rectangle(0.0, facade.length, 0.0, facade.height), zone_name=zone.id,
               **_boundary(objects, building, wall, name))
        windows = [w for w in on(facade, zone.windows) if isinstance(w, Window)]
        for opening in openings(facade, doors, windows, twin.sill):
            _opening(objects, opening, name, facade, twin)
    _common_wall(objects, building, zone, common)
    _zone(objects, zone.id, box.height, zone.volume)
    _add(objects, "ZoneInfiltration:DesignFlowRate", f"{zone.id} air", schedule_name="On",
         zone_or_zonelist_or_space_or_spacelist_name=zone.id, air_changes_per_hour=zone.infiltration,
         design_flow_rate_calculation_method="AirChanges/Hour")


def _common_wall(objects: Objects, building: Building, zone: Zone, facade: Facade) -> None:
    wall, _ = _side(facade, building.surfaces)
    points = facade.rectangle(0.0, facade.length, 0.0, facade.height)
    here, there = f"{ZONE} wall {facade.azimuth:.0f}", f"{zone.id} common"
    behind = {"outside_boundary_condition": "Surface", "sun_exposure": "NoSun", "wind_exposure": "NoWind"}
    _plane(objects, here, wall, points, outside_boundary_condition_object=there, **behind)
    turned = Surface(area=wall.area, u_value=wall.u_value, layers=wall.layers[::-1],
                     absorptance=wall.absorptance_inside, emissivity=wall.emissivity_inside,
                     absorptance_inside=wall.absorptance, emissivity_inside=wall.emissivity)
    _plane(objects, there, turned, points[::-1], zone_name=zone.id, outside_boundary_condition_object=here, **behind)


def air_changes(ventilation: Ventilation, year: int) -> FloatArray:
    """Outdoor air of each hour in air changes; what is recovered counts as no air. [1/h]

    Parameters
    ----------
    ventilation : Ventilation
        Of a building.
    year : int
        Of the schedules.

    Returns
    -------
    ndarray, shape (8760,)
        [1/h]
    """
    air: FloatArray = ventilation.infiltration + expand(ventilation.use, year) * (1.0 - ventilation.heat_recovery)
    night = ventilation.night
    if night is not None:
        hour = np.arange(8760) % 24
        inside = (hour >= night.start) & (hour < night.end) if night.start < night.end else \
            (hour >= night.start) | (hour < night.end)
        air = air + night.air_change * inside
    return air


def _usage(objects: Objects, building: Building, twin: Twin) -> FloatArray:
    """Gains, air and thermostat of the conditioned zone; their schedules."""
    usage, year = building.usage, building.period.year
    columns: dict[str, FloatArray] = {
        "Heat": np.where(expand(usage.heating_available, year) > 0, expand(usage.heating_setpoint, year), COLD),
        "Cool": np.where(expand(usage.cooling_available, year) > 0, expand(usage.cooling_setpoint, year), HOT)
        if usage.cooling else np.full(8760, HOT),
        "Gain": expand(usage.internal_gain, year) * building.floor_area,
        "Air": air_changes(building.ventilation, year),
        "Ground": expand(0.0 if building.ground.temperature is None else building.ground.temperature, year),
    }
    for i, name in enumerate(columns, start=1):
        _add(objects, "Schedule:File", name, schedule_type_limits_name="Any", file_name="schedules.csv",
             column_number=i, rows_to_skip_at_top=0, number_of_hours_of_data=8760, minutes_per_item=60)
    if twin.heating_setpoint is not None:
        objects["Schedule:File"]["Heat"] |= {"file_name": "setpoint.csv", "column_number": 1, "minutes_per_item": 10}
    _add(objects, "OtherEquipment", "gain", fuel_type="None", design_level=1.0, schedule_name="Gain",
         zone_or_zonelist_or_space_or_spacelist_name=ZONE, design_level_calculation_method="EquipmentLevel",
         fraction_radiant=1.0 - usage.convective_share, fraction_latent=0.0, fraction_lost=0.0)
    _add(objects, "ZoneInfiltration:DesignFlowRate", "air", zone_or_zonelist_or_space_or_spacelist_name=ZONE,
         schedule_name="Air", design_flow_rate_calculation_method="AirChanges/Hour", air_changes_per_hour=1.0)
    if usage.heating_power > 0.0 or usage.cooling:
        _ideal_loads(objects, building)
    return np.stack(list(columns.values()), axis=1)


def _ideal_loads(objects: Objects, building: Building) -> None:
    usage = building.usage
    _add(objects, "ZoneControl:Thermostat", "T", zone_or_zonelist_name=ZONE, control_type_schedule_name="Dual",
         control_1_object_type="ThermostatSetpoint:DualSetpoint", control_1_name="D")
    _add(objects, "ThermostatSetpoint:DualSetpoint", "D", heating_setpoint_temperature_schedule_name="Heat",
         cooling_setpoint_temperature_schedule_name="Cool")
    _add(objects, "ZoneHVAC:EquipmentConnections", "E", zone_name=ZONE, zone_conditioning_equipment_list_name="L",
         zone_air_inlet_node_or_nodelist_name="in", zone_air_node_name="air",
         zone_return_air_node_or_nodelist_name="out")
    _add(objects, "ZoneHVAC:EquipmentList", "L", load_distribution_scheme="SequentialLoad", equipment=[{
        "zone_equipment_object_type": "ZoneHVAC:IdealLoadsAirSystem", "zone_equipment_name": "I",
        "zone_equipment_cooling_sequence": 1, "zone_equipment_heating_or_no_load_sequence": 1}])
    limits: dict[str, Any] = {"heating_limit": "NoLimit", "cooling_limit": "NoLimit"}
    if 0.0 < usage.heating_power < float("inf"):
        limits |= {"heating_limit": "LimitCapacity", "maximum_sensible_heating_capacity": usage.heating_power}
    _add(objects, "ZoneHVAC:IdealLoadsAirSystem", "I", zone_supply_air_node_name="in",
         dehumidification_control_type="ConstantSensibleHeatRatio", cooling_sensible_heat_ratio=1.0,
         humidification_control_type="None", **limits)
