"""Rays of a horizon one by one, in plain Python: by hand, and against a search that knows no short cut."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from metres import box, turned

from buem.horizon_loop import _look, _meet, _out_of_sight, _sweep, sweep
from buem.party_walls import Edges, Links

RAYS = 72
STEP = 360.0 / RAYS
ANGLES = (np.arange(RAYS) + 0.5) * STEP
WAYS = np.stack([np.sin(np.radians(ANGLES)), np.cos(np.radians(ANGLES))])
ANYWHERE = (100.0, -np.inf, np.inf)


def edges(*outlines):
    rows = [(*a, *b) for o in outlines for a, b in zip(o, [*o[1:], o[0]])]
    x, y, x2, y2 = np.array(rows, dtype=float).T
    return Edges(x, y, x2, y2, np.concatenate([[0], np.cumsum([len(o) for o in outlines])]))


def links(count, east=0.0, north=0.0, angle=0.0):
    """The first building sees all others, whose planes may be moved and turned."""
    one = np.ones(count - 1)
    return Links(np.zeros(count - 1, dtype=np.int64), np.arange(1, count), east * one, north * one,
                 math.cos(angle) * one, math.sin(angle) * one)


OWN = box(-1, -1, 2, 2)
TOWER = box(30, -10, 10, 20)


def seen(eyes, outlines=(TOWER,), tops=(20.0,), limits=ANYWHERE, moved=(0.0, 0.0, 0.0), run=_sweep):
    rows = np.array(eyes, dtype=float)
    all_edges = edges(OWN, *outlines)
    start = np.concatenate([[0], np.full(len(outlines) + 1, len(rows))])
    return run(rows, start, (all_edges, links(len(outlines) + 1, *moved), np.array(tops, dtype=float)), limits, WAYS)


def slowly(eye, walls, radius):
    """Every ray against every wall of which it meets the outside, by solving for the point where they meet."""
    best = np.zeros(RAYS)
    for k, (east, north) in enumerate(WAYS.T):
        for x, y, x2, y2, top in walls:
            a = np.array([[east, -(x2 - x)], [north, -(y2 - y)]])
            if abs(np.linalg.det(a)) < 1e-12:
                continue
            far, along = np.linalg.solve(a, [x - eye[0], y - eye[1]])
            outside = east * (y2 - y) - north * (x2 - x) < 0.0
            if outside and 0.0 <= along <= 1.0 and 1e-6 < far <= radius:
                best[k] = max(best[k], (top - eye[2]) / far)
    return best


def test_a_tower_to_the_east_by_hand():
    slope = seen([(0, 0, 2, 0, 0)])[0]
    facing = np.abs(ANGLES - 90.0) < math.degrees(math.atan(10.0 / 30.0))
    # Its west wall stands 30 m away: 18 m higher than the eye, and further along the slanting rays.
    assert slope[facing] == pytest.approx(18.0 / 30.0 * np.sin(np.radians(ANGLES[facing])), rel=1e-12)
    assert not slope[~facing].any()


@pytest.mark.parametrize(("eye", "limits", "hit"), [
    pytest.param((0, 0, 2, 1, 0), ANYWHERE, True, id="looks there"),
    pytest.param((0, 0, 2, -1, 0), ANYWHERE, False, id="looks away"),
    pytest.param((0, 0, 20, 0, 0), ANYWHERE, False, id="as high"),
    pytest.param((0, 0, 25, 0, 0), ANYWHERE, False, id="higher"),
    pytest.param((35, 0, 2, 0, 0), ANYWHERE, False, id="inside it"),
    pytest.param((30, 0, 2, 0, 0), ANYWHERE, False, id="on its wall"),
    pytest.param((29.9, 0, 2, 0, 0), ANYWHERE, True, id="a decimetre before its wall"),
    pytest.param((0, 0, 2, 0, 0), (29.0, -np.inf, np.inf), False, id="beyond the radius"),
    pytest.param((0, 0, 2, 0, 0), (31.0, -np.inf, np.inf), True, id="within the radius, straight ahead"),
    pytest.param((0, 0, 2, 0, 0), (100.0, -np.inf, 10.0), False, id="not near"),
    pytest.param((0, 0, 2, 0, 0), (100.0, 10.0, np.inf), True, id="far"),
    pytest.param((np.nan, 0, 2, 0, 0), ANYWHERE, False, id="an eye that is nowhere sees nothing"),
])
def test_what_is_seen(eye, limits, hit):
    assert bool(seen([eye], limits=limits).any()) is hit


def test_what_lies_in_a_band_of_distances_is_seen_once():
    """Near and far together are all there is, and no wall is in both."""
    outlines, tops = (TOWER, box(-9, -3, 5, 6)), (20.0, 8.0)
    eye = [(0, 0, 2, 0, 0)]
    whole = seen(eye, outlines, tops)
    near, far = (seen(eye, outlines, tops, (100.0, *band)) for band in ((-np.inf, 10.0), (10.0, np.inf)))
    assert np.array_equal(np.maximum(near, far), whole)
    assert not (near * far).any()
    assert near.any()
    assert far.any()


def test_a_plane_that_is_moved_and_turned():
    """The other's outline around its own centre, 35 m east, turned by a right angle."""
    direct = seen([(0, 0, 2, 0, 0)])
    other = seen([(0, 0, 2, 0, 0)], outlines=(box(-10, -5, 20, 10),), moved=(35.0, 0.0, math.pi / 2))
    assert other == pytest.approx(direct, abs=1e-12)


@pytest.mark.parametrize("turn", [45.0, 90.0, 135.0, 180.0, 270.0, 355.0])
def test_no_direction_is_special(turn):
    """Also the seams at north and at south: turned by whole rays, the horizon turns with the tower."""
    straight = seen([(0, 0, 2, 0, 0)])[0]
    around = seen([(0, 0, 2, 0, 0)], outlines=(turned(TOWER, turn),))[0]
    shift = next(k for k in range(RAYS) if np.roll(straight, k) == pytest.approx(around, abs=1e-9))
    assert shift * STEP in (turn, 360.0 - turn)


@settings(max_examples=12, deadline=None)
@given(st.lists(st.tuples(st.floats(-60, 60), st.floats(-60, 60), st.floats(3, 20), st.floats(3, 20),
                          st.floats(0.0, 89.0), st.floats(1.0, 30.0)), min_size=1, max_size=5),
       st.floats(0.0, 15.0))
def test_as_a_search_without_short_cuts(boxes, height):
    eye = (0.0, 0.0, height, 0.0, 0.0)
    outlines = [turned(box(x, y, w, d), angle) for x, y, w, d, angle, _ in boxes]
    tops = [b[5] for b in boxes]
    walls = [(*a, *b, top) for o, top in zip(outlines, tops) for a, b in zip(o, [*o[1:], o[0]])]
    found = seen([eye], tuple(outlines), tuple(tops))[0]
    expected = slowly(eye, walls, 100.0)
    # A ray that grazes a corner may fall to either side.
    assert np.mean(np.isclose(found, expected, rtol=1e-9, atol=1e-12)) >= 1.0 - 2.0 * len(walls) / RAYS / 10.0
    assert seen([eye], tuple(outlines), tuple(tops), run=sweep)[0] == pytest.approx(found, abs=1e-9)


def test_several_eyes_together_are_each_alone():
    eyes = [(0, 0, 2, 0, 0), (0, 5, 3, 1, 0), (5, 0, 1, 0, 1)]
    together = seen(eyes)
    for k, eye in enumerate(eyes):
        assert np.array_equal(together[k], seen([eye])[0])


def test_nothing_around():
    assert not seen([(0, 0, 2, 0, 0)], (), ()).any()


@pytest.mark.parametrize(("wall", "band", "out"), [
    pytest.param((10, -5, 10, 5), (-np.inf, np.inf), True, id="with its back to the eye"),
    pytest.param((10, 5, 10, -5), (-np.inf, np.inf), False, id="with its face"),
    pytest.param((10, 5, 10, -5), (-np.inf, 2.9), True, id="beyond"),
    pytest.param((10, 5, 10, -5), (-np.inf, 3.0), False, id="its circle 3 m from that of the eyes"),
    pytest.param((10, 5, 10, -5), (3.0, np.inf), True, id="before"),
    pytest.param((1, 5, 1, -5), (-np.inf, np.inf), False, id="through the circle, with its back to some"),
])
def test_out_of_sight(wall, band, out):
    assert bool(_out_of_sight(tuple(map(float, wall)), 2.0, *band)) is out


def test_a_ray_keeps_the_highest():
    slope = np.full((1, RAYS), 0.5)
    _meet(slope, 0, (10.0, 5.0, 10.0, -5.0), (0.0, -10.0), (2.0, 100.0), WAYS)
    assert (slope == 0.5).all()
    _meet(slope, 0, (10.0, 5.0, 10.0, -5.0), (0.0, -10.0), (20.0, 100.0), WAYS)
    assert slope[0, 17] == pytest.approx(2.0, rel=0.01)
    assert slope[0, 54] == 0.5


def test_a_wall_seen_from_behind_is_not_met():
    slope = np.zeros((1, RAYS))
    eyes = np.array([[0.0, 0.0, 1.0, 0.0, 0.0]])
    _look(slope, (0, 1), eyes, (10.0, -5.0, 10.0, 5.0), (9.0, 100.0), WAYS)
    assert not slope.any()
    _look(slope, (0, 1), eyes, (10.0, 5.0, 10.0, -5.0), (9.0, 100.0), WAYS)
    assert slope.any()
