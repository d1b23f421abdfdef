"""Outlines as small integers: what a map of many buildings is sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Final

import msgspec
import numpy as np

#: Size of one step of an outline. [°]
STEP: Final = 1e-7


class Position(msgspec.Struct, array_like=True, gc=False):
    """A place on the Earth; what stands after the two is passed over."""

    longitude: Annotated[float, msgspec.Meta(ge=-180.0, le=180.0)]
    latitude: Annotated[float, msgspec.Meta(ge=-90.0, le=90.0)]


Ring = list[Position]
#: A point as two steps, an outline as polygons of rings of steps, or nothing.
Steps = list[int] | list[list[list[int]]] | None


class Geometry(msgspec.Struct):
    """A geometry whose positions are not looked at yet."""

    type: str = ""
    coordinates: msgspec.Raw = msgspec.Raw(b"null")


class Feature(msgspec.Struct):
    """A feature of which only the geometry is wanted."""

    geometry: Geometry | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """Outlines in steps from one place, so that they are short to write."""

    #: Longitude and latitude that steps count from. [°]
    origin: tuple[float, float]
    #: One for each building.
    outlines: list[Steps]


@dataclass(frozen=True, slots=True)
class Shape:
    """The positions of a building, before they are steps."""

    point: bool
    polygons: list[list[Ring]]


_DECODE_FEATURE: Final = msgspec.json.Decoder(Feature)
_DECODE_POINT: Final = msgspec.json.Decoder(Position)
_DECODE_POLYGON: Final = msgspec.json.Decoder(list[Ring])
_DECODE_POLYGONS: Final = msgspec.json.Decoder(list[msgspec.Raw])


def draw(features: Iterable[bytes | None]) -> Drawn:
    """The outlines of some features.

    Parameters
    ----------
    features : iterable of bytes or None
        GeoJSON features; what is none, or has no usable geometry, is not drawn.

    Returns
    -------
    Drawn
        A ring does not repeat its first position; each position counts from the one before, the first of a ring from
        `origin`.
    """
    shapes = [shape(raw) if raw is not None else None for raw in features]
    rings = [ring for found in shapes if found for polygon in found.polygons for ring in polygon]
    positions = [position for ring in rings for position in ring]
    places = np.array([[place.longitude for place in positions], [place.latitude for place in positions]]).T
    if not places.size:
        return Drawn(origin=(0.0, 0.0), outlines=[None] * len(shapes))
    origin = np.round(np.median(places, axis=0), 6)
    # A city on both sides of the 180th meridian is one city.
    places[:, 0] = (places[:, 0] - origin[0] + 180.0) % 360.0 - 180.0
    places[:, 1] -= origin[1]
    steps = np.rint(places / STEP).astype(np.int64)
    sizes = np.array([len(ring) for ring in rings])
    delta = np.diff(steps, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    first = np.cumsum(sizes) - sizes
    delta[first] = steps[first]
    flat: list[int] = delta.ravel().tolist()
    pieces = iter([flat[2 * start:2 * (start + size)] for start, size in zip(first.tolist(), sizes.tolist())])
    return Drawn(origin=(float(origin[0]), float(origin[1])), outlines=[_gather(found, pieces) for found in shapes])


def _gather(found: Shape | None, pieces: Iterator[list[int]]) -> Steps:
    if found is None:
        return None
    if found.point:
        return next(pieces)
    return [[next(pieces) for _ in polygon] for polygon in found.polygons]


def shape(raw: bytes) -> Shape | None:
    """The positions of a feature; None for one that cannot be drawn.

    Parameters
    ----------
    raw : bytes
        A GeoJSON feature.

    Returns
    -------
    Shape or None
        Rings without their repeated last position; rings of fewer than three positions are left out.
    """
    try:
        geometry = _DECODE_FEATURE.decode(raw).geometry
        if geometry is None:
            return None
        if geometry.type == "Point":
            return Shape(True, [[[_DECODE_POINT.decode(geometry.coordinates)]]])
        if geometry.type == "Polygon":
            kept = [_rings(geometry.coordinates)]
        elif geometry.type == "MultiPolygon":
            kept = [_part(part) for part in _DECODE_POLYGONS.decode(geometry.coordinates)]
        else:
            return None
    # A building that failed may hold anything.
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    kept = [polygon for polygon in kept if polygon]
    return Shape(False, kept) if kept else None


def _part(raw: msgspec.Raw) -> list[Ring]:
    """A polygon of several: one that cannot be drawn does not take the others with it."""
    try:
        return _rings(raw)
    except msgspec.DecodeError:
        return []


def _rings(raw: msgspec.Raw) -> list[Ring]:
    opened = [ring[:-1] if len(ring) > 1 and ring[0] == ring[-1] else ring for ring in _DECODE_POLYGON.decode(raw)]
    if not opened or len(opened[0]) < 3:
        return []
    return [ring for ring in opened if len(ring) >= 3]
