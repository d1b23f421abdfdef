"""Part files read back row group by row group, and files that are not ours."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from buem.constants import HOURS
from buem.errors import OutputError
from buem.io.directory import open_results
from buem.io.parts import PART_KEYS, open_parquet, places, row_groups, series_of
from buem.io.tables import ROW_GROUP, write_parquet
from buem.profiles import Period


@pytest.fixture
def written(tmp_path, make_results):
    """Three buildings, one of them in another row group, and one in another part."""
    indices = [0, ROW_GROUP, ROW_GROUP + 1, 5000]
    write_parquet(make_results(indices=indices), tmp_path)
    return open_results(tmp_path)


def test_every_building_has_its_place(written):
    found = [(path.name, *place) for path in written.parts for place in places(path)]
    assert [name for _, name, _, _ in found] == ["B000", f"B{ROW_GROUP:03d}", f"B{ROW_GROUP + 1:03d}", "B5000"]
    assert [(group, row) for _, _, group, row in found] == [(0, 0), (1, 0), (1, 1), (0, 0)]
    assert len({file for file, *_ in found}) == 2


def test_row_groups_in_the_order_of_the_input(written):
    groups = list(row_groups(written))
    assert [table.num_rows for table in groups] == [1, 2, 1]
    assert [i for table in groups for i in table["index"].to_pylist()] == [0, ROW_GROUP, ROW_GROUP + 1, 5000]
    assert set(PART_KEYS) <= set(groups[0].column_names)


def test_series_come_back_as_they_were(written, make_results):
    results = make_results(indices=[0, ROW_GROUP, ROW_GROUP + 1, 5000])
    found = [series_of(table) for table in row_groups(written)]
    heating = np.concatenate([series["heating_W"] for series in found])
    assert heating.shape == (4, HOURS)
    assert heating.dtype == np.float32
    assert np.array_equal(heating, results.series["heating"])


def test_a_slice_of_a_table_is_that_slice(written):
    """Lists of a slice lie in the middle of the array: its own rows count, not the first ones."""
    table = list(row_groups(written))[1]
    assert np.array_equal(series_of(table.slice(1))["heating_W"][0], series_of(table)["heating_W"][1])


def test_hours_beyond_a_period_are_nan(tmp_path, make_results):
    write_parquet(make_results(1, period=Period(year=2018, first_hour=10, hours=5)), tmp_path)
    (table,) = row_groups(open_results(tmp_path))
    values = series_of(table)["heating_W"][0]
    assert np.isfinite(values[:5]).all()
    assert np.isnan(values[5:]).all()


def test_no_parts_no_rows(tmp_path, make_results):
    write_parquet(make_results(1), tmp_path)
    for path in open_results(tmp_path).parts:
        path.unlink()
    assert list(row_groups(open_results(tmp_path))) == []


@pytest.mark.parametrize(("held", "wanted"), [
    (None, r"part\.parquet: missing$"), (b"", r"part\.parquet: cut off, damaged or not a Parquet file: "),
    (b"text", r"part\.parquet: cut off, damaged or not a Parquet file: ")])
def test_files_that_cannot_be_opened(tmp_path, held, wanted):
    path = tmp_path / "part.parquet"
    if held is not None:
        path.write_bytes(held)
    with pytest.raises(OutputError, match=wanted), open_parquet(path, ()):
        pass


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(OutputError, match="cut off, damaged or not a Parquet file"), open_parquet(tmp_path, ()):
        pass


def test_a_file_of_another_names_what_it_lacks(tmp_path):
    pq.write_table(pa.table({"id": ["a"], "other": [1]}), tmp_path / "x.parquet")
    wanted = r"x\.parquet: not a file of buem; it lacks the columns index, hours$"
    with pytest.raises(OutputError, match=wanted), open_parquet(tmp_path / "x.parquet", ("id", "index", "hours")):
        pass
    with open_parquet(tmp_path / "x.parquet", ("id",)) as source:
        assert source.metadata.num_rows == 1


def test_what_breaks_while_reading_is_told_of_the_file(tmp_path, written):
    """Bytes that changed in the middle: the file opens, a row group does not."""
    path = written.parts[0]
    held = bytearray(path.read_bytes())
    held[len(held) // 4:len(held) // 2] = bytes(len(held) // 2 - len(held) // 4)
    path.write_bytes(held)
    with pytest.raises(OutputError, match=path.name):
        list(row_groups(written))
