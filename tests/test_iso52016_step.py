"""Steps of the compiled node model in plain Python, against those of the NumPy form."""

from __future__ import annotations

import numpy as np
import pytest
from node_blocks import NOON, block, plain, rich

from buem import iso52016_rows as at
from buem.iso52016 import FIRST_GUESS, Wanted
from buem.iso52016_block import OWN, heat, start
from buem.iso52016_faces import Around, fix
from buem.iso52016_films import CUBE_OUTSIDE, ahead
from buem.iso52016_space import (
    Given,
    films_of,
    first_state,
    fixed_films,
    heat_held,
    inner_sums,
    move_air,
    part_of,
)
from buem.iso52016_space import after as after_numpy
from buem.iso52016_space import close as close_numpy
from buem.iso52016_space import with_air as with_air_numpy
from buem.iso52016_step import after, close, detailed_sources, fixed_sources, settle_air, with_air
from buem.lanes import get, put, spread

L, STEPS, OUTDOOR, SKY = at.L, 4, -6.0, -18.0
SHARE = 1.0 / STEPS
#: Sun on every outer and inner face, air change, gains. [W/m²], [W/K], [W]
OUTER, INNER, AIRED, INTERNAL = 35.0, 4.0, 15.0, 120.0


def prepared(*buildings):
    """A block at the first guess, with all that an hour gives it."""
    found = block(*buildings)
    for lane in range(L):
        start(found.m, found.ranks, found.spaces.own, lane)
    fix(found.m, found.spaces.own, CUBE_OUTSIDE)
    for n in range(found.spaces.own.count):
        e = found.element(n)
        put(found.m, e + at.SUN_O, spread(OUTER))
        put(found.m, e + at.SUN_I, spread(INNER))
        put(found.m, e + at.LOST, spread(0.0))
    for row, value in ((at.HVE, AIRED), (at.INT, INTERNAL), (at.LOW, 20.0), (at.HIGH, 23.0), (at.RAMP_LOW, 0.0),
                       (at.RAMP_HIGH, 0.0), (at.SHARE, SHARE), (at.HEAT, 0.0), (at.COOL, 0.0), (at.HELD, 0.0),
                       (at.OUT_A, 0.0), (at.OUT_R, 0.0), (at.VENT, 0.0), (at.BRIDGED, 0.0)):
        put(found.m, row, spread(value))
    return found


def step(found, detailed, within=0.0):
    m, ranks, space = found.m, found.ranks, found.spaces.own
    around = Around(ahead(get(m, at.T_A), get(m, at.P_A)), ahead(get(m, at.T_R), get(m, at.P_R)), spread(OUTDOOR),
                    spread(SKY), NOON.windward, NOON.leeward, NOON.wind_east, NOON.wind_north)
    (detailed_sources if detailed else fixed_sources)(m, ranks, space, around)
    close(m, space.w, with_air(m, space.w, spread(OUTDOOR), SHARE), spread(OUTDOOR), (SHARE, within))
    after(m, ranks, space)


class Numpy:
    """The same steps by the other form."""

    def __init__(self, found, detailed):
        self.rank, self.zones, self.detailed = found.rank, found.nodes.zones, detailed
        self.state = first_state(self.rank)
        n = self.zones.c_air.size
        ones = np.ones_like(self.rank.column.area)
        internal = INTERNAL * np.ones(n)
        z = self.zones
        self.given = Given(OUTDOOR, SKY, OUTER * ones, INNER * ones, AIRED * np.ones(n), z.bridge,
                           z.c_air * STEPS / 3600.0, z.convective * internal, (1.0 - z.convective) * internal, detailed)

    def step(self):
        hour = NOON._replace(sky=SKY)
        film = films_of(self.rank, self.state, hour, OUTDOOR) if self.detailed else fixed_films(self.rank)
        part = part_of(self.rank, self.state, film, self.given)
        z = self.zones
        wanted = Wanted(20.0, 23.0, z.power_heat, z.power_cool, z.air_weight)
        load = close_numpy(with_air_numpy(inner_sums(part), self.given, self.state), wanted)
        lost = after_numpy(part, (load.theta_a, load.theta_r))
        move_air(self.state, (load.theta_a, load.theta_r))
        return load, lost


@pytest.mark.parametrize("detailed", [False, True], ids=["fixed films", "detailed films"])
@pytest.mark.parametrize("buildings", [
    pytest.param((plain(),), id="one"),
    pytest.param((plain(), rich(), rich("c", mass_position="outside")), id="three"),
    pytest.param(tuple(plain(str(k), thermal_bridge=float(k)) for k in range(L)), id="a full block")])
def test_both_forms_take_the_same_steps(buildings, detailed):
    found = prepared(*buildings)
    other = Numpy(found, detailed)
    heating, lost = np.zeros(len(buildings)), 0.0
    for _ in range(6):
        step(found, detailed)
        load, out = other.step()
        heating, lost = heating + SHARE * load.heating, lost + SHARE * out
    assert found.row(at.T_A) == pytest.approx(load.theta_a, rel=1e-11)
    assert found.row(at.T_R) == pytest.approx(load.theta_r, rel=1e-11)
    assert found.row(at.HEAT) == pytest.approx(heating, rel=1e-9)
    assert heating.max() > 100.0
    for n in range(found.spaces.own.count):
        e = found.element(n)
        some = found.rank.column.area[n] > 0.0
        for row, values in ((at.T_O, other.state.t_o), (at.T_I, other.state.t_i), (at.P_O, other.state.p_o)):
            assert found.row(e + row)[some] == pytest.approx(values[n][some], rel=1e-10)
        assert (found.row(e + at.LOST) * found.rank.column.area[n]) == pytest.approx(lost[n], rel=1e-8, abs=1e-6)
    held = heat_held(found.rank, other.state, found.nodes.zones.c_air)
    for lane in range(len(buildings)):
        assert heat(found.m, found.ranks, found.spaces, OWN, lane) == pytest.approx(held[lane], rel=1e-10)


def test_a_lane_does_not_depend_on_its_neighbours():
    """To the bit: whatever its neighbours have makes its rank do more, with nothing."""
    alone, together = prepared(rich()), prepared(plain(), rich(), plain("c"))
    for _ in range(4):
        step(alone, True)
        step(together, True)
    for row in (at.T_A, at.T_R, at.HEAT, at.COOL, at.VENT, at.BRIDGED):
        assert alone.m[row] == together.m[row + 1]


def test_nan_in_one_lane_stays_there():
    found = prepared(plain(), rich())
    found.m[at.INT] = np.nan
    step(found, False)
    assert np.isnan(found.row(at.T_A)).tolist() == [True, False]
    assert np.isnan(found.row(at.HEAT)).tolist() == [True, False]


def test_a_ramp_moves_the_set_point_within_the_hour():
    held = []
    for within in (-0.375, 0.375):
        found = prepared(plain())
        put(found.m, at.RAMP_LOW, spread(2.0))
        step(found, False, within)
        held.append(found.m[at.T_A])
    assert held == pytest.approx([20.0 - 0.75, 20.0 + 0.75])


def test_means_of_an_hour_are_shares_of_its_steps():
    found = prepared(plain())
    airs = []
    for _ in range(STEPS):
        step(found, False)
        airs.append(found.m[at.T_A])
    assert found.m[at.OUT_A] == pytest.approx(np.mean(airs), rel=1e-13)
    assert found.m[at.VENT] == pytest.approx(AIRED * (np.mean(airs) - OUTDOOR), rel=1e-12)
    assert found.m[at.BRIDGED] == pytest.approx(2.0 * (np.mean(airs) - OUTDOOR), rel=1e-12)


def test_air_moves_on_by_one_step():
    found = prepared(plain())
    settle_air(found.m, 0, spread(25.0), spread(24.0))
    assert [found.m[row] for row in (at.T_A, at.T_R, at.P_A, at.P_R)] == [25.0, 24.0, FIRST_GUESS, FIRST_GUESS]
