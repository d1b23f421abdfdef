"""Solar and internal gains: windows off the normal, apertures of planes, the split on the nodes."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from buem.profiles import FloatArray

#: Powers of the cosine of incidence in an angular polynomial: 0 to 4.
DEGREE: Final = 5

# Angular transmittance over its value at normal incidence of the ten glazings A to J of Arasteh, Kohler and
# Griffith 2009 (LBNL-2804E): coefficients of cos⁴ to cos⁰.
_TRANSMITTANCE: Final = np.array([
    [1.470e-02, 1.486e+00, -3.852e+00, 3.355e+00, -1.474e-03],
    [5.546e-01, 3.563e-02, -2.416e+00, 2.831e+00, -2.037e-03],
    [7.709e-01, -6.383e-01, -1.576e+00, 2.448e+00, -2.042e-03],
    [3.462e-01, 3.963e-01, -2.582e+00, 2.845e+00, -2.804e-04],
    [2.883e+00, -5.873e+00, 2.489e+00, 1.510e+00, -2.577e-03],
    [3.025e+00, -6.366e+00, 3.137e+00, 1.213e+00, -1.367e-03],
    [3.229e+00, -6.844e+00, 3.535e+00, 1.088e+00, -2.891e-03],
    [3.334e+00, -7.131e+00, 3.829e+00, 9.766e-01, -2.952e-03],
    [3.146e+00, -6.855e+00, 3.931e+00, 7.860e-01, -2.934e-03],
    [3.744e+00, -8.836e+00, 6.018e+00, 8.407e-02, 4.825e-04],
])
# Reflectance of glazing E (clear double glass) in the same form, and its values at normal incidence.
_CLEAR_DOUBLE: Final = 4
_CLEAR_REFLECTANCE: Final = np.array([-5.488e-01, -6.498e+00, 2.120e+01, -2.097e+01, 7.814e+00])
_CLEAR_T, _CLEAR_R = 0.70, 0.13


def _mix(**shares: float) -> FloatArray:
    weights = np.zeros(10)
    for letter, share in shares.items():
        weights["abcdefghij".index(letter)] = share
    return weights


_BDCD = _mix(b=0.25, d=0.5, c=0.25)
_FGHI = _mix(f=0.25, g=0.25, h=0.25, i=0.25)
_FH = _mix(f=0.5, h=0.5)

# Which glazing stands for which (U, g): in three bands of U, knots over g, joined by straight lines.
_BANDS: Final = (
    (np.array([0.35, 0.45]), np.array([_mix(j=1), _mix(e=1)])),
    (np.array([0.25, 0.30, 0.50, 0.55]), np.array([_FH, _FGHI, _FGHI, _mix(e=1)])),
    (np.array([0.30, 0.45, 0.60, 0.65]), np.array([_mix(d=1), _BDCD, _BDCD, _mix(a=1)])),
)


def _glazing_weights(u_value: FloatArray, g_value: FloatArray) -> FloatArray:
    low, middle, high = (
        np.stack([np.interp(g_value, knots, curves[:, k]) for k in range(10)], axis=-1) for knots, curves in _BANDS
    )
    to_low = np.clip((1.70 - u_value) / 0.28, 0.0, 1.0)[:, None]
    to_high = np.clip((u_value - 3.41) / 1.13, 0.0, 1.0)[:, None]
    weights: FloatArray = to_low * low + to_high * high + (1.0 - to_low - to_high) * middle
    return weights


def _normal_transmittance(u_value: FloatArray, g_value: FloatArray) -> FloatArray:
    g = g_value
    single = np.where(g < 0.7206, 0.939998 * g**2 + 0.20332 * g, 1.30415 * g - 0.30515)
    insulated = np.where(g <= 0.15, 0.41040 * g, 0.085775 * g**2 + 0.963954 * g - 0.084958)
    share = np.clip((u_value - 3.4) / 1.1, 0.0, 1.0)
    return share * single + (1.0 - share) * insulated


def absorption_curve() -> FloatArray:
    """Absorption of a glazing off the normal, over that at the normal, as a polynomial in the cosine of incidence.

    Returns
    -------
    ndarray, shape (5,)
        Coefficients of cos⁴ to cos⁰ that sum to 1. [-]

    References
    ----------
    .. [1] 1 - T - R of glazing E of Arasteh, Kohler, Griffith 2009, LBNL-2804E.
    """
    # The paper's reflectance curves exceed 1 for coated glass, so every glazing absorbs with the angle as clear
    # double glass does; against the ASHRAE Handbook's SHGC tables that is within 0.02 up to 70° (tests/test_gains.py).
    curve: FloatArray = -_CLEAR_T * _TRANSMITTANCE[_CLEAR_DOUBLE] - _CLEAR_R * _CLEAR_REFLECTANCE
    curve[-1] += 1.0
    curve /= curve.sum()
    return curve


def angular_g(u_value: FloatArray, g_value: FloatArray) -> FloatArray:
    """Total solar energy transmittance of a glazing as a polynomial in the cosine of incidence.

    g(θ) = T(θ) + N A(θ): what passes, and the inward share N of what is absorbed. The transmittance at the normal
    and its curve belong to the glazing that stands for (U, g); the rest, g - T, follows the absorption of clear
    double glass. The polynomial gives `g_value` at the normal.

    Parameters
    ----------
    u_value : ndarray, shape (windows,)
        Thermal transmittance. [W/(m²K)]
    g_value : ndarray, shape (windows,)
        g at normal incidence. [-]

    Returns
    -------
    ndarray, shape (windows, 5)
        Coefficients of cos⁰ to cos⁴. [-]

    References
    ----------
    .. [1] Arasteh, Kohler, Griffith 2009, Modeling windows in EnergyPlus with simple performance indices,
       LBNL-2804E; EnergyPlus Engineering Reference, section "Simple Window Model".
    """
    passed = angular_transmittance(u_value, g_value)
    gain: FloatArray = passed + (g_value - passed.sum(axis=1))[:, None] * absorption_curve()[::-1]
    return gain


def angular_transmittance(u_value: FloatArray, g_value: FloatArray) -> FloatArray:
    """Solar transmittance of a glazing as a polynomial in the cosine of incidence.

    Parameters
    ----------
    u_value : ndarray, shape (windows,)
        Thermal transmittance. [W/(m²K)]
    g_value : ndarray, shape (windows,)
        g at normal incidence. [-]

    Returns
    -------
    ndarray, shape (windows, 5)
        Coefficients of cos⁰ to cos⁴; their sum is the transmittance at the normal. [-]

    References
    ----------
    .. [1] As for `angular_g`.
    """
    passed = _weighted(_glazing_weights(u_value, g_value), _TRANSMITTANCE)
    shape = passed / passed.sum(axis=1)[:, None]
    return np.ascontiguousarray((_normal_transmittance(u_value, g_value)[:, None] * shape)[:, ::-1])


def _weighted(weights: FloatArray, curves: FloatArray) -> FloatArray:
    # Summed glazing by glazing: a matrix product may round a window by its neighbours' number.
    total = np.zeros((weights.shape[0], curves.shape[1]))
    for k in range(curves.shape[0]):
        total += weights[:, k, None] * curves[k]
    return total


def hemispherical(polynomial: FloatArray) -> FloatArray:
    """Mean of an angular polynomial over the hemisphere, weighted with the cosine.

    Parameters
    ----------
    polynomial : ndarray, shape (windows, 5)
        Coefficients of cos⁰ to cos⁴. [-]

    Returns
    -------
    ndarray, shape (windows,)
        Transmittance of isotropic diffuse light, 2 ∫ g(μ) μ dμ. [-]

    References
    ----------
    .. [1] Duffie and Beckman 2013, Solar Engineering of Thermal Processes, section 5.4.
    """
    total = np.zeros(polynomial.shape[0])
    for k in range(polynomial.shape[1]):
        total += polynomial[:, k] * (2.0 / (k + 2))
    return total


class GainShares(NamedTuple):
    """How gains are split on the nodes, each of shape (buildings,)."""

    #: Share of the internal gains that goes to the air node. [-]
    convective: FloatArray
    #: Shares of their rest that go to the mass and the surface node. [-]
    mass: FloatArray
    surface: FloatArray
    #: Shares of the sun through glass and doors. [-]
    sun_mass: FloatArray
    sun_surface: FloatArray


def gain_shares(convective: FloatArray, mass: FloatArray, by_glass: FloatArray, sun: tuple[FloatArray, FloatArray]
                ) -> GainShares:
    """Split of the gains on the air, surface and mass node.

    Φ_ia = f Φ_int, Φ_m = A_m/A_t (1-f) Φ_int and Φ_st = (1 - A_m/A_t - H_tr,w/(h_ms A_t)) (1-f) Φ_int; the standard's
    f is 0.5. What is left of the radiative gains falls on the windows and leaves. Of the sun what leaves is known, so
    all of the gain is shared: what comes in as heat of panes and doors to the surface node, the rest by area.

    Parameters
    ----------
    convective : ndarray, shape (buildings,)
        Convective share of the internal gains, f. [-]
    mass : ndarray, shape (buildings,)
        Mass area over the area of all inner surfaces, A_m/A_t. [-]
    by_glass : ndarray, shape (buildings,)
        H_tr,w/(h_ms A_t), with 9.1 W/(m²K) for h_ms in the standard. [-]
    sun : tuple of ndarray, shape (buildings,)
        Share of the light that falls on the mass, A_m/A_t where it is spread evenly, and share of the sun's gain that
        is heat of panes and doors. [-]

    Returns
    -------
    GainShares

    References
    ----------
    .. [1] ISO 13790:2008, Annex C, eqs. C.1 to C.3.
    """
    on_mass, direct = sun
    light = 1.0 - direct
    return GainShares(convective=convective, mass=mass, surface=1.0 - mass - by_glass, sun_mass=on_mass * light,
                      sun_surface=(1.0 - on_mass) * light + direct)
