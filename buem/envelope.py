"""The sunlit planes of a building: elements of the same plane merged."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from buem.apertures import apertures
from buem.profiles import FloatArray
from buem.stock import IntArray, Stock
from buem.transmission import Fabric, sum_by_owner


class Planes(NamedTuple):
    """The distinct sunlit planes of each building, those of one building together.

    The gain of a plane is `max(0, n·s) (direct + circumsolar) (P(n·s) + O) + (rest of the diffuse) (D + O)`.
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
    #: Aperture of windows and doors for diffuse light, D; of opaque elements for all light, O; shape (planes,). [m²]
    diffuse: FloatArray
    opaque: FloatArray
    #: The part of D whose sun comes in as heat of panes and doors, shape (planes,). [m²]
    direct: FloatArray
    #: Share of the isotropic sky that an overhang leaves, shape (planes,). [-]
    open_sky: FloatArray
    #: Overhang as in `stock.Elements`, shape (planes, 6). [m]
    overhang: FloatArray
    #: Aperture of windows and doors for the beam as a polynomial in the cosine of incidence, P, shape (planes, 5). [m²]
    beam: FloatArray


def sunlit_planes(stock: Stock, acts: Fabric) -> Planes:
    """Solar apertures of each building, elements of the same plane merged.

    The merge is exact: gains are linear in the apertures.

    Parameters
    ----------
    stock : Stock
        N buildings.
    acts : Fabric
        Their elements.

    Returns
    -------
    Planes
        Arrays of shape (planes,); apertures in m².

    References
    ----------
    .. [1] ISO 13790:2008, 11.3.3 and 11.3.4, eqs. 43 to 46.
    """
    a = apertures(stock, acts)
    lit = (a.diffuse != 0.0) | (a.opaque != 0.0)
    owner, tilt = a.owner[lit], a.tilt[lit]
    azimuth = np.where((tilt == 0.0) | (tilt == 180.0), 0.0, a.azimuth[lit] % 360.0)
    overhang = a.overhang[lit]
    order = np.lexsort((*overhang.T, tilt, azimuth, owner))
    owner, tilt, azimuth, overhang = owner[order], tilt[order], azimuth[order], overhang[order]
    new = np.ones(owner.size, dtype=bool)
    new[1:] = (np.diff(owner) != 0) | (np.diff(tilt) != 0) | (np.diff(azimuth) != 0)
    new[1:] |= (overhang[1:] != overhang[:-1]).any(axis=1)
    plane = np.cumsum(new) - 1
    count = int(new.sum())

    def merged(values: FloatArray) -> FloatArray:
        return np.bincount(plane, weights=values[lit][order], minlength=count).astype(np.float64)

    beta, gamma = np.radians(tilt[new]), np.radians(azimuth[new])
    return Planes(
        offset=np.searchsorted(owner[new], np.arange(stock.floor_area.size + 1)),
        owner=owner[new],
        east=np.sin(beta) * np.sin(gamma), north=np.sin(beta) * np.cos(gamma), up=np.cos(beta),
        sin_tilt=np.sin(beta),
        diffuse=merged(a.diffuse), opaque=merged(a.opaque), direct=merged(a.direct),
        open_sky=open_sky(overhang[new]),
        overhang=overhang[new],
        beam=np.stack([merged(column) for column in a.beam.T], axis=1),
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
    """Apertures of a building for light without a direction, each of shape (buildings, 2): glass, opaque. [m²]"""

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
        Arrays of shape (buildings, 2). [m²]

    References
    ----------
    .. [1] The terms d, h and r of the irradiance in `solar`.
    """
    n = planes.offset.size - 1

    def total(view: FloatArray) -> FloatArray:
        return np.stack([sum_by_owner(d * view, planes.owner, n) for d in (planes.diffuse, planes.opaque)], axis=1)

    return DiffuseApertures(
        isotropic=total(planes.open_sky * (1.0 + planes.up) / 2.0),
        horizon=total(planes.sin_tilt),
        ground=total((1.0 - planes.up) / 2.0),
    )
