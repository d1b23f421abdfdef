"""The node model: a resolved envelope after ISO 52016-1:2017, its step, and a year of many buildings.

Each element answers its two face temperatures (`layers`). Its inner face then is T_i = u + v (h_ci θ_a + h_ri θ_r) with
the air at θ_a and the mean radiant node at θ_r; the radiant node and the air close in scalar form, so the ideal load is
exact and no matrix is assembled. All functions here are plain arithmetic on values or arrays, written once.

Choices between two values are written so that NaN takes the branch of the running value: NaN in gives NaN out.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np

from buem.compiled import inlined, where
from buem.iso52016_films import Film

#: Margin around the band before an hour counts as missed. [K]
BAND_TOLERANCE: Final = 0.1
#: Weight of the air in the operative temperature, ISO 52016-1:2017, 6.5.5.3. [-]
OPERATIVE_WEIGHT: Final = 0.5
#: Largest difference of the heat in the mass between two ends of the year, in its mean temperature. [K]
PERIODIC_TOLERANCE: Final = 0.01
#: Years after which a building that is still drifting is given up.
MAX_YEARS: Final = 25
#: Temperature of everything before the first hour. [°C]
FIRST_GUESS: Final = 20.0

#: Rows of the zones.
ZONE_ROWS: Final = (
    "infiltration", "flow", "recovery", "bypass_temp", "air_change_night", "night_start", "night_end", "night_temp_min",
    "free_temp_min", "free_difference", "bridge", "c_air", "convective", "floor_area", "power_heat", "power_cool",
    "air_weight", "first_hour", "hours",
)
# Rows of the sums of a year.
(SUM_HEATING, SUM_COOLING, SUM_AIR, SUM_BRIDGE, SUM_SOLAR, SUM_INTERNAL, SUM_STORAGE, SUM_BELOW, SUM_ABOVE,
 SUM_PEAK_HEATING, SUM_PEAK_COOLING, SUM_HOUR_HEATING, SUM_HOUR_COOLING, SUMS) = range(14)


class Face(NamedTuple):
    """An element under its films. [W/(m²K)] and their inverses"""

    h_o: Any  # all films outside
    d: Any  # 1 / (h_o + a_oo)
    v: Any  # 1 / (h_ci + h_ri + a_ii - a_io² d)


class Zone(NamedTuple):
    """The radiant node and the air of a building under its films."""

    to_radiant: Any  # 1 / (Σ A h_r - Σ A h_r² v) [K/W]
    coupling: Any  # Σ A h_c h_r v [W/K]
    per_air: Any  # what lifts the air by 1 K [W/K]


@inlined
def face(film: Film, a_oo: Any, a_io: Any, a_ii: Any) -> Face:
    """An element under its films: the elimination of its outer face.

    Parameters
    ----------
    film : Film
        [W/(m²K)]
    a_oo, a_io, a_ii : float or ndarray
        From `layers.Response`. [W/(m²K)]

    Returns
    -------
    Face

    References
    ----------
    .. [1] Elimination of T_o from the balances of the two faces.
    """
    h_o = film.h_air + film.h_sky
    outer = h_o + a_oo
    both = outer * (film.h_ci + film.h_ri + a_ii) - a_io * a_io
    # One division gives both inverses.
    over = 1.0 / (outer * both)
    return Face(h_o, over * both, over * outer * outer)


@inlined
def inner_source(known: Face, a_io: Any, outside: Any, inside: Any) -> Any:
    """Inner face with the air and the radiant node at 0 °C, u.

    Parameters
    ----------
    known : Face
        From `face`.
    a_io : float or ndarray
        [W/(m²K)]
    outside, inside : float or ndarray
        What flows to the outer and the inner face: films, sun and the element's memory. [W/m²]

    Returns
    -------
    float or ndarray
        [°C]

    References
    ----------
    .. [1] As in `face`.
    """
    return known.v * (inside + a_io * known.d * outside)


class Air(NamedTuple):
    """How a building is aired in an hour."""

    use: Any  # air on purpose [1/h]
    free: Any  # of windows that open by temperature [1/h]
    flow: Any  # conductance of an air change, per density [W/K per 1/h and kg/m³]
    recovery: Any  # [-]
    bypass_temp: Any  # inf for never [°C]
    night: Any  # air change of the night, per density [W/K per kg/m³]
    night_start: Any  # [h]
    night_end: Any  # [h]
    night_temp_min: Any  # -inf for always [°C]
    free_temp_min: Any  # [°C]
    free_difference: Any  # [K]


@inlined
def aired_by_temperature(air: Air, theta: Any, outdoor: Any, hour_of_day: Any) -> Any:
    """Air change beyond what always flows: at night, by open windows, and past the heat recovery.

    Parameters
    ----------
    air : Air
        [1/h], [°C]
    theta : float or ndarray
        Air of the zone at the end of the hour before. [°C]
    outdoor : float
        [°C]
    hour_of_day : float
        Middle of the hour. [h]

    Returns
    -------
    float or ndarray
        Per density. [W/K per kg/m³]

    References
    ----------
    .. [1] ISO 52016-1:2017, 6.5.10; no set-point is watched, the temperature before decides.
    """
    late, early = hour_of_day >= air.night_start, hour_of_day < air.night_end
    night = where(air.night_start < air.night_end, late & early, late | early)
    useful = (air.night_temp_min == -np.inf) | ((theta > air.night_temp_min) & (theta > outdoor))
    bypassed = (theta > air.bypass_temp) & (theta > outdoor)
    opened = (theta > air.free_temp_min) & (theta - outdoor > air.free_difference)
    return (where(night & useful, air.night, 0.0) + where(bypassed, air.flow * air.use * air.recovery, 0.0)
            + where(opened, air.flow * air.free, 0.0))


class Load(NamedTuple):
    """A step's ideal load and the temperatures under it."""

    theta_a: Any  # [°C]
    theta_r: Any  # [°C]
    heating: Any  # [W]
    cooling: Any  # [W]
    held: Any  # temperature that is controlled [°C]


class Wanted(NamedTuple):
    """Set-points and power of a step."""

    theta_low: Any  # [°C]
    theta_high: Any  # [°C]
    power_heat: Any  # [W]
    power_cool: Any  # [W]
    air_weight: Any  # of the air in the controlled temperature [-]


@inlined
def ideal_load(zone: Zone, air: Any, radiant: Any, wanted: Wanted) -> Load:
    """Load that keeps the controlled temperature in its band, and the air and radiant temperature with it.

    Parameters
    ----------
    zone : Zone
        [K/W], [W/K]
    air, radiant : float or ndarray
        What flows to the air and to the radiant node with both at 0 °C. [W]
    wanted : Wanted
        [°C], [W]

    Returns
    -------
    Load

    References
    ----------
    .. [1] ISO 52016-1:2017, 6.5.5.2; here in closed form, because the balance is linear in the load.
    """
    to_air = 1.0 / zone.per_air
    free_a = to_air * (air + zone.coupling * zone.to_radiant * radiant)
    slope = zone.coupling * zone.to_radiant
    free_r = zone.to_radiant * radiant + slope * free_a
    rest = 1.0 - wanted.air_weight
    held = wanted.air_weight * free_a + rest * free_r
    per_watt = to_air * (wanted.air_weight + rest * slope)
    heating = (wanted.theta_low - held) / per_watt
    heating = where(heating < 0.0, 0.0, heating)
    heating = where(heating > wanted.power_heat, wanted.power_heat, heating)
    cooling = (held - wanted.theta_high) / per_watt
    cooling = where(cooling < 0.0, 0.0, cooling)
    cooling = where(cooling > wanted.power_cool, wanted.power_cool, cooling)
    load = heating - cooling
    theta_a = free_a + to_air * load
    return Load(theta_a, free_r + slope * to_air * load, heating, cooling, held + per_watt * load)
