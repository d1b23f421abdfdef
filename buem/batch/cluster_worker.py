"""The side of a Dask worker: what it keeps of a run, and the parts it runs.

Light to import: the worker's event loop imports it, everything heavy waits for the first part, which has a thread of
its own. The process is not ours: no wall of memory is put up in it, and nothing of it changes for good.
"""

from __future__ import annotations

import asyncio
import pickle
import platform
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from distributed import WorkerPlugin

import buem
from buem.errors import ClusterError

if TYPE_CHECKING:
    from buem.batch.part import PartResult, PartTask, Setup

#: Name of the file by which a worker knows the folder of the run.
MARK: Final = "cluster"
#: Share of Dask's own memory limit at which it pauses a worker; buem stays below.
PAUSE: Final = 0.8
#: Packages whose version may show in the last digit.
_NUMERICAL: Final = ("numpy", "numba", "pvlib", "pyarrow", "msgspec")


def versions() -> dict[str, str]:
    """What must be the same wherever parts of one run are computed.

    Returns
    -------
    dict
        Name -> version; Python without its last number.
    """
    found = {"buem": buem.__version__, "python": ".".join(platform.python_version_tuple()[:2])}
    return found | {name: metadata.version(name) for name in _NUMERICAL}


@dataclass(slots=True)
class _Run:
    """What a worker process keeps of a run."""

    token: str
    #: The setup, pickled: it is opened in the thread of the first part.
    packed: bytes
    versions: Mapping[str, str]
    setup: Setup | None = None
    #: Planned memory of its next chunk. [B]
    share: int = 0
    #: Folder of this machine with the outlines that came from a store.
    outlines: Path | None = None

    def forget(self) -> None:
        """Remove what it has on this machine."""
        if self.outlines is not None:
            shutil.rmtree(self.outlines, ignore_errors=True)


@dataclass(slots=True)
class _Process:
    """The runs that this process knows, by their folders; and the one part that it runs."""

    runs: dict[str, _Run] = field(default_factory=dict)
    #: Memory and the collector are those of the process: one part at a time, however many threads there are.
    one: threading.Lock = field(default_factory=threading.Lock)
    #: Folder of the run whose part is under way.
    busy: str = ""


_PROCESS: Final = _Process()


class Errand(WorkerPlugin):  # type: ignore[misc]
    """Carries a run to each worker once, to those that come later, too.

    Parameters
    ----------
    folder : str
        Of the results; a later run in the same folder takes the place of this one.
    token : str
        Of the run.
    packed : bytes
        The pickled setup.
    versions : mapping
        Of the client.
    """

    def __init__(self, folder: str, token: str, packed: bytes, versions: Mapping[str, str]) -> None:
        self.folder = folder
        self.token = token
        self.packed = packed
        self.versions = versions

    def setup(self, worker: Any) -> None:
        """Keep the run."""
        self._forget()
        _PROCESS.runs[self.folder] = _Run(self.token, self.packed, self.versions)

    def teardown(self, worker: Any) -> None:
        """Forget the run."""
        held = _PROCESS.runs.get(self.folder)
        if held is not None and held.token == self.token:
            self._forget()

    def _forget(self) -> None:
        held = _PROCESS.runs.pop(self.folder, None)
        if held is not None:
            held.forget()


async def idle(folder: str, patience: float) -> bool:
    """Wait until no part of a folder is under way in this process.

    Parameters
    ----------
    folder : str
        Of results.
    patience : float
        Longest wait. [s]

    Returns
    -------
    bool
        False when a part still runs.
    """
    end = time.monotonic() + patience
    while _PROCESS.busy == folder and time.monotonic() < end:
        await asyncio.sleep(0.02)
    return _PROCESS.busy != folder


def run_part_on_cluster(folder: str, token: str, task: bytes) -> PartResult:
    """Run one part in a Dask worker.

    Parameters
    ----------
    folder, token : str
        Of the run.
    task : bytes
        The pickled `PartTask`: the scheduler need not open it.

    Returns
    -------
    PartResult

    Raises
    ------
    ClusterError
        When this worker has other versions, not the folder, or too little memory.
    """
    with _PROCESS.one:
        held = _PROCESS.runs.get(folder)
        if held is None or held.token != token:
            raise ClusterError(f"{_address()}: has not been told of the run in {folder}, or it is over")
        _PROCESS.busy = folder
        try:
            return _run(held, pickle.loads(task))
        finally:
            _PROCESS.busy = ""


def _run(held: _Run, task: PartTask) -> PartResult:
    from buem.batch.worker import next_share, run_part_within, single_threads

    with single_threads():
        if held.setup is None:
            _prepare(held)
        setup = held.setup
        if setup is None:
            raise ClusterError(f"{_address()}: the run was not prepared")
        result = run_part_within(task, setup, held.share)
        if setup.store is not None:
            # All of it is in the store.
            shutil.rmtree(setup.out, ignore_errors=True)
    held.share = max(next_share(held.share, result.cost), setup.options.budget)
    return result


def _prepare(held: _Run) -> None:
    check_versions(held.versions, versions(), _address())
    from buem.batch.worker import keep_pandas_out, warm_up

    setup: Setup = pickle.loads(held.packed)
    if setup.store is None:
        check_mark(_left(setup.scratch / MARK), held.token, str(setup.out), _address())
    else:
        setup = _from_store(held, setup, setup.store)
    keep_pandas_out()
    warm_up(setup)
    held.share = _share_within(setup, _memory_limit())
    held.setup = setup


def _from_store(held: _Run, setup: Setup, url: str) -> Setup:
    """The setup with folders of this machine."""
    from buem.batch.part import SCRATCH
    from buem.io.store import open_store

    store = open_store(url)
    check_mark(store.read(f"{SCRATCH}/{MARK}"), held.token, url, _address())
    if setup.outlines is not None:
        from buem.batch.outlines import fetch_outlines

        held.forget()
        held.outlines = Path(tempfile.mkdtemp(prefix="buem-worker-"))
        fetch_outlines(store, held.outlines)
    return replace(setup, out=Path(tempfile.mkdtemp(prefix="buem-worker-")), outlines=held.outlines)


def check_versions(wanted: Mapping[str, str], found: Mapping[str, str], who: str) -> None:
    """Refuse a worker whose results might differ.

    Parameters
    ----------
    wanted, found : mapping of str to str
        Of the client and of the worker, see `versions`.
    who : str
        Address of the worker.

    Raises
    ------
    ClusterError
        With every version that is not the same.
    """
    different = [f"{name} {found.get(name, 'missing')} (client {version})" for name, version in wanted.items()
                 if found.get(name) != version]
    if different:
        raise ClusterError(f"worker {who}: has {', '.join(different)}; expected the versions of the client on all "
                           "workers")


def check_mark(found: bytes | None, token: str, place: str, who: str) -> None:
    """Refuse a worker that does not see the place of the results.

    Parameters
    ----------
    found : bytes or None
        What the worker sees where the client has left its token.
    token : str
        Of the run.
    place : str
        Of the results.
    who : str
        Address of the worker.

    Raises
    ------
    ClusterError
        When nothing is there, or another run's.
    """
    if found != token.encode():
        raise ClusterError(f"worker {who}: does not see {place} as the client does; expected a folder on storage that "
                           "all machines share, under the same path")


def _left(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _share_within(setup: Setup, limit: int | None) -> int:
    """Planned memory of a chunk that leaves the worker below Dask's own limit. [B]"""
    from buem.batch.measure import resident_memory
    from buem.batch.share import SLACK

    wanted = setup.share
    if limit is None:
        return wanted
    room = int(PAUSE * limit) - resident_memory() - SLACK
    if room < setup.options.budget:
        raise ClusterError(f"worker {_address()}: its memory limit is {limit} B; expected at least "
                           f"{int((limit - (room - setup.options.budget)) / PAUSE)} B (--memory-limit of the worker)")
    return min(wanted, room)


def _address() -> str:
    return str(_of_worker(lambda worker: worker.address) or platform.node())


def _memory_limit() -> int | None:
    found = _of_worker(lambda worker: worker.memory_manager.memory_limit)
    return int(found) if found else None


def _of_worker(ask: Callable[[Any], Any]) -> Any:
    from distributed import get_worker

    try:
        return ask(get_worker())
    except (ValueError, AttributeError):  # outside a task, as in a test
        return None
