"""A building and the space beside it, compiled: their shared elements, and both balances of a step at once.

The balances of the two airs and radiant nodes are linear and symmetric. The space beside is eliminated, which leaves
the building's balance with other sums and sources, closed as without it; the space then follows from the building.
"""

from __future__ import annotations

from buem import iso52016_rows as at
from buem.compiled import LANES, jit
from buem.iso52016 import CUBE_INSIDE, Thermal, detailed_film, gap_factor
from buem.iso52016_faces import eliminate, fixed
from buem.iso52016_step import move_on, remember


@jit
def shared_faces(own, beside, elements, count, detailed):  # type: ignore[no-untyped-def]
    """Films and elimination of the shared elements; the sums of both spaces, and what couples them."""
    for row in range(at.C_AA, at.ALONE_A):
        own[row] = 0.0
    for n in range(count):
        e = elements[n]
        if detailed:
            _detailed(own, beside, e)
        else:
            fixed(e)
            for lane in range(LANES):
                e[at.H_SKY + lane] = e[at.TO_SKY + lane] * CUBE_INSIDE
        eliminate(own, e)
        for lane in range(LANES):
            h_air, h_sky, through = e[at.H_AIR + lane], e[at.H_SKY + lane], e[at.V_O + lane]
            a_c, a_r = e[at.AREA + lane] * h_air, e[at.AREA + lane] * h_sky
            # 1 / (h_o + a_oo - a_io² / (h_i + a_ii)), from what is known.
            v = e[at.D + lane] * (1.0 + e[at.F_AIO + lane] * through)
            beside[at.S_C + lane] += a_c - a_c * h_air * v
            beside[at.S_Q + lane] += a_c * h_sky * v
            beside[at.S_R + lane] += a_r - a_r * h_sky * v
            own[at.C_AA + lane] += e[at.A_C + lane] * through * h_air
            own[at.C_AR + lane] += e[at.A_C + lane] * through * h_sky
            own[at.C_RA + lane] += e[at.A_R + lane] * through * h_air
            own[at.C_RR + lane] += e[at.A_R + lane] * through * h_sky


@jit
def _detailed(own, beside, e):  # type: ignore[no-untyped-def]
    # At the outer face, the air and the radiant node of the space stand for the outdoor air and the sky.
    for lane in range(LANES):
        theta_o, theta_i = e[at.T_O + lane], e[at.T_I + lane]
        now = Thermal(theta_o, theta_i, own[at.T_A + lane], own[at.T_R + lane], beside[at.T_A + lane],
                      beside[at.T_R + lane])
        film = detailed_film(now, 0.0, (
            e[at.TO_SKY + lane], 0.0, e[at.IN_WARM + lane], e[at.IN_COLD + lane], e[at.IN_QUARTER + lane],
            e[at.OUT_WARM + lane], e[at.OUT_COLD + lane], e[at.ROUGH + lane], e[at.STAR + lane],
            e[at.GIVEN_IN + lane], e[at.GIVEN_OUT + lane]))
        e[at.H_CI + lane], e[at.H_RI + lane], e[at.H_AIR + lane], e[at.H_SKY + lane] = film
        e[at.F_AIO + lane] = gap_factor(0.5 * (theta_o + theta_i), e[at.GAPR + lane], e[at.GAPG + lane])


@jit
def shared_sun(own, beside, elements, count, between, shared):  # type: ignore[no-untyped-def]
    """Sun of both spaces on the shared elements, and what passes shared windows into the building."""
    passed = own[at.PASSED:at.PASSED + LANES]
    passed[:] = 0.0
    for n in range(shared):
        e = between[n]
        for lane in range(LANES):
            beam, diffuse = beside[at.BEAM + lane], beside[at.DIFFUSE + lane]
            e[at.SUN_O + lane] = e[at.SHARE_BO + lane] * beam + e[at.SHARE_DO + lane] * diffuse
            passed[lane] += e[at.AREA + lane] * (e[at.PASS_B + lane] * beam + e[at.PASS_D + lane] * diffuse)
    for n in range(count):
        e = elements[n]
        for lane in range(LANES):
            more = e[at.SHARE_D + lane] * passed[lane]
            e[at.SUN_I + lane] += more
            own[at.SOLAR + lane] += e[at.AREA + lane] * more
    for n in range(shared):
        e = between[n]
        for lane in range(LANES):
            e[at.SUN_I + lane] = (e[at.SHARE_B + lane] * own[at.BEAM + lane]
                                  + e[at.SHARE_D + lane] * (own[at.DIFFUSE + lane] + passed[lane]))
            own[at.SOLAR + lane] += e[at.AREA + lane] * e[at.SUN_I + lane]


@jit
def shared_sources(own, beside, elements, memory, kept, count):  # type: ignore[no-untyped-def]
    """Sources of the shared elements to both spaces, with both airs and radiant nodes at 0 °C."""
    for n in range(count):
        e = elements[n]
        remember(e, memory[n], kept[n])
        for lane in range(LANES):
            outside = e[at.SUN_O + lane] + e[at.MEM_O + lane]
            u = e[at.V + lane] * e[at.MEM_I + lane] + e[at.V_O + lane] * outside
            outer = e[at.D + lane] * (outside + e[at.F_AIO + lane] * u)
            e[at.OUTSIDE + lane], e[at.U + lane] = outside, u
            own[at.S_M + lane] += e[at.A_C + lane] * u
            own[at.S_N + lane] += e[at.A_R + lane] * u
            beside[at.S_M + lane] += e[at.AREA + lane] * e[at.H_AIR + lane] * outer
            beside[at.S_N + lane] += e[at.AREA + lane] * e[at.H_SKY + lane] * outer


@jit
def couple(own, beside, outdoor, share):  # type: ignore[no-untyped-def]
    """Eliminate the space beside: what it adds to the sums and the sources of its building."""
    for lane in range(LANES):
        out = beside[at.HVE + lane]
        held = beside[at.CAIR + lane] / (3600.0 * share)
        p, q, r = beside[at.S_C + lane] + out + held, beside[at.S_Q + lane], beside[at.S_R + lane]
        part = beside[at.CONV + lane] * beside[at.INT + lane]
        air = beside[at.S_M + lane] + out * outdoor + held * beside[at.T_A + lane] + part
        radiant = beside[at.S_N + lane] + beside[at.INT + lane] - part
        over = 1.0 / (p * r - q * q)
        c_aa, c_ar, c_ra, c_rr = own[at.C_AA + lane], own[at.C_AR + lane], own[at.C_RA + lane], own[at.C_RR + lane]
        alone_a, alone_r = over * (r * air + q * radiant), over * (q * air + p * radiant)
        by_aa, by_ra = over * (r * c_aa + q * c_ar), over * (q * c_aa + p * c_ar)
        by_ar, by_rr = over * (r * c_ra + q * c_rr), over * (q * c_ra + p * c_rr)
        own[at.ALONE_A + lane], own[at.ALONE_R + lane] = alone_a, alone_r
        own[at.BY_AA + lane], own[at.BY_AR + lane] = by_aa, by_ar
        own[at.BY_RA + lane], own[at.BY_RR + lane] = by_ra, by_rr
        own[at.S_M + lane] += c_aa * alone_a + c_ar * alone_r
        own[at.S_N + lane] += c_ra * alone_a + c_rr * alone_r
        own[at.E_C + lane] = own[at.S_C + lane] - (c_aa * by_aa + c_ar * by_ra)
        own[at.E_Q + lane] = own[at.S_Q + lane] + (c_aa * by_ar + c_ar * by_rr)
        own[at.E_R + lane] = own[at.S_R + lane] - (c_ra * by_ar + c_rr * by_rr)


@jit
def follow(own, beside, share):  # type: ignore[no-untyped-def]
    """The space beside, once its building is known."""
    for lane in range(LANES):
        theta_a, theta_r = own[at.T_A + lane], own[at.T_R + lane]
        beside[at.T_A + lane] = own[at.ALONE_A + lane] + own[at.BY_AA + lane] * theta_a + own[at.BY_AR + lane] * theta_r
        beside[at.T_R + lane] = own[at.ALONE_R + lane] + own[at.BY_RA + lane] * theta_a + own[at.BY_RR + lane] * theta_r
        beside[at.OUT_A + lane] += share * beside[at.T_A + lane]


@jit
def shared_after(own, beside, elements, memory, kept, count):  # type: ignore[no-untyped-def]
    """The shared elements after a step, and what left the building through them."""
    for n in range(count):
        e = elements[n]
        for lane in range(LANES):
            given = e[at.H_AIR + lane] * beside[at.T_A + lane] + e[at.H_SKY + lane] * beside[at.T_R + lane]
            t_i = (e[at.U + lane] + e[at.V_C + lane] * own[at.T_A + lane] + e[at.V_R + lane] * own[at.T_R + lane]
                   + e[at.V_O + lane] * given)
            t_o = e[at.D + lane] * (e[at.OUTSIDE + lane] + given + e[at.F_AIO + lane] * t_i)
            e[at.T_O + lane], e[at.T_I + lane] = t_o, t_i
            e[at.LOST + lane] += own[at.SHARE + lane] * (e[at.H_O + lane] * t_o - given - e[at.SUN_O + lane])
        move_on(e, memory[n], kept[n])
