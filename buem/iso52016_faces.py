"""Films of the elements of a block and what follows from them, compiled: the elimination of their outer faces."""

from __future__ import annotations

from typing import Any, NamedTuple

from buem import iso52016_rows as at
from buem.compiled import inlined, jit, where
from buem.iso52016 import face
from buem.iso52016_films import (
    CUBE_INSIDE,
    CUBE_OUTSIDE,
    LEEWARD_COSINE,
    Acting,
    Film,
    Thermal,
    ahead,
    detailed_film,
    gap_factor,
)
from buem.lanes import get, put, spread


class Around(NamedTuple):
    """What stands at the two sides of the elements of a space in a step."""

    theta_a: Any  # air inside, ahead [°C]
    theta_r: Any  # radiant node, ahead [°C]
    outdoor: Any  # [°C]
    sky: Any  # [°C]
    windward: Any  # V^(2b) [(m/s)^(2b)]
    leeward: Any
    wind_east: Any  # [-]
    wind_north: Any  # [-]


class Known(NamedTuple):
    """An element under its films. [W/(m²K)] unless said otherwise"""

    h_o: Any  # all films outside
    d: Any  # 1 / (h_o + a_oo) [m²K/W]
    v: Any  # of `Face` [m²K/W]
    a_io: Any
    v_o: Any  # v d a_io [m²K/W]
    h_ci: Any
    h_ri: Any
    a_c: Any  # area times h_ci [W/K]
    a_r: Any  # [W/K]
    by_air: Any  # outdoor air to the outer face
    by_sky: Any
    by_zone: Any


@inlined
def known_of(m, e, film, factor):  # type: ignore[no-untyped-def]
    """An element at place `e` under its films."""
    b, area = get(m, e + at.B), get(m, e + at.AREA)
    a_io = get(m, e + at.AIO) * factor
    solid = Film(film.h_ci, film.h_ri, film.h_air + get(m, e + at.H_GROUND), film.h_sky)
    found = face(solid, get(m, e + at.AOO) * factor, a_io, get(m, e + at.AII) * factor)
    return Known(found.h_o, found.d, found.v, a_io, found.v * found.d * a_io, film.h_ci, film.h_ri,
                 area * film.h_ci, area * film.h_ri, b * film.h_air, b * film.h_sky, (1.0 - b) * found.h_o)


@inlined
def acting(ranks, k):  # type: ignore[no-untyped-def]
    return Acting(ranks[k, at.TURBULENT] != 0, ranks[k, at.LAMINAR] != 0, ranks[k, at.OUTDOORS] != 0,
                  ranks[k, at.TOLD] != 0)


@inlined
def _columns(m, e):  # type: ignore[no-untyped-def]
    return (get(m, e + at.TO_SKY), get(m, e + at.TO_REST), get(m, e + at.IN_WARM), get(m, e + at.IN_COLD),
            get(m, e + at.IN_QUARTER), get(m, e + at.OUT_WARM), get(m, e + at.OUT_COLD), get(m, e + at.ROUGH),
            get(m, e + at.STAR), get(m, e + at.GIVEN_IN), get(m, e + at.GIVEN_OUT))


@inlined
def detailed(m, e, acts, around):  # type: ignore[no-untyped-def]
    """Films of an element from wind and temperatures, and how its gap conducts."""
    theta_o = ahead(get(m, e + at.T_O), get(m, e + at.P_O))
    theta_i = ahead(get(m, e + at.T_I), get(m, e + at.P_I))
    facing = get(m, e + at.EAST) * around.wind_east + get(m, e + at.NORTH) * around.wind_north
    forced = where(facing >= LEEWARD_COSINE, get(m, e + at.WINDWARD) * around.windward,
                   get(m, e + at.LEEWARD) * around.leeward)
    now = Thermal(theta_o, theta_i, around.theta_a, around.theta_r, around.outdoor, around.sky)
    factor = gap_factor(0.5 * (theta_o + theta_i), get(m, e + at.GAPR), get(m, e + at.GAPG))
    return detailed_film(now, forced, _columns(m, e), acts), factor


@inlined
def between(m, e, acts, around):  # type: ignore[no-untyped-def]
    """Films of a shared element: at its outer face, air and radiant node of the space stand for outdoor air and sky."""
    theta_o = ahead(get(m, e + at.T_O), get(m, e + at.P_O))
    theta_i = ahead(get(m, e + at.T_I), get(m, e + at.P_I))
    now = Thermal(theta_o, theta_i, around.theta_a, around.theta_r, around.outdoor, around.sky)
    factor = gap_factor(0.5 * (theta_o + theta_i), get(m, e + at.GAPR), get(m, e + at.GAPG))
    return detailed_film(now, spread(0.0), _columns(m, e), acts), factor


@jit
def fix(m, space, cube_outer):  # type: ignore[no-untyped-def]
    """The standard's constant films of all elements of a space, once for the year."""
    s_c, s_q, s_r = spread(0.0), spread(0.0), spread(0.0)
    for n in range(space.count):
        e = space.first + n * space.stride
        film = Film(get(m, e + at.FIXED_IN), get(m, e + at.STAR) * CUBE_INSIDE,
                    get(m, e + at.FIXED_OUT) + get(m, e + at.TO_REST) * CUBE_OUTSIDE,
                    get(m, e + at.TO_SKY) * cube_outer)
        known = known_of(m, e, film, spread(1.0))
        keep(m, e, known)
        put(m, e + at.A_C, known.a_c)
        put(m, e + at.A_R, known.a_r)
        put(m, e + at.V, known.v)
        put(m, e + at.V_O, known.v_o)
        put(m, e + at.BY_AIR, known.by_air)
        put(m, e + at.BY_SKY, known.by_sky)
        put(m, e + at.BY_ZONE, known.by_zone)
        put(m, e + at.H_AIR, film.h_air)
        put(m, e + at.H_SKY, film.h_sky)
        s_c = s_c + (known.a_c - known.a_c * film.h_ci * known.v)
        s_q = s_q + known.a_c * film.h_ri * known.v
        s_r = s_r + (known.a_r - known.a_r * film.h_ri * known.v)
    put(m, space.w + at.F_C, s_c)
    put(m, space.w + at.F_Q, s_q)
    put(m, space.w + at.F_R, s_r)


@inlined
def keep(m, e, known):  # type: ignore[no-untyped-def]
    """What an element needs after the step."""
    put(m, e + at.H_O, known.h_o)
    put(m, e + at.D, known.d)
    put(m, e + at.F_AIO, known.a_io)
    put(m, e + at.V_C, known.v * known.h_ci)
    put(m, e + at.V_R, known.v * known.h_ri)


@inlined
def kept(m, e):  # type: ignore[no-untyped-def]
    """The constant films of an element, what the step needs of them."""
    zero = spread(0.0)
    return Known(zero, zero, get(m, e + at.V), zero, get(m, e + at.V_O), zero, zero, get(m, e + at.A_C),
                 get(m, e + at.A_R), get(m, e + at.BY_AIR), get(m, e + at.BY_SKY), get(m, e + at.BY_ZONE))
