"""A chunk: features that are read and simulated together, within a worker's share of memory."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from buem.batch.part import PartTask, Setup
from buem.batch.plan import BYTES_SCHEDULE, RunOptions, budget_of, planned_bytes, schedules_of
from buem.batch.reading import Guarded, read_buildings
from buem.batch.sites import Item, fail, group_by_site
from buem.building import Building
from buem.errors import InputError, Problem, problem
from buem.io.scan import feature_id
from buem.profiles import Schedule
from buem.results import Failure, NotHeated, Results, concatenate, no_results
from buem.simulate import SERIES, simulate_site


class Chunk(NamedTuple):
    """Features that are simulated together; those that could not be read stand apart."""

    items: list[Item]
    failures: list[Failure]
    not_heated: list[NotHeated]
    #: Distinct schedules of its items.
    schedules: set[tuple[Schedule, int]]
    #: Planned memory of the items. [B]
    planned: int

    def with_item(self, item: Item) -> Chunk:
        """The plan with one more item, which is not added yet."""
        new = sum(schedule not in self.schedules for schedule in item.schedules)
        return self._replace(planned=self.planned + item.planned + BYTES_SCHEDULE * new)


def read_chunks(task: PartTask, setup: Setup, share: int) -> Iterator[Chunk]:
    """The features of a part, cut where the planned memory reaches the worker's share.

    Parameters
    ----------
    task : PartTask
        Its features.
    setup : Setup
        Options of the run.
    share : int
        Planned memory of a chunk. [B]

    Yields
    ------
    Chunk
        Consecutive features, at least one.
    """
    chunk = Chunk([], [], [], set(), 0)
    for position, raw, read in read_buildings(task, setup, _guard(task, setup)):
        found = _item(position, raw, read, setup)
        if isinstance(found, Failure):
            chunk.failures.append(found)
            continue
        if isinstance(found, NotHeated):
            chunk.not_heated.append(found)
            continue
        if chunk.items and chunk.with_item(found).planned > share:
            yield chunk
            chunk = Chunk([], [], [], set(), 0)
        chunk = chunk.with_item(found)
        chunk.items.append(found)
        chunk.schedules.update(found.schedules)
    if chunk.items or chunk.failures or chunk.not_heated:
        yield chunk


def _guard(task: PartTask, setup: Setup) -> Guarded:
    """What makes a failure of anything that is raised while a feature is read."""
    options = setup.options

    def guarded(call: Callable[[], object], raw: bytes, index: int) -> object:
        refused = _refused(raw, index, task, options)
        if refused is not None:
            return _failure(raw, index, refused)
        try:
            return call()
        except InputError as error:
            return Failure(id=feature_id(raw) or "", index=index, problems=error.problems)
        except MemoryError as error:
            return _failure(raw, index, _over_budget(index, f"no memory left: {error}", options.budget))
        except Exception as error:  # the boundary of a chunk: one feature must not end the run
            return _failure(raw, index, _internal(index, error))

    return guarded


def _item(index: int, raw: bytes, building: Building | Failure, setup: Setup) -> Item | Failure | NotHeated:
    if isinstance(building, Failure):
        return building
    options = setup.options
    if building.not_heated:
        return NotHeated(index=index, building=building)
    planned, schedules = planned_bytes(building, len(raw), options), schedules_of(building)
    if (alone := planned + BYTES_SCHEDULE * len(schedules)) > (budget := budget_of(building, options)):
        return _failure(raw, index, _over_budget(index, f"{alone} B planned", budget))
    return Item(index, raw, building, planned, schedules)


def _refused(raw: bytes, index: int, task: PartTask, options: RunOptions) -> Problem | None:
    if index in task.quarantined:
        return _problem(index, "its worker died twice", "a building that a worker survives", "WORKER_DIED")
    if index in task.duplicates:
        return problem(f"$.features[{index}].id", feature_id(raw), "an id that no earlier feature has", "DUPLICATE_ID")
    if len(raw) > options.budget:
        return _over_budget(index, f"{len(raw)} B of text", options.budget)
    return None


def _failure(raw: bytes, index: int, found: Problem) -> Failure:
    return Failure(id=feature_id(raw) or "", index=index, problems=(found,))


def _over_budget(index: int, found: str, budget: int) -> Problem:
    return _problem(index, found, f"at most {budget} B a building (memory_per_building)",
                    "MEMORY_BUDGET_EXCEEDED")


def _internal(index: int, error: Exception) -> Problem:
    return _problem(index, f"{type(error).__name__}: {error}", "a building that buem can simulate", "INTERNAL_ERROR")


def _problem(index: int, found: str, expected: str, code: str) -> Problem:
    return Problem(path=f"$.features[{index}]", value=found, expected=expected, code=code)


def simulate_chunk(chunk: Chunk, setup: Setup) -> Results:
    """Simulate the features of a chunk; one that cannot be is among the failures.

    Parameters
    ----------
    chunk : Chunk
        Features that were read.
    setup : Setup
        Options and weather of the run.

    Returns
    -------
    Results
        In the order of the file, under the positions in it.
    """
    pieces, failures = _simulate_or_halve(chunk.items, setup)
    failures = sorted([*chunk.failures, *failures], key=lambda failure: failure.index)
    idle = tuple(chunk.not_heated)
    if not pieces:
        physics = setup.options.physics
        return replace(no_results(SERIES[physics.hourly], physics.model), failures=tuple(failures), not_heated=idle)
    joined = pieces[0] if len(pieces) == 1 else concatenate(pieces)
    return replace(joined, failures=tuple(failures), not_heated=idle)


def _simulate_or_halve(items: list[Item], setup: Setup) -> tuple[list[Results], list[Failure]]:
    if not items:
        return [], []
    first = items[0]
    found: tuple[Problem, ...]
    try:
        return _simulate_sites(items, setup)
    except MemoryError as error:
        found = (_over_budget(first.position, f"no memory left: {error}", setup.options.budget),)
    except Exception as error:  # the boundary of a chunk: what one building breaks must not end the run
        found = error.problems if isinstance(error, InputError) else (_internal(first.position, error),)
    if len(items) == 1:
        return [], [fail(first, found)]
    # Only here, outside the handler, are the frames gone that hold the arrays of the chunk.
    gc.collect()
    middle = len(items) // 2
    done, failed = _simulate_or_halve(items[:middle], setup)
    more_done, more_failed = _simulate_or_halve(items[middle:], setup)
    return [*done, *more_done], [*failed, *more_failed]


def _simulate_sites(items: Sequence[Item], setup: Setup) -> tuple[list[Results], list[Failure]]:
    groups, failures = group_by_site(items, setup)
    pieces = []
    for site, notes, members in groups:
        index = np.array([item.position for item in members], dtype=np.int64)
        piece = simulate_site([item.building for item in members], site, setup.options.physics, index)
        pieces.append(replace(piece, notes=notes) if notes else piece)
    return pieces, failures
