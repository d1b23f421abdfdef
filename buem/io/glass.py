"""The glass of a window where more of it is known than g."""

from __future__ import annotations

import math
from typing import Any, Final

from buem.building import MOST_PANES, Glass
from buem.io import units
from buem.io.element_parts import read_angles
from buem.io.fields import Findings, Record, Words, foreign, is_number, member, number

_GLASS: Final = frozenset(("transmittance", "absorptances", "transmittance_angular", "absorptance_angular"))


def read_glass(record: Record, path: str, found: Findings) -> Glass | None:
    """Optical data of the glass of a window, if it has any.

    Parameters
    ----------
    record : dict
        The element.
    path : str
        Its path.
    found : Findings
        Takes problems.

    Returns
    -------
    Glass or None
        None too where it was refused. [-]
    """
    block = member(record, "glass", path, found)
    if block is None:
        return None
    here = f"{path}.glass"
    foreign(block, _GLASS, here, found, strict=True)
    passed = number(block, "transmittance", units.TRANSMITTANCE, here, found)
    if passed is None and block.get("transmittance") is None:
        found.add(f"{here}.transmittance", None, units.TRANSMITTANCE.expected, "MISSING_VALUE")
    taken = _absorptances(block.get("absorptances"), f"{here}.absorptances", found)
    beam = read_angles(block, here, found, "transmittance_angular", ("transmittance", 1.0))
    heat = read_angles(block, here, found, "absorptance_angular", ("absorptances", 2.0))
    if passed is None or taken is None:
        return None
    if passed + math.fsum(taken) > 1.0:
        found.add(here, Words(f"{passed:g} passing, {math.fsum(taken):g} absorbed"), "1 at most in all", "OUT_OF_RANGE")
        return None
    return Glass(transmittance=passed, absorptances=taken, transmittance_angular=beam, absorptance_angular=heat)


def _absorptances(raw: Any, path: str, found: Findings) -> tuple[float, ...] | None:
    wanted = f"1 to {MOST_PANES} numbers of 0 to 1, one a pane, from outside to inside"
    if not isinstance(raw, list) or not 1 <= len(raw) <= MOST_PANES:
        value = Words(f"{len(raw)} values") if isinstance(raw, list) else raw
        found.add(path, value, wanted, "MISSING_VALUE" if raw is None else "WRONG_TYPE")
        return None
    for i, value in enumerate(raw):
        if not is_number(value) or not 0.0 <= value <= 1.0:
            found.add(f"{path}[{i}]", value, wanted, "OUT_OF_RANGE" if is_number(value) else "WRONG_TYPE")
            return None
    return tuple(float(value) for value in raw)
