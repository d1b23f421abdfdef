"""Panes of a window from its U and g: what passes, what each pane absorbs, and the resistance between the faces."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from buem.gains import absorption_curve, angular_transmittance, hemispherical
from buem.profiles import FloatArray
from buem.stock import Elements, IntArray

#: Share of the absorbed sun that the outer of two panes takes: clear panes of 3 mm absorb 0.105 and 0.075 of it.
OUTER_SHARE: Final = 0.105 / 0.18
#: Least resistance between the faces, a single pane of 3 mm. [m²K/W]
_SINGLE: Final = 0.003
#: Emissivity of glass.
EMISSIVITY: Final = 0.84
#: Conductance of the gas in a gap of 12 mm of air at the mean temperature of the rating; the rest of the conductance
#: between two panes is radiation. [W/(m²K)]
GAP_GAS: Final = 1.96
#: Resistance between the faces from which there is a gap. [m²K/W]
LEAST_GAP: Final = 0.05


class Glazing(NamedTuple):
    """Glass of N windows without their frames."""

    #: Beam that passes, a polynomial in the cosine of incidence, shape (windows, 5); diffuse, shape (windows,). [-]
    beam: FloatArray
    diffuse: FloatArray
    #: Absorbed at normal incidence in the outer and the inner pane, shape (windows,). [-]
    outer: FloatArray
    inner: FloatArray
    #: Absorption off the normal over that at the normal, shape (windows, 5), and of diffuse light. [-]
    absorbed: FloatArray
    absorbed_diffuse: FloatArray
    #: Between the two faces, shape (windows,). [m²K/W]
    resistance: FloatArray


def film_resistances(u_value: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Film resistances under which the U of a window is rated.

    Parameters
    ----------
    u_value : ndarray, shape (windows,)
        Thermal transmittance. [W/(m²K)]

    Returns
    -------
    tuple of ndarray, shape (windows,)
        Inside and outside. [m²K/W]

    References
    ----------
    .. [1] Arasteh, Kohler, Griffith 2009, LBNL-2804E, eqs. 1 to 3; EnergyPlus Engineering Reference, "Simple Window
       Model", step 1.
    """
    u = np.maximum(u_value, 1e-6)
    inside = np.where(u < 5.85, 1.0 / (0.359073 * np.log(u) + 6.949915), 1.0 / (1.788041 * u - 2.886625))
    return inside, 1.0 / (0.025342 * u + 29.163853)


def panes_of(elements: Elements, which: IntArray) -> Glazing:
    """Panes of some windows of a stock.

    The sun meets the glass alone; heat passes glass and frame side by side, so the resistance between the faces is
    that of the whole window.

    Parameters
    ----------
    elements : Elements
        U of glass and window, g, curves. [W/(m²K)], [-]
    which : ndarray of int, shape (windows,)
        Windows among them.

    Returns
    -------
    Glazing
        Shape (windows,). [-], [m²K/W]

    References
    ----------
    .. [1] ISO 10077-1:2017, eq. 1: U of a window is the mean of glass and frame by area.
    """
    e = elements
    panes = glazing(e.u_glass[which], e.g_value[which], e.f_w[which], e.angular[which])
    return panes._replace(resistance=between_faces(e.u_value[which]))


def between_faces(u_value: FloatArray) -> FloatArray:
    """Resistance between the faces of a window, its U less the films under which that is rated.

    Parameters
    ----------
    u_value : ndarray, shape (windows,)
        Thermal transmittance. [W/(m²K)]

    Returns
    -------
    ndarray, shape (windows,)
        At least that of a pane of 3 mm. [m²K/W]

    References
    ----------
    .. [1] As for `film_resistances`.
    """
    inside, outside = film_resistances(u_value)
    between: FloatArray = np.maximum(1.0 / np.maximum(u_value, 1e-6) - inside - outside, _SINGLE)
    return between


def gap_shares(resistance: FloatArray) -> FloatArray:
    """Shares of radiation and of gas in the conductance between the faces of a window.

    Parameters
    ----------
    resistance : ndarray, shape (windows,)
        Between the faces. [m²K/W]

    Returns
    -------
    ndarray, shape (2, windows)
        Both 0 where there is no gap, so that nothing changes with the temperature. [-]

    References
    ----------
    .. [1] EN 673:2011, 5.2 and 5.3: radiation and gas side by side.
    """
    gas = np.minimum(GAP_GAS * resistance, 1.0)
    return np.where(resistance < LEAST_GAP, 0.0, np.stack([1.0 - gas, gas]))


def glazing(u_value: FloatArray, g_value: FloatArray, f_w: FloatArray, angular: FloatArray | None = None) -> Glazing:
    """Two panes that have a window's U and g.

    What passes follows the simple-glazing curves. The rest of g is what flows inward of the sun that the panes absorb,
    g - T = A (s N_o + (1 - s) N_i), with N_o = R_so U and N_i = (R_so + R) U; so the absorption A follows, split on the
    panes as in clear glass.

    Parameters
    ----------
    u_value, g_value : ndarray, shape (windows,)
        Thermal transmittance [W/(m²K)] and g at normal incidence [-].
    f_w : ndarray, shape (windows,)
        Constant factor in place of the angular model, NaN for the angular model. [-]
    angular : ndarray, shape (windows, 5), optional
        g off the normal over that at the normal, coefficients of cos⁰ to cos⁴, in place of both; NaN for none. [-]

    Returns
    -------
    Glazing
        Shape (windows,). [-], [m²K/W]

    References
    ----------
    .. [1] Arasteh, Kohler, Griffith 2009, LBNL-2804E, sections 2 and 3.
    """
    inside, outside = film_resistances(u_value)
    between = between_faces(u_value)
    total = inside + outside + between
    from_outer, from_inner = outside / total, (outside + between) / total
    beam = angular_transmittance(u_value, g_value)
    passed = beam.sum(axis=1)
    inward = OUTER_SHARE * from_outer + (1.0 - OUTER_SHARE) * from_inner
    taken = np.clip((g_value - passed) / inward, 0.0, 1.0 - passed)
    curve = np.tile(absorption_curve()[::-1], (u_value.size, 1))
    given = np.full_like(curve, np.nan) if angular is None else angular.copy()
    constant = np.isnan(given[:, 0]) & ~np.isnan(f_w)
    given[constant] = 0.0
    given[constant, 0] = f_w[constant]
    known = ~np.isnan(given[:, 0])
    # What passes and what is absorbed fall off alike.
    beam[known] = passed[known, None] * given[known]
    curve[known] = given[known]
    return Glazing(beam=beam, diffuse=hemispherical(beam), outer=OUTER_SHARE * taken,
                   inner=(1.0 - OUTER_SHARE) * taken, absorbed=curve, absorbed_diffuse=hemispherical(curve),
                   resistance=between)
