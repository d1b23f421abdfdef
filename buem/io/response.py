"""Results as GeoJSON in the v5 response form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final, NamedTuple, Self

import msgspec
import numpy as np

from buem import __version__
from buem.building import Building
from buem.clock import first_stamp, hour_stamps, last_stamp, offset_text
from buem.demands import demand_hours
from buem.errors import OutputError
from buem.io.building_json import building_block
from buem.io.durable import durable
from buem.io.failures import reason
from buem.io.paths import as_path
from buem.profiles import FloatArray
from buem.results import Failure, NotHeated, Results

#: Every value of an hour is its mean; other steps are not written.
_RESOLUTION: Final = {"resolution": "60", "resolution_unit": "minutes"}
#: What stands before the counts, and how far from the end at most. [B]
_COUNTS: Final = b'"metadata":'
_TAIL: Final = 4096
_GAINS_AS_ELECTRICITY: Final = "electricity: no profile was used; it is the internal gains, phi_int x A_ref"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answer:
    """What a response says about one building."""

    building: Building
    #: Loads of the hours of the period, shape (hours,). [W]
    heating: FloatArray
    #: None when no cooling was computed.
    cooling: FloatArray | None
    electricity: FloatArray
    #: Local standard time less UTC. [h]
    utc_offset: float
    model: str
    notes: tuple[str, ...]


def answer(results: Results, row: int) -> Answer:
    """One building of results, cut to the hours of its period.

    Parameters
    ----------
    results : Results
        With the series heating and cooling.
    row : int
        Position in `results.buildings`.

    Returns
    -------
    Answer

    Raises
    ------
    OutputError
        When the results hold no hourly loads.
    """
    if "heating" not in results.series or "cooling" not in results.series:
        raise OutputError("a response needs hourly loads; simulate with hourly='load' or 'all'")
    building = results.buildings[row]
    hours = building.period.indices()
    cooling = results.series["cooling"][row, hours].astype(np.float64)
    return Answer(
        building=building,
        heating=results.series["heating"][row, hours].astype(np.float64),
        cooling=cooling if building.usage.cooling else None,
        electricity=demand_hours(building, "electricity")[hours],
        utc_offset=float(results.utc_offset[row]),
        model=results.model,
        notes=(*building.notes, *(results.notes[row] if results.notes else ())),
    )


def response_feature(raw: Mapping[str, Any] | None, result: Answer, *, timeseries: bool = False) -> dict[str, Any]:
    """The request's feature with its results, as the v5 response schema describes it.

    Parameters
    ----------
    raw : mapping or None
        The feature as it was asked; None for a building made by hand. It is not changed, its
        `weather` block is left out.
    result : Answer
        Of the same building.
    timeseries : bool
        Whether the hours are written, too.

    Returns
    -------
    dict
        A GeoJSON Feature. `properties.buem.building` is converted where the request was of another dialect.
    """
    building = result.building
    asked = _asked(raw)
    block = asked.block
    described = _part(block, "building")
    if "envelope" not in described:
        described = building_block(building, _part(block, "building_attributes"))
        block = {"solver": {"compute_cooling": building.usage.cooling}, **block}
    span = _span(result)
    profile = {**span, **_RESOLUTION, "summary": _summary(result)}
    block = {
        **block,
        "building": described,
        "thermal_load_profile": {**profile, "timeseries": _timeseries(result)} if timeseries else profile,
        "model_metadata": _metadata(result, _is_client_profile(block, building)),
    }
    place = asked.geometry or {"type": "Point", "coordinates": [building.longitude, building.latitude]}
    return _feature(asked, building.id, place, {**span, **asked.properties, "buem": block})


def error_feature(raw: Mapping[str, Any] | None, failure: Failure) -> dict[str, Any]:
    """The request's feature with the reasons why it was not simulated.

    Parameters
    ----------
    raw : mapping or None
        The feature as it was asked, as far as it could be read.
    failure : Failure
        Of the same building.

    Returns
    -------
    dict
        A GeoJSON Feature with `properties.buem.error {type, message, path, feature_id, problems}`.
    """
    asked = _asked(raw)
    problems = [
        {"path": found.path, "value": found.value, "expected": found.expected, "code": found.code}
        for found in failure.problems
    ]
    error = {
        "type": "validation_error",
        "message": reason(failure),
        "path": failure.problems[0].path if failure.problems else "",
        "feature_id": failure.id,
        "problems": problems,
    }
    properties = {**asked.properties, "buem": {**asked.block, "error": error}}
    return _feature(asked, failure.id, asked.geometry, properties)


def not_heated_feature(raw: Mapping[str, Any] | None, item: NotHeated) -> dict[str, Any]:
    """The request's feature with the reason why it has no loads.

    Parameters
    ----------
    raw : mapping or None
        The feature as it was asked.
    item : NotHeated
        The building.

    Returns
    -------
    dict
        A GeoJSON Feature with `properties.buem.not_heated`.
    """
    asked = _asked(raw)
    properties = {**asked.properties, "buem": {**asked.block, "not_heated": item.building.not_heated}}
    place = asked.geometry or {"type": "Point", "coordinates": [item.building.longitude, item.building.latitude]}
    return _feature(asked, item.id, place, properties)


class EncodedFeature(NamedTuple):
    """A feature of a response file, as a worker hands it on."""

    #: A JSON object.
    data: bytes
    #: Whether it carries an error.
    failed: bool
    #: Number of its notes.
    warnings: int


def encode_response(raw: bytes | None, result: Answer, *, timeseries: bool = False) -> EncodedFeature:
    """`response_feature` as JSON, from the bytes of the request's feature.

    Parameters
    ----------
    raw : bytes or None
        The feature as it was asked; None for a building made by hand.
    result : Answer
        Of the same building.
    timeseries : bool
        Whether the hours are written, too.

    Returns
    -------
    EncodedFeature
    """
    asked = _decode(raw)
    feature = response_feature(asked, result, timeseries=timeseries)
    warnings = _warnings(result, _is_client_profile(_asked(asked).block, result.building))
    return EncodedFeature(msgspec.json.encode(feature, enc_hook=float), False, len(warnings))


def encode_error(raw: bytes | None, failure: Failure) -> EncodedFeature:
    """`error_feature` as JSON; a feature that is no JSON object is answered by its id alone.

    Parameters
    ----------
    raw : bytes or None
        The feature as it was asked.
    failure : Failure
        Of the same building.

    Returns
    -------
    EncodedFeature
    """
    return EncodedFeature(msgspec.json.encode(error_feature(_decode(raw), failure)), True, 0)


def encode_not_heated(raw: bytes | None, item: NotHeated) -> EncodedFeature:
    """`not_heated_feature` as JSON.

    Parameters
    ----------
    raw : bytes or None
        The feature as it was asked.
    item : NotHeated
        The building.

    Returns
    -------
    EncodedFeature
    """
    feature = not_heated_feature(_decode(raw), item)
    return EncodedFeature(msgspec.json.encode(feature), False, len(item.building.notes))


class ResponseWriter:
    """Writes a FeatureCollection feature by feature; the counts stand at its end.

    Parameters
    ----------
    path : Path
        File to write; it takes its name when the writer is closed.
    warnings : int
        Notes that were counted before.
    """

    def __init__(self, path: Path, warnings: int = 0) -> None:
        self._features = 0
        self._failed = 0
        self._warnings = warnings
        with ExitStack() as stack:
            temporary = stack.enter_context(durable(path))
            self._sink: BinaryIO = stack.enter_context(temporary.open("wb"))
            self._sink.write(b'{"type":"FeatureCollection","features":[\n')
            self._open = stack.pop_all()

    def append(self, feature: EncodedFeature) -> None:
        """Add one feature.

        Parameters
        ----------
        feature : EncodedFeature
            Of `encode_response` or `encode_error`.
        """
        self._sink.write(b",\n" if self._features else b"")
        self._sink.write(feature.data)
        self._features += 1
        self._failed += feature.failed
        self._warnings += feature.warnings

    def close(self) -> None:
        """Write the counts and give the file its name."""
        counts = {
            "total_features": self._features,
            "successful_features": self._features - self._failed,
            "failed_features": self._failed,
            "validation_warnings": self._warnings,
        }
        with self._open:
            self._sink.write(b"\n]," + _COUNTS + msgspec.json.encode(counts) + b"}\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        if kind is None:
            self.close()
        else:
            self._open.__exit__(kind, error, trace)


def read_counts(path: Path) -> dict[str, int]:
    """The counts at the end of a file that a `ResponseWriter` wrote.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    dict
        total_features, successful_features, failed_features and validation_warnings.

    Raises
    ------
    OutputError
        When it is no such file.
    """
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL))
        text = file.read().rpartition(_COUNTS)[2]
    try:
        return msgspec.json.decode(text.rstrip()[:-1], type=dict[str, int])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise OutputError(f"{path}: no counts at its end; expected a file of `buem run`") from error


def write_geojson(
    results: Results, path: str | Path, *, source: str | Path | None = None, timeseries: bool = False
) -> None:
    """Write results as a FeatureCollection in the v5 response form.

    Parameters
    ----------
    results : Results
        With hourly loads.
    path : str or Path
        The file to write.
    source : str or Path, optional
        The GeoJSON file the buildings were read from; its features come back with all they hold. Without it, features
        are made from the buildings.
    timeseries : bool
        Whether the hours are written, too: some 400 kB a building-year.

    Raises
    ------
    OutputError
        When there are no hourly loads, when a building is not in `source`, or when the file cannot be written.
    """
    rows = {building.id: row for row, building in enumerate(results.buildings)}
    failures = {failure.id: failure for failure in results.failures}
    idle = {item.id: item for item in results.not_heated}
    with ResponseWriter(as_path(path, "path")) as sink:
        for feature_id, raw in _requests(results, source):
            if feature_id in rows:
                sink.append(encode_response(raw, answer(results, rows.pop(feature_id)), timeseries=timeseries))
            elif feature_id in failures:
                sink.append(encode_error(raw, failures.pop(feature_id)))
            elif feature_id in idle:
                sink.append(encode_not_heated(raw, idle.pop(feature_id)))
        if rows or failures or idle:
            lost = [*rows, *failures, *idle]
            raise OutputError(f"{source}: {len(lost)} of the results are not in it, such as {lost[0]!r}")


def _requests(results: Results, source: str | Path | None) -> Iterator[tuple[str, bytes | None]]:
    if source is not None:
        from buem.io.scan import feature_id, scan_features

        yield from ((feature_id(raw.raw) or f"#{raw.index}", raw.raw) for raw in scan_features(source))
        return
    done = [(int(index), building.id) for index, building in zip(results.index, results.buildings)]
    failed = [(failure.index, failure.id) for failure in results.failures]
    idle = [(item.index, item.id) for item in results.not_heated]
    yield from ((name, None) for _, name in sorted(done + failed + idle))


def _decode(raw: bytes | None) -> dict[str, Any] | None:
    if raw is None:
        return None
    try:
        return msgspec.json.decode(raw, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


class _Asked(NamedTuple):
    """What a request's feature holds, as far as it is what it should be; copies throughout."""

    feature: dict[str, Any]
    geometry: Any
    #: With a resolution in any case.
    properties: dict[str, Any]
    #: `properties.buem` without its weather, which would be most of the answer.
    block: dict[str, Any]


def _asked(raw: Mapping[str, Any] | None) -> _Asked:
    feature = dict(raw or {})
    properties = {**_RESOLUTION, **_part(feature, "properties")}
    block = _part(properties, "buem")
    block.pop("weather", None)
    # The contract writes the number as text, v2 did not.
    properties |= {"resolution": str(properties.pop("resolution"))}
    return _Asked(feature, feature.get("geometry"), properties, block)


def _part(record: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = record.get(key)
    return dict(value) if isinstance(value, dict) else {}


def _feature(asked: _Asked, name: str, geometry: Any, properties: dict[str, Any]) -> dict[str, Any]:
    return {**asked.feature, "type": "Feature", "id": name, "geometry": geometry, "properties": properties}


def _span(result: Answer) -> dict[str, str]:
    period, offset = result.building.period, result.utc_offset
    return {"start_time": first_stamp(period, offset), "end_time": last_stamp(period, offset)}


def _summary(result: Answer) -> dict[str, Any]:
    loads = {"heating": result.heating, "cooling": result.cooling, "electricity": result.electricity}
    computed = {name: load for name, load in loads.items() if load is not None}
    peaks = {f"peak_{name}_load": _power(float(load.max())) for name, load in computed.items() if name != "electricity"}
    total = sum(float(load.sum()) for load in computed.values())
    return {
        **{name: _statistics(load) for name, load in computed.items()},
        "total_energy_demand": _energy(total),
        **peaks,
        "energy_intensity": {"value": round(total / 1000.0 / result.building.floor_area, 3), "unit": "kWh/m2"},
    }


def _statistics(load: FloatArray) -> dict[str, Any]:
    return {
        "total": _energy(float(load.sum())),
        "max": _power(float(load.max())),
        "min": _power(float(load.min())),
        "mean": _power(float(load.mean())),
        "median": _power(float(np.median(load))),
        "std": _power(float(load.std())),
    }


def _energy(watt_hours: float) -> dict[str, Any]:
    return {"value": round(watt_hours / 1000.0, 3), "unit": "kWh"}


def _power(watts: float) -> dict[str, Any]:
    return {"value": round(watts / 1000.0, 6), "unit": "kW"}


def _timeseries(result: Answer) -> dict[str, Any]:
    offset = offset_text(result.utc_offset)
    return {
        "unit": "kW",
        "timestamps": [f"{stamp}{offset}" for stamp in hour_stamps(result.building.period).astype(str).tolist()],
        "heating": _kilowatts(result.heating),
        **({} if result.cooling is None else {"cooling": _kilowatts(result.cooling)}),
        "electricity": _kilowatts(result.electricity),
    }


def _kilowatts(load: FloatArray) -> list[float]:
    kilowatts: list[float] = (load / 1000.0).round(6).tolist()
    return kilowatts


def _metadata(result: Answer, client_profile: bool) -> dict[str, Any]:
    building = result.building
    weather_year = building.weather.year if building.weather is not None else None
    cooled = ["cooling"] if result.cooling is not None else []
    return {
        "model_version": f"buem-engine {__version__}",
        "solver_used": result.model,
        # A typical year has no year of its own: the calendar it is laid on stands in.
        "weather_year": weather_year or building.period.year,
        "simulations_run": ["heating", *cooled, "electricity"],
        "electricity_source": "client_provided" if client_profile else "model_generated",
        "validation_warnings": _warnings(result, client_profile),
    }


def _warnings(result: Answer, client_profile: bool) -> list[str]:
    own = client_profile or result.building.usage.electricity is not None
    return [*result.notes, *(() if own else (_GAINS_AS_ELECTRICITY,))]


def _is_client_profile(block: Mapping[str, Any], building: Building) -> bool:
    asked = "electricity_load_profile" in _part(block, "inputs")
    ignored = any(note.startswith("inputs.electricity_load_profile: ignored") for note in building.notes)
    # A profile that was used has become the internal gains, hour by hour.
    return asked and not ignored and isinstance(building.usage.internal_gain, tuple)
