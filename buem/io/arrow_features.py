"""Rows of Arrow tables with an outline each as GeoJSON features on the globe."""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias

import msgspec
import numpy as np
import pyarrow as pa

from buem.errors import ContainerError, problem
from buem.io.extras import needed

#: Turns arrays of x and y into longitudes and latitudes; None where they are that already.
ToGlobe: TypeAlias = Callable[[Any, Any], tuple[Any, Any]] | None
#: Rows that are turned into features at a time.
BATCH: Final = 512
#: Digits of a degree that are kept: some centimetres.
_DIGITS: Final = 7


def to_globe(crs: object, what: str) -> ToGlobe:
    """The way from a coordinate reference system to longitudes and latitudes.

    Parameters
    ----------
    crs : object
        As pyproj takes it: `EPSG:28992`, WKT, PROJJSON; None for longitudes and latitudes.
    what : str
        The format, for the error.

    Returns
    -------
    callable or None

    Raises
    ------
    ContainerError
        When the system is not known.
    """
    if crs is None:
        return None
    pyproj = needed("pyproj", f"{what} in a coordinate system of its own")
    try:
        given = pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError as error:
        raise ContainerError([problem("$.crs", crs, "a coordinate reference system that PROJ knows",
                                      "UNKNOWN_CRS")]) from error
    if given.is_geographic and given.to_authority() in (("EPSG", "4326"), ("OGC", "CRS84")):
        return None
    try:
        transformer = pyproj.Transformer.from_crs(given, 4326, always_xy=True)
    except pyproj.exceptions.ProjError as error:
        # A plane of a site of its own, or another planet.
        raise ContainerError([problem("$.crs", given.name, "a coordinate reference system with a way to longitudes "
                                      "and latitudes", "UNKNOWN_CRS")]) from error

    def turn(x: Any, y: Any) -> tuple[Any, Any]:
        longitude, latitude = transformer.transform(x, y)
        return longitude, latitude

    return turn


def encode_rows(table: pa.RecordBatch, geometry: str, ids: str | None, turn: ToGlobe) -> Iterator[bytes]:
    """Rows as GeoJSON features.

    Parameters
    ----------
    table : pyarrow.RecordBatch
        One row a building, the outline as WKB.
    geometry : str
        Name of its column.
    ids : str or None
        Column of ids that go before those among the properties; None for none.
    turn : callable or None
        Of `to_globe`.

    Yields
    ------
    bytes
        A feature; one whose outline cannot be read has none.
    """
    shapes = _geojson(table.column(geometry).to_pylist(), turn)
    names = [name for name in table.schema.names if name != geometry and name != ids]
    columns = [table.column(name).to_pylist() for name in names]
    given = table.column(ids).to_pylist() if ids else [None] * table.num_rows
    for row, (shape, name) in enumerate(zip(shapes, given)):
        properties = {key: _plain(column[row]) for key, column in zip(names, columns)}
        start = b'{"type":"Feature",' + (b'"id":%b,' % msgspec.json.encode(str(name)) if name is not None else b"")
        yield b'%b"geometry":%b,"properties":%b}' % (start, shape, msgspec.json.encode(properties))


def _geojson(blobs: list[bytes | None], turn: ToGlobe) -> list[bytes]:
    import shapely

    with np.errstate(invalid="ignore"):
        shapes = shapely.force_2d(shapely.from_wkb(np.array(blobs, dtype=object), on_invalid="ignore"))

    def on_globe(points: Any) -> Any:
        x, y = (points[:, 0], points[:, 1]) if turn is None else turn(points[:, 0], points[:, 1])
        return np.round(np.stack([x, y], axis=1), _DIGITS)

    # An outline that lies nowhere is none; its ring would not even close.
    points, owner = shapely.get_coordinates(shapes, return_index=True)
    shapes[owner[~np.isfinite(points).all(axis=1)]] = None
    there = np.array([shape is not None for shape in shapes], dtype=bool)
    if there.any():
        shapes[there] = shapely.transform(shapes[there], on_globe)
    return [text.encode() if text is not None else b"null" for text in shapely.to_geojson(shapes).tolist()]


def _plain(value: object) -> object:
    """A value that JSON has."""
    if isinstance(value, float) and value != value:
        return None
    if isinstance(value, (dt.date, dt.datetime, dt.time)):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return float(value)
    return None if isinstance(value, (bytes, bytearray)) else value
