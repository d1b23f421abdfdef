"""What the buildings around hide of the sky from each element."""

from __future__ import annotations

from typing import Final

import numpy as np

from buem.profiles import FloatArray
from buem.shading import visible_sky
from buem.stock import IntArray, Stock

#: Planes tilted less than this look over the horizon of roofs, and take the shading factor of horizontal ones. [°]
HORIZONTAL_BELOW: Final = 45.0


def visible_of(stock: Stock, owner: IntArray, tilt: FloatArray, azimuth: FloatArray) -> FloatArray:
    """Share of the isotropic sky light of planes that the horizon of their building leaves.

    Parameters
    ----------
    stock : Stock
        N buildings.
    owner : ndarray of int, shape (planes,)
        The building of each plane.
    tilt, azimuth : ndarray, shape (planes,)
        [°]

    Returns
    -------
    ndarray, shape (planes,)
        1 for a free horizon. [-]

    References
    ----------
    .. [1] `shading.visible_sky`.
    """
    seen = np.ones(owner.size)
    for horizon, which in ((stock.horizon, tilt >= HORIZONTAL_BELOW), (stock.horizon_roof, tilt < HORIZONTAL_BELOW)):
        count = np.where(which, horizon.sectors[owner], 0)
        for sectors in np.unique(count[count > 0]):
            i = np.flatnonzero(count == sectors)
            seen[i] = visible_sky(tilt[i], azimuth[i], horizon.elevation[owner[i], :sectors])
    return seen


def skylines(stock: Stock) -> tuple[FloatArray, IntArray]:
    """What stands around the buildings, as the year loops look it up.

    Parameters
    ----------
    stock : Stock
        N buildings.

    Returns
    -------
    tuple of ndarray
        Sine of the elevation, seen from walls and from roofs, shape (buildings, 2, most sectors) [-], and how many
        sectors there are, shape (buildings, 2).

    References
    ----------
    .. [1] The sun is hidden while its own sine is less than that of its sector.
    """
    both = stock.horizon, stock.horizon_roof
    most = max(h.elevation.shape[1] for h in both)
    sines = [np.pad(np.sin(np.radians(h.elevation)), ((0, 0), (0, most - h.elevation.shape[1]))) for h in both]
    return np.ascontiguousarray(np.stack(sines, axis=1)), np.stack([h.sectors for h in both], axis=1)
