"""Shade on windows and planes by geometry: overhangs and fins on the sun and on the sky, a horizon of obstacles."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from buem.compiled import jit, where
from buem.profiles import FloatArray

#: Columns of the shade of a window: overhang, fins, the window itself. [m]
COLUMNS: Final = ("depth", "gap", "left", "right", "fin_left", "fin_right", "fin_gap", "fin_above", "height", "width")
#: Those of a window that stands free.
FREE: Final = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0)
#: Directions of the sky for the mean over it: in azimuth, in elevation.
_AZIMUTHS: Final = 32
_ELEVATIONS: Final = 16
#: Directions in azimuth for the visible part of the sky over a horizon, at least.
_SLICES: Final = 72


@jit
def shaded_share(to_sun: Any, overhang: Any, fins: Any, window: Any) -> Any:
    """Share of a vertical window that lies in the shade of its overhang and its fins, both together once.

    With u from the window's side next to the sun and y down from its head, the overhang shades the points with
    y + g <= d · up/mu and y + g <= m (u + reach), m = up/|along|; the fin on the sun's side those with
    u + g' <= d' · |along|/mu and y + above >= m (u + g'). All edges are straight, so the area of the union is in closed
    form. Fins shade down to the sill whatever they reach below it, since the sun stands above the horizon.

    Parameters
    ----------
    to_sun : tuple of float or ndarray
        Sun vector: out of the window, to the right along the wall seen from outside, upwards. [-]
    overhang : tuple of float or ndarray
        Depth, gap above the head, reach to the left and to the right. [m]
    fins : tuple of float or ndarray
        Depth of the left and of the right one, gap to the side, reach above the head. [m]
    window : tuple of float or ndarray
        Height and width. [m]

    Returns
    -------
    float or ndarray
        0 to 1. [-]

    References
    ----------
    .. [1] Duffie and Beckman 2013, Solar Engineering of Thermal Processes, section 14.4 (shading of finite overhangs);
       the union with fins by inclusion and exclusion.
    """
    mu, along, up = to_sun
    depth, gap, left, right = overhang
    fin_left, fin_right, fin_gap, fin_above = fins
    height, width = window
    out = where(mu < 1e-6, 1e-6, mu)
    aside = where(abs(along) < 1e-12, 1e-12, abs(along))
    slope = where(up < 1e-6, 1e-6, up) / aside
    # The overhang's shadow ends at `level`, and on the sun's side at a slanted line that starts at `start`.
    level = _between(depth * up / out - gap, height)
    start = slope * where(along < 0.0, left, right) - gap
    # The fin's shadow is `wide` and begins below another slanted line.
    wide = _between(where(along < 0.0, fin_left, fin_right) * aside / out - fin_gap, width)
    begin = slope * fin_gap - fin_above
    over = _clipped(width, slope, start, 0.0, level)
    over_fin = _clipped(wide, slope, start, 0.0, level)
    free_fin = where(begin <= start, _clipped(wide, slope, begin, level, height) - level * wide,
                     _clipped(wide, slope, begin, 0.0, height) - over_fin)
    return (over - over_fin + height * wide - free_fin) / (width * height)


@jit
def _between(x: Any, most: Any) -> Any:
    x = where(x < 0.0, 0.0, x)
    return where(x > most, most, x)


@jit
def _clipped(length: Any, slope: Any, start: Any, low: Any, high: Any) -> Any:
    """Integral from 0 to `length` of a rising line, held between two levels."""
    # A line that starts above the upper level stays there.
    start = where(start > high, high, start)
    return low * length + (_under(slope * length + start - low, high - low) - _under(start - low, high - low)) / slope


@jit
def _under(x: Any, most: Any) -> Any:
    """Integral from 0 to x of a line of slope 1 that is cut off at a level; 0 below 0, with no large squares."""
    x = where(x < 0.0, 0.0, x)
    cut = where(x > most, most, x)
    return cut * (x - 0.5 * cut)


def open_sky(shade: FloatArray) -> FloatArray:
    """Share of the isotropic sky light that overhang and fins leave to a vertical window.

    With fins, the mean over the sky of what `shaded_share` leaves, weighted with the cosine of incidence. For an
    overhang alone (√((g+H)² + d²) - √(g² + d²)) / H, as if it were long.

    Parameters
    ----------
    shade : ndarray, shape (planes, 10)
        See `COLUMNS`. [m]

    Returns
    -------
    ndarray, shape (planes,)
        1 without a shade. [-]

    References
    ----------
    .. [1] Crossed-strings method for the view factor of long strips, Hottel 1954; Duffie and Beckman 2013,
       section 14.5, gives the same factors for wide overhangs.
    """
    depth, gap, _, _, fin_left, fin_right, _, _, height, _ = shade.T
    seen = (np.sqrt((gap + height) ** 2 + depth**2) - np.sqrt(gap**2 + depth**2)) / height
    seen = np.where(depth > 0.0, seen, 1.0)
    for i in np.flatnonzero((fin_left > 0.0) | (fin_right > 0.0)):
        seen[i] = _mean_over_sky(shade[i])
    return seen


def _mean_over_sky(shade: FloatArray) -> float:
    """Mean of what a shade leaves: Gauss points in the angles, weighted with the cosine of incidence."""
    nodes, weights = np.polynomial.legendre.leggauss(_AZIMUTHS)
    # Each half of the sky by itself: there is a kink where the sun changes sides.
    a = 0.25 * np.pi * np.concatenate([nodes - 1.0, nodes + 1.0])[:, None]
    wa = np.concatenate([weights, weights])[:, None]
    nodes, weights = np.polynomial.legendre.leggauss(_ELEVATIONS)
    e = 0.25 * np.pi * (nodes + 1.0)
    to_sky = np.cos(a) * np.cos(e), np.sin(a) * np.cos(e), np.sin(e) * np.ones_like(a)
    cosine = wa * weights * to_sky[0] * np.cos(e)
    lit = 1.0 - shaded_share(to_sky, tuple(shade[:4]), tuple(shade[4:8]), tuple(shade[8:]))
    return float((cosine * lit).sum() / cosine.sum())


def sector_of(east: Any, north: Any, sectors: Any) -> Any:
    """Sector of the horizon in which the sun stands.

    Parameters
    ----------
    east, north : float or ndarray
        Sun vector. [-]
    sectors : int or ndarray of int
        Equal ones, clockwise; the first begins at north.

    Returns
    -------
    int or ndarray of int
        0 to sectors - 1.

    References
    ----------
    .. [1] Azimuth clockwise from north, atan2(east, north).
    """
    turn = np.arctan2(east, north) * (0.5 / np.pi)
    return (np.floor(turn * sectors) % sectors).astype(np.int64)


def visible_sky(tilt: FloatArray, azimuth: FloatArray, horizon: FloatArray) -> FloatArray:
    """Share of the isotropic sky light of a plane that a horizon leaves.

    E = ∫ da ∫ (sin β cos(a - γ) cos e + cos β sin e) cos e de over what stands above the horizon and before the plane,
    over π (1 + cos β)/2. The integral over the elevation is in closed form; that over the azimuth is a sum of Gauss
    points in each sector.

    Parameters
    ----------
    tilt, azimuth : ndarray, shape (planes,)
        β and γ. [°]
    horizon : ndarray, shape (planes, sectors)
        Elevations in equal sectors clockwise from north. [°]

    Returns
    -------
    ndarray, shape (planes,)
        1 for a free horizon. [-]

    References
    ----------
    .. [1] Sky view factor of a tilted plane, as in Dozier and Frew 1990, IEEE Transactions on Geoscience and Remote
       Sensing 28(5), 963-969, eq. 7.
    """
    planes, sectors = horizon.shape
    if planes == 0 or sectors == 0:
        return np.ones(planes)
    beta, gamma = np.radians(tilt)[:, None], np.radians(azimuth)[:, None]
    count = max(2, -(-_SLICES // sectors))
    nodes, weights = np.polynomial.legendre.leggauss(count)
    step = 2.0 * np.pi / sectors
    seen, free = np.zeros(planes), np.zeros(planes)
    obstacle = np.radians(horizon)
    middle = step * (np.arange(sectors) + 0.5)
    for node, weight in zip(nodes, weights):
        facing = np.cos(middle + 0.5 * step * node - gamma)
        seen += weight * _above(beta, facing, obstacle).sum(axis=1)
        free += weight * _above(beta, facing, np.zeros_like(obstacle)).sum(axis=1)
    # Over the same sum for a free horizon, so that a free one is exactly free.
    return np.where(free > 0.0, seen / np.maximum(free, 1e-12), 1.0)


def _above(beta: FloatArray, facing: FloatArray, obstacle: FloatArray) -> FloatArray:
    """Integral over the elevation from the obstacle, or from where the plane itself begins to see, to the zenith."""
    sine, cosine = np.sin(beta), np.cos(beta)
    own = np.arctan2(-sine * facing, np.maximum(cosine, 0.0))
    low = np.minimum(np.maximum(obstacle, own), 0.5 * np.pi)
    high = np.where(cosine < 0.0, np.clip(np.arctan2(sine * facing, -np.minimum(cosine, -1e-12)), 0.0, 0.5 * np.pi),
                    0.5 * np.pi)
    high = np.maximum(high, low)
    level = _flat(high) - _flat(low)
    total: FloatArray = sine * facing * level + 0.5 * cosine * (np.sin(high) ** 2 - np.sin(low) ** 2)
    return total


def _flat(angle: FloatArray) -> FloatArray:
    half: FloatArray = 0.5 * angle + 0.25 * np.sin(2.0 * angle)
    return half
