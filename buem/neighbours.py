"""What stands around a building: shared walls and the horizon."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from buem.profiles import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Neighbours:
    """What stands around one building."""

    #: Walls of its cleaned outline; the rows of `party` count them.
    walls: int
    #: Shared pieces of walls: index of the wall; length [m]; from where to where above one's own ground the
    #: neighbour reaches, top first [m]. Shape (pieces, 4).
    party: FloatArray = field(default_factory=lambda: np.empty((0, 4)))
    #: Buildings it shares a wall with. [-]
    attached: int = 0
    #: As `Building.horizon` has it. [°]
    horizon: tuple[float, ...] = ()
    horizon_roof: tuple[float, ...] = ()
    notes: tuple[str, ...] = ()
