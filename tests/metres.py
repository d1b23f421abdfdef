"""Footprints drawn in metres: the way back from a plane to the globe, written apart from `buem.projection`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from buem.footprint import Footprint

A, F = 6378137.0, 1 / 298.257223563
E2 = F * (2 - F)
VICHY = (3.42, 46.13)

Points = Sequence[tuple[float, float]]


def degrees(x: float, y: float, place: tuple[float, float] = VICHY) -> tuple[float, float]:
    """Longitude and latitude of the point of the ellipsoid x m east and y m north on the tangent plane at a place."""
    lon, lat = (math.radians(v) for v in place)
    n = A / math.sqrt(1 - E2 * math.sin(lat) ** 2)
    along = (n * math.cos(lat), 0.0, n * (1 - E2) * math.sin(lat))
    up = 0.0
    for _ in range(5):
        px = along[0] - y * math.sin(lat) + up * math.cos(lat)
        pz = along[2] + y * math.cos(lat) + up * math.sin(lat)
        # How far outside the ellipsoid, and down to it along the normal at the place.
        outside = (px**2 + x**2) / A**2 + pz**2 / (A**2 * (1 - E2)) - 1
        up -= outside * n / 2
    lon1 = math.degrees(lon + math.atan2(x, px))
    return (lon1 + 180) % 360 - 180, math.degrees(math.atan2(pz, (1 - E2) * math.hypot(px, x)))


def ring(points: Points, place: tuple[float, float] = VICHY, close: bool = True) -> tuple[tuple[float, float], ...]:
    """A ring of degrees from one of metres."""
    out = tuple(degrees(x, y, place) for x, y in points)
    return (*out, out[0]) if close and out else out


def box(x: float, y: float, width: float, depth: float) -> list[tuple[float, float]]:
    """Corners of a rectangle, counter-clockwise from its south-west."""
    return [(x, y), (x + width, y), (x + width, y + depth), (x, y + depth)]


def turned(points: Points, angle: float) -> list[tuple[float, float]]:
    """Points turned clockwise about the origin by an angle. [°]"""
    c, s = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    return [(c * x + s * y, c * y - s * x) for x, y in points]


def footprint(*rings: Points, place: tuple[float, float] = VICHY, name: str = "a", **fields: object) -> Footprint:
    """A building of one polygon, its outer ring first."""
    return several([rings], place=place, name=name, **fields)


def several(polygons: Iterable[Iterable[Points]], place: tuple[float, float] = VICHY, name: str = "a",
            **fields: object) -> Footprint:
    """A building of several polygons."""
    return Footprint(id=name, polygons=tuple(tuple(ring(r, place) for r in p) for p in polygons), latitude=place[1],
                     longitude=place[0], **fields)  # type: ignore[arg-type]
