"""The elements of a building from its shape and its archetype: walls with their windows and doors, and the roof."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from buem.archetype import Archetype
from buem.building import Surface, Window
from buem.footprint import Shape, WallPart

FACING_DOWN: Final = 180.0
#: Walls whose azimuths differ by less are one facade. [°]
SPREAD: Final = 7.5
#: Smaller facades are part of the largest. [m²]
SLIVER: Final = 0.1
#: Most of a wall that windows and doors may take. [-]
MOST_OPEN: Final = 0.9
#: Flatter roofs count as flat. [°]
NEARLY_FLAT: Final = 1.0


class Facade(NamedTuple):
    """All free walls that face one way."""

    #: Clockwise from north. [°]
    azimuth: float
    #: With its openings. [m²]
    area: float
    #: Windows and doors in it. [m²]
    windows: float
    doors: float


def facades(shape: Shape, archetype: Archetype, latitude: float) -> list[Facade]:
    """The free walls of a shape by where they face, with the openings of an archetype.

    The archetype sets the share of windows in all free walls together, and how they are spread over the sides; south
    of the equator its south is north. All doors are in the largest facade.

    Parameters
    ----------
    shape : Shape
        With its walls. [m²], [°]
    archetype : Archetype
        With its windows and doors. [m²]
    latitude : float
        Where the building stands. [°]

    Returns
    -------
    list of Facade
        The largest first. [m²]
    """
    groups = merge_walls(shape.walls)
    total = sum(area for _, area in groups)
    if total <= 0.0:
        return []
    weights = [archetype.window_weight(azimuth if latitude >= 0.0 else 180.0 - azimuth) for azimuth, _ in groups]
    ratio = archetype.window_ratio if archetype.window_ratio == archetype.window_ratio else 0.0
    mean = sum(weight * area for weight, (_, area) in zip(weights, groups)) / total
    scale = ratio / mean if mean > 0.0 else 0.0
    doors = archetype.door_ratio * total
    found: list[Facade] = []
    for (azimuth, area), weight in zip(groups, weights):
        windows = min(scale * weight, MOST_OPEN) * area
        # What does not fit beside the windows would leave a wall of less than nothing.
        door = min(doors, max(0.0, MOST_OPEN * area - windows)) if not found else 0.0
        found.append(Facade(azimuth, area, windows, door))
    return found


def merge_walls(walls: Sequence[WallPart]) -> list[tuple[float, float]]:
    """Free walls that face the same way taken together.

    A wall joins the largest group within `SPREAD` of it, so that turning the building turns the groups.

    Parameters
    ----------
    walls : sequence of WallPart
        With azimuth [°] and free area [m²].

    Returns
    -------
    list of (float, float)
        Azimuth, mean by area [°], and area [m²]; the largest first.
    """
    groups: list[list[float]] = []
    for wall in sorted((w for w in walls if w.area_free > 0.0), key=lambda w: -w.area_free):
        for group in groups:
            away = (wall.azimuth - group[0] + 180.0) % 360.0 - 180.0
            if abs(away) < SPREAD:
                group[2] += away * wall.area_free
                group[1] += wall.area_free
                break
        else:
            groups.append([wall.azimuth, wall.area_free, 0.0])
    # A hair below north is 360 after the first remainder.
    merged = [((azimuth + moment / area) % 360.0 % 360.0, area) for azimuth, area, moment in groups]
    merged.sort(key=lambda pair: -pair[1])
    # What the roundings of two outlines leave of a shared wall is no facade; its area stays in the largest.
    rest = sum(area for _, area in merged[1:] if area < SLIVER)
    return [(azimuth, area + (rest if k == 0 else 0.0))
            for k, (azimuth, area) in enumerate(merged) if k == 0 or area >= SLIVER]


def wall_elements(sides: Sequence[Facade], archetype: Archetype) -> tuple[list[Surface], list[Window]]:
    """Walls, doors and windows of the facades.

    Parameters
    ----------
    sides : sequence of Facade
        From `facades`.
    archetype : Archetype
        With their U-values and the glass.

    Returns
    -------
    surfaces : list of Surface
        Walls net of their openings, then the door.
    windows : list of Window
    """
    wall, door, pane = archetype.wall, archetype.door, archetype.window
    surfaces = [
        Surface(id=f"wall {k}", kind="wall", area=side.area - side.windows - side.doors, u_value=wall.u_value,
                azimuth=side.azimuth, b_transmission=wall.b_transmission)
        for k, side in enumerate(sides, 1)
    ]
    surfaces += [Surface(id="door", kind="door", area=side.doors, u_value=door.u_value, azimuth=side.azimuth)
                 for side in sides if side.doors > 0.0]
    windows = [
        Window(id=f"window {k}", area=side.windows, u_value=pane.u_value, g_value=archetype.g_value,
               azimuth=side.azimuth, frame_fraction=archetype.frame_fraction)
        for k, side in enumerate(sides, 1) if side.windows > 0.0
    ]
    return surfaces, windows


def roof_surfaces(shape: Shape, archetype: Archetype) -> list[Surface]:
    """The roof: its planes, or the ceiling under an attic that is not heated.

    Parameters
    ----------
    shape : Shape
        With its roof. [m²], [°]
    archetype : Archetype
        With the roof's U-value and form.

    Returns
    -------
    list of Surface
    """
    roof = archetype.roof
    if archetype.roof_type == "UC" and any(plane.tilt > NEARLY_FLAT for plane in shape.roofs):
        return [Surface(id="ceiling", kind="roof", area=shape.footprint_area, u_value=roof.u_value, tilt=0.0,
                        b_transmission=roof.b_transmission, boundary="unheated")]
    return [Surface(id=f"roof {k}", kind="roof", area=plane.area, u_value=roof.u_value, azimuth=plane.azimuth,
                    tilt=plane.tilt, b_transmission=roof.b_transmission)
            for k, plane in enumerate(shape.roofs, 1)]
