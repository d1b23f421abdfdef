"""Properties of the features that a run read, such as districts, for the buildings of its results."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from buem.city import CityOptions
from buem.errors import OptionError, OutputError, problem
from buem.io.directory import ResultsDir
from buem.io.durable import durable
from buem.io.features import open_features
from buem.io.parts import open_parquet
from buem.io.place import Place

#: Value of a property; None where a feature has none.
Value: TypeAlias = str | int | float | bool | None


class _Feature(msgspec.Struct, gc=False):
    properties: dict[str, msgspec.Raw] | None = None


class _Buem(msgspec.Struct, gc=False):
    building: dict[str, msgspec.Raw] | None = None


class FeatureProperties:
    """Chosen properties of the features of a run's input, one feature after another.

    Parameters
    ----------
    place : Place
        Where the results of the run are.
    names : sequence of str
        Members of `properties`, or else of the building that `properties.buem` describes.
    source : Path, optional
        The input of the run; the one that run.json names when absent.

    Raises
    ------
    OutputError
        When the input is gone or has changed.
    """

    def __init__(self, place: Place, names: Sequence[str], source: Path | None) -> None:
        self._names = names
        self._path = source or _input_of(place, names)
        self._features = open_features(self._path, CityOptions(layer=_told(place).options.city.layer or ""))
        self._missing = set(names)

    def of(self, index: int) -> dict[str, Value]:
        """Of the feature at a position behind that of the last call."""
        feature = next((one for one in self._features if one.index == index), None)
        if feature is None:
            raise OutputError(f"{self._path}: holds fewer features than the run read; expected the input of the run")
        found: dict[str, Value] = {}
        for name in self._names:
            raw = _member(feature.raw, name)
            found[name] = None if raw is None else _plain(raw)
            if found[name] is not None:
                self._missing.discard(name)
        return found

    def finish(self) -> list[str]:
        """Names that no feature had; refuses an input that goes on."""
        if next(self._features, None) is not None:
            raise OutputError(f"{self._path}: holds more features than the run read; expected the input of the run")
        return sorted(self._missing)


def export_properties(results: ResultsDir, names: Sequence[str], path: str | Path, source: Path | None = None) -> None:
    """Write properties of the features beside id and index, one row a building, as a table to join others with.

    Parameters
    ----------
    results : ResultsDir
        A finished run.
    names : sequence of str
        At least one property.
    path : str or Path
        A Parquet file; the properties are texts, whatever they are in the features.
    source : Path, optional
        The input of the run; the one that run.json names when absent.

    Raises
    ------
    OptionError
        For a name that no feature has.
    OutputError
        When the run is not finished, or its input is gone or has changed.
    """
    unfit = [name for name in names if name in ("", "id", "index")]
    if unfit or not names or len(set(names)) < len(names):
        raise OptionError([problem("properties", ",".join(names), "names of properties parted by commas, each once")])
    given = FeatureProperties(results.place, names, source)
    schema = pa.schema([("id", pa.string()), ("index", pa.int64()), *((name, pa.string()) for name in names)])
    summary = results.path / "summary.parquet"
    if not summary.exists():
        raise OutputError(f"{summary}: missing; the run has not come to its end")
    with durable(Path(path)) as temporary, open_parquet(summary, ("id", "index")) as rows:
        with pq.ParquetWriter(temporary, schema, compression="zstd") as sink:
            for batch in rows.iter_batches(columns=["id", "index"]):
                found = [given.of(index) for index in batch["index"].to_pylist()]
                columns = [pa.array([_text(row[name]) for row in found], pa.string()) for name in names]
                sink.write_batch(pa.record_batch([batch["id"], batch["index"], *columns], schema=schema))
        missing = given.finish()
        if missing:
            raise OptionError([problem("properties", name, "a property of any feature") for name in missing])


def _text(value: Value) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)


class _Input(msgspec.Struct):
    path: str = ""
    bytes: int | None = None


class _City(msgspec.Struct):
    layer: str | None = None


class _Options(msgspec.Struct):
    city: _City = msgspec.field(default_factory=_City)


class _Run(msgspec.Struct):
    """What is looked at of run.json."""

    input: _Input = msgspec.field(default_factory=_Input)
    options: _Options = msgspec.field(default_factory=_Options)


def _told(place: Place) -> _Run:
    raw = place.read("run.json")
    try:
        return _Run() if raw is None else msgspec.json.decode(raw, type=_Run)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise OutputError(f"{place.label('run.json')}: cannot be used ({error}); expected the record of a run of "
                          "buem") from error


def _input_of(place: Place, names: Sequence[str]) -> Path:
    about = _told(place).input
    path, size = Path(about.path), about.bytes
    if not about.path:
        raise OutputError(f"{place}: has no run.json that names its input, where {', '.join(names)} would be "
                          "looked for; expected a column of the summary, or the input")
    if not path.is_file():
        raise OutputError(f"{path}: missing; expected the input of the run, where {', '.join(names)} is looked for")
    if path.stat().st_size != size:
        raise OutputError(f"{path}: has {path.stat().st_size} B; expected the {size} B of the input of the run")
    return path


def _member(raw: bytes, name: str) -> msgspec.Raw | None:
    """A property of a feature, or a label of its building, not parsed yet."""
    try:
        properties = msgspec.json.decode(raw, type=_Feature).properties or {}
        if name in properties or "buem" not in properties:
            return properties.get(name)
        building = msgspec.json.decode(properties["buem"], type=_Buem).building or {}
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return building.get(name)


def _plain(raw: msgspec.Raw) -> Value:
    """A text, a number or a truth; anything else is nothing."""
    try:
        value: Any = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if isinstance(value, dict):
        value = value.get("value")
    return value if isinstance(value, (str, int, float, bool)) else None
