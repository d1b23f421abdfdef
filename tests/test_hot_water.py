"""Hot water, drawn at random."""

from __future__ import annotations

import numpy as np
import pytest

from buem.civil import civil_year
from buem.hot_water import (
    DRAWS,
    HEAT_PER_LITRE,
    REFERENCE_VOLUME,
    SEASON,
    WEEKEND,
    drawn_litres,
    expected_draws,
    mean_profile,
)

CALENDAR = civil_year(2019)
VOLUMES = np.array([draw.volume for draw in DRAWS])


def dice(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize(
    ("draw", "share"),
    # Jordan and Vajen 2001, table of categories: small, medium, bath, shower.
    [pytest.param(0, 0.14, id="small"), pytest.param(1, 0.36, id="medium"), pytest.param(2, 0.10, id="bath"),
     pytest.param(3, 0.40, id="shower")],
)
def test_categories_have_the_published_shares(draw, share):
    assert DRAWS[draw].volume * DRAWS[draw].daily / REFERENCE_VOLUME == pytest.approx(share, abs=0.001)


def test_reference_household():
    assert VOLUMES @ [draw.daily for draw in DRAWS] == pytest.approx(REFERENCE_VOLUME, abs=0.1)
    assert pytest.approx(40.7, abs=0.01) == HEAT_PER_LITRE, "4.186 kJ/(kg K) over 35 K [Wh/l]"


@pytest.mark.parametrize("draw", DRAWS, ids=["small", "medium", "bath", "shower"])
def test_hours_of_a_day(draw):
    assert len(draw.hours) == 24
    assert min(draw.hours) > 0.0
    assert np.argmax(draw.hours) in (7, 10, 11, 12, 19)


def test_expected_draws_of_a_year():
    expected = expected_draws(CALENDAR)
    per_day = expected.sum(axis=1) / 365.0
    # 2019 has 52 weekends of 2 days and a Tuesday more.
    np.testing.assert_allclose(per_day, [draw.daily for draw in DRAWS], rtol=2e-3)


def test_weekend_and_season():
    daily = (VOLUMES @ expected_draws(CALENDAR)).reshape(365, 24).sum(axis=1)
    # Neighbours of 1 January 2019, a Tuesday, and of the Saturday after it.
    assert daily[4] / daily[3] == pytest.approx(WEEKEND, rel=2e-3)
    week = daily[:364].reshape(52, 7).sum(axis=1)
    assert week.max() / week.min() == pytest.approx((1.0 + SEASON) / (1.0 - SEASON), rel=5e-3)
    assert week.argmax() in (0, 51)


def test_nobody_there_nothing_drawn():
    present = np.ones(8760)
    present[100:200] = 0.0
    assert not expected_draws(CALENDAR, present)[:, 100:200].any()
    litres = drawn_litres(CALENDAR, 120.0, dice(), present)
    assert not litres[100:200].any()
    # The rest of the year makes up for it.
    assert litres.sum() / 365.0 == pytest.approx(120.0, rel=0.02)


@pytest.mark.parametrize(
    ("volume", "present"),
    [
        pytest.param(120.0, np.zeros(8760), id="nobody there all year"),
        pytest.param(1e-9, np.ones(8760), id="next to no water"),
        pytest.param(0.0, None, id="no water"),
    ],
)
def test_without_a_draw(volume, present):
    assert not drawn_litres(CALENDAR, volume, dice(), present).any()


def test_mean_profile():
    profile = mean_profile(CALENDAR)
    assert profile.mean() == pytest.approx(1.0, rel=1e-12)
    day = profile[7 * 24:8 * 24]
    assert day.argmax() == 7, "showers in the morning"
    assert day.min() > 0.0


@pytest.mark.parametrize("volume", [20.0, 120.0, 2000.0])
def test_draws_follow_the_volume(volume):
    litres = drawn_litres(CALENDAR, volume, dice())
    assert litres.dtype == np.int64
    assert litres.min() >= 0
    # Baths make most of the variance: 0.1 of the volume in draws of 140 l.
    assert litres.sum() / 365.0 == pytest.approx(volume, rel=5.0 * np.sqrt(40.0 / (volume * 365.0)))


def test_more_water_is_smoother():
    drawn = [drawn_litres(CALENDAR, volume, dice()) for volume in (30.0, 300.0, 3000.0, 30000.0)]
    peaks = [litres.max() / litres.mean() for litres in drawn]
    assert peaks == sorted(peaks, reverse=True)
    assert peaks[-1] < 1.5 * mean_profile(CALENDAR).max()


def test_many_households_have_the_mean_profile():
    together = np.sum([drawn_litres(CALENDAR, 120.0, dice(k)) for k in range(200)], axis=0)
    day = together.reshape(365, 24).mean(axis=0) / together.mean()
    np.testing.assert_allclose(day, mean_profile(CALENDAR).reshape(365, 24).mean(axis=0), rtol=0.05)


def test_peak_of_a_house_is_of_the_size_of_a_bath():
    # 120 l/d: the highest hour holds a bath (140 l) or some showers, and not ten of them.
    assert 100 < drawn_litres(CALENDAR, 120.0, dice()).max() < 370
