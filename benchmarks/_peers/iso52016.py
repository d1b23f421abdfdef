"""The package iso52016: layers as they are, five nodes an element, an hour a step, Hay-Davies sky."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pvlib

sys.path.remove(str(Path(__file__).resolve().parent))
from iso52016 import (
    Building,
    Layer,
    Material,
    OpaqueElement,
    Orientation,
    Ventilation,
    Weather,
    Window,
    Zone,
)

sys.path.append(str(Path(__file__).resolve().parent))
from _year import arguments, measure

house, table, _, years = arguments()
frame = pd.read_csv(table)
column = {name: frame[name].to_numpy() for name in frame}


def layers(surface: dict) -> list[Layer]:
    """From inside to outside; a bare resistance becomes a metre without mass."""
    return [Layer(1.0, Material(0.0, 0.0, 1.0 / layer["resistance"])) if layer["resistance"] else
            Layer(layer["thickness"], Material(layer["density"], layer["specific_heat"], layer["conductivity"]))
            for layer in reversed(surface["layers"])]


def element(surface: dict, weather: Weather) -> OpaqueElement:
    """A side with its windows."""
    upward = {"wall": 90.0, "roof": 180.0, "floor": 0.0}[surface["kind"]]
    panes = [Window(area=w["area"], u_value=w["u_value"], g_value=0.9 * w["g_value"], frame_fraction=0.0)
             for w in house["windows"] if surface["kind"] == "wall" and w["azimuth"] == surface["azimuth"]]
    # pvlib is handed a tilt of -90 degrees, and so the azimuth from the other side.
    made = OpaqueElement(area=surface["area"], layers=layers(surface), windows=panes,
                         orientation=Orientation(upward, (surface["azimuth"] + 180.0) % 360.0))
    made.calc_solar_irradiation(weather, 0.6)
    return made


def year() -> tuple[float, float]:
    """From the description to the loads, the sun included."""
    weather = Weather(column["temp_air"], column["wind_speed"])
    weather.set_advanced_weather_data(column["ghi"] - column["dhi"], column["dhi"], column["pressure"], column["dni"])
    weather.set_location(pvlib.location.Location(house["latitude"], house["longitude"]))
    weather.set_index(weather.index.tz_localize(f"Etc/GMT{-house['utc_offset']:+.0f}"))
    hours = np.ones(8760)
    zone = Zone(
        opaque_elements=[element(s, weather) for s in house["surfaces"]], usable_floor_area=house["floor_area"],
        internal_gains=[hours * house["gain"]], lower_temperature_limit=house["heating_setpoint"],
        upper_temperature_limit=house["cooling_setpoint"],
        ventilation=[Ventilation(house["air_m3_h"], 0.0, column["temp_air"])])
    Building(weather, zone).calculate()
    return float(zone.heat_load.sum()) / 1e3, float(zone.cool_load.sum()) / 1e3


measure(year, years)
