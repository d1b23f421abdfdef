"""One archetype: a building type of TABULA with its envelope, its climate and TABULA's own results. No look-up."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

#: Size classes: detached house, terraced or semi-detached house, house of several flats, apartment block.
TYPES: Final = ("SFH", "TH", "MFH", "AB")
VARIANTS: Final = ("existing", "usual", "advanced")
Variant: TypeAlias = Literal["existing", "usual", "advanced"]
#: Azimuths of the four walls of a row, in the order of its columns. [°]
AZIMUTHS: Final[dict[str, float]] = {"north": 0.0, "east": 90.0, "south": 180.0, "west": 270.0}
#: Glass per wall to north, east, south and west over an even spread: means of the existing-state rows of each type. [-]
WINDOW_WEIGHTS: Final[dict[str, tuple[float, float, float, float]]] = {
    "SFH": (0.68, 1.13, 1.12, 1.07), "TH": (0.83, 1.05, 1.18, 0.94),
    "MFH": (0.83, 1.14, 0.98, 1.05), "AB": (0.81, 1.18, 0.92, 1.09),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """All elements of one class of an archetype taken together."""

    #: [m²]
    area: float
    #: Mean by area; NaN where there is no such element. [W/(m²K)]
    u_value: float
    #: Adjustment factor of the unheated space behind it, mean by U times area. [-]
    b_transmission: float = 1.0

    @property
    def conductance(self) -> float:
        """b U A; 0 where there is no such element. [W/K]"""
        return self.b_transmission * self.u_value * self.area if self.area > 0 else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """A quantity of the five orientations."""

    horizontal: float
    north: float
    east: float
    south: float
    west: float

    @property
    def vertical(self) -> float:
        """Sum of the four vertical ones."""
        return self.north + self.east + self.south + self.west


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """The heating season for which TABULA computed a row."""

    #: Climate of TABULA, such as `DE.N`.
    climate: str
    #: Mean outdoor temperature of the heating days. [°C]
    temp_air: float
    #: Days with a mean below the base temperature of 12 °C. [d]
    days: float
    #: Sun in these days. [Wh/m²]
    sun: Sides


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """TABULA's own results, rounded as printed, per floor area."""

    #: Transmission. [W/(m²K)]
    h_tr: float
    #: Ventilation. [W/(m²K)]
    h_ve: float
    #: [Wh/(m²a)]
    gain_solar: float
    #: [Wh/(m²a)]
    gain_internal: float
    #: Share of the gains that is used. [-]
    utilisation: float
    #: Reduction of the losses by rooms heated in part and at times, F_red. [-]
    reduction: float
    #: Energy need for heating. [Wh/(m²a)]
    heating: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Archetype:
    """A row of the table of archetypes, in SI units."""

    #: Row of the table, such as `DE.N.SFH.04.Gen.ReEx.001.001`.
    id: str
    #: ISO 3166, two letters.
    country: str
    #: Region of the country, "N" for the whole of it.
    region: str
    #: One of `TYPES`.
    type: str
    #: Code of the construction period in the country's own list.
    period_code: str
    #: "Gen" for the general case, otherwise a special form such as a timber frame.
    subtype: str
    #: First and last year of the period; 0 and 9999 where it is open.
    year_from: int
    year_to: int
    #: "ReEx" for a real building as an example, "SyAv" for a synthetic average.
    dataset: str
    #: State of refurbishment.
    variant: Variant
    #: TABULA's number of the variant: its last digit is the state, its tens are sorts of new buildings.
    variant_number: int
    variant_name: str
    #: TABULA's reference area, conditioned. [m²]
    floor_area: float
    #: Of the building; NaN where unknown.
    storeys: float
    #: Dwellings; NaN where unknown.
    dwellings: float
    #: Form of the roof: "FR" flat, "TR" pitched with heated rooms, "UC" upper ceiling under a cold attic, "" unknown.
    roof_type: str
    #: Attic and cellar: "C" heated, "P" in part, "N" not, "NI" not, insulated, "-" none, "" unknown.
    attic: str
    cellar: str
    #: Attached neighbours, 0 to 2.
    neighbours: int
    roof: Element
    wall: Element
    floor: Element
    window: Element
    door: Element
    #: Windows by orientation; all 0 where the row does not say. [m²]
    window_sides: Sides
    #: Total solar energy transmittance of the glass at normal incidence. [-]
    g_value: float
    frame_fraction: float
    shading_horizontal: float
    shading_vertical: float
    #: Factor for sun off the normal. [-]
    f_w: float
    #: Thermal bridges: addition to the U-value of all elements. [W/(m²K)]
    bridge_surcharge: float
    #: [1/h]
    infiltration: float
    #: Ventilation by the people. [1/h]
    use_ventilation: float
    #: [m]
    room_height: float
    #: Per floor area. [J/(m²K)]
    heat_capacity: float
    #: [°C]
    setpoint: float
    #: Per floor area. [W/m²]
    internal_gain: float
    #: Heat for domestic hot water per floor area. [Wh/(m²a)]
    hot_water: float
    #: Reduction factors F_red at a heat transfer of 1 and of 4 W/(m²K). [-]
    reduction_1: float
    reduction_4: float
    season: Season
    reference: Reference

    @property
    def envelope_area(self) -> float:
        """All elements together. [m²]"""
        return sum(e.area for e in (self.roof, self.wall, self.floor, self.window, self.door))

    @property
    def wall_area(self) -> float:
        """Outer walls with their windows and doors; roof windows are left out. [m²]"""
        return self.wall.area + self.door.area + self.window.area * (1.0 - self.horizontal_share)

    @property
    def horizontal_share(self) -> float:
        """Share of the windows that lie in the roof. [-]

        The rows of Sweden repeat the area of all windows as horizontal beside those of the four sides; that is no roof
        window.
        """
        flat, upright = self.window_sides.horizontal, self.window_sides.vertical
        if flat <= 0 or (upright > 0 and flat >= self.window.area):
            return 0.0
        return flat / (flat + upright)

    @property
    def window_ratio(self) -> float:
        """Windows per outer wall, both with frames and openings; NaN for a row without windows. [-]"""
        vertical = self.window.area * (1.0 - self.horizontal_share)
        return vertical / self.wall_area if vertical > 0 else math.nan

    @property
    def roof_window_ratio(self) -> float:
        """Roof windows per roof with its windows. [-]"""
        windows = self.window.area * self.horizontal_share
        return windows / (self.roof.area + windows)

    @property
    def door_ratio(self) -> float:
        """Doors per outer wall. [-]"""
        return self.door.area / self.wall_area

    def window_weight(self, azimuth: float) -> float:
        """How much of its windows a building of this type turns to a side, against an even spread.

        The mean of the type: which way the one example of a row faces says nothing of others. Its own sides scatter
        between none and twice an even spread, and the mean of all hardly leaves it.

        Parameters
        ----------
        azimuth : float
            Of the wall, clockwise from north, on the northern hemisphere. [°]

        Returns
        -------
        float
            1 for an even spread, linear between the four sides. [-]
        """
        weights = WINDOW_WEIGHTS[self.type]
        quarter, part = divmod(azimuth % 360.0, 90.0)
        here, there = weights[int(quarter) % 4], weights[(int(quarter) + 1) % 4]
        return here + (there - here) * part / 90.0
