"""Schedules of all uses but dwellings."""

from __future__ import annotations

import numpy as np
import pytest

from buem.civil import Calendar
from buem.uses import USES
from buem.workplaces import OFFSETS, SHIFTS, STANDARD, VARIANTS, Workplace, air_change, workplace_usage

CALENDAR = Calendar(2019)
# 2019 begins on a Tuesday.
TUESDAY = slice(7 * 24, 8 * 24)
NAMES = [name for name, use in USES.items() if use.heated and not use.residential]


def place(use: str = "office", variant: int = STANDARD) -> Workplace:
    return Workplace(use, variant, CALENDAR)


def opened(variant: int) -> int:
    return int(np.flatnonzero(np.array(air_change(place(variant=variant), 2.5))[TUESDAY])[0])


def test_standard_is_the_middle():
    assert (SHIFTS[STANDARD // len(OFFSETS)], OFFSETS[STANDARD % len(OFFSETS)]) == (0, 0.0)


@pytest.mark.parametrize("variant", range(VARIANTS))
def test_variants(variant):
    # EN 16798-1 Annex C: an office opens at 7; its standard set-point is 21 °C.
    assert opened(variant) == 7 + SHIFTS[variant // len(OFFSETS)]
    usage = workplace_usage(place(variant=variant))
    assert usage.heating_setpoint.high == 21.0 + OFFSETS[variant % len(OFFSETS)]
    assert usage.heating_setpoint.low == 16.0, "empty ones are alike"


@pytest.mark.parametrize("name", NAMES)
def test_upper_set_point_stays_above_the_lower(name):
    for variant in range(VARIANTS):
        usage = workplace_usage(place(name, variant))
        low, high = (np.broadcast_to(np.array(s), 8760) for s in (usage.heating_setpoint, usage.cooling_setpoint))
        assert (high - low).min() >= 4.0


@pytest.mark.parametrize(
    ("name", "height", "highest"),
    [
        # Air per person over m² per person over the height, times the highest occupancy.
        pytest.param("office", 2.5, 36.0 / 14.0 / 2.5 * 0.7, id="office"),
        pytest.param("office", 5.0, 36.0 / 14.0 / 5.0 * 0.7, id="twice as high, half the air change"),
        pytest.param("school", 3.0, 25.0 / 5.4 / 3.0 * 0.7, id="school"),
        pytest.param("hotel", 2.5, 36.0 / 15.0 / 2.5 * 0.9, id="hotel"),
    ],
)
def test_air_change(name, height, highest):
    schedule = air_change(place(name), height)
    assert schedule.high == pytest.approx(highest)
    assert schedule.low == 0.0


@pytest.mark.parametrize(
    ("name", "constant"),
    [pytest.param("hotel", True, id="hotel"), pytest.param("hospital", True, id="ward"),
     pytest.param("office", False, id="office"), pytest.param("swimming", True, id="pool")],
)
def test_buildings_that_are_never_empty(name, constant):
    assert isinstance(workplace_usage(place(name)).heating_setpoint, float) is constant


def test_hot_water_follows_the_people():
    usage = workplace_usage(place("restaurant"))
    water, air = np.array(usage.hot_water), np.array(air_change(place("restaurant"), 2.5))
    np.testing.assert_allclose(water / water.max(), air / air.max())
    assert workplace_usage(place("library")).hot_water == 0.0


def test_shared_objects():
    assert workplace_usage(place()) is workplace_usage(place())
    assert air_change(place(), 2.5) is air_change(place(), 2.5)
