"""Sums over groups and times, against sums by hand."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import buem
from buem.building import Building
from buem.constants import HOURS
from buem.errors import OptionError, OutputError
from buem.io.aggregate import aggregate, aggregate_table, csv_text, write_aggregate
from buem.io.store import Store
from buem.io.tables import write_parquet
from buem.profiles import Period
from buem.results import NotHeated

GARAGE = NotHeated(index=3, building=Building(id="G", latitude=52.0, longitude=5.0, floor_area=20.0,
                                              dialect="footprint", not_heated="a garage"))


def loads(results, heating=(), cooling=()):
    """Results whose loads are nil but for some (row, hour, W)."""
    for name, given in (("heating", heating), ("cooling", cooling)):
        results.series[name][:] = 0.0
        for row, hour, watt in given:
            results.series[name][row, hour] = watt
    return results


@pytest.fixture
def folder(tmp_path, make_results):
    """Buildings 0, 2 and 600 on 100 m² each, one failed, one not heated; two dialects."""
    results = make_results(indices=[0, 2, 600], failed=[1])
    first, second, third = results.buildings
    results = replace(results, buildings=(first, second, replace(third, dialect="components")), not_heated=(GARAGE,))
    heating = ((0, 0, 1000.0), (0, 1, 3000.0), (1, 1, 2000.0), (2, 2, 8000.0), (2, 8759, 500.0))
    write_parquet(loads(results, heating, ((0, 4400, 700.0), (1, 4401, 900.0))), tmp_path / "out")
    return tmp_path / "out"


def test_all_together(folder):
    (row,) = aggregate(folder).to_dict("records")
    assert (row["buildings"], row["failed"], row["not_heated"], row["floor_area_m2"]) == (3, 1, 1, 300.0)
    assert row["heating_kwh"] == 14.5
    assert row["heating_kwh_m2"] == pytest.approx(14.5 / 300.0)
    assert row["heating_mean_kw"] == 14.5 / 8760
    # Hour 1 has 5 kW of two buildings, hour 2 has 8 kW of one: no sum of three peaks, which would be 13 kW.
    assert (row["heating_peak_kw"], row["heating_peak_hour"]) == (8.0, 2)
    assert (row["cooling_kwh"], row["cooling_peak_kw"], row["cooling_peak_hour"]) == (1.6, 0.9, 4401)


def test_by_a_column_of_the_summary(folder):
    frame = aggregate(folder, "dialect").set_index("dialect")
    assert frame.index.tolist() == ["components", "envelope", "footprint"]
    assert frame["buildings"].tolist() == [1, 2, 0]
    assert frame["failed"].tolist() == [0, 1, 0]
    assert frame["not_heated"].tolist() == [0, 0, 1]
    assert frame["floor_area_m2"].tolist() == [100.0, 200.0, 0.0]
    assert frame["heating_kwh"].tolist() == [8.5, 6.0, 0.0]
    # Simultaneous: 3 + 2 kW in hour 1.
    assert frame["heating_peak_kw"].tolist() == [8.0, 5.0, 0.0]
    assert frame["heating_peak_hour"].tolist()[:2] == [2, 1]
    nothing = frame.loc["footprint"]
    assert nothing[["heating_kwh_m2", "heating_mean_kw", "heating_peak_hour"]].isna().all()


def test_by_month(folder):
    frame = aggregate(folder, "month").set_index("month")
    assert frame.index.tolist() == list(range(1, 13))
    assert frame["heating_kwh"].tolist() == [14.0, *[0.0] * 10, 0.5]
    assert frame.loc[1, "heating_mean_kw"] == 14.0 / 744
    assert frame["heating_peak_hour"].dropna().tolist() == [2, 8759]
    # Hour 4400 is 3 July, 08:00.
    assert frame["cooling_kwh"][7] == 1.6


def test_by_hour_of_day(folder):
    frame = aggregate(folder, ["hour_of_day"]).set_index("hour_of_day")
    assert frame["heating_kwh"].tolist() == [1.0, 5.0, 8.0, *[0.0] * 20, 0.5]
    assert frame["heating_peak_kw"][23] == 0.5
    assert frame["heating_mean_kw"][2] == 8.0 / 365
    assert frame["cooling_kwh"][[8, 9]].tolist() == [0.7, 0.9]


def test_by_hour_of_the_year(folder):
    frame = aggregate(folder, "hour")
    assert frame.columns.tolist() == ["hour", "buildings", "heating_kwh", "cooling_kwh"]
    assert frame["hour"].tolist() == list(range(HOURS))
    assert frame["heating_kwh"][:4].tolist() == [1.0, 5.0, 8.0, 0.0]
    assert frame["buildings"].unique().tolist() == [3]


def test_by_a_column_and_a_time(folder):
    frame = aggregate(folder, "dialect, month").set_index(["dialect", "month"])
    assert frame.loc[("components", 12), "heating_kwh"] == 0.5
    assert frame.loc[("envelope", 1), "heating_peak_kw"] == 5.0
    assert frame.loc[("envelope", 7), "cooling_kwh"] == 1.6
    # Nobody has hours there.
    assert "footprint" not in frame.index


def test_sums_are_those_of_float64(tmp_path, make_results):
    results = make_results(130)
    dice = np.random.default_rng(5)
    results.series["heating"][:] = np.round(dice.uniform(0, 2e5, (130, HOURS)) * 64) / 64
    write_parquet(results, tmp_path)
    exact = results.series["heating"].astype(np.float64)
    frame = aggregate(tmp_path, "hour")
    assert frame["heating_kwh"].to_numpy().tolist() == (exact.sum(axis=0) / 1000.0).tolist()
    assert aggregate(tmp_path)["heating_peak_kw"][0] == exact.sum(axis=0).max() / 1000.0


def test_shorter_periods_count_where_they_are(tmp_path, make_results):
    results = make_results(2)
    first, second = results.buildings
    # Two hours of new year's eve and the first of the year; the other one the first two hours.
    buildings = (replace(first, period=Period(year=2018, first_hour=8758, hours=3)),
                 replace(second, period=Period(year=2018, hours=2)))
    results = loads(replace(results, buildings=buildings),
                    [(0, 8758, 100.0), (0, 8759, 200.0), (0, 0, 400.0), (0, 1, 9e3), (1, 0, 10.0), (1, 1, 20.0)])
    write_parquet(results, tmp_path)
    frame = aggregate(tmp_path, "hour")
    assert frame["hour"].tolist() == [0, 1, 8758, 8759]
    assert frame["heating_kwh"].tolist() == [0.41, 0.02, 0.1, 0.2]
    months = aggregate(tmp_path, "month")
    assert months["month"].tolist() == [1, 12]
    assert months["heating_mean_kw"].tolist() == [0.43 / 2, 0.15]
    assert aggregate(tmp_path)["heating_mean_kw"][0] == pytest.approx(0.73 / 4)


def test_all_loads_that_were_kept_are_summed(tmp_path, make_results):
    write_parquet(make_results(2, all_series=True), tmp_path)
    (row,) = aggregate(tmp_path).to_dict("records")
    assert row["hot_water_kwh"] == 0.15 * 8760 * 2
    assert row["electricity_peak_kw"] == 0.6
    assert not any("temp" in name for name in row)


def test_the_public_name_is_this_function(folder):
    pd.testing.assert_frame_equal(buem.aggregate(str(folder), "dialect"), aggregate(folder, "dialect"))


@pytest.mark.parametrize(("by", "message"), [
    ("hour,month", "by: 'hour,month'; expected at most one of hour, month, hour_of_day"),
    ("dialect,dialect", "expected keys parted by commas, each once"),
    ("dialect,", "expected keys parted by commas, each once"),
])
def test_keys_that_do_not_fit_are_refused(folder, by, message):
    with pytest.raises(OptionError, match=message):
        aggregate(folder, by)


def stored(folder, url):
    """A copy of a folder in the memory of this process."""
    pytest.importorskip("fsspec", reason="the store extra is not installed")
    store = Store(url)
    for path in folder.rglob("*"):
        if path.is_file():
            store.put(path, path.relative_to(folder).as_posix())
    return store


@pytest.mark.parametrize("by", ["", "dialect", "month", "type,hour_of_day", "district,month"])
def test_a_store_gives_what_its_copy_gives(folder, tmp_path, by):
    city = tmp_path / "city.ndjson"
    features = [{"type": "Feature", "properties": {"district": f"D{k % 3}"}} for k in range(601)]
    city.write_text("".join(f"{json.dumps(feature)}\n" for feature in features))
    about = {"input": {"path": str(city), "bytes": city.stat().st_size}}
    (folder / "run.json").write_text(json.dumps(about))
    store = stored(folder, f"memory:/{tmp_path}")
    assert aggregate_table(store.url, by or ()) == aggregate_table(folder, by or ())
    assert aggregate_table(f"file://{folder}", by or ()) == aggregate_table(folder, by or ())


def test_what_a_store_lacks_is_named(folder, tmp_path):
    store = stored(folder, f"memory:/{tmp_path}")
    with pytest.raises(OutputError, match=r"^memory:.*: has no run.json that names its input, where district would be"):
        aggregate(store.url, "district")
    store.write("hourly/part-00001.parquet", store.read("hourly/part-00001.parquet")[:-9])
    with pytest.raises(OutputError, match=r"^memory:.*/hourly/part-00001.parquet: cut off, damaged or not a Parquet"):
        aggregate(store.url)
    store.remove(["summary.parquet"])
    with pytest.raises(OutputError, match=r"^memory:.*/summary\.parquet: missing; the run has not come to its end"):
        aggregate(store.url)
    store.remove(store.sizes("hourly"))
    with pytest.raises(OutputError, match=r"^memory:.*: holds no results; expected summary\.parquet or hourly/part"):
        aggregate(store.url)


def test_a_run_without_hours_is_refused(tmp_path, results):
    write_parquet(replace(results, series={}), tmp_path)
    with pytest.raises(OutputError, match="there is nothing to sum by hour; run with --hourly load or --hourly all"):
        aggregate(tmp_path)


def test_a_run_that_has_not_ended_is_refused(folder):
    (folder / "summary.parquet").unlink()
    with pytest.raises(OutputError, match=r"summary\.parquet: missing; the run has not come to its end"):
        aggregate(folder)


def test_files_of_two_runs_are_found_out(folder, tmp_path, make_results):
    write_parquet(make_results(indices=[5]), tmp_path / "other")
    (tmp_path / "other" / "summary.parquet").replace(folder / "summary.parquet")
    with pytest.raises(OutputError, match="the files are not of one run"):
        aggregate(folder)


@pytest.mark.parametrize(("name", "form"), [("a.csv", None), ("a.parquet", None), ("a", "csv"), ("a.csv", "parquet")])
def test_files_hold_the_table(tmp_path, folder, name, form):
    table = aggregate_table(folder, "dialect")
    write_aggregate(table, tmp_path / name, form)
    if (form or name.split(".")[1]) == "csv":
        assert pd.read_csv(tmp_path / name)["heating_kwh"].tolist() == [8.5, 6.0, 0.0]
    else:
        assert pq.read_table(tmp_path / name) == table


def test_another_format_is_refused(tmp_path, folder):
    with pytest.raises(OptionError, match="format: 'xlsx'; expected one of parquet, csv, or a file that ends so"):
        write_aggregate(aggregate_table(folder), tmp_path / "a.xlsx")
    assert not (tmp_path / "a.xlsx").exists()


def test_csv_keeps_texts_apart():
    assert csv_text(pa.table({"a": ["x, y", 'say "z"', None], "b": [1.5, None, 2.0]})) == (
        '"a","b"\n"x, y",1.5\n"say ""z""",\n,2\n')
