"""Speed of the node model: sun and spin-up included, in the fast and in the accurate setting.

    python -m benchmarks.kernel_nodes [--smallest] [--buildings N]

The bar: 2,500 building-years a second on two cores with fixed films, one step an hour and 12 elements. Rates are by the
clock and by the processor time of all threads.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

import buem
from benchmarks._rows import say
from benchmarks._stock import random_buildings
from buem.io.stations import read_station
from buem.simulate import Options, prepare, simulate_site

BRICK = (buem.Layer(thickness=0.12, conductivity=0.035, density=30.0, specific_heat=1400.0),
         buem.Layer(thickness=0.24, conductivity=0.8, density=1700.0, specific_heat=900.0))
#: Building-years a second on two cores.
BAR = 2_500.0


def twelve_elements(count: int) -> list[buem.Building]:
    """The random houses with their walls cut in two where that is needed for eleven elements and the inner surfaces."""
    cut = []
    for house in random_buildings(count):
        halves = tuple(replace(s, area=s.area / 2, id=f"{k}") for s in house.surfaces[:3] for k in range(2))
        cut.append(replace(house, surfaces=(*halves, *house.surfaces[3:])))
    return cut


def layered(buildings: list[buem.Building]) -> list[buem.Building]:
    """The same with walls of insulated brick."""
    return [replace(b, surfaces=tuple(replace(s, layers=BRICK) for s in b.surfaces)) for b in buildings]


def rates(run: Callable[[], object], count: int, tries: int) -> tuple[float, float]:
    """Building-years a second by the clock, and a second of processor time of all threads; best of some tries."""
    clock, processor = [], []
    for _ in range(tries):
        start, used = time.perf_counter(), time.process_time()
        run()
        clock.append(time.perf_counter() - start)
        processor.append(time.process_time() - used)
    return count / min(clock), count / min(processor)


def main() -> None:
    """Print the rows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smallest", action="store_true")
    parser.add_argument("--buildings", type=int, default=2048)
    options = parser.parse_args()
    count = 32 if options.smallest else options.buildings
    tries = 1 if options.smallest else 3
    site = prepare(read_station("de_potsdam_try2015"))
    plain = twelve_elements(count)
    few = min(count, 256)

    def rate(buildings: list[buem.Building], **chosen: object) -> tuple[float, float]:
        given = Options(model="iso52016", **chosen)  # type: ignore[arg-type]
        index = np.arange(len(buildings))
        simulate_site(buildings[:16], site, given, index[:16])
        return rates(lambda: simulate_site(buildings, site, given, index), len(buildings), tries)

    print(f"{count} buildings of {len(plain[0].surfaces)} surfaces, 2 windows and inner surfaces; building-years a "
          "second by the clock, and a second of processor time")
    for label, (value, of_processor), bar in (
        ("fixed films, 1 step, 2 threads, hourly loads kept", rate(plain, films="fixed", threads=2), BAR),
        ("fixed films, 1 step, 1 thread, annual sums", rate(plain, films="fixed", hourly="none"), None),
        ("detailed films, 2 steps, 2 threads, hourly loads kept", rate(plain[:few], threads=2), None),
        ("detailed films, 2 steps, 1 thread, layers", rate(layered(plain[:few]), hourly="none"), None),
        ("NumPy form, fixed films, 1 step", rate(plain[:few], films="fixed", kernel="numpy", hourly="none"), None),
    ):
        print(f"{label:55s} {value:8,.0f} {of_processor:8,.0f}" + (f"  bar {bar:,.0f} by the clock" if bar else ""))
        say("kernel_nodes", label, "sun and year", value, "building-years/s", size=count, at_least=bar)
        say("kernel_nodes", label, "sun and year, by processor time", of_processor, "building-years/s", size=count)


if __name__ == "__main__":
    main()
