"""What came of a retry, put into the files of the run that was retried.

Everything is made ready beside the results first, then takes its place: see `commit`.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import merge
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import compute

from buem.batch.checksums import NAME, check_listed, encode_checksums, read_checksums
from buem.batch.commit import commit
from buem.batch.identity import file_digest
from buem.batch.part import RETRY
from buem.batch.plan import RunOptions
from buem.batch.record import Counts, RetryRecord, RunRecord, read_record
from buem.batch.report import Tally, run_counts, totals, weather_use
from buem.errors import ContainerError, OutputError
from buem.io.durable import durable, sync
from buem.io.json_stream import stream_features
from buem.io.load_profiles import CARRIERS, free_stem, profile_name
from buem.io.parts import PART_KEYS, open_parquet
from buem.io.response import EncodedFeature, ResponseWriter, read_counts
from buem.io.tables import (
    ROW_GROUP,
    SUMMARY_GROUP,
    SUMMARY_SCHEMA,
    TableWriter,
    hourly_writer,
    summary_writer,
    write_summary_csv,
)
from buem.simulate import SERIES

#: Files that were made of the old results.
_DERIVED: Final = ("long.parquet", "results.nc", "plots/*.png", "city/*")


@dataclass(frozen=True, kw_only=True)
class Retried:
    """A retry, for run.json."""

    source: Path
    #: Options that were not those of the run.
    options: dict[str, Any]
    #: By the clock of the system. [s]
    began: float


def merge_results(folder: Path, options: RunOptions, entry: Retried) -> Tally:
    """Put the results of a retry, in the folder RETRY/run, among those of its run.

    Parameters
    ----------
    folder : Path
        Of the results; nobody else writes there.
    options : RunOptions
        Of the retry.
    entry : Retried
        What run.json says of it.

    Returns
    -------
    Tally
        Of the buildings that were retried.

    Raises
    ------
    OutputError
        When a file that is to be merged has changed since it was written, or cannot be written.
    """
    home = folder / RETRY
    shutil.rmtree(home / "merged", ignore_errors=True)
    merger = _Merger(folder, home / "run", home / "merged")
    tally = merger.merge_tables(options)
    if "geojson" in options.formats:
        merger.merge_answers()
    merger.place_profiles()
    merger.seal(entry, tally)
    removed = [p.relative_to(folder).as_posix() for pattern in _DERIVED for p in sorted(folder.glob(pattern))]
    commit(folder, {name: path.relative_to(home).as_posix() for name, path in merger.made.items()}, removed)
    return tally


class _Merger:
    """Makes the files of a merge, beside the results."""

    def __init__(self, old: Path, new: Path, staged: Path) -> None:
        self._old = old
        self._new = new
        self._staged = staged
        self._total = Tally()
        #: Where each file waits, by its place in the results.
        self.made: dict[str, Path] = {}

    def _make(self, name: str) -> Path:
        self.made[name] = self._staged / name
        return self.made[name]

    def merge_tables(self, options: RunOptions) -> Tally:
        """Summary, failures, outlines and hourly parts; the counts of what was retried."""
        parts = [path.relative_to(self._new).as_posix() for path in sorted(self._new.glob("hourly/part-*.parquet"))]
        changed = [name for name in parts if pq.read_metadata(self._new / name).num_rows]
        check_listed(self._old, ["summary.parquet", *changed])
        tally = self._merge_summary()
        for name in ("errors.jsonl", "outlines.parquet"):
            if (self._new / name).exists():
                self.made[name] = self._new / name
        if "csv" in options.formats:
            write_summary_csv(self.made["summary.parquet"], self._make("summary.csv"))
        for name in changed:
            with hourly_writer(self._make(name), SERIES[options.hourly]) as sink:
                _append_both(sink, _groups(self._old / name, ROW_GROUP, PART_KEYS),
                             _groups(self._new / name, ROW_GROUP, PART_KEYS))
        return tally

    def _merge_summary(self) -> Tally:
        tally, names = Tally(), SUMMARY_SCHEMA.names
        old = ((number, table.filter(compute.not_equal(table["status"], "error")))
               for number, table in _groups(self._old / "summary.parquet", SUMMARY_GROUP, names))
        with summary_writer(self._make("summary.parquet")) as sink:
            _append_both(sink, old, _groups(self._new / "summary.parquet", SUMMARY_GROUP, names))
        for path, sums in ((self._new / "summary.parquet", tally), (self.made["summary.parquet"], self._total)):
            for _, table in _groups(path, SUMMARY_GROUP, names):
                sums.add(table, None)
        return tally

    def merge_answers(self) -> None:
        """city.geojson, its retried features in the place of those that carry an error."""
        check_listed(self._old, ["city.geojson"])
        old, new = self._old / "city.geojson", self._new / "city.geojson"
        counts = read_counts(old), read_counts(new)
        retried = _answers(new)
        failed = iter(_failed_answers(self._new))
        with ResponseWriter(self._make("city.geojson"), sum(one["validation_warnings"] for one in counts)) as sink:
            positions = _positions(self._new)
            due = next(positions, None)
            for position, raw in enumerate(_answers(old)):
                if position == due:
                    sink.append(EncodedFeature(next(retried), next(failed), 0))
                    due = next(positions, None)
                else:
                    sink.append(EncodedFeature(raw, False, 0))

    def place_profiles(self) -> None:
        """Load profiles beside those that are there; one of a place that is taken gets the next free number."""
        files = sorted((self._new / "profiles").glob("*.csv"), key=_stem)
        for (place, _), paths in groupby(files, key=_stem):
            free = free_stem(place, self._is_taken)
            for path in paths:
                # They were written without waiting for the disk; here they must be there before the list is.
                sync(path)
                carrier = path.name.partition("_")[0]
                self.made[f"profiles/{carrier}_{free}.csv"] = path

    def _is_taken(self, stem: str) -> bool:
        names = [f"profiles/{profile_name(carrier, stem)}" for carrier in CARRIERS]
        return any(name in self.made or (self._old / name).exists() for name in names)

    def seal(self, entry: Retried, tally: Tally) -> None:
        """Checksums of all, and the record of the run."""
        sums = dict(read_checksums(self._old)) | {name: file_digest(path) for name, path in self.made.items()}
        record = read_record(self._old)
        earlier = [] if record.retries is msgspec.UNSET else record.retries
        replace = msgspec.structs.replace
        record = replace(
            record, weather=weather_use(self._total, record.weather.given), totals=totals(self._total),
            counts=run_counts(self._total, record.counts.parts),
            input=replace(record.input, path=str(entry.source.absolute())),
            retries=[*earlier, _retry_record(entry, tally, read_record(self._new))])
        with durable(self._make(NAME)) as temporary:
            temporary.write_bytes(encode_checksums(sums))
        with durable(self._make("run.json")) as temporary:
            temporary.write_bytes(record.encoded())


def _stem(path: Path) -> tuple[str, int]:
    """The place and year of a load profile, and its number among those of the same."""
    words = path.stem.split("_")
    return "_".join(words[1:4]), int(words[4]) if len(words) > 4 else 1


def _retry_record(entry: Retried, tally: Tally, run: RunRecord) -> RetryRecord:
    began = dt.datetime.fromtimestamp(entry.began, dt.UTC).isoformat(timespec="seconds")
    ends = run_counts(tally, 0)
    counts = Counts(buildings=ends.buildings, ok=ends.ok, not_heated=ends.not_heated, error=ends.error)
    return RetryRecord(began=began, options=entry.options, counts=counts, versions=run.versions, weather=run.weather,
                       times=run.times, memory=run.memory)


def _groups(path: Path, size: int, expected: tuple[str, ...] | list[str]) -> Iterator[tuple[int, pa.Table]]:
    """The row groups of one of our tables with their numbers: each holds one range of indices."""
    with open_parquet(path, expected) as source:
        for group in range(source.num_row_groups):
            table = source.read_row_group(group)
            if table.num_rows:
                yield table["index"][0].as_py() // size, table


def _append_both(sink: TableWriter, one: Iterator[tuple[int, pa.Table]], other: Iterator[tuple[int, pa.Table]]) -> None:
    number = itemgetter(0)
    for _, pieces in groupby(merge(one, other, key=number), key=number):
        table = pa.concat_tables([piece for _, piece in pieces])
        sink.append(table.take(compute.sort_indices(table["index"])).combine_chunks())


def _positions(folder: Path) -> Iterator[int]:
    for _, table in _groups(folder / "summary.parquet", SUMMARY_GROUP, ("index",)):
        yield from table["index"].to_pylist()


def _answers(path: Path) -> Iterator[bytes]:
    """The features of one of our files."""
    try:
        yield from (raw for raw, _ in stream_features(path))
    except ContainerError as error:
        where = "" if str(error).startswith(str(path)) else f"{path}: "
        raise OutputError(f"{where}{error}") from error


def _failed_answers(folder: Path) -> Iterator[bool]:
    for _, table in _groups(folder / "summary.parquet", SUMMARY_GROUP, ("status",)):
        yield from compute.equal(table["status"], "error").to_pylist()
