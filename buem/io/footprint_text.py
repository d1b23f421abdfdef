"""Numbers and years as cadastres and maps write them: with a unit, as a list, as a range, as a decade or century."""

from __future__ import annotations

import re
from typing import Final

#: Words that stand where nothing is known.
NOTHING: Final = frozenset((
    "", "-", "--", "?", "none", "null", "nan", "n/a", "na", "nil", "unknown", "unbekannt", "inconnu", "onbekend",
    "undefined", "indifférencié", "indifferencie", "not available", "no data", "nodata",
))
#: Numbers that registers write for an unknown year; 1005 is that of the Dutch one.
NO_YEARS: Final = frozenset((0, -1, 1, 999, 1005, 9999, -9999))

_METRES: Final[dict[str, float]] = {
    "": 1.0, "m": 1.0, "m.": 1.0, "metre": 1.0, "metres": 1.0, "meter": 1.0, "meters": 1.0, "mètres": 1.0,
    "cm": 0.01, "ft": 0.3048, "ft.": 0.3048, "feet": 0.3048, "foot": 0.3048, "'": 0.3048,
}
_FEET: Final = re.compile(r"(\d+(?:\.\d+)?)\s*'\s*(?:(\d+(?:\.\d+)?)\s*(?:\"|'')?)?")
_NUMBER: Final = re.compile(r"([+-]?\d+(?:[.,]\d+)?)\s*([^\d\s]*)")
_PARTS: Final = re.compile(r"\s*(?:;|\||/| to )\s*|(?<=\d)\s*[-–]\s*(?=\d)")
_CENTURY: Final = re.compile(r"(?:c\s*(\d{1,2})|(\d{1,2})\s*(?:th|st|nd|rd)?\s*(?:c\.|cent\w*|siècle|jh\.?))")
_YEAR: Final = re.compile(r"(?<!\d)(\d{4})(?!\d)\s*(s)?")


def is_nothing(value: object) -> bool:
    """Whether a value says that nothing is known.

    Parameters
    ----------
    value : object
        Of a property.

    Returns
    -------
    bool
    """
    return value is None or (isinstance(value, str) and value.strip().lower() in NOTHING)


def parse_numbers(text: str) -> tuple[float, ...]:
    """The numbers of a text, in metres where it names a unit of length.

    Parameters
    ----------
    text : str
        ``"12.5 m"``, ``"12,5"``, ``"40 ft"``, ``40'6"``, ``"3;4"``, ``"5-6"``.

    Returns
    -------
    tuple of float
        Empty when any part of it is no number.
    """
    values = []
    for part in _PARTS.split(text.strip().lower()):
        if feet := _FEET.fullmatch(part):
            values.append(0.3048 * float(feet[1]) + 0.0254 * float(feet[2] or 0.0))
            continue
        match = _NUMBER.fullmatch(part)
        factor = _METRES.get(match[2]) if match else None
        if match is None or factor is None:
            return ()
        values.append(float(match[1].replace(",", ".")) * factor)
    return tuple(values)


def parse_year(text: str) -> int | None:
    """The year of a text.

    Parameters
    ----------
    text : str
        ``"1905"``, ``"1914-05-01"``, ``"~1855"``, ``"before 1910"``, ``"1970-1980"`` (the middle), ``"1890s"`` (its
        fifth year), ``"C19"`` or ``"19th century"`` (its fiftieth).

    Returns
    -------
    int or None
        None when there is none in it.
    """
    words = text.strip().lower()
    found = _YEAR.findall(words)
    if found:
        years = [int(digits) + (5 if decade else 0) for digits, decade in found]
        return round(sum(years) / len(years))
    century = _CENTURY.search(words)
    if century:
        return 100 * (int(century[1] or century[2]) - 1) + 50
    return None
