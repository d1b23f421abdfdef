"""The bundled weather stations, and the one nearest to a place."""

from __future__ import annotations

import json
import math
import numbers
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from buem.building import RANGES
from buem.errors import WeatherError, WeatherWarning, problem
from buem.io.weather_csv import SiteHeader, read_table
from buem.io.weather_table import to_weather
from buem.io.weather_text import read_text
from buem.profiles import FloatArray
from buem.weather import EARTH_RADIUS, Weather, great_circle

#: Distance above which the nearest station is a warning. [km]
WARN_DISTANCE: Final = 150.0
#: Distance above which the nearest station is refused. [km]
MAX_DISTANCE: Final = 500.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """A bundled weather year."""

    #: Name by which it is chosen, also the name of its file.
    id: str
    #: Name of the place.
    name: str
    #: Three letters, ISO 3166.
    country: str
    #: Degrees north and east. [°]
    latitude: float
    longitude: float
    #: Height above sea level. [m]
    elevation: float
    #: Local standard time less UTC. [h]
    utc_offset: float
    #: Minutes after the hour's start at which its sun stands. [min]
    sun_offset: float
    #: Calendar year, or None for a typical year.
    year: int | None
    #: What kind of year it is.
    kind: str
    #: To which moment of the hour the temperature belongs.
    temperature: str
    source: str
    licence: str
    file: str


def data_directory() -> Path:
    """Folder of the bundled weather: inside the installed package, or beside it in a checkout.

    Returns
    -------
    Path
    """
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "data" / "weather", package.parent / "data" / "weather"):
        if (folder / "index.json").is_file():
            return folder
    raise WeatherError([problem("data/weather/index.json", None, "the bundled weather beside the package", "MISSING")])


@lru_cache(maxsize=1)
def stations() -> tuple[Station, ...]:
    """All bundled stations, by their names.

    Returns
    -------
    tuple of Station
    """
    records = json.loads((data_directory() / "index.json").read_text(encoding="utf-8"))
    return tuple(Station(**record) for record in records)


@lru_cache(maxsize=16)
def read_station(name: str) -> Weather:
    """The weather of a bundled station; the same record at every call, so do not change its arrays.

    Parameters
    ----------
    name : str
        Name of the station, as `stations()` lists it.

    Returns
    -------
    Weather
    """
    station = next((s for s in stations() if s.id == name), None)
    if station is None:
        choices = "one of " + ", ".join(s.id for s in stations())
        raise WeatherError([problem("weather", name, choices, "UNKNOWN_STATION")])
    header = SiteHeader(
        name=station.id,
        latitude=station.latitude,
        longitude=station.longitude,
        elevation=station.elevation,
        utc_offset=station.utc_offset,
        sun_offset=station.sun_offset,
        temp_offset=_temperature_offset(station.temperature),
        source=station.source,
        licence=station.licence,
        year=station.year,
    )
    text = read_text(data_directory() / station.file)
    return to_weather(read_table(text, station.file, header), station.file)


def _temperature_offset(moment: str) -> float:
    """Minutes after the hour's start at which a station's temperature holds."""
    if "end of hour" in moment or "hour ending" in moment:
        return 60.0
    return 0.0 if "hour starting" in moment else 30.0


def nearest_stations(latitude: ArrayLike, longitude: ArrayLike) -> tuple[NDArray[np.int64], FloatArray]:
    """The nearest bundled station of many places.

    Parameters
    ----------
    latitude, longitude : array_like, shape (places,)
        Degrees north and east. [°]

    Returns
    -------
    indices : ndarray, shape (places,)
        Positions in `stations()`.
    distances : ndarray, shape (places,)
        [km]
    """
    north = np.atleast_1d(np.asarray(latitude, dtype=np.float64))
    east = np.atleast_1d(np.asarray(longitude, dtype=np.float64))
    _check_places(north, east)
    station_north, station_east = _coordinates()
    distance = great_circle(north[:, None], east[:, None], station_north, station_east)
    nearest = distance.argmin(axis=1)
    return nearest, distance[np.arange(nearest.size), nearest]


def nearest_station(latitude: float, longitude: float) -> tuple[Station, float]:
    """The bundled station nearest to a place.

    Parameters
    ----------
    latitude, longitude : float
        Degrees north and east. [°]

    Returns
    -------
    station : Station
    distance : float
        [km]
    """
    sound = isinstance(latitude, numbers.Real) and isinstance(longitude, numbers.Real)
    if not sound or not (RANGES["latitude"].holds(latitude) and RANGES["longitude"].holds(longitude)):
        _check_places([latitude], [longitude])
    here = _unit_vector(latitude, longitude)
    chords = [math.dist(here, there) for there in _station_vectors()]
    shortest = min(chords)
    return stations()[chords.index(shortest)], 2.0 * EARTH_RADIUS * math.asin(min(1.0, shortest / 2.0))


def _unit_vector(latitude: float, longitude: float) -> tuple[float, float, float]:
    """Place on the unit sphere; plain numbers, because a city asks once a building."""
    north, east = math.radians(latitude), math.radians(longitude)
    return math.cos(north) * math.cos(east), math.cos(north) * math.sin(east), math.sin(north)


@lru_cache(maxsize=1)
def _station_vectors() -> tuple[tuple[float, float, float], ...]:
    return tuple(_unit_vector(s.latitude, s.longitude) for s in stations())


def weather_at(latitude: float, longitude: float, *, any_distance: bool = False) -> Weather:
    """The weather of the bundled station nearest to a place, with the distance in its notes.

    Parameters
    ----------
    latitude, longitude : float
        Degrees north and east. [°]
    any_distance : bool
        Take it however far it is; otherwise more than 500 km are refused. More than 150 km are a warning.

    Returns
    -------
    Weather
    """
    station, distance = nearest_station(latitude, longitude)
    found = f"{station.id} is {distance:.0f} km away"
    if distance > MAX_DISTANCE and not any_distance:
        expected = f"a bundled station within {MAX_DISTANCE:.0f} km, a weather file, or any distance allowed by choice"
        raise WeatherError([problem(f"weather at {latitude:g}, {longitude:g}", found, expected, "TOO_FAR")])
    if distance > WARN_DISTANCE:
        warnings.warn(f"the nearest bundled weather, {found}", WeatherWarning, stacklevel=2)
    weather = read_station(station.id)
    return replace(weather, notes=(*weather.notes, f"nearest bundled station, {distance:.0f} km away"))


@lru_cache(maxsize=1)
def _coordinates() -> tuple[FloatArray, FloatArray]:
    return np.array([s.latitude for s in stations()]), np.array([s.longitude for s in stations()])


def _check_places(latitude: Sequence[float] | FloatArray, longitude: Sequence[float] | FloatArray) -> None:
    problems = [
        problem(name, value, str(RANGES[name]), "OUT_OF_RANGE")
        for name, values in (("latitude", latitude), ("longitude", longitude))
        for value in values
        if not isinstance(value, numbers.Real) or not RANGES[name].holds(float(value))
    ]
    if problems:
        raise WeatherError(problems)
