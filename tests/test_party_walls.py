"""Pieces of walls with another building behind, on a plane, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from metres import box, turned

from buem.party_walls import Covers, Edges, Links, Pieces, attached, chosen, covers, moved, outward, pieces_of


def edges(*outlines):
    """Walls of buildings, each an outline counter-clockwise or several rings one after the other."""
    rows, count = [], []
    for outline in outlines:
        rings = outline if isinstance(outline[0], list) else [outline]
        walls = [(*a, *b) for ring in rings for a, b in zip(ring, [*ring[1:], ring[0]])]
        rows += walls
        count.append(len(walls))
    x, y, x2, y2 = np.array(rows, dtype=float).T
    return Edges(x, y, x2, y2, np.concatenate([[0], np.cumsum(count)]))


def links(*pairs, east=0.0, north=0.0, angle=0.0):
    own, other = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    one = np.ones(own.size)
    return Links(own, other, east * one, north * one, math.cos(math.radians(angle)) * one,
                 math.sin(math.radians(angle)) * one)


HOUSE = box(0, 0, 10, 8)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        pytest.param(box(10, 0, 5, 8), [(1, 0, 8)], id="the whole east wall"),
        pytest.param(box(10, 2, 5, 3), [(1, 2, 5)], id="a piece of it"),
        pytest.param(box(10, -2, 5, 5), [(1, 0, 3)], id="beyond its begin"),
        pytest.param(box(3, 8, 4, 5), [(2, 3, 7)], id="of the north wall, which runs west"),
        pytest.param(box(10.5, 0, 5, 8), [], id="too far"),
        pytest.param(box(10, 8, 5, 8), [], id="a common corner"),
        pytest.param([(10, 0), (14, 4), (10, 8)], [(1, 0.1, 7.9)], id="a triangle, behind which 10 cm are less"),
        pytest.param([(10, 0), (15, 0), (15, 8), (10, 8), (10, 5), (13, 5), (13, 3), (10, 3)], [(1, 0, 3), (1, 5, 8)],
                     id="a U, in two pieces"),
        pytest.param([box(-5, -5, 30, 30), HOUSE[::-1]], [(0, 0, 10), (1, 0, 8), (2, 0, 10), (3, 0, 8)],
                     id="all around, in a courtyard"),
        pytest.param([box(-5, -5, 30, 30), box(-1, -1, 12, 10)[::-1]], [], id="in a courtyard, 1 m from its walls"),
        pytest.param(box(-5, -5, 30, 30), [(0, 0, 10), (1, 0, 8), (2, 0, 10), (3, 0, 8)], id="inside another"),
        pytest.param(HOUSE, [], id="the same"),
    ],
)
def test_covers(other, expected):
    found = covers(edges(HOUSE, other), links((0, 1)), 0.1)
    rows = sorted(zip(found.wall.tolist(), found.begin.tolist(), found.end.tolist()))
    assert rows == [(w, pytest.approx(a, abs=1e-9), pytest.approx(b, abs=1e-9)) for w, a, b in expected]
    assert (found.link == 0).all()


def test_covers_of_no_pairs():
    found = covers(edges(HOUSE), links(), 0.1)
    assert found.wall.size == 0


def test_the_others_plane_is_turned():
    """A house whose own plane is turned by 90° and lies 10 m east."""
    both = edges(HOUSE, turned(box(0, 0, 5, 8), 90))
    found = covers(both, links((0, 1), east=10.0, angle=90.0), 0.1)
    assert (found.wall.tolist(), found.begin.tolist(), found.end.tolist()) == (
        [1], [pytest.approx(0, abs=1e-9)], [pytest.approx(8)])
    ends = moved(both, links((0, 1), east=10.0, angle=90.0), np.array([0]), np.array([4]))
    assert np.ravel(ends) == pytest.approx([10, 0, 15, 0], abs=1e-9)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        pytest.param([], [(0, 10, 0, 0)], id="free"),
        pytest.param([(2, 5, 6, 0)], [(0, 2, 0, 0), (2, 5, 6, 0), (5, 10, 0, 0)], id="one neighbour"),
        pytest.param([(0, 10, 6, 0)], [(0, 10, 6, 0)], id="all of it"),
        pytest.param([(2, 6, 6, 0), (4, 8, 9, 1)], [(0, 2, 0, 0), (2, 4, 6, 0), (4, 6, 9, 1), (6, 8, 9, 1),
                                                    (8, 10, 0, 0)], id="two that overlap: the higher"),
        pytest.param([(2, 6, 6, 0), (2, 6, 6, 0)], [(0, 2, 0, 0), (2, 6, 6, 0), (6, 10, 0, 0)], id="a duplicate"),
        pytest.param([(0, 4, 3, 0), (4, 10, 5, 0)], [(0, 4, 3, 0), (4, 10, 5, 0)], id="side by side"),
    ],
)
def test_pieces(found, expected):
    begin, end, top, bottom = np.array(found, dtype=float).reshape(-1, 4).T
    zero = np.zeros(begin.size, dtype=np.int64)
    pieces = pieces_of(edges(HOUSE), np.array([0]), Covers(zero, begin, end, zero), top, bottom)
    assert [tuple(row) for row in np.stack(pieces[1:], axis=1)] == expected
    assert (pieces.wall == 0).all()


def test_pieces_make_up_every_wall():
    pieces = pieces_of(edges(HOUSE), np.arange(4), Covers(np.array([1]), np.array([2.0]), np.array([5.0]),
                                                          np.array([0])), np.array([6.0]), np.array([0.0]))
    assert np.bincount(pieces.wall, pieces.end - pieces.begin).tolist() == [10, 8, 10, 8]
    assert isinstance(pieces, Pieces)


def test_attached_counts_buildings_not_pieces():
    some = links((0, 1), (0, 2), (1, 0))
    found = Covers(np.array([0, 1, 2, 5]), np.zeros(4), np.array([0.3, 0.3, 0.4, 3.0]), np.array([0, 0, 1, 2]))
    assert attached(found, some, 3).tolist() == [1, 1, 0]
    assert chosen(some, np.array([2])).other.tolist() == [0]


def test_a_gap_as_wide_as_allowed_is_allowed():
    assert outward(0.1) == pytest.approx(0.101)
