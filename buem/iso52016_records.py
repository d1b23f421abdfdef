"""What the node model's year takes and gives: records of arrays, shared by its NumPy and its compiled form."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

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
