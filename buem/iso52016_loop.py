"""The compiled year of the node model: blocks of `LANES` buildings side by side, from the functions of `iso52016`.

Each element has a workspace of rows of `LANES` values, each of its modes another, and a block one for its buildings.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np

from buem import iso13790, iso52016
from buem.constants import HOURS
from buem.iso13790 import shaded_share
from buem.iso52016 import (
    _FASTMATH,
    BAND_TOLERANCE,
    CUBE_INSIDE,
    CUBE_OUTSIDE,
    FIRST_GUESS,
    LANES,
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
    _jit,
    _where,
    aired_by_temperature,
    detailed_film,
    face,
    gap_factor,
    ideal_load,
)

# Rows of the workspaces, LANES values each: of an element (its columns, then these), of a block of buildings.
L: Final = LANES
(_AREA, _AOO, _AIO, _AII, _GAPR, _GAPG, _B, _TO_SKY, _TO_REST, _IN_WARM, _IN_COLD, _IN_QUARTER, _OUT_WARM, _OUT_COLD,
 _ROUGH, _WINDWARD, _LEEWARD, _STAR, _FIXED_IN, _FIXED_OUT, _SHARE_B, _SHARE_D, _ALPHA_O, _ALPHA_I, _ABS_D, _TAU_D,
 _EAST, _NORTH, _UP, _ISO, _HOR, _GND) = range(0, 32 * L, L)
_ABS, _TAU, _SHADE = 32 * L, 37 * L, 42 * L
(_T_O, _T_I, _H_CI, _H_RI, _H_AIR, _H_SKY, _H_O, _D, _V, _V_O, _F_AIO, _BY_AIR, _BY_SKY, _BY_ZONE, _A_C, _A_R,
 _V_C, _V_R, _SUN_O, _SUN_I, _MEM_O, _MEM_I, _OUTSIDE, _GIVEN, _U, _LOST, _ELEMENT) = range(48 * L, 75 * L, L)
#: Rows of a mode: its columns and its state.
MODE_ROWS: Final = 7
(_INFIL, _FLOW, _RECOVERY, _BYPASS, _AIRN, _NSTART, _NEND, _NMIN, _FMIN, _FDIFF, _BRIDGE, _CAIR, _CONV, _FLOOR, _PHEAT,
 _PCOOL, _WEIGHT_A, _FIRST, _COUNT) = range(0, 19 * L, L)
_SUM = 19 * L
(_T_A, _T_R, _LOW, _HIGH, _INT, _USE, _FREE, _RAMP_LOW, _RAMP_HIGH, _HVE, _WEIGHT, _S_C, _S_Q, _S_R, _S_M, _S_N,
 _BEAM, _DIFFUSE, _SOLAR, _HEAT, _COOL, _HELD, _OUT_A, _OUT_R, _VENT, _BRIDGED, _OPEN, _CAPACITY, _DONE, _SHARE,
 _BLOCK) = range(33 * L, 64 * L, L)
#: Modes of a rank of elements that remember no more than their inner faces.
PLAIN: Final = 0
#: What the sun does at a rank of elements: nothing, no more than warm outer faces, pass glass, pass shaded glass.
UNLIT, OPAQUE, GLASS, SHADED = range(4)
#: Hours that are kept before they are written, a divisor of the year.
TILE: Final = 120
@_jit
def _load_element(p, row, modes, lane):  # type: ignore[no-untyped-def]
    e, m = p
    for k in range(48):
        e[k * L + lane] = row[k]
    for k in range(modes.shape[0]):
        for c in range(6):
            m[k, c * L + lane] = modes[k, c]


@_jit
def _load_block(w, elements, memory, zones, offset, table, modes, which, first, last):  # type: ignore[no-untyped-def]
    most = 0
    for lane in range(LANES):
        b = which[min(first + lane, last - 1)]
        for row in range(19):
            w[row * L + lane] = zones[row, b]
        w[_DONE + lane] = 0.0
        w[_WEIGHT + lane] = 1.0
        count = offset[b + 1] - offset[b]
        most = max(most, count)
        for e in range(elements.shape[0]):
            if e < count:
                _load_element((elements[e], memory[e]), table[offset[b] + e], modes[offset[b] + e], lane)
            else:
                elements[e, lane::L] = 0.0
                elements[e, _AOO + lane] = elements[e, _AII + lane] = 1.0
                elements[e, _SHADE + 4 * L + lane] = elements[e, _SHADE + 5 * L + lane] = 1.0
                for k in range(memory.shape[1]):
                    memory[e, k, lane::L] = 0.0
                memory[e, 0, 2 * L + lane] = 1.0
    return most


@_jit
def _start(w, elements, memory, kept, lane):  # type: ignore[no-untyped-def]
    w[_T_A + lane] = w[_T_R + lane] = FIRST_GUESS
    for e in range(kept.size):
        elements[e, _T_O + lane] = elements[e, _T_I + lane] = FIRST_GUESS
        for k in range(kept[e]):
            mode = memory[e, k]
            left = 1.0 - mode[lane]
            fed = (mode[L + lane] + mode[2 * L + lane]) * FIRST_GUESS
            mode[6 * L + lane] = fed / left if left > 0.0 else 0.0


@_jit
def _heat(w, elements, memory, kept, lane):  # type: ignore[no-untyped-def]
    held = w[_CAIR + lane] * w[_T_A + lane]
    for e in range(kept.size):
        mass = memory[e, 0, 5 * L + lane] * elements[e, _T_I + lane] if kept[e] == PLAIN else 0.0
        for k in range(kept[e]):
            mass += memory[e, k, 5 * L + lane] * memory[e, k, 6 * L + lane]
        held += elements[e, _AREA + lane] * mass
    return held / 3600.0


@_jit
def _horner(e, mu, row):  # type: ignore[no-untyped-def]
    return (((e[row + 4 * L] * mu + e[row + 3 * L]) * mu + e[row + 2 * L]) * mu + e[row + L]) * mu + e[row]


@_jit
def _sun(w, elements, count, lit, hour):  # type: ignore[no-untyped-def]
    east, north, up, direct, circumsolar = hour[0], hour[1], hour[2], hour[3], hour[4]
    isotropic, horizon, ground = hour[5], hour[6], hour[7]
    for lane in range(LANES):
        w[_BEAM + lane] = 0.0
        w[_DIFFUSE + lane] = 0.0
        w[_SOLAR + lane] = 0.0
    for n in range(count):
        e = elements[n]
        if lit[n] >= SHADED:
            _shade(e, east, north, up)
        if lit[n] == UNLIT:
            for lane in range(LANES):
                e[_SUN_O + lane] = e[_SUN_I + lane] = 0.0
            continue
        for lane in range(LANES):
            mu = e[_EAST + lane] * east + e[_NORTH + lane] * north + e[_UP + lane] * up
            mu = _where(mu < 0.0, 0.0, mu)
            facing = mu * (1.0 - e[_U + lane]) if lit[n] >= SHADED else mu
            sky = isotropic * e[_ISO + lane] + horizon * e[_HOR + lane]
            around = circumsolar * mu + sky
            missing = _where(around < 0.0, -around, 0.0)
            e[_MEM_O + lane] = direct * facing
            e[_MEM_I + lane] = circumsolar * facing + sky + missing + ground * e[_GND + lane]
            e[_OUTSIDE + lane] = mu
        if lit[n] == OPAQUE:
            for lane in range(LANES):
                e[_SUN_O + lane] = (e[_MEM_O + lane] + e[_MEM_I + lane]) * e[_ALPHA_O + lane]
                e[_SUN_I + lane] = 0.0
            continue
        for lane in range(LANES):
            beam, diffuse, mu = e[_MEM_O + lane], e[_MEM_I + lane], e[_OUTSIDE + lane]
            absorbed = beam * _horner(e, mu, _ABS + lane) + diffuse * e[_ABS_D + lane]
            e[_SUN_O + lane] = absorbed * e[_ALPHA_O + lane]
            e[_SUN_I + lane] = absorbed * e[_ALPHA_I + lane]
            w[_BEAM + lane] += e[_AREA + lane] * beam * _horner(e, mu, _TAU + lane)
            w[_DIFFUSE + lane] += e[_AREA + lane] * diffuse * e[_TAU_D + lane]
    for n in range(count):
        e = elements[n]
        for lane in range(LANES):
            e[_SUN_I + lane] += e[_SHARE_B + lane] * w[_BEAM + lane] + e[_SHARE_D + lane] * w[_DIFFUSE + lane]
            w[_SOLAR + lane] += e[_AREA + lane] * e[_SUN_I + lane]


@_jit
def _shade(e, east, north, up):  # type: ignore[no-untyped-def]
    for lane in range(LANES):
        mu = e[_EAST + lane] * east + e[_NORTH + lane] * north + e[_UP + lane] * up
        mu = _where(mu < 0.0, 0.0, mu)
        share = shaded_share(mu, e[_EAST + lane] * north - e[_NORTH + lane] * east, up, e[_SHADE + lane],
                             e[_SHADE + L + lane], e[_SHADE + 2 * L + lane], e[_SHADE + 3 * L + lane],
                             e[_SHADE + 4 * L + lane], e[_SHADE + 5 * L + lane])
        e[_U + lane] = share if e[_SHADE + lane] > 0.0 and mu > 0.0 else 0.0


@_jit
def _no_sun(w, elements, count):  # type: ignore[no-untyped-def]
    for lane in range(LANES):
        w[_SOLAR + lane] = 0.0
    for n in range(count):
        for lane in range(LANES):
            elements[n, _SUN_O + lane] = 0.0
            elements[n, _SUN_I + lane] = 0.0


@_jit
def _faces(w, elements, count, detailed, hour, outdoor):  # type: ignore[no-untyped-def]
    """Films of all elements, their elimination, and the sums of the zone that follow."""
    for lane in range(LANES):
        w[_S_C + lane] = 0.0
        w[_S_Q + lane] = 0.0
        w[_S_R + lane] = 0.0
    for n in range(count):
        e = elements[n]
        if detailed:
            _detailed(w, e, hour, outdoor)
        else:
            for lane in range(LANES):
                e[_H_CI + lane] = e[_FIXED_IN + lane]
                e[_H_RI + lane] = e[_STAR + lane] * CUBE_INSIDE
                e[_H_AIR + lane] = e[_FIXED_OUT + lane] + e[_TO_REST + lane] * CUBE_OUTSIDE
                e[_H_SKY + lane] = e[_TO_SKY + lane] * CUBE_OUTSIDE
                e[_F_AIO + lane] = 1.0
        for lane in range(LANES):
            factor = e[_F_AIO + lane]
            film = Film(e[_H_CI + lane], e[_H_RI + lane], e[_H_AIR + lane], e[_H_SKY + lane])
            a_oo, a_io = e[_AOO + lane] * factor, e[_AIO + lane] * factor
            known = face(film, a_oo, a_io, e[_AII + lane] * factor)
            a_c, a_r = e[_AREA + lane] * film.h_ci, e[_AREA + lane] * film.h_ri
            e[_H_O + lane], e[_D + lane], e[_V + lane] = known.h_o, known.d, known.v
            e[_V_O + lane] = known.v * known.d * a_io
            e[_F_AIO + lane] = a_io
            e[_BY_AIR + lane], e[_BY_SKY + lane] = e[_B + lane] * film.h_air, e[_B + lane] * film.h_sky
            e[_BY_ZONE + lane] = (1.0 - e[_B + lane]) * known.h_o
            e[_A_C + lane], e[_A_R + lane] = a_c, a_r
            e[_V_C + lane], e[_V_R + lane] = known.v * film.h_ci, known.v * film.h_ri
            w[_S_C + lane] += a_c - a_c * film.h_ci * known.v
            w[_S_Q + lane] += a_c * film.h_ri * known.v
            w[_S_R + lane] += a_r - a_r * film.h_ri * known.v


@_jit
def _detailed(w, e, hour, outdoor):  # type: ignore[no-untyped-def]
    sky, windward, leeward, wind_east, wind_north = hour[10], hour[11], hour[12], hour[13], hour[14]
    for lane in range(LANES):
        facing = e[_EAST + lane] * wind_east + e[_NORTH + lane] * wind_north
        forced = _where(facing >= LEEWARD_COSINE, e[_WINDWARD + lane] * windward, e[_LEEWARD + lane] * leeward)
        theta_o, theta_i = e[_T_O + lane], e[_T_I + lane]
        film = detailed_film(Thermal(theta_o, theta_i, w[_T_A + lane], w[_T_R + lane], outdoor, sky), forced,
                             (e[_TO_SKY + lane], e[_TO_REST + lane], e[_IN_WARM + lane], e[_IN_COLD + lane],
                              e[_IN_QUARTER + lane], e[_OUT_WARM + lane], e[_OUT_COLD + lane], e[_ROUGH + lane],
                              e[_STAR + lane]))
        e[_H_CI + lane], e[_H_RI + lane], e[_H_AIR + lane], e[_H_SKY + lane] = film
        e[_F_AIO + lane] = gap_factor(0.5 * (theta_o + theta_i), e[_GAPR + lane], e[_GAPG + lane])


@_jit
def _remember(e, m, kept):  # type: ignore[no-untyped-def]
    mode = m[0]
    for lane in range(LANES):
        e[_MEM_O + lane] = mode[3 * L + lane] * mode[6 * L + lane]
        e[_MEM_I + lane] = e[_SUN_I + lane] + mode[4 * L + lane] * mode[6 * L + lane]
    for k in range(1, kept):
        mode = m[k]
        for lane in range(LANES):
            e[_MEM_O + lane] += mode[3 * L + lane] * mode[6 * L + lane]
            e[_MEM_I + lane] += mode[4 * L + lane] * mode[6 * L + lane]


@_jit
def _plain_sources(w, e, mode, outdoor, sky):  # type: ignore[no-untyped-def]
    # Rounded as in `_remember` and `_advance`: a building's bits do not depend on its neighbours.
    for lane in range(LANES):
        given = (e[_BY_AIR + lane] * outdoor + e[_BY_SKY + lane] * sky + e[_BY_ZONE + lane] * w[_T_A + lane]
                 + e[_SUN_O + lane])
        inside = e[_SUN_I + lane] + mode[4 * L + lane] * e[_T_I + lane]
        u = e[_V + lane] * inside + e[_V_O + lane] * given
        e[_OUTSIDE + lane], e[_U + lane], e[_GIVEN + lane] = given, u, given
        w[_S_M + lane] += e[_A_C + lane] * u
        w[_S_N + lane] += e[_A_R + lane] * u


@_jit
def _advance(w, elements, memory, kept, outdoor, sky, share, within):  # type: ignore[no-untyped-def]
    """A step: the elements' sources, the load in closed form, and the elements after it."""
    for lane in range(LANES):
        w[_S_M + lane] = 0.0
        w[_S_N + lane] = 0.0
    for n in range(kept.size):
        e = elements[n]
        if kept[n] == PLAIN:
            _plain_sources(w, e, memory[n, 0], outdoor, sky)
            continue
        _remember(e, memory[n], kept[n])
        for lane in range(LANES):
            given = (e[_BY_AIR + lane] * outdoor + e[_BY_SKY + lane] * sky + e[_BY_ZONE + lane] * w[_T_A + lane]
                     + e[_SUN_O + lane])
            outside = given + e[_MEM_O + lane]
            u = e[_V + lane] * e[_MEM_I + lane] + e[_V_O + lane] * outside
            e[_OUTSIDE + lane], e[_U + lane], e[_GIVEN + lane] = outside, u, given
            w[_S_M + lane] += e[_A_C + lane] * u
            w[_S_N + lane] += e[_A_R + lane] * u
    _close(w, outdoor, share, within)
    for n in range(kept.size):
        e = elements[n]
        for lane in range(LANES):
            t_i = e[_U + lane] + e[_V_C + lane] * w[_T_A + lane] + e[_V_R + lane] * w[_T_R + lane]
            t_o = e[_D + lane] * (e[_OUTSIDE + lane] + e[_F_AIO + lane] * t_i)
            e[_T_O + lane], e[_T_I + lane] = t_o, t_i
            # What leaves an outer face is what its films give off less the sun it takes.
            e[_LOST + lane] += w[_SHARE + lane] * (e[_H_O + lane] * t_o - e[_GIVEN + lane])
        for k in range(kept[n]):
            mode = memory[n, k]
            for lane in range(LANES):
                mode[6 * L + lane] = (mode[lane] * mode[6 * L + lane] + mode[L + lane] * e[_T_O + lane]
                                      + mode[2 * L + lane] * e[_T_I + lane])


@_jit
def _close(w, outdoor, share, within):  # type: ignore[no-untyped-def]
    for lane in range(LANES):
        out = w[_HVE + lane] + w[_BRIDGE + lane]
        held = w[_CAIR + lane] / (3600.0 * share)
        internal = w[_INT + lane]
        to_radiant, coupling = 1.0 / w[_S_R + lane], w[_S_Q + lane]
        zone = Zone(to_radiant, coupling, w[_S_C + lane] + out + held - coupling * coupling * to_radiant)
        air = w[_S_M + lane] + out * outdoor + held * w[_T_A + lane] + w[_CONV + lane] * internal
        wanted = Wanted(w[_LOW + lane] + within * w[_RAMP_LOW + lane], w[_HIGH + lane] + within * w[_RAMP_HIGH + lane],
                        w[_PHEAT + lane], w[_PCOOL + lane], w[_WEIGHT_A + lane])
        load = ideal_load(zone, air, w[_S_N + lane] + (1.0 - w[_CONV + lane]) * internal, wanted)
        w[_T_A + lane], w[_T_R + lane] = load.theta_a, load.theta_r
        w[_HEAT + lane] += share * load.heating
        w[_COOL + lane] += share * load.cooling
        w[_HELD + lane] += share * load.held
        w[_OUT_A + lane] += share * load.theta_a
        w[_OUT_R + lane] += share * load.theta_r
        w[_VENT + lane] += share * (w[_HVE + lane] * (load.theta_a - outdoor))
        w[_BRIDGED + lane] += share * (w[_BRIDGE + lane] * (load.theta_a - outdoor))


@_jit
def _air_change(w, watched, density, outdoor, hour_of_day):  # type: ignore[no-untyped-def]
    for lane in range(LANES):
        always = w[_INFIL + lane] + w[_FLOW + lane] * w[_USE + lane] * (1.0 - w[_RECOVERY + lane])
        w[_HVE + lane] = always
    if watched:
        for lane in range(LANES):
            air = Air(w[_USE + lane], w[_FREE + lane], w[_FLOW + lane], w[_RECOVERY + lane], w[_BYPASS + lane],
                      w[_AIRN + lane], w[_NSTART + lane], w[_NEND + lane], w[_NMIN + lane], w[_FMIN + lane],
                      w[_FDIFF + lane])
            w[_HVE + lane] += aired_by_temperature(air, w[_T_A + lane], outdoor, hour_of_day)
    for lane in range(LANES):
        w[_HVE + lane] *= density


@_jit
def _weigh(w, t):  # type: ignore[no-untyped-def]
    for lane in range(LANES):
        w[_WEIGHT + lane] = 1.0 if _counts(w, lane, t) else 0.0


@_jit
def _counts(w, lane, t):  # type: ignore[no-untyped-def]
    since = t - w[_FIRST + lane]
    since = since + HOURS if since < 0.0 else since
    return 0.0 <= t < HOURS and since < w[_COUNT + lane]


@_jit
def _store(w, elements, memory, kept, t):  # type: ignore[no-untyped-def]
    """Heat at the edges of the hours that count; `t` is the hour that begins."""
    for lane in range(LANES):
        begins, ended = _counts(w, lane, t), _counts(w, lane, t - 1.0)
        if begins != ended:
            heat = _heat(w, elements, memory, kept, lane)
            w[_SUM + SUM_STORAGE * L + lane] += -heat if begins else heat


@_jit
def _read_schedules(w, schedules, ramps, columns, t):  # type: ignore[no-untyped-def]
    for lane in range(LANES):
        w[_LOW + lane] = schedules[t, columns[0, lane]]
        w[_HIGH + lane] = schedules[t, columns[1, lane]]
        w[_INT + lane] = schedules[t, columns[2, lane]] * w[_FLOOR + lane]
        w[_USE + lane] = schedules[t, columns[3, lane]]
        w[_FREE + lane] = schedules[t, columns[4, lane]]
        w[_RAMP_LOW + lane] = ramps[t, columns[0, lane]]
        w[_RAMP_HIGH + lane] = ramps[t, columns[1, lane]]


@_jit
def _add_hour(w, t):  # type: ignore[no-untyped-def]
    for lane in range(LANES):
        weight = w[_WEIGHT + lane]
        heating, cooling = weight * w[_HEAT + lane], weight * w[_COOL + lane]
        w[_SUM + SUM_HEATING * L + lane] += heating
        w[_SUM + SUM_COOLING * L + lane] += cooling
        w[_SUM + SUM_AIR * L + lane] += weight * w[_VENT + lane]
        w[_SUM + SUM_BRIDGE * L + lane] += weight * w[_BRIDGED + lane]
        w[_SUM + SUM_SOLAR * L + lane] += weight * w[_SOLAR + lane]
        w[_SUM + SUM_INTERNAL * L + lane] += weight * w[_INT + lane]
        w[_SUM + SUM_BELOW * L + lane] += _where(w[_HELD + lane] < w[_LOW + lane] - BAND_TOLERANCE, weight, 0.0)
        w[_SUM + SUM_ABOVE * L + lane] += _where(w[_HELD + lane] > w[_HIGH + lane] + BAND_TOLERANCE, weight, 0.0)
        best = w[_SUM + SUM_PEAK_HEATING * L + lane]
        w[_SUM + SUM_PEAK_HEATING * L + lane] = _where(heating > best, heating, best)
        w[_SUM + SUM_HOUR_HEATING * L + lane] = _where(heating > best, t, w[_SUM + SUM_HOUR_HEATING * L + lane])
        best = w[_SUM + SUM_PEAK_COOLING * L + lane]
        w[_SUM + SUM_PEAK_COOLING * L + lane] = _where(cooling > best, cooling, best)
        w[_SUM + SUM_HOUR_COOLING * L + lane] = _where(cooling > best, t, w[_SUM + SUM_HOUR_COOLING * L + lane])


@_jit
def _hour(w, elements, memory, kept, block, climate, t, setting):  # type: ignore[no-untyped-def]
    hours, schedules, ramps, columns = climate
    lit, watched, whole, first = block
    steps, detailed = setting
    hour = hours[t]
    if hour[17] == 0.0:
        _sun(w, elements, kept.size, lit, hour)
    elif t == first or hours[t - 1, 17] == 0.0:
        _no_sun(w, elements, kept.size)
    if t == first or hour[18] != 0.0:
        _read_schedules(w, schedules, ramps, columns, t)
    if not whole:
        _weigh(w, float(t))
    for row in range(_HEAT, _BRIDGED + L):
        w[row] = 0.0
    _air_change(w, watched, hour[15], hour[16], t % 24 + 0.5)
    share = 1.0 / steps
    for lane in range(LANES):
        w[_SHARE + lane] = share * w[_WEIGHT + lane]
    for step in range(steps):
        outdoor = hour[8] + (step + 0.5) / steps * (hour[9] - hour[8])
        if detailed:
            _faces(w, elements, kept.size, True, hour, outdoor)
        _advance(w, elements, memory, kept, outdoor, hour[10], share, (step + 0.5) / steps - 0.5)


@_jit
def _keep_hour(w, tile, count, t):  # type: ignore[no-untyped-def]
    for lane in range(LANES):
        tile[lane * TILE + t] = w[_HEAT + lane]
        tile[(L + lane) * TILE + t] = w[_COOL + lane]
    if count == 4:
        for lane in range(LANES):
            air = w[_OUT_A + lane]
            tile[(2 * L + lane) * TILE + t] = air
            tile[(3 * L + lane) * TILE + t] = OPERATIVE_WEIGHT * air + (1.0 - OPERATIVE_WEIGHT) * w[_OUT_R + lane]


@_jit
def _write_tile(tile, series, which, first, last, t, w):  # type: ignore[no-untyped-def]
    for s in range(series.shape[0]):
        for lane in range(last - first):
            if w[_DONE + lane] == 0.0:
                row = (s * L + lane) * TILE
                series[s, which[first + lane], t:t + TILE] = tile[row:row + TILE]


@_jit
def _clear(w, elements):  # type: ignore[no-untyped-def]
    for row in range(_SUM, _SUM + SUMS * L):
        w[row] = 0.0
    for lane in range(LANES):
        w[_SUM + SUM_HOUR_HEATING * L + lane] = -1.0
        w[_SUM + SUM_HOUR_COOLING * L + lane] = -1.0
    for n in range(elements.shape[0]):
        for lane in range(LANES):
            elements[n, _LOST + lane] = 0.0


@_jit
def _settle(w, elements, memory, kept, given, which, first, last):  # type: ignore[no-untyped-def]
    """Write what is new of the lanes whose year has closed; whether all have."""
    offset, sums, lost, final = given
    done = True
    for lane in range(last - first):
        b = which[first + lane]
        drift = _heat(w, elements, memory, kept, lane) - w[_OPEN + lane]
        if w[_DONE + lane] == 0.0:
            for row in range(SUMS):
                sums[row, b] = w[_SUM + row * L + lane]
            for n in range(offset[b + 1] - offset[b]):
                lost[offset[b] + n] = elements[n, _AREA + lane] * elements[n, _LOST + lane]
            if final or not abs(drift) > PERIODIC_TOLERANCE * w[_CAPACITY + lane]:
                w[_DONE + lane] = 1.0
            else:
                done = False
    return done


@_jit
def _habits(w, schedules, columns):  # type: ignore[no-untyped-def]
    """Whether the temperature of a zone decides on its air change anywhere, and whether every hour counts."""
    watched, whole = False, True
    for lane in range(LANES):
        watched = watched or w[_AIRN + lane] > 0.0 or w[_BYPASS + lane] < np.inf or schedules[:, columns[4, lane]].any()
        whole = whole and w[_COUNT + lane] == HOURS
    return watched, whole


@_jit
def _run_block(w, elements, memory, kept, lit, begin, climate, setting, out, span):  # type: ignore[no-untyped-def]
    offset, sums, lost, series = out
    which, first, last = span
    tile = np.empty(4 * L * TILE, dtype=np.float32)
    for lane in range(LANES):
        _start(w, elements, memory, kept, lane)
        w[_CAPACITY + lane] = _heat(w, elements, memory, kept, lane) / FIRST_GUESS
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
            w[_OPEN + lane] = _heat(w, elements, memory, kept, lane)
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


@_jit
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
            clear = e[_TAU_D // L] != 0.0 or e[_ALPHA_I // L] != 0.0
            seen = GLASS if clear else (OPAQUE if e[_ALPHA_O // L] != 0.0 else UNLIT)
            lit[n] = max(lit[n], SHADED if seen > UNLIT and e[_SHADE // L] > 0.0 else seen)
    return kept, lit


def _make(stamp: tuple[int, ...]) -> Any:
    # Numba's cache on disk notices a change in this file alone; what is closed over is part of its key.
    def year_compiled(climate, tables, setting, out, which, spin_up):  # type: ignore[no-untyped-def]
        hours, schedules, ramps, columns = climate
        offset, table, modes, zones = tables
        most = 0 * stamp[0]
        for b in range(offset.size - 1):
            most = max(most, offset[b + 1] - offset[b])
        elements = np.empty((most, _ELEMENT))
        memory = np.empty((most, modes.shape[1], MODE_ROWS * L))
        w = np.empty(_BLOCK)
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


def _stamp() -> tuple[int, ...]:
    return tuple(Path(str(module.__file__)).stat().st_mtime_ns for module in (iso13790, iso52016))


#: Whether numba is there; without it the NumPy form is complete.
COMPILED: Final = iso52016.COMPILED
year_compiled = _make(_stamp())
if COMPILED:
    from numba import njit

    year_compiled = njit(fastmath=_FASTMATH, error_model="numpy", nogil=True, cache=True)(year_compiled)
