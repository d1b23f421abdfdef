"""Whole runs into stores: the memory of this process, and an S3-compatible server, some of them killed."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from dask_cluster import dask_cluster, wait_for
from small_city import contents, house, houses, raw

from buem.batch import remote
from buem.batch.checksums import decode_checksums, encode_checksums
from buem.batch.plan import RunOptions
from buem.batch.remote import LOCK, check_options, staging_folder
from buem.batch.run import run_batch
from buem.batch.status import read_store_status
from buem.batch.verify import verify
from buem.cli import main
from buem.errors import BuildingError, OccupiedError, OptionError, OutputError
from buem.io.store import Store
from buem.io.tables import PART_SIZE

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from s3_server import BUCKET, forget, s3_server
from small_footprints import row, write_city

pytest.importorskip("s3fs", reason="the store extra is not installed")
pytest.importorskip("moto", reason="moto is not installed")
pytestmark = pytest.mark.slow

ALL = ("parquet", "csv", "geojson")


def objects(store):
    """The same of a store."""
    return {name: hashlib.sha256(store.read(name)).hexdigest() for name in store.sizes() if name != "run.json"}


@pytest.fixture(scope="module")
def city(tmp_path_factory) -> Path:
    """Two parts and a bit, one building of which fails."""
    features = houses(2 * PART_SIZE + 70)
    features[600] = house("bad", u_value=99.0)
    path = tmp_path_factory.mktemp("city") / "city.ndjson"
    path.write_bytes(b"".join(raw(feature) + b"\n" for feature in features))
    return path


@pytest.fixture(scope="module")
def expected(city, tmp_path_factory) -> dict[str, str]:
    """The files of a folder."""
    out = tmp_path_factory.mktemp("local") / "out"
    run_batch(city, out, workers=2, formats=ALL)
    return contents(out)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with s3_server(tmp_path_factory.mktemp("s3")) as settings:
        yield settings


@pytest.fixture
def s3(server, monkeypatch, tmp_path):
    """A place in the bucket, and a folder for temporary files of its own."""
    for name, value in server.items():
        monkeypatch.setenv(name, value)
    forget()
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setattr("tempfile.tempdir", None)
    return Store(f"s3://{BUCKET}/{tmp_path.name}")


def command(city, store, *words):
    return [sys.executable, "-m", "buem", "run", str(city), "--out", store.url, "--workers", "2", "--format",
            ",".join(ALL), *words]


def test_memory_gets_the_files_of_a_folder(city, expected, tmp_path):
    store = Store(f"memory:/{tmp_path}")
    report = run_batch(city, store.url, formats=ALL)
    assert report.out == store.url
    assert (report.buildings, report.failed) == (2 * PART_SIZE + 70, 1)
    assert objects(store) == expected
    assert not staging_folder(store.url).exists()
    with pytest.raises(OccupiedError, match=r"holds results already \(.*\); choose another place or allow overwriting"):
        run_batch(city, store.url, formats=ALL)


@pytest.fixture
def stored(city, tmp_path):
    """A finished run in a store."""
    store = Store(f"memory:/{tmp_path}")
    run_batch(city, store.url, formats=("parquet",))
    return store


def test_harm_in_a_store_is_found(stored):
    assert list(verify(stored.url)) == []
    part = stored.read("hourly/part-00001.parquet")
    stored.write("hourly/part-00001.parquet", part[:5000] + bytes([part[5000] ^ 4]) + part[5001:])
    stored.write("hourly/part-00009.parquet", part)
    stored.remove(["errors.jsonl", "hourly/part-00002.parquet"])
    assert list(verify(stored.url)) == [
        f"{stored.url}/errors.jsonl: missing",
        f"{stored.url}/hourly/part-00001.parquet: changed since it was written",
        f"{stored.url}/hourly/part-00002.parquet: missing",
        f"{stored.url}/hourly/part-00009.parquet: no file of this run"]


def test_buildings_in_a_store_are_compared_with_its_hours(stored):
    # Another part under the checksum of this one.
    part = stored.read("hourly/part-00000.parquet")
    sums = dict(decode_checksums(stored.read("checksums.sha256"), ""))
    stored.write("hourly/part-00002.parquet", part)
    stored.write("checksums.sha256",
                 encode_checksums(sums | {"hourly/part-00002.parquet": sums["hourly/part-00000.parquet"]}))
    found = [line.partition(": ")[2] for line in verify(stored.url)]
    assert found == ["70 simulated buildings have no hours, such as 'H01024'",
                     "hours of 512 buildings that the summary does not have, such as 'H00000'"]


def test_no_run_in_a_store_is_an_error(tmp_path):
    url = f"memory:/{tmp_path}"
    with pytest.raises(OutputError, match=r"no checksums.sha256; expected the store of a run that is finished"):
        list(verify(url))
    with pytest.raises(OutputError, match="no run; expected a store that `buem run` writes"):
        read_store_status(url)


@pytest.mark.parametrize("words", [("plot",), ("export", "--long"), ("city", "report")])
def test_what_needs_a_folder_says_so(words, capsys):
    assert main([*words, "s3://bucket/city"]) == 2
    assert "s3://bucket/city is a store; expected a folder: copy the results first" in capsys.readouterr().err


def test_s3_gets_the_files_of_a_folder(city, expected, s3, tmp_path, capsys):
    done = subprocess.run(command(city, s3), capture_output=True, text=True, check=False)
    assert done.returncode == 3, done.stderr
    assert f"{s3.url}/summary.parquet" in done.stdout
    assert objects(s3) == expected
    assert main(["status", s3.url]) == 0
    assert capsys.readouterr().out == f"{s3.url}: done, 1,094 buildings in 3 parts, 1 of them failed\n"
    assert main(["verify", s3.url]) == 0
    assert capsys.readouterr().out == f"{s3.url}: sound\n"
    assert json.loads(s3.read("run.json"))["status"] == "done"
    # Nothing is left on this machine.
    assert [path for path in (tmp_path / "tmp").rglob("*") if path.is_file()] == []


def test_s3_is_summed_up_where_it_is(city, s3, tmp_path, capsys):
    run_batch(city, s3.url, workers=2)
    for name in s3.sizes():
        s3.get(name, tmp_path / "copy" / name)
    for words, rows in (([], 1), (["--by", "type,month"], 12), (["--by", "hour"], 8760)):
        texts = []
        for place in (s3.url, str(tmp_path / "copy")):
            assert main(["aggregate", place, *words]) == 0
            texts.append(capsys.readouterr().out)
        assert texts[0] == texts[1]
        assert len(texts[0].splitlines()) == 1 + rows
    assert main(["aggregate", s3.url, "--by", "month", "--out", str(tmp_path / "months.parquet")]) == 0
    assert main(["aggregate", str(tmp_path / "copy"), "--by", "month", "--out", str(tmp_path / "two.parquet")]) == 0
    assert (tmp_path / "months.parquet").read_bytes() == (tmp_path / "two.parquet").read_bytes()
    # Nothing was put into the store.
    assert sorted(s3.sizes()) == sorted(path.relative_to(tmp_path / "copy").as_posix()
                                        for path in (tmp_path / "copy").rglob("*") if path.is_file())


def killed(city, store, beside=()):
    """A run that is killed when it has finished a part; whatever `beside` runs meanwhile, beside a run that stands."""
    process = subprocess.Popen(command(city, store), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: any(name.startswith(remote.LINES) for name in store.sizes()) or process.poll() is not None)
        assert process.poll() is None
        process.send_signal(signal.SIGSTOP)
        return [subprocess.run(words, capture_output=True, text=True, check=False) for words in beside]
    finally:
        process.kill()
        process.wait(10)


def test_a_killed_run_is_gone_on_with(city, expected, s3):
    beside, status = killed(city, s3, beside=[command(city, s3), [sys.executable, "-m", "buem", "status", s3.url]])
    assert beside.returncode == 2
    assert status.returncode == 3
    assert re.match(rf"{s3.url}: unfinished, [\d,]+ buildings in \d parts, \d of them failed so far\n"
                    r"running: process \d+ on .+ since ", status.stdout)
    assert "is writing there; choose another folder or wait for it" in beside.stderr
    other = subprocess.run(command(city, s3, "--cooling", "off"), capture_output=True, text=True, check=False)
    assert other.returncode == 2
    assert f"{s3.url}: holds an unfinished run that is another one (options cooling" in other.stderr
    last = subprocess.run(command(city, s3), capture_output=True, text=True, check=False)
    assert last.returncode == 3, last.stderr
    assert objects(s3) == expected
    assert json.loads(s3.read("run.json"))["times"]["restored_parts"] >= 1


def test_another_machine_goes_on_with_a_killed_run(city, expected, s3, tmp_path):
    killed(city, s3)
    # All that the first machine had is lost; its lock says so.
    shutil.rmtree(tmp_path / "tmp")
    (tmp_path / "tmp").mkdir()
    s3.write(LOCK, json.dumps({"process": 1, "host": "elsewhere", "began": "2020-01-01T00:00:00+00:00"}).encode())
    with pytest.raises(OccupiedError, match=r"process 1 on elsewhere since .* is writing there; if that run is "
                                            rf"over, remove {LOCK} there"):
        run_batch(city, s3.url, workers=2, formats=ALL)
    s3.remove([LOCK])
    report = run_batch(city, s3.url, workers=2, formats=ALL)
    assert report.buildings == 2 * PART_SIZE + 70
    assert objects(s3) == expected
    assert json.loads(s3.read("run.json"))["times"]["restored_parts"] >= 1


def test_overwriting_removes_what_was_there(city, tmp_path):
    store = Store(f"memory:/{tmp_path}")
    for name in ("hourly/part-00009.parquet", "summary.csv", "notes.txt", ".parts/result-00001"):
        store.write(name, b"old")
    run_batch(city, store.url, hourly="none", overwrite=True)
    # What is not ours stays.
    assert sorted(store.sizes()) == ["checksums.sha256", "errors.jsonl", "notes.txt", "run.json", "summary.parquet"]


def test_stopping_leaves_no_part_behind(city, tmp_path):
    store = Store(f"memory:/{tmp_path}")
    with pytest.raises(BuildingError, match="99"):
        run_batch(city, store.url, on_error="stop")
    assert set(store.sizes("hourly")) == {"hourly/part-00000.parquet", "hourly/part-00001.parquet"}


def test_a_cluster_writes_into_a_store(city, expected, s3, tmp_path):
    with dask_cluster(tmp_path / "cluster", "first", "second") as cluster:
        report = run_batch(city, s3.url, cluster=cluster.option, formats=ALL)
    assert report.workers == 2
    assert objects(s3) == expected
    assert not staging_folder(s3.url).exists()
    assert list((tmp_path / "tmp").glob("buem-worker-*")) == []


def test_footprints_on_a_cluster_see_their_neighbours(s3, tmp_path):
    """House 511 ends one part, house 512 begins the next: whichever worker has which."""
    city, options = write_city(tmp_path / "row.geojson", row(530)), {"country": "FR", "weather": "fr_paris_nsrdb2019"}
    run_batch(city, tmp_path / "out", workers=1, **options)
    with dask_cluster(tmp_path / "cluster", "first", "second") as cluster:
        report = run_batch(city, s3.url, cluster=cluster.option, **options)
    assert (report.failed, report.workers) == (0, 2)
    assert objects(s3) == contents(tmp_path / "out")
    assert list((tmp_path / "tmp").glob("buem-worker-*")) == []
    rows = pq.read_table(tmp_path / "out" / "summary.parquet").to_pylist()
    assert [one["party_wall_m2"] for one in rows[510:514]] == pytest.approx([96.0] * 4, abs=0.1)


def test_a_lock_of_a_dead_process_of_this_machine_is_taken_over(tmp_path):
    store = Store(f"memory:/{tmp_path}")
    with subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE) as other:
        store.write(LOCK, json.dumps({"process": other.pid, "host": socket.gethostname(), "began": ""}).encode())
        with pytest.raises(OccupiedError, match=f"process {other.pid} on"), remote.hold_store(store.url):
            pass
    with remote.hold_store(store.url):
        assert json.loads(store.read(LOCK))["process"] == os.getpid()
    assert store.read(LOCK) is None
    store.write(LOCK, json.dumps({"process": os.getpid(), "host": socket.gethostname(), "began": ""}).encode())
    with remote.hold_store(store.url):
        pass
    store.write(LOCK, b"half")
    with pytest.raises(OccupiedError, match="another run is writing there"), remote.hold_store(store.url):
        pass


def test_a_file_url_is_a_folder(city, tmp_path):
    report = run_batch(city, f"file://{tmp_path}/out", hourly="none", workers=1)
    assert report.out == tmp_path / "out"
    assert (tmp_path / "out" / "summary.parquet").exists()


def test_memory_is_for_one_process():
    assert check_options("memory://x", RunOptions()).workers == 1
    assert check_options("s3://x", RunOptions()).workers is None
    with pytest.raises(OptionError, match=r"out: 'memory://x'; expected workers=1 and no cluster"):
        check_options("memory://x", RunOptions(workers=2))
