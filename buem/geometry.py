"""From footprints to closed bodies: walls, roofs, volume, floor area."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from buem.errors import BuildingError, OptionError, Problem, problem
from buem.footprint import Footprint, RoofPart, Shape, ShapeRules, WallPart
from buem.outline import CleanOutlines, IntArray, clean, following, ring_areas, sums
from buem.profiles import FloatArray
from buem.roofs import Roofs, raise_roofs, roof_of
from buem.storeys import Heights, height_of, storeys_of

if TYPE_CHECKING:
    from buem.neighbours import Neighbours

_RULES = ShapeRules()


class Bodies(NamedTuple):
    """Outlines with heights and roofs."""

    outlines: CleanOutlines
    #: Of the footprint, shape (buildings,). [m²]
    area: FloatArray
    #: A problem for a building without a usable height.
    heights: list[Heights | Problem]
    #: From the ground to the eaves, NaN for a refused building: shape (buildings,). [m]
    eaves: FloatArray
    roofs: Roofs
    #: What was filled in and noted about each roof.
    filled: list[tuple[str, ...]]
    notes: list[tuple[str, ...]]


class _Walls(NamedTuple):
    """All walls of all buildings, shape (points,)."""

    #: First wall of each building, and the end: shape (buildings + 1,).
    start: IntArray
    azimuth: FloatArray
    length: FloatArray
    area: FloatArray
    length_party: FloatArray
    area_party: FloatArray


def bodies_of(footprints: Sequence[Footprint], rules: ShapeRules = _RULES) -> Bodies:
    """Cleaned outlines with their heights and roofs.

    Parameters
    ----------
    footprints : sequence of Footprint
        In degrees and metres.
    rules : ShapeRules
        What is assumed where a source says nothing.

    Returns
    -------
    Bodies
        [m]
    """
    outlines = clean(footprints)
    area = sums(outlines.rings.owner, ring_areas(outlines.rings), len(footprints))
    heights = [height_of(f, a, rules) for f, a in zip(footprints, area.tolist())]
    eaves = np.array([h.eaves if isinstance(h, Heights) else np.nan for h in heights])
    known = [roof_of(f, rules) for f in footprints]
    roofs = raise_roofs(outlines.rings, len(footprints), [k[0] for k in known])
    return Bodies(outlines, area, heights, eaves, roofs, [k[1] for k in known], [k[2] for k in known])


def shape_of(footprints: Sequence[Footprint], around: Sequence[Neighbours] | None = None,
             rules: ShapeRules = _RULES) -> list[Shape | BuildingError]:
    """The closed body of each building.

    Outlines are cleaned first and everything is computed from the cleaned outline, so that the walls' vectors sum to
    zero, the roof covers the footprint and the volume is that below the roof.

    Parameters
    ----------
    footprints : sequence of Footprint
        In degrees and metres.
    around : sequence of Neighbours, optional
        What stands around each of them, from `neighbours.CleanOutlines.around`; None for free-standing buildings.
    rules : ShapeRules
        What is assumed where a source says nothing; the same as for the outlines of the neighbours.

    Returns
    -------
    list of Shape or BuildingError
        In the order of the footprints, in m, m² and m³, azimuths clockwise from north. [°]
    """
    if around is not None and len(around) != len(footprints):
        raise OptionError([problem("around", len(around), f"neighbours of {len(footprints)} footprints")])
    bodies = bodies_of(footprints, rules)
    walls = _walls(bodies, around)
    courtyards = np.bincount(bodies.outlines.rings.owner[bodies.outlines.rings.hole], minlength=len(footprints))
    planes = np.searchsorted(bodies.roofs.owner, np.arange(len(footprints) + 1))
    parts = _wall_parts(walls)
    roofs = [RoofPart(*row) for row in zip(bodies.roofs.azimuth.tolist(), bodies.roofs.tilt.tolist(),
                                           bodies.roofs.area.tolist())]
    shapes: list[Shape | BuildingError] = []
    for i, footprint in enumerate(footprints):
        shape = _shape(footprint, i, bodies, rules)
        if isinstance(shape, BuildingError):
            shapes.append(shape)
            continue
        own = tuple(parts[walls.start[i]:walls.start[i + 1]])
        near = around[i] if around is not None else None
        shapes.append(replace(
            shape, walls=own, roofs=tuple(roofs[planes[i]:planes[i + 1]]), courtyards=int(courtyards[i]),
            perimeter=sum(w.length - w.length_party for w in own), attached=near.attached if near else 0,
            horizon=near.horizon if near else (), horizon_roof=near.horizon_roof if near else (),
            notes=shape.notes + (near.notes if near else ())))
    return shapes


def _shape(footprint: Footprint, i: int, bodies: Bodies, rules: ShapeRules) -> Shape | BuildingError:
    """A building's sizes and notes, without its walls, its roof and its neighbours."""
    height, refused = bodies.heights[i], bodies.outlines.problems.get(i)
    if isinstance(height, Problem):
        return BuildingError([refused, height] if refused else [height])
    if refused:
        return BuildingError([refused])
    area = float(bodies.area[i])
    volume = float(height.eaves * area + bodies.roofs.volume[i])
    storeys, doubt = storeys_of(height.levels, height.eaves, volume / area, rules)
    filled = height.filled + bodies.filled[i]
    if storeys != height.levels and "levels" not in filled:
        filled += ("levels",)
    return Shape(
        id=footprint.id, footprint_area=area, height=height.eaves, roof_height=float(bodies.roofs.height[i]),
        storeys=storeys, volume=volume, perimeter=0.0, walls=(), roofs=(), floor_area_gross=storeys * area,
        filled=filled,
        notes=(*bodies.outlines.notes.get(i, ()), *height.notes, *bodies.notes[i], *((doubt,) if doubt else ())))


def edges(x: FloatArray, y: FloatArray, start: IntArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The edges of rings as vectors, each from a point to the next.

    Parameters
    ----------
    x, y : ndarray, shape (points,)
        [m]
    start : ndarray, shape (rings + 1,)
        First point of each ring, and the end.

    Returns
    -------
    tuple of ndarray, each of shape (points,)
        East, north and length. [m]
    """
    after = following(start)
    east, north = x[after] - x, y[after] - y
    return east, north, np.hypot(east, north)


def _walls(bodies: Bodies, around: Sequence[Neighbours] | None) -> _Walls:
    rings = bodies.outlines.rings
    east, north, length = edges(rings.x, rings.y, rings.start)
    owner = np.repeat(rings.owner, rings.sizes)
    height = bodies.eaves[owner] + bodies.roofs.gable
    # The outside is on the right of an edge.
    azimuth = np.degrees(np.arctan2(north, -east)) % 360.0
    start = np.searchsorted(owner, np.arange(bodies.eaves.size + 1))
    party = np.zeros((2, length.size))
    if around is not None and length.size:
        rows, edge = _party_rows(around, start)
        party[0] = np.minimum(np.bincount(edge, rows[:, 1], length.size), length)
        overlap = np.maximum(np.minimum(height[edge], rows[:, 2]) - rows[:, 3], 0.0)
        party[1] = np.minimum(np.bincount(edge, rows[:, 1] * overlap, length.size), length * height)
    return _Walls(start, azimuth, length, length * height, party[0], party[1])


def _party_rows(around: Sequence[Neighbours], start: IntArray) -> tuple[FloatArray, IntArray]:
    """The shared pieces of all walls, and the wall of each."""
    for i, near in enumerate(around):
        if near.walls != start[i + 1] - start[i]:
            raise OptionError([problem(f"around[{i}]", near.walls, f"the {start[i + 1] - start[i]} walls of the "
                                       "footprint: neighbours of another building, or of other rules")])
    rows = np.concatenate([near.party for near in around])
    first = np.repeat(start[:-1], [len(near.party) for near in around])
    return rows, first + rows[:, 0].astype(np.int64)


def _wall_parts(walls: _Walls) -> list[WallPart]:
    free = np.maximum(walls.area - walls.area_party, 0.0)
    return [WallPart(*row) for row in zip(walls.azimuth.tolist(), free.tolist(), walls.area_party.tolist(),
                                          walls.length.tolist(), walls.length_party.tolist())]
