"""Reading fields from parsed JSON: every problem is collected, no field is passed over in silence."""

from __future__ import annotations

import difflib
import json
import math
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, TypeAlias

from buem.constants import HOURS
from buem.errors import Problem, problem, shorten
from buem.io.units import Quantity, Scale, describe_units, find_unit
from buem.profiles import Schedule

#: A JSON object as msgspec returns it.
Record: TypeAlias = dict[str, Any]

#: Deepest nesting that is read.
MAX_DEPTH: Final = 64
#: Problems listed for one feature; the rest is counted.
MAX_PROBLEMS: Final = 100


class Words(str):
    """A description that stands for a value in an error, printed without quotes."""

    __slots__ = ()


class Findings:
    """What was found while one feature was read: problems, notes, fields without effect."""

    __slots__ = ("dropped", "ignored", "notes", "problems")

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        #: Notes in the order they came, without doubles.
        self.notes: dict[str, None] = {}
        #: Names of fields without effect, in the order they were met, without doubles.
        self.ignored: dict[str, None] = {}
        #: Problems beyond `MAX_PROBLEMS`.
        self.dropped = 0

    def add(self, path: str, value: object, expected: str, code: str = "INVALID_VALUE") -> None:
        """Collect a problem; arguments as for `buem.errors.problem`."""
        value = _printable(value)
        if isinstance(value, Words):
            self.extend((Problem(path=path, value=str(value), expected=expected, code=code),))
        else:
            self.extend((problem(path, value, expected, code),))

    def extend(self, problems: tuple[Problem, ...]) -> None:
        """Collect the problems of another reader."""
        room = MAX_PROBLEMS - len(self.problems)
        self.problems.extend(problems[:room])
        self.dropped += max(0, len(problems) - room)

    def note(self, text: str) -> None:
        """Collect a note, once."""
        self.notes[text] = None

    def all_notes(self) -> tuple[str, ...]:
        """The notes, and one more that names the fields without effect."""
        if not self.ignored:
            return tuple(self.notes)
        return (*self.notes, f"no effect: {', '.join(self.ignored)}")

    def all_problems(self, path: str) -> tuple[Problem, ...]:
        """The problems, and one more that counts those which are not listed."""
        if not self.dropped:
            return tuple(self.problems)
        more = Problem(path=path, value=f"{self.dropped} more problems", expected="none", code="MORE_PROBLEMS")
        return (*self.problems, more)


def _printable(value: object) -> object:
    """A value that can be printed: integers of thousands of digits cannot."""
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 1100:
        return Words("an integer too large for a float")
    if isinstance(value, (dict, list)):
        return Words("an object" if isinstance(value, dict) else f"a list of {len(value)}")
    return value


def at(path: str, key: str) -> str:
    """The path of a member.

    Parameters
    ----------
    path : str
        Path of the object.
    key : str
        Name of the member.

    Returns
    -------
    str
        Dotted where the name allows, else in brackets.
    """
    if key.isidentifier() and len(key) <= 80:
        return f"{path}.{key}"
    return f"{path}[{json.dumps(key[:80])}]"


def number(record: Mapping[str, Any], key: str, wanted: Quantity, path: str, found: Findings) -> float | None:
    """A number, plain or `{value, unit}`, in the record's unit.

    Parameters
    ----------
    record : mapping
        The object that holds the field.
    key : str
        Name of the field.
    wanted : Quantity
        Its units and its range.
    path : str
        Path of the object.
    found : Findings
        Takes the problems.

    Returns
    -------
    float or None
        None when the field is missing or null, or when it was refused.
    """
    raw = record.get(key)
    if raw is None:
        return None
    plain = wanted.plain
    if plain is not None:
        # What nearly every number of a file is: in the record's unit, and sound.
        value = raw
        if raw.__class__ is dict:
            value = raw.get("value") if raw.get("unit") == plain and len(raw) == 2 else None
        kind = value.__class__
        if (kind is float or kind is int) and wanted.low <= value <= wanted.high:
            return float(value)
    return _convert(raw, key, wanted, path, found)


def _convert(raw: Any, key: str, wanted: Quantity, path: str, found: Findings) -> float | None:
    """A number that is in another unit, or that does not pass at once."""
    value, unit = raw, None
    if raw.__class__ is dict:
        value, unit = raw.get("value"), raw.get("unit")
        if len(raw) != 2 or unit.__class__ is not str:
            unit = _odd_quantity(raw, at(path, key), found)
    kind = value.__class__
    if kind is float or kind is int:
        scale = wanted.units.get(unit)
        if scale is not None:
            try:
                result = float(value * scale[0] + scale[1])
            except OverflowError:
                result = float("inf")
            if wanted.low <= result <= wanted.high:
                return result
    return _second_look(raw, unit, wanted, at(path, key), found)


def _odd_quantity(raw: Record, path: str, found: Findings) -> str | None:
    """The unit of a quantity that is not just value and unit; unknown members are refused or noted."""
    unit = raw.get("unit")
    for key in raw.keys() - {"value", "unit"}:
        meant = close_match(key, ("value", "unit"))
        if meant:
            found.add(at(path, key), raw[key], f"no such field (is {meant!r} meant?)", "UNKNOWN_FIELD")
        else:
            found.ignored[at(path, key).partition(".properties.")[2]] = None
    if unit is None or unit.__class__ is str:
        return unit
    found.add(f"{path}.unit", unit, "the name of a unit", "UNKNOWN_UNIT")
    return None


def _second_look(raw: Any, unit: str | None, wanted: Quantity, path: str, found: Findings) -> float | None:
    """A number that did not pass at once: spelt otherwise, on the edge of its range, or wrong."""
    value = raw
    value_path = path
    if raw.__class__ is dict:
        value, value_path = raw.get("value"), f"{path}.value"
    if not is_number(value):
        code = "MISSING_VALUE" if value is None else "NOT_A_NUMBER"
        found.add(value_path, value, f"a number, {wanted.expected}", code)
        return None
    scale = _scale(unit, wanted, path, found)
    return None if scale is None else _bounded(value, scale, unit, wanted, value_path, found)


def is_number(value: object) -> bool:
    """Whether a value is a number; true and false are not."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _scale(unit: str | None, wanted: Quantity, path: str, found: Findings) -> Scale | None:
    """The scale of a unit, however it is spelt; None when it was refused."""
    names = tuple(name for name in wanted.units if name is not None)
    known = unit if unit is None or unit in wanted.units else find_unit(unit, names)
    if known is None and unit is not None:
        found.add(f"{path}.unit", unit, describe_units(wanted.units), "UNKNOWN_UNIT")
        return None
    return wanted.units[known]


def _bounded(
    value: float, scale: Scale, unit: str | None, wanted: Quantity, path: str, found: Findings
) -> float | None:
    """The converted value, or None when it lies outside its range."""
    factor, offset = scale
    try:
        result = value * factor + offset
    except OverflowError:
        result = math.inf if value > 0 else -math.inf
    if wanted.low <= result <= wanted.high:
        return result
    clipped = min(max(result, wanted.low), wanted.high)
    # A converted number may miss its bound by rounding: 3.1416 rad are 180.0004 degrees.
    if factor != 1.0 and abs(clipped - result) <= 1e-5 * abs(clipped):
        return clipped
    given = f" (given in {unit})" if unit is not None and scale != (1.0, 0.0) else ""
    found.add(path, value, wanted.expected + given, "OUT_OF_RANGE")
    return None


def text(record: Mapping[str, Any], key: str, path: str, found: Findings) -> str | None:
    """A text, or None when it is missing, null or refused.

    Parameters
    ----------
    record, key, path, found
        As for `number`.

    Returns
    -------
    str or None
    """
    raw = record.get(key)
    if raw is None or raw.__class__ is str:
        return raw
    found.add(at(path, key), raw, "a text", "WRONG_TYPE")
    return None


def flag(record: Mapping[str, Any], key: str, path: str, found: Findings) -> bool | None:
    """True or false, or None when it is missing, null or refused.

    Parameters
    ----------
    record, key, path, found
        As for `number`.

    Returns
    -------
    bool or None
    """
    raw = record.get(key)
    if raw is None or raw.__class__ is bool:
        return raw
    found.add(at(path, key), raw, "true or false", "WRONG_TYPE")
    return None


def member(record: Mapping[str, Any], key: str, path: str, found: Findings) -> Record | None:
    """An object, or None when it is missing, null or refused.

    Parameters
    ----------
    record, key, path, found
        As for `number`.

    Returns
    -------
    dict or None
    """
    raw = record.get(key)
    if raw is None or raw.__class__ is dict:
        return raw
    found.add(at(path, key), raw, "an object", "WRONG_TYPE")
    return None


def schedule(record: Mapping[str, Any], key: str, wanted: Quantity, path: str, found: Findings) -> Schedule | None:
    """A number, 24 values, `{weekday, weekend}` of 24 each, or one value per hour of the year.

    Parameters
    ----------
    record, key, wanted, path, found
        As for `number`.

    Returns
    -------
    float or tuple of float or None
        As `buem.profiles.Schedule`; None when it is missing or refused.
    """
    raw = record.get(key)
    unit = None
    path_key = at(path, key)
    if isinstance(raw, dict) and isinstance(raw.get("value"), (list, dict)):
        unit = _odd_quantity(raw, path_key, found)
        raw, path_key = raw["value"], f"{path_key}.value"
    if isinstance(raw, list):
        return _values(raw, (24, HOURS), unit, wanted, path_key, found)
    if isinstance(raw, dict) and ("weekday" in raw or "weekend" in raw):
        return _week(raw, unit, wanted, path_key, found)
    return number(record, key, wanted, path, found)


def _week(raw: Record, unit: Any, wanted: Quantity, path: str, found: Findings) -> tuple[float, ...] | None:
    for key in sorted(raw.keys() - {"weekday", "weekend"}):
        found.add(at(path, key), raw[key], "weekday and weekend only", "UNKNOWN_FIELD")
    halves: list[tuple[float, ...] | None] = []
    for key in ("weekday", "weekend"):
        day = [raw.get(key)] * 24 if is_number(raw.get(key)) else raw.get(key)
        if isinstance(day, list):
            halves.append(_values(day, (24,), unit, wanted, f"{path}.{key}", found))
        else:
            found.add(f"{path}.{key}", day, "24 values", "WRONG_TYPE")
            halves.append(None)
    weekday, weekend = halves
    return None if weekday is None or weekend is None else weekday + weekend


def _values(
    raw: list[Any], lengths: tuple[int, ...], unit: Any, wanted: Quantity, path: str, found: Findings
) -> tuple[float, ...] | None:
    if len(raw) not in lengths:
        found.add(path, Words(f"{len(raw)} values"), " or ".join(f"{n} values" for n in lengths), "WRONG_LENGTH")
        return None
    scale = _scale(unit, wanted, path.removesuffix(".value"), found)
    if scale is None:
        return None
    values = []
    for i, item in enumerate(raw):
        value = _bounded(item, scale, unit, wanted, f"{path}[{i}]", found) if is_number(item) else None
        if value is None:
            if not is_number(item):
                found.add(f"{path}[{i}]", item, f"a number, {wanted.expected}", "NOT_A_NUMBER")
            return None
        values.append(value)
    return tuple(values)


@lru_cache(maxsize=4096)
def close_match(key: str, known: tuple[str, ...] | frozenset[str]) -> str | None:
    """The known name that a key probably means.

    Parameters
    ----------
    key : str
        A name that is not known.
    known : tuple or frozenset of str
        The known names.

    Returns
    -------
    str or None
        None when no name is near.
    """
    folded = {name.lower().replace("_", ""): name for name in sorted(known)}
    near = difflib.get_close_matches(key[:60].lower().replace("_", "").replace("-", ""), folded, n=1, cutoff=0.75)
    return folded[near[0]] if near else None


def foreign(record: Mapping[str, Any], known: frozenset[str], path: str, found: Findings, *, strict: bool) -> None:
    """Refuse or report the members of an object that no rule knows.

    A name close to a known one is a misspelling and refused. Where `strict`, so is every number
    (a quantity that nobody uses would be a silently different building); anything else is reported.

    Parameters
    ----------
    record : mapping
        The object.
    known : frozenset of str
        The names that are honoured, or reported elsewhere.
    path : str
        Path of the object.
    found : Findings
        Takes problems and names.
    strict : bool
        Whether unknown numbers are refused.
    """
    for key in sorted(record.keys() - known):
        value = record[key]
        place = at(path, key)
        meant = close_match(key, known)
        if depth_exceeds(value, MAX_DEPTH - place.count(".") - place.count("[")):
            found.add(place, Words("nested deeper"), f"nesting of at most {MAX_DEPTH}", "NESTING_TOO_DEEP")
        elif meant:
            found.add(place, value, f"no such field (is {meant!r} meant?)", "UNKNOWN_FIELD")
        elif strict and (is_number(value) or (isinstance(value, dict) and "value" in value)):
            found.add(place, value, f"one of {', '.join(sorted(known))}", "UNKNOWN_FIELD")
        else:
            found.ignored[place.partition(".properties.")[2] or place] = None


def depth_exceeds(value: object, limit: int) -> bool:
    """Whether lists and objects are nested deeper than a limit.

    Parameters
    ----------
    value : object
        Parsed JSON.
    limit : int
        Deepest nesting allowed.

    Returns
    -------
    bool
    """
    level = [value] if isinstance(value, (dict, list)) else []
    for _ in range(limit):
        inner = [item for box in level for item in (box.values() if isinstance(box, dict) else box)]
        level = [item for item in inner if isinstance(item, (dict, list))]
        if not level:
            return False
    return bool(level)


def show(value: object) -> str:
    """Text of a value for a note.

    Parameters
    ----------
    value : object
        Anything.

    Returns
    -------
    str
    """
    value = _printable(value)
    return str(value) if isinstance(value, Words) else shorten(value)


_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")
#: From here on not every whole number is a float.
_WHOLE: Final = 2.0**53


def id_text(value: object) -> str | None:
    """The id of a feature as text; GeoJSON allows a number, too.

    Parameters
    ----------
    value : object
        The feature's `id`.

    Returns
    -------
    str or None
        None when it is missing, empty, or neither text nor a whole number.
    """
    if isinstance(value, str):
        # A lone half of a surrogate pair cannot be written to any file.
        return value if value and (value.isascii() or not _LONE_SURROGATE.search(value)) else None
    if isinstance(value, float) and value.is_integer() and abs(value) < _WHOLE:
        # Some writers know no integers.
        return str(int(value))
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() < 64:
        return str(value)
    return None
