"""Results of a city with its outlines: what maps and reports are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from buem.errors import OutputError
from buem.io.parts import open_parquet
from buem.io.tables import SUMMARY_SCHEMA

FloatArray = NDArray[np.float64]
#: Mean radius of the Earth. [m]
RADIUS: Final = 6_371_008.8


@dataclass(frozen=True, kw_only=True, eq=False)
class CityResults:
    """The summary of a run, and the outline of each of its buildings."""

    path: Path
    #: Rows of summary.parquet, one a building.
    summary: pa.Table
    #: Rings of each building, None without an outline: arrays of shape (points, 2), longitude and latitude. [°]
    rings: tuple[tuple[FloatArray, ...] | None, ...]

    def __len__(self) -> int:
        return int(self.summary.num_rows)

    def words(self, name: str) -> list[str]:
        """A column of text; "" where there is none."""
        return [value or "" for value in self.summary[name].to_pylist()]

    def numbers(self, name: str) -> FloatArray:
        """A column of numbers, shape (buildings,); NaN where there is none."""
        return np.array(self.summary[name].cast(pa.float64()).to_numpy(), dtype=np.float64)

    def notes(self) -> list[list[str]]:
        """The notes of each building."""
        return [list(notes or ()) for notes in self.summary["notes"].to_pylist()]

    @cached_property
    def where_ok(self) -> NDArray[np.bool_]:
        """Which buildings were simulated, shape (buildings,)."""
        return np.array([status == "ok" for status in self.words("status")], dtype=bool)

    @property
    def title(self) -> str:
        """Name of the folder."""
        return self.path.resolve().name


def read_city(folder: str | Path, *, outlines: bool = True) -> CityResults:
    """The results of a city.

    Parameters
    ----------
    folder : str or Path
        Of a finished `buem run`.
    outlines : bool
        Whether the outlines are needed.

    Returns
    -------
    CityResults
        One row a building of the input, in its order.

    Raises
    ------
    OutputError
        When the folder holds no finished results, or none of footprints where outlines are needed.
    """
    path = Path(folder)
    if not (path / "summary.parquet").is_file():
        raise OutputError(f"{path / 'summary.parquet'}: missing; expected the folder of a finished run")
    with open_parquet(path / "summary.parquet", SUMMARY_SCHEMA.names) as source:
        summary = source.read(columns=SUMMARY_SCHEMA.names)
    return CityResults(path=path, summary=summary, rings=_rings(path, summary) if outlines else ())


def _rings(folder: Path, summary: pa.Table) -> tuple[tuple[FloatArray, ...] | None, ...]:
    path = folder / "outlines.parquet"
    if not path.is_file():
        raise OutputError(f"{path}: missing; a map needs the results of a file with outlines, written by buem run")
    with open_parquet(path, ("index", "geometry")) as source:
        table = source.read(columns=["index", "geometry"])
    by_index = dict(zip(table["index"].to_pylist(), rings_of(table["geometry"].to_pylist())))
    return tuple(by_index.get(index) for index in summary["index"].to_pylist())


def rings_of(blobs: Sequence[bytes]) -> list[tuple[FloatArray, ...]]:
    """The rings of outlines as well-known binary.

    Parameters
    ----------
    blobs : sequence of bytes
        Polygons and MultiPolygons.

    Returns
    -------
    list of tuple of ndarray
        Each ring of shape (points, 2), longitude and latitude, closed. [°]
    """
    import shapely

    if not blobs:
        return []
    shapes = shapely.from_wkb(np.array(blobs, dtype=object))
    parts, owners = shapely.get_parts(shapes, return_index=True)
    lines, of_part = shapely.get_rings(parts, return_index=True)
    points, of_line = shapely.get_coordinates(lines, return_index=True)
    pieces = np.split(points, np.flatnonzero(np.diff(of_line)) + 1)
    found: list[list[FloatArray]] = [[] for _ in blobs]
    for piece, owner in zip(pieces, owners[of_part]):
        found[owner].append(piece)
    return [tuple(rings) for rings in found]


def flatten(rings: Sequence[tuple[FloatArray, ...] | None]) -> list[tuple[FloatArray, ...]]:
    """Rings on a plane that is true to scale about the middle of the city.

    Parameters
    ----------
    rings : sequence of tuple of ndarray or None
        Longitude and latitude. [°]

    Returns
    -------
    list of tuple of ndarray
        East and north of the middle; no ring for None. [m]
    """
    known = [ring[0] for building in rings if building for ring in building]
    if not known:
        return [() for _ in rings]
    corners = np.array(known)
    longitude = corners[:, 0]
    # A city on both sides of the 180th meridian is one city.
    first = longitude[0]
    middle = first + float(np.median((longitude - first + 180.0) % 360.0 - 180.0))
    latitude = float(np.median(corners[:, 1]))
    scale = np.radians(1.0) * RADIUS * np.array([np.cos(np.radians(latitude)), 1.0])

    def plane(ring: FloatArray) -> FloatArray:
        east = (ring[:, 0] - middle + 180.0) % 360.0 - 180.0
        flat: FloatArray = np.stack([east, ring[:, 1] - latitude], axis=1) * scale
        return flat

    return [tuple(plane(ring) for ring in building) if building else () for building in rings]
