"""What the node model's year takes and gives: records of arrays, shared by its NumPy and its compiled form."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from buem.iso52016_columns import COLUMNS, MODE_COLUMNS, Columns
from buem.nodes import NodeElements
from buem.profiles import FloatArray


class NodeClimate(NamedTuple):
    """What all buildings of a chunk share."""

    #: Shape (8760, 21), see `iso52016_columns.Hour`.
    hours: FloatArray
    schedules: FloatArray  # (8760, schedules)
    ramps: FloatArray  # change within the hour, (8760, schedules)


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

    def of(self, which: NDArray[np.int64]) -> NodeZones:
        """Some of the buildings.

        Parameters
        ----------
        which : ndarray of int
            Positions.

        Returns
        -------
        NodeZones
        """
        return NodeZones(*(a[which] for a in self))


class NodeSpaces(NamedTuple):
    """N buildings, and the M spaces without heating beside some of them."""

    #: Elements of the buildings alone.
    own: NodeElements
    zones: NodeZones
    #: Schedules of heating and cooling set-point, gain, air on purpose, air of open windows and ground: (6, N).
    columns: NDArray[np.int64]
    #: The building of each space, in rising order, shape (M,).
    building: NDArray[np.int64]
    #: Elements of the spaces alone, and those they share with their buildings, by position of the space.
    beside: NodeElements
    between: NodeElements
    beside_zones: NodeZones
    beside_columns: NDArray[np.int64]

    def of(self, which: NDArray[np.int64]) -> NodeSpaces:
        """Some of the buildings, all of them with a space beside or all without.

        Parameters
        ----------
        which : ndarray of int
            Their positions, rising.

        Returns
        -------
        NodeSpaces
        """
        beside = np.flatnonzero(np.isin(self.building, which))
        own = self.own.of(which)
        between = self.between.of(beside) if beside.size else own.part(np.zeros(own.owner.size, dtype=bool))
        return NodeSpaces(own, self.zones.of(which), self.columns[:, which],
                          np.searchsorted(which, self.building[beside]), self.beside.of(beside), between,
                          self.beside_zones.of(beside), self.beside_columns[:, beside])


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
    #: Out of the building through the elements it shares with a space beside, of each of `NodeSpaces.between`. [Wh]
    lost_between: FloatArray
    #: Air of the spaces beside, shape (spaces or 0, 8760). [°C]
    beside: NDArray[np.float32]


class Rank(NamedTuple):
    """Elements side by side: the first of all buildings, the second, ...; arrays of shape (elements, buildings)."""

    column: Columns
    #: Shape (modes, elements, buildings).
    decay: FloatArray
    to_o: FloatArray
    to_i: FloatArray
    from_o: FloatArray
    from_i: FloatArray
    content: FloatArray
    #: As in `NodeElements`.
    skyline: FloatArray
    sectors: NDArray[np.int64]


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
    blank[[COLUMNS.index("a_oo"), COLUMNS.index("a_ii"), COLUMNS.index("width"), COLUMNS.index("height"),
           COLUMNS.index("factor")]] = 1.0
    blank[COLUMNS.index("irradiance")] = np.inf
    table = np.broadcast_to(blank, (*shape, blank.size)).copy()
    table[rank, elements.owner] = elements.table
    modes = np.zeros((*shape, *elements.modes.shape[1:]))
    modes[rank, elements.owner] = elements.modes
    spread = [np.ascontiguousarray(modes[..., k].transpose(2, 0, 1)) for k in range(len(MODE_COLUMNS))]
    columns = Columns(*(np.ascontiguousarray(table[..., k]) for k in range(blank.size)))
    return Rank._make([columns, *spread, elements.skyline, elements.sectors])


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
