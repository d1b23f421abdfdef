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

Vertices: TypeAlias = NDArray[np.float64]
_Point: TypeAlias = tuple[float, float, float]

#: What a decoder raises for what is no JSON, or JSON of another shape.
_MALFORMED: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_BUILDINGS: Final = ("Building", "BuildingPart", "BuildingUnit")
#: How deep the surfaces of a geometry lie in its lists.
_DEPTH: Final = {"MultiSurface": 1, "CompositeSurface": 1, "Solid": 2, "MultiSolid": 3, "CompositeSolid": 3}


class Semantic(msgspec.Struct):
    """What a surface is."""

    type: str = ""


class Semantics(msgspec.Struct):
    """The surfaces of a geometry that mean something, and which of them each surface is."""

    surfaces: list[Semantic] | None = None
    values: Any = None


class Geometry(msgspec.Struct):
    """A geometry of an object; its lists are as deep as its type says."""

    type: str = ""
    lod: str | float = ""
    boundaries: Any = None
    semantics: Semantics | None = None


class Thing(msgspec.Struct):
    """An object of a city."""

    type: str = ""
    geometry: list[Geometry] | None = None
    children: list[str] | None = None
    parents: list[str] | None = None
    attributes: dict[str, Any] | None = None


class Transform(msgspec.Struct):
    """From the whole numbers of the vertices to coordinates."""

    scale: _Point = (1.0, 1.0, 1.0)
    translate: _Point = (0.0, 0.0, 0.0)


class Metadata(msgspec.Struct):
    """Of a file."""

    system: Any = msgspec.field(default=None, name="referenceSystem")


class Document(msgspec.Struct):
    """A CityJSON file, or a line of a sequence."""

    objects: dict[str, msgspec.Raw] | None = msgspec.field(default=None, name="CityObjects")
    vertices: list[_Point] | None = None
    transform: Transform | None = None
    metadata: Metadata | None = None


class _Kind(msgspec.Struct):
    type: Any = None
    parents: Any = None


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
    first: Document | None = None
    turn: ToGlobe = None
    for line in _documents(path):
        if first is None:
            first = line
            turn = to_globe(_crs(line), "CityJSON")
        vertices, objects = _vertices(line, first), _things(line)
        for name in _roots(objects):
            yield _encode(name, objects, vertices, turn)


def _documents(path: Path) -> Iterator[Document]:
    """The one object of a CityJSON file, or the lines of a sequence."""
    decoder = msgspec.json.Decoder(Document)
    lines = _lines(path)
    first = next(lines, b"")
    try:
        if not _complete(first):
            yield decoder.decode(b"".join(chain([first], lines)))
            return
        for line in chain([first], lines):
            if line.strip():
                yield decoder.decode(line)
    except _MALFORMED as error:
        raise ContainerError([problem(str(path), str(error), "CityJSON", "NOT_JSON")]) from error


def _lines(path: Path) -> Iterator[bytes]:
    # A city may be one line: its blocks are joined once.
    rest: list[bytes] = []
    for block in read_blocks(path):
        first, *lines = block.split(b"\n")
        rest.append(first)
        for line in lines:
            yield b"".join(rest) + b"\n"
            rest = [line]
    yield b"".join(rest)


def _complete(line: bytes) -> bool:
    try:
        msgspec.json.decode(line, type=msgspec.Raw)
    except _MALFORMED:
        return False
    return True


def _crs(document: Document) -> str:
    name = document.metadata.system if document.metadata else None
    if not isinstance(name, str):
        raise ContainerError([problem("$.metadata.referenceSystem", name,
                                      "the coordinate reference system, such as "
                                      "https://www.opengis.net/def/crs/EPSG/0/7415", "UNKNOWN_CRS")])
    parts = name.replace("::", ":").replace("/", ":").split(":")
    return f"EPSG:{parts[-1]}"


def _vertices(line: Document, first: Document) -> Vertices:
    transform = line.transform or first.transform or Transform()
    points = np.array(line.vertices or np.zeros((0, 3)), dtype=np.float64)
    scaled: Vertices = points * transform.scale + transform.translate
    return scaled


def _things(line: Document) -> dict[str, Thing]:
    """The objects of a document; one that is malformed has no geometry, and its building is refused for that."""
    found = {}
    for name, raw in (line.objects or {}).items():
        try:
            found[name] = msgspec.json.decode(raw, type=Thing)
        except _MALFORMED:
            found[name] = _malformed(raw)
    return found


def _malformed(raw: msgspec.Raw) -> Thing:
    try:
        kind = msgspec.json.decode(raw, type=_Kind)
    except _MALFORMED:
        return Thing()
    return Thing(type=str(kind.type), parents=["?"] if kind.parents else None)


def _roots(objects: dict[str, Thing]) -> Iterator[str]:
    for name, thing in objects.items():
        if thing.type == "Building" or (thing.type in _BUILDINGS and not thing.parents):
            yield name


def _encode(name: str, objects: dict[str, Thing], vertices: Vertices, turn: ToGlobe) -> bytes:
    parts = list(_with_parts(name, objects, set()))
    try:
        body = body_of([face for thing in parts for face in _faces(thing, vertices)])
    except (IndexError, TypeError, ValueError):
        # Vertices that are not there, or lists of something else: a building without an outline.
        body = None
    outline, properties = (None, {}) if body is None else (_outline(body, turn), body.properties())
    attributes = {key: value for thing in reversed(parts) for key, value in (thing.attributes or {}).items()
                  if not isinstance(value, (dict, list))}
    feature = {"type": "Feature", "id": name, "geometry": outline, "properties": {**attributes, **properties}}
    return msgspec.json.encode(feature)


def _with_parts(name: str, objects: dict[str, Thing], seen: set[str]) -> Iterator[Thing]:
    """A building and all its parts, each once however they name each other."""
    seen.add(name)
    yield objects[name]
    for child in objects[name].children or ():
        if child in objects and child not in seen and objects[child].type in _BUILDINGS:
            yield from _with_parts(child, objects, seen)


def _faces(thing: Thing, vertices: Vertices) -> Iterator[Face]:
    solid = max((g for g in thing.geometry or () if g.type in _DEPTH), key=lambda g: str(g.lod), default=None)
    if solid is None:
        return
    semantics, levels = solid.semantics or Semantics(), _DEPTH[solid.type] - 1
    kinds = [surface.type for surface in semantics.surfaces or ()]
    values = _flat(semantics.values, levels)
    for k, rings in enumerate(_flat(solid.boundaries, levels)):
        value = values[k] if k < len(values) else None
        kind = kinds[value] if isinstance(value, int) and 0 <= value < len(kinds) else ""
        yield Face(tuple(_ring(ring, vertices) for ring in rings if len(ring) >= 3), kind)


def _ring(places: list[int], vertices: Vertices) -> Vertices:
    ring = np.array(places, dtype=np.int64)
    if ring.min() < 0:
        raise IndexError(f"vertex {ring.min()}")
    return vertices[ring]


def _flat(values: Any, levels: int) -> list[Any]:
    found = values if isinstance(values, list) else []
    for _ in range(levels):
        found = [item for box in found if isinstance(box, list) for item in box]
    return found


def _outline(body: Body, turn: ToGlobe) -> dict[str, Any]:
    def ring(points: Iterable[tuple[float, float]]) -> list[list[float]]:
        x, y = np.array(list(points)).T
        longitude, latitude = (x, y) if turn is None else turn(x, y)
        return np.round(np.stack([longitude, latitude], axis=1), 7).tolist()  # type: ignore[no-any-return]

    polygons = [[ring(points) for points in rings] for rings in body.outline]
    if len(polygons) == 1:
        return {"type": "Polygon", "coordinates": polygons[0]}
    return {"type": "MultiPolygon", "coordinates": polygons}
