"""Buildings as frozen records in SI units. No physics."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from buem.profiles import Period, Schedule

if TYPE_CHECKING:
    from buem.weather import Weather

Kind = Literal["wall", "roof", "floor", "door"]
KINDS: Final = ("wall", "roof", "floor", "door")
CONTROLS: Final = ("air", "operative")
MassPosition = Literal["inside", "outside", "both", "distributed", "middle"]
MASS_POSITIONS: Final = ("inside", "outside", "both", "distributed", "middle")
#: What may stand behind an element; any other word is the id of a `Zone` of the building.
BOUNDARIES: Final = ("outdoor", "ground", "adiabatic", "unheated")
FIN_SIDES: Final = ("both", "left", "right")
GROUND_FLOORS: Final = ("slab", "basement", "unheated_basement", "crawl_space")


class Range(NamedTuple):
    """The values a field may take, both ends included unless `open_low`."""

    low: float
    high: float
    unit: str
    open_low: bool = False

    def holds(self, value: float) -> bool:
        """Whether a value lies inside; NaN never does."""
        return self.low <= value <= self.high and not (self.open_low and value == self.low)

    def __str__(self) -> str:
        unit = f" {self.unit}" if self.unit else ""
        if math.isinf(self.high):
            return f"a number {'above' if self.open_low else 'from'} {self.low:g}{unit}"
        bounds = f"{self.low:g} to {self.high:g}{unit}"
        return f"above {bounds}" if self.open_low else bounds


#: Allowed ranges of the fields of every record here; readers check against the same table.
RANGES: Final[dict[str, Range]] = {
    "latitude": Range(-90.0, 90.0, "°"),
    "longitude": Range(-180.0, 180.0, "°"),
    "area": Range(0.0, 1e7, "m²", open_low=True),
    "u_value": Range(0.0, 10.0, "W/(m²K)"),
    "tilt": Range(0.0, 180.0, "°"),
    "azimuth": Range(-360.0, 360.0, "°"),
    "b_transmission": Range(0.0, 1.0, ""),
    "g_value": Range(0.0, 1.0, ""),
    "frame_fraction": Range(0.0, 1.0, ""),
    "f_w": Range(0.0, 1.0, ""),
    "transmittance": Range(0.0, 1.0, ""),
    "convection": Range(0.0, 1000.0, "W/(m²K)", open_low=True),
    "absorptance": Range(0.0, 1.0, ""),
    "emissivity": Range(0.0, 1.0, ""),
    "floor_area": Range(0.0, 1e8, "m²", open_low=True),
    "room_height": Range(0.0, 100.0, "m", open_low=True),
    "air_change": Range(0.0, 100.0, "1/h"),
    "heat_recovery": Range(0.0, 1.0, ""),
    "heat_capacity": Range(0.0, 1e8, "J/(m²K)", open_low=True),
    "mass_area_ratio": Range(0.0, 100.0, "", open_low=True),
    "internal_surface_area": Range(0.0, 1e9, "m²", open_low=True),
    "thermal_bridge": Range(0.0, 1e6, "W/K"),
    "shading": Range(0.0, 1.0, ""),
    "temperature": Range(-50.0, 100.0, "°C"),
    "gain": Range(0.0, 1000.0, "W/m²"),
    "convective_share": Range(0.0, 1.0, ""),
    "power": Range(0.0, math.inf, "W"),
    "hour_of_day": Range(0.0, 24.0, "h"),
    "height": Range(0.0, 100.0, "m", open_low=True),
    "depth": Range(0.0, 100.0, "m", open_low=True),
    "distance": Range(0.0, math.inf, "m"),
    "thickness": Range(0.0, 10.0, "m", open_low=True),
    "conductivity": Range(0.0, 1000.0, "W/(mK)", open_low=True),
    "density": Range(0.0, 20000.0, "kg/m³"),
    "specific_heat": Range(0.0, 20000.0, "J/(kgK)"),
    "resistance": Range(0.0, 1000.0, "m²K/W", open_low=True),
    "difference": Range(0.0, 100.0, "K"),
    "angle": Range(0.0, 90.0, "°"),
    "elevation": Range(0.0, 90.0, "°"),
    "share": Range(0.0, 1.0, ""),
    "more_share": Range(0.0, 2.0, ""),
    "irradiance": Range(0.0, math.inf, "W/m²"),
    "volume": Range(0.0, 1e9, "m³", open_low=True),
    "perimeter": Range(0.0, 1e7, "m", open_low=True),
    "capacity": Range(0.0, 1e12, "J/K"),
    "furniture_capacity": Range(0.0, 1e7, "J/(m²K)"),
    "soil_capacity": Range(0.0, 1e8, "J/(m³K)", open_low=True),
}

#: Most panes of a glass.
MOST_PANES: Final = 6
Roughness = Literal["very_rough", "rough", "medium_rough", "medium_smooth", "smooth", "very_smooth"]
#: Roughness of an outer face -> factor of its forced convection over that of smooth glass. [-]
ROUGHNESS: Final[dict[str, float]] = {
    "very_rough": 2.17, "rough": 1.67, "medium_rough": 1.52, "medium_smooth": 1.13, "smooth": 1.11, "very_smooth": 1.0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A layer of a construction: a material, or with `resistance` one without mass."""

    #: [m]
    thickness: float = 0.0
    #: [W/(mK)]
    conductivity: float = 0.0
    #: [kg/m³]
    density: float = 0.0
    #: [J/(kgK)]
    specific_heat: float = 0.0
    #: Thermal resistance of a layer without mass, such as an air gap; None for a material. [m²K/W]
    resistance: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """An opaque element: wall, roof, floor or door."""

    id: str = ""
    kind: Kind = "wall"
    #: Net of its openings. [m²]
    area: float
    #: Thermal transmittance. [W/(m²K)]
    u_value: float
    #: Where it faces, clockwise from north. [°]
    azimuth: float = 0.0
    #: 0 faces up, 90 is vertical, 180 faces down. [°]
    tilt: float = 90.0
    #: Adjustment factor of an unheated space behind it; 0 is adiabatic. [-]
    b_transmission: float = 1.0
    #: What stands behind it: one of `BOUNDARIES` or the id of a zone of the building. An adiabatic element, such as
    #: half a party wall or half an inner wall, exchanges no heat but keeps its inner face and mass.
    boundary: str = "outdoor"
    #: Solar absorptance outside. [-]
    absorptance: float = 0.6
    #: Thermal emissivity outside. [-]
    emissivity: float = 0.9
    #: Solar absorptance and thermal emissivity of the inner face. [-]
    absorptance_inside: float = 0.6
    emissivity_inside: float = 0.9
    #: Of the outer face, for the convection there.
    roughness: Roughness = "rough"
    #: Convection outside and inside where it is prescribed, in place of that by wind and temperatures; long-wave stands
    #: beside it, by the emissivities. Without layers the 5R1C reads neither. [W/(m²K)]
    convection: float | None = None
    convection_inside: float | None = None
    #: From outside to inside; empty where only the U-value is known. Both models take them in place of U.
    layers: tuple[Layer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Overhang:
    """A horizontal shade above a vertical window, along its whole width."""

    #: How far it stands out. [m]
    depth: float
    #: Between the head of the window and the overhang. [m]
    gap: float = 0.0
    #: How far it reaches beyond the window's sides, seen from outside; infinite for a long one. [m]
    left: float = math.inf
    right: float = math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Fins:
    """Vertical shades beside a vertical window."""

    #: How far they stand out. [m]
    depth: float
    #: Between the side of the window and the fin. [m]
    gap: float = 0.0
    #: How far they reach beyond the head and the sill of the window; infinite for long ones. [m]
    above: float = math.inf
    below: float = math.inf
    #: On which sides, seen from outside.
    sides: Literal["both", "left", "right"] = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shade:
    """A movable shade of a window, such as a blind, closed by set-point."""

    #: What is left of the sun's gain when it is closed. [-]
    factor: float
    #: Closed while more sun than this falls on the window. [W/m²]
    irradiance: float = 300.0
    #: Closed only while the zone was warmer than this in the hour before; None for always. [°C]
    temp_min: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Glass:
    """What the sun finds of a glass, where more of it is known than g."""

    #: Solar transmittance at normal incidence. [-]
    transmittance: float
    #: What each pane absorbs of the sun at normal incidence, from outside to inside, beside the others. [-]
    absorptances: tuple[float, ...]
    #: Pairs of the angle of incidence [°] and the transmittance there over that at the normal [-], from 0 to 90° in
    #: rising order; empty for the curve that the simple-glazing model chooses by U and g.
    transmittance_angular: tuple[tuple[float, float], ...] = ()
    #: The same of what all panes absorb; empty for that of clear double glass.
    absorptance_angular: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A glazed element with its frame."""

    id: str = ""
    #: Of glass and frame together. [m²]
    area: float
    #: Thermal transmittance of glass and frame together. [W/(m²K)]
    u_value: float
    #: Total solar energy transmittance of the glass at normal incidence. [-]
    g_value: float
    azimuth: float = 0.0
    tilt: float = 90.0
    b_transmission: float = 1.0
    #: Share of the area that is frame, F_F. [-]
    frame_fraction: float = 0.2
    #: Constant factor for sun off the normal, F_W; None for the angular model. [-]
    f_w: float | None = None
    #: Thermal emissivity outside and, that of glass, inside. [-]
    emissivity: float = 0.9
    emissivity_inside: float = 0.84
    #: Clear height, for the shade of overhang and fins; None for a window as high as it is wide. [m]
    height: float | None = None
    overhang: Overhang | None = None
    fins: Fins | None = None
    shade: Shade | None = None
    #: Behind it: "outdoor" or the id of a zone of the building.
    boundary: str = "outdoor"
    #: Thermal transmittance of the frame, a part of `u_value`; None for that of the whole window. [W/(m²K)]
    u_frame: float | None = None
    #: Pairs of the angle of incidence [°] and g there over g at normal incidence [-], from 0 to 90° in rising order;
    #: in place of the angular model and of `f_w`.
    g_angular: tuple[tuple[float, float], ...] = ()
    #: Transmittance and absorptances in place of what the simple-glazing model makes of U and g.
    glass: Glass | None = None
    #: As those of an opaque element. [W/(m²K)]
    convection: float | None = None
    convection_inside: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NightVentilation:
    """Extra outdoor air in the hours from `start` to `end`, which may span midnight."""

    #: Added to the other air changes. [1/h]
    air_change: float
    #: Hour of the day. [h]
    start: float
    #: Hour of the day. [h]
    end: float
    #: Only while the zone is warmer than this and than outdoors; None for always. [°C]
    temp_min: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeVentilation:
    """Extra outdoor air, by windows or a fan, whenever it cools."""

    #: Added to the other air changes, as a schedule where it depends on the hour. [1/h]
    air_change: Schedule
    #: Only while the zone was warmer than this in the hour before. [°C]
    temp_min: float = 23.0
    #: Only while outdoors is colder than the zone by more than this. [K]
    difference: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ventilation:
    """Air change with outdoors, per volume of `floor_area` x `room_height`."""

    #: Through gaps, never through heat recovery. [1/h]
    infiltration: float = 0.5
    #: Ventilation on purpose, through heat recovery where there is one. [1/h]
    use: Schedule = 0.5
    #: Share of the heat that is recovered. [-]
    heat_recovery: float = 0.0
    #: Recovery is bypassed while the zone was warmer than this, and than outdoors, in the hour before; None for
    #: never. [°C]
    bypass_temp: float | None = None
    night: NightVentilation | None = None
    free: FreeVentilation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What people and systems do: set-points, power, gains."""

    #: Lower set-point. [°C]
    heating_setpoint: Schedule = 21.0
    #: Upper set-point; still counts the hours above the band when there is no cooling. [°C]
    cooling_setpoint: Schedule = 24.0
    #: Largest heating power. [W]
    heating_power: float = math.inf
    #: Largest cooling power. [W]
    cooling_power: float = math.inf
    #: Whether there is cooling at all.
    cooling: bool = True
    #: Temperature that is held: of the air (ISO 13790) or operative (ISO 52016-1).
    temperature_control: Literal["air", "operative"] = "air"
    #: Internal gains per floor area. [W/m²]
    internal_gain: Schedule = 3.0
    #: Share of the internal gains that goes straight to the air. [-]
    convective_share: float = 0.5
    #: Hours in which heating and cooling may run: 1, or 0 for none, whatever the set-points say.
    heating_available: Schedule = 1.0
    cooling_available: Schedule = 1.0
    #: Heat for domestic hot water per floor area; no gain of the zone. [W/m²]
    hot_water: Schedule = 0.0
    #: Electricity of appliances and lights per floor area; None for that of the internal gains. [W/m²]
    electricity: Schedule | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What lies under the elements whose boundary is the ground, after ISO 13370."""

    #: How the building stands on it.
    floor: Literal["slab", "basement", "unheated_basement", "crawl_space"] = "slab"
    #: Exposed perimeter of the floor; None for that of a square of its area. [m]
    perimeter: float | None = None
    #: Thickness of the walls that stand on it. [m]
    wall_thickness: float = 0.3
    #: Of the soil. [W/(mK)]
    conductivity: float = 2.0
    #: Of the soil per volume. [J/(m³K)]
    heat_capacity: float = 2e6
    #: Of a basement's floor below the ground; of a crawl space, of its own ground below that outside. [m]
    depth: float = 0.0
    #: Of the floor over an unheated basement or a crawl space above the ground. [m]
    height: float = 0.5
    #: U of the walls of an unheated basement or crawl space above the ground. [W/(m²K)]
    wall_u_value: float = 1.7
    #: Air change of an unheated basement; a crawl space has that of its openings by wind. [1/h]
    air_change: float = 0.3
    #: Temperature behind the elements where it is known; then nothing else here counts but itself. [°C]
    temperature: Schedule | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A space without heating or cooling beside the building's own zone: attic, basement, sunspace or stairwell.

    The elements between the two belong to the building; their `boundary` is the id of the zone.
    """

    id: str
    #: Of its air. [m³]
    volume: float
    #: All its other elements, to outdoors, to the ground or adiabatic.
    surfaces: tuple[Surface, ...] = ()
    windows: tuple[Window, ...] = ()
    #: Air change with outdoors. [1/h]
    infiltration: float = 0.5
    #: Gains, half of them to its air. [W]
    internal_gain: Schedule = 0.0
    #: Of all that is in it beside its elements and its air. [J/K]
    heat_capacity: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a building that was derived from a footprint comes from."""

    country: str = ""
    #: Size class: SFH, TH, MFH or AB, or "" for no dwelling.
    type: str = ""
    use: str = ""
    year: int | None = None
    #: Row of the archetype table.
    archetype: str = ""
    #: Refurbishment: existing, usual or advanced.
    variant: str = ""
    height: float = math.nan  # [m]
    storeys: float = math.nan
    footprint_area: float = math.nan  # [m²]
    #: Outer walls that stand free, and those shared with neighbours. [m²]
    wall_area: float = math.nan
    party_wall_area: float = math.nan
    #: Names of the fields that were filled in.
    filled: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Building:
    """One building of one conditioned zone."""

    id: str
    #: Degrees north. [°]
    latitude: float
    #: Degrees east. [°]
    longitude: float
    #: Conditioned floor area, A_ref. [m²]
    floor_area: float
    #: Mean clear height. [m]
    room_height: float = 2.5
    surfaces: tuple[Surface, ...] = ()
    windows: tuple[Window, ...] = ()
    ventilation: Ventilation = field(default_factory=Ventilation)
    usage: Usage = field(default_factory=Usage)
    #: Internal heat capacity per floor area, C_m / A_f; not read where elements have layers. [J/(m²K)]
    heat_capacity: float = 165e3
    #: Where it lies in the elements of the node model without layers, a class of ISO 52016-1, 6.5.7.2.
    mass_position: MassPosition = "inside"
    #: Effective mass area per floor area, A_m / A_f, of the 5R1C; None takes it from the layers, or from the nearest
    #: class of ISO 13790 table 12. [-]
    mass_area_ratio: float | None = None
    #: Area of all inner surfaces, A_t; None for 4.5 floor areas. [m²]
    internal_surface_area: float | None = None
    #: Of furniture beside the elements, per floor area; the air's own is added. Without layers the 5R1C has it in
    #: `heat_capacity`. [J/(m²K)]
    furniture_capacity: float = 0.0
    #: Sum of the linear and point bridges. [W/K]
    thermal_bridge: float = 0.0
    ground: Ground = field(default_factory=Ground)
    #: Spaces without heating beside it; one at most.
    zones: tuple[Zone, ...] = ()
    #: Shading reduction on planes tilted less than 45°, F_sh,hor. [-]
    shading_horizontal: float = 0.8
    #: Shading reduction on all other planes, F_sh,vert. [-]
    shading_vertical: float = 0.75
    #: Elevation of what stands around, in equal sectors clockwise from north (the first begins at north), seen from
    #: planes tilted 45° or more; empty for a free horizon. [°]
    horizon: tuple[float, ...] = ()
    #: The same from planes tilted less. [°]
    horizon_roof: tuple[float, ...] = ()
    period: Period = field(default_factory=Period)
    #: Weather of its own, before any station.
    weather: Weather | None = None
    #: Name of the dialect it was read from.
    dialect: str = ""
    #: What it was derived from; None for an envelope that was given.
    origin: Origin | None = None
    #: Why it is not heated, such as a garage: then it is reported, not simulated; empty for a heated one.
    not_heated: str = ""
    #: What was filled in, converted, ignored or noticed while reading.
    notes: tuple[str, ...] = ()
