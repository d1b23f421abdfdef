"""What the year of the 5R1C takes and gives: records of arrays, and the rows of the sums."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from buem.profiles import FloatArray

#: Margin around the band before an hour counts as missed. [K]
BAND_TOLERANCE: Final = 0.1


class Network(NamedTuple):
    """The 5R1C network, one value or array of shape (buildings,) each."""

    h_tr_em: Any  # outdoors to mass [W/K]
    h_tr_ms: Any  # mass to surface [W/K]
    h_tr_is: Any  # surface to air [W/K]
    h_tr_w: Any  # outdoors to surface: windows and doors [W/K]
    c_m: Any  # capacity per hour, C_m / 3600 [W/K]
    air_weight: Any  # weight of the air node in the temperature that is held [-]


class Zones(NamedTuple):
    """What the year loop needs of each building, arrays of shape (buildings,)."""

    net: Network
    h_ve: FloatArray  # [W/K]
    h_ve_night: FloatArray  # added at night [W/K]
    night_start: FloatArray  # [h]
    night_end: FloatArray  # [h]
    night_temp_min: FloatArray  # -inf for always [°C]
    convective: FloatArray  # [-]
    mass_share: FloatArray  # [-]
    surface_share: FloatArray  # [-]
    sky_loss: FloatArray  # [W]
    floor_area: FloatArray  # [m²]
    power_heat: FloatArray  # [W]
    power_cool: FloatArray  # [W]
    first_hour: FloatArray  # first hour of the year that counts [h]
    hours: FloatArray  # how many count [h]
    isotropic: FloatArray  # aperture for the isotropic sky, all planes [m²]
    horizon: FloatArray  # aperture for the horizon [m²]
    ground: FloatArray  # aperture for the ground [m²]


class Climate(NamedTuple):
    """What all buildings of a chunk share: sun, air, schedules."""

    #: Shape (8760, 11): east, north, up [-], beam, circumsolar, isotropic, horizon, ground [W/m²], outdoor
    #: temperature [°C], light (0 none, 1 some, 2 a sky that may have to be clipped), change of any schedule (0, 1).
    hours: FloatArray
    #: Shape (8760, schedules). [°C], [W/m²]
    schedules: FloatArray
    #: Columns of the heating set-point, the cooling set-point and the gains, shape (3, buildings).
    columns: NDArray[np.int64]


class Sunlit(NamedTuple):
    """The planes of `envelope.Planes`, packed."""

    #: First plane of each building, shape (buildings + 1,).
    offset: NDArray[np.int64]
    #: Shape (planes, 17): normal [-], beam polynomial (5), diffuse aperture: all, isotropic, horizon [m²], and the
    #: overhang: depth, gap, reach to the left and right, height and width of the window [m].
    table: FloatArray
    #: 1 where a plane faces downwards, plus 2 where one has an overhang, shape (buildings,).
    special: NDArray[np.int64]


class Year(NamedTuple):
    """Sums over the hours that count, and the hourly series asked for."""

    #: Rows as the `SUM_` names, shape (SUMS, buildings). [Wh], [K h], [h]
    sums: FloatArray
    #: Shape (0, 2 or 4, buildings, 8760): heating, cooling [W], air and operative temperature [°C].
    series: NDArray[np.float32]


# Rows of `Year.sums`.
(SUM_HEATING, SUM_COOLING, SUM_MASS, SUM_SURFACE, SUM_AIR, SUM_SOLAR, SUM_INTERNAL, SUM_STORAGE, SUM_BELOW, SUM_ABOVE,
 SUM_PEAK_HEATING, SUM_PEAK_COOLING, SUM_HOUR_HEATING, SUM_HOUR_COOLING, SUMS) = range(15)
