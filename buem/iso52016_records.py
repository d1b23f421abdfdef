"""What the node model's year takes and gives: records of arrays, shared by its NumPy and its compiled form."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from buem.iso52016 import COLUMNS, MODE_COLUMNS
from buem.nodes import NodeElements
from buem.profiles import FloatArray


class NodeClimate(NamedTuple):
    """What all buildings of a chunk share."""

    #: Shape (8760, 19), see `iso52016.HOUR_COLUMNS`.
    hours: FloatArray
    schedules: FloatArray  # (8760, schedules)
    ramps: FloatArray  # change within the hour, (8760, schedules)
    #: Of heating and cooling set-point, gain, air on purpose and of open windows; shape (5, buildings).
    columns: NDArray[np.int64]


class NodeZones(NamedTuple):
    """What the year needs of each building, arrays of shape (buildings,)."""

    infiltration: FloatArray  # per density [W/K per kg/m³]
    flow: FloatArray  # conductance of an air change, per density [W/K per 1/h and kg/m³]
    recovery: FloatArray  # [-]
    bypass_temp: FloatArray  # inf for never [°C]
    air_change_night: FloatArray  # per density [W/K per kg/m³]
    night_start: FloatArray  # [h]
    night_end: FloatArray  # [h]
    night_temp_min: FloatArray  # [°C]
    free_temp_min: FloatArray  # [°C]
    free_difference: FloatArray  # [K]
    bridge: FloatArray  # [W/K]
    c_air: FloatArray  # heat capacity of the air and of furniture [J/K]
    convective: FloatArray  # [-]
    floor_area: FloatArray  # [m²]
    power_heat: FloatArray  # [W]
    power_cool: FloatArray  # [W]
    air_weight: FloatArray  # [-]
    first_hour: FloatArray  # [h]
    hours: FloatArray  # [h]


class Setting(NamedTuple):
    """How a year is run."""

    steps: int = 4
    detailed: bool = True
    series: int = 0
    #: "numpy", "numba", or "auto".
    kernel: str = "auto"
    threads: int = 1


class NodeYear(NamedTuple):
    """Sums over the hours that count, and hourly series."""

    #: Rows as the `SUM_` names of `iso52016`, shape (SUMS, buildings). [Wh], [h], [W]
    sums: FloatArray
    #: Out of the outer faces, of each element of `NodeElements`, shape (elements,). [Wh]
    lost: FloatArray
    #: Shape (0, 2 or 4, buildings, 8760). [W], [°C]
    series: NDArray[np.float32]


class Rank(NamedTuple):
    """Elements side by side: the first of all buildings, the second, ...; arrays of shape (elements, buildings)."""

    column: dict[str, FloatArray]
    #: Shape (modes, elements, buildings).
    decay: FloatArray
    to_o: FloatArray
    to_i: FloatArray
    from_o: FloatArray
    from_i: FloatArray
    content: FloatArray


def side_by_side(elements: NodeElements) -> Rank:
    """The tables of the elements as arrays of shape (elements, buildings).

    Parameters
    ----------
    elements : NodeElements
        Flat.

    Returns
    -------
    Rank
        Elements that a building lacks have no area.
    """
    count = np.diff(elements.offset)
    rank = np.arange(elements.owner.size) - elements.offset[elements.owner]
    shape = (int(count.max(initial=1)), count.size)
    blank = np.zeros(elements.table.shape[1])
    blank[[COLUMNS.index("a_oo"), COLUMNS.index("a_ii"), COLUMNS.index("width"), COLUMNS.index("height")]] = 1.0
    table = np.broadcast_to(blank, (*shape, blank.size)).copy()
    table[rank, elements.owner] = elements.table
    modes = np.zeros((*shape, *elements.modes.shape[1:]))
    modes[rank, elements.owner] = elements.modes
    spread = [np.ascontiguousarray(modes[..., k].transpose(2, 0, 1)) for k in range(len(MODE_COLUMNS))]
    return Rank({name: np.ascontiguousarray(table[..., k]) for k, name in enumerate(COLUMNS)}, *spread)


def total(values: FloatArray) -> FloatArray:
    """Sum over the elements, one after the other, so that no sum depends on how many there are.

    Parameters
    ----------
    values : ndarray, shape (elements, ...)
        In any unit. [-]

    Returns
    -------
    ndarray, shape (...)
        [-]
    """
    out: FloatArray = values[0].copy()
    for row in values[1:]:
        out += row
    return out
