"""The horizon of a building: the elevation of what stands around, seen from its walls and from its roof.

Rays go out level from every free wall, in directions that are the same for all buildings. Each carries the elevation
of the highest wall that it meets within the radius, other buildings' and one's own. The horizon of a sector is the
mean over the rays that leave the building in this sector, weighted with the free wall that they come from and the
cosine of their angle to its normal: the mean over the parallel beams of a sun in that sector which reach its walls.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np

from buem.errors import OptionError, problem
from buem.outline import IntArray, ragged, sums
from buem.party_walls import Edges, Links, Pieces, moved
from buem.profiles import FloatArray

#: Sectors of a horizon, clockwise from north.
SECTORS: Final = 36
#: Rays of each sector.
RAYS: Final = 2
#: Eyes for what is far stand this far apart on a wall, or closer. [m]
SPACING: Final = 3.0
#: Eyes for what is near, for each of those.
PARTS: Final = 3
#: Walls are near up to this distance from the circle around a building. [m]
NEAR: Final = 10.0
#: Walls that stand free over less are left out. [m]
_LEAST: Final = 0.05
_STEP: Final = 360.0 / (SECTORS * RAYS)
_NEAREST: Final = 1e-6
#: East and north of each ray. [-]
_WAYS: Final = np.stack([np.sin(np.radians((np.arange(SECTORS * RAYS) + 0.5) * _STEP)),
                         np.cos(np.radians((np.arange(SECTORS * RAYS) + 0.5) * _STEP))])


class Eyes(NamedTuple):
    """Where rays start, by building: shape (eyes,)."""

    #: Index in `Edges`.
    building: IntArray
    #: On the building's plane. [m]
    x: FloatArray
    y: FloatArray
    #: Above its ground. [m]
    z: FloatArray
    #: The way it looks, 0 and 0 for all around. [-]
    east: FloatArray
    north: FloatArray
    #: Free wall that it stands for. [m²]
    weight: FloatArray


class Skyline(NamedTuple):
    """What stands around buildings."""

    edges: Edges
    links: Links
    #: Top of the other building over one's own ground, shape (pairs,). [m]
    top: FloatArray
    #: How far a ray goes. [m]
    radius: float


def eyes_of_walls(edges: Edges, pieces: Pieces, building: IntArray, height: FloatArray, parts: int = 1) -> Eyes:
    """Eyes on free walls, at half the height of what is free.

    Parameters
    ----------
    edges : Edges
        [m]
    pieces : Pieces
        Of all walls of the buildings. [m]
    building : ndarray, shape (pieces,)
        Of each piece, by its index in `edges`.
    height : ndarray, shape (pieces,)
        Of each piece's building. [m]
    parts : int
        Eyes in place of one.

    Returns
    -------
    Eyes
        At most `SPACING` / `parts` apart, in the middles of equal parts of each piece. [m]
    """
    top = np.minimum(pieces.top, height)
    length = pieces.end - pieces.begin
    some = np.flatnonzero((height - top > _LEAST) & (length > _LEAST))
    count = parts * np.ceil(length[some] / SPACING).astype(np.int64)
    piece = np.repeat(some, count)
    part = length[piece] / np.repeat(count, count)
    wall = pieces.wall[piece]
    along = pieces.begin[piece] + (ragged(np.zeros_like(count), count) + 0.5) * part
    dx, dy = edges.x2[wall] - edges.x[wall], edges.y2[wall] - edges.y[wall]
    size = np.hypot(dx, dy)
    east, north = dx / size, dy / size
    return Eyes(building[piece], edges.x[wall] + along * east, edges.y[wall] + along * north,
                (height[piece] + top[piece]) / 2, north, -east, part * (height[piece] - top[piece]))


def roof_eyes(edges: Edges, area: FloatArray, height: FloatArray, count: int) -> Eyes:
    """One eye for each building, at the centroid of its footprint and the height of its walls, looking around.

    Parameters
    ----------
    edges : Edges
        [m]
    area : ndarray, shape (buildings,)
        Of the footprints. [m²]
    height : ndarray, shape (buildings,)
        [m]
    count : int
        Number of buildings, the first ones of `edges`.

    Returns
    -------
    Eyes
        [m]
    """
    x, y, x2, y2 = (column[:edges.start[count]] for column in edges[:4])
    owner = np.repeat(np.arange(count), edges.sizes[:count])
    twice = x * y2 - x2 * y
    zero = np.zeros(count)
    return Eyes(np.arange(count), sums(owner, (x + x2) * twice, count) / (6 * area[:count]),
                sums(owner, (y + y2) * twice, count) / (6 * area[:count]), height[:count], zero, zero, zero + 1.0)


def horizons(eyes: Eyes, skyline: Skyline, count: int, far: Eyes | None = None, kernel: str = "auto") -> FloatArray:
    """Mean elevation of what stands around, by sector.

    Parameters
    ----------
    eyes : Eyes
        Where rays start, by building.
    skyline : Skyline
        What they may meet; the pairs by their own building.
    count : int
        Number of buildings.
    far : Eyes, optional
        Each in place of `PARTS` of the eyes, for walls that are not near.
    kernel : str
        "numpy", "numba", or "auto": numba where it is installed.

    Returns
    -------
    ndarray, shape (count, 36)
        0 where nothing looks. [°]
    """
    highest = _choose(kernel)
    if far is None:
        slope = highest(eyes, skyline, (-np.inf, np.inf))
    else:
        slope = np.maximum(highest(eyes, skyline, (-np.inf, NEAR)),
                           np.repeat(highest(far, skyline, (NEAR, np.inf)), PARTS, axis=0))
    facing = eyes.east[:, None] * _WAYS[0] + eyes.north[:, None] * _WAYS[1]
    around = (eyes.east == 0) & (eyes.north == 0)
    weight = np.where(around[:, None], 1.0, np.maximum(facing, 0.0)) * eyes.weight[:, None]
    elevation = np.degrees(np.arctan(slope)) * weight
    shape = (eyes.building.size, SECTORS, RAYS)
    sector = (eyes.building[:, None] * SECTORS + np.arange(SECTORS)).ravel()
    total = sums(sector, weight.reshape(shape).sum(axis=2).ravel(), count * SECTORS)
    seen = sums(sector, elevation.reshape(shape).sum(axis=2).ravel(), count * SECTORS)
    mean = np.divide(seen, total, out=np.zeros_like(total), where=total > 0)
    return mean.reshape(count, SECTORS)


def _choose(kernel: str) -> Callable[[Eyes, Skyline, tuple[float, float]], FloatArray]:
    if kernel == "numpy":
        return _highest
    from buem.compiled import COMPILED

    if kernel == "numba" and not COMPILED:
        raise OptionError([problem("kernel", kernel, "numba to be installed, or auto or numpy")])
    return _highest_compiled if COMPILED else _highest


def _highest_compiled(eyes: Eyes, skyline: Skyline, band: tuple[float, float]) -> FloatArray:
    from buem.horizon_loop import sweep

    start = np.searchsorted(eyes.building, np.arange(skyline.edges.start.size))
    rows = np.stack([eyes.x, eyes.y, eyes.z, eyes.east, eyes.north], axis=1)
    limits = (float(skyline.radius), band[0], min(band[1], float(skyline.radius)))
    slope: FloatArray = sweep(rows, start, (skyline.edges, skyline.links, skyline.top), limits, _WAYS)
    return slope


def _highest(eyes: Eyes, skyline: Skyline, band: tuple[float, float]) -> FloatArray:
    """Tangent of the highest elevation on each ray, of walls in a band of distances: shape (eyes, rays)."""
    slope = np.zeros((eyes.building.size, SECTORS * RAYS))
    eye, x, y, x2, y2, rise = _in_view(eyes, skyline, band)
    length = np.hypot(x2 - x, y2 - y)
    # Away from the wall, towards the eye.
    east, north = (y2 - y) / length, (x - x2) / length
    ahead = -(x * east + y * north)
    left = np.degrees(np.arctan2(x, y))
    span = np.mod(np.degrees(np.arctan2(x2, y2)) - left, 360.0)
    first = np.ceil(left / _STEP - 0.5)
    count = (np.floor((left + span) / _STEP - 0.5) - first + 1).astype(np.int64)
    some = count > 0
    row = np.repeat(np.flatnonzero(some), count[some])
    ray = ragged(first[some].astype(np.int64), count[some])
    ray %= SECTORS * RAYS
    towards = -(_WAYS[0, ray] * east[row] + _WAYS[1, ray] * north[row])
    # A ray that meets the wall at a distance of ahead / towards.
    hit = towards * skyline.radius >= ahead[row]
    row, ray = row[hit], ray[hit]
    tangent = rise[row] * towards[hit] / ahead[row]
    np.maximum.at(slope.reshape(-1), eye[row] * slope.shape[1] + ray, tangent)
    return slope


def _in_view(eyes: Eyes, skyline: Skyline, band: tuple[float, float]
             ) -> tuple[IntArray, FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Eyes with every wall that faces them from the front: its ends around the eye, and its top above it."""
    links, edges = skyline.links, skyline.edges
    start = np.searchsorted(eyes.building, np.arange(edges.start.size))
    count = np.diff(start)
    lowest = np.full(count.size, np.inf)
    np.minimum.at(lowest, eyes.building, eyes.z)
    reach = np.zeros(count.size)
    np.maximum.at(reach, np.repeat(np.arange(count.size), edges.sizes), np.hypot(edges.x, edges.y))
    link = np.flatnonzero(skyline.top > lowest[links.own])
    walls = edges.sizes[links.other[link]]
    wall = ragged(edges.start[links.other[link]], walls)
    link = np.repeat(link, walls)
    ends = moved(edges, links, link, wall)
    link, ends = _facing(link, ends, reach[links.own[link]], (band[0], min(band[1], skyline.radius)))
    own = links.own[link]
    eye = ragged(start[:-1][own], count[own])
    row = np.repeat(np.arange(own.size), count[own])
    rise = skyline.top[link][row] - eyes.z[eye]
    x, y = ends[0][row] - eyes.x[eye], ends[1][row] - eyes.y[eye]
    x2, y2 = ends[2][row] - eyes.x[eye], ends[3][row] - eyes.y[eye]
    east, north = eyes.east[eye], eyes.north[eye]
    before = (x * east + y * north > 0) | (x2 * east + y2 * north > 0) | ((east == 0) & (north == 0))
    front = x * y2 - y * x2 < -_NEAREST * np.hypot(x2 - x, y2 - y)
    some = (rise > 0) & before & front
    return eye[some], x[some], y[some], x2[some], y2[some], rise[some]


def _facing(link: IntArray, ends: tuple[FloatArray, ...], reach: FloatArray, band: tuple[float, float]
            ) -> tuple[IntArray, tuple[FloatArray, ...]]:
    """Walls that turn their outside to some point of a circle around one's own centre, at a distance in the band."""
    x, y, x2, y2 = ends
    dx, dy = x2 - x, y2 - y
    length = np.hypot(dx, dy)
    outside = (y * dx - x * dy) / length
    gap = np.hypot(x + x2, y + y2) / 2 - length / 2 - reach
    some = (outside > -reach) & (gap > band[0]) & (gap <= band[1])
    return link[some], tuple(v[some] for v in ends)
