"""Schedules of dwellings: of the standard household, or of those that fall to a building."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from buem.civil import Calendar, CivilYear
from buem.hot_water import drawn_litres, mean_profile
from buem.households import POOL, SETBACK, Household, generator, heated_hours, household, shifted
from buem.internal_loads import Loads, loads_of, scaled
from buem.occupancy import DayShapes, YearShapes, day_shapes, year_shapes
from buem.profiles import FloatArray, YearSchedule
from buem.uses import FLATS, USES, Use

#: Share of the year in which the households of the pool want it warm, by `heated_hours` (tests/test_households.py).
MEAN_WARM: Final = 0.561
#: How many households may be averaged for one building: more differ from these by less than a chunk costs.
HOUSEHOLDS: Final = (1, 2, 4)
#: Step between two classes of daily hot water, by which buildings share their draws. [-]
VOLUME_STEP: Final = math.sqrt(2.0)
#: Above this, nobody is ever alone in a building, and a few variants of its draws are enough. [l/d]
LARGE_VOLUME: Final = 500.0
_LARGE_POOL: Final = 8


class Homes(NamedTuple):
    """Who lives in a building, and its calendar; buildings with the same share their schedules."""

    #: The first household of the pool, or -1 for the standard one.
    variant: int
    seed: int
    calendar: Calendar
    #: How many households are averaged, one of `HOUSEHOLDS`.
    households: int
    flats: bool

    @property
    def standard(self) -> bool:
        """Whether these are the standard household."""
        return self.variant < 0

    @property
    def use(self) -> Use:
        """Conditions of houses or of flats."""
        return FLATS if self.flats else USES["residential"]

    def members(self) -> list[Household]:
        """The households that are averaged."""
        step = POOL // self.households
        return [household((self.variant + k * step) % POOL, self.seed) for k in range(self.households)]


# One cache a quantity: buildings that differ in one share the others. The sizes bound the memory of a worker to some
# 60 MB; what is thrown out comes back the same.
@lru_cache(maxsize=256)
def setpoints(homes: Homes, mean: float) -> YearSchedule:
    """Lower set-points of households that turn it down at night and while nobody is in.

    Parameters
    ----------
    homes : Homes
        Not the standard ones.
    mean : float
        Over the year and all households of the pool. [°C]

    Returns
    -------
    YearSchedule
        [°C]
    """
    members = homes.members()
    offset = sum(who.offset for who in members) / len(members)
    shares = np.arange(len(members) + 1) / len(members)
    return YearSchedule.of_levels(mean + offset + SETBACK * (shares - MEAN_WARM), _warm_members(homes))


@lru_cache(maxsize=256)
def _warm_members(homes: Homes) -> NDArray[np.int8]:
    """How many of the households want it warm in each hour, shape (8760,)."""
    calendar = homes.calendar.civil()
    warm: NDArray[np.int8] = np.sum([heated_hours(who, calendar) for who in homes.members()], axis=0, dtype=np.int8)
    return warm


@lru_cache(maxsize=256)
def gains(homes: Homes, mean: float) -> YearSchedule:
    """Internal gains that follow the people.

    Parameters
    ----------
    homes : Homes
        Not the standard ones.
    mean : float
        Of the year, kept to the last digit. [W/m²]

    Returns
    -------
    YearSchedule
        [W/m²]
    """
    calendar = homes.calendar.civil()
    gain = np.mean([_loads(homes.use, who, calendar).gain for who in homes.members()], axis=0)
    return YearSchedule(gain * (mean / gain.mean()))


@lru_cache(maxsize=256)
def electricity(homes: Homes) -> YearSchedule:
    """Electricity of appliances and lights.

    Parameters
    ----------
    homes : Homes
        Any.

    Returns
    -------
    YearSchedule
        [W/m²]
    """
    calendar, use = homes.calendar.civil(), homes.use
    if homes.standard:
        electric = loads_of(use, year_shapes(day_shapes()[use.schedule], calendar)).electric
    else:
        electric = np.mean([_loads(use, who, calendar).electric for who in homes.members()], axis=0)
    return YearSchedule(scaled(electric, use.appliances + use.lighting))


def hot_water(homes: Homes, mean: float, volume: float) -> YearSchedule:
    """Heat for hot water.

    Parameters
    ----------
    homes : Homes
        Any; the standard ones have a profile without chance.
    mean : float
        Of the year. [W/m²]
    volume : float
        Of the whole building. [l/d]

    Returns
    -------
    YearSchedule
        [W/m²]
    """
    if homes.standard:
        return _mean_hot_water(homes.calendar, mean)
    pool = POOL if volume <= LARGE_VOLUME else _LARGE_POOL
    volume_class = round(math.log(max(volume, 1.0), VOLUME_STEP))
    return _drawn_hot_water(homes.variant % pool, homes.seed, homes.calendar, mean, volume_class)


@lru_cache(maxsize=16)
def _mean_hot_water(calendar: Calendar, mean: float) -> YearSchedule:
    return YearSchedule(mean * mean_profile(calendar.civil()))


@lru_cache(maxsize=512)
def _drawn_hot_water(variant: int, seed: int, key: Calendar, mean: float, volume_class: int) -> YearSchedule:
    calendar, volume = key.civil(), VOLUME_STEP ** volume_class
    alone = volume <= LARGE_VOLUME
    present = _present(household(variant, seed), calendar) if alone else None
    litres = drawn_litres(calendar, volume, generator(seed, "draws", variant, volume_class), present)
    if not litres.any():
        return YearSchedule(np.full(litres.size, mean))
    return YearSchedule.of_levels(mean / litres.mean() * np.arange(litres.max() + 1), litres)


def _loads(use: Use, who: Household, calendar: CivilYear) -> Loads:
    standard = day_shapes()[use.schedule]
    shapes = year_shapes(DayShapes(*(shifted(shape, who) for shape in standard)), calendar)
    here, idle = _present(who, calendar), float(standard.appliances.min())
    return loads_of(use, YearShapes(shapes.occupancy * here, np.where(here > 0, shapes.appliances, idle),
                                    shapes.lighting * here))


def _present(who: Household, calendar: CivilYear) -> FloatArray:
    return np.where(np.isin(calendar.date, who.away), 0.0, 1.0)
