"""Results as Parquet tables: one row a building, and its hours as lists."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from buem.clock import first_stamp
from buem.constants import HOURS
from buem.errors import OutputError
from buem.io.durable import claim_directory, durable
from buem.io.failures import write_failures
from buem.io.paths import as_path
from buem.results import LOSSES, SERIES_COLUMNS, SERIES_UNITS, Results, SeriesName

#: Input indices in a part file: part k holds the buildings k·512 to k·512 + 511.
PART_SIZE: Final = 512
#: Input indices in a row group of a part file.
ROW_GROUP: Final = 128
#: Input indices in a row group of the summary.
SUMMARY_GROUP: Final = 4096

#: Columns of summary.parquet; all but the first five may be null for a building that failed or is not heated.
SUMMARY_SCHEMA: Final = pa.schema(
    [
        ("id", pa.string()),
        ("index", pa.int64()),
        ("status", pa.string()),
        ("dialect", pa.string()),
        ("model", pa.string()),
        ("floor_area_m2", pa.float64()),
        ("heating_kwh", pa.float64()),
        ("cooling_kwh", pa.float64()),
        ("heating_kwh_m2", pa.float64()),
        ("cooling_kwh_m2", pa.float64()),
        ("heating_peak_kw", pa.float64()),
        ("cooling_peak_kw", pa.float64()),
        # Text, because a column of timestamps has one zone and the buildings of a file may have several.
        ("heating_peak_time", pa.string()),
        ("cooling_peak_time", pa.string()),
        ("hours_below_band", pa.int32()),
        ("hours_above_band", pa.int32()),
        *((f"loss_{element}_kwh", pa.float64()) for element in LOSSES),
        ("loss_ventilation_kwh", pa.float64()),
        ("gain_solar_kwh", pa.float64()),
        ("gain_internal_kwh", pa.float64()),
        ("hot_water_kwh", pa.float64()),
        ("electricity_kwh", pa.float64()),
        ("country", pa.string()),
        ("size_class", pa.string()),
        ("use", pa.string()),
        ("year", pa.int32()),
        ("archetype", pa.string()),
        ("variant", pa.string()),
        ("height_m", pa.float64()),
        ("storeys", pa.float64()),
        ("footprint_m2", pa.float64()),
        ("wall_m2", pa.float64()),
        ("party_wall_m2", pa.float64()),
        ("filled", pa.string()),
        ("weather", pa.string()),
        ("weather_distance_km", pa.float64()),
        ("notes", pa.list_(pa.string())),
        ("error", pa.string()),
    ]
)

_LEVEL: Final = 1
#: Loads in files are whole multiples of this: what float32 has beyond is noise that takes a fifth of the space. [W]
LOAD_STEP: Final = 1.0 / 64.0
# Rows that are rounded together, so that they stay in the cache between the three passes.
_ROUNDED_ROWS: Final = 8
# One length for every file and every building: a reader sees one type, and a run need not know its longest period
# beforehand. The hours past a shorter period are null, which sums and means pass over.
_HOURS_TYPE: Final = pa.list_(pa.float32(), HOURS)
_KEYS: Final = (
    ("id", pa.string()),
    ("index", pa.int64()),
    ("start_time", pa.string()),
    ("step_s", pa.int32()),
    ("hours", pa.int32()),
    ("latitude", pa.float64()),
    ("longitude", pa.float64()),
)


def hourly_schema(series: Collection[SeriesName]) -> pa.Schema:
    """Columns of a part file.

    Parameters
    ----------
    series : collection of str
        Names of `Results.series`; the order of the columns is that of `SERIES_COLUMNS`.

    Returns
    -------
    pyarrow.Schema
    """
    chosen = [(column, _HOURS_TYPE) for name, column in SERIES_COLUMNS.items() if name in series]
    return pa.schema([*_KEYS, *chosen])


def summary_table(columns: Mapping[str, Sequence[object] | NDArray[Any]]) -> pa.Table:
    """The summary as an Arrow table of fixed types.

    Parameters
    ----------
    columns : mapping of str to sequence
        `Results.summary_columns()`; None and NaN become null.

    Returns
    -------
    pyarrow.Table
        Of `SUMMARY_SCHEMA`.

    Raises
    ------
    OutputError
        When a column is missing or one is not known.
    """
    missing = [name for name in SUMMARY_SCHEMA.names if name not in columns]
    unknown = [name for name in columns if name not in SUMMARY_SCHEMA.names]
    if missing or unknown:
        raise OutputError(f"summary: missing columns {missing}, unknown columns {unknown}")
    return pa.table([_column(columns[field.name], field.type) for field in SUMMARY_SCHEMA], schema=SUMMARY_SCHEMA)


def hourly_tables(results: Results) -> Iterator[pa.Table]:
    """The hourly rows in the order of the input, never more than a row group at once.

    Parameters
    ----------
    results : Results
        With at least one series.

    Yields
    ------
    pyarrow.Table
        Of `hourly_schema(results.series)`; all rows of one row group of a part file.
    """
    order = np.argsort(results.index, kind="stable")
    groups = results.index[order] // ROW_GROUP
    for group in np.unique(groups):
        yield _hourly_rows(results, order[groups == group])


class TableWriter:
    """Writes one Parquet file row by row in input order, in bounded memory.

    A row group holds a fixed range of input indices, however the rows arrive, so that equal rows give equal bytes.
    The file takes its name when the writer is closed; a block that raises leaves no file.

    Parameters
    ----------
    path : Path
        File to write.
    schema : pyarrow.Schema
        `SUMMARY_SCHEMA`, or that of `hourly_schema`.
    group_size : int
        Input indices in a row group.
    """

    def __init__(self, path: Path, schema: pa.Schema, group_size: int) -> None:
        self._schema = schema
        self._group_size = group_size
        self._waiting: list[pa.Table] = []
        self._group = -1
        self._last = -1
        #: Rows that were added.
        self.rows = 0
        with ExitStack() as stack:
            temporary = stack.enter_context(durable(path))
            self._writer = stack.enter_context(pq.ParquetWriter(temporary, schema, **_encoding(schema)))
            self._open = stack.pop_all()

    def append(self, table: pa.Table) -> None:
        """Add rows that follow all rows so far, in pieces of any size.

        Parameters
        ----------
        table : pyarrow.Table
            Of the schema of the file, ascending in `index`.

        Raises
        ------
        OutputError
            When a row comes out of order.
        """
        index = table["index"].to_numpy()
        if not index.size:
            return
        if index[0] <= self._last or (np.diff(index) <= 0).any():
            raise OutputError(f"rows out of order: index {index[0]} after {self._last}; expected ascending indices")
        self._last = int(index[-1])
        self.rows += index.size
        groups = index // self._group_size
        for group in np.unique(groups).tolist():
            if group != self._group:
                self._flush()
            self._group = group
            first, after = np.searchsorted(groups, [group, group + 1])
            self._waiting.append(table.slice(first, after - first))

    def close(self) -> None:
        """Write what waits and give the file its name; a file without rows is a file, too."""
        with self._open:
            self._flush()

    def _flush(self) -> None:
        if self._waiting:
            table = pa.concat_tables(self._waiting).combine_chunks()
            self._writer.write_table(table, row_group_size=table.num_rows)
            self._waiting = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        if kind is None:
            self.close()
        else:
            self._open.__exit__(kind, error, trace)


def summary_writer(path: Path) -> TableWriter:
    """A writer of summary.parquet.

    Parameters
    ----------
    path : Path
        File to write.

    Returns
    -------
    TableWriter
        Takes tables of `summary_table`.
    """
    return TableWriter(path, SUMMARY_SCHEMA, SUMMARY_GROUP)


def hourly_writer(path: Path, series: Collection[SeriesName]) -> TableWriter:
    """A writer of one part file.

    Parameters
    ----------
    path : Path
        File to write, see `part_path`.
    series : collection of str
        Names of `Results.series`.

    Returns
    -------
    TableWriter
        Takes tables of `hourly_tables`.
    """
    return TableWriter(path, hourly_schema(series), ROW_GROUP)


def part_path(directory: Path, part: int) -> Path:
    """Name of a part file.

    Parameters
    ----------
    directory : Path
        The folder of the results.
    part : int
        `index // PART_SIZE`.

    Returns
    -------
    Path
    """
    return directory / "hourly" / f"part-{part:05d}.parquet"


def write_parquet(results: Results, directory: str | Path, *, overwrite: bool = False) -> None:
    """Write results as `buem run` does: summary.parquet, hourly/part-*.parquet and errors.jsonl.

    Parameters
    ----------
    results : Results
        Of `buem.simulate`. Without series there is no folder hourly/.
    directory : str or Path
        The folder; made when missing.
    overwrite : bool
        Whether results that lie there may go.

    Raises
    ------
    OutputError
        When results lie there already, or a file cannot be written.
    """
    target = as_path(directory, "directory")
    claim_directory(target, overwrite=overwrite)
    if results.series:
        _write_parts(results, target)
    write_failures(results.failures, target / "errors.jsonl")
    with summary_writer(target / "summary.parquet") as sink:
        sink.append(summary_table(results.summary_columns()))


def write_summary_csv(parquet: Path, path: Path) -> None:
    """Write the summary as CSV; the notes of a building are joined by `"; "`.

    Parameters
    ----------
    parquet : Path
        A finished summary.parquet; read one row group at a time.
    path : Path
        The file to write.
    """
    from pyarrow import compute, csv

    with durable(path) as temporary, pq.ParquetFile(parquet) as source:
        at = SUMMARY_SCHEMA.get_field_index("notes")
        schema = SUMMARY_SCHEMA.set(at, pa.field("notes", pa.string()))
        with csv.CSVWriter(temporary, schema) as sink:
            for batch in source.iter_batches():
                notes = compute.binary_join(batch.column(at), "; ")
                sink.write(pa.table(batch).set_column(at, "notes", notes))


def _write_parts(results: Results, directory: Path) -> None:
    indices = [*results.index.tolist(), *(f.index for f in results.failures), *(n.index for n in results.not_heated)]
    tables = hourly_tables(results)
    waiting = next(tables, None)
    for part in range(max(indices, default=-1) // PART_SIZE + 1):
        with hourly_writer(part_path(directory, part), results.series.keys()) as sink:
            while waiting is not None and waiting["index"][0].as_py() // PART_SIZE == part:
                sink.append(waiting)
                waiting = next(tables, None)


def _encoding(schema: pa.Schema) -> dict[str, Any]:
    lists = [f"{field.name}.list.element" for field in schema if field.type == _HOURS_TYPE]
    options: dict[str, Any] = {"compression": "zstd", "compression_level": _LEVEL}
    if lists:
        # Bytes of like magnitude side by side compress best; a dictionary of loads would only cost time.
        plain = [field.name for field in schema if pa.types.is_string(field.type)]
        encodings = dict.fromkeys(lists, "BYTE_STREAM_SPLIT")
        options |= {"use_dictionary": plain, "column_encoding": encodings, "write_statistics": ["id", "index"]}
        # The levels of a list are encoded batch by batch; in the usual 1,024 values that is a quarter of the time.
        options["write_batch_size"] = 1 << 20
    return options


def _column(values: Sequence[object] | NDArray[Any], kind: pa.DataType) -> pa.Array:
    if isinstance(values, np.ndarray) and values.dtype.kind == "f":
        return pa.array(values, from_pandas=True).cast(kind)
    if not pa.types.is_floating(kind):
        return pa.array(values, type=kind)
    return pa.array([None if value != value else value for value in values], type=kind)


def _hourly_rows(results: Results, rows: NDArray[np.int64]) -> pa.Table:
    buildings = [results.buildings[row] for row in rows]
    periods = [building.period for building in buildings]
    offsets = results.utc_offset[rows].tolist()
    keys = [
        pa.array([building.id for building in buildings], pa.string()),
        pa.array(results.index[rows], pa.int64()),
        pa.array([first_stamp(period, offset) for period, offset in zip(periods, offsets)], pa.string()),
        pa.array([3600] * len(rows), pa.int32()),
        pa.array([period.hours for period in periods], pa.int32()),
        pa.array([building.latitude for building in buildings], pa.float64()),
        pa.array([building.longitude for building in buildings], pa.float64()),
    ]
    plain = all(period.whole_year and period.first_hour == 0 for period in periods)
    hours = None if plain else np.stack([(period.first_hour + np.arange(HOURS)) % HOURS for period in periods])
    lengths = None if plain else np.array([period.hours for period in periods])
    # Rows that follow one another, which is the rule, are taken without a copy.
    taken = slice(rows[0], rows[-1] + 1) if (np.diff(rows) == 1).all() else rows
    stored = {name: _in_steps(values[taken]) if SERIES_UNITS[name] == "W" else values[taken]
              for name, values in results.series.items()}
    lists = [_lists(stored[name], hours, lengths) for name in SERIES_COLUMNS if name in stored]
    return pa.table([*keys, *lists], schema=hourly_schema(results.series.keys()))


def _in_steps(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Loads to the nearest multiple of `LOAD_STEP`; those above 262 kW are coarser in float32 already."""
    found = np.empty_like(values)
    for first in range(0, len(values), _ROUNDED_ROWS):
        rows = found[first:first + _ROUNDED_ROWS]
        np.multiply(values[first:first + _ROUNDED_ROWS], np.float32(1.0 / LOAD_STEP), out=rows)
        np.rint(rows, out=rows)
        np.multiply(rows, np.float32(LOAD_STEP), out=rows)
    return found


def _lists(values: NDArray[np.float32], hours: NDArray[np.int64] | None,
           lengths: NDArray[np.int64] | None) -> pa.FixedSizeListArray:
    if hours is None or lengths is None:
        return pa.FixedSizeListArray.from_arrays(pa.array(values.reshape(-1)), HOURS)
    shifted = np.take_along_axis(values, hours, axis=1)
    outside = np.arange(HOURS) >= lengths[:, None]
    return pa.FixedSizeListArray.from_arrays(pa.array(shifted.reshape(-1), mask=outside.reshape(-1)), HOURS)
