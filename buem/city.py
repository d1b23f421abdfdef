"""How a city of footprints is read and filled in: the options, and the names of its fields."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Final

from buem.errors import OptionError, Problem, problem

#: Size classes of dwellings in the archetype table.
SIZE_CLASSES: Final = ("SFH", "TH", "MFH", "AB")
VARIANTS: Final = ("existing", "usual", "advanced")
USAGE_MODES: Final = ("standard", "typical")

#: ISO 3166 letters of the countries that archetypes know, and other names they go by.
COUNTRY_WORDS: Final[dict[str, str]] = {
    "UK": "GB", "EL": "GR", "AUT": "AT", "BEL": "BE", "BGR": "BG", "CYP": "CY", "CZE": "CZ", "DEU": "DE", "GER": "DE",
    "DNK": "DK", "ESP": "ES", "FRA": "FR", "GBR": "GB", "GRC": "GR", "HUN": "HU", "IRL": "IE", "ITA": "IT",
    "NLD": "NL", "NOR": "NO", "POL": "PL", "SRB": "RS", "SWE": "SE", "SVN": "SI", "FIN": "FI", "ZAF": "ZA",
    "USA": "US", "AUSTRIA": "AT", "BELGIUM": "BE", "BULGARIA": "BG", "CYPRUS": "CY", "CZECHIA": "CZ", "DENMARK": "DK",
    "FINLAND": "FI", "FRANCE": "FR", "GERMANY": "DE", "DEUTSCHLAND": "DE", "GREECE": "GR", "HUNGARY": "HU",
    "IRELAND": "IE", "ITALY": "IT", "ITALIA": "IT", "NETHERLANDS": "NL", "NEDERLAND": "NL", "NORWAY": "NO",
    "POLAND": "PL", "SERBIA": "RS", "SLOVENIA": "SI", "SPAIN": "ES", "SWEDEN": "SE", "UNITED KINGDOM": "GB",
    "SOUTH AFRICA": "ZA", "UNITED STATES": "US",
}

#: The 249 codes of ISO 3166-1 alpha-2, second letters by the first, and XK, which Kosovo has for want of one.
_LETTERS: Final = {
    "A": "DEFGILMOQRSTUWXZ", "B": "ABDEFGHIJLMNOQRSTVWYZ", "C": "ACDFGHIKLMNORUVWXYZ", "D": "EJKMOZ", "E": "CEGHRST",
    "F": "IJKMOR", "G": "ABDEFGHILMNPQRSTUWY", "H": "KMNRTU", "I": "DELMNOQRST", "J": "EMOP", "K": "EGHIMNPRWYZ",
    "L": "ABCIKRSTUVY", "M": "ACDEFGHKLMNOPQRSTUVWXYZ", "N": "ACEFGILOPRUZ", "O": "M", "P": "AEFGHKLMNRSTWY",
    "Q": "A", "R": "EOSUW", "S": "ABCDEGHIJKLMNORSTVXYZ", "T": "CDFGHJKLMNORTVWZ", "U": "AGMSYZ", "V": "ACEGINU",
    "W": "FS", "X": "K", "Y": "ET", "Z": "AMW",
}
ISO_3166: Final = frozenset(first + second for first, seconds in _LETTERS.items() for second in seconds)


def country_code(word: str) -> str | None:
    """The two letters of a country.

    Parameters
    ----------
    word : str
        Two letters of any country; three letters, or the name, of one that archetypes know.

    Returns
    -------
    str or None
        ISO 3166-1 alpha-2; None when it is no country.
    """
    text = word.strip().upper()
    if text in COUNTRY_WORDS:
        return COUNTRY_WORDS[text]
    return text if text in ISO_3166 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldNames:
    """Names under which a file keeps what a footprint needs; asked before the known ones, "" for these alone."""

    id: str = ""
    height: str = ""
    levels: str = ""
    year: str = ""
    use: str = ""
    type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CityOptions:
    """What is taken where a footprint does not say, and how archetypes are chosen."""

    #: Country of features that name none, as `country_code` takes it; "" refuses them.
    country: str = ""
    #: Region of archetype tables that have them.
    region: str = ""
    #: Size class of features that name none: one of `SIZE_CLASSES`, or "" to infer it.
    type: str = ""
    names: FieldNames = field(default_factory=FieldNames)
    #: State of refurbishment of features that name none: one of `VARIANTS`, or shares of the three that make 1
    #: together, by which ids are drawn.
    variant: str | tuple[float, float, float] = "existing"
    #: Layer of files that have several.
    layer: str = ""
    #: Usage of dwellings: "standard" is the norm's, "typical" what meters see.
    usage: str = "standard"
    #: Chooses the variants of profiles and, for a mixed stock, of refurbishment.
    seed: int = 0
    #: Whether the country's holidays are Sundays; needs the package holidays.
    holidays: bool = False
    #: Archetype table in place of the one that comes along.
    archetypes: Path | None = None
    #: Neighbours farther away than this shade nothing. [m]
    radius: float = 100.0

    def __post_init__(self) -> None:
        found = list(_check(self))
        if found:
            raise OptionError(found)
        object.__setattr__(self, "country", country_code(self.country) or "")


def is_text(value: object) -> bool:
    """Whether a value is a text that a file can hold.

    Parameters
    ----------
    value : object
        Anything.

    Returns
    -------
    bool
        False for a text with half a pair of surrogates, as a byte of a command line that is not UTF-8 becomes.
    """
    if not isinstance(value, str):
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _check(options: CityOptions) -> list[Problem]:
    texts = {name: getattr(options, name) for name in ("country", "region", "layer")}
    if options.archetypes is not None:
        texts["archetypes"] = str(options.archetypes)
    wrong = [problem(name, value, "a text in UTF-8") for name, value in texts.items() if not is_text(value)]
    return wrong or _check_values(options)


def _check_values(options: CityOptions) -> list[Problem]:
    choices: list[tuple[str, object, tuple[str, ...]]] = [
        ("type", options.type, ("", *SIZE_CLASSES)), ("usage", options.usage, USAGE_MODES)]
    if not isinstance(options.variant, tuple):
        choices.append(("variant", options.variant, VARIANTS))
    found = [problem(name, value, f"one of {', '.join(word for word in allowed if word)}")
             for name, value, allowed in choices if value not in allowed]
    if isinstance(options.variant, tuple) and not _are_shares(options.variant):
        found.append(problem("variant", options.variant, "three shares of existing, usual and advanced that make 1"))
    if options.country and country_code(options.country) is None:
        found.append(problem("country", options.country, "two letters of ISO 3166, such as FR"))
    if not (math.isfinite(options.radius) and 0.0 <= options.radius <= 1000.0):
        found.append(problem("radius", options.radius, "0 to 1000 m"))
    if not isinstance(options.names, FieldNames):
        found.append(problem("names", options.names, f"FieldNames of {', '.join(f.name for f in fields(FieldNames))}"))
    return found


def _are_shares(values: tuple[float, ...]) -> bool:
    return len(values) == 3 and all(0.0 <= share <= 1.0 for share in values) and abs(sum(values) - 1.0) < 1e-6


def parse_variant(text: str) -> str | tuple[float, float, float]:
    """A state of refurbishment, or the shares of all three.

    Parameters
    ----------
    text : str
        ``"existing"``, or percents such as ``"60/30/10"``.

    Returns
    -------
    str or tuple of float
        Shares from 0 to 1. [-]

    Raises
    ------
    OptionError
        For a text with a slash that is not three numbers.
    """
    if "/" not in text:
        return text
    try:
        first, second, third = (float(part) / 100.0 for part in text.split("/"))
    except ValueError as error:
        raise OptionError([problem("variant", text, "percents of existing/usual/advanced, such as 60/30/10")]) \
            from error
    return first, second, third
