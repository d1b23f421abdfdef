"""A step of the compiled node model: the elements' sources, the load in closed form, and the elements after it."""

from __future__ import annotations

from buem import iso52016_rows as at
from buem.compiled import inlined, jit
from buem.iso52016 import Wanted, Zone, ideal_load
from buem.iso52016_faces import acting, detailed, keep, kept, known_of
from buem.lanes import get, put, spread
from buem.layers import GAIN

#: Where the elements of a rank have capacity beside their modes: nowhere, at the inner face, at both.
MASSLESS, INNER, BOTH = range(3)


@inlined
def source(m, ranks, k, e, known, around):  # type: ignore[no-untyped-def]
    """Inner face of an element with air and radiant node at 0 °C."""
    given = known.by_air * around.outdoor + known.by_sky * around.sky + get(m, e + at.SUN_O)
    if ranks[k, at.BEHIND] != 0:
        given = given + known.by_zone * around.theta_a
    outside = given + get(m, e + at.MEM_O)
    u = known.v * (get(m, e + at.SUN_I) + get(m, e + at.MEM_I)) + known.v_o * outside
    put(m, e + at.GIVEN, given)
    put(m, e + at.OUTSIDE, outside)
    put(m, e + at.U, u)
    return u


@jit
def fixed_sources(m, ranks, space, around):  # type: ignore[no-untyped-def]
    """What the elements give to air and radiant node with both at 0 °C, under films that are known."""
    s_m, s_n = spread(0.0), spread(0.0)
    for n in range(space.count):
        e = space.first + n * space.stride
        known = kept(m, e)
        u = source(m, ranks, space.rank + n, e, known, around)
        s_m = s_m + known.a_c * u
        s_n = s_n + known.a_r * u
    put(m, space.w + at.S_M, s_m)
    put(m, space.w + at.S_N, s_n)
    put(m, space.w + at.S_C, get(m, space.w + at.F_C))
    put(m, space.w + at.S_Q, get(m, space.w + at.F_Q))
    put(m, space.w + at.S_R, get(m, space.w + at.F_R))


@jit
def detailed_sources(m, ranks, space, around):  # type: ignore[no-untyped-def]
    """Films of the elements, the sums of the space, and what they give to air and radiant node."""
    s_m, s_n, s_c, s_q, s_r = spread(0.0), spread(0.0), spread(0.0), spread(0.0), spread(0.0)
    for n in range(space.count):
        e, k = space.first + n * space.stride, space.rank + n
        film, factor = detailed(m, e, acting(ranks, k), around)
        known = known_of(m, e, film, factor)
        keep(m, e, known)
        u = source(m, ranks, k, e, known, around)
        s_m = s_m + known.a_c * u
        s_n = s_n + known.a_r * u
        s_c = s_c + (known.a_c - known.a_c * film.h_ci * known.v)
        s_q = s_q + known.a_c * film.h_ri * known.v
        s_r = s_r + (known.a_r - known.a_r * film.h_ri * known.v)
    put(m, space.w + at.S_M, s_m)
    put(m, space.w + at.S_N, s_n)
    put(m, space.w + at.S_C, s_c)
    put(m, space.w + at.S_Q, s_q)
    put(m, space.w + at.S_R, s_r)


@inlined
def with_air(m, w, outdoor, share):  # type: ignore[no-untyped-def]
    """The balance of a space with its air, bridges and gains: c, q, r, and what flows to air and radiant node."""
    out = get(m, w + at.HVE) + get(m, w + at.BRIDGE)
    capacity = get(m, w + at.CAIR) * (1.0 / (3600.0 * share))
    internal = get(m, w + at.INT)
    part = get(m, w + at.CONV) * internal
    c = get(m, w + at.S_C) + out + GAIN[0] * capacity
    held = -GAIN[1] * get(m, w + at.T_A) - GAIN[2] * get(m, w + at.P_A)
    air = get(m, w + at.S_M) + out * outdoor + capacity * held + part
    return c, get(m, w + at.S_Q), get(m, w + at.S_R), air, get(m, w + at.S_N) + (internal - part)


@inlined
def close(m, w, balance, outdoor, step):  # type: ignore[no-untyped-def]
    """Air and radiant node of a building, with the ideal load; `step` is its share of the hour and where it lies."""
    share, within = step
    c, q, r, air, radiant = balance
    to_radiant = 1.0 / r
    wanted = Wanted(get(m, w + at.LOW) + within * get(m, w + at.RAMP_LOW),
                    get(m, w + at.HIGH) + within * get(m, w + at.RAMP_HIGH),
                    get(m, w + at.PHEAT), get(m, w + at.PCOOL), get(m, w + at.WEIGHT_A))
    load = ideal_load(Zone(to_radiant, q, c - q * q * to_radiant), air, radiant, wanted)
    settle_air(m, w, load.theta_a, load.theta_r)
    put(m, w + at.HEAT, get(m, w + at.HEAT) + share * load.heating)
    put(m, w + at.COOL, get(m, w + at.COOL) + share * load.cooling)
    put(m, w + at.HELD, get(m, w + at.HELD) + share * load.held)
    put(m, w + at.OUT_A, get(m, w + at.OUT_A) + share * load.theta_a)
    put(m, w + at.OUT_R, get(m, w + at.OUT_R) + share * load.theta_r)
    rise = share * (load.theta_a - outdoor)
    put(m, w + at.VENT, get(m, w + at.VENT) + get(m, w + at.HVE) * rise)
    put(m, w + at.BRIDGED, get(m, w + at.BRIDGED) + get(m, w + at.BRIDGE) * rise)


@inlined
def settle_air(m, w, theta_a, theta_r):  # type: ignore[no-untyped-def]
    """Air and radiant node after a step."""
    put(m, w + at.P_A, get(m, w + at.T_A))
    put(m, w + at.P_R, get(m, w + at.T_R))
    put(m, w + at.T_A, theta_a)
    put(m, w + at.T_R, theta_r)


@jit
def after(m, ranks, space):  # type: ignore[no-untyped-def]
    """The elements of a space after a step, and what left through their outer faces."""
    theta_a, theta_r = get(m, space.w + at.T_A), get(m, space.w + at.T_R)
    share = get(m, space.w + at.SHARE)
    for n in range(space.count):
        e = space.first + n * space.stride
        t_i = get(m, e + at.U) + get(m, e + at.V_C) * theta_a + get(m, e + at.V_R) * theta_r
        t_o = get(m, e + at.D) * (get(m, e + at.OUTSIDE) + get(m, e + at.F_AIO) * t_i)
        # What leaves an outer face is what its films give off less the sun it takes.
        put(m, e + at.LOST, get(m, e + at.LOST) + share * (get(m, e + at.H_O) * t_o - get(m, e + at.GIVEN)))
        move_on(m, ranks, space.rank + n, e, t_o, t_i)


@inlined
def move_on(m, ranks, k, e, t_o, t_i):  # type: ignore[no-untyped-def]
    """An element after a step: its modes, and what it will give to its faces in the next one."""
    # Term by term: what a rank lacks adds nothing, so a building's bits do not depend on its neighbours.
    memory_o, memory_i = spread(0.0), spread(0.0)
    if ranks[k, at.MASS] != MASSLESS:
        was = get(m, e + at.T_I)
        memory_i = memory_i + get(m, e + at.LAST_II) * t_i
        memory_i = memory_i + get(m, e + at.BEFORE_II) * was
    if ranks[k, at.MASS] == BOTH:
        was_o, was_i = get(m, e + at.T_O), get(m, e + at.T_I)
        last, before = get(m, e + at.LAST_IO), get(m, e + at.BEFORE_IO)
        memory_i = memory_i + last * t_o
        memory_i = memory_i + before * was_o
        memory_o = memory_o + last * t_i
        memory_o = memory_o + before * was_i
        memory_o = memory_o + get(m, e + at.LAST_OO) * t_o
        memory_o = memory_o + get(m, e + at.BEFORE_OO) * was_o
    for j in range(ranks[k, at.KEPT]):
        mode = e + at.MODES + j * at.MODE
        x = get(m, mode + at.DECAY) * get(m, mode + at.X) + get(m, mode + at.TO_O) * t_o + get(m, mode + at.TO_I) * t_i
        memory_o = memory_o + get(m, mode + at.FROM_O) * x
        memory_i = memory_i + get(m, mode + at.FROM_I) * x
        put(m, mode + at.X, x)
    put(m, e + at.MEM_O, memory_o)
    put(m, e + at.MEM_I, memory_i)
    put(m, e + at.P_O, get(m, e + at.T_O))
    put(m, e + at.P_I, get(m, e + at.T_I))
    put(m, e + at.T_O, t_o)
    put(m, e + at.T_I, t_i)
