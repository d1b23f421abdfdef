"""A finished run as its results tell of it: its input, its options, and the buildings that failed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import msgspec
from pyarrow import compute

from buem.batch.identity import file_digest
from buem.batch.plan import RunOptions
from buem.batch.record import read_record
from buem.city import CityOptions
from buem.errors import OptionError, OutputError, problem
from buem.io.place import Place


@dataclass(frozen=True, kw_only=True)
class FinishedRun:
    """A run that is over."""

    place: Place
    options: RunOptions
    #: Where the input was, and its SHA-256.
    source: Path
    sha256: str
    #: Weather of all buildings by its name and SHA-256; None where each had the nearest station.
    weather: str | None
    #: Positions of the buildings that failed.
    failed: frozenset[int]


def recorded_options(place: Place) -> RunOptions:
    """The options of a finished run.

    Parameters
    ----------
    place : Place
        Where the results of the run are.

    Returns
    -------
    RunOptions

    Raises
    ------
    OutputError
        When the run is not over, or its record is of another version of buem.
    """
    with _of_this_version(place):
        return _options(read_record(place).options)


@contextmanager
def _of_this_version(place: Place) -> Iterator[None]:
    try:
        yield
    except (KeyError, TypeError, msgspec.MsgspecError, OptionError) as error:
        raise OutputError(f"{place.label('run.json')}: cannot be used ({error}); expected the record of a run of this "
                          "version of buem") from error


def read_finished(place: Place) -> FinishedRun:
    """What results tell of their run.

    Parameters
    ----------
    place : Place
        Where the results of the run are.

    Returns
    -------
    FinishedRun

    Raises
    ------
    OutputError
        When the run is not over, or its record is of another version of buem.
    """
    record = read_record(place)
    with _of_this_version(place):
        return FinishedRun(place=place, options=_options(record.options), source=Path(record.input.path),
                           sha256=str(record.input.sha256), weather=record.weather.given,
                           failed=frozenset(_failed(place)))


def _options(held: Mapping[str, Any]) -> RunOptions:
    city = msgspec.convert(held["city"], CityOptions, dec_hook=lambda kind, value: kind(value))
    unknown = sorted({*held} - {f.name for f in fields(RunOptions)})
    if unknown:
        raise KeyError(unknown[0])
    # A cluster comes and goes; what is retried is little, and for this machine unless one is named.
    return RunOptions(**{**held, "cluster": None, "city": city, "formats": tuple(held["formats"])})


def _failed(place: Place) -> Iterator[int]:
    with place.table("summary.parquet", ("index", "status")) as source:
        for batch in source.iter_batches(columns=["index", "status"]):
            yield from batch.filter(compute.equal(batch["status"], "error"))["index"].to_pylist()


def find_source(run: FinishedRun, moved: Path | None) -> Path:
    """The input of a run.

    Parameters
    ----------
    run : FinishedRun
        With the place it had.
    moved : Path or None
        The place it has now.

    Returns
    -------
    Path

    Raises
    ------
    OptionError
        When it is not there, or holds other bytes than it did.
    """
    source = moved or run.source
    if not source.is_file():
        raise OptionError([problem("source", str(source), "the input of the run; name it with --source FILE",
                                   "NOT_FOUND")])
    found = file_digest(source)
    if found != run.sha256:
        raise OptionError([problem("source", str(source), f"the bytes that were simulated, of SHA-256 {run.sha256}; "
                                                          f"those there have {found}", "SOURCE_CHANGED")])
    return source
