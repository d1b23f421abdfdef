"""A periodic year of many buildings with the node model, in NumPy or compiled."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np
from numpy.typing import NDArray

from buem.compiled import COMPILED
from buem.constants import HOURS, SECONDS_PER_HOUR
from buem.errors import OptionError, problem
from buem.iso52016 import SUMS
from buem.iso52016_columns import Columns, Hour
from buem.iso52016_loop import year_compiled
from buem.iso52016_numpy import year_numpy
from buem.iso52016_records import NodeClimate, NodeSpaces, NodeYear, NodeZones, Setting
from buem.nodes import NodeElements
from buem.profiles import FloatArray
from buem.stock import WINDOW

KERNELS: Final = ("auto", "numpy", "numba")
#: Times the time constant after which 0.005 of 20 K are left.
_FORGET: Final = 8.3


def spin_up_hours(elements: NodeElements, zones: NodeZones, density: float, use: FloatArray) -> NDArray[np.int64]:
    """Hours at the end of the year that are run first, so that the mass has forgotten the first guess.

    The slowest way to forget is the heat in all elements leaving by the air and through the elements.

    Parameters
    ----------
    elements : NodeElements
        Elements of all buildings.
    zones : NodeZones
        N buildings.
    density : float
        Of the air. [kg/m³]
    use : ndarray, shape (buildings,)
        Mean air change on purpose. [1/h]

    Returns
    -------
    ndarray of int, shape (buildings,)
        72 to 8760. [h]

    References
    ----------
    .. [1] Decay of a lumped capacity, exp(-t H / C).
    """
    n = zones.c_air.size
    modes = elements.modes
    kept = 1.0 - modes[..., 0]
    feed_o = np.where(kept > 0.0, modes[..., 1] / np.maximum(kept, 1e-12), 0.0)
    feed_i = np.where(kept > 0.0, modes[..., 2] / np.maximum(kept, 1e-12), 0.0)
    c = Columns(*elements.table.T)
    held = ((feed_o + feed_i) * modes[..., 5]).sum(axis=1)
    held = held + c.last_heat_o + c.last_heat_i + c.before_heat_o + c.before_heat_i
    heat = held * c.area / SECONDS_PER_HOUR
    through = c.a_io + (feed_o * modes[..., 4]).sum(axis=1) + c.last_io + c.before_io
    # With the two films, about 0.17 m²K/W.
    loss = c.area * c.b * through / (1.0 + 0.17 * through)
    capacity = np.bincount(elements.owner, weights=heat, minlength=n)
    air = density * (zones.infiltration + zones.flow * use * (1.0 - zones.recovery))
    out = np.bincount(elements.owner, weights=loss, minlength=n) + air + zones.bridge
    with np.errstate(divide="ignore", invalid="ignore"):
        hours = _FORGET * capacity / out
    whole = np.nan_to_num(np.ceil(hours), nan=72.0, posinf=HOURS)
    return np.asarray(np.clip(whole, 72, HOURS), dtype=np.int64)


def simulate_nodes(climate: NodeClimate, spaces: NodeSpaces, setting: Setting) -> NodeYear:
    """A periodic year of N buildings, each until its heat at 31 December and 1 January agree.

    Parameters
    ----------
    climate : NodeClimate
        Hours and schedules.
    spaces : NodeSpaces
        N buildings and the spaces beside them.
    setting : Setting
        Steps an hour, films, series, kernel.

    Returns
    -------
    NodeYear
        [Wh], [W], [°C]

    References
    ----------
    .. [1] ISO 52016-1:2017, 6.5.
    """
    density = float(Hour(*climate.hours.T).density.mean())
    use = climate.schedules.mean(axis=0)
    spin_up = spin_up_hours(spaces.own, spaces.zones, density, use[spaces.columns[3]])
    with_beside = spaces.building
    if with_beside.size:
        beside = spin_up_hours(spaces.beside, spaces.beside_zones, density, use[spaces.beside_columns[3]])
        spin_up[with_beside] = np.maximum(spin_up[with_beside], beside)
    year = _empty(spaces, setting)
    run = _run_compiled if _compiled(setting.kernel) else _run_numpy
    alone = np.setdiff1d(np.arange(spaces.zones.c_air.size), with_beside)
    for which in (alone, with_beside):
        if which.size:
            run(climate, spaces, setting, spin_up, which, year)
    return year


def _empty(spaces: NodeSpaces, setting: Setting) -> NodeYear:
    n, beside = spaces.zones.c_air.size, spaces.building.size if setting.series == 4 else 0
    return NodeYear(np.zeros((SUMS, n)), np.zeros(spaces.own.owner.size),
                    np.zeros((setting.series, n, HOURS), dtype=np.float32), np.zeros(spaces.between.owner.size),
                    np.zeros((beside, HOURS), dtype=np.float32))


def _compiled(kernel: str) -> bool:
    if kernel not in KERNELS:
        raise OptionError([problem("kernel", kernel, f"one of {', '.join(KERNELS)}")])
    if kernel == "numba" and not COMPILED:
        raise OptionError([problem("kernel", kernel, "numba to be installed, or auto or numpy")])
    return kernel != "numpy" and COMPILED


def _run_numpy(climate: NodeClimate, spaces: NodeSpaces, setting: Setting, spin_up: NDArray[np.int64],
               which: NDArray[np.int64], year: NodeYear) -> None:
    part = year_numpy(climate, spaces.of(which), setting, spin_up[which])
    year.sums[:, which] = part.sums
    year.series[:, which] = part.series
    year.lost[np.isin(spaces.own.owner, which)] = part.lost
    if part.lost_between.size:
        year.lost_between[:] = part.lost_between
    if part.beside.size:
        year.beside[:] = part.beside


def _likeness(elements: NodeElements, which: NDArray[np.int64], spin_up: NDArray[np.int64]) -> NDArray[np.int64]:
    """Order of buildings in which neighbours have as many windows, elements and modes, and as long a spin-up.

    A block does what its most demanding building needs; no result depends on the neighbours.
    """
    n = elements.offset.size - 1
    glazed = np.bincount(elements.owner, weights=elements.kind == WINDOW, minlength=n)
    modes = np.bincount(elements.owner, weights=(elements.modes[..., 4] != 0.0).sum(axis=1), minlength=n)
    keys = (spin_up, modes, np.diff(elements.offset), glazed)
    return np.lexsort([key[which] for key in keys])


def _run_compiled(climate: NodeClimate, spaces: NodeSpaces, setting: Setting, spin_up: NDArray[np.int64],
                  which: NDArray[np.int64], year: NodeYear) -> None:
    tables = tuple((e.offset, e.table, e.modes, e.skyline, e.sectors)
                   for e in (spaces.own, spaces.beside, spaces.between))
    rows = (np.stack(spaces.zones), np.stack(spaces.beside_zones))
    hours = (climate.hours, climate.schedules, climate.ramps, (spaces.columns, spaces.beside_columns))
    out = (year.sums, year.lost, year.lost_between, year.series, year.beside)
    which = which[_likeness(spaces.own, which, spin_up)]
    positions = which[None]
    if np.isin(which, spaces.building).all():
        positions = np.stack([which, np.searchsorted(spaces.building, which)])

    def run(piece: NDArray[np.int64]) -> None:
        year_compiled(hours, tables, rows, (setting.steps, setting.detailed), out, positions[:, piece], spin_up)

    pieces = [p for p in np.array_split(np.arange(which.size), setting.threads) if p.size]
    if len(pieces) == 1:
        run(pieces[0])
    else:
        with ThreadPoolExecutor(len(pieces)) as pool:
            list(pool.map(run, pieces))
