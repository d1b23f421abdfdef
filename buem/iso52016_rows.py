"""Rows of the workspaces of the compiled node model, `L` values each: one for every building of a block."""

from __future__ import annotations

from typing import Final

from buem.compiled import LANES
from buem.iso52016 import COLUMNS, SUMS, ZONE_ROWS

L: Final = LANES

# Of an element: its columns, then what it is in a step.
(AREA, AOO, AIO, AII, GAPR, GAPG, B, TO_SKY, TO_REST, IN_WARM, IN_COLD, IN_QUARTER, OUT_WARM, OUT_COLD,
 ROUGH, WINDWARD, LEEWARD, STAR, FIXED_IN, FIXED_OUT, SHARE_B, SHARE_D, ALPHA_O, ALPHA_I, ABS_D, TAU_D,
 EAST, NORTH, UP, ISO, HOR, GND) = range(0, 32 * L, L)
ABS, TAU, SHADE = 32 * L, 37 * L, 42 * L
HEIGHT, WIDTH, FIN_L, FIN_R, FACTOR, IRRADIANCE, TEMP_MIN, ROOF = (
    COLUMNS.index(name) * L for name in ("height", "width", "fin_left", "fin_right", "factor", "irradiance", "temp_min",
                                         "roof"))
H_GROUND, G_MEAN, G_COS, G_SIN, SHARE_BO, SHARE_DO, PASS_B, PASS_D = (
    COLUMNS.index(name) * L for name in ("h_ground", "ground_mean", "ground_cos", "ground_sin", "share_beam_outer",
                                         "share_diffuse_outer", "pass_beam", "pass_diffuse"))
GIVEN_IN, GIVEN_OUT = COLUMNS.index("given_in") * L, COLUMNS.index("given_out") * L
_STATE: Final = len(COLUMNS) * L
(T_O, T_I, H_CI, H_RI, H_AIR, H_SKY, H_O, D, V, V_O, F_AIO, BY_AIR, BY_SKY, BY_ZONE, A_C, A_R,
 V_C, V_R, SUN_O, SUN_I, MEM_O, MEM_I, OUTSIDE, GIVEN, U, LOST) = range(_STATE, _STATE + 26 * L, L)
ELEMENT: Final = _STATE + 26 * L

#: Rows of a mode: its columns and its state.
MODE_ROWS: Final = 7

# Of a space: its rows, its sums, then what it is in an hour.
(INFIL, FLOW, RECOVERY, BYPASS, AIRN, NSTART, NEND, NMIN, FMIN, FDIFF, BRIDGE, CAIR, CONV, FLOOR, PHEAT, PCOOL,
 WEIGHT_A, FIRST, COUNT) = range(0, 19 * L, L)
SUM: Final = len(ZONE_ROWS) * L
_HOUR: Final = SUM + SUMS * L
#: Means of an hour, from HEAT to BRIDGED.
(HEAT, COOL, HELD, OUT_A, OUT_R, VENT, BRIDGED) = range(_HOUR, _HOUR + 7 * L, L)
# The balance of air and radiant node, and the same with the space beside eliminated; then the space beside with the
# building at 0 °C and by each kelvin of the building's air and radiant node; light through shared windows.
(T_A, T_R, LOW, HIGH, INT, USE, FREE, RAMP_LOW, RAMP_HIGH, GROUND, HVE, WEIGHT, SHARE, BEAM, DIFFUSE, SOLAR, OPEN,
 CAPACITY, DONE, S_C, S_Q, S_R, S_M, S_N, E_C, E_Q, E_R, C_AA, C_AR, C_RA, C_RR, ALONE_A, ALONE_R, BY_AA, BY_AR, BY_RA,
 BY_RR, PASSED) = range(_HOUR + 7 * L, _HOUR + 45 * L, L)
BLOCK: Final = _HOUR + 45 * L
