"""Features of a request as features of its answer. Runs in an engine process, or in a worker."""

from __future__ import annotations

import secrets
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from buem.batch.chunk import read_chunks, simulate_chunk
from buem.batch.part import PartTask, Setup
from buem.batch.sites import station_site
from buem.errors import ContainerError, problem
from buem.io.features import open_features
from buem.io.response import answer, error_feature, not_heated_feature, response_feature
from buem.io.scan import RawFeature, feature_id
from buem.results import Failure, Results
from buem.service.answers import stamp, utc_now
from buem.service.errors import kind_of_problem
from buem.service.run_options import RequestOptions

#: An answer longer than this goes through a file. [B]
LARGE: Final = 4_000_000

_HEAD: Final = b'{"type":"FeatureCollection","features":['


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request that waits for its answer."""

    raws: tuple[bytes, ...]
    options: RequestOptions
    #: Whether hours are written, too.
    timeseries: bool
    #: Folder for long answers and for the hours of buildings.
    folder: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The answer to a request."""

    #: A FeatureCollection; empty when it is in the file.
    body: bytes
    path: Path | None
    features: int
    failed: int


class Encoded(NamedTuple):
    """One feature of an answer."""

    index: int  # type: ignore[assignment]
    feature: dict[str, Any]
    failed: bool
    warnings: int


#: No Feature is shorter than this; a list of a million numbers is none of features.
_SHORTEST: Final = 30
_MOST_SHORT: Final = 1000


def features_of(body: bytes, options: RequestOptions) -> tuple[bytes, ...]:
    """The features of a body, each as JSON.

    Parameters
    ----------
    body : bytes
        GeoJSON in any container.
    options : RequestOptions
        With the names of ids.

    Returns
    -------
    tuple of bytes

    Raises
    ------
    ContainerError
        When the body is no GeoJSON.
    """
    found: list[bytes] = []
    short = 0
    for feature in open_features(body, options.city):
        found.append(feature.raw)
        short += len(feature.raw) < _SHORTEST
        if short > _MOST_SHORT:
            raise ContainerError([problem("$.features", f"{short} members of less than {_SHORTEST} letters",
                                          "a list of Features", "WRONG_TYPE")])
    return tuple(found)


def answer_request(asked: Asked) -> Answered:
    """Simulate the features of a request.

    Parameters
    ----------
    asked : Asked
        The request.

    Returns
    -------
    Answered
        Features in the order of the request, those that failed with their errors.
    """
    started = time.perf_counter()
    token = secrets.token_hex(8)
    body = _Body(asked.folder)
    profiles: list[dict[str, Any]] = []
    with request_setup(asked.raws, asked.options) as setup:
        task = PartTask(number=0, first=0, raws=asked.raws, duplicates=duplicates(asked.raws))
        for chunk in read_chunks(task, setup, asked.options.worker_share):
            for item in encode(simulate_chunk(chunk, setup), asked.raws, 0, timeseries=asked.timeseries):
                hours = _hours(item.feature)
                if hours is not None:
                    hours["timeseries_file"] = f"/api/files/buem_ts_{token}_{len(profiles)}.json.gz"
                    profiles.append({"id": item.feature["id"], **hours["timeseries"]})
                body.append(item)
    if profiles:
        from buem.service.profiles import write_profiles

        write_profiles(asked.folder, token, profiles)
    return body.close(time.perf_counter() - started)


def _hours(feature: dict[str, Any]) -> dict[str, Any] | None:
    profile = feature["properties"]["buem"].get("thermal_load_profile")
    return profile if isinstance(profile, dict) and "timeseries" in profile else None


@contextmanager
def request_setup(raws: Sequence[bytes], options: RequestOptions) -> Iterator[Setup]:
    """The setup of features that stand among each other.

    Parameters
    ----------
    raws : sequence of bytes
        The features.
    options : RequestOptions
        How they are simulated.

    Yields
    ------
    Setup
        Its outlines go with the block.
    """
    site = station_site(options.station, options.sky) if options.station else None
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="buem-")))
        setup = Setup(options=options, out=folder, site=site)
        if len(raws) > 1 and any(b"olygon" in raw for raw in raws):
            from buem.batch.outlines import lay_out

            features = (RawFeature(index, raw) for index, raw in enumerate(raws))
            if lay_out(features, lambda _: options.reading, folder / "outlines", folder / "outlines.parquet"):
                setup = replace(setup, outlines=folder / "outlines")
        yield setup


def duplicates(raws: Sequence[bytes]) -> frozenset[int]:
    """Positions of features whose id an earlier one has."""
    seen: set[str] = set()
    found: list[int] = []
    for position, raw in enumerate(raws):
        name = feature_id(raw)
        if name is not None and name in seen:
            found.append(position)
        elif name is not None:
            seen.add(name)
    return frozenset(found)


def encode(results: Results, raws: Sequence[bytes], first: int, *, timeseries: bool) -> list[Encoded]:
    """The features of an answer, in the order of the request.

    Parameters
    ----------
    results : Results
        Of one chunk.
    raws : sequence of bytes
        All features of the part.
    first : int
        Index of the first of them.
    timeseries : bool
        Whether hours are written, too.

    Returns
    -------
    list of Encoded
    """
    found = []
    for row, index in enumerate(results.index.tolist()):
        feature = response_feature(_decode(raws[index - first]), answer(results, row), timeseries=timeseries)
        warnings = feature["properties"]["buem"]["model_metadata"]["validation_warnings"]
        found.append(Encoded(index, feature, False, len(warnings)))
    for failure in results.failures:
        found.append(Encoded(failure.index, failed_feature(raws[failure.index - first], failure), True, 0))
    for idle in results.not_heated:
        feature = not_heated_feature(_decode(raws[idle.index - first]), idle)
        found.append(Encoded(idle.index, feature, False, len(idle.building.notes)))
    return sorted(found, key=lambda item: item.index)


def failed_feature(raw: bytes, failure: Failure) -> dict[str, Any]:
    """The feature with its error, of the type that its first problem has."""
    feature = error_feature(_decode(raw), failure)
    if failure.problems:
        kind = kind_of_problem(failure.problems[0].code)
        feature["properties"]["buem"]["error"]["type"] = kind.item_code
    return feature


def _decode(raw: bytes) -> dict[str, Any] | None:
    try:
        return msgspec.json.decode(raw, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


class _Body:
    """A FeatureCollection that is written feature by feature, into memory while it is short."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._parts: list[bytes] = []
        self._size = 0
        self._path: Path | None = None
        self._features = self._failed = self._warnings = 0

    def append(self, item: Encoded) -> None:
        """Add a feature."""
        data = msgspec.json.encode(item.feature, enc_hook=float)
        self._parts.append((b"," if self._features else b"") + data)
        self._size += len(data)
        self._features += 1
        self._failed += item.failed
        self._warnings += item.warnings
        if self._size > LARGE:
            self._spill()

    def _spill(self) -> None:
        if self._path is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._path = self._folder / f"answer-{secrets.token_hex(8)}.json"
            self._parts.insert(0, _HEAD)
        with self._path.open("ab") as file:
            file.writelines(self._parts)
        self._parts.clear()
        self._size = 0

    def close(self, seconds: float) -> Answered:
        """End the collection with its counts."""
        now = stamp(utc_now())
        counts = {"total_features": self._features, "successful_features": self._features - self._failed,
                  "failed_features": self._failed, "validation_warnings": self._warnings}
        tail = {"timeStamp": now, "processed_at": now,
                "processing_elapsed_s": round(seconds, 3), "metadata": counts}
        self._parts.append(b"]," + msgspec.json.encode(tail)[1:])
        if self._path is None:
            body = b"".join((_HEAD, *self._parts))
        else:
            self._spill()
            body = b""
        return Answered(body=body, path=self._path, features=self._features, failed=self._failed)
