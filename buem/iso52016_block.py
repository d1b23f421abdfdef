"""A block of the compiled node model: buildings side by side, loaded, started, classed; the heat they hold.

A block has a leading axis of spaces: the building's own elements, those of the space beside it, and those that they
share. Without spaces beside there is the first alone.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np

from buem import iso52016_rows as at
from buem.compiled import LANES, jit
from buem.constants import HOURS
from buem.iso52016 import COLUMNS, FIRST_GUESS, ZONE_ROWS
from buem.iso52016_rows import L
from buem.iso52016_step import PLAIN
from buem.iso52016_sun import GLASS, OPAQUE, SHADED, UNLIT

#: Places on the leading axis.
OWN, BESIDE, SHARED = range(3)
_COLUMNS: Final = len(COLUMNS)
_ROWS: Final = len(ZONE_ROWS)


class Block(NamedTuple):
    """Workspaces of a block and what is known of its ranks of elements."""

    w: Any  # (spaces, BLOCK)
    elements: Any  # (spaces, ranks, ELEMENT)
    memory: Any  # (spaces, ranks, modes, MODE_ROWS * L)
    count: Any  # ranks that are used, (spaces,)
    kept: Any  # modes of each rank, or PLAIN, (spaces, ranks)
    lit: Any  # what the sun does there, (spaces, ranks)
    around: Any  # sines of the skyline from walls, then from roofs, (spaces, 2 sectors, LANES)
    parts: Any  # how many sectors there are, (spaces, 2, LANES)
    buried: Any  # whether any element of a rank lies on the ground, (spaces, ranks)


@jit
def load(block, s, part, zones, lanes):  # type: ignore[no-untyped-def]
    """Elements and rows of the buildings `lanes` into a space of a block."""
    offset, table, modes, skyline, sectors = part
    most = skyline.shape[2]
    w, elements, memory = block.w, block.elements[s], block.memory[s]
    block.count[s] = 0
    for lane in range(LANES):
        b = lanes[lane]
        if s < SHARED:
            for row in range(_ROWS):
                w[s, row * L + lane] = zones[row, b]
            w[s, at.DONE + lane] = 0.0
            w[s, at.WEIGHT + lane] = 1.0
        for side in range(2):
            block.parts[s, side, lane] = sectors[b, side]
            for k in range(most):
                block.around[s, side * (block.around.shape[1] // 2) + k, lane] = skyline[b, side, k]
        count = offset[b + 1] - offset[b]
        block.count[s] = max(block.count[s], count)
        for n in range(elements.shape[0]):
            if n < count:
                _load_element(elements[n], memory[n], table[offset[b] + n], modes[offset[b] + n], lane)
            else:
                _load_nothing(elements[n], memory[n], lane)
    _class_ranks(block, s)


@jit
def _load_element(e, m, row, modes, lane):  # type: ignore[no-untyped-def]
    for k in range(_COLUMNS):
        e[k * L + lane] = row[k]
    for k in range(m.shape[0]):
        m[k, lane::L] = 0.0
    for k in range(modes.shape[0]):
        for c in range(6):
            m[k, c * L + lane] = modes[k, c]


@jit
def _load_nothing(e, m, lane):  # type: ignore[no-untyped-def]
    e[lane::L] = 0.0
    e[at.AOO + lane] = e[at.AII + lane] = 1.0
    e[at.HEIGHT + lane] = e[at.WIDTH + lane] = e[at.FACTOR + lane] = 1.0
    e[at.IRRADIANCE + lane] = np.inf
    for k in range(m.shape[0]):
        m[k, lane::L] = 0.0
    m[0, 2 * L + lane] = 1.0


@jit
def _class_ranks(block, s):  # type: ignore[no-untyped-def]
    """How many modes each rank of elements has, what the sun does there, and whether it lies on the ground."""
    for n in range(block.count[s]):
        elements, memory = block.elements[s, n], block.memory[s, n]
        plain, kept, lit, buried = True, 0, UNLIT, False
        for lane in range(LANES):
            mode = memory[0, lane::L]
            plain = plain and mode[0] == 0.0 and mode[1] == 0.0 and mode[3] == 0.0 and mode[2] == 1.0
            for k in range(memory.shape[0]):
                rows = memory[k, lane::L]
                if rows[3] != 0.0 or rows[4] != 0.0 or rows[5] != 0.0:
                    kept = max(kept, k + 1)
            e = elements[lane::L]
            clear = e[at.TAU_D // L] != 0.0 or e[at.ALPHA_I // L] != 0.0
            seen = GLASS if clear else (OPAQUE if e[at.ALPHA_O // L] != 0.0 else UNLIT)
            side = 1 if e[at.ROOF // L] > 0.0 else 0
            shade = block.parts[s, side, lane] > 0 or e[at.IRRADIANCE // L] < np.inf
            shade = shade or e[at.SHADE // L] > 0.0 or e[at.FIN_L // L] > 0.0 or e[at.FIN_R // L] > 0.0
            lit = max(lit, SHADED if seen > UNLIT and shade else seen)
            buried = buried or e[at.H_GROUND // L] > 0.0
        block.kept[s, n] = PLAIN if plain and kept <= 1 else max(kept, 1)
        block.lit[s, n], block.buried[s, n] = lit, buried


@jit
def start(block, lane):  # type: ignore[no-untyped-def]
    """Everything of a building at the first guess."""
    for s in range(block.elements.shape[0]):
        if s < SHARED:
            block.w[s, at.T_A + lane] = block.w[s, at.T_R + lane] = FIRST_GUESS
        for n in range(block.count[s]):
            e = block.elements[s, n]
            e[at.T_O + lane] = e[at.T_I + lane] = FIRST_GUESS
            for k in range(block.kept[s, n]):
                mode = block.memory[s, n, k]
                left = 1.0 - mode[lane]
                fed = (mode[L + lane] + mode[2 * L + lane]) * FIRST_GUESS
                mode[6 * L + lane] = fed / left if left > 0.0 else 0.0


@jit
def heat(block, s, lane):  # type: ignore[no-untyped-def]
    """Heat in a space and its elements, those that it shares with its building apart. [Wh]"""
    held = block.w[s, at.CAIR + lane] * block.w[s, at.T_A + lane] + _heat_of_elements(block, s, lane)
    if s == OWN and block.elements.shape[0] > 1:
        held += _heat_of_elements(block, SHARED, lane)
    return held / 3600.0


@jit
def _heat_of_elements(block, s, lane):  # type: ignore[no-untyped-def]
    held = 0.0
    for n in range(block.count[s]):
        e, memory = block.elements[s, n], block.memory[s, n]
        mass = memory[0, 5 * L + lane] * e[at.T_I + lane] if block.kept[s, n] == PLAIN else 0.0
        for k in range(block.kept[s, n]):
            mass += memory[k, 5 * L + lane] * memory[k, 6 * L + lane]
        held += e[at.AREA + lane] * mass
    return held


@jit
def weigh(w, t):  # type: ignore[no-untyped-def]
    """Whether an hour counts for each building."""
    for lane in range(LANES):
        w[at.WEIGHT + lane] = 1.0 if counts(w, lane, t) else 0.0


@jit
def counts(w, lane, t):  # type: ignore[no-untyped-def]
    """Whether hour `t` is in a building's period."""
    since = t - w[at.FIRST + lane]
    since = since + HOURS if since < 0.0 else since
    return 0.0 <= t < HOURS and since < w[at.COUNT + lane]
