"""Figures of the validation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks._bars import DAYS, hourly_load
from benchmarks._indicators import BINS, MONTHS
from benchmarks._references import Row, energyplus_hours

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from benchmarks._validation_page import Measured

NAMES = {"iso13790": "5R1C", "iso52016": "node model"}
COLOURS = {"iso13790": "#d95f02", "iso52016": "#1b6ca8"}


def _ranges(axes: Axes, rows: Sequence[Row], labels: Sequence[str]) -> None:
    """The six programs as bars, EnergyPlus as strokes."""
    for x, row in enumerate(rows):
        if row.min is not None and row.max is not None:
            axes.bar(x, row.max - row.min, bottom=row.min, width=0.8, color="0.85", zorder=1,
                     label="six programs" if x == 0 else None)
        if row.energyplus is not None:
            axes.hlines(row.energyplus, x - 0.4, x + 0.4, color="k", lw=1.2, zorder=2,
                        label="EnergyPlus 25.2" if x == 0 else None)
    axes.set_xticks(range(len(rows)), labels, rotation=90, fontsize=7)


def _compare(found: Sequence[Measured], panels: Sequence[tuple[str, str]], path: Path, *, deltas: bool = False) -> None:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(len(panels), 1, figsize=(10, 2.6 * len(panels)), constrained_layout=True,
                                squeeze=False)
    for ax, (metric, title) in zip(axes[:, 0], panels):
        for one in found:
            rows = [r for r in one.rows if r.metric == metric and ("-" in r.case) == deltas]
            if one is found[0]:
                _ranges(ax, rows, [r.case for r in rows])
            ax.plot(range(len(rows)), [r.ours for r in rows], "o", ms=4, color=COLOURS[one.model],
                    label=NAMES[one.model], zorder=3)
        ax.set_title(title, loc="left", fontsize=9)
        ax.grid(axis="y", alpha=0.3)
    axes[0, 0].legend(fontsize=7, ncols=4)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _months(found: Sequence[Measured], path: Path) -> None:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(2, 2, figsize=(10, 6), constrained_layout=True)
    for line, case in zip(axes, ("600", "900")):
        for ax, load in zip(line, ("heating", "sensible_cooling")):
            for one in found:
                rows = [r for month in MONTHS for r in one.rows
                        if r.case == case and r.metric == f"monthly_{load}_{month}"]
                if one is found[0]:
                    _ranges(ax, rows, MONTHS)
                ax.plot(range(12), [r.ours for r in rows], "o", ms=4, color=COLOURS[one.model],
                        label=NAMES[one.model], zorder=3)
            ax.set_title(f"{case}, monthly {load.replace('_', ' ')} [kWh]", loc="left", fontsize=9)
    axes[0, 0].legend(fontsize=7)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _profiles(found: Sequence[Measured], path: Path) -> None:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(2, 2, figsize=(10, 6), constrained_layout=True, sharex=True)
    for line, case in zip(axes, ("600", "900")):
        for ax, (name, day) in zip(line, DAYS.items()):
            hours = slice(24 * day, 24 * day + 24)
            ax.step(range(24), energyplus_hours(case)[hours] / 1e3, "k", where="post", label="EnergyPlus 25.2")
            for one in found:
                row = next(i for i, c in enumerate(one.cases) if c.name == case)
                ax.step(range(24), hourly_load(one.results, row)[hours] / 1e3, where="post",
                        color=COLOURS[one.model], label=NAMES[one.model])
            ax.set_title(f"{case}, {name}: heating less cooling [kW]", loc="left", fontsize=9)
            ax.grid(alpha=0.3)
    axes[0, 0].legend(fontsize=7)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _floating(found: Sequence[Measured], path: Path) -> None:
    import matplotlib.pyplot as plt

    names = [c.name for c in found[0].cases if not c.conditioned]
    figure, axes = plt.subplots(2, 3, figsize=(10, 5), constrained_layout=True)
    for ax, case in zip(axes.flat, names):
        middle = (BINS[:-1] + BINS[1:]) / 2
        ax.step(middle, np.histogram(energyplus_hours(case), BINS)[0], "k", where="mid", label="EnergyPlus 25.2")
        for one in found:
            row = next(i for i, c in enumerate(one.cases) if c.name == case)
            temp = np.asarray(one.results.series["temp_zone"][row], dtype=np.float64)
            ax.step(middle, np.histogram(temp, BINS)[0], where="mid", color=COLOURS[one.model],
                    label=NAMES[one.model])
        ax.set_title(f"{case}: hours by air temperature [°C]", loc="left", fontsize=8)
    axes[0, 0].legend(fontsize=7)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def plot(found: Sequence[Measured], folder: Path) -> list[Path]:
    """Draw annual loads, peaks, differences, months, profiles of days and floating temperatures.

    Parameters
    ----------
    found : sequence of Measured
        Models with all cases.
    folder : Path
        Where the figures go.

    Returns
    -------
    list of Path
        validation_*.png.
    """
    import matplotlib

    matplotlib.use("Agg")
    folder.mkdir(parents=True, exist_ok=True)
    path = {name: folder / f"validation_{name}.png" for name in
            ("annual", "peaks", "deltas", "months", "days", "floating")}
    _compare(found, (("annual_heating", "annual heating [MWh]"), ("annual_sensible_cooling", "annual cooling [MWh]")),
             path["annual"])
    _compare(found, (("peak_heating_hourly", "peak heating [kW]"),
                     ("peak_sensible_cooling_hourly", "peak cooling [kW]")), path["peaks"])
    _compare(found, (("delta_annual_heating", "difference of annual heating [MWh]"),
                     ("delta_annual_sensible_cooling", "difference of annual cooling [MWh]")), path["deltas"],
             deltas=True)
    _months(found, path["months"])
    _profiles(found, path["days"])
    _floating(found, path["floating"])
    return list(path.values())
