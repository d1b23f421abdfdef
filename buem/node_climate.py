"""Weather and buildings as the year of the node model takes them, and its sums as indicators."""

from __future__ import annotations

from typing import Final

import numpy as np

from buem.constants import DELTA_SKY, GAS_CONSTANT_AIR, GAS_RATIO, HEAT_CAPACITY_AIR, HOURS, KELVIN, SECONDS_PER_HOUR
from buem.films import LEEWARD, WINDWARD
from buem.iso52016 import (
    OPERATIVE_WEIGHT,
    SUM_ABOVE,
    SUM_AIR,
    SUM_BELOW,
    SUM_BRIDGE,
    SUM_COOLING,
    SUM_HEATING,
    SUM_HOUR_COOLING,
    SUM_HOUR_HEATING,
    SUM_INTERNAL,
    SUM_PEAK_COOLING,
    SUM_PEAK_HEATING,
    SUM_SOLAR,
    SUM_STORAGE,
)
from buem.iso52016_records import NodeClimate, NodeSpaces, NodeYear, NodeZones
from buem.profiles import FloatArray
from buem.results import Indicators
from buem.solar import SolarHours
from buem.stock import Stock
from buem.weather import Weather, sky_temperature
from buem.weather_hours import at_hour_ends, over_hour

#: Wind where the weather has none. [m/s]
CALM: Final = 3.0


def hourly_density(weather: Weather) -> FloatArray:
    """Density of the moist outdoor air in each hour.

    Parameters
    ----------
    weather : Weather
        A checked record.

    Returns
    -------
    ndarray, shape (8760,)
        [kg/m³]

    References
    ----------
    .. [1] As `weather.air_density`.
    """
    temp = weather.temp_air
    standard = 101325.0 * (1.0 - 2.25577e-5 * weather.elevation) ** 5.25588
    pressure = np.where(np.isnan(weather.pressure), standard, weather.pressure)
    humidity = np.where(np.isnan(weather.relative_humidity), 0.0, weather.relative_humidity)
    vapour = 6.112 * humidity * np.exp(17.62 * temp / (243.12 + temp))
    density: FloatArray = (pressure - GAS_RATIO * vapour) / (GAS_CONSTANT_AIR * (temp + KELVIN))
    return density


def node_climate(weather: Weather, solar: SolarHours, schedules: FloatArray) -> NodeClimate:
    """Hours of a weather for the node model.

    Parameters
    ----------
    weather : Weather
        A year.
    solar : SolarHours
        Its sun. [W/m²]
    schedules : ndarray, shape (8760, schedules)
        Those of the buildings, then those of the spaces beside them.

    Returns
    -------
    NodeClimate
        Hours of shape (8760, 21).

    References
    ----------
    .. [1] ISO 52016-1:2017, 6.5.8.3: 11 K below the air for a sky whose long-wave is not known.
    """
    temp_start, temp_end = at_hour_ends(weather.temp_air, weather.temp_offset)
    middle = 0.5 * (temp_start + temp_end)
    sky = over_hour(sky_temperature(weather), weather.temp_offset)
    sky = np.where(np.isnan(sky), middle - DELTA_SKY, sky)
    speed = over_hour(np.where(np.isnan(weather.wind_speed), CALM, weather.wind_speed), weather.temp_offset)
    known = ~np.isnan(weather.wind_direction)
    azimuth = np.radians(np.where(known, weather.wind_direction, 0.0))
    light = np.stack([solar.direct, solar.circumsolar, solar.isotropic, solar.horizon, solar.ground])
    values = np.ascontiguousarray(schedules)
    ramps = set_point_ramps(values)
    change = np.ones(middle.size)
    change[1:] = ((values[1:] != values[:-1]) | (ramps[1:] != ramps[:-1])).any(axis=1)
    season = 2.0 * np.pi * (np.arange(HOURS) + 0.5) / HOURS
    dark = np.where((light == 0.0).all(axis=0), 1.0, 0.0)
    hours = np.stack([
        *solar,
        temp_start, temp_end, sky, speed ** (2.0 * WINDWARD[1]), speed ** (2.0 * LEEWARD[1]),
        np.where(known, np.sin(azimuth), 0.0), np.where(known, np.cos(azimuth), 0.0),
        over_hour(hourly_density(weather), weather.temp_offset), middle,
        dark, change, np.cos(season), np.sin(season),
    ], axis=1)
    return NodeClimate(np.ascontiguousarray(hours), values, ramps)


def set_point_ramps(values: FloatArray) -> FloatArray:
    """Change of a set-point within each hour.

    An hour whose value lies between those of its neighbours is a ramp that starts where the hour before was; any other
    hour is steady.

    Parameters
    ----------
    values : ndarray, shape (8760, schedules)
        Hourly means. [°C]

    Returns
    -------
    ndarray, shape (8760, schedules)
        End less start of the hour, with the hour's value as its mean. [K]

    References
    ----------
    .. [1] ANSI/ASHRAE 140-2020, cases 640 and 940: a ramp of the thermostat over the hour from 7 to 8.
    """
    # Where a system may not run, the band is open: there is nothing to ramp to.
    known = np.where(np.isinf(values), np.nan, values)
    rise, next_rise = known - np.roll(known, 1, axis=0), np.roll(known, -1, axis=0) - known
    between = rise * next_rise > 0.0
    ramps: FloatArray = np.where(between, 2.0 * np.sign(rise) * np.minimum(np.abs(rise), np.abs(next_rise)), 0.0)
    return ramps


def node_zones(stock: Stock, density: float) -> NodeZones:
    """What the year needs of each building.

    Parameters
    ----------
    stock : Stock
        N buildings.
    density : float
        Mean density of the outdoor air. [kg/m³]

    Returns
    -------
    NodeZones
        Arrays of shape (buildings,).

    References
    ----------
    .. [1] ISO 52016-1:2017, 6.5.10: ventilation by mass flow; 6.5.11: the internal capacity of air and furniture.
    """
    flow = HEAT_CAPACITY_AIR * stock.volume / SECONDS_PER_HOUR
    return NodeZones(
        infiltration=flow * stock.infiltration, flow=flow, recovery=stock.heat_recovery,
        bypass_temp=stock.bypass_temp, air_change_night=flow * stock.night_air_change,
        night_start=stock.night_start, night_end=stock.night_end, night_temp_min=stock.night_temp_min,
        free_temp_min=stock.free_temp_min, free_difference=stock.free_difference,
        bridge=stock.thermal_bridge, c_air=density * HEAT_CAPACITY_AIR * stock.volume + stock.furniture_capacity,
        convective=stock.convective_share,
        floor_area=stock.floor_area, power_heat=stock.heating_power, power_cool=stock.cooling_power,
        air_weight=np.where(stock.operative, OPERATIVE_WEIGHT, 1.0),
        first_hour=stock.first_hour.astype(np.float64), hours=stock.hours.astype(np.float64),
    )


def node_indicators(year: NodeYear, spaces: NodeSpaces) -> Indicators:
    """Indicators from the sums of a year.

    The loss of an element is what leaves through its outer face, net of the sun that face absorbs, be it to a space
    beside; the solar gain is what the inner faces absorb.

    Parameters
    ----------
    year : NodeYear
        [Wh], [W]
    spaces : NodeSpaces
        The buildings.

    Returns
    -------
    Indicators
        [Wh], [W]
    """
    sums = year.sums
    n = sums.shape[1]
    bad = np.isnan(sums[SUM_HEATING])
    owner = np.concatenate([spaces.own.owner, spaces.building[spaces.between.owner]])
    kind = np.concatenate([spaces.own.kind, spaces.between.kind])
    lost = np.concatenate([year.lost, year.lost_between])
    loss = [np.bincount(owner, weights=np.where(kind == k, lost, 0.0), minlength=n) for k in range(5)]
    return Indicators(
        heating=sums[SUM_HEATING], cooling=sums[SUM_COOLING],
        heating_peak=np.where(bad, np.nan, sums[SUM_PEAK_HEATING]),
        cooling_peak=np.where(bad, np.nan, sums[SUM_PEAK_COOLING]),
        heating_peak_hour=sums[SUM_HOUR_HEATING].astype(np.int64),
        cooling_peak_hour=sums[SUM_HOUR_COOLING].astype(np.int64),
        hours_below_band=sums[SUM_BELOW].astype(np.int64), hours_above_band=sums[SUM_ABOVE].astype(np.int64),
        loss=np.stack([*loss, sums[SUM_BRIDGE]], axis=1), loss_ventilation=sums[SUM_AIR],
        gain_solar=sums[SUM_SOLAR], gain_internal=sums[SUM_INTERNAL], storage=sums[SUM_STORAGE],
    )
