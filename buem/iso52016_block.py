"""A block of the compiled node model: buildings side by side, loaded, started, classed; the heat they hold."""

from __future__ import annotations

from typing import Final

import numpy as np

from buem import iso52016_rows as at
from buem.compiled import jit
from buem.constants import HOURS
from buem.iso52016 import FIRST_GUESS, ZONE_ROWS
from buem.iso52016_columns import COLUMNS
from buem.iso52016_rows import L, Space, Spaces
from buem.iso52016_step import BOTH, INNER, MASSLESS
from buem.iso52016_sun import GLASS, OPAQUE, SHADED, UNLIT
from buem.layers import AFTER

#: Places of the spaces of a block: the building's own elements, those of the space beside it, those that they share.
OWN, BESIDE, SHARED = range(3)
_COLUMNS: Final = len(COLUMNS)
_ROWS: Final = len(ZONE_ROWS)


@jit
def load_rows(m, w, zones, lanes):  # type: ignore[no-untyped-def]
    """Rows of the spaces `lanes` into a block."""
    for lane in range(L):
        for row in range(_ROWS):
            m[w + row * L + lane] = zones[row, lanes[lane]]
        m[w + at.DONE + lane] = 0.0
        m[w + at.WEIGHT + lane] = 1.0


@jit
def load_elements(m, ranks, part, place, lanes):  # type: ignore[no-untyped-def]
    """Elements of the buildings `lanes` into a block; `place` is the space there without its number of ranks."""
    offset, table, modes, _, _ = part
    most, count = (place.stride - at.MODES) // at.MODE, 0
    for lane in range(L):
        count = max(count, offset[lanes[lane] + 1] - offset[lanes[lane]])
    for lane in range(L):
        first = offset[lanes[lane]]
        for n in range(count):
            e = place.first + n * place.stride + lane
            m[e:e + place.stride - lane:L] = 0.0
            if first + n < offset[lanes[lane] + 1]:
                _load_element(m, e, table[first + n], modes[first + n, :most])
            else:
                _load_nothing(m, e)
    space = Space(place.w, place.first, place.stride, place.rank, count)
    for n in range(count):
        _class_rank(m, ranks, space.rank + n, space.first + n * space.stride, most)
    return space


@jit
def _load_element(m, e, row, modes):  # type: ignore[no-untyped-def]
    for k in range(_COLUMNS):
        m[e + k * L] = row[k]
    for j in range(modes.shape[0]):
        for c in range(modes.shape[1]):
            m[e + at.MODES + j * at.MODE + c * L] = modes[j, c]


@jit
def _load_nothing(m, e):  # type: ignore[no-untyped-def]
    m[e + at.AOO] = m[e + at.AII] = 1.0
    m[e + at.HEIGHT] = m[e + at.WIDTH_OF] = m[e + at.FACTOR] = 1.0
    m[e + at.B] = 1.0
    m[e + at.IRRADIANCE] = np.inf


@jit
def _class_rank(m, ranks, k, first, most):  # type: ignore[no-untyped-def]
    """What is known of a rank of elements of all buildings of a block."""
    ranks[k, :] = 0
    for e in range(first, first + L):
        for j in range(most):
            mode = e + at.MODES + j * at.MODE
            if m[mode + at.FROM_O] != 0.0 or m[mode + at.FROM_I] != 0.0 or m[mode + at.CONTENT] != 0.0:
                ranks[k, at.KEPT] = max(ranks[k, at.KEPT], j + 1)
        ranks[k, at.MASS] = max(ranks[k, at.MASS], _mass(m, e))
        ranks[k, at.BURIED] |= m[e + at.H_GROUND] > 0.0
        ranks[k, at.TURBULENT] |= m[e + at.IN_WARM] != 0.0 or m[e + at.IN_COLD] != 0.0
        ranks[k, at.LAMINAR] |= m[e + at.IN_QUARTER] != 0.0
        ranks[k, at.OUTDOORS] |= (m[e + at.TO_SKY] != 0.0 or m[e + at.TO_REST] != 0.0 or m[e + at.WINDWARD] != 0.0
                                  or m[e + at.OUT_WARM] != 0.0 or m[e + at.OUT_COLD] != 0.0
                                  or m[e + at.GIVEN_OUT] != 0.0)
        ranks[k, at.TOLD] |= m[e + at.GIVEN_IN] != 0.0 or m[e + at.GIVEN_OUT] != 0.0
        ranks[k, at.BEHIND] |= m[e + at.B] != 1.0


@jit
def _mass(m, e):  # type: ignore[no-untyped-def]
    if m[e + at.LAST_OO] != 0.0 or m[e + at.LAST_IO] != 0.0 or m[e + at.BEFORE_OO] != 0.0 or m[e + at.BEFORE_IO] != 0.0:
        return BOTH
    return INNER if m[e + at.LAST_II] != 0.0 or m[e + at.BEFORE_II] != 0.0 else MASSLESS


@jit
def class_sun(m, ranks, space, parts):  # type: ignore[no-untyped-def]
    """What the sun does at each rank of elements of a space."""
    for n in range(space.count):
        lit = UNLIT
        for lane in range(L):
            e = space.first + n * space.stride + lane
            clear = m[e + at.TAU_D] != 0.0 or m[e + at.ALPHA_I] != 0.0
            seen = GLASS if clear else (OPAQUE if m[e + at.ALPHA_O] != 0.0 else UNLIT)
            side = 1 if m[e + at.ROOF] > 0.0 else 0
            shade = parts[side, lane] > 0 or m[e + at.IRRADIANCE] < np.inf
            shade = shade or m[e + at.SHADE] > 0.0 or m[e + at.FIN_L] > 0.0 or m[e + at.FIN_R] > 0.0
            lit = max(lit, SHADED if seen > UNLIT and shade else seen)
        ranks[space.rank + n, at.LIT] = lit


@jit
def most(offset):  # type: ignore[no-untyped-def]
    most = 1
    for b in range(offset.size - 1):
        most = max(most, offset[b + 1] - offset[b])
    return most


@jit
def aligned(size):  # type: ignore[no-untyped-def]
    """A workspace whose first place lies on a line of the cache."""
    room = np.empty(size + L)
    skip = (-(room.ctypes.data // 8)) % L
    return room[skip:skip + size]


@jit
def _sky_of(around, parts, skyline, sectors, which):  # type: ignore[no-untyped-def]
    half = around.shape[0] // 2
    for lane in range(L):
        for side in range(2):
            parts[side, lane] = sectors[which[lane], side]
            for k in range(skyline.shape[2]):
                around[side * half + k, lane] = skyline[which[lane], side, k]


@jit
def places(coupled, most, modes):  # type: ignore[no-untyped-def]
    """Where the spaces of a block stand, and the size of its workspace; they have no elements yet."""
    stride, first = at.MODES + modes * at.MODE, (2 if coupled else 1) * at.BLOCK
    size = most * stride
    spaces = Spaces(Space(0, first, stride, 0, 0), Space(at.BLOCK, first + size, stride, most, 0),
                    Space(0, first + 2 * size, stride, 2 * most, 0), coupled)
    return spaces, first + (3 if coupled else 1) * size


@jit
def load(m, ranks, there, tables, rows, skyline, which):  # type: ignore[no-untyped-def]
    """The buildings `which` into a block."""
    around, parts = skyline
    for s in range(which.shape[0]):
        load_rows(m, s * at.BLOCK, rows[s], which[s])
        _sky_of(around[s], parts[s], tables[s][3], tables[s][4], which[s])
    own = load_elements(m, ranks, tables[OWN], there.own, which[0])
    class_sun(m, ranks, own, parts[OWN])
    if not there.coupled:
        return Spaces(own, there.beside, there.shared, False)
    beside = load_elements(m, ranks, tables[BESIDE], there.beside, which[1])
    class_sun(m, ranks, beside, parts[BESIDE])
    return Spaces(own, beside, load_elements(m, ranks, tables[SHARED], there.shared, which[1]), True)


@jit
def start(m, ranks, space, lane):  # type: ignore[no-untyped-def]
    """Everything of a space at the first guess."""
    w = space.w + lane
    m[w + at.T_A] = m[w + at.T_R] = m[w + at.P_A] = m[w + at.P_R] = FIRST_GUESS
    for n in range(space.count):
        e = space.first + n * space.stride + lane
        m[e + at.T_O] = m[e + at.T_I] = m[e + at.P_O] = m[e + at.P_I] = FIRST_GUESS
        across = m[e + at.LAST_IO] + m[e + at.BEFORE_IO]
        memory_o = (m[e + at.LAST_OO] + m[e + at.BEFORE_OO] + across) * FIRST_GUESS
        memory_i = (m[e + at.LAST_II] + m[e + at.BEFORE_II] + across) * FIRST_GUESS
        for j in range(ranks[space.rank + n, at.KEPT]):
            mode = e + at.MODES + j * at.MODE
            left = 1.0 - m[mode + at.DECAY]
            x = (m[mode + at.TO_O] + m[mode + at.TO_I]) * FIRST_GUESS / left if left > 0.0 else 0.0
            memory_o, memory_i = memory_o + m[mode + at.FROM_O] * x, memory_i + m[mode + at.FROM_I] * x
            m[mode + at.X] = x
        m[e + at.MEM_O], m[e + at.MEM_I] = memory_o, memory_i


@jit
def heat(m, ranks, spaces, s, lane):  # type: ignore[no-untyped-def]
    """Heat in a space and its elements, the shared ones with those of the building. [Wh]"""
    space = spaces.own if s == OWN else spaces.beside
    w = space.w + lane
    held = m[w + at.CAIR] * (AFTER[0] * m[w + at.T_A] + AFTER[1] * m[w + at.P_A])
    held += _heat_of_elements(m, ranks, space, lane)
    if s == OWN:
        held += _heat_of_elements(m, ranks, spaces.shared, lane)
    return held / 3600.0


@jit
def _heat_of_elements(m, ranks, space, lane):  # type: ignore[no-untyped-def]
    held = 0.0
    for n in range(space.count):
        e = space.first + n * space.stride + lane
        mass = (m[e + at.LAST_HEAT_O] * m[e + at.T_O] + m[e + at.LAST_HEAT_I] * m[e + at.T_I]
                + m[e + at.BEFORE_HEAT_O] * m[e + at.P_O] + m[e + at.BEFORE_HEAT_I] * m[e + at.P_I])
        for j in range(ranks[space.rank + n, at.KEPT]):
            mode = e + at.MODES + j * at.MODE
            mass += m[mode + at.CONTENT] * m[mode + at.X]
        held += m[e + at.AREA] * mass
    return held


@jit
def weigh(m, w, t):  # type: ignore[no-untyped-def]
    """Whether an hour counts for each building."""
    for lane in range(L):
        m[w + at.WEIGHT + lane] = 1.0 if counts(m, w + lane, t) else 0.0


@jit
def counts(m, w, t):  # type: ignore[no-untyped-def]
    """Whether hour `t` is in the period of the building at `w`."""
    since = t - m[w + at.FIRST]
    since = since + HOURS if since < 0.0 else since
    return 0.0 <= t < HOURS and since < m[w + at.COUNT]
