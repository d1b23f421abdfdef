"""A step of the compiled node model: the elements' sources, the load in closed form, and the elements after it."""

from __future__ import annotations

from typing import Final

from buem import iso52016_rows as at
from buem.compiled import LANES, jit
from buem.iso52016 import Wanted, Zone, ideal_load
from buem.iso52016_rows import L

#: Modes of a rank of elements that remember no more than their inner faces.
PLAIN: Final = 0


@jit
def remember(e, m, kept):  # type: ignore[no-untyped-def]
    """What the modes of an element give to its faces, and the sun at the inner one."""
    if kept == PLAIN:
        mode = m[0]
        for lane in range(LANES):
            e[at.MEM_O + lane] = 0.0
            e[at.MEM_I + lane] = e[at.SUN_I + lane] + mode[4 * L + lane] * e[at.T_I + lane]
        return
    mode = m[0]
    for lane in range(LANES):
        e[at.MEM_O + lane] = mode[3 * L + lane] * mode[6 * L + lane]
        e[at.MEM_I + lane] = e[at.SUN_I + lane] + mode[4 * L + lane] * mode[6 * L + lane]
    for k in range(1, kept):
        mode = m[k]
        for lane in range(LANES):
            e[at.MEM_O + lane] += mode[3 * L + lane] * mode[6 * L + lane]
            e[at.MEM_I + lane] += mode[4 * L + lane] * mode[6 * L + lane]


@jit
def sources(w, elements, memory, kept, count, outdoor, sky):  # type: ignore[no-untyped-def]
    """What the elements give to air and radiant node with both at 0 °C."""
    for lane in range(LANES):
        w[at.S_M + lane] = 0.0
        w[at.S_N + lane] = 0.0
    for n in range(count):
        e = elements[n]
        if kept[n] == PLAIN:
            _plain_sources(w, e, memory[n, 0], outdoor, sky)
            continue
        remember(e, memory[n], kept[n])
        for lane in range(LANES):
            given = (e[at.BY_AIR + lane] * outdoor + e[at.BY_SKY + lane] * sky
                     + e[at.BY_ZONE + lane] * w[at.T_A + lane] + e[at.SUN_O + lane])
            outside = given + e[at.MEM_O + lane]
            u = e[at.V + lane] * e[at.MEM_I + lane] + e[at.V_O + lane] * outside
            e[at.OUTSIDE + lane], e[at.U + lane], e[at.GIVEN + lane] = outside, u, given
            w[at.S_M + lane] += e[at.A_C + lane] * u
            w[at.S_N + lane] += e[at.A_R + lane] * u


@jit
def _plain_sources(w, e, mode, outdoor, sky):  # type: ignore[no-untyped-def]
    # Rounded as in `sources` and `move_on`: a building's bits do not depend on its neighbours.
    for lane in range(LANES):
        given = (e[at.BY_AIR + lane] * outdoor + e[at.BY_SKY + lane] * sky + e[at.BY_ZONE + lane] * w[at.T_A + lane]
                 + e[at.SUN_O + lane])
        inside = e[at.SUN_I + lane] + mode[4 * L + lane] * e[at.T_I + lane]
        u = e[at.V + lane] * inside + e[at.V_O + lane] * given
        e[at.OUTSIDE + lane], e[at.U + lane], e[at.GIVEN + lane] = given, u, given
        w[at.S_M + lane] += e[at.A_C + lane] * u
        w[at.S_N + lane] += e[at.A_R + lane] * u


@jit
def close(w, outdoor, share, within):  # type: ignore[no-untyped-def]
    """Air and radiant node, with the ideal load."""
    for lane in range(LANES):
        out = w[at.HVE + lane] + w[at.BRIDGE + lane]
        held = w[at.CAIR + lane] / (3600.0 * share)
        internal = w[at.INT + lane]
        to_radiant, coupling = 1.0 / w[at.E_R + lane], w[at.E_Q + lane]
        zone = Zone(to_radiant, coupling, w[at.E_C + lane] + out + held - coupling * coupling * to_radiant)
        air = w[at.S_M + lane] + out * outdoor + held * w[at.T_A + lane] + w[at.CONV + lane] * internal
        wanted = Wanted(w[at.LOW + lane] + within * w[at.RAMP_LOW + lane],
                        w[at.HIGH + lane] + within * w[at.RAMP_HIGH + lane],
                        w[at.PHEAT + lane], w[at.PCOOL + lane], w[at.WEIGHT_A + lane])
        load = ideal_load(zone, air, w[at.S_N + lane] + (1.0 - w[at.CONV + lane]) * internal, wanted)
        w[at.T_A + lane], w[at.T_R + lane] = load.theta_a, load.theta_r
        w[at.HEAT + lane] += share * load.heating
        w[at.COOL + lane] += share * load.cooling
        w[at.HELD + lane] += share * load.held
        w[at.OUT_A + lane] += share * load.theta_a
        w[at.OUT_R + lane] += share * load.theta_r
        w[at.VENT + lane] += share * (w[at.HVE + lane] * (load.theta_a - outdoor))
        w[at.BRIDGED + lane] += share * (w[at.BRIDGE + lane] * (load.theta_a - outdoor))


@jit
def after(w, elements, memory, kept, count):  # type: ignore[no-untyped-def]
    """The elements of a space after a step, and what left through their outer faces."""
    for n in range(count):
        e = elements[n]
        for lane in range(LANES):
            t_i = e[at.U + lane] + e[at.V_C + lane] * w[at.T_A + lane] + e[at.V_R + lane] * w[at.T_R + lane]
            t_o = e[at.D + lane] * (e[at.OUTSIDE + lane] + e[at.F_AIO + lane] * t_i)
            e[at.T_O + lane], e[at.T_I + lane] = t_o, t_i
            # What leaves an outer face is what its films give off less the sun it takes.
            e[at.LOST + lane] += w[at.SHARE + lane] * (e[at.H_O + lane] * t_o - e[at.GIVEN + lane])
        move_on(e, memory[n], kept[n])


@jit
def move_on(e, m, kept):  # type: ignore[no-untyped-def]
    """The modes of an element after a step."""
    for k in range(kept):
        mode = m[k]
        for lane in range(LANES):
            mode[6 * L + lane] = (mode[lane] * mode[6 * L + lane] + mode[L + lane] * e[at.T_O + lane]
                                  + mode[2 * L + lane] * e[at.T_I + lane])
