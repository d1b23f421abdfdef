"""How a building is used, over a year: set-points, gains, air, hot water and electricity from its use and its id."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from buem.archetype import Archetype
from buem.building import Usage, Ventilation
from buem.civil import CivilYear, civil_year, zone_of
from buem.constants import HOURS
from buem.errors import OptionError, problem
from buem.hot_water import HEAT_PER_LITRE, drawn_profile, mean_profile
from buem.households import POOL, SETBACK, Household, choose, generator, heated_hours, household, shifted
from buem.occupancy import DayShapes, YearShapes, day_shapes, year_shapes
from buem.profiles import FloatArray, Schedule, YearSchedule
from buem.tabula import mean_setpoint
from buem.use_words import canonical_use as canonical_use
from buem.uses import FLATS, USES, Use

MODES: Final = ("standard", "typical")
Mode = Literal["standard", "typical"]

#: Openings that are earlier or later, and set-points that are lower or higher, of uses other than dwellings; each
#: pair is one variant. An assumption. [h], [K]
SHIFTS: Final = (-1, 0, 1)
OFFSETS: Final = (-1.0, 0.0, 1.0)
#: Share of the year in which the households of the pool want it warm, by `heated_hours` (tests/test_households.py).
MEAN_WARM: Final = 0.561
#: How many households may be averaged for one building: more differ from these by less than a chunk costs.
HOUSEHOLDS: Final = (1, 2, 4)
#: Step between two classes of daily hot water, by which buildings share their draws. [-]
VOLUME_STEP: Final = math.sqrt(2.0)


class Conditions(Protocol):
    """What an archetype says of use; `archetypes.Archetype` is one."""

    @property
    def type(self) -> str:
        """SFH, TH, MFH or AB."""
    @property
    def dwellings(self) -> float:
        """Number in the archetype, NaN where unknown."""
    @property
    def floor_area(self) -> float:
        """Of the archetype. [m²]"""
    @property
    def setpoint(self) -> float:
        """[°C]"""
    @property
    def internal_gain(self) -> float:
        """[W/m²]"""
    @property
    def hot_water(self) -> float:
        """[Wh/(m²a)]"""
    @property
    def use_ventilation(self) -> float:
        """[1/h]"""
    @property
    def infiltration(self) -> float:
        """[1/h]"""
    @property
    def room_height(self) -> float:
        """[m]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardConditions:
    """TABULA's standard boundary conditions, for cross-country comparisons (EU.SUH), where there is no archetype."""

    type: str = "SFH"
    dwellings: float = 1.0
    floor_area: float = 140.0  # [m²]
    setpoint: float = 20.0  # [°C]
    internal_gain: float = 3.0  # [W/m²]
    hot_water: float = 10_000.0  # [Wh/(m²a)]
    use_ventilation: float = 0.4  # [1/h]
    infiltration: float = 0.2  # [1/h]
    room_height: float = 2.5  # [m]


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageRequest:
    """Which building asks, where it stands, and how its use is to be laid out."""

    building_id: str
    #: Another seed gives every building another variant.
    seed: int = 0
    #: Calendar year, which sets weekdays, holidays and changes of the clock.
    year: int = 2019
    #: ISO 3166, two letters; empty for a clock that never changes.
    country: str = ""
    #: For countries that change the clock in parts only. [°]
    latitude: float = math.nan
    longitude: float = math.nan
    #: Conditioned floor area of the building. [m²]
    floor_area: float
    archetype: Conditions | None = None
    #: "standard": the same for all buildings of a use and archetype, dwellings at constant set-point and gains, as in
    #: TABULA's own calculation; "typical": set back at night and by day, and varied by id.
    mode: Mode = "standard"
    #: Whether national holidays count as Sundays; needs the package `holidays` and a country.
    holidays: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageProfile:
    """The use of one building; alike ones share their schedules."""

    usage: Usage
    ventilation: Ventilation
    #: What was assumed, and from where.
    notes: tuple[str, ...] = ()


class _Calendar(NamedTuple):
    year: int
    zone: str
    holidays_of: str

    def civil(self) -> CivilYear:
        return civil_year(self.year, self.zone, self.holidays_of)


class _Homes(NamedTuple):
    """Who lives in a building, and its clock; buildings with the same share their schedules."""

    #: The first household, or -1 for the standard.
    variant: int
    seed: int
    calendar: _Calendar
    #: How many households are averaged.
    households: int
    flats: bool

    @property
    def use(self) -> Use:
        return FLATS if self.flats else USES["residential"]

    def members(self) -> list[Household]:
        step = POOL // self.households
        return [household((self.variant + k * step) % POOL, self.seed) for k in range(self.households)]


class _Dwelling(NamedTuple):
    """All that the use of dwellings depends on."""

    homes: _Homes
    #: Mean of the year over all households. [°C]
    setpoint: float
    internal_gain: float
    #: Mean of the year. [W/m²]
    hot_water: float
    #: Class of the hot water of the whole building, in steps of `VOLUME_STEP` over 1 l/d.
    volume_class: int


class _Workplace(NamedTuple):
    use: str
    variant: int
    calendar: _Calendar


def usage_of(use: str, request: UsageRequest) -> UsageProfile:
    """How a building of a use is used.

    Parameters
    ----------
    use : str
        A key of `uses.USES` that is heated; "" for an unknown one, which is taken as dwellings.
    request : UsageRequest
        Which building, where and how.

    Returns
    -------
    UsageProfile
        Schedules of 8760 h of local standard time, laid out in civil time: [°C], [W/m²], [1/h].

    Raises
    ------
    OptionError
        For a use that does not exist or is not heated, or a mode that does not exist.
    """
    name = use or "residential"
    heated = [key for key, value in USES.items() if value.heated]
    wrong = []
    if name not in heated:
        wrong.append(problem("use", use, f"one of {', '.join(heated)}"))
    if request.mode not in MODES:
        wrong.append(problem("mode", request.mode, f"one of {', '.join(MODES)}"))
    if not request.floor_area > 0:
        wrong.append(problem("floor_area", request.floor_area, "a number above 0 m²"))
    if wrong:
        raise OptionError(wrong)
    kind, calendar = USES[name], _calendar(request)
    profile = _of_dwelling(request, calendar) if kind.residential else _of_workplace(kind, request, calendar)
    unknown = () if use else ("use unknown: taken as dwellings",)
    return UsageProfile(usage=profile.usage, ventilation=profile.ventilation, notes=(*unknown, *profile.notes))


def _calendar(request: UsageRequest) -> _Calendar:
    zone = zone_of(request.country, request.latitude, request.longitude)
    return _Calendar(request.year, zone, request.country if request.holidays else "")


def dwellings_of(floor_area: float, archetype: Conditions) -> int:
    """Number of dwellings of a building.

    Parameters
    ----------
    floor_area : float
        Of the building. [m²]
    archetype : Conditions
        Whose floor area per dwelling is taken; houses (SFH, TH) and rows without a number have one dwelling.

    Returns
    -------
    int
        At least 1. [-]
    """
    if archetype.type in ("SFH", "TH") or not archetype.dwellings > 0:
        return 1
    return max(1, round(floor_area * archetype.dwellings / archetype.floor_area))


def _of_dwelling(request: UsageRequest, calendar: _Calendar) -> UsageProfile:
    archetype = request.archetype or StandardConditions()
    typical = request.mode == "typical"
    number = dwellings_of(request.floor_area, archetype)
    # Wh/a over the hours of the year is the mean in W.
    mean = archetype.hot_water / HOURS
    volume = mean * request.floor_area * 24.0 / HEAT_PER_LITRE
    homes = _Homes(
        variant=choose(request.building_id, request.seed, POOL) if typical else -1,
        seed=request.seed if typical else 0, calendar=calendar,
        households=max(n for n in HOUSEHOLDS if n <= number) if typical else 1, flats=archetype.type in ("MFH", "AB"))
    volume_class = round(math.log(max(volume, 1.0), VOLUME_STEP)) if typical else 0
    level = _level(archetype, request.mode)
    key = _Dwelling(homes, level, archetype.internal_gain, mean, volume_class)
    notes = (f"use residential, {request.mode}: set-point {archetype.setpoint:g} °C, {level:.1f} °C in the mean of all "
             f"rooms and hours, gains "
             f"{archetype.internal_gain:g} W/m², hot water {archetype.hot_water / 1000.0:g} kWh/(m²a) "
             f"({'the archetype' if request.archetype else 'TABULA EU.SUH'})",)
    air = Ventilation(infiltration=archetype.infiltration, use=archetype.use_ventilation)
    return UsageProfile(usage=_dwelling_usage(key), ventilation=air, notes=notes)


def _level(archetype: Conditions, mode: Mode) -> float:
    """Mean set-point of all rooms and hours: TABULA's, whose reduction holds for hourly models, too. [°C]"""
    if isinstance(archetype, Archetype):
        return mean_setpoint(archetype, mode)
    return archetype.setpoint - (SETBACK * (1.0 - MEAN_WARM) if mode == "typical" else 0.0)


@lru_cache(maxsize=512)
def _dwelling_usage(key: _Dwelling) -> Usage:
    if key.homes.variant < 0:
        return Usage(
            heating_setpoint=key.setpoint, cooling_setpoint=key.homes.use.cooling, internal_gain=key.internal_gain,
            hot_water=_hot_water(key.homes, key.hot_water, 0), electricity=_electricity(key.homes))
    warm = _warmth(key.homes, key.setpoint)
    return Usage(
        heating_setpoint=warm, cooling_setpoint=max(key.homes.use.cooling, warm.high),
        internal_gain=_gains(key.homes, key.internal_gain),
        hot_water=_hot_water(key.homes, key.hot_water, key.volume_class), electricity=_electricity(key.homes))


# One cache a quantity: houses of different sizes share all but their hot water.
@lru_cache(maxsize=256)
def _warmth(homes: _Homes, setpoint: float) -> YearSchedule:
    calendar = homes.calendar.civil()
    return YearSchedule(np.mean([_setpoints(who, setpoint, calendar) for who in homes.members()], axis=0))


@lru_cache(maxsize=256)
def _gains(homes: _Homes, mean: float) -> YearSchedule:
    calendar = homes.calendar.civil()
    gain = np.mean([_household_loads(homes.use, who, calendar).gain for who in homes.members()], axis=0)
    return YearSchedule(gain * (mean / gain.mean()))


@lru_cache(maxsize=256)
def _electricity(homes: _Homes) -> YearSchedule:
    calendar, use = homes.calendar.civil(), homes.use
    if homes.variant < 0:
        electric = _loads(use, year_shapes(day_shapes()[use.schedule], calendar)).electric
    else:
        electric = np.mean([_household_loads(use, who, calendar).electric for who in homes.members()], axis=0)
    return YearSchedule(_scaled(electric, use.appliances + use.lighting))


@lru_cache(maxsize=512)
def _hot_water(homes: _Homes, mean: float, volume_class: int) -> YearSchedule:
    calendar = homes.calendar.civil()
    if homes.variant < 0:
        return YearSchedule(mean * mean_profile(calendar))
    present = np.mean([_present(who, calendar) for who in homes.members()], axis=0)
    dice = generator(homes.seed, "draws", homes.variant, homes.households, volume_class)
    return YearSchedule(mean * drawn_profile(calendar, VOLUME_STEP ** volume_class, dice, present))


class _Loads(NamedTuple):
    """People, appliances and lights together, and the last two alone, shape (8760,) each. [W/m²]"""

    gain: FloatArray
    electric: FloatArray


def _loads(use: Use, shapes: YearShapes) -> _Loads:
    # PNNL has no appliances in halls and stores: where a source of the amounts has some, they run with the people.
    running = shapes.appliances if shapes.appliances.any() else shapes.occupancy
    electric = _scaled(running, use.appliances) + _scaled(shapes.lighting, use.lighting)
    return _Loads(electric + shapes.occupancy * use.heat_per_person / use.area_per_person, electric)


def _scaled(shape: FloatArray, annual: float) -> FloatArray:
    """A shape whose year sums to an amount. [W/m²]

    Parameters
    ----------
    shape : ndarray, shape (8760,)
    annual : float
        [kWh/(m²a)]

    Returns
    -------
    ndarray, shape (8760,)
    """
    total = float(shape.sum())
    return shape * (annual * 1000.0 / total) if total > 0.0 else np.zeros_like(shape)


def _household_loads(use: Use, who: Household, calendar: CivilYear) -> _Loads:
    standard = day_shapes()[use.schedule]
    moved = DayShapes(*(shifted(shape, who) for shape in standard))
    shapes = year_shapes(moved, calendar)
    here = _present(who, calendar)
    idle = float(standard.appliances.min())
    return _loads(use, YearShapes(shapes.occupancy * here, np.where(here > 0, shapes.appliances, idle),
                                  shapes.lighting * here))


def _present(who: Household, calendar: CivilYear) -> FloatArray:
    return np.where(np.isin(calendar.date, who.away), 0.0, 1.0)


def _setpoints(who: Household, mean: float, calendar: CivilYear) -> FloatArray:
    warm = mean + SETBACK * (1.0 - MEAN_WARM) + who.offset
    return np.where(heated_hours(who, calendar), warm, warm - SETBACK)


def _of_workplace(use: Use, request: UsageRequest, calendar: _Calendar) -> UsageProfile:
    archetype = request.archetype or StandardConditions()
    typical = request.mode == "typical"
    pool = len(SHIFTS) * len(OFFSETS)
    variant = choose(request.building_id, request.seed, pool) if typical else pool // 2
    key = _Workplace(use.name, variant, calendar)
    air = Ventilation(infiltration=archetype.infiltration, use=_air_change(key, archetype.room_height))
    notes = (f"use {use.name}, {request.mode}: conditions of room {use.room} of SIA 2024, schedule {use.schedule}",)
    return UsageProfile(usage=_workplace_usage(key), ventilation=air, notes=notes)


@lru_cache(maxsize=256)
def _workplace_shapes(key: _Workplace) -> YearShapes:
    use, shift = USES[key.use], SHIFTS[key.variant // len(OFFSETS)]
    moved = DayShapes(*(np.roll(shape, shift, axis=1) for shape in day_shapes()[use.schedule]))
    return year_shapes(moved, key.calendar.civil(), use.rest_days)


@lru_cache(maxsize=256)
def _workplace_usage(key: _Workplace) -> Usage:
    use, shapes, offset = USES[key.use], _workplace_shapes(key), OFFSETS[key.variant % len(OFFSETS)]
    open_ = shapes.occupancy > 0.0
    load = _loads(use, shapes)
    # Hot water follows the people, who are never all away for a year.
    return Usage(
        heating_setpoint=_switched(open_, use.heating + offset, use.heating_empty),
        cooling_setpoint=_switched(open_, use.cooling + offset, use.cooling_empty),
        internal_gain=YearSchedule(load.gain), electricity=YearSchedule(load.electric),
        hot_water=YearSchedule(_scaled(shapes.occupancy, use.hot_water)) if use.hot_water else 0.0)


@lru_cache(maxsize=256)
def _air_change(key: _Workplace, room_height: float) -> YearSchedule:
    use = USES[key.use]
    return YearSchedule(_workplace_shapes(key).occupancy * (use.air_per_person / use.area_per_person / room_height))


def _switched(open_: NDArray[np.bool_], used: float, empty: float | None) -> Schedule:
    return used if empty is None else YearSchedule(np.where(open_, used, empty))
