"""Physical constants and the defaults of the standards, each with unit and source."""

from __future__ import annotations

from typing import Final

HOURS: Final = 8760
SECONDS_PER_HOUR: Final = 3600.0

# ISO 13790:2008, 7.2.2.2 and 12.2.2; table 12 lists the capacities and the mass areas.
#: Conductance between mass and surface node per mass area. [W/(m²K)]
H_MS: Final = 9.1
#: Conductance between surface and air node per internal surface area. [W/(m²K)]
H_IS: Final = 3.45
#: Internal surface area per floor area, Λ_at. [-]
INTERNAL_SURFACE_RATIO: Final = 4.5
#: Class -> (capacity per floor area [J/(m²K)], mass area per floor area [-]), ISO 13790 table 12.
THERMAL_CLASSES: Final[dict[str, tuple[float, float]]] = {
    "very_light": (80e3, 2.5),
    "light": (110e3, 2.5),
    "medium": (165e3, 2.5),
    "heavy": (260e3, 3.0),
    "very_heavy": (370e3, 3.5),
}

# ISO 13790:2008, 11.3.4 and 11.4.6: extra heat loss by thermal radiation to the sky.
#: Surface resistance outside. [m²K/W]
R_SE: Final = 0.04
#: Outside radiative coefficient of a black surface, 5 ε. [W/(m²K)]
H_R_BLACK: Final = 5.0
#: Difference between outdoor air and apparent sky temperature, intermediate zones. [K]
DELTA_SKY: Final = 11.0

#: Films under which U-values are rated, ISO 6946:2017, table 7: inside by direction of the heat flow. [m²K/W]
RATED_INSIDE: Final = {"roof": 0.10, "floor": 0.17, "wall": 0.13, "door": 0.13}
RATED_OUTSIDE: Final = 0.04

#: Share of the internal gains that goes to the air node, ISO 13790 eq. C.1. [-]
CONVECTIVE_SHARE: Final = 0.5
#: Weight of the air node in the operative temperature, ISO 13790 eq. C.12. [-]
OPERATIVE_AIR_WEIGHT: Final = 0.3

# Air.
GAS_CONSTANT_AIR: Final = 287.055  # [J/(kg K)], dry air
GAS_RATIO: Final = 0.378  # 1 - M_water / M_air [-]
HEAT_CAPACITY_AIR: Final = 1006.0  # [J/(kg K)], dry air at constant pressure
KELVIN: Final = 273.15

#: Ground reflectance where the weather has none. [-]
ALBEDO: Final = 0.2
