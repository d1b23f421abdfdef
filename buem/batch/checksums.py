"""Checksums of the files of a finished run, in the form of sha256sum."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from buem.batch.journal import describe
from buem.batch.part import StoredFile
from buem.errors import OutputError
from buem.io.durable import RESULT_FILES, durable
from buem.io.place import Place

NAME: Final = "checksums.sha256"
#: Files that tell of times or are made later from the others.
_APART: Final = frozenset(("run.json", NAME, "plots/*.png", "long.parquet", "properties.parquet",
                          "results.nc"))


def write_checksums(out: Path, finished: Mapping[int, tuple[StoredFile, ...]]) -> None:
    """Write the checksums of all results but run.json.

    Parameters
    ----------
    out : Path
        Folder of the results.
    finished : mapping
        Files of each part, whose checksums are known.
    """
    known = {stored.path: stored for files in finished.values() for stored in files}
    names = {path.relative_to(out).as_posix() for pattern in RESULT_FILES if pattern not in _APART
             for path in out.glob(pattern)}
    # On a store the hours are no longer in the folder.
    names |= {name for name in known if name.startswith("hourly/")}
    with durable(out / NAME) as temporary:
        temporary.write_bytes(encode_checksums({name: (known.get(name) or describe(out, out / name)).sha256
                                                for name in names}))


def encode_checksums(digests: Mapping[str, str]) -> bytes:
    """The form of sha256sum.

    Parameters
    ----------
    digests : mapping
        SHA-256 by the name of the file.

    Returns
    -------
    bytes
        A line a file, in the order of the names.
    """
    return "".join(f"{digests[name]}  {name}\n" for name in sorted(digests)).encode()


def check_listed(place: Place, names: Iterable[str]) -> None:
    """Make sure that files are what was written.

    Parameters
    ----------
    place : Place
        Where the results of a finished run are.
    names : iterable of str
        From there.

    Raises
    ------
    OutputError
        For the first that is missing or has changed.
    """
    listed = dict(read_checksums(place))
    for name in names:
        if not place.has(name) or place.digest(name) != listed.get(name):
            raise OutputError(f"{place.label(name)}: missing, or changed since it was written; see `buem verify "
                              f"{place}`")


def read_checksums(place: Place) -> list[tuple[str, str]]:
    """The checksums of a finished run.

    Parameters
    ----------
    place : Place
        Where its results are.

    Returns
    -------
    list of (str, str)
        Name and SHA-256 of each file.

    Raises
    ------
    OutputError
        When there are none, or the file is damaged.
    """
    try:
        raw = place.read(NAME)
    except OSError as error:
        raise OutputError(f"{place.label(NAME)}: cannot be read: {error}") from error
    if raw is None:
        raise OutputError(f"{place}: no {NAME}; expected the {place.kind} of a run that is finished")
    return decode_checksums(raw, place.label(NAME))


def decode_checksums(raw: bytes, name: str) -> list[tuple[str, str]]:
    """Checksums from their file.

    Parameters
    ----------
    raw : bytes
        Its bytes.
    name : str
        Of the file, for an error.

    Returns
    -------
    list of (str, str)
        Name and SHA-256 of each file.

    Raises
    ------
    OutputError
        When it is damaged.
    """
    try:
        pairs = [line.split("  ", 1) for line in raw.decode().splitlines()]
    except UnicodeDecodeError as error:
        raise OutputError(f"{name}: cannot be read: {error}") from error
    if any(len(pair) != 2 or len(pair[0]) != 64 for pair in pairs):
        raise OutputError(f"{name}: damaged; expected lines of a checksum and a name")
    return [(name, digest) for digest, name in pairs]
