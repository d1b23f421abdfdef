"""A building and the space beside it in plain Python: against the NumPy form, and against one linear system."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from node_blocks import beside, block

from buem import iso52016_rows as at
from buem.iso52016 import Wanted
from buem.iso52016_beside import coupled_balance, follow, shared_after, shared_sources, shared_sun
from buem.iso52016_block import start
from buem.iso52016_faces import Around, fix
from buem.iso52016_films import CUBE_INSIDE, CUBE_OUTSIDE
from buem.iso52016_records import side_by_side
from buem.iso52016_space import (
    Given,
    Sums,
    close,
    eliminate,
    fixed_between,
    fixed_films,
    inner_sums,
    outer_sums,
    part_of,
)
from buem.iso52016_space import after as after_numpy
from buem.iso52016_space import first_state as numpy_state
from buem.iso52016_space import with_air as with_air_numpy
from buem.iso52016_step import after, fixed_sources
from buem.iso52016_step import close as close_block
from buem.lanes import put, spread

L, SHARE, OUTDOOR, SKY = at.L, 0.25, -4.0, -10.0


def prepared(*buildings):
    """Both spaces at the first guess, with their constant films and no sun."""
    found = block(*buildings)
    m, spaces = found.m, found.spaces
    for space, cube in ((spaces.shared, CUBE_INSIDE), (spaces.own, CUBE_OUTSIDE), (spaces.beside, CUBE_OUTSIDE)):
        for lane in range(L):
            start(m, found.ranks, space, lane)
        fix(m, space, cube)
        for n in range(space.count):
            e = space.first + n * space.stride
            for row in (at.SUN_O, at.SUN_I, at.LOST):
                put(m, e + row, spread(0.0))
    for w, internal in ((spaces.own.w, 200.0), (spaces.beside.w, 30.0)):
        for row, value in ((at.HVE, 10.0), (at.INT, internal), (at.LOW, 21.0), (at.HIGH, 26.0), (at.RAMP_LOW, 0.0),
                           (at.RAMP_HIGH, 0.0), (at.SHARE, SHARE), (at.HEAT, 0.0), (at.COOL, 0.0), (at.HELD, 0.0),
                           (at.OUT_A, 0.0), (at.OUT_R, 0.0), (at.VENT, 0.0), (at.BRIDGED, 0.0), (at.SOLAR, 0.0),
                           (at.BEAM, 0.0), (at.DIFFUSE, 0.0)):
            put(m, w + row, spread(value))
    return found


def step(found, fine=False):
    """As a step of the year goes."""
    m, ranks, spaces = found.m, found.ranks, found.spaces
    around = Around(spread(20.0), spread(20.0), spread(OUTDOOR), spread(SKY), 1.0, 1.0, 0.0, 0.0)
    fixed_sources(m, ranks, spaces.own, around)
    fixed_sources(m, ranks, spaces.beside, around)
    shared_sources(m, ranks, spaces, fine)
    balance = coupled_balance(m, spaces.own.w, spaces.beside.w, spread(OUTDOOR), SHARE)
    close_block(m, spaces.own.w, balance, spread(OUTDOOR), (SHARE, 0.0))
    follow(m, spaces.own.w, spaces.beside.w, SHARE)
    shared_after(m, ranks, spaces)
    after(m, ranks, spaces.beside)
    after(m, ranks, spaces.own)


class Numpy:
    """A first step of the other form."""

    def __init__(self, found):
        nodes = found.nodes
        own, other, between = (side_by_side(e) for e in (nodes.own, nodes.beside, nodes.between))
        states = [numpy_state(rank) for rank in (own, other, between)]
        givens = [self._given(rank, zones, internal) for rank, zones, internal in (
            (own, nodes.zones, 200.0), (other, nodes.beside_zones, 30.0), (between, nodes.zones, 0.0))]
        parts = [part_of(rank, state, fixed_films(rank), given)
                 for rank, state, given in zip((own, other), states, givens)]
        sums = [with_air_numpy(inner_sums(part), given, state) for part, given, state in zip(parts, givens, states)]
        film = fixed_between(between)
        part = part_of(between, states[2], film, givens[2]._replace(outdoor=0.0, sky=0.0))
        outer, coupling = outer_sums(part)
        whole = [Sums(*(a + b for a, b in zip(one, more))) for one, more in zip(sums, (inner_sums(part), outer))]
        self.sums, self.coupling = whole, coupling
        left, beyond = eliminate(*whole, coupling)
        z = nodes.zones
        self.load = close(left, Wanted(21.0, 26.0, z.power_heat, z.power_cool, z.air_weight))
        self.air = beyond.at(self.load)
        self.lost = after_numpy(part, (self.load.theta_a, self.load.theta_r),
                                film.h_air * self.air[0] + film.h_sky * self.air[1])
        self.state = states[2]

    @staticmethod
    def _given(rank, zones, internal):
        zero, n = np.zeros_like(rank.column.area), zones.c_air.size
        ones = np.ones(n)
        return Given(OUTDOOR, SKY, zero, zero, 10.0 * ones, zones.bridge, zones.c_air / (3600.0 * SHARE),
                     zones.convective * internal, (1.0 - zones.convective) * internal, False)


@pytest.mark.parametrize("buildings", [(beside(),), (beside("a"), beside("b", thermal_bridge=9.0, floor_area=50.0))])
def test_both_forms_take_the_same_step(buildings):
    found, n = prepared(*buildings), len(buildings)
    step(found)
    other = Numpy(found)
    own, room = found.spaces.own.w, found.spaces.beside.w
    for place, values in ((own + at.T_A, other.load.theta_a), (own + at.T_R, other.load.theta_r),
                          (room + at.T_A, other.air[0]), (room + at.T_R, other.air[1])):
        assert found.m[place:place + n] == pytest.approx(values, rel=1e-11)
    assert found.m[own + at.HEAT:][:n] == pytest.approx(SHARE * other.load.heating, rel=1e-9)
    for k in range(found.spaces.shared.count):
        e = found.spaces.shared.first + k * found.spaces.shared.stride
        area = found.m[e + at.AREA:][:n]
        assert found.m[e + at.T_O:][:n] == pytest.approx(other.state.t_o[k], rel=1e-10)
        assert found.m[e + at.T_I:][:n] == pytest.approx(other.state.t_i[k], rel=1e-10)
        assert area * found.m[e + at.LOST:][:n] == pytest.approx(SHARE * other.lost[k], rel=1e-8)


def test_the_step_is_the_solution_of_four_equations():
    """The two airs and radiant nodes, with the load that the building's air asks for."""
    found = prepared(beside())
    step(found)
    other = Numpy(found)
    own, room = (Sums(*(float(v[0]) for v in s)) for s in other.sums)
    aa, ar, ra, rr = (float(v[0]) for v in other.coupling)
    matrix = np.array([[own.c, -own.q, -aa, -ar], [-own.q, own.r, -ra, -rr],
                       [-aa, -ra, room.c, -room.q], [-ar, -rr, -room.q, room.r]])
    load = found.m[found.spaces.own.w + at.HEAT] / SHARE
    theta = np.linalg.solve(matrix, [own.m + load, own.n, room.m, room.n])
    now = [found.m[w + row] for w in (found.spaces.own.w, found.spaces.beside.w) for row in (at.T_A, at.T_R)]
    assert now == pytest.approx(theta.tolist(), rel=1e-11)
    assert now[0] == pytest.approx(21.0, abs=1e-9)
    assert now[2] < 20.0


@pytest.mark.parametrize("fine", [False, True])
def test_a_space_cools_towards_the_outdoors_and_the_building_loses_to_it(fine):
    found = prepared(beside())
    airs, lost = [], []
    for _ in range(40):
        step(found, fine)
        airs.append(found.m[found.spaces.beside.w + at.T_A])
        lost.append(found.m[found.spaces.shared.first + at.LOST])
    assert all(later < earlier for earlier, later in pairwise(airs))
    assert OUTDOOR < airs[-1] < 15.0
    # The shared wall gives what the building holds: more as the space cools.
    assert lost[-1] - lost[-2] > lost[1] - lost[0] > -1e-9


def test_what_the_space_gets_of_the_sun_is_shared_out():
    """Sun in the space: on the shared elements' outer faces, and through the shared window on the building's own."""
    found = prepared(beside())
    m, spaces = found.m, found.spaces
    put(m, spaces.beside.w + at.BEAM, spread(1000.0))
    put(m, spaces.beside.w + at.DIFFUSE, spread(400.0))
    shared_sun(m, spaces)
    c = side_by_side(found.nodes.between).column
    own = found.rank.column
    passed = (c.area * (c.pass_beam * 1000.0 + c.pass_diffuse * 400.0)).sum()
    assert passed > 1.0
    for k in range(spaces.shared.count):
        e = spaces.shared.first + k * spaces.shared.stride
        assert m[e + at.SUN_O] == pytest.approx(c.share_beam_outer[k, 0] * 1000.0 + c.share_diffuse_outer[k, 0] * 400.0)
        assert m[e + at.SUN_I] == pytest.approx(c.share_diffuse[k, 0] * passed)
    for n in range(spaces.own.count):
        assert m[found.element(n) + at.SUN_I] == pytest.approx(own.share_diffuse[n, 0] * passed, abs=1e-12)
    inside = passed * ((own.area * own.share_diffuse).sum() + (c.area * c.share_diffuse).sum())
    assert m[at.SOLAR] == pytest.approx(inside)
    # Some of it leaves by glass again, so no more than passed stays.
    assert inside < passed


def test_no_sun_in_the_space_none_through_the_wall():
    found = prepared(beside())
    shared_sun(found.m, found.spaces)
    assert found.m[at.SOLAR] == 0.0
    assert found.m[found.spaces.shared.first + at.SUN_O] == 0.0


def test_nan_in_the_space_reaches_its_building_alone():
    found = prepared(beside("a"), beside("b"))
    found.m[found.spaces.beside.w + at.INT] = np.nan
    step(found)
    assert np.isnan(found.m[at.T_A:at.T_A + 2]).tolist() == [True, False]
