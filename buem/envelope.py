"""Elements to conductances, losses to the sky, and the sunlit planes of a building."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from buem.constants import DELTA_SKY, H_IS, H_MS, H_R_BLACK, R_SE
from buem.gains import angular_g, hemispherical
from buem.profiles import FloatArray
from buem.stock import DOOR, FLOOR, WALL, WINDOW, Elements, IntArray, Stock

#: Planes tilted less than this take the shading factor of horizontal ones. [°]
HORIZONTAL_BELOW = 45.0


class Conductances(NamedTuple):
    """Conductances of the 5R1C network, each of shape (buildings,) [W/K], and what they are made of."""

    #: Opaque elements and bridges, H_tr,op; windows and doors, H_tr,w.
    h_tr_op: FloatArray
    h_tr_w: FloatArray
    #: Outdoors to mass, mass to surface, surface to air.
    h_tr_em: FloatArray
    h_tr_ms: FloatArray
    h_tr_is: FloatArray
    #: U A b by kind, shape (buildings, 5). [W/K]
    by_kind: FloatArray
    #: Long-wave loss to the sky by kind, shape (buildings, 5). [W]
    sky_by_kind: FloatArray


def sum_by_owner(values: FloatArray, owner: IntArray, buildings: int) -> FloatArray:
    """Sum of the elements' values for each building, in the order of the elements.

    Parameters
    ----------
    values : ndarray, shape (elements,)
        In any unit. [-]
    owner : ndarray, shape (elements,)
        Index of the building.
    buildings : int
        Number of buildings.

    Returns
    -------
    ndarray, shape (buildings,)
        In the unit of `values`. [-]
    """
    return np.bincount(owner, weights=values, minlength=buildings).astype(np.float64)


def mass_conductance(h_tr_op: FloatArray, h_tr_ms: FloatArray) -> FloatArray:
    """Conductance between outdoors and the mass node.

    H_tr,em = 1 / (1/H_tr,op - 1/H_tr,ms), written without the reciprocals so that H_tr,op may be 0.

    Parameters
    ----------
    h_tr_op : ndarray, shape (buildings,)
        Opaque elements and bridges. [W/K]
    h_tr_ms : ndarray, shape (buildings,)
        Mass to surface node, above `h_tr_op`. [W/K]

    Returns
    -------
    ndarray, shape (buildings,)
        H_tr,em. [W/K]

    References
    ----------
    .. [1] ISO 13790:2008, 12.2.2, eq. 63.
    """
    return h_tr_op * h_tr_ms / (h_tr_ms - h_tr_op)


def conductances(stock: Stock) -> Conductances:
    """Conductances of the 5R1C network of each building.

    `b_transmission` multiplies losses to air and sky alike. Floors do not see the sky.

    Parameters
    ----------
    stock : Stock
        N buildings.

    Returns
    -------
    Conductances
        Arrays of shape (buildings,) and (buildings, 5). [W/K], [W]

    References
    ----------
    .. [1] ISO 13790:2008, 8.3.1, 12.2.2 and Annex C; 11.3.4 and 11.4.6 for the sky: F_r R_se U A h_r Δθ_er.
    """
    e = stock.elements
    n = stock.floor_area.size
    loss = e.u_value * e.area * e.b_transmission
    to_sky = sky_view(e) * R_SE * loss * H_R_BLACK * e.emissivity * DELTA_SKY
    by_kind = np.stack([sum_by_owner(np.where(e.kind == k, loss, 0.0), e.owner, n) for k in range(5)], axis=1)
    sky = np.stack([sum_by_owner(np.where(e.kind == k, to_sky, 0.0), e.owner, n) for k in range(5)], axis=1)
    h_tr_op = by_kind[:, WALL] + by_kind[:, WALL + 1] + by_kind[:, FLOOR] + stock.thermal_bridge
    h_tr_ms = H_MS * stock.mass_area
    return Conductances(
        h_tr_op=h_tr_op,
        h_tr_w=by_kind[:, WINDOW] + by_kind[:, DOOR],
        h_tr_em=mass_conductance(h_tr_op, h_tr_ms),
        h_tr_ms=h_tr_ms,
        h_tr_is=H_IS * stock.internal_surface_area,
        by_kind=by_kind,
        sky_by_kind=sky,
    )


def sky_view(elements: Elements) -> FloatArray:
    """Share of the hemisphere in front of each element that is sky.

    Parameters
    ----------
    elements : Elements
        Tilts of shape (elements,). [°]

    Returns
    -------
    ndarray, shape (elements,)
        (1 + cos β)/2, and 0 for floors. [-]

    References
    ----------
    .. [1] ISO 13790:2008, 11.4.6: 1 for a horizontal roof, 0.5 for a vertical wall.
    """
    view = (1.0 + np.cos(np.radians(elements.tilt))) / 2.0
    return np.where(elements.kind == FLOOR, 0.0, view)


class Planes(NamedTuple):
    """The distinct sunlit planes of each building, those of one building together.

    The gain through a plane is `max(0, n·s) (direct + circumsolar) P(n·s) + (rest of the diffuse) D`.
    """

    #: First plane of each building, shape (buildings + 1,), and the building of each plane, shape (planes,).
    offset: IntArray
    owner: IntArray
    #: Unit normal, each of shape (planes,): east, north, up. [-]
    east: FloatArray
    north: FloatArray
    up: FloatArray
    #: Sine of the tilt. [-]
    sin_tilt: FloatArray
    #: Aperture for diffuse light, D, shape (planes,). [m²]
    diffuse: FloatArray
    #: Share of the isotropic sky that an overhang leaves, shape (planes,). [-]
    open_sky: FloatArray
    #: Overhang as in `stock.Elements`, shape (planes, 6). [m]
    overhang: FloatArray
    #: Aperture for the beam as a polynomial in the cosine of incidence, P, shape (planes, 5). [m²]
    beam: FloatArray


def sunlit_planes(stock: Stock) -> Planes:
    """Solar apertures of each building, elements of the same plane merged.

    An opaque element gains α R_se U A b F_sh, a window g(θ) A (1 - F_F) F_sh, or g F_W in place of g(θ) where F_W
    is given. Floors get no sun. The merge is exact: gains are linear in the apertures.

    Parameters
    ----------
    stock : Stock
        N buildings.

    Returns
    -------
    Planes
        Arrays of shape (planes,); apertures in m².

    References
    ----------
    .. [1] ISO 13790:2008, 11.3.3 and 11.3.4, eqs. 43 to 46.
    """
    e = stock.elements
    beam, diffuse = _apertures(stock)
    lit = (e.kind != FLOOR) & (diffuse != 0.0)
    owner, tilt = e.owner[lit], e.tilt[lit]
    azimuth = np.where((tilt == 0.0) | (tilt == 180.0), 0.0, e.azimuth[lit] % 360.0)
    overhang = e.overhang[lit]
    order = np.lexsort((*overhang.T, tilt, azimuth, owner))
    owner, tilt, azimuth, overhang = owner[order], tilt[order], azimuth[order], overhang[order]
    new = np.ones(owner.size, dtype=bool)
    new[1:] = (np.diff(owner) != 0) | (np.diff(tilt) != 0) | (np.diff(azimuth) != 0)
    new[1:] |= (overhang[1:] != overhang[:-1]).any(axis=1)
    plane = np.cumsum(new) - 1
    count = int(new.sum())
    beam = np.stack([np.bincount(plane, weights=column, minlength=count) for column in beam[lit][order].T], axis=1)
    beta, gamma = np.radians(tilt[new]), np.radians(azimuth[new])
    return Planes(
        offset=np.searchsorted(owner[new], np.arange(stock.floor_area.size + 1)),
        owner=owner[new],
        east=np.sin(beta) * np.sin(gamma), north=np.sin(beta) * np.cos(gamma), up=np.cos(beta),
        sin_tilt=np.sin(beta),
        diffuse=np.bincount(plane, weights=diffuse[lit][order], minlength=count).astype(np.float64),
        open_sky=open_sky(overhang[new]),
        overhang=overhang[new],
        beam=beam,
    )


def open_sky(overhang: FloatArray) -> FloatArray:
    """Share of the isotropic sky light that a long overhang leaves to a vertical window.

    The overhang hides from a point y below it the sky above the elevation atan(y/depth); the mean over the height of
    the window is (√((g+H)² + d²) - √(g² + d²)) / H.

    Parameters
    ----------
    overhang : ndarray, shape (planes, 6)
        Depth d, gap g, reach to the left and right, height H and width. [m]

    Returns
    -------
    ndarray, shape (planes,)
        1 without an overhang. [-]

    References
    ----------
    .. [1] Crossed-strings method for the view factor of long strips, Hottel 1954; Duffie and Beckman 2013,
       section 14.5, gives the same factors for wide overhangs.
    """
    depth, gap, _, _, height, _ = overhang.T
    seen = (np.sqrt((gap + height) ** 2 + depth**2) - np.sqrt(gap**2 + depth**2)) / height
    return np.where(depth > 0.0, seen, 1.0)


class DiffuseApertures(NamedTuple):
    """Apertures of a building for light without a direction, each of shape (buildings,). [m²]"""

    #: For the isotropic sky, the horizon and the ground: D (1 + cos β)/2, D sin β, D (1 - cos β)/2 over its planes.
    isotropic: FloatArray
    horizon: FloatArray
    ground: FloatArray


def diffuse_apertures(planes: Planes) -> DiffuseApertures:
    """Apertures of each building for the light that has no direction.

    Parameters
    ----------
    planes : Planes
        Planes of all buildings, apertures in m².

    Returns
    -------
    DiffuseApertures
        Arrays of shape (buildings,). [m²]

    References
    ----------
    .. [1] The terms d, h and r of the irradiance in `solar`.
    """
    n = planes.offset.size - 1
    return DiffuseApertures(
        isotropic=sum_by_owner(planes.diffuse * planes.open_sky * (1.0 + planes.up) / 2.0, planes.owner, n),
        horizon=sum_by_owner(planes.diffuse * planes.sin_tilt, planes.owner, n),
        ground=sum_by_owner(planes.diffuse * (1.0 - planes.up) / 2.0, planes.owner, n),
    )


def _apertures(stock: Stock) -> tuple[FloatArray, FloatArray]:
    e = stock.elements
    flat = e.tilt < HORIZONTAL_BELOW
    shading = np.where(flat, stock.shading_horizontal[e.owner], stock.shading_vertical[e.owner])
    area = e.area * e.b_transmission * shading
    beam = np.zeros((e.area.size, 5))
    beam[:, 0] = e.absorptance * R_SE * e.u_value * area
    diffuse = beam[:, 0].copy()
    glass = np.flatnonzero(e.kind == WINDOW)
    angular = angular_g(e.u_value[glass], e.g_value[glass])
    fixed = ~np.isnan(e.f_w[glass])
    constant = e.g_value[glass] * np.where(fixed, e.f_w[glass], 0.0)
    polynomial = np.where(fixed[:, None], 0.0, angular)
    polynomial[:, 0] += constant
    pane = area[glass] * (1.0 - e.frame_fraction[glass])
    beam[glass] += pane[:, None] * polynomial
    diffuse[glass] += pane * hemispherical(polynomial)
    return beam, diffuse
