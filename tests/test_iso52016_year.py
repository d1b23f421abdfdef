"""The year of the node model around its two forms: how long it is run in, what it refuses, in which order it runs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from node_blocks import beside, plain, rich, tables
from test_iso52016_numpy import climate_of

import buem.iso52016_year as year
from buem.building import Layer, Surface, Ventilation
from buem.compiled import COMPILED
from buem.constants import HOURS
from buem.errors import OptionError
from buem.iso52016 import SUM_COOLING, SUM_HEATING, SUMS
from buem.iso52016_records import Setting


def spin_up(*buildings, use=0.0):
    nodes, _ = tables(*buildings)
    return year.spin_up_hours(nodes.own, nodes.zones, 1.2, np.full(len(buildings), use)).tolist()


def concrete(thickness, **changes):
    layer = Layer(thickness=thickness, conductivity=2.0, density=2400.0, specific_heat=1000.0)
    wall = Surface(kind="wall", area=50.0, u_value=1.0, azimuth=180.0, layers=(layer,))
    fields = {"surfaces": (wall,), "windows": (), "internal_surface_area": 50.0, "thermal_bridge": 0.0,
              "ventilation": Ventilation(infiltration=0.0, use=0.0)}
    return plain(**{**fields, **changes})


def test_time_constant_by_hand():
    """A wall of concrete: C = 0.3 · 2400 · 1000 J/(m²K), out by λ/d and the two films; 8.3 time constants."""
    capacity, through = 0.3 * 2400.0 * 1000.0, 2.0 / 0.3
    loss = through / (1.0 + 0.17 * through)
    assert spin_up(concrete(0.3)) == [pytest.approx(8.3 * capacity / 3600.0 / loss, rel=0.01)]


def test_bridges_and_air_let_the_first_guess_out_sooner():
    slow, bridged, aired = spin_up(concrete(0.3), concrete(0.3, name="b", thermal_bridge=100.0), concrete(
        0.3, name="c", ventilation=Ventilation(infiltration=3.0, use=0.0)))
    assert bridged < slow
    assert aired < slow
    # Heat that is recovered stays.
    recovering = concrete(0.3, ventilation=Ventilation(infiltration=0.0, use=1.0, heat_recovery=1.0))
    leaking = concrete(0.3, ventilation=Ventilation(infiltration=0.0, use=1.0, heat_recovery=0.0))
    assert spin_up(recovering, use=1.0)[0] == slow > spin_up(leaking, use=1.0)[0]


@pytest.mark.parametrize(("building", "hours"), [
    pytest.param(plain(surfaces=(Surface(area=25.0, u_value=1.0),), heat_capacity=100.0), 72, id="light"),
    pytest.param(concrete(2.0, surfaces=(Surface(area=50.0, u_value=0.1, boundary="adiabatic", layers=(
        Layer(thickness=1.0, conductivity=2.0, density=2400.0, specific_heat=1000.0),)),)), HOURS, id="no way out"),
    pytest.param(plain(surfaces=(), windows=(), internal_surface_area=0.0, thermal_bridge=0.0, heat_capacity=0.0,
                       ventilation=Ventilation(infiltration=0.0, use=0.0)), 72, id="nothing at all")])
def test_limits(building, hours):
    assert spin_up(building) == [hours]


@settings(max_examples=20, deadline=None)
@given(st.floats(0.02, 1.0), st.floats(1.05, 2.0))
def test_more_mass_is_run_in_longer(thickness, more):
    short, long = spin_up(concrete(thickness), concrete(thickness * more, name="b"))
    assert short <= long


def test_together_is_alone():
    both = spin_up(plain(), rich())
    assert both == [*spin_up(plain()), *spin_up(rich())]


@pytest.mark.parametrize(("kernel", "compiled", "wanted"), [
    ("fortran", True, "kernel: 'fortran'; expected one of auto, numpy, numba"),
    ("", True, "kernel: ''; expected one of auto, numpy, numba"),
    ("numba", False, "kernel: 'numba'; expected numba to be installed, or auto or numpy")])
def test_a_kernel_that_is_not_there(kernel, compiled, wanted, monkeypatch):
    monkeypatch.setattr(year, "COMPILED", compiled)
    nodes, schedules = tables(plain())
    with pytest.raises(OptionError) as error:
        year.simulate_nodes(climate_of(schedules), nodes, Setting(kernel=kernel))
    assert str(error.value) == wanted


def simulated(*buildings, **setting):
    nodes, schedules = tables(*buildings)
    return year.simulate_nodes(climate_of(schedules), nodes, Setting(**{"steps": 1, "kernel": "numba", **setting}))


@pytest.mark.skipif(not COMPILED, reason="numba is not installed")
@pytest.mark.parametrize("threads", [1, 3])
def test_buildings_come_out_in_the_order_they_went_in(threads):
    """However they are sorted by likeness inside, with and without spaces beside them, in any number of threads."""
    buildings = [rich("a"), beside("b"), plain("c"), concrete(0.3, name="d"), beside("e", floor_area=45.0), plain("f")]
    together = simulated(*buildings, series=2, threads=threads)
    assert together.sums.shape == (SUMS, 6)
    for k, building in enumerate(buildings):
        alone = simulated(building, series=2)
        assert together.sums[:, k].tolist() == alone.sums[:, 0].tolist()
        assert np.array_equal(together.series[:, k], alone.series[:, 0])
    nodes, _ = tables(*buildings)
    for k in (1, 4):
        alone = simulated(buildings[k])
        assert together.lost[nodes.own.owner == k].tolist() == alone.lost.tolist()
        space = nodes.building.tolist().index(k)
        assert together.lost_between[nodes.between.owner == space].tolist() == alone.lost_between.tolist()


@pytest.mark.skipif(not COMPILED, reason="numba is not installed")
def test_no_series_that_nobody_asked_for():
    assert simulated(plain()).series.shape == (0, 1, HOURS)
    assert simulated(beside(), series=2).beside.shape == (0, HOURS)
    four = simulated(beside(), series=4)
    assert (four.series.shape, four.beside.shape) == ((4, 1, HOURS), (1, HOURS))
    assert four.series[0].sum(dtype=np.float64) == pytest.approx(four.sums[SUM_HEATING, 0], rel=1e-6)
    assert four.series[1].sum(dtype=np.float64) == pytest.approx(four.sums[SUM_COOLING, 0], rel=1e-6)
    # A space that is not heated lies between indoors and outdoors by night.
    night = four.beside[0, 3::24]
    assert (night < four.series[2, 0, 3::24]).all()
    assert (night > -3.0).all()
