"""A Dask cluster of real processes on this machine: a scheduler and its workers, each on a free port."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

#: Longest wait for anything. [s]
LIMIT = 60.0


def wait_for(condition: Callable[[], Any], limit: float = LIMIT) -> Any:
    """What the condition gives, once it gives something."""
    end = time.monotonic() + limit
    while not (found := condition()):
        if time.monotonic() > end:
            raise TimeoutError(f"not within {limit:.0f} s")
        time.sleep(0.02)
    return found


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


class Deadly(bytes):
    """A feature whose worker dies when it reads it."""

    def __len__(self) -> int:
        os.kill(os.getpid(), signal.SIGKILL)
        return super().__len__()


class DaskCluster:
    """Processes of a scheduler and of workers without a nanny, so that a death is a death."""

    def __init__(self, folder: Path, allowed_failures: int) -> None:
        self.folder = folder
        self.file = folder / "scheduler.json"
        self.processes: list[psutil.Popen] = []
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
                                     "--no-show", "--scheduler-file", str(self.file),
                                     DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES=str(allowed_failures))
        self.address = wait_for(self._address)

    def _address(self) -> str | None:
        if self.scheduler.poll() is not None:
            raise RuntimeError(self.log("scheduler"))
        try:
            return str(json.loads(self.file.read_text())["address"]).removeprefix("tcp://")
        except (OSError, ValueError):
            return None

    @property
    def option(self) -> str:
        """As `--cluster` takes it."""
        return f"dask://{self.address}"

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()

    def _start(self, *words: str, **more: str) -> psutil.Popen:
        name = more.pop("name", words[0])
        environment = {**os.environ, **more}
        with (self.folder / f"{name}.log").open("wb") as log:
            process = psutil.Popen([sys.executable, "-m", "distributed.cli.dask_" + words[0], *words[1:]],
                                   stdout=log, stderr=subprocess.STDOUT, env=environment, cwd=self.folder)
        self.processes.append(process)
        return process

    def add_worker(self, name: str, *words: str, nanny: bool = False, **environment: str) -> psutil.Popen:
        """Start a worker; it comes to the scheduler in its own time."""
        return self._start("worker", self.address, "--host", "127.0.0.1", "--nthreads", "1", "--no-dashboard",
                           "--nanny" if nanny else "--no-nanny", "--name", name, "--local-directory",
                           str(self.folder / name), *words, name=name, **environment)

    def close(self) -> None:
        for process in self.processes:
            for child in (*children(process), process):
                try:
                    child.send_signal(signal.SIGKILL)
                except psutil.NoSuchProcess:
                    continue
        psutil.wait_procs(self.processes, timeout=10)
        for process in self.processes:
            process.wait(10)


def children(process: psutil.Popen) -> list[psutil.Process]:
    try:
        return list(process.children(recursive=True))
    except psutil.NoSuchProcess:
        return []


@contextmanager
def dask_cluster(folder: Path, *workers: str, allowed_failures: int = 3) -> Iterator[DaskCluster]:
    """A cluster with so many workers, by their names."""
    folder.mkdir(parents=True, exist_ok=True)
    cluster = DaskCluster(folder, allowed_failures)
    try:
        for name in workers:
            cluster.add_worker(name)
        yield cluster
    finally:
        cluster.close()
