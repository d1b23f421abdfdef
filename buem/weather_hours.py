"""Quantities that a weather holds at one moment of each hour, over the hour."""

from __future__ import annotations

from typing import Final

import numpy as np

from buem.profiles import FloatArray

#: A value that stands for its hour. [min]
MIDDLE: Final = 30.0


def at_hour_ends(values: FloatArray, offset: float) -> tuple[FloatArray, FloatArray]:
    """A quantity at the start and the end of each hour, straight between the moments at which it is known.

    Parameters
    ----------
    values : ndarray, shape (8760,)
        One value an hour. [-]
    offset : float
        Minutes after the hour's start at which it holds. [min]

    Returns
    -------
    tuple of ndarray, shape (8760,)
        In the unit of `values`. [-]

    References
    ----------
    .. [1] Linear interpolation, as EnergyPlus reads an hourly weather.
    """
    if offset == MIDDLE:
        # Also what holds for a mean over the hour: the mean is kept.
        half = 0.25 * (_after(values) - _before(values))
        return values - half, values + half
    share = offset / 60.0
    start = share * _before(values) + (1.0 - share) * values
    return start, share * values + (1.0 - share) * _after(values)


# The months of a typical year are of different years: what stands before its first hour is not its last one.
def _before(values: FloatArray) -> FloatArray:
    return np.concatenate([values[:1], values[:-1]])


def _after(values: FloatArray) -> FloatArray:
    return np.concatenate([values[1:], values[-1:]])


def over_hour(values: FloatArray, offset: float) -> FloatArray:
    """Mean of each hour of what is known at one moment of it.

    Parameters
    ----------
    values : ndarray, shape (8760,)
        [-]
    offset : float
        As for `at_hour_ends`. [min]

    Returns
    -------
    ndarray, shape (8760,)
        In the unit of `values`. [-]

    References
    ----------
    .. [1] As `at_hour_ends`.
    """
    start, end = at_hour_ends(values, offset)
    mean: FloatArray = 0.5 * (start + end)
    return mean
