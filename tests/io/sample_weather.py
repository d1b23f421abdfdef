"""Weather files written out by hand, for the tests of the readers."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT / "../shared/data"
NATIVE = SHARED / "weather_native"

HOURS = 8760
#: (month, day, hour from 0) of each hour of a common year.
CALENDAR = [((d := dt.date(2019, 1, 1) + dt.timedelta(days=h // 24)).month, d.day, h % 24) for h in range(HOURS)]

#: A plain year: 10 °C, overcast days of 100 W/m² from 8 to 16.
DAY = [100.0 if 8 <= h % 24 < 16 else 0.0 for h in range(HOURS)]
FLAT = {
    "temp_air": [10.0 + (h % 24) / 10 for h in range(HOURS)],
    "ghi": DAY,
    "dni": [0.0] * HOURS,
    "dhi": DAY,
    "wind_speed": [3.0] * HOURS,
    "wind_direction": [180.0] * HOURS,
    "pressure": [100000.0] * HOURS,
    "relative_humidity": [50.0] * HOURS,
    "longwave_down": [300.0] * HOURS,
}


def flat(**changes: dict[int, float]) -> dict[str, list[float]]:
    """The plain year with some hours of some columns changed."""
    columns = {name: list(values) for name, values in FLAT.items()}
    for name, hours in changes.items():
        for hour, value in hours.items():
            columns[name][hour] = value
    return columns


def epw_text(columns: dict[str, list[float]], *, year: int = 2018, place: str = "Town,-,DEU,test,12345") -> str:
    """An EPW file at 50 N, 10 E, UTC+1, 200 m."""
    return _flat_epw(year, place) if columns is FLAT else _epw(columns, year, place)


@cache
def _flat_epw(year: int, place: str) -> str:
    return _epw(FLAT, year, place)


def _epw(columns: dict[str, list[float]], year: int, place: str) -> str:
    head = [f"LOCATION,{place},50.0,10.0,1.0,200.0", "DESIGN CONDITIONS,0", "TYPICAL/EXTREME PERIODS,0"]
    head += ["GROUND TEMPERATURES,0", "HOLIDAYS/DAYLIGHT SAVINGS,No,0,0,0", "COMMENTS 1,", "COMMENTS 2,"]
    head += ["DATA PERIODS,1,1,Data,Monday, 1/ 1,12/31"]
    rows = []
    for i, (month, day, hour) in enumerate(CALENDAR):
        c = {name: f"{values[i]:g}" for name, values in columns.items()}
        rows.append(
            f"{year},{month},{day},{hour + 1},0,?,{c['temp_air']},5,{c['relative_humidity']},{c['pressure']},0,0,"
            f"{c['longwave_down']},{c['ghi']},{c['dni']},{c['dhi']},0,0,0,0,{c['wind_direction']},{c['wind_speed']},"
            "5,5,20,77777,9,999999999,10,0.1,0,88,0.2,0,0"
        )
    return "\n".join([*head, *rows, ""])


def buem_text(columns: dict[str, list[float]], **header: object) -> str:
    """Our own CSV at 50 N, 10 E, UTC+1."""
    site = {"name": "Town", "latitude": 50.0, "longitude": 10.0, "elevation": 200.0, "utc_offset": 1, **header}
    units = {
        "temp_air": "temp_air_C",
        "ghi": "ghi_W_m2",
        "dni": "dni_W_m2",
        "dhi": "dhi_W_m2",
        "wind_speed": "wind_speed_m_s",
        "wind_direction": "wind_dir_deg",
        "pressure": "pressure_Pa",
        "relative_humidity": "rel_humidity_pct",
        "longwave_down": "ir_down_W_m2",
    }
    lines = [f"# {key}: {value}" for key, value in site.items() if value is not None]
    lines.append(",".join(["month", "day", "hour", *(units[name] for name in columns)]))
    for i, when in enumerate(CALENDAR):
        values = ["" if np.isnan(column[i]) else f"{column[i]:g}" for column in columns.values()]
        lines.append(",".join([*map(str, when), *values]))
    return "\n".join([*lines, ""])


@cache
def clear_sky(latitude: float, longitude: float, utc_offset: float, sun_offset: float = 30.0) -> dict[str, np.ndarray]:
    """Irradiance of cloudless days, the sun from pvlib: DNI 800 W/m² above 3°, DHI 100 W/m² by day. [W/m²]"""
    import pandas as pd
    import pvlib

    shift = pd.Timedelta(minutes=sun_offset - 60.0 * utc_offset)
    times = pd.date_range("2001-01-01", periods=HOURS, freq="h", tz="UTC") + shift
    cosine = np.cos(np.radians(pvlib.solarposition.get_solarposition(times, latitude, longitude)["zenith"].to_numpy()))
    dni, dhi = np.where(cosine > 0.05, 800.0, 0.0), np.where(cosine > 0.05, 100.0, 0.0)
    return {"ghi": dhi + dni * cosine.clip(0.0), "dni": dni, "dhi": dhi}
