"""Small cities, written out, for the tests of batch runs."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from buem.batch.part import PartTask

#: Near the stations of Potsdam and Amsterdam.
POTSDAM, AMSTERDAM = (52.40, 13.05), (52.35, 4.90)
#: Positions in `mixed_city` of buildings of many elements, at least one in each part, and budgets of memory below and
#: above what they take.
FAT = (3, 130, 600, 1030)
SMALL, LARGE = "1.8MB", "9MB"


def house(name: str | None, *, place: tuple[float, float] = POTSDAM, u_value: float = 1.2,
          **building: Any) -> dict[str, Any]:
    """A box of 120 m² in the envelope dialect."""
    plane = {"azimuth": {"value": 180.0, "unit": "deg"}, "tilt": {"value": 90.0, "unit": "deg"}}
    elements = [
        {"id": "Wall_1", "type": "wall", "area": {"value": 150.0, "unit": "m2"}, **plane,
         "U": {"value": u_value, "unit": "W/(m2K)"}},
        {"id": "Roof_1", "type": "roof", "area": {"value": 60.0, "unit": "m2"},
         "azimuth": {"value": 0.0, "unit": "deg"}, "tilt": {"value": 0.0, "unit": "deg"},
         "U": {"value": 0.8, "unit": "W/(m2K)"}},
        {"id": "Window_1", "type": "window", "area": {"value": 12.0, "unit": "m2"}, **plane,
         "U": {"value": 2.8, "unit": "W/(m2K)"}, "g_gl": {"value": 0.7, "unit": "-"}},
    ]
    block = {"A_ref": {"value": 120.0, "unit": "m2"}, "envelope": {"elements": elements}, **building}
    point = {"type": "Point", "coordinates": [place[1], place[0]]}
    feature = {"type": "Feature", "geometry": point, "properties": {
        "start_time": "2018-01-01T00:00:00Z", "end_time": "2018-12-31T23:00:00Z", "buem": {"building": block}}}
    return feature if name is None else {"id": name, **feature}


def raw(feature: dict[str, Any]) -> bytes:
    """A feature as it stands in a file."""
    return json.dumps(feature).encode()


def houses(count: int, first: int = 0) -> list[dict[str, Any]]:
    """Houses that differ, every third one of them near another station."""
    return [house(f"H{i:05d}", place=AMSTERDAM if i % 3 == 0 else POTSDAM, u_value=round(0.3 + 0.001 * (i % 1000), 3))
            for i in range(first, first + count)]


def task_of(features: list[dict[str, Any]] | list[bytes], number: int = 0, first: int = 0, **changes: Any) -> PartTask:
    """A part of the given features."""
    raws = tuple(f if isinstance(f, bytes) else raw(f) for f in features)
    return PartTask(number=number, first=first, raws=raws, **changes)


def fat(feature: dict[str, Any]) -> dict[str, Any]:
    """The same house with two hundred walls more."""
    elements = feature["properties"]["buem"]["building"]["envelope"]["elements"]
    elements += [{**elements[0], "id": f"W{k}", "area": 0.5} for k in range(200)]
    return feature


def mixed_city() -> list[dict[str, Any]]:
    """A city of three parts, most of it not heated; some too large, one broken, one that is there twice."""
    made = []
    for index in range(1032):
        name, place = f"H{index:05d}", (POTSDAM[0], round(POTSDAM[1] + index * 1e-4, 4))
        if index % 100 and index not in FAT:
            made.append({"type": "Feature", "id": name, "geometry": {"type": "Polygon", "coordinates": [[
                [place[1] + x, place[0] + y] for x, y in ((0, 0), (4e-5, 0), (4e-5, 4e-5), (0, 0))]]},
                "properties": {"building": "garage", "height": 3.0, "country": "DE"}})
        else:
            made.append(house(name, place=place))
    for index in FAT:
        fat(made[index])
    made[500] = house("bad", u_value=-1.0)
    made[1031] = house("H00100")
    return made


def contents(folder: Path) -> dict[str, str]:
    """Digest of every file but run.json, which tells of times."""
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "run.json"}
