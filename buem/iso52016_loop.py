"""The compiled year of the node model: blocks of `LANES` buildings side by side, from the functions of `iso52016`.

Each element has a workspace of rows of `LANES` values, each of its modes another, and a block one for its buildings.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from buem import compiled, iso52016, iso52016_rows, iso52016_sun, shading
from buem import iso52016_rows as at
from buem.compiled import LANES, compile_year, jit, stamp, where
from buem.constants import HOURS
from buem.iso52016 import (
    BAND_TOLERANCE,
    CUBE_INSIDE,
    CUBE_OUTSIDE,
    FIRST_GUESS,
    LEEWARD_COSINE,
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
    Film,
    Thermal,
    Wanted,
    Zone,
    aired_by_temperature,
    detailed_film,
    face,
    gap_factor,
    ideal_load,
)
from buem.iso52016_rows import L
from buem.iso52016_sun import GLASS, OPAQUE, SHADED, UNLIT, no_sun, sun

#: Modes of a rank of elements that remember no more than their inner faces.
PLAIN: Final = 0
#: Hours that are kept before they are written, a divisor of the year.
TILE: Final = 120


@jit
def _load_element(p, row, modes, lane):  # type: ignore[no-untyped-def]
    e, m = p
    for k in range(48):
        e[k * L + lane] = row[k]
    for k in range(modes.shape[0]):
        for c in range(6):
            m[k, c * L + lane] = modes[k, c]


@jit
def _load_block(w, elements, memory, zones, offset, table, modes, which, first, last):  # type: ignore[no-untyped-def]
    most = 0
    for lane in range(LANES):
        b = which[min(first + lane, last - 1)]
        for row in range(19):
            w[row * L + lane] = zones[row, b]
        w[at.DONE + lane] = 0.0
        w[at.WEIGHT + lane] = 1.0
        count = offset[b + 1] - offset[b]
        most = max(most, count)
        for e in range(elements.shape[0]):
            if e < count:
                _load_element((elements[e], memory[e]), table[offset[b] + e], modes[offset[b] + e], lane)
            else:
                elements[e, lane::L] = 0.0
                elements[e, at.AOO + lane] = elements[e, at.AII + lane] = 1.0
                elements[e, at.SHADE + 4 * L + lane] = elements[e, at.SHADE + 5 * L + lane] = 1.0
                for k in range(memory.shape[1]):
                    memory[e, k, lane::L] = 0.0
                memory[e, 0, 2 * L + lane] = 1.0
    return most


@jit
def _start(w, elements, memory, kept, lane):  # type: ignore[no-untyped-def]
    w[at.T_A + lane] = w[at.T_R + lane] = FIRST_GUESS
    for e in range(kept.size):
        elements[e, at.T_O + lane] = elements[e, at.T_I + lane] = FIRST_GUESS
        for k in range(kept[e]):
            mode = memory[e, k]
            left = 1.0 - mode[lane]
            fed = (mode[L + lane] + mode[2 * L + lane]) * FIRST_GUESS
            mode[6 * L + lane] = fed / left if left > 0.0 else 0.0


@jit
def _heat(w, elements, memory, kept, lane):  # type: ignore[no-untyped-def]
    held = w[at.CAIR + lane] * w[at.T_A + lane]
    for e in range(kept.size):
        mass = memory[e, 0, 5 * L + lane] * elements[e, at.T_I + lane] if kept[e] == PLAIN else 0.0
        for k in range(kept[e]):
            mass += memory[e, k, 5 * L + lane] * memory[e, k, 6 * L + lane]
        held += elements[e, at.AREA + lane] * mass
    return held / 3600.0


@jit
def _faces(w, elements, count, detailed, hour, outdoor):  # type: ignore[no-untyped-def]
    """Films of all elements, their elimination, and the sums of the zone that follow."""
    for lane in range(LANES):
        w[at.S_C + lane] = 0.0
        w[at.S_Q + lane] = 0.0
        w[at.S_R + lane] = 0.0
    for n in range(count):
        e = elements[n]
        if detailed:
            _detailed(w, e, hour, outdoor)
        else:
            for lane in range(LANES):
                e[at.H_CI + lane] = e[at.FIXED_IN + lane]
                e[at.H_RI + lane] = e[at.STAR + lane] * CUBE_INSIDE
                e[at.H_AIR + lane] = e[at.FIXED_OUT + lane] + e[at.TO_REST + lane] * CUBE_OUTSIDE
                e[at.H_SKY + lane] = e[at.TO_SKY + lane] * CUBE_OUTSIDE
                e[at.F_AIO + lane] = 1.0
        for lane in range(LANES):
            factor = e[at.F_AIO + lane]
            film = Film(e[at.H_CI + lane], e[at.H_RI + lane], e[at.H_AIR + lane], e[at.H_SKY + lane])
            a_oo, a_io = e[at.AOO + lane] * factor, e[at.AIO + lane] * factor
            known = face(film, a_oo, a_io, e[at.AII + lane] * factor)
            a_c, a_r = e[at.AREA + lane] * film.h_ci, e[at.AREA + lane] * film.h_ri
            e[at.H_O + lane], e[at.D + lane], e[at.V + lane] = known.h_o, known.d, known.v
            e[at.V_O + lane] = known.v * known.d * a_io
            e[at.F_AIO + lane] = a_io
            e[at.BY_AIR + lane], e[at.BY_SKY + lane] = e[at.B + lane] * film.h_air, e[at.B + lane] * film.h_sky
            e[at.BY_ZONE + lane] = (1.0 - e[at.B + lane]) * known.h_o
            e[at.A_C + lane], e[at.A_R + lane] = a_c, a_r
            e[at.V_C + lane], e[at.V_R + lane] = known.v * film.h_ci, known.v * film.h_ri
            w[at.S_C + lane] += a_c - a_c * film.h_ci * known.v
            w[at.S_Q + lane] += a_c * film.h_ri * known.v
            w[at.S_R + lane] += a_r - a_r * film.h_ri * known.v


@jit
def _detailed(w, e, hour, outdoor):  # type: ignore[no-untyped-def]
    sky, windward, leeward, wind_east, wind_north = hour[10], hour[11], hour[12], hour[13], hour[14]
    for lane in range(LANES):
        facing = e[at.EAST + lane] * wind_east + e[at.NORTH + lane] * wind_north
        forced = where(facing >= LEEWARD_COSINE, e[at.WINDWARD + lane] * windward, e[at.LEEWARD + lane] * leeward)
        theta_o, theta_i = e[at.T_O + lane], e[at.T_I + lane]
        film = detailed_film(Thermal(theta_o, theta_i, w[at.T_A + lane], w[at.T_R + lane], outdoor, sky), forced,
                             (e[at.TO_SKY + lane], e[at.TO_REST + lane], e[at.IN_WARM + lane], e[at.IN_COLD + lane],
                              e[at.IN_QUARTER + lane], e[at.OUT_WARM + lane], e[at.OUT_COLD + lane], e[at.ROUGH + lane],
                              e[at.STAR + lane]))
        e[at.H_CI + lane], e[at.H_RI + lane], e[at.H_AIR + lane], e[at.H_SKY + lane] = film
        e[at.F_AIO + lane] = gap_factor(0.5 * (theta_o + theta_i), e[at.GAPR + lane], e[at.GAPG + lane])


@jit
def _remember(e, m, kept):  # type: ignore[no-untyped-def]
    mode = m[0]
    for lane in range(LANES):
        e[at.MEM_O + lane] = mode[3 * L + lane] * mode[6 * L + lane]
        e[at.MEM_I + lane] = e[at.SUN_I + lane] + mode[4 * L + lane] * mode[6 * L + lane]
    for k in range(1, kept):
        mode = m[k]
        for lane in range(LANES):
            e[at.MEM_O + lane] += mode[3 * L + lane] * mode[6 * L + lane]
            e[at.MEM_I + lane] += mode[4 * L + lane] * mode[6 * L + lane]


@jit
def _plain_sources(w, e, mode, outdoor, sky):  # type: ignore[no-untyped-def]
    # Rounded as in `_remember` and `_advance`: a building's bits do not depend on its neighbours.
    for lane in range(LANES):
        given = (e[at.BY_AIR + lane] * outdoor + e[at.BY_SKY + lane] * sky + e[at.BY_ZONE + lane] * w[at.T_A + lane]
                 + e[at.SUN_O + lane])
        inside = e[at.SUN_I + lane] + mode[4 * L + lane] * e[at.T_I + lane]
        u = e[at.V + lane] * inside + e[at.V_O + lane] * given
        e[at.OUTSIDE + lane], e[at.U + lane], e[at.GIVEN + lane] = given, u, given
        w[at.S_M + lane] += e[at.A_C + lane] * u
        w[at.S_N + lane] += e[at.A_R + lane] * u


@jit
def _advance(w, elements, memory, kept, outdoor, sky, share, within):  # type: ignore[no-untyped-def]
    """A step: the elements' sources, the load in closed form, and the elements after it."""
    for lane in range(LANES):
        w[at.S_M + lane] = 0.0
        w[at.S_N + lane] = 0.0
    for n in range(kept.size):
        e = elements[n]
        if kept[n] == PLAIN:
            _plain_sources(w, e, memory[n, 0], outdoor, sky)
            continue
        _remember(e, memory[n], kept[n])
        for lane in range(LANES):
            given = (e[at.BY_AIR + lane] * outdoor + e[at.BY_SKY + lane] * sky + e[at.BY_ZONE + lane] * w[at.T_A + lane]
                     + e[at.SUN_O + lane])
            outside = given + e[at.MEM_O + lane]
            u = e[at.V + lane] * e[at.MEM_I + lane] + e[at.V_O + lane] * outside
            e[at.OUTSIDE + lane], e[at.U + lane], e[at.GIVEN + lane] = outside, u, given
            w[at.S_M + lane] += e[at.A_C + lane] * u
            w[at.S_N + lane] += e[at.A_R + lane] * u
    _close(w, outdoor, share, within)
    for n in range(kept.size):
        e = elements[n]
        for lane in range(LANES):
            t_i = e[at.U + lane] + e[at.V_C + lane] * w[at.T_A + lane] + e[at.V_R + lane] * w[at.T_R + lane]
            t_o = e[at.D + lane] * (e[at.OUTSIDE + lane] + e[at.F_AIO + lane] * t_i)
            e[at.T_O + lane], e[at.T_I + lane] = t_o, t_i
            # What leaves an outer face is what its films give off less the sun it takes.
            e[at.LOST + lane] += w[at.SHARE + lane] * (e[at.H_O + lane] * t_o - e[at.GIVEN + lane])
        for k in range(kept[n]):
            mode = memory[n, k]
            for lane in range(LANES):
                mode[6 * L + lane] = (mode[lane] * mode[6 * L + lane] + mode[L + lane] * e[at.T_O + lane]
                                      + mode[2 * L + lane] * e[at.T_I + lane])


@jit
def _close(w, outdoor, share, within):  # type: ignore[no-untyped-def]
    for lane in range(LANES):
        out = w[at.HVE + lane] + w[at.BRIDGE + lane]
        held = w[at.CAIR + lane] / (3600.0 * share)
        internal = w[at.INT + lane]
        to_radiant, coupling = 1.0 / w[at.S_R + lane], w[at.S_Q + lane]
        zone = Zone(to_radiant, coupling, w[at.S_C + lane] + out + held - coupling * coupling * to_radiant)
        air = w[at.S_M + lane] + out * outdoor + held * w[at.T_A + lane] + w[at.CONV + lane] * internal
        wanted = Wanted(w[at.LOW + lane] + within * w[at.RAMP_LOW + lane],
                        w[at.HIGH + lane] + within * w[at.RAMP_HIGH + lane],
                        w[at.PHEAT + lane], w[at.PCOOL + lane], w[at.WEIGHT_A + lane])
        load = ideal_load(zone, air, w[at.S_N + lane] + (1.0 - w[at.CONV + lane]) * internal, wanted)
        w[at.T_A + lane], w[at.T_R + lane] = load.theta_a, load.theta_r
        w[at.HEAT + lane] += share * load.heating
        w[at.COOL + lane] += share * load.cooling
        w[at.HELD + lane] += share * load.held
        w[at.OUT_A + lane] += share * load.theta_a
        w[at.OUT_R + lane] += share * load.theta_r
        w[at.VENT + lane] += share * (w[at.HVE + lane] * (load.theta_a - outdoor))
        w[at.BRIDGED + lane] += share * (w[at.BRIDGE + lane] * (load.theta_a - outdoor))


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
def _weigh(w, t):  # type: ignore[no-untyped-def]
    for lane in range(LANES):
        w[at.WEIGHT + lane] = 1.0 if _counts(w, lane, t) else 0.0


@jit
def _counts(w, lane, t):  # type: ignore[no-untyped-def]
    since = t - w[at.FIRST + lane]
    since = since + HOURS if since < 0.0 else since
    return 0.0 <= t < HOURS and since < w[at.COUNT + lane]


@jit
def _store(w, elements, memory, kept, t):  # type: ignore[no-untyped-def]
    """Heat at the edges of the hours that count; `t` is the hour that begins."""
    for lane in range(LANES):
        begins, ended = _counts(w, lane, t), _counts(w, lane, t - 1.0)
        if begins != ended:
            heat = _heat(w, elements, memory, kept, lane)
            w[at.SUM + SUM_STORAGE * L + lane] += -heat if begins else heat


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
def _hour(w, elements, memory, kept, block, climate, t, setting):  # type: ignore[no-untyped-def]
    hours, schedules, ramps, columns = climate
    lit, watched, whole, first = block
    steps, detailed = setting
    hour = hours[t]
    if hour[17] == 0.0:
        sun(w, elements, kept.size, lit, hour)
    elif t == first or hours[t - 1, 17] == 0.0:
        no_sun(w, elements, kept.size)
    if t == first or hour[18] != 0.0:
        _read_schedules(w, schedules, ramps, columns, t)
    if not whole:
        _weigh(w, float(t))
    for row in range(at.HEAT, at.BRIDGED + L):
        w[row] = 0.0
    _air_change(w, watched, hour[15], hour[16], t % 24 + 0.5)
    share = 1.0 / steps
    for lane in range(LANES):
        w[at.SHARE + lane] = share * w[at.WEIGHT + lane]
    for step in range(steps):
        outdoor = hour[8] + (step + 0.5) / steps * (hour[9] - hour[8])
        if detailed:
            _faces(w, elements, kept.size, True, hour, outdoor)
        _advance(w, elements, memory, kept, outdoor, hour[10], share, (step + 0.5) / steps - 0.5)


@jit
def _keep_hour(w, tile, count, t):  # type: ignore[no-untyped-def]
    for lane in range(LANES):
        tile[lane * TILE + t] = w[at.HEAT + lane]
        tile[(L + lane) * TILE + t] = w[at.COOL + lane]
    if count == 4:
        for lane in range(LANES):
            air = w[at.OUT_A + lane]
            tile[(2 * L + lane) * TILE + t] = air
            tile[(3 * L + lane) * TILE + t] = OPERATIVE_WEIGHT * air + (1.0 - OPERATIVE_WEIGHT) * w[at.OUT_R + lane]


@jit
def _write_tile(tile, series, which, first, last, t, w):  # type: ignore[no-untyped-def]
    for s in range(series.shape[0]):
        for lane in range(last - first):
            if w[at.DONE + lane] == 0.0:
                row = (s * L + lane) * TILE
                series[s, which[first + lane], t:t + TILE] = tile[row:row + TILE]


@jit
def _clear(w, elements):  # type: ignore[no-untyped-def]
    for row in range(at.SUM, at.SUM + SUMS * L):
        w[row] = 0.0
    for lane in range(LANES):
        w[at.SUM + SUM_HOUR_HEATING * L + lane] = -1.0
        w[at.SUM + SUM_HOUR_COOLING * L + lane] = -1.0
    for n in range(elements.shape[0]):
        for lane in range(LANES):
            elements[n, at.LOST + lane] = 0.0


@jit
def _settle(w, elements, memory, kept, given, which, first, last):  # type: ignore[no-untyped-def]
    """Write what is new of the lanes whose year has closed; whether all have."""
    offset, sums, lost, final = given
    done = True
    for lane in range(last - first):
        b = which[first + lane]
        drift = _heat(w, elements, memory, kept, lane) - w[at.OPEN + lane]
        if w[at.DONE + lane] == 0.0:
            for row in range(SUMS):
                sums[row, b] = w[at.SUM + row * L + lane]
            for n in range(offset[b + 1] - offset[b]):
                lost[offset[b] + n] = elements[n, at.AREA + lane] * elements[n, at.LOST + lane]
            if final or not abs(drift) > PERIODIC_TOLERANCE * w[at.CAPACITY + lane]:
                w[at.DONE + lane] = 1.0
            else:
                done = False
    return done


@jit
def _habits(w, schedules, columns):  # type: ignore[no-untyped-def]
    """Whether the temperature of a zone decides on its air change anywhere, and whether every hour counts."""
    watched, whole = False, True
    for lane in range(LANES):
        opened = schedules[:, columns[4, lane]].any()
        watched = watched or w[at.AIRN + lane] > 0.0 or w[at.BYPASS + lane] < np.inf or opened
        whole = whole and w[at.COUNT + lane] == HOURS
    return watched, whole


@jit
def _run_block(w, elements, memory, kept, lit, begin, climate, setting, out, span):  # type: ignore[no-untyped-def]
    offset, sums, lost, series = out
    which, first, last = span
    tile = np.empty(4 * L * TILE, dtype=np.float32)
    for lane in range(LANES):
        _start(w, elements, memory, kept, lane)
        w[at.CAPACITY + lane] = _heat(w, elements, memory, kept, lane) / FIRST_GUESS
    if not setting[1]:
        _faces(w, elements, kept.size, False, climate[0][0], 0.0)
    _clear(w, elements)
    watched, whole = _habits(w, climate[1], climate[3])
    for t in range(begin.min(), HOURS):
        for lane in range(LANES):
            if begin[lane] == t:
                _start(w, elements, memory, kept, lane)
        _hour(w, elements, memory, kept, (lit, watched, whole, begin.min()), climate, t, setting)
    for year in range(MAX_YEARS):
        _clear(w, elements)
        for lane in range(LANES):
            w[at.OPEN + lane] = _heat(w, elements, memory, kept, lane)
        for t in range(HOURS):
            if not whole or t == 0:
                _store(w, elements, memory, kept, float(t))
            _hour(w, elements, memory, kept, (lit, watched, whole, 0), climate, t, setting)
            _add_hour(w, float(t))
            if series.shape[0] > 0:
                _keep_hour(w, tile, series.shape[0], t % TILE)
                if t % TILE == TILE - 1:
                    _write_tile(tile, series, which, first, last, t - TILE + 1, w)
        _store(w, elements, memory, kept, float(HOURS))
        if _settle(w, elements, memory, kept, (offset, sums, lost, year == MAX_YEARS - 1), which, first, last):
            break


@jit
def _used(elements, memory, most, modes):  # type: ignore[no-untyped-def]
    """How many modes each rank of elements has, and what the sun does there."""
    kept, lit = np.zeros(most, dtype=np.int64), np.zeros(most, dtype=np.int64)
    for n in range(most):
        plain = True
        for lane in range(LANES):
            mode = memory[n, 0, lane::L]
            plain = plain and mode[0] == 0.0 and mode[1] == 0.0 and mode[3] == 0.0 and mode[2] == 1.0
        for k in range(modes):
            for lane in range(LANES):
                rows = memory[n, k, lane::L]
                if rows[3] != 0.0 or rows[4] != 0.0 or rows[5] != 0.0:
                    kept[n] = k + 1
        kept[n] = PLAIN if plain and kept[n] <= 1 else max(kept[n], 1)
        for lane in range(LANES):
            e = elements[n, lane::L]
            clear = e[at.TAU_D // L] != 0.0 or e[at.ALPHA_I // L] != 0.0
            seen = GLASS if clear else (OPAQUE if e[at.ALPHA_O // L] != 0.0 else UNLIT)
            lit[n] = max(lit[n], SHADED if seen > UNLIT and e[at.SHADE // L] > 0.0 else seen)
    return kept, lit


def _make(files: tuple[int, ...]) -> Any:
    def year_compiled(climate, tables, setting, out, which, spin_up):  # type: ignore[no-untyped-def]
        hours, schedules, ramps, columns = climate
        offset, table, modes, zones = tables
        most = 0 * files[0]
        for b in range(offset.size - 1):
            most = max(most, offset[b + 1] - offset[b])
        elements = np.empty((most, at.ELEMENT))
        memory = np.empty((most, modes.shape[1], at.MODE_ROWS * L))
        w = np.empty(at.BLOCK)
        lane_columns = np.empty((5, LANES), dtype=np.int64)
        begin = np.empty(LANES, dtype=np.int64)
        for first in range(0, which.size, LANES):
            last = min(first + LANES, which.size)
            count = _load_block(w, elements, memory, zones, offset, table, modes, which, first, last)
            kept, lit = _used(elements, memory, count, modes.shape[1])
            for lane in range(LANES):
                b = which[min(first + lane, last - 1)]
                for row in range(5):
                    lane_columns[row, lane] = columns[row, b]
                begin[lane] = HOURS - spin_up[b]
            _run_block(w, elements[:count], memory[:count], kept, lit, begin,
                       (hours, schedules, ramps, lane_columns), setting, out, (which, first, last))

    return year_compiled


year_compiled: Any = compile_year(_make(stamp(compiled, iso52016, iso52016_rows, iso52016_sun, shading)))
