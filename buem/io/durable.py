"""Files that are either complete under their name, or not there."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from buem.errors import OccupiedError, OptionError, OutputError, problem

#: Those results that only a run writes, and that what comes after it reads.
_OF_RUN: Final = (
    "summary.parquet",
    "summary.csv",
    "errors.jsonl",
    "run.json",
    "checksums.sha256",
    "city.geojson",
    "hourly/part-*.parquet",
    "profiles/*.csv",
    "outlines.parquet",
)
#: Everything that results may leave in their folder.
RESULT_FILES: Final = (
    *_OF_RUN,
    "plots/*.png",
    "city/report.*",
    "city/map.html",
    "city/*.png",
    "long.parquet",
    "properties.parquet",
    "results.nc",
)


def is_result(path: Path, folder: Path, patterns: Sequence[str] = RESULT_FILES) -> bool:
    """Whether a path is one under which results lie in a folder.

    Parameters
    ----------
    path : Path
        Of any file, there or not.
    folder : Path
        Of results, there or not.
    patterns : sequence of str
        Names of results.

    Returns
    -------
    bool
        Also for a link to one, and for what a run keeps for itself until it is over.
    """
    home = Path(os.path.realpath(folder))
    for place in (Path(os.path.realpath(path)), Path(os.path.realpath(path.parent)) / path.name):
        if not place.is_relative_to(home):
            continue
        inside = place.relative_to(home)
        alike = [one for one in patterns if one.count("/") + 1 == len(inside.parts) and fnmatchcase(str(inside), one)]
        if alike or inside.parts[:1] in ((".parts",), (".retry",)):
            return True
    return False


def refuse_result(path: Path, folder: Path) -> None:
    """Refuse to write over a file of a run.

    Parameters
    ----------
    path : Path
        File to write.
    folder : Path
        Of the run.

    Raises
    ------
    OptionError
        When it is one of those that the run wrote.
    """
    if is_result(path, folder, _OF_RUN):
        raise OptionError([problem("out", path.name, f"a file that is none of those of the run in {folder}")])


@contextmanager
def durable(path: Path) -> Iterator[Path]:
    """A temporary path beside `path` that takes its name when the block ends well.

    The bytes reach the disk before the name does, so that a killed run leaves whole files only.

    Parameters
    ----------
    path : Path
        The final name; its folder is made when missing.

    Yields
    ------
    Path
        Where to write. Removed when the block raises.

    Raises
    ------
    OutputError
        When the file cannot be written, with the reason of the system.
    """
    # Two workers, maybe of two machines, may write the same file, never the same temporary one.
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{os.urandom(4).hex()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _removed_at_last(temporary):
            yield temporary
            sync(temporary)
            os.replace(temporary, path)
        sync(path.parent)
    except OSError as error:
        # A file where the folder should be is named; other names are ours.
        culprit = f"{error.filename}: " if isinstance(error, (FileExistsError, NotADirectoryError)) else ""
        raise OutputError(f"{path}: cannot be written: {culprit}{error.strerror or error}") from error


@contextmanager
def _removed_at_last(path: Path) -> Iterator[None]:
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


@contextmanager
def disk_errors(folder: Path) -> Iterator[None]:
    """One clear error for whatever the system refuses within the block.

    Parameters
    ----------
    folder : Path
        Named where the system does not name a file.

    Yields
    ------
    None

    Raises
    ------
    OutputError
        For any error of the system, with its reason.
    """
    try:
        yield
    except OSError as error:
        raise OutputError(f"{error.filename or folder}: cannot be used: {error.strerror or error}") from error


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, have reached the disk.

    Parameters
    ----------
    path : Path
        File or folder. A system that opens no folders (Windows) is left alone.
    """
    if path.is_dir() and os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def claim_directory(directory: Path, *, overwrite: bool = False) -> None:
    """Make a folder ready for new results.

    Parameters
    ----------
    directory : Path
        Made when missing.
    overwrite : bool
        Whether results that lie there may go. Other files always stay.

    Raises
    ------
    OutputError
        When the name is a file's, or results lie there and `overwrite` is off.
    """
    if directory.exists() and not directory.is_dir():
        raise OutputError(f"{directory}: is a file; expected a folder for the results")
    present = [path for pattern in RESULT_FILES for path in sorted(directory.glob(pattern))]
    if present and not overwrite:
        name = present[0].relative_to(directory)
        raise OccupiedError(f"{directory}: holds results already ({name}); choose another folder or allow overwriting")
    try:
        for path in present:
            path.unlink()
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{directory}: cannot be used: {error.strerror or error}") from error
