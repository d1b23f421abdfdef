"""Hot water and electricity of buildings, which are no part of the thermal model: from their use alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from buem.building import Building
from buem.constants import HOURS
from buem.profiles import FloatArray, Schedule, expand

Demand = Literal["hot_water", "electricity"]
DEMANDS: Final[tuple[Demand, ...]] = ("hot_water", "electricity")


def demand_schedule(building: Building, demand: Demand) -> Schedule:
    """Schedule of a demand per floor area.

    Parameters
    ----------
    building : Building
        Whose electricity is that of the internal gains where it has none of its own.
    demand : str
        One of `DEMANDS`.

    Returns
    -------
    float or tuple of float
        [W/m²]
    """
    usage = building.usage
    if demand == "hot_water":
        return usage.hot_water
    return usage.internal_gain if usage.electricity is None else usage.electricity


def demand_hours(building: Building, demand: Demand) -> FloatArray:
    """A demand of one building in each hour of the year.

    Parameters
    ----------
    building : Building
        With its floor area and use.
    demand : str
        One of `DEMANDS`.

    Returns
    -------
    ndarray, shape (8760,)
        [W]
    """
    return expand(demand_schedule(building, demand), building.period.year) * building.floor_area


def demand_series(buildings: Sequence[Building], demand: Demand) -> NDArray[np.float32]:
    """A demand of each building in each hour of the year.

    Parameters
    ----------
    buildings : sequence of Building
        N buildings.
    demand : str
        One of `DEMANDS`.

    Returns
    -------
    ndarray, shape (buildings, 8760)
        [W]
    """
    series = np.empty((len(buildings), HOURS), dtype=np.float32)
    for row, building in enumerate(buildings):
        series[row] = demand_hours(building, demand)
    return series


def demand_totals(buildings: Sequence[Building], demand: Demand) -> FloatArray:
    """A demand of each building over the hours of its period.

    Parameters
    ----------
    buildings : sequence of Building
        N buildings.
    demand : str
        One of `DEMANDS`.

    Returns
    -------
    ndarray, shape (buildings,)
        [Wh]
    """
    # Alike schedules are summed once: a stock has few, and a year of numbers takes longer to read than to simulate.
    sums: dict[tuple[Schedule, int, int, int], float] = {}

    def total(building: Building) -> float:
        schedule, period = demand_schedule(building, demand), building.period
        if not isinstance(schedule, tuple):
            return schedule * period.hours
        key = (schedule, period.year, period.first_hour, period.hours)
        if key not in sums:
            values = expand(schedule, period.year)
            sums[key] = float((values if period.whole_year else values[period.indices()]).sum())
        return sums[key]

    return np.array([total(building) * building.floor_area for building in buildings], dtype=np.float64)
