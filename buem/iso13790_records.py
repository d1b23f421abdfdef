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
    h_ve: FloatArray  # infiltration, and ventilation on purpose that never changes [W/K]
    h_ve_night: FloatArray  # added at night [W/K]
    night_start: FloatArray  # [h]
    night_end: FloatArray  # [h]
    night_temp_min: FloatArray  # -inf for always [°C]
    h_use: FloatArray  # of one air change on purpose, where that changes [W/K]
    recovery: FloatArray  # of its heat [-]
    bypass_temp: FloatArray  # inf for never [°C]
    h_free: FloatArray  # of one air change by open windows [W/K]
    free_temp_min: FloatArray  # [°C]
    free_difference: FloatArray  # [K]
    convective: FloatArray  # of the internal gains, to the air [-]
    mass_share: FloatArray  # of the rest, to the mass [-]
    surface_share: FloatArray  # and to the surface [-]
    sun_mass: FloatArray  # of the sun through glass and doors, to the mass [-]
    sun_surface: FloatArray  # and to the surface [-]
    outer: FloatArray  # what a watt at the outer faces is at the mass, H_em / H_op [-]
    sky_mass: FloatArray  # loss of the mass to a sky that draws 1 W/m² [m²]
    sky_surface: FloatArray  # loss of the surface node [m²]
    h_ground: FloatArray  # to the ground, in H_op [W/K]
    ground_mean: FloatArray  # temperature behind elements on the ground: mean of the year [°C]
    ground_cosine: FloatArray  # over cos(2πt/8760) [K]
    ground_sine: FloatArray  # over sin(2πt/8760) [K]
    beside: FloatArray  # share of the gains of the zone beside it [-]
    floor_area: FloatArray  # [m²]
    power_heat: FloatArray  # [W]
    power_cool: FloatArray  # [W]
    first_hour: FloatArray  # first hour of the year that counts [h]
    hours: FloatArray  # how many count [h]
    film_steady: FloatArray  # convection inside that is prescribed [W/(m²K)]
    film_moving: FloatArray  # the rest over the fourth root of the heat that flows
    radiant: FloatArray  # long-wave coefficient inside at 20 °C, 0 for constant films [W/(m²K)]
    mass_area: FloatArray  # A_m [m²]
    inner_area: FloatArray  # A_t [m²]
    star_area: FloatArray  # what of it makes the star of the faces [m²]
    pane_convection: FloatArray  # of windows and doors, `inner_films.Panes` [m²]
    pane_radiation: FloatArray  # [W/K]
    pane_between: FloatArray  # [W/K]
    gap_radiation: FloatArray  # [-]
    gap_gas: FloatArray  # [-]
    pane_rest: FloatArray  # [K/W]
    isotropic: FloatArray  # aperture of glass and doors for the isotropic sky, all planes [m²]
    horizon: FloatArray  # for the horizon [m²]
    ground: FloatArray  # for the ground [m²]
    isotropic_opaque: FloatArray  # the same of the opaque elements [m²]
    horizon_opaque: FloatArray
    ground_opaque: FloatArray


class Climate(NamedTuple):
    """What all buildings of a chunk share: sun, air, schedules."""

    #: Shape (8760, 14): east, north, up [-], beam, circumsolar, isotropic, horizon, ground [W/m²], outdoor
    #: temperature [°C], light (0 none, 1 some, 2 a sky that may have to be clipped), change of any schedule (0, 1),
    #: loss of a black face to the sky [W/m²], cosine and sine of the year [-].
    hours: FloatArray
    #: Shape (8760, schedules). [°C], [W/m²], [1/h], [W]
    schedules: FloatArray
    #: Columns of the heating set-point, the cooling set-point, the gains, the air on purpose, that of open windows,
    #: the gains of the zone beside, and the temperature of the ground, -1 for that of `Zones`; shape (7, buildings).
    columns: NDArray[np.int64]


class Sunlit(NamedTuple):
    """The planes of `envelope.Planes`, packed."""

    #: First plane of each building, shape (buildings + 1,).
    offset: NDArray[np.int64]
    #: Shape (planes, 27): normal [-], beam polynomial (5), diffuse aperture [m²], view of the isotropic sky, of the
    #: horizon and of the ground [-], aperture of opaque elements [m²], shade as `stock.SHADES`, and 1 for what looks
    #: over the second skyline.
    table: FloatArray
    #: 1 where a plane faces downwards, and flags of `iso13790_sun`, shape (buildings,).
    special: NDArray[np.int64]
    #: Sine of the elevation of what stands around, seen from walls and from roofs, shape (buildings, 2, sectors), and
    #: how many sectors there are, shape (buildings, 2). [-]
    skyline: FloatArray
    sectors: NDArray[np.int64]


class Year(NamedTuple):
    """Sums over the hours that count, and the hourly series asked for."""

    #: Rows as the `SUM_` names, shape (SUMS, buildings). [Wh], [K h], [h]
    sums: FloatArray
    #: Shape (0, 2 or 4, buildings, 8760): heating, cooling [W], air and operative temperature [°C].
    series: NDArray[np.float32]


# Rows of `Year.sums`.
(SUM_HEATING, SUM_COOLING, SUM_MASS, SUM_SURFACE, SUM_AIR, SUM_SOLAR, SUM_OPAQUE, SUM_GROUND, SUM_INTERNAL, SUM_STORAGE,
 SUM_BELOW, SUM_ABOVE, SUM_PEAK_HEATING, SUM_PEAK_COOLING, SUM_HOUR_HEATING, SUM_HOUR_COOLING, SUMS) = range(17)
