"""GeoJSON files as a stream of features.

The file is read in blocks; of the whole of it only the block and one feature are in memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import msgspec

from buem.io.fields import id_text
from buem.io.json_stream import Source, stream_features


class RawFeature(NamedTuple):
    """One feature of a file, not parsed yet."""

    #: Its place in the file, from 0.
    index: int  # type: ignore[assignment]
    #: Its JSON, sound or not.
    raw: bytes
    #: Where it begins in the text of the file; None when it does not stand there as it is. [bytes]
    start: int | None = None


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
    for index, (raw, start) in enumerate(stream_features(source)):
        yield RawFeature(index, raw, start)


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
    early = early_id(raw)
    if early is not None:
        return early
    try:
        return id_text(_ID_DECODER.decode(raw).id)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def early_id(raw: bytes) -> str | None:
    """The id of a feature that begins with its type and its id, as most do.

    Parameters
    ----------
    raw : bytes
        JSON of the feature.

    Returns
    -------
    str or None
        None for any other; `feature_id` reads it.
    """
    match = _ID.match(raw)
    return match[1].decode("ascii") if match else None


class _Id(msgspec.Struct):
    id: Any = None


_ID: Final = re.compile(rb'\s*\{\s*"type"\s*:\s*"Feature"\s*,\s*"id"\s*:\s*"([ !#-\[\]-~]+)"')
_ID_DECODER: Final = msgspec.json.Decoder(_Id)
