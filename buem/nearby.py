"""Which buildings are near which: a grid over a city whose arrays may be mapped from files."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from buem.outline import IntArray, ragged
from buem.profiles import FloatArray
from buem.projection import to_metres

#: Side of a cell. [m]
CELL: Final = 64.0
#: Length of a degree of latitude, no longer than any. [m]
_DEGREE: Final = 110.5e3
#: Boxes are taken larger by this, for what a plane is not a grid of degrees.
_MARGIN: Final = 1.01
_LEAST_COSINE: Final = 1e-3


class Boxes(NamedTuple):
    """Bounding boxes of buildings, each on its own plane: shape (buildings,)."""

    #: Centre. [°]
    longitude: FloatArray
    latitude: FloatArray
    #: Half the width from west to east, and from south to north; negative for a refused building. [m]
    east: NDArray[np.floating[Any]]
    north: NDArray[np.floating[Any]]


class Grid(NamedTuple):
    """The cells that each building's box covers, by cell."""

    #: Cell of each entry, rising: shape (entries,).
    cells: IntArray
    #: Building of each entry, shape (entries,).
    members: NDArray[np.int32]
    #: South-west corner, width and height of a cell [°], columns of the grid: shape (5,).
    frame: FloatArray


class Pairs(NamedTuple):
    """Pairs of buildings: shape (pairs,)."""

    #: Index in the buildings that were asked for, never falling.
    own: IntArray
    #: Index of the building nearby; a building is near itself.
    other: IntArray
    #: Centre of the other on the plane of one's own. [m]
    east: FloatArray
    north: FloatArray
    #: Free space between the two boxes, 0 where they meet. [m]
    distance: FloatArray


def grid_of(boxes: Boxes) -> Grid:
    """The cells of all boxes.

    Parameters
    ----------
    boxes : Boxes
        Of a whole city. [°], [m]

    Returns
    -------
    Grid
    """
    some = np.flatnonzero(boxes.east >= 0)
    if not some.size:
        return Grid(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int32), np.array([0.0, 0.0, 1.0, 1.0, 1.0]))
    middle = float(np.median(boxes.latitude[some]))
    high = CELL / _DEGREE
    wide = high / max(np.cos(np.radians(middle)), _LEAST_COSINE)
    south = float(boxes.latitude[some].min()) - 1.0
    frame = np.array([_seam(boxes.longitude[some]), south, wide, high, np.ceil(360.0 / wide) + 1])
    row0, row1, col0, col1 = _cover(_some(boxes, some), frame, 0.0)
    width = col1 - col0 + 1
    count = (row1 - row0 + 1) * width
    k = ragged(np.zeros_like(count), count)
    entry = np.repeat(np.arange(some.size), count)
    cells = (row0[entry] + k // width[entry]) * int(frame[4]) + col0[entry] + k % width[entry]
    order = np.argsort(cells, kind="stable")
    return Grid(cells[order], some[entry][order].astype(np.int32), frame)


def _some(boxes: Boxes, which: IntArray) -> Boxes:
    return Boxes(boxes.longitude[which], boxes.latitude[which], boxes.east[which], boxes.north[which])


def _seam(longitude: FloatArray) -> float:
    """Where to cut the globe open: in the middle of the widest strip without buildings. [°]"""
    values = np.sort(np.mod(longitude, 360.0))
    gaps = np.diff(values, append=values[0] + 360.0)
    widest = int(np.argmax(gaps))
    return float(values[widest] + gaps[widest] / 2)


def _cover(boxes: Boxes, frame: FloatArray, margin: float) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """First and last row and column of the cells that boxes cover, made larger on all sides by a margin. [m]"""
    seam, south, wide, high, columns = frame
    cosine = np.maximum(np.cos(np.radians(boxes.latitude)), _LEAST_COSINE)
    up = (boxes.north + margin) * _MARGIN / _DEGREE
    across = (boxes.east + margin) * _MARGIN / (_DEGREE * cosine)
    x = np.mod(boxes.longitude - seam, 360.0)
    y = boxes.latitude - south
    col0, col1 = np.floor((x - across) / wide), np.floor((x + across) / wide)
    return (np.floor((y - up) / high).astype(np.int64), np.floor((y + up) / high).astype(np.int64),
            np.maximum(col0, 0).astype(np.int64), np.minimum(col1, columns - 1).astype(np.int64))


def pairs_of(boxes: Boxes, grid: Grid, which: IntArray, distance: float) -> Pairs:
    """Buildings whose boxes are nearer than a distance to those asked for.

    Parameters
    ----------
    boxes : Boxes
        Of the whole city. [°], [m]
    grid : Grid
        Of the same boxes.
    which : ndarray, shape (buildings,)
        Indices of those asked for, none refused.
    distance : float
        Between two boxes. [m]

    Returns
    -------
    Pairs
        Each building with itself and the others; the same whatever else is asked for.
    """
    asked = _some(boxes, which)
    row0, row1, col0, col1 = _cover(asked, grid.frame, distance)
    rows = row1 - row0 + 1
    own = np.repeat(np.arange(which.size), rows)
    row = ragged(row0, rows)
    columns = int(grid.frame[4])
    first = np.searchsorted(grid.cells, row * columns + col0[own], side="left")
    count = np.searchsorted(grid.cells, row * columns + col1[own], side="right") - first
    entry = ragged(first, count)
    own, row = np.repeat(own, count), np.repeat(row, count)
    other = grid.members[entry].astype(np.int64)
    column = grid.cells[entry] - row * columns
    # A building stands in several cells: it counts in the first one that both boxes cover.
    their_row, _, their_col, _ = _cover(_some(boxes, other), grid.frame, 0.0)
    once = (row == np.maximum(row0[own], their_row)) & (column == np.maximum(col0[own], their_col))
    own, other = own[once], other[once]
    east, north = to_metres(boxes.longitude[other], boxes.latitude[other], asked.longitude[own], asked.latitude[own])
    free_x = np.maximum(np.abs(east) - asked.east[own] - boxes.east[other], 0.0)
    free_y = np.maximum(np.abs(north) - asked.north[own] - boxes.north[other], 0.0)
    free = np.hypot(free_x, free_y)
    near = free <= distance
    return Pairs(own[near], other[near], east[near], north[near], free[near])
