"""Speed of the 5R1C: sun, spin-up and every feature of `_stock` included, compiled against NumPy.

    python -m benchmarks.kernel [--smallest] [--buildings N]

The bar: 10,000 building-years a second on two cores, and 8 times the NumPy form on one.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np

from benchmarks._rows import say
from benchmarks._stock import random_buildings
from buem.io.stations import read_station
from buem.simulate import Options, prepare, simulate_site


def best(run: Callable[[], object], tries: int) -> float:
    """Shortest of some tries. [s]"""
    times = []
    for _ in range(tries):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    """Print the rows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smallest", action="store_true")
    parser.add_argument("--buildings", type=int, default=4096)
    options = parser.parse_args()
    count = 64 if options.smallest else options.buildings
    tries = 1 if options.smallest else 5
    site = prepare(read_station("de_potsdam_try2015"))
    buildings = random_buildings(count)
    index = np.arange(count)

    def rate(kernel: str, threads: int, hourly: str, size: int) -> float:
        chosen = Options(kernel=kernel, threads=threads, hourly=hourly)  # type: ignore[arg-type]
        return size / best(lambda: simulate_site(buildings[:size], site, chosen, index[:size]), tries)

    simulate_site(buildings[:16], site, Options(), index[:16])
    few = min(count, 512)
    print(f"{count} buildings of 8 surfaces, schedules, limits, recovery, sun and spin-up included; building-years/s")
    alone = rate("numba", 1, "none", count)
    numpy_form = rate("numpy", 1, "none", few)
    for label, value in (("compiled, 2 threads, annual sums", rate("numba", 2, "none", count)),
                         ("compiled, 2 threads, hourly loads kept", rate("numba", 2, "load", count)),
                         ("compiled, 1 thread, annual sums", alone),
                         (f"NumPy form, 1 thread, annual sums ({few} buildings)", numpy_form)):
        print(f"{label:60s} {value:10,.0f}")
        say("kernel", label, "sun and year", value, "building-years/s", size=count,
            at_least=10_000.0 if "2 threads" in label else None)
    print(f"{'compiled over NumPy, a core':60s} {alone / numpy_form:10.1f}")
    say("kernel", "compiled over NumPy, a core", "sun and year", alone / numpy_form, "", size=few, at_least=8.0)


if __name__ == "__main__":
    main()
