"""Households that differ: at home by day or not, early or late, warm or cool, and away on trips."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from buem.civil import CivilYear
from buem.profiles import FloatArray

#: Different households; a building takes one of them by its id. More would not make a stock's peak any flatter, and
#: each costs memory in every chunk.
POOL: Final = 64
#: Share of the homes that are heated all day: of 249 homes in Leicester, 33 % in one period a day, 51 % in two (Kane,
#: Firth, Lomas 2015, Energy and Buildings 86, 817-832).
HEATED_ALL_DAY: Final = 33.0 / (33.0 + 51.0)
#: Standard deviation of the temperatures in 821 English living rooms at 5 °C outdoors, of which the coldest was at
#: 11.5 °C and the warmest at 26.7 °C: a range of 6.4 standard deviations for as many (EFUS 2011). [K]
SETPOINT_DEVIATION: Final = (26.7 - 11.5) / 6.4
#: Standard deviation of the hours at which a household rises, and goes to bed: an assumption. [h]
TIME_DEVIATION: Final = 1.0
#: Heating hours of DIN V 18599-10, 6:00 to 23:00, and how much lower it is kept outside of them. [h], [K]
HEATING_HOURS: Final = (6, 23)
SETBACK: Final = 4.0
#: Hours without anyone at home on a weekday, where they all leave: those of least occupancy in EN 16798-1 Annex C. [h]
ABSENT_HOURS: Final = (9, 16)
#: Trips a year and nights of each: 1.3e9 trips and 6.4e9 nights of 512e6 residents of the EU in 2017 (Eurostat).
TRIPS, NIGHTS = 2.5, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """How one household differs from the standard one."""

    #: Whether someone is at home on weekdays.
    at_home: bool
    #: How much later they rise, and go to bed. [h]
    morning: int
    evening: int
    #: How much warmer they like it. [K]
    offset: float
    #: Days of the year on which nobody is there, from 0.
    away: tuple[int, ...]


def choose(building_id: str, seed: int, pool: int) -> int:
    """Which of a pool a building takes.

    Parameters
    ----------
    building_id : str
        Its id.
    seed : int
        Another seed deals the pool out anew.
    pool : int
        Number of variants.

    Returns
    -------
    int
        0 to pool - 1; it depends on the id and the seed alone. [-]
    """
    return int.from_bytes(_digest(f"{seed}:{building_id}"), "little") % pool


def generator(seed: int, *names: object) -> np.random.Generator:
    """Random numbers that depend on a seed and some names alone, in any process.

    Parameters
    ----------
    seed : int
        Of the stock.
    *names : object
        What the numbers are for, by its text.

    Returns
    -------
    numpy.random.Generator
    """
    key = ":".join(str(part) for part in (seed, *names))
    return np.random.Generator(np.random.PCG64(int.from_bytes(_digest(key), "little")))


@lru_cache(maxsize=4 * POOL)
def household(variant: int, seed: int) -> Household:
    """One household of the pool.

    Each property is spread evenly over its distribution and dealt out at random, so that the pool as a whole has
    the mean and the spread of the sources whatever the seed.

    Parameters
    ----------
    variant : int
        0 to `POOL` - 1.
    seed : int
        Of the stock.

    Returns
    -------
    Household
        Shifts in hours, offset in kelvin.
    """

    def share(name: str) -> float:
        return (_dealt(seed, name)[variant] + 0.5) / POOL

    normal = NormalDist()
    dice = generator(seed, "trips", variant)
    trips = int(TRIPS) + int(share("trips") < TRIPS % 1.0)
    starts = dice.integers(0, 365, size=trips)
    away = sorted({int((start + night) % 365) for start in starts for night in range(NIGHTS)})
    return Household(
        at_home=share("home") < HEATED_ALL_DAY,
        morning=round(TIME_DEVIATION * normal.inv_cdf(share("morning"))),
        evening=round(TIME_DEVIATION * normal.inv_cdf(share("evening"))),
        offset=SETPOINT_DEVIATION * normal.inv_cdf(share("setpoint")),
        away=tuple(away),
    )


def heated_hours(who: Household, calendar: CivilYear) -> NDArray[np.bool_]:
    """Hours in which a household wants it warm.

    Parameters
    ----------
    who : Household
        With shifts in hours.
    calendar : CivilYear
        Hours and kinds of day on the wall. [h]

    Returns
    -------
    ndarray of bool, shape (8760,)

    References
    ----------
    .. [1] DIN V 18599-10: heating hours; Kane, Firth, Lomas 2015: one or two heating periods a day.
    """
    hour = calendar.hour
    up = (hour >= HEATING_HOURS[0] + who.morning) & (hour < HEATING_HOURS[1] + who.evening)
    # Who goes to bed after midnight still has the first hours of the day before.
    up |= hour < HEATING_HOURS[1] + who.evening - 24
    if not who.at_home:
        out = (hour >= ABSENT_HOURS[0] + who.morning) & (hour < ABSENT_HOURS[1] + who.evening)
        up &= ~((calendar.day == 0) & out)
    awake: NDArray[np.bool_] = up & ~np.isin(calendar.date, who.away)
    return awake


def shifted(values: FloatArray, who: Household) -> FloatArray:
    """Shapes of the day of a household that rises and goes to bed later than the standard one.

    Parameters
    ----------
    values : ndarray, shape (3, 24)
        Standard shapes of a weekday, a Saturday and a Sunday. [-]
    who : Household
        With shifts in hours.

    Returns
    -------
    ndarray, shape (3, 24)
        Hours before noon moved with the morning, the others with the evening; where someone is at home, every day
        is a Sunday. [-]
    """
    days = values if not who.at_home else np.broadcast_to(values[2], values.shape)
    hours = np.arange(24)
    source = np.where(hours < 12, hours - who.morning, hours - who.evening)
    moved: FloatArray = days[:, source % 24]
    return moved


@lru_cache(maxsize=64)
def _dealt(seed: int, name: str) -> tuple[int, ...]:
    return tuple(generator(seed, name).permutation(POOL).tolist())


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=8).digest()
