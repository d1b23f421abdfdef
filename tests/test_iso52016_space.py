"""A step of the node model in NumPy: its closed forms against the linear systems that they solve."""

from __future__ import annotations

import numpy as np
import pytest
from node_blocks import BRICK, NOON, beside, plain, rich, tables

from buem.building import Surface
from buem.iso52016 import FIRST_GUESS, Wanted
from buem.iso52016_records import side_by_side
from buem.iso52016_space import (
    Coupling,
    Given,
    Sums,
    after,
    close,
    eliminate,
    films_between,
    films_of,
    first_state,
    fixed_between,
    fixed_films,
    heat_held,
    inner_sums,
    move_air,
    outer_sums,
    part_of,
    with_air,
)
from buem.layers import GAIN

FREE = Wanted(-np.inf, np.inf, 0.0, 0.0, 1.0)


def room(*buildings):
    nodes, _ = tables(*buildings)
    return nodes, side_by_side(nodes.own)


def stirred(rank, seed=1):
    """A state that no balance has made."""
    rng = np.random.default_rng(seed)
    state = first_state(rank)
    return state._make(values + rng.uniform(-5.0, 5.0, values.shape) for values in state)


def given_of(rank, *, outer=30.0, inner=20.0, outdoor=-3.0, sky=-15.0, detailed=False):
    n = rank.column.area.shape[1]
    spread = np.linspace(1.0, 2.0, n)
    ones = np.ones_like(rank.column.area)
    return Given(outdoor, sky, outer * ones, inner * ones, 12.0 * spread, 2.0 * spread, 25.0 * spread, 40.0 * spread,
                 60.0 * spread, detailed)


def test_first_state_rests_at_the_first_guess():
    """With everything around at 20 °C nothing moves: the modes hold exactly the heat of the faces."""
    _, rank = room(plain(), rich())
    state = first_state(rank)
    begun = heat_held(rank, state, np.array([1e5, 2e5]))
    still = given_of(rank, outer=0.0, inner=0.0, outdoor=FIRST_GUESS, sky=FIRST_GUESS)._replace(
        to_air=np.zeros(2), to_radiant=np.zeros(2), outer=rank.column.h_ground * FIRST_GUESS)
    for _ in range(3):
        part = part_of(rank, state, fixed_films(rank), still)
        load = close(with_air(inner_sums(part), still, state), FREE)
        lost = after(part, (load.theta_a, load.theta_r))
        move_air(state, (load.theta_a, load.theta_r))
    assert load.theta_a == pytest.approx([FIRST_GUESS, FIRST_GUESS], abs=1e-9)
    assert state.t_i[rank.column.area > 0] == pytest.approx(FIRST_GUESS, abs=1e-9)
    assert np.abs(lost).max() < 1e-6
    assert heat_held(rank, state, np.array([1e5, 2e5])) == pytest.approx(begun, rel=1e-9)


def test_heat_held_is_capacity_times_temperature():
    """20 K of a brick wall of 25 m² (0.2 · 1400 · 1000 J/(m²K)) and of the air, in Wh."""
    wall = Surface(area=25.0, u_value=1.0, layers=(BRICK,))
    nodes, rank = room(plain(surfaces=(wall,), windows=(), internal_surface_area=25.0))
    state = first_state(rank)
    assert heat_held(rank, state, 1e5)[0] == pytest.approx(20.0 * (25.0 * 0.2 * 1400.0 * 1000.0 + 1e5) / 3600.0)
    assert heat_held(rank, state, 0.0)[0] == pytest.approx(20.0 * 25.0 * 0.2 * 1400.0 * 1000.0 / 3600.0)
    assert nodes.own.owner.tolist() == [0]


def test_faces_fulfil_their_two_balances():
    _, rank = room(plain(), rich())
    state, film = stirred(rank), fixed_films(rank)
    given = given_of(rank)
    part = part_of(rank, state, film, given)
    air = np.array([19.0, 21.0]), np.array([18.0, 22.0])
    before = state._make(values.copy() for values in state)
    after(part, air)
    c, t_o, t_i = rank.column, state.t_o, state.t_i
    h_o = film.h_air + film.h_sky + c.h_ground
    memory_o = ((rank.from_o * before.x).sum(axis=0) + c.last_oo * before.t_o + c.last_io * before.t_i
                + c.before_oo * before.p_o + c.before_io * before.p_i)
    behind = c.b * (film.h_air * given.outdoor + film.h_sky * given.sky) + (1 - c.b) * h_o * (2 * before.t_a
                                                                                             - before.p_a)
    outside = h_o * t_o + c.a_oo * t_o - c.a_io * t_i - memory_o - given.outer - behind
    inside = (film.h_ci + film.h_ri + c.a_ii) * t_i - c.a_io * t_o - film.h_ci * air[0] - film.h_ri * air[1]
    inside -= given.inner + ((rank.from_i * before.x).sum(axis=0) + c.last_ii * before.t_i + c.last_io * before.t_o
                             + c.before_ii * before.p_i + c.before_io * before.p_o)
    assert np.abs(outside).max() < 1e-8
    assert np.abs(inside).max() < 1e-8


@pytest.mark.parametrize("detailed", [False, True])
def test_heat_of_a_step_closes(detailed):
    """Loads, gains and sun less what leaves through faces and air are what the elements and the air hold more."""
    _, rank = room(plain(), rich(), rich("c", mass_position="outside"))
    state = stirred(rank)
    # The memory of an element has to fit its modes: let it settle for two steps first.
    given = given_of(rank, outer=10.0, inner=7.0, outdoor=-12.0, detailed=detailed)
    steps = 4
    c_air = given.c_air * 3600.0 / steps
    for _ in range(3):
        film = films_of(rank, state, NOON, given.outdoor) if detailed else fixed_films(rank)
        part = part_of(rank, state, film, given)
        load = close(with_air(inner_sums(part), given, state), Wanted(20.0, 20.5, 900.0, np.inf, 0.5))
        begun = heat_held(rank, state, c_air)
        lost = after(part, (load.theta_a, load.theta_r))
        move_air(state, (load.theta_a, load.theta_r))
    rise = load.theta_a - given.outdoor
    gains = given.to_air + given.to_radiant + (rank.column.area * given.inner).sum(axis=0)
    out = lost.sum(axis=0) + (given.h_ve + given.bridge) * rise
    net = load.heating - load.cooling + gains - out
    held = heat_held(rank, state, c_air) - begun
    assert held == pytest.approx(net / steps, rel=1e-9, abs=1e-6)
    assert load.heating.any()
    assert load.cooling.any()


def test_balance_of_air_and_radiant_node_is_the_sum_over_faces():
    """The sums are what one gets by pushing the air up by 1 K and looking at the faces."""
    _, rank = room(rich())
    film, given = fixed_films(rank), given_of(rank)
    sums = inner_sums(part_of(rank, stirred(rank), film, given))
    flows = {}
    for air, radiant in ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0)):
        state = stirred(rank)
        part = part_of(rank, state, film, given)
        after(part, (np.array([air]), np.array([radiant])))
        area = rank.column.area
        flows[air, radiant] = (
            (area * film.h_ci * (air - state.t_i)).sum(), (area * film.h_ri * (radiant - state.t_i)).sum())
    base = flows[0.0, 0.0]
    assert (-base[0], -base[1]) == pytest.approx((sums.m[0], sums.n[0]), rel=1e-9)
    assert flows[1.0, 0.0][0] - base[0] == pytest.approx(sums.c[0], rel=1e-9)
    assert flows[1.0, 0.0][1] - base[1] == pytest.approx(-sums.q[0], rel=1e-6)
    assert flows[0.0, 1.0][0] - base[0] == pytest.approx(-sums.q[0], rel=1e-6)
    assert flows[0.0, 1.0][1] - base[1] == pytest.approx(sums.r[0], rel=1e-9)


def test_air_enters_the_balance():
    _, rank = room(plain())
    state, given = stirred(rank), given_of(rank)
    bare = Sums(*(np.array([value]) for value in (100.0, 20.0, 80.0, 5.0, 7.0)))
    whole = with_air(bare, given, state)
    assert whole.c[0] == pytest.approx(100.0 + 12.0 + 2.0 + GAIN[0] * 25.0)
    held = 25.0 * (-GAIN[1] * state.t_a[0] - GAIN[2] * state.p_a[0])
    assert whole.m[0] == pytest.approx(5.0 + 14.0 * -3.0 + held + 40.0)
    assert whole.n[0] == 67.0
    assert (whole.q[0], whole.r[0]) == (20.0, 80.0)
    # Of the capacity's three weights nothing is left where nothing changes.
    assert sum(GAIN) == pytest.approx(0.0, abs=1e-12)


def test_close_solves_both_nodes():
    sums = Sums(*(np.array([value]) for value in (150.0, 40.0, 90.0, 2000.0, 900.0)))
    free = np.linalg.solve([[150.0, -40.0], [-40.0, 90.0]], [2000.0, 900.0])
    load = close(sums, FREE)
    assert (load.theta_a[0], load.theta_r[0]) == pytest.approx(tuple(free))
    cooled = close(sums, Wanted(18.0, 19.0, np.inf, np.inf, 1.0))
    held = np.linalg.solve([[150.0, -40.0], [-40.0, 90.0]], [2000.0 + cooled.heating[0] - cooled.cooling[0], 900.0])
    assert held[0] == pytest.approx(np.clip(free[0], 18.0, 19.0))


def test_elimination_is_the_solution_of_four_equations():
    own = Sums(*(np.array([value]) for value in (200.0, 50.0, 120.0, 3000.0, 800.0)))
    other = Sums(*(np.array([value]) for value in (90.0, 20.0, 70.0, -500.0, 300.0)))
    between = Coupling(*(np.array([value]) for value in (6.0, 4.0, 5.0, 7.0)))
    left, beyond = eliminate(own, other, between)
    load = close(left, FREE)
    whole = np.array([[200.0, -50.0, -6.0, -4.0], [-50.0, 120.0, -5.0, -7.0],
                      [-6.0, -5.0, 90.0, -20.0], [-4.0, -7.0, -20.0, 70.0]])
    expected = np.linalg.solve(whole, [3000.0, 800.0, -500.0, 300.0])
    assert [load.theta_a[0], load.theta_r[0], *(v[0] for v in beyond.at(load))] == pytest.approx(expected, rel=1e-12)


def test_no_shared_elements_no_coupling():
    own = Sums(*(np.array([value]) for value in (200.0, 50.0, 120.0, 3000.0, 800.0)))
    left, beyond = eliminate(own, own, Coupling(*(np.zeros(1) for _ in range(4))))
    assert left == own
    assert beyond.by_air[0][0] == beyond.by_radiant[1][0] == 0.0


def test_shared_elements_pass_the_same_heat_both_ways():
    """What leaves the building through a massless shared window is what the space gets."""
    nodes, _ = tables(beside())
    shared = side_by_side(nodes.between)
    state = first_state(shared)
    film = fixed_between(shared)
    part = part_of(shared, state, film, given_of(shared, outer=0.0, inner=0.0, outdoor=0.0, sky=0.0))
    sums, coupling = outer_sums(part)
    mine = inner_sums(part)
    for k in (coupling.aa, coupling.ar, coupling.ra, coupling.rr):
        assert (k > 0.0).all()
    assert (sums.c > 0).all()
    assert (mine.c * mine.r > mine.q**2).all()
    # A kelvin more of all four nodes moves nothing through elements without mass, here the window.
    window = shared._replace(column=shared.column._replace(area=shared.column.area * [[0.0], [1.0]]))
    sums, coupling = outer_sums(part._replace(rank=window))
    mine = inner_sums(part._replace(rank=window))
    assert mine.c - mine.q == pytest.approx(coupling.aa + coupling.ar, rel=1e-9)
    assert sums.r - sums.q == pytest.approx(coupling.ar + coupling.rr, rel=1e-9)


def test_films_between_take_the_space_for_the_outdoors():
    nodes, _ = tables(beside())
    shared, other = side_by_side(nodes.between), side_by_side(nodes.beside)
    state, space = stirred(shared, 3), stirred(other, 4)
    now = films_between(shared, state, space)
    as_outdoors = films_of(shared, state, NOON._replace(
        wind_east=0.0, wind_north=0.0, windward=0.0, leeward=0.0, sky=(2 * space.t_r - space.p_r)[0]),
        (2 * space.t_a - space.p_a)[0])
    for one, same in zip(now, as_outdoors):
        assert one == pytest.approx(same, rel=1e-12)


def test_wind_from_behind_is_leeward():
    _, rank = room(plain(windows=()))
    state = first_state(rank)
    south = NOON._replace(wind_east=0.0, wind_north=-1.0, windward=30.0, leeward=3.0)
    facing = films_of(rank, state, south, -3.0).h_air[0, 0]
    behind = films_of(rank, state, south._replace(wind_north=1.0), -3.0).h_air[0, 0]
    assert facing > behind + 1.0


def test_nan_in_a_room_stays_there():
    _, rank = room(plain(), rich())
    state, given = stirred(rank), given_of(rank)
    given.h_ve[0] = np.nan
    part = part_of(rank, state, fixed_films(rank), given)
    load = close(with_air(inner_sums(part), given, state), Wanted(20.0, 24.0, np.inf, np.inf, 1.0))
    assert np.isnan(load.heating).tolist() == [True, False]
