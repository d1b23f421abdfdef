"""Constants against their sources."""

from __future__ import annotations

import calendar

import pytest

from buem import constants as c
from buem.building import KINDS


def test_a_year_has_no_leap_day():
    assert 24 * sum(calendar.monthrange(2019, month)[1] for month in range(1, 13)) == c.HOURS


@pytest.mark.parametrize(("name", "capacity", "area"), [
    # ISO 13790:2008, table 12: C_m in kJ/(m²K), A_m over A_f.
    ("very_light", 80, 2.5), ("light", 110, 2.5), ("medium", 165, 2.5), ("heavy", 260, 3.0), ("very_heavy", 370, 3.5)])
def test_classes_of_thermal_mass(name, capacity, area):
    assert c.THERMAL_CLASSES[name] == (capacity * 1e3, area)


def test_classes_rise():
    assert len(c.THERMAL_CLASSES) == 5
    assert sorted(c.THERMAL_CLASSES.values()) == list(c.THERMAL_CLASSES.values())


def test_conductances_of_the_surface_node_are_a_star_of_convection_and_radiation():
    """With 2.5 W/(m²K) to the air and 6/5 of 5.5 W/(m²K) between surfaces (CIBSE Guide A, environmental node)."""
    convection, radiation = 2.5, 1.2 * 5.5
    assert convection + radiation == pytest.approx(c.H_MS)
    assert convection * c.H_MS / radiation == pytest.approx(c.H_IS, abs=0.005)
    # In series they are the convection again.
    assert pytest.approx(convection, abs=0.005) == 1.0 / (1.0 / c.H_MS + 1.0 / c.H_IS)


def test_rated_films():
    # ISO 6946:2017, table 7: up, down, horizontal.
    assert c.RATED_INSIDE == {"roof": 0.10, "floor": 0.17, "wall": 0.13, "door": 0.13}
    assert set(c.RATED_INSIDE) == set(KINDS)
    assert c.RATED_OUTSIDE == c.R_SE == 0.04


def test_dry_air():
    # Universal gas constant over the molar mass of dry air, 28.9647 g/mol (CIPM-2007); water has 18.01528.
    assert pytest.approx(8.314462618 / 28.9647e-3, rel=1e-4) == c.GAS_CONSTANT_AIR
    assert pytest.approx(1.0 - 18.01528 / 28.9647, abs=1e-3) == c.GAS_RATIO
    assert pytest.approx(3.5, abs=0.01) == c.HEAT_CAPACITY_AIR / c.GAS_CONSTANT_AIR  # a gas of two atoms
    assert c.KELVIN == 273.15


@pytest.mark.parametrize("share", ["CONVECTIVE_SHARE", "OPERATIVE_AIR_WEIGHT", "ALBEDO"])
def test_shares_are_shares(share):
    assert 0.0 < getattr(c, share) < 1.0
