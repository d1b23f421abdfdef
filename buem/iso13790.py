"""The hourly 5R1C model of ISO 13790:2008, Annex C: the hour's step, and a year of many buildings.

`coefficients` and `step` are plain arithmetic, written once. The year of `iso13790_year` runs them on arrays,
vectorised over the buildings; `year_compiled` here compiles them and runs blocks of `LANES` buildings side by side.
The sun of an hour is that of `iso13790_sun`.

Choices between two values are written so that NaN takes the branch of the running value: NaN in gives NaN out.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from buem import compiled, iso13790_films, iso13790_records, iso13790_rows, iso13790_sun, iso52016_films, shading
from buem import iso13790_rows as at
from buem.compiled import LANES, compile_year, jit, stamp, where
from buem.constants import OPERATIVE_AIR_WEIGHT
from buem.iso13790_films import Films, moved
from buem.iso13790_records import (
    BAND_TOLERANCE,
    SUM_ABOVE,
    SUM_AIR,
    SUM_BELOW,
    SUM_COOLING,
    SUM_GROUND,
    SUM_HEATING,
    SUM_HOUR_COOLING,
    SUM_HOUR_HEATING,
    SUM_INTERNAL,
    SUM_MASS,
    SUM_OPAQUE,
    SUM_PEAK_COOLING,
    SUM_PEAK_HEATING,
    SUM_SOLAR,
    SUM_STORAGE,
    SUM_SURFACE,
    SUMS,
    Network,
)
from buem.iso13790_rows import PLANE, TILE, ZONES, L
from buem.iso13790_sun import load_planes, load_skyline, sun

#: What a block has beside plain buildings: air that changes, zones beside, floors on the ground, films that follow the
#: hour.
AIRED, ZONED, GROUNDED, FILMED = 1, 2, 4, 8


class Coefficients(NamedTuple):
    """What the step needs, and what changes with the air change only."""

    h_ve: Any  # [W/K]
    to_air: Any  # 1 / (H_is + H_ve) [K/W]
    to_surface: Any  # 1 / (H_1 + H_w + H_ms) [K/W]
    to_mass: Any  # 1 / (c_m + (H_3 + H_em) / 2) [K/W]
    keep: Any  # c_m - (H_3 + H_em) / 2 [W/K]
    air_share: Any  # H_is / (H_is + H_ve) [-]
    surface_share: Any  # H_ms / (H_1 + H_w + H_ms) [-]
    per_air: Any  # response of the air node to 1 W of heating [K/W]
    per_surface: Any  # of the surface node [K/W]
    per_mass: Any  # of the mass node at the end of the hour [K/W]
    per_kelvin: Any  # heating that lifts the held temperature by 1 K [W/K]


class Drive(NamedTuple):
    """What acts on a building in an hour."""

    theta_e: Any  # outdoor air [°C]
    phi_ia: Any  # gain to the air node [W]
    phi_st: Any  # gain to the surface node [W]
    phi_m: Any  # gain to the mass node [W]
    theta_low: Any  # heating set-point [°C]
    theta_high: Any  # cooling set-point [°C]
    power_heat: Any  # largest heating [W]
    power_cool: Any  # largest cooling [W]


class Hour(NamedTuple):
    """State and loads of an hour."""

    theta_m: Any  # mass node at the end of the hour [°C]
    theta_m_mean: Any  # mass node, mean of the hour [°C]
    theta_s: Any  # surface node [°C]
    theta_air: Any  # air node [°C]
    heating: Any  # [W]
    cooling: Any  # [W]


@jit
def coefficients(net: Network, h_ve: Any) -> Coefficients:
    """Coefficients of the hour's step for an air change.

    Written without 1/H_ve, so that H_ve may be 0.

    Parameters
    ----------
    net : Network
        Scalars or arrays of shape (buildings,). [W/K]
    h_ve : float or ndarray, shape (buildings,)
        Ventilation conductance. [W/K]

    Returns
    -------
    Coefficients
        In the shape of the input. [W/K], [K/W]

    References
    ----------
    .. [1] ISO 13790:2008, Annex C, eqs. C.4 to C.8: H_1, H_2, H_3; the responses follow from C.9 to C.11.
    """
    to_air = 1.0 / (net.h_tr_is + h_ve)
    air_share = net.h_tr_is * to_air
    h_2 = h_ve * air_share + net.h_tr_w
    to_surface = 1.0 / (h_2 + net.h_tr_ms)
    surface_share = net.h_tr_ms * to_surface
    half = 0.5 * (h_2 * surface_share + net.h_tr_em)
    to_mass = 1.0 / (net.c_m + half)
    per_mass = to_mass * surface_share * air_share
    per_surface = to_surface * (0.5 * net.h_tr_ms * per_mass + air_share)
    per_air = to_air * (net.h_tr_is * per_surface + 1.0)
    per_held = net.air_weight * per_air + (1.0 - net.air_weight) * per_surface
    return Coefficients(h_ve, to_air, to_surface, to_mass, net.c_m - half, air_share, surface_share,
                        per_air, per_surface, per_mass, 1.0 / per_held)


@jit
def step(theta_m: Any, net: Network, k: Coefficients, drive: Drive) -> Hour:
    """State of a building after an hour, with the ideal load that keeps it in its band.

    Crank-Nicolson on the mass node; the load is the closed form of a linear balance, clamped to the power
    that there is. What is held is `air_weight` θ_air + (1 - `air_weight`) θ_s.

    Parameters
    ----------
    theta_m : float or ndarray, shape (buildings,)
        Mass node at the start of the hour. [°C]
    net : Network
        Scalars or arrays of shape (buildings,). [W/K]
    k : Coefficients
        From `coefficients`. [W/K], [K/W]
    drive : Drive
        Scalars or arrays of shape (buildings,). [W], [°C]

    Returns
    -------
    Hour
        In the shape of the input. [W], [°C]

    References
    ----------
    .. [1] ISO 13790:2008, Annex C, eqs. C.4 to C.12 and C.4.2.
    """
    air = k.h_ve * drive.theta_e + drive.phi_ia
    surface = drive.phi_st + net.h_tr_w * drive.theta_e + k.air_share * air
    total = drive.phi_m + net.h_tr_em * drive.theta_e + k.surface_share * surface
    free_m = k.to_mass * (k.keep * theta_m + total)
    free_s = k.to_surface * (net.h_tr_ms * (0.5 * (free_m + theta_m)) + surface)
    free_air = k.to_air * (net.h_tr_is * free_s + air)
    held = net.air_weight * free_air + (1.0 - net.air_weight) * free_s
    wanted = (drive.theta_low - held) * k.per_kelvin
    heating = where(wanted < 0.0, 0.0, wanted)
    heating = where(heating > drive.power_heat, drive.power_heat, heating)
    excess = (held - drive.theta_high) * k.per_kelvin
    cooling = where(excess < 0.0, 0.0, excess)
    cooling = where(cooling > drive.power_cool, drive.power_cool, cooling)
    load = heating - cooling
    end_m = free_m + k.per_mass * load
    return Hour(end_m, 0.5 * (end_m + theta_m), free_s + k.per_surface * load, free_air + k.per_air * load,
                heating, cooling)


@jit
def _load_block(w, zones, start, which, first, last):  # type: ignore[no-untyped-def]
    for lane in range(LANES):
        b = which[min(first + lane, last - 1)]
        for row in range(ZONES):
            w[row * L + lane] = zones[row, b]
        for row in range(SUMS):
            w[at.SUM + row * L + lane] = 0.0
        w[at.SUM + SUM_HOUR_HEATING * L + lane] = -1.0
        w[at.SUM + SUM_HOUR_COOLING * L + lane] = -1.0
        w[at.THETA + lane] = start[b]
        w[at.AIR + lane] = start[b]
        w[at.WEIGHT + lane] = 1.0
        w[at.K + lane] = -1.0
        w[at.USE + lane] = 0.0
        w[at.FREE + lane] = 0.0


@jit
def _air_change(w, theta_e, hour_of_day):  # type: ignore[no-untyped-def]
    changed = False
    for lane in range(LANES):
        start, end, air = w[at.NSTART + lane], w[at.NEND + lane], w[at.AIR + lane]
        late, early = hour_of_day >= start, hour_of_day < end
        night = (late and early) if start < end else (late or early)
        useful = w[at.NMIN + lane] == -np.inf or (air > w[at.NMIN + lane] and air > theta_e)
        passed = air > w[at.BYPASS + lane] and air > theta_e
        opened = air > w[at.FMIN + lane] and air - theta_e > w[at.FDIFF + lane]
        h_ve = w[at.HVE + lane] + (w[at.NIGHT + lane] if night and useful else 0.0)
        h_ve += w[at.PUSE + lane] * w[at.USE + lane] * (1.0 if passed else 1.0 - w[at.RECOVERY + lane])
        h_ve += w[at.PFREE + lane] * w[at.FREE + lane] if opened else 0.0
        changed = changed or h_ve != w[at.K + lane]
        w[at.OUT_H + lane] = h_ve
    if changed:
        for lane in range(LANES):
            net = _net(w, lane)
            k = coefficients(net, w[at.OUT_H + lane])
            for row, value in enumerate(k):
                w[at.K + row * L + lane] = value


@jit
def _net(w, lane):  # type: ignore[no-untyped-def]
    return Network(w[lane], w[L + lane], w[2 * L + lane], w[3 * L + lane], w[4 * L + lane], w[5 * L + lane])


@jit
def _coefficients(w, lane):  # type: ignore[no-untyped-def]
    return Coefficients(w[at.K + lane], w[at.K + L + lane], w[at.K + 2 * L + lane], w[at.K + 3 * L + lane],
                        w[at.K + 4 * L + lane], w[at.K + 5 * L + lane], w[at.K + 6 * L + lane], w[at.K + 7 * L + lane],
                        w[at.K + 8 * L + lane], w[at.K + 9 * L + lane], w[at.K + 10 * L + lane])


@jit
def _drive(w, lane, theta_e, sky):  # type: ignore[no-untyped-def]
    internal, sun = w[at.INT + lane], w[at.SUN + lane]
    opaque, radiant = w[at.OPAQUE + lane], (1.0 - w[at.CONV + lane]) * internal
    to_surface = w[at.SURF + lane] * radiant + w[at.SSURF + lane] * sun - w[at.SKYS + lane] * sky
    to_mass = w[at.MASS + lane] * radiant + w[at.SMASS + lane] * sun + (w[at.OUTER + lane] * opaque
                                                                       - w[at.SKYM + lane] * sky)
    return Drive(theta_e, w[at.CONV + lane] * internal, to_surface, to_mass, w[at.LOW + lane], w[at.HIGH + lane],
                 w[at.PHEAT + lane], w[at.PCOOL + lane])


@jit
def _films(w, lane):  # type: ignore[no-untyped-def]
    return Films(w[at.STEADY + lane], w[at.MOVING + lane], w[at.RADIANT + lane], w[at.A_M + lane], w[at.A_T + lane],
                 w[at.A_S + lane], w[at.P_C + lane], w[at.P_R + lane], w[at.P_B + lane], w[at.G_R + lane],
                 w[at.G_G + lane], w[at.P_O + lane])


@jit
def _move_films(w, theta_e, sky):  # type: ignore[no-untyped-def]
    # The hour is run with the films of the hour before, and the heat flow of that gives its own.
    for lane in range(LANES):
        h_ve, net = w[at.K + lane], _net(w, lane)
        first = step(w[at.THETA + lane], net, _coefficients(w, lane), _drive(w, lane, theta_e, sky))
        now = moved(_films(w, lane), net, first.theta_air, first.theta_s, theta_e)
        k = coefficients(Network(net.h_tr_em, now.h_tr_ms, now.h_tr_is, now.h_tr_w, net.c_m, net.air_weight), h_ve)
        w[L + lane], w[2 * L + lane], w[3 * L + lane] = now.h_tr_ms, now.h_tr_is, now.h_tr_w
        for row, value in enumerate(k):
            w[at.K + row * L + lane] = value


@jit
def _first_films(w, held, lane):  # type: ignore[no-untyped-def]
    # Every lane begins its own spin-up with the same films.
    conductances, coefficients_ = held
    for row in range(3):
        w[(1 + row) * L + lane] = conductances[row * L + lane]
    for row in range(11):
        w[at.K + row * L + lane] = coefficients_[row * L + lane]


@jit
def _advance(w, theta_e, sky, t):  # type: ignore[no-untyped-def]
    for lane in range(LANES):
        net = _net(w, lane)
        k = _coefficients(w, lane)
        internal, sun, low, high = w[at.INT + lane], w[at.SUN + lane], w[at.LOW + lane], w[at.HIGH + lane]
        opaque = w[at.OPAQUE + lane]
        theta_m = w[at.THETA + lane]
        now = step(theta_m, net, k, _drive(w, lane, theta_e, sky))
        weight = w[at.WEIGHT + lane]
        w[at.THETA + lane] = now.theta_m
        w[at.AIR + lane] = now.theta_air
        w[at.OUT_H + lane] = now.heating
        w[at.OUT_C + lane] = now.cooling
        w[at.OUT_S + lane] = now.theta_s
        heating, cooling = weight * now.heating, weight * now.cooling
        w[at.SUM + SUM_HEATING * L + lane] += heating
        w[at.SUM + SUM_COOLING * L + lane] += cooling
        w[at.SUM + SUM_MASS * L + lane] += weight * (now.theta_m_mean - theta_e)
        w[at.SUM + SUM_SURFACE * L + lane] += weight * (net.h_tr_w * (now.theta_s - theta_e))
        w[at.SUM + SUM_AIR * L + lane] += weight * (k.h_ve * (now.theta_air - theta_e))
        w[at.SUM + SUM_SOLAR * L + lane] += weight * sun
        w[at.SUM + SUM_OPAQUE * L + lane] += weight * opaque
        w[at.SUM + SUM_INTERNAL * L + lane] += weight * internal
        w[at.SUM + SUM_STORAGE * L + lane] += weight * (net.c_m * (now.theta_m - theta_m))
        held = net.air_weight * now.theta_air + (1.0 - net.air_weight) * now.theta_s
        w[at.SUM + SUM_BELOW * L + lane] += where(held < low - BAND_TOLERANCE, weight, 0.0)
        w[at.SUM + SUM_ABOVE * L + lane] += where(held > high + BAND_TOLERANCE, weight, 0.0)
        best = w[at.SUM + SUM_PEAK_HEATING * L + lane]
        w[at.SUM + SUM_PEAK_HEATING * L + lane] = where(heating > best, heating, best)
        w[at.SUM + SUM_HOUR_HEATING * L + lane] = where(heating > best, t, w[at.SUM + SUM_HOUR_HEATING * L + lane])
        best = w[at.SUM + SUM_PEAK_COOLING * L + lane]
        w[at.SUM + SUM_PEAK_COOLING * L + lane] = where(cooling > best, cooling, best)
        w[at.SUM + SUM_HOUR_COOLING * L + lane] = where(cooling > best, t, w[at.SUM + SUM_HOUR_COOLING * L + lane])


@jit
def _read_schedules(w, schedules, columns, t):  # type: ignore[no-untyped-def]
    for lane in range(LANES):
        w[at.LOW + lane] = schedules[t, columns[0, lane]]
        w[at.HIGH + lane] = schedules[t, columns[1, lane]]
        w[at.INT + lane] = schedules[t, columns[2, lane]] * w[at.AREA + lane]


@jit
def _read_more(w, schedules, columns, t, flags):  # type: ignore[no-untyped-def]
    if flags & AIRED:
        for lane in range(LANES):
            w[at.USE + lane] = schedules[t, columns[3, lane]]
            w[at.FREE + lane] = schedules[t, columns[4, lane]]
    if flags & ZONED:
        for lane in range(LANES):
            w[at.INT + lane] += schedules[t, columns[5, lane]] * w[at.BESIDE + lane]


@jit
def _ground(w, schedules, columns, hour, t):  # type: ignore[no-untyped-def]
    # As heat at the outer faces, with the sun that opaque elements take: the same node, and no cost elsewhere.
    for lane in range(LANES):
        if w[at.GROUND + lane] != 0.0:
            column = columns[6, lane]
            below = w[at.GMEAN + lane] + (w[at.GCOS + lane] * hour[12] + w[at.GSIN + lane] * hour[13])
            below = below if column < 0 else schedules[t, column]
            flow = w[at.GROUND + lane] * (below - hour[8])
            w[at.OPAQUE + lane] += flow
            w[at.SUM + SUM_GROUND * L + lane] += w[at.WEIGHT + lane] * flow


@jit
def _start_year(w, opening):  # type: ignore[no-untyped-def]
    for lane in range(LANES):
        opening[lane] = w[at.THETA + lane]
        for row in range(SUMS):
            w[at.SUM + row * L + lane] = 0.0
        w[at.SUM + SUM_HOUR_HEATING * L + lane] = -1.0
        w[at.SUM + SUM_HOUR_COOLING * L + lane] = -1.0


@jit
def _weigh(w, t, hours):  # type: ignore[no-untyped-def]
    for lane in range(LANES):
        since = (t - w[at.FIRST + lane]) % hours
        w[at.WEIGHT + lane] = 1.0 if since < w[at.COUNT + lane] else 0.0


@jit
def _keep_hour(w, tile, count, k):  # type: ignore[no-untyped-def]
    for lane in range(LANES):
        tile[lane * TILE + k] = w[at.OUT_H + lane]
        tile[(L + lane) * TILE + k] = w[at.OUT_C + lane]
    if count == 4:
        for lane in range(LANES):
            tile[(2 * L + lane) * TILE + k] = w[at.AIR + lane]
            tile[(3 * L + lane) * TILE + k] = (OPERATIVE_AIR_WEIGHT * w[at.AIR + lane]
                                               + (1.0 - OPERATIVE_AIR_WEIGHT) * w[at.OUT_S + lane])


@jit
def _write_tile(tile, series, which, first, last, t):  # type: ignore[no-untyped-def]
    for s in range(series.shape[0]):
        for lane in range(last - first):
            row, b = (s * L + lane) * TILE, which[first + lane]
            for k in range(TILE):
                series[s, b, t + k] = tile[row + k]


@jit
def _run_block(  # type: ignore[no-untyped-def]
        w, rank, flags, begin, hours, schedules, columns, series, which, first, last):
    opening, held_m, held_air = np.empty(LANES), np.empty(LANES), np.empty(LANES)
    held_films = w[L:at.FILMS].copy(), w[at.K:at.SUM].copy()
    tile = np.empty(4 * L * TILE, dtype=np.float32)
    whole, kinds = flags
    year = hours.shape[0]
    earliest = begin.min()
    for i in range(earliest, 2 * year):
        t = i - year if i >= year else i
        if i == year:
            _start_year(w, opening)
        if i == earliest or hours[t, 10] != 0.0:
            _read_schedules(w, schedules, columns, t)
            if kinds != 0:
                _read_more(w, schedules, columns, t, kinds)
        sun(w, rank, hours, t)
        if kinds & AIRED:
            _air_change(w, hours[t, 8], t % 24 + 0.5)
        if i >= year and not whole:
            _weigh(w, float(t), float(year))
        if kinds & GROUNDED:
            _ground(w, schedules, columns, hours[t], t)
        if kinds & FILMED:
            _move_films(w, hours[t, 8], hours[t, 11])
        if i >= year:
            _advance(w, hours[t, 8], hours[t, 11], float(t))
            if series.shape[0] > 0:
                _keep_hour(w, tile, series.shape[0], t % TILE)
                if t % TILE == TILE - 1:
                    _write_tile(tile, series, which, first, last, t - TILE + 1)
        else:
            for lane in range(LANES):
                held_m[lane], held_air[lane] = w[at.THETA + lane], w[at.AIR + lane]
            _advance(w, hours[t, 8], hours[t, 11], float(t))
            for lane in range(LANES):
                if t < begin[lane]:
                    w[at.THETA + lane], w[at.AIR + lane] = held_m[lane], held_air[lane]
                    _first_films(w, held_films, lane)
    return opening


@jit
def _kinds(w):  # type: ignore[no-untyped-def]
    found = 0
    for lane in range(LANES):
        if w[at.NIGHT + lane] > 0.0 or w[at.PUSE + lane] > 0.0 or w[at.PFREE + lane] > 0.0:
            found |= AIRED
        if w[at.BESIDE + lane] > 0.0:
            found |= ZONED
        if w[at.GROUND + lane] != 0.0:
            found |= GROUNDED
        if w[at.RADIANT + lane] > 0.0:
            found |= FILMED
    return found


def _make(files: tuple[int, ...]) -> Any:
    def year_compiled(  # type: ignore[no-untyped-def]
            hours, schedules, sunlit, zones, columns, start, spin_up, which, sums, series, drift):
        offset, table, special, skyline, sectors = sunlit
        most = 0 * files[0]
        for b in range(offset.size - 1):
            most = max(most, offset[b + 1] - offset[b])
        planes, w = np.empty((most, (PLANE + 1) * L)), np.empty(at.WORK)
        around = np.zeros((2 + 2 * skyline.shape[2], LANES))
        parts = np.zeros((2, LANES), dtype=np.int64)
        lane_columns = np.empty((columns.shape[0], LANES), dtype=np.int64)
        begin = np.empty(LANES, dtype=np.int64)
        for first in range(0, which.size, LANES):
            last = min(first + LANES, which.size)
            count = load_planes(planes, offset, table, which, first, last)
            _load_block(w, zones, start, which, first, last)
            whole, most_special = True, 0
            for lane in range(LANES):
                b = which[min(first + lane, last - 1)]
                for row in range(columns.shape[0]):
                    lane_columns[row, lane] = columns[row, b]
                begin[lane] = hours.shape[0] - spin_up[b]
                whole = whole and w[at.COUNT + lane] == hours.shape[0]
                most_special |= special[b]
            load_skyline((around, parts), skyline, sectors, which, first, last)
            _air_change(w, 0.0, 12.0)
            rank = planes, count, most_special, around, parts
            opening = _run_block(w, rank, (whole, _kinds(w)), begin, hours, schedules, lane_columns, series, which,
                                 first, last)
            for lane in range(last - first):
                b = which[first + lane]
                drift[b] = w[at.THETA + lane] - opening[lane]
                start[b] = w[at.THETA + lane]
                for row in range(SUMS):
                    sums[row, b] = w[at.SUM + row * L + lane]

    return year_compiled


year_compiled: Any = compile_year(_make(stamp(compiled, iso13790_films, iso13790_records, iso13790_rows, iso13790_sun,
                                              iso52016_films, shading)))
