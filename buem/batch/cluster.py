"""A Dask cluster as the workers of a run.

The same parts run as in the pool of this machine, and end in the same bytes. The setup, with the weather, travels
once to each worker; parts are handed out a few ahead. A worker that is lost is Dask's to make good: it runs the part
again elsewhere, the files of the part take their names once more with the same bytes, and its journal line is
written once, here. A part that is lost with four workers (`allowed-failures` of the scheduler) comes back to the
supervisor of the pool, which finds the building that kills them.
"""

from __future__ import annotations

import logging
import pickle
import queue
import sys
import time
import uuid
import warnings
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, Protocol

from buem.batch.part import SCRATCH, PartResult, PartTask, Setup
from buem.batch.plan import CLUSTER
from buem.errors import BuemError, ClusterError
from buem.io.durable import durable
from buem.io.extras import needed
from buem.io.store import open_store

logger = logging.getLogger(__name__)

#: How long a scheduler may take to answer. [s]
ANSWER: Final = 10.0
#: How long a run waits while the cluster has no worker at all. [s]
PATIENCE: Final = 600.0
#: How long a part of another run may take to leave the folder. [s]
LEAVE: Final = 120.0
#: Parts that are handed out however small the cluster is: a growing one grows by what waits.
LEAST: Final = 8
#: How often the number of workers is asked for. [s]
LOOK: Final = 5.0


class Source(Protocol):
    """Parts on their way to the workers, see `pool`."""

    unfinished: dict[int, PartTask]

    def draw(self) -> Iterator[PartTask]:
        """Parts that may be handed out now."""

    def finish(self, number: int) -> None:
        """A part is done."""


@contextmanager
def open_cluster(address: str | None, workers: int | None = None) -> Iterator[Cluster | None]:
    """The cluster of a run.

    Parameters
    ----------
    address : str or None
        Such as ``dask://host:8786``, or ``dask:///shared/scheduler.json``. None takes the one of
        `joblib.parallel_config("dask")`, when the caller is within.
    workers : int, optional
        Parts are handed out for so many; for all that the cluster has when absent.

    Yields
    ------
    Cluster or None
        None when the run has this machine alone.

    Raises
    ------
    MissingExtraError
        When Dask is not installed.
    ClusterError
        When the scheduler does not answer.
    """
    if address is None:
        client = _client_of_joblib()
        yield None if client is None else Cluster(client, workers)
        return
    client = _connect(address)
    try:
        yield Cluster(client, workers)
    finally:
        client.close(timeout=ANSWER if client.status == "running" else 1.0)


def _client_of_joblib() -> Any | None:
    # Whoever is within parallel_config has imported it.
    joblib = sys.modules.get("joblib.parallel")
    if joblib is None:
        return None
    backend, _ = joblib.get_active_backend()
    return backend.client if type(backend).__name__ == "DaskDistributedBackend" else None


def _connect(address: str) -> Any:
    distributed = needed("distributed", f"--cluster {address}", "dask")
    found = CLUSTER.fullmatch(address)
    if found is None:
        raise ClusterError(f"{address}: expected dask://HOST:PORT, or dask:///FILE of a scheduler")
    where = {"scheduler_file": found["file"]} if found["file"] else {"address": found["host"]}
    if found["file"] and not Path(found["file"]).is_file():
        raise ClusterError(f"{address}: no such file; expected the one of `dask scheduler --scheduler-file`")
    try:
        with warnings.catch_warnings():
            # Versions are compared by the workers, with those that matter here.
            warnings.simplefilter("ignore")
            return distributed.Client(**where, timeout=ANSWER, set_as_default=False, name="buem")
    except (OSError, ValueError, TimeoutError) as error:
        raise ClusterError(f"{address}: no scheduler answers within {ANSWER:.0f} s ({error})") from error


def _packed(task: PartTask) -> bytes:
    # The text of a long part waits in a file of this machine.
    return pickle.dumps(replace(task, raws=tuple(task.raws)))


class Cluster:
    """Workers of a Dask cluster.

    Parameters
    ----------
    client : distributed.Client
        Connected.
    workers : int or None
        Parts are handed out for so many.
    """

    def __init__(self, client: Any, workers: int | None = None) -> None:
        self._client = client
        self._workers = workers
        self._threads, self._looked = 0, -LOOK
        #: Since when there has been no worker. [s]
        self._bare = time.monotonic()

    @contextmanager
    def prepared(self, setup: Setup) -> Iterator[Callable[[Source], Generator[PartResult, None, list[PartTask]]]]:
        """Tell the workers of a run.

        Parameters
        ----------
        setup : Setup
            Its folder is on storage that all of them share, or its results go to a store.

        Yields
        ------
        callable
            Runs the parts of a source; returns those that were lost with their workers.

        Raises
        ------
        ClusterError
            When the workers cannot be told, or the scheduler is lost.
        """
        folder, token = str(setup.place), uuid.uuid4().hex
        name = f"buem {folder}"
        self._tell(name, folder, token, setup)

        def wave(source: Source) -> Generator[PartResult, None, list[PartTask]]:
            return self._wave(source, folder, token)

        try:
            yield wave
        finally:
            self._dismiss(name, folder)

    def _tell(self, name: str, folder: str, token: str, setup: Setup) -> None:
        from buem.batch.cluster_worker import MARK, Errand, versions

        if setup.store is not None:
            store = open_store(setup.store)
            if setup.outlines is not None:
                from buem.batch.outlines import send_outlines

                send_outlines(setup.outlines, store)
            store.write(f"{SCRATCH}/{MARK}", token.encode())
        else:
            with durable(setup.scratch / MARK) as temporary:
                temporary.write_text(token, encoding="ascii")
        try:
            self._client.register_plugin(Errand(folder, token, pickle.dumps(setup), versions()), name=name)
            self._await_idle(folder)
        except BuemError:
            raise
        except (ImportError, AttributeError) as error:
            raise ClusterError(f"{self._scheduler}: its scheduler or a worker has another buem, or none ({error}); "
                               "expected the versions of the client everywhere") from error
        except (OSError, RuntimeError, TimeoutError) as error:
            raise ClusterError(f"{self._scheduler}: the workers cannot be told of the run ({error})") from error

    def _await_idle(self, folder: str) -> None:
        """Wait for the part that a killed client may have left behind: it would write into the same folder."""
        from buem.batch.cluster_worker import idle

        still = [who for who, free in self._client.run(idle, folder, LEAVE).items() if not free]
        if still:
            raise ClusterError(f"{folder}: a part of another run is still under way on {', '.join(still)}; wait for it "
                               "or restart the worker")

    def _dismiss(self, name: str, folder: str) -> None:
        """Let no part of the run come after its end."""
        try:
            if self._client.status == "running":
                self._client.unregister_worker_plugin(name)
                self._await_idle(folder)
        except (ClusterError, OSError, RuntimeError, TimeoutError) as error:
            logger.warning("%s: the workers cannot be told that the run is over (%s)", self._scheduler, error)

    @property
    def _scheduler(self) -> str:
        return str(getattr(self._client.scheduler, "address", "the scheduler"))

    def _wave(self, source: Source, folder: str, token: str) -> Generator[PartResult, None, list[PartTask]]:
        """Run parts until the source has none, or one is lost with its workers."""
        from distributed import KilledWorker

        done: queue.SimpleQueue[Any] = queue.SimpleQueue()
        #: By the key of the future.
        waiting: dict[str, tuple[PartTask, Any]] = {}
        lost: list[PartTask] = []
        try:
            while True:
                with self._in_touch():
                    if not lost:
                        self._hand_out(source, waiting, done, (folder, token))
                    if not waiting:
                        return sorted(lost, key=lambda task: task.number)
                    future = self._next(done)
                task, _ = waiting.pop(future.key)
                try:
                    with self._in_touch():
                        result = self._result(future)
                except KilledWorker:
                    # The others come to their end; then this one runs alone.
                    lost.append(source.unfinished.pop(task.number))
                    continue
                source.finish(task.number)
                yield result
        finally:
            for _, future in waiting.values():
                future.cancel()

    def _hand_out(self, source: Source, waiting: dict[str, tuple[PartTask, Any]], done: queue.SimpleQueue[Any],
                  run: tuple[str, str]) -> None:
        from buem.batch.cluster_worker import run_part_on_cluster

        room = self._ahead() - len(waiting)
        while room > 0 and (task := next(source.draw(), None)) is not None:
            with warnings.catch_warnings():
                # Dask warns of large arguments; the text of a part is one, and is needed once.
                warnings.simplefilter("ignore")
                future = self._client.submit(run_part_on_cluster, *run, _packed(task), pure=False)
            waiting[future.key] = (task, future)
            future.add_done_callback(done.put)
            room -= 1

    def _ahead(self) -> int:
        """Parts to be in the hands of the workers."""
        if self._workers is not None:
            return 2 * self._workers
        if time.monotonic() - self._looked >= LOOK:
            self._threads = sum(self._client.nthreads().values())
            self._looked = time.monotonic()
        return max(LEAST, 2 * self._threads)

    def _next(self, done: queue.SimpleQueue[Any]) -> Any:
        while True:
            try:
                return done.get(timeout=LOOK)
            except queue.Empty:
                self._look_for_workers()

    def _look_for_workers(self) -> None:
        if self._client.status != "running":
            raise self._scheduler_lost()
        if self._client.nthreads():
            self._bare = time.monotonic()
        elif time.monotonic() - self._bare > PATIENCE:
            raise ClusterError(f"{self._scheduler}: no worker for {PATIENCE:.0f} s; what is finished is kept, start "
                               "again to go on")

    @contextmanager
    def _in_touch(self) -> Iterator[None]:
        """One clear error where the connection breaks: by itself it would look like one of the disk."""
        from distributed.comm import CommClosedError

        try:
            yield
        except (CommClosedError, TimeoutError) as error:
            raise self._scheduler_lost() from error

    def _scheduler_lost(self) -> ClusterError:
        return ClusterError(f"{self._scheduler}: the scheduler is lost; what is finished is kept, start again to go on")

    def _result(self, future: Any) -> PartResult:
        from distributed import CancelledError, KilledWorker

        try:
            result: PartResult = future.result()
        except (BuemError, KilledWorker):
            raise
        except CancelledError as error:
            raise self._scheduler_lost() from error
        except (ImportError, AttributeError, RuntimeError) as error:
            raise ClusterError(f"{self._scheduler}: its scheduler or a worker has another buem, or none ({error}); "
                               "expected the versions of the client everywhere") from error
        finally:
            future.release()
        return result
