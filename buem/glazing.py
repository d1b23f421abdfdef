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
#: Conductance of the gas in a gap of 12 mm of air at the mean temperature of the rating; the rest of the conductance
#: between two panes is radiation. [W/(m²K)]
GAP_GAS: Final = 1.96
#: Resistance between the faces from which there is a gap. [m²K/W]
LEAST_GAP: Final = 0.05


class Optics(NamedTuple):
    """What is known of glass beyond U and g, NaN where it is not."""

    #: g off the normal over that at the normal, coefficients of cos⁰ to cos⁴, shape (windows, 5). [-]
    angular: FloatArray
    #: As `stock.Elements.optics`, shape (windows, 13). [-]
    known: FloatArray


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

    Parameters
    ----------
    elements : Elements
        U, g, curves. [W/(m²K)], [-]
    which : ndarray of int, shape (windows,)
        Windows among them.

    Returns
    -------
    Glazing
        Shape (windows,). [-], [m²K/W]

    References
    ----------
    .. [1] As for `glazing`.
    """
    e = elements
    return glazing(e.u_value[which], e.g_value[which], e.f_w[which], Optics(e.angular[which], e.optics[which]))


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


def glazing(u_value: FloatArray, g_value: FloatArray, f_w: FloatArray, optics: Optics | None = None) -> Glazing:
    """Two panes that have a window's U and g.

    What passes follows the simple-glazing curves. The rest of g is what flows inward of the sun that the panes absorb,
    g - T = A (s N_o + (1 - s) N_i), with N_o = R_so U and N_i = (R_so + R) U; so the absorption A follows, split on the
    panes as in clear glass. Where transmittance and absorptances are known, they stand in place of both.

    Parameters
    ----------
    u_value, g_value : ndarray, shape (windows,)
        Thermal transmittance [W/(m²K)] and g at normal incidence [-].
    f_w : ndarray, shape (windows,)
        Constant factor in place of the angular model, NaN for the angular model. [-]
    optics : Optics, optional
        What more is known.

    Returns
    -------
    Glazing
        Shape (windows,). [-], [m²K/W]

    References
    ----------
    .. [1] Arasteh, Kohler, Griffith 2009, LBNL-2804E, sections 2 and 3.
    """
    n = u_value.size
    known = Optics(np.full((n, 5), np.nan), np.full((n, 13), np.nan)) if optics is None else optics
    from_outer, from_inner = inward_shares(u_value)
    beam = angular_transmittance(u_value, g_value)
    passed = beam.sum(axis=1)
    inward = OUTER_SHARE * from_outer + (1.0 - OUTER_SHARE) * from_inner
    taken = np.clip((g_value - passed) / inward, 0.0, 1.0 - passed)
    given = ~np.isnan(known.known[:, 0])
    outer = np.where(given, known.known[:, 1], OUTER_SHARE * taken)
    inner = np.where(given, known.known[:, 2], (1.0 - OUTER_SHARE) * taken)
    normal = np.where(given, known.known[:, 0], passed)
    beam = beam / np.where(passed > 0.0, passed, 1.0)[:, None]
    curve = np.tile(absorption_curve()[::-1], (n, 1))
    table = known.angular.copy()
    constant = np.isnan(table[:, 0]) & ~np.isnan(f_w)
    table[constant] = 0.0
    table[constant, 0] = f_w[constant]
    # What passes and what is absorbed fall off alike, unless each is known.
    for own in (table, known.known[:, 3:8]):
        beam = np.where(np.isnan(own), beam, own)
    for own in (table, known.known[:, 8:]):
        curve = np.where(np.isnan(own), curve, own)
    beam = normal[:, None] * beam
    return Glazing(beam=beam, diffuse=hemispherical(beam), outer=outer, inner=inner, absorbed=curve,
                   absorbed_diffuse=hemispherical(curve), resistance=between_faces(u_value))


def inward_shares(u_value: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Share of the heat of the outer and of the inner face that flows inward under rated films.

    Parameters
    ----------
    u_value : ndarray, shape (windows,)
        Thermal transmittance. [W/(m²K)]

    Returns
    -------
    tuple of ndarray, shape (windows,)
        N_o and N_i. [-]

    References
    ----------
    .. [1] Resistances in series; the films as for `film_resistances`.
    """
    inside, outside = film_resistances(u_value)
    between = between_faces(u_value)
    total = inside + outside + between
    return outside / total, (outside + between) / total


def rated_inward(elements: Elements, which: IntArray) -> FloatArray:
    """Heat of the panes of some windows that flows inward under rated films, over the sun at normal incidence.

    Parameters
    ----------
    elements : Elements
        U, g, optics. [W/(m²K)], [-]
    which : ndarray of int, shape (windows,)
        Windows among them.

    Returns
    -------
    ndarray, shape (windows,)
        g - T. [-]

    References
    ----------
    .. [1] As for `glazing`.
    """
    u, g, known = elements.u_value[which], elements.g_value[which], elements.optics[which]
    from_outer, from_inner = inward_shares(u)
    given = known[:, 1] * from_outer + known[:, 2] * from_inner
    return np.where(np.isnan(known[:, 0]), g - angular_transmittance(u, g).sum(axis=1), given)
