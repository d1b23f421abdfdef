"""Any weather file as a checked year."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from buem.errors import OptionError, WeatherError, WeatherWarning, problem
from buem.io.fields import close_match
from buem.io.paths import as_path
from buem.io.weather_csv import SiteHeader, read_table
from buem.io.weather_epw import read_epw
from buem.io.weather_nsrdb import read_nsrdb
from buem.io.weather_openmeteo import read_openmeteo
from buem.io.weather_pvgis import read_pvgis_csv, read_pvgis_json
from buem.io.weather_table import WeatherTable, to_weather
from buem.io.weather_text import read_text
from buem.io.weather_tmy import TMY2_HEADER, read_tmy2, read_tmy3
from buem.io.weather_try import read_try
from buem.weather import Weather, clock_note

READERS: Final[dict[str, Callable[[str, str], WeatherTable]]] = {
    "epw": read_epw,
    "tmy3": read_tmy3,
    "tmy2": read_tmy2,
    "pvgis-csv": read_pvgis_csv,
    "pvgis-json": read_pvgis_json,
    "nsrdb": read_nsrdb,
    "try": read_try,
    "openmeteo": read_openmeteo,
    "buem": read_table,
}


def read_weather(path: str | Path, *, name: str | None = None, format: str | None = None) -> Weather:  # noqa: A002
    """The weather of a file, plain or gzipped, on our one convention.

    Its clock is checked: where the data's own sun is more than 20 min off what the format promises, a `WeatherWarning`
    says by how much; the data are left as they are.

    Parameters
    ----------
    path : str or Path
        EPW, TMY3, TMY2, PVGIS (CSV, JSON), NSRDB, DWD TRY (2010, 2015), Open-Meteo or our own CSV.
    name : str or None
        Name of the weather; None takes the site's, or the file's.
    format : str or None
        One of `READERS`; None recognises it.

    Returns
    -------
    Weather

    Raises
    ------
    WeatherError
        With every problem found.
    """
    file = as_path(path, "path")
    if format is not None and format not in READERS:
        raise OptionError([problem("format", format, "one of " + ", ".join(READERS), "UNKNOWN_FORMAT")])
    text = read_text(file)
    chosen = format or weather_format(text)
    if chosen is None:
        wanted = "a weather file in one of the formats " + ", ".join(READERS)
        raise WeatherError([problem(str(path), text[:60], wanted, "UNKNOWN_FORMAT")])
    if not text.strip():
        raise WeatherError([problem(str(path), None, "a weather file", "EMPTY")])
    header = _index_entry(file) if chosen == "buem" and not text.startswith("#") else None
    table = read_table(text, str(path), header) if header else READERS[chosen](text, str(path))
    stem = file.name.removesuffix(".gz").rpartition(".")[0]
    weather = to_weather(replace(table, name=name or table.name or stem), str(path))
    return _with_checked_clock(weather, str(path))


def read_station_or_file(name: str | Path) -> Weather:
    """The weather of a bundled station or of a file; a file of that name wins.

    Parameters
    ----------
    name : str or Path
        Id of a bundled station, or a path.

    Returns
    -------
    Weather

    Raises
    ------
    WeatherError
        As `read_weather`.
    """
    from buem.io.stations import read_station, stations

    text = str(name)
    if Path(name).exists() or not text:
        return read_weather(name)
    ids = [station.id for station in stations()]
    if text in ids:
        return read_station(text)
    near = close_match(text, tuple(ids))
    hint = f" (is {near} meant?)" if near else ""
    raise WeatherError([problem("weather", text, f"a weather file that is there, or a bundled station{hint}; "
                                "`buem weather list` names them", "NOT_FOUND")])


def weather_format(text: str) -> str | None:
    """Format of a weather file, recognised by its first lines.

    Parameters
    ----------
    text : str
        Content of the file.

    Returns
    -------
    str or None
        One of `READERS`, or None.
    """
    head = text[:20000].lstrip("\n\r ").splitlines()[:80]
    if not head:
        return None
    first, second = head[0], head[1] if len(head) > 1 else ""
    if any(line.startswith("***") for line in head):
        return "try"
    if TMY2_HEADER.match(first):
        return "tmy2"
    signs = {
        "epw": first.upper().startswith("LOCATION,"),
        "nsrdb": first.startswith("Source,"),
        "pvgis-csv": first.startswith("Latitude (decimal degrees)"),
        "pvgis-json": first.startswith("{"),
        "openmeteo": "utc_offset_seconds" in first,
        "tmy3": second.startswith("Date (MM/DD/YYYY)"),
        "buem": first.startswith("#") or {"month", "day", "hour"} <= {part.strip() for part in first.split(",")},
    }
    return next((name for name, holds in signs.items() if holds), None)


def _with_checked_clock(weather: Weather, path: str) -> Weather:
    """The weather, with a warning and a note where its sun is far from the promised one."""
    note = clock_note(weather)
    if note is None:
        return weather
    warnings.warn(f"{path}: {note}; the data are used as they are", WeatherWarning, stacklevel=3)
    return replace(weather, notes=(*weather.notes, note))


def _index_entry(file: Path) -> SiteHeader | None:
    """Site of a bare table, from an `index.json` beside it."""
    index = file.parent / "index.json"
    if not index.is_file():
        return None
    try:
        records = json.loads(index.read_text(encoding="utf-8"))
        records = list(records["files"].values()) if isinstance(records, dict) else records
        record = next((r for r in records if r.get("file") == file.name), None)
        return None if record is None else _header(record)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WeatherError(
            [problem(str(index), f"{type(error).__name__}: {error}", "an index of weather files")]
        ) from None


def _header(record: Mapping[str, object]) -> SiteHeader:
    """Site of an index's record; units may stand in its keys."""

    def value(key: str, unit: str, default: float) -> float:
        return float(str(record.get(key, record.get(f"{key}_{unit}", default))))

    return SiteHeader(
        name=str(record.get("id", record.get("name", ""))),
        latitude=float(str(record["latitude"])),
        longitude=float(str(record["longitude"])),
        elevation=value("elevation", "m", 0.0),
        utc_offset=value("utc_offset", "h", 0.0),
        sun_offset=value("sun_offset", "min", 30.0),
        source=str(record.get("source", "")),
        licence=str(record.get("licence", "")),
    )
