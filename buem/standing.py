"""Elements on the ground in the 5R1C: a conductance to a temperature that swings with the year."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from buem.building import Building
from buem.ground import GroundElements, ground_elements, of_buildings
from buem.profiles import FloatArray
from buem.stock import GROUND, Stock
from buem.weather import Weather
from buem.weather_hours import over_hour


class Standing(NamedTuple):
    """What the ground is to N buildings, of shape (buildings,), and to their elements."""

    conductance: FloatArray  # of all elements on it [W/K]
    #: Temperature behind them: mean + cosine · cos(2πt/8760) + sine · sin(2πt/8760). [°C], [K]
    mean: FloatArray
    cosine: FloatArray
    sine: FloatArray
    #: U to that temperature, NaN for other elements: of the buildings, and of the zones beside. [W/(m²K)]
    elements: FloatArray
    beside: FloatArray


def stands(buildings: Sequence[Building], stock: Stock, weather: Weather) -> Standing:
    """The ground under buildings.

    Parameters
    ----------
    buildings : sequence of Building
        N buildings.
    stock : Stock
        The same.
    weather : Weather
        A year.

    Returns
    -------
    Standing
        Temperatures behind several elements weighed by U A.

    References
    ----------
    .. [1] ISO 13370:2017, clause 7 and Annexes D and H, as in `ground`; the soil's own capacity, which delays hours
       not seasons, is left out.
    """
    below = nothing_below(stock)
    if (stock.faces.boundary == GROUND).any():
        found = ground_elements(of_buildings(buildings), over_hour(weather.temp_air, weather.temp_offset))
        below.elements[found.contacts.element] = found.paths.u_value
        below = Standing(*_means(found, stock), below.elements, below.beside)
    if (stock.spaces.faces.boundary == GROUND).any():
        zones = [(b.ground, zone.surfaces) for b in buildings for zone in b.zones]
        found = ground_elements(zones, over_hour(weather.temp_air, weather.temp_offset))
        below.beside[found.contacts.element] = found.paths.u_value
    return below


def nothing_below(stock: Stock) -> Standing:
    """Buildings of which nothing stands on the ground; what does is taken by its own U.

    Parameters
    ----------
    stock : Stock
        N buildings.

    Returns
    -------
    Standing
        No conductance. [W/K]
    """
    none = np.zeros(stock.floor_area.size)
    own = np.where(stock.faces.boundary == GROUND, stock.elements.u_value, np.nan)
    beside = np.where(stock.spaces.faces.boundary == GROUND, stock.spaces.elements.u_value, np.nan)
    return Standing(none, none, none, none, own, beside)


def _means(g: GroundElements, stock: Stock) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    at, n = g.contacts.element, stock.floor_area.size
    owner, weight = stock.elements.owner[at], g.paths.u_value * stock.elements.area[at]

    def total(values: FloatArray) -> FloatArray:
        return np.bincount(owner, weights=values, minlength=n).astype(np.float64)

    whole = total(weight)
    mean, cosine, sine = (np.divide(total(weight * part), whole, out=np.zeros(n), where=whole > 0.0)
                          for part in (g.mean, g.cosine, g.sine))
    return whole, mean, cosine, sine
