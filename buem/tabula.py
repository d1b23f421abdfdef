"""TABULA's seasonal method: what its rows say of a building in numbers of its own, and the level of meters.

The hourly models do not use it. It brings two things of TABULA into their set-points: rooms heated in part and at times
(`space_reduction`), and how much less than calculated is measured where much would be needed (`measured_share`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import fmean
from typing import Final, Literal, TypeAlias

from buem.archetype import Archetype, Reference
from buem.building import Building, Surface, Window
from buem.errors import OptionError, problem

MODES: Final = ("standard", "typical")
Mode: TypeAlias = Literal["standard", "typical"]
#: Heat capacity of air in TABULA. [Wh/(m³K)]
HEAT_CAPACITY_AIR: Final = 0.34
_HOURS_A_DAY: Final = 24.0
#: Heat transfer at which F_red_htr1 and F_red_htr4 hold, and the one at which there is no reduction. [W/(m²K)]
_H_FREE, _H_1, _H_4 = 0.5, 1.0, 4.0
#: Delivered energy of heating and hot water by the standard calculation [Wh/(m²a)] -> measured over calculated [-].
MEASURED_SHARES: Final = ((0.0, 1.10), (100e3, 1.00), (200e3, 0.84), (300e3, 0.70), (400e3, 0.60), (500e3, 0.50))
#: Mean set-points stay inside: what is left of the gap to the meters is none of temperature. [°C]
LOWEST_MEAN, HIGHEST_MEAN = 12.0, 23.0
#: Heat over delivered energy of boiler, pipes and storage, where no system is known. [-]
SYSTEM_EFFICIENCY: Final = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatTransfer:
    """Heat that leaves a building per kelvin and floor area."""

    #: By transmission. [W/(m²K)]
    h_tr: float
    #: With the air. [W/(m²K)]
    h_ve: float

    @property
    def total(self) -> float:
        """Both. [W/(m²K)]"""
        return self.h_tr + self.h_ve


def heat_transfer(archetype: Archetype) -> HeatTransfer:
    """Transmission and ventilation of an archetype, as TABULA counts them.

    h_tr = (Σ b U A + ΔU Σ A) / A_ref and h_ve = 0.34 (n_use + n_inf) h_room; the surcharge of the bridges is on all
    elements alike, whatever their b.

    Parameters
    ----------
    archetype : Archetype
        A row.

    Returns
    -------
    HeatTransfer
        [W/(m²K)]

    References
    ----------
    .. [1] Loga, Diefenbach (2013), TABULA Calculation Method, IWU; checked against all rows of the table.
    """
    elements = (archetype.roof, archetype.wall, archetype.floor, archetype.window, archetype.door)
    conductance = sum(e.conductance for e in elements) + archetype.bridge_surcharge * archetype.envelope_area
    air_change = archetype.use_ventilation + archetype.infiltration
    return HeatTransfer(h_tr=conductance / archetype.floor_area,
                        h_ve=HEAT_CAPACITY_AIR * air_change * archetype.room_height)


def transfer_of(building: Building) -> HeatTransfer:
    """Transmission and ventilation of a building, counted as TABULA counts them.

    Parameters
    ----------
    building : Building
        With its elements and air changes.

    Returns
    -------
    HeatTransfer
        Per floor area. [W/(m²K)]

    References
    ----------
    .. [1] `heat_transfer`, on the elements of the building itself.
    """
    elements: list[Surface | Window] = [*building.surfaces, *building.windows]
    conductance = sum(e.b_transmission * e.u_value * e.area for e in elements if e.boundary != "adiabatic")
    air = building.ventilation
    use = fmean(air.use) if isinstance(air.use, tuple) else air.use
    air_change = air.infiltration + use * (1.0 - air.heat_recovery)
    return HeatTransfer(h_tr=(conductance + building.thermal_bridge) / building.floor_area,
                        h_ve=HEAT_CAPACITY_AIR * air_change * building.room_height)


def space_reduction(h_tr: float, reduction_1: float, reduction_4: float) -> float:
    """TABULA's factor on the losses for rooms that are heated in part and at times, F_red.

    Linear between its values at 1 and 4 W/(m²K), constant above; below 1 linear through 1 at 0.5 W/(m²K), and so above
    1 in well insulated buildings, whose unheated rooms are warm and whose heated rooms are no less so.

    Parameters
    ----------
    h_tr : float
        Transmission per floor area. [W/(m²K)]
    reduction_1, reduction_4 : float
        F_red at 1 and at 4 W/(m²K). [-]

    Returns
    -------
    float
        [-]

    References
    ----------
    .. [1] Loga, Diefenbach (2013), TABULA Calculation Method, IWU; the part below 1 W/(m²K) as the rows show it.
    """
    if h_tr <= _H_1:
        return reduction_1 + (1.0 - reduction_1) * (_H_1 - h_tr) / (_H_1 - _H_FREE)
    if h_tr >= _H_4:
        return reduction_4
    return reduction_1 + (reduction_4 - reduction_1) * (h_tr - _H_1) / (_H_4 - _H_1)


def reduced_setpoint(setpoint: float, temp_air: float, reduction: float) -> float:
    """Mean set-point at which the losses of the season are reduced by a factor: θ_e + F (θ_i - θ_e).

    Parameters
    ----------
    setpoint : float
        θ_i. [°C]
    temp_air : float
        Mean outdoors in the heating season, θ_e. [°C]
    reduction : float
        F, as `space_reduction` gives it. [-]

    Returns
    -------
    float
        [°C]

    References
    ----------
    .. [1] ISO 13790:2008, 13.2.2: intermittent heating as a reduced mean temperature of the zone.
    """
    return temp_air + reduction * (setpoint - temp_air)


def utilisation(gains: float, losses: float, time_constant: float) -> float:
    """Share of the gains that replaces heating, η.

    (1 - γ^a) / (1 - γ^(a+1)) with γ = gains / losses and a = 0.8 + τ/30 h.

    Parameters
    ----------
    gains, losses : float
        Of the season, in the same unit. [Wh/m²]
    time_constant : float
        τ. [h]

    Returns
    -------
    float
        [-]

    References
    ----------
    .. [1] ISO 13790:2008, 12.2.1.1, eqs. 52 to 54, seasonal method: a_0 = 0.8, τ_0 = 30 h.
    """
    a = 0.8 + time_constant / 30.0
    ratio = gains / losses if losses > 0 else math.inf
    if math.isinf(ratio):
        return 0.0
    if ratio == 1.0:
        return a / (a + 1.0)
    return (1.0 - math.pow(ratio, a)) / (1.0 - math.pow(ratio, a + 1.0))


def solar_gain(archetype: Archetype) -> float:
    """Sun through the windows of an archetype in its heating season.

    Parameters
    ----------
    archetype : Archetype
        A row.

    Returns
    -------
    float
        Per floor area. [Wh/m²]

    References
    ----------
    .. [1] Loga, Diefenbach (2013), TABULA Calculation Method: F_sh (1 - F_F) F_W g A I, without opaque elements.
    """
    windows, sun = archetype.window_sides, archetype.season.sun

    walls = (windows.north * sun.north + windows.east * sun.east + windows.south * sun.south
             + windows.west * sun.west)
    shaded = archetype.shading_horizontal * windows.horizontal * sun.horizontal + archetype.shading_vertical * walls
    return archetype.g_value * archetype.f_w * (1.0 - archetype.frame_fraction) * shaded / archetype.floor_area


def seasonal_need(archetype: Archetype, reduction: float | None = None, heat: HeatTransfer | None = None) -> Reference:
    """TABULA's own calculation of a row, not rounded.

    q = 0.024 F_red (h_tr + h_ve) (θ_i - θ_e) d - η (q_sol + q_int), with η by the ratio of gains and losses.

    Parameters
    ----------
    archetype : Archetype
        A row.
    reduction : float or None
        F_red; None for that of h_tr. [-]
    heat : HeatTransfer or None
        Of a building that the row stands for; None for the row's own. [W/(m²K)]

    Returns
    -------
    Reference
        [W/(m²K)], [Wh/(m²a)]

    References
    ----------
    .. [1] Loga, Diefenbach (2013), TABULA Calculation Method, IWU.
    """
    h, season = heat or heat_transfer(archetype), archetype.season
    if reduction is None:
        reduction = space_reduction(h.h_tr, archetype.reduction_1, archetype.reduction_4)
    hours = _HOURS_A_DAY * season.days
    losses = reduction * h.total * (archetype.setpoint - season.temp_air) * hours
    sun, internal = solar_gain(archetype), archetype.internal_gain * hours
    share = utilisation(sun + internal, losses, archetype.heat_capacity / 3600.0 / h.total)
    return Reference(h_tr=h.h_tr, h_ve=h.h_ve, gain_solar=sun, gain_internal=internal, utilisation=share,
                     reduction=reduction, heating=max(0.0, losses - share * (sun + internal)))


def measured_share(delivered: float) -> float:
    """Typical measured consumption over the one that the standard calculation gives, f_cal.

    Parameters
    ----------
    delivered : float
        Energy for heating and hot water that the standard calculation gives. [Wh/(m²a)]

    Returns
    -------
    float
        1.1 where nothing is needed, 0.5 from 500 kWh/(m²a) on. [-]

    References
    ----------
    .. [1] Loga, Diefenbach (2013), TABULA Calculation Method, adaptation to the typical level of measured consumption:
       nodes at 0 to 500 kWh/(m²a), values of the German stock.
    """
    low = MEASURED_SHARES[0]
    for high in MEASURED_SHARES[1:]:
        if delivered <= high[0]:
            part = max(0.0, delivered - low[0]) / (high[0] - low[0])
            return low[1] + (high[1] - low[1]) * part
        low = high
    return low[1]


def typical_reduction(need: Reference, losses_per_reduction: float, hot_water: float,
                      efficiency: float = SYSTEM_EFFICIENCY) -> float:
    """Reduction factor at which a building needs what meters typically show.

    With q = F L - η G the need f q takes F' = F - (1 - f) q / L: the difference is a colder building.

    Parameters
    ----------
    need : Reference
        The standard calculation. [Wh/(m²a)]
    losses_per_reduction : float
        L, losses of the season without any reduction. [Wh/(m²a)]
    hot_water : float
        Heat for hot water. [Wh/(m²a)]
    efficiency : float
        Heat over delivered energy. [-]

    Returns
    -------
    float
        F'. [-]

    References
    ----------
    .. [1] `measured_share`; Sunikka-Blank, Galvin (2012), Introducing the prebound effect, Building Research and
       Information 40 (3), 260-273.
    """
    share = measured_share((need.heating + hot_water) / efficiency)
    return need.reduction - (1.0 - share) * need.heating / losses_per_reduction


def mean_setpoint(archetype: Archetype, mode: Mode = "standard", temp_air: float | None = None,
                  heat: HeatTransfer | None = None) -> float:
    """Mean set-point of all rooms over the heating season.

    Parameters
    ----------
    archetype : Archetype
        A row.
    mode : str
        "standard" is TABULA's own calculation, with rooms heated in part and at times; "typical" the level of meters.
    temp_air : float or None
        Mean outdoors in the heating season, see `season.heating_season`; None for that of the row. [°C]
    heat : HeatTransfer or None
        Of a building that the row stands for; None for the row's own. [W/(m²K)]

    Returns
    -------
    float
        [°C]

    Raises
    ------
    OptionError
        For an unknown mode.

    References
    ----------
    .. [1] `reduced_setpoint` with `space_reduction` or `typical_reduction`.
    """
    if mode not in MODES:
        raise OptionError([problem("usage", mode, f"one of {', '.join(MODES)}")])
    season = archetype.season
    need = seasonal_need(archetype, heat=heat)
    reduction = need.reduction
    if mode == "typical":
        span = (archetype.setpoint - season.temp_air) * _HOURS_A_DAY * season.days
        reduction = typical_reduction(need, (need.h_tr + need.h_ve) * span, archetype.hot_water)
    mean = reduced_setpoint(archetype.setpoint, season.temp_air if temp_air is None else temp_air, reduction)
    return min(HIGHEST_MEAN, max(LOWEST_MEAN, mean))
