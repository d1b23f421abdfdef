"""Schedules of all uses but dwellings."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from buem.building import Usage
from buem.civil import Calendar
from buem.internal_loads import loads_of, scaled
from buem.occupancy import DayShapes, YearShapes, day_shapes, year_shapes
from buem.profiles import Schedule, YearSchedule
from buem.uses import USES

#: Openings that are earlier or later, and set-points that are lower or higher; each pair is one variant. An
#: assumption. [h], [K]
SHIFTS: Final = (-1, 0, 1)
OFFSETS: Final = (-1.0, 0.0, 1.0)
#: Number of variants, and the one without a shift and an offset.
VARIANTS: Final = len(SHIFTS) * len(OFFSETS)
STANDARD: Final = VARIANTS // 2


class Workplace(NamedTuple):
    """All that the schedules of a use depend on; buildings with the same share them."""

    #: A key of `USES`.
    use: str
    #: 0 to `VARIANTS` - 1.
    variant: int
    calendar: Calendar


@lru_cache(maxsize=128)
def workplace_usage(place: Workplace) -> Usage:
    """Set-points, gains, hot water and electricity of a use.

    Parameters
    ----------
    place : Workplace
        Use, variant and calendar.

    Returns
    -------
    Usage
        [°C], [W/m²]
    """
    use, shapes, offset = USES[place.use], _shapes(place), OFFSETS[place.variant % len(OFFSETS)]
    open_ = shapes.occupancy > 0.0
    load = loads_of(use, shapes)
    return Usage(
        heating_setpoint=_switched(open_, use.heating + offset, use.heating_empty),
        cooling_setpoint=_switched(open_, use.cooling + offset, use.cooling_empty),
        internal_gain=YearSchedule(load.gain), electricity=YearSchedule(load.electric),
        # Hot water follows the people.
        hot_water=YearSchedule(scaled(shapes.occupancy, use.hot_water)) if use.hot_water else 0.0)


@lru_cache(maxsize=256)
def air_change(place: Workplace, room_height: float) -> YearSchedule:
    """Outdoor air of the people who are in.

    Parameters
    ----------
    place : Workplace
        Use, variant and calendar.
    room_height : float
        [m]

    Returns
    -------
    YearSchedule
        Per volume of floor area times room height. [1/h]
    """
    use = USES[place.use]
    return YearSchedule(_shapes(place).occupancy * (use.air_per_person / use.area_per_person / room_height))


@lru_cache(maxsize=128)
def _shapes(place: Workplace) -> YearShapes:
    use, shift = USES[place.use], SHIFTS[place.variant // len(OFFSETS)]
    moved = DayShapes(*(np.roll(shape, shift, axis=1) for shape in day_shapes()[use.schedule]))
    return year_shapes(moved, place.calendar.civil(), use.rest_days)


def _switched(open_: NDArray[np.bool_], used: float, empty: float | None) -> Schedule:
    return used if empty is None else YearSchedule.of_levels(np.array([empty, used]), open_.astype(np.int64))
