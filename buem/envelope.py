"""The sunlit planes of a building: elements of the same plane merged."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from buem.apertures import apertures
from buem.profiles import FloatArray
from buem.shading import COLUMNS, open_sky
from buem.skyline import HORIZONTAL_BELOW, visible_of
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
    #: Aperture of windows and doors for diffuse light, D; of opaque elements for all light, O; shape (planes,). [m²]
    diffuse: FloatArray
    opaque: FloatArray
    #: The part of D whose sun comes in as heat of panes and doors, shape (planes,). [m²]
    direct: FloatArray
    #: What overhang, fins and horizon leave to see of the isotropic sky, of the band at the horizon, and of the ground
    #: with the obstacles that stand before the sky, each of shape (planes,). [-]
    sky_view: FloatArray
    horizon_view: FloatArray
    ground_view: FloatArray
    #: Shade as in `stock.Elements`, shape (planes, 13).
    shade: FloatArray
    #: Whether it looks over `Stock.horizon_roof`, shape (planes,).
    roof: NDArray[np.bool_]
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
    shade = a.shade[lit]
    order = np.lexsort((*shade.T, tilt, azimuth, owner))
    owner, tilt, azimuth, shade = owner[order], tilt[order], azimuth[order], shade[order]
    new = np.ones(owner.size, dtype=bool)
    new[1:] = (np.diff(owner) != 0) | (np.diff(tilt) != 0) | (np.diff(azimuth) != 0)
    new[1:] |= (shade[1:] != shade[:-1]).any(axis=1)
    plane = np.cumsum(new) - 1
    count = int(new.sum())

    def merged(values: FloatArray) -> FloatArray:
        return np.bincount(plane, weights=values[lit][order], minlength=count).astype(np.float64)

    beta, gamma = np.radians(tilt[new]), np.radians(azimuth[new])
    up, roof = np.cos(beta), tilt[new] < HORIZONTAL_BELOW
    visible = visible_of(stock, owner[new], tilt[new], azimuth[new])
    return Planes(
        offset=np.searchsorted(owner[new], np.arange(stock.floor_area.size + 1)),
        owner=owner[new],
        east=np.sin(beta) * np.sin(gamma), north=np.sin(beta) * np.cos(gamma), up=up,
        diffuse=merged(a.diffuse), opaque=merged(a.opaque), direct=merged(a.direct),
        sky_view=open_sky(shade[new][:, :len(COLUMNS)]) * visible * (1.0 + up) / 2.0,
        horizon_view=visible * np.sin(beta),
        ground_view=(1.0 - up) / 2.0 + (1.0 - visible) * (1.0 + up) / 2.0,
        shade=shade[new], roof=roof,
        beam=np.stack([merged(column) for column in a.beam.T], axis=1),
    )


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
        isotropic=total(planes.sky_view), horizon=total(planes.horizon_view), ground=total(planes.ground_view),
    )
