"""Peak of many houses together against the sum of their single peaks, beside a measured coincidence curve.

    python -m benchmarks.diversity [--smallest] [--houses N] [--seed S] [--plot FILE]

Houses are single-family and terraced houses of TABULA's German rows, drawn at random with `usage="typical"`, all in the
weather of Potsdam; their load is heating and hot water, by hour. The curve is that of Winter, Haslauer, Obernberger
2001 (Euroheat & Power 9 and 10), measured on networks of up to 200 consumers and checked on one of 255 (0.51 measured,
0.47 by the curve). A coincidence factor relates the peak of a network to the powers of its consumers; which, is not
always said, so three sums stand below the peak here: the highest hours of the houses, their highest quarters of an
hour, and the rated powers of their house stations (the larger of the design heat load at -14 °C, EN 12831-1, and the
shower of 8 l/min that hot water is drawn by). No number of the model was chosen by this comparison.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import buem
from benchmarks._rows import say
from buem import households
from buem.archetype import Archetype
from buem.archetypes import archetypes, building_of_row
from buem.building import Building
from buem.civil import civil_year, zone_of
from buem.hot_water import DRAWS, HEAT_PER_LITRE, expected_draws
from buem.io.stations import read_station
from buem.profiles import FloatArray
from buem.usage import UsageRequest, usage_of

COUNTS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
#: Norm outdoor temperature of Potsdam and indoors. [°C]
DESIGN_OUTDOORS, DESIGN_INDOORS = -14.0, 20.0
#: Heat capacity of air. [Wh/(m³K)]
AIR = 0.34
#: Heat of a shower while it runs: 8 l/min at 35 K. [W]
SHOWER = 8.0 * 60.0 * HEAT_PER_LITRE


def measured_coincidence(n: FloatArray) -> FloatArray:
    """Peak of n consumers over the sum of their powers, after Winter, Haslauer, Obernberger 2001. [-]"""
    return 0.449677646267461 + 0.551234688 / (1.0 + (n / 53.84382392) ** 1.762743268)


def houses(count: int, seed: int, mode: str = "typical") -> tuple[list[Building], list[Archetype]]:
    """A stock of houses, and the archetype of each."""
    rows = [a for a in archetypes().all() if a.country == "DE" and a.type in ("SFH", "TH") and a.subtype == "Gen"]
    chosen = [rows[k] for k in np.random.default_rng(seed).integers(len(rows), size=count)]
    stock = []
    for i, row in enumerate(chosen):
        profile = usage_of("residential", UsageRequest(
            building_id=f"H{i}", seed=seed, country="DE", floor_area=row.floor_area, archetype=row,
            mode=mode))  # type: ignore[arg-type]
        stock.append(replace(building_of_row(row), id=f"H{i}", ventilation=profile.ventilation,
                             usage=replace(profile.usage, cooling=False)))
    return stock, chosen


def design_load(row: Archetype) -> float:
    """Heat load of an archetype on the norm's coldest day, without gains and reheating. [W]"""
    elements = (row.roof, row.wall, row.floor, row.window, row.door)
    h = sum(e.conductance for e in elements) + row.bridge_surcharge * row.envelope_area
    h += AIR * (row.infiltration + row.use_ventilation) * row.room_height * row.floor_area
    return h * (DESIGN_INDOORS - DESIGN_OUTDOORS)


def loads_of(stock: Sequence[Building]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Heating and hot water of each house in each hour, shape (houses, 8760). [W]"""
    results = buem.simulate(stock, read_station("de_potsdam_try2015"), hourly="all")
    return results.series["heating"], results.series["hot_water"]


def coincidence(loads: NDArray[np.float32], powers: FloatArray, seed: int, orders: int = 5) -> FloatArray:
    """Peak of the first n houses over the sum of their powers, the mean of some random orders, shape (houses,). [-]"""
    dice = np.random.default_rng(seed)
    ratios = np.zeros((orders, len(loads)))
    for k in range(orders):
        order, total = dice.permutation(len(loads)), np.zeros(loads.shape[1])
        for j, i in enumerate(order):
            total += loads[i]
            ratios[k, j] = total.max()
        ratios[k] /= np.cumsum(powers[order])
    return ratios.mean(axis=0)


def quarter_hours(heating: NDArray[np.float32], water: NDArray[np.float32], seed: int) -> tuple[FloatArray, FloatArray]:
    """Peak of the first n houses and of each, where hot water is drawn by the quarter of an hour, (houses,) each. [W]

    The heating of an hour is spread evenly over it, so only the draws are finer.
    """
    expected = np.repeat(expected_draws(civil_year(2019, zone_of("DE"))), 4, axis=1) / 4.0
    volumes = np.array([draw.volume for draw in DRAWS])
    dice, total = np.random.default_rng(seed), np.zeros(expected.shape[1])
    together, alone = np.zeros(len(heating)), np.zeros(len(heating))
    for j, i in enumerate(dice.permutation(len(heating))):
        litres = float(water[i].sum()) / HEAT_PER_LITRE
        drawn = volumes @ dice.poisson(expected * (litres / float((volumes @ expected).sum())))
        load = np.repeat(heating[i], 4) + drawn * (4.0 * HEAT_PER_LITRE)
        total += load
        together[j], alone[j] = total.max(), load.max()
    return together, alone


def plot(path: Path, curves: dict[str, FloatArray]) -> None:
    """Draw the curves over the number of houses."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(7.0, 5.2), layout="constrained")
    n = np.arange(1, len(next(iter(curves.values()))) + 1)
    axes.plot(n, measured_coincidence(n.astype(float)), "k--", label="measured: Winter et al. 2001")
    axes.fill_between(n, measured_coincidence(n.astype(float)) - 0.1, measured_coincidence(n.astype(float)) + 0.1,
                      color="0.9", label="within 10 points")
    for name, values in curves.items():
        axes.plot(n, values, label=name)
    axes.set(xscale="log", xlabel="houses", ylabel="peak of all over sum of each", ylim=(0.0, 1.05))
    axes.legend(fontsize=8, loc="upper center", bbox_to_anchor=(0.5, -0.13), ncols=2)
    figure.savefig(path, dpi=110)


def main() -> None:
    """Print the curves, their distance and their sensitivity."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smallest", action="store_true")
    parser.add_argument("--houses", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--deviation", type=float, help="of the hours at which households rise and sleep [h]")
    parser.add_argument("--plot", type=Path)
    options = parser.parse_args()
    if options.deviation is not None:
        households.TIME_DEVIATION = options.deviation  # type: ignore[misc]
    stock, rows = houses(20 if options.smallest else options.houses, options.seed)
    heating, water = loads_of(stock)
    both = heating + water
    design = np.array([design_load(row) for row in rows])
    curves = {
        "heating and hot water, highest hours": coincidence(both, both.max(axis=1).astype(float), 1),
        "heating alone, highest hours": coincidence(heating, heating.max(axis=1).astype(float), 1),
        "hot water alone, highest hours": coincidence(water, water.max(axis=1).astype(float), 1),
        "heating and hot water, rated powers": coincidence(both, np.maximum(design, SHOWER), 1),
    }
    together, alone = quarter_hours(heating, water, 2)
    curves["heating and hot water, quarter-hours"] = together / np.cumsum(alone)
    counts = [n for n in COUNTS if n <= len(stock)]
    print(f"{len(stock)} houses, seed {options.seed}, loads {hashlib.sha256(both.tobytes()).hexdigest()[:12]}")
    print(f"mean of single peaks [kW]: heating {heating.max(axis=1).mean() / 1e3:.2f}, hot water "
          f"{water.max(axis=1).mean() / 1e3:.2f}, both {both.max(axis=1).mean() / 1e3:.2f}; design heat load "
          f"{design.mean() / 1e3:.2f}, rated {np.maximum(design, SHOWER).mean() / 1e3:.2f}")
    print(f"{'houses':>38s}" + "".join(f"{n:>7d}" for n in counts))
    print(f"{'measured (Winter et al. 2001)':>38s}" + "".join(
        f"{x:7.3f}" for x in measured_coincidence(np.array(counts, dtype=float))))
    for name, values in curves.items():
        print(f"{name:>38s}" + "".join(f"{values[n - 1]:7.3f}" for n in counts))
        say("diversity", name, "peak over the sum of peaks", values[counts[-1] - 1], "", size=counts[-1])
    if options.plot:
        plot(options.plot, curves)


if __name__ == "__main__":
    main()
