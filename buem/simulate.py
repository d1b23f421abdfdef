"""The chain of the calculation, from buildings and weather to results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from buem import iso13790_records as rc
from buem.building import Building
from buem.building_check import check_building
from buem.constants import H_MS, HOURS, INTERNAL_SURFACE_RATIO, OPERATIVE_AIR_WEIGHT, SECONDS_PER_HOUR
from buem.demands import DEMANDS, demand_series
from buem.envelope import Conductances, Planes, conductances, diffuse_apertures, sum_by_owner, sunlit_planes
from buem.errors import BuildingError, OptionError, Problem, WeatherError, problem
from buem.gains import gain_shares
from buem.iso13790_year import KERNELS, simulate_year
from buem.iso52016_records import Setting
from buem.iso52016_year import simulate_nodes
from buem.node_climate import node_climate, node_indicators
from buem.node_spaces import node_spaces
from buem.nodes import Place
from buem.profiles import FloatArray
from buem.results import Failure, Indicators, NotHeated, Results, SeriesName, concatenate, no_results
from buem.solar import SKIES, SolarHours, solar_hours
from buem.stock import DOOR, WINDOW, IntArray, Stock, mass_area_ratio, stack
from buem.ventilation import ventilation_conductance
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
    #: Steps of the node model in an hour; None for 4 with detailed films and 1 with fixed ones.
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
        return self.steps_per_hour or (4 if self.films == "detailed" else 1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Site:
    """A weather, prepared once for any number of buildings."""

    weather: Weather
    solar: SolarHours
    #: Mean density of the outdoor air. [kg/m³]
    density: float
    #: Sky of `solar`, one of `solar.SKIES`.
    sky: str


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
    columns = {name: np.shape(getattr(weather, name)) for name in HOURLY}
    wrong = [problem(f"weather.{name}", f"shape {shape}", f"an array of {HOURS} values")
             for name, shape in columns.items()
             if shape != (HOURS,) or not isinstance(getattr(weather, name), np.ndarray)]
    if wrong:
        raise WeatherError(wrong)
    return Site(weather=weather, solar=solar_hours(weather, sky), density=air_density(weather), sky=sky)


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
    given = [buildings] if isinstance(buildings, Building) else list(buildings)
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


def check_network(building: Building) -> list[Problem]:
    """Problems that only the 5R1C network of a sound building has.

    Parameters
    ----------
    building : Building
        One without problems of its own; see `building_check.check_building`.

    Returns
    -------
    list of Problem
        Empty when the network can be solved; conductances in W/K, areas in m².

    References
    ----------
    .. [1] ISO 13790:2008, 12.2.2, eq. 63: H_tr,em needs H_tr,op < H_tr,ms.
    """
    ratio = building.mass_area_ratio or mass_area_ratio(building.heat_capacity)
    mass_area = ratio * building.floor_area
    h_ms = H_MS * mass_area
    h_op = building.thermal_bridge + sum(s.u_value * s.area * s.b_transmission for s in building.surfaces
                                         if s.kind != "door")
    inner = building.internal_surface_area or INTERNAL_SURFACE_RATIO * building.floor_area
    found = []
    if h_op >= h_ms:
        found.append(problem(
            "surfaces", f"{h_op:.0f} W/K through opaque elements",
            f"less than the {h_ms:.0f} W/K between mass and surface, 9.1 W/(m²K) times a mass area of "
            f"{mass_area:.0f} m²; is the floor area too small?", "NO_SOLUTION"))
    if mass_area > inner:
        found.append(problem("internal_surface_area", f"{inner:.0f} m²",
                             f"at least the mass area, {mass_area:.0f} m²", "NO_SOLUTION"))
    return found


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
    h = conductances(stock)
    planes = sunlit_planes(stock)
    zones = _zones(stock, h, planes, site.density)
    climate, sunlit = _climate(site, stock), _sunlit(planes)
    year = simulate_year(climate, sunlit, zones, options.kernel, len(_thermal(options)), options.threads)
    return _indicators(year.sums, stock, h, zones), year.series, {}


def _year_of_nodes(buildings: Sequence[Building], stock: Stock, site: Site, options: Options
                   ) -> tuple[Indicators, NDArray[np.float32], dict[int, NDArray[np.float32]]]:
    place = Place(site.density, SECONDS_PER_HOUR / options.steps, site.weather.temp_air)
    spaces, schedules = node_spaces(buildings, stock, place)
    climate = node_climate(site.weather, site.solar, schedules)
    setting = Setting(options.steps, options.films == "detailed", len(_thermal(options)), options.kernel,
                      options.threads)
    year = simulate_nodes(climate, spaces, setting)
    return node_indicators(year, spaces), year.series, dict(zip(spaces.building.tolist(), year.beside))


def _zones(stock: Stock, h: Conductances, planes: Planes, density: float) -> rc.Zones:
    def conductance(air_change: FloatArray, recovery: FloatArray | float = 0.0) -> FloatArray:
        return ventilation_conductance(air_change, stock.volume, density, recovery)

    shares = gain_shares(stock.convective_share, stock.mass_area, stock.internal_surface_area, h.h_tr_w)
    light = diffuse_apertures(planes)
    return rc.Zones(
        net=rc.Network(h.h_tr_em, h.h_tr_ms, h.h_tr_is, h.h_tr_w, stock.heat_capacity / SECONDS_PER_HOUR,
                       np.where(stock.operative, OPERATIVE_AIR_WEIGHT, 1.0)),
        h_ve=conductance(stock.infiltration) + conductance(stock.air_use, stock.heat_recovery),
        h_ve_night=conductance(stock.night_air_change),
        night_start=stock.night_start, night_end=stock.night_end, night_temp_min=stock.night_temp_min,
        convective=shares.convective, mass_share=shares.mass, surface_share=shares.surface,
        sky_loss=h.sky_by_kind.sum(axis=1), floor_area=stock.floor_area,
        power_heat=stock.heating_power, power_cool=stock.cooling_power,
        first_hour=stock.first_hour.astype(np.float64), hours=stock.hours.astype(np.float64),
        isotropic=light.isotropic, horizon=light.horizon, ground=light.ground,
    )


def _climate(site: Site, stock: Stock) -> rc.Climate:
    sun, values = site.solar, stock.schedules.values
    light = np.stack([sun.direct, sun.circumsolar, sun.isotropic, sun.horizon, sun.ground])
    lit = np.where((light == 0.0).all(axis=0), 0.0, 1.0)
    # A building without a sunlit plane has no product with the beam, but it has one with the sky.
    isotropic = np.where(np.isnan(light).any(axis=0), np.nan, sun.isotropic)
    # Only a dark horizon beside little sky light can make the sky of a plane that does not face down negative, or a
    # negative isotropic part, which light at sunset in a file with a wrong clock has.
    dark = (sun.horizon < 0.0) & (sun.isotropic / 2.0 + sun.horizon < 1e-9 * sun.isotropic)
    lit = np.where(dark | (sun.isotropic < 0.0), 2.0, lit)
    change = np.ones(values.shape[0])
    change[1:] = (values[1:] != values[:-1]).any(axis=1)
    hours = np.stack([sun.east, sun.north, sun.up, sun.direct + sun.circumsolar, sun.circumsolar, isotropic,
                      sun.horizon, sun.ground, site.weather.temp_air, lit, change], axis=1)
    columns = np.stack([stock.schedules.heating, stock.schedules.cooling, stock.schedules.gain])
    return rc.Climate(np.ascontiguousarray(hours), np.ascontiguousarray(values), columns.astype(np.int64))


def _sunlit(planes: Planes) -> rc.Sunlit:
    table = np.column_stack([planes.east, planes.north, planes.up, planes.beam, planes.diffuse,
                             planes.diffuse * planes.open_sky * (1.0 + planes.up) / 2.0,
                             planes.diffuse * planes.sin_tilt, planes.overhang])
    n = planes.offset.size - 1
    down = sum_by_owner((planes.up < 0.0).astype(np.float64), planes.owner, n) > 0
    shaded = sum_by_owner((planes.overhang[:, 0] > 0.0).astype(np.float64), planes.owner, n) > 0
    return rc.Sunlit(planes.offset, np.ascontiguousarray(table), down + 2 * shaded.astype(np.int64))


def _indicators(sums: FloatArray, stock: Stock, h: Conductances, zones: rc.Zones) -> Indicators:
    hours = zones.hours
    bad = np.isnan(sums[rc.SUM_HEATING])
    through_mass = h.h_tr_em * sums[rc.SUM_MASS]
    radiative = (1.0 - zones.convective) * sums[rc.SUM_INTERNAL] + sums[rc.SUM_SOLAR] - zones.sky_loss * hours
    # The share of the radiative gains that ISO 13790 sends neither to the mass nor to the surfaces leaves by the glass.
    through_glass = h.h_tr_w * (sums[rc.SUM_SURFACE] + radiative / (H_MS * stock.internal_surface_area))
    of_mass = np.divide(through_mass, h.h_tr_op, out=np.zeros_like(bad, dtype=float), where=h.h_tr_op != 0)
    of_glass = np.divide(through_glass, h.h_tr_w, out=np.zeros_like(bad, dtype=float), where=h.h_tr_w != 0)
    loss = [h.by_kind[:, k] * (of_glass if k in (WINDOW, DOOR) else of_mass) + h.sky_by_kind[:, k] * hours
            for k in range(5)]
    return Indicators(
        heating=sums[rc.SUM_HEATING], cooling=sums[rc.SUM_COOLING],
        heating_peak=np.where(bad, np.nan, sums[rc.SUM_PEAK_HEATING]),
        cooling_peak=np.where(bad, np.nan, sums[rc.SUM_PEAK_COOLING]),
        heating_peak_hour=sums[rc.SUM_HOUR_HEATING].astype(np.int64),
        cooling_peak_hour=sums[rc.SUM_HOUR_COOLING].astype(np.int64),
        hours_below_band=sums[rc.SUM_BELOW].astype(np.int64), hours_above_band=sums[rc.SUM_ABOVE].astype(np.int64),
        loss=np.stack([*loss, stock.thermal_bridge * of_mass], axis=1),
        loss_ventilation=sums[rc.SUM_AIR],
        gain_solar=sums[rc.SUM_SOLAR], gain_internal=sums[rc.SUM_INTERNAL], storage=sums[rc.SUM_STORAGE],
    )
