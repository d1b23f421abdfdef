"""A million buildings through `buem run` in processes of their own, their memory and time seen from outside.

Prints for each run: seconds after the start-up, buildings a second, processor time of all processes a building, the
highest anonymous and shared memory of all processes together (the page cache of the input apart), and what a building
takes on the disk. Bars on two cores: a million with a summary in 270 s and 1.5 GB, the same memory within 10 % at a
tenth of it; a hundred thousand with hourly heating and cooling in 60 s and 20 kB a building; two workers take at most
1.15 times the processor time of one.

    python -m benchmarks.million
    python -m benchmarks.million --sizes 100000 --hourly load --workers 1 2
"""

from __future__ import annotations

import argparse
import resource
import shutil
import tempfile
from pathlib import Path
from typing import NamedTuple

from benchmarks._million import write_city
from benchmarks._rows import say
from benchmarks.whole_run import Measured, measure

HEADER = (f"{'buildings':>9} {'hourly':>6} {'workers':>7} {'start s':>7} {'s after':>8} {'a second':>9} "
          f"{'CPU us each':>11} {'all MB':>7} {'parent':>7} {'worker':>7} {'B each':>7}")


class Row(NamedTuple):
    """A run and what it left."""

    run: Measured
    workers: int
    #: Of all processes, start and end included. [s]
    cpu_seconds: float
    #: Of all result files. [B]
    size: int

    def __str__(self) -> str:
        run = self.run
        return (f"{run.buildings:9,d} {run.hourly:>6} {self.workers:7d} {run.start_seconds:7.2f} "
                f"{run.seconds - run.start_seconds:8.1f} {run.rate:9,.0f} "
                f"{self.cpu_seconds / run.buildings * 1e6:11,.0f} {run.together / 1e6:7,.0f} {run.parent / 1e6:7,.0f} "
                f"{run.worker / 1e6:7,.0f} {self.size / run.buildings:7,.0f}")


def run(city: Path, count: int, hourly: str, workers: int) -> Row:
    """One run into a folder that is removed again."""
    out = city.parent / "out"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    measured = measure(city, count, out, workers, hourly)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    shutil.rmtree(out)
    return Row(measured, workers, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, size)


def main() -> None:
    """Print a row a size, kind of series and number of workers."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--hourly", nargs="+", default=["none"], metavar="none|load|all")
    parser.add_argument("--workers", type=int, nargs="+", default=[2])
    parser.add_argument("--gzip", action="store_true", help="the input gzipped")
    parser.add_argument("--folder", type=Path, help="where input and results lie; a temporary folder when absent")
    parser.add_argument("--smallest", action="store_true", help="600 buildings, two parts")
    options = parser.parse_args()
    print(HEADER)
    rows = []
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        for count in [600] if options.smallest else options.sizes:
            city = Path(folder) / f"city-{count}.geojson{'.gz' if options.gzip else ''}"
            write_city(city, count)
            for hourly in options.hourly:
                for workers in options.workers:
                    rows.append(run(city, count, hourly, workers))
                    print(rows[-1], flush=True)
                    _say(rows[-1])
            city.unlink()
    for hourly in options.hourly:
        _compare([row for row in rows if row.run.hourly == hourly])


def _say(row: Row) -> None:
    """Say the numbers of a run again, those of the two sizes that have bars with them."""
    run, size = row.run, row.run.buildings
    case = f"hourly {run.hourly}, {row.workers} workers"
    rate = {("none", 1_000_000): 3_700.0, ("load", 100_000): 1_670.0}.get((run.hourly, size))
    say("million", case, "rate after the start", run.rate, "buildings/s", size=size, at_least=rate)
    say("million", case, "processor time of all processes", row.cpu_seconds / size * 1e6, "us", size=size)
    say("million", case, "memory of all processes", run.together / 1e6, "MB", size=size, at_most=1_500.0)
    say("million", case, "on the disk", row.size / size, "B", size=size,
        at_most=20_000.0 if run.hourly == "load" and size >= 20_000 else None)


def _compare(rows: list[Row]) -> None:
    """Print ratios of the first and the last of some runs."""
    first, last = rows[0], rows[-1]
    if first.run.buildings != last.run.buildings:
        print(f"hourly {first.run.hourly}: memory of all processes at {last.run.buildings:,} over that at "
              f"{first.run.buildings:,} buildings: {last.run.together / first.run.together:.2f}")
    for row in rows[1:]:
        if row.run.buildings == first.run.buildings:
            ratio = row.cpu_seconds / first.cpu_seconds
            print(f"hourly {first.run.hourly}: processor time with {row.workers} over {first.workers} workers: "
                  f"{ratio:.2f}")


if __name__ == "__main__":
    main()
