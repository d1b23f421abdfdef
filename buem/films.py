"""Films of faces: natural and forced convection, long-wave exchange of a room."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from buem.profiles import FloatArray

#: Forced convection of smooth glass, a V^b, on the windward and the leeward side. [W/(m²K)], [-]
WINDWARD: Final = (3.26, 0.89)
LEEWARD: Final = (3.55, 0.617)
#: Exponent of the wind profile of open country; the wind is measured 10 m above it. [-], [m]
WIND_EXPONENT: Final = 0.14
WIND_HEIGHT: Final = 10.0


def natural_factors(up: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Natural convection of a face over the cube root of its temperature difference to the air.

    h = 9.482 |ΔT|^⅓ / (7.283 - |cos Σ|) where the warm air leaves the face freely (a warm face that looks up, a cold
    one that looks down), 1.810 |ΔT|^⅓ / (1.382 + |cos Σ|) where it lies on it; both are 1.31 |ΔT|^⅓ for a wall.

    Parameters
    ----------
    up : ndarray, shape (faces,)
        Cosine of the face's tilt: 1 looks up, 0 is vertical. [-]

    Returns
    -------
    tuple of ndarray, shape (faces,)
        Of a face warmer than the air, and of one colder. [W/(m²K^(4/3))]

    References
    ----------
    .. [1] Walton 1983, Thermal Analysis Research Program reference manual, NBSSIR 83-2655, p. 81; EnergyPlus
       Engineering Reference, "TARP algorithm".
    """
    free = 9.482 / (7.283 - np.abs(up))
    stable = 1.810 / (1.382 + np.abs(up))
    return np.where(up >= 0.0, free, stable), np.where(up >= 0.0, stable, free)


def star_factors(area: FloatArray, room: NDArray[np.int64], emissivity: FloatArray, inner: NDArray[np.bool_]
                 ) -> FloatArray:
    """Radiative conductances from the inner faces to the mean radiant node of their room, over 4σT³.

    g = 1 / ((1 - ε)/ε + 1/F), where F corrects for what a face cannot see, itself: F = 1 / (1 - A F / Σ A F). The mean
    of what a black face exchanges with the others then is 4σT³ (its views sum to 1). Inner elements stand in many
    planes that see each other, F = 1.

    Parameters
    ----------
    area, emissivity : ndarray, shape (faces,)
        Inner faces. [m²], [-]
    room : ndarray of int, shape (faces,)
        The room of each.
    inner : ndarray of bool, shape (faces,)
        Whether it is an inner element.

    Returns
    -------
    ndarray, shape (faces,)
        [-]

    References
    ----------
    .. [1] Carroll 1980, An MRT method of computing radiant energy exchange in rooms, 2nd Systems Simulation Conference;
       EnergyPlus Engineering Reference, "Carroll MRT".
    """
    factor = np.ones(area.size)
    for _ in range(30):
        whole = np.bincount(room, weights=area * factor)
        # A face that is half of its room or more sees the smaller rest with all of itself.
        share = np.where(inner, 0.0, np.minimum(area * factor / whole[room], 0.5))
        factor = 1.0 / (1.0 - share)
    return 1.0 / ((1.0 - emissivity) / np.maximum(emissivity, 1e-6) + 1.0 / factor)
