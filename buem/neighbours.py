"""What stands around a building: shared walls and the horizon, from the outlines of a whole city.

The outlines are compact arrays: a city is read once, its outlines saved and mapped by every worker, and a building
has the same neighbours whatever chunk it is computed in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from buem.errors import OutputError
from buem.footprint import Footprint, ShapeRules
from buem.geometry import Bodies, bodies_of
from buem.horizon import PARTS, Skyline, eyes_of_walls, horizons, roof_eyes
from buem.nearby import Boxes, Grid, Pairs, grid_of, pairs_of
from buem.outline import QUANTUM, IntArray, following, ragged, sums
from buem.party_walls import Covers, Edges, Links, Pieces, attached, chosen, covers, outward, pieces_of
from buem.profiles import FloatArray
from buem.projection import turn

_RULES: Final = ShapeRules()
#: Footprints that are cleaned together, and buildings whose neighbours are computed together.
_READ: Final = 4096
_BLOCK: Final = 128
#: Share of a building's walls inside another from which the two are noted. [-]
_INSIDE: Final = 0.9
#: Length of walls inside another building from which the two are noted. [m]
_OVERLAP: Final = 0.5
#: Footprints whose areas differ by less are the same. [-]
_SAME: Final = 0.02


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


class _Arrays(NamedTuple):
    """The outlines of a city; a refused building has no ring."""

    #: Points of all rings on the planes of their buildings, in units of `QUANTUM`: shape (points,).
    x: NDArray[np.int32]
    y: NDArray[np.int32]
    #: First point of each ring, and the end: shape (rings + 1,).
    ring: IntArray
    #: First ring of each building, and the end: shape (buildings + 1,).
    building: IntArray
    #: Centre of the plane: shape (buildings,). [°]
    longitude: FloatArray
    latitude: FloatArray
    #: Half the box, negative for a refused building: shape (buildings,). [m]
    east: NDArray[np.float32]
    north: NDArray[np.float32]
    #: Of the walls, to the eaves or to half the roof: shape (buildings,). [m]
    height: FloatArray
    #: Elevation of the ground, NaN where it is unknown: shape (buildings,). [m]
    base: NDArray[np.float32]


class _Block(NamedTuple):
    """Some buildings and all that stand near them, each once."""

    #: Index in the city, the buildings asked for first: shape (buildings,).
    place: IntArray
    edges: Edges
    #: Of the rings, by building: shape (buildings,). [m²]
    area: FloatArray
    height: FloatArray
    base: FloatArray


class Outlines:
    """The outlines of a city.

    Parameters
    ----------
    arrays : _Arrays
        Outlines, heights and boxes.
    grid : Grid
        Where they stand.
    """

    def __init__(self, arrays: _Arrays, grid: Grid) -> None:
        self._arrays = arrays
        self._grid = grid

    def __len__(self) -> int:
        return int(self._arrays.longitude.size)

    @property
    def nbytes(self) -> int:
        """Size of all arrays. [bytes]"""
        return sum(array.nbytes for array in (*self._arrays, *self._grid))

    @classmethod
    def from_footprints(cls, footprints: Iterable[Footprint], rules: ShapeRules = _RULES) -> Outlines:
        """The outlines of footprints, which are read once, a few thousand at a time.

        Parameters
        ----------
        footprints : iterable of Footprint
            All of a city, in the order of its file.
        rules : ShapeRules
            For heights and roofs that are not known.

        Returns
        -------
        Outlines
        """
        source = iter(footprints)
        parts = [_arrays(bodies_of(some, rules), some) for some in iter(lambda: list(islice(source, _READ)), [])]
        arrays = _joined(parts or [_arrays(bodies_of([], rules), [])])
        return cls(arrays, grid_of(_boxes(arrays)))

    def save(self, folder: Path) -> None:
        """Write the arrays as files of their own.

        Parameters
        ----------
        folder : Path
            Made where it is missing.
        """
        folder.mkdir(parents=True, exist_ok=True)
        for name, array in (*self._arrays._asdict().items(), *self._grid._asdict().items()):
            np.save(folder / f"{name}.npy", array, allow_pickle=False)

    @classmethod
    def open(cls, folder: Path) -> Outlines:
        """The outlines of a folder, mapped: memory is taken for what is looked at.

        Parameters
        ----------
        folder : Path
            Where they were saved.

        Returns
        -------
        Outlines
        """
        def load(name: str) -> Any:
            try:
                return np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
            except (OSError, ValueError, EOFError) as error:
                raise OutputError(f"{folder}: no outlines of a city ({name}.npy: {error})") from error

        return cls(_Arrays(*(load(name) for name in _Arrays._fields)), Grid(*(load(name) for name in Grid._fields)))

    def around(self, which: int | range, radius: float = _RULES.radius, gap: float = _RULES.gap) -> list[Neighbours]:
        """What stands around some buildings.

        Parameters
        ----------
        which : int or range
            Their places in the file.
        radius : float
            How far buildings count for the horizon; 0 leaves it out. [m]
        gap : float
            Two walls less than this apart are shared. [m]

        Returns
        -------
        list of Neighbours
            In their order; bit for bit the same, whatever else is asked for.
        """
        wanted = range(which, which + 1) if isinstance(which, int) else which
        return [near for first in range(0, len(wanted), _BLOCK)
                for near in _around(self._arrays, self._grid, np.array(wanted[first:first + _BLOCK], dtype=np.int64),
                                    (radius, gap))]


def _arrays(bodies: Bodies, footprints: list[Footprint]) -> _Arrays:
    """The arrays of some footprints."""
    rings, count = bodies.outlines.rings, len(footprints)
    usable = np.isfinite(bodies.eaves)
    kept = usable[rings.owner]
    points = np.repeat(kept, rings.sizes)
    owner = np.repeat(rings.owner, rings.sizes)[points]
    x, y = rings.x[points], rings.y[points]
    reach = np.full((2, count), -1.0)
    for side, values in zip(reach, (x, y)):
        np.maximum.at(side, owner, np.abs(values))
    rings_of = np.bincount(rings.owner[kept], minlength=count)
    return _Arrays(
        x=np.round(x / QUANTUM).astype(np.int32), y=np.round(y / QUANTUM).astype(np.int32),
        ring=np.concatenate([[0], np.cumsum(rings.sizes[kept])]).astype(np.int64),
        building=np.concatenate([[0], np.cumsum(rings_of)]).astype(np.int64),
        longitude=bodies.outlines.longitude, latitude=bodies.outlines.latitude,
        east=np.nextafter(reach[0].astype(np.float32), np.float32(np.inf)),
        north=np.nextafter(reach[1].astype(np.float32), np.float32(np.inf)),
        height=bodies.eaves + bodies.roofs.height / 2,
        base=np.array([f.base for f in footprints], dtype=np.float32),
    )


def _joined(parts: list[_Arrays]) -> _Arrays:
    columns = dict(zip(_Arrays._fields, zip(*parts)))
    joined = {name: np.concatenate(arrays) for name, arrays in columns.items()}
    for name in ("ring", "building"):
        before = np.cumsum([0, *(array[-1] for array in columns[name])])
        joined[name] = np.concatenate([[0], *(array[1:] + n for array, n in zip(columns[name], before))])
    return _Arrays(**joined)


def _boxes(arrays: _Arrays) -> Boxes:
    return Boxes(arrays.longitude, arrays.latitude, arrays.east, arrays.north)


def _around(arrays: _Arrays, grid: Grid, which: IntArray, limits: tuple[float, float]) -> list[Neighbours]:
    """What stands around the buildings of a block."""
    radius, gap = limits
    standing = np.flatnonzero(arrays.east[which] >= 0)
    found = {}
    if standing.size:
        own = which[standing]
        pairs = pairs_of(_boxes(arrays), grid, own, max(radius, 2 * gap))
        block = _gather(arrays, own, pairs.other)
        links = _links(arrays, block, pairs)
        top = _tops(block, links)
        close = np.flatnonzero((pairs.distance <= 2 * gap) & (links.own != links.other))
        touching = chosen(links, close)
        hidden = covers(block.edges, touching, outward(gap))
        pieces = _pieces(block, own.size, touching, hidden, top[close])
        sights = _sights(block, own.size, pieces, Skyline(block.edges, links, top, radius)) if radius > 0 else ()
        notes = _overlaps(block, touching, covers(block.edges, touching, -gap))
        beside = attached(hidden, touching, own.size)
        found = dict(zip(standing.tolist(), _records(block, own.size, pieces, beside.tolist(), sights, notes)))
    return [found.get(i, Neighbours(walls=0)) for i in range(which.size)]


def _gather(arrays: _Arrays, own: IntArray, other: IntArray) -> _Block:
    index = np.concatenate([own, np.setdiff1d(other, own)])
    first, last = arrays.building[index], arrays.building[index + 1]
    begin = arrays.ring[first]
    count = arrays.ring[last] - begin
    points = ragged(begin, count)
    rings = ragged(first, last - first)
    size = arrays.ring[rings + 1] - arrays.ring[rings]
    after = following(np.concatenate([[0], np.cumsum(size)]))
    x, y = (np.asarray(values[points] * QUANTUM, dtype=np.float64) for values in (arrays.x, arrays.y))
    start = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    owner = np.repeat(np.arange(index.size), count)
    area = sums(owner, x * y[after] - x[after] * y, index.size) / 2
    return _Block(index, Edges(x, y, x[after], y[after], start), area, np.asarray(arrays.height[index]),
                  arrays.base[index].astype(np.float64))


def _links(arrays: _Arrays, block: _Block, pairs: Pairs) -> Links:
    order = np.argsort(block.place, kind="stable")
    other = order[np.searchsorted(block.place, pairs.other, sorter=order)]
    own = block.place[pairs.own]
    cos, sin = turn(arrays.longitude[own], arrays.latitude[own], arrays.longitude[pairs.other])
    return Links(pairs.own, other, pairs.east, pairs.north, cos, sin)


def _tops(block: _Block, links: Links) -> FloatArray:
    """Top of the other building of each pair, over one's own ground; level ground where it is not known."""
    return block.height[links.other] + _steps(block, links)


def _steps(block: _Block, links: Links) -> FloatArray:
    step = block.base[links.other] - block.base[links.own]
    return np.where(np.isnan(step), 0.0, step)


def _pieces(block: _Block, count: int, touching: Links, hidden: Covers, top: FloatArray) -> Pieces:
    bottom = np.maximum(_steps(block, touching), 0.0)
    above = np.maximum(top, bottom)
    return pieces_of(block.edges, np.arange(block.edges.start[count]), hidden, above[hidden.link], bottom[hidden.link])


def _sights(block: _Block, count: int, pieces: Pieces, skyline: Skyline) -> tuple[FloatArray, FloatArray]:
    """The horizon of walls and of roofs, by building."""
    building = np.searchsorted(block.edges.start, pieces.wall, side="right") - 1
    far = eyes_of_walls(block.edges, pieces, building, block.height[building])
    near = eyes_of_walls(block.edges, pieces, building, block.height[building], PARTS)
    roofs = roof_eyes(block.edges, block.area, block.height, count)
    return horizons(near, skyline, count, far), horizons(roofs, skyline, count)


def _overlaps(block: _Block, touching: Links, inside: Covers) -> dict[int, list[str]]:
    """Notes on buildings that stand in each other."""
    length = sums(inside.link, inside.end - inside.begin, touching.own.size)
    edges = block.edges
    notes: dict[int, list[str]] = {}
    for k in np.flatnonzero(length > _OVERLAP):
        own, other = int(touching.own[k]), int(touching.other[k])
        walls = slice(edges.start[own], edges.start[own + 1])
        whole = np.hypot(edges.x2[walls] - edges.x[walls], edges.y2[walls] - edges.y[walls]).sum()
        place = f"features[{block.place[other]}]"
        if length[k] < _INSIDE * whole:
            text = f"overlaps {place}: {length[k]:.1f} m of its walls stand inside and count as shared"
        elif abs(block.area[own] / block.area[other] - 1) < _SAME:
            text = f"has the same outline as {place}"
        else:
            text = f"stands inside {place}: its walls count as shared"
        notes.setdefault(own, []).append(text)
    return notes


def _records(block: _Block, count: int, pieces: Pieces, beside: list[int], sights: tuple[FloatArray, ...],
             notes: dict[int, list[str]]) -> Iterator[Neighbours]:
    start = block.edges.start
    shared = np.flatnonzero(pieces.top > pieces.bottom)
    wall = pieces.wall[shared]
    cut = np.searchsorted(wall, start[:count + 1])
    owner = np.repeat(np.arange(count), np.diff(cut))
    rows = np.stack([wall - start[owner], (pieces.end - pieces.begin)[shared], pieces.top[shared],
                     pieces.bottom[shared]], axis=1)
    lists = [sight.tolist() for sight in sights] or [[()] * count] * 2
    for i in range(count):
        yield Neighbours(walls=int(start[i + 1] - start[i]), party=rows[cut[i]:cut[i + 1]], attached=beside[i],
                         horizon=tuple(lists[0][i]), horizon_roof=tuple(lists[1][i]), notes=tuple(notes.get(i, ())))
