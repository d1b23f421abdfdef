"""Retries of results in a store: the objects become the files of a retry in a folder, wherever it is cut off."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from dask_cluster import wait_for
from small_city import LARGE, SMALL, contents, fat, house, mixed_city

from buem.batch import retry
from buem.batch.commit import is_cut_off
from buem.batch.part import RETRY
from buem.batch.remote import LOCK, staging_folder
from buem.batch.retry import retry_batch
from buem.batch.run import run_batch
from buem.batch.staging import FolderStaging, StoreStaging, staging_of
from buem.batch.status import read_store_status
from buem.batch.verify import verify
from buem.cli import main
from buem.errors import OccupiedError, OptionError, OutputError
from buem.io.place import StorePlace, place_of
from buem.io.store import Store

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from s3_server import BUCKET, forget, s3_server

pytest.importorskip("s3fs", reason="the store extra is not installed")

ALL = {"formats": ("parquet", "csv", "geojson", "profiles"), "hourly": "all", "workers": 1}
#: Every so many calls are cut off at.
STEP = 1 if os.environ.get("BUEM_POINTS") == "all" else 5
CUT_OFF = "the files of a retry have not all taken their places; the same `buem retry` ends it"


def objects(store):
    """The same of a store."""
    return {name: hashlib.sha256(store.read(name)).hexdigest() for name in store.sizes() if name != "run.json"}


def results(store):
    """The same without what a run or a retry has under way."""
    return {name: digest for name, digest in objects(store).items() if not name.startswith(".")}


def upload(folder, url):
    """A copy of a folder."""
    store = Store(url)
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            store.put(path, path.relative_to(folder).as_posix())
    return store


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A run of three parts with failures, and a copy of it that was retried in its folder."""
    folder = tmp_path_factory.mktemp("finished")
    path = folder / "city.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": mixed_city()}), encoding="utf-8")
    assert run_batch(path, folder / "small", memory_per_building=SMALL, **ALL).failed == 6
    shutil.copytree(folder / "small", folder / "aim")
    assert retry_batch(folder / "aim", memory_per_building=LARGE).ok == 4
    return folder


@pytest.fixture
def stored(finished, tmp_path):
    """The run in the memory of this process."""
    return upload(finished / "small", f"memory:/{tmp_path}/out")


def record(store):
    return json.loads(store.read("run.json"))


def test_objects_become_the_files_of_a_retry_in_a_folder(finished, stored):
    for name in ("plots/city.png", "long.parquet", "city/report.md", "notes.txt"):
        stored.write(name, b"old")
    report = retry_batch(stored.url, memory_per_building=LARGE)
    assert (report.out, report.retried, report.ok, report.failed) == (stored.url, 6, 4, 2)
    notes = hashlib.sha256(b"old").hexdigest()
    assert objects(stored) == contents(finished / "aim") | {"notes.txt": notes}
    stored.remove(["notes.txt"])
    assert list(verify(stored.url)) == []
    after, aim = record(stored), json.loads((finished / "aim" / "run.json").read_text())
    for name in ("counts", "weather", "totals", "options", "input"):
        assert after[name] == aim[name], name
    assert [entry["options"] for entry in after["retries"]] == [{"memory_per_building": 9_000_000}]
    # Nothing is left there or on this machine.
    assert not staging_folder(stored.url).exists()
    assert not staging_folder(f"{stored.url}/{RETRY}/run").exists()


def test_again_and_again(stored):
    before = objects(stored)
    assert retry_batch(stored.url).failed == 6
    assert objects(stored) == before
    retry_batch(stored.url, memory_per_building=LARGE)
    assert retry_batch(stored.url, cooling=False).retried == 2
    assert [entry["options"] for entry in record(stored)["retries"]] == [
        {}, {"memory_per_building": 9_000_000}, {"cooling": False}]


def test_what_cannot_be_is_refused(stored, tmp_path):
    before = objects(stored)
    with pytest.raises(OptionError, match="hourly: 'none'; expected 'all', as in the run that is retried"):
        retry_batch(stored.url, hourly="none")
    with pytest.raises(OptionError, match="expected workers=1 and no cluster"):
        retry_batch(stored.url, workers=2)
    with pytest.raises(OptionError, match="expected the input of the run; name it with --source FILE"):
        retry_batch(stored.url, source=tmp_path / "none")
    with pytest.raises(OutputError, match="no run; expected a store that `buem run` writes"):
        retry_batch(f"memory:/{tmp_path}/nowhere")
    stored.write(LOCK, json.dumps({"process": 1, "host": "elsewhere", "began": "2020-01-01"}).encode())
    with pytest.raises(OccupiedError, match=f"process 1 on elsewhere since 2020-01-01 is writing there; .* {LOCK}"):
        retry_batch(stored.url)
    stored.remove([LOCK])
    assert objects(stored) == before


def test_an_object_that_has_changed_is_not_merged(finished, stored):
    name = "hourly/part-00001.parquet"
    part = stored.read(name)
    stored.write(name, part[:-1000] + bytes([part[-1000] ^ 1]) + part[-999:])
    before = results(stored)
    with pytest.raises(OutputError, match=rf"{stored.url}/{name}: missing, or changed since it was written; see "
                                          rf"`buem verify {stored.url}`"):
        retry_batch(stored.url, memory_per_building=LARGE)
    assert results(stored) == before
    stored.write(name, part)
    retry_batch(stored.url, memory_per_building=LARGE)
    assert objects(stored) == contents(finished / "aim")


def test_one_with_other_options_begins_anew(finished, stored, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(retry, "merge_results", interrupt)
        with pytest.raises(KeyboardInterrupt):
            retry_batch(stored.url)
    assert list(read_store_status(stored.url).lines())[1] == (
        "a retry of the failed ones was cut off; the same `buem retry` goes on where it was")
    assert list(verify(stored.url)) == []
    retry_batch(stored.url, memory_per_building=LARGE)
    assert objects(stored) == contents(finished / "aim")


def interrupt(*given):
    """In place of a step: Ctrl-C is pressed there."""
    raise KeyboardInterrupt


def test_a_new_run_knows_nothing_of_an_old_retry(finished, stored, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("buem.batch.commit.end_commit", interrupt)
        with pytest.raises(KeyboardInterrupt):
            retry_batch(stored.url, memory_per_building=LARGE)
    assert is_cut_off(place_of(stored.url))
    run_batch(finished / "city.geojson", stored.url, overwrite=True, memory_per_building=SMALL, **ALL)
    assert objects(stored) == contents(finished / "small")


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """Four buildings, two of them too large; and a copy that was retried in its folder."""
    folder = tmp_path_factory.mktemp("town")
    features = [fat(house("A")), house("B"), house("bad", u_value=-1.0), fat(house("C"))]
    path = folder / "town.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    assert run_batch(path, folder / "small", memory_per_building=SMALL, **ALL).failed == 3
    shutil.copytree(folder / "small", folder / "aim")
    assert retry_batch(folder / "aim", memory_per_building=LARGE).ok == 2
    return folder


def test_cut_off_at_any_call_that_changes_the_store(town, tmp_path, monkeypatch, record_property):
    """From there on every call fails, as after the death of the process or of the line to the store."""
    before, aim = contents(town / "small"), contents(town / "aim")
    seen, limit, states = True, 0, set()
    while seen:
        store = upload(town / "small", f"memory:/{tmp_path}/{limit}")
        with monkeypatch.context() as patch:
            seen = fail_after(store, patch, limit)
            said = text_of_failure(store)
        assert ("the line is down" in said) == bool(said)
        half = is_cut_off(place_of(store.url))
        assert list(verify(store.url)).count(f"{store.url}: {CUT_OFF}") == half
        if not half:
            assert results(store) in (before, aim), limit
        states.add("half" if half else "old" if results(store) == before else "new")
        retry_batch(store.url, memory_per_building=LARGE)
        assert objects(store) == aim, limit
        limit += STEP
    record_property("points", limit // STEP - 1)
    assert states == {"old", "half", "new"}
    assert limit > 60


def text_of_failure(store):
    """What a retry fails with; nothing for one that ends well."""
    try:
        retry_batch(store.url, memory_per_building=LARGE)
    except OutputError as error:
        return str(error)
    return ""


def fail_after(store, patch, limit):
    """Let so many calls change the store and no more; the list that is handed back fills as calls are refused."""
    made, refused = [], []

    def counted(real):
        def call(*given, **options):
            made.append(given)
            if len(made) > limit:
                refused.append(given)
                raise OSError("the line is down")
            return real(*given, **options)
        return call

    for name in ("put_file", "pipe_file", "cp_file", "rm_file"):
        patch.setattr(store._files, name, counted(getattr(store._files, name)))
    return refused


def test_each_place_has_its_staging(tmp_path):
    assert isinstance(staging_of(place_of(tmp_path)), FolderStaging)
    staging = staging_of(place_of(f"memory:/{tmp_path}"))
    assert isinstance(staging, StoreStaging)
    assert staging.target == (staging_folder(f"memory:/{tmp_path}/.retry/run"), f"memory:/{tmp_path}/.retry/run")
    assert staging_of(place_of(tmp_path)).target == (tmp_path / ".retry" / "run", None)
    # Nothing to clear is no error.
    staging.clear()
    staging_of(place_of(tmp_path)).clear()


def test_what_is_half_removed_is_not_gone_on_with(tmp_path, monkeypatch):
    """The mark goes first, the list last."""
    for place in (place_of(tmp_path / "out"), place_of(f"memory:/{tmp_path}")):
        staging, gone = staging_of(place), []
        for name in ("commit.json", "a.json", "retry.json", "z.json"):
            staging.write(name, b"{}")
        real = Path.unlink if isinstance(staging, FolderStaging) else place.store._files.rm_file

        def remove(path, *given, real=real, gone=gone):
            gone.append(str(path).rpartition("/")[2])
            real(path, *given)

        with monkeypatch.context() as patch:
            if isinstance(staging, FolderStaging):
                patch.setattr(Path, "unlink", remove)
            else:
                patch.setattr(place.store._files, "rm_file", remove)
            staging.clear()
        assert (gone[0], gone[-1], sorted(gone[1:-1])) == ("retry.json", "commit.json", ["a.json", "z.json"])


@pytest.mark.parametrize("url", ["folder", "memory"])
def test_what_is_kept_waits_below_the_results(tmp_path, url):
    staging = staging_of(place_of(tmp_path / "out" if url == "folder" else f"memory:/{tmp_path}"))
    staging.write("retry.json", b"{}")
    for name in ("a", "hourly/b"):
        (staging.work / name).parent.mkdir(parents=True, exist_ok=True)
        (staging.work / name).write_bytes(name.encode())
        staging.keep(name)
    staging.secure("merged/a")
    assert [staging.home.read(f"merged/{name}") for name in ("a", "hourly/b")] == [b"a", b"hourly/b"]
    with staging.local(staging.home, "merged/hourly/b") as path:
        assert path.read_bytes() == b"hourly/b"
    staging.place_all({"x/y": "merged/hourly/b", "z": "merged/never"}, ["gone"])
    assert (staging.place.read("x/y"), staging.place.read("z")) == (b"hourly/b", None)
    staging.clear()
    assert staging.home.read("retry.json") is None


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    pytest.importorskip("moto", reason="moto is not installed")
    with s3_server(tmp_path_factory.mktemp("s3")) as settings:
        yield settings


@pytest.fixture
def s3(server, finished, monkeypatch, tmp_path):
    """The run in a bucket, and a folder for temporary files of its own."""
    for name, value in server.items():
        monkeypatch.setenv(name, value)
    forget()
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setattr("tempfile.tempdir", None)
    return upload(finished / "small", f"s3://{BUCKET}/{tmp_path.name}")


def command(store, *words):
    return [sys.executable, "-m", "buem", "retry", store.url, "--memory-per-building", LARGE, *words]


def kill(store, folder, reached, still):
    """Kill a retry as soon as something is reached; again from the start where more has happened meanwhile."""
    for _ in range(5):
        process = subprocess.Popen(command(store), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for(lambda: reached() or process.poll() is not None)  # noqa: B023
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait(10)
        if still():
            return
        store.remove(store.sizes())
        upload(folder, store.url)
    pytest.fail("each time it was over before it could be killed")


@pytest.mark.slow
def test_s3_gets_the_files_of_a_folder(finished, s3, tmp_path, capsys):
    assert main(["retry", s3.url, "--memory-per-building", LARGE]) == 3
    assert capsys.readouterr().out.startswith(f"{s3.url}: 6 buildings again: 4 simulated, 2 failed, ")
    assert objects(s3) == contents(finished / "aim")
    assert main(["verify", s3.url]) == 0
    assert [path for path in (tmp_path / "tmp").rglob("*") if path.is_file()] == []


@pytest.mark.slow
def test_killed_while_it_computes_another_machine_goes_on(finished, s3, tmp_path):
    """The lock of the dead one is removed by hand, as the message says; nothing else of it is needed."""
    kill(s3, finished / "small", lambda: any("/.parts/journal/" in name for name in s3.sizes(RETRY)),
         lambda: b'"running"' in s3.read(f"{RETRY}/run/run.json"))
    assert results(s3) == contents(finished / "small")
    assert not is_cut_off(StorePlace(s3.url))
    shutil.rmtree(tmp_path / "tmp")
    (tmp_path / "tmp").mkdir()
    s3.write(LOCK, re.sub(rb'"host":"[^"]*"', b'"host":"elsewhere"', s3.read(LOCK)))
    refused = subprocess.run(command(s3), capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert f"is writing there; if that run is over, remove {LOCK} there" in refused.stderr
    s3.remove([LOCK])
    done = subprocess.run(command(s3), capture_output=True, text=True, check=False)
    assert done.returncode == 3, done.stderr
    assert objects(s3) == contents(finished / "aim")
    assert record(s3)["retries"][0]["times"]["restored_parts"] >= 1


@pytest.mark.slow
def test_killed_between_the_list_and_the_last_copy_it_is_ended(finished, s3, capsys):
    place = StorePlace(s3.url)
    # The record is copied last.
    kill(s3, finished / "small", lambda: is_cut_off(place), lambda: is_cut_off(place) and "retries" not in record(s3))
    assert main(["verify", s3.url]) == 1
    assert f"{s3.url}: {CUT_OFF}" in capsys.readouterr().out
    assert main(["status", s3.url]) == 0
    assert "a retry of the failed ones was cut off; the same `buem retry` goes on" in capsys.readouterr().out
    done = subprocess.run(command(s3), capture_output=True, text=True, check=False)
    assert done.returncode == 3, done.stderr
    assert objects(s3) == contents(finished / "aim")
    # What had begun was ended first; then those that still failed were tried again.
    assert [entry["counts"]["buildings"] for entry in record(s3)["retries"]] == [6, 2]
    assert main(["verify", s3.url]) == 0


@pytest.mark.slow
def test_two_at_a_time_are_one_too_many(finished, s3):
    process = subprocess.Popen(command(s3), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: s3.has(LOCK) or process.poll() is not None)
        process.send_signal(signal.SIGSTOP)
        assert process.poll() is None
        run = [sys.executable, "-m", "buem", "run", str(finished / "city.geojson"), "--out", s3.url, "--overwrite"]
        for words in (command(s3), run):
            beside = subprocess.run(words, capture_output=True, text=True, check=False)
            assert beside.returncode == 2
            assert "is writing there" in beside.stderr
        process.send_signal(signal.SIGCONT)
        assert process.wait(60) == 3
    finally:
        process.kill()
        process.wait(10)
    assert objects(s3) == contents(finished / "aim")
