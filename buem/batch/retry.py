"""The failed buildings of a finished run once more, with other options."""

from __future__ import annotations

import time
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

import msgspec

from buem.batch.checksums import NAME
from buem.batch.commit import end_commit
from buem.batch.finished import FinishedRun, find_source, read_finished
from buem.batch.identity import identify, weather_digest
from buem.batch.merge import Retried, merge_results
from buem.batch.part import RETRY_MARK, Chosen
from buem.batch.plan import RunOptions
from buem.batch.record import read_record
from buem.batch.remote import check_options
from buem.batch.report import Tally
from buem.batch.run import run_features, weather_of
from buem.batch.staging import Staging, staging_of
from buem.errors import OptionError, OutputError, Problem, problem
from buem.io.paths import as_path
from buem.io.place import Place, StorePlace, place_of
from buem.weather import Weather

#: Options that decide which files there are, and what a row of them is.
_FIXED: Final = ("hourly", "formats")


@dataclass(frozen=True, kw_only=True)
class RetryReport:
    """What came of a retry."""

    out: Path | str
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
        Folder of the run, or the URL of the store that it went to.
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
        When there is no finished run, or its files have changed.

    Notes
    -----
    All files but run.json, which tells of each retry, become what a run with the new options would have made of these
    buildings; a footprint that comes in only now sees its neighbours, which keep what they had without it. Until
    everything is computed the old files stay; a retry that was killed goes on when it is called again.
    """
    place, began = place_of(folder, "folder"), time.time()
    read_record(place)
    staging = staging_of(place)
    with staging.hold():
        end_commit(staging)
        run = read_finished(place)
        wanted = (options or run.options).with_changes(**changes)
        if isinstance(place, StorePlace):
            wanted = check_options(place.url, wanted)
        _check(run, wanted)
        found = find_source(run, None if source is None else as_path(source, "source"))
        tally = Tally()
        if run.failed:
            _simulate(run, staging, found, wanted)
            entry = Retried(source=found, options=_changed(run.options, wanted), began=began)
            tally = merge_results(staging, wanted, entry)
    return RetryReport(out=place.out, retried=tally.buildings, ok=tally.statuses["ok"],
                       not_heated=tally.statuses["not_heated"], failed=tally.statuses["error"],
                       seconds=time.time() - began)


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


def _simulate(run: FinishedRun, staging: Staging, source: Path, options: RunOptions) -> None:
    """The failed buildings, into results of their own; goes on where an earlier retry was cut off."""
    weather = weather_of(options)
    if options.weather == run.options.weather:
        _check_weather(run, weather)
    chosen = Chosen(positions=run.failed, others=run.options.reading, of=run.place.digest(NAME))
    identity = msgspec.json.encode(identify(source, options, weather, chosen))
    done = _is_done(staging.new)
    if not ((done or staging.new.has(staging.begun)) and staging.home.read(RETRY_MARK) == identity):
        staging.clear()
        staging.write(RETRY_MARK, identity)
        done = False
    if not done:
        out, store = staging.target
        run_features(source, out, options.with_changes(overwrite=False, resume=True), chosen, store)


def _check_weather(run: FinishedRun, weather: Weather | None) -> None:
    found = None if weather is None else weather_digest(weather)
    if found != run.weather:
        raise OptionError([problem("weather", str(run.options.weather), f"the weather of the run ({run.weather}); "
                                   f"it is now {found}, name one with --weather", "WEATHER_CHANGED")])


def _is_done(place: Place) -> bool:
    try:
        read_record(place)
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
