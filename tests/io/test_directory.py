import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from buem.errors import OutputError
from buem.io.directory import open_results
from buem.io.parts import places, row_groups, series_of
from buem.io.tables import write_parquet
from buem.profiles import Period


@pytest.fixture
def folder(tmp_path, make_results):
    """Buildings 0, 2 and 600, a failure at 1."""
    write_parquet(make_results(indices=[0, 2, 600], failed=[1]), tmp_path / "out")
    return tmp_path / "out"


def test_summary_has_all_rows(folder):
    summary = open_results(folder).summary
    assert summary["id"].tolist() == ["B000", "F001", "B002", "B600"]
    assert summary["status"].tolist() == ["ok", "error", "ok", "ok"]
    assert summary["notes"][0].tolist() == ["note of 0"]


def test_ids_are_those_with_results(folder):
    assert open_results(str(folder)).ids == ("B000", "B002", "B600")


@pytest.mark.parametrize(("building", "row"), [("B000", 0), ("B002", 1), ("B600", 2)])
def test_hours_of_a_building_come_from_its_part(folder, make_results, building, row):
    results = make_results(indices=[0, 2, 600])
    frame = open_results(folder).hourly(building)
    assert frame.columns.tolist() == ["heating_W", "cooling_W"]
    assert frame["heating_W"].to_numpy().tolist() == results.series["heating"][row].tolist()
    assert frame["cooling_W"].to_numpy().tolist() == results.series["cooling"][row].tolist()


def test_stamps_are_local_standard_time(folder):
    index = open_results(folder).hourly("B000").index
    assert index.name == "time"
    assert [str(index[0]), str(index[-1])] == ["2018-01-01 00:00:00+01:00", "2018-12-31 23:00:00+01:00"]


def test_a_shorter_period_has_its_own_hours(tmp_path, make_results):
    write_parquet(make_results(2, period=Period(year=2020, first_hour=58 * 24 + 23, hours=2)), tmp_path)
    frame = open_results(tmp_path).hourly("B001")
    assert [str(stamp) for stamp in frame.index] == ["2020-02-28 23:00:00+01:00", "2020-03-01 00:00:00+01:00"]
    assert not frame.isna().to_numpy().any()


def test_temperatures_are_there_when_they_were_kept(tmp_path, make_results):
    write_parquet(make_results(1, all_series=True), tmp_path)
    frame = open_results(tmp_path).hourly("B000")
    assert frame["temp_zone"].unique().tolist() == [21.0]
    assert frame["temp_operative"].unique().tolist() == [20.5]


def test_an_unknown_building_is_refused(folder):
    with pytest.raises(OutputError, match="no building 'B999'; see ids for those it has"):
        open_results(folder).hourly("B999")


def test_a_failed_building_says_why(folder):
    with pytest.raises(OutputError, match=r"building 'F001' was not simulated: \$\.features\[1\].*expected 0 to 10 W"):
        open_results(folder).hourly("F001")


def test_without_hours_the_option_is_named(folder):
    for path in (folder / "hourly").iterdir():
        path.unlink()
    with pytest.raises(OutputError, match="hourly: missing; run with --hourly load or --hourly all"):
        open_results(folder).hourly("B000")


def test_a_run_that_was_cut_off_can_be_read(folder):
    (folder / "summary.parquet").unlink()
    results = open_results(folder)
    assert not results.complete
    assert results.ids == ("B000", "B002", "B600")
    assert len(results.hourly("B600")) == 8760
    with pytest.raises(OutputError, match=r"summary\.parquet: missing; the run has not come to its end"):
        _ = results.summary
    with pytest.raises(OutputError, match="no hours of building 'B001' so far"):
        results.hourly("B001")


def test_temporary_files_are_passed_over(folder):
    (folder / "hourly" / ".part-00001.parquet.77.tmp").write_bytes(b"PAR1")
    assert [path.name for path in open_results(folder).parts] == ["part-00000.parquet", "part-00001.parquet"]


def test_no_folder_and_an_empty_folder_are_named(tmp_path):
    with pytest.raises(OutputError, match="nowhere: no such folder"):
        open_results(tmp_path / "nowhere")
    with pytest.raises(OutputError, match=r"holds no results; expected summary\.parquet or hourly/part-\*\.parquet"):
        open_results(tmp_path)


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda data: data[: len(data) // 2], id="half"),
        pytest.param(lambda data: b"", id="empty"),
        pytest.param(lambda data: data[:4] + b"\0" * 2000 + data[2004:], id="pages overwritten"),
        pytest.param(lambda data: b"id,heating\n1,2\n", id="text"),
    ],
)
@pytest.mark.parametrize("name", ["summary.parquet", "hourly/part-00001.parquet"])
def test_a_damaged_file_is_named(folder, name, damage):
    path = folder / name
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(OutputError, match=rf"{path.name}: cut off, damaged or not a Parquet file: "):
        open_results(folder).hourly("B600")


def test_a_foreign_file_is_named_with_what_it_lacks(folder):
    pq.write_table(pa.table({"id": ["a"], "index": [0]}), folder / "hourly" / "part-00000.parquet")
    lacking = "start_time, step_s, hours, latitude, longitude"
    message = rf"part-00000\.parquet: not a file of buem; it lacks the columns {lacking}"
    with pytest.raises(OutputError, match=message):
        open_results(folder).hourly("B000")


def test_a_part_that_is_gone_is_named(folder):
    (folder / "hourly" / "part-00001.parquet").unlink()
    with pytest.raises(OutputError, match=r"part-00001\.parquet: missing"):
        open_results(folder).hourly("B600")


def test_parts_of_another_run_are_found_out(folder, tmp_path, make_results):
    write_parquet(make_results(indices=[5]), tmp_path / "other")
    (tmp_path / "other" / "hourly" / "part-00000.parquet").replace(folder / "hourly" / "part-00000.parquet")
    with pytest.raises(OutputError, match="building 'B000' is missing from it; the files are not of one run"):
        open_results(folder).hourly("B000")


def test_run_json_is_read_where_it_is(folder):
    assert open_results(folder).run == {}
    (folder / "run.json").write_text(json.dumps({"counts": {"ok": 3}}))
    assert open_results(folder).run == {"counts": {"ok": 3}}


def test_a_broken_run_json_is_named(folder):
    (folder / "run.json").write_text('{"counts": ')
    with pytest.raises(OutputError, match=r"run\.json: not JSON: "):
        _ = open_results(folder).run


def test_places_and_row_groups_follow_the_input(tmp_path, make_results):
    write_parquet(make_results(indices=[0, 127, 128, 700]), tmp_path)
    results = open_results(tmp_path)
    assert list(places(results.parts[0])) == [("B000", 0, 0), ("B127", 0, 1), ("B128", 1, 0)]
    assert [table["index"].to_pylist() for table in row_groups(results)] == [[0, 127], [128], [700]]


def test_series_heed_a_slice(folder):
    table = next(row_groups(open_results(folder)))
    whole, second = series_of(table)["heating_W"], series_of(table.slice(1, 1))["heating_W"]
    assert whole.dtype == np.float32
    assert np.array_equal(second[0], whole[1])
