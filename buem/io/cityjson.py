"""CityJSON as a stream of GeoJSON features: the outline of each building, and what its solid tells of height and roof.

A building with parts is one; of several levels of detail the highest is taken. A CityJSON file is held in memory while
it is read, a sequence of CityJSON features (`.city.jsonl`) one feature at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, Final, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from buem.errors import ContainerError, problem
from buem.io.arrow_features import ToGlobe, to_globe
from buem.io.json_stream import read_blocks
from buem.io.solids import Body, Face, body_of

#: A JSON object.
Record: TypeAlias = dict[str, Any]
Vertices: TypeAlias = NDArray[np.float64]

_BUILDINGS: Final = ("Building", "BuildingPart", "BuildingUnit")


def stream_cityjson(path: Path) -> Iterator[bytes]:
    """The buildings of a file.

    Parameters
    ----------
    path : Path
        CityJSON 1.0 to 2.0, or a sequence of CityJSON features; also gzipped.

    Yields
    ------
    bytes
        A GeoJSON feature in longitude and latitude, with `height_m`, `eaves_height_m`, `roof_type`, `roof_pitch`,
        `ridge_azimuth` and `base` from its solid, and its attributes.

    Raises
    ------
    ContainerError
        When it is no such file, or names no coordinate reference system.

    References
    ----------
    .. [1] CityJSON Specifications 2.0.1, 3 (geometry objects) and 7 (CityJSONSeq).
    """
    first: Record | None = None
    turn: ToGlobe = None
    for line in _documents(path):
        if first is None:
            first = line
            turn = to_globe(_crs(line), "CityJSON")
        vertices = _vertices(line, first)
        for name, building in _roots(line.get("CityObjects") or {}):
            yield _encode(name, building, line["CityObjects"], vertices, turn)


def _documents(path: Path) -> Iterator[Record]:
    """The one object of a CityJSON file, or the lines of a sequence."""
    decoder = msgspec.json.Decoder(Record)
    lines = _lines(path)
    first = next(lines, b"")
    try:
        if not _complete(first):
            yield decoder.decode(b"".join(chain([first], lines)))
            return
        for line in chain([first], lines):
            if line.strip():
                yield decoder.decode(line)
    except msgspec.DecodeError as error:
        raise ContainerError([problem("$", str(path), f"CityJSON: {error}", "NOT_JSON")]) from error


def _lines(path: Path) -> Iterator[bytes]:
    rest = b""
    for block in read_blocks(path):
        *lines, rest = (rest + block).split(b"\n")
        yield from (line + b"\n" for line in lines)
    yield rest


def _complete(line: bytes) -> bool:
    try:
        msgspec.json.decode(line, type=msgspec.Raw)
    except msgspec.DecodeError:
        return False
    return True


def _crs(document: Record) -> str:
    name = (document.get("metadata") or {}).get("referenceSystem")
    if not isinstance(name, str):
        raise ContainerError([problem("$.metadata.referenceSystem", name,
                                      "the coordinate reference system, such as "
                                      "https://www.opengis.net/def/crs/EPSG/0/7415", "UNKNOWN_CRS")])
    parts = name.replace("::", ":").replace("/", ":").split(":")
    return f"EPSG:{parts[-1]}"


def _vertices(line: Record, first: Record) -> Vertices:
    transform = line.get("transform") or first.get("transform") or {}
    points = np.array(line.get("vertices") or np.zeros((0, 3)), dtype=np.float64).reshape(-1, 3)
    scaled: Vertices = points * transform.get("scale", 1.0) + transform.get("translate", 0.0)
    return scaled


def _roots(objects: Record) -> Iterator[tuple[str, Record]]:
    for name, thing in objects.items():
        if thing.get("type") == "Building" or (thing.get("type") in _BUILDINGS and not thing.get("parents")):
            yield name, thing


def _encode(name: str, building: Record, objects: Record, vertices: Vertices, turn: ToGlobe) -> bytes:
    faces = [face for thing in _with_parts(building, objects) for face in _faces(thing, vertices)]
    body = body_of(faces)
    outline, properties = (None, {}) if body is None else (_outline(body, turn), body.properties())
    attributes = {key: value for thing in reversed(list(_with_parts(building, objects)))
                  for key, value in (thing.get("attributes") or {}).items() if not isinstance(value, (dict, list))}
    feature = {"type": "Feature", "id": name, "geometry": outline, "properties": {**attributes, **properties}}
    return msgspec.json.encode(feature)


def _with_parts(thing: Record, objects: Record) -> Iterator[Record]:
    yield thing
    for child in thing.get("children") or ():
        if child in objects and objects[child].get("type") in _BUILDINGS:
            yield from _with_parts(objects[child], objects)


def _faces(thing: Record, vertices: Vertices) -> Iterator[Face]:
    solid = max((g for g in thing.get("geometry") or () if g.get("type") != "GeometryInstance"),
                key=lambda g: str(g.get("lod", "")), default=None)
    if solid is None:
        return
    semantics = solid.get("semantics") or {}
    kinds = [surface.get("type", "") for surface in semantics.get("surfaces") or ()]
    values = _flat(semantics.get("values"), _DEPTH.get(solid["type"], 1) - 1)
    boundaries = _flat(solid.get("boundaries"), _DEPTH.get(solid["type"], 1) - 1)
    for k, rings in enumerate(boundaries):
        value = values[k] if k < len(values) else None
        kind = kinds[value] if isinstance(value, int) and value < len(kinds) else ""
        yield Face(tuple(vertices[np.array(ring, dtype=np.int64)] for ring in rings if len(ring) >= 3), kind)


#: How deep the surfaces of a geometry lie in its lists.
_DEPTH: Final = {"MultiSurface": 1, "CompositeSurface": 1, "Solid": 2, "MultiSolid": 3, "CompositeSolid": 3}


def _flat(values: Any, levels: int) -> list[Any]:
    found = values if isinstance(values, list) else []
    for _ in range(levels):
        found = [item for box in found if isinstance(box, list) for item in box]
    return found


def _outline(body: Body, turn: ToGlobe) -> Record:
    def ring(points: Iterable[tuple[float, float]]) -> list[list[float]]:
        x, y = np.array(list(points)).T
        longitude, latitude = (x, y) if turn is None else turn(x, y)
        return np.round(np.stack([longitude, latitude], axis=1), 7).tolist()  # type: ignore[no-any-return]

    polygons = [[ring(points) for points in rings] for rings in body.outline]
    if len(polygons) == 1:
        return {"type": "Polygon", "coordinates": polygons[0]}
    return {"type": "MultiPolygon", "coordinates": polygons}
