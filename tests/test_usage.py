"""Usage of buildings: totals, time, variants, texts."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buem.archetypes import archetypes
from buem.building import Building, Surface
from buem.building_check import check_building
from buem.dwellings import HOUSEHOLDS
from buem.errors import OptionError
from buem.households import POOL, SETBACK
from buem.stock import stack
from buem.tabula import HeatTransfer, mean_setpoint
from buem.usage import (
    StandardConditions,
    UsageProfile,
    UsageRequest,
    canonical_use,
    dwellings_of,
    usage_of,
)
from buem.uses import FLATS, USES
from buem.workplaces import OFFSETS, SHIFTS

HEATED = [name for name, use in USES.items() if use.heated]
WORKPLACES = [name for name in HEATED if not USES[name].residential]
BLOCK = StandardConditions(type="AB", dwellings=12.0, floor_area=900.0, hot_water=15e3)
# 2019 begins on a Tuesday; days from 0.
SATURDAY, SUNDAY, MONDAY, TUESDAY = 4, 5, 6, 7


def request(**changes) -> UsageRequest:
    return UsageRequest(**({"building_id": "B1", "country": "DE", "floor_area": 140.0} | changes))


def many(count: int, use: str = "residential", **changes) -> list[UsageProfile]:
    changes = {"mode": "typical"} | changes
    return [usage_of(use, request(building_id=f"B{i}", **changes)) for i in range(count)]


def day(schedule, number: int) -> np.ndarray:
    return np.array(schedule)[number * 24:(number + 1) * 24]


# Totals.


@pytest.mark.parametrize("mode", ["standard", "typical"])
@pytest.mark.parametrize(
    "archetype",
    [
        pytest.param(None, id="no archetype: TABULA's standard"),
        pytest.param(BLOCK, id="block"),
        pytest.param(StandardConditions(setpoint=18.6, internal_gain=5.0), id="own numbers"),
    ],
)
def test_dwellings_keep_the_totals_of_the_archetype(mode, archetype):
    usage = usage_of("residential", request(mode=mode, archetype=archetype)).usage
    given_ = archetype or StandardConditions()
    assert np.mean(usage.internal_gain) == pytest.approx(given_.internal_gain, rel=1e-12)
    assert np.sum(usage.hot_water) == pytest.approx(given_.hot_water, rel=1e-12)


@settings(max_examples=25, deadline=None)
@given(gain=st.floats(0.5, 10.0), water=st.floats(0.0, 40e3), area=st.floats(30.0, 5000.0), name=st.text(min_size=1))
def test_totals_hold_for_any_building(gain, water, area, name):
    archetype = StandardConditions(internal_gain=gain, hot_water=water)
    usage = usage_of("residential", request(building_id=name, floor_area=area, archetype=archetype,
                                            mode="typical")).usage
    assert np.mean(usage.internal_gain) == pytest.approx(gain, rel=1e-12)
    assert np.sum(usage.hot_water) == pytest.approx(water, rel=1e-12, abs=1e-9)
    assert np.min(usage.internal_gain) > 0.0


@pytest.mark.parametrize("mode", ["standard", "typical"])
@pytest.mark.parametrize(("archetype", "annual"), [(None, 22.0), (BLOCK, 25.8)], ids=["house", "flats"])
def test_electricity_of_dwellings_is_that_of_the_source(mode, archetype, annual):
    # SIA 2024:2015: rooms 1.02 (17.8 + 4.2) and 1.01 (21.6 + 4.2 kWh/(m²a)).
    usage = usage_of("residential", request(mode=mode, archetype=archetype)).usage
    assert np.sum(usage.electricity) / 1000.0 == pytest.approx(annual, rel=1e-12)


@pytest.mark.parametrize("mode", ["standard", "typical"])
@pytest.mark.parametrize("name", WORKPLACES)
def test_workplaces_keep_the_amounts_of_the_source(name, mode):
    use, usage = USES[name], usage_of(name, request(mode=mode)).usage
    assert np.sum(usage.electricity) / 1000.0 == pytest.approx(use.appliances + use.lighting, rel=1e-12)
    assert np.sum(usage.hot_water) / (1000.0 if use.hot_water else 1.0) == pytest.approx(use.hot_water, rel=1e-12)
    people = np.array(usage.internal_gain) - np.array(usage.electricity)
    assert people.min() == pytest.approx(0.0, abs=1e-9) or use.heating_empty is None
    assert people.max() <= use.heat_per_person / use.area_per_person + 1e-9


@pytest.mark.parametrize("row", ["DE.N.SFH.04.Gen.ReEx.001.001", "AT.MT.AB.02.Gen.ReEx.001.001"])
@pytest.mark.parametrize("mode", ["standard", "typical"])
def test_set_points_have_the_mean_of_the_archetype(row, mode):
    archetype = archetypes().row(row)
    wanted = mean_setpoint(archetype, mode)
    profiles = many(400, mode=mode, archetype=archetype)
    means = [np.mean(p.usage.heating_setpoint) for p in profiles]
    # The pool has the mean; 400 draws of one with a deviation of 2.4 K miss it by some 0.12 K.
    assert np.mean(means) == pytest.approx(wanted, abs=1e-9 if mode == "standard" else 0.4)


@pytest.mark.parametrize("mode", ["standard", "typical"])
def test_set_points_follow_the_heat_transfer_of_the_building(mode):
    """A leaky building is kept colder than its archetype, one that hardly loses heat as warm or warmer."""
    archetype = archetypes().row("DE.N.SFH.06.Gen.ReEx.001.001")

    def mean(h_tr: float) -> float:
        heat = HeatTransfer(h_tr=h_tr, h_ve=0.5)
        profile = usage_of("residential", request(archetype=archetype, mode=mode, heat=heat))
        return float(np.mean(profile.usage.heating_setpoint))

    own = usage_of("residential", request(archetype=archetype, mode=mode)).usage.heating_setpoint
    assert mean(4.0) < np.mean(own) < mean(0.3)
    if mode == "standard":
        assert mean(4.0) == pytest.approx(mean_setpoint(archetype, heat=HeatTransfer(h_tr=4.0, h_ve=0.5)))


# The day, the week, the year.


def test_standard_dwellings_are_constant():
    usage = usage_of("residential", request()).usage
    assert (usage.heating_setpoint, usage.internal_gain) == (20.0, 3.0)
    assert usage_of("residential", request()) == usage_of("residential", request(building_id="other", seed=5))


def test_office_in_the_week():
    profile = usage_of("office", request())
    usage = profile.usage
    assert set(day(usage.heating_setpoint, SUNDAY)) == {16.0}
    assert set(day(usage.cooling_setpoint, SUNDAY)) == {32.0}
    # EN 16798-1 Annex C: people from 7 to 18.
    tuesday = day(usage.heating_setpoint, TUESDAY)
    assert np.flatnonzero(tuesday == 21.0).tolist() == list(range(7, 18))
    # 70 W on 14 m², 0.7 of them at 10; appliances and lights with 6.0 full hours on 261 weekdays.
    at_ten = 70.0 / 14.0 * 0.7 + (32.0 + 17.5) * 1000.0 * 0.7 / (6.0 * 261)
    assert day(usage.internal_gain, TUESDAY)[10] == pytest.approx(at_ten, rel=1e-9)
    assert not day(profile.ventilation.use, SUNDAY).any()
    # 36 m³/h a person on 14 m² and 2.5 m.
    assert day(profile.ventilation.use, TUESDAY)[10] == pytest.approx(36.0 * 0.7 / 14.0 / 2.5)


@pytest.mark.parametrize(
    ("name", "number", "open_"),
    [
        pytest.param("retail", SATURDAY, True, id="shop on Saturday"),
        pytest.param("retail", SUNDAY, False, id="shop on Sunday"),
        pytest.param("restaurant", SUNDAY, True, id="restaurant on Sunday"),
        pytest.param("industry", SATURDAY, False, id="factory on Saturday"),
        pytest.param("industry", MONDAY, True, id="factory on Monday"),
        pytest.param("school", SATURDAY, False, id="school on Saturday"),
        pytest.param("hotel", SUNDAY, True, id="hotel on Sunday"),
    ],
)
def test_rest_days(name, number, open_):
    assert bool(day(usage_of(name, request()).ventilation.use, number).any()) is open_


@pytest.mark.parametrize(
    ("country", "place", "winter", "summer"),
    [
        pytest.param("DE", {}, TUESDAY, 182, id="north: July is ahead"),
        pytest.param("AU", {"latitude": -33.9, "longitude": 151.2}, 182, TUESDAY, id="south: January is ahead"),
    ],
)
def test_summer_time_comes_an_hour_early(country, place, winter, summer):
    setpoint = usage_of("office", request(country=country, **place)).usage.heating_setpoint
    assert np.flatnonzero(day(setpoint, winter) == 21.0)[0] == 7
    assert np.flatnonzero(day(setpoint, summer) == 21.0)[0] == 6


def test_holidays():
    pytest.importorskip("holidays", reason="the holidays extra is not installed")
    labour_day = 120
    with_them, without = (usage_of("office", request(holidays=on)).usage for on in (True, False))
    assert set(day(with_them.heating_setpoint, labour_day)) == {16.0}
    assert 21.0 in day(without.heating_setpoint, labour_day)


def test_year_sets_the_weekdays():
    # 5 January is a Saturday in 2019 and a Sunday in 2020; 4 January a Friday and a Saturday.
    fridays = [usage_of("office", request(year=year)).ventilation.use for year in (2019, 2020)]
    assert day(fridays[0], 3).any()
    assert not day(fridays[1], 3).any()


def test_typical_dwellings_are_set_back():
    profiles = many(100)
    for usage in (p.usage for p in profiles):
        assert usage.heating_setpoint.high - usage.heating_setpoint.low == pytest.approx(SETBACK)
        assert usage.cooling_setpoint >= usage.heating_setpoint.high
    nights = [day(p.usage.heating_setpoint, TUESDAY)[2] == p.usage.heating_setpoint.low for p in profiles]
    assert np.mean(nights) == 1.0


def test_typical_gains_follow_the_people():
    gain = np.mean([np.array(p.usage.internal_gain).reshape(365, 24).mean(axis=0) for p in many(64)], axis=0)
    assert gain[20] > 1.2 * gain[11], "evening over a weekday's noon"


# Variants.


def test_alike_profiles_are_one_object():
    profiles = many(2000)
    for name in ("heating_setpoint", "internal_gain", "hot_water", "electricity"):
        distinct = {id(getattr(p.usage, name)) for p in profiles}
        assert len(distinct) == POOL, name


@pytest.mark.parametrize("name", ["office", "industry"])
def test_workplaces_have_a_small_pool(name):
    profiles = many(500, use=name)
    assert len({id(p.usage) for p in profiles}) == len(SHIFTS) * len(OFFSETS)
    assert len({id(p.ventilation.use) for p in profiles}) <= len(SHIFTS) * len(OFFSETS)


def test_sizes_share_all_but_their_hot_water():
    small = usage_of("residential", request(mode="typical", floor_area=60.0)).usage
    large = usage_of("residential", request(mode="typical", floor_area=300.0)).usage
    assert small.internal_gain is large.internal_gain
    assert small.heating_setpoint is large.heating_setpoint
    assert np.max(small.hot_water) > np.max(large.hot_water), "more water, more even"


def test_a_chunk_keeps_each_schedule_once():
    buildings = [Building(id=f"B{i}", latitude=52.0, longitude=13.0, floor_area=140.0, usage=p.usage,
                          ventilation=p.ventilation, surfaces=(Surface(area=100.0, u_value=1.0),))
                 for i, p in enumerate(many(300))]
    assert all(check_building(b) == [] for b in buildings)
    # Set-points and gains of the pool, upper set-points that follow warm ones, one air change.
    assert stack(buildings).schedules.values.shape[1] <= 2 * POOL + 20


def test_a_building_does_not_depend_on_the_others():
    alone = usage_of("residential", request(building_id="B7", mode="typical"))
    among = many(20)[7]
    backwards = [usage_of("residential", request(building_id=f"B{i}", mode="typical")) for i in range(19, -1, -1)][12]
    assert alone == among == backwards


def test_seed_deals_out_anew():
    assert many(20, seed=1) != many(20, seed=2)
    assert many(20, seed=1) == many(20, seed=1)


@pytest.mark.parametrize("hash_seed", ["0", "77"])
def test_any_process_gives_the_same(hash_seed):
    code = """
import hashlib, numpy as np
from buem.usage import UsageRequest, usage_of
digest = hashlib.sha256()
for i in range(5):
    usage = usage_of("residential", UsageRequest(building_id=f"B{i}", country="DE", floor_area=140.0, mode="typical",
                                                 seed=3)).usage
    for schedule in (usage.heating_setpoint, usage.internal_gain, usage.hot_water, usage.electricity):
        digest.update(np.array(schedule).tobytes())
print(digest.hexdigest())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                          env={"PYTHONHASHSEED": hash_seed, "PYTHONPATH": ":".join(sys.path)})
    digest = hashlib.sha256()
    for profile in many(5, seed=3):
        usage = profile.usage
        for schedule in (usage.heating_setpoint, usage.internal_gain, usage.hot_water, usage.electricity):
            digest.update(np.array(schedule).tobytes())
    assert done.stdout.strip() == digest.hexdigest()


def test_a_stock_is_flatter_than_a_house():
    profiles = many(200)
    loads = np.array([p.usage.hot_water for p in profiles])
    assert loads.sum(axis=0).max() < 0.25 * loads.max(axis=1).sum()


@pytest.mark.parametrize(
    ("archetype", "floor_area", "number"),
    [
        pytest.param(StandardConditions(), 400.0, 1, id="a house has one dwelling whatever its size"),
        pytest.param(BLOCK, 900.0, 12, id="the block itself"),
        pytest.param(BLOCK, 150.0, 2, id="a sixth of it"),
        pytest.param(BLOCK, 20.0, 1, id="at least one"),
        pytest.param(replace(BLOCK, dwellings=float("nan")), 900.0, 1, id="a row without a number"),
    ],
)
def test_dwellings_of(archetype, floor_area, number):
    assert dwellings_of(floor_area, archetype) == number


def test_flats_average_households():
    spread = [np.std([p.usage.heating_setpoint.high for p in many(200, archetype=BLOCK, floor_area=area)])
              for area in (75.0, 150.0, 900.0)]
    assert spread == sorted(spread, reverse=True)
    assert max(HOUSEHOLDS) == 4


# Texts.


@pytest.mark.parametrize("name", HEATED)
def test_every_heated_use_says_what_it_assumed(name):
    profile = usage_of(name, request())
    assert np.shape(profile.usage.electricity) == (8760,)
    assert profile.notes[0].startswith(f"use {name}, standard: ")


@pytest.mark.parametrize(
    ("use", "changes", "notes"),
    [
        pytest.param("residential", {}, (
            "use residential, standard: set-point 20 °C, 20.0 °C in the mean of all rooms and hours, gains 3 W/m², "
            "hot water 10 kWh/(m²a) (TABULA EU.SUH)",), id="house"),
        pytest.param("", {"archetype": BLOCK}, (
            "use unknown: taken as dwellings",
            "use residential, standard: set-point 20 °C, 20.0 °C in the mean of all rooms and hours, gains 3 W/m², "
            "hot water 15 kWh/(m²a) (the archetype)"), id="unknown use"),
        pytest.param("office", {"mode": "typical"}, (
            "use office, typical: conditions of room 3.01 of SIA 2024, schedule office",), id="office"),
    ],
)
def test_notes(use, changes, notes):
    assert usage_of(use, request(**changes)).notes == notes


@pytest.mark.parametrize(
    ("use", "changes", "text"),
    [
        pytest.param("garage", {}, "use: 'garage'; expected one of residential, dormitory", id="not heated"),
        pytest.param("moon base", {}, "use: 'moon base'; expected one of residential", id="unknown"),
        pytest.param("office", {"mode": "wild"}, "mode: 'wild'; expected one of standard, typical", id="mode"),
        pytest.param("office", {"floor_area": 0.0}, "floor_area: 0.0; expected a number above 0 m²", id="area"),
        pytest.param("office", {"floor_area": float("nan")}, "floor_area: nan; expected a number above", id="NaN"),
    ],
)
def test_refused(use, changes, text):
    with pytest.raises(OptionError, match=text):
        usage_of(use, request(**changes))


def test_all_problems_at_once():
    with pytest.raises(OptionError) as found:
        usage_of("garage", request(mode="wild", floor_area=-1.0))
    assert [p.path for p in found.value.problems] == ["use", "mode", "floor_area"]


def test_words_and_flats_are_at_hand():
    assert canonical_use("woonfunctie") == "residential"
    assert FLATS.residential
