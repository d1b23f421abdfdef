import hashlib
import subprocess
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from buem.errors import OutputError
from buem.io.tables import (
    PART_SIZE,
    ROW_GROUP,
    SUMMARY_GROUP,
    SUMMARY_SCHEMA,
    hourly_schema,
    hourly_tables,
    hourly_writer,
    part_path,
    summary_table,
    summary_writer,
    write_parquet,
    write_summary_csv,
)
from buem.profiles import Period

COLUMNS = [
    "id", "index", "status", "dialect", "model", "floor_area_m2", "heating_kwh", "cooling_kwh", "heating_kwh_m2",
    "cooling_kwh_m2", "heating_peak_kw", "cooling_peak_kw", "heating_peak_time", "cooling_peak_time",
    "hours_below_band", "hours_above_band", "loss_wall_kwh", "loss_roof_kwh", "loss_floor_kwh", "loss_window_kwh",
    "loss_door_kwh", "loss_bridge_kwh", "loss_ventilation_kwh", "gain_solar_kwh", "gain_internal_kwh",
    "hot_water_kwh", "electricity_kwh",
    "country", "size_class", "use", "year",
    "archetype", "variant", "height_m", "storeys", "footprint_m2", "wall_m2", "party_wall_m2", "filled", "weather",
    "weather_distance_km", "notes", "error",
]


def columns_of(count, **changes):
    """Columns of `count` sound rows; the numbers are 1.5 everywhere."""
    row = dict.fromkeys(COLUMNS, 1.5) | {"status": "ok", "error": None, "notes": ["a", "b"], "hours_below_band": 3}
    row |= dict.fromkeys(("country", "size_class", "use", "archetype", "variant", "filled"), "text")
    row |= dict.fromkeys(("dialect", "model", "weather", "heating_peak_time", "cooling_peak_time"), "text")
    row |= {"hours_above_band": 0} | changes
    columns = {name: [value] * count for name, value in row.items()}
    return columns | {"index": list(range(count)), "id": [f"B{i}" for i in range(count)]}


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_columns_of_the_summary_are_those_promised():
    assert SUMMARY_SCHEMA.names == COLUMNS


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("index", pa.int64()),
        ("heating_kwh", pa.float64()),
        ("heating_peak_time", pa.string()),
        ("hours_above_band", pa.int32()),
        ("loss_bridge_kwh", pa.float64()),
        ("notes", pa.list_(pa.string())),
        ("error", pa.string()),
    ],
)
def test_types_of_the_summary_are_fixed(name, kind):
    assert SUMMARY_SCHEMA.field(name).type == kind


def test_nan_and_none_become_null():
    columns = columns_of(3)
    columns["heating_kwh"] = np.array([1.0, np.nan, 3.0])
    columns["cooling_kwh"] = [1.0, None, float("nan")]
    columns["hours_below_band"] = [1, None, 2]
    table = summary_table(columns)
    assert table["heating_kwh"].to_pylist() == [1.0, None, 3.0]
    assert table["cooling_kwh"].to_pylist() == [1.0, None, None]
    assert table["hours_below_band"].to_pylist() == [1, None, 2]
    assert table.schema == SUMMARY_SCHEMA


def test_a_row_of_nulls_has_the_same_types():
    columns = columns_of(1, **dict.fromkeys(COLUMNS[5:-2]), status="error", error="$.id: missing", notes=[])
    assert summary_table(columns).schema == SUMMARY_SCHEMA


def test_numpy_columns_are_taken_as_they_are():
    columns = columns_of(2)
    columns["hours_below_band"] = np.array([4, 5], dtype=np.int64)
    columns["index"] = np.array([0, 1])
    assert summary_table(columns)["hours_below_band"].to_pylist() == [4, 5]


def test_a_missing_and_an_unknown_column_are_named():
    columns = columns_of(1)
    del columns["weather"]
    columns["colour"] = ["red"]
    with pytest.raises(OutputError, match=r"missing columns \['weather'\], unknown columns \['colour'\]"):
        summary_table(columns)


def test_the_hours_are_lists_of_one_length(results):
    table = next(hourly_tables(results))
    assert table.schema == hourly_schema(["heating", "cooling"])
    assert table.schema.names == [
        "id", "index", "start_time", "step_s", "hours", "latitude", "longitude", "heating_W", "cooling_W"
    ]
    assert table["longitude"].to_pylist() == [5.0, 5.001, 5.002]
    assert table["heating_W"].type == pa.list_(pa.float32(), 8760)
    assert table["start_time"][0].as_py() == "2018-01-01T00:00:00+01:00"
    assert table["step_s"].to_pylist() == [3600] * 3
    assert table["heating_W"][1].as_py() == results.series["heating"][1].tolist()


@pytest.mark.parametrize(("load", "stored"), [
    pytest.param(0.0, 0.0, id="nothing"),
    pytest.param(5.0, 5.0, id="a whole number"),
    pytest.param(0.0078, 0.0, id="less than half a step"),
    pytest.param(0.0079, 1 / 64, id="more than half a step"),
    pytest.param(1234.5678, 1234.5625, id="down"),
    pytest.param(1234.5707, 1234.578125, id="up"),
    pytest.param(300_000.03, 300_000.03125, id="float32 itself has no finer steps"),
    pytest.param(np.nan, np.nan, id="NaN"),
    pytest.param(np.inf, np.inf, id="infinite"),
])
def test_loads_are_stored_in_steps_of_a_sixty_fourth_of_a_watt(make_results, load, stored):
    results = make_results(20, all_series=True)
    for name in ("heating", "cooling", "temp_zone", "hot_water", "electricity"):
        results.series[name][17, 4000] = load
    (row,) = next(hourly_tables(results)).slice(17, 1).to_pylist()
    for name in ("heating_W", "cooling_W", "hot_water_W", "electricity_W"):
        assert row[name][4000] == pytest.approx(stored, abs=0, rel=0, nan_ok=True)
    assert row["temp_zone"][4000] == pytest.approx(np.float32(load), abs=0, rel=0, nan_ok=True)
    assert results.series["heating"][17, 4000] == pytest.approx(np.float32(load), abs=0, rel=0, nan_ok=True)


def test_all_series_have_their_columns_in_one_order(make_results):
    table = next(hourly_tables(make_results(1, all_series=True)))
    assert table.schema.names[7:] == [
        "heating_W", "cooling_W", "temp_zone", "temp_operative", "hot_water_W", "electricity_W"]
    assert table["temp_operative"][0][8759].as_py() == 20.5


def test_a_shorter_period_starts_at_its_first_hour_and_ends_in_nulls(make_results):
    results = make_results(2, period=Period(year=2019, first_hour=8758, hours=3))
    row = next(hourly_tables(results)).slice(1, 1).to_pylist()[0]
    heating = results.series["heating"][1]
    assert row["hours"] == 3
    assert row["start_time"] == "2019-12-31T22:00:00+01:00"
    assert row["heating_W"][:3] == [heating[8758], heating[8759], heating[0]]
    assert row["heating_W"][3:] == [None] * 8757


def test_rows_come_in_the_order_of_the_input_a_row_group_at_a_time(make_results):
    results = make_results(indices=[130, 5, 600, 129])
    assert [table["index"].to_pylist() for table in hourly_tables(results)] == [[5], [129, 130], [600]]


def test_no_buildings_are_no_rows(make_results):
    assert list(hourly_tables(make_results(0))) == []


@pytest.mark.parametrize("pieces", [[300], [1, 299], [128, 172], [100, 100, 100]], ids=str)
def test_bytes_of_a_part_do_not_depend_on_the_pieces(tmp_path, make_results, pieces):
    table = pa.concat_tables(hourly_tables(make_results(300)))
    path = tmp_path / "part.parquet"
    with hourly_writer(path, ["heating", "cooling"]) as sink:
        start = 0
        for rows in pieces:
            sink.append(table.slice(start, rows))
            start += rows
    whole = tmp_path / "whole.parquet"
    with hourly_writer(whole, ["heating", "cooling"]) as sink:
        sink.append(table)
    assert digest(path) == digest(whole)
    groups = pq.ParquetFile(path).metadata
    assert [groups.row_group(i).num_rows for i in range(groups.num_row_groups)] == [ROW_GROUP, ROW_GROUP, 44]


def test_row_groups_are_ranges_of_the_input_with_failures_left_out(tmp_path, make_results):
    results = make_results(indices=[0, 127, 128, 400])
    with hourly_writer(tmp_path / "part.parquet", results.series.keys()) as sink:
        for table in hourly_tables(results):
            sink.append(table)
    source = pq.ParquetFile(tmp_path / "part.parquet")
    groups = [source.read_row_group(i, columns=["index"])["index"].to_pylist() for i in range(source.num_row_groups)]
    assert groups == [[0, 127], [128], [400]]


def test_hours_are_split_by_byte_and_compressed(tmp_path, results):
    with hourly_writer(tmp_path / "part.parquet", ["heating", "cooling"]) as sink:
        sink.append(next(hourly_tables(results)))
    group = pq.ParquetFile(tmp_path / "part.parquet").metadata.row_group(0)
    column = group.column(group.num_columns - 1)
    assert column.path_in_schema == "cooling_W.list.element"
    assert "BYTE_STREAM_SPLIT" in column.encodings
    assert column.compression == "ZSTD"


@pytest.mark.parametrize("second", [[0], [2, 1], [1, 1]], ids=["again", "falling", "twice"])
def test_rows_out_of_order_are_refused(tmp_path, second):
    table = summary_table(columns_of(3))
    rows = pa.concat_tables([table.slice(0, 1), table.take(second)])
    expected = pytest.raises(OutputError, match=r"rows out of order: index 0 after -1; expected ascending indices")
    with expected, summary_writer(tmp_path / "summary.parquet") as sink:
        sink.append(rows)
    assert list(tmp_path.iterdir()) == []


def test_rows_that_came_already_are_refused(tmp_path):
    table = summary_table(columns_of(3))
    with summary_writer(tmp_path / "summary.parquet") as sink:
        sink.append(table.slice(0, 2))
        with pytest.raises(OutputError, match="rows out of order: index 1 after 1"):
            sink.append(table.slice(1, 2))


def test_a_summary_is_cut_into_row_groups_by_index(tmp_path):
    count = SUMMARY_GROUP + 10
    table = summary_table(columns_of(count))
    with summary_writer(tmp_path / "summary.parquet") as sink:
        for start in range(0, count, 1000):
            sink.append(table.slice(start, 1000))
    metadata = pq.ParquetFile(tmp_path / "summary.parquet").metadata
    assert [metadata.row_group(i).num_rows for i in range(2)] == [SUMMARY_GROUP, 10]
    assert pq.read_table(tmp_path / "summary.parquet").equals(table)


def test_a_file_without_rows_is_a_file(tmp_path):
    with hourly_writer(tmp_path / "part.parquet", ["heating", "cooling"]):
        pass
    assert pq.read_table(tmp_path / "part.parquet").schema == hourly_schema(["heating", "cooling"])


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "hourly").write_text("in the way")
    with pytest.raises(OutputError, match=r"part-00001\.parquet: cannot be written"):
        hourly_writer(part_path(tmp_path, 1), ["heating"])


def test_parts_are_ranges_of_input_indices(tmp_path, make_results):
    results = make_results(indices=[0, PART_SIZE - 1, 2 * PART_SIZE], failed=[3 * PART_SIZE])
    write_parquet(results, tmp_path / "out")
    parts = sorted(path.name for path in (tmp_path / "out" / "hourly").iterdir())
    assert parts == [f"part-{i:05d}.parquet" for i in range(4)]
    rows = [pq.read_table(tmp_path / "out" / "hourly" / name)["index"].to_pylist() for name in parts]
    assert rows == [[0, PART_SIZE - 1], [], [2 * PART_SIZE], []]


def test_written_results_can_be_read_by_pandas(tmp_path, results):
    write_parquet(results, tmp_path)
    frame = pd.read_parquet(tmp_path / "summary.parquet")
    assert list(frame.columns) == COLUMNS
    assert frame["status"].tolist() == ["ok", "ok", "ok", "error"]
    assert frame["heating_kwh"].isna().tolist() == [False, False, False, True]
    assert frame["heating_kwh"][0] == pytest.approx(results.indicators.heating[0] / 1000)
    assert frame["heating_peak_time"][0] == "2018-01-01T00:00:00+01:00"
    assert frame["error"][3].endswith("U.value: -0.2; expected 0 to 10 W/(m²K)")
    assert len((tmp_path / "errors.jsonl").read_text().splitlines()) == 1
    hours = pd.read_parquet(tmp_path / "hourly")
    assert hours["heating_W"][2].tolist() == results.series["heating"][2].tolist()


def test_results_without_series_have_no_hours(tmp_path, make_results):
    from dataclasses import replace

    write_parquet(replace(make_results(2), series={}), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["errors.jsonl", "summary.parquet"]


def test_the_same_results_give_the_same_bytes(tmp_path, results):
    for name in ("one", "two"):
        write_parquet(results, tmp_path / name)
    for file in ("summary.parquet", "hourly/part-00000.parquet", "errors.jsonl"):
        assert digest(tmp_path / "one" / file) == digest(tmp_path / "two" / file)


def test_results_are_overwritten_when_asked(tmp_path, make_results):
    write_parquet(make_results(indices=[0, 600]), tmp_path)
    with pytest.raises(OutputError, match=r"holds results already \(summary\.parquet\)"):
        write_parquet(make_results(1), tmp_path)
    write_parquet(make_results(1), str(tmp_path), overwrite=True)
    assert len(pd.read_parquet(tmp_path / "summary.parquet")) == 1
    assert [path.name for path in (tmp_path / "hourly").iterdir()] == ["part-00000.parquet"]


def test_csv_holds_the_same_rows(tmp_path):
    columns = columns_of(2, notes=["wall lies flat", 'says "yes", twice'])
    columns["error"] = [None, "a\nb"]
    with summary_writer(tmp_path / "summary.parquet") as sink:
        sink.append(summary_table(columns))
    write_summary_csv(tmp_path / "summary.parquet", tmp_path / "summary.csv")
    frame = pd.read_csv(tmp_path / "summary.csv")
    assert list(frame.columns) == COLUMNS
    assert frame["notes"][0] == 'wall lies flat; says "yes", twice'
    assert frame["heating_kwh"].tolist() == [1.5, 1.5]
    assert frame["error"].isna().tolist() == [True, False]


def test_writing_needs_no_pandas():
    code = "import sys, buem.io.tables, buem.io.response, buem.io.load_profiles; print('pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
