"""The footprint dialect: an outline, and what a map or a cadastre knows of the building on it."""

from __future__ import annotations

import math
from typing import Any, Final

from buem.city import SIZE_CLASSES, CityOptions, country_code
from buem.footprint import Footprint, Polygon
from buem.io.fields import Findings, Record, close_match, is_number
from buem.io.footprint_roof import read_roof
from buem.io.footprint_text import NO_YEARS, parse_year
from buem.io.outline import read_polygons, representative
from buem.io.properties import Properties, to_number
from buem.use_words import canonical_use

#: Refurbishment as features may name it; "mixed" is a choice of the run.
_VARIANTS: Final = ("existing", "usual", "advanced")
#: Words for dwellings that tell their size class, too.
_TYPE_OF_USE: Final[dict[str, str]] = {
    "detached": "SFH", "bungalow": "SFH", "villa": "SFH", "farm": "SFH", "cabin": "SFH", "terrace": "TH",
    "terraced": "TH", "terraced_house": "TH", "row_house": "TH", "semidetached_house": "TH", "semi": "TH",
}
#: Words with which a map says that there is a building, and no more.
_ANY_USE: Final = frozenset(("yes", "building", "other", "mixed", "main", "construction"))


def read_footprint(feature: Record, path: str, name: str, options: CityOptions, found: Findings) -> Footprint | None:
    """The footprint of a feature.

    Parameters
    ----------
    feature : dict
        With a Polygon or MultiPolygon.
    path : str
        Of the feature.
    name : str
        Its id.
    options : CityOptions
        What holds where the feature does not say.
    found : Findings
        Takes problems and notes.

    Returns
    -------
    Footprint or None
        None when anything was refused.
    """
    polygons = read_polygons(feature["geometry"], f"{path}.geometry", found)
    given = Properties(_records(feature, path), options, found)
    country = _country(given, options, path)
    use, words = _use(given)
    size_class, of_type = _size_class(given, words, options)
    use = use or of_type
    variant = _choice(given, "variant", _VARIANTS)
    height, roof = _height(given, polygons)
    levels = given.number("levels", 0.0, 300.0, "storeys")
    year = _year(given)
    code, region, base = given.pick("year_code"), given.pick("region"), given.number("base", -500.0, 9000.0, "m")
    given.pick("id")
    given.finish()
    if found.problems or not polygons:
        return None
    latitude, longitude = representative(polygons)
    return Footprint(
        id=name, polygons=polygons, height=height, levels=levels or None, year=year,
        year_code=str(code.value) if code else "", use=use, country=country,
        region=str(region.value) if region else options.region, type=size_class, variant=variant,
        roof_type=roof.type, roof_pitch=roof.pitch, ridge_azimuth=roof.ridge_azimuth, roof_height=roof.height,
        base=math.nan if base is None else base, latitude=latitude, longitude=longitude, notes=found.all_notes(),
    )


def _records(feature: Record, path: str) -> list[tuple[Record, str]]:
    properties = feature.get("properties")
    if not isinstance(properties, dict):
        return []
    here = f"{path}.properties"
    buem = properties.get("buem")
    own = buem.get("building") if isinstance(buem, dict) else None
    return [*([(own, f"{here}.buem.building")] if isinstance(own, dict) else []), (properties, here)]


def _country(given: Properties, options: CityOptions, path: str) -> str:
    named = given.pick("country")
    if named is None:
        if not options.country:
            given.found.add(f"{path}.properties.country", None,
                            "the country of the building, two letters of ISO 3166, here or for all: --country FR, "
                            "country=\"FR\"", "MISSING_COUNTRY")
        return options.country
    code = country_code(named.value) if isinstance(named.value, str) else None
    if code is None:
        given.found.add(named.path, named.value, "two letters of ISO 3166, such as FR", "UNKNOWN_COUNTRY")
    return code or ""


def _use(given: Properties) -> tuple[str, list[str]]:
    """The canonical use, and the words that the feature has for it."""
    words: list[str] = []
    chosen, unknown = "", []
    for item in given.all("use"):
        if not isinstance(item.value, (str, int)) or isinstance(item.value, bool):
            given.found.add(item.path, item.value, "a text", "WRONG_TYPE")
            continue
        for word in str(item.value).split(";"):
            words.append(word.strip().lower())
            use = canonical_use(word.strip(), item.source)
            if use and not chosen:
                chosen = use
            elif not use and words[-1] not in _ANY_USE:
                unknown.append(f"{item.name} {word.strip()[:40]!r}")
    if not chosen and unknown:
        given.found.note(f"use not known: {', '.join(unknown)}")
    return chosen, words


def _size_class(given: Properties, words: list[str], options: CityOptions) -> tuple[str, str]:
    """The size class, and the use where that stands under such a name, as in many sources."""
    use = ""
    for item in given.all("type"):
        word = str(item.value).strip()
        if word.upper() in SIZE_CLASSES:
            return word.upper(), use
        if found := canonical_use(word, item.source):
            words.append(word.lower())
            use = use or found
        else:
            given.found.ignored[item.name[:40]] = None
    return next((_TYPE_OF_USE[word] for word in words if word in _TYPE_OF_USE), "") or options.type, use


def _choice(given: Properties, quantity: str, allowed: tuple[str, ...]) -> str:
    item = given.pick(quantity)
    if item is None:
        return ""
    word = str(item.value).strip().lower()
    if word in allowed:
        return word
    near = close_match(word, allowed)
    hint = f" (is {near!r} meant?)" if near else ""
    given.found.add(item.path, item.value, f"one of {', '.join(allowed)}{hint}", "UNKNOWN_CHOICE")
    return ""


def _year(given: Properties) -> int | None:
    item = given.pick("year")
    if item is None:
        return None
    value = item.value
    if isinstance(value, str):
        year = parse_year(value) if not value.strip().lstrip("-").isdigit() else int(value)
    else:
        year = int(value) if is_number(value) and math.isfinite(value) else None
    if year in NO_YEARS:
        given.found.note(f"{item.name} {item.value!r}: no year is known")
        return None
    if year is None or not 1000 <= year <= 2100:
        given.found.add(item.path, item.value, "a year from 1000 to 2100", "BAD_YEAR")
        return None
    if str(year) != str(value).strip() and isinstance(value, str):
        given.found.note(f"{item.name} {value[:40]!r}: {year}")
    return year


def _height(given: Properties, polygons: tuple[Polygon, ...]) -> tuple[float | None, Any]:
    """Height of the eaves, and the roof above them."""
    total = given.number("height", 0.0, 1000.0, "m")
    roof = read_roof(given, polygons)
    eaves = given.pick("eaves_height")
    if eaves is not None:
        low = to_number(eaves, -math.inf, math.inf, "m", given.found)
        # Models write the two with different roundings.
        low = total if low is not None and total and abs(low - total) < 0.05 else low
        if low is not None and (low <= 0.0 or (total and low > total)):
            given.found.note(f"{eaves.name} {low:g} m: no effect, not between the ground and the height")
        elif low is not None:
            return low, roof._replace(height=total - low if total and total - low > 0.05 else roof.height)
    if total == 0.0:
        given.found.note("height 0 m: taken as not known")
        return None, roof
    if total and roof.height is not None and roof.height < total:
        given.found.note(f"eaves at {total - roof.height:.2f} m, the height less that of the roof")
        return total - roof.height, roof
    return total, roof


