"""What a simulation gives back: hourly arrays and annual indicators."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from buem.building import Building
from buem.constants import HOURS
from buem.errors import OptionError, Problem, problem
from buem.profiles import FloatArray, Period

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

SeriesArray: TypeAlias = NDArray[np.float32]
SeriesName = Literal["heating", "cooling", "temp_zone", "temp_operative"]

#: Elements whose losses are reported apart.
LOSSES = ("wall", "roof", "floor", "window", "door", "bridge")


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A building that was not simulated, and why."""

    id: str
    #: Position in the input.
    index: int
    problems: tuple[Problem, ...]
    dialect: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Indicators:
    """Annual indicators, one value a building, over the hours of its period."""

    #: Ideal heating and cooling, shape (buildings,). [Wh]
    heating: FloatArray
    cooling: FloatArray
    #: Highest hourly means, shape (buildings,). [W]
    heating_peak: FloatArray
    cooling_peak: FloatArray
    #: Hour of the year of the peaks, -1 where there is none, shape (buildings,). [h]
    heating_peak_hour: NDArray[np.int64]
    cooling_peak_hour: NDArray[np.int64]
    #: Hours in which the controlled temperature misses the band by more than 0.1 K, shape (buildings,). [h]
    hours_below_band: NDArray[np.int64]
    hours_above_band: NDArray[np.int64]
    #: Loss through the elements of `LOSSES`, sky radiation included, shape (buildings, 6). [Wh]
    loss: FloatArray
    #: Loss with the air, shape (buildings,). [Wh]
    loss_ventilation: FloatArray
    #: Gains that enter the zone, shape (buildings,). [Wh]
    gain_solar: FloatArray
    gain_internal: FloatArray
    #: Heat taken up by the mass between the first and the last hour, shape (buildings,). [Wh]
    storage: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Results:
    """Hourly loads and annual indicators of N buildings, in the order they were given."""

    #: The buildings that were simulated.
    buildings: tuple[Building, ...]
    #: Position of each in the input, shape (buildings,).
    index: NDArray[np.int64]
    #: Name of the weather, distance to its site [km, NaN for a building's own], hours from UTC, of each building.
    weather: tuple[str, ...]
    weather_distance: FloatArray
    utc_offset: FloatArray
    indicators: Indicators
    #: Series asked for, each of shape (buildings, 8760): W for loads, °C for temperatures.
    series: dict[SeriesName, SeriesArray]
    failures: tuple[Failure, ...] = ()
    model: str = "iso13790"
    #: What `simulate` noticed about a building, beside `Building.notes`.
    notes: tuple[tuple[str, ...], ...] = field(default=())
