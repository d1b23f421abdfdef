"""A plane of metres for every building: east and north on the tangent plane of the ellipsoid at its centre.

Near its centre the plane is as good as any map: at 1 km from it a length is off by 1e-8, at 20 km by 5e-6, at every
latitude, the poles too, and the 180th meridian is no place of its own.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from buem.profiles import FloatArray

#: Semi-major axis of WGS 84. [m]
SEMI_MAJOR: Final = 6378137.0
#: Flattening of WGS 84. [-]
FLATTENING: Final = 1 / 298.257223563
#: Square of the first eccentricity. [-]
ECCENTRICITY_SQUARED: Final = FLATTENING * (2 - FLATTENING)


def to_metres(longitude: FloatArray, latitude: FloatArray, centre_longitude: FloatArray,
              centre_latitude: FloatArray) -> tuple[FloatArray, FloatArray]:
    """East and north of points on the tangent plane at a centre.

    Parameters
    ----------
    longitude, latitude : ndarray, shape (points,)
        Of the points, on WGS 84. [°]
    centre_longitude, centre_latitude : ndarray, shape (points,)
        Of the centre of each point's plane; any multiple of 360° apart is the same. [°]

    Returns
    -------
    tuple of ndarray, each of shape (points,)
        East and north of the centre. [m]

    References
    ----------
    .. [1] Snyder, Map Projections: a Working Manual, USGS Professional Paper 1395 (1987), eq. 4-20 (radius N of the
       prime vertical), and chapter 20 (orthographic projection, ellipsoid).
    """
    across = np.radians(longitude - centre_longitude)
    phi, phi0 = np.radians(latitude), np.radians(centre_latitude)
    sin, cos, sin0, cos0 = np.sin(phi), np.cos(phi), np.sin(phi0), np.cos(phi0)
    radius = SEMI_MAJOR / np.sqrt(1 - ECCENTRICITY_SQUARED * sin**2)
    radius0 = SEMI_MAJOR / np.sqrt(1 - ECCENTRICITY_SQUARED * sin0**2)
    east = radius * cos * np.sin(across)
    outward = radius * cos * np.cos(across) - radius0 * cos0
    upward = (1 - ECCENTRICITY_SQUARED) * (radius * sin - radius0 * sin0)
    return east, cos0 * upward - sin0 * outward


def turn(longitude: FloatArray, latitude: FloatArray, other_longitude: FloatArray) -> tuple[FloatArray, FloatArray]:
    """How the plane of another building lies in a building's own: the meridians meet.

    A vector (x, y) of the other plane is (cos·x − sin·y, sin·x + cos·y) in one's own, within 1e-6 for buildings
    less than a kilometre apart.

    Parameters
    ----------
    longitude, latitude : ndarray, shape (pairs,)
        Centre of one's own plane. [°]
    other_longitude : ndarray, shape (pairs,)
        Centre of the other plane. [°]

    Returns
    -------
    tuple of ndarray, each of shape (pairs,)
        Cosine and sine of the angle. [-]

    References
    ----------
    .. [1] Snyder, Map Projections: a Working Manual, USGS Professional Paper 1395 (1987), chapter 8: the convergence
       of the meridians, sin φ times the difference in longitude.
    """
    sin = np.sin(np.radians(latitude)) * np.sin(np.radians(other_longitude - longitude))
    return np.sqrt(1 - sin**2), sin
