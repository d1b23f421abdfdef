"""Layers as resistance and capacity."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buem.building import Layer
from buem.thermal_mass import DAY, LEAST, areal_capacity, layer_resistance, resistance

CONCRETE = Layer(thickness=0.2, conductivity=2.0, density=2400.0, specific_heat=1000.0)
WOOL = Layer(thickness=0.1, conductivity=0.04, density=30.0, specific_heat=1000.0)
GAP = Layer(resistance=0.18)
PLASTER = Layer(thickness=0.012, conductivity=0.16, density=950.0, specific_heat=840.0)


@pytest.mark.parametrize(
    ("layers", "expected"),
    [([CONCRETE], 0.1), ([WOOL], 2.5), ([GAP], 0.18), ([WOOL, GAP, CONCRETE], 2.78), ([], 0.0)],
)
def test_resistances_in_series(layers, expected):
    assert resistance(layers) == pytest.approx(expected)
    assert resistance(layers) == pytest.approx(sum(layer_resistance(x) for x in layers))


@pytest.mark.parametrize(
    ("layers", "adiabatic", "expected", "within"),
    [
        # A thin layer before insulation holds itself, 0.012 · 950 · 840 = 9576 J/(m²K), and half of the insulation.
        pytest.param([WOOL, PLASTER], False, 9576.0 + 1500.0, 0.02, id="board before wool"),
        pytest.param([PLASTER], True, 9576.0, 0.001, id="board before nothing"),
        # Held at its outer face, half of a thin layer's swing is the inner one's.
        pytest.param([PLASTER], False, 9576.0 / 2, 0.001, id="board held outside"),
        # A thick one holds what a half-space takes up: √(λ ρ c / ω), ISO 13786, annex A.
        pytest.param([Layer(thickness=5.0, conductivity=2.0, density=2400.0, specific_heat=1000.0)], False,
                     math.sqrt(2.0 * 2.4e6 * DAY / (2 * math.pi)), 1e-6, id="half-space"),
        pytest.param([Layer(thickness=10.0, conductivity=0.04, density=1000.0, specific_heat=4000.0)], True,
                     math.sqrt(0.04 * 4e6 * DAY / (2 * math.pi)), 1e-6, id="so thick that its wave underflows"),
        # Before insulation and an adiabatic face a slab holds itself; behind it, what a swing drives through R = 2.5
        # m²K/W, T/(2πR).
        pytest.param([WOOL, Layer(thickness=0.08, conductivity=1.4, density=2000.0, specific_heat=1000.0)], True,
                     0.08 * 2e6, 0.03, id="slab over insulation, adiabatic"),
        pytest.param([Layer(thickness=0.08, conductivity=1.4, density=2000.0, specific_heat=1000.0), WOOL], True,
                     DAY / (2.0 * math.pi * 2.5), 0.05, id="slab under insulation, adiabatic"),
        pytest.param([GAP], False, LEAST, 0.0, id="no mass"),
        pytest.param([], False, LEAST, 0.0, id="no layer"),
        pytest.param([Layer(thickness=0.1, conductivity=0.04)], True, LEAST, 0.0, id="massless material"),
    ],
)
def test_capacity_by_hand(layers, adiabatic, expected, within):
    assert areal_capacity(layers, adiabatic) == pytest.approx(expected, rel=within + 1e-12)


def test_insulation_inside_hides_the_mass_behind_it():
    assert areal_capacity([CONCRETE, WOOL]) < 0.05 * areal_capacity([WOOL, CONCRETE])


@settings(max_examples=60, deadline=None)
@given(cuts=st.lists(st.floats(0.05, 0.95), min_size=1, max_size=4), adiabatic=st.booleans())
def test_cutting_a_layer_changes_nothing(cuts, adiabatic):
    edges = [0.0, *sorted(cuts), 1.0]
    parts = [Layer(thickness=0.2 * (b - a), conductivity=2.0, density=2400.0, specific_heat=1000.0)
             for a, b in pairwise(edges) if b > a]
    assert areal_capacity([WOOL, *parts], adiabatic) == pytest.approx(areal_capacity([WOOL, CONCRETE], adiabatic))


def test_a_slow_swing_finds_all_the_mass_before_the_insulation():
    mass = 0.2 * 2400.0 * 1000.0
    assert areal_capacity([CONCRETE], adiabatic=True, period=100 * DAY) == pytest.approx(mass, rel=1e-3)
    assert areal_capacity([CONCRETE], adiabatic=True) < mass
