"""Results on a store that is no file system of this machine: S3 and what else fsspec reaches.

A store knows whole objects alone: one appears with all its bytes when its writing ends, or not at all. There is no
rename, no append and no lock; what a run needs of them is made of objects in `batch.remote`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import unquote, urlsplit

from buem.errors import OutputError
from buem.io.extras import needed


def is_url(out: object) -> bool:
    """Whether results go to a store.

    Parameters
    ----------
    out : object
        As a caller gave it.

    Returns
    -------
    bool
        False for a path.
    """
    return isinstance(out, str) and "://" in out


def local_path(url: str) -> Path | None:
    """The folder of a `file://` URL.

    Parameters
    ----------
    url : str
        See `is_url`.

    Returns
    -------
    Path or None
        None for a store: this machine's own folders have renames and locks, and need no store.
    """
    parts = urlsplit(url)
    return Path(unquote(parts.path)) if parts.scheme == "file" and parts.netloc in ("", "localhost") else None


def folder_of(place: str) -> Path | None:
    """The folder that a path or a URL names.

    Parameters
    ----------
    place : str
        As it was typed.

    Returns
    -------
    Path or None
        None for a store.
    """
    return local_path(place) if is_url(place) else Path(place)


def _refusals() -> tuple[type[BaseException], ...]:
    """What a store may raise."""
    return (OSError, ValueError, ImportError, *_errors_of_library())


def _errors_of_library() -> tuple[type[BaseException], ...]:
    """Amazon's library, where it is loaded, has errors of its own."""
    library: Any = sys.modules.get("botocore.exceptions")
    return () if library is None else (library.BotoCoreError, library.ClientError)


class Store:
    """The objects below a URL.

    Parameters
    ----------
    url : str
        Such as ``s3://bucket/prefix``; keys, endpoints and regions come from fsspec's and the store's own settings.
    """

    def __init__(self, url: str) -> None:
        fsspec = needed("fsspec", url, "store")
        self.url = url.rstrip("/")
        with self._explained("opened"):
            # Others write, too: no listing is remembered.
            self._files, self._root = fsspec.core.url_to_fs(self.url, use_listings_cache=False)
        self.scheme = urlsplit(url).scheme

    def put(self, path: Path, name: str) -> None:
        """Make an object of a file.

        Parameters
        ----------
        path : Path
            The file.
        name : str
            Below the URL. It appears with all its bytes, or not at all.
        """
        with self._explained(f"written: {name}"):
            self._files.put_file(str(path), self._at(name))

    def write(self, name: str, data: bytes) -> None:
        """Make an object of bytes.

        Parameters
        ----------
        name : str
            Below the URL.
        data : bytes
            All of it.
        """
        with self._explained(f"written: {name}"):
            self._files.pipe_file(self._at(name), data)

    def create(self, name: str, data: bytes) -> bool:
        """Make an object that is not there yet.

        Parameters
        ----------
        name : str
            Below the URL.
        data : bytes
            All of it.

        Returns
        -------
        bool
            False when it is there already.
        """
        with self._explained(f"written: {name}"):
            try:
                self._files.pipe_file(self._at(name), data, mode="create")
            except OSError:
                # Stores word it differently that something is there.
                if not self._files.exists(self._at(name)):
                    raise
                return False
            return True

    def read(self, name: str) -> bytes | None:
        """The bytes of an object.

        Parameters
        ----------
        name : str
            Below the URL.

        Returns
        -------
        bytes or None
            None where there is none.
        """
        with self._explained(f"read: {name}"):
            try:
                found: bytes = self._files.cat_file(self._at(name))
            except FileNotFoundError:
                return None
            return found

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """An object, open for reading at any place.

        Parameters
        ----------
        name : str
            Below the URL.

        Yields
        ------
        binary file

        Raises
        ------
        FileNotFoundError
            When there is none.
        """
        with self._explained(f"read: {name}"):
            try:
                file = self._files.open(self._at(name), "rb")
            except FileNotFoundError:
                file = None
        if file is None:
            raise FileNotFoundError(f"{self.url}/{name}")
        # What the reader raises by itself is not the store's; what the store's library does is known by its kind.
        with file, self._explained(f"read: {name}", _errors_of_library):
            yield file

    def has(self, name: str) -> bool:
        """Whether there is an object.

        Parameters
        ----------
        name : str
            Below the URL.

        Returns
        -------
        bool
        """
        with self._explained(f"read: {name}"):
            return bool(self._files.isfile(self._at(name)))

    def copy(self, name: str, target: str) -> bool:
        """Make an object of another, within the store.

        Parameters
        ----------
        name : str
            Below the URL.
        target : str
            Below the URL. It appears with all its bytes, or not at all.

        Returns
        -------
        bool
            False where there is none to copy.
        """
        with self._explained(f"written: {target}"):
            try:
                self._files.cp_file(self._at(name), self._at(target))
            except FileNotFoundError:
                return False
            return True

    def get(self, name: str, path: Path) -> None:
        """Make a file of an object.

        Parameters
        ----------
        name : str
            Below the URL.
        path : Path
            Its folder is made when missing.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._explained(f"read: {name}"):
            self._files.get_file(self._at(name), str(path))

    def sizes(self, folder: str = "") -> dict[str, int]:
        """All objects, with their sizes.

        Parameters
        ----------
        folder : str
            Below the URL; everything when absent.

        Returns
        -------
        dict of str to int
            By their names below the URL. [B]
        """
        root = self._root.rstrip("/")
        with self._explained("listed"):
            found = self._files.find(self._at(folder), detail=True) if self._files.exists(self._at(folder)) else {}
        return {path[len(root):].lstrip("/"): int(entry["size"]) for path, entry in sorted(found.items())}

    def remove(self, names: Iterable[str]) -> None:
        """Remove objects; those that are not there are no matter.

        Parameters
        ----------
        names : iterable of str
            Below the URL.
        """
        with self._explained("cleared"):
            for name in names:
                try:
                    self._files.rm_file(self._at(name))
                except FileNotFoundError:
                    continue

    def _at(self, name: str) -> str:
        root = str(self._root).rstrip("/")
        return f"{root}/{name}" if name else root

    @contextmanager
    def _explained(self, what: str, refusals: Callable[[], tuple[type[BaseException], ...]] = _refusals
                   ) -> Iterator[None]:
        try:
            yield
        except refusals() as error:
            raise OutputError(f"{self.url}: cannot be {what} ({error})") from error


@lru_cache(maxsize=4)
def open_store(url: str) -> Store:
    """A store, opened once a process.

    Parameters
    ----------
    url : str
        See `Store`.

    Returns
    -------
    Store
    """
    return Store(url)
