"""Panes from U and g, against EnergyPlus' own glass."""

from __future__ import annotations

import numpy as np
import pytest

from buem.glazing import OUTER_SHARE, film_resistances, glazing

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
