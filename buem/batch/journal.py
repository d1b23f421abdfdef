"""What a run has finished, part by part, so that a killed one goes on where it was.

The worker writes the files of a part so that they are durable (temporary file, fsync, rename, fsync of the folder)
and tells their checksums; then the parent adds one line to the journal. A part without its line, or whose files are
not what the line says, is computed again.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from buem.batch.part import RETRY, PartResult, Setup, StoredFile
from buem.errors import OccupiedError, OutputError
from buem.io.durable import claim_directory, durable, sync

#: Version of the journal's own form.
FORM: Final = 1


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """What makes two runs the same: then their files are equal byte for byte."""

    #: Bytes and SHA-256 of the input.
    input: dict[str, str]
    #: Options that show in the files, as text.
    options: dict[str, str]
    versions: dict[str, str]
    form: int = FORM

    def differences(self, other: Identity) -> list[str]:
        """What is not the same, in words."""
        found = []
        for name in ("input", "options", "versions"):
            mine, theirs = getattr(self, name), getattr(other, name)
            found += [f"{name} {key}: {theirs.get(key)}, now {mine.get(key)}" for key in sorted({*mine, *theirs})
                      if mine.get(key) != theirs.get(key)]
        return found


class JournalLine(msgspec.Struct, frozen=True):
    """A part that is finished."""

    part: int
    count: int
    failed: int
    files: tuple[StoredFile, ...]


class Record(NamedTuple):
    """A journal as it was read."""

    identity: Identity | None
    lines: tuple[JournalLine, ...]
    #: Length of its whole lines; what follows was being written when the run died. [B]
    sound: int


def read_journal(path: Path) -> Record:
    """A journal, without the line that a killed run left half written.

    Parameters
    ----------
    path : Path
        The file; it may be missing.

    Returns
    -------
    Record
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return Record(None, (), 0)
    whole = raw[:raw.rfind(b"\n") + 1].splitlines(keepends=True)
    identity, lines, sound = None, [], 0
    for number, text in enumerate(whole):
        try:
            if number == 0:
                identity = msgspec.json.decode(text, type=Identity)
            else:
                lines.append(msgspec.json.decode(text, type=JournalLine))
        except (msgspec.MsgspecError, UnicodeDecodeError):
            break
        sound += len(text)
    return Record(identity, tuple(lines), sound)


class Journal:
    """The journal of a run under way.

    Parameters
    ----------
    setup : Setup
        Folder of the run.
    identity : Identity
        Of the run.
    """

    def __init__(self, setup: Setup, identity: Identity) -> None:
        self._setup = setup
        self._path = setup.scratch / "journal.jsonl"
        #: Files of each finished part.
        self.finished: dict[int, tuple[StoredFile, ...]] = {}
        self._identity = identity

    def open(self) -> None:
        """Go on with the run that the folder holds, or begin anew.

        Raises
        ------
        OccupiedError
            When the folder holds results, or an unfinished run of another input, other options or another version.
        OutputError
            When the folder cannot be written.
        """
        options, place = self._setup.options, self._setup.place
        found = self._read()
        if found.identity is None or options.overwrite or not options.resume:
            if found.identity is not None and not options.overwrite:
                raise OccupiedError(f"{place}: holds an unfinished run; resume it, choose another folder or "
                                    "allow overwriting")
            self._begin()
            return
        different = self._identity.differences(found.identity)
        if different:
            raise OccupiedError(f"{place}: holds an unfinished run that is another one ({different[0]}); "
                                "choose another folder or allow overwriting")
        self._cut(found)
        self.finished = {line.part: line.files for line in found.lines if self._is_sound(line.files)}

    def _read(self) -> Record:
        # Nobody else writes here now: what is half written belongs to the dead.
        for folder in (self._setup.out, self._setup.out / "hourly", self._setup.scratch):
            for path in folder.glob(".*.tmp"):
                path.unlink(missing_ok=True)
        return read_journal(self._path)

    def _cut(self, found: Record) -> None:
        os.truncate(self._path, found.sound)

    def _is_sound(self, files: Iterable[StoredFile]) -> bool:
        return all(is_sound(self._setup.out, stored) for stored in files)

    def _begin(self) -> None:
        try:
            claim_directory(self._setup.out, overwrite=self._setup.options.overwrite)
        except OccupiedError:
            # The run is over: what is left here was to go with its end.
            shutil.rmtree(self._setup.scratch, ignore_errors=True)
            raise
        # What a retry of the results that were here left must not come into the new ones.
        shutil.rmtree(self._setup.out / RETRY, ignore_errors=True)
        clear_scratch(self._setup.scratch)
        with durable(self._path) as temporary:
            temporary.write_bytes(msgspec.json.encode(self._identity) + b"\n")

    def record(self, result: PartResult) -> None:
        """Count a part as finished.

        Parameters
        ----------
        result : PartResult
            Its files are durable.
        """
        self._append(JournalLine(result.number, result.count, len(result.failures), result.files))
        self.finished[result.number] = result.files

    def _append(self, line: JournalLine) -> None:
        try:
            # Without O_CREAT: a journal that has vanished must not begin anew.
            with open(os.open(self._path, os.O_WRONLY | os.O_APPEND), "ab") as file:
                file.write(msgspec.json.encode(line) + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise OutputError(f"{self._path}: cannot be written: {error.strerror or error}") from error

    def at_hand(self, result: PartResult) -> PartResult:
        """A result whose files the parent can read.

        Parameters
        ----------
        result : PartResult
            As its worker made it.

        Returns
        -------
        PartResult
        """
        return result

    def load(self, number: int) -> PartResult:
        """What an earlier run made of a part.

        Parameters
        ----------
        number : int
            One of `finished`.

        Returns
        -------
        PartResult
        """
        return load_result(self._setup, number, self.finished[number])


def result_path(setup: Setup, number: int) -> Path:
    """Where the record of a part waits in the scratch folder.

    Parameters
    ----------
    setup : Setup
        Of the run.
    number : int
        Of the part.

    Returns
    -------
    Path
    """
    return setup.scratch / f"result-{number:05d}"


def store_result(result: PartResult, setup: Setup, paths: Iterable[Path]) -> PartResult:
    """Make the record of a part durable, and note the checksums of all its files.

    Parameters
    ----------
    result : PartResult
        Without files.
    setup : Setup
        Of the run.
    paths : iterable of Path
        Files of the part; they are durable.

    Returns
    -------
    PartResult
        With its files.
    """
    path = result_path(setup, result.number)
    with durable(path) as temporary:
        temporary.write_bytes(msgspec.msgpack.encode(result, enc_hook=str))
    return replace(result, files=tuple(describe(setup.out, one) for one in (*paths, path)))


def load_result(setup: Setup, number: int, files: tuple[StoredFile, ...]) -> PartResult:
    """The record of a part from the scratch folder.

    Parameters
    ----------
    setup : Setup
        Of the run.
    number : int
        Of the part.
    files : tuple of StoredFile
        Of the part.

    Returns
    -------
    PartResult

    Raises
    ------
    OutputError
        When it cannot be read.
    """
    path = result_path(setup, number)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise OutputError(f"{path}: cannot be read: {error.strerror or error}") from error
    return replace(msgspec.msgpack.decode(raw, type=PartResult, dec_hook=_to_path), files=files)


def _to_path(kind: type, value: Any) -> Any:
    return kind(value)


def describe(out: Path, path: Path) -> StoredFile:
    """A file by its name in the folder of results, its size and its checksum.

    Parameters
    ----------
    out : Path
        Folder of the results.
    path : Path
        A file in it.

    Returns
    -------
    StoredFile
    """
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = file.tell()
    return StoredFile(path.relative_to(out).as_posix(), size, digest)


def is_sound(out: Path, stored: StoredFile) -> bool:
    """Whether a file is what it was.

    Parameters
    ----------
    out : Path
        Folder of the results.
    stored : StoredFile
        As it was described.

    Returns
    -------
    bool
        False when it is missing, too.
    """
    path = out / stored.path
    return path.is_file() and path.stat().st_size == stored.size and describe(out, path) == stored


def clear_scratch(scratch: Path) -> None:
    """Remove everything from the scratch folder but its lock.

    Parameters
    ----------
    scratch : Path
        The folder.
    """
    for path in scratch.iterdir():
        if path.name == "lock":
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    sync(scratch)

