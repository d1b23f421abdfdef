"""Which buildings an operation is for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Table, select

from buem.errors import Problem, problem
from buem.io.fields import is_number
from buem.service.tables import building_fields, buildings

OPERATORS: Final = ("in", "gte", "lte")
#: Most names a building is found by, and the deepest they are looked for.
_MOST_NAMES: Final = 100
_DEEPEST: Final = 6
_LONGEST: Final = 500

Plain = str | int | float | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Conditions that all must hold."""

    #: Name of a property -> whether its value fits.
    conditions: tuple[tuple[str, Callable[[Plain], bool]], ...] = ()
    #: West, south, east, north. [°]
    bbox: tuple[float, float, float, float] | None = None

    def matches(self, fields: Mapping[str, Plain]) -> bool:
        """Whether a building with these properties fits; its place is not looked at."""
        return all(name in fields and fits(fields[name]) for name, fits in self.conditions)


def fields_of(name: str, feature: Mapping[str, Any]) -> dict[str, Plain]:
    """What a building can be found by: its id and its properties with plain values.

    Parameters
    ----------
    name : str
        Id of the building.
    feature : mapping
        Its feature.

    Returns
    -------
    dict
        Names inside others are joined by dots; the value of `{value, unit}` also stands under the name itself.
    """
    found: dict[str, Plain] = {"id": name}
    properties = feature.get("properties")
    if isinstance(properties, dict):
        _collect(properties, "", 0, found)
    return found


def _collect(record: Mapping[str, Any], before: str, depth: int, found: dict[str, Plain]) -> None:
    for key, value in record.items():
        if len(found) >= _MOST_NAMES:
            return
        path = f"{before}{key}"
        if isinstance(value, (str, bool)) or is_number(value):
            found.setdefault(path, value[:_LONGEST] if isinstance(value, str) else value)
        elif isinstance(value, dict) and depth < _DEEPEST and key != "weather":
            if is_number(value.get("value")) and "unit" in value:
                found.setdefault(path, value["value"])
            _collect(value, f"{path}.", depth + 1, found)


def read_filter(given: object, path: str, problems: list[Problem],
                known: Collection[str] | None = None) -> Filter:
    """The filter of a request; what is wrong with it goes to the problems.

    Parameters
    ----------
    given : object
        Name -> value, or `{in: [...]}`, `{gte, lte}`; and `bbox`. None and `{}` match all.
    path : str
        Where it stands.
    problems : list of Problem
        Extended.
    known : collection of str, optional
        Names that any building has; without it every name will do.

    Returns
    -------
    Filter
    """
    if given is None:
        return Filter()
    if not isinstance(given, dict):
        problems.append(problem(path, given, "an object of names and values", "INVALID_FILTER"))
        return Filter()
    conditions = []
    bbox = None
    for name, wanted in given.items():
        if name == "bbox":
            bbox = read_bbox(wanted, f"{path}.bbox", problems)
        elif known is not None and name not in known and name != "id":
            problems.append(problem(f"{path}.{name}", name, "a property that a building has", "UNKNOWN_FIELD"))
        elif (fits := _condition(wanted)) is None:
            expected = "a text, a number, true or false, {in: [...]}, or {gte, lte} with numbers or texts"
            problems.append(problem(f"{path}.{name}", wanted, expected, "INVALID_FILTER"))
        else:
            conditions.append((name, fits))
    return Filter(conditions=tuple(conditions), bbox=bbox)


def _condition(wanted: object) -> Callable[[Plain], bool] | None:
    if _is_plain(wanted):
        return lambda value: _equal(value, wanted)
    if not isinstance(wanted, dict) or not wanted or set(wanted) - set(OPERATORS):
        return None
    tests: list[Callable[[Plain], bool]] = []
    if "in" in wanted:
        chosen = wanted["in"]
        if not isinstance(chosen, list) or not all(map(_is_plain, chosen)):
            return None
        tests.append(lambda value: any(_equal(value, one) for one in chosen))
    for name in ("gte", "lte"):
        if name not in wanted:
            continue
        bound = wanted[name]
        if isinstance(bound, bool) or not _is_plain(bound):
            return None
        tests.append(_at_least(bound) if name == "gte" else _at_most(bound))
    return lambda value: all(test(value) for test in tests)


def _is_plain(value: object) -> bool:
    return isinstance(value, (str, bool)) or is_number(value)


def _equal(value: Plain, wanted: object) -> bool:
    # True is 1 in Python, and no number in JSON.
    return isinstance(value, bool) == isinstance(wanted, bool) and value == wanted


def _comparable(value: Plain, bound: Any) -> bool:
    return not isinstance(value, bool) and isinstance(value, str) == isinstance(bound, str)


def _at_least(bound: Any) -> Callable[[Plain], bool]:
    return lambda value: _comparable(value, bound) and value >= bound


def _at_most(bound: Any) -> Callable[[Plain], bool]:
    return lambda value: _comparable(value, bound) and value <= bound


def read_bbox(given: object, path: str, problems: list[Problem]) -> tuple[float, float, float, float] | None:
    """A box of four numbers: west, south, east, north; west beyond east goes over the date line."""
    numbers = given if isinstance(given, list) and len(given) == 4 and all(map(is_number, given)) else None
    if numbers is None or not (-90 <= numbers[1] <= numbers[3] <= 90 and all(-180 <= x <= 180 for x in numbers[::2])):
        problems.append(problem(path, given, "[west, south, east, north] in degrees", "INVALID_FILTER"))
        return None
    west, south, east, north = map(float, numbers)
    return west, south, east, north


def known_fields(connection: Connection) -> set[str]:
    """Names of properties that any building ever had."""
    return {"id", *connection.execute(select(building_fields.c.name)).scalars()}


def matching(connection: Connection, chosen: Filter, after: str = "", block: int = 5000,
             table: Table = buildings) -> Iterator[str]:
    """Ids of the buildings, or the weather, that fit, in the order of their ids.

    Parameters
    ----------
    connection : Connection
        To the store.
    chosen : Filter
        What must hold.
    after : str
        Only ids beyond this one.
    block : int
        Rows that are read at once.
    table : Table
        With `id`, `fields`, `longitude` and `latitude`.

    Yields
    ------
    str
    """
    query = select(table.c.id, table.c.fields).order_by(table.c.id).limit(block)
    if not chosen.conditions:
        query = select(table.c.id).order_by(table.c.id).limit(block)
    if chosen.bbox is not None:
        west, south, east, north = chosen.bbox
        x, y = table.c.longitude, table.c.latitude
        query = query.where(y >= south, y <= north)
        query = query.where(x >= west, x <= east) if west <= east else query.where((x >= west) | (x <= east))
    while True:
        rows = connection.execute(query.where(table.c.id > after)).all()
        for row in rows:
            if not chosen.conditions or chosen.matches(row.fields):
                yield row.id
        if len(rows) < block:
            return
        after = rows[-1].id
