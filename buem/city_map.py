"""An interactive map of results as one HTML file that needs nothing but a browser."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np

from buem.io.city_results import CityResults, FloatArray, flatten, read_city
from buem.io.durable import durable

#: Numbers of the map: column of the summary, title, unit, whether it can be a colour, whether it is a plain number.
_NUMBERS: Final = (
    ("heating_kwh_m2", "Heating", "kWh/m²", True, False),
    ("cooling_kwh_m2", "Cooling", "kWh/m²", True, False),
    ("heating_peak_kw", "Heating peak", "kW", True, False),
    ("cooling_peak_kw", "Cooling peak", "kW", True, False),
    ("heating_kwh", "Heating", "kWh", True, False),
    ("cooling_kwh", "Cooling", "kWh", False, False),
    ("year", "Year of construction", "", True, True),
    ("height_m", "Height of the eaves", "m", True, False),
    ("storeys", "Storeys", "", True, False),
    ("floor_area_m2", "Floor area", "m²", True, False),
    ("footprint_m2", "Ground", "m²", False, False),
    ("wall_m2", "Free walls", "m²", False, False),
    ("party_wall_m2", "Party walls", "m²", False, False),
)
#: Words of the map, in the same way.
_WORDS: Final = (
    ("status", "Status", True), ("use", "Use", True), ("size_class", "Size class", True),
    ("archetype", "Archetype", False), ("variant", "Refurbishment", True), ("filled", "Filled in", False),
    ("weather", "Weather", False), ("error", "Error", False),
)
#: Digits of numbers that are kept.
_DIGITS: Final = 4


def write_map(folder: str | Path, path: str | Path | None = None) -> Path:
    """Write the map of a city as one HTML file.

    Parameters
    ----------
    folder : str or Path
        Of a finished run of footprints.
    path : str or Path, optional
        The file; `city/map.html` in the folder when absent.

    Returns
    -------
    Path
        What was written.

    Raises
    ------
    OutputError
        When the folder holds no outlines, or the file cannot be written.
    """
    city = read_city(folder)
    target = Path(path) if path is not None else city.path / "city" / "map.html"
    with durable(target) as temporary:
        temporary.write_text(map_page(city), encoding="utf-8")
    return target


def map_page(city: CityResults) -> str:
    """The page of a map.

    Parameters
    ----------
    city : CityResults
        With outlines.

    Returns
    -------
    str
        HTML; everything that is shown is in it.
    """
    template = (Path(__file__).parent / "templates" / "city_map.html").read_text(encoding="utf-8")
    # What a feature calls itself may hold anything: in a script element only "<" could end it.
    data = msgspec.json.encode(map_data(city)).decode().replace("<", "\\u003c")
    # In one pass: a folder or a building may be called $data.
    shown = {"$title": html.escape(city.title), "$data": data}
    return re.sub(r"\$title|\$data", lambda place: shown[place[0]], template)


def map_data(city: CityResults) -> dict[str, Any]:
    """What the page draws and shows.

    Parameters
    ----------
    city : CityResults
        With outlines.

    Returns
    -------
    dict
        Outlines as steps in decimetres, columns with their values, and the notes, each text once.
    """
    there = [k for k, rings in enumerate(city.rings) if rings]
    plane = flatten(city.rings)
    texts: dict[str, int] = {}
    notes = city.notes()
    ok = int(city.where_ok.sum())
    return {
        "title": city.title,
        "subtitle": f"{len(city):,} buildings, {ok:,} simulated; buem",
        "ids": _pick(city.words("id"), there),
        "rings": [[steps(ring) for ring in plane[k]] for k in there],
        "columns": [*_numbers(city, there), *_words(city, there)],
        "notes": [[texts.setdefault(note, len(texts)) for note in notes[k]] for k in there],
        "texts": list(texts),
    }


def steps(ring: FloatArray) -> list[int]:
    """A ring as steps from point to point, which are short to write.

    Parameters
    ----------
    ring : ndarray, shape (points, 2)
        Closed. [m]

    Returns
    -------
    list of int
        East and north of each point against the one before, the first against the origin. [dm]
    """
    points = np.rint(ring[:-1] * 10.0).astype(np.int64)
    found: list[int] = np.diff(points, axis=0, prepend=np.zeros((1, 2), dtype=np.int64)).ravel().tolist()
    return found


def _pick(values: Sequence[Any], rows: Sequence[int]) -> list[Any]:
    return [values[row] for row in rows]


def _numbers(city: CityResults, rows: Sequence[int]) -> list[dict[str, Any]]:
    return [
        {"name": name, "title": title, "unit": unit, "colour": colour, "plain": plain,
         "values": [_rounded(value) for value in city.numbers(name)[rows].tolist()]}
        for name, title, unit, colour, plain in _NUMBERS
    ]


def _rounded(value: float) -> float | int | None:
    if value != value:
        return None
    short = float(f"{value:.{_DIGITS}g}")
    return int(short) if short.is_integer() else short


def _words(city: CityResults, rows: Sequence[int]) -> list[dict[str, Any]]:
    columns = []
    for name, title, colour in _WORDS:
        words: dict[str, int] = {}
        values = [words.setdefault(word, len(words)) for word in _pick(city.words(name), rows)]
        columns.append({"name": name, "title": title, "colour": colour, "words": list(words), "values": values})
    return columns
