"""Texts of features that lie in a file: they go to the workers as places in it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO, Final, Self, overload

from buem.errors import ContainerError, Problem

#: A part whose text is longer than this is not held in memory. [B]
SPOOL: Final = 16_000_000


@dataclass(frozen=True, slots=True)
class FileTexts(Sequence[bytes]):
    """Texts in a file, read where they are wanted.

    A file that has changed since it was looked at is refused: the places would be those of other texts.
    """

    path: Path
    #: Size and time of the last change, as the file was looked at. [B, ns]
    stamp: tuple[int, int]
    #: First and last byte of each text. [B]
    spans: tuple[tuple[int, int], ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, path: Path) -> Self:
        """A file as it is now, without texts.

        Parameters
        ----------
        path : Path
            A file of plain text.

        Returns
        -------
        FileTexts
        """
        return cls(path, _stamp(os.stat(path)))

    @property
    def size(self) -> int:
        """Of the file. [B]"""
        return self.stamp[0]

    def at(self, spans: tuple[tuple[int, int], ...]) -> Self:
        """Texts of the same file.

        Parameters
        ----------
        spans : tuple of (int, int)
            First and last byte of each. [B]

        Returns
        -------
        FileTexts
        """
        return replace(self, spans=spans)

    def brought(self) -> Sequence[bytes]:
        """The texts in memory, read in one go; those of more than `SPOOL` bytes stay where they are.

        Returns
        -------
        sequence of bytes

        Raises
        ------
        ContainerError
            When the file cannot be read any more, or has changed.
        """
        if not self.spans:
            return ()
        first, last = min(start for start, _ in self.spans), max(end for _, end in self.spans)
        if last - first > SPOOL:
            return self
        with self._open() as file:
            file.seek(first)
            held = self._whole(file.read(last - first), last - first)
        return tuple(held[start - first:end - first] for start, end in self.spans)

    def __len__(self) -> int:
        return len(self.spans)

    @overload
    def __getitem__(self, key: int) -> bytes: ...

    @overload
    def __getitem__(self, key: slice) -> Self: ...

    def __getitem__(self, key: int | slice) -> bytes | Self:
        if isinstance(key, slice):
            return self.at(self.spans[key])
        with self._open() as file:
            return self._read(file, self.spans[key])

    def __iter__(self) -> Iterator[bytes]:
        with self._open() as file:
            for span in self.spans:
                yield self._read(file, span)

    def _read(self, file: BinaryIO, span: tuple[int, int]) -> bytes:
        start, end = span
        file.seek(start)
        return self._whole(file.read(end - start), end - start)

    def _open(self) -> BinaryIO:
        try:
            file = self.path.open("rb")
        except OSError as error:
            raise self._lost(error.strerror or str(error)) from error
        if _stamp(os.fstat(file.fileno())) != self.stamp:
            file.close()
            raise self._lost("has changed")
        return file

    def _whole(self, text: bytes, length: int) -> bytes:
        if len(text) != length:
            raise self._lost("has become shorter")
        return text

    def _lost(self, what: str) -> ContainerError:
        return ContainerError([Problem(path=str(self.path), value=what, code="CANNOT_READ",
                                       expected="the file as it was when the run began")])


def plain_text(source: Path) -> FileTexts | None:
    """A file that workers can read at any place.

    Parameters
    ----------
    source : Path
        Of any kind.

    Returns
    -------
    FileTexts or None
        None for a compressed one, and for what is no file, such as a pipe.
    """
    if not source.is_file():
        return None
    with source.open("rb") as file:
        if file.read(2) == b"\x1f\x8b":
            return None
    return FileTexts.of(source.absolute())


def _stamp(found: os.stat_result) -> tuple[int, int]:
    return found.st_size, found.st_mtime_ns
