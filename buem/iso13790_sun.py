"""Sun of the 5R1C: gains of the planes of a building, in NumPy for a year, and compiled for an hour and a block."""

from __future__ import annotations

import numpy as np

from buem import iso13790_rows as at
from buem.compiled import LANES, jit, where
from buem.iso13790_records import Climate, Sunlit, Zones
from buem.iso13790_rows import PLANE, L
from buem.profiles import FloatArray
from buem.shading import shaded_share


def solar_gains(climate: Climate, sunlit: Sunlit, zones: Zones) -> FloatArray:
    """Solar gains of each building: through glass and doors, and of its opaque elements.

    Parameters
    ----------
    climate, sunlit, zones
        As for `simulate_year`.

    Returns
    -------
    ndarray, shape (2, 8760, buildings)
        Φ_sol before the loss to the sky. [W]

    References
    ----------
    .. [1] ISO 13790:2008, 11.3.2, eq. 43; the sky as in `solar`.
    """
    # One week at a time keeps the temporaries small.
    return np.concatenate([_week_of_sun(week, sunlit, zones) for week in np.array_split(climate.hours, 53)], axis=1)


def _week_of_sun(hours: FloatArray, sunlit: Sunlit, zones: Zones) -> FloatArray:
    east, north, up, beam, circumsolar, isotropic, horizon, ground = (hours[:, k, None] for k in range(8))
    gain = isotropic * zones.isotropic + horizon * zones.horizon + ground * zones.ground
    opaque = isotropic * zones.isotropic_opaque + horizon * zones.horizon_opaque + ground * zones.ground_opaque
    missing, missing_opaque = np.zeros_like(gain), np.zeros_like(gain)
    count = np.diff(sunlit.offset)
    for rank in range(int(count.max(initial=0))):
        owner = np.flatnonzero(count > rank)
        plane = sunlit.table[sunlit.offset[owner] + rank].T
        mu = plane[0] * east + plane[1] * north + plane[2] * up
        mu = np.where(mu < 0.0, 0.0, mu)
        aperture = (((plane[7] * mu + plane[6]) * mu + plane[5]) * mu + plane[4]) * mu + plane[3]
        gain[:, owner] += beam * mu * aperture
        opaque[:, owner] += beam * mu * plane[17]
        if (plane[11] > 0.0).any():
            share = shaded_share(mu, plane[0] * north - plane[1] * east, up, *plane[11:17])
            gain[:, owner] -= beam * mu * aperture * np.where(plane[11] > 0.0, share, 0.0)
        sky = circumsolar * mu + isotropic * plane[9] + horizon * plane[10]
        below = np.where(sky < 0.0, -sky, 0.0 * sky)
        missing[:, owner] += below * plane[8]
        missing_opaque[:, owner] += below * plane[17]
    lit = hours[:, 9, None] != 0.0
    return np.stack([np.where(lit, gain + missing, 0.0), np.where(lit, opaque + missing_opaque, 0.0)])


@jit
def load_planes(planes, offset, table, which, first, last):  # type: ignore[no-untyped-def]
    most = 0
    for lane in range(LANES):
        b = which[min(first + lane, last - 1)]
        count = offset[b + 1] - offset[b]
        most = max(most, count)
        for p in range(planes.shape[0]):
            for row in range(PLANE):
                planes[p, row * L + lane] = table[offset[b] + p, row] if p < count else 0.0
    return most


@jit
def sun(w, rank, hours, t):  # type: ignore[no-untyped-def]
    """Solar gains of a block in an hour, through glass and of opaque elements. [W]"""
    planes, count, special = rank
    # As numbers: of an array numba could not know that it is none of those written to.
    to_sun, beam, sky = (hours[t, 0], hours[t, 1], hours[t, 2]), hours[t, 3], (hours[t, 4], hours[t, 5], hours[t, 6])
    if hours[t, 9] == 0.0:
        for lane in range(LANES):
            w[at.SUN + lane] = 0.0
            w[at.OPAQUE + lane] = 0.0
        return
    for lane in range(LANES):
        w[at.SUN + lane] = sky[1] * w[at.ISO + lane] + sky[2] * w[at.HOR + lane] + hours[t, 7] * w[at.GND + lane]
        w[at.OPAQUE + lane] = (sky[1] * w[at.ISO_O + lane] + sky[2] * w[at.HOR_O + lane]
                               + hours[t, 7] * w[at.GND_O + lane])
    if beam != 0.0:
        for p in range(count):
            plane = planes[p]
            for lane in range(LANES):
                mu = _facing(plane, to_sun, lane)
                w[at.SUN + lane] += beam * mu * _aperture(plane, mu, lane)
                w[at.OPAQUE + lane] += beam * mu * plane[17 * L + lane]
    if hours[t, 9] == 2.0 or (special > 0 and sky[2] < 0.0):
        for p in range(count):
            _clip_sky(w, planes[p], to_sun, sky)
    if special >= 2 and beam != 0.0:
        for p in range(count):
            _shade(w, planes[p], to_sun, beam)


@jit
def _facing(plane, to_sun, lane):  # type: ignore[no-untyped-def]
    mu = plane[lane] * to_sun[0] + plane[L + lane] * to_sun[1] + plane[2 * L + lane] * to_sun[2]
    return where(mu < 0.0, 0.0, mu)


@jit
def _aperture(plane, mu, lane):  # type: ignore[no-untyped-def]
    aperture = plane[7 * L + lane] * mu + plane[6 * L + lane]
    aperture = aperture * mu + plane[5 * L + lane]
    aperture = aperture * mu + plane[4 * L + lane]
    return aperture * mu + plane[3 * L + lane]


@jit
def _shade(w, plane, to_sun, beam):  # type: ignore[no-untyped-def]
    for lane in range(LANES):
        depth = plane[11 * L + lane]
        if depth > 0.0:
            mu = _facing(plane, to_sun, lane)
            along = plane[lane] * to_sun[1] - plane[L + lane] * to_sun[0]
            share = shaded_share(mu, along, to_sun[2], depth, plane[12 * L + lane], plane[13 * L + lane],
                                 plane[14 * L + lane], plane[15 * L + lane], plane[16 * L + lane])
            w[at.SUN + lane] -= beam * mu * _aperture(plane, mu, lane) * share


@jit
def _clip_sky(w, plane, to_sun, sky):  # type: ignore[no-untyped-def]
    # The sky of a plane is never negative; where it would be, what is missing to 0 is given back.
    for lane in range(LANES):
        mu = _facing(plane, to_sun, lane)
        seen = sky[0] * mu + sky[1] * plane[9 * L + lane] + sky[2] * plane[10 * L + lane]
        below = where(seen < 0.0, -seen, 0.0 * seen)
        w[at.SUN + lane] += below * plane[8 * L + lane]
        w[at.OPAQUE + lane] += below * plane[17 * L + lane]
