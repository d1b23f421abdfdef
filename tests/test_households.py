"""Households that differ, by chance that repeats."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

import numpy as np
import pytest

from buem.civil import civil_year
from buem.dwellings import MEAN_WARM
from buem.households import (
    HEATED_ALL_DAY,
    NIGHTS,
    POOL,
    SETPOINT_DEVIATION,
    TIME_DEVIATION,
    TRIPS,
    Household,
    choose,
    generator,
    heated_hours,
    household,
    shifted,
)

CALENDAR = civil_year(2019)
TUESDAY, SATURDAY, SUNDAY = 7 * 24, 4 * 24, 5 * 24


def make(**changes) -> Household:
    return Household(**({"at_home": True, "morning": 0, "evening": 0, "offset": 0.0, "away": ()} | changes))


def hours_of(who: Household, start: int) -> list[int]:
    return np.flatnonzero(heated_hours(who, CALENDAR)[start:start + 24]).tolist()


@pytest.mark.parametrize(
    ("changes", "start", "hours"),
    [
        pytest.param({}, TUESDAY, list(range(6, 23)), id="standard day: 6 to 23"),
        pytest.param({"morning": 2}, TUESDAY, list(range(8, 23)), id="rises at 8"),
        pytest.param({"morning": -1, "evening": -2}, TUESDAY, list(range(5, 21)), id="early to bed and early to rise"),
        pytest.param({"evening": 2}, TUESDAY, [0, *range(6, 24)], id="to bed at 1 in the night"),
        pytest.param({"at_home": False}, TUESDAY, [6, 7, 8, *range(16, 23)], id="nobody in on a weekday"),
        pytest.param({"at_home": False, "morning": 1}, TUESDAY, [7, 8, 9, *range(16, 23)], id="leaves an hour later"),
        pytest.param({"at_home": False}, SATURDAY, list(range(6, 23)), id="all in on Saturday"),
        pytest.param({"at_home": False}, SUNDAY, list(range(6, 23)), id="all in on Sunday"),
        pytest.param({"away": (7,)}, TUESDAY, [], id="away that day"),
        pytest.param({"away": (8,)}, TUESDAY, list(range(6, 23)), id="away the day after"),
    ],
)
def test_heated_hours(changes, start, hours):
    assert hours_of(make(**changes), start) == hours


def test_heated_hours_follow_the_clock():
    summer = civil_year(2019, "Europe/Berlin")
    july = 182 * 24
    warm = np.flatnonzero(heated_hours(make(), summer)[july:july + 24])
    assert warm.tolist() == list(range(5, 22)), "in standard time"


def test_shifted_shapes():
    days = np.stack([np.arange(24.0), 100.0 + np.arange(24), 200.0 + np.arange(24)])
    np.testing.assert_array_equal(shifted(days, make(at_home=False)), days)
    np.testing.assert_array_equal(shifted(days, make()), np.stack([days[2]] * 3))
    later = shifted(days, make(at_home=False, morning=1, evening=2))
    assert later[0, 7] == 6.0, "what was at 6 is at 7"
    assert later[0, 20] == 18.0, "what was at 18 is at 20"
    assert later[0, 0] == 23.0, "the night before"


@pytest.mark.parametrize("seed", [0, 1, 12345])
def test_pool_has_the_spread_of_its_sources(seed):
    pool = [household(k, seed) for k in range(POOL)]
    offsets = np.array([who.offset for who in pool])
    assert offsets.mean() == pytest.approx(0.0, abs=1e-9)
    assert offsets.std() == pytest.approx(SETPOINT_DEVIATION, rel=0.03)
    assert sum(who.at_home for who in pool) / POOL == pytest.approx(HEATED_ALL_DAY, abs=1.0 / POOL)
    for shifts in ([who.morning for who in pool], [who.evening for who in pool]):
        assert np.mean(shifts) == pytest.approx(0.0, abs=1e-9)
        assert np.std(shifts) == pytest.approx(TIME_DEVIATION, rel=0.05)
    # Trips that overlap count once, so a little less than all nights.
    nights = np.mean([len(who.away) for who in pool])
    assert 0.93 * TRIPS * NIGHTS <= nights <= TRIPS * NIGHTS
    warm = np.mean([heated_hours(who, CALENDAR).mean() for who in pool])
    assert warm == pytest.approx(MEAN_WARM, abs=0.005)


def test_properties_are_dealt_out_independently():
    pool = [household(k, 3) for k in range(POOL)]
    columns = np.array([[who.morning, who.evening, who.offset, who.at_home] for who in pool], dtype=float)
    correlation = np.corrcoef(columns.T) - np.eye(4)
    assert np.abs(correlation).max() < 0.4


def test_another_seed_is_another_pool():
    assert household(0, 0) != household(0, 1)
    assert household(5, 0) == household(5, 0)


def test_choice_is_even():
    counts = Counter(choose(f"B{i:05d}", 0, POOL) for i in range(64 * 100))
    assert sorted(counts) == list(range(POOL))
    # Poisson of mean 100: five standard deviations.
    assert 50 <= min(counts.values()) <= max(counts.values()) <= 150


def test_choice_depends_on_id_and_seed():
    some = [f"B{i}" for i in range(200)]
    assert [choose(i, 0, POOL) for i in some] != [choose(i, 1, POOL) for i in some]
    assert choose("Straße 1", 0, POOL) == choose("Straße 1", 0, POOL)


def test_generators_differ_by_name():
    first, second = generator(0, "a"), generator(0, "b")
    assert first.random() != second.random()
    assert generator(0, "a", 1).random() == generator(0, "a", 1).random()


@pytest.mark.parametrize("hash_seed", ["0", "4711"])
def test_any_process_draws_the_same(hash_seed):
    code = ("from buem.households import choose, household; "
            "print([choose(f'B{i}', 7, 64) for i in range(20)], household(11, 7))")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                          env={"PYTHONHASHSEED": hash_seed, "PYTHONPATH": ":".join(sys.path)})
    assert done.stdout.strip() == f"{[choose(f'B{i}', 7, 64) for i in range(20)]} {household(11, 7)}"
