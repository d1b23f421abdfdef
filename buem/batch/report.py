"""What a run did: counts, totals, times and memory, as a record and as run.json."""

from __future__ import annotations

import datetime as dt
import platform
import time
from collections import Counter
from dataclasses import asdict, dataclass, field, fields
from importlib import metadata
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyarrow as pa
from pyarrow import compute

import buem
from buem.batch.identity import file_digest, weather_digest
from buem.batch.part import Cost, Setup
from buem.batch.record import Input, RunCounts, RunRecord, Status, WeatherUse
from buem.io.durable import durable
from buem.weather import Weather

_PACKAGES: Final = ("numpy", "numba", "pvlib", "pyarrow", "joblib", "msgspec")
#: Columns of the summary that are added up.
_SUMS: Final = ("floor_area_m2", "heating_kwh", "cooling_kwh")
#: How buildings end.
_ENDS: Final = ("ok", "not_heated", "error")
#: Distance above which a station deserves a warning. [km]
FAR: Final = 150.0


@dataclass(frozen=True, kw_only=True)
class RunReport:
    """What came of a run."""

    #: Folder, or URL of the store.
    out: Path | str
    status: Status
    #: Buildings of the file that were looked at, and how they ended.
    buildings: int
    ok: int
    not_heated: int
    failed: int
    #: Of the buildings that were simulated. [m²]
    floor_area: float
    #: Sums over the buildings. [kWh]
    heating: float
    cooling: float
    #: Highest load of a single building. [kW]
    heating_peak: float
    cooling_peak: float
    #: On the clock, the start of the workers included. [s]
    seconds: float
    #: Until the first part began. [s]
    start_seconds: float
    workers: int

    @property
    def rate(self) -> float:
        """Buildings a second after the start. [1/s]"""
        return self.buildings / max(self.seconds - self.start_seconds, 1e-9)


class Times(NamedTuple):
    """When a run began, and how long it has taken; the clock of the system may jump meanwhile."""

    #: By the clock of the system. [s]
    began: float
    #: Since then, by a clock that nobody sets. [s]
    seconds: float
    #: What that clock showed. [s]
    mark: float = 0.0

    @classmethod
    def start(cls) -> Times:
        """A run that begins now."""
        return cls(time.time(), 0.0, time.monotonic())

    def now(self) -> Times:
        """The same run, at this moment."""
        return self._replace(seconds=time.monotonic() - self.mark)


@dataclass(slots=True)
class Tally:
    """Adds up what the parts bring."""

    statuses: Counter[str] = field(default_factory=Counter)
    weather: Counter[str] = field(default_factory=Counter)
    #: Sums and highest values of columns of the summary.
    sums: dict[str, float] = field(default_factory=dict)
    peaks: dict[str, float] = field(default_factory=dict)
    #: Buildings whose station is farther than `FAR`.
    far: int = 0
    costs: list[Cost] = field(default_factory=list)
    #: Parts that an earlier run did.
    restored: int = 0

    def add(self, table: pa.Table, cost: Cost | None) -> None:
        """Count the rows and the cost of one part.

        Parameters
        ----------
        table : pyarrow.Table
            Rows of the summary.
        cost : Cost or None
            What they took; None where an earlier run did the part.
        """
        self.statuses.update(_counts(table["status"]))
        self.weather.update(_counts(table["weather"]))
        self.far += compute.sum(compute.greater(table["weather_distance_km"], FAR)).as_py() or 0
        if cost is None:
            self.restored += 1
        else:
            self.costs.append(cost)
        simulated = table.filter(compute.equal(table["status"], "ok"))
        for name in _SUMS:
            self.sums[name] = self.sums.get(name, 0.0) + (compute.sum(simulated[name]).as_py() or 0.0)
        for name in ("heating_peak_kw", "cooling_peak_kw"):
            self.peaks[name] = max(self.peaks.get(name, 0.0), compute.max(table[name]).as_py() or 0.0)

    @property
    def buildings(self) -> int:
        """Number of rows so far."""
        return self.statuses.total()

    def report(self, setup: Setup, status: Status, times: Times) -> RunReport:
        """The sums as they stand.

        Parameters
        ----------
        setup : Setup
            Its folder is where the files are.
        status : str
            How the run ended.
        times : Times
            Of the run.

        Returns
        -------
        RunReport
        """
        began = min((cost.began for cost in self.costs), default=times.began + times.seconds)
        return RunReport(
            out=setup.place, status=status, buildings=self.buildings, ok=self.statuses["ok"],
            not_heated=self.statuses["not_heated"], failed=self.statuses["error"],
            floor_area=self.sums.get("floor_area_m2", 0.0), heating=self.sums.get("heating_kwh", 0.0),
            cooling=self.sums.get("cooling_kwh", 0.0), heating_peak=self.peaks.get("heating_peak_kw", 0.0),
            cooling_peak=self.peaks.get("cooling_peak_kw", 0.0), seconds=times.seconds,
            start_seconds=min(max(0.0, began - times.began), times.seconds),
            workers=len({cost.process for cost in self.costs}),
        )


def _counts(column: pa.ChunkedArray) -> dict[str, int]:
    pairs = column.drop_null().value_counts()
    return dict(zip(pairs.field("values").to_pylist(), pairs.field("counts").to_pylist()))


def write_report(report: RunReport, tally: Tally, setup: Setup, source: Path, times: Times) -> None:
    """Write run.json, the only file that tells of times, memory and the machine.

    Parameters
    ----------
    report : RunReport
        What came of the run.
    tally : Tally
        With the costs of its parts.
    setup : Setup
        Options and weather.
    source : Path
        The input.
    times : Times
        Of the run.
    """
    ended = report.status != "running"
    given = None if setup.site is None else weather_digest(setup.site.weather)
    record = RunRecord(
        status=report.status, versions=_versions(), options=_options(setup), weather=weather_use(tally, given),
        input=Input(path=str(source.absolute()), bytes=source.stat().st_size,
                    sha256=file_digest(source) if ended else None),
        counts=run_counts(tally, len(tally.costs) + tally.restored), totals=totals(tally),
        times=_times(report, tally, times), memory=_memory(tally, setup))
    with durable(setup.out / "run.json") as temporary:
        temporary.write_bytes(record.encoded())


def weather_use(tally: Tally, given: str | None) -> WeatherUse:
    """The weather of the buildings.

    Parameters
    ----------
    tally : Tally
        Of all of them.
    given : str or None
        The one that was given for all.

    Returns
    -------
    WeatherUse
    """
    return WeatherUse(buildings=dict(sorted(tally.weather.items())), farther_than_150_km=tally.far, given=given)


def run_counts(tally: Tally, parts: int) -> RunCounts:
    """Buildings by how they ended.

    Parameters
    ----------
    tally : Tally
        Of all of them.
    parts : int
        Number of parts.

    Returns
    -------
    RunCounts
    """
    ends = {status: tally.statuses[status] for status in _ENDS}
    return RunCounts(buildings=tally.buildings, parts=parts, **ends)


def totals(tally: Tally) -> dict[str, float]:
    """Sums over the buildings that were simulated.

    Parameters
    ----------
    tally : Tally
        Of all of them.

    Returns
    -------
    dict of str to float
        By the columns of the summary. [m²], [kWh]
    """
    return {name: tally.sums.get(name, 0.0) for name in _SUMS}


def _versions() -> dict[str, str]:
    found = {"buem": buem.__version__, "python": platform.python_version(), "system": platform.platform()}
    return found | {name: metadata.version(name) for name in _PACKAGES}


def _options(setup: Setup) -> dict[str, Any]:
    options = {f.name: getattr(setup.options, f.name) for f in fields(setup.options)}
    weather = options["weather"]
    city = asdict(setup.options.city)
    return options | {"weather": weather.name if isinstance(weather, Weather) else str(weather),
                      "city": city | {"archetypes": city["archetypes"] and str(city["archetypes"])}}


def _times(report: RunReport, tally: Tally, times: Times) -> dict[str, Any]:
    began = dt.datetime.fromtimestamp(times.began, dt.UTC)
    return {
        "began": began.isoformat(timespec="seconds"),
        "seconds": round(report.seconds, 3),
        "start_seconds": round(report.start_seconds, 3),
        "buildings_per_second": round(report.rate, 1),
        "part_seconds": round(sum(cost.seconds for cost in tally.costs), 3),
        "part_cpu_seconds": round(sum(cost.cpu_seconds for cost in tally.costs), 3),
        "workers": report.workers,
        "restored_parts": tally.restored,
    }


def _memory(tally: Tally, setup: Setup) -> dict[str, object]:
    costs = tally.costs
    return {
        "budget_per_building": setup.options.budget,
        "limit": setup.options.memory,
        "share_per_worker": setup.share,
        "planned_chunk_max": max((cost.planned for cost in costs), default=0),
        "measured_growth_max": max((cost.growth for cost in costs), default=0),
        "worker_peak_max": max((cost.peak for cost in costs), default=0),
        "worker_private_max": max((cost.private for cost in costs), default=0),
        "chunks": sum(cost.chunks for cost in costs),
    }
