"""Random boxes against EnergyPlus 25.2: deviation of the annual loads, and processor time on the same boxes.

    python -m benchmarks.boxes [--smallest] [--energyplus] [--speed] [--count N] [--seed N] [--write]

The loads of EnergyPlus are read from tests/validation/data/boxes.csv, which holds 50 boxes of seed 140; with
--energyplus it runs each box, 6 steps an hour. With --speed it runs each with 4 steps for its processor time, beside
ours on the same boxes in the same run. --write stores what was found.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import buem
from benchmarks._boxes import COUNT, SEED, STATIONS, RandomBox, random_boxes
from benchmarks._rows import say
from buem.io.stations import read_station
from buem.simulate import Options, Site, prepare, simulate_site

if TYPE_CHECKING:
    from benchmarks.energyplus.run import Run

DATA = Path(__file__).resolve().parents[1] / "tests" / "validation" / "data" / "boxes.csv"
LOADS = ("heating", "cooling", "heating_peak", "cooling_peak")
#: Annual values per floor area below this count for nothing in a relative deviation. [kWh/m²]
LEAST = 2.0
#: Median absolute deviation that is allowed. [%]
BARS = {"heating": 5.0, "cooling": 6.0}
#: Times that EnergyPlus may take to one of ours, per processor second.
SPEED_BARS = {"accurate": 150.0, "fast": 1000.0}
#: What a run with EnergyPlus measured, for docs/validation.md.
MEASURED = DATA.with_name("boxes_measured.csv")
SETTINGS: dict[str, dict[str, Any]] = {"accurate": {}, "fast": {"films": "fixed", "steps_per_hour": 1}}


@dataclass(frozen=True, kw_only=True)
class Loads:
    """Of one box in a year: Wh and W."""

    heating: float
    cooling: float
    heating_peak: float
    cooling_peak: float


def stored() -> dict[tuple[int, int], Loads]:
    """What EnergyPlus found, by seed and number of the box."""
    with DATA.open(encoding="utf-8", newline="") as file:
        return {(int(row["seed"]), int(row["box"])): Loads(**{name: float(row[name]) for name in LOADS})
                for row in csv.DictReader(file)}


def store(boxes: list[RandomBox], seed: int, found: list[Loads]) -> None:
    """Write what EnergyPlus found."""
    with DATA.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("seed", "box", "station", "glass", "floor_area", *LOADS))
        for i, (box, loads) in enumerate(zip(boxes, found)):
            writer.writerow((seed, i, box.station, box.glass, f"{box.building.floor_area:.3f}",
                             *(f"{getattr(loads, name):.1f}" for name in LOADS)))


def _runs(boxes: list[RandomBox], steps: int) -> Iterator[Run]:
    from benchmarks.energyplus.model import Twin
    from benchmarks.energyplus.run import energyplus
    from benchmarks.energyplus.standard140 import GLASS

    for box in boxes:
        print(f"  {box.building.id}", file=sys.stderr, flush=True)
        yield energyplus(box.building, read_station(box.station), Twin(glass=GLASS[box.glass], steps=steps))


def energyplus_loads(boxes: list[RandomBox]) -> list[Loads]:
    """Run EnergyPlus on the boxes, 6 steps an hour."""
    return [Loads(heating=float(run.heating.sum()), cooling=float(run.cooling.sum()),
                  heating_peak=float(run.heating.max()), cooling_peak=float(run.cooling.max()))
            for run in _runs(boxes, 6)]


def energyplus_cpu(boxes: list[RandomBox]) -> float:
    """Mean processor time of EnergyPlus on a box, 4 steps an hour. [s]"""
    return float(np.mean([run.cpu for run in _runs(boxes, 4)]))


def _by_site(boxes: list[RandomBox]) -> list[tuple[Site, list[int]]]:
    sites = {name: prepare(read_station(name)) for name in STATIONS}
    chosen = [(sites[name], [i for i, box in enumerate(boxes) if box.station == name]) for name in STATIONS]
    return [(site, index) for site, index in chosen if index]


def our_loads(boxes: list[RandomBox], **options: Any) -> list[Loads]:
    """Run buem on the boxes.

    Parameters
    ----------
    boxes : list of RandomBox
        N of them.
    **options
        Of `buem.simulate`.

    Returns
    -------
    list of Loads
        In the order of the boxes.
    """
    found: dict[int, Loads] = {}
    for site, index in _by_site(boxes):
        results = buem.simulate([boxes[i].building for i in index], site.weather, hourly="none", **options)
        year = results.indicators
        for row, i in enumerate(index):
            found[i] = Loads(**{name: float(getattr(year, name)[row]) for name in LOADS})
    return [found[i] for i in range(len(boxes))]


def deviations(boxes: list[RandomBox], ours: list[Loads], theirs: list[Loads], name: str) -> np.ndarray:
    """Relative deviation of a load, NaN where it is next to nothing. [%]"""
    off = []
    for box, a, b in zip(boxes, ours, theirs):
        ours_is, is_there = getattr(a, name), getattr(b, name)
        annual = getattr(b, name.split("_")[0])
        small = annual < LEAST * 1e3 * box.building.floor_area
        off.append(np.nan if small else 100.0 * (ours_is / is_there - 1.0))
    return np.array(off)


def cpu_per_box(boxes: list[RandomBox], **options: Any) -> float:
    """Processor time of one building-year of a batch, hourly loads kept in memory. [s]

    Parameters
    ----------
    boxes : list of RandomBox
        Simulated again and again: a batch has hundreds of buildings of a site.
    **options
        Of `buem.simulate`.

    Returns
    -------
    float
        Tables, sun and spin-up included. [s]
    """
    sites = _by_site(boxes)
    given = Options(model="iso52016", **options)

    def run(copies: int) -> None:
        for site, index in sites:
            simulate_site([boxes[i].building for i in index] * copies, site, given,
                          np.arange(len(index) * copies))

    run(1)
    copies = 24 if options.get("films") == "fixed" else 8
    return min(_cpu(lambda: run(copies)) for _ in range(3)) / (copies * len(boxes))


def _cpu(call: Callable[[], None]) -> float:
    start = time.process_time()
    call()
    return time.process_time() - start


def report(boxes: list[RandomBox], theirs: list[Loads]) -> list[tuple[str, str, str]]:
    """Print deviations of both models and each box of the node model.

    Parameters
    ----------
    boxes : list of RandomBox
        N of them.
    theirs : list of Loads
        What EnergyPlus found.

    Returns
    -------
    list of tuple of str
        What, the number, its bar.
    """
    measured = []
    for model, name_of_it in (("iso52016", "node model"), ("iso13790", "5R1C")):
        ours = our_loads(boxes, model=model)
        print(f"{model}, {len(boxes)} boxes: deviation from EnergyPlus 25.2")
        for name in LOADS:
            off = deviations(boxes, ours, theirs, name)
            known = off[~np.isnan(off)]
            middle = float(np.median(np.abs(known)))
            bar = f"≤ {BARS[name]:g} %" if name in BARS and model == "iso52016" else ""
            print(f"  {name:14} median absolute {middle:5.2f} %, median {np.median(known):+5.2f} %, "
                  f"largest {known[np.argmax(np.abs(known))]:+6.1f} %, {known.size} boxes  {bar}")
            what = f"{name_of_it}, {name.replace('_', ' ')}, median absolute deviation over {known.size} boxes"
            measured.append((what, f"{middle:.2f} %", bar))
            say("boxes", f"{name_of_it}, {name.replace('_', ' ')}", "median absolute deviation from EnergyPlus", middle,
                "%", size=known.size, at_most=BARS[name] if bar else None)
        if model == "iso52016":
            heat, cool = (deviations(boxes, ours, theirs, name) for name in ("heating", "cooling"))
            for i, box in enumerate(boxes):
                print(f"    {i:3d} {box.station:20} {box.glass:7} heating {theirs[i].heating / 1e6:7.3f} MWh "
                      f"{heat[i]:+6.1f} %  cooling {theirs[i].cooling / 1e6:7.3f} MWh {cool[i]:+6.1f} %")
    return measured


def report_speed(ours: dict[str, float], theirs: float) -> list[tuple[str, str, str]]:
    """Print how much longer EnergyPlus takes.

    Parameters
    ----------
    ours : dict
        Processor time of a building-year by setting. [s]
    theirs : float
        Of EnergyPlus with 4 steps an hour. [s]

    Returns
    -------
    list of tuple of str
        What, the number, its bar.
    """
    print(f"processor time of a building-year: EnergyPlus, 4 steps an hour, {theirs:.3f} s")
    measured = [("EnergyPlus, 4 steps an hour, processor time of a building-year", f"{theirs:.2f} s", "")]
    for name, seconds in ours.items():
        print(f"  {name:9} {1e3 * seconds:8.3f} ms, EnergyPlus takes {theirs / seconds:7.0f} times as long  "
              f"bar {SPEED_BARS[name]:g}")
        measured.append((f"node model, {name} setting, {1e3 * seconds:.2f} ms: EnergyPlus takes",
                         f"{theirs / seconds:.0f} times as long", f"≥ {SPEED_BARS[name]:g}"))
        say("boxes", f"node model, {name} setting", "CPU of EnergyPlus over ours", theirs / seconds, "",
            at_least=SPEED_BARS[name])
    return measured


def main() -> None:
    """Print the deviations, and with EnergyPlus the times."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smallest", action="store_true", help="five boxes, stored values")
    parser.add_argument("--energyplus", action="store_true", help="run EnergyPlus for its loads")
    parser.add_argument("--speed", action="store_true", help="run EnergyPlus for its processor time")
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    boxes = random_boxes(5 if options.smallest else options.count, options.seed)
    if options.energyplus:
        theirs = energyplus_loads(boxes)
    else:
        table = stored()
        theirs = [table[options.seed, i] for i in range(len(boxes))]
    measured = report(boxes, theirs)
    if options.speed:
        ours = {name: cpu_per_box(boxes, **chosen) for name, chosen in SETTINGS.items()}
        measured += report_speed(ours, energyplus_cpu(boxes))
    if options.write and options.energyplus:
        store(boxes, options.seed, theirs)
    if options.write and options.speed:
        with MEASURED.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([("what", "value", "bar"), *measured])


if __name__ == "__main__":
    main()
