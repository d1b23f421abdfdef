"""Where the files of results lie: a folder, or a store whose objects are read where they are."""

from __future__ import annotations

import hashlib
import os
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, ClassVar, cast

import pyarrow.parquet as pq

from buem.errors import OutputError
from buem.io.parts import open_parquet
from buem.io.paths import as_path
from buem.io.store import folder_of, is_url, open_store


class Place(ABC):
    """Files by their names from there, parted by slashes; as a text it is the path or the URL."""

    #: What it is, in messages.
    kind: ClassVar[str]

    @property
    @abstractmethod
    def out(self) -> Path | str:
        """The folder, or the URL."""

    def __str__(self) -> str:
        return str(self.out)

    @abstractmethod
    def label(self, name: str) -> str:
        """A file in messages."""

    @abstractmethod
    def open(self, name: str) -> AbstractContextManager[BinaryIO]:
        """A file, open for reading at any place; FileNotFoundError where there is none."""

    @abstractmethod
    def has(self, name: str) -> bool:
        """Whether a file is there."""

    @abstractmethod
    def names(self, pattern: str) -> list[str]:
        """Files whose names match a pattern of as many parts, in order."""

    def read(self, name: str) -> bytes | None:
        """All of a small file; None where there is none."""
        try:
            with self.open(name) as file:
                return file.read()
        except FileNotFoundError:
            return None

    def digest(self, name: str) -> str:
        """The SHA-256 of a file; FileNotFoundError where there is none."""
        with self.open(name) as file:
            return hashlib.file_digest(cast(Any, file), "sha256").hexdigest()

    @contextmanager
    def table(self, name: str, expected: Sequence[str]) -> Iterator[pq.ParquetFile]:
        """A Parquet file, open for reading row group by row group.

        Parameters
        ----------
        name : str
            Of the file.
        expected : sequence of str
            Columns it must have.

        Yields
        ------
        pyarrow.parquet.ParquetFile

        Raises
        ------
        OutputError
            When it is missing, cut off, damaged or another's; the file is named.
        """
        try:
            with self.open(name) as file, open_parquet(self.label(name), expected, file) as source:
                yield source
        except FileNotFoundError:
            raise OutputError(f"{self.label(name)}: missing") from None


class FolderPlace(Place):
    """A folder of this machine.

    Parameters
    ----------
    folder : Path
        Of results.
    """

    kind = "folder"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def out(self) -> Path:
        """The folder."""
        return self.folder

    def label(self, name: str) -> str:
        """The path of a file."""
        return str(self.folder / name)

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """A file, open for reading."""
        with (self.folder / name).open("rb") as file:
            yield file

    def has(self, name: str) -> bool:
        """Whether a file is there."""
        try:
            return (self.folder / name).is_file()
        except OSError as error:
            raise OutputError(f"{self.folder / name}: cannot be read: {error.strerror or error}") from error

    def names(self, pattern: str) -> list[str]:
        """Files whose names match; a pattern finds nothing in a folder that may not be read, so that is asked first."""
        folder = (self.folder / pattern).parent
        try:
            os.scandir(folder).close()
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise OutputError(f"{folder}: cannot be read: {error.strerror or error}") from error
        return sorted(path.relative_to(self.folder).as_posix() for path in self.folder.glob(pattern))

    @contextmanager
    def table(self, name: str, expected: Sequence[str]) -> Iterator[pq.ParquetFile]:
        """A Parquet file, which Arrow opens itself."""
        with open_parquet(self.folder / name, expected) as source:
            yield source


class StorePlace(Place):
    """The objects below a URL.

    Parameters
    ----------
    url : str
        Of results.
    """

    kind = "store"

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self.store = open_store(self.url)

    @property
    def out(self) -> str:
        """The URL."""
        return self.url

    def label(self, name: str) -> str:
        """The URL of an object."""
        return f"{self.url}/{name}"

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """An object, open for reading."""
        with self.store.open(name) as file:
            yield file

    def names(self, pattern: str) -> list[str]:
        """Objects whose names match; those of one folder are listed."""
        if "*" not in pattern:
            return [pattern] if self.has(pattern) else []
        wanted = PurePosixPath(pattern)
        # A name is matched from its end: it must have no more folders than the pattern.
        return [name for name in self.store.sizes("" if len(wanted.parts) == 1 else wanted.parts[0])
                if len(PurePosixPath(name).parts) == len(wanted.parts) and PurePosixPath(name).match(pattern)]

    def has(self, name: str) -> bool:
        """Whether an object is there."""
        return self.store.has(name)


def place_of(given: str | Path, name: str = "out") -> Place:
    """Where results lie.

    Parameters
    ----------
    given : str or Path
        A folder, or the URL of a store; `file://` is the folder of its path.
    name : str
        Of the argument, for an error.

    Returns
    -------
    Place

    Raises
    ------
    OptionError
        For what names no place.
    OutputError
        When the store cannot be opened.
    """
    if isinstance(given, str) and is_url(given):
        folder = folder_of(given)
        return StorePlace(given) if folder is None else FolderPlace(folder)
    return FolderPlace(as_path(given, name))
