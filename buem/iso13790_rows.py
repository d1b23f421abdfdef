"""Rows of the workspace of a block of the compiled 5R1C, `L` values each: one for every building."""

from __future__ import annotations

from typing import Final

from buem.compiled import LANES
from buem.iso13790_records import SUMS, Zones

L: Final = LANES
#: Columns of `Sunlit.table`.
PLANE: Final = 27
#: Row of what is lit of a plane, after those.
LIT: Final = PLANE * L
#: Hours that are kept before they are written, a divisor of the year: one building's hours lie far from another's.
TILE: Final = 60
#: Rows of `Zones`, of `Network` those before.
ZONES: Final = 6 + len(Zones._fields) - 1
(HVE, NIGHT, NSTART, NEND, NMIN, PUSE, RECOVERY, BYPASS, PFREE, FMIN, FDIFF, CONV, MASS, SURF, SMASS, SSURF, OUTER,
 SKYM, SKYS, GROUND, GMEAN, GCOS, GSIN, BESIDE, AREA, PHEAT, PCOOL, FIRST, COUNT, STEADY, MOVING, RADIANT, A_M, A_T,
 A_S, P_C, P_R, P_B, G_R, G_G, P_O, ISO, HOR, GND,
 ISO_O, HOR_O, GND_O) = range(
     6 * L, ZONES * L, L)
#: End of the conductances that follow the films: mass to surface, surface to air, glass.
FILMS: Final = 4 * L
K: Final = ZONES * L
SUM: Final = K + 11 * L
(THETA, AIR, SUN, OPAQUE, INT, LOW, HIGH, USE, FREE, WEIGHT, OUT_H, OUT_C, OUT_A, OUT_S, WORK) = range(
    SUM + SUMS * L, SUM + (SUMS + 15) * L, L)
