"""A million buildings through `buem run` in processes of their own, their memory and time seen from outside.

Prints for each run: seconds after the start-up, buildings a second, processor time of all processes a building, how
many cores were busy from start to end, the highest anonymous and shared memory of all processes together (the page
cache of the input apart), and what a building takes on the disk. Bars on two cores: a million with a summary in 270 s
and 1.5 GB, the same memory within 10 % at a tenth of it; a hundred thousand with hourly heating and cooling in 60 s and
20 kB a building; two workers take at most 1.15 times the processor time of one.

    python -m benchmarks.million
    python -m benchmarks.million --sizes 100000 --hourly load --workers 1 2
"""

from __future__ import annotations

import argparse
import resource
import shutil
import tempfile
from itertools import combinations, groupby, product
from pathlib import Path
from typing import NamedTuple

from benchmarks._million import write_city
from benchmarks._rows import say
from benchmarks.whole_run import Measured, measure

HEADER = (f"{'buildings':>9} {'hourly':>6} {'workers':>7} {'start s':>7} {'s after':>8} {'a second':>9} "
          f"{'CPU us each':>11} {'cores':>5} {'all MB':>7} {'parent':>7} {'worker':>7} {'B each':>7}")

#: What is run unless it is said otherwise: all that has a bar.
CASES = ((100_000, "none", 1), (100_000, "none", 2), (100_000, "load", 1), (100_000, "load", 2), (1_000_000, "none", 2))


class Row(NamedTuple):
    """A run and what it left."""

    run: Measured
    workers: int
    #: Of all processes, start and end included. [s]
    cpu_seconds: float
    #: Of all result files. [B]
    size: int

    @property
    def cores(self) -> float:
        """Cores that were busy."""
        return self.cpu_seconds / self.run.seconds

    def __str__(self) -> str:
        run = self.run
        return (f"{run.buildings:9,d} {run.hourly:>6} {self.workers:7d} {run.start_seconds:7.2f} "
                f"{run.seconds - run.start_seconds:8.1f} {run.rate:9,.0f} "
                f"{self.cpu_seconds / run.buildings * 1e6:11,.0f} {self.cores:5.2f} {run.together / 1e6:7,.0f} "
                f"{run.parent / 1e6:7,.0f} {run.worker / 1e6:7,.0f} {self.size / run.buildings:7,.0f}")


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
    parser.add_argument("--sizes", type=int, nargs="+", help="all cases that have a bar when absent")
    parser.add_argument("--hourly", nargs="+", default=["none"], metavar="none|load|all", help="with --sizes")
    parser.add_argument("--workers", type=int, nargs="+", default=[2], help="with --sizes")
    parser.add_argument("--gzip", action="store_true", help="the input gzipped")
    parser.add_argument("--folder", type=Path, help="where input and results lie; a temporary folder when absent")
    parser.add_argument("--smallest", action="store_true", help="600 buildings, two parts")
    options = parser.parse_args()
    sizes = [600] if options.smallest else options.sizes
    cases = list(product(sizes, options.hourly, options.workers)) if sizes else CASES
    print(HEADER)
    rows = []
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        for count, of_size in groupby(cases, lambda case: case[0]):
            city = Path(folder) / f"city-{count}.geojson{'.gz' if options.gzip else ''}"
            write_city(city, count)
            for _, hourly, workers in of_size:
                rows.append(run(city, count, hourly, workers))
                print(rows[-1], flush=True)
                _say(rows[-1])
            city.unlink()
    for first, second in combinations(rows, 2):
        _compare(first, second)


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


def _compare(first: Row, second: Row) -> None:
    """Say the ratio of two runs that differ in one thing, size or workers."""
    one, two, case = first.run, second.run, f"hourly {first.run.hourly}"
    if one.hourly != two.hourly:
        return
    if one.buildings != two.buildings and first.workers == second.workers:
        judged = (one.buildings, two.buildings) == (100_000, 1_000_000)
        ratio, bar = two.together / one.together, 1.1 if judged else None
        what, size = f"memory of all processes, over that of {one.buildings:,}", two.buildings
    elif one.buildings == two.buildings and first.workers != second.workers:
        judged = (first.workers, second.workers) == (1, 2)
        ratio, bar = second.cpu_seconds / first.cpu_seconds, 1.15 if judged else None
        what, size = f"processor time with {second.workers} over {first.workers} workers", one.buildings
    else:
        return
    say("million", case, what, ratio, "1", size=size, at_most=bar)
    print(f"{case}, {size:,} buildings: {what}: {ratio:.2f}")


if __name__ == "__main__":
    main()
