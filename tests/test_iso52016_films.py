"""Films of the node model: roots, limits, signs, and what is left out where nothing acts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from node_blocks import rich, tables

from buem.iso52016_films import (
    CUBE_INSIDE,
    CUBE_OUTSIDE,
    LEEWARD_COSINE,
    Acting,
    Thermal,
    ahead,
    cube_root,
    detailed_film,
    fourth_root,
    gap_factor,
    laminar,
    long_wave,
    natural,
    outside_convection,
)
from buem.iso52016_records import side_by_side

positive = st.floats(1e-6, 1e6)
#: Celsius, as a face or the sky may be.
temperature = st.floats(-60.0, 120.0)
NOW = Thermal(theta_o=-4.0, theta_i=17.0, theta_a=20.0, theta_r=19.0, outdoor=-5.0, sky=-20.0)
#: to_sky, to_rest, in_warm, in_cold, in_quarter, out_warm, out_cold, rough, star, given_in, given_out.
WALL = (2e-8, 3e-8, 1.31, 1.31, 0.0, 1.31, 1.31, 1.67, 4e-8, 0.0, 0.0)


@given(positive)
def test_roots_to_the_last_bits(x):
    assert cube_root(x) == pytest.approx(x ** (1.0 / 3.0), rel=1e-13)
    assert fourth_root(x) == pytest.approx(x**0.25, rel=1e-12)


def test_roots_of_an_array_are_those_of_its_numbers():
    x = np.geomspace(1e-6, 1e6, 50)
    assert cube_root(x).tolist() == [float(cube_root(value)) for value in x]
    assert fourth_root(x).tolist() == [float(fourth_root(value)) for value in x]


@given(st.floats(-80.0, 80.0), st.floats(0.1, 3.0), st.floats(0.1, 3.0))
def test_a_warm_and_a_cold_face_change_places_with_the_sign(delta, warm, cold):
    if delta != 0.0:
        assert natural(delta, warm, cold) == natural(-delta, cold, warm)


@pytest.mark.parametrize("delta", [0.0, -0.0, 1e-9, -1e-9, 1e-3])
def test_still_air_keeps_a_film_of_a_thousandth_of_a_kelvin(delta):
    # 1.31 · 0.001^⅓ and 1.1 · 0.001^¼; a film of 0 would part the face from the room.
    assert natural(delta, 1.31, 1.31) == pytest.approx(0.131, rel=1e-9)
    assert laminar(delta, 1.1) == pytest.approx(1.1 * 0.001**0.25, rel=1e-9)


@given(st.just(0.0) | st.floats(1e-9, 10.0), st.floats(0.0, 1e4), st.floats(1.0, 2.2))
def test_wind_never_takes_from_a_film(still, forced, rough):
    blown = outside_convection(still, forced, rough)
    assert blown >= still
    assert outside_convection(still, 2.0 * forced, rough) >= blown
    # On smooth glass it is the root of the sum of squares.
    assert outside_convection(still, forced, 1.0) == pytest.approx(np.hypot(still, np.sqrt(forced)), abs=1e-9)


@given(temperature, temperature)
def test_long_wave_is_the_same_both_ways_and_between_the_cubes(one, other):
    found = long_wave(one, other)
    assert found == pytest.approx(long_wave(other, one), rel=1e-14)
    low, high = sorted((one, other))
    assert 4.0 * (low + 273.15) ** 3 * (1 - 1e-12) <= found <= 4.0 * (high + 273.15) ** 3 * (1 + 1e-12)


def test_long_wave_of_equal_temperatures_is_the_fixed_cube():
    assert long_wave(10.0, 10.0) == pytest.approx(CUBE_OUTSIDE, rel=1e-14)
    assert long_wave(20.0, 20.0) == pytest.approx(CUBE_INSIDE, rel=1e-14)


def test_leeward_begins_at_100_degrees():
    assert np.degrees(np.arccos(LEEWARD_COSINE)) == pytest.approx(100.0, abs=1e-9)


def test_extrapolation_is_exact_for_a_line():
    assert ahead(21.0, 20.0) == 22.0
    assert ahead(20.0, 20.0) == 20.0


def test_a_wall_in_winter_by_hand():
    film = detailed_film(NOW, (3.26 * 4.0**0.89) ** 2, WALL, Acting())
    # Inside 1.31 · 3^⅓; 4e-8 · (290.15² + 292.15²)(290.15 + 292.15).
    assert film.h_ci == pytest.approx(1.31 * 3.0 ** (1.0 / 3.0), rel=1e-9)
    assert film.h_ri == pytest.approx(4e-8 * (290.15**2 + 292.15**2) * (290.15 + 292.15), rel=1e-12)
    still = 1.31  # the outer face is 1 K warmer than the air
    wind = still + 1.67 * (np.hypot(still, 3.26 * 4.0**0.89) - still)
    rest = 3e-8 * (269.15**2 + 268.15**2) * (269.15 + 268.15)
    assert film.h_air == pytest.approx(wind + rest, rel=1e-9)
    assert film.h_sky == pytest.approx(2e-8 * (269.15**2 + 253.15**2) * (269.15 + 253.15), rel=1e-12)


@pytest.mark.parametrize(("acting", "columns"), [
    pytest.param(Acting(turbulent=False), {2: 0.0, 3: 0.0}, id="no cube root inside"),
    pytest.param(Acting(laminar=False), {4: 0.0}, id="no steep window"),
    pytest.param(Acting(told=False), {9: 0.0, 10: 0.0}, id="nothing prescribed"),
    pytest.param(Acting(outdoors=False), {0: 0.0, 1: 0.0, 5: 0.0, 6: 0.0, 10: 0.0}, id="adiabatic behind"),
])
def test_what_is_left_out_is_nothing(acting, columns):
    """A block leaves out what none of its elements has: that may not change a bit of the films."""
    given_columns = tuple(columns.get(k, value) for k, value in enumerate((*WALL[:4], 0.7, *WALL[5:9], 2.0, 3.0)))
    forced = 0.0 if not acting.outdoors else 40.0
    assert detailed_film(NOW, forced, given_columns, acting) == detailed_film(NOW, forced, given_columns, Acting())


def test_prescribed_convection_stands_beside_the_radiation():
    told = (2e-8, 3e-8, 0.0, 0.0, 0.0, 0.0, 0.0, 1.67, 4e-8, 3.0, 12.0)
    film = detailed_film(NOW, 0.0, told, Acting())
    assert film.h_ci == 3.0
    assert film.h_air == pytest.approx(12.0 + 3e-8 * long_wave(-4.0, -5.0))
    assert film.h_ri > 0.0


@pytest.mark.parametrize("field", Thermal._fields)
def test_nan_goes_into_the_films_that_see_it(field):
    film = detailed_film(NOW._replace(**{field: np.nan}), 40.0, WALL, Acting())
    inner = {"theta_i", "theta_a", "theta_r"}
    hurt = film[:2] if field in inner else film[2:]
    assert np.isnan(hurt).any()
    assert not np.isnan(film[2:] if field in inner else film[:2]).any()


@given(temperature, st.floats(0.0, 1.0))
def test_a_gap_conducts_more_when_it_is_warmer(theta, radiation):
    gas = 1.0 - radiation
    assert gap_factor(theta + 1.0, radiation, gas) > gap_factor(theta, radiation, gas)
    assert gap_factor(theta, 0.0, 0.0) == 1.0


def test_prescribed_films_reach_the_tables():
    rank = side_by_side(tables(rich())[0].own).column
    assert rank.given_in[:, 0].tolist()[3] == 3.0
    assert rank.given_out[:, 0].tolist()[3] == 12.0
    assert (rank.in_warm[3, 0], rank.out_warm[3, 0]) == (0.0, 0.0)
    without = rich()
    surfaces = tuple(replace(s, convection=None, convection_inside=None) for s in without.surfaces)
    plain = side_by_side(tables(replace(without, surfaces=surfaces))[0].own).column
    assert plain.given_in.sum() == plain.given_out.sum() == 0.0
    assert plain.in_warm[3, 0] > 0.0
