"""pyBuildingEnergy's ISO 52016-1 engine: U-values and areal capacities, air temperature control, an EPW file."""

from __future__ import annotations

import contextlib
import io
import sys
import warnings
from pathlib import Path

sys.path.remove(str(Path(__file__).resolve().parent))
with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import pybuildingenergy as pybui

sys.path.append(str(Path(__file__).resolve().parent))
from _year import arguments, measure

house, _, epw, years = arguments()
ALWAYS = [1.0] * 24


def surface(of: dict) -> dict:
    """An opaque element."""
    capacity = sum(layer["thickness"] * layer["density"] * layer["specific_heat"] for layer in of["layers"])
    return {"name": of["id"], "type": "opaque", "area": of["area"], "u_value": of["u_value"], "solar_absorptance": 0.6,
            "sky_view_factor": {"wall": 0.5, "roof": 1.0, "floor": 0.0}[of["kind"]], "thermal_capacity": capacity,
            "orientation": {"azimuth": of["azimuth"], "tilt": 90 if of["kind"] == "wall" else 0},
            "name_adj_zone": None}


def window(number: int, of: dict) -> dict:
    """A pane without a frame."""
    return {"name": f"window {number}", "type": "transparent", "area": of["area"], "u_value": of["u_value"],
            "g_value": of["g_value"], "sky_view_factor": 0.5, "height": 2.0, "width": 3.0, "parapet": 0.2,
            "orientation": {"azimuth": of["azimuth"], "tilt": 90}, "shading": False, "shading_type": "none",
            "width_or_distance_of_shading_elements": 0.0,
            "overhang_proprieties": {"width_of_horizontal_overhangs": 0.0},
            "frame_area_fraction": 0.0, "name_adj_zone": None}


def profile(values: list[float]) -> dict:
    """Alike on all days."""
    return {"weekday": values, "weekend": values}


described = {
    "building": {
        "name": "house", "azimuth_relative_to_true_north": 0.0, "latitude": house["latitude"],
        "longitude": house["longitude"], "exposed_perimeter": house["perimeter"], "height": house["room_height"],
        "wall_thickness": 0.1, "n_floors": 1, "building_type_class": "Residential_apartment",
        "adj_zones_present": False, "number_adj_zone": 0, "net_floor_area": house["floor_area"],
        "construction_class": "class_i", "zone_volume_m3": house["floor_area"] * house["room_height"]},
    "adjacent_zones": [],
    "building_surface": [*map(surface, house["surfaces"]), *(window(k, w) for k, w in enumerate(house["windows"]))],
    "units": {},
    "building_parameters": {
        "temperature_setpoints": {
            "heating_setpoint": house["heating_setpoint"], "heating_setback": house["heating_setpoint"],
            "cooling_setpoint": house["cooling_setpoint"], "cooling_setback": house["cooling_setpoint"]},
        "system_capacities": {"heating_capacity": 1e6, "cooling_capacity": 1e6},
        "ventilation": {"components": [{"name": "leaks", "ventilation_type": "constant_ach",
                                        "air_changes_per_hour": house["air_change"]}]},
        "internal_gains": [{"name": "appliances", "full_load": house["gain"] / house["floor_area"], **profile(ALWAYS)}],
        "construction": {"wall_thickness": 0.1, "thermal_bridges": 0.0},
        "climate_parameters": {"coldest_month": 1},
        "heating_profile": profile(ALWAYS), "cooling_profile": profile(ALWAYS),
        "ventilation_profile": profile(ALWAYS)}}


def year() -> tuple[float, float]:
    """From the description and the EPW file to the loads."""
    with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        found = pybui.ISO52016.Temperature_and_Energy_needs_calculation(
            described, weather_source="epw", path_weather_file=str(epw), hvac_control_variable="air")
    hours = found[0]
    return float(hours["Q_H"].sum()) / 1e3, float(hours["Q_C"].sum()) / 1e3


measure(year, years)
