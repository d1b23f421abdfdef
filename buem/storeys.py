"""Height and storeys of a building, from whichever of the two its source gives."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from buem.errors import Problem, problem
from buem.footprint import DEFAULT_LEVELS, Footprint, ShapeRules

#: Levels outside are taken as unknown. [-]
LEVELS_RANGE: Final = (0.5, 200.0)
#: A storey is no lower, from floor to floor: more levels than fit are not believed. [m]
LOWEST_STOREY: Final = 2.0


class Heights(NamedTuple):
    """How high a building is, and why."""

    #: From the ground to the eaves. [m]
    eaves: float
    #: As the source has them; NaN where it has none. [-]
    levels: float
    #: Fields that were filled in.
    filled: tuple[str, ...]
    notes: tuple[str, ...]


def height_of(footprint: Footprint, area: float, rules: ShapeRules) -> Heights | Problem:
    """Height to the eaves: as given, else from the levels, else from the use.

    Parameters
    ----------
    footprint : Footprint
        With height [m] and levels, or without.
    area : float
        Of the footprint. [m²]
    rules : ShapeRules
        Storey height and smallest height. [m]

    Returns
    -------
    Heights or Problem
        A problem for a height above the largest.
    """
    notes: list[str] = []
    height, levels = footprint.height, footprint.levels
    if height is not None and height > rules.height_max:
        return problem("height", height, f"a height of at most {rules.height_max:g} m", "OUT_OF_RANGE")
    if height is not None and not height >= rules.height_min:
        notes.append(f"height {height:g} m is below {rules.height_min:g} m and taken as unknown")
        height = None
    if levels is not None and not LEVELS_RANGE[0] <= levels <= LEVELS_RANGE[1]:
        notes.append(f"{levels:g} levels are taken as unknown")
        levels = None
    if height is not None:
        return Heights(float(height), math.nan if levels is None else float(levels), (), tuple(notes))
    if levels is not None:
        eaves = levels * rules.storey_height
        notes.append(f"height {eaves:g} m from {levels:g} levels of {rules.storey_height:g} m")
        return Heights(eaves, float(levels), ("height",), tuple(notes))
    return _assumed(footprint, area, rules, notes)


def _assumed(footprint: Footprint, area: float, rules: ShapeRules, notes: list[str]) -> Heights:
    """Where the source gives neither height nor levels."""
    if footprint.use in DEFAULT_LEVELS:
        levels, why = DEFAULT_LEVELS[footprint.use], f"use {footprint.use}"
    elif area < rules.small:
        levels, why = 1.0, f"less than {rules.small:g} m² of ground"
    else:
        levels, why = rules.levels, "a building without height and levels"
    eaves = levels * rules.storey_height
    notes.append(f"height {eaves:g} m assumed: {levels:g} levels of {rules.storey_height:g} m for {why}")
    return Heights(eaves, levels, ("height", "levels"), tuple(notes))


def storeys_of(levels: float, eaves: float, mean_height: float, rules: ShapeRules) -> tuple[float, str]:
    """Storeys that make up the floor area.

    Parameters
    ----------
    levels : float
        As the source has them, NaN for none. [-]
    eaves : float
        Height to the eaves. [m]
    mean_height : float
        Volume over footprint, the space under the roof included. [m]
    rules : ShapeRules
        Storey height. [m]

    Returns
    -------
    tuple of float and str
        Storeys, at least one where they follow from the height; and a note where the levels were not believed.
    """
    if levels * LOWEST_STOREY <= mean_height:
        return levels, ""
    if math.isnan(levels):
        return max(1.0, math.floor(eaves / rules.storey_height + 0.5)), ""
    storeys = max(1.0, math.floor(mean_height / rules.storey_height + 0.5))
    if storeys >= levels:
        return levels, ""
    return storeys, (f"{levels:g} levels do not fit into a mean height of {mean_height:.1f} m: {storeys:g} storeys of "
                     f"{rules.storey_height:g} m are taken")
