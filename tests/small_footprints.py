"""Small cities of outlines, written out: rows of houses that share walls."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

#: In the middle of a plane that is true to scale. [°]
LATITUDE, LONGITUDE = 48.8, 2.3
METRE = 1.0 / 111_195.0


def place(east: float, north: float, turned: float = 0.0, latitude: float = LATITUDE) -> list[float]:
    """Longitude and latitude of a point of the plane, turned clockwise. [m], [°]"""
    c, s = math.cos(math.radians(turned)), math.sin(math.radians(turned))
    x, y = east * c + north * s, north * c - east * s
    return [LONGITUDE + x * METRE / math.cos(math.radians(latitude)), latitude + y * METRE]


def box(name: str | None, east: float, north: float, size: tuple[float, float] = (10.0, 8.0), turned: float = 0.0,
        latitude: float = LATITUDE, **properties: Any) -> dict[str, Any]:
    """A house on a rectangle with a corner at a point. [m]"""
    wide, deep = size
    corners = [(east, north), (east + wide, north), (east + wide, north + deep), (east, north + deep), (east, north)]
    ring = [place(x, y, turned, latitude) for x, y in corners]
    known = {"height_m": 6.0, "year": 1950, "use": "residential"}
    feature = {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [ring]},
               "properties": {**known, **properties}}
    return feature if name is None else {**feature, "id": name}


def row(count: int, first: int = 0, **more: Any) -> list[dict[str, Any]]:
    """A row of houses, each of which shares its side walls."""
    return [box(f"R{k:04d}", 10.0 * k, 0.0, **more) for k in range(first, first + count)]


def write_city(path: Path, features: list[dict[str, Any]]) -> Path:
    """A FeatureCollection of the features."""
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path
