"""The accurate setting of the node model: half the step or twice the cells move the annual values little."""

from functools import cache

import numpy as np
import pytest
from cases import CASES, building

import buem
from buem import layers
from buem.io.stations import read_station

#: Windows, overhang, set-back, mass, and the sun inside.
NAMES = ("600", "610", "620", "640", "900", "910", "940", "440", "250")
#: [%]
BAR = 0.5


@cache
def annual(steps=2):
    """Annual heating and cooling by case. [Wh]"""
    made = [building(case) for case in CASES if case.name in NAMES]
    year = buem.simulate(made, read_station("us_denver_tmy3"), hourly="none", model="iso52016",
                         steps_per_hour=steps).indicators
    return {b.id: (float(year.heating[i]), float(year.cooling[i])) for i, b in enumerate(made)}


@pytest.mark.slow
@pytest.mark.parametrize("case", NAMES)
def test_half_the_step(case):
    for coarse, fine in zip(annual()[case], annual(4)[case]):
        assert 100.0 * abs(coarse / fine - 1.0) < BAR


@pytest.mark.slow
@pytest.mark.parametrize("case", NAMES)
def test_an_eighth_of_the_step(case):
    # Of second order: what is left beyond four steps is less than half of what the first halving moves.
    for coarse, fine in zip(annual()[case], annual(16)[case]):
        assert 100.0 * abs(coarse / fine - 1.0) < BAR


@pytest.mark.slow
def test_twice_the_cells(monkeypatch):
    before = annual()
    annual.cache_clear()
    monkeypatch.setattr(layers, "LEAST_CELLS", 2 * layers.LEAST_CELLS)
    monkeypatch.setattr(layers, "MOST_CELLS", 2 * layers.MOST_CELLS)
    halved = layers.chain_of_layers.__defaults__
    monkeypatch.setattr(layers.chain_of_layers, "__defaults__", (halved[0] / 2,))
    finer = annual()
    annual.cache_clear()
    assert finer != before
    for case, loads in before.items():
        assert np.allclose(loads, finer[case], rtol=BAR / 100.0), case
