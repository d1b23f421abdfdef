"""Where a retry makes its files and keeps them until they take their places: beside the results, on a disk or a store.

On a disk that is a folder among the results, and a file takes its place by its name. A store has no rename: what is
made on this machine becomes an object beside the results, and takes its place as a copy that the store makes.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Final

from buem.batch.lock import hold_folder
from buem.batch.part import RETRY, RETRY_MARK, SCRATCH
from buem.batch.remote import IDENTITY, LOCK, hold_store, staging_folder
from buem.errors import OutputError
from buem.io.durable import disk_errors, durable, sync
from buem.io.place import FolderPlace, Place, StorePlace

#: Folders below RETRY: of the run of a retry, and of what came of its merge.
RUN: Final = "run"
MERGED: Final = "merged"
#: The list of what goes where, below RETRY; see `commit`.
PLAN: Final = "commit.json"


class Staging(ABC):
    """The folder RETRY among results. Names are from there, but for those of results.

    Parameters
    ----------
    place : Place
        Of the results.
    home, new : Place
        RETRY itself, and the run of the retry in it.
    work : Path
        Folder of this machine in which files are made.
    """

    #: What the run of a retry has left that is begun and not done.
    begun: str

    def __init__(self, place: Place, home: Place, new: Place, work: Path) -> None:
        self.place = place
        self.home = home
        self.new = new
        self.work = work

    @property
    @abstractmethod
    def target(self) -> tuple[Path, str | None]:
        """Folder of this machine in which the retry runs, and the URL where its results go."""

    @abstractmethod
    def hold(self) -> AbstractContextManager[None]:
        """The lock of results whose run is over; no other run or retry writes there meanwhile."""

    @abstractmethod
    def write(self, name: str, data: bytes) -> None:
        """Make a small file, durable."""

    @abstractmethod
    def local(self, place: Place, name: str) -> AbstractContextManager[Path]:
        """A file of the results or of the new run, as one of this machine."""

    @abstractmethod
    def keep(self, name: str) -> None:
        """Make durable, below MERGED, what was made under a name in `work`."""

    @abstractmethod
    def secure(self, name: str) -> None:
        """Make durable what the run of the retry wrote without waiting for the disk."""

    @abstractmethod
    def place_all(self, moves: Mapping[str, str], removed: Iterable[str]) -> None:
        """Let files take their places in the results; what is not there any more has its place already."""

    @abstractmethod
    def clear(self) -> None:
        """Remove all that is left, the list last: as long as it is there, a commit goes on."""


class FolderStaging(Staging):
    """Of results in a folder.

    Parameters
    ----------
    folder : Path
        Of the results.
    """

    begun = f"{SCRATCH}/journal.jsonl"

    def __init__(self, folder: Path) -> None:
        self._folder, self._home = folder, folder / RETRY
        super().__init__(FolderPlace(folder), FolderPlace(self._home), FolderPlace(self._home / RUN),
                         self._home / MERGED)

    @property
    def target(self) -> tuple[Path, str | None]:
        """The folder of the new run, which stays there."""
        return self._home / RUN, None

    @contextmanager
    def hold(self) -> Iterator[None]:
        """The lock that a run has, too."""
        scratch = self._folder / SCRATCH
        try:
            scratch.mkdir(exist_ok=True)
        except OSError as error:
            culprit = f"{error.filename}: " if isinstance(error, FileExistsError) else ""
            raise OutputError(f"{self._folder}: cannot be used: {culprit}{error.strerror or error}") from error
        with disk_errors(self._folder), hold_folder(scratch / "lock"):
            try:
                yield
            finally:
                shutil.rmtree(scratch, ignore_errors=True)

    def write(self, name: str, data: bytes) -> None:
        """A file that has its name when its bytes are on the disk."""
        with durable(self._home / name) as temporary:
            temporary.write_bytes(data)

    @contextmanager
    def local(self, place: Place, name: str) -> Iterator[Path]:
        """The file itself."""
        yield Path(place.label(name))

    def keep(self, name: str) -> None:
        """It is where it waits already, and durable."""

    def secure(self, name: str) -> None:
        """Wait for the disk."""
        sync(self._home / name)

    def place_all(self, moves: Mapping[str, str], removed: Iterable[str]) -> None:
        """Rename each."""
        for name in removed:
            (self._folder / name).unlink(missing_ok=True)
        for target, waiting in moves.items():
            if (self._home / waiting).exists():
                (self._folder / target).parent.mkdir(exist_ok=True)
                os.replace(self._home / waiting, self._folder / target)
        for folder in sorted({(self._folder / target).parent for target in moves}):
            sync(folder)

    def clear(self) -> None:
        """Remove the folder."""
        if not self._home.exists():
            return
        for path in sorted(self._home.iterdir(), key=lambda path: _turn(path.name)):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
        self._home.rmdir()


class StoreStaging(Staging):
    """Of results in a store.

    Parameters
    ----------
    place : StorePlace
        Of the results.
    """

    begun = IDENTITY

    def __init__(self, place: StorePlace) -> None:
        self._store, self._staged = place.store, staging_folder(place.url)
        self._run = f"{place.url}/{RETRY}/{RUN}"
        super().__init__(place, StorePlace(f"{place.url}/{RETRY}"), StorePlace(self._run), self._staged / MERGED)

    @property
    def target(self) -> tuple[Path, str | None]:
        """The new run goes to the store, too: any machine goes on with it."""
        return staging_folder(self._run), self._run

    @contextmanager
    def hold(self) -> Iterator[None]:
        """The locks that a run has, too."""
        scratch = self._staged / SCRATCH
        with disk_errors(self._staged):
            scratch.mkdir(parents=True, exist_ok=True)
            with hold_folder(scratch / "lock"), hold_store(str(self.place)):
                # Nobody else can hold what lies within; a retry that was killed has left its lock there.
                self._store.remove([f"{RETRY}/{RUN}/{LOCK}"])
                try:
                    yield
                finally:
                    shutil.rmtree(self._staged, ignore_errors=True)

    def write(self, name: str, data: bytes) -> None:
        """An object."""
        self._store.write(f"{RETRY}/{name}", data)

    @contextmanager
    def local(self, place: Place, name: str) -> Iterator[Path]:
        """A copy that goes again."""
        self.work.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.work) as folder:
            path = Path(folder) / "copy"
            with place.open(name) as source, path.open("wb") as target:
                shutil.copyfileobj(source, target, 1 << 20)
            yield path

    def keep(self, name: str) -> None:
        """Let it become an object; this machine needs it no more."""
        self._store.put(self.work / name, f"{RETRY}/{MERGED}/{name}")
        (self.work / name).unlink()

    def secure(self, name: str) -> None:
        """An object is what the store promises."""

    def place_all(self, moves: Mapping[str, str], removed: Iterable[str]) -> None:
        """Copy each; all of them wait until the last has its place, so that any of it may be done twice."""
        self._store.remove(removed)
        for target, waiting in moves.items():
            self._store.copy(f"{RETRY}/{waiting}", target)

    def clear(self) -> None:
        """Remove the objects."""
        self._store.remove(sorted(self._store.sizes(RETRY), key=lambda name: _turn(name.removeprefix(f"{RETRY}/"))))


def _turn(name: str) -> int:
    """When a file goes: first what lets a retry go on with the others, which it would find half removed."""
    return {RETRY_MARK: 0, PLAN: 2}.get(name, 1)


def staging_of(place: Place) -> Staging:
    """Where a retry of results makes its files.

    Parameters
    ----------
    place : Place
        Of the results.

    Returns
    -------
    Staging
    """
    return StoreStaging(place) if isinstance(place, StorePlace) else FolderStaging(Path(place.out))
