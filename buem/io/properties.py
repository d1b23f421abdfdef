"""The properties of a footprint by what they mean, numbers out of texts."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, NamedTuple

from buem.city import CityOptions
from buem.io.fields import Findings, Record, Words, at, depth_exceeds, is_number
from buem.io.footprint_names import Meaning, meaning
from buem.io.footprint_text import is_nothing, parse_numbers


class Given(NamedTuple):
    """A property of a feature that means something."""

    name: str
    value: Any
    path: str
    #: Vocabulary of its words.
    source: str = ""


class Properties:
    """The properties of a feature by what they mean; what nobody asks for is reported.

    Parameters
    ----------
    records : list of (dict, str)
        Where properties stand, the first wins, each with its path.
    options : CityOptions
        With the names that the user gave.
    found : Findings
        Takes problems and notes.
    """

    def __init__(self, records: list[tuple[Record, str]], options: CityOptions, found: Findings) -> None:
        self.found = found
        self._known: dict[str, list[tuple[int, Given]]] = {}
        own = {getattr(options.names, f.name): f.name for f in fields(options.names)} if options.names else {}
        own.pop("", None)
        for place, (record, path) in enumerate(records):
            for name, value in record.items():
                self._sort(name, value, path, place, own)
        for given in self._known.values():
            given.sort(key=lambda item: item[0])

    def _sort(self, name: str, value: Any, path: str, place: int, own: dict[str, str]) -> None:
        if name == "buem":
            return
        if (mapped := own.get(name)) is not None:
            known: Meaning | None = Meaning(mapped, -1)
        else:
            known = meaning(name)
        if known is None:
            self._ignore(name, value, path)
            return
        rank = known.rank + 1000 * place
        self._known.setdefault(known.quantity, []).append((rank, Given(name, value, at(path, name), known.source)))

    def _ignore(self, name: str, value: Any, path: str) -> None:
        if depth_exceeds(value, 60):
            self.found.add(at(path, name), Words("nested deeper"), "nesting of at most 64", "NESTING_TOO_DEEP")
        if is_nothing(value):
            return
        self.found.ignored[name[:40]] = None

    def pick(self, quantity: str) -> Given | None:
        """The surest property of a quantity that says something; the others are reported as without effect."""
        given = [item for _, item in self._known.pop(quantity, ()) if not is_nothing(item.value)]
        for other in given[1:]:
            if other.value != given[0].value:
                self.found.ignored[other.name[:40]] = None
        return given[0] if given else None

    def all(self, quantity: str) -> list[Given]:
        """Every property of a quantity that says something, the surest first."""
        return [item for _, item in self._known.pop(quantity, ()) if not is_nothing(item.value)]

    def number(self, quantity: str, low: float, high: float, unit: str) -> float | None:
        """A number of a quantity; None where none is given, or where it was refused."""
        given = self.pick(quantity)
        return None if given is None else to_number(given, low, high, unit, self.found)

    def finish(self) -> None:
        """Report what was not asked for."""
        for quantity in tuple(self._known):
            for given in self.all(quantity):
                self.found.ignored[given.name[:40]] = None


def to_number(given: Given, low: float, high: float, unit: str, found: Findings) -> float | None:
    """The number of a property, in metres where it is a length.

    Parameters
    ----------
    given : Given
        A number, a text such as ``"12.5 m"``, or `{value, unit}`.
    low, high : float
        Its range, both ends included.
    unit : str
        For the text of a problem.
    found : Findings
        Takes problems and notes.

    Returns
    -------
    float or None
    """
    value = given.value
    if isinstance(value, dict) and "value" in value:
        value = f"{value['value']} {value.get('unit') or ''}"
    expected = f"{low:g} to {high:g}{' ' + unit if unit else ''}"
    if isinstance(value, str):
        numbers = parse_numbers(value)
        if not numbers:
            found.add(given.path, given.value, f"a number, {expected}", "NOT_A_NUMBER")
            return None
        value = sum(numbers) / len(numbers)
        if len(numbers) > 1:
            found.note(f"{given.name} {given.value!r}: {value:g}, the mean")
    if not is_number(value):
        found.add(given.path, given.value, f"a number, {expected}", "NOT_A_NUMBER")
        return None
    if low <= value <= high:
        return float(value)
    found.add(given.path, given.value, expected, "OUT_OF_RANGE")
    return None
