"""What the page draws: the buildings of a job as columns beside their outlines, and all there is of one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
from sqlalchemy import Connection, Engine, Text, func, select, type_coerce

from buem.errors import OutputError
from buem.service.collection import get_features
from buem.service.errors import ApiError
from buem.service.inputs import input_path, read_features
from buem.service.map_outlines import STEP, draw
from buem.service.options import ServiceOptions
from buem.service.store import reading
from buem.service.tables import results, unit_items, units
from buem.service.transitions import find

#: The operation whose buildings are drawn.
SIMULATION: Final = "calculate"
#: Figures of a building that the page colours, sorts and sums.
COLUMNS: Final = ("heating_kwh_m2", "cooling_kwh_m2", "heating_peak_kw", "cooling_peak_kw", "height_m",
                  "floor_area_m2", "year")
#: What a building may be; the page is sent the place in this list.
STATUSES: Final = ("ok", "not_heated", "error")
_CODES: Final = {status: code for code, status in enumerate(STATUSES)}
#: Most buildings of one map.
MOST: Final = 200_000
#: Series of the hours that are sent.
SERIES: Final = ("heating_W", "cooling_W")
#: Digits of figures that are kept.
_DIGITS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """Buildings that a worker takes at once."""

    first: int
    size: int
    #: `ids`, and `start` and `lengths` where the job brought its features along.
    items: Mapping[str, Any]


class Figures(msgspec.Struct, frozen=True, gc=False):
    """What is drawn and listed of the outcome of a simulation."""

    status: str = "error"
    heating_kwh_m2: float | None = None
    cooling_kwh_m2: float | None = None
    heating_peak_kw: float | None = None
    cooling_peak_kw: float | None = None
    height_m: float | None = None
    floor_area_m2: float | None = None
    year: float | None = None
    use: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A building whose operation has ended."""

    #: Of the operation in the job.
    index: int
    id: str
    figures: Figures


_DECODE_FIGURES: Final = msgspec.json.Decoder(Figures)


def read_map(store: Engine, service: ServiceOptions, job_id: str, most: int = MOST) -> bytes:
    """The buildings of a job for the map.

    Parameters
    ----------
    store : Engine
        The store.
    service : ServiceOptions
        How the service runs.
    job_id : str
        The job; of several simulations in it the last is shown.
    most : int
        More buildings than this are left out.

    Returns
    -------
    bytes
        JSON, see docs/page.md; without buildings for a job that simulates none.

    Raises
    ------
    ApiError
        When there is no such job.
    """
    with reading(store) as connection:
        find(connection, job_id)
        stage = connection.execute(select(func.max(units.c.stage)).where(
            units.c.job_id == job_id, units.c.type == SIMULATION)).scalar()
        if stage is None:
            return _encode([], [], 0)
        cut = [Unit(first=row.first, size=row.size, items=row.items) for row in connection.execute(
            select(units).where(units.c.job_id == job_id, units.c.stage == stage,
                                units.c.type == SIMULATION).order_by(units.c.first))]
        found = _ended(connection, job_id, cut, most)
        chosen = {one.index for one in found}
        kept = _kept(connection, cut, found)
    path = input_path(service.folder, job_id, stage)
    raws = {index: raw for index, raw in (kept or _brought(path, cut)) if index in chosen}
    total = max((unit.first + unit.size for unit in cut), default=0) - min((unit.first for unit in cut), default=0)
    return _encode(found, [raws.get(one.index) for one in found], total)


def _ended(connection: Connection, job_id: str, cut: Sequence[Unit], most: int) -> list[Found]:
    first, end = cut[0].first, cut[-1].first + cut[-1].size
    rows = connection.execute(select(
        unit_items.c.operation, unit_items.c.resource_id, type_coerce(unit_items.c.outcome, Text)).where(
        unit_items.c.job_id == job_id, unit_items.c.operation >= first, unit_items.c.operation < end).order_by(
        unit_items.c.operation).limit(most))
    return [Found(index=index, id=name, figures=_DECODE_FIGURES.decode(outcome) if outcome else Figures())
            for index, name, outcome in rows]


def _kept(connection: Connection, cut: Sequence[Unit], found: Sequence[Found]) -> list[tuple[int, bytes]]:
    """Features of buildings of the collection, as they are now; none for a job that brought its own."""
    if any("lengths" in unit.items for unit in cut):
        return []
    features = get_features(connection, [one.id for one in found])
    return [(one.index, features[one.id]) for one in found if one.id in features]


def _brought(path: Path, cut: Sequence[Unit]) -> Iterator[tuple[int, bytes]]:
    """Features that the job brought along."""
    if not path.is_file():
        return
    for unit in cut:
        if "lengths" in unit.items:
            yield from enumerate(read_features(path, dict(unit.items)), unit.first)


def _encode(found: Sequence[Found], raws: Sequence[bytes | None], total: int) -> bytes:
    drawn = draw(raws)
    words: dict[str, int] = {}
    uses = [words.setdefault(one.figures.use or "", len(words)) for one in found]
    return msgspec.json.encode({"data": {
        "total": total,
        "origin": drawn.origin,
        "step": STEP,
        "statuses": STATUSES,
        "index": [one.index for one in found],
        "id": [one.id for one in found],
        "status": [_CODES.get(one.figures.status, _CODES["error"]) for one in found],
        "outlines": drawn.outlines,
        "columns": {name: rounded([getattr(one.figures, name) for one in found]) for name in COLUMNS},
        "words": {"use": {"words": list(words), "values": uses}},
    }})


def rounded(values: Sequence[float | None]) -> list[float | int | None]:
    """Figures with the digits that are kept; None for NaN and for none.

    Parameters
    ----------
    values : sequence of float or None
        A column.

    Returns
    -------
    list of float, int or None
        Whole numbers as such: they are shorter.
    """
    given = np.array(values, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        places = _DIGITS - 1 - np.floor(np.log10(np.abs(given)))
    power = 10.0 ** np.where(np.isfinite(places), np.abs(places), 0.0)
    # Only powers from 1 on: one division or product of exact numbers gives the number that is nearest.
    size = np.abs(given)
    short = np.copysign(np.where(places >= 0, np.floor(size * power + 0.5) / power,
                                 np.floor(size / power + 0.5) * power), given)
    short[given == 0.0] = 0.0
    return [None if value != value else int(value) if value.is_integer() else value for value in short.tolist()]


def read_building(store: Engine, service: ServiceOptions, job_id: str, index: int) -> dict[str, Any]:
    """All there is of one building of a job.

    Parameters
    ----------
    store : Engine
        The store.
    service : ServiceOptions
        How the service runs.
    job_id : str
        The job.
    index : int
        Of its operation.

    Returns
    -------
    dict
        `data` of the answer, see docs/page.md.

    Raises
    ------
    ApiError
        When there is no such job, no such operation, it has not ended, or its files are not kept any more.
    """
    with reading(store) as connection:
        find(connection, job_id)
        item = connection.execute(select(unit_items).where(
            unit_items.c.job_id == job_id, unit_items.c.operation == index, unit_items.c.type == "calculate")).first()
        if item is None:
            text = f"Operation {index} of job {job_id[:80]} has not ended, or is none of a building."
            raise ApiError("not_found", text)
        rows = connection.execute(select(results.c.kind, results.c.path).where(
            results.c.job_id == job_id, results.c.unit == item.unit).order_by(results.c.attempt.desc())).all()
    files = {kind: [service.folder / row.path for row in rows if row.kind == kind] for kind in ("summary", "hourly")}
    answer = {"index": index, "id": item.resource_id, "status": (item.outcome or {}).get("status", "error"),
              "summary": {}, "notes": [], "error": item.message, "hours": None}
    try:
        if item.state == "succeeded":
            summary = _first(_row, files["summary"], index) or {}
            answer["notes"] = list(summary.pop("notes", None) or ())
            answer["summary"] = {name: value for name, value in summary.items() if name not in ("index", "error")}
            answer["hours"] = _first(_hours, files["hourly"], index)
    except OutputError:
        raise ApiError("gone", f"The results of job {job_id} are not kept any more.") from None
    return answer


def _first(read: Callable[[Path, int], dict[str, Any] | None], paths: Sequence[Path], index: int
           ) -> dict[str, Any] | None:
    """What is found in the newest of the files that a unit has brought with its tries."""
    found = (read(path, index) for path in paths)
    return next((one for one in found if one is not None), None)


def _row(path: Path, index: int) -> dict[str, Any] | None:
    from buem.io.parts import open_parquet
    from buem.io.tables import SUMMARY_SCHEMA

    with open_parquet(path, SUMMARY_SCHEMA.names) as source:
        table = source.read()
    place = _place(table["index"].to_numpy(), index)
    row: dict[str, Any] | None = table.slice(place, 1).to_pylist()[0] if place >= 0 else None
    return row


def _hours(path: Path, index: int) -> dict[str, Any] | None:
    from buem.io.parts import PART_KEYS, open_parquet, series_of

    with open_parquet(path, PART_KEYS) as source:
        for group in range(source.num_row_groups):
            place = _place(source.read_row_group(group, columns=["index"])["index"].to_numpy(), index)
            if place >= 0:
                row = source.read_row_group(group).slice(place, 1)
                hours = row["hours"][0].as_py()
                series = {name: values[0, :hours] for name, values in series_of(row).items() if name in SERIES}
                return {"start_time": row["start_time"][0].as_py(), "step_s": row["step_s"][0].as_py(),
                        "hours": hours, "series": {name: watts(values) for name, values in series.items()}}
    return None


def watts(values: np.ndarray[Any, Any]) -> list[int | None]:
    """Loads to the watt; None for NaN."""
    whole = np.rint(np.nan_to_num(values)).astype(np.int64).tolist()
    return [None if gone else value for value, gone in zip(whole, np.isnan(values).tolist())]


def _place(indices: np.ndarray[Any, Any], index: int) -> int:
    found = np.flatnonzero(indices == index)
    return int(found[0]) if found.size else -1
