"""Part files of a folder of results, read back row group by row group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from buem.constants import HOURS
from buem.errors import OutputError
from buem.results import SERIES_COLUMNS

if TYPE_CHECKING:
    from buem.io.directory import ResultsDir

#: Columns of an hourly row beside its series.
PART_KEYS: Final = ("id", "index", "start_time", "step_s", "hours", "latitude", "longitude")


@contextmanager
def open_parquet(path: Path | str, expected: Sequence[str], file: BinaryIO | None = None) -> Iterator[pq.ParquetFile]:
    """One of our files, open for reading.

    Parameters
    ----------
    path : Path or str
        A Parquet file.
    expected : sequence of str
        Columns it must have.
    file : binary file, optional
        Where it is open already; `path` then is its name.

    Yields
    ------
    pyarrow.parquet.ParquetFile

    Raises
    ------
    OutputError
        When it is missing, cut off, damaged or another's; the file is named.
    """
    try:
        with pq.ParquetFile(path if file is None else file) as source:
            lacking = [name for name in expected if name not in source.schema_arrow.names]
            if lacking:
                raise OutputError(f"{path}: not a file of buem; it lacks the columns {', '.join(lacking)}")
            yield source
    except FileNotFoundError:
        raise OutputError(f"{path}: missing") from None
    except PermissionError as error:
        raise OutputError(f"{path}: cannot be read: Permission denied") from error
    except (pa.ArrowException, OSError) as error:
        raise OutputError(f"{path}: cut off, damaged or not a Parquet file: {error}") from error


def places(path: Path) -> Iterator[tuple[str, int, int]]:
    """Where each building of a part file stands.

    Parameters
    ----------
    path : Path
        A part file.

    Yields
    ------
    tuple of (str, int, int)
        Id, row group, row in it.
    """
    with open_parquet(path, PART_KEYS) as source:
        for group in range(source.num_row_groups):
            names = source.read_row_group(group, columns=["id"])["id"].to_pylist()
            yield from ((name, group, row) for row, name in enumerate(names))


def row_groups(results: ResultsDir) -> Iterator[pa.Table]:
    """The hourly rows of all parts, one row group at a time, in the order of the input.

    Parameters
    ----------
    results : ResultsDir
        An open folder.

    Yields
    ------
    pyarrow.Table
        Of `hourly_schema`, never empty.
    """
    for path in results.parts:
        with open_parquet(path, PART_KEYS) as source:
            for group in range(source.num_row_groups):
                yield source.read_row_group(group)


def series_of(table: pa.Table) -> dict[str, np.ndarray[Any, np.dtype[np.float32]]]:
    """The lists of hourly rows as arrays.

    Parameters
    ----------
    table : pyarrow.Table
        Of `hourly_schema`.

    Returns
    -------
    dict of str to ndarray, shape (rows, 8760)
        NaN past the end of a shorter period. [W], [°C]
    """
    names = [name for name in SERIES_COLUMNS.values() if name in table.column_names]
    return {name: _matrix(table[name].combine_chunks()) for name in names}


def _matrix(lists: pa.FixedSizeListArray) -> np.ndarray[Any, np.dtype[np.float32]]:
    # flatten() heeds the slice; values would not.
    flat: np.ndarray[Any, np.dtype[np.float32]] = lists.flatten().to_numpy(zero_copy_only=False)
    return flat.reshape(-1, HOURS)
