"""Hand-made results, for the tests of everything that reads or writes them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import settings

from buem.building import Building, Surface, Window
from buem.constants import HOURS
from buem.errors import problem
from buem.profiles import Period
from buem.results import Failure, Indicators, Results

# The same examples on every machine and each time; `--hypothesis-profile=default` looks for others.
settings.register_profile("suite", derandomize=True)
settings.load_profile("suite")

MakeResults = Callable[..., Results]


def handmade_building(number: int, **changes: object) -> Building:
    """A box of 100 m² near Utrecht; the number moves it east by 0.001° each."""
    fields: dict[str, object] = {
        "id": f"B{number:03d}",
        "latitude": 52.0,
        "longitude": 5.0 + number / 1000,
        "floor_area": 100.0,
        "surfaces": (Surface(id="Wall_1", area=80.0, u_value=1.5, azimuth=180.0),),
        "windows": (Window(id="Win_1", area=6.0, u_value=2.8, g_value=0.6, azimuth=180.0),),
        "dialect": "envelope",
        "notes": (f"note of {number}",),
    }
    return Building(**{**fields, **changes})  # type: ignore[arg-type]


def handmade_loads(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Heating in winter, cooling in summer, a little different for each building; in steps of 1/64 as in files. [W]"""
    season = np.cos(2 * np.pi * np.arange(HOURS) / HOURS)
    size = 1.0 + 0.1 * np.arange(count)[:, None]
    heating = np.maximum(0.0, 5000.0 * season - 500.0) * size
    cooling = np.maximum(0.0, -2000.0 * season - 500.0) * size
    heating, cooling = np.round(heating * 64) / 64, np.round(cooling * 64) / 64
    cooling[:, HOURS // 2] += 1 / 64  # one hour is the highest
    return heating.astype(np.float32), cooling.astype(np.float32)


def handmade_results(
    count: int = 3,
    *,
    indices: list[int] | None = None,
    failed: list[int] | None = None,
    period: Period | None = None,
    all_series: bool = False,
    changes: dict[str, object] | None = None,
) -> Results:
    """Results of `count` buildings at the given input indices, and failures at others."""
    rows = np.array(indices if indices is not None else range(count), dtype=np.int64)
    hours = period or Period(year=2018)
    buildings = tuple(handmade_building(int(i), period=hours, **(changes or {})) for i in rows)
    heating, cooling = handmade_loads(len(rows))
    chosen = hours.indices()
    series = {"heating": heating, "cooling": cooling}
    if all_series:
        series["temp_zone"] = np.full_like(heating, 21.0)
        series["temp_operative"] = np.full_like(heating, 20.5)
        series["hot_water"] = np.full_like(heating, 150.0)
        series["electricity"] = np.full_like(heating, 300.0)
    wrong = problem("$.features[1].properties.buem.building.envelope.elements[2].U.value", -0.2, "0 to 10 W/(m²K)")
    return Results(
        buildings=buildings,
        index=rows,
        weather=("NLD_De.Bilt",) * len(rows),
        weather_distance=np.full(len(rows), 12.5),
        utc_offset=np.full(len(rows), 1.0),
        indicators=_indicators(heating.astype(np.float64)[:, chosen], cooling.astype(np.float64)[:, chosen], chosen),
        series=series,  # type: ignore[arg-type]
        failures=tuple(Failure(id=f"F{i:03d}", index=i, problems=(wrong,), dialect="envelope") for i in failed or []),
        notes=((),) * len(rows),
    )


def _indicators(heating: np.ndarray, cooling: np.ndarray, hours: np.ndarray) -> Indicators:
    count = len(heating)
    full = np.ones(count)
    return Indicators(
        heating=heating.sum(axis=1),
        cooling=cooling.sum(axis=1),
        heating_peak=heating.max(axis=1),
        cooling_peak=cooling.max(axis=1),
        heating_peak_hour=np.where(heating.any(axis=1), hours[heating.argmax(axis=1)], -1),
        cooling_peak_hour=np.where(cooling.any(axis=1), hours[cooling.argmax(axis=1)], -1),
        hours_below_band=np.zeros(count, dtype=np.int64),
        hours_above_band=np.full(count, 7, dtype=np.int64),
        loss=np.outer(full, [6e6, 3e6, 2e6, 2.5e6, 0.5e6, 0.2e6]),
        loss_ventilation=4e6 * full,
        gain_solar=3e6 * full,
        gain_internal=2.6e6 * full,
        storage=0.0 * full,
    )


@pytest.fixture
def make_results() -> MakeResults:
    """`handmade_results`, for tests that want to choose its arguments."""
    return handmade_results


@pytest.fixture
def results() -> Results:
    """Three buildings, one failure at index 3, heating and cooling over the year 2018."""
    return handmade_results(failed=[3])
