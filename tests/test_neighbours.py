"""Neighbours: rows, blocks, towers and courtyards by hand; a real city against slow computations of another kind."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from metres import VICHY, box, footprint, turned
from test_geometry import read

from buem.errors import BuildingError, OptionError, OutputError
from buem.footprint import Footprint
from buem.geometry import shape_of
from buem.neighbours import Neighbours, Outlines

L_SHAPE = [(0, 0), (20, 0), (20, 10), (10, 10), (10, 20), (0, 20)]


def city(*buildings, place=VICHY, angle=0.0):
    """Shapes of buildings given as (height, ring, ring ...)."""
    footprints = [footprint(*(turned(r, angle) for r in rings), place=place, height=height, name=str(i))
                  for i, (height, *rings) in enumerate(buildings)]
    return shape_of(footprints, Outlines.from_footprints(footprints).around(range(len(footprints))))


def party(shape):
    return [sum(w.length_party for w in shape.walls), shape.party_wall_area]


@pytest.mark.parametrize(
    ("buildings", "expected"),
    [
        pytest.param([(6, box(0, 0, 10, 10)), (6, box(10, 0, 8, 10))], [(10, 60), (10, 60)], id="two houses"),
        pytest.param([(6, box(0, 0, 10, 10)), (6, box(30, 0, 8, 10))], [(0, 0), (0, 0)], id="apart"),
        pytest.param([(6, box(0, 0, 10, 10)), (6, box(10, 10, 8, 10))], [(0, 0), (0, 0)], id="corner to corner"),
        pytest.param([(6, box(0, 0, 10, 10)), (6, box(10, 3, 8, 10))], [(7, 42), (7, 42)], id="set back by 3 m"),
        pytest.param([(6, box(0, 0, 10, 10)), (6, box(10.05, 0, 8, 10))], [(10, 60), (10, 60)], id="a gap of 5 cm"),
        pytest.param([(6, box(0, 0, 10, 10)), (6, box(10.1, 0, 8, 10))], [(10, 60), (10, 60)], id="a gap of 10 cm"),
        pytest.param([(6, box(0, 0, 10, 10)), (6, box(10.12, 0, 8, 10))], [(0, 0), (0, 0)], id="a gap of 12 cm"),
        pytest.param([(6, box(0, 0, 10, 10)), (6, box(9.97, 0, 8, 10))], [(10, 60), (10, 60)], id="3 cm into it"),
        pytest.param([(6, box(0, 0, 10, 10)), (9, box(10, 0, 8, 10))], [(10, 60), (10, 60)],
                     id="the lower one is shared in full, of the higher only what overlaps"),
        pytest.param([(6, box(0, 0, 30, 10)), (6, box(10, 10, 8, 10))], [(8, 48), (8, 48)], id="against a long wall"),
        pytest.param([(6, box(0, 0, 10, 10)), (3, box(10, 0, 5, 4)), (9, box(10, 7, 5, 3))],
                     [(7, 4 * 3 + 3 * 6), (4, 12), (3, 18)], id="two on one wall, with a gap between"),
        pytest.param([(6, box(0, 0, 10, 10)), (3, box(10, 0, 5, 10)), (3, box(-5, 0, 5, 10))],
                     [(20, 60), (10, 30), (10, 30)], id="between two"),
        pytest.param([(6, box(0, 0, 30, 30), box(10, 10, 10, 10)[::-1]), (6, box(10, 10, 10, 10))],
                     [(40, 240), (40, 240)], id="a building fills the courtyard"),
        pytest.param([(6, box(0, 0, 30, 30), box(10, 10, 10, 10)[::-1]), (20, box(12, 10, 5, 5))],
                     [(5, 30), (5, 30)], id="a tower against the courtyard's wall"),
        pytest.param([(6, L_SHAPE), (6, box(10, 10, 10, 10))], [(20, 120), (20, 120)], id="in the corner of an L"),
        pytest.param([(6, box(0, 0, 20, 20)), (9, box(5, 5, 5, 5))], [(0, 0), (20, 120)],
                     id="a tower that stands on a block: its walls are covered as high as the block"),
        # 2° open: one wall leaves the other by 10 cm after 10.1 cm / sin 2°.
        pytest.param([(6, box(-10, -10, 10, 10)), (6, turned(box(0, -10, 8, 10), -2))], [(2.9, 17.4), (2.9, 17.4)],
                     id="a wedge"),
    ],
)
@pytest.mark.parametrize(("place", "angle"), [(VICHY, 0.0), ((180.0, -65.0), 33.0)])
def test_by_hand(buildings, expected, place, angle):
    tolerance = 0.05 if expected[0][0] == 2.9 else 0.01
    for shape, (length, area) in zip(city(*buildings, place=place, angle=angle), expected):
        assert party(shape) == [pytest.approx(length, abs=tolerance), pytest.approx(area, abs=6 * tolerance)]


@dataclass(frozen=True)
class Case:
    """Buildings, with what each shares: length [m] and area [m²]."""

    buildings: list
    expected: list


def row(rng):
    """Houses side by side, of any width, depth, height and set-back."""
    houses = [(rng.uniform(3, 15), rng.uniform(5, 15), rng.uniform(3, 20), rng.uniform(0, 4))
              for _ in range(rng.randint(2, 8))]
    x, buildings = 0.0, []
    for width, depth, height, back in houses:
        buildings.append((height, box(x, back, width, depth)))
        x += width + rng.choice([0.0, 0.0, 0.04, 0.09])
    both = [(min(a[1] + a[3], b[1] + b[3]) - max(a[3], b[3]), min(a[2], b[2])) for a, b in pairwise(houses)]
    sides = [[], *([c] for c in both)]
    return Case(buildings, [tally([*s, c]) for s, c in zip(sides, both)] + [tally(sides[-1])])


def block(rng):
    """A grid of houses of any height, wall to wall."""
    columns = [rng.uniform(4, 12) for _ in range(rng.randint(1, 4))]
    rows = [rng.uniform(4, 12) for _ in range(rng.randint(2, 4))]
    height = {(i, j): rng.uniform(3, 25) for i in range(len(columns)) for j in range(len(rows))}
    buildings, expected = [], []
    for (i, j), h in height.items():
        buildings.append((h, box(sum(columns[:i]), sum(rows[:j]), columns[i], rows[j])))
        beside = [(rows[j], i - 1, j), (rows[j], i + 1, j), (columns[i], i, j - 1), (columns[i], i, j + 1)]
        expected.append(tally([(length, min(h, height[c, r])) for length, c, r in beside if (c, r) in height]))
    return Case(buildings, expected)


def tower(rng):
    """A tower against a podium's long side, or clear of it."""
    length, width, at, h, tall = (rng.uniform(*r) for r in ((20, 60), (5, 15), (-3, 15), (3, 8), (10, 90)))
    gap = rng.choice([0.0, 0.08, 0.5])
    shared = min(length, at + width) - max(0.0, at) if gap < 0.1 else 0.0
    both = tally([(shared, min(h, tall))])
    return Case([(h, box(0, 0, length, 10)), (tall, box(at, 10 + gap, width, width))], [both, both])


def courtyard(rng):
    """A block around a courtyard, with a house along one, two, three or four of the courtyard's sides."""
    w, d, h, low = (rng.uniform(*r) for r in ((8, 20), (8, 20), (6, 20), (3, 20)))
    west, east, south, north = (rng.choice([0.0, 1.5]) for _ in range(4))
    house = box(10 + west, 10 + south, w - west - east, d - south - north)
    sides = [(d - south - north, west), (d - south - north, east), (w - west - east, south), (w - west - east, north)]
    both = tally([(length, min(h, low)) for length, off in sides if off == 0.0])
    return Case([(h, box(0, 0, w + 20, d + 20), box(10, 10, w, d)[::-1]), (low, house)], [both, both])


def tally(shared):
    return sum(length for length, _ in shared), sum(length * height for length, height in shared)


@pytest.mark.parametrize("seed", range(50))
@pytest.mark.parametrize("family", [row, block, tower, courtyard])
def test_two_hundred_families(family, seed):
    rng = random.Random(seed)
    case = family(rng)
    place = (rng.uniform(-180, 180), rng.uniform(-75, 75))
    for shape, (length, area) in zip(city(*case.buildings, place=place, angle=rng.uniform(0, 360)), case.expected):
        assert party(shape) == [pytest.approx(length, abs=0.01), pytest.approx(area, rel=1e-3, abs=0.01 * 25)]
        assert shape.perimeter == pytest.approx(sum(w.length for w in shape.walls) - length, abs=0.01)


@pytest.mark.parametrize(
    ("others", "attached"),
    [
        pytest.param([], 0, id="alone"),
        pytest.param([box(10, 0, 5, 10)], 1, id="one"),
        pytest.param([box(10, 0, 5, 10), box(-5, 0, 5, 10)], 2, id="one each side"),
        pytest.param([box(10, 9.7, 5, 10)], 0, id="by 30 cm"),
        pytest.param([box(10, 0, 5, 5), box(10, 5, 5, 5)], 2, id="two on one wall"),
    ],
)
def test_attached(others, attached):
    assert city((6, box(0, 0, 10, 10)), *((6, other) for other in others))[0].attached == attached


@pytest.mark.parametrize(
    ("other", "notes"),
    [
        pytest.param(box(10, 0, 5, 10), [(), ()], id="beside it"),
        pytest.param(box(9.97, 0, 5, 10), [(), ()], id="by 3 cm"),
        pytest.param(box(0, 0, 10, 10), [("has the same outline as features[1]",),
                                         ("has the same outline as features[0]",)], id="the same"),
        pytest.param(box(2, 2, 5, 5), [(), ("stands inside features[0]: its walls count as shared",)], id="inside"),
        pytest.param(box(6, 0, 10, 10), [
            (f"overlaps features[{i}]: 18.0 m of its walls stand inside and count as shared",) for i in (1, 0)],
                     id="by 4 m"),
    ],
)
def test_overlaps_are_noted(other, notes):
    found = [tuple(n for n in s.notes if "features" in n) for s in city((6, box(0, 0, 10, 10)), (6, other))]
    assert found == notes


@pytest.mark.parametrize(
    ("bases", "areas"),
    [
        pytest.param((0.0, 0.0), (60.0, 60.0), id="level"),
        pytest.param((math.nan, 50.0), (60.0, 60.0), id="one not known"),
        pytest.param((100.0, 102.0), (40.0, 40.0), id="the other 2 m up the hill"),
        pytest.param((100.0, 107.0), (0.0, 0.0), id="above the roof of the first"),
    ],
)
def test_on_a_slope(bases, areas):
    buildings = [footprint(box(x, 0, 10, 10), height=6.0, base=base) for x, base in zip((0, 10), bases)]
    shapes = shape_of(buildings, Outlines.from_footprints(buildings).around(range(2)))
    assert [s.party_wall_area for s in shapes] == pytest.approx(areas, abs=0.05)


def test_gables_are_shared_with_gables():
    """Two houses of a row, with one ridge: the whole wall between them, gable included."""
    houses = [footprint(box(x, 0, 6, 10), height=6.0, roof_type="gabled", roof_pitch=45.0, ridge_azimuth=90.0)
              for x in (0, 6)]
    shapes = shape_of(houses, Outlines.from_footprints(houses).around(range(2)))
    assert [s.party_wall_area for s in shapes] == pytest.approx([6 * 10 + 5 * 10 / 2] * 2, rel=1e-3)


@pytest.mark.parametrize(
    ("buildings", "sector", "wall", "roof"),
    [
        # From x = 10 to the wall at x = 30; eyes at 3 m, tops at 6 and 26 m; the roof looks from x = 5.
        pytest.param([(6, box(0, -50, 10, 100)), (6, box(30, -500, 10, 1000))], 9, math.atan(3 / 20), 0.0,
                     id="a wall to the east, as high"),
        pytest.param([(6, box(0, -50, 10, 100)), (26, box(30, -500, 10, 1000))], 9, math.atan(23 / 20),
                     math.atan(20 / 25), id="a higher one"),
        pytest.param([(6, box(0, -50, 10, 100)), (26, box(30, -500, 10, 1000))], 27, 0.0, 0.0, id="not to the west"),
        pytest.param([(6, box(0, -50, 10, 100)), (26, box(120, -500, 10, 1000))], 9, 0.0, 0.0, id="beyond the radius"),
        pytest.param([(6, box(0, -50, 10, 100)), (3, box(30, -500, 10, 1000))], 9, 0.0, 0.0, id="too low to be seen"),
        # The free part of the wall, over the neighbour, looks from 4.5 m.
        pytest.param([(6, box(0, -50, 10, 100)), (3, box(10, -50, 5, 100)), (26, box(30, -500, 10, 1000))], 9,
                     math.atan(21.5 / 20), math.atan(20 / 25), id="over a lower neighbour"),
        # 980 m of the walls that face east look over the courtyard, at one's own other wing; 1000 m look out.
        pytest.param([(12, box(0, -500, 30, 1000), box(10, -490, 10, 980)[::-1])], 9,
                     math.atan(6 / 10) * 980 / 1980, 0.0,
                     id="across one's own courtyard"),
    ],
)
def test_horizon_by_hand(buildings, sector, wall, roof):
    """Rays leave a sector's directions by up to 5°, hence the tolerance on a wall seen slantwise."""
    shape = city(*buildings)[0]
    assert len(shape.horizon) == len(shape.horizon_roof) == 36
    assert shape.horizon[sector] == pytest.approx(math.degrees(wall), abs=0.5)
    assert shape.horizon_roof[sector] == pytest.approx(math.degrees(roof), abs=0.5)


def test_radius_0_leaves_the_horizon_out():
    outlines = Outlines.from_footprints([footprint(box(0, 0, 10, 10), height=6.0)])
    near = outlines.around(0, radius=0.0)[0]
    assert near.horizon == ()
    assert near.horizon_roof == ()


def village(count=40, seed=1, place=VICHY):
    rng = random.Random(seed)
    made = [footprint(turned(box(rng.uniform(-80, 80), rng.uniform(-80, 80), rng.uniform(4, 15), rng.uniform(4, 15)),
                             rng.choice([0, 0, 0, 30])), height=rng.uniform(3, 15), name=str(i), place=place)
            for i in range(count - 2)]
    return [*made, footprint(box(0, 0, 0.4, 0.4), name="crumb"), Footprint(id="none", polygons=())]


def same(a, b):
    return (a.walls, a.party.tobytes(), a.attached, a.horizon, a.horizon_roof, a.notes) == (
        b.walls, b.party.tobytes(), b.attached, b.horizon, b.horizon_roof, b.notes)


@settings(max_examples=20, deadline=None)
@given(cuts=st.lists(st.integers(0, 40), max_size=5), seed=st.integers(0, 5))
def test_the_same_neighbours_whatever_the_chunk(cuts, seed):
    """Bit for bit."""
    outlines = Outlines.from_footprints(village(seed=seed))
    whole = outlines.around(range(len(outlines)))
    ends = sorted({0, *cuts, 40})
    pieces = [near for a, b in pairwise(ends) for near in outlines.around(range(a, b))]
    assert all(same(a, b) for a, b in zip(whole, pieces, strict=True))
    assert all(same(whole[i], outlines.around(i)[0]) for i in (0, 17, 38, 39))


def test_saved_outlines_are_the_same(tmp_path):
    outlines = Outlines.from_footprints(village())
    outlines.save(tmp_path / "city")
    opened = Outlines.open(tmp_path / "city")
    assert len(opened) == len(outlines) == 40
    assert all(same(a, b) for a, b in zip(outlines.around(range(40)), opened.around(range(40)), strict=True))


@pytest.mark.parametrize("content", [None, b"", b"not an array"])
def test_no_outlines_in_the_folder(tmp_path, content):
    if content is not None:
        (tmp_path / "x.npy").write_bytes(content)
    with pytest.raises(OutputError, match=r"no outlines of a city \(x.npy"):
        Outlines.open(tmp_path)


def test_nothing_stands_around_what_is_refused():
    near = Outlines.from_footprints(village()).around(39)[0]
    assert same(near, Neighbours(walls=0))
    assert len(Outlines.from_footprints([])) == 0
    assert Outlines.from_footprints([]).around(range(0)) == []
    assert same(Outlines.from_footprints([Footprint(id="none", polygons=())]).around(0)[0], Neighbours(walls=0))


def test_a_refused_footprint_keeps_its_error_among_neighbours():
    buildings = village()
    shapes = shape_of(buildings, Outlines.from_footprints(buildings).around(range(40)))
    assert [isinstance(s, BuildingError) for s in shapes] == [False] * 38 + [True] * 2


def test_neighbours_of_another_building():
    outlines = Outlines.from_footprints([footprint(L_SHAPE)])
    with pytest.raises(OptionError, match=r"around\[0\]: 6; expected the 4 walls of the footprint: neighbours"):
        shape_of([footprint(box(0, 0, 10, 10))], outlines.around(range(1)))


@pytest.mark.parametrize("place", [(180.0, -16.5), (-180.0, 70.0), (0.0, 51.0), (25.0, 80.0)])
def test_the_place_does_not_matter(place):
    """Across the 180th meridian, too, and far north; 1 cm and 0.1°."""
    here, there = (village(place=p) for p in (VICHY, place))
    for a, b in zip(*(shape_of(v, Outlines.from_footprints(v).around(range(40)))[:38] for v in (here, there))):
        assert party(a) == pytest.approx(party(b), abs=0.02 * 15)
        assert a.attached == b.attached
        assert np.abs(np.subtract(a.horizon, b.horizon)).max() < 2.0


def test_turning_a_city_seven_times():
    """By 360/7 degrees: everything but the azimuths stays; the horizon turns along, between its sectors."""
    boxes = [(h, [(x, y) for x, y in box(a, b, c, d)]) for h, a, b, c, d in
             [(6, 0, 0, 10, 12), (9, 10, 2, 8, 12), (4, 18, 2, 6, 6), (15, 40, 0, 10, 40), (6, 0, 30, 10, 12)]]
    still = city(*boxes)
    for k in range(1, 8):
        for a, b in zip(still, city(*boxes, angle=k * 360 / 7)):
            assert party(b) == pytest.approx(party(a), abs=0.02)
            assert b.volume == pytest.approx(a.volume, rel=1e-5)
            assert np.mean(b.horizon_roof) == pytest.approx(np.mean(a.horizon_roof), abs=0.5)
            assert np.max(b.horizon) == pytest.approx(np.max(a.horizon), abs=3.0)
            if k == 7:
                assert np.allclose(a.horizon, b.horizon, atol=0.5)


def test_mirroring_a_city_over_the_equator():
    """Walls and horizons change north for south, nothing else."""
    boxes = [(6, 0, 0, 10, 12), (9, 10, 2, 8, 12), (4, 18, 2, 6, 6), (15, 40, 0, 10, 40), (6, 0, 30, 10, 12)]
    north = city(*((h, box(*b)) for h, *b in boxes), place=(3.0, 46.0))
    south = city(*((h, [(x, -y) for x, y in box(*b)][::-1]) for h, *b in boxes), place=(3.0, -46.0))
    for a, b in zip(north, south):
        assert party(b) == pytest.approx(party(a), abs=0.01)
        mirrored = [b.horizon[(17 - k) % 36] for k in range(36)]
        assert a.horizon == pytest.approx(mirrored, abs=0.5)


@pytest.fixture(scope="module")
def vichy():
    footprints = read("vichy_fr_eubucco_v0_1")
    return footprints, Outlines.from_footprints(footprints)


def plane(footprints):
    """Polygons on one plane for the city, by the radii of curvature at its middle; written apart from the package."""
    lon0, lat0 = 3.43, math.radians(46.13)
    w = 1 - 0.00669437999014 * math.sin(lat0) ** 2
    east = 6378137.0 / math.sqrt(w) * math.cos(lat0)
    north = 6378137.0 * (1 - 0.00669437999014) / w**1.5
    return [shapely.MultiPolygon([
        ([(math.radians(x - lon0) * east, (math.radians(y) - lat0) * north) for x, y in p[0]],
         [[(math.radians(x - lon0) * east, (math.radians(y) - lat0) * north) for x, y in r] for r in p[1:]])
        for p in f.polygons]).buffer(0) for f in footprints]


@pytest.mark.slow
def test_shared_walls_of_a_city_against_points_along_its_walls(vichy):
    """Every 0.5 m a point, 10 cm outward: is it in another building?"""
    footprints, outlines = vichy
    shapes = shape_of(footprints, outlines.around(range(len(outlines)), radius=0.0))
    total = sum(party(s)[0] for s in shapes if not isinstance(s, BuildingError))
    polygons = plane(footprints)
    owner, points = [], []
    for i, polygon in enumerate(polygons):
        for part in getattr(polygon, "geoms", [polygon]):
            for line in [shapely.geometry.polygon.orient(part).exterior,
                         *shapely.geometry.polygon.orient(part).interiors]:
                found = beside(np.asarray(line.coords))
                points.append(found)
                owner += [i] * len(found)
    hit, other = shapely.STRtree(polygons).query(shapely.points(np.concatenate(points)), predicate="within")
    slow = 0.5 * np.unique(hit[np.array(owner)[hit] != other]).size
    assert slow > 1e5
    assert total == pytest.approx(slow, rel=0.01)


def beside(corners):
    """Points 0.5 m apart along a ring and 0.1 m to its right."""
    out, left_over = [], 0.25
    for a, b in pairwise(corners):
        length = math.dist(a, b)
        if length == 0.0:
            continue
        along = np.arange(left_over, length, 0.5)
        left_over = (along[-1] + 0.5 if along.size else left_over) - length
        d = (b - a) / length
        out.append(a + along[:, None] * d + 0.1 * np.array([d[1], -d[0]]))
    return np.concatenate(out) if out else np.empty((0, 2))


def test_size_of_the_store(vichy):
    """A million outlines fit into 300 MB."""
    assert vichy[1].nbytes / len(vichy[1]) < 300
