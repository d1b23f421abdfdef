"""How a building is used, over a year: set-points, gains, air, hot water and electricity from its use and its id."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from buem.archetype import Archetype
from buem.building import Usage, Ventilation
from buem.civil import Calendar, zone_of
from buem.constants import HOURS
from buem.dwellings import HOUSEHOLDS, MEAN_WARM, Homes, electricity, gains, hot_water, setpoints
from buem.errors import OptionError, problem
from buem.hot_water import HEAT_PER_LITRE
from buem.households import POOL, SETBACK, choose
from buem.tabula import HeatTransfer, mean_setpoint
from buem.use_words import canonical_use as canonical_use
from buem.uses import USES, Use
from buem.workplaces import STANDARD, VARIANTS, Workplace, air_change, workplace_usage

MODES: Final = ("standard", "typical")
Mode = Literal["standard", "typical"]
#: Mean set-points of typical dwellings are rounded to this, so that buildings share their schedules. [K]
LEVEL_STEP: Final = 0.5


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
    #: Heat that leaves the building, for its set-point by TABULA's factors; None for that of the archetype.
    heat: HeatTransfer | None = None
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


def _calendar(request: UsageRequest) -> Calendar:
    zone = zone_of(request.country, request.latitude, request.longitude)
    return Calendar(request.year, zone, request.country if request.holidays else "")


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


def _of_dwelling(request: UsageRequest, calendar: Calendar) -> UsageProfile:
    archetype = request.archetype or StandardConditions()
    typical, flats = request.mode == "typical", archetype.type in ("MFH", "AB")
    number = dwellings_of(request.floor_area, archetype)
    homes = Homes(-1, 0, calendar, 1, flats) if not typical else Homes(
        choose(request.building_id, request.seed, POOL), request.seed, calendar,
        max(n for n in HOUSEHOLDS if n <= number), flats)
    level = _level(archetype, request)
    varied = setpoints(homes, LEVEL_STEP * round(level / LEVEL_STEP)) if typical else None
    # Wh/a over the hours of the year is the mean in W.
    water = archetype.hot_water / HOURS
    usage = Usage(
        heating_setpoint=varied or level, cooling_setpoint=max(homes.use.cooling, varied.high if varied else level),
        internal_gain=gains(homes, archetype.internal_gain) if typical else archetype.internal_gain,
        hot_water=hot_water(homes, water, water * request.floor_area * 24.0 / HEAT_PER_LITRE),
        electricity=electricity(homes))
    notes = (f"use residential, {request.mode}: set-point {archetype.setpoint:g} °C, {level:.1f} °C in the mean of all "
             f"rooms and hours, gains {archetype.internal_gain:g} W/m², hot water {archetype.hot_water / 1000.0:g} "
             f"kWh/(m²a) ({'the archetype' if request.archetype else 'TABULA EU.SUH'})",)
    air = Ventilation(infiltration=archetype.infiltration, use=archetype.use_ventilation)
    return UsageProfile(usage=usage, ventilation=air, notes=notes)


def _level(archetype: Conditions, request: UsageRequest) -> float:
    """Mean set-point of all rooms and hours: TABULA's, whose reduction holds for hourly models, too. [°C]"""
    if isinstance(archetype, Archetype):
        return mean_setpoint(archetype, request.mode, heat=request.heat)
    return archetype.setpoint - (SETBACK * (1.0 - MEAN_WARM) if request.mode == "typical" else 0.0)


def _of_workplace(use: Use, request: UsageRequest, calendar: Calendar) -> UsageProfile:
    archetype = request.archetype or StandardConditions()
    typical = request.mode == "typical"
    variant = choose(request.building_id, request.seed, VARIANTS) if typical else STANDARD
    place = Workplace(use.name, variant, calendar)
    air = Ventilation(infiltration=archetype.infiltration, use=air_change(place, archetype.room_height))
    notes = (f"use {use.name}, {request.mode}: conditions of room {use.room} of SIA 2024, schedule {use.schedule}",)
    return UsageProfile(usage=workplace_usage(place), ventilation=air, notes=notes)
