"""Conductances of the 5R1C that follow the hour."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buem.iso13790_films import LEAST_FLOW, Films, moved
from buem.iso13790_records import Network

NET = Network(h_tr_em=50.0, h_tr_ms=900.0, h_tr_is=500.0, h_tr_w=30.0, c_m=600.0, air_weight=1.0)
#: Walls of a room of 170 m² with 12 m² of double glass, 0.19 m²K/W between its faces.
FILMS = Films(steady=0.0, moving=1.31**0.75, radiant=5.5, mass_area=137.0, inner_area=170.0, star_area=170.0,
              pane_convection=24.0, pane_radiation=65.0, pane_between=12.0 / 0.19, gap_radiation=0.63, gap_gas=0.37,
              pane_rest=0.004)


def h_c_of(now):
    return now.h_tr_ms / FILMS.mass_area - FILMS.radiant


def test_convection_is_that_of_its_own_difference():
    # 500 W/K · 2 K over 170 m² are 5.88 W/m²; h_c ΔT = 5.88 and h_c = 1.31 ΔT^⅓ have ΔT = 3.09 K, h_c = 1.907.
    now = moved(FILMS, NET, 20.0, 18.0, 0.0)
    warmth = (291.15 / 293.15) ** 3
    h_c = now.h_tr_ms / FILMS.mass_area - FILMS.radiant * warmth
    assert h_c == pytest.approx(1.907, abs=2e-3)
    assert h_c == pytest.approx(1.31 * (1000.0 / 170.0 / h_c) ** (1.0 / 3.0), rel=1e-12)


def test_conductances_are_those_of_the_star():
    now = moved(FILMS, NET, 20.0, 19.0, 0.0)
    h_r = FILMS.radiant * (292.15 / 293.15) ** 3
    h_c = now.h_tr_ms / FILMS.mass_area - h_r
    assert now.h_tr_is / FILMS.inner_area == pytest.approx(h_c * (h_c + h_r) / h_r, rel=1e-12)


def test_the_star_of_a_room_is_its_own():
    wider = FILMS._replace(star_area=1.1 * FILMS.star_area)
    one, other = moved(FILMS, NET, 20.0, 19.0, 0.0), moved(wider, NET, 20.0, 19.0, 0.0)
    assert other.h_tr_is == pytest.approx(1.1 * one.h_tr_is)
    assert (other.h_tr_ms, other.h_tr_w) == (one.h_tr_ms, one.h_tr_w)


def test_warm_and_cold_faces_have_the_same_film():
    up, down = moved(FILMS, NET, 22.0, 20.0, 0.0), moved(FILMS, NET, 18.0, 20.0, 0.0)
    assert up == down


def test_some_heat_flows_in_any_hour():
    still, almost = moved(FILMS, NET, 20.0, 20.0, 0.0), moved(FILMS, NET, 20.05, 20.0, 0.0)
    assert still == almost
    assert h_c_of(still) == pytest.approx(1.31**0.75 * LEAST_FLOW**0.25, rel=1e-6)


def test_hot_gaps_conduct_more():
    # At 65 °C inside and 25 °C outside the gap is at 318 K, not the 270 K of the rating: radiation times 1.63, gas
    # times 1.14, so 63.2 W/K become 91.8.
    ratio = (273.15 + 45.0) / 270.0
    gap = FILMS.pane_between * (1.0 + 0.63 * (ratio**3 - 1.0) + 0.37 * 0.8 * (ratio - 1.0))
    assert gap == pytest.approx(91.8, rel=0.01)
    warmth = (338.15 / 293.15) ** 3
    expected = 1.0 / (1.0 / (24.0 + 65.0 * warmth) + 1.0 / gap + 0.004)
    assert moved(FILMS, NET, 66.0, 65.0, 25.0).h_tr_w == pytest.approx(expected, rel=1e-12)


def test_a_room_without_glass_loses_nothing_by_it():
    bare = FILMS._replace(pane_convection=0.0, pane_radiation=0.0, pane_between=1.0, gap_radiation=0.0, gap_gas=0.0,
                          pane_rest=0.0)
    assert moved(bare, NET, 20.0, 15.0, 0.0).h_tr_w == 0.0


def test_constant_films_stay():
    still = FILMS._replace(moving=0.0, radiant=0.0)
    assert moved(still, NET, 20.0, -10.0, 0.0) == (NET.h_tr_ms, NET.h_tr_is, NET.h_tr_w)


def test_prescribed_convection_does_not_follow_the_heat():
    told = FILMS._replace(steady=3.0, moving=0.0)
    calm, busy = (moved(told, NET, air, 20.0, 0.0) for air in (20.0, 30.0))
    assert calm == busy
    assert h_c_of(calm) == pytest.approx(3.0, rel=1e-9)


@settings(max_examples=100, deadline=None)
@given(air=st.floats(-40.0, 90.0), surface=st.floats(-40.0, 90.0), outside=st.floats(-40.0, 60.0))
def test_conductances_are_positive_and_arrays_equal_numbers(air, surface, outside):
    now = moved(FILMS, NET, air, surface, outside)
    assert min(now) > 0.0
    rows = Films(*(np.full(2, v) for v in FILMS))
    both = moved(rows, Network(*(np.full(2, v) for v in NET)), np.full(2, air), np.full(2, surface), outside)
    assert all(np.array_equal(a, np.full(2, b)) for a, b in zip(both, now))


def test_nan_stays():
    assert all(math.isnan(v) for v in moved(FILMS, NET, math.nan, 20.0, 0.0)[:2])
    assert all(math.isnan(v) for v in moved(FILMS, NET, 20.0, math.nan, 0.0))
