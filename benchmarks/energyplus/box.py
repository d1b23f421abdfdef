"""Where the elements of a box-shaped building lie in space. A `buem.Building` has areas and directions alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from buem.building import Building, Surface, Window

Point = tuple[float, float, float]

#: Elements within this angle of a facade's direction belong to it. [°]
TOLERANCE = 1.0
#: Stands for an overhang or a fin without end. [m]
LONG = 50.0
#: Height of a door, which has none of its own. [m]
DOOR_HEIGHT = 2.0


class TwinError(ValueError):
    """A building of which there is no twin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facade:
    """One of the four sides of a box."""

    azimuth: float
    #: Lower left corner seen from outside, direction to the right, outward normal; all horizontal. [m], [-], [-]
    corner: tuple[float, float]
    right: tuple[float, float]
    outward: tuple[float, float]
    length: float
    height: float

    def point(self, along: float, up: float, out: float = 0.0) -> Point:
        """Of a place on the facade, or before it. [m]"""
        return (self.corner[0] + along * self.right[0] + out * self.outward[0],
                self.corner[1] + along * self.right[1] + out * self.outward[1], up)

    def rectangle(self, left: float, right: float, low: float, high: float) -> list[Point]:
        """From its upper left corner, against the clock seen from outside."""
        return [self.point(left, high), self.point(left, low), self.point(right, low), self.point(right, high)]


class Opening(NamedTuple):
    """A window or a door in its facade; all but the shades in metres from the facade's lower left corner."""

    element: Window | Surface
    left: float
    right: float
    low: float
    high: float
    shades: list[list[Point]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A cuboid."""

    width: float
    depth: float
    height: float
    #: Of the first facade's azimuth. [°]
    turn: float
    #: Lower left corner of the first facade. [m]
    origin: tuple[float, float] = (0.0, 0.0)

    def facades(self) -> tuple[Facade, ...]:
        """Its sides, those that look to 180, 90, 0 and 270 degrees when `turn` is 180."""
        made, corner, azimuth = [], self.origin, self.turn
        for length in (self.width, self.depth, self.width, self.depth):
            angle = math.radians(azimuth)
            outward = (math.sin(angle), math.cos(angle))
            right = (-outward[1], outward[0])
            made.append(Facade(azimuth=azimuth % 360.0, corner=corner, right=right, outward=outward, length=length,
                               height=self.height))
            corner = (corner[0] + length * right[0], corner[1] + length * right[1])
            azimuth -= 90.0
        return tuple(made)

    def plate(self, height: float, *, up: bool) -> list[Point]:
        """The floor or the roof: against the clock seen from outside."""
        corners = [f.point(0.0, height) for f in self.facades()]
        return corners if up else corners[::-1]


def on(facade: Facade, elements: Sequence[Surface] | Sequence[Window]) -> list[Surface | Window]:
    """The upright elements that look where the facade looks."""
    return [e for e in elements if abs(e.tilt - 90.0) < TOLERANCE
            and abs((e.azimuth - facade.azimuth + 180.0) % 360.0 - 180.0) < TOLERANCE]


def box_of(building: Building) -> Box:
    """The cuboid whose walls, floor and height are those of a building.

    Parameters
    ----------
    building : Building
        With walls to four sides.

    Returns
    -------
    Box
        [m]

    Raises
    ------
    TwinError
        The areas are not those of a cuboid.
    """
    upright = [e for e in (*building.surfaces, *building.windows) if abs(e.tilt - 90.0) < TOLERANCE]
    azimuths = sorted({round(e.azimuth % 360.0, 6) for e in upright})
    if len(azimuths) != 4:
        raise TwinError(f"{building.id}: walls to {len(azimuths)} sides; expected 4")
    turn = min(azimuths, key=lambda a: abs(a - 180.0))
    height = building.room_height
    side = [sum(e.area for e in upright if abs((e.azimuth - turn - k * 90.0 + 180.0) % 360.0 - 180.0) < TOLERANCE)
            for k in range(4)]
    box = Box(width=side[0] / height, depth=side[1] / height, height=height, turn=turn)
    expected = (box.width * height, box.depth * height, box.width * height, box.depth * height, box.width * box.depth)
    found = (*side, sum(s.area for s in building.surfaces if s.kind == "floor"))
    for what, is_there, wanted in zip(("south", "west", "north", "east", "floor"), found, expected):
        if not math.isclose(is_there, wanted, rel_tol=1e-3):
            raise TwinError(f"{building.id}: {what} side {is_there:g} m²; a box has {wanted:g}")
    return box


def openings(facade: Facade, doors: Sequence[Surface], windows: Sequence[Window], sill: float) -> list[Opening]:
    """Windows and doors side by side, each in the middle of an equal share of the facade.

    Parameters
    ----------
    facade : Facade
        Where they are.
    doors, windows : sequence
        What is there.
    sill : float
        Above the floor; less where an opening would pass the top of the wall. [m]

    Returns
    -------
    list of Opening
        [m]
    """
    elements = [*windows, *doors]
    made = []
    for i, element in enumerate(elements):
        height = element.height if isinstance(element, Window) else min(DOOR_HEIGHT, facade.height - 0.1)
        height = math.sqrt(element.area) if height is None else height
        width, middle = element.area / height, (i + 0.5) * facade.length / len(elements)
        low = max(min(sill, facade.height - height - 0.01), 0.01)
        if width > facade.length / len(elements) or low + height >= facade.height:
            raise TwinError(f"{element.id}: {width:.2f} m by {height:.2f} m does not fit into its facade")
        left, right, high = middle - width / 2, middle + width / 2, low + height
        shades = _shades(facade, element, (left, right, low, high)) if isinstance(element, Window) else []
        made.append(Opening(element, left, right, low, high, shades))
    return made


def _shades(facade: Facade, window: Window, place: tuple[float, float, float, float]) -> list[list[Point]]:
    left, right, low, high = place
    made = []
    if window.overhang is not None:
        shade = window.overhang
        first, last, up = left - min(shade.left, LONG), right + min(shade.right, LONG), high + shade.gap
        made.append([facade.point(first, up, shade.depth), facade.point(first, up), facade.point(last, up),
                     facade.point(last, up, shade.depth)])
    if window.fins is not None:
        fins = window.fins
        bottom, top = low - min(fins.below, LONG), high + min(fins.above, LONG)
        for side, along in (("left", left - fins.gap), ("right", right + fins.gap)):
            if fins.sides in ("both", side):
                made.append([facade.point(along, top, fins.depth), facade.point(along, top),
                             facade.point(along, bottom), facade.point(along, bottom, fins.depth)])
    return made
