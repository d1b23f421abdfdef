"""Panes from U and g, against EnergyPlus' own glass."""

from __future__ import annotations

import numpy as np
import pytest

from buem.building import Building, Glass, Surface, Window
from buem.glazing import OUTER_SHARE, between_faces, film_resistances, glazing, panes_of, rated_inward
from buem.stock import stack
from buem.window_parts import angular_fit

ANGULAR = np.array([np.nan])
#: Beam transmittance of clear double glass against the angle of incidence, from EnergyPlus 25.2 in steps of 10 min.
CLEAR_DOUBLE = {10: 0.698, 20: 0.695, 30: 0.688, 40: 0.673, 50: 0.640, 60: 0.571, 65: 0.512, 70: 0.429, 75: 0.328,
                80: 0.203}


def one(u_value, g_value, f_w=np.nan):
    return glazing(np.array([u_value]), np.array([g_value]), np.array([f_w]))


@pytest.mark.parametrize(("degrees", "expected"), CLEAR_DOUBLE.items())
def test_beam_through_clear_double_glass(degrees, expected):
    powers = np.cos(np.radians(degrees)) ** np.arange(5)
    assert one(2.74, 0.76).beam[0] @ powers == pytest.approx(expected, abs=0.012)


def test_diffuse_through_clear_double_glass():
    assert one(2.74, 0.76).diffuse[0] == pytest.approx(0.596, abs=0.003)


def test_panes_of_clear_double_glass_absorb_a_sixth_of_the_sun():
    panes = one(2.74, 0.76)
    assert panes.outer[0] == pytest.approx(0.105, abs=0.015)
    assert panes.inner[0] == pytest.approx(0.075, abs=0.012)


@pytest.mark.parametrize(("u_value", "g_value"), [(2.74, 0.76), (1.1, 0.6), (0.7, 0.5), (1.6, 0.3), (5.7, 0.85)])
def test_g_is_what_passes_and_what_flows_inward(u_value, g_value):
    panes = one(u_value, g_value)
    inside, outside = film_resistances(np.array([u_value]))
    total = inside + outside + panes.resistance
    inward = panes.outer * outside / total + panes.inner * (outside + panes.resistance) / total
    assert panes.beam.sum() + inward[0] == pytest.approx(g_value, abs=0.02)
    assert 0.0 <= panes.beam.sum() + panes.outer[0] + panes.inner[0] <= 1.0
    assert panes.outer[0] / (panes.outer[0] + panes.inner[0]) == pytest.approx(OUTER_SHARE)


def test_resistance_and_films_make_the_u_value():
    panes = one(2.74, 0.76)
    inside, outside = film_resistances(np.array([2.74]))
    assert 1.0 / (inside + outside + panes.resistance)[0] == pytest.approx(2.74, rel=1e-12)


def test_films_of_the_rating():
    # LBNL-2804E, by hand: 1 / (0.359073 ln 2 + 6.949915) and 1 / (0.025342 2 + 29.163853).
    inside, outside = film_resistances(np.array([2.0]))
    assert inside[0] == pytest.approx(0.138919, abs=1e-5)
    assert outside[0] == pytest.approx(0.034230, abs=1e-5)


def test_constant_factor_has_no_angle():
    panes = one(2.74, 0.76, 0.9)
    assert panes.beam[0, 1:].tolist() == [0.0] * 4
    assert panes.diffuse[0] == pytest.approx(0.9 * one(2.74, 0.76).beam.sum())


#: g over g at the normal of ASHRAE 140's clear double glass, and of a single and a low-e pane of the ASHRAE Handbook.
TABLES = {
    "clear double": ((0, 1.0), (10, 1.0), (20, 0.995), (30, 0.987), (40, 0.970), (50, 0.934), (60, 0.858), (70, 0.691),
                     (80, 0.381), (90, 0.0)),
    "low-e": ((0, 1.0), (40, 0.95), (50, 0.91), (60, 0.81), (70, 0.61), (80, 0.29), (90, 0.0)),
    "straight": ((0, 1.0), (90, 0.0)),
}


def windows_of(*windows):
    wall = Surface(area=10.0, u_value=0.3)
    return stack([Building(id="b", latitude=50.0, longitude=8.0, floor_area=50.0, surfaces=(wall,), windows=windows)])


def pane(**fields):
    return Window(**{"area": 2.0, "u_value": 2.7, "g_value": 0.7} | fields)


def panes(*windows):
    elements = windows_of(*windows).elements
    return panes_of(elements, np.flatnonzero(elements.g_value > 0.0))


def at(polynomial, degrees):
    return np.cos(np.radians(degrees))[..., None] ** np.arange(5) @ np.asarray(polynomial)


@pytest.mark.parametrize("name", ["clear double", "low-e"])
def test_a_table_is_met_within_a_hundredth(name):
    angles, shares = np.array(TABLES[name]).T
    np.testing.assert_allclose(at(angular_fit(TABLES[name]), angles), shares, atol=0.01)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_whole_at_the_normal(name):
    assert sum(angular_fit(TABLES[name])) == pytest.approx(1.0)


def test_a_table_that_begins_below_one_is_taken_over_its_first_value():
    scaled = tuple((angle, 0.5 * share) for angle, share in TABLES["low-e"])
    np.testing.assert_allclose(angular_fit(scaled), angular_fit(TABLES["low-e"]), rtol=1e-6)


def test_a_gap_in_a_table_is_filled():
    # Two points alone leave a polynomial of fourth degree free between them.
    assert at(angular_fit(TABLES["straight"]), np.array([60.0]))[0] == pytest.approx(1.0 / 3.0, abs=0.05)


def test_a_table_takes_the_place_of_the_curves_and_of_the_constant_factor():
    table = TABLES["clear double"]
    found = panes(pane(g_angular=table), pane(g_angular=table, f_w=0.9), pane())
    expected = panes(pane()).beam[0].sum() * np.array(angular_fit(table))
    np.testing.assert_allclose(found.beam[:2], [expected, expected], rtol=1e-12)
    np.testing.assert_allclose(found.absorbed[:2], [angular_fit(table)] * 2, rtol=1e-12)
    np.testing.assert_array_equal(found.beam[2], panes(pane()).beam[0])


def test_diffuse_of_a_table_is_its_mean_over_the_hemisphere():
    # 2 ∫ (share of the angle) cos sin of the straight line 1 - θ/90: 1 - (2/π) · π/4 = 0.5.
    ratio = panes(pane(g_angular=TABLES["straight"])).diffuse[0] / panes(pane()).beam[0].sum()
    assert ratio == pytest.approx(0.5, abs=0.01)


def test_frame_and_glass_make_the_window():
    # 0.75 · 1.1 + 0.25 · 3.5 = 1.7
    elements = windows_of(pane(u_value=1.7, u_frame=3.5, frame_fraction=0.25), pane(u_value=1.7)).elements
    assert elements.u_value[1:].tolist() == pytest.approx([1.1, 3.5, 1.7])
    assert elements.area[1:].tolist() == pytest.approx([1.5, 0.5, 2.0])


def test_the_sun_meets_the_glass_and_heat_has_two_ways():
    stock = windows_of(pane(u_value=1.7, g_value=0.6, u_frame=3.5, frame_fraction=0.25))
    glass, frame = (panes_of(stock.elements, np.array([i])) for i in (1, 2))
    expected = one(1.1, 0.6)
    np.testing.assert_allclose(glass.beam, expected.beam, rtol=1e-9)
    np.testing.assert_allclose([glass.outer, glass.inner], [expected.outer, expected.inner], rtol=1e-9)
    np.testing.assert_allclose(glass.resistance, between_faces(np.array([1.1])), rtol=1e-12)
    np.testing.assert_array_equal(frame.resistance, between_faces(np.array([3.5])))
    assert stock.elements.frame_fraction[1:].tolist() == [0.0, 1.0]


#: Two clear panes of 3 mm, each (0.834, 0.075) at the normal: T = 0.6995, and 0.0967 and 0.0763 absorbed.
CLEAR_PANES = Glass(transmittance=0.6995, absorptances=(0.0967, 0.0763))


def test_data_of_a_glass_take_the_place_of_what_u_and_g_say():
    found = panes(pane(glass=CLEAR_PANES), pane())
    assert found.beam[0].sum() == pytest.approx(0.6995)
    assert (found.outer[0], found.inner[0]) == (0.0967, 0.0763)
    # The curves are those that U and g choose.
    np.testing.assert_allclose(found.beam[0] / found.beam[0].sum(), found.beam[1] / found.beam[1].sum(), rtol=1e-9)
    np.testing.assert_array_equal(found.absorbed[0], found.absorbed[1])


def test_what_flows_inward_of_known_panes():
    clear = {"u_value": 2.74, "g_value": 0.76}
    found = rated_inward(windows_of(pane(**clear, glass=CLEAR_PANES), pane(**clear)).elements, np.array([1, 2]))
    # N_o = 0.0342/0.365 = 0.094 and N_i = 0.228/0.365 = 0.625 (LBNL-2804E): 0.0967 · 0.094 + 0.0763 · 0.625 = 0.0567;
    # with T = 0.6995 that is g = 0.756, EnergyPlus rates these panes at 0.760.
    assert found[0] == pytest.approx(0.0567, abs=1e-3)
    assert found[0] + 0.6995 == pytest.approx(0.76, abs=0.005)
    assert found[1] == pytest.approx(0.76 - one(2.74, 0.76).beam.sum())


def test_tables_of_a_glass_are_met_each():
    straight = ((0.0, 1.0), (90.0, 0.0))
    rising = ((0.0, 1.0), (30.0, 1.05), (60.0, 1.2), (80.0, 1.1), (90.0, 0.0))
    known = Glass(transmittance=0.5, absorptances=(0.2, 0.1), transmittance_angular=straight,
                  absorptance_angular=rising)
    found = panes(pane(glass=known, g_angular=TABLES["clear double"]))
    np.testing.assert_allclose(found.beam[0], 0.5 * np.array(angular_fit(straight)), rtol=1e-12)
    np.testing.assert_allclose(found.absorbed[0], angular_fit(rising), rtol=1e-12)
    assert found.diffuse[0] == pytest.approx(0.25, abs=0.01)


@pytest.mark.parametrize(
    ("u_value", "gas"),
    [
        # Low-e and argon, case 660 of Standard 140: all that the gap conducts is gas. Clear double glass:
        # 1/2.74 - 0.137 - 0.034 = 0.194 m²K/W, of 5.15 W/(m²K) gas takes 1.96.
        pytest.param(1.45, 1.0, id="low-e"),
        pytest.param(2.74, 0.38, id="clear double"),
    ],
)
def test_a_gap_with_little_radiation_is_that_of_a_low_u(u_value, gas):
    assert min(1.96 * between_faces(np.array([u_value]))[0], 1.0) == pytest.approx(gas, abs=0.05)


def test_a_single_pane_has_no_gap():
    # Case 670: clear, U = 5.8.
    assert between_faces(np.array([5.8]))[0] < 0.05
