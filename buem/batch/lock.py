"""One run in a folder at a time."""

from __future__ import annotations

import datetime as dt
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from buem.errors import OccupiedError, OutputError

try:
    import fcntl
except ImportError:  # Windows has no advisory locks; the owner's name alone stands in the file there
    fcntl = None  # type: ignore[assignment]


@dataclass(frozen=True, kw_only=True)
class Owner:
    """Who holds a folder."""

    process: int
    host: str
    #: UTC, ISO 8601.
    began: str

    def __str__(self) -> str:
        return f"process {self.process} on {self.host} since {self.began}"

    @property
    def is_here(self) -> bool:
        """Whether it is of this machine and has the number of this process."""
        return self.host == socket.gethostname() and self.process == os.getpid()

    @property
    def is_gone(self) -> bool:
        """Whether it is known to have ended: it was of this machine, and no process has its number."""
        if self.host != socket.gethostname() or self.is_here:
            return False
        # Windows knows no signal that only asks.
        if os.name == "nt":
            return True
        try:
            os.kill(self.process, 0)
        except ProcessLookupError:
            return True
        except OSError:
            return False
        return False


@contextmanager
def hold_folder(path: Path) -> Iterator[None]:
    """Hold the lock of a folder while the block runs.

    The system drops the lock with its process, so that a run that was killed on this machine leaves none. On a shared
    disk the lock of another machine cannot be told from a forgotten one: it is explained, and stays until its file is
    removed.

    Parameters
    ----------
    path : Path
        The file of the lock; its folder is there.

    Yields
    ------
    None

    Raises
    ------
    OccupiedError
        When another run holds it, with its process, machine and time.
    OutputError
        When its file cannot be written.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise OutputError(f"{path}: cannot be opened: {error.strerror or error}") from error
    try:
        before = read_owner(path)
        if not _take(descriptor) or (before is not None and before.host != socket.gethostname()):
            raise OccupiedError(_explain(path, before))
        _sign(path, descriptor)
        yield
        # The system drops the lock itself; a name that stays says no more than that.
        with suppress(OSError):
            os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def owner_of_this_process() -> Owner:
    """This process, as an owner from now on.

    Returns
    -------
    Owner
    """
    now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    return Owner(process=os.getpid(), host=socket.gethostname(), began=now)


def _sign(path: Path, descriptor: int) -> None:
    me = owner_of_this_process()
    try:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, msgspec.json.encode(me), 0)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror or error}") from error


def is_held(path: Path) -> bool:
    """Whether a process of this machine holds a lock.

    Parameters
    ----------
    path : Path
        The file of the lock.

    Returns
    -------
    bool
        False where there is no such file, or no process has it.
    """
    try:
        descriptor = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        return not _take(descriptor)
    finally:
        os.close(descriptor)


def read_owner(path: Path) -> Owner | None:
    """Who wrote a lock file last.

    Parameters
    ----------
    path : Path
        The file of the lock.

    Returns
    -------
    Owner or None
        None when nobody did, or the file was left half written.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Owner)
    except (OSError, msgspec.MsgspecError):
        return None


def _take(descriptor: int) -> bool:
    if fcntl is None:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _explain(path: Path, owner: Owner | None) -> str:
    folder = path.parent.parent
    if owner is None:
        return f"{folder}: another run is writing there; choose another folder or wait for it"
    if owner.host == socket.gethostname():
        return f"{folder}: {owner} is writing there; choose another folder or wait for it"
    return (f"{folder}: {owner} held it and has not let go; if that run is over, remove {path} and start again, "
            "what it finished is kept")
