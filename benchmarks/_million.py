"""Synthetic cities of any size: the envelope of each building by type, age and size, the same for the same seed.

The mix is that of a European stock in round numbers: half of the buildings are detached, a third stand in rows, the
rest are blocks; five ages, a third of the old ones refurbished; party walls, doors, ventilation by an element or by
fields, set-backs. A district is a run of buildings, as in the files of land registers; districts lie at five places.
"""

from __future__ import annotations

import gzip
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

#: Places with a bundled station near by: latitude, longitude.
PLACES: Final = ((52.40, 13.05), (52.35, 4.90), (49.50, 8.48), (48.85, 2.35), (45.06, 7.66))
#: Districts of a city, and the buildings of one that follow each other in a file.
DISTRICTS: Final = 20
RUN: Final = 1_000


class Age(NamedTuple):
    """What was usual in a time."""

    first: int
    last: int
    #: U of wall, roof, floor and window [W/(m²K)], g [-], air change by gaps [1/h].
    wall: float
    roof: float
    floor: float
    window: float
    g_value: float
    leaks: float


class Type(NamedTuple):
    """A kind of building: share of the stock, bounds of width, depth [m] and storeys, share of walls that are party."""

    name: str
    share: float
    width: tuple[float, float]
    depth: tuple[float, float]
    storeys: tuple[int, int]
    party: float


AGES: Final = (
    Age(1880, 1918, 1.70, 1.40, 1.20, 2.8, 0.75, 0.50),
    Age(1919, 1957, 1.50, 1.20, 1.10, 2.8, 0.75, 0.50),
    Age(1958, 1978, 1.20, 0.80, 1.00, 2.7, 0.75, 0.45),
    Age(1979, 2001, 0.60, 0.40, 0.60, 1.8, 0.65, 0.30),
    Age(2002, 2025, 0.25, 0.18, 0.30, 1.1, 0.55, 0.15),
)
TYPES: Final = (
    Type("SFH", 0.50, (7, 14), (8, 13), (1, 2), 0.0),
    Type("TH", 0.32, (5, 8), (8, 12), (2, 3), 0.8),
    Type("MFH", 0.13, (12, 22), (10, 14), (3, 5), 0.4),
    Type("AB", 0.05, (18, 60), (11, 15), (5, 12), 0.2),
)


def feature(number: int, dice: random.Random) -> dict[str, Any]:
    """A building of the envelope dialect."""
    kind = dice.choices(TYPES, [t.share for t in TYPES])[0]
    age = dice.choice(AGES)
    width, depth, storeys = dice.uniform(*kind.width), dice.uniform(*kind.depth), dice.randint(*kind.storeys)
    district = number // RUN % DISTRICTS
    latitude, longitude = PLACES[district % len(PLACES)]
    building = {
        "A_ref": quantity(round(0.8 * width * depth * storeys, 1), "m2"), "h_room": quantity(2.5, "m"),
        "n_storeys": storeys, "country": "DE", "building_type": kind.name,
        "construction_period": str(dice.randint(age.first, age.last)),
        "envelope": {"elements": list(_elements((width, depth, 2.8 * storeys), kind, age, dice))},
        "thermal": _thermal(age, dice),
    }
    where = [round(longitude + dice.uniform(-0.2, 0.2), 6), round(latitude + dice.uniform(-0.2, 0.2), 6)]
    return {
        "type": "Feature", "id": f"B{number:08d}", "geometry": {"type": "Point", "coordinates": where},
        "properties": {"district": f"D{district:02d}", "start_time": "2018-01-01T00:00:00Z",
                       "end_time": "2018-12-31T23:00:00Z", "resolution": "60", "resolution_unit": "minutes",
                       "buem": {"building": building}},
    }


def _elements(size: tuple[float, float, float], kind: Type, age: Age, dice: random.Random) -> Iterator[dict[str, Any]]:
    width, depth, height = size
    turn, pitch = round(dice.uniform(0, 90), 1), dice.choice((0, 30, 38, 45))
    # A third of the old buildings have new windows and some insulation.
    better = 0.45 if age.last < 1979 and dice.random() < 1 / 3 else 1.0
    u_wall, u_window = round(age.wall * better, 2), round(max(1.1, age.window * better), 2)
    for side in range(4):
        area, azimuth = (width if side % 2 == 0 else depth) * height, round((turn + 90 * side) % 360, 1)
        party = side in (1, 3) and dice.random() < kind.party
        glazed = 0.0 if party else round(area * dice.uniform(0.06, 0.28), 2)
        door = 2.1 if side == 0 else 0.0
        yield _element(f"Wall_{side}", "wall", area - glazed - door, azimuth, 90, u_wall,
                       b_transmission=quantity(0.0 if party else 1.0, "-"))
        if glazed:
            yield _element(f"Window_{side}", "window", glazed, azimuth, 90, u_window,
                           g_gl=quantity(age.g_value, "-"), parent_id=f"Wall_{side}")
        if door:
            yield _element("Door", "door", door, azimuth, 90, 2.0, parent_id="Wall_0")
    if pitch and width > 6.0:
        for name, offset in (("Roof_a", 0), ("Roof_b", 180)):
            yield _element(name, "roof", 0.6 * width * depth, round((turn + offset) % 360, 1), pitch, age.roof)
    else:
        yield _element("Roof", "roof", width * depth, turn, 0, age.roof)
    yield _element("Floor", "floor", width * depth, 0, 0, age.floor, b_transmission=quantity(0.5, "-"))
    if dice.random() < 0.1:
        yield {"id": "Ventilation", "type": "ventilation", "air_changes": quantity(0.6, "1/h")}


def _thermal(age: Age, dice: random.Random) -> dict[str, Any]:
    thermal: dict[str, Any] = {
        "comfortT_lb": quantity(dice.choice((19.0, 20.0, 21.0)), "degC"), "comfortT_ub": quantity(26.0, "degC"),
        "phi_int": quantity(round(dice.uniform(2, 5), 1), "W/m2"),
        "thermal_class": dice.choice(("light", "medium", "heavy")),
    }
    if dice.random() < 0.9:
        thermal |= {"n_air_infiltration": quantity(age.leaks, "1/h"), "n_air_use": quantity(0.4, "1/h")}
    if age.first > 2000 and dice.random() < 0.3:
        thermal["heat_recovery"] = quantity(0.8, "-")
    if dice.random() < 0.15:
        thermal["T_set_heating"] = {"value": [17.0] * 6 + [20.0] * 16 + [17.0] * 2, "unit": "degC"}
    return thermal


def quantity(value: float, unit: str) -> dict[str, Any]:
    """A value with its unit."""
    return {"value": value, "unit": unit}


def _element(name: str, kind: str, area: float, azimuth: float, tilt: float, u_value: float,
             **more: Any) -> dict[str, Any]:
    return {"id": name, "type": kind, "area": quantity(round(area, 2), "m2"), "azimuth": quantity(azimuth, "deg"),
            "tilt": quantity(tilt, "deg"), "U": quantity(u_value, "W/(m2K)"), **more}


def write_city(path: Path, count: int, seed: int = 1) -> None:
    """Write a city of so many buildings, feature by feature, gzipped where its name ends in `.gz`."""
    dice, encode = random.Random(seed), msgspec.json.Encoder().encode
    with gzip.open(path, "wb", compresslevel=4) if path.suffix == ".gz" else path.open("wb") as file:
        file.write(b'{"type":"FeatureCollection","features":[\n')
        for number in range(count):
            file.write((b",\n" if number else b"") + encode(feature(number, dice)))
        file.write(b"\n]}\n")
