"""What a run may do and how much it may hold: options, planned bytes, parts."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from buem.building import Building, Zone
from buem.city import CityOptions
from buem.constants import HOURS
from buem.errors import OptionError, Problem, problem
from buem.io.dialects import WALL_AREAS, ReadOptions, WallArea
from buem.profiles import Schedule
from buem.simulate import SERIES, Options

if TYPE_CHECKING:
    from buem.weather import Weather

FORMATS: Final = ("parquet", "csv", "geojson", "profiles")
ON_ERROR: Final = ("skip", "stop")
Hourly = Literal["none", "load", "all"]
AUTO: Final = "auto"
#: Address of a scheduler, or the file that it writes.
CLUSTER: Final = re.compile(r"dask://(?:(?P<host>[^/:\s]+:\d{1,5})/?|(?P<file>/\S+))")

#: Bytes of a memory budget that is not given. [B]
DEFAULT_BUDGET: Final = 5_000_000
#: A worker's share: so many times the budget of one building may be planned for one chunk.
SHARE: Final = 40

#: What a building costs, measured by tests/batch/test_plan.py and rounded up. [B]
BYTES_RECORD: Final = 20_000
BYTES_ELEMENT: Final = 3_000
#: Decoding holds the text, the parsed tree and the records at once: bytes a byte of text.
BYTES_PER_TEXT: Final = 8
#: A schedule of a year in float64, held twice while it is stacked. Alike ones are kept once a chunk. [B]
BYTES_SCHEDULE: Final = 2 * HOURS * 8
#: A series of a year in float32: computed, joined with those of other sites, put into order, encoded. [B]
BYTES_SERIES: Final = 4 * HOURS * 4
#: Hourly arrays that the NumPy kernel keeps of a building, in float64. [B]
BYTES_NUMPY: Final = 4 * HOURS * 8
#: What stands around a block of footprints in a dense city, with the lines of sight to it, beside any chunk. [B]
BYTES_AROUND: Final = 150_000_000
#: The node model: tables, modes and workspaces of an element, a space's own schedules and series, what the NumPy form
#: keeps of a week's sun of an element. [B]
BYTES_NODES: Final = 2_000
BYTES_BESIDE: Final = HOURS * 8 + HOURS * 4
BYTES_NODES_NUMPY: Final = 168 * 8 * 12
#: Weather of its own: ten quantities, eight hour coefficients and what pvlib needs meanwhile, in float64. [B]
BYTES_WEATHER: Final = 40 * HOURS * 8
#: What weather of its own, with its text, may take on top of the budget of a building. [B]
WEATHER_BUDGET: Final = 30_000_000

_UNITS: Final = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20, "gib": 2**30}


def parse_bytes(text: str | int, name: str = "memory_per_building") -> int:
    """Number of bytes of a text such as ``5MB``.

    Parameters
    ----------
    text : str or int
        A number with one of B, kB, MB, GB, KiB, MiB, GiB, or bytes as a plain number.
    name : str
        Of the option, for the error.

    Returns
    -------
    int
        At least 1. [B]

    Raises
    ------
    OptionError
        When it is no amount of memory.
    """
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*", str(text))
    factor = _UNITS.get(match[2].lower()) if match else None
    size = int(float(match[1]) * factor) if match and factor else 0
    if size < 1:
        raise OptionError([problem(name, text, "an amount of memory such as 5MB, 512KiB or 2GB")])
    return size


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """How a file of buildings is run."""

    #: A weather file, the id of a bundled station, a `Weather`, or "auto" for the nearest station of each building.
    weather: str | Path | Weather = AUTO
    #: Take the nearest station however far it is.
    any_distance: bool = False
    #: Processes that simulate; None for one per core. On a cluster: parts are handed out for so many, None for all.
    workers: int | None = None
    #: Dask scheduler whose workers simulate, as "dask://HOST:PORT" or "dask:///FILE" of a scheduler; None for this
    #: machine, or for the cluster of `joblib.parallel_config("dask")`.
    cluster: str | None = None
    #: Most memory a building in flight may take, as bytes or as text such as "5MB".
    memory_per_building: int | str = DEFAULT_BUDGET
    #: Most memory that all processes of the run together may take, as bytes or as text such as "8GB": there are fewer
    #: workers, and smaller chunks, where it does not suffice for all. None for as much as the workers take.
    memory: int | str | None = None
    #: Hourly series in files: "none", "load" (heating, cooling) or "all" (temperatures, hot water and electricity too).
    hourly: Hourly = "load"
    #: Files beside `summary.parquet`: any of `FORMATS`.
    formats: tuple[str, ...] = ("parquet",)
    #: Cooling on or off over what the buildings say; None leaves it to them.
    cooling: bool | None = None
    #: Whether wall areas come without ("net") or with ("gross") their openings.
    wall_area: WallArea = "net"
    #: "skip" writes an error record and goes on; "stop" ends the run at the first failing building.
    on_error: str = "skip"
    #: Replace the results of an earlier run.
    overwrite: bool = False
    #: Go on with an unfinished run of the same input, options and version; False refuses to.
    resume: bool = True
    model: str = "iso13790"
    films: str = "detailed"
    steps_per_hour: int | None = None
    kernel: str = "auto"
    sky: str = "perez"
    #: How footprints are read and filled in.
    city: CityOptions = field(default_factory=CityOptions)
    #: Show a progress bar on standard error.
    progress: bool = False

    def __post_init__(self) -> None:
        found = [*_check_choices(self)]
        if self.workers is not None and (not isinstance(self.workers, int) or self.workers < 1):
            found.append(problem("workers", self.workers, "a whole number from 1"))
        if self.cluster is not None and not (isinstance(self.cluster, str) and CLUSTER.fullmatch(self.cluster)):
            found.append(problem("cluster", self.cluster, "dask://HOST:PORT, or dask:///FILE of a scheduler"))
        if self.cluster is not None and self.memory is not None:
            found.append(problem("memory", self.memory, "none with a cluster, whose workers have limits of their own"))
        if found:
            raise OptionError(found)
        object.__setattr__(self, "memory_per_building", parse_bytes(self.memory_per_building))
        if self.memory is not None:
            object.__setattr__(self, "memory", parse_bytes(self.memory, "memory"))
        _ = self.physics

    @property
    def budget(self) -> int:
        """Bytes a building in flight may take. [B]"""
        return int(self.memory_per_building)

    @property
    def worker_share(self) -> int:
        """Bytes that the chunk of a worker may be planned to take. [B]"""
        return SHARE * self.budget

    @property
    def worker_count(self) -> int:
        """Number of processes that simulate."""
        if self.workers is not None:
            return self.workers
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

    @property
    def series(self) -> Hourly:
        """Series the simulation must keep, for the files asked for."""
        wanted = {"geojson", "profiles"} & set(self.formats)
        return "load" if wanted and self.hourly == "none" else self.hourly

    @property
    def reading(self) -> ReadOptions:
        """How features are read."""
        return ReadOptions(wall_area=self.wall_area, city=self.city)

    @property
    def physics(self) -> Options:
        """The options of `simulate`."""
        return Options(model=self.model, films=self.films, steps_per_hour=self.steps_per_hour, kernel=self.kernel,
                       sky=self.sky, cooling=self.cooling, hourly=self.series)

    def with_changes(self, **changes: object) -> RunOptions:
        """The same options but for some; a name that is no option is refused.

        Parameters
        ----------
        **changes : object
            Values by name of the option; those of `CityOptions` may stand here, too, as in ``country="FR"``.

        Returns
        -------
        RunOptions
        """
        of_city = [f.name for f in fields(CityOptions)]
        names = [*(f.name for f in fields(self)), *of_city]
        unknown = [problem(name, value, f"one of the options {', '.join(names)}", "UNKNOWN_OPTION")
                   for name, value in changes.items() if name not in names]
        if unknown:
            raise OptionError(unknown)
        inner = {name: changes.pop(name) for name in of_city if name in changes}
        if inner:
            city = changes.get("city", self.city)
            changes["city"] = replace(city, **inner)  # type: ignore[type-var]
        return replace(self, **changes)  # type: ignore[arg-type]


def _check_choices(options: RunOptions) -> Iterable[Problem]:
    if isinstance(options.formats, str):
        yield problem("formats", options.formats, f"a tuple of {', '.join(FORMATS)}")
        return
    choices: tuple[tuple[str, str, tuple[str, ...]], ...] = (
        ("hourly", options.hourly, tuple(SERIES)),
        ("wall_area", options.wall_area, WALL_AREAS),
        ("on_error", options.on_error, ON_ERROR),
        *(("formats", name, FORMATS) for name in options.formats),
    )
    for name, value, allowed in choices:
        if value not in allowed:
            yield problem(name, value, f"one of {', '.join(allowed)}")


def planned_bytes(building: Building, text: int, options: RunOptions) -> int:
    """Memory that a building takes while it is in flight, before it is simulated, its schedules apart.

    The sum of its text while it is decoded, its records, the series asked for, the arrays of the NumPy kernel and
    its own weather.

    Parameters
    ----------
    building : Building
        As it was read.
    text : int
        Length of its feature in the file. [B]
    options : RunOptions
        What is asked for.

    Returns
    -------
    int
        Planned memory. [B]
    """
    elements = _elements(building)
    return (
        BYTES_RECORD
        + BYTES_PER_TEXT * text
        + BYTES_ELEMENT * elements
        + BYTES_SERIES * len(SERIES[options.series])
        + (_of_nodes(building, options) if options.model == "iso52016" else 0)
        + (BYTES_NUMPY if options.kernel == "numpy" else 0)
        + (BYTES_WEATHER if building.weather is not None else 0)
    )


def _elements(building: Building) -> int:
    spaces: tuple[Building | Zone, ...] = (building, *building.zones)
    return sum(len(space.surfaces) + len(space.windows) for space in spaces)


def _of_nodes(building: Building, options: RunOptions) -> int:
    # The inner surfaces are an element, too.
    elements = 1 + _elements(building)
    each = BYTES_NODES + (BYTES_NODES_NUMPY if options.kernel == "numpy" else 0)
    return elements * each + BYTES_BESIDE * len(building.zones)


def budget_of(building: Building, options: RunOptions) -> int:
    """Memory that a building may take: the budget of the run, and room for the weather that it brings along.

    Parameters
    ----------
    building : Building
        As it was read.
    options : RunOptions
        With the budget of a building.

    Returns
    -------
    int
        Most planned memory. [B]
    """
    return options.budget + (0 if building.weather is None else WEATHER_BUDGET)


def schedules_of(building: Building) -> frozenset[tuple[Schedule, int]]:
    """The schedules that a chunk keeps once, however many buildings have them.

    Parameters
    ----------
    building : Building
        As it was read.

    Returns
    -------
    frozenset
        Each with the year that sets its weekdays; `BYTES_SCHEDULE` apiece.
    """
    usage, air, year = building.usage, building.ventilation, building.period.year
    held = [usage.heating_setpoint, usage.cooling_setpoint, usage.internal_gain, usage.heating_available,
            usage.cooling_available, air.use, *(zone.internal_gain for zone in building.zones)]
    held += [] if air.free is None else [air.free.air_change]
    held += [] if building.ground.temperature is None else [building.ground.temperature]
    return frozenset((schedule, year) for schedule in held)
