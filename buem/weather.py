"""A year of hourly weather, checked, with pvlib's names; its clock, its air, its sky."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from buem.building import RANGES as BUILDING_RANGES
from buem.building import Range
from buem.constants import GAS_CONSTANT_AIR, GAS_RATIO, HOURS, KELVIN
from buem.errors import Problem, problem
from buem.profiles import FloatArray

#: Allowed ranges of the hourly columns; readers check against the same table.
RANGES: Final[dict[str, Range]] = {
    "temp_air": Range(-90.0, 60.0, "°C"),
    "ghi": Range(0.0, 1500.0, "W/m²"),
    "dni": Range(0.0, 1500.0, "W/m²"),
    "dhi": Range(0.0, 1500.0, "W/m²"),
    "wind_speed": Range(0.0, 75.0, "m/s"),
    "wind_direction": Range(0.0, 360.0, "°"),
    "pressure": Range(30e3, 110e3, "Pa"),
    "relative_humidity": Range(0.0, 110.0, "%"),
    "longwave_down": Range(30.0, 700.0, "W/m²"),
}
#: Allowed ranges of the site.
SITE_RANGES: Final[dict[str, Range]] = {
    "latitude": BUILDING_RANGES["latitude"],
    "longitude": BUILDING_RANGES["longitude"],
    "elevation": Range(-450.0, 9000.0, "m"),
    "utc_offset": Range(-14.0, 14.0, "h"),
    "sun_offset": Range(-60.0, 120.0, "min"),
    "temp_offset": Range(0.0, 60.0, "min"),
    "albedo": Range(0.0, 1.0, ""),
}
#: Columns that every weather has in full; the others are complete or NaN throughout.
REQUIRED: Final = ("temp_air", "ghi", "dni", "dhi")

#: A note that starts like this says that an irradiance follows from the other two, so that the closure is no evidence.
DERIVED_IRRADIANCE: Final = "computed from the closure ghi = dhi + dni cos(zenith): "

#: Mean radius of the earth. [km]
EARTH_RADIUS: Final = 6371.0088
STEFAN_BOLTZMANN: Final = 5.670374419e-8  # [W/(m²K⁴)]

#: From 2000-01-01 12:00 UTC to 1 January 2001, the common year whose sun is taken for every weather. [d]
_DAYS_TO_YEAR: Final = 365.5
_CLEAR_HOURS: Final = 200
#: Clock offset above which a file gets a warning. [min]
LARGEST_CLOCK_OFFSET: Final = 20.0


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
    #: Minutes after the hour's start at which `temp_air` holds; 30 also for a mean over the hour. [min]
    temp_offset: float = 30.0
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


def great_circle(
    latitude: ArrayLike, longitude: ArrayLike, to_latitude: ArrayLike, to_longitude: ArrayLike
) -> FloatArray:
    """Distance along the surface of a spherical earth, by the haversine formula.

    Parameters
    ----------
    latitude, longitude : array_like
        From here. [°]
    to_latitude, to_longitude : array_like
        To here; the four broadcast. [°]

    Returns
    -------
    ndarray
        [km]

    References
    ----------
    .. [1] Sinnott (1984), Virtues of the Haversine, Sky and Telescope 68 (2).
    """
    north, east, to_north, to_east = (np.radians(a) for a in (latitude, longitude, to_latitude, to_longitude))
    haversine = np.sin((to_north - north) / 2) ** 2
    haversine = haversine + np.cos(north) * np.cos(to_north) * np.sin((to_east - east) / 2) ** 2
    distance: FloatArray = 2.0 * EARTH_RADIUS * np.arcsin(np.sqrt(np.clip(haversine, 0.0, 1.0)))
    return distance


def hour_name(hour: int) -> str:
    """Calendar name of an hour of the year.

    Parameters
    ----------
    hour : int
        Hour of the year, 29 February left out, 0 to 8759. [h]

    Returns
    -------
    str
        Month, day and start, such as `02-28 23:00`.
    """
    day = np.datetime64("2019-01-01") + np.timedelta64(hour // 24, "D")
    return f"{str(day)[5:]} {hour % 24:02d}:00"


def check_weather(weather: Weather) -> list[Problem]:
    """Everything that makes a weather unusable.

    Parameters
    ----------
    weather : Weather
        A record from any source.

    Returns
    -------
    list of Problem
        Empty when it can be simulated; paths are the names of the fields.
    """
    problems = [
        problem(name, getattr(weather, name), str(allowed), "OUT_OF_RANGE")
        for name, allowed in SITE_RANGES.items()
        if not allowed.holds(getattr(weather, name))
    ]
    for name in RANGES:
        problems.extend(_column_problems(name, getattr(weather, name)))
    return problems


def _column_problems(name: str, values: FloatArray) -> Iterator[Problem]:
    if np.shape(values) != (HOURS,):
        yield problem(name, np.shape(values), f"an array of shape ({HOURS},)", "WRONG_LENGTH")
        return
    missing = np.isnan(values)
    if missing.any() and (name in REQUIRED or not missing.all()):
        count, first = int(missing.sum()), hour_name(int(missing.argmax()))
        wanted = "a value in every hour" if name in REQUIRED else "a value in every hour, or NaN in all"
        yield problem(name, f"{count} missing hours, the first {first}", wanted, "MISSING_VALUE")
    allowed = RANGES[name]
    wrong = (values < allowed.low) | (values > allowed.high)
    if wrong.any():
        worst = float(values[wrong.argmax()])
        found = f"{worst:g} at {hour_name(int(wrong.argmax()))}, {int(wrong.sum())} hours in all"
        yield problem(name, found, str(allowed), "OUT_OF_RANGE")


def cos_zenith(latitude: float, longitude: float, hour_utc: ArrayLike) -> FloatArray:
    """Cosine of the sun's zenith angle, negative below the horizon, without refraction.

    For the clock and the closure of weather files, good to 0.02° of zenith; the heat balance takes its sun from pvlib.

    Parameters
    ----------
    latitude, longitude : float
        Degrees north and east. [°]
    hour_utc : array_like
        Hours since 1 January 00:00 UTC of a common year, any shape. [h]

    Returns
    -------
    ndarray, same shape
        cos θ_z = sin φ sin δ + cos φ cos δ cos ω. [-]

    References
    ----------
    .. [1] The Astronomical Almanac, low precision formulas for the Sun; as in Michalsky (1988), Solar Energy 40 (3).
    """
    sin_declination, hour_angle = _sun(longitude, hour_utc)
    phi = np.radians(latitude)
    cos_declination = np.sqrt(1.0 - sin_declination**2)
    cosine: FloatArray = np.sin(phi) * sin_declination + np.cos(phi) * cos_declination * np.cos(hour_angle)
    return cosine


def solar_time_shift(longitude: float, hour_utc: ArrayLike) -> FloatArray:
    """True solar time less UTC: four minutes a degree of longitude and the equation of time.

    Parameters
    ----------
    longitude : float
        Degrees east. [°]
    hour_utc : array_like
        Hours since 1 January 00:00 UTC of a common year, any shape. [h]

    Returns
    -------
    ndarray, same shape
        Between −12.3 and 12.3. [h]

    References
    ----------
    .. [1] As in `cos_zenith`.
    """
    _, hour_angle = _sun(0.0, hour_utc)
    equation_of_time = (np.degrees(hour_angle) / 15.0 + 12.0 - np.asarray(hour_utc) + 12.0) % 24.0 - 12.0
    shift: FloatArray = equation_of_time + longitude / 15.0
    return shift


def _sun(longitude: float, hour_utc: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Sine of the declination and hour angle in radians, from noon, not wrapped."""
    hour = np.asarray(hour_utc, dtype=np.float64)
    days = _DAYS_TO_YEAR + hour / 24.0
    mean_longitude = 280.460 + 0.9856474 * days
    anomaly = np.radians(357.528 + 0.9856003 * days)
    ecliptic = np.radians(mean_longitude + 1.915 * np.sin(anomaly) + 0.020 * np.sin(2.0 * anomaly))
    obliquity = np.radians(23.439 - 4.0e-7 * days)
    right_ascension = np.degrees(np.arctan2(np.cos(obliquity) * np.sin(ecliptic), np.cos(ecliptic)))
    hour_angle = np.radians(mean_longitude - 180.0 + 15.0 * (hour % 24.0) + longitude - right_ascension)
    return np.sin(obliquity) * np.sin(ecliptic), hour_angle


def clock_offset(weather: Weather) -> float | None:
    """Minutes by which the sun in the data runs after the sun that the record promises.

    The shift of the sun is sought at which GHI = DHI + DNI cos θ_z closes best (least mean absolute error) over at
    most 200 hours of strong direct sun: −90 to +90 min first, the whole day where the best lies at an end of that.

    Parameters
    ----------
    weather : Weather
        A checked record.

    Returns
    -------
    float or None
        Estimated less promised sun offset, to about a minute. [min]
        None where the data cannot tell: too few clear hours, or irradiance that was computed from the closure.
    """
    if any(note.startswith(DERIVED_IRRADIANCE) for note in weather.notes):
        return None
    hours = _clear_hours(weather)
    if hours.size < 20:
        return None
    beam, dni = (weather.ghi - weather.dhi)[hours], weather.dni[hours]
    start = hours + weather.sun_offset / 60.0 - weather.utc_offset

    def error(shifts: FloatArray) -> FloatArray:
        cosine = cos_zenith(weather.latitude, weather.longitude, start[:, None] + shifts / 60.0)
        residual = np.abs(beam[:, None] - dni[:, None] * cosine.clip(0.0))
        return np.asarray(residual.mean(axis=0))

    if error(np.zeros(1))[0] < 1e-6:
        return None  # closed to the last digit: computed from the closure, not measured
    coarse = np.arange(-90.0, 91.0, 10.0)
    best = coarse[error(coarse).argmin()]
    if abs(best) == 90.0:
        coarse = np.arange(-720.0, 720.0, 15.0)
        best = coarse[error(coarse).argmin()]
    fine = best + np.arange(-15.0, 15.5, 0.5)
    errors = error(fine)
    if errors.min() > 0.1 * float(beam.mean()):
        return None
    return float(fine[errors.argmin()])


def clock_note(weather: Weather) -> str | None:
    """A sentence about a clock that is more than 20 min off what the record promises.

    Parameters
    ----------
    weather : Weather
        A checked record.

    Returns
    -------
    str or None
        None where the clock is right, or the data cannot tell.
    """
    offset = clock_offset(weather)
    if offset is None or abs(offset) <= LARGEST_CLOCK_OFFSET:
        return None
    side = "after" if offset > 0 else "before"
    return f"the sun in the data stands {abs(offset):.0f} min {side} the clock that its format promises"


def _clear_hours(weather: Weather) -> np.ndarray:
    """Hours of strong direct sun away from the horizon, at most 200, spread evenly over the year."""
    beam = weather.ghi - weather.dhi
    clear = np.flatnonzero((weather.dni > 200.0) & (beam > 0.15 * weather.dni) & (beam < 1.05 * weather.dni))
    if clear.size <= _CLEAR_HOURS:
        return clear
    return clear[np.linspace(0, clear.size - 1, _CLEAR_HOURS).round().astype(np.int64)]


def air_density(weather: Weather) -> float:
    """Mean density of the moist outdoor air, ρ = (p − 0.378 e) / (R T).

    Without pressure the standard atmosphere at the site's elevation is taken, without humidity dry air.

    Parameters
    ----------
    weather : Weather
        A checked record.

    Returns
    -------
    float
        Mean over the year. [kg/m³]

    References
    ----------
    .. [1] ISO 2533:1975, standard atmosphere; WMO-No. 8 (2018), annex 4.B, saturation vapour pressure over water.
    """
    temp = weather.temp_air
    standard = 101325.0 * (1.0 - 2.25577e-5 * weather.elevation) ** 5.25588
    pressure = np.where(np.isnan(weather.pressure), standard, weather.pressure)
    humidity = np.where(np.isnan(weather.relative_humidity), 0.0, weather.relative_humidity)
    vapour = 6.112 * humidity * np.exp(17.62 * temp / (243.12 + temp))  # 611.2 Pa times humidity in per cent
    return float(np.mean((pressure - GAS_RATIO * vapour) / (GAS_CONSTANT_AIR * (temp + KELVIN))))


def sky_temperature(weather: Weather) -> FloatArray:
    """Temperature of a black sky that sends the weather's long-wave radiation, (L / σ)^¼.

    Parameters
    ----------
    weather : Weather
        A checked record.

    Returns
    -------
    ndarray, shape (8760,)
        NaN where the weather has no long-wave radiation. [°C]
    """
    kelvin: FloatArray = (weather.longwave_down / STEFAN_BOLTZMANN) ** 0.25
    return kelvin - KELVIN
