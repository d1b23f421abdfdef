from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from buem.errors import OptionError
from buem.profiles import Period
from buem.results import COLUMNS, concatenate

# shared/inputs.md, "What comes out", row summary.parquet, written out.
PROMISED = [
    "id", "index", "status", "dialect", "model", "floor_area_m2", "heating_kwh", "cooling_kwh", "heating_kwh_m2",
    "cooling_kwh_m2", "heating_peak_kw", "cooling_peak_kw", "heating_peak_time", "cooling_peak_time",
    "hours_below_band", "hours_above_band", "loss_wall_kwh", "loss_roof_kwh", "loss_floor_kwh", "loss_window_kwh",
    "loss_door_kwh", "loss_bridge_kwh", "loss_ventilation_kwh", "gain_solar_kwh", "gain_internal_kwh",
    "hot_water_kwh", "electricity_kwh",
    "country", "size_class", "use", "year",
    "archetype", "variant", "height_m", "storeys", "footprint_m2", "wall_m2", "party_wall_m2", "filled", "weather",
    "weather_distance_km", "notes", "error",
]


def test_summary_has_the_promised_columns_in_their_order(results):
    assert list(COLUMNS) == PROMISED
    assert list(results.summary.columns) == PROMISED
    assert list(results.summary_columns()) == PROMISED


def test_summary_has_failures_in_the_order_of_the_input(make_results):
    results = make_results(indices=[0, 2, 5], failed=[1, 4])
    summary = results.summary
    assert summary["index"].tolist() == [0, 1, 2, 4, 5]
    assert summary["id"].tolist() == ["B000", "F001", "B002", "F004", "B005"]
    assert summary["status"].tolist() == ["ok", "error", "ok", "error", "ok"]
    assert summary["error"].isna().tolist() == [True, False, True, False, True]
    assert summary["error"][1] == (
        "$.features[1].properties.buem.building.envelope.elements[2].U.value: -0.2; expected 0 to 10 W/(m²K)")
    assert summary.loc[1, "heating_kwh":"weather_distance_km"].isna().all()


def test_failed_row_says_what_is_known(make_results):
    columns = make_results(1, failed=[7]).summary_columns()
    row = {name: values[1] for name, values in columns.items()}
    known = [row[name] for name in ("id", "index", "status", "dialect", "notes")]
    assert known == ["F007", 7, "error", "envelope", []]
    assert row["heating_kwh"] is row["model"] is row["weather"] is None


def test_summary_of_results_without_failures_is_of_numbers(results):
    summary = replace(results, failures=()).summary
    for name in ("heating_kwh", "cooling_peak_kw", "loss_wall_kwh", "weather_distance_km"):
        assert summary[name].dtype == np.float64
    assert summary["hours_above_band"].dtype == np.int64


def test_energies_are_kwh_and_per_floor_area(results):
    heating = results.series["heating"][1].astype(np.float64).sum() / 1000.0
    row = results.summary.iloc[1]
    assert row["heating_kwh"] == pytest.approx(heating)
    assert row["heating_kwh_m2"] == pytest.approx(heating / 100.0)
    assert row["heating_peak_kw"] == pytest.approx(4.95)  # 1.1 · (5000 - 500) W
    assert (row["loss_wall_kwh"], row["loss_bridge_kwh"], row["loss_ventilation_kwh"]) == (6000.0, 200.0, 4000.0)
    assert (row["gain_solar_kwh"], row["gain_internal_kwh"]) == (3000.0, 2600.0)
    assert row["hours_above_band"] == 7


def test_times_of_peaks_are_stamps_of_the_site(results):
    row = results.summary.iloc[0]
    assert row["heating_peak_time"] == "2018-01-01T00:00:00+01:00"
    assert row["cooling_peak_time"] == "2018-07-02T12:00:00+01:00"  # hour 4380


def test_no_load_has_no_time(make_results):
    results = make_results(1)
    none = replace(results.indicators, cooling_peak_hour=np.array([-1]), cooling_peak=np.zeros(1))
    assert replace(results, indicators=none).summary_columns()["cooling_peak_time"] == [None]


def test_own_weather_has_no_distance(make_results):
    results = replace(make_results(2), weather_distance=np.array([np.nan, 3.0]))
    assert results.summary_columns()["weather_distance_km"] == [None, 3.0]


def test_notes_of_the_reader_come_before_those_of_the_run(make_results):
    results = replace(make_results(1), notes=(("nearest station 12.5 km away",),))
    assert results.summary_columns()["notes"] == [["note of 0", "nearest station 12.5 km away"]]


def test_hourly_is_indexed_by_the_starts_of_the_hours_with_their_zone(results):
    hours = results.hourly("B001")
    assert list(hours.columns) == ["heating_W", "cooling_W"]
    assert len(hours) == 8760
    assert hours.index.name == "time"
    assert hours.index.tz.utcoffset(None).total_seconds() == 3600
    assert str(hours.index[0]) == "2018-01-01 00:00:00+01:00"
    assert str(hours.index[-1]) == "2018-12-31 23:00:00+01:00"
    np.testing.assert_array_equal(hours["heating_W"], results.series["heating"][1])


@pytest.mark.parametrize(
    ("period", "first", "last", "hour"),
    [
        pytest.param(Period(year=2020), "2020-01-01 00:00:00+01:00", "2020-12-31 23:00:00+01:00", 0, id="leap year"),
        pytest.param(Period(year=2019, first_hour=8750, hours=30), "2019-12-31 14:00:00+01:00",
                     "2020-01-01 19:00:00+01:00", 8750, id="over New Year"),
        pytest.param(Period(year=2018, first_hour=100, hours=1), "2018-01-05 04:00:00+01:00",
                     "2018-01-05 04:00:00+01:00", 100, id="one hour"),
    ],
)
def test_hourly_has_the_hours_of_the_period(make_results, period, first, last, hour):
    results = make_results(2, period=period)
    hours = results.hourly("B000")
    assert (str(hours.index[0]), str(hours.index[-1]), len(hours)) == (first, last, period.hours)
    assert hours["heating_W"].iloc[0] == results.series["heating"][0, hour]
    assert hours.index.is_monotonic_increasing
    assert hours.index.is_unique


def test_hourly_brings_the_temperatures_that_were_asked_for(make_results):
    hours = make_results(1, all_series=True).hourly("B000")
    assert list(hours.columns) == [
        "heating_W", "cooling_W", "temp_zone", "temp_operative", "hot_water_W", "electricity_W"]
    assert isinstance(hours, pd.DataFrame)
    assert set(hours["temp_zone"]) == {21.0}


def test_half_hour_zones_are_kept(make_results):
    results = replace(make_results(1), utc_offset=np.array([5.5]))
    assert str(results.hourly("B000").index[0]) == "2018-01-01 00:00:00+05:30"


def test_unknown_id_is_named(results):
    with pytest.raises(OptionError, match=r"^building: 'B9'; expected one of the 3 simulated buildings$"):
        results.hourly("B9")


def test_id_of_a_failed_building_brings_its_reason(results):
    with pytest.raises(OptionError) as caught:
        results.hourly("F003")
    assert str(caught.value) == (
        "building: 'F003'; expected a building that was simulated: "
        "$.features[1].properties.buem.building.envelope.elements[2].U.value: -0.2; expected 0 to 10 W/(m²K)")


def test_rows_and_ids(results):
    assert results.ids == ("B000", "B001", "B002")
    assert [results.row(name) for name in results.ids] == [0, 1, 2]


def test_to_xarray_has_series_over_building_and_hour(make_results):
    pytest.importorskip("xarray")
    data = make_results(2, all_series=True).to_xarray()
    assert dict(data.sizes) == {"building": 2, "hour": 8760}
    assert list(data) == ["heating", "cooling", "temp_zone", "temp_operative", "hot_water", "electricity"]
    assert [data[name].attrs["units"] for name in data] == ["W", "W", "degC", "degC", "W", "W"]
    assert data["building"].values.tolist() == ["B000", "B001"]
    assert float(data["heating"].sel(building="B001", hour=0)) == pytest.approx(4950.0)


def test_parts_are_put_together_in_the_order_of_the_input(make_results):
    one, two = make_results(indices=[3, 1], failed=[2]), make_results(indices=[4, 0])
    both = concatenate([one, replace(two, notes=())])
    assert both.index.tolist() == [0, 1, 3, 4]
    assert both.ids == ("B000", "B001", "B003", "B004")
    assert [f.index for f in both.failures] == [2]
    np.testing.assert_array_equal(both.series["heating"][2], one.series["heating"][0])
    assert both.indicators.heating[2] == one.indicators.heating[0]
    assert both.notes == ((), (), (), ())


def test_one_part_is_sorted_too(make_results):
    part = make_results(indices=[5, 2])
    assert concatenate([part]).ids == ("B002", "B005")
    np.testing.assert_array_equal(concatenate([part]).indicators.heating, part.indicators.heating[::-1])
