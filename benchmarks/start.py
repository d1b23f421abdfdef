"""How long a start takes: `import buem`, `buem --help`, and the first result of one building.

CPU seconds of a fresh process, the lowest of some tries; the first result is wall time, the compile cache
warm. Bars: import 150 ms, help 300 ms, first result 4 s.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks._rows import say

CITY = Path(__file__).resolve().parents[1] / "data" / "examples" / "city.geojson"
FIRST_RESULT = ("import sys, buem; b = buem.read_geojson(sys.argv[1])[0]; "
                "buem.simulate(b, buem.weather_at(b.latitude, b.longitude)).summary")


def seconds(arguments: list[str], cpu: bool) -> float:
    """CPU or wall time of one fresh interpreter. [s]"""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime if cpu else wall


def main() -> None:
    """Measure each case, the smallest size with one try."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--smallest", action="store_true", help="one try of each")
    tries = 1 if parser.parse_args().smallest else 5
    with tempfile.TemporaryDirectory() as folder:
        measure(cases(Path(folder)), tries)


def cases(folder: Path) -> list[tuple[str, list[str], float, bool]]:
    """What, how it is called, its bar in seconds, whether CPU time counts."""
    one = folder / "one.geojson"
    one.write_text(json.dumps(json.loads(CITY.read_text(encoding="utf-8"))["features"][0]), encoding="utf-8")
    return [
        ("import buem", ["-c", "import buem"], 0.15, True),
        ("buem --help", ["-m", "buem", "--help"], 0.3, True),
        ("first result of one building", ["-c", FIRST_RESULT, str(one)], 4.0, False),
    ]


def measure(rows: list[tuple[str, list[str], float, bool]], tries: int) -> None:
    """Print a row a case."""
    for what, arguments, bar, cpu in rows:
        seconds(arguments, cpu)  # warms the caches of files and of the compiler
        best = min(seconds(arguments, cpu) for _ in range(tries))
        print(f"{what:32} {1000 * best:8.0f} ms {'CPU ' if cpu else 'wall'}   bar {1000 * bar:6.0f} ms")
        say("start", what, "CPU" if cpu else "clock", 1000 * best, "ms", at_most=1000 * bar)


if __name__ == "__main__":
    main()
