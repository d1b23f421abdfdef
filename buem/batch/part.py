"""The records that go between a run and its workers."""

from __future__ import annotations

import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from buem.batch.plan import RunOptions
from buem.io.dialects import ReadOptions
from buem.io.durable import durable
from buem.io.load_profiles import Profile
from buem.results import Failure
from buem.simulate import Site

#: A part above its plan by more than this is reported, and shrinks the next chunks of its worker.
TOLERANCE: Final = 1.2
#: Folder of what waits for its turn, and of the journal; it goes when the run is done.
SCRATCH: Final = ".parts"
#: Folder of a retry under way, in that of the results.
RETRY: Final = ".retry"
#: File in it, with what tells the retry from any other.
RETRY_MARK: Final = "retry.json"
#: File in it, with what all workers share.
_SETUP: Final = "setup"
#: What the allocator holds beside any plan. [B]
ALLOCATOR: Final = 32_000_000


@dataclass(frozen=True, kw_only=True)
class Setup:
    """What all parts of a run share."""

    options: RunOptions
    #: Folder of the results; of this machine, for those that go to a store.
    out: Path
    #: URL of the store that they go to; None for the folder.
    store: str | None = None
    #: Site of all buildings that bring no weather of their own; None for the nearest station of each.
    site: Site | None = None
    #: Folder of the outlines of the file; None for a file without any.
    outlines: Path | None = None
    #: Planned memory of a chunk at most; None for what the budget of a building gives. [B]
    chunk_bytes: int | None = None
    #: Stations that were prepared ahead, by their names.
    stations: Mapping[str, Site] = field(default_factory=dict)

    @property
    def place(self) -> Path | str:
        """Where the results are found."""
        return self.store or self.out

    @property
    def share(self) -> int:
        """Planned memory of a worker's chunk at most. [B]"""
        return self.options.worker_share if self.chunk_bytes is None else self.chunk_bytes

    @property
    def scratch(self) -> Path:
        """Folder of what workers hand to the parent, and of the journal."""
        return self.out / SCRATCH


def lay_down(setup: Setup) -> None:
    """Leave the setup in the scratch folder, for workers to take up.

    It is too long for the pipe to a process that starts: one that is killed before it has read all would leave the
    parent waiting, for ever, for room in the pipe.

    Parameters
    ----------
    setup : Setup
        Of the run.
    """
    with durable(setup.scratch / _SETUP) as temporary:
        temporary.write_bytes(pickle.dumps(setup, pickle.HIGHEST_PROTOCOL))


def take_up(scratch: Path) -> Setup:
    """A setup that was laid down.

    Parameters
    ----------
    scratch : Path
        The scratch folder.

    Returns
    -------
    Setup
    """
    setup: Setup = pickle.loads((scratch / _SETUP).read_bytes())
    return setup


@dataclass(frozen=True, slots=True, kw_only=True)
class PartTask:
    """The features of one part of the file."""

    #: Number of the part: first index over `tables.PART_SIZE`.
    number: int
    #: Position in the file of the first feature.
    first: int
    #: Text of each feature, in memory or in a file.
    raws: Sequence[bytes]
    #: Positions whose id an earlier feature has.
    duplicates: frozenset[int] = frozenset()
    #: Positions that killed a worker.
    quarantined: frozenset[int] = frozenset()
    #: Whether files are written; without, the part is only tried.
    keep: bool = True
    #: Positions that are done, the others being passed over; None for all.
    only: frozenset[int] | None = None

    @property
    def count(self) -> int:
        """Number of features that are done."""
        return len(self.raws) if self.only is None else len(self.only)


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """The features of a file that a run does, when an earlier run did the others."""

    positions: frozenset[int]
    #: How the earlier run read the others, whose outlines surround the chosen ones.
    others: ReadOptions
    #: What tells the earlier run's results from any other, as text.
    of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a part took."""

    #: Largest planned memory of a chunk. [B]
    planned: int
    #: Highest resident memory above that at the start of the part, and altogether. [B]
    growth: int
    peak: int
    #: Anonymous and shared memory at the end of the part. [B]
    private: int
    #: When it began, by the clock of the system. [s]
    began: float
    #: Time on the clock and of the processor. [s]
    seconds: float
    cpu_seconds: float
    #: Number of chunks.
    chunks: int
    #: Process that ran it.
    process: int


def over_plan(cost: Cost) -> bool:
    """Whether a part took clearly more memory than planned."""
    return cost.growth > TOLERANCE * (cost.planned + ALLOCATOR)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of a part that is durable."""

    #: From the folder of the results.
    path: str
    size: int  # [B]
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartResult:
    """What a part hands to the parent."""

    number: int
    count: int
    #: Rows of the summary as an Arrow stream.
    summary: bytes
    failures: tuple[Failure, ...]
    #: Files of the answers and of the load profiles, pickled one after the other; None unless asked for.
    answers: Path | None
    profiles: Path | None
    cost: Cost
    #: All that it left in the folder of the results.
    files: tuple[StoredFile, ...] = ()


class PlacedProfiles(NamedTuple):
    """The load profiles of one building, and the place they are named for."""

    place: str
    profiles: tuple[Profile, ...]
