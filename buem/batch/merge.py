"""What came of a retry, put into the files of the run that was retried.

Everything is made ready beside the results first, then takes its place: see `commit`.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from heapq import merge
from itertools import groupby
from operator import itemgetter
from pathlib import Path, PurePosixPath
from typing import Any, Final

import msgspec
import pyarrow as pa
from pyarrow import compute

from buem.batch.checksums import NAME, check_listed, encode_checksums, read_checksums
from buem.batch.commit import commit
from buem.batch.identity import file_digest
from buem.batch.plan import RunOptions
from buem.batch.record import Counts, RetryRecord, RunRecord, read_record
from buem.batch.report import Tally, run_counts, totals, weather_use
from buem.batch.staging import MERGED, RUN, Staging
from buem.errors import ContainerError, OutputError
from buem.io.directory import PARTS
from buem.io.durable import durable
from buem.io.json_stream import stream_features
from buem.io.load_profiles import CARRIERS, free_stem, profile_name
from buem.io.parts import PART_KEYS
from buem.io.place import FolderPlace, Place
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
_DERIVED: Final = ("long.parquet", "results.nc", "plots/*.png", "city/report.*", "city/map.html", "city/*.png")


@dataclass(frozen=True, kw_only=True)
class Retried:
    """A retry, for run.json."""

    source: Path
    #: Options that were not those of the run.
    options: dict[str, Any]
    #: By the clock of the system. [s]
    began: float


def merge_results(staging: Staging, options: RunOptions, entry: Retried) -> Tally:
    """Put the results of a retry among those of its run.

    Parameters
    ----------
    staging : Staging
        With the retry's run; nobody else writes there or to the results.
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
    shutil.rmtree(staging.work, ignore_errors=True)
    merger = _Merger(staging)
    tally = merger.merge_tables(options)
    if "geojson" in options.formats:
        merger.merge_answers()
    merger.place_profiles()
    merger.seal(entry, tally)
    commit(staging, merger.made, [name for pattern in _DERIVED for name in staging.place.names(pattern)])
    return tally


class _Merger:
    """Makes the files of a merge, beside the results."""

    def __init__(self, staging: Staging) -> None:
        self._staging = staging
        self._old = staging.place
        self._new = staging.new
        self._total = Tally()
        #: Where each file waits, by its place in the results, and its SHA-256.
        self.made: dict[str, str] = {}
        self._sums: dict[str, str] = {}
        self._listed = dict(read_checksums(staging.new))

    @contextmanager
    def _making(self, name: str) -> Iterator[Path]:
        """Where a file of the results is made; it waits from the end of the block."""
        path = self._staging.work / name
        self.made[name] = f"{MERGED}/{name}"
        yield path
        self._sums[name] = file_digest(path)
        self._staging.keep(name)

    def _take(self, name: str, target: str) -> None:
        """A file of the retry's run as it is."""
        self.made[target] = f"{RUN}/{name}"
        self._sums[target] = self._listed[name]

    def merge_tables(self, options: RunOptions) -> Tally:
        """Summary, failures, outlines and hourly parts; the counts of what was retried."""
        changed = [name for name in self._new.names(PARTS) if _has_rows(self._new, name)]
        check_listed(self._old, ["summary.parquet", *changed])
        tally = self._merge_summary("csv" in options.formats)
        for name in ("errors.jsonl", "outlines.parquet"):
            if self._new.has(name):
                self._take(name, name)
        for name in changed:
            with self._making(name) as path, hourly_writer(path, SERIES[options.hourly]) as sink:
                _append_both(sink, _groups(self._old, name, ROW_GROUP, PART_KEYS),
                             _groups(self._new, name, ROW_GROUP, PART_KEYS))
        return tally

    def _merge_summary(self, as_csv: bool) -> Tally:
        tally, names, summary = Tally(), SUMMARY_SCHEMA.names, "summary.parquet"
        old = ((number, table.filter(compute.not_equal(table["status"], "error")))
               for number, table in _groups(self._old, summary, SUMMARY_GROUP, names))
        with self._making(summary) as path:
            with summary_writer(path) as sink:
                _append_both(sink, old, _groups(self._new, summary, SUMMARY_GROUP, names))
            for place, sums in ((self._new, tally), (FolderPlace(self._staging.work), self._total)):
                for _, table in _groups(place, summary, SUMMARY_GROUP, names):
                    sums.add(table, None)
            if as_csv:
                with self._making("summary.csv") as text:
                    write_summary_csv(path, text)
        return tally

    def merge_answers(self) -> None:
        """city.geojson, its retried features in the place of those that carry an error."""
        name = "city.geojson"
        check_listed(self._old, [name])
        with self._staging.local(self._old, name) as old, self._staging.local(self._new, name) as new, \
                self._making(name) as path:
            counts = read_counts(old), read_counts(new)
            with ResponseWriter(path, sum(one["validation_warnings"] for one in counts)) as sink:
                retried = zip(_ends(self._new), _answers(new, self._new.label(name)), strict=True)
                due = next(retried, None)
                for position, raw in enumerate(_answers(old, self._old.label(name))):
                    if due is not None and position == due[0][0]:
                        sink.append(EncodedFeature(due[1], due[0][1], 0))
                        due = next(retried, None)
                    else:
                        sink.append(EncodedFeature(raw, False, 0))

    def place_profiles(self) -> None:
        """Load profiles beside those that are there; one of a place that is taken gets the next free number."""
        files = sorted(self._new.names("profiles/*.csv"), key=_stem)
        for (place, _), names in groupby(files, key=_stem):
            free = free_stem(place, self._is_taken)
            for name in names:
                # They were written without waiting for the disk; here they must be there before the list is.
                self._staging.secure(f"{RUN}/{name}")
                carrier = PurePosixPath(name).name.partition("_")[0]
                self._take(name, f"profiles/{carrier}_{free}.csv")

    def _is_taken(self, stem: str) -> bool:
        names = [f"profiles/{profile_name(carrier, stem)}" for carrier in CARRIERS]
        return any(name in self.made or self._old.has(name) for name in names)

    def seal(self, entry: Retried, tally: Tally) -> None:
        """Checksums of all, and the record of the run."""
        sums = dict(read_checksums(self._old)) | self._sums
        record = read_record(self._old)
        earlier = [] if record.retries is msgspec.UNSET else record.retries
        replace = msgspec.structs.replace
        record = replace(
            record, weather=weather_use(self._total, record.weather.given), totals=totals(self._total),
            counts=run_counts(self._total, record.counts.parts),
            input=replace(record.input, path=str(entry.source.absolute())),
            retries=[*earlier, _retry_record(entry, tally, read_record(self._new))])
        for name, data in ((NAME, encode_checksums(sums)), ("run.json", record.encoded())):
            with self._making(name) as path, durable(path) as temporary:
                temporary.write_bytes(data)


def _stem(name: str) -> tuple[str, int]:
    """The place and year of a load profile, and its number among those of the same."""
    words = PurePosixPath(name).stem.split("_")
    return "_".join(words[1:4]), int(words[4]) if len(words) > 4 else 1


def _retry_record(entry: Retried, tally: Tally, run: RunRecord) -> RetryRecord:
    began = dt.datetime.fromtimestamp(entry.began, dt.UTC).isoformat(timespec="seconds")
    ends = run_counts(tally, 0)
    counts = Counts(buildings=ends.buildings, ok=ends.ok, not_heated=ends.not_heated, error=ends.error)
    return RetryRecord(began=began, options=entry.options, counts=counts, versions=run.versions, weather=run.weather,
                       times=run.times, memory=run.memory)


def _has_rows(place: Place, name: str) -> bool:
    with place.table(name, PART_KEYS) as source:
        return bool(source.metadata.num_rows)


def _groups(place: Place, name: str, size: int, expected: Sequence[str]) -> Iterator[tuple[int, pa.Table]]:
    """The row groups of one of our tables with their numbers: each holds one range of indices."""
    with place.table(name, expected) as source:
        for group in range(source.num_row_groups):
            table = source.read_row_group(group)
            if table.num_rows:
                yield table["index"][0].as_py() // size, table


def _append_both(sink: TableWriter, one: Iterator[tuple[int, pa.Table]], other: Iterator[tuple[int, pa.Table]]) -> None:
    number = itemgetter(0)
    for _, pieces in groupby(merge(one, other, key=number), key=number):
        table = pa.concat_tables([piece for _, piece in pieces])
        sink.append(table.take(compute.sort_indices(table["index"])).combine_chunks())


def _ends(place: Place) -> Iterator[tuple[int, bool]]:
    """Position of each building, and whether it failed."""
    for _, table in _groups(place, "summary.parquet", SUMMARY_GROUP, ("index", "status")):
        yield from zip(table["index"].to_pylist(), compute.equal(table["status"], "error").to_pylist())


def _answers(path: Path, label: str) -> Iterator[bytes]:
    """The features of one of our files, which may be a copy of what is called so."""
    try:
        yield from (raw for raw, _ in stream_features(path))
    except ContainerError as error:
        raise OutputError(f"{label}: {str(error).removeprefix(str(path)).lstrip(': ')}") from error
