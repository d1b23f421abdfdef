"""The compiled year of the node model: blocks of buildings side by side, from the functions of `iso52016`.

A block has one workspace, a flat array of rows of `WIDTH` values (`iso52016_rows`), and a table of what is known of
its ranks of elements.
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
    iso52016_films,
    iso52016_rows,
    iso52016_step,
    iso52016_sun,
    lanes,
    layers,
    shading,
)
from buem import iso52016_rows as at
from buem.compiled import compile_year, inlined, jit, stamp, where
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
from buem.iso52016_beside import coupled_balance, follow, shared_after, shared_sources, shared_sun
from buem.iso52016_block import BESIDE, OWN, SHARED, aligned, counts, heat, load, most, places, start, weigh
from buem.iso52016_faces import Around, fix
from buem.iso52016_films import CUBE_INSIDE, CUBE_OUTSIDE, ahead
from buem.iso52016_rows import L
from buem.iso52016_step import after, close, detailed_sources, fixed_sources, with_air
from buem.iso52016_sun import light_of, no_sun, sun
from buem.lanes import borrowed, get, put, spread

#: Hours that are kept before they are written, a divisor of the year.
TILE: Final = 120
#: Most series of a building, and that of the space beside it.
_SERIES: Final = 4


@inlined
def _sources(m, ranks, space, weather, fine):  # type: ignore[no-untyped-def]
    outdoor, sky, windward, leeward, wind_east, wind_north = weather
    theta_a = ahead(get(m, space.w + at.T_A), get(m, space.w + at.P_A))
    theta_r = ahead(get(m, space.w + at.T_R), get(m, space.w + at.P_R))
    around = Around(theta_a, theta_r, outdoor, sky, windward, leeward, wind_east, wind_north)
    if fine:
        detailed_sources(m, ranks, space, around)
    else:
        fixed_sources(m, ranks, space, around)


@jit
def _advance(m, ranks, spaces, weather, step, fine):  # type: ignore[no-untyped-def]
    """A step: the elements' sources, the balances of both spaces, and the elements after it."""
    own, outdoor = spaces.own.w, weather[0]
    _sources(m, ranks, spaces.own, weather, fine)
    if spaces.coupled:
        _sources(m, ranks, spaces.beside, weather, fine)
        shared_sources(m, ranks, spaces, fine)
        balance = coupled_balance(m, own, spaces.beside.w, outdoor, step[0])
        close(m, own, balance, outdoor, step)
        follow(m, own, spaces.beside.w, step[0])
        shared_after(m, ranks, spaces)
        after(m, ranks, spaces.beside)
    else:
        close(m, own, with_air(m, own, outdoor, step[0]), outdoor, step)
    after(m, ranks, spaces.own)


@inlined
def _shine(m, ranks, spaces, around, parts, hours, t, first):  # type: ignore[no-untyped-def]
    light = hours[t, 17] == 0.0
    if light:
        sun(m, ranks, spaces.own, around[OWN], parts[OWN], light_of(hours, t))
        if spaces.coupled:
            sun(m, ranks, spaces.beside, around[BESIDE], parts[BESIDE], light_of(hours, t))
    elif first:
        no_sun(m, spaces.own)
        if spaces.coupled:
            no_sun(m, spaces.beside)
    if spaces.coupled and (light or first):
        shared_sun(m, spaces)


@inlined
def _bury(m, ranks, space, schedules, columns, hours, t):  # type: ignore[no-untyped-def]
    """Elements on the ground: what flows from it stands where others have the sun."""
    for n in range(space.count):
        if ranks[space.rank + n, at.BURIED] != 0:
            e = space.first + n * space.stride
            for lane in range(L):
                m[space.w + at.GROUND + lane] = schedules[t, columns[5, lane]]
            h_ground = get(m, e + at.H_GROUND)
            below = (get(m, e + at.G_MEAN) + get(m, e + at.G_COS) * hours[t, 19] + get(m, e + at.G_SIN) * hours[t, 20]
                     + h_ground * get(m, space.w + at.GROUND))
            put(m, e + at.SUN_O, where(h_ground > 0.0, below, get(m, e + at.SUN_O)))


@inlined
def _air_change(m, w, watched, hours, t):  # type: ignore[no-untyped-def]
    flow = get(m, w + at.INFIL) + get(m, w + at.FLOW) * get(m, w + at.USE) * (1.0 - get(m, w + at.RECOVERY))
    if watched:
        air = Air(get(m, w + at.USE), get(m, w + at.FREE), get(m, w + at.FLOW), get(m, w + at.RECOVERY),
                  get(m, w + at.BYPASS), get(m, w + at.AIRN), get(m, w + at.NSTART), get(m, w + at.NEND),
                  get(m, w + at.NMIN), get(m, w + at.FMIN), get(m, w + at.FDIFF))
        flow = flow + aired_by_temperature(air, get(m, w + at.T_A), hours[t, 16], t % 24 + 0.5)
    put(m, w + at.HVE, flow * hours[t, 15])


@jit
def _store(m, ranks, spaces, t):  # type: ignore[no-untyped-def]
    """Heat at the edges of the hours that count; `t` is the hour that begins."""
    w = spaces.own.w
    for lane in range(L):
        begins, ended = counts(m, w + lane, t), counts(m, w + lane, t - 1.0)
        if begins != ended:
            held = heat(m, ranks, spaces, OWN, lane)
            m[w + at.SUM + SUM_STORAGE * L + lane] += -held if begins else held


@jit
def _read_schedules(m, w, schedules, ramps, columns, t):  # type: ignore[no-untyped-def]
    for lane in range(L):
        m[w + at.LOW + lane] = schedules[t, columns[0, lane]]
        m[w + at.HIGH + lane] = schedules[t, columns[1, lane]]
        m[w + at.INT + lane] = schedules[t, columns[2, lane]] * m[w + at.FLOOR + lane]
        m[w + at.USE + lane] = schedules[t, columns[3, lane]]
        m[w + at.FREE + lane] = schedules[t, columns[4, lane]]
        m[w + at.RAMP_LOW + lane] = ramps[t, columns[0, lane]]
        m[w + at.RAMP_HIGH + lane] = ramps[t, columns[1, lane]]


@inlined
def _add(m, row, more):  # type: ignore[no-untyped-def]
    put(m, row, get(m, row) + more)


@inlined
def _add_hour(m, w, t):  # type: ignore[no-untyped-def]
    weight, sums, held = get(m, w + at.WEIGHT), w + at.SUM, get(m, w + at.HELD)
    heating, cooling = weight * get(m, w + at.HEAT), weight * get(m, w + at.COOL)
    _add(m, sums + SUM_HEATING * L, heating)
    _add(m, sums + SUM_COOLING * L, cooling)
    _add(m, sums + SUM_AIR * L, weight * get(m, w + at.VENT))
    _add(m, sums + SUM_BRIDGE * L, weight * get(m, w + at.BRIDGED))
    _add(m, sums + SUM_SOLAR * L, weight * get(m, w + at.SOLAR))
    _add(m, sums + SUM_INTERNAL * L, weight * get(m, w + at.INT))
    _add(m, sums + SUM_BELOW * L, where(held < get(m, w + at.LOW) - BAND_TOLERANCE, weight, 0.0))
    _add(m, sums + SUM_ABOVE * L, where(held > get(m, w + at.HIGH) + BAND_TOLERANCE, weight, 0.0))
    _peak(m, sums + SUM_PEAK_HEATING * L, sums + SUM_HOUR_HEATING * L, heating, t)
    _peak(m, sums + SUM_PEAK_COOLING * L, sums + SUM_HOUR_COOLING * L, cooling, t)


@inlined
def _peak(m, peak, hour, load, t):  # type: ignore[no-untyped-def]
    best = get(m, peak)
    put(m, hour, where(load > best, t, get(m, hour)))
    put(m, peak, where(load > best, load, best))


@inlined
def _begin_hour(m, space, habits, climate, columns, t):  # type: ignore[no-untyped-def]
    hours, schedules, ramps = climate
    watched, whole, first, steps = habits
    w = space.w
    if t == first or hours[t, 18] != 0.0:
        _read_schedules(m, w, schedules, ramps, columns, t)
    if not whole:
        weigh(m, w, float(t))
    for row in range(w + at.HEAT, w + at.BRIDGED + L, L):
        put(m, row, spread(0.0))
    _air_change(m, w, watched, hours, t)
    put(m, w + at.SHARE, get(m, w + at.WEIGHT) * (1.0 / steps))


@jit
def _hour(m, ranks, spaces, habits, climate, columns, skyline, t, fine):  # type: ignore[no-untyped-def]
    hours, schedules, _ = climate
    steps, first = habits[3], habits[2]
    around, parts = skyline
    _shine(m, ranks, spaces, around, parts, hours, t, t == first or hours[t - 1, 17] == 0.0)
    _begin_hour(m, spaces.own, habits, climate, columns[OWN], t)
    _bury(m, ranks, spaces.own, schedules, columns[OWN], hours, t)
    if spaces.coupled:
        _begin_hour(m, spaces.beside, habits, climate, columns[BESIDE], t)
        _bury(m, ranks, spaces.beside, schedules, columns[BESIDE], hours, t)
    for step in range(steps):
        within = (step + 0.5) / steps
        weather = (hours[t, 8] + within * (hours[t, 9] - hours[t, 8]), hours[t, 10], hours[t, 11], hours[t, 12],
                   hours[t, 13], hours[t, 14])
        _advance(m, ranks, spaces, weather, (1.0 / steps, within - 0.5), fine)


@inlined
def _keep_hour(m, spaces, tile, count, t):  # type: ignore[no-untyped-def]
    w, beside = spaces.own.w, spaces.beside.w
    for lane in range(L):
        tile[lane * TILE + t] = m[w + at.HEAT + lane]
        tile[(L + lane) * TILE + t] = m[w + at.COOL + lane]
    if count == _SERIES:
        for lane in range(L):
            air, radiant = m[w + at.OUT_A + lane], m[w + at.OUT_R + lane]
            tile[(2 * L + lane) * TILE + t] = air
            tile[(3 * L + lane) * TILE + t] = OPERATIVE_WEIGHT * air + (1.0 - OPERATIVE_WEIGHT) * radiant
            if spaces.coupled:
                tile[(_SERIES * L + lane) * TILE + t] = m[beside + at.OUT_A + lane]


@jit
def _write_tile(m, done, tile, series, beside, which, last, t):  # type: ignore[no-untyped-def]
    for lane in range(last):
        if m[done + lane] == 0.0:
            for s in range(series.shape[0]):
                row = (s * L + lane) * TILE
                series[s, which[OWN, lane], t:t + TILE] = tile[row:row + TILE]
            if beside.shape[0] > 0 and which.shape[0] > 1:
                row = (_SERIES * L + lane) * TILE
                beside[which[BESIDE, lane], t:t + TILE] = tile[row:row + TILE]


@jit
def _clear(m, spaces):  # type: ignore[no-untyped-def]
    sums = spaces.own.w + at.SUM
    for row in range(SUMS):
        put(m, sums + row * L, spread(0.0))
    put(m, sums + SUM_HOUR_HEATING * L, spread(-1.0))
    put(m, sums + SUM_HOUR_COOLING * L, spread(-1.0))
    for space in (spaces.own, spaces.beside, spaces.shared):
        for n in range(space.count):
            put(m, space.first + n * space.stride + at.LOST, spread(0.0))


@jit
def _settle(m, ranks, spaces, given, which, last):  # type: ignore[no-untyped-def]
    """Write what is new of the lanes whose year has closed; whether all have."""
    offset, shared, sums, lost, between, final = given
    done, w = True, spaces.own.w
    for lane in range(last):
        drifts = _drifts(m, ranks, spaces, OWN, lane) or (spaces.coupled and _drifts(m, ranks, spaces, BESIDE, lane))
        if m[w + at.DONE + lane] == 0.0:
            b = which[OWN, lane]
            for row in range(SUMS):
                sums[row, b] = m[w + at.SUM + row * L + lane]
            _write_lost(m, spaces.own, offset, b, lane, lost)
            if spaces.coupled:
                _write_lost(m, spaces.shared, shared, which[BESIDE, lane], lane, between)
            if final or not drifts:
                m[w + at.DONE + lane] = 1.0
            else:
                done = False
    return done


@jit
def _drifts(m, ranks, spaces, s, lane):  # type: ignore[no-untyped-def]
    w = spaces.own.w if s == OWN else spaces.beside.w
    drift = heat(m, ranks, spaces, s, lane) - m[w + at.OPEN + lane]
    return abs(drift) > PERIODIC_TOLERANCE * m[w + at.CAPACITY + lane]


@jit
def _write_lost(m, space, offset, b, lane, lost):  # type: ignore[no-untyped-def]
    for n in range(offset[b + 1] - offset[b]):
        e = space.first + n * space.stride + lane
        lost[offset[b] + n] = m[e + at.AREA] * m[e + at.LOST]


@jit
def _habits(m, w, schedules, columns):  # type: ignore[no-untyped-def]
    """Whether the temperature of a zone decides on its air change anywhere, and whether every hour counts."""
    watched, whole = False, True
    for lane in range(L):
        watched = watched or m[w + at.AIRN + lane] > 0.0 or m[w + at.BYPASS + lane] < np.inf
        watched = watched or schedules[:, columns[4, lane]].any()
        whole = whole and m[w + at.COUNT + lane] == HOURS
    return watched, whole


@jit
def _measure(m, ranks, spaces, row, over):  # type: ignore[no-untyped-def]
    """Heat of the spaces into a row of each."""
    for lane in range(L):
        m[spaces.own.w + row + lane] = heat(m, ranks, spaces, OWN, lane) * over
        if spaces.coupled:
            m[spaces.beside.w + row + lane] = heat(m, ranks, spaces, BESIDE, lane) * over


@jit
def _start(m, ranks, spaces, lane):  # type: ignore[no-untyped-def]
    start(m, ranks, spaces.own, lane)
    if spaces.coupled:
        start(m, ranks, spaces.beside, lane)
        start(m, ranks, spaces.shared, lane)


@jit
def _spin_up(m, ranks, spaces, climate, columns, skyline, setting, begin):  # type: ignore[no-untyped-def]
    """From the first guess to the end of the year, each building from an hour of its own."""
    steps, fine = setting
    for lane in range(L):
        _start(m, ranks, spaces, lane)
    _measure(m, ranks, spaces, at.CAPACITY, 1.0 / FIRST_GUESS)
    if not fine:
        # The sums of the shared elements, which are added in each step, are overwritten by those of the own ones.
        fix(m, spaces.shared, CUBE_INSIDE)
        fix(m, spaces.own, CUBE_OUTSIDE)
        if spaces.coupled:
            fix(m, spaces.beside, CUBE_OUTSIDE)
    _clear(m, spaces)
    watched, whole = _habits(m, spaces.own.w, climate[1], columns[OWN])
    for t in range(begin.min(), HOURS):
        for lane in range(L):
            if begin[lane] == t:
                _start(m, ranks, spaces, lane)
        _hour(m, ranks, spaces, (watched, whole, begin.min(), steps), climate, columns, skyline, t, fine)
    return watched, whole, 0, steps


@jit
def _run_block(m, ranks, spaces, climate, columns, skyline, setting, out,  # type: ignore[no-untyped-def]
               offsets, which, last, begin):
    sums, lost, between, series, beside = out
    tile = np.empty((_SERIES + 1) * L * TILE, dtype=np.float32)
    habits = _spin_up(m, ranks, spaces, climate, columns, skyline, setting, begin)
    for year in range(MAX_YEARS):
        _clear(m, spaces)
        _measure(m, ranks, spaces, at.OPEN, 1.0)
        for t in range(HOURS):
            if not habits[1] or t == 0:
                _store(m, ranks, spaces, float(t))
            _hour(m, ranks, spaces, habits, climate, columns, skyline, t, setting[1])
            _add_hour(m, spaces.own.w, float(t))
            if series.shape[0] > 0:
                _keep_hour(m, spaces, tile, series.shape[0], t % TILE)
                if t % TILE == TILE - 1:
                    _write_tile(m, spaces.own.w + at.DONE, tile, series, beside, which, last, t - TILE + 1)
        _store(m, ranks, spaces, float(HOURS))
        given = (offsets[0], offsets[1], sums, lost, between, year == MAX_YEARS - 1)
        if _settle(m, ranks, spaces, given, which, last):
            break


@jit
def _run_blocks(m, ranks, there, climate, columns, skyline, tables, rows, setting,  # type: ignore[no-untyped-def]
                out, which, spin_up):
    lane_columns = np.empty((which.shape[0], 6, L), dtype=np.int64)
    lane_of = np.empty((which.shape[0], L), dtype=np.int64)
    begin = np.empty(L, dtype=np.int64)
    for first in range(0, which.shape[1], L):
        last = min(L, which.shape[1] - first)
        for lane in range(L):
            for s in range(which.shape[0]):
                lane_of[s, lane] = which[s, first + min(lane, last - 1)]
                for row in range(6):
                    lane_columns[s, row, lane] = columns[s][row, lane_of[s, lane]]
            begin[lane] = HOURS - spin_up[lane_of[0, lane]]
        spaces = load(m, ranks, there, tables, rows, skyline, lane_of)
        _run_block(m, ranks, spaces, climate, borrowed(lane_columns), skyline, setting, out,
                   (tables[OWN][0], tables[SHARED][0]), lane_of, last, begin)
    # The owner of what was borrowed lives until here.
    lane_columns[:] = 0


def _make(files: tuple[int, ...]) -> Any:
    def year_compiled(climate, tables, rows, setting, out, which, spin_up):  # type: ignore[no-untyped-def]
        hours, schedules, ramps, columns = climate
        coupled = which.shape[0] > 1
        ranked, modes, sectors = 1 + 0 * files[0], 0, 0
        for s in range(3 if coupled else 1):
            ranked, modes = max(ranked, most(tables[s][0])), max(modes, tables[s][2].shape[1])
            sectors = max(sectors, tables[s][3].shape[2])
        there, size = places(coupled, ranked, modes)
        m, ranks = aligned(size), np.zeros((3 * ranked, at.RANK), dtype=np.int64)
        around, parts = np.zeros((2, 2 * sectors, L)), np.zeros((2, 2, L), dtype=np.int64)
        _run_blocks(borrowed(m), borrowed(ranks), there, (borrowed(hours), borrowed(schedules), borrowed(ramps)),
                    columns, (borrowed(around), borrowed(parts)), tables, rows, setting, out, which, spin_up)
        m[0] = ranks[0, 0] = around[:] = parts[:] = 0

    return year_compiled


_FILES: Final = stamp(compiled, iso52016, iso52016_beside, iso52016_block, iso52016_faces, iso52016_films,
                      iso52016_rows, iso52016_step, iso52016_sun, *lanes.MODULES, layers, shading)
year_compiled: Any = compile_year(_make(_FILES))
