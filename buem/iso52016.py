"""The node model: a resolved envelope after ISO 52016-1:2017, its step, and a year of many buildings.

Each element answers its two face temperatures (`layers`). Its inner face then is T_i = u + v (h_ci θ_a + h_ri θ_r) with
the air at θ_a and the mean radiant node at θ_r; the radiant node and the air close in scalar form, so the ideal load is
exact and no matrix is assembled. All functions here are plain arithmetic on values or arrays, written once.

Choices between two values are written so that NaN takes the branch of the running value: NaN in gives NaN out.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from buem.constants import KELVIN
from buem.iso13790 import _jit, _where

#: Least temperature difference of natural convection. [K]
_LEAST_DIFFERENCE = 1e-3
#: Mean temperature of the panes of a double window under rating. [K]
_RATED = 270.0


class Film(NamedTuple):
    """Coefficients at the two faces of an element. [W/(m²K)]"""

    h_ci: Any  # inner face to air
    h_ri: Any  # inner face to the mean radiant node
    h_air: Any  # outer face to all that has the temperature of the outdoor air: convection, long-wave
    h_sky: Any  # outer face to the sky


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


@_jit
def cube_root(x: Any) -> Any:
    """Cube root of a number above 0, by Halley's iteration from x^(5/16).

    Parameters
    ----------
    x : float or ndarray
        From 1e-6 to 1e3. [-]

    Returns
    -------
    float or ndarray
        Within 1e-7 of the cube root. [-]

    References
    ----------
    .. [1] Halley's method for c³ = x: c (c³ + 2x) / (2c³ + x).
    """
    fourth = (x ** 0.5) ** 0.5
    c = fourth * ((fourth ** 0.5) ** 0.5)
    cube = c * c * c
    c = c * (cube + x + x) / (cube + cube + x)
    cube = c * c * c
    return c * (cube + x + x) / (cube + cube + x)


@_jit
def natural(delta: Any, warm: Any, cold: Any, quarter: Any) -> Any:
    """Natural convection of a face: turbulent with the cube root of the difference, laminar with the fourth root.

    Parameters
    ----------
    delta : float or ndarray
        Face less air. [K]
    warm, cold : float or ndarray
        From `nodes.natural_factors`. [W/(m²K^(4/3))]
    quarter : float or ndarray
        From `nodes.window_factor`, 0 for opaque faces. [W/(m²K^(5/4))]

    Returns
    -------
    float or ndarray
        [W/(m²K)]

    References
    ----------
    .. [1] Walton 1983, NBSSIR 83-2655 (TARP); ISO 15099:2003, 8.3.2.2; as in EnergyPlus.
    """
    size = abs(delta)
    size = _where(size < _LEAST_DIFFERENCE, _LEAST_DIFFERENCE, size)
    return _where(delta > 0.0, warm, cold) * cube_root(size) + quarter * (size ** 0.5) ** 0.5


@_jit
def outside_convection(h_natural: Any, forced_square: Any, rough: Any) -> Any:
    """Convection of an outer face in the wind.

    h = h_n + R (√(h_n² + (a V^b)²) - h_n)

    Parameters
    ----------
    h_natural : float or ndarray
        Natural convection. [W/(m²K)]
    forced_square : float or ndarray
        (a V^b)² of smooth glass. [W²/(m⁴K²)]
    rough : float or ndarray
        Roughness factor R. [-]

    Returns
    -------
    float or ndarray
        [W/(m²K)]

    References
    ----------
    .. [1] Yazdanian and Klems 1994, ASHRAE Transactions 100(1) (MoWiTT); LBL 1994 (DOE-2), as in EnergyPlus.
    """
    return h_natural + rough * ((h_natural * h_natural + forced_square) ** 0.5 - h_natural)


@_jit
def long_wave(theta: Any, other: Any) -> Any:
    """(T⁴ - T'⁴) / (T - T'), exactly.

    Parameters
    ----------
    theta, other : float or ndarray
        The two temperatures. [°C]

    Returns
    -------
    float or ndarray
        [K³]

    References
    ----------
    .. [1] Stefan-Boltzmann law.
    """
    a, b = theta + KELVIN, other + KELVIN
    return (a * a + b * b) * (a + b)


@_jit
def gap_factor(theta: Any, radiation: Any, gas: Any) -> Any:
    """Conductance between two panes over that under rating.

    Parameters
    ----------
    theta : float or ndarray
        Mean of the panes. [°C]
    radiation, gas : float or ndarray
        Shares of the conductance; both 0 for what does not change. [-]

    Returns
    -------
    float or ndarray
        [-]

    References
    ----------
    .. [1] 4σT³ for radiation and λ ~ T^0.8 for air, from the mean temperature of the panes under NFRC 100 winter
       conditions (-18 and 21 °C).
    """
    ratio = (theta + KELVIN) / _RATED
    return 1.0 + radiation * (ratio * ratio * ratio - 1.0) + gas * 0.8 * (ratio - 1.0)


@_jit
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
    d = 1.0 / (h_o + a_oo)
    return Face(h_o, d, 1.0 / (film.h_ci + film.h_ri + a_ii - a_io * a_io * d))


@_jit
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


@_jit
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
    heating = _where(heating < 0.0, 0.0, heating)
    heating = _where(heating > wanted.power_heat, wanted.power_heat, heating)
    cooling = (held - wanted.theta_high) / per_watt
    cooling = _where(cooling < 0.0, 0.0, cooling)
    cooling = _where(cooling > wanted.power_cool, wanted.power_cool, cooling)
    load = heating - cooling
    theta_a = free_a + to_air * load
    return Load(theta_a, free_r + slope * to_air * load, heating, cooling, held + per_watt * load)
