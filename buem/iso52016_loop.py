"""The compiled year of the node model: blocks of `LANES` buildings side by side, from the functions of `iso52016`.

Each element has a workspace of rows of `LANES` values, each of its modes another, and each space one for its balance.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from buem import (
    compiled,
    iso52016,
    iso52016_beside,
    iso52016_block,
    iso52016_faces,
    iso52016_rows,
    iso52016_step,
    iso52016_sun,
    shading,
)
from buem import iso52016_rows as at
from buem.compiled import LANES, compile_year, jit, stamp, where
from buem.constants import HOURS
from buem.iso52016 import (
    BAND_TOLERANCE,
    FIRST_GUESS,
    MAX_YEARS,
    OPERATIVE_WEIGHT,
    PERIODIC_TOLERANCE,
    SUM_ABOVE,
    SUM_AIR,
    SUM_BELOW,
    SUM_BRIDGE,
    SUM_COOLING,
    SUM_HEATING,
    SUM_HOUR_COOLING,
    SUM_HOUR_HEATING,
    SUM_INTERNAL,
    SUM_PEAK_COOLING,
    SUM_PEAK_HEATING,
    SUM_SOLAR,
    SUM_STORAGE,
    SUMS,
    Air,
    aired_by_temperature,
)
from buem.iso52016_beside import couple, follow, shared_after, shared_faces, shared_sources, shared_sun
from buem.iso52016_block import BESIDE, OWN, SHARED, Block, counts, heat, load, start, weigh
from buem.iso52016_faces import faces
from buem.iso52016_rows import L
from buem.iso52016_step import after, close, sources
from buem.iso52016_sun import no_sun, sun

#: Hours that are kept before they are written, a divisor of the year.
TILE: Final = 120
#: Most series of a building, and that of the space beside it.
_SERIES: Final = 4


@jit
def _films(block, detailed, hour, outdoor):  # type: ignore[no-untyped-def]
    w = block.w
    for s in range(w.shape[0]):
        faces(w[s], block.elements[s], block.count[s], detailed, hour, outdoor)
    if w.shape[0] > 1:
        shared_faces(w[OWN], w[BESIDE], block.elements[SHARED], block.count[SHARED], detailed)


@jit
def _advance(block, outdoor, sky, share, within):  # type: ignore[no-untyped-def]
    """A step: the elements' sources, the balances of both spaces, and the elements after it."""
    w, elements, memory, kept, count = block.w, block.elements, block.memory, block.kept, block.count
    for s in range(w.shape[0]):
        sources(w[s], elements[s], memory[s], kept[s], count[s], outdoor, sky)
    if w.shape[0] > 1:
        shared_sources(w[OWN], w[BESIDE], elements[SHARED], memory[SHARED], kept[SHARED], count[SHARED])
        couple(w[OWN], w[BESIDE], outdoor, share)
    close(w[OWN], outdoor, share, within)
    if w.shape[0] > 1:
        follow(w[OWN], w[BESIDE], share)
        shared_after(w[OWN], w[BESIDE], elements[SHARED], memory[SHARED], kept[SHARED], count[SHARED])
    for s in range(w.shape[0]):
        after(w[s], elements[s], memory[s], kept[s], count[s])


@jit
def _shine(block, hour, first):  # type: ignore[no-untyped-def]
    w, elements, count = block.w, block.elements, block.count
    for s in range(w.shape[0]):
        if hour[17] == 0.0:
            sun(w[s], elements[s], count[s], block.lit[s], (block.around[s], block.parts[s]), hour)
        elif first:
            no_sun(w[s], elements[s], count[s])
            w[s, at.BEAM:at.BEAM + L] = 0.0
            w[s, at.DIFFUSE:at.DIFFUSE + L] = 0.0
    if w.shape[0] > 1 and (hour[17] == 0.0 or first):
        shared_sun(w[OWN], w[BESIDE], elements[OWN], count[OWN], elements[SHARED], count[SHARED])


@jit
def _bury(block, t, hour, schedules, columns):  # type: ignore[no-untyped-def]
    """Elements on the ground: what flows from it stands where others have the sun."""
    for s in range(block.w.shape[0]):
        w = block.w[s]
        if not block.buried[s, :block.count[s]].any():
            continue
        for lane in range(LANES):
            w[at.GROUND + lane] = schedules[t, columns[s, 5, lane]]
        for n in range(block.count[s]):
            if block.buried[s, n]:
                e = block.elements[s, n]
                for lane in range(LANES):
                    below = (e[at.G_MEAN + lane] + e[at.G_COS + lane] * hour[19] + e[at.G_SIN + lane] * hour[20]
                             + e[at.H_GROUND + lane] * w[at.GROUND + lane])
                    e[at.SUN_O + lane] = where(e[at.H_GROUND + lane] > 0.0, below, e[at.SUN_O + lane])


@jit
def _air_change(w, watched, density, outdoor, hour_of_day):  # type: ignore[no-untyped-def]
    for lane in range(LANES):
        always = w[at.INFIL + lane] + w[at.FLOW + lane] * w[at.USE + lane] * (1.0 - w[at.RECOVERY + lane])
        w[at.HVE + lane] = always
    if watched:
        for lane in range(LANES):
            air = Air(w[at.USE + lane], w[at.FREE + lane], w[at.FLOW + lane], w[at.RECOVERY + lane],
                      w[at.BYPASS + lane], w[at.AIRN + lane], w[at.NSTART + lane], w[at.NEND + lane],
                      w[at.NMIN + lane], w[at.FMIN + lane], w[at.FDIFF + lane])
            w[at.HVE + lane] += aired_by_temperature(air, w[at.T_A + lane], outdoor, hour_of_day)
    for lane in range(LANES):
        w[at.HVE + lane] *= density


@jit
def _store(block, t):  # type: ignore[no-untyped-def]
    """Heat at the edges of the hours that count; `t` is the hour that begins."""
    w = block.w[OWN]
    for lane in range(LANES):
        begins, ended = counts(w, lane, t), counts(w, lane, t - 1.0)
        if begins != ended:
            held = heat(block, OWN, lane)
            w[at.SUM + SUM_STORAGE * L + lane] += -held if begins else held


@jit
def _read_schedules(w, schedules, ramps, columns, t):  # type: ignore[no-untyped-def]
    for lane in range(LANES):
        w[at.LOW + lane] = schedules[t, columns[0, lane]]
        w[at.HIGH + lane] = schedules[t, columns[1, lane]]
        w[at.INT + lane] = schedules[t, columns[2, lane]] * w[at.FLOOR + lane]
        w[at.USE + lane] = schedules[t, columns[3, lane]]
        w[at.FREE + lane] = schedules[t, columns[4, lane]]
        w[at.RAMP_LOW + lane] = ramps[t, columns[0, lane]]
        w[at.RAMP_HIGH + lane] = ramps[t, columns[1, lane]]


@jit
def _add_hour(w, t):  # type: ignore[no-untyped-def]
    for lane in range(LANES):
        weight = w[at.WEIGHT + lane]
        heating, cooling = weight * w[at.HEAT + lane], weight * w[at.COOL + lane]
        w[at.SUM + SUM_HEATING * L + lane] += heating
        w[at.SUM + SUM_COOLING * L + lane] += cooling
        w[at.SUM + SUM_AIR * L + lane] += weight * w[at.VENT + lane]
        w[at.SUM + SUM_BRIDGE * L + lane] += weight * w[at.BRIDGED + lane]
        w[at.SUM + SUM_SOLAR * L + lane] += weight * w[at.SOLAR + lane]
        w[at.SUM + SUM_INTERNAL * L + lane] += weight * w[at.INT + lane]
        w[at.SUM + SUM_BELOW * L + lane] += where(w[at.HELD + lane] < w[at.LOW + lane] - BAND_TOLERANCE, weight, 0.0)
        w[at.SUM + SUM_ABOVE * L + lane] += where(w[at.HELD + lane] > w[at.HIGH + lane] + BAND_TOLERANCE, weight, 0.0)
        best = w[at.SUM + SUM_PEAK_HEATING * L + lane]
        w[at.SUM + SUM_PEAK_HEATING * L + lane] = where(heating > best, heating, best)
        w[at.SUM + SUM_HOUR_HEATING * L + lane] = where(heating > best, t, w[at.SUM + SUM_HOUR_HEATING * L + lane])
        best = w[at.SUM + SUM_PEAK_COOLING * L + lane]
        w[at.SUM + SUM_PEAK_COOLING * L + lane] = where(cooling > best, cooling, best)
        w[at.SUM + SUM_HOUR_COOLING * L + lane] = where(cooling > best, t, w[at.SUM + SUM_HOUR_COOLING * L + lane])


@jit
def _hour(block, habits, climate, t, setting):  # type: ignore[no-untyped-def]
    hours, schedules, ramps, columns = climate
    watched, whole, first = habits
    steps, detailed = setting
    hour, w = hours[t], block.w
    _shine(block, hour, t == first or hours[t - 1, 17] == 0.0)
    share = 1.0 / steps
    for s in range(w.shape[0]):
        if t == first or hour[18] != 0.0:
            _read_schedules(w[s], schedules, ramps, columns[s], t)
        if not whole:
            weigh(w[s], float(t))
        for row in range(at.HEAT, at.BRIDGED + L):
            w[s, row] = 0.0
        _air_change(w[s], watched, hour[15], hour[16], t % 24 + 0.5)
        for lane in range(LANES):
            w[s, at.SHARE + lane] = share * w[s, at.WEIGHT + lane]
    _bury(block, t, hour, schedules, columns)
    for step in range(steps):
        outdoor = hour[8] + (step + 0.5) / steps * (hour[9] - hour[8])
        if detailed:
            _films(block, True, hour, outdoor)
        _advance(block, outdoor, hour[10], share, (step + 0.5) / steps - 0.5)


@jit
def _keep_hour(w, tile, count, t):  # type: ignore[no-untyped-def]
    for lane in range(LANES):
        tile[lane * TILE + t] = w[OWN, at.HEAT + lane]
        tile[(L + lane) * TILE + t] = w[OWN, at.COOL + lane]
    if count == _SERIES:
        for lane in range(LANES):
            air, radiant = w[OWN, at.OUT_A + lane], w[OWN, at.OUT_R + lane]
            tile[(2 * L + lane) * TILE + t] = air
            tile[(3 * L + lane) * TILE + t] = OPERATIVE_WEIGHT * air + (1.0 - OPERATIVE_WEIGHT) * radiant
    if w.shape[0] > 1:
        for lane in range(LANES):
            tile[(_SERIES * L + lane) * TILE + t] = w[BESIDE, at.OUT_A + lane]


@jit
def _write_tile(tile, series, beside, lanes, last, t, done):  # type: ignore[no-untyped-def]
    for lane in range(last):
        if done[lane] == 0.0:
            for s in range(series.shape[0]):
                row = (s * L + lane) * TILE
                series[s, lanes[OWN, lane], t:t + TILE] = tile[row:row + TILE]
            if beside.shape[0] > 0 and lanes.shape[0] > 1:
                row = (_SERIES * L + lane) * TILE
                beside[lanes[BESIDE, lane], t:t + TILE] = tile[row:row + TILE]


@jit
def _clear(block):  # type: ignore[no-untyped-def]
    w = block.w[OWN]
    for row in range(at.SUM, at.SUM + SUMS * L):
        w[row] = 0.0
    for lane in range(LANES):
        w[at.SUM + SUM_HOUR_HEATING * L + lane] = -1.0
        w[at.SUM + SUM_HOUR_COOLING * L + lane] = -1.0
    for s in range(block.elements.shape[0]):
        for n in range(block.count[s]):
            block.elements[s, n, at.LOST:at.LOST + L] = 0.0


@jit
def _settle(block, given, lanes, last):  # type: ignore[no-untyped-def]
    """Write what is new of the lanes whose year has closed; whether all have."""
    offset, shared, sums, lost, between, final = given
    done, w = True, block.w[OWN]
    for lane in range(last):
        drifts = False
        for s in range(block.w.shape[0]):
            drift = heat(block, s, lane) - block.w[s, at.OPEN + lane]
            drifts = drifts or abs(drift) > PERIODIC_TOLERANCE * block.w[s, at.CAPACITY + lane]
        if w[at.DONE + lane] == 0.0:
            b = lanes[OWN, lane]
            for row in range(SUMS):
                sums[row, b] = w[at.SUM + row * L + lane]
            _write_lost(block, OWN, offset, b, lane, lost)
            if block.w.shape[0] > 1:
                _write_lost(block, SHARED, shared, lanes[BESIDE, lane], lane, between)
            if final or not drifts:
                w[at.DONE + lane] = 1.0
            else:
                done = False
    return done


@jit
def _write_lost(block, s, offset, b, lane, lost):  # type: ignore[no-untyped-def]
    for n in range(offset[b + 1] - offset[b]):
        e = block.elements[s, n]
        lost[offset[b] + n] = e[at.AREA + lane] * e[at.LOST + lane]


@jit
def _habits(w, schedules, columns):  # type: ignore[no-untyped-def]
    """Whether the temperature of a zone decides on its air change anywhere, and whether every hour counts."""
    watched, whole = False, True
    for lane in range(LANES):
        watched = (watched or w[at.AIRN + lane] > 0.0 or w[at.BYPASS + lane] < np.inf
                   or schedules[:, columns[4, lane]].any())
        whole = whole and w[at.COUNT + lane] == HOURS
    return watched, whole


@jit
def _open(block):  # type: ignore[no-untyped-def]
    for s in range(block.w.shape[0]):
        for lane in range(LANES):
            block.w[s, at.OPEN + lane] = heat(block, s, lane)


@jit
def _run_block(block, tables, climate, setting, out, lanes, last, begin):  # type: ignore[no-untyped-def]
    sums, lost, between, series, beside = out
    tile = np.empty((_SERIES + 1) * L * TILE, dtype=np.float32)
    for lane in range(LANES):
        start(block, lane)
        for s in range(block.w.shape[0]):
            block.w[s, at.CAPACITY + lane] = heat(block, s, lane) / FIRST_GUESS
    if not setting[1]:
        _films(block, False, climate[0][0], 0.0)
    _clear(block)
    watched, whole = _habits(block.w[OWN], climate[1], climate[3][OWN])
    for t in range(begin.min(), HOURS):
        for lane in range(LANES):
            if begin[lane] == t:
                start(block, lane)
        _hour(block, (watched, whole, begin.min()), climate, t, setting)
    for year in range(MAX_YEARS):
        _clear(block)
        _open(block)
        for t in range(HOURS):
            if not whole or t == 0:
                _store(block, float(t))
            _hour(block, (watched, whole, 0), climate, t, setting)
            _add_hour(block.w[OWN], float(t))
            if series.shape[0] > 0:
                _keep_hour(block.w, tile, series.shape[0], t % TILE)
                if t % TILE == TILE - 1:
                    _write_tile(tile, series, beside, lanes, last, t - TILE + 1, block.w[OWN, at.DONE:at.DONE + L])
        _store(block, float(HOURS))
        given = (tables[OWN][0], tables[SHARED][0], sums, lost, between, year == MAX_YEARS - 1)
        if _settle(block, given, lanes, last):
            break


@jit
def _ranks(offset):  # type: ignore[no-untyped-def]
    most = 1
    for b in range(offset.size - 1):
        most = max(most, offset[b + 1] - offset[b])
    return most


def _make(files: tuple[int, ...]) -> Any:
    def year_compiled(climate, tables, rows, setting, out, which, spin_up):  # type: ignore[no-untyped-def]
        hours, schedules, ramps, columns = climate
        spaces, elements = which.shape[0], 1 if which.shape[0] == 1 else 3
        most, modes, sectors = 1 + 0 * files[0], 1, 0
        for s in range(elements):
            most, modes = max(most, _ranks(tables[s][0])), max(modes, tables[s][2].shape[1])
            sectors = max(sectors, tables[s][3].shape[2])
        counts_ = np.zeros((elements, most), dtype=np.int64)
        block = Block(np.empty((spaces, at.BLOCK)), np.empty((elements, most, at.ELEMENT)),
                      np.empty((elements, most, modes, at.MODE_ROWS * L)), counts_[:, 0].copy(), counts_,
                      counts_.copy(), np.zeros((elements, 2 * sectors, LANES)),
                      np.zeros((elements, 2, LANES), dtype=np.int64), counts_ > 0)
        lane_columns = np.empty((spaces, 6, LANES), dtype=np.int64)
        lanes = np.empty((spaces, LANES), dtype=np.int64)
        begin = np.empty(LANES, dtype=np.int64)
        for first in range(0, which.shape[1], LANES):
            last = min(LANES, which.shape[1] - first)
            for lane in range(LANES):
                for s in range(spaces):
                    lanes[s, lane] = which[s, first + min(lane, last - 1)]
                    for row in range(6):
                        lane_columns[s, row, lane] = columns[s][row, lanes[s, lane]]
                begin[lane] = HOURS - spin_up[lanes[0, lane]]
            for s in range(elements):
                load(block, s, tables[s], rows[min(s, 1)], lanes[min(s, spaces - 1)])
            _run_block(block, tables, (hours, schedules, ramps, lane_columns), setting, out, lanes, last, begin)

    return year_compiled


year_compiled: Any = compile_year(_make(stamp(compiled, iso52016, iso52016_beside, iso52016_block, iso52016_faces,
                                              iso52016_rows, iso52016_step, iso52016_sun, shading)))
