"""Elements on the ground in the node model: the flow of ISO 13370 in steady state, its wave, a known temperature."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from buem.building import Building, Ground, Layer, Surface, Usage, Ventilation, Zone
from buem.compiled import COMPILED
from buem.ground import contacts, paths
from buem.io.stations import read_station
from buem.iso52016_columns import COLUMNS
from buem.layers import chain_of_layers, joined
from buem.nodes import Place, node_elements
from buem.simulate import simulate
from buem.stock import stack

SLAB = (Layer(thickness=0.08, conductivity=0.04, density=30.0, specific_heat=1400.0),
        Layer(thickness=0.15, conductivity=1.7, density=2300.0, specific_heat=1000.0))


def cellar(floor=None, **changes):
    """A room whose floor alone loses heat."""
    floor = Surface(kind="floor", area=80.0, u_value=0.4, tilt=180.0, boundary="ground") if floor is None else floor
    shell = Surface(area=200.0, u_value=1.0, boundary="adiabatic")
    given = {"floor_area": 80.0, "surfaces": (floor, shell), "internal_surface_area": 1.0, "heat_capacity": 1e5,
             "ventilation": Ventilation(infiltration=0.0, use=0.0),
             "usage": Usage(heating_setpoint=20.0, internal_gain=0.0, cooling_setpoint=20.0)}
    return Building(id="cellar", latitude=52.4, longitude=13.1, **{**given, **changes})


@pytest.fixture(scope="module")
def potsdam():
    return read_station("de_potsdam_try2015")


def run(buildings, weather, **options):
    return simulate(buildings, weather, **{"model": "iso52016", "films": "fixed", "hourly": "all", **options})


def test_chains_face_to_face_hold_and_resist_what_both_do():
    soil = chain_of_layers([Layer(thickness=0.5, conductivity=2.0, density=1000.0, specific_heat=2000.0)], 0.125)
    slab = chain_of_layers(SLAB)
    both = joined(soil, slab)
    assert (1.0 / both.conductance).sum() == pytest.approx(0.25 + 0.08 / 0.04 + 0.15 / 1.7)
    assert both.capacity.sum() == pytest.approx(soil.capacity.sum() + slab.capacity.sum())
    assert both.capacity.size == soil.capacity.size + slab.capacity.size


def test_a_capacity_at_the_joint_is_a_node():
    bare = chain_of_layers([Layer(resistance=1.0)])
    both = joined(bare, bare._replace(outer_capacity=5e4))
    assert both.capacity.tolist() == [5e4]
    assert both.conductance.tolist() == [1.0, 1.0]


def test_table_of_an_element_on_the_ground():
    building = cellar()
    elements = node_elements([building], stack([building]), Place(1.2, 3600.0, np.full(8760, 9.0)))
    row = dict(zip(COLUMNS, elements.table[0]))
    path = paths(contacts([(building.ground, building.surfaces)]))
    assert row["h_ground"] == pytest.approx(1.0 / path.resistance[0])
    assert row["ground_mean"] == pytest.approx(9.0 * row["h_ground"])
    assert (row["to_sky"], row["to_rest"], row["out_warm"], row["windward"], row["alpha_outer"]) == (0.0,) * 5
    assert row["b"] == 1.0


@pytest.mark.parametrize("ground", [
    pytest.param(Ground(), id="slab"),
    pytest.param(Ground(perimeter=36.0, conductivity=1.5), id="slab on clay"),
    pytest.param(Ground(floor="crawl_space"), id="crawl space"),
    pytest.param(Ground(floor="unheated_basement", depth=2.0), id="unheated basement"),
])
def test_steady_loss_is_that_of_iso_13370(potsdam, ground):
    mild = replace(potsdam, temp_air=np.full(8760, 8.0))
    building = cellar(ground=ground)
    results = run([building], mild)
    u = paths(contacts([(ground, building.surfaces)])).u_value[0]
    # The film inside is that of the model, not the rated one: 0.7 and 5 W/(m²K) down against 1/0.17.
    assert results.indicators.loss[0, 2] / 8760 == pytest.approx(u * 80.0 * 12.0, rel=0.06)
    assert results.series["heating"][0].std() < 1e-2 * results.series["heating"][0].mean()


@pytest.mark.parametrize("layers", [(), SLAB], ids=["U", "layers"])
def test_wave_of_the_year_comes_late(potsdam, layers):
    floor = Surface(kind="floor", area=80.0, u_value=0.4, tilt=180.0, boundary="ground", layers=layers)
    loads = run([cellar(floor)], potsdam).series["heating"][0].astype(float)
    month = loads.reshape(365, 24).mean(axis=1)[:360].reshape(12, 30).mean(axis=1)
    assert month.argmax() in (1, 2, 3)
    assert month.argmin() in (7, 8, 9)
    outdoors = potsdam.temp_air[:8640].reshape(12, 720).mean(axis=1)
    # The swing against the mean is less than it is with the outdoor air behind the floor.
    assert np.ptp(month) / month.mean() < 0.8 * np.ptp(outdoors) / (20.0 - outdoors.mean())


def test_a_known_temperature_takes_the_place_of_the_standard(potsdam):
    day = (8.0,) * 12 + (12.0,) * 12
    constant, swinging = (run([cellar(ground=Ground(temperature=t))], potsdam) for t in (10.0, day))
    assert constant.indicators.loss[0, 2] == pytest.approx(swinging.indicators.loss[0, 2], rel=1e-3)
    assert constant.series["heating"][0].std() < 1.0
    # 1/U with the rated film outside and the soil left out.
    assert constant.indicators.loss[0, 2] / 8760 == pytest.approx(0.4 * 80.0 * 10.0, rel=0.06)


def test_neither_sun_nor_wind_reaches_the_ground(potsdam):
    dark = replace(potsdam, ghi=potsdam.ghi * 0.0, dni=potsdam.dni * 0.0, dhi=potsdam.dhi * 0.0,
                   wind_speed=potsdam.wind_speed * 3.0)
    wall = Surface(area=80.0, u_value=0.4, absorptance=0.9, boundary="ground", azimuth=180.0)
    for films in ("fixed", "detailed"):
        a, b = (run([cellar(wall)], weather, films=films).indicators.heating[0] for weather in (potsdam, dark))
        assert a == pytest.approx(b, rel=1e-9)


def test_b_of_an_element_on_the_ground_does_not_count(potsdam):
    floor = cellar().surfaces[0]
    half, whole = (run([cellar(replace(floor, b_transmission=b))], potsdam).indicators.heating[0] for b in (0.5, 1.0))
    assert half == whole


def mixed():
    zone = Zone(id="basement", volume=160.0, surfaces=(
        Surface(kind="floor", area=80.0, u_value=0.5, tilt=180.0, boundary="ground", layers=SLAB),
        Surface(area=60.0, u_value=1.0, boundary="ground")))
    above = Surface(kind="floor", area=80.0, u_value=0.6, tilt=180.0, boundary="basement")
    return [cellar(), cellar(above, zones=(zone,)), cellar(ground=Ground(temperature=11.0)),
            cellar(Surface(kind="floor", area=80.0, u_value=0.4, tilt=180.0))]


@pytest.mark.skipif(not COMPILED, reason="numba is not installed")
def test_both_kernels_agree_and_the_balance_closes(potsdam):
    fast, plain = (run(mixed(), potsdam, kernel=kernel).indicators for kernel in ("numba", "numpy"))
    assert fast.heating == pytest.approx(plain.heating, rel=1e-9)
    assert fast.loss == pytest.approx(plain.loss, rel=1e-9, abs=1e-3)
    for a in (fast, plain):
        rest = a.heating - a.cooling + a.gain_solar + a.gain_internal - a.loss.sum(axis=1) - a.storage
        assert np.abs(rest).max() < 1e-9 * a.heating.max()


def test_together_equals_alone_to_the_bit(potsdam):
    together = run(mixed(), potsdam)
    for k, building in enumerate(mixed()):
        assert np.array_equal(run([building], potsdam).series["heating"][0], together.series["heating"][k])


def test_basement_is_warmer_in_winter_than_outdoors(potsdam):
    air = run(mixed(), potsdam).temp_beside[1]
    assert air[:700].mean() > potsdam.temp_air[:700].mean() + 3.0
    assert np.ptp(air) < 0.6 * np.ptp(potsdam.temp_air)
