"""Records of a building: what may stand in them, and that nobody changes them."""

from __future__ import annotations

import dataclasses
import math
import pickle
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buem import building as b
from buem.building_check import check_building

RECORDS = [value for value in vars(b).values() if dataclasses.is_dataclass(value) and value.__module__ == b.__name__]
WALL = b.Surface(area=50.0, u_value=0.5)
HOUSE = b.Building(id="h", latitude=50.0, longitude=8.0, floor_area=80.0, surfaces=(WALL,))


def test_a_house_of_defaults_is_sound():
    assert check_building(HOUSE) == []
    # What the documentation says of somebody who gives nothing.
    assert (HOUSE.usage.heating_setpoint, HOUSE.usage.cooling_setpoint) == (21.0, 24.0)
    assert HOUSE.ventilation.infiltration + HOUSE.ventilation.use == 1.0
    assert HOUSE.heat_capacity == 165e3


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_a_record_is_frozen_keyword_only_and_takes_no_other_field(record):
    parameters = record.__dataclass_params__
    assert parameters.frozen
    assert all(field.kw_only for field in dataclasses.fields(record))
    assert "__slots__" in vars(record)
    with pytest.raises(TypeError, match="colour"):
        record(colour="red")


def test_nobody_changes_a_record():
    with pytest.raises(dataclasses.FrozenInstanceError):
        HOUSE.floor_area = 1.0
    with pytest.raises((dataclasses.FrozenInstanceError, TypeError, AttributeError)):
        HOUSE.colour = "red"


def test_defaults_are_not_shared_lists():
    one, other = (b.Building(id=i, latitude=0.0, longitude=0.0, floor_area=1.0) for i in "ab")
    assert one.surfaces == other.surfaces == ()
    assert hash(one.usage) == hash(other.usage)


def test_a_building_travels_to_a_worker():
    glass = b.Glass(transmittance=0.5, absorptances=(0.1,))
    window = b.Window(area=1.0, u_value=1.0, g_value=0.5, glass=glass, overhang=b.Overhang(depth=1.0))
    rich = dataclasses.replace(HOUSE, windows=(window,), zones=(b.Zone(id="attic", volume=30.0),),
                               usage=b.Usage(heating_power=1e4, internal_gain=(1.0,) * 24))
    assert pickle.loads(pickle.dumps(rich)) == rich


@pytest.mark.parametrize(("limits", "inside", "outside", "text"), [
    (b.Range(0.0, 10.0, "W/(m²K)"), (0.0, 5.0, 10.0), (-1e-9, 10.1, math.inf), "0 to 10 W/(m²K)"),
    (b.Range(0.0, 10.0, "m", open_low=True), (1e-9, 10.0), (0.0, -0.0, -1.0), "above 0 to 10 m"),
    (b.Range(0.0, math.inf, "W/m²"), (0.0, math.inf), (-1.0, -math.inf), "a number from 0 W/m²"),
    (b.Range(0.0, math.inf, "", open_low=True), (1.0,), (0.0,), "a number above 0"),
    (b.Range(0.0, 1.0, ""), (0, 1, True), (2,), "0 to 1"),
])
def test_range(limits, inside, outside, text):
    assert [limits.holds(value) for value in inside] == [True] * len(inside)
    assert [limits.holds(value) for value in outside] == [False] * len(outside)
    assert not limits.holds(math.nan)
    assert str(limits) == text


@given(st.floats(), st.floats(-100.0, 100.0), st.floats(0.0, 100.0))
def test_a_range_is_its_two_ends(value, low, width):
    limits = b.Range(low, low + width, "")
    assert limits.holds(low)
    assert limits.holds(low + width)
    assert limits.holds(value) == (low <= value <= low + width)
    # A range that is open below loses its end and nothing else.
    opened = limits._replace(open_low=True)
    assert opened.holds(value) == (limits.holds(value) and value != low)


@pytest.mark.parametrize("name", b.RANGES)
def test_every_range_holds_something_and_says_so(name):
    limits = b.RANGES[name]
    assert limits.low < limits.high
    assert f"{limits.low:g}" in str(limits)
    assert not limits.unit or str(limits).endswith(limits.unit)


@pytest.mark.parametrize(("field", "wrong"), [
    ("floor_area", 0.0), ("floor_area", -5.0), ("floor_area", math.nan), ("floor_area", math.inf),
    ("latitude", 90.1), ("longitude", -181.0), ("room_height", 0.0), ("heat_capacity", -1.0), ("thermal_bridge", -1.0),
    ("shading_vertical", 1.5), ("horizon", (91.0,)), ("mass_position", "middle of nowhere")])
def test_a_wrong_value_is_named_with_its_field(field, wrong):
    problems = check_building(dataclasses.replace(HOUSE, **{field: wrong}))
    assert problems
    assert any(field in str(problem) for problem in problems)


def test_words_of_the_types_are_the_words_that_are_checked():
    assert get_args(b.Kind) == b.KINDS
    assert get_args(b.MassPosition) == b.MASS_POSITIONS
    assert get_args(b.Roughness) == tuple(b.ROUGHNESS)


def test_rougher_faces_have_more_wind():
    # Walton 1981 as in EnergyPlus: from very rough 2.17 to very smooth 1.
    factors = list(b.ROUGHNESS.values())
    assert factors == sorted(factors, reverse=True)
    assert (factors[0], factors[-1]) == (2.17, 1.0)
