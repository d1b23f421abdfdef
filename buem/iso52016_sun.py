"""Sun of the node model: what each element absorbs, in NumPy for some hours, and compiled for an hour and a block."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np

from buem import iso52016_rows as at
from buem.compiled import inlined, jit, where
from buem.iso52016_records import Rank, total
from buem.iso52016_rows import L
from buem.lanes import get, put, spread
from buem.profiles import FloatArray
from buem.shading import sector_of, shaded_share

#: What the sun does at a rank of elements: nothing, no more than warm outer faces, pass glass, pass shaded glass.
UNLIT, OPAQUE, GLASS, SHADED = range(4)
_TURN: Final = 0.5 / np.pi


class Sun(NamedTuple):
    """Sun of some hours on every element, per area."""

    outer: FloatArray  # absorbed at the outer face, shape (hours, elements, buildings) [W/m²]
    inner: FloatArray  # absorbed at the inner face [W/m²]
    beam: FloatArray  # passes the glass, shape (hours, buildings) [W]
    diffuse: FloatArray  # [W]


def sun_of(hours: FloatArray, rank: Rank, theta_air: FloatArray | None = None) -> Sun:
    """Sun that each element absorbs at its two faces.

    What passes the glass falls on the floor first as far as it is beam; the rest is shared by area and absorptance, a
    part of it going out by the glass again.

    Parameters
    ----------
    hours : ndarray, shape (hours, 19)
        See `HOUR_COLUMNS`.
    rank : Rank
        Elements.
    theta_air : ndarray, shape (buildings,), optional
        Air of the hour before, for movable shades; without it they are open. [°C]

    Returns
    -------
    Sun
        Shape (hours, elements, buildings). [W/m²]

    References
    ----------
    .. [1] ISO 52016-1:2017, 6.5.6.3.5 (solar gains on surfaces), with the beam on the floor as in Walton 1983.
    """
    c = rank.column
    east, north, up, direct, circumsolar, isotropic, horizon, ground = (hours[:, k, None, None] for k in range(8))
    mu = c.east * east + c.north * north + c.up * up
    mu = np.where(mu < 0.0, 0.0, mu)
    share = _shadow(hours, rank, mu)
    sky = isotropic * c.isotropic + horizon * c.horizon
    around = circumsolar * mu
    missing = np.where(around + sky < 0.0, -(around + sky), 0.0)
    lit = mu * (1.0 - share)
    beam, diffuse = direct * lit, circumsolar * lit + sky + missing + ground * c.ground
    if theta_air is not None:
        closed = (beam + diffuse > c.irradiance) & (theta_air > c.temp_min)
        left = np.where(closed, c.factor, 1.0)
        beam, diffuse = beam * left, diffuse * left
    absorbed = beam * _horner(c.absorbed(), mu) + diffuse * c.absorbed_diffuse
    passed_beam = _sum_of_hours(c.area * beam * _horner(c.tau(), mu))
    passed = _sum_of_hours(c.area * diffuse * c.tau_diffuse)
    inner = (absorbed * c.alpha_inner + c.share_beam * passed_beam[:, None]
             + c.share_diffuse * passed[:, None])
    return Sun(absorbed * c.alpha_outer, inner, passed_beam, passed)


def _shadow(hours: FloatArray, rank: Rank, mu: FloatArray) -> FloatArray:
    """Share of each element in the shade, shape (hours, elements, buildings)."""
    c = rank.column
    east, north, up = (hours[:, k, None, None] for k in range(3))
    share = np.zeros_like(mu)
    shaded = (c.depth > 0.0) | (c.fin_left > 0.0) | (c.fin_right > 0.0)
    if shaded.any():
        to_sun = mu, c.east * north - c.north * east, up
        found = shaded_share(to_sun, (c.depth, c.gap, c.left, c.right),
                             (c.fin_left, c.fin_right, c.fin_gap, c.fin_above), (c.height, c.width))
        share = np.where(shaded & (mu > 0.0), found, share)
    if rank.skyline.shape[2]:
        side, building = c.roof.astype(np.int64), np.arange(c.roof.shape[1])
        sectors = rank.sectors[building, side]
        sine = rank.skyline[building, side, sector_of(east, north, np.maximum(sectors, 1))]
        share = np.where((sectors > 0) & (sine > 0.0) & (up < sine), 1.0, share)
    return share


def _sum_of_hours(values: FloatArray) -> FloatArray:
    return total(np.moveaxis(values, 1, 0))


def _horner(coefficients: tuple[FloatArray, ...], mu: FloatArray) -> FloatArray:
    value = coefficients[-1]
    for coefficient in coefficients[-2::-1]:
        value = value * mu + coefficient
    return value


class Light(NamedTuple):
    """Sun of an hour, see `iso52016.HOUR_COLUMNS`."""

    east: Any  # of the sun's direction [-]
    north: Any
    up: Any
    direct: Any  # [W/m²]
    circumsolar: Any
    isotropic: Any
    horizon: Any
    ground: Any


@inlined
def light_of(hours, t):  # type: ignore[no-untyped-def]
    return Light(hours[t, 0], hours[t, 1], hours[t, 2], hours[t, 3], hours[t, 4], hours[t, 5], hours[t, 6], hours[t, 7])


@inlined
def _polynomial(m, row, mu):  # type: ignore[no-untyped-def]
    return (((get(m, row + 4 * L) * mu + get(m, row + 3 * L)) * mu + get(m, row + 2 * L)) * mu
            + get(m, row + L)) * mu + get(m, row)


@jit
def sun(m, ranks, space, around, parts, light):  # type: ignore[no-untyped-def]
    """Sun on the elements of a space, what passes its glass, and what all its inner faces absorb."""
    beam, diffuse = spread(0.0), spread(0.0)
    for n in range(space.count):
        e, lit = space.first + n * space.stride, ranks[space.rank + n, at.LIT]
        if lit == UNLIT:
            put(m, e + at.SUN_O, spread(0.0))
            put(m, e + at.SUN_I, spread(0.0))
            continue
        falls_b, falls_d, mu = _falls(m, space.w, e, lit >= SHADED, (around, parts), light)
        if lit == OPAQUE:
            put(m, e + at.SUN_O, (falls_b + falls_d) * get(m, e + at.ALPHA_O))
            put(m, e + at.SUN_I, spread(0.0))
            continue
        absorbed = falls_b * _polynomial(m, e + at.ABS, mu) + falls_d * get(m, e + at.ABS_D)
        put(m, e + at.SUN_O, absorbed * get(m, e + at.ALPHA_O))
        put(m, e + at.SUN_I, absorbed * get(m, e + at.ALPHA_I))
        area = get(m, e + at.AREA)
        beam = beam + area * falls_b * _polynomial(m, e + at.TAU, mu)
        diffuse = diffuse + area * falls_d * get(m, e + at.TAU_D)
    solar = spread(0.0)
    for n in range(space.count):
        e = space.first + n * space.stride
        inner = get(m, e + at.SUN_I) + (get(m, e + at.SHARE_B) * beam + get(m, e + at.SHARE_D) * diffuse)
        put(m, e + at.SUN_I, inner)
        solar = solar + get(m, e + at.AREA) * inner
    put(m, space.w + at.BEAM, beam)
    put(m, space.w + at.DIFFUSE, diffuse)
    put(m, space.w + at.SOLAR, solar)


@inlined
def _falls(m, w, e, shaded, skyline, light):  # type: ignore[no-untyped-def]
    """Beam and diffuse light that fall on an element, and the cosine at which the beam does."""
    mu = get(m, e + at.EAST) * light.east + get(m, e + at.NORTH) * light.north + get(m, e + at.UP) * light.up
    mu = where(mu < 0.0, 0.0, mu)
    facing = mu
    if shaded:
        _shade(m, e, light)
        _hide(m, e, light, skyline)
        facing = mu * (1.0 - get(m, e + at.SHADOW))
    sky = light.isotropic * get(m, e + at.ISO) + light.horizon * get(m, e + at.HOR)
    around = light.circumsolar * mu + sky
    missing = where(around < 0.0, -around, 0.0)
    beam = light.direct * facing
    diffuse = light.circumsolar * facing + sky + missing + light.ground * get(m, e + at.GND)
    if shaded:
        # Movable shades look at the air of the hour before.
        open_still = where(beam + diffuse > get(m, e + at.IRRADIANCE), get(m, e + at.FACTOR), 1.0)
        left = where(get(m, w + at.T_A) > get(m, e + at.TEMP_MIN), open_still, 1.0)
        beam, diffuse = beam * left, diffuse * left
    return beam, diffuse, mu


@jit
def _shade(m, e, light):  # type: ignore[no-untyped-def]
    for lane in range(L):
        place = e + lane
        mu = m[place + at.EAST] * light.east + m[place + at.NORTH] * light.north + m[place + at.UP] * light.up
        row = place + at.SHADE
        some = m[row] > 0.0 or m[row + 4 * L] > 0.0 or m[row + 5 * L] > 0.0
        share = 0.0
        if some and mu > 0.0:
            across = m[place + at.EAST] * light.north - m[place + at.NORTH] * light.east
            share = shaded_share((mu, across, light.up), (m[row], m[row + L], m[row + 2 * L], m[row + 3 * L]),
                                 (m[row + 4 * L], m[row + 5 * L], m[row + 6 * L], m[row + 7 * L]),
                                 (m[row + 8 * L], m[row + 9 * L]))
        m[place + at.SHADOW] = share


@jit
def _hide(m, e, light, skyline):  # type: ignore[no-untyped-def]
    """Elements before which an obstacle stands in the sun."""
    around, parts = skyline
    most = around.shape[0] // 2
    if most == 0:
        return
    turn = np.arctan2(light.east, light.north) * _TURN
    for lane in range(L):
        side = 1 if m[e + at.ROOF + lane] > 0.0 else 0
        if parts[side, lane] > 0:
            sector = int(np.floor(turn * parts[side, lane])) % parts[side, lane]
            sine = around[side * most + sector, lane]
            if sine > 0.0 and light.up < sine:
                m[e + at.SHADOW + lane] = 1.0


@jit
def no_sun(m, space):  # type: ignore[no-untyped-def]
    """Night falls on the elements of a space."""
    zero = spread(0.0)
    for row in (at.BEAM, at.DIFFUSE, at.SOLAR):
        put(m, space.w + row, zero)
    for n in range(space.count):
        e = space.first + n * space.stride
        put(m, e + at.SUN_O, zero)
        put(m, e + at.SUN_I, zero)
