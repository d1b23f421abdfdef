"""Runs that are killed at any moment go on where they were, and end in the same bytes.

The number of kills is 20 here; `BUEM_KILLS=200` is the long form. Every fourth run is one of footprints, whose outlines
are laid out before; workers are killed as the system kills them when memory is short, and as they crash.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest
from harness import PART, command, contents, feature, footprint, write_city

KILLS = int(os.environ.get("BUEM_KILLS", "20"))


class Undisturbed(NamedTuple):
    """A city, the files of a run of it that nothing happens to, and how long that takes."""

    city: Path
    files: dict[str, str]
    seconds: float


def undisturbed(folder: Path, features: list[dict[str, object]]) -> Undisturbed:
    city = write_city(folder / "city.geojson", features)
    began = time.monotonic()
    done = subprocess.run(command(city, folder / "out", 2), capture_output=True, text=True, check=False)
    assert done.returncode == 3, done.stderr
    return Undisturbed(city, contents(folder / "out"), time.monotonic() - began)


@pytest.fixture(scope="module")
def houses(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    features = [feature(number, 99.0 if number % 400 == 7 else None) for number in range(3 * PART + 50)]
    return undisturbed(tmp_path_factory.mktemp("houses"), features)


@pytest.fixture(scope="module")
def outlines(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    return undisturbed(tmp_path_factory.mktemp("outlines"), [footprint(number) for number in range(2 * PART + 50)])


def killed(process: psutil.Popen, after: float, whom: str) -> bool:
    """Kill the run, or one of its workers, after a time; whether it was still there."""
    try:
        process.wait(after)
    except psutil.TimeoutExpired:
        draw = random.Random(after)
        victims = process.children() if whom == "worker" else []
        victim = draw.choice(victims) if victims else process
        try:
            victim.send_signal(draw.choice((signal.SIGKILL, signal.SIGSEGV)) if victims else signal.SIGKILL)
        except psutil.NoSuchProcess:
            return False
        return True
    return False


def workers_of(run: psutil.Process) -> list[psutil.Process]:
    """Its workers, among whatever else it starts."""
    found = []
    for child in run.children():
        try:
            if "popen_loky_posix" in " ".join(child.cmdline()):
                found.append(child)
        except (psutil.NoSuchProcess, psutil.ZombieProcess):
            continue
    return found


def workers_after(run: psutil.Popen, pause: float) -> list[psutil.Process]:
    """Its workers after a time, or as soon as it has any then; none when it has ended."""
    while True:
        try:
            run.wait(pause)
            return []
        except psutil.TimeoutExpired:
            if found := workers_of(run):
                return found
            pause = 0.02


def test_a_worker_that_dies_as_it_starts(houses: Undisturbed, tmp_path: Path) -> None:
    # What a process is told when it starts must fit into the pipe: the run would wait for a reader for ever.
    process = psutil.Popen(command(houses.city, tmp_path / "out", 2), stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 120
        while not (born := workers_of(process)) and time.monotonic() < deadline:
            assert process.is_running()
        born[0].kill()
        assert process.wait(120) == 3
    finally:
        if process.is_running():
            process.kill()
            process.wait()
    assert contents(tmp_path / "out") == houses.files


def busy(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_RUNNING
    except psutil.NoSuchProcess:
        return False


def test_a_worker_that_dies_while_its_result_waits_for_the_run(houses: Undisturbed, tmp_path: Path) -> None:
    # What a worker hands over must not stop half-way in the pipe: the run would wait for the rest for ever.
    out = tmp_path / "out"
    process = psutil.Popen(command(houses.city, out, 2), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while not list((out / ".parts").glob("result-*")) and process.is_running() and time.monotonic() < deadline:
        time.sleep(0.001)
    process.send_signal(signal.SIGSTOP)
    workers = workers_of(process)
    assert len(workers) == 2
    # They hand over what they have, and then nobody gives them more.
    calm = 0
    while calm < 20 and time.monotonic() < deadline:
        calm = 0 if any(busy(worker) for worker in workers) else calm + 1
        time.sleep(0.01)
    for worker in workers[:1]:
        worker.kill()
    process.send_signal(signal.SIGCONT)
    try:
        assert process.wait(120) == 3
    finally:
        if process.is_running():
            process.kill()
            process.wait()
    assert contents(out) == houses.files


@pytest.mark.slow
def test_a_run_whose_workers_are_killed_again_and_again(houses: Undisturbed, tmp_path: Path) -> None:
    # Many are killed while they start; no building may be blamed for that.
    draw = random.Random(KILLS)
    process = psutil.Popen(command(houses.city, tmp_path / "out", 2), stdout=subprocess.DEVNULL,
                           stderr=subprocess.PIPE, text=True)
    kills, pause = 0, 0.0
    try:
        while kills < KILLS // 4 and (victims := workers_after(process, pause)):
            with suppress(psutil.NoSuchProcess):
                draw.choice(victims).send_signal(signal.SIGKILL)
            kills, pause = kills + 1, draw.uniform(0.1, 1.2) * houses.seconds
        _, said = process.communicate(timeout=300)
    finally:
        if process.is_running():
            process.kill()
            process.wait()
    assert (process.returncode, "left out" in said) == (3, False), said
    assert kills
    assert contents(tmp_path / "out") == houses.files


@pytest.mark.slow
@pytest.mark.parametrize("number", range(KILLS))
def test_a_killed_run_ends_in_the_same_files(number: int, houses: Undisturbed, outlines: Undisturbed,
                                             tmp_path: Path) -> None:
    aim = outlines if number % 4 == 3 else houses
    draw = random.Random(number)
    out, whom, workers = tmp_path / "out", draw.choice(("run", "run", "worker")), draw.choice((1, 2, 3))
    for _ in range(draw.choice((1, 2))):
        process = psutil.Popen(command(aim.city, out, workers), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            if killed(process, draw.uniform(0.0, 1.1) * aim.seconds, whom) and whom == "worker":
                # A run survives the death of a worker by itself.
                assert process.wait(120) in (3, -signal.SIGKILL)
            process.wait(120)
        finally:
            if process.is_running():
                process.kill()
                process.wait()
    last = subprocess.run(command(aim.city, out, 2), capture_output=True, text=True, timeout=120, check=False)
    # It was finished before the kill, or goes on now.
    assert last.returncode == 3 or "holds results already" in last.stderr, last.stderr
    assert contents(out) == aim.files
    assert not (out / ".parts").exists()
