"""The outline of a building in a GeoJSON geometry: rings of positions on the globe."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any, Final

from buem.footprint import Polygon, Ring
from buem.io.fields import Findings, Record, Words
from buem.io.site import check_position

#: Metres in a degree of latitude on a sphere of the Earth's mean radius. [m]
_DEGREE: Final = 111_195.0


def read_polygons(geometry: Record, path: str, found: Findings) -> tuple[Polygon, ...]:
    """The polygons of a geometry.

    Parameters
    ----------
    geometry : dict
        A Polygon or MultiPolygon.
    path : str
        Of the geometry.
    found : Findings
        Takes problems, and notes on what was mended.

    Returns
    -------
    tuple of Polygon
        Empty when none can be used.
    """
    coordinates = geometry.get("coordinates")
    path = f"{path}.coordinates"
    if not isinstance(coordinates, list) or not coordinates:
        found.add(path, coordinates, "rings of a polygon that is not empty", "EMPTY_POLYGON")
        return ()
    if geometry.get("type") == "Polygon":
        parts = [_polygon(coordinates, path, found)]
    else:
        parts = [_polygon(part, f"{path}[{i}]", found) for i, part in enumerate(coordinates)]
    return tuple(part for part in parts if part)


def _polygon(rings: Any, path: str, found: Findings) -> Polygon:
    if not isinstance(rings, list) or not rings:
        found.add(path, rings, "rings of a polygon that is not empty", "EMPTY_POLYGON")
        return ()
    read = [_ring(ring, f"{path}[{i}]", found) for i, ring in enumerate(rings)]
    outer = read[0]
    if outer is None:
        return ()
    if len(outer) < 4:
        found.add(f"{path}[0]", Words(f"{len(outer)} positions"), "a closed ring of at least 4 positions",
                  "EMPTY_POLYGON")
        return ()
    holes = [hole for hole in read[1:] if hole is not None]
    if any(len(hole) < 4 for hole in holes):
        found.note("geometry: a courtyard of fewer than 4 positions is left out")
    return (outer, *(hole for hole in holes if len(hole) >= 4))


def _ring(ring: Any, path: str, found: Findings) -> Ring | None:
    if not isinstance(ring, list):
        found.add(path, ring, "a closed ring of at least 4 positions", "EMPTY_POLYGON")
        return None
    positions = []
    for i, position in enumerate(ring):
        # What nearly every position is; any other is looked at by its rules.
        if not (position.__class__ is list and len(position) == 2 and position[0].__class__ is float
                and position[1].__class__ is float and -180.0 <= position[0] <= 180.0 and -90.0 <= position[1] <= 90.0):
            if not check_position(position, f"{path}[{i}]", found):
                return None
            if len(position) == 3:
                found.ignored["geometry elevation"] = None
        positions.append((float(position[0]), float(position[1])))
    if positions and positions[0] != positions[-1]:
        found.note("geometry: an open ring is closed")
        positions.append(positions[0])
    return tuple(positions)


def representative(polygons: tuple[Polygon, ...]) -> tuple[float, float]:
    """Latitude and longitude of the centre of area, right across the 180th meridian, too.

    Parameters
    ----------
    polygons : tuple of Polygon
        At least one.

    Returns
    -------
    tuple of float
        Degrees north and east. [°]
    """
    origin = polygons[0][0][0]
    total = x = y = 0.0
    for polygon in polygons:
        for k, ring in enumerate(polygon):
            area, east, north = _moments(ring, origin)
            # Sources run round either way: an outer ring counts as positive, a courtyard as negative.
            sign = math.copysign(1.0, area) * (1.0 if k == 0 else -1.0)
            total, x, y = total + sign * area, x + sign * east, y + sign * north
    if total <= 0.0:
        return origin[1], origin[0]
    longitude = origin[0] + x / total
    return origin[1] + y / total, (longitude + 180.0) % 360.0 - 180.0


def rough_area(polygons: tuple[Polygon, ...]) -> float:
    """Area on a sphere, to some per mille.

    Parameters
    ----------
    polygons : tuple of Polygon
        Small ones.

    Returns
    -------
    float
        [m²]
    """
    total = 0.0
    for polygon in polygons:
        for k, ring in enumerate(polygon):
            area = abs(_moments(ring, ring[0])[0]) * math.cos(math.radians(ring[0][1])) * _DEGREE**2
            total += area if k == 0 else -area
    return total


def _moments(ring: Ring, origin: tuple[float, float]) -> tuple[float, float, float]:
    """Signed area and first moments in degrees, seen from a point nearby."""
    area = east = north = 0.0
    points = [((x - origin[0] + 180.0) % 360.0 - 180.0, y - origin[1]) for x, y in ring]
    for (x0, y0), (x1, y1) in pairwise(points):
        cross = x0 * y1 - x1 * y0
        area += cross / 2.0
        east += cross * (x0 + x1) / 6.0
        north += cross * (y0 + y1) / 6.0
    return area, east, north
