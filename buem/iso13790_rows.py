"""Rows of the workspace of a block of the compiled 5R1C, `L` values each: one for every building."""

from __future__ import annotations

from typing import Final

from buem.compiled import LANES

# Rows of the workspace of a block, after those of `Zones`, `Coefficients` and the sums.
L: Final = LANES
#: Columns of `Sunlit.table`.
PLANE: Final = 17
#: Hours that are kept before they are written, a divisor of the year: one building's hours lie far from another's.
TILE: Final = 60
(HVE, NIGHT, NSTART, NEND, NMIN, CONV, MASS, SURF, SKY, AREA, PHEAT, PCOOL, FIRST, COUNT,
 ISO, HOR, GND) = range(6 * L, 23 * L, L)
K = 23 * L
SUM = 34 * L
(THETA, AIR, SUN, INT, LOW, HIGH, WEIGHT, OUT_H, OUT_C, OUT_A, OUT_S, WORK) = range(49 * L, 61 * L, L)
