"""Made-up years of weather, for the tests of the physics."""

from __future__ import annotations

import numpy as np

from buem.weather import Weather

HOURS = 8760


def weather(**changes) -> Weather:
    """A smooth year near Denver's latitude: cold nights, sun from 6 to 18 h, some overcast days.

    The irradiances follow no sky model; what the tests need is that they are written out here.
    """
    t = np.arange(HOURS)
    day, hour = t // 24, t % 24
    arc = np.maximum(np.sin(np.pi * (hour + 0.5 - 6.0) / 12.0), 0.0)
    season = 0.5 - 0.5 * np.cos(2 * np.pi * (day + 10) / 365)
    clear = (day % 5 != 0) * (0.4 + 0.6 * ((day * 7) % 11) / 10)
    dni, dhi = 850.0 * arc**0.4 * clear * (arc > 0), (60.0 + 90.0 * season) * arc
    fields = {
        "name": "made-up", "latitude": 40.0, "longitude": -105.0, "elevation": 1600.0, "utc_offset": -7.0,
        "temp_air": 10.0 - 12.0 * np.cos(2 * np.pi * (day - 15) / 365) - 6.0 * np.cos(2 * np.pi * (hour - 3) / 24),
        "ghi": dhi + dni * arc * (0.4 + 0.5 * season), "dni": dni, "dhi": dhi,
        "wind_speed": np.full(HOURS, 3.0), "wind_direction": np.full(HOURS, 180.0),
        "pressure": np.full(HOURS, 83_460.0), "relative_humidity": np.full(HOURS, 50.0),
        "longwave_down": np.full(HOURS, np.nan),
    }
    return Weather(**{**fields, **changes})


def random_light(seed: int) -> Weather:
    """The same air with irradiance that no sky obeys: any split, dark hours by day, light by night."""
    rng = np.random.default_rng(seed)
    dni, dhi = rng.uniform(0.0, 1100.0, HOURS), rng.uniform(0.0, 600.0, HOURS)
    dni[rng.random(HOURS) < 0.3] = 0.0
    dhi[rng.random(HOURS) < 0.2] = 0.0
    return weather(dni=dni, dhi=dhi, ghi=rng.uniform(0.0, 1200.0, HOURS))
