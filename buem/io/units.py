"""Units of the numbers in a request, and the quantities that are read with them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

from buem.building import RANGES

#: (factor, offset): value in the record's unit = factor x given value + offset.
Scale: TypeAlias = tuple[float, float]

_FOOT = 0.3048  # [m], international foot
_BTU = 1055.05585262  # [J], International Table
_FAHRENHEIT_DEGREE = 5.0 / 9.0  # [K]
_U_IMPERIAL = _BTU / 3600.0 / _FOOT**2 / _FAHRENHEIT_DEGREE

_SAME: Final[Scale] = (1.0, 0.0)

#: Kind of quantity -> unit as the contract spells it -> scale. The first unit is the one of a plain number.
UNITS: Final[dict[str, dict[str | None, Scale]]] = {
    "area": {"m2": _SAME, "ft2": (_FOOT**2, 0.0)},
    "length": {"m": _SAME, "ft": (_FOOT, 0.0), "cm": (0.01, 0.0)},
    "volume": {"m3": _SAME, "ft3": (_FOOT**3, 0.0)},
    "angle": {"deg": _SAME, "rad": (180.0 / math.pi, 0.0)},
    "u_value": {"W/(m2K)": _SAME, "BTU/(h.ft2.F)": (_U_IMPERIAL, 0.0)},
    "air_change": {"1/h": _SAME},
    "heat_capacity": {
        "kJ/(m2K)": (1e3, 0.0),
        "BTU/(ft2.F)": (_BTU / _FOOT**2 / _FAHRENHEIT_DEGREE, 0.0),
        "J/(m2K)": _SAME,
        "Wh/(m2K)": (3600.0, 0.0),
    },
    "temperature": {
        "degC": _SAME,
        "degF": (_FAHRENHEIT_DEGREE, -32.0 * _FAHRENHEIT_DEGREE),
        "K": (1.0, -273.15),
    },
    "ratio": {"-": _SAME, "%": (0.01, 0.0)},
    "gain": {"W/m2": _SAME, "BTU/(h.ft2)": (_BTU / 3600.0 / _FOOT**2, 0.0)},
    "power": {"kW": (1e3, 0.0), "W": _SAME, "MW": (1e6, 0.0)},
    "conductance": {"W/K": _SAME, "BTU/(h.F)": (_BTU / 3600.0 / _FAHRENHEIT_DEGREE, 0.0)},
    "hour": {"h": _SAME},
    "conductivity": {"W/(mK)": _SAME},
    "density": {"kg/m3": _SAME},
    "specific_heat": {"J/(kgK)": _SAME, "kJ/(kgK)": (1e3, 0.0)},
    "resistance": {"m2K/W": _SAME},
    "soil_capacity": {"MJ/(m3K)": (1e6, 0.0), "J/(m3K)": _SAME},
    "capacity": {"kJ/K": (1e3, 0.0), "J/K": _SAME},
    "watt": {"W": _SAME, "kW": (1e3, 0.0)},
    "difference": {"K": _SAME},
}

_SPELLINGS: Final[dict[str, str]] = {
    "sqm": "m2", "sqft": "ft2", "°": "deg", "degree": "deg", "degrees": "deg", "radian": "rad", "radians": "rad",
    "c": "degc", "celsius": "degc", "f": "degf", "fahrenheit": "degf", "kelvin": "k", "": "-", "1": "-",
    "ach": "1/h", "h-1": "1/h", "/h": "1/h", "m": "m", "meter": "m", "metre": "m", "percent": "%",
}  # fmt: skip


class Quantity(NamedTuple):
    """How one number of a request is read: its unit, and the range of the record's field."""

    #: Key of `RANGES`.
    field: str
    #: Unit -> scale; None is a plain number or a missing unit.
    units: Mapping[str | None, Scale]
    #: Bounds in the record's unit, both included.
    low: float
    high: float
    #: What is wanted, for the error text.
    expected: str
    #: The record's own unit, where no value needs a conversion that is given in it or without a unit.
    plain: str | None = None


def quantity(field: str, kind: str, *, expected: str | None = None, low: float | None = None) -> Quantity:
    """A `Quantity` from the range of a field and the units of a kind.

    Parameters
    ----------
    field : str
        Key of `RANGES`.
    kind : str
        Key of `UNITS`.
    expected : str, optional
        Text for the error; the range itself when left out.
    low : float, optional
        Lower bound instead of the range's own. [unit of the range]

    Returns
    -------
    Quantity
    """
    limits = RANGES[field]
    units: dict[str | None, Scale] = {**UNITS[kind], None: next(iter(UNITS[kind].values()))}
    least = limits.low if low is None else low
    if limits.open_low and low is None:
        least = math.nextafter(least, math.inf)
    # A float must come out of every number that passes, so infinity is outside each range.
    most = min(limits.high, 1e300)
    first = next(iter(UNITS[kind]))
    return Quantity(field, units, least, most, expected or str(limits), first if units[None] == _SAME else None)


@lru_cache(maxsize=1024)
def find_unit(unit: str, kinds: tuple[str, ...]) -> str | None:
    """The contract's spelling of a unit that is spelt another way.

    Parameters
    ----------
    unit : str
        As found, for instance `W/m²K` or `°C`.
    kinds : tuple of str
        Units as the contract spells them, among which to look.

    Returns
    -------
    str or None
        One of `kinds`, or None when the unit is none of them.
    """
    plain = _plain(unit)
    plain = _SPELLINGS.get(plain, plain)
    return next((kind for kind in kinds if _plain(kind) == plain), None)


def _plain(unit: str) -> str:
    """A unit without the signs in which spellings differ."""
    text = unit.strip().lower().replace("²", "2").replace("³", "3").replace("^", "").replace("°c", "degc")
    text = text.replace("°f", "degf").replace("deg f", "degf").replace("deg c", "degc").replace("⁻¹", "-1")
    for sign in " ()·.*×⋅":
        text = text.replace(sign, "")
    # W/m2/K and W/(m2K) are the same once the second stroke is dropped.
    head, _, tail = text.partition("/")
    return f"{head}/{tail.replace('/', '')}" if tail else text


def describe_units(units: Mapping[str | None, Scale]) -> str:
    """The units of a quantity as a text for an error.

    Parameters
    ----------
    units : mapping
        `Quantity.units`.

    Returns
    -------
    str
        For instance `m2 or ft2`.
    """
    return " or ".join(unit for unit in units if unit is not None)


AREA: Final = quantity("area", "area")
ANGLE_TILT: Final = quantity("tilt", "angle")
ANGLE_AZIMUTH: Final = quantity("azimuth", "angle")
U_VALUE: Final = quantity("u_value", "u_value")
CONVECTION: Final = quantity("convection", "u_value")
B_TRANSMISSION: Final = quantity("b_transmission", "ratio", expected="0 to 1")
G_VALUE: Final = quantity("g_value", "ratio")
TRANSMITTANCE: Final = quantity("transmittance", "ratio")
FRAME: Final = quantity("frame_fraction", "ratio")
F_W: Final = quantity("f_w", "ratio")
HEIGHT: Final = quantity("height", "length")
DEPTH: Final = quantity("depth", "length")
DISTANCE: Final = quantity("distance", "length")
ABSORPTANCE: Final = quantity("absorptance", "ratio")
EMISSIVITY: Final = quantity("emissivity", "ratio")
SHADING: Final = quantity("shading", "ratio")
HEAT_RECOVERY: Final = quantity("heat_recovery", "ratio")
CONVECTIVE: Final = quantity("convective_share", "ratio")
AIR_CHANGE: Final = quantity("air_change", "air_change")
TEMPERATURE: Final = quantity("temperature", "temperature")
HEAT_CAPACITY: Final = quantity("heat_capacity", "heat_capacity", expected="above 0 to 100000 kJ/(m²K)")
GAIN: Final = quantity("gain", "gain")
POWER: Final = quantity("power", "power", expected="a number from 0 kW")
BRIDGE: Final = quantity("thermal_bridge", "conductance")
BRIDGE_AREA: Final = quantity("u_value", "u_value")
HOUR: Final = quantity("hour_of_day", "hour")
#: Zero stands for "not given" in the contract.
FLOOR_AREA: Final = quantity("floor_area", "area", low=0.0)
ROOM_HEIGHT: Final = quantity("room_height", "length")
#: Of a whole building, which has no field in the records.
VOLUME: Final = Quantity("volume", {**UNITS["volume"], None: _SAME}, 1e-9, 1e9, "above 0 to 1e+09 m³")
LATITUDE: Final = quantity("latitude", "angle")
LONGITUDE: Final = quantity("longitude", "angle")
THICKNESS: Final = quantity("thickness", "length")
CONDUCTIVITY: Final = quantity("conductivity", "conductivity")
DENSITY: Final = quantity("density", "density")
SPECIFIC_HEAT: Final = quantity("specific_heat", "specific_heat")
RESISTANCE: Final = quantity("resistance", "resistance")
IRRADIANCE: Final = quantity("irradiance", "gain")
ELEVATION: Final = quantity("elevation", "angle")
AVAILABLE: Final = quantity("share", "ratio", expected="1 for hours in which it may run, else 0")
DIFFERENCE: Final = quantity("difference", "difference")
FURNITURE: Final = quantity("furniture_capacity", "heat_capacity", expected="0 to 10000 kJ/(m²K)")
PERIMETER: Final = quantity("perimeter", "length")
SOIL_CAPACITY: Final = quantity("soil_capacity", "soil_capacity", expected="above 0 to 100 MJ/(m³K)")
ZONE_VOLUME: Final = quantity("volume", "volume")
ZONE_CAPACITY: Final = quantity("capacity", "capacity", expected="0 to 1e+09 kJ/K")
ZONE_GAIN: Final = quantity("power", "watt")
