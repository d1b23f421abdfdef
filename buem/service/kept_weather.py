"""Weather that is kept: read like any weather file, chosen by its name in a calculation."""

from __future__ import annotations

import gzip
import tempfile
import warnings
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, delete, insert, select, update

from buem.errors import OptionError, WeatherError, WeatherWarning, problem
from buem.io.fields import is_number
from buem.service.collection import ItemError
from buem.service.tables import weather
from buem.service.whole import whole

if TYPE_CHECKING:
    from buem.simulate import Site
    from buem.weather import Weather

#: What weather may be filtered by; all of it but the last two may be changed.
FIELDS: Final = ("id", "name", "latitude", "longitude", "elevation", "utc_offset", "year", "source", "licence",
                 "mean_temp_air", "annual_ghi")
#: Members of the merge patch of an update, beside `content`, a whole new file.
CHANGEABLE: Final = ("name", "latitude", "longitude", "elevation", "utc_offset", "sun_offset", "temp_offset",
                     "albedo", "source", "licence", "year")
_LONGEST_NAME: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class WeatherRecord:
    """A weather year as a row of the store."""

    id: str
    #: Our own CSV, gzipped.
    content: bytes
    fields: dict[str, Any]
    longitude: float
    latitude: float
    #: What was repaired or looks odd.
    notes: tuple[str, ...] = ()

    def changes(self, now: datetime) -> dict[str, Any]:
        """Values of a row that is there."""
        values = {name: value for name, value in asdict(self).items() if name not in ("id", "notes")}
        return {**values, "updated_at": now}


def weather_record(item: object, where: str) -> WeatherRecord:
    """The row of a weather file that the engine can read.

    Parameters
    ----------
    item : object
        Parsed JSON, `{id, content}`: the name, and the text of the file in any format of `io.weather`.
    where : str
        What stands before the paths of problems, such as ``items[3]``.

    Returns
    -------
    WeatherRecord

    Raises
    ------
    ItemError
        With all that is wrong with it.
    """
    if not isinstance(item, dict) or not isinstance(item.get("content"), str):
        raise ItemError("validation", f"{where}.content: no text; expected {{id, content}}, the text of a weather file")
    strange = sorted(set(item) - {"id", "content"})
    if strange:
        raise ItemError("validation", f"{where}.{strange[0][:80]}: no such member; expected id and content")
    return _record(_checked_name(item.get("id"), where), item["content"].encode(), f"{where}.content")


def _checked_name(given: object, where: str) -> str:
    from buem.io.stations import stations

    if not isinstance(given, str) or not 1 <= len(given) <= _LONGEST_NAME or not given.isprintable():
        raise ItemError("validation", f"{where}.id: {str(given)[:40]!r}; expected a name of 1 to {_LONGEST_NAME} "
                                      "printable letters")
    if given == "auto" or any(given == station.id for station in stations()):
        raise ItemError("validation", f"{where}.id: {given!r}; expected a name that no bundled station has")
    return given


def _record(name: str, text: bytes, where: str) -> WeatherRecord:
    from buem.io.weather_csv import write_weather

    found, notes = _read(text, where, None)
    with tempfile.TemporaryDirectory(prefix="buem-") as folder:
        path = Path(folder) / "weather.csv.gz"
        write_weather(found, path)
        content = path.read_bytes()
    fields: dict[str, Any] = {
        "id": name, "name": found.name, "latitude": found.latitude, "longitude": found.longitude,
        "elevation": found.elevation, "utc_offset": found.utc_offset, "year": found.year, "source": found.source,
        "licence": found.licence, "mean_temp_air": round(float(found.temp_air.mean()), 2),
        "annual_ghi": round(float(found.ghi.sum()) / 1000.0, 1)}
    return WeatherRecord(id=name, content=content, longitude=found.longitude, latitude=found.latitude, notes=notes,
                         fields={key: value for key, value in fields.items() if value not in (None, "")})


def _read(text: bytes, where: str, name: str | None) -> tuple[Weather, tuple[str, ...]]:
    """A weather file from its bytes, and what is to be said of it."""
    from buem.io.weather import read_weather

    with tempfile.TemporaryDirectory(prefix="buem-") as folder:
        path = Path(folder) / "weather.csv"
        path.write_bytes(text)
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always", WeatherWarning)
            try:
                found = read_weather(path, name=name)
            except WeatherError as error:
                sentence = "; ".join(str(one) for one in error.problems).replace(str(path), where)
                raise ItemError("validation", sentence) from None
    notes = [*found.notes, *(str(one.message).replace(str(path), where) for one in said)]
    return found, tuple(dict.fromkeys(notes))


def weather_of(content: bytes, name: str) -> tuple[Weather, tuple[str, ...]]:
    """A stored weather, and what is to be said of it.

    Parameters
    ----------
    content : bytes
        As it is stored.
    name : str
        Its name.

    Returns
    -------
    weather : Weather
    notes : tuple of str

    Raises
    ------
    ItemError
        When it cannot be read any more.
    """
    return _read(gzip.decompress(content), name, name)


def weather_patched(stored: bytes, patch: dict[str, Any], name: str) -> WeatherRecord:
    """The row of a weather after a merge patch.

    Parameters
    ----------
    stored : bytes
        Its content so far.
    patch : dict
        Members of `CHANGEABLE`, or `content`; null takes the year, source or licence away.
    name : str
        Its id, which stays.

    Returns
    -------
    WeatherRecord

    Raises
    ------
    ItemError
        When the result is no weather.
    """
    strange = sorted(set(patch) - {*CHANGEABLE, "content"})
    if strange:
        raise ItemError("validation", f"{name}.{strange[0][:80]}: no such member; expected any of "
                                      f"{', '.join((*CHANGEABLE, 'content'))}")
    given = patch.get("content")
    if given is not None and not isinstance(given, str):
        raise ItemError("validation", f"{name}.content: {type(given).__name__}; expected the text of a weather file")
    text = gzip.decompress(stored) if given is None else given.encode()
    changes = {key: _changed(key, value, name) for key, value in patch.items() if key != "content"}
    if not changes:
        return _record(name, text, f"{name}.content")
    from buem.io.weather_csv import write_weather

    found, _ = _read(text, f"{name}.content", None)
    with tempfile.TemporaryDirectory(prefix="buem-") as folder:
        path = Path(folder) / "weather.csv"
        write_weather(replace(found, **changes), path)
        return _record(name, path.read_bytes(), name)


def _changed(key: str, value: object, name: str) -> Any:
    words = key in ("name", "source", "licence")
    if value is None and key in ("source", "licence", "year"):
        return "" if words else None
    right = isinstance(value, str) if words else whole(value) is not None if key == "year" else is_number(value)
    if not right:
        expected = "a text" if words else "a whole number" if key == "year" else "a number"
        raise ItemError("validation", f"{name}.{key}: {str(value)[:40]!r}; expected {expected}")
    return whole(value) if key == "year" else value


def weather_names(connection: Connection) -> set[str]:
    """Names of the weather that is kept."""
    return set(connection.execute(select(weather.c.id)).scalars())


def weather_contents(connection: Connection, names: Iterable[str], *, lock: bool = False) -> dict[str, bytes]:
    """Stored contents by their names; those that are not there are left out."""
    query = select(weather.c.id, weather.c.content).where(weather.c.id.in_(sorted(set(names)))).order_by(weather.c.id)
    rows = connection.execute(query.with_for_update() if lock else query)
    return {row.id: row.content for row in rows}


def put_weather(connection: Connection, record: WeatherRecord, now: datetime, rule: str) -> str:
    """Keep a weather under its name.

    Parameters
    ----------
    connection : Connection
        A transaction that writes.
    record : WeatherRecord
        The weather.
    now : datetime
        When.
    rule : str
        error, replace or skip: what becomes of one that is there.

    Returns
    -------
    str
        created, replaced, skipped or conflict.
    """
    there = connection.execute(select(weather.c.id).where(weather.c.id == record.id).with_for_update()).first()
    if there is None:
        connection.execute(insert(weather).values(id=record.id, version=1, created_at=now, **record.changes(now)))
        return "created"
    if rule == "replace":
        change_weather(connection, record, now)
    return {"replace": "replaced", "skip": "skipped"}.get(rule, "conflict")


def change_weather(connection: Connection, record: WeatherRecord, now: datetime) -> None:
    """Put another content in the place of the one that a weather has."""
    connection.execute(update(weather).where(weather.c.id == record.id).values(
        **record.changes(now), version=weather.c.version + 1))


def remove_weather(connection: Connection, names: Iterable[str]) -> set[str]:
    """Forget weather; the names that were there."""
    chosen = weather.c.id.in_(sorted(set(names)))
    return set(connection.execute(delete(weather).where(chosen).returning(weather.c.id)).scalars())


def kept_site(connection: Connection, name: str, sky: str) -> Site:
    """A stored weather, prepared for a calculation.

    Parameters
    ----------
    connection : Connection
        To the store.
    name : str
        Its name.
    sky : str
        Model of the sky.

    Returns
    -------
    Site

    Raises
    ------
    OptionError
        When there is none of this name.
    """
    content = weather_contents(connection, [name]).get(name)
    if content is None:
        raise OptionError([problem("weather", name, "auto, a bundled station, or a weather that is kept")])
    return _site(content, name, sky)


@lru_cache(maxsize=4)
def _site(content: bytes, name: str, sky: str) -> Site:
    from buem.simulate import prepare

    return prepare(weather_of(content, name)[0], sky)
