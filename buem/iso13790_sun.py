"""Sun of the 5R1C: gains of the planes of a building, in NumPy for a year, and compiled for an hour and a block."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from buem import iso13790_rows as at
from buem.compiled import LANES, jit, where
from buem.iso13790_records import Climate, Sunlit, Zones
from buem.iso13790_rows import LIT, PLANE, L
from buem.profiles import FloatArray
from buem.shading import sector_of, shaded_share

#: Flags of `Sunlit.special`: overhangs or fins, a movable shade, a horizon.
SHADED, MOVABLE, HIDDEN = 2, 4, 8
#: Columns of `Sunlit.table`.
_GROUND, _OPAQUE, _SHADE, _FACTOR, _ROOF = 11, 12, 13, 23, 26
_TURN: Final = 0.5 / np.pi


class Gains(NamedTuple):
    """Solar gains of a year, and what movable shades take of them."""

    #: Through glass and doors, and of opaque elements, before the loss to the sky, shape (2, 8760, buildings). [W]
    open: FloatArray
    #: What each plane with a movable shade gains less when it is closed, shape (8760, shades). [W]
    taken: FloatArray
    owner: NDArray[np.int64]
    #: Closed only where the zone was warmer than this, shape (shades,). [°C]
    temp_min: FloatArray

    def at(self, t: int, theta_air: FloatArray) -> FloatArray:
        """Gains of an hour after one in which the air had some temperature, shape (2, buildings). [W]"""
        if self.owner.size == 0:
            return self.open[:, t]
        now = self.open[:, t].copy()
        closed = theta_air[self.owner] > self.temp_min
        np.subtract.at(now[0], self.owner, np.where(closed, self.taken[t], 0.0))
        return now


def solar_gains(climate: Climate, sunlit: Sunlit, zones: Zones) -> Gains:
    """Solar gains of each building: through glass and doors, and of its opaque elements.

    Parameters
    ----------
    climate, sunlit, zones
        As for `simulate_year`.

    Returns
    -------
    Gains
        [W]

    References
    ----------
    .. [1] ISO 13790:2008, 11.3.2, eq. 43; the sky as in `solar`.
    """
    # One week at a time keeps the temporaries small.
    weeks = [_week_of_sun(week, sunlit, zones) for week in np.array_split(climate.hours, 53)]
    movable = np.flatnonzero(np.isfinite(sunlit.table[:, _FACTOR + 1]))
    owner = np.searchsorted(sunlit.offset, movable, side="right") - 1
    return Gains(np.concatenate([gain for gain, _ in weeks], axis=1), np.concatenate([taken for _, taken in weeks]),
                 owner, sunlit.table[movable, _FACTOR + 2])


def _week_of_sun(hours: FloatArray, sunlit: Sunlit, zones: Zones) -> tuple[FloatArray, FloatArray]:
    east, north, up, beam, circumsolar, isotropic, horizon, ground = (hours[:, k, None] for k in range(8))
    gain = isotropic * zones.isotropic + horizon * zones.horizon + ground * zones.ground
    opaque = isotropic * zones.isotropic_opaque + horizon * zones.horizon_opaque + ground * zones.ground_opaque
    missing, missing_opaque = np.zeros_like(gain), np.zeros_like(gain)
    movable = np.flatnonzero(np.isfinite(sunlit.table[:, _FACTOR + 1]))
    taken = np.zeros((hours.shape[0], movable.size))
    count = np.diff(sunlit.offset)
    for rank in range(int(count.max(initial=0))):
        owner = np.flatnonzero(count > rank)
        row = sunlit.offset[owner] + rank
        plane = sunlit.table[row].T
        mu = plane[0] * east + plane[1] * north + plane[2] * up
        mu = np.where(mu < 0.0, 0.0, mu)
        aperture = (((plane[7] * mu + plane[6]) * mu + plane[5]) * mu + plane[4]) * mu + plane[3]
        lit = _lit(hours, plane, mu, sunlit, owner)
        gain[:, owner] += beam * mu * aperture * lit
        opaque[:, owner] += beam * mu * plane[_OPAQUE] * lit
        seen = isotropic * plane[9] + horizon * plane[10]
        below = np.where(circumsolar * mu + seen < 0.0, -(circumsolar * mu + seen), 0.0 * seen)
        missing[:, owner] += below * plane[8]
        missing_opaque[:, owner] += below * plane[_OPAQUE]
        place = np.flatnonzero(np.isfinite(plane[_FACTOR + 1]))
        around = seen + ground * plane[_GROUND]
        closed = (beam * mu * lit + around)[:, place] > plane[_FACTOR + 1][place]
        whole = (beam * mu * lit * aperture + around * plane[8])[:, place]
        taken[:, np.searchsorted(movable, row[place])] = np.where(closed, (1.0 - plane[_FACTOR][place]) * whole, 0.0)
    lit = hours[:, 9, None] != 0.0
    both = np.stack([np.where(lit, gain + missing, 0.0), np.where(lit, opaque + missing_opaque, 0.0)])
    return both, np.where(lit, taken, 0.0)


def _lit(hours: FloatArray, plane: FloatArray, mu: FloatArray, sunlit: Sunlit, owner: NDArray[np.int64]) -> FloatArray:
    """Share of each plane that the sun reaches, shape (hours, planes)."""
    east, north, up = (hours[:, k, None] for k in range(3))
    lit = np.ones_like(mu)
    s = plane[_SHADE:]
    shaded = (s[0] > 0.0) | (s[4] > 0.0) | (s[5] > 0.0)
    if shaded.any():
        share = shaded_share((mu, plane[0] * north - plane[1] * east, up), tuple(s[:4]), tuple(s[4:8]), tuple(s[8:10]))
        lit = np.where(shaded, 1.0 - share, lit)
    if sunlit.skyline.shape[2]:
        side = plane[_ROOF].astype(np.int64)
        sectors = sunlit.sectors[owner, side]
        sine = sunlit.skyline[owner, side, sector_of(east, north, np.maximum(sectors, 1))]
        lit = np.where((sectors > 0) & (sine > 0.0) & (up < sine), 0.0, lit)
    return lit


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
def load_skyline(held, skyline, sectors, which, first, last):  # type: ignore[no-untyped-def]
    around, parts = held
    for lane in range(LANES):
        b = which[min(first + lane, last - 1)]
        for side in range(2):
            parts[side, lane] = sectors[b, side]
            for k in range(skyline.shape[2]):
                around[2 + side * skyline.shape[2] + k, lane] = skyline[b, side, k]


@jit
def sun(w, rank, hours, t):  # type: ignore[no-untyped-def]
    """Solar gains of a block in an hour, through glass and of opaque elements. [W]"""
    planes, count, special, around, parts = rank
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
                w[at.OPAQUE + lane] += beam * mu * plane[_OPAQUE * L + lane]
    if hours[t, 9] == 2.0 or (special > 0 and sky[2] < 0.0):
        for p in range(count):
            _clip_sky(w, planes[p], to_sun, sky)
    if special < SHADED:
        return
    if special & HIDDEN:
        _look_up(to_sun, around, parts)
    for p in range(count):
        _light(planes[p], to_sun, special)
        if special & HIDDEN:
            _hide(planes[p], around)
        if beam != 0.0:
            _shade(w, planes[p], to_sun, beam)
        if special & MOVABLE:
            _close(w, planes[p], to_sun, beam, (sky[1], sky[2], hours[t, 7]))


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
def _light(plane, to_sun, special):  # type: ignore[no-untyped-def]
    """What overhangs and fins leave lit of a plane."""
    for lane in range(LANES):
        plane[LIT + lane] = 1.0
    if not special & SHADED:
        return
    row = _SHADE * L
    for lane in range(LANES):
        if plane[row + lane] > 0.0 or plane[row + 4 * L + lane] > 0.0 or plane[row + 5 * L + lane] > 0.0:
            along = plane[lane] * to_sun[1] - plane[L + lane] * to_sun[0]
            plane[LIT + lane] = 1.0 - shaded_share(
                (_facing(plane, to_sun, lane), along, to_sun[2]),
                (plane[row + lane], plane[row + L + lane], plane[row + 2 * L + lane], plane[row + 3 * L + lane]),
                (plane[row + 4 * L + lane], plane[row + 5 * L + lane], plane[row + 6 * L + lane],
                 plane[row + 7 * L + lane]), (plane[row + 8 * L + lane], plane[row + 9 * L + lane]))


@jit
def _look_up(to_sun, around, parts):  # type: ignore[no-untyped-def]
    """Whether walls and roofs see the sun over the skyline: 1 or 0 in the first two rows of `around`."""
    turn = np.arctan2(to_sun[0], to_sun[1]) * _TURN
    most = (around.shape[0] - 2) // 2
    for side in range(2):
        for lane in range(LANES):
            around[side, lane] = 1.0
            if parts[side, lane] > 0:
                sine = around[2 + side * most + int(np.floor(turn * parts[side, lane])) % parts[side, lane], lane]
                around[side, lane] = 0.0 if sine > 0.0 and to_sun[2] < sine else 1.0


@jit
def _hide(plane, around):  # type: ignore[no-untyped-def]
    """Planes before which an obstacle stands in the sun."""
    for lane in range(LANES):
        seen = where(plane[_ROOF * L + lane] > 0.0, around[1, lane], around[0, lane])
        plane[LIT + lane] *= seen


@jit
def _shade(w, plane, to_sun, beam):  # type: ignore[no-untyped-def]
    for lane in range(LANES):
        mu = _facing(plane, to_sun, lane)
        dark = beam * mu * (1.0 - plane[LIT + lane])
        w[at.SUN + lane] -= dark * _aperture(plane, mu, lane)
        w[at.OPAQUE + lane] -= dark * plane[_OPAQUE * L + lane]


@jit
def _close(w, plane, to_sun, beam, light):  # type: ignore[no-untyped-def]
    """Movable shades that close; they look at the air of the hour before."""
    for lane in range(LANES):
        mu = _facing(plane, to_sun, lane)
        direct = beam * mu * plane[LIT + lane]
        around = (light[0] * plane[9 * L + lane] + light[1] * plane[10 * L + lane]
                  + light[2] * plane[_GROUND * L + lane])
        row = _FACTOR * L + lane
        closed = direct + around > plane[row + L] and w[at.AIR + lane] > plane[row + 2 * L]
        whole = direct * _aperture(plane, mu, lane) + around * plane[8 * L + lane]
        w[at.SUN + lane] -= where(closed, (1.0 - plane[row]) * whole, 0.0)


@jit
def _clip_sky(w, plane, to_sun, sky):  # type: ignore[no-untyped-def]
    # The sky of a plane is never negative; where it would be, what is missing to 0 is given back.
    for lane in range(LANES):
        mu = _facing(plane, to_sun, lane)
        seen = sky[0] * mu + sky[1] * plane[9 * L + lane] + sky[2] * plane[10 * L + lane]
        below = where(seen < 0.0, -seen, 0.0 * seen)
        w[at.SUN + lane] += below * plane[8 * L + lane]
        w[at.OPAQUE + lane] += below * plane[_OPAQUE * L + lane]
