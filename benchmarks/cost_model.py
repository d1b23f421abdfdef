"""What a country and a continent would cost, from what a building is measured to cost here.

    python -m benchmarks.cost_model [--smallest] [--buildings N]

Measures processor time of a whole `buem run` (reading, workers, writing, start apart) and bytes on disk a building, for
each model, and multiplies. The assumptions are printed; change them where yours differ.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks._rows import number, say
from benchmarks.whole_run import write_city

#: Buildings of a large country, and of Europe (EUBUCCO counts 202 million in the EU and Switzerland).
REGIONS: Final = {"a country": 20_000_000, "a continent": 200_000_000}
#: Cores that compute, and the share of them that a cluster keeps busy (docs/scaling.md: Dask against loky).
CORES: Final = (2, 64, 1024)
EFFICIENCY: Final = 0.85
#: Prices. [EUR a core-hour, EUR a GB and month]
CORE_HOUR: Final = 0.04
GIGABYTE_MONTH: Final = 0.02
#: Case -> options of `buem run`, and its share of the buildings that are measured.
CASES: Final = {
    "5R1C, annual": (("--hourly", "none"), 1.0),
    "5R1C, hourly loads": (("--hourly", "load"), 1.0),
    "node model fast, annual": (("--model", "iso52016", "--films", "fixed", "--hourly", "none"), 0.5),
    "node model accurate, annual": (("--model", "iso52016", "--hourly", "none"), 0.1),
}


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Of one building."""

    #: Of all processes. [s]
    cpu_seconds: float
    #: On disk. [B]
    size: float


def measure(folder: Path, words: tuple[str, ...], count: int) -> Cost:
    """The difference of a long and a short run: what a building costs beside the start."""
    few = max(1, count // 10)
    # What is compiled, is compiled here.
    _run(folder, words, few)
    long, short = _run(folder, words, count), _run(folder, words, few)
    return Cost(cpu_seconds=(long.cpu_seconds - short.cpu_seconds) / (count - few),
                size=(long.size - short.size) / (count - few))


def _run(folder: Path, words: tuple[str, ...], count: int) -> Cost:
    city, out = folder / f"city-{count}.geojson", folder / "out"
    if not city.exists():
        write_city(city, count)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "buem", "run", str(city), "--out", str(out), "--overwrite", "--workers", "2"]
    subprocess.run([*command, *words], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(cpu_seconds=after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
                size=float(sum(path.stat().st_size for path in out.rglob("*") if path.is_file())))


def table(costs: dict[str, Cost]) -> str:
    """What regions cost."""
    lines = ["| what | CPU a building | on disk a building | region | core-hours | "
             + " | ".join(f"hours on {cores} cores" for cores in CORES) + " | on disk | computing | keeping a month |",
             "|---|---|---|---|---|" + "---|" * len(CORES) + "---|---|---|"]
    for what, cost in costs.items():
        for region, buildings in REGIONS.items():
            core_hours = cost.cpu_seconds * buildings / 3600.0
            gigabytes = cost.size * buildings / 1e9
            hours = " | ".join(number(core_hours / (cores * EFFICIENCY)) for cores in CORES)
            lines.append(
                f"| {what} | {1e3 * cost.cpu_seconds:.2f} ms | {cost.size / 1e3:.2f} kB | {region} | "
                f"{number(core_hours)} | {hours} | {number(gigabytes)} GB | {number(core_hours * CORE_HOUR)} EUR | "
                f"{number(gigabytes * GIGABYTE_MONTH)} EUR |")
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smallest", action="store_true")
    parser.add_argument("--buildings", type=int, default=20_000)
    options = parser.parse_args()
    count = 1_100 if options.smallest else options.buildings
    costs: dict[str, Cost] = {}
    with tempfile.TemporaryDirectory() as folder:
        for what, (words, share) in CASES.items():
            size = max(600, int(count * share))
            costs[what] = cost = measure(Path(folder), words, size)
            say("cost_model", what, "CPU", 1e3 * cost.cpu_seconds, "ms a building", size=size)
            say("cost_model", what, "on disk", cost.size / 1e3, "kB a building", size=size,
                at_most=20.0 if "hourly" in what else None)
    print(table(costs))
    print(f"\nassumed: {', '.join(f'{name} of {count:,} buildings' for name, count in REGIONS.items())}; "
          f"{100 * EFFICIENCY:.0f} % of the cores busy; {CORE_HOUR} EUR a core-hour; "
          f"{GIGABYTE_MONTH} EUR a GB and month")


if __name__ == "__main__":
    main()
