"""The first pass over a file: where its outlines stand, for the workers to know every building's true neighbours."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Final

import pyarrow as pa

from buem.batch.part import SCRATCH
from buem.errors import BuildingError
from buem.footprint import Footprint
from buem.io.dialects import ReadOptions, read_source
from buem.io.scan import RawFeature
from buem.io.store import Store
from buem.io.tables import SUMMARY_GROUP, TableWriter
from buem.neighbours import Neighbours, Outlines

#: Stands in the file for a feature that is no outline, or none that can be used: it has no ground and no neighbours.
NOTHING: Final = Footprint(id="", polygons=())

#: Folder of the objects that workers of a cluster fetch.
_OBJECTS: Final = f"{SCRATCH}/outlines"
_GEO: Final = (
    b'{"version":"1.1.0","primary_column":"geometry","columns":{"geometry":{"encoding":"WKB",'
    b'"geometry_types":["Polygon","MultiPolygon"]}}}'
)
#: Columns of outlines.parquet, which is GeoParquet.
OUTLINE_SCHEMA: Final = pa.schema([("id", pa.string()), ("index", pa.int64()), ("geometry", pa.binary())],
                                  metadata={b"geo": _GEO})


def lay_out(features: Iterable[RawFeature], reading: Callable[[int], ReadOptions], folder: Path, out: Path) -> bool:
    """Keep the outlines of a file for the workers, and for maps.

    Parameters
    ----------
    features : iterable of RawFeature
        All of the file.
    reading : callable
        How the feature at a place is read.
    folder : Path
        Where the workers find them, see `neighbours`; it goes with the run.
    out : Path
        The GeoParquet file that stays.

    Returns
    -------
    bool
        False for a file without outlines, of which nothing is kept.
    """
    with TableWriter(out, OUTLINE_SCHEMA, SUMMARY_GROUP) as sink:
        outlines = Outlines.from_footprints(_kept(features, reading, sink))
    if sink.rows == 0:
        out.unlink()
        return False
    outlines.save(folder)
    return True


def _kept(features: Iterable[RawFeature], reading: Callable[[int], ReadOptions],
          sink: TableWriter) -> Iterator[Footprint]:
    seen: set[int] = set()
    rows: list[tuple[str, int, bytes]] = []
    for feature in features:
        footprint = _footprint(feature, reading(feature.index))
        mark = hash(footprint.id)
        if footprint.polygons and mark not in seen:
            seen.add(mark)
            rows.append((footprint.id, feature.index, wkb(footprint)))
            yield footprint
        else:
            # A second building of the same id is refused, and shades nobody.
            yield NOTHING
        if len(rows) == SUMMARY_GROUP:
            sink.append(_table(rows))
            rows = []
    if rows:
        sink.append(_table(rows))


def _footprint(feature: RawFeature, options: ReadOptions) -> Footprint:
    # What is no outline, or has elements, need not be read in full to know it.
    if b"olygon" not in feature.raw or b'"envelope"' in feature.raw or b'components"' in feature.raw:
        return NOTHING
    try:
        source = read_source(feature.raw, feature.index, options)
    except BuildingError:
        return NOTHING
    return source if isinstance(source, Footprint) else NOTHING


def _table(rows: list[tuple[str, int, bytes]]) -> pa.Table:
    columns = [list(column) for column in zip(*rows)]
    return pa.table([pa.array(values, field.type) for values, field in zip(columns, OUTLINE_SCHEMA)],
                    schema=OUTLINE_SCHEMA)


def wkb(footprint: Footprint) -> bytes:
    """The outline as well-known binary.

    Parameters
    ----------
    footprint : Footprint
        In degrees.

    Returns
    -------
    bytes
        A Polygon or a MultiPolygon, little-endian.

    References
    ----------
    .. [1] OGC 06-103r4, Simple feature access, part 1, 8.2.
    """
    parts = []
    for polygon in footprint.polygons:
        rings = [struct.pack(f"<I{2 * len(ring)}d", len(ring), *(value for point in ring for value in point))
                 for ring in polygon]
        parts.append(struct.pack("<BII", 1, 3, len(rings)) + b"".join(rings))
    if len(parts) == 1:
        return parts[0]
    return struct.pack("<BII", 1, 6, len(parts)) + b"".join(parts)


def send_outlines(folder: Path, store: Store) -> None:
    """Let the outlines become objects of a run under way, for workers on other machines.

    Parameters
    ----------
    folder : Path
        As for `lay_out`.
    store : Store
        Of the results.
    """
    for path in sorted(folder.iterdir()):
        store.put(path, f"{_OBJECTS}/{path.name}")


def fetch_outlines(store: Store, folder: Path) -> None:
    """What `send_outlines` sent, in a folder of this machine.

    Parameters
    ----------
    store : Store
        Of the results.
    folder : Path
        See `around`.
    """
    for name in store.sizes(_OBJECTS):
        store.get(name, folder / PurePosixPath(name).name)


def around(folder: Path, positions: Sequence[int], radius: float) -> list[Neighbours]:
    """What stands around some buildings of the file.

    Parameters
    ----------
    folder : Path
        As for `lay_out`.
    positions : sequence of int
        Their places in the file, rising.
    radius : float
        Farther neighbours shade nothing. [m]

    Returns
    -------
    list of Neighbours
        In the same order.
    """
    outlines = _open(folder)
    first = positions[0]
    near = outlines.around(range(first, positions[-1] + 1), radius)
    return [near[position - first] for position in positions]


@lru_cache(maxsize=1)
def _open(folder: Path) -> Outlines:
    """Mapped into memory, once a process."""
    return Outlines.open(folder)
