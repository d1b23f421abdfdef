"""Hourly loads of the results of a run summed over groups of buildings and parts of the year, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from buem.clock import parse_start
from buem.constants import HOURS
from buem.errors import OptionError, OutputError, problem
from buem.io.directory import PARTS, open_place
from buem.io.durable import durable
from buem.io.grouping import Groups, read_groups
from buem.io.parts import PART_KEYS, series_of
from buem.io.place import Place
from buem.profiles import FloatArray, Period
from buem.results import SERIES_COLUMNS, SERIES_UNITS

if TYPE_CHECKING:
    import pandas as pd

#: Keys of time, on the local standard clock of each building.
TIMES: Final = ("hour", "month", "hour_of_day")
FILE_FORMATS: Final = ("parquet", "csv")
_DAYS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_LOADS: Final = tuple(column for name, column in SERIES_COLUMNS.items() if SERIES_UNITS[name] == "W")


def aggregate(directory: str | Path, by: str | Sequence[str] = (), *, source: str | Path | None = None) -> pd.DataFrame:
    """Loads of the buildings of a run, summed over groups and times.

    Parameters
    ----------
    directory : str or Path
        Folder of a finished run with hourly loads, or the URL of the store that it went to; its part files are read
        where they are, one row group at a time.
    by : str or sequence of str
        Keys, or one text of keys parted by commas: columns of the summary (`type` is `size_class`), properties of the
        features of the input, and at most one of `hour` (of the year, 0 to 8759), `month` (1 to 12) and `hour_of_day`
        (0 to 23); none for the sum of all.
    source : str or Path, optional
        The input of the run; the one that run.json names when absent. Only read for properties.

    Returns
    -------
    pandas.DataFrame
        A row a group: sums [kWh], means over its hours and simultaneous peaks [kW].

    Raises
    ------
    OptionError
        For a key that does not exist, and too many groups.
    OutputError
        When there are no hours, or they cannot be read.
    """
    frame: pd.DataFrame = aggregate_table(directory, by, source=source).to_pandas()
    return frame


def aggregate_table(directory: str | Path, by: str | Sequence[str] = (), *, source: str | Path | None = None
                    ) -> pa.Table:
    """As `aggregate`, as an Arrow table.

    Parameters
    ----------
    directory, by, source
        As for `aggregate`.

    Returns
    -------
    pyarrow.Table
        [kWh], [kW]
    """
    names, time = _keys(by)
    place = open_place(directory)
    parts = place.names(PARTS)
    if not parts:
        raise OutputError(f"{place.label('hourly')}: missing, there is nothing to sum by hour; run with --hourly "
                          "load or --hourly all")
    groups = read_groups(place, names, None if source is None else Path(source))
    total = _sum(place, parts, groups)
    return _over_the_year(groups, total) if time is None else _by_time(groups, total, time)


def write_aggregate(table: pa.Table, path: Path, form: str | None = None) -> None:
    """Write what `aggregate_table` found.

    Parameters
    ----------
    table : pyarrow.Table
        Any.
    path : Path
        File to write.
    form : str, optional
        "parquet" or "csv"; by the ending of the name when absent.

    Raises
    ------
    OptionError
        For another format.
    OutputError
        When the file cannot be written.
    """
    form = form or path.suffix.removeprefix(".").lower()
    if form not in FILE_FORMATS:
        raise OptionError([problem("format", form, f"one of {', '.join(FILE_FORMATS)}, or a file that ends so")])
    with durable(path) as temporary:
        if form == "parquet":
            pq.write_table(table, temporary, compression="zstd")
        else:
            temporary.write_bytes(csv_text(table).encode())


def csv_text(table: pa.Table) -> str:
    """A table as CSV, texts in quotes.

    Parameters
    ----------
    table : pyarrow.Table
        Any.

    Returns
    -------
    str
        A header and a line a row.
    """
    from pyarrow import csv

    sink = pa.BufferOutputStream()
    csv.write_csv(table, sink)
    text: str = sink.getvalue().to_pybytes().decode("utf-8")
    return text


def _keys(by: str | Sequence[str]) -> tuple[list[str], str | None]:
    """Keys of groups, and that of time."""
    given = [key.strip() for key in by.split(",")] if isinstance(by, str) else list(by)
    names = [key for key in given if key not in TIMES]
    times = [key for key in given if key in TIMES]
    if len(times) > 1:
        raise OptionError([problem("by", ",".join(given), f"at most one of {', '.join(TIMES)}")])
    if "" in names or len(set(names)) < len(names):
        raise OptionError([problem("by", ",".join(given), "keys parted by commas, each once")])
    return names, times[0] if times else None


class _Total:
    """Loads of each group by hour of the year."""

    def __init__(self, groups: int, series: Sequence[str]) -> None:
        #: Each of shape (groups, 8760). [W]
        self.loads = {name: np.zeros((groups, HOURS)) for name in series}
        #: Whether any building of the group has the hour, shape (groups, 8760).
        self.covered = np.zeros((groups, HOURS), dtype=bool)

    def add(self, code: int, period: Period, values: dict[str, NDArray[np.float32]], rows: NDArray[np.bool_]) -> None:
        """Add some rows of a row group, all of one group and one period."""
        hours = period.indices()
        self.covered[code, hours] = True
        # All rows, which is the rule, are taken without a copy.
        chosen = slice(None) if rows.all() else rows
        for name, loads in self.loads.items():
            loads[code, hours] += values[name][chosen, :period.hours].sum(axis=0, dtype=np.float64)


def _sum(place: Place, parts: Sequence[str], groups: Groups) -> _Total:
    with place.table(parts[0], PART_KEYS) as source:
        series = [name for name in _LOADS if name in source.schema_arrow.names]
    total = _Total(len(groups.values), series)
    for table in _row_groups(place, parts, series):
        index = table["index"].to_numpy()
        lost = index[(index >= groups.code.size) | (groups.code.take(index, mode="clip") < 0)]
        if lost.size:
            raise OutputError(f"{place}: building {lost[0]} is not in summary.parquet; the files are not of one run")
        values, code = series_of(table), groups.code[index]
        spans = np.array([f"{s} {h}" for s, h in zip(table["start_time"].to_pylist(), table["hours"].to_pylist())])
        for span in np.unique(spans).tolist():
            start, hours = span.split(" ")
            period, _ = parse_start(start, int(hours))
            for one in np.unique(code[spans == span]).tolist():
                total.add(one, period, values, (spans == span) & (code == one))
    return total


def _row_groups(place: Place, parts: Sequence[str], series: Sequence[str]) -> Iterator[pa.Table]:
    wanted = ["index", "start_time", "hours", *series]
    for name in parts:
        with place.table(name, (*PART_KEYS, *series)) as source:
            for group in range(source.num_row_groups):
                yield source.read_row_group(group, columns=wanted)


def _over_the_year(groups: Groups, total: _Total) -> pa.Table:
    counts, area = groups.counts, groups.floor_area
    columns: dict[str, Any] = {
        **_labels(groups, np.arange(len(groups.values))), "buildings": counts[:, 0], "failed": counts[:, 1],
        "not_heated": counts[:, 2], "floor_area_m2": area,
    }
    for series, loads in total.loads.items():
        name = series.removesuffix("_W")
        energy = loads.sum(axis=1) / 1000.0
        columns[f"{name}_kwh"] = energy
        columns[f"{name}_kwh_m2"] = _nullable(np.divide(energy, area, out=np.full_like(area, np.nan), where=area > 0.0))
        columns |= _loads(name, loads, total.covered, [slice(None)])
    return pa.table(columns)


def _by_time(groups: Groups, total: _Total, time: str) -> pa.Table:
    parts = _parts(time)
    rows, values = np.repeat(np.arange(len(groups.values)), len(parts)), np.tile(_values(time), len(groups.values))
    there = np.concatenate([[total.covered[row, part].any() for part in parts] for row in range(len(groups.values))]) \
        if groups.values else np.zeros(0, dtype=bool)
    columns: dict[str, Any] = {**_labels(groups, rows), time: values, "buildings": groups.counts[rows, 0]}
    for series, loads in total.loads.items():
        name = series.removesuffix("_W")
        columns[f"{name}_kwh"] = np.stack([loads[:, part].sum(axis=1) for part in parts], axis=1).reshape(-1) / 1000.0
        if time != "hour":
            columns |= _loads(name, loads, total.covered, parts)
    return pa.table(columns).filter(pa.array(there))


def _parts(time: str) -> list[Any]:
    """Hours of the year of each value of a key of time."""
    if time == "hour":
        return [slice(hour, hour + 1) for hour in range(HOURS)]
    if time == "hour_of_day":
        return [slice(hour, None, 24) for hour in range(24)]
    ends = np.cumsum(_DAYS) * 24
    return [slice(int(end) - days * 24, int(end)) for end, days in zip(ends, _DAYS)]


def _values(time: str) -> NDArray[np.int64]:
    first, after = {"hour": (0, HOURS), "hour_of_day": (0, 24), "month": (1, 13)}[time]
    return np.arange(first, after)


def _loads(name: str, loads: FloatArray, covered: NDArray[np.bool_], parts: list[Any]) -> dict[str, Any]:
    """Mean over the hours that any building of the group has, the simultaneous peak, and the hour of the year of it."""
    means, peaks, times = [], [], []
    year = np.arange(HOURS)
    for part in parts:
        chosen, hours = loads[:, part], covered[:, part].sum(axis=1)
        energy = chosen.sum(axis=1)
        means.append(np.divide(energy, hours, out=np.full(energy.shape, np.nan), where=hours > 0) / 1000.0)
        peaks.append(chosen.max(axis=1) / 1000.0)
        times.append(year[part][chosen.argmax(axis=1)])
    peak, hour = np.stack(peaks, axis=1).reshape(-1), np.stack(times, axis=1).reshape(-1)
    return {
        f"{name}_mean_kw": _nullable(np.stack(means, axis=1).reshape(-1)),
        f"{name}_peak_kw": peak,
        # Without a load there is no hour of its peak.
        f"{name}_peak_hour": pa.array(hour, mask=~(peak > 0.0)),
    }


def _labels(groups: Groups, rows: NDArray[np.int64]) -> dict[str, pa.Array]:
    found = {}
    for k, name in enumerate(groups.names):
        values = [group[k] for group in groups.values]
        if len({type(value) for value in values if value is not None}) > 1:
            values = [None if value is None else str(value) for value in values]
        found[name] = pa.array([values[row] for row in rows.tolist()], pa.string() if not any(
            value is not None for value in values) else None)
    return found


def _nullable(values: FloatArray) -> pa.Array:
    return pa.array(values, from_pandas=True)
