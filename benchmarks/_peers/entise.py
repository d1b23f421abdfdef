"""EnTiSe's 5R1C: the conductances of ISO 13790 from the house's U-values, windows by pvlib, no sun on opaque parts."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

# This file must not hide the package of its name.
sys.path.remove(str(Path(__file__).resolve().parent))
from entise.methods.hvac.R5C1 import R5C1

sys.path.append(str(Path(__file__).resolve().parent))
from _year import arguments, measure

house, table, _, years = arguments()
frame = pd.read_csv(table)
index = pd.date_range("2018-01-01", periods=len(frame), freq="h", tz=f"Etc/GMT{-house['utc_offset']:+.0f}")
weather = pd.DataFrame({
    "datetime": index, "air_temperature[C]": frame["temp_air"], "global_horizontal_irradiance[W m-2]": frame["ghi"],
    "direct_normal_irradiance[W m-2]": frame["dni"], "diffuse_horizontal_irradiance[W m-2]": frame["dhi"]})
area, height = house["floor_area"], house["room_height"]
capacity, mass_area, inner_area = house["c_m"], house["a_m"], house["a_tot"]
h_ms = 9.1 * mass_area
h_op = sum(s["area"] * s["u_value"] for s in house["surfaces"])
windows = pd.DataFrame([
    {"id": 1, "area[m2]": w["area"], "g_value[1]": 0.9 * w["g_value"], "orientation[degree]": w["azimuth"],
     "tilt[degree]": w["tilt"], "shading[1]": 1.0, "transmittance[W m-2 K-1]": w["u_value"]} for w in house["windows"]])
described = {
    "id": 1, "weather": "weather", "windows": "windows", "latitude[degree]": house["latitude"],
    "longitude[degree]": house["longitude"], "area[m2]": area, "height[m]": height,
    "H_tr_is[W K-1]": 3.45 * inner_area, "H_tr_ms[W K-1]": h_ms,
    "H_tr_em[W K-1]": 1.0 / (1.0 / h_op - 1.0 / h_ms),
    "H_tr_w[W K-1]": sum(w["area"] * w["u_value"] for w in house["windows"]), "C_m[J K-1]": capacity,
    "area_m[m2]": mass_area, "area_tot[m2]": inner_area, "ventilation[W K-1]": house["h_ve"],
    "gains_internal[W]": house["gain"], "init_temperature[C]": 20.0, "min_temperature[C]": house["heating_setpoint"],
    "max_temperature[C]": house["cooling_setpoint"], "power_heating[W]": 1e6, "power_cooling[W]": 1e6}


def year() -> tuple[float, float]:
    """The way of EnTiSe's own method, its caches of weather and sun included."""
    found = R5C1().generate(obj=dict(described), data={"weather": weather, "windows": windows})["summary"]
    return found["heating:demand[Wh]"] / 1e3, found["cooling:demand[Wh]"] / 1e3


measure(year, years)
