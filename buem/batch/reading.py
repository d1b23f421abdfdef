"""The features of a part as buildings: footprints are taken together, among their neighbours."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple, TypeAlias

from buem.batch.part import PartTask, Setup
from buem.building import Building
from buem.errors import BuildingError
from buem.footprint import Footprint
from buem.io.dialects import read_source
from buem.results import Failure

#: Footprints that are given a shape together, and the text of the features that wait for them. [B]
BLOCK: Final = 128
WAITING: Final = 4_000_000

#: What came of a call for a feature: its value, or the failure that stands for it.
Guarded: TypeAlias = Callable[[Callable[[], object], bytes, int], object]


class Read(NamedTuple):
    """A feature that was read."""

    #: Its place in the file, from 0.
    position: int
    raw: bytes
    found: Building | Failure


class _Waiting(NamedTuple):
    position: int
    raw: bytes
    found: object


def read_buildings(task: PartTask, setup: Setup, guarded: Guarded) -> Iterator[Read]:
    """The buildings of a part.

    Parameters
    ----------
    task : PartTask
        Its features.
    setup : Setup
        With how they are read, and where the outlines of the file lie.
    guarded : callable
        Makes a failure of whatever a call raises; takes the call, the feature's text and its position.

    Yields
    ------
    Read
        In the order of the file, the same however the blocks are cut.
    """
    options = setup.options.reading
    waiting: list[_Waiting] = []
    size = footprints = 0
    for offset, raw in enumerate(task.raws):
        position = task.first + offset
        if task.only is not None and position not in task.only:
            continue
        found = guarded(lambda raw=raw, position=position: read_source(raw, position, options), raw, position)  # type: ignore[misc]
        waiting.append(_Waiting(position, raw, found))
        footprints += isinstance(found, Footprint)
        # What is refused is not looked at again: it may be what killed a worker.
        size += 0 if isinstance(found, Failure) else len(raw)
        if footprints == 0 or footprints >= BLOCK or size > WAITING:
            yield from _derived(waiting, setup, guarded)
            waiting, size, footprints = [], 0, 0
    yield from _derived(waiting, setup, guarded)


def _derived(waiting: Sequence[_Waiting], setup: Setup, guarded: Guarded) -> Iterator[Read]:
    """Features in their order, each footprint as the building on it."""
    outlines = [item for item in waiting if isinstance(item.found, Footprint)]
    made = iter(_buildings(outlines, setup, guarded)) if outlines else iter(())
    for item in waiting:
        found = next(made) if isinstance(item.found, Footprint) else item.found
        if isinstance(found, (Building, Failure)):
            yield Read(item.position, item.raw, found)


def _buildings(items: Sequence[_Waiting], setup: Setup, guarded: Guarded) -> list[object]:
    together = guarded(lambda: _derive(items, setup), items[0].raw, items[0].position)
    if not isinstance(together, list):
        # One of them breaks the others: each by itself, so that it is found and named.
        if len(items) == 1:
            return [together]
        return [found for item in items for found in _buildings([item], setup, guarded)]
    return [guarded(_raising(found), item.raw, item.position) if isinstance(found, BuildingError) else found
            for found, item in zip(together, items)]


def _raising(error: BuildingError) -> Callable[[], object]:
    def call() -> object:
        raise error

    return call


def _derive(items: Sequence[_Waiting], setup: Setup) -> list[Building | BuildingError]:
    from buem.derive import derive_all

    near = None
    if setup.outlines is not None:
        from buem.batch.outlines import around

        near = around(setup.outlines, [item.position for item in items], setup.options.city.radius)
    footprints = [item.found for item in items if isinstance(item.found, Footprint)]
    return derive_all(footprints, [f"$.features[{item.position}]" for item in items], near, setup.options.city)
