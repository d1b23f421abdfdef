"""How the memory of a whole run is shared out among its processes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from buem.batch.plan import BYTES_AROUND, RunOptions
from buem.errors import OptionError, problem

#: What the process that directs the others takes, with the two that help it, and a single process that does all,
#: before any chunk. Anonymous and shared memory, measured by tests/batch/test_share.py and rounded up. [B]
BYTES_PARENT: Final = 280_000_000
BYTES_ALONE: Final = 300_000_000
#: What a worker holds before any chunk. [B]
BYTES_WORKER: Final = 140_000_000
#: The process that directs remembers every id: bytes a byte of the file. A compressed one unfolds so many times.
PER_BYTE: Final = 0.1
UNFOLDED: Final = 10
#: What the allocator and the libraries take beside any chunk. [B]
SLACK: Final = 100_000_000


@dataclass(frozen=True, kw_only=True)
class Load:
    """What the memory of a run depends on, beside its options."""

    #: Of the input, as it is read. [B]
    size: int = 0
    #: Whether it holds outlines, whose surroundings take room beside any chunk.
    outlines: bool = False


class Share(NamedTuple):
    """What a run may take."""

    #: Processes that simulate.
    workers: int
    #: Planned memory of a chunk, at most. [B]
    chunk: int


def share_out(options: RunOptions, load: Load) -> Share:
    """Workers and the memory of their chunks, within the memory of the run.

    Parameters
    ----------
    options : RunOptions
        With the memory of the run, None for as much as the workers take.
    load : Load
        What is to be run.

    Returns
    -------
    Share
        As many workers as asked for where they fit, else fewer.

    Raises
    ------
    OptionError
        When even one worker does not fit.
    """
    if options.memory is None:
        return Share(options.worker_count, options.worker_share)
    least = options.budget
    for workers in range(options.worker_count, 0, -1):
        chunk = _chunk(int(options.memory), workers, load)
        if chunk >= least:
            return Share(workers, min(chunk, options.worker_share))
    needed = least - _chunk(0, 1, load)
    raise OptionError([problem("memory", int(options.memory), f"at least {needed} B: one process, and a building of "
                               f"memory_per_building ({least} B)", "MEMORY_TOO_SMALL")])


def wall_of(chunk: int, outlines: bool) -> int:
    """What a worker may take on top of what it holds when it is ready.

    Parameters
    ----------
    chunk : int
        Planned memory of a chunk. [B]
    outlines : bool
        Whether the file holds outlines.

    Returns
    -------
    int
        Allowance of the wall. [B]
    """
    return chunk + SLACK + (BYTES_AROUND if outlines else 0)


def _chunk(memory: int, workers: int, load: Load) -> int:
    left = memory - int(PER_BYTE * load.size)
    if workers == 1:
        return left - BYTES_ALONE - wall_of(0, load.outlines)
    return (left - BYTES_PARENT) // workers - BYTES_WORKER - wall_of(0, load.outlines)
