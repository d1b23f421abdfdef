"""The features of a city file of any format, one after another, as GeoJSON."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from buem.city import CityOptions
from buem.errors import ContainerError, OptionError, problem
from buem.io.dialects import is_outline
from buem.io.fields import id_text
from buem.io.footprint_names import ID_NAMES, folded
from buem.io.json_stream import Source, read_blocks
from buem.io.named_fields import with_named_fields
from buem.io.scan import RawFeature, feature_id, scan_features

#: Endings of files that GDAL reads.
VECTOR: Final = (".gpkg", ".fgb", ".shp", ".gml")
#: Endings of GeoParquet.
PARQUET: Final = (".parquet", ".geoparquet", ".pq")

#: How far into a JSON file its type may stand. [B]
_HEAD: Final = 4096
_CITYJSON: Final = re.compile(rb'"type"\s*:\s*"CityJSON(?:Feature)?"')
_OUTLINE: Final = re.compile(rb'"(?:Multi)?Polygon"')
_ID_KEYS: Final = tuple(folded(name) for name in ID_NAMES)


def open_features(source: Source, options: CityOptions) -> Iterator[RawFeature]:
    """The features of a file.

    Parameters
    ----------
    source : str, Path, bytes or binary file
        GeoJSON in any container that `scan_features` takes; by its name a GeoPackage, FlatGeobuf, Shapefile, GML or
        GeoParquet file; CityJSON or a sequence of CityJSON features.
    options : CityOptions
        With the name of the id and the layer.

    Yields
    ------
    RawFeature
        In the order of the file, each under the id of the property that the user names; an outline without an id has
        one from its other properties, or from its place.

    Raises
    ------
    ContainerError
        When the file as a whole cannot be read.
    OptionError
        For a layer that the file does not have, and names of properties that no feature has.
    MissingExtraError
        When the format needs a package that is not installed.
    """
    features = with_named_fields(_raw(source, options), options.names,
                                 (lambda: _raw(source, options)) if isinstance(source, (str, Path, bytes)) else None)
    for feature in features:
        raw = _with_id(feature.raw, feature.index, options.names.id)
        yield feature if raw is feature.raw else RawFeature(feature.index, raw)


def _raw(source: Source, options: CityOptions) -> Iterator[RawFeature]:
    if isinstance(source, (str, Path)):
        path = Path(source)
        ending = path.suffix.lower()
        if ending in (*VECTOR, *PARQUET) and not path.is_file():
            raise ContainerError([problem("$", str(path), "a file that is there", "NOT_FOUND")])
        if ending in VECTOR:
            from buem.io.vector import stream_vector

            return _translated(stream_vector(path, options.layer))
        if ending in PARQUET:
            from buem.io.geoparquet import stream_geoparquet

            return _translated(stream_geoparquet(path))
        if is_cityjson(path):
            from buem.io.cityjson import stream_cityjson

            return _translated(stream_cityjson(path))
    if options.layer:
        raise OptionError([problem("layer", options.layer, "a GeoPackage or another file that has layers")])
    return scan_features(source)


def _translated(raws: Iterator[bytes]) -> Iterator[RawFeature]:
    return (RawFeature(index, raw) for index, raw in enumerate(raws))


def is_cityjson(path: Path) -> bool:
    """Whether a file is CityJSON.

    Parameters
    ----------
    path : Path
        Any file.

    Returns
    -------
    bool
    """
    if not path.is_file():
        return False
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head[:2] == b"\x1f\x8b":
        import gzip
        import zlib

        try:
            with gzip.open(path) as file:
                head = file.read(_HEAD)
        except (OSError, EOFError, zlib.error):
            # What is wrong with it is said by whoever reads it whole.
            return False
    return _CITYJSON.search(head) is not None


def _with_id(raw: bytes, index: int, id_field: str) -> bytes:
    """The text of a feature as `with_id` has it."""
    if not id_field and (feature_id(raw) is not None or not _OUTLINE.search(raw)):
        return raw
    try:
        feature = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return raw
    found = with_id(feature, index, id_field)
    return raw if found is feature else msgspec.json.encode(found)


def with_id(feature: object, index: int, id_field: str) -> object:
    """A feature under the id that the user named, or under one where an outline has none.

    Parameters
    ----------
    feature : object
        Parsed JSON.
    index : int
        Its place in the file.
    id_field : str
        Name of the property with the id, "" for none.

    Returns
    -------
    object
        The same one where it keeps the id it has.
    """
    if not isinstance(feature, dict):
        return feature
    properties = feature.get("properties")
    properties = properties if isinstance(properties, dict) else {}
    name = id_text(properties.get(id_field)) if id_field else None
    if name is None and (feature.get("id") is not None or not is_outline(feature)):
        return feature
    name = name or _known_id(properties) or f"#{index}"
    return feature if feature.get("id") == name else {**feature, "id": name}


def _known_id(properties: dict[str, object]) -> str | None:
    by_name = {folded(key): value for key, value in properties.items()}
    return next((name for key in _ID_KEYS if (name := id_text(by_name.get(key))) is not None), None)


def holds_outlines(source: str | Path) -> bool:
    """Whether a file may hold an outline; much faster than reading it.

    Parameters
    ----------
    source : str or Path
        A file as `open_features` takes it.

    Returns
    -------
    bool
        True for every format but GeoJSON.
    """
    path = Path(source)
    if path.suffix.lower() in (*VECTOR, *PARQUET) or is_cityjson(path):
        return True
    end = b""
    for block in read_blocks(path):
        if b"Polygon" in end + block:
            return True
        end = block[-8:]
    return False
