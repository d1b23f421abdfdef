"""Sun of the node model: what each element absorbs, in NumPy for some hours, and compiled for an hour and a block."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from buem import iso52016_rows as at
from buem.compiled import LANES, jit, where
from buem.iso52016_records import Rank, total
from buem.iso52016_rows import L
from buem.profiles import FloatArray
from buem.shading import COLUMNS, sector_of, shaded_share

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
    mu = c["east"] * east + c["north"] * north + c["up"] * up
    mu = np.where(mu < 0.0, 0.0, mu)
    share = _shadow(hours, rank, mu)
    sky = isotropic * c["isotropic"] + horizon * c["horizon"]
    around = circumsolar * mu
    missing = np.where(around + sky < 0.0, -(around + sky), 0.0)
    lit = mu * (1.0 - share)
    beam, diffuse = direct * lit, circumsolar * lit + sky + missing + ground * c["ground"]
    if theta_air is not None:
        closed = (beam + diffuse > c["irradiance"]) & (theta_air > c["temp_min"])
        left = np.where(closed, c["factor"], 1.0)
        beam, diffuse = beam * left, diffuse * left
    absorbed = beam * _horner(c, "absorbed", mu) + diffuse * c["absorbed_diffuse"]
    passed_beam = _sum_of_hours(c["area"] * beam * _horner(c, "tau", mu))
    passed = _sum_of_hours(c["area"] * diffuse * c["tau_diffuse"])
    inner = (absorbed * c["alpha_inner"] + c["share_beam"] * passed_beam[:, None]
             + c["share_diffuse"] * passed[:, None])
    return Sun(absorbed * c["alpha_outer"], inner, passed_beam, passed)


def _shadow(hours: FloatArray, rank: Rank, mu: FloatArray) -> FloatArray:
    """Share of each element in the shade, shape (hours, elements, buildings)."""
    c = rank.column
    east, north, up = (hours[:, k, None, None] for k in range(3))
    share = np.zeros_like(mu)
    shaded = (c["depth"] > 0.0) | (c["fin_left"] > 0.0) | (c["fin_right"] > 0.0)
    if shaded.any():
        depth, gap, left, right, *fins, height, width = (c[name] for name in COLUMNS)
        to_sun = mu, c["east"] * north - c["north"] * east, up
        found = shaded_share(to_sun, (depth, gap, left, right), tuple(fins), (height, width))
        share = np.where(shaded & (mu > 0.0), found, share)
    if rank.skyline.shape[2]:
        side, building = c["roof"].astype(np.int64), np.arange(c["roof"].shape[1])
        sectors = rank.sectors[building, side]
        sine = rank.skyline[building, side, sector_of(east, north, np.maximum(sectors, 1))]
        share = np.where((sectors > 0) & (sine > 0.0) & (up < sine), 1.0, share)
    return share


def _sum_of_hours(values: FloatArray) -> FloatArray:
    return total(np.moveaxis(values, 1, 0))


def _horner(c: dict[str, FloatArray], name: str, mu: FloatArray) -> FloatArray:
    value = c[f"{name}_4"]
    for k in (3, 2, 1, 0):
        value = value * mu + c[f"{name}_{k}"]
    return value


@jit
def _polynomial(e, mu, row):  # type: ignore[no-untyped-def]
    return (((e[row + 4 * L] * mu + e[row + 3 * L]) * mu + e[row + 2 * L]) * mu + e[row + L]) * mu + e[row]


@jit
def sun(w, elements, count, lit, skyline, hour):  # type: ignore[no-untyped-def]
    east, north, up, direct, circumsolar = hour[0], hour[1], hour[2], hour[3], hour[4]
    isotropic, horizon, ground = hour[5], hour[6], hour[7]
    for lane in range(LANES):
        w[at.BEAM + lane] = 0.0
        w[at.DIFFUSE + lane] = 0.0
        w[at.SOLAR + lane] = 0.0
    for n in range(count):
        e = elements[n]
        if lit[n] >= SHADED:
            _shade(e, (east, north, up))
            _hide(e, (east, north, up), skyline)
        if lit[n] == UNLIT:
            for lane in range(LANES):
                e[at.SUN_O + lane] = e[at.SUN_I + lane] = 0.0
            continue
        for lane in range(LANES):
            mu = e[at.EAST + lane] * east + e[at.NORTH + lane] * north + e[at.UP + lane] * up
            mu = where(mu < 0.0, 0.0, mu)
            facing = mu * (1.0 - e[at.U + lane]) if lit[n] >= SHADED else mu
            sky = isotropic * e[at.ISO + lane] + horizon * e[at.HOR + lane]
            around = circumsolar * mu + sky
            missing = where(around < 0.0, -around, 0.0)
            e[at.MEM_O + lane] = direct * facing
            e[at.MEM_I + lane] = circumsolar * facing + sky + missing + ground * e[at.GND + lane]
            e[at.OUTSIDE + lane] = mu
        if lit[n] >= SHADED:
            _close(w, e)
        if lit[n] == OPAQUE:
            for lane in range(LANES):
                e[at.SUN_O + lane] = (e[at.MEM_O + lane] + e[at.MEM_I + lane]) * e[at.ALPHA_O + lane]
                e[at.SUN_I + lane] = 0.0
            continue
        for lane in range(LANES):
            beam, diffuse, mu = e[at.MEM_O + lane], e[at.MEM_I + lane], e[at.OUTSIDE + lane]
            absorbed = beam * _polynomial(e, mu, at.ABS + lane) + diffuse * e[at.ABS_D + lane]
            e[at.SUN_O + lane] = absorbed * e[at.ALPHA_O + lane]
            e[at.SUN_I + lane] = absorbed * e[at.ALPHA_I + lane]
            w[at.BEAM + lane] += e[at.AREA + lane] * beam * _polynomial(e, mu, at.TAU + lane)
            w[at.DIFFUSE + lane] += e[at.AREA + lane] * diffuse * e[at.TAU_D + lane]
    for n in range(count):
        e = elements[n]
        for lane in range(LANES):
            e[at.SUN_I + lane] += e[at.SHARE_B + lane] * w[at.BEAM + lane] + e[at.SHARE_D + lane] * w[at.DIFFUSE + lane]
            w[at.SOLAR + lane] += e[at.AREA + lane] * e[at.SUN_I + lane]


@jit
def _shade(e, to_sun):  # type: ignore[no-untyped-def]
    east, north, up = to_sun
    for lane in range(LANES):
        mu = e[at.EAST + lane] * east + e[at.NORTH + lane] * north + e[at.UP + lane] * up
        mu = where(mu < 0.0, 0.0, mu)
        row = at.SHADE + lane
        some = e[row] > 0.0 or e[row + 4 * L] > 0.0 or e[row + 5 * L] > 0.0
        share = shaded_share((mu, e[at.EAST + lane] * north - e[at.NORTH + lane] * east, up),
                             (e[row], e[row + L], e[row + 2 * L], e[row + 3 * L]),
                             (e[row + 4 * L], e[row + 5 * L], e[row + 6 * L], e[row + 7 * L]),
                             (e[row + 8 * L], e[row + 9 * L]))
        e[at.U + lane] = share if some and mu > 0.0 else 0.0


@jit
def _hide(e, to_sun, skyline):  # type: ignore[no-untyped-def]
    """Elements before which an obstacle stands in the sun."""
    around, parts = skyline
    most = around.shape[0] // 2
    turn = np.arctan2(to_sun[0], to_sun[1]) * _TURN
    for lane in range(LANES):
        side = 1 if e[at.ROOF + lane] > 0.0 else 0
        if parts[side, lane] > 0:
            sector = int(np.floor(turn * parts[side, lane])) % parts[side, lane]
            sine = around[side * most + sector, lane]
            if sine > 0.0 and to_sun[2] < sine:
                e[at.U + lane] = 1.0


@jit
def _close(w, e):  # type: ignore[no-untyped-def]
    """Movable shades that close; they look at the air of the hour before."""
    for lane in range(LANES):
        closed = e[at.MEM_O + lane] + e[at.MEM_I + lane] > e[at.IRRADIANCE + lane]
        closed = closed and w[at.T_A + lane] > e[at.TEMP_MIN + lane]
        left = e[at.FACTOR + lane] if closed else 1.0
        e[at.MEM_O + lane] *= left
        e[at.MEM_I + lane] *= left


@jit
def no_sun(w, elements, count):  # type: ignore[no-untyped-def]
    for lane in range(LANES):
        w[at.SOLAR + lane] = 0.0
    for n in range(count):
        for lane in range(LANES):
            elements[n, at.SUN_O + lane] = 0.0
            elements[n, at.SUN_I + lane] = 0.0
