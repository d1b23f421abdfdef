"""Hot water and electricity of buildings, in arrays, tables and responses."""

from __future__ import annotations

import numpy as np
import pyarrow.parquet as pq
import pytest

from buem import simulate
from buem.building import Building, Surface, Usage
from buem.demands import demand_hours, demand_schedule, demand_series, demand_totals
from buem.io.directory import open_results
from buem.io.response import answer, response_feature
from buem.io.stations import read_station
from buem.io.tables import write_parquet
from buem.profiles import Period, YearSchedule

# 24 values of each day: 12 hours of 1 W/m² and 12 of 3 W/m².
HALF_DAYS = (1.0,) * 12 + (3.0,) * 12
RAMP = YearSchedule(np.arange(8760.0) / 8759.0)


def building(period: Period | None = None, floor_area: float = 100.0, **usage) -> Building:
    return Building(id="B1", latitude=52.0, longitude=13.0, floor_area=floor_area, usage=Usage(**usage),
                    period=period or Period(year=2019), surfaces=(Surface(area=200.0, u_value=1.0),))


@pytest.mark.parametrize(
    ("usage", "demand", "expected"),
    [
        pytest.param({}, "hot_water", 0.0, id="no hot water unless it is given"),
        pytest.param({"hot_water": 1.5}, "hot_water", 1.5, id="constant hot water"),
        pytest.param({"internal_gain": 4.0}, "electricity", 4.0, id="electricity of the gains"),
        pytest.param({"internal_gain": 4.0, "electricity": 2.0}, "electricity", 2.0, id="electricity of its own"),
        pytest.param({"internal_gain": 4.0, "electricity": 0.0}, "electricity", 0.0, id="none at all is a value, too"),
        pytest.param({"electricity": HALF_DAYS}, "electricity", HALF_DAYS, id="a schedule"),
    ],
)
def test_schedule_of_a_demand(usage, demand, expected):
    assert demand_schedule(building(**usage), demand) == expected


@pytest.mark.parametrize(
    ("period", "usage", "expected"),
    [
        # 100 m² x 8760 h x 2 W/m².
        pytest.param(Period(), {"hot_water": 2.0}, 1_752_000.0, id="a constant over a year"),
        pytest.param(Period(), {"hot_water": HALF_DAYS}, 1_752_000.0, id="a day's schedule over a year"),
        pytest.param(Period(), {"hot_water": RAMP}, 438_000.0, id="an hourly one: its mean is a half"),
        pytest.param(Period(hours=24), {"hot_water": 2.0}, 4800.0, id="a constant over a day"),
        pytest.param(Period(hours=12), {"hot_water": HALF_DAYS}, 1200.0, id="the first half of a day"),
        pytest.param(Period(first_hour=8748, hours=24), {"hot_water": HALF_DAYS}, 4800.0, id="over New Year"),
        pytest.param(Period(first_hour=8759, hours=1), {"hot_water": RAMP}, 100.0, id="the last hour"),
    ],
)
def test_totals_cover_the_hours_of_the_period(period, usage, expected):
    assert demand_totals([building(period, **usage)], "hot_water")[0] == pytest.approx(expected, rel=1e-12)


def test_totals_of_many_are_those_of_each():
    some = [building(floor_area=float(area), hot_water=hot, period=period)
            for area in (50, 200) for hot in (1.0, HALF_DAYS, RAMP)
            for period in (Period(), Period(year=2020, first_hour=100, hours=200))]
    together = demand_totals(some, "hot_water")
    np.testing.assert_array_equal(together, [demand_totals([b], "hot_water")[0] for b in some])
    for b, total in zip(some, together):
        assert demand_hours(b, "hot_water")[b.period.indices()].sum() == pytest.approx(total, rel=1e-12)


def test_series_has_a_row_a_building():
    series = demand_series([building(hot_water=RAMP), building(floor_area=10.0, hot_water=2.0)], "hot_water")
    assert (series.shape, series.dtype) == ((2, 8760), np.float32)
    assert series[0, -1] == 100.0
    assert set(series[1]) == {20.0}


def test_no_buildings():
    assert demand_series([], "electricity").shape == (0, 8760)
    assert demand_totals([], "electricity").shape == (0,)


@pytest.fixture(scope="module")
def simulated(potsdam):
    many = [building(hot_water=RAMP, electricity=HALF_DAYS), building(internal_gain=3.0)]
    return simulate([many[0], Building(**{**_fields(many[1]), "id": "B2"})], potsdam, hourly="all")


@pytest.fixture(scope="module")
def potsdam():
    return read_station("de_potsdam_try2015")


def _fields(item: Building) -> dict[str, object]:
    return {name: getattr(item, name) for name in ("latitude", "longitude", "floor_area", "usage", "surfaces")}


def test_simulate_brings_them_with_all_series(simulated):
    frame = simulated.hourly("B1")
    assert list(frame.columns)[-2:] == ["hot_water_W", "electricity_W"]
    assert frame["hot_water_W"].iloc[-1] == 100.0
    assert frame["electricity_W"].iloc[:24].tolist() == [100.0] * 12 + [300.0] * 12
    assert set(simulated.hourly("B2")["hot_water_W"]) == {0.0}
    assert set(simulated.hourly("B2")["electricity_W"]) == {300.0}


def test_summary_has_their_totals(simulated):
    summary = simulated.summary.set_index("id")
    assert summary.loc["B1", "hot_water_kwh"] == pytest.approx(438.0)
    assert summary.loc["B1", "electricity_kwh"] == pytest.approx(1752.0)
    assert summary.loc["B2", ["hot_water_kwh", "electricity_kwh"]].tolist() == pytest.approx([0.0, 2628.0])


def test_they_do_not_heat_the_zone(potsdam):
    plain = simulate(building(internal_gain=3.0), potsdam)
    with_them = simulate(building(internal_gain=3.0, hot_water=RAMP, electricity=50.0), potsdam)
    assert with_them.indicators.heating[0] == plain.indicators.heating[0]
    assert with_them.indicators.cooling[0] == plain.indicators.cooling[0]


def test_folder_brings_them_back(simulated, tmp_path):
    write_parquet(simulated, tmp_path / "out")
    back = open_results(tmp_path / "out")
    assert back.hourly("B1")["hot_water_W"].sum() == pytest.approx(438_000.0, rel=1e-5)
    assert back.summary["electricity_kwh"].tolist() == pytest.approx([1752.0, 2628.0])
    names = pq.read_schema(tmp_path / "out" / "hourly" / "part-00000.parquet").names
    assert names[-2:] == ["hot_water_W", "electricity_W"]


@pytest.mark.parametrize(
    ("row", "mean", "noted"),
    [
        pytest.param(0, 0.2, False, id="from the profile of the use"),
        pytest.param(1, 0.3, True, id="from the gains, with a note"),
    ],
)
def test_response_takes_the_electricity_of_the_use(simulated, row, mean, noted):
    block = response_feature(None, answer(simulated, row))["properties"]["buem"]
    assert block["thermal_load_profile"]["summary"]["electricity"]["mean"] == {"value": mean, "unit": "kW"}
    warnings = block["model_metadata"]["validation_warnings"]
    assert any(note.startswith("electricity: no profile was used") for note in warnings) is noted
