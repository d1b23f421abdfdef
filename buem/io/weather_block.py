"""The weather that a request brings along: `{index: [stamps], variables: {T, GHI, DNI, DHI}}`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from buem.constants import HOURS
from buem.errors import Problem, WeatherError, problem
from buem.io.weather_repair import LOWEST_IRRADIANCE
from buem.io.weather_table import WeatherTable, calendar, hour_of_year, to_weather
from buem.profiles import FloatArray, Period
from buem.weather import RANGES, Weather, clock_note

#: Variable of the block -> field of `Weather`; the units are the same.
VARIABLES: Final = {
    "T": "temp_air",
    "GHI": "ghi",
    "DNI": "dni",
    "DHI": "dhi",
    **{name: name for name in ("wind_speed", "wind_direction", "pressure", "relative_humidity", "longwave_down")},
}
LENGTHS: Final = (HOURS, HOURS + 24)

_STAMP: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
_SUFFIX: Final = re.compile(r"(?::00(?:\.0{1,9})?)?(?P<zone>Z|z|(?P<sign>[-+])(?P<hours>\d\d):?(?P<minutes>\d\d))?")
_HOUR: Final = np.timedelta64(60, "m")


class _Stamps(NamedTuple):
    """Index of a block on one clock."""

    #: Stamps on that clock, shape (rows,), datetime64[m].
    local: NDArray[np.datetime64]
    #: That clock less UTC. [h]
    utc_offset: float
    notes: tuple[str, ...]


def weather_from_block(
    block: Mapping[str, Any], *, latitude: float, longitude: float, path: str
) -> tuple[Weather, Period]:
    """The weather of a request and the hours it covers.

    The stamps are kept: their clock is the clock of the record, and a stamp off the full hour says where the sun stands
    (`00:30Z` is the middle of the hour from 0:00). Full hours are starts, with the sun at half past.

    Parameters
    ----------
    block : mapping
        As decoded from JSON: `index` and `variables`, or BuEM's flat form with the variables beside `index`.
    latitude, longitude : float
        Of the building. [°]
    path : str
        JSON path of the block, the start of the paths of problems.

    Returns
    -------
    weather : Weather
    period : Period
        The year from the block's first stamp on.

    Raises
    ------
    WeatherError
        With every problem of the block.
    """
    problems: list[Problem] = []
    index, variables, where = _parts(block, path, problems)
    stamps = _stamps(index, f"{path}.index", problems)
    columns = _columns(variables, len(index), where, problems)
    if problems or stamps is None:
        raise WeatherError(problems)
    year, month, day, hour = calendar(stamps.local.astype("datetime64[h]"))
    minute = float((stamps.local[0] - stamps.local[0].astype("datetime64[h]")).astype(int))
    table = WeatherTable(
        name="request",
        latitude=latitude,
        longitude=longitude,
        elevation=0.0,
        utc_offset=stamps.utc_offset,
        sun_offset=minute or 30.0,
        year=year,
        month=month,
        day=day,
        hour=hour,
        columns=columns,
        source="the request's own weather",
        notes=stamps.notes,
    )
    weather = to_weather(table, path)
    note = clock_note(weather)
    weather = weather if note is None else replace(weather, notes=(*weather.notes, note))
    first = 24 if (month[0], day[0]) == (2, 29) else 0  # that day is dropped
    start = int(hour_of_year(month[first], day[first], hour[first]))
    return weather, Period(year=int(year[first]), first_hour=start)


def _parts(
    block: Mapping[str, Any], path: str, problems: list[Problem]
) -> tuple[Sequence[Any], Mapping[str, Any], str]:
    """Index, variables and the path of the variables."""
    if not isinstance(block, Mapping):
        problems.append(problem(path, block, "an object {index, variables}", "WRONG_TYPE"))
        return (), {}, path
    index = block.get("index")
    if not isinstance(index, Sequence) or isinstance(index, str) or len(index) not in LENGTHS:
        found = f"{len(index)} stamps" if isinstance(index, list) else index
        problems.append(problem(f"{path}.index", found, "8760 or 8784 hourly ISO 8601 stamps", "WRONG_LENGTH"))
        index = ()
    nested = "variables" in block
    where = f"{path}.variables" if nested else path
    variables = block["variables"] if nested else {key: value for key, value in block.items() if key != "index"}
    if not isinstance(variables, Mapping):
        problems.append(problem(where, variables, "an object of lists: " + ", ".join(VARIABLES), "WRONG_TYPE"))
        return index, {}, where
    strange = [f"{path}.{key}" for key in block if nested and key not in ("index", "variables")]
    strange += [f"{where}.{name}" for name in variables if name not in VARIABLES]
    problems += [problem(name, "unknown", "one of " + ", ".join(VARIABLES), "UNKNOWN_FIELD") for name in strange]
    if "T" not in variables:
        problems.append(problem(f"{where}.T", None, "outdoor temperatures of every hour [°C]", "MISSING"))
    if sum(name in variables for name in ("GHI", "DNI", "DHI")) < 2:
        held = ", ".join(name for name in ("GHI", "DNI", "DHI") if name in variables)
        problems.append(problem(where, held or None, "two of GHI, DNI and DHI [W/m²]", "MISSING"))
    return index, {name: value for name, value in variables.items() if name in VARIABLES}, where


def _stamps(index: Sequence[Any], path: str, problems: list[Problem]) -> _Stamps | None:
    """The index on one clock, checked to run hour by hour."""
    if not index:
        return None
    texts = [text if isinstance(text, str) else "" for text in index]
    suffixes = {suffix: _SUFFIX.fullmatch(suffix) for suffix in {text[16:] for text in texts}}
    try:
        wrong = next(i for i, t in enumerate(texts) if not (_STAMP.fullmatch(t[:16]) and suffixes[t[16:]]))
    except StopIteration:
        wrong = -1
    if wrong >= 0:
        expected = "an ISO 8601 stamp such as 2018-01-01T00:30:00Z"
        problems.append(problem(f"{path}[{wrong}]", index[wrong], expected, "BAD_TIME"))
        return None
    try:
        local = np.array([text[:16].replace(" ", "T") for text in texts], dtype="datetime64[m]")
    except ValueError as error:
        problems.append(problem(path, str(error), "dates and times of the calendar", "BAD_TIME"))
        return None
    offsets = {suffix: _offset(match) for suffix, match in suffixes.items() if match}
    standard = min(offsets.values())
    if len(set(offsets.values())) > 1:  # daylight saving: back to one clock
        local = local - np.array([offsets[t[16:]] - standard for t in texts]).astype("timedelta64[m]")
    return _checked_steps(_Stamps(local, standard / 60.0, _zone_notes(offsets)), path, problems)


def _offset(match: re.Match[str]) -> int:
    """Minutes from UTC of a stamp's end; a stamp without a zone is in UTC."""
    if match["sign"] is None:
        return 0
    minutes = int(match["hours"]) * 60 + int(match["minutes"])
    return -minutes if match["sign"] == "-" else minutes


def _zone_notes(offsets: Mapping[str, int]) -> tuple[str, ...]:
    notes = ["elevation unknown: air density of sea level"]
    if any("Z" not in suffix.upper() and "+" not in suffix and "-" not in suffix for suffix in offsets):
        notes.append("stamps without a zone taken as UTC")
    if len(set(offsets.values())) > 1:
        notes.append("stamps with daylight saving brought back to standard time")
    return tuple(notes)


def _checked_steps(stamps: _Stamps, path: str, problems: list[Problem]) -> _Stamps | None:
    """The stamps, unless one does not follow its predecessor by an hour; a 29 February may be left out."""
    steps = np.diff(stamps.local)
    dates = stamps.local[1:].astype("datetime64[D]")
    leap = (steps == 25 * _HOUR) & (dates - dates.astype("datetime64[Y]") == np.timedelta64(60, "D"))
    wrong = (steps != _HOUR) & ~leap
    if not wrong.any():
        return stamps
    first = int(wrong.argmax()) + 1
    found = f"{stamps.local[first]} after {stamps.local[first - 1]}"
    problems.append(problem(f"{path}[{first}]", found, "one hour after the stamp before it", "NOT_HOURLY"))
    return None


def _columns(variables: Mapping[str, Any], rows: int, path: str, problems: list[Problem]) -> dict[str, FloatArray]:
    """Values of each variable, finite and in range."""
    columns = {}
    for name, values in variables.items():
        where = f"{path}.{name}"
        if not isinstance(values, list | tuple) or (rows and len(values) != rows):
            found = f"{len(values)} values" if isinstance(values, list | tuple) else values
            wanted = f"a list of {rows or '8760 or 8784'} numbers, one a stamp"
            problems.append(problem(where, found, wanted, "WRONG_LENGTH"))
            continue
        column = _numbers(values)
        wrong = _first_wrong(VARIABLES[name], column)
        if wrong is not None:
            problems.append(problem(f"{where}[{wrong}]", values[wrong], str(RANGES[VARIABLES[name]]), "OUT_OF_RANGE"))
        columns[VARIABLES[name]] = column
    return columns


def _numbers(values: Sequence[Any]) -> FloatArray:
    """Values as an array, NaN for what is no number."""
    if set(map(type, values)) <= {float}:
        return np.array(values, dtype=np.float64)
    usable = [value if type(value) in (int, float) and abs(value) < 1e300 else np.nan for value in values]
    return np.array(usable, dtype=np.float64)


def _first_wrong(name: str, column: FloatArray) -> int | None:
    low = LOWEST_IRRADIANCE if RANGES[name].unit == "W/m²" and RANGES[name].low == 0.0 else RANGES[name].low
    wrong = ~((column >= low) & (column <= RANGES[name].high))
    return int(wrong.argmax()) if wrong.any() else None
