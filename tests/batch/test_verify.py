"""What `buem verify` finds."""

from __future__ import annotations

import json
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from small_city import house, houses

from buem.batch.checksums import encode_checksums, read_checksums
from buem.batch.identity import file_digest
from buem.batch.run import run_batch
from buem.batch.verify import verify
from buem.cli import main
from buem.errors import OutputError
from buem.io.place import FolderPlace


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    city = folder / "city.geojson"
    features = [*houses(5), house("bad", u_value=-1.0), house("H00001"), *houses(509, first=10)]
    city.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    run_batch(city, folder / "out", formats=("parquet", "csv"))
    return folder / "out"


@pytest.fixture
def out(finished, tmp_path):
    return shutil.copytree(finished, tmp_path / "out")


def rewrite(out, name, change):
    """A table as some other program would have written it: its checksum is right, its rows are not."""
    path = out / name
    table = pq.read_table(path)
    rows = change(table.to_pylist())
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), path)
    sums = dict(read_checksums(FolderPlace(out))) | {name: file_digest(path)}
    (out / "checksums.sha256").write_bytes(encode_checksums(sums))


def test_a_finished_run_is_sound(out):
    assert list(verify(out)) == []


@pytest.mark.parametrize("name", ["summary.parquet", "errors.jsonl", "summary.csv", "hourly/part-00000.parquet"])
@pytest.mark.parametrize("harm", ["gone", "short", "flipped"])
def test_harm_is_found(out, name, harm):
    path = out / name
    raw = bytearray(path.read_bytes())
    if harm == "gone":
        path.unlink()
    elif harm == "short":
        path.write_bytes(raw[:-3])
    else:
        raw[len(raw) // 2] ^= 4
        path.write_bytes(raw)
    assert next(iter(verify(out))) == f"{path}: {'missing' if harm == 'gone' else 'changed since it was written'}"


def test_a_strange_part_file_is_found(out):
    shutil.copy(out / "hourly" / "part-00000.parquet", out / "hourly" / "part-00007.parquet")
    assert list(verify(out)) == [f"{out / 'hourly' / 'part-00007.parquet'}: no file of this run"]


def test_counts_of_the_report_are_compared(out):
    report = json.loads((out / "run.json").read_text())
    report["counts"]["ok"] = 9
    (out / "run.json").write_text(json.dumps(report))
    assert list(verify(out)) == [f"{out / 'summary.parquet'}: 514 buildings are ok; expected 9 as in run.json"]


PART = "hourly/part-00000.parquet"


def without(rows, *indices):
    return [row for row in rows if row["index"] not in indices]


def renamed(rows, index, name):
    return [{**row, "id": name} if row["index"] == index else row for row in rows]


@pytest.mark.parametrize(("name", "change", "expected"), [
    pytest.param("summary.parquet", lambda rows: without(rows, 3),
                 ["index 4 among its rows; expected every index from 0 once, rising"], id="a building is missing"),
    pytest.param("summary.parquet", lambda rows: [*rows[:4], *rows[3:]],
                 ["index 3 among its rows; expected every index from 0 once, rising"], id="a row is there twice"),
    pytest.param("summary.parquet", lambda rows: rows[:515],
                 ["hours of 1 buildings that the summary does not have, such as 'H00518'",
                  "513 buildings are ok; expected 514 as in run.json"], id="the end is missing"),
    pytest.param("summary.parquet", lambda rows: renamed(renamed(rows, 511, "x"), 510, "x"),
                 ["2 simulated buildings have no hours, such as 'x'",
                  "hours of 2 buildings that the summary does not have, such as 'H00513'",
                  "1 simulated buildings have the id of another one; expected every id once"], id="an id twice"),
    pytest.param(PART, lambda rows: without(rows, 3, 7),
                 ["2 simulated buildings have no hours, such as 'H00003'"], id="hours are missing"),
    pytest.param(PART, lambda rows: [*rows[:2], *rows[1:]],
                 ["hours of 1 buildings are there more than once, such as 'H00001'"], id="hours twice"),
    pytest.param(PART, lambda rows: [rows[1], rows[0], *rows[2:]], ["buildings out of order"], id="hours out of order"),
    pytest.param(PART, lambda rows: renamed(rows, 3, "else"),
                 ["1 simulated buildings have no hours, such as 'H00003'",
                  "hours of 1 buildings that the summary does not have, such as 'else'"], id="hours of another one"),
    pytest.param(PART, lambda rows: [], ["510 simulated buildings have no hours, such as 'H00000'"], id="no hours"),
])
def test_buildings_are_there_once(out, name, change, expected):
    rewrite(out, name, change)
    assert [line.partition(": ")[2] for line in verify(out)] == expected


def test_a_part_that_nobody_lists_and_nobody_has_is_missed(out):
    (out / PART).unlink()
    sums = dict(read_checksums(FolderPlace(out)))
    del sums[PART]
    (out / "checksums.sha256").write_bytes(encode_checksums(sums))
    assert list(verify(out)) == [f"{out / PART}: missing"]


def test_a_file_that_is_no_table_is_named(out):
    for name in (PART, "summary.parquet"):
        (out / name).write_bytes(b"PAR1 no more")
        (out / "checksums.sha256").write_bytes(
            encode_checksums(dict(read_checksums(FolderPlace(out))) | {name: file_digest(out / name)}))
        assert [line for line in verify(out) if f"{out / name}: cut off, damaged or not a Parquet file" in line]


def test_a_run_without_hours_needs_none(write_city, tmp_path):
    run_batch(write_city(houses(3)), tmp_path / "out", hourly="none")
    assert list(verify(tmp_path / "out")) == []


@pytest.mark.parametrize("text", [None, "{", "[]", '{"counts": {}}', '{"counts": {"ok": "x"}}'])
def test_a_damaged_record_is_found(out, text):
    if text is None:
        (out / "run.json").unlink()
    else:
        (out / "run.json").write_text(text)
    assert list(verify(out)) == [
        f"{out / 'run.json'}: missing or damaged; expected the record of the run with its counts"]


def test_an_unfinished_run_has_nothing_to_verify(tmp_path, capsys):
    with pytest.raises(OutputError, match="expected the folder of a run that is finished"):
        list(verify(tmp_path))
    assert main(["verify", str(tmp_path)]) == 1
    assert "no checksums.sha256" in capsys.readouterr().err
