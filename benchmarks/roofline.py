"""How near the 5R1C is to what a core can do: peak arithmetic and memory of this machine, and the model's share.

Prints the highest rate of multiply-adds of one core in a compiled loop without memory, the rate of a copy of large
arrays, the arithmetic of an hour and a building (operations `+ - * /` in the source of the compiled step and of the
sun; comparisons and choices are left out), and how many of them a second the compiled year reaches on the buildings of
`_million`.

    python -m benchmarks.roofline
"""

from __future__ import annotations

import argparse
import ast
import inspect
import random
import textwrap
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from benchmarks._million import feature
from benchmarks._rows import say
from buem import iso13790, iso13790_sun
from buem.compiled import compile_year
from buem.constants import HOURS
from buem.io.geojson import read_geojson
from buem.io.stations import weather_at
from buem.iso13790_year import simulate_year, spin_up_hours
from buem.network import Network, Sky, network
from buem.simulate import prepare
from buem.stock import stack

_COUNTED = (ast.Add, ast.Sub, ast.Mult, ast.Div)
#: Multiply-adds that follow each other on a value of `_chains`.
CHAIN = 32
#: Operations of an hour with light, in `iso13790_sun.sun`: three products and two sums, for glass and for opaque.
LIGHT = 10
#: Values that stay in the registers and the first cache.
VALUES = 2048


class Arithmetic(NamedTuple):
    """Operations of the compiled year."""

    #: Of an hour of a building without the sun; with light, beside those; of a plane with the beam, beside those.
    step: int
    light: int
    plane: int
    #: Hours of a building-year with its spin-up, with light, with the beam; planes of a building.
    hours: float
    lit: float
    beam: float
    planes: float

    @property
    def year(self) -> float:
        """Operations of a building-year."""
        return self.hours * self.step + self.lit * self.light + self.beam * self.planes * self.plane


def operations(function: Any) -> int:
    """Arithmetic operations in the source of a function, those in subscripts apart."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(getattr(function, "py_func", function))))
    found, waiting = 0, [tree]
    while waiting:
        node: Any = waiting.pop()
        found += isinstance(node, (ast.BinOp, ast.AugAssign)) and isinstance(node.op, _COUNTED)
        waiting += [child for child in ast.iter_child_nodes(node) if not isinstance(node, ast.Subscript)]
    return found


def arithmetic(net: Network) -> Arithmetic:
    """Operations of the buildings of a network."""
    hours, spin_up = net.climate.hours, spin_up_hours(net.zones)
    plane = operations(iso13790_sun._facing) + operations(iso13790_sun._aperture) + 6
    lit, beam = hours[:, 9] != 0.0, (hours[:, 9] != 0.0) & (hours[:, 3] != 0.0)
    # The spin-up are the last hours of the year.
    more = float(np.mean([lit[HOURS - int(n):].sum() for n in spin_up]))
    more_beam = float(np.mean([beam[HOURS - int(n):].sum() for n in spin_up]))
    return Arithmetic(
        operations(iso13790._advance) + operations(iso13790.step), LIGHT, plane, HOURS + float(spin_up.mean()),
        float(lit.sum()) + more, float(beam.sum()) + more_beam, float(np.diff(net.sunlit.offset).mean()))


def _chains(values: Any, rounds: int) -> None:
    for _ in range(rounds):
        for k in range(values.size):
            value = values[k]
            for _ in range(CHAIN):
                value = value * 0.999999 + 1e-9
            values[k] = value


def best(run: Callable[[], object], tries: int) -> float:
    """Shortest processor time of some tries. [s]"""
    times = []
    for _ in range(tries):
        begin = time.process_time()
        run()
        times.append(time.process_time() - begin)
    return min(times)


def peak(tries: int, rounds: int) -> float:
    """Operations a second of one core in multiply-adds. [1/s]"""
    compiled, values = compile_year(_chains), np.ones(VALUES)
    compiled(values, 1)
    return 2.0 * CHAIN * VALUES * rounds / best(lambda: compiled(values, rounds), tries)


def bandwidth(tries: int, size: int) -> float:
    """Bytes a second that a copy reads and writes. [B/s]"""
    source, target = np.ones(size), np.zeros(size)
    return 2.0 * source.nbytes / best(lambda: np.copyto(target, source), tries)


def main() -> None:
    """Print the rows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--buildings", type=int, default=2048)
    parser.add_argument("--smallest", action="store_true")
    options = parser.parse_args()
    count, tries = (64, 1) if options.smallest else (options.buildings, 7)
    rounds, size = (10, 10_000) if options.smallest else (2_000, 30_000_000)
    dice = random.Random(1)
    buildings = read_geojson([feature(number, dice) for number in range(count)])
    site = prepare(weather_at(52.40, 13.05))
    stock = stack(buildings)
    net = network(buildings, stock, Sky(site.weather, site.solar, site.outside, site.density))
    simulate_year(net.climate, net.sunlit, net.zones)
    seconds = best(lambda: simulate_year(net.climate, net.sunlit, net.zones), tries) / count
    work, most = arithmetic(net), peak(tries, rounds)
    stream = bandwidth(tries, size)
    rate = work.year / seconds
    block = net.climate.hours.nbytes * work.hours / HOURS / 32
    for label, value, unit in (
        ("multiply-adds of a core, in registers", most / 1e9, "Gflop/s"),
        ("copy of large arrays, read and written", stream / 1e9, "GB/s"),
        ("operations an hour and a building, without light", work.step, "flop"),
        ("  with light, beside those", work.light, "flop"),
        ("  a plane with the beam, beside those", work.plane, "flop"),
        ("hours of a building-year with its spin-up", work.hours, "h"),
        ("  with light, and with the beam", work.lit, "h"),
        ("", work.beam, "h"),
        ("sunlit planes of a building", work.planes, ""),
        ("operations of a building-year", work.year / 1e6, "Mflop"),
        ("the compiled year, processor time", seconds * 1e6, "us"),
        ("  that is", rate / 1e9, "Gflop/s"),
        ("  of the multiply-adds of a core", 100.0 * rate / most, "%"),
        ("  at that peak it would take", work.year / most * 1e6, "us"),
        ("climate that passes through the cache, a building", block / 1e3, "kB"),
        ("  at the rate of the copy it would take", block / stream * 1e6, "us"),
    ):
        print(f"{label:52} {value:10,.1f} {unit}")
    say("roofline", "multiply-adds of a core", "peak", most / 1e9, "Gflop/s")
    say("roofline", "the compiled year", "year", rate / 1e9, "Gflop/s", size=count)


if __name__ == "__main__":
    main()
