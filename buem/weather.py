"""A year of hourly weather, checked, with pvlib's names."""

from __future__ import annotations

from dataclasses import dataclass, field

from buem.profiles import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Weather:
    """8760 hours of one site, without 29 February, in local standard time.

    An hour is stamped at its start and its values are means over it. The sun is taken at
    `sun_offset` minutes after the hour's start. Quantities that a file lacks are NaN throughout.
    """

    #: Name of the site or of the file.
    name: str
    #: Degrees north. [°]
    latitude: float
    #: Degrees east. [°]
    longitude: float
    #: Height above sea level. [m]
    elevation: float
    #: Local standard time less UTC. [h]
    utc_offset: float
    #: Minutes after the hour's start at which the sun is taken. [min]
    sun_offset: float = 30.0
    #: Outdoor air temperature, shape (8760,). [°C]
    temp_air: FloatArray
    #: Global horizontal irradiance, shape (8760,). [W/m²]
    ghi: FloatArray
    #: Direct normal irradiance, shape (8760,). [W/m²]
    dni: FloatArray
    #: Diffuse horizontal irradiance, shape (8760,). [W/m²]
    dhi: FloatArray
    #: Wind speed, shape (8760,). [m/s]
    wind_speed: FloatArray
    #: Direction the wind comes from, clockwise from north, shape (8760,). [°]
    wind_direction: FloatArray
    #: Air pressure at the site, shape (8760,). [Pa]
    pressure: FloatArray
    #: Relative humidity, shape (8760,). [%]
    relative_humidity: FloatArray
    #: Long-wave radiation from the sky on a horizontal plane, shape (8760,). [W/m²]
    longwave_down: FloatArray
    #: Ground reflectance. [-]
    albedo: float = 0.2
    #: Where it comes from and under which licence.
    source: str = ""
    licence: str = ""
    #: Calendar year of the data, or None for a typical year.
    year: int | None = None
    #: What was repaired, dropped or filled while reading.
    notes: tuple[str, ...] = field(default=())
