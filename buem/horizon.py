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
