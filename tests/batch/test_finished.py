"""What a folder of results tells of its run."""

from __future__ import annotations

import hashlib
import json

import pytest
from small_city import house, houses

from buem.batch.finished import find_source, read_finished, recorded_options
from buem.batch.plan import RunOptions
from buem.batch.record import read_record
from buem.batch.run import run_batch
from buem.city import FieldNames
from buem.errors import OptionError, OutputError
from buem.io.place import FolderPlace


@pytest.fixture
def city(write_city):
    return write_city([house("bad", u_value=-1.0), *houses(2), house("H00000")])


@pytest.fixture
def out(city, tmp_path):
    run_batch(city, tmp_path / "out", hourly="none")
    return tmp_path / "out"


def test_input_and_failures(city, out):
    run = read_finished(FolderPlace(out))
    assert run.source == city
    assert run.sha256 == hashlib.sha256(city.read_bytes()).hexdigest()
    assert run.failed == frozenset((0, 3))
    assert run.weather is None
    assert find_source(run, None) == city


def test_a_source_that_is_named_relative_is_found_from_anywhere(city, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run_batch(city.name, "out", hourly="none")
    monkeypatch.chdir("/")
    assert find_source(read_finished(FolderPlace(tmp_path / "out")), None) == city


@pytest.mark.parametrize(("text", "words"), [
    pytest.param(None, "expected the input of the run; name it with --source FILE", id="gone"),
    pytest.param("{}", "expected the bytes that were simulated, of SHA-256 .*; those there have 44136f", id="changed"),
])
def test_a_source_that_is_another_one_is_refused(city, out, text, words):
    city.unlink()
    if text is not None:
        city.write_text(text)
    with pytest.raises(OptionError, match=words):
        find_source(read_finished(FolderPlace(out)), None)


@pytest.mark.parametrize("changes", [
    pytest.param({}, id="none given"),
    pytest.param({"country": "DE", "variant": (0.5, 0.3, 0.2), "radius": 50.0, "holidays": True, "seed": 3}, id="city"),
    pytest.param({"names": FieldNames(height="h", year="y")}, id="names of fields"),
    pytest.param({"model": "iso52016", "steps_per_hour": 2, "films": "fixed", "kernel": "numpy"}, id="model"),
    pytest.param({"wall_area": "gross", "cooling": False, "on_error": "skip", "workers": 1}, id="reading"),
    pytest.param({"weather": "nl_amsterdam_nsrdb2019", "sky": "isotropic", "any_distance": True}, id="weather"),
    pytest.param({"formats": ("parquet", "csv"), "memory_per_building": "7MB"}, id="files"),
])
def test_options_come_back(write_city, tmp_path, changes):
    given = RunOptions().with_changes(hourly="none", **changes)
    feature = houses(1)[0]
    # A field that is named must be one that a feature has.
    feature["properties"] |= {"h": 9.0, "y": 1970}
    run_batch(write_city([feature]), tmp_path / "out", given)
    assert recorded_options(FolderPlace(tmp_path / "out")) == given


def test_a_table_of_archetypes_comes_back_as_a_path(tmp_path, write_city, out):
    record = json.loads((out / "run.json").read_text())
    record["options"]["city"]["archetypes"] = "table.csv"
    (out / "run.json").write_text(json.dumps(record))
    found = recorded_options(FolderPlace(out)).city.archetypes
    assert found is not None
    assert found.name == "table.csv"


@pytest.mark.parametrize(("change", "words"), [
    pytest.param(lambda r: r["options"].update(warp=9), "'warp'", id="an option of tomorrow"),
    pytest.param(lambda r: r["options"].pop("city"), "'city'", id="no city"),
    pytest.param(lambda r: r["options"]["city"].update(radius="far"), "Expected `float`", id="of another type"),
    pytest.param(lambda r: r["options"].update(hourly="daily"), "hourly: 'daily'", id="of another value"),
    pytest.param(lambda r: r.pop("weather"), "`weather`", id="of an earlier version"),
])
def test_a_record_of_another_version_is_refused(out, change, words):
    record = json.loads((out / "run.json").read_text())
    change(record)
    (out / "run.json").write_text(json.dumps(record))
    with pytest.raises(OutputError, match=f"run.json: cannot be used .*{words}.*expected the record of a run of this"):
        read_finished(FolderPlace(out))


@pytest.mark.parametrize(("text", "words"), [
    (None, "no run; expected a folder that `buem run` writes"),
    ("{", "run.json: cannot be read: "),
    ("[]", r"run.json: damaged \(its status is None\); expected the record of a run"),
    ('{"status": "stopped"}', "the run is stopped; expected one that is done, the same `buem run` goes on"),
])
def test_a_run_that_is_not_over_is_refused(tmp_path, text, words):
    if text is not None:
        (tmp_path / "run.json").write_text(text)
    with pytest.raises(OutputError, match=words):
        read_record(FolderPlace(tmp_path))
