"""Where the time of a whole run goes: processor time of each step from the text of a file to the files of results.

Prints microseconds of processor time a building, for summaries alone and with hourly heating and cooling, of one part
after the other in this process, as a worker does them; the best of some passes. What is left of the whole part beyond
the steps is called the rest.

    python -m benchmarks.phases
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from benchmarks._million import write_city
from benchmarks._rows import say
from buem.batch.chunk import Chunk, read_chunks, simulate_chunk
from buem.batch.journal import describe
from buem.batch.part import PartTask, Setup
from buem.batch.plan import RunOptions
from buem.batch.sites import group_by_site, stations_of
from buem.batch.stream import PartStream
from buem.batch.worker import no_collection, run_part, warm_up
from buem.io.dialects import read_source
from buem.io.features import open_features
from buem.io.tables import hourly_tables, hourly_writer, part_path, summary_table
from buem.iso13790_year import simulate_year
from buem.network import Sky, network, network_indicators
from buem.results import Results
from buem.simulate import SERIES
from buem.stock import stack

STEPS = ("scan", "parse", "plan", "stack", "network", "year", "summary", "tables", "encode", "checksum")
WORDS = {
    "scan": "find the features in the file", "parse": "text to records, checks", "plan": "memory plan, sites, solvable",
    "stack": "records to arrays", "network": "conductances, sunlit planes, indicators",
    "year": "the 5R1C year, compiled",
    "summary": "rows of the summary",
    "tables": "hours as Arrow arrays", "encode": "Parquet", "checksum": "SHA-256 of the part",
}


class Clock:
    """Processor time by step."""

    def __init__(self) -> None:
        self.seconds = dict.fromkeys(STEPS, 0.0)

    @contextmanager
    def of(self, step: str) -> Iterator[None]:
        """Add what a block takes to a step."""
        begin = time.process_time()
        yield
        self.seconds[step] += time.process_time() - begin


def steps_of(task: PartTask, setup: Setup, clock: Clock) -> None:
    """One part, step by step, by the functions that a worker calls."""
    options = setup.options
    with clock.of("parse"):
        for raw in task.raws:
            read_source(raw, 0, options.reading)
    begin = time.process_time()
    chunks = list(read_chunks(task, setup, options.worker_share))
    clock.seconds["plan"] += time.process_time() - begin
    for chunk in chunks:
        _simulate(chunk, setup, clock)
        results = simulate_chunk(chunk, setup)
        with clock.of("summary"):
            summary_table(results.summary_columns())
        if options.hourly != "none":
            _write(results, setup, task.number, clock)


def _simulate(chunk: Chunk, setup: Setup, clock: Clock) -> None:
    """The steps of `simulate.simulate_site`."""
    options = setup.options.physics
    with clock.of("plan"):
        groups, _ = group_by_site(chunk.items, setup)
    for site, _, members in groups:
        buildings = [item.building for item in members]
        with clock.of("stack"):
            stock = stack(buildings)
        with clock.of("network"):
            net = network(buildings, stock, Sky(site.weather, site.solar, site.outside, site.density))
        with clock.of("year"):
            year = simulate_year(net.climate, net.sunlit, net.zones, "auto", len(SERIES[options.hourly]))
        with clock.of("network"):
            network_indicators(year.sums, stock, net)


def _write(results: Results, setup: Setup, number: int, clock: Clock) -> None:
    path = part_path(setup.out, number)
    with hourly_writer(path, SERIES[setup.options.hourly]) as sink:
        tables: list[pa.Table] = []
        with clock.of("tables"):
            tables += hourly_tables(results)
        with clock.of("encode"):
            for table in tables:
                sink.append(table)
            sink.close()
    with clock.of("checksum"):
        describe(setup.out, path)


def measure(city: Path, hourly: str, parts: int, folder: Path) -> dict[str, float]:
    """Processor time of each step and of the whole. [µs a building]"""
    options = RunOptions(hourly=hourly)  # type: ignore[arg-type]
    setup = Setup(options=options, out=folder)
    clock = Clock()
    with clock.of("scan"):
        tasks = list(PartStream(open_features(city, options.city), setup.scratch))[:parts]
    count = sum(len(task.raws) for task in tasks)
    everything = replace(tasks[0], raws=tuple(raw for task in tasks for raw in task.raws))
    setup = replace(setup, stations=stations_of(everything, options))
    warm_up(setup)
    run_part(tasks[0], setup)
    with no_collection():
        begin = time.process_time()
        for task in tasks:
            run_part(task, setup)
        whole = time.process_time() - begin + clock.seconds["scan"]
        for task in tasks:
            steps_of(task, setup, clock)
    clock.seconds["plan"] -= clock.seconds["parse"]
    return {step: seconds / count * 1e6 for step, seconds in (*clock.seconds.items(), ("whole", whole))}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--parts", type=int, default=8, help="parts of 512 buildings")
    parser.add_argument("--passes", type=int, default=3)
    parser.add_argument("--smallest", action="store_true", help="one part, once")
    options = parser.parse_args()
    parts, passes = (1, 1) if options.smallest else (options.parts, options.passes)
    columns = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        city = folder / "city.geojson"
        write_city(city, 512 * parts)
        for hourly in ("none", "load"):
            (folder / hourly / "hourly").mkdir(parents=True)
            (folder / hourly / ".parts").mkdir()
            runs = [measure(city, hourly, parts, folder / hourly) for _ in range(passes)]
            columns.append({step: min(run[step] for run in runs) for step in runs[0]})
    print(f"{'step':9} {'what':44} {'summary':>8} {'hourly':>8}   [us of processor time a building]")
    for step in STEPS:
        print(f"{step:9} {WORDS[step]:44} {columns[0][step]:8.1f} {columns[1][step]:8.1f}")
        for hourly, column in zip(("none", "load"), columns):
            say("phases", f"hourly {hourly}", step, column[step], "us", size=512 * parts)
    rest = [column["whole"] - sum(column[step] for step in STEPS) for column in columns]
    print(f"{'rest':9} {'journal, copies, all else':44} {rest[0]:8.1f} {rest[1]:8.1f}")
    for hourly, column, most in zip(("none", "load"), columns, (400.0, 1_000.0)):
        say("phases", f"hourly {hourly}", "whole", column["whole"], "us", size=512 * parts, at_most=most)
    print(f"{'whole':9} {'a part as a worker runs it, and the scan':44} {columns[0]['whole']:8.1f} "
          f"{columns[1]['whole']:8.1f}")


if __name__ == "__main__":
    main()
