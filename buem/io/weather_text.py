"""Text of weather files: unpacked, decoded, and its columns as numbers."""

from __future__ import annotations

import gzip
import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from buem.errors import WeatherError, problem
from buem.profiles import FloatArray

#: Largest weather file that is read, unpacked. [bytes]
LARGEST_FILE: Final = 200_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Which columns to take from the rows of a table."""

    #: Name of a column -> its position.
    positions: Mapping[str, int]
    #: Start of the paths of problems.
    path: str
    #: Line of the file on which the first row stands.
    first_line: int = 1
    separator: str | None = ","


def read_text(path: Path) -> str:
    """Content of a file, unpacked when it is gzipped; Latin-1 where it is no UTF-8.

    Parameters
    ----------
    path : Path
        File to read.

    Returns
    -------
    str
    """
    try:
        data = path.read_bytes()
        if data[:2] == b"\x1f\x8b":
            with gzip.open(path) as unpacked:
                data = unpacked.read(LARGEST_FILE + 1)
    except (OSError, EOFError, zlib.error) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise WeatherError([problem(str(path), why, "a readable weather file", "UNREADABLE")]) from error
    if len(data) > LARGEST_FILE:
        limit = f"at most {LARGEST_FILE // 1_000_000} MB"
        raise WeatherError([problem(str(path), f"{len(data)} bytes or more", limit, "TOO_LARGE")])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def read_columns(lines: Sequence[str], wanted: Columns) -> dict[str, FloatArray]:
    """Columns of a table as numbers; an empty cell is NaN, an empty line is left out.

    Parameters
    ----------
    lines : sequence of str
        Rows of the table.
    wanted : Columns
        Names, positions and separator.

    Returns
    -------
    dict of ndarray, shape (rows,)

    Raises
    ------
    WeatherError
        Naming the first cell that is no number, or the first row that is too short.
    """
    rows = [line for line in lines if line.strip()]
    if not rows:
        return {name: np.empty(0) for name in wanted.positions}
    try:
        return _read_fast(rows, wanted)
    except ValueError:
        pass
    try:
        return _read_fast([_with_nan(row) for row in rows], wanted)
    except ValueError:
        return _read_carefully(lines, wanted)


def _read_fast(rows: Sequence[str], wanted: Columns) -> dict[str, FloatArray]:
    """As `read_columns`, for rows whose wanted cells all hold numbers."""
    positions = list(wanted.positions.values())
    table = np.loadtxt(rows, delimiter=wanted.separator, usecols=positions, comments=None, ndmin=2)
    return dict(zip(wanted.positions, np.ascontiguousarray(table.T)))


def _with_nan(row: str) -> str:
    """The row with `nan` in its empty cells."""
    row = f"{row}nan" if row.endswith(",") else row
    return row.replace(",,", ",nan,").replace(",,", ",nan,")


def _read_carefully(lines: Sequence[str], wanted: Columns) -> dict[str, FloatArray]:
    """As `read_columns`, cell by cell: blank cells are NaN, the first bad one is named."""
    columns: dict[str, list[float]] = {name: [] for name in wanted.positions}
    for number, line in enumerate(lines, start=wanted.first_line):
        cells = line.split(wanted.separator)
        if not line.strip():
            continue
        for name, i in wanted.positions.items():
            where = f"{wanted.path}: line {number}, {name}"
            if i >= len(cells):
                raise WeatherError([problem(where, None, f"{i + 1} columns or more", "SHORT_ROW")])
            columns[name].append(_cell(cells[i].strip().strip('"'), where))
    return {name: np.array(values) for name, values in columns.items()}


def _cell(text: str, where: str) -> float:
    if text.lower() in ("", "nan", "na", "null", "none", "-"):
        return math.nan
    try:
        return float(text)
    except ValueError:
        raise WeatherError([problem(where, text, "a number")]) from None


def number(text: str, where: str) -> float:
    """A number of a header.

    Parameters
    ----------
    text : str
        As it stands there.
    where : str
        Path of the problem when it is none.

    Returns
    -------
    float
    """
    value = _cell(text.strip(), where)
    if math.isnan(value):
        raise WeatherError([problem(where, text or None, "a number")])
    return value
