"""Names of properties that a user gives for a file: each must be that of some feature."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import Any, Final

import msgspec

from buem.city import FieldNames
from buem.errors import OptionError, Problem, problem
from buem.io.fields import close_match, id_text
from buem.io.scan import RawFeature

#: After so many features the rest of the file is looked through for names that none of them had.
PATIENCE: Final = 16
#: Most names of properties that are kept to tell which one was meant.
_MOST_NAMES: Final = 500

_WANTED: Final = "the name of a property of a feature"
_WANTED_ID: Final = f"{_WANTED} that holds an id, a text that is not empty or a whole number"


class NamedFields:
    """Which of the names have not been seen yet.

    Parameters
    ----------
    names : FieldNames
        As the user gave them.
    """

    def __init__(self, names: FieldNames) -> None:
        given = ((item.name, getattr(names, item.name)) for item in fields(names))
        #: Quantity -> name, of those that no feature had so far.
        self.missing: dict[str, str] = {quantity: name for quantity, name in given if name}
        self._others: dict[str, None] = {}

    def look(self, feature: object) -> None:
        """Cross off what a feature has.

        Parameters
        ----------
        feature : object
            Parsed JSON.
        """
        for record in _records(feature):
            for quantity, name in tuple(self.missing.items()):
                if name in record and (quantity != "id" or id_text(record[name]) is not None):
                    del self.missing[quantity]
            if len(self._others) < _MOST_NAMES:
                self._others.update(dict.fromkeys(record))

    def look_at_text(self, raw: bytes) -> None:
        """Cross off what a feature has.

        Parameters
        ----------
        raw : bytes
            Its JSON, sound or not.
        """
        # A name stands there as it is, or with an escape.
        names = (name.encode(errors="surrogatepass") for name in self.missing.values())
        if not self._others or b"\\" in raw or any(name in raw for name in names):
            try:
                self.look(msgspec.json.decode(raw))
            except (msgspec.DecodeError, UnicodeError, RecursionError):
                # What is wrong with it, its reader says.
                return

    def refuse_missing(self) -> None:
        """Refuse the names that no feature had.

        Raises
        ------
        OptionError
            With a problem for each of them.
        """
        if self.missing:
            raise OptionError([self._problem(quantity, name) for quantity, name in self.missing.items()])

    def _problem(self, quantity: str, name: str) -> Problem:
        near = close_match(name, frozenset(self._others) - {name})
        wanted = _WANTED_ID if quantity == "id" else _WANTED
        return problem(f"{quantity}_field", name, f"{wanted}{f' (is {near!r} meant?)' if near else ''}",
                       "UNKNOWN_FIELD")


def _records(feature: object) -> Iterator[dict[str, Any]]:
    """Where properties stand."""
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        return
    yield properties
    buem = properties.get("buem")
    if isinstance(buem, dict) and isinstance(buem.get("building"), dict):
        yield buem["building"]


def with_named_fields(features: Iterator[RawFeature], names: FieldNames,
                      again: Callable[[], Iterator[RawFeature]] | None) -> Iterator[RawFeature]:
    """The features as they come, as long as it may be that each name is that of one of them.

    A name is mostly that of the first feature. Where it is not, and not that of any of the first `PATIENCE`, the file
    is looked through up to the one that has it, so that a misspelt name is refused before anything is simulated.

    Parameters
    ----------
    features : iterator of RawFeature
        All of the file.
    names : FieldNames
        As the user gave them.
    again : callable, optional
        Begins the file anew; None for one that can be read once only, whose misspelt names show at its end.

    Yields
    ------
    RawFeature

    Raises
    ------
    OptionError
        For names that no feature has.
    """
    wanted = NamedFields(names)
    count = 0
    for count, feature in enumerate(features, 1):
        if wanted.missing:
            wanted.look_at_text(feature.raw)
        if wanted.missing and count == PATIENCE and again is not None:
            _look_through(again(), wanted)
        yield feature
    if count:
        wanted.refuse_missing()


def _look_through(features: Iterator[RawFeature], wanted: NamedFields) -> None:
    for feature in features:
        wanted.look_at_text(feature.raw)
        if not wanted.missing:
            return
    wanted.refuse_missing()
