"""calculate: the year of each building."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import msgspec
import pyarrow as pa

from buem.batch import measure
from buem.batch.chunk import read_chunks, simulate_chunk
from buem.batch.part import PartTask, Setup
from buem.batch.sites import station_site
from buem.batch.worker import no_collection
from buem.errors import InputError
from buem.io.dialects import read_source
from buem.io.failures import reason
from buem.io.tables import hourly_tables, hourly_writer, summary_table, summary_writer
from buem.results import Failure, Results
from buem.service.errors import KINDS, PROBLEMS
from buem.service.kept_weather import kept_site
from buem.service.ledger import Claim, Item, Outcome, ResultFile
from buem.service.operations.context import (
    Brought,
    Context,
    brought,
    guesses,
    invalid,
    missing,
    plain,
    result_file,
    result_path,
    runs_of,
    write_lines,
)
from buem.service.operations.neighbourhood import outlines_of
from buem.service.run_options import RequestOptions, request_options
from buem.service.simulating import encode, failed_feature
from buem.service.store import reading
from buem.simulate import SERIES, Site

#: Columns of the summary that stand in the outcome of an operation.
FIGURES: Final = ("floor_area_m2", "heating_kwh", "cooling_kwh", "heating_kwh_m2", "cooling_kwh_m2",
                  "heating_peak_kw", "cooling_peak_kw")
#: Columns that stand there where they have a value, for the map.
TRAITS: Final = ("height_m", "year", "use")


@dataclass(slots=True)
class _Found:
    """What comes together while a unit runs."""

    items: list[Item] = field(default_factory=list)
    summaries: list[pa.Table] = field(default_factory=list)
    hourly: list[pa.Table] = field(default_factory=list)
    answers: list[bytes] = field(default_factory=list)
    #: Features with their errors, by index.
    errors: dict[int, dict[str, Any]] = field(default_factory=dict)


def run(context: Context, claim: Claim) -> Outcome:
    """Simulate the buildings of a unit.

    Parameters
    ----------
    context : Context
        Where it runs.
    claim : Claim
        Of the unit.

    Returns
    -------
    Outcome
        An item for each building; files with the rows of the summary, the hours, and the answers in the v5 form.
    """
    options = request_options(claim.operation.get("options") or {}, context.service, kept=None)
    measure.reset_peak()
    found = _Found()
    given = brought(context, claim)
    sound = _sound(given, claim, options, found)
    # The answers are made of hours, whether or not these are kept.
    simulated = replace(options, hourly="load") if options.hourly == "none" else options
    setup = Setup(options=simulated, out=context.service.folder, site=_site(context, options),
                  outlines=outlines_of(context, claim, options, sound))
    with no_collection():
        for stretch in runs_of(sound):
            _simulate(stretch, setup, found)
    found.items.sort(key=lambda item: item.index)
    files = [*_write(context, claim, found, options), *_write_failed(context, claim, given, found)]
    return Outcome(items=found.items, files=files, peak_memory=measure.peak_memory())


def _site(context: Context, options: RequestOptions) -> Site | None:
    """The weather of all buildings; None for the nearest station of each."""
    if options.kept:
        with reading(context.store) as connection:
            return kept_site(connection, options.kept, options.sky)
    return station_site(options.station, options.sky) if options.station else None


def _sound(given: Sequence[Brought], claim: Claim, options: RequestOptions, found: _Found) -> list[Brought]:
    """Buildings that can be looked at; in the strict mode only those of which nothing is guessed."""
    sound = []
    for one in given:
        wrong = None if one.raw is None or claim.mode != "strict" else _guessed(one.raw, one.index, options)
        if one.raw is None:
            found.items.append(missing(one))
        elif wrong is not None:
            found.items.append(invalid(one, wrong))
        else:
            sound.append(one)
    return sound


def _guessed(raw: bytes, index: int, options: RequestOptions) -> str | None:
    try:
        notes = guesses(read_source(raw, index, options.reading))
    except InputError:
        # The simulation says what is wrong with it.
        return None
    return f"strict validation: {'; '.join(notes)}" if notes else None


def _simulate(stretch: list[Brought], setup: Setup, found: _Found) -> None:
    raws = tuple(one.raw or b"" for one in stretch)
    first = stretch[0].index
    task = PartTask(number=0, first=first, raws=raws)
    names = {one.index: plain(one.id) for one in stretch}
    for chunk in read_chunks(task, setup, setup.options.worker_share):
        results = simulate_chunk(chunk, setup)
        for failure in results.failures:
            code = failure.problems[0].code if failure.problems else ""
            kind = PROBLEMS.get(code, "validation")
            found.items.append(Item(index=failure.index, resource_id=names[failure.index], error=kind,
                                    code=KINDS[kind].code, message=plain(reason(failure))))
            found.errors[failure.index] = failed_feature(raws[failure.index - first], failure)
        _keep(replace(results, failures=()), raws, first, names, found)


def _keep(results: Results, raws: Sequence[bytes], first: int, names: dict[int, str], found: _Found) -> None:
    columns = results.summary_columns()
    for row, index in enumerate(columns["index"]):
        figures: dict[str, Any] = {name: columns[name][row] for name in FIGURES}
        figures |= {name: columns[name][row] for name in TRAITS if _is_known(columns[name][row])}
        found.items.append(Item(index=int(index), resource_id=names[int(index)],
                                outcome={"status": columns["status"][row], **figures}))
    found.summaries.append(summary_table(columns))
    found.hourly += hourly_tables(results)
    found.answers += [msgspec.json.encode(item.feature, enc_hook=float)
                      for item in encode(results, raws, first, timeseries=False)]


def _is_known(value: object) -> bool:
    """Neither None nor NaN."""
    return value is not None and value == value


def _write(context: Context, claim: Claim, found: _Found, options: RequestOptions) -> list[ResultFile]:
    tables = [table for table in found.summaries if table.num_rows]
    if not tables:
        return []
    files = []
    path = result_path(context, claim, "summary.parquet")
    with summary_writer(path) as sink:
        for table in tables:
            sink.append(table)
    files.append(result_file(context, claim, "summary", path, sink.rows))
    if found.hourly and SERIES[options.hourly]:
        path = result_path(context, claim, "hourly.parquet")
        with hourly_writer(path, SERIES[options.hourly]) as sink:
            for table in found.hourly:
                sink.append(table)
        files.append(result_file(context, claim, "hourly", path, sink.rows))
    if found.answers:
        path = result_path(context, claim, "answers.jsonl")
        write_lines(path, found.answers)
        files.append(result_file(context, claim, "answers", path, len(found.answers)))
    return files


def _write_failed(context: Context, claim: Claim, given: Sequence[Brought], found: _Found) -> list[ResultFile]:
    """A line for each building that failed; whether that is the end of it, the ledger tells."""
    raws = {one.index: one.raw for one in given}
    lines = []
    for item in found.items:
        if item.error is None:
            continue
        failure = Failure(id=item.resource_id, index=item.index, problems=())
        feature = found.errors.get(item.index) or failed_feature(raws.get(item.index) or b"", failure)
        error = feature["properties"]["buem"]["error"]
        error |= {} if error["problems"] else {"type": KINDS[item.error].item_code, "message": item.message}
        lines.append(msgspec.json.encode({"index": item.index, "id": item.resource_id, "error": item.message,
                                          "feature": feature}, enc_hook=float))
    if not lines:
        return []
    path = result_path(context, claim, "failed.jsonl")
    write_lines(path, lines)
    return [result_file(context, claim, "failed", path, len(lines))]
