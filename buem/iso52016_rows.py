"""Rows of the workspaces of the compiled node model, `L` values each: one for every building of a block."""

from __future__ import annotations

from typing import Final

from buem.compiled import LANES

L: Final = LANES
(AREA, AOO, AIO, AII, GAPR, GAPG, B, TO_SKY, TO_REST, IN_WARM, IN_COLD, IN_QUARTER, OUT_WARM, OUT_COLD,
 ROUGH, WINDWARD, LEEWARD, STAR, FIXED_IN, FIXED_OUT, SHARE_B, SHARE_D, ALPHA_O, ALPHA_I, ABS_D, TAU_D,
 EAST, NORTH, UP, ISO, HOR, GND) = range(0, 32 * L, L)
ABS, TAU, SHADE = 32 * L, 37 * L, 42 * L
(T_O, T_I, H_CI, H_RI, H_AIR, H_SKY, H_O, D, V, V_O, F_AIO, BY_AIR, BY_SKY, BY_ZONE, A_C, A_R,
 V_C, V_R, SUN_O, SUN_I, MEM_O, MEM_I, OUTSIDE, GIVEN, U, LOST, ELEMENT) = range(48 * L, 75 * L, L)
#: Rows of a mode: its columns and its state.
MODE_ROWS: Final = 7
(INFIL, FLOW, RECOVERY, BYPASS, AIRN, NSTART, NEND, NMIN, FMIN, FDIFF, BRIDGE, CAIR, CONV, FLOOR, PHEAT,
 PCOOL, WEIGHT_A, FIRST, COUNT) = range(0, 19 * L, L)
SUM = 19 * L
(T_A, T_R, LOW, HIGH, INT, USE, FREE, RAMP_LOW, RAMP_HIGH, HVE, WEIGHT, S_C, S_Q, S_R, S_M, S_N,
 BEAM, DIFFUSE, SOLAR, HEAT, COOL, HELD, OUT_A, OUT_R, VENT, BRIDGED, OPEN, CAPACITY, DONE, SHARE,
 BLOCK) = range(33 * L, 64 * L, L)
