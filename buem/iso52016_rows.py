"""Rows of the workspace of the compiled node model, `L` values each: one for every building of a block.

The workspace is one flat array: the rows of the spaces, then those of one element after the other, its modes last. A
place in it is a number, so the loops hold no views of arrays, whose references would be counted.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from buem.iso52016 import SUMS, ZONE_ROWS
from buem.iso52016_columns import COLUMNS
from buem.lanes import WIDTH

L: Final = WIDTH

# Of an element: its columns, then what it is in a step.
(AREA, AOO, AIO, AII, GAPR, GAPG, B, TO_SKY, TO_REST, IN_WARM, IN_COLD, IN_QUARTER, OUT_WARM, OUT_COLD,
 ROUGH, WINDWARD, LEEWARD, STAR, FIXED_IN, FIXED_OUT, SHARE_B, SHARE_D, ALPHA_O, ALPHA_I, ABS_D, TAU_D,
 EAST, NORTH, UP, ISO, HOR, GND) = range(0, 32 * L, L)
ABS, TAU, SHADE = 32 * L, 37 * L, 42 * L
HEIGHT, WIDTH_OF, FIN_L, FIN_R, FACTOR, IRRADIANCE, TEMP_MIN, ROOF = (
    COLUMNS.index(name) * L for name in ("height", "width", "fin_left", "fin_right", "factor", "irradiance", "temp_min",
                                         "roof"))
H_GROUND, G_MEAN, G_COS, G_SIN, SHARE_BO, SHARE_DO, PASS_B, PASS_D = (
    COLUMNS.index(name) * L for name in ("h_ground", "ground_mean", "ground_cos", "ground_sin", "share_beam_outer",
                                         "share_diffuse_outer", "pass_beam", "pass_diffuse"))
GIVEN_IN, GIVEN_OUT = COLUMNS.index("given_in") * L, COLUMNS.index("given_out") * L
(LAST_OO, LAST_IO, LAST_II, LAST_HEAT_O, LAST_HEAT_I, BEFORE_OO, BEFORE_IO, BEFORE_II, BEFORE_HEAT_O,
 BEFORE_HEAT_I) = range(COLUMNS.index("last_oo") * L, (COLUMNS.index("last_oo") + 10) * L, L)
_STATE: Final = len(COLUMNS) * L
# Faces in the last step and in the one before; what the element gives to its faces; sun; what left; films and what
# follows from them; the sun on its way.
(T_O, T_I, P_O, P_I, MEM_O, MEM_I, SUN_O, SUN_I, LOST, U, OUTSIDE, GIVEN, H_O, D, V, V_O, F_AIO, V_C, V_R, A_C, A_R,
 BY_AIR, BY_SKY, BY_ZONE, H_AIR, H_SKY, FALLS_B, FALLS_D, MU, SHADOW) = range(_STATE, _STATE + 30 * L, L)
MODES: Final = _STATE + 30 * L

# Rows of a mode: its columns and its state.
DECAY, TO_O, TO_I, FROM_O, FROM_I, CONTENT, X = range(0, 7 * L, L)
MODE: Final = 7 * L

# Of a space: its rows, its sums, then what it is in an hour.
(INFIL, FLOW, RECOVERY, BYPASS, AIRN, NSTART, NEND, NMIN, FMIN, FDIFF, BRIDGE, CAIR, CONV, FLOOR, PHEAT, PCOOL,
 WEIGHT_A, FIRST, COUNT) = range(0, 19 * L, L)
SUM: Final = len(ZONE_ROWS) * L
_HOUR: Final = SUM + SUMS * L
#: Means of an hour, from HEAT to OUT_R.
(HEAT, COOL, HELD, OUT_A, OUT_R, VENT, BRIDGED) = range(_HOUR, _HOUR + 7 * L, L)
# The balance of air and radiant node, that of constant films; what couples it with the space beside; then that space
# with the building at 0 °C and by each kelvin of the building's air and radiant node; light through shared windows.
(T_A, T_R, P_A, P_R, LOW, HIGH, INT, USE, FREE, RAMP_LOW, RAMP_HIGH, GROUND, HVE, WEIGHT, SHARE, BEAM, DIFFUSE, SOLAR,
 OPEN, CAPACITY, DONE, S_C, S_Q, S_R, S_M, S_N, F_C, F_Q, F_R, C_AA, C_AR, C_RA, C_RR, ALONE_A, ALONE_R, BY_AA, BY_AR,
 BY_RA, BY_RR, PASSED) = range(_HOUR + 7 * L, _HOUR + 47 * L, L)
BLOCK: Final = _HOUR + 47 * L

# What is known of a rank of elements, the n-th of all buildings of a block: modes; what the sun does there; whether
# any lies on the ground, has convection of either kind inside or a prescribed one, has weather outside, has the zone
# behind; where mass is.
KEPT, LIT, BURIED, TURBULENT, LAMINAR, TOLD, OUTDOORS, BEHIND, MASS = range(9)
RANK: Final = 9


class Space(NamedTuple):
    """Where a space stands in the workspace."""

    w: Any  # its rows
    first: Any  # its first element
    stride: Any  # from an element to the next
    rank: Any  # row of its first rank of elements
    count: Any  # ranks of elements


class Spaces(NamedTuple):
    """A building's own elements, the space beside it with its own, and the elements that they share."""

    own: Space
    beside: Space
    shared: Space
    coupled: Any  # whether there is a space beside
