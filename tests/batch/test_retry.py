"""The failed buildings of a run once more: the files become those of a run with the new options."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace

import psutil
import pyarrow.parquet as pq
import pytest
from small_city import LARGE, SMALL, contents, fat, house, houses, mixed_city, task_of

import buem
from buem.batch import retry
from buem.batch.checksums import read_checksums
from buem.batch.journal import Identity, Journal
from buem.batch.lock import hold_folder
from buem.batch.retry import retry_batch
from buem.batch.run import run_batch
from buem.batch.status import read_status
from buem.batch.verify import verify
from buem.batch.worker import run_part
from buem.errors import OccupiedError, OptionError, OutputError
from buem.io.place import FolderPlace

ALL = {"formats": ("parquet", "csv", "geojson", "profiles"), "hourly": "all", "workers": 1}


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    path = tmp_path_factory.mktemp("city") / "city.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": mixed_city()}), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def finished(city, tmp_path_factory):
    """A run with failures, and the run with the new options that the retry must equal."""
    folder = tmp_path_factory.mktemp("finished")
    assert run_batch(city, folder / "small", memory_per_building=SMALL, **ALL).failed == 6
    assert run_batch(city, folder / "large", memory_per_building=LARGE, **ALL).failed == 2
    return folder


@pytest.fixture
def out(finished, tmp_path):
    return shutil.copytree(finished / "small", tmp_path / "out")


def test_the_files_become_those_of_a_run_with_the_new_options(finished, out):
    before = json.loads((out / "run.json").read_text())
    report = retry_batch(out, memory_per_building=LARGE)
    assert (report.retried, report.ok, report.not_heated, report.failed) == (6, 4, 0, 2)
    assert contents(out) == contents(finished / "large")
    assert list(verify(out)) == []
    after, aim = (json.loads((folder / "run.json").read_text()) for folder in (out, finished / "large"))
    for name in ("counts", "weather"):
        assert after[name] == aim[name], name
    assert after["totals"] == pytest.approx(aim["totals"])
    assert {name: after[name] for name in ("options", "input", "times", "memory", "versions", "status")} == {
        name: before[name] for name in ("options", "input", "times", "memory", "versions", "status")}
    [entry] = after["retries"]
    assert entry["options"] == {"memory_per_building": 9_000_000}
    assert entry["counts"] == {"buildings": 6, "ok": 4, "not_heated": 0, "error": 2}
    assert entry["times"]["workers"] == 1
    assert not (out / ".retry").exists()
    assert not (out / ".parts").exists()


def test_a_file_where_its_folder_should_be_is_named(out):
    (out / ".parts").touch()
    with pytest.raises(OutputError, match=r"out: cannot be used: .*out/\.parts: File exists$"):
        retry_batch(out, memory_per_building=LARGE)


def test_again_and_again(finished, out):
    assert retry_batch(out).failed == 6
    assert contents(out) == contents(finished / "small")
    retry_batch(out, memory_per_building=LARGE)
    assert retry_batch(out, cooling=False).retried == 2
    entries = json.loads((out / "run.json").read_text())["retries"]
    assert [entry["options"] for entry in entries] == [{}, {"memory_per_building": 9_000_000}, {"cooling": False}]


def test_without_failures_there_is_nothing_to_do(write_city, tmp_path):
    run_batch(write_city(houses(2)), tmp_path / "out", hourly="none")
    before = contents(tmp_path / "out")
    assert retry_batch(tmp_path / "out").retried == 0
    assert contents(tmp_path / "out") == before


def test_with_workers(write_city, finished, out):
    retry_batch(out, memory_per_building=LARGE, workers=2)
    assert contents(out) == contents(finished / "large")


def test_what_was_drawn_from_the_old_results_goes(out):
    derived = ("plots/city.png", "long.parquet", "city/report.md", "city/map.html", "city/load.png")
    for name in (*derived, "notes.txt", "city/town.geojson"):
        (out / name).parent.mkdir(exist_ok=True)
        (out / name).write_text("old")
    retry_batch(out)
    assert not any((out / name).exists() for name in derived)
    # A folder of inputs may be called city, too.
    assert (out / "notes.txt").read_text() == (out / "city" / "town.geojson").read_text() == "old"


def test_footprints_stand_among_their_neighbours(tmp_path):
    """One is refused for its country; retried, it is what it would have been, and the others stay what they were."""
    def footprint(name, x, country):
        ring = [[13.05 + x + dx, 52.4 + dy] for dx, dy in ((0, 0), (1e-4, 0), (1e-4, 1e-4), (0, 1e-4), (0, 0))]
        properties = {"height": 9.0, "year": 1970, "use": "residential"} | ({"country": country} if country else {})
        return {"type": "Feature", "id": name, "geometry": {"type": "Polygon", "coordinates": [ring]},
                "properties": properties}

    path = tmp_path / "city.geojson"
    made = [footprint("A", 0.0, "DE"), footprint("B", 1e-4, None), footprint("C", 2.5e-4, "DE")]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": made}))
    assert run_batch(path, tmp_path / "out").failed == 1
    assert retry_batch(tmp_path / "out", country="DE").ok == 1
    run_batch(path, tmp_path / "aim", country="DE")
    rows, aim = (pq.read_table(tmp_path / name / "summary.parquet").to_pylist() for name in ("out", "aim"))
    assert rows[1] == aim[1]
    assert rows[1]["party_wall_m2"] > 50.0
    assert [row["party_wall_m2"] for row in rows] == [0.0, rows[1]["party_wall_m2"], 0.0]
    outlines = [(tmp_path / name / "outlines.parquet").read_bytes() for name in ("out", "aim")]
    assert outlines[0] == outlines[1]


@pytest.mark.parametrize(("changes", "words"), [
    ({"hourly": "none"}, r"hourly: 'none'; expected 'all', as in the run that is retried"),
    ({"formats": ("parquet",)}, r"formats: \('parquet',\); expected \('parquet', 'csv', 'geojson', 'profiles'\)"),
    ({"layer": "x"}, "layer: 'x'; expected '', as in the run"),
    ({"modle": "iso52016"}, "modle: 'iso52016'; expected one of the options"),
    ({"source": "/nowhere/city.geojson"}, "source: '/nowhere/city.geojson'; expected the input of the run; name it"),
])
def test_what_cannot_be_is_refused(finished, out, changes, words):
    with pytest.raises(OptionError, match=words):
        retry_batch(out, **changes)
    assert contents(out) == contents(finished / "small")


def test_the_input_may_move_but_not_change(city, finished, out, tmp_path):
    moved = tmp_path / "moved.geojson"
    moved.write_bytes(city.read_bytes().replace(b"-1.0", b"-1.1"))
    with pytest.raises(OptionError, match=r"^source: '.*; expected the bytes that were simulated, of SHA-256"):
        retry_batch(out, source=moved)
    moved.write_bytes(city.read_bytes())
    assert retry_batch(out, source=moved, memory_per_building=LARGE).ok == 4
    assert json.loads((out / "run.json").read_text())["input"]["path"] == str(moved)


def test_other_weather_is_taken_when_it_is_named(write_city, tmp_path):
    weather = buem.weather_at(52.4, 13.05)
    city = write_city([house("A"), fat(house("B"))])
    run_batch(city, tmp_path / "out", weather=weather, memory_per_building="1MB", hourly="none")
    shifted = replace(weather, temp_air=weather.temp_air + 1.0)
    run_batch(city, tmp_path / "two", weather=shifted, memory_per_building="1MB", hourly="none")
    assert retry_batch(tmp_path / "out", memory_per_building=LARGE, weather=weather).ok == 1
    # It goes under the same name, but is not what stands under it.
    with pytest.raises(OptionError, match=r"the weather of the run .* it is now .* name one with --weather"):
        retry_batch(tmp_path / "two", memory_per_building=LARGE)
    assert retry_batch(tmp_path / "two", memory_per_building=LARGE, weather="nl_amsterdam_nsrdb2019").ok == 1
    rows = pq.read_table(tmp_path / "two" / "summary.parquet").to_pylist()
    assert [row["weather"] for row in rows] == [weather.name, "nl_amsterdam_nsrdb2019"]


def test_a_file_that_has_changed_is_not_merged(finished, out):
    part = out / "hourly" / "part-00001.parquet"
    raw = bytearray(part.read_bytes())
    raw[len(raw) // 2] ^= 1
    part.write_bytes(raw)
    before = contents(out)
    with pytest.raises(OutputError, match=r"part-00001.parquet: missing, or changed since it was written"):
        retry_batch(out, memory_per_building=LARGE)
    assert {name: digest for name, digest in contents(out).items() if not name.startswith(".")} == before
    part.write_bytes((finished / "small" / "hourly" / "part-00001.parquet").read_bytes())
    retry_batch(out, memory_per_building=LARGE)
    assert contents(out) == contents(finished / "large")


def test_an_unfinished_run_goes_on_first(make_setup):
    setup = make_setup(hourly="none")
    journal = Journal(setup, Identity(input={}, options={}, versions={}))
    journal.open()
    journal.record(run_part(task_of(houses(3)), setup))
    with pytest.raises(OutputError, match=r"no run; expected a folder that `buem run` writes"):
        retry_batch(setup.out)
    (setup.out / "run.json").write_text('{"status": "interrupted"}')
    with pytest.raises(OutputError, match="the run is interrupted; expected one that is done, the same `buem run`"):
        retry_batch(setup.out)
    assert read_status(setup.out).parts == 1


def test_two_at_a_time_are_one_too_many(finished, out):
    (out / ".parts").mkdir()
    with hold_folder(out / ".parts" / "lock"), pytest.raises(OccupiedError, match="is writing there"):
        retry_batch(out)
    assert read_status(out).finished
    retry_batch(out, memory_per_building=LARGE)
    assert contents(out) == contents(finished / "large")


@pytest.mark.parametrize("where", ["merge_results", "end_commit"])
def test_cut_off_it_goes_on(finished, out, monkeypatch, where):
    """Once before the new files are ready, once while they take their places."""
    module = retry if where == "merge_results" else "buem.batch.staging"
    with monkeypatch.context() as patch:
        if where == "merge_results":
            patch.setattr(module, "merge_results", interrupt)
        else:
            moves = iter(range(5))
            real = shutil.os.replace
            patch.setattr(f"{module}.os.replace", lambda a, b: real(a, b) if _more(moves, b) else interrupt())
        with pytest.raises(KeyboardInterrupt):
            retry_batch(out, memory_per_building=LARGE)
    assert list(read_status(out).lines())[1] == (
        "a retry of the failed ones was cut off; the same `buem retry` goes on where it was")
    found = [line for line in verify(out) if "have not all taken their places" in line]
    assert len(found) == (where == "end_commit")
    if where == "merge_results":
        assert list(verify(out)) == []
    retry_batch(out, memory_per_building=LARGE)
    assert contents(out) == contents(finished / "large")


def interrupt(*given):
    """In place of a step: Ctrl-C is pressed there."""
    raise KeyboardInterrupt


def _more(moves, target):
    """Whether a move is let through; those of the making of the files always are."""
    return ".retry" in str(target) or next(moves, None) is not None


def test_one_with_other_options_begins_anew(finished, out, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(retry, "merge_results", interrupt)
        with pytest.raises(KeyboardInterrupt):
            retry_batch(out)
    retry_batch(out, memory_per_building=LARGE)
    assert contents(out) == contents(finished / "large")


def test_a_new_run_knows_nothing_of_an_old_retry(city, finished, out, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("buem.batch.commit.end_commit", interrupt)
        with pytest.raises(KeyboardInterrupt):
            retry_batch(out, memory_per_building=LARGE)
    run_batch(city, out, overwrite=True, memory_per_building=SMALL, **ALL)
    assert contents(out) == contents(finished / "small")


@pytest.mark.slow
def test_killed_it_leaves_the_old_results_and_can_be_called_again(city, finished, out):
    command = [sys.executable, "-m", "buem", "retry", str(out), "--memory-per-building", LARGE]
    process = psutil.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 60.0
    while not (out / ".retry" / "run").exists():
        assert time.monotonic() < end
        assert process.poll() is None
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    listed = dict(read_checksums(FolderPlace(out)))
    assert {name: digest for name, digest in contents(out).items() if name in listed} == listed
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 3, done.stderr
    assert f"{out}: 6 buildings again: 4 simulated, 2 failed, " in done.stdout
    assert contents(out) == contents(finished / "large")
