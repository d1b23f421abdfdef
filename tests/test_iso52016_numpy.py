"""The year of the node model in NumPy: hours by their balances, and the loops around them."""

from __future__ import annotations

import numpy as np
import pytest
from node_blocks import NIGHT, NOON, PLACE, beside, plain, rich, tables

from buem.building import NightVentilation, Usage, Ventilation
from buem.constants import HOURS
from buem.iso52016 import FIRST_GUESS
from buem.iso52016_numpy import Runner, Side
from buem.iso52016_records import NodeClimate, Setting, side_by_side
from buem.profiles import Period

STEPS = 4


def climate_of(schedules, sun=NOON, dark=NIGHT):
    """Days of twelve hours of one sun and twelve of one night."""
    day = np.array([sun if 6 <= hour < 18 else dark for hour in range(24)], dtype=np.float64)
    return NodeClimate(np.tile(day, (HOURS // 24, 1)), schedules, np.zeros_like(schedules))


def runner(*buildings, **changes):
    nodes, schedules = tables(*buildings, place=PLACE)
    sides = (Side(side_by_side(nodes.own), nodes.zones, nodes.columns),)
    if nodes.building.size:
        sides += (Side(side_by_side(nodes.beside), nodes.beside_zones, nodes.beside_columns),)
    setting = Setting(steps=STEPS, kernel="numpy", **changes)
    return Runner(climate_of(schedules), sides, side_by_side(nodes.between), setting)


def walk(found, hours):
    states = found.first()
    for t in hours:
        begun = found.held(states)[0]
        hour = found.hour(states, t)
    return hour, found.held(states)[0] - begun


@pytest.mark.parametrize("detailed", [True, False])
@pytest.mark.parametrize("buildings", [(plain(), rich()), (beside("a"), beside("b", floor_area=30.0))])
def test_heat_of_an_hour_closes(buildings, detailed):
    """Also of a building with a space beside it, by what leaves through the shared elements."""
    for last in (9, 26):
        hour, stored = walk(runner(*buildings, detailed=detailed), range(last))
        m = hour.means
        net = m.heating - m.cooling + hour.solar + hour.internal - m.air - m.bridge - m.lost.sum(axis=0)
        net = net - np.sum(m.lost_between, axis=0)
        assert stored == pytest.approx(net, rel=1e-9, abs=1e-6)
        assert (hour.solar > 10.0).all() == (last % 24 in range(7, 19))


def test_the_band_is_held_in_every_hour():
    found = runner(plain(), plain("weak", usage=Usage(heating_setpoint=20.0, heating_power=50.0)))
    states = found.first()
    for t in range(48):
        hour = found.hour(states, t)
        assert 20.0 - 1e-9 <= hour.means.t_a[0] <= 26.0 + 1e-9
    assert hour.means.t_a[1] < 19.0
    assert hour.means.heating[1] == pytest.approx(50.0)
    assert hour.below.tolist() == [0.0, 1.0]
    assert hour.above.tolist() == [0.0, 0.0]


def test_together_is_alone():
    both, alone = runner(plain(), rich()), runner(rich())
    two, one = (walk(r, range(8))[0].means for r in (both, alone))
    assert two.heating[1] == one.heating[0]
    assert two.t_r[1] == one.t_r[0]


def test_sums_are_in_the_order_of_their_rows():
    hour, _ = walk(runner(plain()), range(8))
    m = hour.means
    assert [float(v[0]) for v in hour.summed()] == [
        float(v[0]) for v in (m.heating, m.cooling, m.air, m.bridge, hour.solar, hour.internal)]


def test_first_states_rest_at_the_first_guess():
    found = runner(beside())
    own, room, shared = found.first()
    assert own.t_a[0] == room.t_a[0] == shared.t_a[0] == FIRST_GUESS
    # The shared elements look at the building's own air: one array.
    assert shared.t_a is own.t_a
    assert len(runner(plain()).first()) == 1


def test_night_air_by_the_clock():
    """From 22 to 6 h: an air change of the night is there at 3 h and not at 8 h."""
    night = Ventilation(infiltration=0.5, use=0.0, night=NightVentilation(air_change=3.0, start=22.0, end=6.0))
    aired, still = (runner(plain(ventilation=v)) for v in (night, Ventilation(infiltration=0.5, use=0.0)))
    for hour, more in ((3, 7.0), (8, 1.0)):
        one, other = (walk(r, [hour])[0].means for r in (aired, still))
        rise = [m.t_a[0] - (-1.0) for m in (one, other)]
        assert one.air[0] / rise[0] == pytest.approx(more * other.air[0] / rise[1], rel=1e-6)


def test_a_week_of_sun_is_read_once_and_each_hour_of_it():
    found = runner(plain())
    states = found.first()
    found.hour(states, 167)
    assert found.week == 0
    last_week = found.sun
    found.hour(states, 168)
    assert found.week == 1
    assert found.sun is not last_week
    # The last week of the year has 24 hours.
    found.hour(states, HOURS - 1)
    assert found.sun[0].outer.shape[0] == HOURS - 52 * 168


def test_the_period_of_a_building_is_no_matter_of_an_hour():
    part = runner(plain(period=Period(first_hour=3, hours=2)))
    whole = runner(plain())
    assert walk(part, range(6))[0].means.heating == walk(whole, range(6))[0].means.heating
