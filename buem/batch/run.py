"""A whole run: a file of buildings in, a folder of results out, in bounded memory."""

from __future__ import annotations

import logging
import shutil
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from itertools import chain, count, islice
from pathlib import Path
from typing import Final, NamedTuple

import pyarrow as pa

from buem.archetypes import check_table
from buem.batch.checksums import write_checksums
from buem.batch.cluster import Cluster, open_cluster
from buem.batch.identity import identify
from buem.batch.interrupt import heed_termination, hold_interrupts
from buem.batch.journal import Identity, Journal
from buem.batch.lock import hold_folder
from buem.batch.part import Chosen, PartResult, Setup, over_plan
from buem.batch.plan import AUTO, RunOptions
from buem.batch.pool import run_parts
from buem.batch.progress import no_progress, progress_bar
from buem.batch.record import Status
from buem.batch.remote import (
    StoreJournal,
    check_options,
    end_run,
    hold_store,
    publish,
    staging_folder,
    withdraw_parts,
)
from buem.batch.report import FAR, RunReport, Tally, Times, write_report
from buem.batch.share import UNFOLDED, Load, share_out
from buem.batch.sinks import Sinks
from buem.batch.stream import PartStream
from buem.batch.texts import FileTexts, plain_text
from buem.errors import BuemError, BuildingError, OccupiedError, OptionError, OutputError, problem
from buem.io.durable import disk_errors, is_result
from buem.io.features import holds_outlines, open_features
from buem.io.json_stream import container_error
from buem.io.paths import as_path
from buem.io.scan import RawFeature
from buem.io.store import is_url, local_path, open_store
from buem.io.tables import PART_SIZE, part_path
from buem.results import Failure
from buem.simulate import prepare
from buem.weather import Weather

logger = logging.getLogger(__name__)

#: Features that are read before the folder is touched.
LOOK_AHEAD: Final = 16


def run_batch(source: str | Path, out: str | Path, options: RunOptions | None = None, **changes: object) -> RunReport:
    """Simulate every building of a file and write a folder of results.

    Features stream in and rows stream out: memory does not grow with the file. Whatever the workers and the budget,
    all files but run.json are the same byte for byte.

    Parameters
    ----------
    source : str or Path
        GeoJSON as `read_geojson` takes it, also compressed.
    out : str or Path
        Folder of the results, made when missing; or the URL of a store, such as ``s3://bucket/prefix``.
    options : RunOptions, optional
        How to run.
    **changes : object
        Options by name over `options`, as in ``run_batch("city.geojson", "results", workers=2, hourly="none")``.

    Returns
    -------
    RunReport
        Counts, sums and times.

    Raises
    ------
    InputError
        When the file, the weather or an option cannot be used; with ``on_error="stop"`` at the first failing building.
    OutputError
        When the folder holds results already, or cannot be written.
    KeyboardInterrupt
        After Ctrl-C, or after SIGTERM where the caller has no handler of it, with what is finished written.

    Notes
    -----
    A run that was killed, stopped or interrupted goes on where it was when it is started again with the same input and
    options, and ends in the same files.
    """
    options = (options or RunOptions()).with_changes(**changes)
    source = as_path(source, "source")
    if not is_url(out):
        return run_features(source, as_path(out, "out"), options)
    folder = local_path(str(out))
    if folder is not None:
        return run_features(source, folder, options)
    url = str(out).rstrip("/")
    # What is wrong with the store shows before anything is done.
    if url.endswith(":"):
        raise OptionError([problem("out", str(out), "the URL of a store with a place in it, such as "
                                   "s3://BUCKET/PREFIX")])
    open_store(url)
    return run_features(source, staging_folder(url), check_options(url, options), store=url)


def run_features(source: Path, out: Path, options: RunOptions, chosen: Chosen | None = None,
                 store: str | None = None) -> RunReport:
    """`run_batch` of all features of a file, or of chosen ones under the positions they have in it.

    Parameters
    ----------
    source, out, options
        As for `run_batch`.
    chosen : Chosen, optional
        The features to do.
    store : str, optional
        URL to which the results go from `out`.

    Returns
    -------
    RunReport
    """
    _refuse_pipe(source)
    _refuse_own_input(source, options, out)
    share_out(options, Load(size=_unfolded_size(source)))
    check_table(options.city.archetypes)
    weather = weather_of(options)
    site = None if weather is None else prepare(weather, options.sky)
    setup = Setup(options=options, out=out, site=site, store=store)
    plain = plain_text(source)
    features = open_features(source, options.city)
    # The first features are read before anything is touched: a file that is no GeoJSON leaves the folder as it was.
    features = chain(list(islice(features, LOOK_AHEAD)), features)
    identity = identify(source, options, weather, chosen)
    with heed_termination(), open_cluster(options.cluster, options.workers) as cluster:
        if cluster is not None:
            setup = _for_all_machines(setup)
        return _run_in(_Work(setup, source, features, identity, chosen, plain), cluster)


def _refuse_pipe(source: Path) -> None:
    """A run reads its input several times, for its digest, its outlines and its buildings; a pipe gives it once."""
    try:
        mode = source.stat().st_mode
    except OSError:
        # Whoever reads it says what is wrong.
        return
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise container_error(f"{source}: a pipe or a device", "a file, which can be read more than once",
                              "CANNOT_READ")


def _refuse_own_input(source: Path, options: RunOptions, out: Path) -> None:
    """An input under the name of a result would be replaced, or go when results are overwritten."""
    read = [source, options.city.archetypes, options.weather if isinstance(options.weather, (str, Path)) else None]
    for path in read:
        if path is not None and is_result(Path(path), out):
            raise OptionError([problem("out", str(out), f"another folder: {path}, which the run reads, would be one "
                                       "of its results")])


class _Work(NamedTuple):
    """What is to be done."""

    setup: Setup
    source: Path
    features: Iterator[RawFeature]
    identity: Identity
    chosen: Chosen | None
    #: The file where workers can read in it.
    plain: FileTexts | None


def _run_in(work: _Work, cluster: Cluster | None) -> RunReport:
    setup, source, chosen = work.setup, work.source, work.chosen
    with disk_errors(setup.out), _claim(setup), hold_folder(setup.scratch / "lock"), hold_store(setup.store):
        journal = Journal(setup, work.identity) if setup.store is None else StoreJournal(setup, work.identity)
        journal.open()
        setup = _with_outlines(setup, source, chosen)
        share = share_out(setup.options, Load(size=_unfolded_size(source), outlines=setup.outlines is not None))
        setup = replace(setup, chunk_bytes=share.chunk)
        stream = PartStream(work.features, setup.scratch, frozenset(journal.finished), chosen, work.plain)
        report = _Run(setup, source, stream, journal, _order(chosen)).execute(share.workers, cluster)
        # From here on the folder holds a finished run.
        shutil.rmtree(setup.scratch, ignore_errors=True)
        end_run(setup)
    return report


def _for_all_machines(setup: Setup) -> Setup:
    """The setup with paths that mean the same in any folder."""
    city = setup.options.city
    if city.archetypes is not None:
        city = replace(city, archetypes=Path(city.archetypes).absolute())
    return replace(setup, out=setup.out.absolute(), options=replace(setup.options, city=city))


def _order(chosen: Chosen | None) -> Iterator[int]:
    """Numbers of the parts that come, rising."""
    return count() if chosen is None else iter(sorted({position // PART_SIZE for position in chosen.positions}))


@contextmanager
def _claim(setup: Setup) -> Iterator[None]:
    """Make the folders of a run; those that stay empty because it is refused go again."""
    made = [path for path in (setup.scratch, setup.out) if not path.exists()]
    if setup.out.exists() and not setup.out.is_dir():
        raise OutputError(f"{setup.out}: is a file; expected a folder for the results")
    try:
        setup.scratch.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        culprit = f"{error.filename}: " if isinstance(error, FileExistsError) else ""
        raise OutputError(f"{setup.out}: cannot be used: {culprit}{error.strerror or error}") from error
    try:
        yield
    except OccupiedError:
        for path in made:
            shutil.rmtree(path, ignore_errors=True)
        raise


def _with_outlines(setup: Setup, source: Path, chosen: Chosen | None) -> Setup:
    """The setup with the outlines of the file laid out, where it has any."""
    if not holds_outlines(source):
        return setup
    from buem.batch.outlines import lay_out

    folder = setup.scratch / "outlines"
    features = open_features(source, setup.options.city)
    reading = setup.options.reading
    done, others = (None, reading) if chosen is None else (chosen.positions, chosen.others)
    found = lay_out(features, lambda position: reading if done is None or position in done else others, folder,
                    setup.out / "outlines.parquet")
    return replace(setup, outlines=folder) if found else setup


def weather_of(options: RunOptions) -> Weather | None:
    """The weather of all buildings that bring none along.

    Parameters
    ----------
    options : RunOptions
        With its name, its file or itself.

    Returns
    -------
    Weather or None
        None for the nearest station of each.
    """
    if isinstance(options.weather, Weather):
        return options.weather
    if str(options.weather) == AUTO:
        return None
    from buem.io.weather import read_station_or_file

    return read_station_or_file(options.weather)


class _Run:
    """A run under way: puts what the workers bring into the order of the input, and writes it."""

    def __init__(self, setup: Setup, source: Path, stream: PartStream, journal: Journal, order: Iterator[int]) -> None:
        self._setup = setup
        self._source = source
        self._stream = stream
        self._journal = journal
        #: Parts that an earlier run finished and that are not in the files yet.
        self._restored = set(journal.finished)
        self._loaded: set[int] = set()
        self._tally = Tally()
        self._times = Times.start()
        #: Results that came before their turn, by the number of their part.
        self._early: dict[int, PartResult] = {}
        self._written: set[int] = set()
        #: Numbers of the parts that are still to be written, and the next of them; None after the last.
        self._order = order
        self._next = next(order, None)
        self._first_failure: Failure | None = None

    def execute(self, workers: int, cluster: Cluster | None) -> RunReport:
        """Run all parts and write all files; whatever ends the run early leaves what is finished."""
        self._report("running")
        ending: BaseException | None = None
        with Sinks(self._setup) as sinks:
            try:
                self._run_parts(sinks, workers, cluster)
            except (KeyboardInterrupt, BuemError) as error:
                ending = error
            with hold_interrupts():
                return self._finish(sinks, ending)

    def _run_parts(self, sinks: Sinks, workers: int, cluster: Cluster | None) -> None:
        options = self._setup.options
        bar = progress_bar(_plain_size(self._source)) if options.progress else no_progress()
        size = done = failed = 0
        found = run_parts(self._stream, self._setup, workers, cluster)
        with bar as advance, closing(found) as results:
            for result in results:
                with hold_interrupts():
                    self._journal.record(result)
                    self._early[result.number] = result
                size += self._stream.done(result.number)
                done, failed = done + result.count, failed + len(result.failures)
                advance(size + self._stream.passed, done, failed)
                self._write_due(sinks)
                if self._first_failure is not None:
                    return
        self._write_due(sinks)

    def _write_due(self, sinks: Sinks) -> None:
        while self._first_failure is None:
            number = self._next
            if number is None or (number not in self._early and number not in self._restored):
                return
            with hold_interrupts():
                self._write(self._take(number), sinks)
                self._next = next(self._order, None)

    def _take(self, number: int) -> PartResult:
        """A finished part, of this run or of an earlier one."""
        if number in self._early:
            return self._journal.at_hand(self._early.pop(number))
        self._restored.remove(number)
        self._loaded.add(number)
        return self._journal.load(number)

    def _write(self, result: PartResult, sinks: Sinks) -> None:
        table = pa.ipc.open_stream(result.summary).read_all()
        sinks.append(result, table)
        self._written.add(result.number)
        # An earlier run took its own time for its parts.
        self._tally.add(table, None if result.number in self._loaded else result.cost)
        if result.number not in self._loaded and over_plan(result.cost):
            logger.warning("part %d took %d B, %d B were planned; the next chunks are smaller", result.number,
                           result.cost.growth, result.cost.planned)
        if result.failures and self._setup.options.on_error == "stop":
            self._first_failure = min(result.failures, key=lambda failure: failure.index)

    def _finish(self, sinks: Sinks, ending: BaseException | None) -> RunReport:
        # A worker makes the folders of its files anew, but nobody the lock.
        if not (self._setup.scratch / "lock").exists():
            raise OutputError(f"{self._setup.out}: No such file or directory any more; expected the folder to "
                              "stay while the run writes there") from ending
        stopped = self._first_failure
        if stopped is not None:
            ending = BuildingError(stopped.problems)
        else:
            for number in sorted({*self._early, *self._restored}):
                self._write(self._take(number), sinks)
        sinks.close()
        if ending is None:
            self._drop_half_done()
            write_checksums(self._setup.out, self._journal.finished)
            publish(self._setup, but=("run.json",))
            return self._report("done")
        self._drop_unlisted()
        publish(self._setup, but=("run.json",))
        interrupted = isinstance(ending, KeyboardInterrupt)
        self._report("stopped" if stopped else "interrupted" if interrupted else "failed")
        raise ending

    def _drop_unlisted(self) -> None:
        """Remove part files whose buildings did not come into the summary."""
        self._drop_half_done()
        listed = {part_path(self._setup.out, number) for number in self._written}
        for path in (self._setup.out / "hourly").glob("part-*.parquet"):
            if path not in listed:
                path.unlink(missing_ok=True)
        withdraw_parts(self._setup, (path.relative_to(self._setup.out).as_posix() for path in listed))

    def _drop_half_done(self) -> None:
        """Remove what dead workers left half written."""
        for path in (self._setup.out / "hourly").glob(".part-*.tmp"):
            path.unlink(missing_ok=True)

    def _report(self, status: Status) -> RunReport:
        times = self._times.now()
        report = self._tally.report(self._setup, status, times)
        write_report(report, self._tally, self._setup, self._source, times)
        if self._setup.store is not None:
            open_store(self._setup.store).put(self._setup.out / "run.json", "run.json")
        if status != "running" and self._tally.far:
            logger.warning("%d buildings take their weather from a station more than %.0f km away",
                           self._tally.far, FAR)
        return report


def _plain_size(source: Path) -> int | None:
    """Size of a file of plain text, None for any other. [B]"""
    plain = plain_text(source)
    return None if plain is None else plain.size


def _unfolded_size(source: Path) -> int:
    """About how much text there is; 0 for a file that cannot be opened, which is refused elsewhere. [B]"""
    try:
        return _plain_size(source) or UNFOLDED * source.stat().st_size
    except OSError:
        return 0
