"""The files that the parent of a run writes, row after row in the order of the input."""

from __future__ import annotations

import pickle
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import pyarrow as pa

from buem.batch.part import PartResult, PlacedProfiles, Setup
from buem.io.durable import durable
from buem.io.failures import encode_failure
from buem.io.load_profiles import ProfileNames, profile_name
from buem.io.response import ResponseWriter
from buem.io.tables import summary_writer, write_summary_csv


class Sinks:
    """summary.parquet, errors.jsonl, and city.geojson, summary.csv and profiles/ where they are asked for.

    The files take their names when the sinks are closed; a block that raises before leaves none of them.

    Parameters
    ----------
    setup : Setup
        Folder and formats.
    """

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._names = ProfileNames()
        self._responses: ResponseWriter | None = None
        with ExitStack() as stack:
            self._summary = stack.enter_context(summary_writer(setup.out / "summary.parquet"))
            errors = stack.enter_context(durable(setup.out / "errors.jsonl"))
            self._errors: BinaryIO = stack.enter_context(errors.open("wb"))
            if "geojson" in setup.options.formats:
                self._responses = stack.enter_context(ResponseWriter(setup.out / "city.geojson"))
            self._open = stack.pop_all()

    def append(self, result: PartResult, table: pa.Table) -> None:
        """Write one part; every part before it has been written.

        Parameters
        ----------
        result : PartResult
            With the files its worker left in the scratch folder.
        table : pyarrow.Table
            Rows of its summary.
        """
        self._summary.append(table)
        for failure in sorted(result.failures, key=lambda failure: failure.index):
            self._errors.write(encode_failure(failure))
        if self._responses is not None and result.answers is not None:
            with result.answers.open("rb") as answers:
                for _ in range(result.count):
                    self._responses.append(pickle.load(answers))
        if result.profiles is not None:
            self._write_profiles(result.profiles)

    def _write_profiles(self, path: Path) -> None:
        folder = self._setup.out / "profiles"
        folder.mkdir(exist_ok=True)
        with path.open("rb") as source:
            while source.peek(1):
                placed: PlacedProfiles = pickle.load(source)
                stem = self._names.stem(placed.place)
                for profile in placed.profiles:
                    (folder / profile_name(profile.carrier, stem)).write_bytes(profile.data)

    def close(self) -> None:
        """Give all files their names."""
        self._open.close()
        if "csv" in self._setup.options.formats:
            write_summary_csv(self._setup.out / "summary.parquet", self._setup.out / "summary.csv")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        # After close() there is nothing left to undo.
        self._open.__exit__(kind, error, trace)
