"""Films of a block's elements: those of the NumPy form, and constant ones kept for the year."""

from __future__ import annotations

import numpy as np
import pytest
from node_blocks import NOON, beside, block, plain, rich

from buem import iso52016_rows as at
from buem.iso52016 import face
from buem.iso52016_faces import Around, acting, between, detailed, fix, keep, kept, known_of
from buem.iso52016_films import CUBE_INSIDE, CUBE_OUTSIDE, Acting, Film, Thermal, detailed_film
from buem.iso52016_records import side_by_side
from buem.iso52016_space import Given, films_of, first_state, fixed_between, fixed_films, inner_sums, part_of

L = at.L


def settled(found):
    """The block at temperatures of no importance, the same as `state_of` gives."""
    rng = np.random.default_rng(5)
    for n in range(found.spaces.own.count):
        e = found.element(n)
        for row in (at.T_O, at.T_I, at.P_O, at.P_I):
            found.m[e + row:e + row + L] = rng.uniform(0.0, 25.0, L)
    return found


def state_of(found):
    state = first_state(found.rank)
    for n in range(found.spaces.own.count):
        e = found.element(n)
        for values, row in ((state.t_o, at.T_O), (state.t_i, at.T_I), (state.p_o, at.P_O), (state.p_i, at.P_I)):
            values[n] = found.row(e + row)
    return state


def nothing(rank):
    zero = np.zeros_like(rank.column.area)
    return Given(0.0, 0.0, zero, zero, zero[0], zero[0], zero[0], zero[0], zero[0], False)


def test_constant_films_are_those_of_the_numpy_form():
    found = block(plain(), rich())
    fix(found.m, found.spaces.own, CUBE_OUTSIDE)
    film = fixed_films(found.rank)
    sums = inner_sums(part_of(found.rank, first_state(found.rank), film, nothing(found.rank)))
    assert found.row(at.F_C) == pytest.approx(sums.c, rel=1e-12)
    assert found.row(at.F_Q) == pytest.approx(sums.q, rel=1e-12)
    assert found.row(at.F_R) == pytest.approx(sums.r, rel=1e-12)
    for n in range(found.spaces.own.count):
        e = found.element(n)
        assert found.row(e + at.H_AIR) == pytest.approx(film.h_air[n], rel=1e-14)
        assert found.row(e + at.H_SKY) == pytest.approx(film.h_sky[n], rel=1e-14)


def test_constant_films_of_shared_elements_are_those_of_a_room_on_both_sides():
    found = block(beside())
    fix(found.m, found.spaces.shared, CUBE_INSIDE)
    film = fixed_between(side_by_side(found.nodes.between))
    e = found.spaces.shared.first
    assert found.m[e + at.H_SKY] == pytest.approx(film.h_sky[0, 0], rel=1e-14)


def test_what_is_kept_is_what_was_known():
    found = block(plain(), rich())
    fix(found.m, found.spaces.own, CUBE_OUTSIDE)
    e = found.element(0)
    film = fixed_films(found.rank)
    known = kept(found.m, e)
    b, area = found.rank.column.b[0], found.rank.column.area[0]
    assert known.a_c[:2] == pytest.approx(area * film.h_ci[0])
    assert known.by_air[:2] == pytest.approx(b * film.h_air[0])
    assert known.by_sky[:2] == pytest.approx(b * film.h_sky[0])
    # The share of the zone behind an element of b = 0.5 is half of all its films.
    behind = kept(found.m, found.element(1))
    assert behind.by_zone[1] == pytest.approx(0.5 * (film.h_air[1, 1] + film.h_sky[1, 1]))
    assert known.by_zone[0] == 0.0


def test_an_element_is_eliminated_as_in_the_one_formula():
    found = block(plain())
    e, ones = found.element(0), np.ones(L)
    film = Film(2.0 * ones, 5.0 * ones, 15.0 * ones, 4.0 * ones)
    known = known_of(found.m, e, film, ones)
    a_oo, a_io, a_ii = (found.m[e + row] for row in (at.AOO, at.AIO, at.AII))
    expected = face(Film(2.0, 5.0, 15.0, 4.0), a_oo, a_io, a_ii)
    assert (known.h_o[0], known.d[0], known.v[0]) == pytest.approx(tuple(expected), rel=1e-14)
    assert known.v_o[0] == pytest.approx(expected.v * expected.d * a_io, rel=1e-14)
    # A gap that conducts twice as much: all three conductances of the element do.
    double = known_of(found.m, e, film, 2.0 * ones)
    expected = face(Film(2.0, 5.0, 15.0, 4.0), 2.0 * a_oo, 2.0 * a_io, 2.0 * a_ii)
    assert (double.d[0], double.v[0]) == pytest.approx((expected.d, expected.v), rel=1e-14)


def test_the_ground_is_a_film_of_its_own():
    found = block(plain())
    ones = np.ones(L)
    floor = known_of(found.m, found.element(1), Film(ones, ones, 0.0 * ones, 0.0 * ones), ones)
    assert floor.h_o[0] == found.rank.column.h_ground[1, 0] > 0.0
    assert floor.by_air[0] == 0.0


@pytest.mark.parametrize("wind", [(-1.0, 0.0), (0.0, -1.0), (0.0, 1.0), (0.0, 0.0)])
def test_detailed_films_are_those_of_the_numpy_form(wind):
    found = settled(block(plain(), rich()))
    state = state_of(found)
    state = state._replace(t_a=np.array([20.0, 21.0]), t_r=np.array([18.0, 19.0]), p_a=np.array([19.5, 21.5]),
                           p_r=np.array([18.5, 19.5]))
    hour = NOON._replace(wind_east=wind[0], wind_north=wind[1])
    film = films_of(found.rank, state, hour, -2.0)
    lanes = np.minimum(np.arange(L), 1)
    theta_a, theta_r = (2 * now[lanes] - was[lanes] for now, was in ((state.t_a, state.p_a), (state.t_r, state.p_r)))
    around = Around(theta_a, theta_r, np.full(L, -2.0), np.full(L, hour.sky), hour.windward, hour.leeward, *wind)
    for n in range(found.spaces.own.count):
        found_film, factor = detailed(found.m, found.element(n), acting(found.ranks, n), around)
        for one, other in zip(found_film, film):
            assert one[:2] == pytest.approx(other[n], rel=1e-12, abs=1e-12)
        assert (factor[:2] > 0.5).all()


def test_films_between_have_no_wind():
    found = block(beside())
    e = found.spaces.shared.first
    for row in (at.T_O, at.T_I, at.P_O, at.P_I):
        found.m[e + row:e + row + L] = 15.0
    # Wind that blows would change the film of any face outdoors.
    around = Around(*(np.full(L, value) for value in (20.0, 19.0, 8.0, 7.0)), 900.0, 900.0, 1.0, 0.0)
    film, factor = between(found.m, e, acting(found.ranks, found.spaces.shared.rank), around)
    columns = tuple(found.m[e + row] for row in (
        at.TO_SKY, at.TO_REST, at.IN_WARM, at.IN_COLD, at.IN_QUARTER, at.OUT_WARM, at.OUT_COLD, at.ROUGH, at.STAR,
        at.GIVEN_IN, at.GIVEN_OUT))
    expected = detailed_film(Thermal(15.0, 15.0, 20.0, 19.0, 8.0, 7.0), 0.0, columns, Acting())
    assert [values[0] for values in film] == pytest.approx(list(expected), rel=1e-12)
    assert factor[0] == 1.0


def test_what_an_element_needs_after_the_step_is_kept():
    found = block(plain())
    e, ones = found.element(0), np.ones(L)
    known = known_of(found.m, e, Film(2.0 * ones, 5.0 * ones, 15.0 * ones, 4.0 * ones), ones)
    keep(found.m, e, known)
    assert found.m[e + at.H_O] == 19.0
    assert found.m[e + at.V_C] == pytest.approx(2.0 * known.v[0])
    assert found.m[e + at.V_R] == pytest.approx(5.0 * known.v[0])
    assert found.m[e + at.F_AIO] == found.m[e + at.AIO]
