"""The horizon against rays that are cast one by one, and its compiled form against the other."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from metres import box, footprint, turned
from test_geometry import read

import buem.compiled
from buem.errors import OptionError
from buem.horizon import RAYS, SECTORS, SPACING, Eyes, Skyline, eyes_of_walls, horizons, roof_eyes
from buem.neighbours import Outlines
from buem.party_walls import Edges, Links, Pieces


def edges(*outlines):
    """Walls of buildings on one plane, each an outline counter-clockwise."""
    rows = [(*a, *b) for o in outlines for a, b in zip(o, [*o[1:], o[0]])]
    x, y, x2, y2 = np.array(rows, dtype=float).T
    return Edges(x, y, x2, y2, np.concatenate([[0], np.cumsum([len(o) for o in outlines])]))


def links(pairs):
    own, other = np.array(pairs).reshape(-1, 2).T
    zero = np.zeros(own.size)
    return Links(own, other, zero, zero, zero + 1, zero)


def eye(x, y, z, east=0.0, north=0.0, weight=1.0):
    return Eyes(np.array([0]), *(np.array([v]) for v in (x, y, z, east, north, weight)))


#: A building from 30 to 40 m east, 20 m long, and what it is seen as from the origin.
TOWER = box(30, -10, 10, 20)


def seen(one, tops=(20.0,), outlines=(TOWER,), radius=100.0, kernel="numpy"):
    pairs = [(0, i + 1) for i in range(len(outlines))]
    sky = Skyline(edges(box(-1, -1, 2, 2), *outlines), links(pairs), np.array(tops), radius)
    return horizons(one, sky, 1, kernel=kernel)[0]


@pytest.mark.parametrize("kernel", ["numpy", "auto"])
@pytest.mark.parametrize(
    ("one", "fields", "sector", "expected"),
    [
        # Rays at 82.5 and 87.5° meet the wall x = 30 at 30 / sin.
        pytest.param(eye(0, 0, 2), {}, 8, np.mean([math.degrees(math.atan(18 / 30 * math.sin(math.radians(a))))
                                                   for a in (82.5, 87.5)]), id="all around"),
        pytest.param(eye(0, 0, 2, 1, 0), {}, 8, np.average(
            [math.degrees(math.atan(18 / 30 * math.sin(math.radians(a)))) for a in (82.5, 87.5)],
            weights=[math.sin(math.radians(a)) for a in (82.5, 87.5)]), id="from a wall to the east"),
        pytest.param(eye(0, 0, 2, -1, 0), {}, 8, 0.0, id="from a wall to the west"),
        pytest.param(eye(0, 0, 25), {}, 8, 0.0, id="from above it"),
        pytest.param(eye(35, 0, 2), {}, 8, 0.0, id="from inside it: its walls are seen from outside only"),
        pytest.param(eye(0, 0, 2), {"radius": 25.0}, 8, 0.0, id="too far"),
        pytest.param(eye(0, 0, 2), {}, 18, 0.0, id="not to the south"),
        pytest.param(eye(0, 0, 2), {"tops": (20.0, 90.0), "outlines": (TOWER, box(60, -50, 10, 100))}, 8, np.mean(
            [math.degrees(math.atan(88 / 60 * math.sin(math.radians(a)))) for a in (82.5, 87.5)]),
                     id="a higher one behind counts"),
        pytest.param(eye(0, 0, 2), {"tops": (20.0, 21.0), "outlines": (TOWER, box(60, -50, 10, 100))}, 8, np.mean(
            [math.degrees(math.atan(18 / 30 * math.sin(math.radians(a)))) for a in (82.5, 87.5)]),
                     id="one behind that is lower to the eye does not"),
    ],
)
def test_by_hand(one, fields, sector, expected, kernel):
    assert seen(one, kernel=kernel, **fields)[sector] == pytest.approx(expected, abs=1e-9)


def test_north_is_a_direction_like_others():
    """Walls that span the seam of the azimuths."""
    north = seen(eye(0, 0, 2), outlines=(box(-10, 30, 20, 10),))
    east = seen(eye(0, 0, 2))
    assert np.roll(north, 9) == pytest.approx(east, abs=1e-9)


@pytest.mark.parametrize(
    ("pieces", "count", "weight", "z"),
    [
        pytest.param([(0, 0, 10, 0, 0)], 4, 60.0, 3.0, id="a free wall, in parts of 2.5 m"),
        pytest.param([(0, 0, 3, 0, 0)], 1, 18.0, 3.0, id="a short one"),
        pytest.param([(0, 0, 10, 6, 0)], 0, 0.0, None, id="a shared one"),
        pytest.param([(0, 0, 10, 9, 0)], 0, 0.0, None, id="with a higher neighbour"),
        pytest.param([(0, 0, 10, 4, 0)], 4, 20.0, 5.0, id="free above a lower neighbour"),
        pytest.param([(0, 0, 4, 6, 0), (0, 4, 10, 0, 0)], 2, 36.0, 3.0, id="free in part"),
        pytest.param([(0, 0, 0.04, 0, 0)], 0, 0.0, None, id="hardly a wall"),
    ],
)
def test_eyes_of_walls(pieces, count, weight, z):
    columns = np.array(pieces, dtype=float).T
    cut = Pieces(columns[0].astype(int), *columns[1:])
    found = eyes_of_walls(edges(box(0, 0, 10, 10)), cut, np.zeros(len(pieces), dtype=int), np.full(len(pieces), 6.0))
    assert found.x.size == count
    assert found.weight.sum() == pytest.approx(weight)
    # On the south wall, looking south.
    assert (found.y == 0.0).all()
    assert (found.north == -1.0).all()
    if z is not None:
        assert (found.z == z).all()
        assert np.diff(found.x).max(initial=0.0) <= SPACING


def test_eye_of_a_roof():
    """At the centroid: of an L of 20 m, 8.33 m from both long walls."""
    shape = edges([(0, 0), (20, 0), (20, 10), (10, 10), (10, 20), (0, 20)])
    found = roof_eyes(shape, np.array([300.0]), np.array([9.0]), 1)
    assert (found.x[0], found.y[0], found.z[0]) == pytest.approx((25 / 3, 25 / 3, 9.0))
    assert (found.east[0], found.north[0]) == (0.0, 0.0)


def village(seed, count=60):
    rng = random.Random(seed)
    return [footprint(turned(box(rng.uniform(-70, 70), rng.uniform(-70, 70), rng.uniform(3, 15), rng.uniform(3, 15)),
                             rng.uniform(0, 90)), height=rng.uniform(2, 25)) for _ in range(count)]


@pytest.mark.skipif(not buem.compiled.COMPILED, reason="numba is not installed")
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_compiled_as_numpy(seed, monkeypatch):
    outlines = Outlines.from_footprints(village(seed))
    fast = outlines.around(range(60))
    monkeypatch.setattr(buem.compiled, "COMPILED", False)
    for a, b in zip(fast, outlines.around(range(60))):
        assert np.allclose(a.horizon, b.horizon, rtol=0, atol=1e-9)
        assert np.allclose(a.horizon_roof, b.horizon_roof, rtol=0, atol=1e-9)


def test_numba_that_is_not_there(monkeypatch):
    monkeypatch.setattr(buem.compiled, "COMPILED", False)
    with pytest.raises(OptionError, match="kernel: 'numba'; expected numba to be installed, or auto or numpy"):
        seen(eye(0, 0, 2), kernel="numba")


def cast(walls, starts, ways, radius):
    """Tangent of the highest elevation along each ray: every ray against every wall, front and back.

    Walls are rows of x, y, x2, y2, top; starts of x, y, z; ways of east and north, one a start.
    """
    x, y, x2, y2, top = (column[None] for column in walls.T)
    ox, oy, oz = (column[:, None] for column in starts.T)
    dx, dy = (column[:, None] for column in ways.T)
    with np.errstate(divide="ignore", invalid="ignore"):
        side, side2 = (x - ox) * dy - (y - oy) * dx, (x2 - ox) * dy - (y2 - oy) * dx
        t = side / (side - side2)
        far = (x + t * (x2 - x) - ox) * dx + (y + t * (y2 - y) - oy) * dy
        hit = ((side > 0) != (side2 > 0)) & (far > 1e-3) & (far <= radius)
        return np.where(hit, np.maximum(top - oz, 0.0) / far, 0.0).max(axis=1)


def eyes_slowly(i, walls, height, tree):
    """An eye every 1 m of the free walls of a building, off the wall, with its normal and its weight."""
    import shapely

    starts, normals, weights = [], [], []
    for x, y, x2, y2, _ in walls:
        length = math.hypot(x2 - x, y2 - y)
        t = (np.arange(math.ceil(length)) + 0.5) / math.ceil(length)
        n = np.array([y2 - y, x - x2]) / length
        points = np.stack([x + t * (x2 - x), y + t * (y2 - y)], axis=1)
        hit, other = tree.query(shapely.points(points + 0.101 * n), predicate="within")
        top = np.zeros(t.size)
        np.maximum.at(top, hit[other != i], height[other[other != i]])
        free = np.maximum(height[i] - top, 0.0)
        keep = free > 0.05
        starts.append(np.column_stack([points + 2e-3 * n, (height[i] + top) / 2])[keep])
        normals.append(np.tile(n, (keep.sum(), 1)))
        weights.append(free[keep] * length / t.size)
    return np.concatenate(starts), np.concatenate(normals), np.concatenate(weights)


def slow_horizon(i, cities, azimuth):
    """The definition of docs/footprints.md, with closer eyes; and the free wall that each sector's rays leave. [m²]"""
    walls, owner, height, tree = cities
    own = walls[owner == i]
    starts, normals, weights = eyes_slowly(i, own, height, tree)
    middle, reach = own[:, :2].mean(axis=0), np.ptp(own[:, :2], axis=0).max()
    near = np.minimum(np.hypot(*(walls[:, :2] - middle).T), np.hypot(*(walls[:, 2:4] - middle).T)) < 130.0 + reach
    near &= walls[:, 4] > starts[:, 2].min(initial=np.inf)
    ways = np.stack([np.sin(np.radians(azimuth)), np.cos(np.radians(azimuth))])
    weight = np.maximum(normals @ ways, 0.0) * weights[:, None]
    angle = np.zeros_like(weight)
    for k in range(azimuth.size):
        some = weight[:, k] > 0
        if not some.any() or not near.any():
            continue
        angle[some, k] = np.degrees(np.arctan(cast(walls[near], starts[some], np.tile(ways[:, k], (some.sum(), 1)),
                                                   100.0)))
    total, seen = (v.sum(axis=0).reshape(SECTORS, -1).sum(axis=1) for v in (weight, weight * angle))
    return np.divide(seen, total, out=np.zeros(SECTORS), where=total > 0), total / (azimuth.size / SECTORS)


#: Sectors that less free wall faces are left out: a few decimetres of a wall, which the two sample differently. [m²]
SLIVER = 2.0
#: Of the 500 that docs/footprints.md reports, which take minutes.
COUNT = 50


@pytest.mark.slow
def test_buildings_of_a_city_ray_by_ray():
    """Within one sector, 2°: a sector lies in the range of the slow one and those beside it."""
    import shapely
    from test_neighbours import plane

    footprints = read("vichy_fr_eubucco_v0_1")
    outlines = Outlines.from_footprints(footprints)
    height = outlines._arrays.height
    polygons = plane(footprints)
    rows, owner = [], []
    for i, polygon in enumerate(polygons):
        for part in getattr(polygon, "geoms", [polygon]):
            part = shapely.geometry.polygon.orient(part)
            for ring in (part.exterior, *part.interiors):
                points = np.asarray(ring.coords)
                rows.append(np.column_stack([points[:-1], points[1:], np.full(len(points) - 1, height[i])]))
                owner += [i] * (len(points) - 1)
    walls = np.concatenate(rows)
    keep = np.hypot(walls[:, 2] - walls[:, 0], walls[:, 3] - walls[:, 1]) > 0
    cities = (walls[keep], np.array(owner)[keep], height, shapely.STRtree(polygons))
    azimuth = (np.arange(SECTORS * 4) + 0.5) * 2.5
    off, exact = [], []
    standing = [i for i, near in enumerate(outlines.around(range(len(outlines)), 0.0)) if near.walls]
    for i in random.Random(4).sample(standing, COUNT):
        slow, weight = slow_horizon(i, cities, azimuth)
        fast = np.array(outlines.around(i)[0].horizon)
        beside = np.stack([np.roll(slow, -1), slow, np.roll(slow, 1)])
        out = np.maximum(np.maximum(beside.min(axis=0) - fast, fast - beside.max(axis=0)), 0.0)
        off.append(out[weight > SLIVER])
        exact.append(np.abs(fast - slow)[weight > SLIVER])
    off, exact = np.concatenate(off), np.concatenate(exact)
    assert off.size > COUNT * 30
    assert np.mean(off <= 2.0) >= 0.99
    assert np.mean(exact) <= 0.75


def test_rays_fill_the_sectors():
    assert SECTORS * 10 == 360
    assert RAYS >= 1
