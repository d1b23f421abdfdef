"""People, appliances and lights: heat and electricity per floor area, hour by hour."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from buem.occupancy import YearShapes
from buem.profiles import FloatArray
from buem.uses import Use


class Loads(NamedTuple):
    """Shape (8760,) each."""

    #: Heat of people, appliances and lights. [W/m²]
    gain: FloatArray
    #: Electricity of appliances and lights, all of which becomes heat. [W/m²]
    electric: FloatArray


def loads_of(use: Use, shapes: YearShapes) -> Loads:
    """Loads of a use whose people, appliances and lights have some shapes.

    Parameters
    ----------
    use : Use
        With its density of people [m²] and its electricity in a year [kWh/(m²a)].
    shapes : YearShapes
        Shares of the full value. [-]

    Returns
    -------
    Loads
        [W/m²]
    """
    # PNNL has no appliances in halls and stores: where a source of the amounts has some, they run with the people.
    running = shapes.appliances if shapes.appliances.any() else shapes.occupancy
    electric = scaled(running, use.appliances) + scaled(shapes.lighting, use.lighting)
    return Loads(electric + shapes.occupancy * use.heat_per_person / use.area_per_person, electric)


def scaled(shape: FloatArray, annual: float) -> FloatArray:
    """A shape whose year sums to an amount.

    Parameters
    ----------
    shape : ndarray, shape (8760,)
        Not negative; 0 throughout stays 0. [-]
    annual : float
        [kWh/(m²a)]

    Returns
    -------
    ndarray, shape (8760,)
        [W/m²]
    """
    total = float(shape.sum())
    return shape * (annual * 1000.0 / total) if total > 0.0 else np.zeros_like(shape)
