"""The files of one part: hourly rows, answers, load profiles; and the rows of its summary."""

from __future__ import annotations

import pickle
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import pyarrow as pa

from buem.batch.journal import store_result
from buem.batch.part import Cost, PartResult, PartTask, PlacedProfiles, Setup
from buem.batch.remote import hand_over
from buem.io.durable import durable
from buem.io.load_profiles import encode_profiles, place_of
from buem.io.response import answer, encode_error, encode_not_heated, encode_response
from buem.io.tables import SUMMARY_SCHEMA, TableWriter, hourly_tables, hourly_writer, part_path, summary_table
from buem.results import Failure, Results
from buem.simulate import SERIES


class PartFiles:
    """Writes the files of one part chunk by chunk, and keeps the rows of its summary.

    Parameters
    ----------
    task : PartTask
        The part.
    setup : Setup
        Options and folder of the run.
    """

    def __init__(self, task: PartTask, setup: Setup) -> None:
        self._task = task
        self._setup = setup
        self._summaries: list[pa.Table] = []
        self._failures: list[Failure] = []
        options, formats = setup.options, setup.options.formats if task.keep else ()
        self._hourly: TableWriter | None = None
        self._answers: BinaryIO | None = None
        self._profiles: BinaryIO | None = None
        with ExitStack() as stack:
            if task.keep and options.hourly != "none":
                path = part_path(setup.out, task.number)
                self._hourly = stack.enter_context(hourly_writer(path, SERIES[options.hourly]))
            if "geojson" in formats:
                self._answers = _open(stack, _waiting(task, setup, "answers"))
            if "profiles" in formats:
                self._profiles = _open(stack, _waiting(task, setup, "profiles"))
            self._open = stack.pop_all()

    def append(self, results: Results) -> None:
        """Add the results of the next chunk."""
        self._failures += results.failures
        self._summaries.append(summary_table(results.summary_columns()))
        if self._hourly is not None:
            for table in hourly_tables(results):
                self._hourly.append(table)
        if self._answers is not None:
            self._append_answers(results, self._answers)
        if self._profiles is not None:
            self._append_profiles(results, self._profiles)

    def _append_answers(self, results: Results, sink: BinaryIO) -> None:
        raws, first = self._task.raws, self._task.first
        found = [(int(index), partial(encode_response, raws[index - first], answer(results, row)))
                 for row, index in enumerate(results.index)]
        found += [(f.index, partial(encode_error, raws[f.index - first], f)) for f in results.failures]
        found += [(n.index, partial(encode_not_heated, raws[n.index - first], n)) for n in results.not_heated]
        for _, encode in sorted(found, key=lambda pair: pair[0]):
            pickle.dump(encode(), sink)

    def _append_profiles(self, results: Results, sink: BinaryIO) -> None:
        for row in range(len(results.buildings)):
            profiles = tuple(encode_profiles(answer(results, row)))
            pickle.dump(PlacedProfiles(place_of(results.buildings[row]), profiles), sink)

    def result(self, cost: Cost) -> PartResult:
        """What goes to the parent, once the files are closed."""
        table = pa.concat_tables(self._summaries) if self._summaries else SUMMARY_SCHEMA.empty_table()
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, SUMMARY_SCHEMA) as stream:
            stream.write_table(table.combine_chunks())
        task, setup = self._task, self._setup
        result = PartResult(
            number=task.number, count=task.count, summary=sink.getvalue().to_pybytes(),
            failures=tuple(self._failures), cost=cost,
            answers=None if self._answers is None else _waiting(task, setup, "answers"),
            profiles=None if self._profiles is None else _waiting(task, setup, "profiles"),
        )
        if not task.keep:
            return result
        hourly = None if self._hourly is None else part_path(setup.out, task.number)
        paths = [p for p in (hourly, result.answers, result.profiles) if p is not None]
        return hand_over(store_result(result, setup, paths), setup)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._open.__exit__(kind, error, trace)


def _waiting(task: PartTask, setup: Setup, kind: str) -> Path:
    return setup.scratch / f"{kind}-{task.number:05d}"


def _open(stack: ExitStack, path: Path) -> BinaryIO:
    """A file that takes its name, durably, when the stack is closed well."""
    temporary = stack.enter_context(durable(path))
    return stack.enter_context(temporary.open("wb"))
