"""The chain of the calculation, from buildings and weather to results."""

from __future__ import annotations

import numbers
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from buem.building import Building
from buem.building_check import check_building
from buem.constants import HOURS, SECONDS_PER_HOUR
from buem.demands import DEMANDS, demand_series
from buem.errors import BuildingError, OptionError, WeatherError, problem
from buem.films import Outside, outside
from buem.iso13790_year import KERNELS, simulate_year
from buem.iso52016_records import Setting
from buem.iso52016_year import simulate_nodes
from buem.network import Sky, check_network, network, network_indicators
from buem.node_climate import node_climate, node_indicators
from buem.node_spaces import node_spaces
from buem.nodes import Place
from buem.results import Failure, Indicators, NotHeated, Results, SeriesName, concatenate, no_results
from buem.solar import SKIES, SolarHours, solar_hours
from buem.stock import IntArray, Stock, stack
from buem.weather import RANGES as HOURLY
from buem.weather import Weather, air_density, great_circle

MODELS: Final = ("iso13790", "iso52016")
FILMS: Final = ("detailed", "fixed")
#: Series that come back for each choice of `hourly`.
SERIES: Final[dict[str, tuple[SeriesName, ...]]] = {
    "none": (),
    "load": ("heating", "cooling"),
    "all": ("heating", "cooling", "temp_zone", "temp_operative", *DEMANDS),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a simulation is run."""

    #: Thermal model: "iso13790", the hourly 5R1C, or "iso52016", the node model.
    model: str = "iso13790"
    #: Films of the node model: "detailed", from wind and temperatures, or "fixed", the standard's.
    films: str = "detailed"
    #: Steps of the node model in an hour; None for 2 with detailed films and 1 with fixed ones.
    steps_per_hour: int | None = None
    #: "numba" (compiled), "numpy", or "auto": compiled where numba is installed.
    kernel: str = "auto"
    #: Sky of the diffuse irradiance: "perez", "haydavies" or "isotropic".
    sky: str = "perez"
    #: Whether buildings are cooled; None leaves it to each building.
    cooling: bool | None = None
    #: Hourly series that come back: "none", "load", or "all" (temperatures, hot water and electricity, too).
    hourly: Literal["none", "load", "all"] = "load"
    #: Threads that share the buildings; results do not depend on it.
    threads: int = 1

    def __post_init__(self) -> None:
        choices = (("model", self.model, MODELS), ("kernel", self.kernel, KERNELS), ("sky", self.sky, SKIES),
                   ("hourly", self.hourly, tuple(SERIES)), ("films", self.films, FILMS))
        wrong = [problem(name, value, f"one of {', '.join(valid)}") for name, value, valid in choices
                 if value not in valid]
        if self.cooling not in (None, True, False):
            wrong.append(problem("cooling", self.cooling, "True, False or None"))
        if not isinstance(self.threads, int) or self.threads < 1:
            wrong.append(problem("threads", self.threads, "a whole number from 1"))
        steps = self.steps_per_hour
        if steps is not None and (not isinstance(steps, int) or not 1 <= steps <= 60):
            wrong.append(problem("steps_per_hour", steps, "a whole number from 1 to 60, or None"))
        if wrong:
            raise OptionError(wrong)

    @property
    def steps(self) -> int:
        """Steps of the node model in an hour."""
        return self.steps_per_hour or (2 if self.films == "detailed" else 1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Site:
    """A weather, prepared once for any number of buildings."""

    weather: Weather
    solar: SolarHours
    #: Mean density of the outdoor air. [kg/m³]
    density: float
    #: Sky of `solar`, one of `solar.SKIES`.
    sky: str
    #: Films and loss to the sky, for the 5R1C.
    outside: Outside


#: Numbers of a weather that say where and when it is.
_PLACE: Final = ("latitude", "longitude", "elevation", "utc_offset", "temp_offset")


def prepare(weather: Weather, sky: str = "perez") -> Site:
    """What all buildings of a site share.

    Parameters
    ----------
    weather : Weather
        A year of weather.
    sky : str
        One of `solar.SKIES`.

    Returns
    -------
    Site
        Hour coefficients of the sun [W/m²] and the air density [kg/m³].

    Raises
    ------
    WeatherError
        When an hourly column does not have 8760 values.
    """
    wrong = [problem(f"weather.{name}", found, f"an array of {HOURS} numbers") for name in HOURLY
             if (found := _no_year(getattr(weather, name))) is not None]
    wrong += [problem(f"weather.{name}", value, "a number") for name in _PLACE
              if isinstance(value := getattr(weather, name), bool) or not isinstance(value, numbers.Real)]
    if wrong:
        raise WeatherError(wrong)
    return Site(weather=weather, solar=solar_hours(weather, sky), density=air_density(weather), sky=sky,
                outside=outside(weather))


def _no_year(values: object) -> str | None:
    """What a column of a weather is, where it is no array of a year of numbers."""
    if not isinstance(values, np.ndarray):
        return f"a {type(values).__name__}"
    if values.shape != (HOURS,):
        return f"shape {values.shape}"
    return None if values.dtype.kind in "fiu" else f"an array of {values.dtype}"


def simulate(buildings: Building | Sequence[Building], weather: Weather | Site | None = None,
             options: Options | None = None, **changes: Any) -> Results:
    """Hourly heating and cooling of buildings.

    A building that cannot be simulated is listed in `Results.failures`; the others run. Only when there is
    no other is it an error. One that is not heated is listed in `Results.not_heated`.

    Parameters
    ----------
    buildings : Building or sequence of Building
        N buildings.
    weather : Weather, Site or None
        Weather for all that have none of their own, or a site that was prepared once, with its sky. See
        `weather_at` for the nearest bundled station.
    options : Options, optional
        How to simulate.
    **changes
        Fields of `Options`, in place of those of `options`: `model="iso13790"`, `hourly="all"`, ...

    Returns
    -------
    Results
        Series of shape (buildings, 8760) and annual indicators. [W], [Wh], [°C]

    Raises
    ------
    BuildingError
        When no building can be simulated.
    OptionError
        For an option that does not exist, or has no such value.
    """
    options = _options(options, changes)
    buildings = [buildings] if isinstance(buildings, Building) else buildings
    if not isinstance(buildings, Iterable):
        raise OptionError([problem("buildings", buildings, "a Building or several")])
    given = list(buildings)
    if not given:
        raise OptionError([problem("buildings", [], "at least one building")])
    wrong = [problem(f"buildings[{i}]", item, "a Building") for i, item in enumerate(given)
             if not isinstance(item, Building)]
    if weather is not None and not isinstance(weather, (Weather, Site)):
        wrong.append(problem("weather", weather, "a Weather, a Site or None"))
    if wrong:
        raise OptionError(wrong)
    site = prepare(weather, options.sky) if isinstance(weather, Weather) else weather
    if site is not None and site.sky != options.sky:
        if "sky" in changes:
            raise OptionError([problem("sky", options.sky, f"{site.sky}, for which the site was prepared")])
        options = replace(options, sky=site.sky)
    idle = tuple(NotHeated(index=i, building=b) for i, b in enumerate(given) if b.not_heated)
    groups, failures = _sort(given, site, options.model)
    if not groups and not idle:
        raise BuildingError([p for failure in failures for p in failure.problems])
    parts = []
    for where, members in groups:
        index = np.array([i for i, _ in members], dtype=np.int64)
        where = where if isinstance(where, Site) else prepare(where, options.sky)
        parts.append(simulate_site([b for _, b in members], where, options, index))
    results = concatenate(parts) if parts else no_results(SERIES[options.hourly], options.model)
    return replace(results, failures=tuple(failures), not_heated=idle)


def _options(options: Options | None, changes: dict[str, Any]) -> Options:
    known = [f.name for f in fields(Options)]
    unknown = [problem("options", name, f"one of {', '.join(known)}") for name in changes if name not in known]
    if unknown:
        raise OptionError(unknown)
    return replace(options or Options(), **changes)


def _sort(buildings: list[Building], site: Site | None, model: str
          ) -> tuple[list[tuple[Site | Weather, list[tuple[int, Building]]]], list[Failure]]:
    groups: dict[int, tuple[Site | Weather, list[tuple[int, Building]]]] = {}
    failures = []
    for i, building in enumerate(buildings):
        if building.not_heated:
            continue
        problems = check_building(building) or (check_network(building) if model == "iso13790" else [])
        where = building.weather or site
        if where is None:
            problems.append(problem("weather", None, "a Weather, for instance buem.weather_at(latitude, longitude)"))
        if problems or where is None:
            named = tuple(replace(p, path=f"buildings[{i}].{p.path}") for p in problems)
            failures.append(Failure(id=building.id, index=i, problems=named, dialect=building.dialect))
            continue
        groups.setdefault(id(where), (where, []))[1].append((i, building))
    return list(groups.values()), failures


def simulate_site(buildings: Sequence[Building], site: Site, options: Options, index: IntArray) -> Results:
    """Sound buildings of one site.

    Parameters
    ----------
    buildings : sequence of Building
        Checked ones.
    site : Site
        From `prepare`.
    options : Options
        How to simulate.
    index : ndarray, shape (buildings,)
        Position of each building in the input.

    Returns
    -------
    Results
        Series of shape (buildings, 8760). [W], [°C]
    """
    stock = stack(buildings, options.cooling)
    run = _year_of_nodes if options.model == "iso52016" else _year_of_network
    indicators, series, beside = run(buildings, stock, site, options)
    n = len(buildings)
    if options.cooling is not None:
        buildings = [b if b.usage.cooling == options.cooling else
                     replace(b, usage=replace(b.usage, cooling=options.cooling)) for b in buildings]
    where = site.weather
    distance = great_circle([b.latitude for b in buildings], [b.longitude for b in buildings],
                            where.latitude, where.longitude)
    own = np.array([b.weather is not None for b in buildings])
    return Results(
        buildings=tuple(buildings),
        index=index,
        weather=(where.name,) * n,
        weather_distance=np.where(own, np.nan, distance),
        utc_offset=np.full(n, where.utc_offset),
        indicators=indicators,
        series=dict(zip(_thermal(options), series)) | {
            name: demand_series(buildings, name) for name in DEMANDS if name in SERIES[options.hourly]},
        temp_beside={int(index[row]): air for row, air in beside.items()},
        model=options.model,
        notes=((),) * n,
    )


def _thermal(options: Options) -> list[SeriesName]:
    """Series that come from the thermal model."""
    return [name for name in SERIES[options.hourly] if name not in DEMANDS]


def _year_of_network(buildings: Sequence[Building], stock: Stock, site: Site, options: Options
                     ) -> tuple[Indicators, NDArray[np.float32], dict[int, NDArray[np.float32]]]:
    net = network(buildings, stock, Sky(site.weather, site.solar, site.outside, site.density))
    year = simulate_year(net.climate, net.sunlit, net.zones, options.kernel, len(_thermal(options)), options.threads)
    return network_indicators(year.sums, stock, net), year.series, {}


def _year_of_nodes(buildings: Sequence[Building], stock: Stock, site: Site, options: Options
                   ) -> tuple[Indicators, NDArray[np.float32], dict[int, NDArray[np.float32]]]:
    place = Place(site.density, SECONDS_PER_HOUR / options.steps, site.weather.temp_air)
    spaces, schedules = node_spaces(buildings, stock, place)
    climate = node_climate(site.weather, site.solar, schedules)
    setting = Setting(options.steps, options.films == "detailed", len(_thermal(options)), options.kernel,
                      options.threads)
    year = simulate_nodes(climate, spaces, setting)
    return node_indicators(year, spaces), year.series, dict(zip(spaces.building.tolist(), year.beside))
