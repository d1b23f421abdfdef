"""Domestic hot water: draws at random, with the published categories and times of day."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from buem.civil import CivilYear
from buem.profiles import FloatArray

#: Hot water of the reference household. [l/d]
REFERENCE_VOLUME: Final = 200.0
#: Heat of a litre that is warmed by 35 K, from 10 to 45 °C. [Wh/l]
HEAT_PER_LITRE: Final = 4186.0 * 35.0 / 3600.0
#: Draws on a day of the weekend over those on a weekday, and amplitude of the year's sine, largest on 1 January. [-]
WEEKEND: Final = 1.2
SEASON: Final = 0.1


class Draw(NamedTuple):
    """A category of draws."""

    #: [l]
    volume: float
    #: In the reference household. [1/d]
    daily: float
    #: Weight of each hour of the day, shape (24,). [-]
    hours: tuple[float, ...]


_TAPS: Final = (
    0.02, 0.02, 0.02, 0.0245, 0.0502, 0.0839, 0.1099, 0.1186, 0.1192, 0.1196, 0.1199, 0.12,
    0.12, 0.1199, 0.1196, 0.1192, 0.1187, 0.1181, 0.1174, 0.1164, 0.104, 0.0738, 0.041, 0.0212,
)
#: The four categories of Jordan and Vajen: 14, 36, 10 and 40 % of the volume.
DRAWS: Final = (
    Draw(1.0, 28.0, _TAPS),
    Draw(6.0, 12.0, _TAPS),
    Draw(140.0, 0.143, (
        0.005, 0.005, 0.005, 0.005, 0.005, 0.005, 0.005, 0.0053, 0.0075, 0.0106, 0.0143, 0.0184,
        0.0225, 0.0262, 0.029, 0.0307, 0.0308, 0.043, 0.0864, 0.0923, 0.0511, 0.0173, 0.0113, 0.008)),
    Draw(40.0, 2.0, (
        0.008, 0.008, 0.008, 0.008, 0.0084, 0.0454, 0.1558, 0.1742, 0.0636, 0.0165, 0.0178, 0.0191,
        0.0198, 0.02, 0.0196, 0.0187, 0.0174, 0.0204, 0.0523, 0.0776, 0.0597, 0.0238, 0.0083, 0.008)),
)


def expected_draws(calendar: CivilYear, present: FloatArray | None = None) -> FloatArray:
    """Mean number of draws of each category in each hour, in the reference household.

    Parameters
    ----------
    calendar : CivilYear
        Hours and kinds of day on the wall. [h]
    present : ndarray, shape (8760,), optional
        0 in hours without anyone, else 1. [-]

    Returns
    -------
    ndarray, shape (4, 8760)
        [1/h]

    References
    ----------
    .. [1] U. Jordan, K. Vajen 2001: Realistic Domestic Hot-Water Profiles in Different Time Scales, IEA SHC Task 26.
    """
    weights = np.array([draw.hours for draw in DRAWS])
    weights *= np.array([draw.daily for draw in DRAWS])[:, None] / weights.sum(axis=1, keepdims=True)
    level = np.where(calendar.day > 0, WEEKEND, 1.0) * 7.0 / (5.0 + 2.0 * WEEKEND)
    level = level * (1.0 + SEASON * np.cos(2.0 * np.pi * calendar.date / 365.0))
    if present is not None:
        level = level * present
    expected: FloatArray = weights[:, calendar.hour] * level
    return expected


def mean_profile(calendar: CivilYear) -> FloatArray:
    """Hot water of many households together: a profile of mean 1 without chance.

    Parameters
    ----------
    calendar : CivilYear
        Hours and kinds of day on the wall. [h]

    Returns
    -------
    ndarray, shape (8760,)
        Over the mean of the year. [-]
    """
    volumes = np.array([draw.volume for draw in DRAWS])
    profile: FloatArray = volumes @ expected_draws(calendar)
    profile /= profile.mean()
    return profile


def drawn_litres(calendar: CivilYear, daily_volume: float, dice: np.random.Generator,
                 present: FloatArray | None = None) -> NDArray[np.int64]:
    """Hot water of one building, drawn at random.

    Each hour has a Poisson number of draws of each category, whose volumes are the published ones; how many there
    are follows from the volume a day.

    Parameters
    ----------
    calendar : CivilYear
        Hours and kinds of day on the wall. [h]
    daily_volume : float
        Mean of the year at 45 °C, of all dwellings together. [l/d]
    dice : numpy.random.Generator
        Where chance comes from.
    present : ndarray, shape (8760,), optional
        0 in hours without anyone, else 1. [-]

    Returns
    -------
    ndarray of int, shape (8760,)
        Whole litres, 0 throughout where nobody is there or next to nothing is drawn. [l]
    """
    expected = expected_draws(calendar, present)
    volumes = np.array([draw.volume for draw in DRAWS])
    yearly = float((volumes @ expected).sum())
    scale = daily_volume * 365.0 / yearly if yearly > 0.0 else 0.0
    litres: NDArray[np.int64] = volumes.astype(np.int64) @ dice.poisson(expected * scale)
    return litres
