"""Air change to conductances."""

from __future__ import annotations

from buem.constants import HEAT_CAPACITY_AIR, SECONDS_PER_HOUR
from buem.profiles import FloatArray


def ventilation_conductance(air_change: FloatArray, volume: FloatArray, density: float,
                            recovery: FloatArray | float = 0.0) -> FloatArray:
    """Heat flow per kelvin that the outdoor air carries, H_ve.

    H_ve = ρ c_p n V (1 - η) / 3600

    Parameters
    ----------
    air_change : ndarray, shape (buildings,)
        Outdoor air, n. [1/h]
    volume : ndarray, shape (buildings,)
        Air volume, V. [m³]
    density : float
        Density of the outdoor air at the site, ρ. [kg/m³]
    recovery : ndarray, shape (buildings,), or float
        Share of the heat that is recovered, η. [-]

    Returns
    -------
    ndarray, shape (buildings,)
        H_ve. [W/K]

    References
    ----------
    .. [1] ISO 13790:2008, 9.3.1, eq. 21, with the local density in place of 1200 J/(m³K).
    """
    return density * HEAT_CAPACITY_AIR * air_change * volume * (1.0 - recovery) / SECONDS_PER_HOUR
