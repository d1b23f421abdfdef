"""A whole run: GeoJSON in, summary (and hours) out, through `buem run` in processes of their own.

Prints for each size: seconds, buildings a second after the start, and the anonymous and shared memory of the
parent and of each worker at its highest, seen from outside. Bars: 4,500 buildings a second with two workers, 2,500
with hourly heating and cooling; time(40,000)/time(10,000) <= 4.4; 400 MB a worker, 1.2 GB all told.

    python -m benchmarks.whole_run --sizes 10000 20000 40000
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import psutil

from benchmarks._rows import say

#: Places with a bundled station near by: latitude, longitude.
PLACES = ((52.40, 13.05), (52.35, 4.90), (49.50, 8.48), (48.85, 2.35), (45.06, 7.66))
#: Year of construction -> U of wall, roof, floor, window [W/(m²K)], g [-], air change by gaps [1/h].
AGES = (
    (1.60, 1.30, 1.20, 2.8, 0.75, 0.50),
    (1.20, 0.80, 1.00, 2.7, 0.75, 0.45),
    (0.60, 0.40, 0.60, 1.8, 0.65, 0.30),
    (0.28, 0.20, 0.35, 1.3, 0.60, 0.20),
)


class Measured(NamedTuple):
    """One run, seen from outside."""

    buildings: int
    hourly: str
    seconds: float
    start_seconds: float
    #: Processor time of the workers, which tells more than the clock where others use the machine. [s]
    cpu_seconds: float
    #: Highest anonymous and shared memory: of the parent, of the largest worker, of all together. [B]
    parent: int
    worker: int
    together: int

    @property
    def rate(self) -> float:
        """Buildings a second after the start. [1/s]"""
        return self.buildings / (self.seconds - self.start_seconds)


def feature(number: int, dice: random.Random) -> dict[str, Any]:
    """A building of the envelope dialect: four walls, roof, floor, two to four windows."""
    width, depth, storeys = dice.uniform(7, 18), dice.uniform(8, 14), dice.randint(1, 5)
    u_wall, u_roof, u_floor, u_window, g_value, leaks = dice.choice(AGES)
    turn, height = dice.uniform(0, 90), 2.7 * storeys
    latitude, longitude = dice.choice(PLACES)
    elements = []
    for side in range(4):
        area = (width if side % 2 == 0 else depth) * height
        azimuth = round((turn + 90 * side) % 360, 1)
        party = side in (1, 3) and dice.random() < 0.3
        glazed = 0.0 if party or (side > 1 and dice.random() < 0.4) else round(area * dice.uniform(0.1, 0.3), 2)
        elements.append(_element(f"Wall_{side}", "wall", area - glazed, azimuth, 90, u_wall,
                                 b_transmission=quantity(0.0 if party else 1.0, "-")))
        if glazed:
            elements.append(_element(f"Window_{side}", "window", glazed, azimuth, 90, u_window,
                                     g_gl=quantity(g_value, "-")))
    elements.append(_element("Roof", "roof", width * depth, round(turn, 1), dice.choice((0, 35)), u_roof))
    elements.append(_element("Floor", "floor", width * depth, 0, 0, u_floor, b_transmission=quantity(0.5, "-")))
    thermal = {
        "n_air_infiltration": quantity(leaks, "1/h"), "n_air_use": quantity(0.4, "1/h"),
        "comfortT_lb": quantity(dice.choice((19.0, 20.0, 21.0)), "degC"), "comfortT_ub": quantity(26.0, "degC"),
        "phi_int": quantity(round(dice.uniform(2, 5), 1), "W/m2"),
        "thermal_class": dice.choice(("light", "medium", "heavy")),
    }
    building = {"A_ref": quantity(round(0.8 * width * depth * storeys, 1), "m2"), "n_storeys": storeys, "country": "DE",
                "h_room": quantity(2.5, "m"), "envelope": {"elements": elements}, "thermal": thermal}
    where = [round(longitude + dice.uniform(-0.2, 0.2), 6), round(latitude + dice.uniform(-0.2, 0.2), 6)]
    return {
        "type": "Feature", "id": f"B{number:07d}", "geometry": {"type": "Point", "coordinates": where},
        "properties": {"start_time": "2018-01-01T00:00:00Z", "end_time": "2018-12-31T23:00:00Z", "resolution": "60",
                       "resolution_unit": "minutes", "buem": {"building": building}},
    }


def quantity(value: float, unit: str) -> dict[str, Any]:
    """A value with its unit."""
    return {"value": value, "unit": unit}


def _element(name: str, kind: str, area: float, azimuth: float, tilt: float, u_value: float,
             **more: Any) -> dict[str, Any]:
    return {"id": name, "type": kind, "area": quantity(round(area, 2), "m2"), "azimuth": quantity(azimuth, "deg"),
            "tilt": quantity(tilt, "deg"), "U": quantity(u_value, "W/(m2K)"), **more}


def write_city(path: Path, count: int, seed: int = 1) -> None:
    """Write a city of so many buildings, feature by feature; the same for the same seed."""
    dice = random.Random(seed)
    with path.open("w", encoding="utf-8") as file:
        file.write('{"type":"FeatureCollection","features":[\n')
        for number in range(count):
            file.write((",\n" if number else "") + json.dumps(feature(number, dice), separators=(",", ":")))
        file.write("\n]}\n")


def measure(city: Path, count: int, out: Path, workers: int, hourly: str) -> Measured:
    """One `buem run`, its memory looked at every 50 ms."""
    command = [sys.executable, "-m", "buem", "run", str(city), "--out", str(out), "--workers", str(workers),
               "--hourly", hourly, "--overwrite"]
    process = psutil.Popen(command, stdout=subprocess.DEVNULL)
    parent = worker = together = 0
    while process.poll() is None:
        own, others = held(process), [held(child) for child in children(process)]
        parent, worker, together = max(parent, own), max([worker, *others]), max(together, own + sum(others))
        time.sleep(0.25)  # looking costs a tenth of a core at 20 times a second
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    times = json.loads((out / "run.json").read_text(encoding="utf-8"))["times"]
    return Measured(count, hourly, times["seconds"], times["start_seconds"], times["part_cpu_seconds"],
                    parent, worker, together)


def children(process: psutil.Process) -> Iterator[psutil.Process]:
    """Processes below one."""
    try:
        yield from process.children(recursive=True)
    except psutil.NoSuchProcess:
        return


def held(process: psutil.Process) -> int:
    """Anonymous and shared memory of a process; 0 once it is gone. [B]"""
    try:
        lines = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(("RssAnon:", "RssShmem:")))


def say_run(one: Measured) -> None:
    """The rows of a run."""
    case = f"hourly {one.hourly}"
    rate = {"none": 4_500.0, "load": 2_500.0}.get(one.hourly)
    say("whole_run", case, "after the start", one.rate, "buildings/s", size=one.buildings, at_least=rate)
    say("whole_run", case, "CPU of the workers", one.cpu_seconds / one.buildings * 1e6, "us a building",
        size=one.buildings)
    say("whole_run", case, "memory of a worker", one.worker / 1e6, "MB", size=one.buildings, at_most=400.0)
    say("whole_run", case, "memory, all", one.together / 1e6, "MB", size=one.buildings, at_most=1_200.0)


def main() -> None:
    """Print a row a size and kind of series."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 20_000, 40_000])
    parser.add_argument("--hourly", nargs="+", default=["none", "load"])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--smallest", action="store_true", help="1,100 buildings, three parts")
    options = parser.parse_args()
    sizes = [1_100] if options.smallest else options.sizes
    print(f"{'buildings':>9} {'hourly':>6} {'seconds':>8} {'start':>6} {'a second':>9} {'CPU us each':>11} "
          f"{'parent MB':>10} {'worker MB':>10} {'all MB':>7}")
    done: dict[tuple[int, str], Measured] = {}
    with tempfile.TemporaryDirectory() as folder:
        for count in sizes:
            city = Path(folder) / f"city-{count}.geojson"
            write_city(city, count)
            for hourly in options.hourly:
                one = done[count, hourly] = measure(city, count, Path(folder) / "out", options.workers, hourly)
                print(f"{count:9,d} {hourly:>6} {one.seconds:8.2f} {one.start_seconds:6.2f} {one.rate:9,.0f} "
                      f"{one.cpu_seconds / count * 1e6:11,.0f} {one.parent / 1e6:10.0f} {one.worker / 1e6:10.0f} "
                      f"{one.together / 1e6:7.0f}", flush=True)
                say_run(one)
            city.unlink()
    for hourly in options.hourly:
        if (10_000, hourly) in done and (40_000, hourly) in done:
            few, many = done[10_000, hourly], done[40_000, hourly]
            print(f"time(40,000) / time(10,000), hourly {hourly}: {many.seconds / few.seconds:.2f}; "
                  f"memory {many.together / few.together:.2f}")


if __name__ == "__main__":
    main()
