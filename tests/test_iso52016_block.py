"""A block of the compiled node model: buildings side by side, each in its lane, whoever stands beside it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from node_blocks import beside, block, plain, rich

from buem import iso52016_rows as at
from buem.building import Surface
from buem.constants import HOURS
from buem.iso52016 import FIRST_GUESS
from buem.iso52016_block import BESIDE, OWN, aligned, counts, heat, most, places, start, weigh
from buem.iso52016_columns import COLUMNS
from buem.iso52016_records import NodeZones
from buem.iso52016_space import first_state, heat_held
from buem.iso52016_step import BOTH, INNER, MASSLESS
from buem.iso52016_sun import GLASS, OPAQUE, SHADED, UNLIT
from buem.profiles import Period

L = at.L


def started(*buildings):
    found = block(*buildings)
    for lane in range(L):
        start(found.m, found.ranks, found.spaces.own, lane)
        if found.spaces.coupled:
            start(found.m, found.ranks, found.spaces.beside, lane)
            start(found.m, found.ranks, found.spaces.shared, lane)
    return found


def test_every_number_of_the_tables_is_where_it_is_read():
    found = block(plain(), rich())
    own = found.nodes.own
    for building in range(2):
        for n in range(own.offset[building], own.offset[building + 1]):
            e = found.element(n - own.offset[building]) + building
            assert found.m[e:e + len(COLUMNS) * L:L].tolist() == own.table[n].tolist()
            for j in range(own.modes.shape[1]):
                mode = e + at.MODES + j * at.MODE
                assert found.m[mode:mode + 6 * L:L].tolist() == own.modes[n, j].tolist()
    for k, name in enumerate(NodeZones._fields):
        assert found.row(k * L).tolist() == getattr(found.nodes.zones, name).tolist()


def test_lanes_beyond_the_last_building_repeat_it():
    found = block(plain(), rich())
    for row in range(0, at.SUM, L):
        assert (found.m[row + 1:row + L] == found.m[row + 1]).all()


def test_an_element_that_a_lane_lacks_has_no_area_and_no_memory():
    found = block(plain(), rich())
    lacks = np.diff(found.nodes.own.offset)[0]
    assert found.spaces.own.count == np.diff(found.nodes.own.offset)[1] > lacks
    e = found.element(lacks)
    assert found.m[e + at.AREA] == 0.0
    assert found.m[e + at.AOO] == found.m[e + at.AII] == found.m[e + at.B] == 1.0
    assert not found.m[e + at.MODES:e + found.spaces.own.stride:L].any()
    # Nothing of the workspace of the elements is left as it was found.
    assert not np.isnan(found.m[found.spaces.own.first:found.element(found.spaces.own.count)]).any()


def test_a_rank_knows_what_any_of_its_elements_has():
    found = block(plain(), rich())
    first, second, third = found.ranks[:3]
    # First walls: one without layers, one with layers; none on the ground, both outdoors.
    assert first[at.MASS] >= INNER
    assert first[at.KEPT] > 0
    assert (first[at.OUTDOORS], first[at.BEHIND], first[at.BURIED]) == (1, 0, 0)
    # Second: a floor on the ground beside a wall with b = 0.5.
    assert (second[at.BURIED], second[at.BEHIND]) == (1, 1)
    # Third: a window beside a roof.
    assert third[at.LIT] >= GLASS
    # Of the fourth, convection is prescribed.
    assert found.ranks[3, at.TOLD] == 1


def test_a_rank_of_one_building_has_what_that_building_has():
    alone = block(plain())
    wall, floor, window, inner = alone.ranks[:4]
    assert [r[at.LIT] for r in (wall, floor, window, inner)] == [OPAQUE, UNLIT, GLASS, UNLIT]
    assert window[at.LAMINAR] == 1
    assert wall[at.LAMINAR] == 0
    assert [bool(r[at.TOLD]) for r in alone.ranks[:4]] == [False] * 4
    # U alone with its mass inside is held by the inner face; glass has none.
    assert (wall[at.MASS], window[at.MASS]) == (INNER, MASSLESS)
    spread = block(plain(mass_position="outside"))
    assert spread.ranks[0, at.MASS] == BOTH


def test_shades_and_skylines_make_a_rank_shaded():
    assert block(plain()).ranks[2, at.LIT] == GLASS
    behind = block(plain(horizon=(5.0,) * 12))
    assert [behind.ranks[n, at.LIT] for n in (0, 2)] == [SHADED, SHADED]
    # A skyline of roofs alone does nothing to walls.
    assert block(plain(horizon_roof=(5.0,) * 12)).ranks[0, at.LIT] == OPAQUE


def test_a_skyline_lies_in_the_lane_of_its_building():
    low = (0.0, 30.0)
    found = block(plain(), plain("b", horizon=low), plain("c", horizon=(10.0, 20.0, 40.0)))
    half = found.around.shape[1] // 2
    assert found.parts[OWN, 0, :3].tolist() == [0, 2, 3]
    assert found.around[OWN, :2, 1] == pytest.approx(np.sin(np.radians(low)))
    assert found.around[OWN, :3, 2] == pytest.approx(np.sin(np.radians((10.0, 20.0, 40.0))))
    assert not found.around[OWN, half:].any()


def test_a_block_starts_as_the_numpy_form_does():
    found = started(plain(), rich())
    state = first_state(found.rank)
    assert (found.row(at.T_A) == FIRST_GUESS).all()
    for n in range(found.spaces.own.count):
        for j in range(found.ranks[n, at.KEPT]):
            x = found.row(found.element(n) + at.MODES + j * at.MODE + at.X)
            assert x == pytest.approx(state.x[j, n], rel=1e-14)


@pytest.mark.parametrize("buildings", [(plain(),), (plain(), rich()), (rich("a"), rich("b", mass_position="outside"))])
def test_heat_is_that_of_the_numpy_form(buildings):
    found = started(*buildings)
    state = first_state(found.rank)
    held = heat_held(found.rank, state, found.nodes.zones.c_air)
    for lane in range(len(buildings)):
        assert heat(found.m, found.ranks, found.spaces, OWN, lane) == pytest.approx(held[lane], rel=1e-12)


def test_shared_elements_hold_their_heat_for_the_building():
    found = started(beside())
    own = heat(found.m, found.ranks, found.spaces, OWN, 0)
    space = heat(found.m, found.ranks, found.spaces, BESIDE, 0)
    # 20 K of the shared brick wall of 20 m²: no part of the space's 16 m² of floor.
    brick = 0.2 * 1400.0 * 1000.0 * FIRST_GUESS / 3600.0
    air = found.nodes.beside_zones.c_air[0] * FIRST_GUESS / 3600.0
    assert space == pytest.approx(16.0 * brick + air, rel=1e-9)
    assert own > 50.0 * brick


@pytest.mark.parametrize(("first", "hours", "inside", "outside"), [
    pytest.param(0, HOURS, (0, 1, HOURS - 1), (-1, HOURS), id="a year"),
    pytest.param(100, 10, (100, 109), (99, 110), id="some hours"),
    pytest.param(8750, 20, (8750, 8759, 0, 9), (8749, 10, 8760), id="over New Year"),
    pytest.param(8759, 1, (8759,), (0, 8758), id="the last hour"),
    pytest.param(0, 1, (0,), (1, 8759, -1), id="the first hour"),
])
def test_hours_that_count(first, hours, inside, outside):
    found = block(plain(period=Period(first_hour=first, hours=hours)))
    assert [counts(found.m, 0, float(t)) for t in inside] == [True] * len(inside)
    assert [counts(found.m, 0, float(t)) for t in outside] == [False] * len(outside)
    every = sum(counts(found.m, 0, float(t)) for t in range(HOURS))
    assert every == hours


def test_hours_count_for_each_building_by_itself():
    found = block(plain(), plain("b", period=Period(first_hour=5, hours=3)))
    weigh(found.m, 0, 4.0)
    assert found.row(at.WEIGHT).tolist() == [1.0, 0.0]
    weigh(found.m, 0, 5.0)
    assert found.row(at.WEIGHT).tolist() == [1.0, 1.0]


def test_spaces_do_not_overlap():
    for coupled in (False, True):
        spaces, size = places(coupled, 7, 3)
        stride = at.MODES + 3 * at.MODE
        assert spaces.own.stride == stride
        starts = [spaces.own.first, spaces.beside.first, spaces.shared.first]
        if not coupled:
            assert (spaces.own.first, size) == (at.BLOCK, at.BLOCK + 7 * stride)
            continue
        assert starts == [2 * at.BLOCK + k * 7 * stride for k in range(3)]
        assert size == starts[2] + 7 * stride
        assert [spaces.own.rank, spaces.beside.rank, spaces.shared.rank] == [0, 7, 14]


@pytest.mark.parametrize("size", [1, 8, 1001])
def test_a_workspace_lies_on_a_line_of_the_cache(size):
    for _ in range(5):
        room = aligned(size)
        assert room.size == size
        assert room.ctypes.data % 64 == 0


@pytest.mark.parametrize(("offset", "expected"), [([0], 1), ([0, 0], 1), ([0, 3, 4], 3), ([0, 1, 6, 6], 5)])
def test_most_elements_of_a_building(offset, expected):
    assert most(np.array(offset)) == expected


def test_modes_beyond_those_of_the_block_are_none():
    """A building of one massive wall beside one of glass: the glass lane has modes of 0."""
    massive = plain(surfaces=(replace(rich().surfaces[0], b_transmission=1.0),), windows=())
    light = plain("b", surfaces=(Surface(area=25.0, u_value=1.0),), windows=())
    found = block(massive, light)
    kept = found.ranks[0, at.KEPT]
    content = [found.m[found.element(0) + at.MODES + j * at.MODE + at.CONTENT + 1] for j in range(kept)]
    assert kept > 3
    assert content == [0.0] * kept
