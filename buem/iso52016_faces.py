"""Films of the elements of a block and what follows from them, compiled: the elimination of their outer faces, and the
sums of air and radiant node."""

from __future__ import annotations

from buem import iso52016_rows as at
from buem.compiled import LANES, jit, where
from buem.iso52016 import CUBE_INSIDE, CUBE_OUTSIDE, LEEWARD_COSINE, Film, Thermal, detailed_film, face, gap_factor


@jit
def faces(w, elements, count, detailed, hour, outdoor):  # type: ignore[no-untyped-def]
    """Films of all elements of a space, their elimination, and the sums of the space."""
    for lane in range(LANES):
        w[at.S_C + lane] = 0.0
        w[at.S_Q + lane] = 0.0
        w[at.S_R + lane] = 0.0
    for n in range(count):
        e = elements[n]
        if detailed:
            _detailed(w, e, hour, outdoor)
        else:
            fixed(e)
        eliminate(w, e)
    for lane in range(LANES):
        w[at.E_C + lane], w[at.E_Q + lane], w[at.E_R + lane] = w[at.S_C + lane], w[at.S_Q + lane], w[at.S_R + lane]


@jit
def eliminate(w, e):  # type: ignore[no-untyped-def]
    """An element under its films, and its part in the sums of the space at its inner face."""
    for lane in range(LANES):
        factor = e[at.F_AIO + lane]
        film = Film(e[at.H_CI + lane], e[at.H_RI + lane], e[at.H_AIR + lane] + e[at.H_GROUND + lane],
                    e[at.H_SKY + lane])
        a_oo, a_io = e[at.AOO + lane] * factor, e[at.AIO + lane] * factor
        known = face(film, a_oo, a_io, e[at.AII + lane] * factor)
        a_c, a_r = e[at.AREA + lane] * film.h_ci, e[at.AREA + lane] * film.h_ri
        e[at.H_O + lane], e[at.D + lane], e[at.V + lane] = known.h_o, known.d, known.v
        e[at.V_O + lane] = known.v * known.d * a_io
        e[at.F_AIO + lane] = a_io
        e[at.BY_AIR + lane], e[at.BY_SKY + lane] = e[at.B + lane] * e[at.H_AIR + lane], e[at.B + lane] * film.h_sky
        e[at.BY_ZONE + lane] = (1.0 - e[at.B + lane]) * known.h_o
        e[at.A_C + lane], e[at.A_R + lane] = a_c, a_r
        e[at.V_C + lane], e[at.V_R + lane] = known.v * film.h_ci, known.v * film.h_ri
        w[at.S_C + lane] += a_c - a_c * film.h_ci * known.v
        w[at.S_Q + lane] += a_c * film.h_ri * known.v
        w[at.S_R + lane] += a_r - a_r * film.h_ri * known.v


@jit
def fixed(e):  # type: ignore[no-untyped-def]
    """The standard's constant films."""
    for lane in range(LANES):
        e[at.H_CI + lane] = e[at.FIXED_IN + lane]
        e[at.H_RI + lane] = e[at.STAR + lane] * CUBE_INSIDE
        e[at.H_AIR + lane] = e[at.FIXED_OUT + lane] + e[at.TO_REST + lane] * CUBE_OUTSIDE
        e[at.H_SKY + lane] = e[at.TO_SKY + lane] * CUBE_OUTSIDE
        e[at.F_AIO + lane] = 1.0


@jit
def _detailed(w, e, hour, outdoor):  # type: ignore[no-untyped-def]
    sky, windward, leeward, wind_east, wind_north = hour[10], hour[11], hour[12], hour[13], hour[14]
    for lane in range(LANES):
        facing = e[at.EAST + lane] * wind_east + e[at.NORTH + lane] * wind_north
        forced = where(facing >= LEEWARD_COSINE, e[at.WINDWARD + lane] * windward, e[at.LEEWARD + lane] * leeward)
        theta_o, theta_i = e[at.T_O + lane], e[at.T_I + lane]
        film = detailed_film(Thermal(theta_o, theta_i, w[at.T_A + lane], w[at.T_R + lane], outdoor, sky), forced,
                             (e[at.TO_SKY + lane], e[at.TO_REST + lane], e[at.IN_WARM + lane], e[at.IN_COLD + lane],
                              e[at.IN_QUARTER + lane], e[at.OUT_WARM + lane], e[at.OUT_COLD + lane],
                              e[at.ROUGH + lane], e[at.STAR + lane], e[at.GIVEN_IN + lane],
                              e[at.GIVEN_OUT + lane]))
        e[at.H_CI + lane], e[at.H_RI + lane], e[at.H_AIR + lane], e[at.H_SKY + lane] = film
        e[at.F_AIO + lane] = gap_factor(0.5 * (theta_o + theta_i), e[at.GAPR + lane], e[at.GAPG + lane])
