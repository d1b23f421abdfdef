"""A pool of worker processes that survives the death of its workers.

Parts are drawn from a stream and given to loky through joblib, results come as they end. A wave lasts until the
stream ends, until a worker dies, or until one part lags too far behind the others. Of the parts that a broken wave
leaves behind those that a worker had taken up run again, each alone; the others go back to the stream. A part that
kills its worker twice is halved until the buildings that do it are known by name.
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
from buem.batch.part import PartResult, PartTask, Setup, lay_down
from buem.batch.sites import share_stations, stations_of
from buem.batch.taken import forget, taken
from buem.errors import BuemError

if TYPE_CHECKING:
    from buem.batch.cluster import Cluster

logger = logging.getLogger(__name__)

#: Parts that may be drawn beyond the oldest unfinished one.
WINDOW: Final = 64
#: Deaths of its worker that a part alone, or a building alone, is forgiven.
FORGIVEN: Final = 1
#: Waves one after the other that may end with a death before a worker has taken up anything.
BARREN: Final = 10
#: Times that a part is taken for one that kills its workers, although none of its buildings does.
ROUNDS: Final = 3


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
            lay_down(setup)
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
        for task in (yield from _through(stream, wave)):
            logger.warning("a worker died; part %d runs again alone", task.number)
            yield from _run_alone(task, wave)


def _through(stream: _Stream, wave: Wave) -> Generator[PartResult, None, list[PartTask]]:
    """Waves until the stream ends, or until parts are lost with the workers that had taken them up."""
    barren = 0
    while not stream.ended and barren < BARREN:
        before = stream.finished
        lost = yield from wave(stream)
        if stream.error is not None:
            raise stream.error
        if lost:
            return lost
        barren = barren + 1 if stream.finished == before else 0
    if not stream.ended:
        raise BuemError("the worker processes die before they take up work; run with one worker to see why")
    return []


class _Stream:
    """Parts on their way to the workers; joblib draws them in threads of its own.

    An error of the source must not pass through joblib's thread, where it would be lost and the wave would wait for
    ever: it is kept, and ends the stream.
    """

    def __init__(self, tasks: Iterator[PartTask]) -> None:
        self._tasks = tasks
        self._returned: list[PartTask] = []
        self.unfinished: dict[int, PartTask] = {}
        #: Number of parts that are done.
        self.finished = 0
        self.ended = False
        self.error: BaseException | None = None

    def draw(self) -> Iterator[PartTask]:
        """Parts until the source ends or the oldest unfinished one lags behind."""
        while self._returned or not self._lags():
            try:
                task = self._returned.pop(0) if self._returned else next(self._tasks, None)
            except BaseException as error:  # raised again in the main thread
                self.error, task = error, None
            if task is None:
                self.ended = True
                return
            self.unfinished[task.number] = task
            yield task

    def finish(self, number: int) -> None:
        """A part is done."""
        del self.unfinished[number]
        self.finished += 1

    def lose(self, suspects: frozenset[int]) -> list[PartTask]:
        """Take back all that is unfinished: the suspects go to the caller, the others are drawn once more."""
        lost = sorted(self.unfinished.values(), key=lambda task: task.number)
        self.unfinished.clear()
        self._returned += (task for task in lost if task.number not in suspects)
        self.ended = self.ended and not self._returned
        return [task for task in lost if task.number in suspects]

    def _lags(self) -> bool:
        numbers = tuple(self.unfinished)
        return bool(numbers) and max(numbers) - min(numbers) >= WINDOW


#: Runs parts side by side; returns those that dead workers had taken up.
Wave: TypeAlias = Callable[[_Stream], Generator[PartResult, None, list[PartTask]]]


def _wave(stream: _Stream, setup: Setup, workers: int) -> Generator[PartResult, None, list[PartTask]]:
    """Run parts side by side; returns those that workers had taken up when one of them died."""
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    from buem.batch.worker import run_part_in_worker

    results = None
    forget(setup.scratch)
    try:
        # A worker may die while the first parts are still being handed out, too.
        results = _parallel(setup, workers)(_call(run_part_in_worker, task) for task in stream.draw())
        for result in results:
            stream.finish(result.number)
            yield load_result(setup, result.number, result.files) if result.files else result
    except (TerminatedWorkerError, BrokenProcessPool):
        return stream.lose(taken(setup.scratch))
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

    from buem.batch.worker import start_worker

    # The arrays of the workers are their own: nothing is memory-mapped between processes.
    with parallel_config(backend="loky", inner_max_num_threads=1, initializer=start_worker,
                         initargs=(setup.scratch, os.getpid())):
        # joblib runs a single job in this process, where a death would be the end: never fewer than two workers.
        return Parallel(n_jobs=max(2, workers), return_as="generator_unordered", batch_size=1, pre_dispatch="2*n_jobs",
                        max_nbytes=None)


def _run_alone(task: PartTask, wave: Wave) -> Iterator[PartResult]:
    """Run one part until it is done, without the buildings that kill its worker."""
    for _ in range(ROUNDS):
        for _ in range(FORGIVEN + 1):
            result = _try(task, wave)
            if result is not None:
                yield result
                return
        culprits = frozenset(_culprits(task, wave)) - task.quarantined
        if culprits:
            logger.warning("part %d: %d buildings kill their worker and are left out: %s", task.number, len(culprits),
                           ", ".join(str(index) for index in sorted(culprits)))
            yield from _run_alone(replace(task, quarantined=task.quarantined | culprits), wave)
            return
    raise BuemError(f"part {task.number} kills its workers, but none of its buildings does so alone; run with one "
                    "worker to see why")


def _try(task: PartTask, wave: Wave) -> PartResult | None:
    """The result of one part; None where its worker died over it."""
    results = list(_through(_Stream(iter([task])), wave))
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
