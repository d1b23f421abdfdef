"""The hourly 5R1C model of ISO 13790:2008, Annex C: the hour's step, and a year of many buildings.

`coefficients` and `step` are plain arithmetic, written once. The year of `iso13790_year` runs them on arrays,
vectorised over the buildings; `year_compiled` here compiles them and runs blocks of `LANES` buildings side by side.
All that is compiled stands in this file, because numba's cache on disk does not notice a change in another one.

Choices between two values are written so that NaN takes the branch of the running value: NaN in gives NaN out.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from buem.constants import OPERATIVE_AIR_WEIGHT
from buem.profiles import FloatArray
from buem.vectors import prefer_wide_vectors

try:
    prefer_wide_vectors()
    from numba import njit
    from numba.extending import overload, register_jitable
except ImportError:  # the NumPy form is complete without numba
    njit = overload = register_jitable = None

#: Whether numba is there to compile the year loop.
COMPILED: Final = njit is not None
#: Buildings that the compiled year loop runs side by side.
LANES: Final = 32
#: Margin around the band before an hour counts as missed. [K]
BAND_TOLERANCE: Final = 0.1

# Full fastmath would turn NaN into numbers; these three flags keep it.
_FASTMATH = {"contract", "arcp", "nsz"}


def _jit(function: Any) -> Any:
    """The function, known to numba as well where numba is installed."""
    if register_jitable is None:
        return function
    return register_jitable(fastmath=_FASTMATH)(function)


def _where(condition: Any, yes: Any, no: Any) -> Any:
    return np.where(condition, yes, no)


if overload is not None:
    @overload(_where, jit_options={"fastmath": _FASTMATH})
    def _where_compiled(condition, yes, no):  # type: ignore[no-untyped-def]
        return lambda condition, yes, no: yes if condition else no


class Network(NamedTuple):
    """The 5R1C network, one value or array of shape (buildings,) each."""

    h_tr_em: Any  # outdoors to mass [W/K]
    h_tr_ms: Any  # mass to surface [W/K]
    h_tr_is: Any  # surface to air [W/K]
    h_tr_w: Any  # outdoors to surface: windows and doors [W/K]
    c_m: Any  # capacity per hour, C_m / 3600 [W/K]
    air_weight: Any  # weight of the air node in the temperature that is held [-]


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


@_jit
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


@_jit
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
    heating = _where(wanted < 0.0, 0.0, wanted)
    heating = _where(heating > drive.power_heat, drive.power_heat, heating)
    excess = (held - drive.theta_high) * k.per_kelvin
    cooling = _where(excess < 0.0, 0.0, excess)
    cooling = _where(cooling > drive.power_cool, drive.power_cool, cooling)
    load = heating - cooling
    end_m = free_m + k.per_mass * load
    return Hour(end_m, 0.5 * (end_m + theta_m), free_s + k.per_surface * load, free_air + k.per_air * load,
                heating, cooling)


class Zones(NamedTuple):
    """What the year loop needs of each building, arrays of shape (buildings,)."""

    net: Network
    h_ve: FloatArray  # [W/K]
    h_ve_night: FloatArray  # added at night [W/K]
    night_start: FloatArray  # [h]
    night_end: FloatArray  # [h]
    night_temp_min: FloatArray  # -inf for always [°C]
    convective: FloatArray  # [-]
    mass_share: FloatArray  # [-]
    surface_share: FloatArray  # [-]
    sky_loss: FloatArray  # [W]
    floor_area: FloatArray  # [m²]
    power_heat: FloatArray  # [W]
    power_cool: FloatArray  # [W]
    first_hour: FloatArray  # first hour of the year that counts [h]
    hours: FloatArray  # how many count [h]
    isotropic: FloatArray  # aperture for the isotropic sky, all planes [m²]
    horizon: FloatArray  # aperture for the horizon [m²]
    ground: FloatArray  # aperture for the ground [m²]


class Climate(NamedTuple):
    """What all buildings of a chunk share: sun, air, schedules."""

    #: Shape (8760, 11): east, north, up [-], beam, circumsolar, isotropic, horizon, ground [W/m²], outdoor
    #: temperature [°C], light (0 none, 1 some, 2 a sky that may have to be clipped), change of any schedule (0, 1).
    hours: FloatArray
    #: Shape (8760, schedules). [°C], [W/m²]
    schedules: FloatArray
    #: Columns of the heating set-point, the cooling set-point and the gains, shape (3, buildings).
    columns: NDArray[np.int64]


class Sunlit(NamedTuple):
    """The planes of `envelope.Planes`, packed."""

    #: First plane of each building, shape (buildings + 1,).
    offset: NDArray[np.int64]
    #: Shape (planes, 17): normal [-], beam polynomial (5), diffuse aperture: all, isotropic, horizon [m²], and the
    #: overhang: depth, gap, reach to the left and right, height and width of the window [m].
    table: FloatArray
    #: 1 where a plane faces downwards, plus 2 where one has an overhang, shape (buildings,).
    special: NDArray[np.int64]


class Year(NamedTuple):
    """Sums over the hours that count, and the hourly series asked for."""

    #: Rows as the `SUM_` names, shape (SUMS, buildings). [Wh], [K h], [h]
    sums: FloatArray
    #: Shape (0, 2 or 4, buildings, 8760): heating, cooling [W], air and operative temperature [°C].
    series: NDArray[np.float32]


# Rows of `Year.sums`.
(SUM_HEATING, SUM_COOLING, SUM_MASS, SUM_SURFACE, SUM_AIR, SUM_SOLAR, SUM_INTERNAL, SUM_STORAGE, SUM_BELOW, SUM_ABOVE,
 SUM_PEAK_HEATING, SUM_PEAK_COOLING, SUM_HOUR_HEATING, SUM_HOUR_COOLING, SUMS) = range(15)

# Rows of the workspace of a block, after those of `Zones`, `Coefficients` and the sums.
L: Final = LANES
#: Columns of `Sunlit.table`.
PLANE: Final = 17
#: Hours that are kept before they are written, a divisor of the year: one building's hours lie far from another's.
TILE: Final = 60
_NET = 0
(_HVE, _NIGHT, _NSTART, _NEND, _NMIN, _CONV, _MASS, _SURF, _SKY, _AREA, _PHEAT, _PCOOL, _FIRST, _COUNT,
 _ISO, _HOR, _GND) = range(6 * L, 23 * L, L)
_K = 23 * L
_SUM = 34 * L
(_THETA, _AIR, _SUN, _INT, _LOW, _HIGH, _WEIGHT, _OUT_H, _OUT_C, _OUT_A, _OUT_S, _WORK) = range(49 * L, 61 * L, L)


@_jit
def _load_block(w, zones, start, which, first, last):  # type: ignore[no-untyped-def]
    for lane in range(LANES):
        b = which[min(first + lane, last - 1)]
        for row in range(23):
            w[row * L + lane] = zones[row, b]
        for row in range(SUMS):
            w[_SUM + row * L + lane] = 0.0
        w[_SUM + SUM_HOUR_HEATING * L + lane] = -1.0
        w[_SUM + SUM_HOUR_COOLING * L + lane] = -1.0
        w[_THETA + lane] = start[b]
        w[_AIR + lane] = start[b]
        w[_WEIGHT + lane] = 1.0
        w[_K + lane] = -1.0


@_jit
def _load_planes(planes, offset, table, which, first, last):  # type: ignore[no-untyped-def]
    most = 0
    for lane in range(LANES):
        b = which[min(first + lane, last - 1)]
        count = offset[b + 1] - offset[b]
        most = max(most, count)
        for p in range(planes.shape[0]):
            for row in range(PLANE):
                planes[p, row * L + lane] = table[offset[b] + p, row] if p < count else 0.0
    return most


@_jit
def _sun(w, planes, count, special, hours, t):  # type: ignore[no-untyped-def]
    east, north, up, beam = hours[t, 0], hours[t, 1], hours[t, 2], hours[t, 3]
    isotropic, horizon, ground = hours[t, 5], hours[t, 6], hours[t, 7]
    for lane in range(LANES):
        w[_SUN + lane] = isotropic * w[_ISO + lane] + horizon * w[_HOR + lane] + ground * w[_GND + lane]
    if beam != 0.0:
        for p in range(count):
            plane = planes[p]
            for lane in range(LANES):
                mu = plane[lane] * east + plane[L + lane] * north + plane[2 * L + lane] * up
                mu = _where(mu < 0.0, 0.0, mu)
                aperture = plane[7 * L + lane] * mu + plane[6 * L + lane]
                aperture = aperture * mu + plane[5 * L + lane]
                aperture = aperture * mu + plane[4 * L + lane]
                aperture = aperture * mu + plane[3 * L + lane]
                w[_SUN + lane] += beam * mu * aperture
    if hours[t, 9] == 2.0 or (special > 0 and horizon < 0.0):
        _clip_sky(w, planes, count, hours, t)
    if special >= 2 and beam != 0.0:
        _shade(w, planes, count, hours, t)


@_jit
def shaded_share(mu: Any, along: Any, up: Any, depth: Any, gap: Any, left: Any, right: Any, height: Any, width: Any
                 ) -> Any:
    """Share of a vertical window that lies in the shade of its overhang.

    A point y below the overhang is shaded where the ray to the sun meets it: y <= depth · up/mu, and no further to the
    side than it reaches. The integral over the window is in closed form.

    Parameters
    ----------
    mu, along, up : float or ndarray
        Sun vector: out of the window, to the right along the wall seen from outside, upwards. [-]
    depth, gap, left, right : float or ndarray
        Overhang. [m]
    height, width : float or ndarray
        Window. [m]

    Returns
    -------
    float or ndarray
        0 to 1. [-]

    References
    ----------
    .. [1] Duffie and Beckman 2013, Solar Engineering of Thermal Processes, section 14.4 (shading of finite overhangs).
    """
    drop = depth * up / _where(mu < 1e-6, 1e-6, mu)
    low = gap
    high = _where(drop < gap + height, drop, gap + height)
    high = _where(high < low, low, high)
    slant = abs(along) / _where(up < 1e-6, 1e-6, up)
    reach = _where(along < 0.0, left, right)
    missed = _beyond(high, slant, reach) - _beyond(low, slant, reach)
    back = _beyond(high, slant, reach + width) - _beyond(low, slant, reach + width)
    return (width * (high - low) - missed + back) / (width * height)


@_jit
def _beyond(y: Any, slant: Any, reach: Any) -> Any:
    # Integral over y of what of a slanted shadow falls beyond the reach of the overhang.
    over = slant * y - reach
    over = _where(over < 0.0, 0.0, over)
    return 0.5 * over * over / _where(slant < 1e-9, 1e-9, slant)


@_jit
def _shade(w, planes, count, hours, t):  # type: ignore[no-untyped-def]
    east, north, up, beam = hours[t, 0], hours[t, 1], hours[t, 2], hours[t, 3]
    for p in range(count):
        plane = planes[p]
        for lane in range(LANES):
            depth = plane[11 * L + lane]
            if depth > 0.0:
                mu = plane[lane] * east + plane[L + lane] * north + plane[2 * L + lane] * up
                mu = _where(mu < 0.0, 0.0, mu)
                along = plane[lane] * north - plane[L + lane] * east
                aperture = plane[7 * L + lane] * mu + plane[6 * L + lane]
                aperture = aperture * mu + plane[5 * L + lane]
                aperture = aperture * mu + plane[4 * L + lane]
                aperture = aperture * mu + plane[3 * L + lane]
                share = shaded_share(mu, along, up, depth, plane[12 * L + lane], plane[13 * L + lane],
                                     plane[14 * L + lane], plane[15 * L + lane], plane[16 * L + lane])
                w[_SUN + lane] -= beam * mu * aperture * share


@_jit
def _clip_sky(w, planes, count, hours, t):  # type: ignore[no-untyped-def]
    # The sky of a plane is never negative; where it would be, what is missing to 0 is given back.
    east, north, up, circumsolar = hours[t, 0], hours[t, 1], hours[t, 2], hours[t, 4]
    isotropic, horizon = hours[t, 5], hours[t, 6]
    for p in range(count):
        plane = planes[p]
        for lane in range(LANES):
            mu = plane[lane] * east + plane[L + lane] * north + plane[2 * L + lane] * up
            mu = _where(mu < 0.0, 0.0, mu)
            sky = (circumsolar * mu * plane[8 * L + lane] + isotropic * plane[9 * L + lane]
                   + horizon * plane[10 * L + lane])
            w[_SUN + lane] += _where(sky < 0.0, -sky, 0.0 * sky)


@_jit
def _air_change(w, theta_e, hour_of_day):  # type: ignore[no-untyped-def]
    changed = False
    for lane in range(LANES):
        start, end = w[_NSTART + lane], w[_NEND + lane]
        late, early = hour_of_day >= start, hour_of_day < end
        night = (late and early) if start < end else (late or early)
        useful = w[_NMIN + lane] == -np.inf or (w[_AIR + lane] > w[_NMIN + lane] and w[_AIR + lane] > theta_e)
        h_ve = w[_HVE + lane] + (w[_NIGHT + lane] if night and useful else 0.0)
        changed = changed or h_ve != w[_K + lane]
        w[_OUT_H + lane] = h_ve
    if changed:
        for lane in range(LANES):
            net = _net(w, lane)
            k = coefficients(net, w[_OUT_H + lane])
            for row, value in enumerate(k):
                w[_K + row * L + lane] = value


@_jit
def _net(w, lane):  # type: ignore[no-untyped-def]
    return Network(w[lane], w[L + lane], w[2 * L + lane], w[3 * L + lane], w[4 * L + lane], w[5 * L + lane])


@_jit
def _coefficients(w, lane):  # type: ignore[no-untyped-def]
    return Coefficients(w[_K + lane], w[_K + L + lane], w[_K + 2 * L + lane], w[_K + 3 * L + lane],
                        w[_K + 4 * L + lane], w[_K + 5 * L + lane], w[_K + 6 * L + lane], w[_K + 7 * L + lane],
                        w[_K + 8 * L + lane], w[_K + 9 * L + lane], w[_K + 10 * L + lane])


@_jit
def _advance(w, theta_e, t):  # type: ignore[no-untyped-def]
    for lane in range(LANES):
        net = _net(w, lane)
        k = _coefficients(w, lane)
        internal, sun, low, high = w[_INT + lane], w[_SUN + lane], w[_LOW + lane], w[_HIGH + lane]
        rest = (1.0 - w[_CONV + lane]) * internal + sun - w[_SKY + lane]
        drive = Drive(theta_e, w[_CONV + lane] * internal, w[_SURF + lane] * rest, w[_MASS + lane] * rest,
                      low, high, w[_PHEAT + lane], w[_PCOOL + lane])
        theta_m = w[_THETA + lane]
        now = step(theta_m, net, k, drive)
        weight = w[_WEIGHT + lane]
        w[_THETA + lane] = now.theta_m
        w[_AIR + lane] = now.theta_air
        w[_OUT_H + lane] = now.heating
        w[_OUT_C + lane] = now.cooling
        w[_OUT_S + lane] = now.theta_s
        heating, cooling = weight * now.heating, weight * now.cooling
        w[_SUM + SUM_HEATING * L + lane] += heating
        w[_SUM + SUM_COOLING * L + lane] += cooling
        w[_SUM + SUM_MASS * L + lane] += weight * (now.theta_m_mean - theta_e)
        w[_SUM + SUM_SURFACE * L + lane] += weight * (now.theta_s - theta_e)
        w[_SUM + SUM_AIR * L + lane] += weight * (k.h_ve * (now.theta_air - theta_e))
        w[_SUM + SUM_SOLAR * L + lane] += weight * sun
        w[_SUM + SUM_INTERNAL * L + lane] += weight * internal
        w[_SUM + SUM_STORAGE * L + lane] += weight * (net.c_m * (now.theta_m - theta_m))
        held = net.air_weight * now.theta_air + (1.0 - net.air_weight) * now.theta_s
        w[_SUM + SUM_BELOW * L + lane] += _where(held < low - BAND_TOLERANCE, weight, 0.0)
        w[_SUM + SUM_ABOVE * L + lane] += _where(held > high + BAND_TOLERANCE, weight, 0.0)
        best = w[_SUM + SUM_PEAK_HEATING * L + lane]
        w[_SUM + SUM_PEAK_HEATING * L + lane] = _where(heating > best, heating, best)
        w[_SUM + SUM_HOUR_HEATING * L + lane] = _where(heating > best, t, w[_SUM + SUM_HOUR_HEATING * L + lane])
        best = w[_SUM + SUM_PEAK_COOLING * L + lane]
        w[_SUM + SUM_PEAK_COOLING * L + lane] = _where(cooling > best, cooling, best)
        w[_SUM + SUM_HOUR_COOLING * L + lane] = _where(cooling > best, t, w[_SUM + SUM_HOUR_COOLING * L + lane])


@_jit
def _read_schedules(w, schedules, columns, t):  # type: ignore[no-untyped-def]
    for lane in range(LANES):
        w[_LOW + lane] = schedules[t, columns[0, lane]]
        w[_HIGH + lane] = schedules[t, columns[1, lane]]
        w[_INT + lane] = schedules[t, columns[2, lane]] * w[_AREA + lane]


@_jit
def _start_year(w, opening):  # type: ignore[no-untyped-def]
    for lane in range(LANES):
        opening[lane] = w[_THETA + lane]
        for row in range(SUMS):
            w[_SUM + row * L + lane] = 0.0
        w[_SUM + SUM_HOUR_HEATING * L + lane] = -1.0
        w[_SUM + SUM_HOUR_COOLING * L + lane] = -1.0


@_jit
def _weigh(w, t, hours):  # type: ignore[no-untyped-def]
    for lane in range(LANES):
        since = (t - w[_FIRST + lane]) % hours
        w[_WEIGHT + lane] = 1.0 if since < w[_COUNT + lane] else 0.0


@_jit
def _keep_hour(w, tile, count, k):  # type: ignore[no-untyped-def]
    for lane in range(LANES):
        tile[lane * TILE + k] = w[_OUT_H + lane]
        tile[(L + lane) * TILE + k] = w[_OUT_C + lane]
    if count == 4:
        for lane in range(LANES):
            tile[(2 * L + lane) * TILE + k] = w[_AIR + lane]
            tile[(3 * L + lane) * TILE + k] = (OPERATIVE_AIR_WEIGHT * w[_AIR + lane]
                                               + (1.0 - OPERATIVE_AIR_WEIGHT) * w[_OUT_S + lane])


@_jit
def _write_tile(tile, series, which, first, last, t):  # type: ignore[no-untyped-def]
    for s in range(series.shape[0]):
        for lane in range(last - first):
            row, b = (s * L + lane) * TILE, which[first + lane]
            for k in range(TILE):
                series[s, b, t + k] = tile[row + k]


@_jit
def _run_block(  # type: ignore[no-untyped-def]
        w, planes, count, flags, begin, hours, schedules, columns, series, which, first, last):
    opening, held_m, held_air = np.empty(LANES), np.empty(LANES), np.empty(LANES)
    tile = np.empty(4 * L * TILE, dtype=np.float32)
    whole, nights, special = flags
    year = hours.shape[0]
    earliest = begin.min()
    for i in range(earliest, 2 * year):
        t = i - year if i >= year else i
        if i == year:
            _start_year(w, opening)
        if i == earliest or hours[t, 10] != 0.0:
            _read_schedules(w, schedules, columns, t)
        if hours[t, 9] == 0.0:
            for lane in range(LANES):
                w[_SUN + lane] = 0.0
        else:
            _sun(w, planes, count, special, hours, t)
        if nights:
            _air_change(w, hours[t, 8], t % 24 + 0.5)
        if i >= year:
            if not whole:
                _weigh(w, float(t), float(year))
            _advance(w, hours[t, 8], float(t))
            if series.shape[0] > 0:
                _keep_hour(w, tile, series.shape[0], t % TILE)
                if t % TILE == TILE - 1:
                    _write_tile(tile, series, which, first, last, t - TILE + 1)
        else:
            for lane in range(LANES):
                held_m[lane], held_air[lane] = w[_THETA + lane], w[_AIR + lane]
            _advance(w, hours[t, 8], float(t))
            for lane in range(LANES):
                if t < begin[lane]:
                    w[_THETA + lane], w[_AIR + lane] = held_m[lane], held_air[lane]
    return opening


def _year(  # type: ignore[no-untyped-def]
        hours, schedules, offset, table, zones, columns, start, spin_up, special, which, sums, series, drift):
    most = 0
    for b in range(offset.size - 1):
        most = max(most, offset[b + 1] - offset[b])
    planes, w = np.empty((most, PLANE * L)), np.empty(_WORK)
    lane_columns = np.empty((3, LANES), dtype=np.int64)
    begin = np.empty(LANES, dtype=np.int64)
    for first in range(0, which.size, LANES):
        last = min(first + LANES, which.size)
        count = _load_planes(planes, offset, table, which, first, last)
        _load_block(w, zones, start, which, first, last)
        whole, nights, most_special = True, False, 0
        for lane in range(LANES):
            b = which[min(first + lane, last - 1)]
            for row in range(3):
                lane_columns[row, lane] = columns[row, b]
            begin[lane] = hours.shape[0] - spin_up[b]
            whole = whole and w[_COUNT + lane] == hours.shape[0]
            nights = nights or w[_NIGHT + lane] > 0.0
            most_special |= special[b]
        _air_change(w, 0.0, 12.0)
        opening = _run_block(w, planes, count, (whole, nights, most_special), begin, hours, schedules, lane_columns,
                             series, which, first, last)
        for lane in range(last - first):
            b = which[first + lane]
            drift[b] = w[_THETA + lane] - opening[lane]
            start[b] = w[_THETA + lane]
            for row in range(SUMS):
                sums[row, b] = w[_SUM + row * L + lane]


year_compiled: Any = njit(fastmath=_FASTMATH, nogil=True, cache=True)(_year) if COMPILED else _year
