"""Films of the node model: convection and long-wave at the faces of an element, written once.

Plain arithmetic on numbers, arrays or vectors (`lanes`). Choices between two values are written so that NaN takes the
branch of the running value: NaN in gives NaN out.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from buem.compiled import inlined, where
from buem.constants import KELVIN
from buem.lanes import inverse_fourth_guess, inverse_third_guess, root

#: Radiation of the fixed films, 4 T³ at 10 and 20 °C. [K³]
CUBE_OUTSIDE: Final = 4.0 * 283.15**3
CUBE_INSIDE: Final = 4.0 * 293.15**3
#: An angle of more than 100° between wind and wall is leeward. [-]
LEEWARD_COSINE: Final = -0.17364817766693033

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


@inlined
def cube_root(x: Any) -> Any:
    """Cube root of a number above 0, from the bits of x by two iterations that converge with the fourth power.

    With y near 1/∛x and h = 1 - x y³, 1/∛x = y (1 - h)^(-1/3) = y (1 + h/3 + 2h²/9 + 14h³/81 + ...).

    Parameters
    ----------
    x : float, ndarray or vector
        From 1e-6 to 1e6. [-]

    Returns
    -------
    ndarray or vector
        Within 1e-13 of the cube root. [-]

    References
    ----------
    .. [1] Binomial series; the guess is within 4 %, so that h is at most 0.12.
    """
    y = inverse_third_guess(x)
    h = 1.0 - x * y * (y * y)
    y = y + y * (h * (1.0 / 3.0 + h * (2.0 / 9.0 + h * (14.0 / 81.0))))
    h = 1.0 - x * y * (y * y)
    y = y + y * (h * (1.0 / 3.0 + h * (2.0 / 9.0)))
    return x * y * y


@inlined
def fourth_root(x: Any) -> Any:
    """Fourth root of a number above 0, as `cube_root`.

    With y near 1/∜x and h = 1 - x y⁴, 1/∜x = y (1 + h/4 + 5h²/32 + 15h³/128 + ...).

    Parameters
    ----------
    x : float, ndarray or vector
        From 1e-6 to 1e6. [-]

    Returns
    -------
    ndarray or vector
        Within 1e-12 of the fourth root. [-]

    References
    ----------
    .. [1] Binomial series, as in `cube_root`.
    """
    y = inverse_fourth_guess(x)
    square = y * y
    h = 1.0 - x * square * square
    y = y + y * (h * (0.25 + h * (0.15625 + h * 0.1171875)))
    square = y * y
    h = 1.0 - x * square * square
    y = y + y * (h * (0.25 + h * 0.15625))
    return x * y * (y * y)


@inlined
def natural(delta: Any, warm: Any, cold: Any) -> Any:
    """Turbulent natural convection of a face, with the cube root of the difference.

    Parameters
    ----------
    delta : float or ndarray
        Face less air. [K]
    warm, cold : float or ndarray
        From `nodes.natural_factors`. [W/(m²K^(4/3))]

    Returns
    -------
    float or ndarray
        [W/(m²K)]

    References
    ----------
    .. [1] Walton 1983, NBSSIR 83-2655 (TARP), as in EnergyPlus.
    """
    size = abs(delta)
    size = where(size < _LEAST_DIFFERENCE, _LEAST_DIFFERENCE, size)
    return where(delta > 0.0, warm, cold) * cube_root(size)


@inlined
def laminar(delta: Any, quarter: Any) -> Any:
    """Laminar natural convection of a steep window, with the fourth root of the difference.

    Parameters
    ----------
    delta : float or ndarray
        Face less air. [K]
    quarter : float or ndarray
        From `nodes.window_factor`, 0 for opaque faces. [W/(m²K^(5/4))]

    Returns
    -------
    float or ndarray
        [W/(m²K)]

    References
    ----------
    .. [1] ISO 15099:2003, 8.3.2.2, as in EnergyPlus.
    """
    size = abs(delta)
    size = where(size < _LEAST_DIFFERENCE, _LEAST_DIFFERENCE, size)
    return quarter * fourth_root(size)


@inlined
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
    return h_natural + rough * (root(h_natural * h_natural + forced_square) - h_natural)


@inlined
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


class Thermal(NamedTuple):
    """Temperatures around an element, as they will be in the middle of the step. [°C]"""

    theta_o: Any  # outer face
    theta_i: Any  # inner face
    theta_a: Any  # air inside
    theta_r: Any  # radiant node
    outdoor: Any  # outdoor air
    sky: Any


class Acting(NamedTuple):
    """What there is of the films of some elements; what there is not costs nothing."""

    turbulent: Any = True  # natural convection inside with the cube root
    laminar: Any = True  # with the fourth root
    outdoors: Any = True  # weather at the outer face
    told: Any = True  # convection that is prescribed


@inlined
def ahead(now: Any, before: Any) -> Any:
    """Mean of the coming step from those of the last two.

    Parameters
    ----------
    now, before : float or ndarray
        Of the last step and of that before it. [°C]

    Returns
    -------
    float or ndarray
        [°C]

    References
    ----------
    .. [1] Linear extrapolation: films from the last step itself would lag by a step, an error of first order.
    """
    return now + (now - before)


@inlined
def detailed_film(now: Thermal, forced: Any, c: Any, acting: Acting) -> Film:
    """Films of an element from the temperatures around it.

    Parameters
    ----------
    now : Thermal
        Temperatures around the element. [°C]
    forced : float or ndarray
        (a V^b)² at the element. [W²/(m⁴K²)]
    c : tuple
        Columns `to_sky` to `rough` and `star` of the element, and `given_in`, `given_out`, the convection that is
        prescribed, 0 where it is not. [W/(m²K⁴)], [W/(m²K^(4/3))], [-], [W/(m²K)]
    acting : Acting
        What is left out is nothing with these columns.

    Returns
    -------
    Film
        [W/(m²K)]

    References
    ----------
    .. [1] EnergyPlus Engineering Reference: TARP inside, DOE-2 outside, long-wave to sky, air and ground.
    """
    to_sky, to_rest, in_warm, in_cold, in_quarter, out_warm, out_cold, rough, star, given_in, given_out = c
    delta = now.theta_i - now.theta_a
    h_ci = natural(delta, in_warm, in_cold) if acting.turbulent else 0.0 * delta
    if acting.laminar:
        h_ci = h_ci + laminar(delta, in_quarter)
    if acting.told:
        h_ci = h_ci + given_in
    h_ri = star * long_wave(now.theta_i, now.theta_r)
    if not acting.outdoors:
        return Film(h_ci, h_ri, 0.0 * delta, 0.0 * delta)
    h_n = natural(now.theta_o - now.outdoor, out_warm, out_cold)
    h_air = outside_convection(h_n, forced, rough) + to_rest * long_wave(now.theta_o, now.outdoor)
    if acting.told:
        h_air = h_air + given_out
    return Film(h_ci, h_ri, h_air,
                to_sky * long_wave(now.theta_o, now.sky))


@inlined
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
