"""One part of a run: features in, rows and files out. Runs in a worker process, or in the caller's."""

from __future__ import annotations

import gc
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from buem.batch import measure
from buem.batch.chunk import read_chunks, simulate_chunk
from buem.batch.files import PartFiles
from buem.batch.part import Cost, PartResult, PartTask, Setup, over_plan, take_up
from buem.batch.plan import BYTES_AROUND
from buem.batch.share import wall_of
from buem.batch.taken import take
from buem.batch.texts import FileTexts
from buem.building import Building, Surface, Window
from buem.city import CityOptions
from buem.errors import BuemError, MemoryBudgetError
from buem.footprint import Footprint
from buem.io.stations import read_station, stations
from buem.simulate import prepare, simulate_site


def run_part(task: PartTask, setup: Setup, share: int | None = None) -> PartResult:
    """Read, simulate and write one part.

    Parameters
    ----------
    task : PartTask
        Its features.
    setup : Setup
        Options, folder and weather of the run.
    share : int, optional
        Planned memory of a chunk; that of the options when absent. [B]

    Returns
    -------
    PartResult
        The same whatever the chunks were, but for its cost.
    """
    began, started, cpu = time.time(), time.perf_counter(), time.process_time()
    measure.reset_peak()
    base = measure.resident_memory()
    planned = chunks = 0
    if isinstance(task.raws, FileTexts):
        task = replace(task, raws=task.raws.brought())
    with no_collection(), PartFiles(task, setup) as files:
        for chunk in read_chunks(task, setup, share or setup.share):
            files.append(simulate_chunk(chunk, setup))
            planned, chunks = max(planned, chunk.planned), chunks + 1
    planned += BYTES_AROUND if setup.outlines is not None else 0
    peak = measure.peak_memory()
    cost = Cost(
        planned=planned, growth=max(0, peak - base), peak=peak, private=measure.private_memory(), chunks=chunks,
        began=began, seconds=time.perf_counter() - started, cpu_seconds=time.process_time() - cpu, process=os.getpid(),
    )
    return files.result(cost)


@dataclass(slots=True)
class _Process:
    """What a worker process knows from its initialiser."""

    setup: Setup | None = None
    #: Planned memory of its next chunk. [B]
    share: int = 0


_PROCESS: Final = _Process()


@contextmanager
def single_threads() -> Iterator[None]:
    """One thread of Arrow each for computing and for files, as long as the block runs.

    Yields
    ------
    None
    """
    computing, files = pa.cpu_count(), pa.io_thread_count()
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    try:
        yield
    finally:
        pa.set_cpu_count(computing)
        pa.set_io_thread_count(files)


@contextmanager
def no_collection() -> Iterator[None]:
    """Hold the collector of cycles back: a part makes a hundred thousand records and hardly a cycle.

    Yields
    ------
    None
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def run_part_within(task: PartTask, setup: Setup, share: int) -> PartResult:
    """`run_part` with ever smaller chunks where the memory does not suffice for all that surrounds them.

    Parameters
    ----------
    task, setup
        As for `run_part`.
    share : int
        Planned memory of a chunk to begin with. [B]

    Returns
    -------
    PartResult

    Raises
    ------
    MemoryBudgetError
        When there is no memory left even for one building at a time.
    """
    while share:
        try:
            return run_part(task, setup, share)
        except MemoryError:
            share //= 8
        gc.collect()
    raise MemoryBudgetError(f"part {task.number}: no memory left even for one building at a time; expected a larger "
                            "memory_per_building or fewer workers")


def next_share(share: int, cost: Cost) -> int:
    """The share of the next part: smaller when this one took more than planned.

    Parameters
    ----------
    share : int
        Of this part. [B]
    cost : Cost
        What this part took.

    Returns
    -------
    int
        At least a tenth of `share`. [B]
    """
    if not over_plan(cost):
        return share
    return max(share // 10, share * cost.planned // cost.growth)


def start_worker(scratch: Path, parent: int) -> None:
    """`prepare_worker` for a setup that was laid down; joblib calls it once in each worker.

    Parameters
    ----------
    scratch : Path
        Folder of the run's scratch.
    parent : int
        As for `prepare_worker`.
    """
    prepare_worker(take_up(scratch), parent)


def prepare_worker(setup: Setup, parent: int) -> None:
    """Make a fresh process ready to run parts.

    Compiles or loads what it will need, reads the weather, and only then puts up the wall of the memory budget.

    Parameters
    ----------
    setup : Setup
        Kept for all parts of the run.
    parent : int
        Process number of the parent, with which this one ends.
    """
    measure.die_with_parent(parent)
    # Ctrl-C goes to the whole group of processes; only the parent answers it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    keep_pandas_out()
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    warm_up(setup)
    _PROCESS.setup, _PROCESS.share = setup, setup.share
    # What is there now stays: the collector need not look at it again.
    gc.collect()
    gc.freeze()
    measure.set_wall(wall_of(setup.share, setup.outlines is not None))


class _NoPandas:
    """An import hook for which there is no pandas."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:
        """Refuse pandas; leave everything else to the hooks that follow."""
        if name == "pandas":
            raise ModuleNotFoundError(name)


def keep_pandas_out() -> None:
    """Keep pyarrow from loading pandas, where it is not loaded yet."""
    # pyarrow imports pandas when it first sees a list, to be ready for its types; we never hand it any. It looks only
    # once, so it must find none now; buem can still import pandas later.
    sys.meta_path.insert(0, _NoPandas)
    try:
        pa.array([0])
    finally:
        sys.meta_path.remove(_NoPandas)


def run_part_in_worker(task: PartTask) -> PartResult:
    """`run_part` in a process that `prepare_worker` made ready.

    Parameters
    ----------
    task : PartTask
        Its features.

    Returns
    -------
    PartResult
        Of a part that is kept, without what `load_result` finds in its record: what goes through the pipe must fit into
        it at once. A worker that is killed while it waits for room in the pipe leaves half a message behind, whose
        other half the parent would wait for, for ever.
    """
    if _PROCESS.setup is None:
        raise BuemError("a worker was given a part before it was prepared")
    take(_PROCESS.setup.scratch, task.number)
    result = run_part_within(task, _PROCESS.setup, _PROCESS.share)
    _PROCESS.share = max(next_share(_PROCESS.share, result.cost), _PROCESS.setup.options.budget)
    return replace(result, summary=b"", failures=())


def warm_up(setup: Setup) -> None:
    """Simulate one small building, so that everything is imported and compiled.

    Parameters
    ----------
    setup : Setup
        Its options choose the kernel.
    """
    # Where every building brings its own weather, any station will do.
    site = setup.site or next(iter(setup.stations.values()), None) or prepare(read_station(stations()[0].id),
                                                                              setup.options.sky)
    wall = Surface(area=10.0, u_value=1.0)
    pane = Window(area=1.0, u_value=1.0, g_value=0.5)
    building = Building(id="", latitude=52.0, longitude=5.0, floor_area=10.0, surfaces=(wall,), windows=(pane,))
    simulate_site([building], site, setup.options.physics, np.zeros(1, dtype=np.int64))
    if setup.outlines is not None:
        _warm_up_footprints(setup.options.city)


def _warm_up_footprints(city: CityOptions) -> None:
    """Derive two houses that stand near each other, for the archetypes, the usage and the lines of sight."""
    from buem.derive import derive_city

    ring = ((5.0, 52.0), (5.0001, 52.0), (5.0001, 52.0001), (5.0, 52.0001), (5.0, 52.0))
    beside = tuple((x + 0.0002, y) for x, y in ring)
    houses = [Footprint(id=str(k), polygons=((outline,),), height=6.0, year=1970, use="residential",
                        country=city.country or "DE", latitude=52.0, longitude=5.0)
              for k, outline in enumerate((ring, beside))]
    derive_city(houses, ["$", "$"], city)
