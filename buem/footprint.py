"""Footprints as sources give them, and the shapes that follow from them. No geometry here."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, NamedTuple

#: Longitude and latitude. [°]
Position = tuple[float, float]
Ring = tuple[Position, ...]
#: The outer ring, then the courtyards.
Polygon = tuple[Ring, ...]

ROOF_TYPES: Final = ("", "flat", "gabled", "hipped", "shed", "pyramid")

#: Storeys of a building whose source gives neither height nor levels, by its canonical use (`uses.USES`). [-]
DEFAULT_LEVELS: Final[dict[str, float]] = {
    "dormitory": 3.0, "office": 3.0, "hotel": 3.0, "hospital": 3.0, "university": 3.0, "retail": 1.0,
    "supermarket": 1.0, "restaurant": 1.0, "kindergarten": 1.0, "sport": 2.0, "swimming": 2.0, "church": 3.0,
    "assembly": 2.0, "industry": 2.0, "warehouse": 2.0, "garage": 1.0, "shed": 1.0, "greenhouse": 1.0,
    "farm_auxiliary": 1.0, "roof": 1.0, "ruin": 1.0, "technical": 1.0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Footprint:
    """One building as a source describes it: its outline, and what is known about it."""

    id: str
    #: Its parts; a ring may be closed or not, and may run either way round.
    polygons: tuple[Polygon, ...]
    #: From the ground to the eaves. [m]
    height: float | None = None
    #: Storeys above the ground, those in the roof too where the source counts them. [-]
    levels: float | None = None
    #: Of construction.
    year: int | None = None
    #: Period of construction in the source's or the archetype table's own code.
    year_code: str = ""
    #: Canonical use, see `uses.USES`; "" where it is unknown.
    use: str = ""
    #: ISO 3166-1, two letters.
    country: str = ""
    region: str = ""
    #: Size class: SFH, TH, MFH or AB; "" where it has to be inferred.
    type: str = ""
    #: Refurbishment: existing, usual or advanced; "" for the run's own choice.
    variant: str = ""
    #: One of `ROOF_TYPES`; "" where it is unknown.
    roof_type: str = ""
    #: Of the roof planes against the horizontal. [°]
    roof_pitch: float | None = None
    #: Along the ridge, clockwise from north; of a shed roof, where it falls to. [°]
    ridge_azimuth: float | None = None
    #: From the eaves to the ridge. [m]
    roof_height: float | None = None
    #: Elevation of the ground; NaN where it is unknown. [m]
    base: float = math.nan
    #: Of a point inside. [°]
    latitude: float = math.nan
    longitude: float = math.nan
    #: What was converted or noticed while reading.
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapeRules:
    """What is assumed where a source says nothing, and the tolerances; docs/footprints.md gives the reasons."""

    #: From floor to floor, between height and levels. [m]
    storey_height: float = 3.0
    #: Storeys where neither height nor levels are known and the use has no value of its own. [-]
    levels: float = 2.0
    #: Then a footprint smaller than this has one storey. [m²]
    small: float = 50.0
    #: A height below is taken as unknown, one above is refused. [m]
    height_min: float = 1.0
    height_max: float = 1000.0
    #: Roof of a building whose source gives none.
    roof_type: str = "flat"
    #: Pitch of a roof that is not flat, where neither pitch nor height of the roof are known. [°]
    roof_pitch: float = 35.0
    #: Two walls less than this apart are one party wall. [m]
    gap: float = 0.1
    #: How far buildings count for the horizon. [m]
    radius: float = 100.0


class WallPart(NamedTuple):
    """One straight outer wall, gable included."""

    #: Where it faces, clockwise from north. [°]
    azimuth: float
    #: Of the part that stands free. [m²]
    area_free: float
    #: Of the part that is shared with a neighbour. [m²]
    area_party: float
    #: On the ground, free and shared. [m]
    length: float
    #: On the ground, shared only. [m]
    length_party: float = 0.0


class RoofPart(NamedTuple):
    """One plane of a roof."""

    #: Where it faces, clockwise from north; 0 for a flat one. [°]
    azimuth: float
    #: Against the horizontal. [°]
    tilt: float
    #: Along the slope. [m²]
    area: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The closed body of one building and what stands around it."""

    id: str
    #: [m²]
    footprint_area: float
    #: From the ground to the eaves. [m]
    height: float
    #: From the eaves to the ridge. [m]
    roof_height: float = 0.0
    #: Above the ground. [-]
    storeys: float
    #: With the space under the roof. [m³]
    volume: float
    #: Of the walls that stand free. [m]
    perimeter: float
    walls: tuple[WallPart, ...]
    roofs: tuple[RoofPart, ...]
    #: Of all storeys, outer dimensions. [m²]
    floor_area_gross: float
    #: Inner courtyards, whose walls face in. [-]
    courtyards: int = 0
    #: Buildings it shares a wall with. [-]
    attached: int = 0
    #: Elevation of what stands around, as `Building.horizon` has it; empty where the neighbours are unknown. [°]
    horizon: tuple[float, ...] = ()
    horizon_roof: tuple[float, ...] = ()
    #: Names of the fields that the source did not give: height, levels, roof_type, roof_pitch ...
    filled: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def wall_area(self) -> float:
        """Of the walls that stand free. [m²]"""
        return sum(w.area_free for w in self.walls)

    @property
    def party_wall_area(self) -> float:
        """Of the walls that are shared. [m²]"""
        return sum(w.area_party for w in self.walls)

    @property
    def roof_area(self) -> float:
        """Of all planes, along their slopes. [m²]"""
        return sum(r.area for r in self.roofs)
