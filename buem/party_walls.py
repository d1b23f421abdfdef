"""Walls that neighbours share.

A point of a wall is shared when the point `gap` in front of it lies in another building. So a wall is shared across a
gap of up to that width, where two outlines touch or overlap, and wherever a wall stands inside another building;
how the two walls lie to each other does not matter.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from buem.outline import IntArray, ragged, sums
from buem.profiles import FloatArray

#: Shorter pieces are left out. [m]
SHORTEST: Final = 1e-3
#: A gap as wide as allowed is allowed, whatever the last digit of its coordinates. [m]
_SLACK: Final = 1e-3


class Edges(NamedTuple):
    """Walls of some buildings, each building on its own plane."""

    #: From the first to the second end, outside on the right: shape (walls,). [m]
    x: FloatArray
    y: FloatArray
    x2: FloatArray
    y2: FloatArray
    #: First wall of each building, and the end: shape (buildings + 1,).
    start: IntArray

    @property
    def sizes(self) -> IntArray:
        """Walls of each building."""
        return np.diff(self.start)


class Links(NamedTuple):
    """Pairs of buildings, both by their index in `Edges`: shape (pairs,)."""

    own: IntArray
    other: IntArray
    #: Centre of the other's plane on one's own. [m]
    east: FloatArray
    north: FloatArray
    #: The angle between the planes, see `projection.turn`. [-]
    cos: FloatArray
    sin: FloatArray


class Pieces(NamedTuple):
    """Pieces of walls, by wall: shape (pieces,)."""

    #: Index in `Edges`.
    wall: IntArray
    #: Where it begins and ends, along the wall. [m]
    begin: FloatArray
    end: FloatArray
    #: Between which heights above one's own ground a neighbour stands behind it; 0 and 0 for none. [m]
    top: FloatArray
    bottom: FloatArray


class Covers(NamedTuple):
    """Pieces of walls with another building behind: shape (covers,)."""

    wall: IntArray
    begin: FloatArray
    end: FloatArray
    #: Index of the pair in `Links`.
    link: IntArray


def chosen(links: Links, which: IntArray) -> Links:
    """Some of the pairs.

    Parameters
    ----------
    links : Links
        [m]
    which : ndarray, shape (some,)
        Their indices.

    Returns
    -------
    Links
        [m]
    """
    return Links(links.own[which], links.other[which], links.east[which], links.north[which], links.cos[which],
                 links.sin[which])


def moved(edges: Edges, links: Links, link: IntArray, wall: IntArray) -> tuple[FloatArray, ...]:
    """Both ends of walls of the other building, on the plane of one's own.

    Parameters
    ----------
    edges : Edges
        [m]
    links : Links
        [m]
    link, wall : ndarray, shape (rows,)
        Pair, and wall of its other building.

    Returns
    -------
    tuple of ndarray, each of shape (rows,)
        x, y, x2, y2. [m]
    """
    east, north, cos, sin = (column[link] for column in (links.east, links.north, links.cos, links.sin))
    x, y, x2, y2 = (column[wall] for column in edges[:4])
    return (east + cos * x - sin * y, north + sin * x + cos * y, east + cos * x2 - sin * y2,
            north + sin * x2 + cos * y2)


def covers(edges: Edges, links: Links, offset: float) -> Covers:
    """Pieces of walls whose points, moved outward, lie in the other building.

    Parameters
    ----------
    edges : Edges
        [m]
    links : Links
        Pairs of different buildings that are close to each other.
    offset : float
        How far outward; negative for inward. [m]

    Returns
    -------
    Covers
        By pair and wall. [m]
    """
    link, wall = _close(edges, links, abs(offset))
    row, their = _each_with_each(edges, links.other[link])
    x, y, x2, y2 = moved(edges, links, link[row], their)
    ux, uy, length = _directions(edges, wall)
    # Seen along the wall that has been moved outward: s runs along it, d away from it.
    base_x, base_y = edges.x[wall] + offset * uy, edges.y[wall] - offset * ux
    d1 = (x - base_x[row]) * uy[row] - (y - base_y[row]) * ux[row]
    d2 = (x2 - base_x[row]) * uy[row] - (y2 - base_y[row]) * ux[row]
    # A line leaves a closed outline as often as it enters it: every group below has an even number of rows.
    hit = (d1 > 0) != (d2 > 0)
    row, d1, d2 = row[hit], d1[hit], d2[hit]
    s1 = (x[hit] - base_x[row]) * ux[row] + (y[hit] - base_y[row]) * uy[row]
    s2 = (x2[hit] - base_x[row]) * ux[row] + (y2[hit] - base_y[row]) * uy[row]
    along = s1 + (s2 - s1) * d1 / (d1 - d2)
    order = np.lexsort((along, row))
    row = row[order][::2]
    ends = np.clip(along[order].reshape(-1, 2), 0.0, length[row][:, None])
    long = ends[:, 1] - ends[:, 0] > SHORTEST
    row, ends = row[long], ends[long]
    return Covers(wall[row], ends[:, 0], ends[:, 1], link[row])


def _directions(edges: Edges, wall: IntArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Unit vectors and lengths of walls."""
    dx, dy = edges.x2[wall] - edges.x[wall], edges.y2[wall] - edges.y[wall]
    length = np.hypot(dx, dy)
    return dx / length, dy / length, length


def _each_with_each(edges: Edges, building: IntArray) -> tuple[IntArray, IntArray]:
    """Every wall of the building of each row, with the row."""
    count = edges.sizes[building]
    return np.repeat(np.arange(building.size), count), ragged(edges.start[building], count)


def _close(edges: Edges, links: Links, offset: float) -> tuple[IntArray, IntArray]:
    """Pairs, and the walls of one's own that lie within the box of the other building."""
    row, their = _each_with_each(edges, links.other)
    x, y, _, _ = moved(edges, links, row, their)
    if not row.size:
        return row, their
    first = np.cumsum(edges.sizes[links.other]) - edges.sizes[links.other]
    reach = offset + 2 * _SLACK
    box = [ufunc.reduceat(v, first) + sign * reach for v in (x, y)
           for ufunc, sign in ((np.minimum, -1), (np.maximum, 1))]
    link, wall = _each_with_each(edges, links.own)
    own = [column[wall] for column in edges[:4]]
    west, east, south, north = (side[link] for side in box)
    near = ((np.maximum(own[0], own[2]) >= west) & (np.minimum(own[0], own[2]) <= east)
            & (np.maximum(own[1], own[3]) >= south) & (np.minimum(own[1], own[3]) <= north))
    return link[near], wall[near]


def outward(gap: float) -> float:
    """How far in front of a wall the other building has to be, with the slack of coordinates.

    Parameters
    ----------
    gap : float
        [m]

    Returns
    -------
    float
        [m]
    """
    return gap + _SLACK


def pieces_of(edges: Edges, wall: IntArray, found: Covers, top: FloatArray, bottom: FloatArray) -> Pieces:
    """Walls cut into pieces, each with the highest of the neighbours behind it.

    Parameters
    ----------
    edges : Edges
        [m]
    wall : ndarray, shape (walls,)
        All walls that are wanted, rising.
    found : Covers
        Their covered pieces, which may overlap.
    top, bottom : ndarray, shape (covers,)
        Between which heights above one's own ground the neighbour stands; top above bottom. [m]

    Returns
    -------
    Pieces
        By wall, from its begin to its end. [m]
    """
    _, _, length = _directions(edges, wall)
    zero = np.zeros(wall.size)
    # The whole wall comes first, with nothing behind it.
    whole = np.concatenate([wall, found.wall])
    order = np.argsort(whole, kind="stable")
    whole = whole[order]
    begin, end, top, bottom = (np.concatenate(both)[order] for both in (
        (zero, found.begin), (length, found.end), (zero, top), (zero, bottom)))
    first = np.flatnonzero(np.diff(whole, prepend=-1))
    count = np.diff(first, append=whole.size)
    points, group = np.concatenate([begin, end]), np.repeat(np.arange(first.size), count)
    group = np.concatenate([group, group])
    order = np.lexsort((points, group))
    points, group = points[order], group[order]
    piece = np.flatnonzero((group[1:] == group[:-1]) & (np.diff(points) > SHORTEST))
    low, high, group = points[piece], points[piece + 1], group[piece]
    best = _highest(first[group], count[group], (low + high) / 2, (begin, end, top))
    return Pieces(whole[first][group], low, high, top[best], bottom[best])


def _highest(first: IntArray, count: IntArray, middle: FloatArray, rows: tuple[FloatArray, FloatArray, FloatArray]
             ) -> IntArray:
    """The row that covers the middle of each piece and reaches highest; the first of equals."""
    begin, end, top = rows
    candidate = ragged(first, count)
    piece = np.repeat(np.arange(first.size), count)
    over = (begin[candidate] <= middle[piece]) & (middle[piece] <= end[candidate])
    candidate, piece = candidate[over], piece[over]
    order = np.lexsort((-top[candidate], piece))
    candidate, piece = candidate[order], piece[order]
    return candidate[np.flatnonzero(np.diff(piece, prepend=-1))]


def attached(found: Covers, links: Links, count: int, shortest: float = 0.5) -> IntArray:
    """Number of buildings that each building shares a wall with.

    Parameters
    ----------
    found : Covers
        [m]
    links : Links
        The pairs that they count.
    count : int
        Number of buildings.
    shortest : float
        A shorter common wall does not count. [m]

    Returns
    -------
    ndarray, shape (count,)
    """
    shared = sums(found.link, found.end - found.begin, links.own.size)
    total: NDArray[np.int64] = np.bincount(links.own[shared >= shortest], minlength=count)
    return total
