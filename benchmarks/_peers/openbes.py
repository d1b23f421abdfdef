"""OpenBES: its own example of a semi-detached house, made as like the house as its description goes.

Its zones come from the type of building and its heating from systems; what is timed is the whole simulation.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path

sys.path.remove(str(Path(__file__).resolve().parent))
from openbes import BuildingEnergySimulation
from openbes.examples import load_example

sys.path.append(str(Path(__file__).resolve().parent))
from _year import arguments, measure

logging.disable(logging.CRITICAL)
house, _, epw, years = arguments()


def described() -> dict:
    """The example with our shell, set-points and weather."""
    spec = load_example("Semi-detached House").model_dump(mode="json", exclude_none=True)
    u_value = {s["kind"]: s["u_value"] for s in house["surfaces"]}
    spec["building"] |= {
        "height": 2.7, "length": 8.0, "width": 6.0, "floor_to_ceiling_height": 2.7, "floor_count": 1, "roof_angle": 0,
        "slab_thickness": 0.03, "uvalue_facade": u_value["wall"], "uvalue_roof": u_value["roof"],
        "uvalue_floor": u_value["floor"], "uvalue_window": house["windows"][0]["u_value"], "window_frame_factor": 0.0,
        "window_gvalue": house["windows"][0]["g_value"], "window_height": 2.0, "window_length": 3.0,
        "window_counts": {"front": [2, 0, 0, 0, 0], "right": [0] * 5, "back": [0] * 5, "left": [0] * 5}}
    spec["building"] |= {f"thermal_bridge_{part}": False for part in (
        "facade_ground", "facade_intermediate", "facade_roof", "shading", "window")}
    spec["zones"][0] |= {"areas": [48.0, 0.0, 0.0, 0.0, 0.0]}
    spec |= {"appliances_load": house["gain"] / house["floor_area"],
             "leakage_air_flow_independent": house["air_m3_h"] / 3600.0}
    spec |= {"max_building_occupation": 0, "typical_occupation": 0, "heat_capacity": "Light"}
    spec |= {"meteorological_file_path": str(epw), "elevation": house["elevation"],
             "setpoint_temperature_day": {"min": 20, "max": 27}, "setpoint_temperature_night": {"min": 20, "max": 27}}
    return spec


def year() -> tuple[float, float]:
    """From the description and the EPW file to the demand of the zones."""
    from openbes import OpenBESSpecification, OpenBESSpecificationV2
    from openbes.schemas.conversion import json_to_toml

    spec = OpenBESSpecification.from_toml(json_to_toml(OpenBESSpecificationV2(**described()).model_dump(mode="json")))
    thermal = BuildingEnergySimulation(spec).thermal
    heating, cooling = thermal.zonal_heating_demand.sum(), thermal.zonal_cooling_demand.sum()
    return float(heating.sum()) / 1e3, -float(cooling.sum()) / 1e3


measure(year, years)
