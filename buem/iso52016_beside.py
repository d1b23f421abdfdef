"""A building and the space beside it, compiled: their shared elements, and both balances of a step at once.

The balances of the two airs and radiant nodes are linear and symmetric. The space beside is eliminated, which leaves
the building's balance with other sums and sources, closed as without it; the space then follows from the building.
"""

from __future__ import annotations

from buem import iso52016_rows as at
from buem.compiled import inlined, jit
from buem.iso52016_faces import Around, acting, between, keep, known_of
from buem.iso52016_films import CUBE_INSIDE, Film, ahead
from buem.iso52016_step import move_on, settle_air, with_air
from buem.lanes import get, put, spread


@jit
def shared_sources(m, ranks, spaces, fine):  # type: ignore[no-untyped-def]
    """Shared elements under their films: the sums and sources of both spaces, and what couples them."""
    own, beside, shared = spaces.own.w, spaces.beside.w, spaces.shared
    around = _around(m, own, beside)
    for row in (at.C_AA, at.C_AR, at.C_RA, at.C_RR):
        put(m, own + row, spread(0.0))
    for n in range(shared.count):
        e, k = shared.first + n * shared.stride, shared.rank + n
        if fine:
            film, factor = between(m, e, acting(ranks, k), around)
            put(m, e + at.H_AIR, film.h_air)
            put(m, e + at.H_SKY, film.h_sky)
        else:
            film, factor = _constant(m, e), spread(1.0)
        known = known_of(m, e, film, factor)
        keep(m, e, known)
        put(m, e + at.V_O, known.v_o)
        outside = get(m, e + at.SUN_O) + get(m, e + at.MEM_O)
        u = known.v * (get(m, e + at.SUN_I) + get(m, e + at.MEM_I)) + known.v_o * outside
        put(m, e + at.OUTSIDE, outside)
        put(m, e + at.U, u)
        _add_inside(m, own, known, film, u)
        _add_beside(m, beside, get(m, e + at.AREA), (known, film), known.d * (outside + known.a_io * u))
        _add_coupling(m, own, known, film)


@inlined
def _around(m, own, beside):  # type: ignore[no-untyped-def]
    zero = spread(0.0)
    air, radiant, outdoor, sky = (
        ahead(get(m, own + at.T_A), get(m, own + at.P_A)), ahead(get(m, own + at.T_R), get(m, own + at.P_R)),
        ahead(get(m, beside + at.T_A), get(m, beside + at.P_A)),
        ahead(get(m, beside + at.T_R), get(m, beside + at.P_R)))
    return Around(air, radiant, outdoor, sky, zero, zero, zero, zero)


@inlined
def _constant(m, e):  # type: ignore[no-untyped-def]
    return Film(get(m, e + at.FIXED_IN), get(m, e + at.STAR) * CUBE_INSIDE, get(m, e + at.H_AIR),
                get(m, e + at.H_SKY))


@inlined
def _add(m, row, more):  # type: ignore[no-untyped-def]
    put(m, row, get(m, row) + more)


@inlined
def _add_inside(m, own, known, film, u):  # type: ignore[no-untyped-def]
    _add(m, own + at.S_C, known.a_c - known.a_c * film.h_ci * known.v)
    _add(m, own + at.S_Q, known.a_c * film.h_ri * known.v)
    _add(m, own + at.S_R, known.a_r - known.a_r * film.h_ri * known.v)
    _add(m, own + at.S_M, known.a_c * u)
    _add(m, own + at.S_N, known.a_r * u)


@inlined
def _add_beside(m, beside, area, under, outer):  # type: ignore[no-untyped-def]
    known, film = under
    a_c, a_r = area * film.h_air, area * film.h_sky
    # 1 / (h_o + a_oo - a_io² / (h_i + a_ii)), from what is known.
    v = known.d * (1.0 + known.a_io * known.v_o)
    _add(m, beside + at.S_C, a_c - a_c * film.h_air * v)
    _add(m, beside + at.S_Q, a_c * film.h_sky * v)
    _add(m, beside + at.S_R, a_r - a_r * film.h_sky * v)
    _add(m, beside + at.S_M, a_c * outer)
    _add(m, beside + at.S_N, a_r * outer)


@inlined
def _add_coupling(m, own, known, film):  # type: ignore[no-untyped-def]
    _add(m, own + at.C_AA, known.a_c * known.v_o * film.h_air)
    _add(m, own + at.C_AR, known.a_c * known.v_o * film.h_sky)
    _add(m, own + at.C_RA, known.a_r * known.v_o * film.h_air)
    _add(m, own + at.C_RR, known.a_r * known.v_o * film.h_sky)


@jit
def shared_sun(m, spaces):  # type: ignore[no-untyped-def]
    """Sun of both spaces on the shared elements, and what passes shared windows into the building."""
    own, beside, shared = spaces.own, spaces.beside.w, spaces.shared
    beam, diffuse, passed = get(m, beside + at.BEAM), get(m, beside + at.DIFFUSE), spread(0.0)
    for n in range(shared.count):
        e = shared.first + n * shared.stride
        put(m, e + at.SUN_O, get(m, e + at.SHARE_BO) * beam + get(m, e + at.SHARE_DO) * diffuse)
        passed = passed + get(m, e + at.AREA) * (get(m, e + at.PASS_B) * beam + get(m, e + at.PASS_D) * diffuse)
    solar = get(m, own.w + at.SOLAR)
    for n in range(own.count):
        e = own.first + n * own.stride
        more = get(m, e + at.SHARE_D) * passed
        put(m, e + at.SUN_I, get(m, e + at.SUN_I) + more)
        solar = solar + get(m, e + at.AREA) * more
    beam, diffuse = get(m, own.w + at.BEAM), get(m, own.w + at.DIFFUSE) + passed
    for n in range(shared.count):
        e = shared.first + n * shared.stride
        inner = get(m, e + at.SHARE_B) * beam + get(m, e + at.SHARE_D) * diffuse
        put(m, e + at.SUN_I, inner)
        solar = solar + get(m, e + at.AREA) * inner
    put(m, own.w + at.SOLAR, solar)


@jit
def coupled_balance(m, own, beside, outdoor, share):  # type: ignore[no-untyped-def]
    """The building's balance with the space beside eliminated."""
    p, q, r, air, radiant = with_air(m, beside, outdoor, share)
    over = 1.0 / (p * r - q * q)
    c_aa, c_ar, c_ra, c_rr = (get(m, own + at.C_AA), get(m, own + at.C_AR), get(m, own + at.C_RA),
                              get(m, own + at.C_RR))
    alone_a, alone_r = over * (r * air + q * radiant), over * (q * air + p * radiant)
    by_aa, by_ra = over * (r * c_aa + q * c_ar), over * (q * c_aa + p * c_ar)
    by_ar, by_rr = over * (r * c_ra + q * c_rr), over * (q * c_ra + p * c_rr)
    put(m, own + at.ALONE_A, alone_a)
    put(m, own + at.ALONE_R, alone_r)
    put(m, own + at.BY_AA, by_aa)
    put(m, own + at.BY_AR, by_ar)
    put(m, own + at.BY_RA, by_ra)
    put(m, own + at.BY_RR, by_rr)
    c, coupling, s_r, s_m, s_n = with_air(m, own, outdoor, share)
    return (c - (c_aa * by_aa + c_ar * by_ra), coupling + (c_aa * by_ar + c_ar * by_rr),
            s_r - (c_ra * by_ar + c_rr * by_rr), s_m + c_aa * alone_a + c_ar * alone_r,
            s_n + c_ra * alone_a + c_rr * alone_r)


@inlined
def follow(m, own, beside, share):  # type: ignore[no-untyped-def]
    """The space beside, once its building is known."""
    theta_a, theta_r = get(m, own + at.T_A), get(m, own + at.T_R)
    air = get(m, own + at.ALONE_A) + get(m, own + at.BY_AA) * theta_a + get(m, own + at.BY_AR) * theta_r
    radiant = get(m, own + at.ALONE_R) + get(m, own + at.BY_RA) * theta_a + get(m, own + at.BY_RR) * theta_r
    settle_air(m, beside, air, radiant)
    _add(m, beside + at.OUT_A, share * air)


@jit
def shared_after(m, ranks, spaces):  # type: ignore[no-untyped-def]
    """The shared elements after a step, and what left the building through them."""
    own, beside, shared = spaces.own.w, spaces.beside.w, spaces.shared
    for n in range(shared.count):
        e = shared.first + n * shared.stride
        given = get(m, e + at.H_AIR) * get(m, beside + at.T_A) + get(m, e + at.H_SKY) * get(m, beside + at.T_R)
        t_i = (get(m, e + at.U) + get(m, e + at.V_C) * get(m, own + at.T_A)
               + get(m, e + at.V_R) * get(m, own + at.T_R) + get(m, e + at.V_O) * given)
        t_o = get(m, e + at.D) * (get(m, e + at.OUTSIDE) + given + get(m, e + at.F_AIO) * t_i)
        _add(m, e + at.LOST, get(m, own + at.SHARE) * (get(m, e + at.H_O) * t_o - given - get(m, e + at.SUN_O)))
        move_on(m, ranks, shared.rank + n, e, t_o, t_i)
