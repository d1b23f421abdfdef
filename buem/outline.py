"""CleanOutlines in metres, cleaned: what every quantity of a shape is computed from.

The rings of many buildings lie one after the other in flat arrays. An outer ring runs counter-clockwise, a courtyard
clockwise, so that the outside is always on the right; no ring repeats its first point.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import chain
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from buem.errors import Problem, problem
from buem.footprint import Footprint
from buem.profiles import FloatArray
from buem.projection import to_metres

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

#: Coordinates are kept as whole numbers of this, so that a stored outline is the same bit for bit. [m]
QUANTUM: Final = 1e-5
#: A point is left out when it, or a neighbour, is less than this off the line of the other two. [m]
TOLERANCE: Final = 0.02
#: Parts and courtyards below are left out; a building below is refused. [m²]
SMALLEST_AREA: Final = 1.0
#: A building that reaches further from its centre is refused. [m]
LARGEST_REACH: Final = 10e3
#: A ring that crosses itself is repaired when this changes its area by less than this share. [-]
LARGEST_REPAIR: Final = 0.1
#: A spike has to be longer than this to be worth a note. [m]
_SPIKE: Final = 0.1
_ROUNDS: Final = 3


class Rings(NamedTuple):
    """Rings of buildings, one after the other."""

    #: Shape (points,). [m]
    x: FloatArray
    y: FloatArray
    #: First point of each ring, and the end: shape (rings + 1,).
    start: IntArray
    #: Index of each ring's building, never falling: shape (rings,).
    owner: IntArray
    #: Whether it is a courtyard; it follows the outer ring that it lies in: shape (rings,).
    hole: BoolArray

    @property
    def sizes(self) -> IntArray:
        """Points of each ring."""
        return np.diff(self.start)


class CleanOutlines(NamedTuple):
    """Cleaned outlines of buildings; a refused one has no ring."""

    rings: Rings
    #: Centre of each building's plane, shape (buildings,). [°]
    longitude: FloatArray
    latitude: FloatArray
    #: What was repaired, by building.
    notes: dict[int, list[str]]
    #: Why a building is refused.
    problems: dict[int, Problem]


def clean(footprints: Sequence[Footprint]) -> CleanOutlines:
    """Cleaned outlines in metres, each on the plane of its building.

    A building's outline does not depend on the others.

    Parameters
    ----------
    footprints : sequence of Footprint
        In degrees.

    Returns
    -------
    CleanOutlines
        In metres, with notes on repairs and the problems of those refused.
    """
    notes: dict[int, list[str]] = defaultdict(list)
    problems: dict[int, Problem] = {}
    rings = _flatten(footprints, problems)
    rings, longitude, latitude = _project(rings, len(footprints), problems)
    given = rings
    done: list[Rings] = []
    for _ in range(_ROUNDS):
        rings = _tidy(rings, notes)
        broken = _crossing(rings)
        done.append(_select(rings, ~broken[rings.owner]))
        if not broken.any():
            break
        rings = _repaired(_select(rings, broken[rings.owner]), notes, problems)
    else:
        for i in np.unique(rings.owner):
            problems[int(i)] = _invalid("its rings cross")
    whole = _in_order(done)
    empty = np.setdiff1d(np.arange(len(footprints)), np.concatenate([whole.owner, list(problems)]))
    for i in empty.tolist():
        problems[i] = _without_area(_select(given, given.owner == i))
    return CleanOutlines(whole, longitude, latitude, dict(notes), problems)


def _without_area(rings: Rings) -> Problem:
    """Why nothing is left of a building: too small, or of as much area one way round as the other."""
    import shapely

    polygons = [shapely.Polygon(np.stack([rings.x[a:b], rings.y[a:b]], axis=1))
                for a, b in zip(rings.start[:-1], rings.start[1:]) if b - a >= 4]
    for polygon in polygons:
        if shapely.make_valid(polygon).area >= SMALLEST_AREA and not polygon.is_valid:
            return _invalid(shapely.is_valid_reason(polygon))
    area = abs(float(ring_areas(rings).sum()))
    return problem("geometry", _Words(f"{area:.2g} m²"), f"an outline of at least {SMALLEST_AREA:g} m²",
                   "EMPTY_POLYGON")


class _Words(str):
    """Text that stands in a problem without quotation marks."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def _invalid(reason: str) -> Problem:
    return problem("geometry", _Words(reason), "a polygon that does not cross itself", "INVALID_POLYGON")


def _flatten(footprints: Sequence[Footprint], problems: dict[int, Problem]) -> Rings:
    """Rings in degrees, of all buildings that lie on the globe."""
    rows = [(ring, i, k > 0) for i, f in enumerate(footprints) for polygon in f.polygons
            for k, ring in enumerate(polygon) if ring]
    rings = [row[0] for row in rows]
    sizes = np.array([len(ring) for ring in rings], dtype=np.int64)
    points = np.array(list(chain.from_iterable(rings)), dtype=np.float64).reshape(-1, 2)
    flat = Rings(points[:, 0], points[:, 1], _starts(sizes), np.array([row[1] for row in rows], dtype=np.int64),
                 np.array([row[2] for row in rows], dtype=bool))
    off = np.flatnonzero(~((np.abs(flat.x) <= 360.0) & (np.abs(flat.y) <= 90.0)))
    for point in off[::-1]:
        owner = int(flat.owner[np.searchsorted(flat.start, point, side="right") - 1])
        problems[owner] = _off_globe(float(flat.x[point]), float(flat.y[point]))
    refused = np.zeros(len(footprints), dtype=bool)
    refused[list(problems)] = True
    return _select(flat, ~refused[flat.owner])


def _off_globe(x: float, y: float) -> Problem:
    hint = "; these look like metres of a projected grid" if max(abs(x), abs(y)) > 360 else ""
    return problem("geometry", _Words(f"[{x:.12g}, {y:.12g}]"),
                   f"longitude -180 to 180 and latitude -90 to 90 in degrees (WGS 84){hint}",
                   "COORDINATES_OUT_OF_RANGE")


def _project(rings: Rings, count: int, problems: dict[int, Problem]) -> tuple[Rings, FloatArray, FloatArray]:
    """Rings in metres, each around the centre of its building's box, and the centres in degrees."""
    longitude, latitude = np.full(count, np.nan), np.full(count, np.nan)
    if not rings.owner.size:
        return rings, longitude, latitude
    owner = np.repeat(rings.owner, rings.sizes)
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    building = np.cumsum(np.diff(owner, prepend=owner[0]) != 0)
    # Measured from the first point, so that a building on the 180th meridian stays in one piece.
    anchor = rings.x[first]
    across = np.mod(rings.x - anchor[building] + 180.0, 360.0) - 180.0
    middle = (np.minimum.reduceat(across, first) + np.maximum.reduceat(across, first)) / 2
    centre_latitude = (np.minimum.reduceat(rings.y, first) + np.maximum.reduceat(rings.y, first)) / 2
    x, y = to_metres(across, rings.y, middle[building], centre_latitude[building])
    longitude[owner[first]] = np.mod(anchor + middle + 180.0, 360.0) - 180.0
    latitude[owner[first]] = centre_latitude
    far = np.maximum.reduceat(np.maximum(np.abs(x), np.abs(y)), first) > LARGEST_REACH
    for i in owner[first[far]]:
        problems[int(i)] = problem("geometry", _Words("a building"), f"one of less than {LARGEST_REACH / 500:g} km",
                                   "POLYGON_TOO_LARGE")
    refused = np.zeros(count, dtype=bool)
    refused[owner[first[far]]] = True
    metres = rings._replace(x=_rounded(x), y=_rounded(y))
    return _select(metres, ~refused[rings.owner]), longitude, latitude


def _rounded(metres: FloatArray) -> FloatArray:
    rounded: FloatArray = np.round(metres / QUANTUM) * QUANTUM
    return rounded


def _starts(sizes: IntArray) -> IntArray:
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


def _select(rings: Rings, keep: BoolArray) -> Rings:
    """Some of the rings."""
    if keep.all():
        return rings
    points = np.repeat(keep, rings.sizes)
    return Rings(rings.x[points], rings.y[points], _starts(rings.sizes[keep]), rings.owner[keep], rings.hole[keep])


def _in_order(parts: list[Rings]) -> Rings:
    """Several sets of rings as one, by building."""
    if len(parts) == 1:
        return parts[0]
    owner = np.concatenate([p.owner for p in parts])
    sizes = np.concatenate([p.sizes for p in parts])
    order = np.argsort(owner, kind="stable")
    points = ragged(_starts(sizes)[:-1][order], sizes[order])
    return Rings(np.concatenate([p.x for p in parts])[points], np.concatenate([p.y for p in parts])[points],
                 _starts(sizes[order]), owner[order], np.concatenate([p.hole for p in parts])[order])


def ragged(first: IntArray, count: IntArray) -> IntArray:
    """Ranges of indices, one after the other.

    Parameters
    ----------
    first, count : ndarray, shape (ranges,)
        Where each begins, and how long it is.

    Returns
    -------
    ndarray, shape (sum of count,)
        `first[0], first[0] + 1, ..., first[1], ...`
    """
    total = np.cumsum(count)
    if not total.size or not total[-1]:
        return np.empty(0, dtype=np.int64)
    indices: IntArray = np.arange(total[-1]) + np.repeat(first - total + count, count)
    return indices


def sums(index: IntArray, values: FloatArray, count: int) -> FloatArray:
    """Sum of the values of each index, in their order, so that it does not depend on the others.

    Parameters
    ----------
    index, values : ndarray, shape (values,)
        What each value belongs to, and the values.
    count : int
        Number of sums.

    Returns
    -------
    ndarray, shape (count,)
        In the unit of the values.
    """
    total: FloatArray = np.bincount(index, values, count).astype(np.float64)
    return total


def _tidy(rings: Rings, notes: dict[int, list[str]]) -> Rings:
    """Rings without needless points, small rings and wrong turns."""
    rings = _thinned(rings, notes)
    area = ring_areas(rings)
    rings = _turned(rings, (area < 0) != rings.hole, notes)
    small = np.abs(area) < SMALLEST_AREA
    # A courtyard goes with its outer ring.
    outer = np.flatnonzero(~rings.hole)
    shell = outer[np.maximum(np.cumsum(~rings.hole) - 1, 0)] if outer.size else np.arange(rings.hole.size)
    for ring in np.flatnonzero(small):
        if area[ring] != 0.0:
            what = "courtyard" if rings.hole[ring] else "part"
            notes[int(rings.owner[ring])].append(f"a {what} of {abs(area[ring]):.2f} m² was left out")
    return _select(rings, ~(small | small[shell]))


def ring_areas(rings: Rings) -> FloatArray:
    """Signed areas, negative for rings that run clockwise.

    Parameters
    ----------
    rings : Rings
        In metres.

    Returns
    -------
    ndarray, shape (rings,)
        [m²]

    References
    ----------
    .. [1] The shoelace formula, i.e. Green's theorem.
    """
    after = following(rings.start)
    twice = rings.x * rings.y[after] - rings.x[after] * rings.y
    return sums(np.repeat(np.arange(rings.owner.size), rings.sizes), twice, rings.owner.size) / 2


def following(start: IntArray) -> IntArray:
    """Index of the point that follows each point of a ring, shape (points,).

    Parameters
    ----------
    start : ndarray, shape (rings + 1,)
        First point of each ring, and the end.

    Returns
    -------
    ndarray, shape (points,)
    """
    after = np.arange(1, start[-1] + 1)
    sizes = np.diff(start)
    after[start[1:][sizes > 0] - 1] = start[:-1][sizes > 0]
    return after


def _thinned(rings: Rings, notes: dict[int, list[str]]) -> Rings:
    """Rings without repeated points, points on a straight line, and spikes."""
    count = rings.owner.size
    x, y, ring = rings.x, rings.y, np.repeat(np.arange(count), rings.sizes)
    settled: list[tuple[FloatArray, FloatArray, IntArray]] = []
    while ring.size:
        drop, spike = _needless(x, y, ring, count)
        for i in np.flatnonzero(drop & (spike > _SPIKE)):
            notes[int(rings.owner[ring[i]])].append(f"a spike of {spike[i]:.1f} m was cut off")
        active = (np.bincount(ring[drop], minlength=count) > 0)[ring]
        settled.append((x[~active], y[~active], ring[~active]))
        left = active & ~drop
        x, y, ring = x[left], y[left], ring[left]
    x, y, ring = (np.concatenate(parts) for parts in zip(*settled)) if settled else (x, y, ring)
    order = np.argsort(ring, kind="stable")
    sizes = np.bincount(ring, minlength=count)
    thin = Rings(x[order], y[order], _starts(sizes), rings.owner, rings.hole)
    return _select(thin, sizes >= 3)


def _needless(x: FloatArray, y: FloatArray, ring: IntArray, count: int) -> tuple[BoolArray, FloatArray]:
    """Which points to leave out next, no two neighbours at once, and how long a spike each is the tip of.

    The measure is the least height of the triangle of a point and its neighbours: it is small for a point on a
    straight line, for one that lies on a neighbour, and for the tip of a spike.
    """
    start = _starts(np.bincount(ring, minlength=count))
    after = following(start)
    before = np.empty_like(after)
    before[after] = np.arange(after.size)
    in_x, in_y, out_x, out_y = x - x[before], y - y[before], x[after] - x, y[after] - y
    longest = np.maximum(np.maximum(in_x**2 + in_y**2, out_x**2 + out_y**2),
                         (in_x + out_x) ** 2 + (in_y + out_y) ** 2)
    height = np.abs(in_x * out_y - in_y * out_x) / np.sqrt(np.where(longest > 0.0, longest, 1.0))
    index = np.arange(ring.size)
    first = (height < height[before]) | ((height == height[before]) & (index > before))
    first &= (height < height[after]) | ((height == height[after]) & (index > after))
    back = in_x * out_x + in_y * out_y < 0.0
    spike = np.where(back, np.sqrt(np.minimum(in_x**2 + in_y**2, out_x**2 + out_y**2)), 0.0)
    return first & (height < TOLERANCE), spike


def _turned(rings: Rings, wrong: BoolArray, notes: dict[int, list[str]]) -> Rings:
    """Rings with those that run the wrong way round reversed."""
    if not wrong.any():
        return rings
    for owner in np.unique(rings.owner[wrong]):
        notes[int(owner)].append("a ring that ran the wrong way round was turned")
    start, end = np.repeat(rings.start[:-1], rings.sizes), np.repeat(rings.start[1:], rings.sizes)
    index = np.arange(rings.x.size)
    index = np.where(np.repeat(wrong, rings.sizes), start + end - 1 - index, index)
    return rings._replace(x=rings.x[index], y=rings.y[index])


def polygons_of(rings: Rings) -> tuple[Any, IntArray]:
    """Shapely polygons in metres, and the building of each.

    Parameters
    ----------
    rings : Rings
        Cleaned ones, in metres.

    Returns
    -------
    tuple of ndarray, each of shape (polygons,)
        Polygons and indices of buildings.
    """
    import shapely

    points = np.stack([rings.x, rings.y], axis=1)
    lines = shapely.linearrings(points, indices=np.repeat(np.arange(rings.owner.size), rings.sizes))
    polygons = shapely.polygons(lines, indices=np.cumsum(~rings.hole) - 1)
    return polygons, rings.owner[~rings.hole]


def _crossing(rings: Rings) -> BoolArray:
    """Whether the outline of each building is no valid polygon, up to the last building that has a ring."""
    import shapely

    count = int(rings.owner[-1]) + 1 if rings.owner.size else 0
    broken = np.zeros(count, dtype=bool)
    if not count:
        return broken
    polygons, owner = polygons_of(rings)
    broken[owner[~shapely.is_valid(polygons)]] = True
    several = (np.bincount(owner, minlength=count) > 1)[owner]
    if several.any():
        ids, index = np.unique(owner[several], return_inverse=True)
        broken[ids[~shapely.is_valid(shapely.multipolygons(polygons[several], indices=index))]] = True
    return broken


def _repaired(rings: Rings, notes: dict[int, list[str]], problems: dict[int, Problem]) -> Rings:
    """Rings of the same buildings, made valid; without those that cannot be."""
    import shapely
    from shapely.geometry.polygon import orient

    polygons, owner = polygons_of(rings)
    found: list[tuple[Any, int]] = []
    signed = np.bincount(np.cumsum(~rings.hole) - 1, ring_areas(rings), owner.size)
    for i in np.unique(owner):
        own = polygons[owner == i]
        valid = shapely.make_valid(own)
        area = shapely.area(valid)
        if np.any(np.abs(area - signed[owner == i]) > LARGEST_REPAIR * area):
            problems[int(i)] = _invalid(shapely.is_valid_reason(own[~shapely.is_valid(own)][0]))
            continue
        crossed = not shapely.is_valid(own).all()
        notes[int(i)].append("a ring that crossed itself was repaired" if crossed else "parts that touch were joined")
        found += [(orient(part), int(i)) for part in shapely.get_parts(shapely.union_all(valid))
                  if part.geom_type == "Polygon"]
    return _rings_of(found)


def _rings_of(polygons: list[tuple[Any, int]]) -> Rings:
    """Rings of shapely polygons, each with the index of its building."""
    rows = [(np.asarray(ring.coords)[:-1], i, k > 0) for polygon, i in polygons
            for k, ring in enumerate([polygon.exterior, *polygon.interiors])]
    points = np.concatenate([row[0] for row in rows]) if rows else np.empty((0, 2))
    sizes = np.array([len(row[0]) for row in rows], dtype=np.int64)
    return Rings(_rounded(points[:, 0]), _rounded(points[:, 1]), _starts(sizes),
                 np.array([r[1] for r in rows], dtype=np.int64), np.array([r[2] for r in rows], dtype=bool))
