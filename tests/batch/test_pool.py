"""The pool with real processes, some of which die."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pyarrow as pa
import pytest
from small_city import house, houses, raw, task_of

from buem.batch import pool
from buem.batch.pool import run_parts
from buem.errors import BuemError, ContainerError, Problem

pytestmark = pytest.mark.slow


class Deadly(bytes):
    """A feature whose worker dies when it reads it; with a file to remember by, only so many times."""

    times: int | None = None
    memory: Path | None = None

    def __len__(self) -> int:
        if self.memory is None or self.times is None:
            os.kill(os.getpid(), signal.SIGKILL)
        elif (deaths := self.memory.stat().st_size) < self.times:
            self.memory.write_bytes(b"x" * (deaths + 1))
            os.kill(os.getpid(), signal.SIGKILL)
        return super().__len__()


class Telling(bytes):
    """A feature that writes down something about the process that reads it."""

    path: Path

    def __len__(self) -> int:
        from joblib.parallel import get_active_backend  # noqa: F401  what a worker has anyway

        heavy = [name for name in ("pandas", "xarray", "matplotlib", "pvlib") if name in sys.modules]
        threads = [os.environ.get(name) for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")]
        self.path.write_text(f"{os.getpid()} {os.getppid()} {heavy} {threads}")
        return super().__len__()


def deadly(name: str, memory: Path | None = None, times: int | None = None) -> Deadly:
    feature = Deadly(raw(house(name)))
    feature.memory, feature.times = memory, times
    if memory is not None:
        memory.touch()
    return feature


def tasks(*features, size=3):
    """Parts of three features each."""
    return iter([task_of(list(features[at:at + size]), number=at // size, first=at)
                 for at in range(0, len(features), size)])


def statuses(results):
    """Status and id of each building, in the order of the file."""
    rows = [row for result in results for row in pa.ipc.open_stream(result.summary).read_all().to_pylist()]
    return [(row["id"], row["status"]) for row in sorted(rows, key=lambda row: row["index"])]


def raws(count):
    return [raw(feature) for feature in houses(count)]


def test_all_parts_come_once_in_light_workers(make_setup, tmp_path):
    features = raws(9)
    telling = Telling(features[4])
    telling.path = tmp_path / "told"
    features[4] = telling
    results = list(run_parts(tasks(*features), make_setup(hourly="none"), 2))
    assert sorted(result.number for result in results) == [0, 1, 2]
    assert statuses(results) == [(f"H{i:05d}", "ok") for i in range(9)]
    worker, parent, rest = telling.path.read_text().split(" ", 2)
    assert int(worker) != os.getpid() == int(parent)
    assert rest == "[] ['1', '1', '1']"
    assert not psutil.pid_exists(int(worker)) or psutil.Process(int(worker)).status() == psutil.STATUS_ZOMBIE


def test_in_this_process_and_in_workers_alike(make_setup):
    setup = make_setup(hourly="none")
    here = list(run_parts(tasks(*raws(6)), setup, 1))
    there = sorted(run_parts(tasks(*raws(6)), setup, 2), key=lambda result: result.number)
    assert [r.summary for r in here] == [r.summary for r in there]
    assert {r.cost.process for r in here} == {os.getpid()}
    assert os.getpid() not in {r.cost.process for r in there}


def test_one_part_needs_no_pool(make_setup):
    results = list(run_parts(tasks(*raws(2)), make_setup(hourly="none"), 2))
    assert [r.cost.process for r in results] == [os.getpid()]


def test_a_worker_that_dies_once_costs_nothing(make_setup, tmp_path, caplog):
    features = raws(9)
    features[4] = deadly("H00004", tmp_path / "deaths", times=1)
    results = list(run_parts(tasks(*features), make_setup(hourly="none"), 2))
    assert sorted(r.number for r in results) == [0, 1, 2]
    assert statuses(results) == [(f"H{i:05d}", "ok") for i in range(9)]
    assert "a worker died; part 1 runs again alone" in caplog.text


def test_the_building_that_kills_its_worker_is_named(make_setup, caplog):
    features = raws(9)
    features[4] = deadly("H00004")
    results = list(run_parts(tasks(*features), make_setup(hourly="none"), 2))
    assert sorted(r.number for r in results) == [0, 1, 2]
    assert [pair for pair in statuses(results) if pair[1] != "ok"] == [("H00004", "error")]
    failures = [failure for result in results for failure in result.failures]
    assert [(f.id, f.index, f.problems[0].code) for f in failures] == [("H00004", 4, "WORKER_DIED")]
    assert "part 1: 1 buildings kill their worker and are left out: 4" in caplog.text


def test_a_part_that_dies_without_a_culprit_ends_the_run(make_setup, monkeypatch):
    features = raws(9)
    features[4] = deadly("H00004")
    monkeypatch.setattr(pool, "_culprits", lambda task, wave: iter(()))
    with pytest.raises(BuemError, match="part 1 kills its workers, but none of its buildings does so alone"):
        list(run_parts(tasks(*features), make_setup(hourly="none"), 2))


def test_an_error_of_the_source_comes_through(make_setup):
    def broken():
        yield from tasks(*raws(9))
        raise ContainerError([Problem(path="$.features", value="cut off", expected="a closing bracket")])

    results = []
    with pytest.raises(ContainerError, match="cut off"):
        results += run_parts(broken(), make_setup(hourly="none"), 2)
    with pytest.raises(ContainerError, match="cut off"):
        list(run_parts(broken(), make_setup(hourly="none"), 1))


def test_workers_that_never_start_are_one_clear_error(make_setup, monkeypatch):
    monkeypatch.setattr("buem.batch.worker.start_worker", die_at_once)
    with pytest.raises(BuemError, match="the worker processes die before they take up work"):
        list(run_parts(tasks(*raws(6)), make_setup(hourly="none"), 2))


def die_at_once(scratch, parent):
    """In place of the initialiser."""
    os._exit(1)


def test_parts_that_no_worker_had_taken_up_are_drawn_again():
    stream = pool._Stream(iter([task_of([], number=number) for number in range(4)]))
    assert [task.number for task in stream.draw()] == [0, 1, 2, 3]
    assert stream.ended
    stream.finish(1)
    assert [task.number for task in stream.lose(frozenset({0, 1, 9}))] == [0]
    assert (stream.ended, stream.unfinished, stream.finished) == (False, {}, 1)
    assert [task.number for task in stream.draw()] == [2, 3]
    assert stream.ended


def test_deaths_before_any_work_are_nobodys_fault(make_setup):
    task = task_of([], number=7)
    deaths = iter(range(6))

    def wave(stream):
        list(stream.draw())
        if next(deaths, None) is not None:
            return stream.lose(frozenset())
        stream.finish(7)
        yield "done"
        return []

    assert list(pool._run_alone(task, wave)) == ["done"]


def test_a_part_that_lags_holds_the_stream_back(monkeypatch):
    monkeypatch.setattr(pool, "WINDOW", 4)
    stream = pool._Stream(iter([task_of([], number=number) for number in range(10)]))
    drawn = [task.number for task in stream.draw()]
    assert drawn == [0, 1, 2, 3, 4]
    assert not stream.ended
    for number in drawn:
        del stream.unfinished[number]
    assert [task.number for task in stream.draw()] == [5, 6, 7, 8, 9]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux ties a process to its parent")
def test_workers_die_with_a_killed_parent(write_city, tmp_path):
    city = write_city(houses(1100))
    command = [sys.executable, "-m", "buem", "run", str(city), "--out", str(tmp_path / "out"), "--workers", "2"]
    process = psutil.Popen(command)
    wait_until(lambda: list((tmp_path / "out" / "hourly").glob(".part-*")), process)
    workers = [child for child in process.children(recursive=True) if "loky" in " ".join(child.cmdline())]
    process.send_signal(signal.SIGKILL)
    process.wait()
    _, alive = psutil.wait_procs(workers, timeout=10)
    assert workers
    assert alive == []


def wait_until(condition, process, limit=60.0):
    """Look until the condition holds, at most for a minute."""
    end = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < end
        try:
            process.wait(0.02)
        except (subprocess.TimeoutExpired, psutil.TimeoutExpired):
            continue
        raise AssertionError(f"the process ended with {process.returncode}")
