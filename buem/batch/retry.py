"""The failed buildings of a finished run once more, with other options."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

import msgspec

from buem.batch.checksums import NAME
from buem.batch.commit import end_commit
from buem.batch.finished import FinishedRun, find_source, read_finished
from buem.batch.identity import file_digest, identify, weather_digest
from buem.batch.lock import hold_folder
from buem.batch.merge import Retried, merge_results
from buem.batch.part import RETRY, SCRATCH, Chosen
from buem.batch.plan import RunOptions
from buem.batch.record import read_record
from buem.batch.run import run_features, weather_of
from buem.errors import OptionError, OutputError, Problem, problem
from buem.io.durable import disk_errors, durable
from buem.io.paths import as_path
from buem.weather import Weather

#: Options that decide which files there are, and what a row of them is.
_FIXED: Final = ("hourly", "formats")


@dataclass(frozen=True, kw_only=True)
class RetryReport:
    """What came of a retry."""

    out: Path
    #: Buildings that were simulated again, and how they ended.
    retried: int
    ok: int
    not_heated: int
    failed: int
    #: On the clock. [s]
    seconds: float


def retry_batch(folder: str | Path, *, source: str | Path | None = None, options: RunOptions | None = None,
                **changes: object) -> RetryReport:
    """Simulate the failed buildings of a finished run again, and put what comes of them into its files.

    Parameters
    ----------
    folder : str or Path
        Folder of the run.
    source : str or Path, optional
        The input, where it has moved; its bytes must be those that were simulated.
    options : RunOptions, optional
        How to run; as the run did when absent.
    **changes : object
        Options by name over these, as in ``retry_batch("results", memory_per_building="50MB")``. Those that decide
        which files there are must stay.

    Returns
    -------
    RetryReport
        Counts of the buildings that were simulated again.

    Raises
    ------
    InputError
        When the input has changed or is not there, or an option cannot be used.
    OutputError
        When the folder holds no finished run, or its files have changed.

    Notes
    -----
    All files but run.json, which tells of each retry, become what a run with the new options would have made of these
    buildings; a footprint that comes in only now sees its neighbours, which keep what they had without it. Until
    everything is computed the old files stay; a retry that was killed goes on when it is called again.
    """
    folder, began = as_path(folder, "folder"), time.time()
    read_record(folder)
    with disk_errors(folder), _hold_results(folder):
        end_commit(folder)
        run = read_finished(folder)
        wanted = (options or run.options).with_changes(**changes)
        _check(run, wanted)
        found = find_source(run, None if source is None else as_path(source, "source"))
        if not run.failed:
            return RetryReport(out=folder, retried=0, ok=0, not_heated=0, failed=0, seconds=time.time() - began)
        _simulate(run, found, wanted)
        entry = Retried(source=found, options=_changed(run.options, wanted), began=began)
        tally = merge_results(folder, wanted, entry)
    return RetryReport(out=folder, retried=tally.buildings, ok=tally.statuses["ok"],
                       not_heated=tally.statuses["not_heated"], failed=tally.statuses["error"],
                       seconds=time.time() - began)


@contextmanager
def _hold_results(folder: Path) -> Iterator[None]:
    """The lock of a folder whose run is over; no other run or retry writes there meanwhile."""
    scratch = folder / SCRATCH
    try:
        scratch.mkdir(exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be used: {error.strerror or error}") from error
    with hold_folder(scratch / "lock"):
        try:
            yield
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


def _check(run: FinishedRun, wanted: RunOptions) -> None:
    problems: list[Problem] = []
    given = [(name, getattr(wanted, name), getattr(run.options, name)) for name in _FIXED]
    given += [("layer", wanted.city.layer, run.options.city.layer),
              ("id_field", wanted.city.names.id, run.options.city.names.id)]
    for name, value, before in given:
        if value != before:
            problems.append(problem(name, value, f"{before!r}, as in the run that is retried", "OPTION_FIXED"))
    if problems:
        raise OptionError(problems)


def _simulate(run: FinishedRun, source: Path, options: RunOptions) -> None:
    """The failed buildings, into a folder of results of their own; goes on where an earlier retry was cut off."""
    weather = weather_of(options)
    if options.weather == run.options.weather:
        _check_weather(run, weather)
    home = run.folder / RETRY
    chosen = Chosen(positions=run.failed, others=run.options.reading, of=file_digest(run.folder / NAME))
    identity = msgspec.json.encode(identify(source, options, weather, chosen))
    mark = home / "retry.json"
    goes_on = _is_done(home / "run") or (home / "run" / SCRATCH / "journal.jsonl").is_file()
    if not (goes_on and mark.is_file() and mark.read_bytes() == identity):
        shutil.rmtree(home, ignore_errors=True)
        with durable(mark) as temporary:
            temporary.write_bytes(identity)
    if not _is_done(home / "run"):
        run_features(source, home / "run", options.with_changes(overwrite=False, resume=True), chosen)


def _check_weather(run: FinishedRun, weather: Weather | None) -> None:
    found = None if weather is None else weather_digest(weather)
    if found != run.weather:
        raise OptionError([problem("weather", str(run.options.weather), f"the weather of the run ({run.weather}); "
                                   f"it is now {found}, name one with --weather", "WEATHER_CHANGED")])


def _is_done(folder: Path) -> bool:
    try:
        read_record(folder)
    except OutputError:
        return False
    return True


def _changed(before: RunOptions, now: RunOptions) -> dict[str, Any]:
    """Options that are not what they were."""
    found = {}
    for one, other in ((before, now), (before.city, now.city)):
        for item in fields(one):
            value = getattr(other, item.name)
            if item.name != "city" and value != getattr(one, item.name):
                found[item.name] = value.name if isinstance(value, Weather) else value
    return found
