"""A pool of worker processes that survives the death of its workers.

Parts are drawn from a stream and given to loky through joblib, results come as they end. A wave lasts until the
stream ends, until a worker dies, or until one part lags too far behind the others. The parts that a broken wave
leaves behind run again, each alone; a part that kills its worker twice is halved until the buildings that do it are
known by name.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Callable, Generator, Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from buem.batch.journal import load_result
from buem.batch.part import PartResult, PartTask, Setup
from buem.batch.sites import share_stations, stations_of
from buem.errors import BuemError

if TYPE_CHECKING:
    from buem.batch.cluster import Cluster

logger = logging.getLogger(__name__)

#: Parts that may be drawn beyond the oldest unfinished one.
WINDOW: Final = 64
#: Deaths of its worker that a part alone, or a building alone, is forgiven.
FORGIVEN: Final = 1


def run_parts(tasks: Iterator[PartTask], setup: Setup, workers: int,
              cluster: Cluster | None = None) -> Generator[PartResult, None, None]:
    """Results of all parts, each once, in any order.

    Parameters
    ----------
    tasks : iterator of PartTask
        Drawn as workers get free, some ahead of them.
    setup : Setup
        What all parts share; travels once to each worker.
    workers : int
        Processes; 1 runs all in this one, as does a stream of one part.
    cluster : Cluster, optional
        Runs the parts in place of processes of this machine.

    Yields
    ------
    PartResult

    Raises
    ------
    BuemError
        Whatever the stream raises, and when workers die before they take up work.
    """
    ahead = list(islice(tasks, 2))
    stream: Iterator[PartTask] = chain(ahead, tasks)
    if setup.site is None and ahead:
        setup = replace(setup, stations=stations_of(ahead[0], setup.options))
    if cluster is None and (workers == 1 or len(ahead) < 2):
        yield from _run_here(stream, setup)
        return
    with ExitStack() as stack:
        if cluster is not None:
            wave: Wave = stack.enter_context(cluster.prepared(setup))
        else:
            stream = stream if setup.site is not None else share_stations(stream, setup)
            stack.callback(_shut_down)
            wave = partial(_wave, setup=setup, workers=workers)
        yield from _supervise(stream, wave)


def _run_here(tasks: Iterator[PartTask], setup: Setup) -> Iterator[PartResult]:
    from buem.batch.worker import next_share, run_part_within, warm_up

    warm_up(setup)
    share = setup.share
    for task in tasks:
        result = run_part_within(task, setup, share)
        # One building at a time is the least, however much surrounds it.
        share = max(next_share(share, result.cost), setup.options.budget)
        yield result


def _supervise(tasks: Iterator[PartTask], wave: Wave) -> Iterator[PartResult]:
    stream = _Stream(tasks)
    while not stream.ended:
        lost = yield from wave(stream)
        if stream.error is not None:
            raise stream.error
        for task in lost:
            logger.warning("a worker died; part %d runs again alone", task.number)
            yield from _run_alone(task, wave)


class _Stream:
    """Parts on their way to the workers; joblib draws them in threads of its own.

    An error of the source must not pass through joblib's thread, where it would be lost and the wave would wait for
    ever: it is kept, and ends the stream.
    """

    def __init__(self, tasks: Iterator[PartTask]) -> None:
        self._tasks = tasks
        self.unfinished: dict[int, PartTask] = {}
        self.ended = False
        self.error: BaseException | None = None

    def draw(self) -> Iterator[PartTask]:
        """Parts until the source ends or the oldest unfinished one lags behind."""
        while not self._lags():
            try:
                task = next(self._tasks, None)
            except BaseException as error:  # raised again in the main thread
                self.error, task = error, None
            if task is None:
                self.ended = True
                return
            self.unfinished[task.number] = task
            yield task

    def _lags(self) -> bool:
        numbers = tuple(self.unfinished)
        return bool(numbers) and max(numbers) - min(numbers) >= WINDOW


#: Runs parts side by side; returns those that dead workers left behind.
Wave: TypeAlias = Callable[[_Stream], Generator[PartResult, None, list[PartTask]]]


def _wave(stream: _Stream, setup: Setup, workers: int) -> Generator[PartResult, None, list[PartTask]]:
    """Run parts side by side; returns those that a dead worker left behind."""
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    from buem.batch.worker import run_part_in_worker

    results = None
    try:
        # A worker may die while the first parts are still being handed out, too.
        results = _parallel(setup, workers)(_call(run_part_in_worker, task) for task in stream.draw())
        for result in results:
            stream.unfinished.pop(result.number)
            yield load_result(setup, result.number, result.files) if result.files else result
    except (TerminatedWorkerError, BrokenProcessPool):
        lost = sorted(stream.unfinished.values(), key=lambda task: task.number)
        stream.unfinished.clear()
        return lost
    finally:
        if results is not None:
            with warnings.catch_warnings():
                # joblib warns of the work it drops when the caller stops early, which is the point of stopping.
                warnings.simplefilter("ignore")
                results.close()
    return []


def _call(function: Any, task: PartTask) -> tuple[Any, tuple[PartTask], dict[str, Any]]:
    return function, (task,), {}


def _parallel(setup: Setup, workers: int) -> Any:
    from joblib import Parallel, parallel_config

    from buem.batch.worker import prepare_worker

    # The arrays of the workers are their own: nothing is memory-mapped between processes.
    with parallel_config(backend="loky", inner_max_num_threads=1, initializer=prepare_worker,
                         initargs=(setup, os.getpid())):
        # joblib runs a single job in this process, where a death would be the end: never fewer than two workers.
        return Parallel(n_jobs=max(2, workers), return_as="generator_unordered", batch_size=1, pre_dispatch="2*n_jobs",
                        max_nbytes=None)


def _run_alone(task: PartTask, wave: Wave) -> Iterator[PartResult]:
    """Run one part until it is done, without the buildings that kill its worker."""
    for _ in range(FORGIVEN + 1):
        result = _try(task, wave)
        if result is not None:
            yield result
            return
    if _try(replace(task, raws=(), keep=False), wave) is None:
        raise BuemError("the worker processes die before they take up work; run with one worker to see why")
    culprits = frozenset(_culprits(task, wave)) - task.quarantined
    if not culprits:
        raise BuemError(f"part {task.number} kills its workers, but none of its buildings does so alone; run with one "
                        "worker to see why")
    logger.warning("part %d: %d buildings kill their worker and are left out: %s", task.number, len(culprits),
                   ", ".join(str(index) for index in sorted(culprits)))
    yield from _run_alone(replace(task, quarantined=task.quarantined | culprits), wave)


def _try(task: PartTask, wave: Wave) -> PartResult | None:
    results = list(wave(_Stream(iter([task]))))
    return results[0] if results else None


def _culprits(task: PartTask, wave: Wave) -> Iterator[int]:
    """Positions of the buildings of a part that kill a worker, by halves."""
    if len(task.raws) == 1:
        yield task.first
        return
    middle = len(task.raws) // 2
    halves = (
        replace(task, raws=task.raws[:middle], keep=False),
        replace(task, raws=task.raws[middle:], first=task.first + middle, keep=False),
    )
    for half in halves:
        tries = 1 if len(half.raws) > 1 else FORGIVEN + 1
        if all(_try(half, wave) is None for _ in range(tries)):
            yield from _culprits(half, wave)


def _shut_down() -> None:
    from joblib.externals.loky import get_reusable_executor

    # None is left idle: a worker keeps its wall, its weather and its memory for this run only.
    get_reusable_executor(reuse=True).shutdown(wait=True, kill_workers=True)
