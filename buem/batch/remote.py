"""A run whose results go to a store: what stands for renames, the journal and the lock there.

The run works in a folder of this machine, as every run does, and what is durable there becomes objects: the files of a
part by its worker, then one small object that is the part's line of the journal, by the parent; a store cannot append,
and to write the whole journal anew for each part would cost the square of their number. What is summed up over all
parts goes up at the end, run.json last. The folder of this machine may be lost with the machine: a run goes on from the
objects alone.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

import msgspec

from buem.batch.journal import Identity, Journal, JournalLine, Record, clear_scratch, load_result
from buem.batch.lock import Owner, owner_of_this_process
from buem.batch.part import RETRY, SCRATCH, PartResult, Setup, StoredFile
from buem.batch.plan import RunOptions
from buem.errors import OccupiedError, OptionError, problem
from buem.io.durable import RESULT_FILES
from buem.io.store import Store, open_store

#: Objects of a run under way.
LOCK: Final = f"{SCRATCH}/lock"
IDENTITY: Final = f"{SCRATCH}/identity"
LINES: Final = f"{SCRATCH}/journal"


def staging_folder(url: str) -> Path:
    """The folder of this machine in which a run for a store works.

    Parameters
    ----------
    url : str
        Of the store.

    Returns
    -------
    Path
        The same for the same URL and user, below the system's folder for temporary files (`TMPDIR`).
    """
    user = os.getuid() if hasattr(os, "getuid") else os.environ.get("USERNAME", "")
    name = hashlib.sha256(url.rstrip("/").encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"buem-{user}" / name


def check_options(url: str, options: RunOptions) -> RunOptions:
    """The options of a run for a store.

    Parameters
    ----------
    url : str
        Of the store.
    options : RunOptions
        As given.

    Returns
    -------
    RunOptions
        With one process for a store that lives in the memory of this one.

    Raises
    ------
    OptionError
        When more are asked for.
    """
    if not url.startswith("memory://"):
        return options
    if options.cluster is not None or options.workers not in (None, 1):
        raise OptionError([problem("out", url, "workers=1 and no cluster: it is the memory of this process")])
    return replace(options, workers=1)


@contextmanager
def hold_store(url: str | None) -> Iterator[None]:
    """Hold a store for a run.

    The lock is an object that only one can create. A run that was killed leaves it behind: on the machine that held it
    it is taken over, when its process is gone; on another it is explained.

    Parameters
    ----------
    url : str or None
        Of the store; None for none.

    Yields
    ------
    None

    Raises
    ------
    OccupiedError
        When another process holds it, or another machine, of which that cannot be known.
    """
    if url is None:
        yield
        return
    store, me = open_store(url), msgspec.json.encode(owner_of_this_process())
    if not store.create(LOCK, me):
        owner = owner_of(store)
        # One of this number was the first process of a container that was killed and started again: of two runs of this
        # very process the lock of the folder stops the second.
        if owner is None or not (owner.is_gone or owner.is_here):
            raise OccupiedError(f"{url}: {owner or 'another run'} is writing there; if that run is over, remove {LOCK} "
                                "there and start again, what it finished is kept")
        store.write(LOCK, me)
    try:
        yield
    finally:
        store.remove([LOCK])


def owner_of(store: Store) -> Owner | None:
    """Who writes to a store, or died while writing.

    Parameters
    ----------
    store : Store
        Of a run.

    Returns
    -------
    Owner or None
        None where nobody does.
    """
    try:
        return msgspec.json.decode(store.read(LOCK) or b"", type=Owner)
    except msgspec.MsgspecError:
        return None


def read_objects(store: Store, names: Iterable[str]) -> tuple[Identity | None, tuple[JournalLine, ...]]:
    """The journal of a run under way, from its objects.

    Parameters
    ----------
    store : Store
        Of the run.
    names : iterable of str
        Of the objects that are there.

    Returns
    -------
    tuple of Identity and tuple of JournalLine
        No identity, and no lines, where no run is under way.
    """
    identity = store.read(IDENTITY)
    if identity is None:
        return None, ()
    lines = (store.read(name) for name in names if name.startswith(f"{LINES}/"))
    return (msgspec.json.decode(identity, type=Identity),
            tuple(msgspec.json.decode(line, type=JournalLine) for line in lines if line))


class StoreJournal(Journal):
    """The journal of a run for a store.

    Parameters
    ----------
    setup : Setup
        With the store.
    identity : Identity
        Of the run.
    """

    def __init__(self, setup: Setup, identity: Identity) -> None:
        super().__init__(setup, identity)
        self._store = open_store(setup.store or "")
        self._sizes: dict[str, int] = {}

    def _read(self) -> Record:
        # The folder of this machine is a copy of what is there, or older: it begins empty.
        for path in self._setup.out.iterdir():
            if path.name != SCRATCH:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        clear_scratch(self._setup.scratch)
        self._sizes = self._store.sizes()
        return Record(*read_objects(self._store, self._sizes), 0)

    def _cut(self, found: Record) -> None:
        """There is no half line: an object is whole."""

    def _is_sound(self, files: Iterable[StoredFile]) -> bool:
        # An object is whole or not there; its bytes are the store's to keep.
        return all(self._sizes.get(stored.path) == stored.size for stored in files)

    def _begin(self) -> None:
        present = [name for name in self._sizes if any(Path(name).match(pattern) for pattern in RESULT_FILES)
                   and not name.startswith((f"{SCRATCH}/", f"{RETRY}/"))]
        if present and not self._setup.options.overwrite:
            raise OccupiedError(f"{self._store.url}: holds results already ({present[0]}); choose another place or "
                                "allow overwriting")
        old = [name for name in self._sizes if name.startswith((f"{SCRATCH}/", f"{RETRY}/")) and name != LOCK]
        # First what could be gone on with: a run, and a retry, whose list is not in a folder of its own.
        self._store.remove([IDENTITY, *sorted(old, key=lambda name: name.count("/")), *present])
        self._store.write(IDENTITY, msgspec.json.encode(self._identity))

    def _append(self, line: JournalLine) -> None:
        self._store.write(f"{LINES}/{line.part:05d}", msgspec.json.encode(line))

    def load(self, number: int) -> PartResult:
        """What an earlier run made of a part, from the store."""
        for stored in self.finished[number]:
            if stored.path.startswith(f"{SCRATCH}/"):
                self._bring(stored.path)
        return self.at_hand(load_result(self._setup, number, self.finished[number]))

    def at_hand(self, result: PartResult) -> PartResult:
        """The result with what its worker, maybe of another machine, left for the parent, in the folder of this one."""
        scratch = self._setup.scratch
        left = (result.answers, result.profiles)
        answers, profiles = (None if path is None else scratch / path.name for path in left)
        for path in (answers, profiles):
            if path is not None and not path.exists():
                self._bring(f"{SCRATCH}/{path.name}")
        return replace(result, answers=answers, profiles=profiles)

    def _bring(self, name: str) -> None:
        self._store.get(name, self._setup.out / name)


def hand_over(result: PartResult, setup: Setup) -> PartResult:
    """Let the files of a part become objects, in the worker that has written them.

    Parameters
    ----------
    result : PartResult
        Its files are in the folder of this machine.
    setup : Setup
        Of the run; nothing happens without a store.

    Returns
    -------
    PartResult
        The same.
    """
    if setup.store is None:
        return result
    store = open_store(setup.store)
    for stored in result.files:
        path = setup.out / stored.path
        store.put(path, stored.path)
        # The hours, most of what there is, are wanted here no more.
        if not stored.path.startswith(f"{SCRATCH}/"):
            path.unlink()
    return result


def publish(setup: Setup, *, but: Iterable[str] = ()) -> None:
    """Let all results in the folder of this machine become objects.

    Parameters
    ----------
    setup : Setup
        Of the run; nothing happens without a store.
    but : iterable of str
        Names that stay.
    """
    if setup.store is None:
        return
    store, kept = open_store(setup.store), set(but)
    for pattern in RESULT_FILES:
        for path in sorted(setup.out.glob(pattern)):
            name = path.relative_to(setup.out).as_posix()
            if name not in kept:
                store.put(path, name)


def withdraw_parts(setup: Setup, listed: Iterable[str]) -> None:
    """Remove part files whose buildings did not come into the summary.

    Parameters
    ----------
    setup : Setup
        Of the run; nothing happens without a store.
    listed : iterable of str
        Names of those that did.
    """
    if setup.store is not None:
        store, kept = open_store(setup.store), set(listed)
        store.remove(name for name in store.sizes("hourly") if name not in kept)


def end_run(setup: Setup) -> None:
    """Remove the objects of a run under way: it is over.

    Parameters
    ----------
    setup : Setup
        Of the run; nothing happens without a store.
    """
    if setup.store is not None:
        store = open_store(setup.store)
        # Without its identity nothing is gone on with; so it goes first.
        store.remove([IDENTITY, *(name for name in store.sizes(SCRATCH) if name not in (IDENTITY, LOCK))])
        shutil.rmtree(setup.out, ignore_errors=True)
