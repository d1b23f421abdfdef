"""Pairs of near buildings against all pairs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from metres import degrees

from buem.nearby import Boxes, grid_of, pairs_of
from buem.projection import to_metres


def boxes(rows, place):
    """Of (x, y, half width, half height) in metres on the plane of a place."""
    lon, lat = np.array([degrees(x, y, place) for x, y, _, _ in rows]).T
    return Boxes(lon, lat, np.array([r[2] for r in rows]), np.array([r[3] for r in rows]))


def all_pairs(city, distance):
    """One by one."""
    found = set()
    for i in range(city.longitude.size):
        for j in range(city.longitude.size):
            if min(city.east[i], city.east[j]) < 0:
                continue
            x, y = (float(v[0]) for v in to_metres(*(np.array([v]) for v in (
                city.longitude[j], city.latitude[j], city.longitude[i], city.latitude[i]))))
            free = (max(abs(x) - city.east[i] - city.east[j], 0), max(abs(y) - city.north[i] - city.north[j], 0))
            if np.hypot(*free) <= distance:
                found.add((i, j))
    return found


rows = st.lists(st.tuples(st.floats(-400, 400), st.floats(-400, 400), st.floats(1, 90), st.floats(1, 90)),
                min_size=1, max_size=25)


@settings(deadline=None)
@given(rows=rows, place=st.sampled_from([(3.4, 46.1), (180.0, -16.5), (-180.0, 70.0), (0.0, 0.0), (20.0, 84.0)]),
       distance=st.sampled_from([0.2, 30.0, 100.0]))
def test_as_all_pairs(rows, place, distance):
    city = boxes(rows, place)
    pairs = pairs_of(city, grid_of(city), np.arange(len(rows)), distance)
    found = list(zip(pairs.own.tolist(), pairs.other.tolist()))
    assert len(found) == len(set(found)), "each pair once"
    assert set(found) == all_pairs(city, distance)
    assert (np.diff(pairs.own) >= 0).all()


def test_refused_buildings_are_near_nobody():
    city = boxes([(0, 0, 5, 5), (8, 0, -1, -1), (12, 0, 5, 5)], (3.4, 46.1))
    pairs = pairs_of(city, grid_of(city), np.array([0, 2]), 100.0)
    assert sorted(zip(pairs.own.tolist(), pairs.other.tolist())) == [(0, 0), (0, 2), (1, 0), (1, 2)]
    assert pairs.distance[pairs.other != np.array([0, 2])[pairs.own]] == pytest.approx([2.0, 2.0], abs=1e-6)


def test_only_those_that_are_asked_for():
    city = boxes([(30 * i, 0, 5, 5) for i in range(8)], (3.4, 46.1))
    pairs = pairs_of(city, grid_of(city), np.array([5]), 25.0)
    assert sorted(pairs.other.tolist()) == [4, 5, 6]


def test_an_empty_city():
    empty = np.empty(0)
    grid = grid_of(Boxes(empty, empty, empty, empty))
    assert grid.cells.size == grid.members.size == 0


def test_cities_on_both_sides_of_the_globe():
    """The seam lies where nobody lives."""
    city = Boxes(np.array([179.9999, -179.9999, 0.0, 0.00005]), np.zeros(4), np.full(4, 5.0), np.full(4, 5.0))
    pairs = pairs_of(city, grid_of(city), np.arange(4), 50.0)
    assert sorted(zip(pairs.own.tolist(), pairs.other.tolist())) == [
        (0, 0), (0, 1), (1, 0), (1, 1), (2, 2), (2, 3), (3, 2), (3, 3)]
