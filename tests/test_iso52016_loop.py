"""The loop of the compiled node model in plain Python: its hours against those of the NumPy form."""

from __future__ import annotations

import numpy as np
import pytest
from node_blocks import PLACE, beside, block, plain, rich, tables
from test_iso52016_numpy import climate_of

from buem import iso52016_loop as loop
from buem import iso52016_rows as at
from buem.building import Ventilation
from buem.constants import HOURS
from buem.iso52016 import SUM_ABOVE, SUM_BELOW, SUM_HEATING, SUM_HOUR_HEATING, SUM_PEAK_HEATING, SUM_STORAGE
from buem.iso52016_block import BESIDE, OWN, heat
from buem.iso52016_numpy import Runner, Side
from buem.iso52016_records import Setting, side_by_side
from buem.lanes import put, spread
from buem.profiles import Period

L, STEPS = at.L, 2


class Hours:
    """Some hours of a block, as the year runs them."""

    def __init__(self, *buildings, fine=True):
        self.found, self.fine = block(*buildings), fine
        nodes, schedules = tables(*buildings, place=PLACE)
        self.climate = climate_of(schedules)
        lanes = np.minimum(np.arange(L), len(buildings) - 1)
        columns = (nodes.columns, nodes.beside_columns) if nodes.building.size else (nodes.columns,)
        self.columns = np.stack([c[:, lanes] for c in columns])
        self.which = np.stack([lanes, lanes])[:len(self.columns)]
        self.skyline = self.found.around, self.found.parts
        self.began = HOURS - 3
        self.habits = loop._spin_up(self.found.m, self.found.ranks, self.found.spaces, self.climate, self.columns,
                                    self.skyline, (STEPS, fine), np.full(L, self.began))

    def run(self, hours):
        f = self.found
        for t in hours:
            loop._hour(f.m, f.ranks, f.spaces, self.habits, self.climate, self.columns, self.skyline, t, self.fine)
            loop._add_hour(f.m, f.spaces.own.w, float(t))
        return f.m


def numpy_hours(*buildings, hours, fine=True):
    nodes, schedules = tables(*buildings, place=PLACE)
    sides = (Side(side_by_side(nodes.own), nodes.zones, nodes.columns),)
    if nodes.building.size:
        sides += (Side(side_by_side(nodes.beside), nodes.beside_zones, nodes.beside_columns),)
    runner = Runner(climate_of(schedules), sides, side_by_side(nodes.between), Setting(steps=STEPS, detailed=fine))
    states = runner.first()
    return [runner.hour(states, t) for t in hours]


@pytest.mark.parametrize("fine", [True, False], ids=["detailed", "fixed"])
@pytest.mark.parametrize("buildings", [
    pytest.param((plain(), rich()), id="alone"),
    pytest.param((plain(ventilation=Ventilation(use=0.5, heat_recovery=0.8, bypass_temp=22.0)),), id="bypass"),
    pytest.param((beside("a"), beside("b", floor_area=30.0)), id="with spaces")])
def test_hours_are_those_of_the_numpy_form(buildings, fine):
    after = [*range(HOURS - 3, HOURS), *range(9)]
    mine = Hours(*buildings, fine=fine)
    m = mine.run(range(9))
    others = numpy_hours(*buildings, hours=after, fine=fine)
    n, last = len(buildings), others[-1].means
    for row, values in ((at.HEAT, last.heating), (at.COOL, last.cooling), (at.OUT_A, last.t_a), (at.OUT_R, last.t_r),
                        (at.VENT, last.air), (at.BRIDGED, last.bridge)):
        assert m[row:row + n] == pytest.approx(values, rel=1e-9, abs=1e-9)
    total = sum(hour.means.heating for hour in others[3:])
    assert m[at.SUM + SUM_HEATING * L:][:n] == pytest.approx(total, rel=1e-9, abs=1e-9)
    if mine.found.spaces.coupled:
        assert m[at.BLOCK + at.OUT_A:][:n] == pytest.approx(last.t_beside, rel=1e-9)


def test_peaks_remember_their_hour():
    hours = Hours(plain())
    m = hours.run(range(12))
    loads = [hour.means.heating[0] for hour in numpy_hours(plain(), hours=[*range(HOURS - 3, HOURS), *range(12)])[3:]]
    assert m[at.SUM + SUM_PEAK_HEATING * L] == pytest.approx(max(loads))
    assert m[at.SUM + SUM_HOUR_HEATING * L] == float(np.argmax(loads))


def test_an_hour_without_load_has_no_peak():
    m = Hours(plain()).found.m
    assert m[at.SUM + SUM_HOUR_HEATING * L] == -1.0
    put(m, at.HEAT, spread(0.0))
    put(m, at.HELD, spread(21.0))
    for row in (at.COOL, at.VENT, at.BRIDGED, at.SOLAR, at.INT):
        put(m, row, spread(0.0))
    loop._add_hour(m, 0, 4.0)
    assert m[at.SUM + SUM_HOUR_HEATING * L] == -1.0


@pytest.mark.parametrize(("held", "below", "above"), [(19.95, 0.0, 0.0), (19.85, 1.0, 0.0), (26.05, 0.0, 0.0),
                                                      (26.15, 0.0, 1.0), (np.nan, 0.0, 0.0)])
def test_the_band_has_a_margin_of_a_tenth(held, below, above):
    m = Hours(plain()).found.m
    put(m, at.HELD, spread(held))
    loop._add_hour(m, 0, 0.0)
    assert (m[at.SUM + SUM_BELOW * L], m[at.SUM + SUM_ABOVE * L]) == (below, above)


def test_hours_outside_the_period_are_run_and_not_counted():
    hours = Hours(plain(), plain("part", period=Period(first_hour=2, hours=3)))
    assert not hours.habits[1]
    m = hours.run(range(6))
    counted = [hour.means.heating[0] for hour in numpy_hours(plain(), hours=[*range(HOURS - 3, HOURS), *range(6)])[3:]]
    row = at.SUM + SUM_HEATING * L
    assert m[row] == pytest.approx(sum(counted), rel=1e-9)
    assert m[row + 1] == pytest.approx(sum(counted[2:5]), rel=1e-9)
    # The two are the same building: the year of the one is that of the other.
    assert m[at.T_A] == m[at.T_A + 1]


def test_heat_at_the_edges_of_a_period():
    hours = Hours(plain(period=Period(first_hour=2, hours=3)))
    f = hours.found
    edges = []
    for t in range(7):
        before = f.m[at.SUM + SUM_STORAGE * L]
        loop._store(f.m, f.ranks, f.spaces, float(t))
        edges.append(f.m[at.SUM + SUM_STORAGE * L] != before)
        hours.run([t])
    assert edges == [False, False, True, False, False, True, False]


@pytest.mark.parametrize(("building", "watched"), [
    (plain(), False), (plain(ventilation=Ventilation(bypass_temp=23.0, heat_recovery=0.5)), True)])
def test_air_is_watched_only_where_a_temperature_decides(building, watched):
    hours = Hours(building)
    assert bool(hours.habits[0]) is watched
    assert bool(hours.habits[1]) is True


def test_a_tile_goes_to_the_rows_of_its_buildings():
    """Two buildings and the space of each; the second is done, and its series stay as they are."""
    hours = Hours(beside("a"), beside("b"))
    f, tile = hours.found, np.zeros(5 * L * loop.TILE, dtype=np.float32)
    f.m[f.spaces.own.w + at.DONE + 1] = 1.0
    for t in range(loop.TILE):
        put(f.m, at.HEAT, spread(float(t)))
        put(f.m, at.COOL, spread(-float(t)))
        put(f.m, at.OUT_A, spread(20.0))
        put(f.m, at.OUT_R, spread(24.0))
        put(f.m, f.spaces.beside.w + at.OUT_A, spread(7.0))
        loop._keep_hour(f.m, f.spaces, tile, 4, t)
    series, space = np.full((4, 2, HOURS), -9.0, np.float32), np.full((2, HOURS), -9.0, np.float32)
    loop._write_tile(f.m, at.DONE, tile, series, space, hours.which, 2, 240)
    written = slice(240, 240 + loop.TILE)
    assert series[0, 0, written].tolist() == list(range(loop.TILE))
    assert series[1, 0, 241] == -1.0
    assert (series[2, 0, written] == 20.0).all()
    assert (series[3, 0, written] == 22.0).all()
    assert (space[0, written] == 7.0).all()
    assert (series[:, 1] == -9.0).all()
    assert (space[1] == -9.0).all()
    assert (series[:, 0, :240] == -9.0).all()
    assert series[0, 0, 240 + loop.TILE] == -9.0


def test_a_year_is_whole_tiles():
    assert HOURS % loop.TILE == 0


def test_a_building_that_drifts_is_not_done():
    hours = Hours(plain(), rich())
    f = hours.found
    loop._measure(f.m, f.ranks, f.spaces, at.OPEN, 1.0)
    assert not loop._drifts(f.m, f.ranks, f.spaces, OWN, 0)
    # 0.02 K of its capacity is twice what a periodic year may drift.
    f.m[at.OPEN] += 0.02 * f.m[at.CAPACITY]
    assert loop._drifts(f.m, f.ranks, f.spaces, OWN, 0)
    assert not loop._drifts(f.m, f.ranks, f.spaces, OWN, 1)


@pytest.mark.parametrize(("final", "done"), [(False, False), (True, True)])
def test_what_still_drifts_is_given_up_in_the_last_year(final, done):
    hours = Hours(beside("a"), beside("b"))
    f, own, shared = hours.found, hours.found.nodes.own, hours.found.nodes.between
    loop._measure(f.m, f.ranks, f.spaces, at.OPEN, 1.0)
    f.m[f.spaces.beside.w + at.OPEN] += 0.02 * f.m[f.spaces.beside.w + at.CAPACITY]
    f.m[at.SUM + SUM_HEATING * L:][:2] = [11.0, 12.0]
    sums, lost, between = np.zeros((14, 2)), np.full(own.owner.size, np.nan), np.full(shared.owner.size, np.nan)
    given = own.offset, shared.offset, sums, lost, between, final
    assert loop._settle(f.m, f.ranks, f.spaces, given, hours.which, 2) is done
    # What is there is written in any case; the one that drifts will be written again.
    assert sums[SUM_HEATING].tolist() == [11.0, 12.0]
    assert f.m[at.DONE:at.DONE + 2].tolist() == [float(final), 1.0]
    assert not np.isnan(lost).any()
    assert not np.isnan(between).any()
    f.m[at.SUM + SUM_HEATING * L:][:2] = [21.0, 22.0]
    loop._settle(f.m, f.ranks, f.spaces, given, hours.which, 2)
    assert sums[SUM_HEATING].tolist() == ([11.0, 12.0] if final else [21.0, 12.0])


def test_heat_of_both_spaces_is_measured():
    hours = Hours(beside())
    f = hours.found
    loop._measure(f.m, f.ranks, f.spaces, at.OPEN, 2.0)
    assert f.m[f.spaces.own.w + at.OPEN] == 2.0 * heat(f.m, f.ranks, f.spaces, OWN, 0)
    assert f.m[f.spaces.beside.w + at.OPEN] == 2.0 * heat(f.m, f.ranks, f.spaces, BESIDE, 0)
