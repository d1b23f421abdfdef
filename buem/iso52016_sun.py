"""Sun of the node model: what each element absorbs, in NumPy for some hours, and compiled for an hour and a block."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from buem import iso52016_rows as at
from buem.compiled import LANES, jit, where
from buem.iso52016_records import Rank, total
from buem.iso52016_rows import L
from buem.profiles import FloatArray
from buem.shading import shaded_share

#: What the sun does at a rank of elements: nothing, no more than warm outer faces, pass glass, pass shaded glass.
UNLIT, OPAQUE, GLASS, SHADED = range(4)


class Sun(NamedTuple):
    """Sun of some hours on every element, per area."""

    outer: FloatArray  # absorbed at the outer face, shape (hours, elements, buildings) [W/m²]
    inner: FloatArray  # absorbed at the inner face [W/m²]
    beam: FloatArray  # passes the glass, shape (hours, buildings) [W]
    diffuse: FloatArray  # [W]


def sun_of(hours: FloatArray, rank: Rank) -> Sun:
    """Sun that each element absorbs at its two faces.

    What passes the glass falls on the floor first as far as it is beam; the rest is shared by area and absorptance, a
    part of it going out by the glass again.

    Parameters
    ----------
    hours : ndarray, shape (hours, 19)
        See `HOUR_COLUMNS`.
    rank : Rank
        Elements.

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
    share = shaded_share(mu, c["east"] * north - c["north"] * east, up, *(
        c[name] for name in ("depth", "gap", "left", "right", "height", "width")))
    share = np.where((c["depth"] > 0.0) & (mu > 0.0), share, 0.0)
    sky = isotropic * c["isotropic"] + horizon * c["horizon"]
    around = circumsolar * mu
    missing = np.where(around + sky < 0.0, -(around + sky), 0.0)
    lit = mu * (1.0 - share)
    beam, diffuse = direct * lit, circumsolar * lit + sky + missing + ground * c["ground"]
    absorbed = beam * _horner(c, "absorbed", mu) + diffuse * c["absorbed_diffuse"]
    passed_beam = _sum_of_hours(c["area"] * beam * _horner(c, "tau", mu))
    passed = _sum_of_hours(c["area"] * diffuse * c["tau_diffuse"])
    inner = (absorbed * c["alpha_inner"] + c["share_beam"] * passed_beam[:, None]
             + c["share_diffuse"] * passed[:, None])
    return Sun(absorbed * c["alpha_outer"], inner, passed_beam, passed)


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
def sun(w, elements, count, lit, hour):  # type: ignore[no-untyped-def]
    east, north, up, direct, circumsolar = hour[0], hour[1], hour[2], hour[3], hour[4]
    isotropic, horizon, ground = hour[5], hour[6], hour[7]
    for lane in range(LANES):
        w[at.BEAM + lane] = 0.0
        w[at.DIFFUSE + lane] = 0.0
        w[at.SOLAR + lane] = 0.0
    for n in range(count):
        e = elements[n]
        if lit[n] >= SHADED:
            _shade(e, east, north, up)
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
def _shade(e, east, north, up):  # type: ignore[no-untyped-def]
    for lane in range(LANES):
        mu = e[at.EAST + lane] * east + e[at.NORTH + lane] * north + e[at.UP + lane] * up
        mu = where(mu < 0.0, 0.0, mu)
        share = shaded_share(mu, e[at.EAST + lane] * north - e[at.NORTH + lane] * east, up, e[at.SHADE + lane],
                             e[at.SHADE + L + lane], e[at.SHADE + 2 * L + lane], e[at.SHADE + 3 * L + lane],
                             e[at.SHADE + 4 * L + lane], e[at.SHADE + 5 * L + lane])
        e[at.U + lane] = share if e[at.SHADE + lane] > 0.0 and mu > 0.0 else 0.0


@jit
def no_sun(w, elements, count):  # type: ignore[no-untyped-def]
    for lane in range(LANES):
        w[at.SOLAR + lane] = 0.0
    for n in range(count):
        for lane in range(LANES):
            elements[n, at.SUN_O + lane] = 0.0
            elements[n, at.SUN_I + lane] = 0.0
