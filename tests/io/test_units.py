"""Units are converted with the factors of NIST SP 811 and the definitions of foot and BTU."""

from __future__ import annotations

import pytest

from buem.io import units
from buem.io.units import UNITS, describe_units, find_unit, quantity

#: kind, unit, value, the same in the first unit of the record. NIST SP 811, appendix B.8.
CONVERSIONS = [
    ("area", "ft2", 1000.0, 92.90304),
    ("length", "ft", 10.0, 3.048),
    ("length", "cm", 250.0, 2.5),
    ("volume", "ft3", 1000.0, 28.316846592),
    ("angle", "rad", 1.5707963267948966, 90.0),
    ("u_value", "BTU/(h.ft2.F)", 1.0, 5.678263),
    ("heat_capacity", "kJ/(m2K)", 165.0, 165e3),
    ("heat_capacity", "BTU/(ft2.F)", 1.0, 2.044175e4),
    ("heat_capacity", "Wh/(m2K)", 45.0, 162e3),
    ("temperature", "degF", 70.0, 21.1111111),
    ("temperature", "degF", -40.0, -40.0),
    ("temperature", "K", 293.15, 20.0),
    ("ratio", "%", 80.0, 0.8),
    ("gain", "BTU/(h.ft2)", 1.0, 3.154591),
    ("power", "kW", 12.0, 12e3),
    ("power", "MW", 0.5, 5e5),
    ("conductance", "BTU/(h.F)", 1.0, 0.5275279),
]


@pytest.mark.parametrize(("kind", "unit", "value", "expected"), CONVERSIONS)
def test_conversion(kind: str, unit: str, value: float, expected: float) -> None:
    factor, offset = UNITS[kind][unit]
    assert value * factor + offset == pytest.approx(expected, rel=1e-6)


#: As found in files, the contract's spelling.
SPELLINGS = [
    ("m²", "area", "m2"),
    ("m^2", "area", "m2"),
    ("sqm", "area", "m2"),
    (" FT2 ", "area", "ft2"),
    ("W/m2K", "u_value", "W/(m2K)"),
    ("W/(m²·K)", "u_value", "W/(m2K)"),
    ("W/m2/K", "u_value", "W/(m2K)"),
    ("Btu/(h ft2 F)", "u_value", "BTU/(h.ft2.F)"),
    ("kJ/(m²K)", "heat_capacity", "kJ/(m2K)"),
    ("°C", "temperature", "degC"),
    ("C", "temperature", "degC"),
    ("°F", "temperature", "degF"),
    ("degrees", "angle", "deg"),
    ("°", "angle", "deg"),
    ("ACH", "air_change", "1/h"),
    ("h⁻¹", "air_change", "1/h"),
    ("", "ratio", "-"),
    ("1", "ratio", "-"),
]


@pytest.mark.parametrize(("found", "kind", "meant"), SPELLINGS)
def test_other_spellings_of_a_unit(found: str, kind: str, meant: str) -> None:
    assert find_unit(found, tuple(str(unit) for unit in UNITS[kind])) == meant


@pytest.mark.parametrize("found", ["acre", "W", "m", "m3", "kWh/(m2K)", "furlong"])
def test_a_unit_of_something_else_is_not_found(found: str) -> None:
    assert find_unit(found, ("m2", "ft2")) is None
    assert find_unit(found, ("W/(m2K)", "BTU/(h.ft2.F)")) is None


def test_a_plain_number_has_the_first_unit() -> None:
    assert units.HEAT_CAPACITY.units[None] == (1e3, 0.0)
    assert units.POWER.units[None] == (1e3, 0.0)
    assert units.ANGLE_TILT.units[None] == (1.0, 0.0)


def test_bounds_follow_the_records() -> None:
    area = quantity("area", "area")
    assert area.low > 0.0
    assert area.expected == "above 0 to 1e+07 m²"
    assert units.FLOOR_AREA.low == 0.0
    assert units.POWER.high == 1e300
    assert (units.U_VALUE.low, units.U_VALUE.high) == (0.0, 10.0)


def test_units_are_described_without_the_plain_one() -> None:
    assert describe_units(units.AREA.units) == "m2 or ft2"
    assert describe_units(units.AIR_CHANGE.units) == "1/h"
