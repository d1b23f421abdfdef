"""The record of a run: written and read in one form, and refused where it is of another."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from buem.batch.record import Counts, Input, RetryRecord, RunCounts, RunRecord, WeatherUse, read_record
from buem.errors import OutputError
from buem.io.place import FolderPlace

WEATHER = WeatherUse(buildings={"Paris é": 2}, farther_than_150_km=1, given=None)
RECORD = RunRecord(
    status="done", versions={"buem": "1"}, input=Input(path="/town.geojson", bytes=12, sha256="ab"),
    options={"archetypes": Path("table.csv"), "formats": ("csv",), "workers": None}, weather=WEATHER,
    counts=RunCounts(buildings=3, ok=2, not_heated=0, error=1, parts=1), totals={"heating_kwh": 0.1},
    times={"seconds": 1.5}, memory={"limit": None})
RETRY = RetryRecord(began="2020", options={}, counts=Counts(buildings=1, ok=1, not_heated=0, error=0), versions={},
                    weather=WEATHER, times={}, memory={})


@pytest.fixture
def written(tmp_path):
    (tmp_path / "run.json").write_bytes(RECORD.encoded())
    return tmp_path


def test_what_is_written_is_read(written):
    found = read_record(FolderPlace(written))
    # JSON has neither paths nor tuples.
    assert found == msgspec.structs.replace(RECORD, options={"archetypes": "table.csv", "formats": ["csv"],
                                                             "workers": None})


def test_the_file_is_for_people_too(written):
    text = (written / "run.json").read_text(encoding="utf-8")
    assert text.startswith('{\n  "status": "done",\n  "versions": {')
    assert text.endswith("}\n")
    assert "Paris é" in text
    assert list(json.loads(text)) == ["status", "versions", "input", "options", "weather", "counts", "totals", "times",
                                      "memory"]


def test_retries_are_there_once_there_are_any(written):
    again = msgspec.structs.replace(RECORD, retries=[RETRY, RETRY])
    (written / "run.json").write_bytes(again.encoded())
    assert read_record(FolderPlace(written)).retries == [RETRY, RETRY]
    assert "parts" not in json.loads((written / "run.json").read_text())["retries"][0]["counts"]


@pytest.mark.parametrize(("change", "words"), [
    (lambda r: r.pop("counts"), "missing required field `counts`"),
    (lambda r: r["counts"].pop("error"), "missing required field `error` - at `$.counts`"),
    (lambda r: r["counts"].update(ok="many"), "Expected `int`, got `str` - at `$.counts.ok`"),
    (lambda r: r.update(options=[]), "Expected `object`, got `array` - at `$.options`"),
    (lambda r: r["input"].update(path=5), "at `$.input.path`"),
    (lambda r: r.update(retries=[{}]), "at `$.retries[0]`"),
], ids=["no counts", "no errors", "counts of text", "options in a list", "a path of a number", "a retry of nothing"])
def test_a_record_of_another_form_names_where(written, change, words):
    record = json.loads((written / "run.json").read_text())
    change(record)
    (written / "run.json").write_text(json.dumps(record))
    with pytest.raises(OutputError) as error:
        read_record(FolderPlace(written))
    assert words in str(error.value)
    assert str(error.value).startswith(f"{written / 'run.json'}: cannot be used (")
    assert str(error.value).endswith("; expected the record of a run of this version of buem")


@pytest.mark.parametrize("status", ["running", "interrupted", "stopped", "failed"])
def test_a_run_that_is_not_over(written, status):
    (written / "run.json").write_text(json.dumps({"status": status}))
    with pytest.raises(OutputError, match=f"the run is {status}; expected one that is done"):
        read_record(FolderPlace(written))


@pytest.mark.parametrize("held", ["{}", "[]", "5", '{"status": ""}', '{"status": null}', '{"status": ["done"]}'])
def test_a_record_that_says_of_no_run_how_it_stands(written, held):
    (written / "run.json").write_text(held)
    with pytest.raises(OutputError, match=r"run\.json: damaged \(its status is .*\); expected the record of a run"):
        read_record(FolderPlace(written))


@pytest.mark.parametrize("held", [b"", b"{", b"\xff\xfe", b'{"status": "done"', b'{"a":' * 5000],
                         ids=["empty", "cut off", "no UTF-8", "cut off later", "nested without end"])
def test_a_file_that_is_none(written, held):
    (written / "run.json").write_bytes(held)
    with pytest.raises(OutputError, match=r"run\.json: cannot be read: "):
        read_record(FolderPlace(written))


def test_a_place_without_a_run(tmp_path):
    with pytest.raises(OutputError, match="no run; expected a folder that `buem run` writes"):
        read_record(FolderPlace(tmp_path))
    (tmp_path / "run.json").mkdir()
    with pytest.raises(OutputError, match=r"run\.json: cannot be read: .*directory"):
        read_record(FolderPlace(tmp_path))


def test_nobody_changes_a_record():
    with pytest.raises(AttributeError):
        RECORD.status = "failed"
