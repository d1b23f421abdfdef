"""Schedules of dwellings."""

from __future__ import annotations

import numpy as np
import pytest

from buem.civil import Calendar
from buem.dwellings import (
    HOUSEHOLDS,
    LARGE_VOLUME,
    MEAN_WARM,
    VOLUME_STEP,
    Homes,
    electricity,
    gains,
    hot_water,
    setpoints,
)
from buem.hot_water import HEAT_PER_LITRE
from buem.households import POOL, SETBACK, heated_hours, household
from buem.uses import FLATS, USES

CALENDAR = Calendar(2019, "Europe/Berlin")
STANDARD = Homes(-1, 0, CALENDAR, 1, False)


def homes(variant: int = 3, households: int = 1, *, seed: int = 0, flats: bool = False) -> Homes:
    return Homes(variant, seed, CALENDAR, households, flats)


@pytest.mark.parametrize(
    ("variant", "households", "members"),
    [
        pytest.param(5, 1, [5], id="a house"),
        pytest.param(5, 2, [5, 37], id="two flats, half a pool apart"),
        pytest.param(60, 4, [60, 12, 28, 44], id="four flats, around the end of the pool"),
    ],
)
def test_members(variant, households, members):
    assert homes(variant, households).members() == [household(k, 0) for k in members]


def test_use_and_standard():
    assert STANDARD.standard
    assert not homes().standard
    assert homes().use is USES["residential"]
    assert homes(flats=True).use is FLATS


def test_set_points_of_a_house():
    who, schedule = household(3, 0), setpoints(homes(3), 20.0)
    warm = heated_hours(who, CALENDAR.civil())
    values = np.array(schedule)
    np.testing.assert_allclose(values[warm], 20.0 + who.offset + SETBACK * (1.0 - MEAN_WARM))
    np.testing.assert_allclose(values[~warm], values[warm][0] - SETBACK)


def test_set_points_of_flats_are_the_mean():
    parts = [np.array(setpoints(homes(k), 19.0)) for k in (3, 19, 35, 51)]
    np.testing.assert_allclose(setpoints(homes(3, 4), 19.0), np.mean(parts, axis=0), atol=1e-9)


@pytest.mark.parametrize("seed", [0, 9])
def test_set_points_of_the_pool_have_the_mean(seed):
    means = [np.mean(setpoints(homes(k, seed=seed), 18.0)) for k in range(POOL)]
    assert np.mean(means) == pytest.approx(18.0, abs=0.02)


@pytest.mark.parametrize("households", HOUSEHOLDS)
def test_gains_keep_their_mean(households):
    assert np.mean(gains(homes(households=households), 3.7)) == pytest.approx(3.7, rel=1e-12)


def test_gains_while_away():
    who = household(3, 0)
    away = np.isin(CALENDAR.civil().date, who.away)
    values = np.array(gains(homes(3), 3.0))
    assert away.any()
    # What idles, half of the appliances' power, and nobody.
    assert np.ptp(values[away]) == pytest.approx(0.0, abs=1e-12)
    assert values[away][0] < 0.6 * values[~away].mean()


@pytest.mark.parametrize("who", [STANDARD, homes(), homes(households=4)], ids=["standard", "house", "flats"])
def test_electricity_of_a_year(who):
    assert np.sum(electricity(who)) / 1000.0 == pytest.approx(17.8 + 4.2, rel=1e-12)
    assert np.min(electricity(who)) >= 0.0


@pytest.mark.parametrize(
    ("who", "volume"),
    [
        pytest.param(STANDARD, 120.0, id="standard"),
        pytest.param(homes(), 120.0, id="house"),
        pytest.param(homes(), 5000.0, id="block"),
        pytest.param(homes(), 1e-6, id="next to nothing"),
    ],
)
def test_hot_water_keeps_its_mean(who, volume):
    assert np.mean(hot_water(who, 1.2, volume)) == pytest.approx(1.2, rel=1e-12)
    assert np.min(hot_water(who, 1.2, volume)) >= 0.0


def test_no_hot_water_while_away():
    away = np.isin(CALENDAR.civil().date, household(3, 0).away)
    assert not np.array(hot_water(homes(3), 1.2, 120.0))[away].any()
    assert np.array(hot_water(homes(3), 1.2, 2.0 * LARGE_VOLUME))[away].any(), "a block is never empty"


def test_draws_are_of_the_size_of_draws():
    # 140 m², 120 l/d: an hour's heat is a whole number of litres but for the rounding of the class, at most 2^(1/4).
    mean = 120.0 * HEAT_PER_LITRE / 24.0 / 140.0
    heat = np.array(hot_water(homes(), mean, 120.0)) * 140.0
    litre = heat[heat > 0].min()
    assert litre / HEAT_PER_LITRE == pytest.approx(1.0, rel=VOLUME_STEP ** 0.5 - 1.0 + 0.05)
    np.testing.assert_allclose(heat / litre, (heat / litre).round(), atol=1e-6)


@pytest.mark.parametrize(
    ("volume", "distinct"),
    [pytest.param(100.0, POOL, id="houses: the whole pool"), pytest.param(2000.0, 8, id="blocks: a few")],
)
def test_pool_of_draws(volume, distinct):
    assert len({id(hot_water(homes(k), 1.0, volume)) for k in range(POOL)}) == distinct


def test_shared_objects():
    assert setpoints(homes(), 20.0) is setpoints(homes(), 20.0)
    assert gains(homes(), 3.0) is gains(homes(), 3.0)
    assert hot_water(homes(), 1.0, 100.0) is hot_water(homes(households=2), 1.0, 101.0)
