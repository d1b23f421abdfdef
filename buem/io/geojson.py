"""GeoJSON files as a stream of features, and as buildings.

The file is read in blocks; of the whole of it only the block and one feature are in memory.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

import msgspec

from buem.building import Building
from buem.errors import BuemWarning, BuildingError, OptionError, Problem, problem
from buem.io.dialects import ReadOptions, WallArea, id_text, read_feature
from buem.io.fields import show
from buem.io.json_stream import WANTED_TYPE, Source, container_error, stream_features


class RawFeature(NamedTuple):
    """One feature of a file, not parsed yet."""

    #: Its place in the file, from 0.
    index: int  # type: ignore[assignment]
    #: Its JSON, sound or not.
    raw: bytes


def scan_features(source: Source) -> Iterator[RawFeature]:
    """The features of a FeatureCollection, a Feature or a sequence of Features, one after another.

    Parameters
    ----------
    source : str, Path, bytes or binary file
        GeoJSON or newline-delimited GeoJSON (RFC 8142, with or without record separators), gzipped or not.

    Yields
    ------
    RawFeature
        In the order of the file. A feature that is malformed in itself is yielded as it stands:
        `read_feature` says what is wrong with it.

    Raises
    ------
    ContainerError
        When the file as a whole cannot be read; a fault at its end shows only there.
    """
    for index, raw in enumerate(stream_features(source)):
        yield RawFeature(index, raw)


def feature_id(raw: bytes) -> str | None:
    """The id of a feature, without parsing the rest.

    Parameters
    ----------
    raw : bytes
        JSON of the feature.

    Returns
    -------
    str or None
        As `read_feature` reads it; None when there is none, or when the feature is malformed.
    """
    match = _ID.match(raw)
    if match:
        return match[1].decode("ascii")
    try:
        return id_text(_ID_DECODER.decode(raw).id)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


class _Id(msgspec.Struct):
    id: Any = None


_ID: Final = re.compile(rb'\s*\{\s*"type"\s*:\s*"Feature"\s*,\s*"id"\s*:\s*"([ !#-\[\]-~]+)"')
_ID_DECODER: Final = msgspec.json.Decoder(_Id)


def read_geojson(
    source: Source | Mapping[str, Any] | Sequence[Mapping[str, Any]],
    *,
    wall_area: WallArea = "net",
    on_error: Literal["raise", "skip"] = "raise",
    open_profiles: bool = True,
) -> list[Building]:
    """All buildings of a file.

    Parameters
    ----------
    source : str, Path, bytes, binary file, dict or list of dict
        As for `scan_features`; or a parsed FeatureCollection, Feature or list of Features.
    wall_area : {"net", "gross"}
        Whether the areas of walls are net of their openings.
    on_error : {"raise", "skip"}
        What to do about features that cannot be simulated: raise one error with the problems of all of them,
        or leave them out with a warning.
    open_profiles : bool
        Whether load profiles that a feature names may be opened.

    Returns
    -------
    list of Building
        In the order of the file.

    Raises
    ------
    ContainerError
        When the file as a whole cannot be read.
    BuildingError
        With every problem of the file, for `on_error="raise"`.
    """
    if on_error not in ("raise", "skip"):
        raise OptionError([problem("on_error", on_error, "one of raise, skip")])
    options = ReadOptions(wall_area=wall_area, open_profiles=open_profiles)
    buildings: list[Building] = []
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    refused = 0
    for index, raw in _raw_features(source):
        try:
            buildings.append(read_new_feature(raw, index, options, seen))
        except BuildingError as error:
            problems.extend(error.problems)
            refused += 1
    if problems and on_error == "raise":
        raise BuildingError(problems)
    if problems:
        text = f"{refused} of {refused + len(buildings)} features were left out, the first: {problems[0]}"
        warnings.warn(text, BuemWarning, stacklevel=2)
    return buildings


def read_new_feature(raw: bytes | dict[str, Any], index: int, options: ReadOptions, seen: dict[str, int]) -> Building:
    """The building of a feature whose id no earlier feature has, be that one sound or not.

    Parameters
    ----------
    raw : bytes or dict
        The feature as JSON, or parsed.
    index : int
        Place of the feature in the file.
    options : ReadOptions
        How it is read.
    seen : dict
        Id -> place of the feature that had it first; extended here.

    Returns
    -------
    Building

    Raises
    ------
    BuildingError
        With every problem of the feature, its second-hand id among them.
    """
    building, problems = None, []
    try:
        building = read_feature(raw, index, options)
    except BuildingError as error:
        problems = [*error.problems]
    name = building.id if building else _id_of(raw)
    first = index if name is None else seen.setdefault(name, index)
    if first != index:
        expected = f"an id of its own (features[{first}] has it)"
        problems.insert(0, problem(f"$.features[{index}].id", name, expected, "DUPLICATE_ID"))
    if building is None or problems:
        raise BuildingError(problems)
    return building


def _id_of(raw: object) -> str | None:
    if isinstance(raw, (bytes, bytearray, memoryview)):
        return feature_id(bytes(raw))
    return id_text(raw.get("id")) if isinstance(raw, Mapping) else None


def _raw_features(source: Any) -> Iterator[tuple[int, bytes | dict[str, Any]]]:
    if isinstance(source, Mapping):
        features = source.get("features") if source.get("type") == "FeatureCollection" else [source]
        if source.get("type") not in _TYPES:
            shown = "" if source.get("type") is None else show(source["type"])
            raise container_error(f"$.type: {shown}", WANTED_TYPE, "WRONG_TYPE")
    elif isinstance(source, Sequence) and not isinstance(source, (str, bytes)):
        features = source
    else:
        yield from scan_features(source)
        return
    if not isinstance(features, Sequence) or isinstance(features, (str, bytes)):
        raise container_error("$.features: not a list", "a list of Features", "WRONG_TYPE")
    if not features:
        raise container_error("$.features: an empty list", "at least one Feature", "EMPTY_CONTAINER")
    yield from enumerate(features)


_TYPES: Final = ("FeatureCollection", "Feature")
