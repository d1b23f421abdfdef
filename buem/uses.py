"""What buildings are used for, and the conditions that each use brings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A canonical use, with the conditions that its main room stands for; docs/usage.md has the source of each number.

    Annual amounts keep the unit of their source, kWh/(m²a).
    """

    name: str
    title: str
    #: Whether such a building is heated at all.
    heated: bool = True
    #: Whether people live there: then the conditions of the archetype go before those here.
    residential: bool = False
    #: Room of SIA 2024:2015 that the annual amounts are of.
    room: str = ""
    #: Rows of `data/archetypes/usage_schedules.csv`.
    schedule: str = ""
    #: Net floor area of a person at full occupancy. [m²]
    area_per_person: float = 0.0
    #: Sensible heat of a person. [W]
    heat_per_person: float = 70.0
    #: Electricity of appliances and of lights in a year; all of it is a gain. [kWh/(m²a)]
    appliances: float = 0.0
    lighting: float = 0.0
    #: Heat for hot water in a year. [kWh/(m²a)]
    hot_water: float = 0.0
    #: Outdoor air of a person. [m³/h]
    air_per_person: float = 0.0
    #: Set-points while it is in use. [°C]
    heating: float = 20.0
    cooling: float = 26.0
    #: Set-points while it is not; None for a building that is never empty. [°C]
    heating_empty: float | None = 16.0
    cooling_empty: float | None = 32.0
    #: Days of the week without use: 0, 1 (Sunday) or 2 (Saturday too); holidays are Sundays.
    rest_days: int = 0


_HOUSES: Final = Use(
    name="residential", title="dwellings: SFH, TH, MFH, AB", residential=True, room="1.02", schedule="residential",
    area_per_person=42.5, appliances=17.8, lighting=4.2, hot_water=13.5, air_per_person=30.0)
#: The same of flats: of MFH and AB.
FLATS: Final = replace(_HOUSES, room="1.01", area_per_person=28.3, appliances=21.6, hot_water=16.9)

_WITH_PEOPLE: Final = (
    _HOUSES,
    Use(name="dormitory", title="hall of residence, barracks, home", room="2.01", schedule="dormitory_living_quarters",
        area_per_person=15.0, appliances=22.1, lighting=5.4, hot_water=39.5, air_per_person=36.0, heating=21.0,
        heating_empty=None, cooling_empty=None),
    Use(name="office", title="office, administration", room="3.01", schedule="office", area_per_person=14.0,
        appliances=32.0, lighting=17.5, hot_water=2.6, air_per_person=36.0, heating=21.0, rest_days=2),
    Use(name="public", title="town hall, station, fire station and other services of the public", room="3.04",
        schedule="corridor_all_other", area_per_person=14.0, appliances=11.6, lighting=10.3, air_per_person=36.0,
        heating=21.0, rest_days=1),
    Use(name="retail", title="shop, department store", room="5.02", schedule="department_store", area_per_person=17.0,
        appliances=7.3, lighting=59.8, hot_water=2.7, air_per_person=30.0, rest_days=1),
    Use(name="supermarket", title="food store", room="5.01", schedule="food_store", area_per_person=8.0,
        appliances=8.0, lighting=59.8, hot_water=2.7, air_per_person=30.0, rest_days=1),
    Use(name="restaurant", title="restaurant, café, bar", room="6.01", schedule="dining_family", area_per_person=2.0,
        appliances=4.5, lighting=15.6, hot_water=108.9, air_per_person=36.0, heating=21.0),
    Use(name="hotel", title="hotel", room="2.01", schedule="guest_room", area_per_person=15.0, appliances=22.1,
        lighting=5.4, hot_water=39.5, air_per_person=36.0, heating=21.0, heating_empty=None, cooling_empty=None),
    Use(name="hospital", title="hospital, nursing home", room="8.01", schedule="patient_room", area_per_person=9.28,
        appliances=10.5, lighting=10.5, hot_water=67.7, air_per_person=36.0, heating=22.0, heating_empty=None,
        cooling_empty=None),
    Use(name="school", title="school", room="4.01", schedule="school", area_per_person=5.4, appliances=14.2,
        lighting=14.4, hot_water=4.0, air_per_person=25.0, heating=21.0, rest_days=2),
    Use(name="kindergarten", title="kindergarten, crèche", room="4.01", schedule="kindergarten", area_per_person=3.8,
        appliances=14.2, lighting=14.4, hot_water=4.0, air_per_person=25.0, heating=21.0, rest_days=2),
    Use(name="university", title="university, college, research", room="4.05",
        schedule="classroom_lecture_training_all_other", area_per_person=10.0, appliances=7.1, lighting=14.4,
        hot_water=3.2, air_per_person=30.0, heating=21.0, rest_days=2),
    Use(name="library", title="library, archive", room="4.03", schedule="library_reading", area_per_person=5.0,
        appliances=3.0, lighting=8.8, air_per_person=36.0, heating=21.0, rest_days=1),
    Use(name="assembly", title="hall, theatre, cinema, club", room="7.02", schedule="dining_family",
        area_per_person=3.0, appliances=11.6, lighting=20.5, hot_water=7.3, air_per_person=36.0, heating=21.0),
    Use(name="museum", title="museum, gallery", room="7.03", schedule="library_reading", area_per_person=3.0,
        appliances=20.3, lighting=47.4, hot_water=7.3, air_per_person=36.0, heating=21.0),
    Use(name="church", title="church and other places of worship", room="12.01", schedule="library_reading",
        area_per_person=15.0, lighting=5.8, air_per_person=30.0, heating=15.0, heating_empty=10.0),
    Use(name="sport", title="gymnasium, sports hall", room="11.01", schedule="gymnasium_exercise_area",
        area_per_person=10.0, heat_per_person=120.0, appliances=2.6, lighting=25.4, hot_water=63.5,
        air_per_person=90.0, heating=18.0),
    Use(name="swimming", title="swimming pool", room="11.03", schedule="gymnasium_exercise_area",
        area_per_person=10.0, appliances=10.2, lighting=20.3, hot_water=145.2, air_per_person=36.0, heating=24.0,
        cooling=30.0, heating_empty=None),
    Use(name="industry", title="factory, workshop", room="9.01", schedule="manufacturing_low_bay",
        area_per_person=15.0, heat_per_person=90.0, appliances=16.8, lighting=28.9, hot_water=2.4,
        air_per_person=150.0, heating=18.0, heating_empty=12.0, cooling=30.0, rest_days=2),
    Use(name="warehouse", title="heated store", room="10.01", schedule="storage_50_to_1000_sf_all_other",
        area_per_person=100.0, heat_per_person=90.0, appliances=6.3, lighting=10.5, hot_water=0.9,
        air_per_person=36.0, heating=12.0, heating_empty=12.0, cooling=30.0, rest_days=2),
)
_UNHEATED: Final = (
    ("garage", "garage, car port, multi-storey car park"), ("shed", "shed, hut, annexe"),
    ("greenhouse", "greenhouse"), ("farm_auxiliary", "barn, stable and other farm buildings"),
    ("roof", "roof without walls, canopy"), ("ruin", "ruin, building under construction"),
    ("technical", "tank, silo, substation, bridge, bunker and other structures"),
)

#: Every canonical use.
USES: Final[dict[str, Use]] = {use.name: use for use in (
    *_WITH_PEOPLE, *(Use(name=name, title=title, heated=False) for name, title in _UNHEATED))}
