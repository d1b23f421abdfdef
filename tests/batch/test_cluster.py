"""Runs on a Dask cluster of real processes, some of which are killed."""

from __future__ import annotations

import logging
import os
import pickle
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from dask_cluster import Deadly, dask_cluster, free_port, wait_for
from small_city import contents, house, houses, raw, task_of

import buem
from buem.batch import cluster as of_cluster
from buem.batch.cluster import open_cluster
from buem.batch.journal import Journal
from buem.batch.plan import RunOptions
from buem.batch.pool import run_parts
from buem.batch.run import run_batch
from buem.errors import BuildingError, ClusterError, MissingExtraError, OptionError
from buem.io.tables import PART_SIZE

distributed = pytest.importorskip("distributed", reason="the dask extra is not installed")
pytestmark = pytest.mark.slow

@pytest.fixture(scope="module")
def city(tmp_path_factory) -> Path:
    """Three parts and a bit, two of whose buildings fail."""
    features = houses(3 * PART_SIZE + 70)
    features[600] = house("bad", u_value=99.0)
    features[1050] = house("H00003")
    path = tmp_path_factory.mktemp("city") / "city.ndjson"
    path.write_bytes(b"".join(raw(feature) + b"\n" for feature in features))
    return path


@pytest.fixture(scope="module")
def expected(city, tmp_path_factory) -> dict[str, str]:
    """The files of two processes of this machine."""
    out = tmp_path_factory.mktemp("loky") / "out"
    run_batch(city, out, workers=2)
    return contents(out)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with dask_cluster(tmp_path_factory.mktemp("cluster") / "of_two", "first", "second") as found:
        yield found


class Meanwhile(threading.Thread):
    """Does something beside the run; what it raises is raised by the test."""

    def __init__(self, task):
        super().__init__(daemon=True)
        self._task, self._error = task, None

    def run(self):
        try:
            self._task()
        except BaseException as error:
            self._error = error

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.join(60)
        if self._error is not None:
            raise self._error


def parts_in(out):
    """Part files that have their names."""
    return list((out / "hourly").glob("part-*.parquet"))


def test_the_same_bytes_as_on_this_machine(cluster, city, expected, tmp_path):
    command = [sys.executable, "-m", "buem", "run", str(city), "--out", "out", "--cluster", cluster.option]
    # A path from the folder of the client means another one to the workers.
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 3, done.stderr
    assert contents(tmp_path / "out") == expected
    assert not (tmp_path / "out" / ".parts").exists()


def test_the_run_travels_once_to_each_worker(cluster, city, tmp_path):
    report = run_batch(city, tmp_path / "out", cluster=cluster.option, hourly="none")
    assert report.workers == 2
    told = f"Starting Worker plugin buem {tmp_path / 'out'}"
    gone = f"Removing Worker plugin buem {tmp_path / 'out'}"
    for worker in ("first", "second"):
        assert cluster.log(worker).count(told) == 1
        assert cluster.log(worker).count(gone) == 1
    # What goes with each part is its text.
    task = task_of(houses(100))
    assert len(pickle.dumps(task)) < 1.1 * sum(len(text) for text in task.raws) + 2000


def test_within_parallel_config(cluster, city, expected, tmp_path):
    import joblib

    with distributed.Client(cluster.address, set_as_default=True) as client, joblib.parallel_config("dask"):
        report = run_batch(city, tmp_path / "out")
        # The client is the caller's, and stays open.
        assert client.status == "running"
    assert report.workers == 2
    assert contents(tmp_path / "out") == expected


def test_other_backends_of_joblib_are_this_machine():
    import joblib

    with joblib.parallel_config("threading"), open_cluster(None) as found:
        assert found is None


def test_stopping_leaves_no_part_behind_and_the_cluster_free(cluster, city, tmp_path):
    with pytest.raises(BuildingError, match="99"):
        run_batch(city, tmp_path / "out", cluster=cluster.option, on_error="stop")
    assert {path.name for path in parts_in(tmp_path / "out")} <= {"part-00000.parquet", "part-00001.parquet"}
    assert run_batch(city, tmp_path / "next", cluster=cluster.option, hourly="none").failed == 2


@pytest.mark.parametrize("deaths", [1, 2])
def test_a_lost_worker_costs_nothing(city, expected, tmp_path, monkeypatch, deaths):
    recorded = []
    record = Journal.record
    monkeypatch.setattr(Journal, "record", lambda self, result: (recorded.append(result.number), record(self, result)))
    out = tmp_path / "out"
    with dask_cluster(tmp_path / "cluster", allowed_failures=3) as cluster:
        workers = [cluster.add_worker(f"worker{number}") for number in range(2)]

        def kill():
            for number, worker in enumerate(workers[:deaths]):
                wait_for(lambda: list((out / "hourly").glob(".part-*")) or parts_in(out))
                worker.send_signal(signal.SIGKILL)
                worker.wait(10)
                cluster.add_worker(f"after{number}")

        with Meanwhile(kill):
            report = run_batch(city, out, cluster=cluster.option)
    assert (report.buildings, report.failed) == (3 * PART_SIZE + 70, 2)
    assert sorted(recorded) == [0, 1, 2, 3]
    assert contents(out) == expected


def test_a_killed_client_is_gone_on_with(cluster, city, expected, tmp_path):
    out = tmp_path / "out"
    command = [sys.executable, "-m", "buem", "run", str(city), "--out", str(out), "--cluster", cluster.option]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(lambda: parts_in(out) or process.poll() is not None)
    process.kill()
    process.wait(10)
    run_batch(city, out, cluster=cluster.option)
    assert contents(out) == expected


def test_a_lost_scheduler_is_one_clear_error_and_nothing_is_lost(city, expected, tmp_path):
    out = tmp_path / "out"
    with dask_cluster(tmp_path / "cluster", "one") as cluster:
        def kill():
            wait_for(lambda: parts_in(out))
            cluster.scheduler.send_signal(signal.SIGKILL)

        with Meanwhile(kill), pytest.raises(ClusterError, match="the scheduler is lost; what is finished is kept"):
            run_batch(city, out, cluster=cluster.option)
    # Its workers are gone with it; this machine goes on.
    run_batch(city, out, workers=2)
    assert contents(out) == expected


def test_a_worker_that_comes_late_is_told(city, tmp_path, monkeypatch):
    monkeypatch.setattr(of_cluster, "LOOK", 0.1)
    with dask_cluster(tmp_path / "cluster") as cluster, Meanwhile(lambda: cluster.add_worker("late")):
        report = run_batch(city, tmp_path / "out", cluster=cluster.option, hourly="none")
    assert (report.failed, report.workers) == (2, 1)


def test_the_building_that_kills_its_workers_is_named(make_setup, tmp_path, caplog):
    caplog.set_level(logging.WARNING)
    features = [raw(feature) for feature in houses(9)]
    features[4] = Deadly(features[4])
    tasks = iter([task_of(features[at:at + 3], number=at // 3, first=at) for at in range(0, 9, 3)])
    with dask_cluster(tmp_path / "cluster", allowed_failures=0) as cluster:
        cluster.add_worker("risen", nanny=True, PYTHONPATH=os.pathsep.join([str(Path(__file__).parent), *sys.path]))
        with open_cluster(cluster.option) as found:
            results = list(run_parts(tasks, make_setup(hourly="none"), 2, found))
    assert sorted(result.number for result in results) == [0, 1, 2]
    failures = [failure for result in results for failure in result.failures]
    assert [(f.id, f.index, f.problems[0].code) for f in failures] == [("H00004", 4, "WORKER_DIED")]
    assert "part 1: 1 buildings kill their worker and are left out: 4" in caplog.text


def test_other_versions_are_refused(city, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    package = Path(buem.__file__).parent
    shutil.copytree(package, elsewhere / "buem", ignore=shutil.ignore_patterns("__pycache__"))
    init = elsewhere / "buem" / "__init__.py"
    init.write_text(init.read_text().replace(f'__version__ = "{buem.__version__}"', '__version__ = "0.0.1"'))
    with dask_cluster(tmp_path / "cluster") as cluster:
        cluster.add_worker("old", PYTHONPATH=str(elsewhere))
        with pytest.raises(ClusterError, match=rf"buem 0\.0\.1 \(client {buem.__version__}\); expected the versions of "
                                               "the client on all workers"):
            run_batch(city, tmp_path / "out", cluster=cluster.option)


def test_a_worker_with_too_little_memory_is_refused(city, tmp_path):
    with dask_cluster(tmp_path / "cluster") as cluster:
        cluster.add_worker("small", "--memory-limit", "150MB")
        with pytest.raises(ClusterError, match="its memory limit is 150000000 B; expected at least"):
            run_batch(city, tmp_path / "out", cluster=cluster.option)


def test_no_worker_at_all_is_an_error_in_bounded_time(city, tmp_path, monkeypatch):
    monkeypatch.setattr(of_cluster, "LOOK", 0.1)
    monkeypatch.setattr(of_cluster, "PATIENCE", 0.3)
    with dask_cluster(tmp_path / "cluster") as cluster, pytest.raises(ClusterError, match="no worker for"):
        run_batch(city, tmp_path / "out", cluster=cluster.option)


def test_a_scheduler_that_does_not_answer(city, tmp_path, monkeypatch):
    monkeypatch.setattr(of_cluster, "ANSWER", 0.5)
    address = f"dask://127.0.0.1:{free_port()}"
    with pytest.raises(ClusterError, match=f"{address}: no scheduler answers within"):
        run_batch(city, tmp_path / "out", cluster=address)
    # The folder was not touched.
    assert not (tmp_path / "out").exists()


def test_a_scheduler_by_its_file(cluster, city, tmp_path):
    report = run_batch(city, tmp_path / "out", cluster=f"dask://{cluster.file}", hourly="none", workers=1)
    assert report.buildings == 3 * PART_SIZE + 70
    with pytest.raises(ClusterError, match="no such file"):
        run_batch(city, tmp_path / "again", cluster=f"dask://{tmp_path}/none.json")


def test_without_dask(city, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingExtraError, match=r"needs distributed, which is not installed; pip install "
                                                r"'buem-engine\[dask\]'"):
        run_batch(city, tmp_path / "out", cluster="dask://127.0.0.1:8786")


@pytest.mark.parametrize("text", ["host:8786", "dask://", "dask://host", "tcp://host:1", "dask://host:port", 8786])
def test_an_address_that_is_none(text):
    with pytest.raises(OptionError, match=r"cluster: .*; expected dask://HOST:PORT, or dask:///FILE of a scheduler"):
        RunOptions(cluster=text)
