"""Schedules of set-points, gains and ventilation, and the hours of a year."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from buem.constants import HOURS
from buem.errors import OptionError, problem

FloatArray: TypeAlias = NDArray[np.float64]

#: A number, 24 values of each day, 48 (24 of a weekday, then 24 of a weekend day), or one per hour of the year.
Schedule: TypeAlias = float | tuple[float, ...]

SCHEDULE_LENGTHS = (24, 48, HOURS)


class YearSchedule(tuple[float, ...]):
    """One value per hour of the year, sound by construction: a `Schedule` that many buildings share.

    Its hash and its extremes are found once, so that neither a check nor the search for alike schedules reads all
    hours again for each building.

    Parameters
    ----------
    values : array_like, shape (8760,)
        In the unit of what is scheduled; no NaN.
    """

    low: float
    high: float
    _hash: int

    def __new__(cls, values: ArrayLike) -> YearSchedule:
        hours = np.asarray(values, dtype=np.float64)
        if hours.shape != (HOURS,) or np.isnan(hours).any():
            raise OptionError([problem("schedule", f"shape {hours.shape}", f"{HOURS} numbers without NaN")])
        levels, codes = np.unique(hours, return_inverse=True)
        return cls.of_levels(levels, codes)

    @classmethod
    def of_levels(cls, levels: FloatArray, codes: NDArray[np.integer[Any]]) -> YearSchedule:
        """A schedule of few distinct values.

        Parameters
        ----------
        levels : ndarray, shape (levels,)
            The values, in the unit of what is scheduled; no NaN.
        codes : ndarray of int, shape (8760,)
            Which of them each hour has.

        Returns
        -------
        YearSchedule
        """
        # A float object takes three times its pointer: hours of one value share it.
        boxes = np.empty(levels.size, dtype=object)
        boxes[:] = levels.tolist()
        self = super().__new__(cls, boxes[codes].tolist())
        used = levels[codes]
        self.low, self.high = float(used.min()), float(used.max())
        self._hash = tuple.__hash__(self)
        return self

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return self is other or tuple.__eq__(self, other)

    def __reduce__(self) -> tuple[type[YearSchedule], tuple[FloatArray]]:
        return type(self), (np.array(self),)

#: Day of the year, from 0, that 1 March has without a 29 February.
_FIRST_OF_MARCH = 59


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The hours of a year that come back. The simulation itself always runs the whole year."""

    #: Calendar year of the first hour; it sets the weekdays.
    year: int = 2019
    #: Hour of the year (29 February left out) at which the period starts. [h]
    first_hour: int = 0
    #: Number of hours. [h]
    hours: int = HOURS

    @property
    def whole_year(self) -> bool:
        """Whether every hour of the year is in it."""
        return self.hours == HOURS

    def indices(self) -> NDArray[np.int64]:
        """Hours of the year in the order of the period; a period may run past 31 December."""
        return (self.first_hour + np.arange(self.hours)) % HOURS


def expand(schedule: Schedule, year: int = 2019) -> FloatArray:
    """Hourly values of a schedule over a year of 8760 hours.

    Parameters
    ----------
    schedule : float or tuple of float
        1, 24, 48 or 8760 values, see `Schedule`.
    year : int
        Calendar year, 1 to 9999, which sets the weekdays; 29 February has no hours, but the days after it keep theirs.

    Returns
    -------
    ndarray, shape (8760,)
        The value of each hour, in the schedule's own unit.
    """
    if isinstance(schedule, (int, float)):
        return np.full(HOURS, float(schedule))
    values = np.asarray(schedule, dtype=np.float64)
    if values.size == HOURS:
        return values
    if values.size == 24:
        return np.tile(values, 365)
    days = np.arange(365)
    days[_FIRST_OF_MARCH:] += calendar.isleap(year)
    weekend = (days + dt.date(year, 1, 1).weekday()) % 7 >= 5
    return np.where(weekend[:, None], values[24:], values[:24]).reshape(HOURS)
