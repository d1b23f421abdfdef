"""Fifty random boxes against the stored runs of EnergyPlus 25.2."""

from functools import cache

import numpy as np
import pytest

from benchmarks import boxes
from benchmarks._boxes import COUNT, SEED, STATIONS, random_box, random_boxes


@cache
def theirs():
    table = boxes.stored()
    return [table[SEED, i] for i in range(COUNT)]


@cache
def ours():
    return boxes.our_loads(random_boxes(), model="iso52016")


@pytest.mark.parametrize(("load", "bar"), boxes.BARS.items())
def test_median_absolute_deviation_of_annual_loads(load, bar):
    off = boxes.deviations(random_boxes(), ours(), theirs(), load)
    assert np.count_nonzero(~np.isnan(off)) >= 40
    assert np.nanmedian(np.abs(off)) <= bar


@pytest.mark.parametrize(("load", "held"), [("heating_peak", 5.0), ("cooling_peak", 5.0)])
def test_median_absolute_deviation_of_peaks(load, held):
    off = boxes.deviations(random_boxes(), ours(), theirs(), load)
    assert np.nanmedian(np.abs(off)) <= held


@pytest.mark.parametrize("station", STATIONS)
def test_no_climate_is_far_off(station):
    chosen = [i for i, box in enumerate(random_boxes()) if box.station == station]
    off = boxes.deviations(random_boxes(), ours(), theirs(), "cooling")[chosen]
    assert np.nanmedian(np.abs(off)) <= 8.0


def test_boxes_depend_on_seed_and_number_alone():
    assert random_box(SEED, 7) == random_boxes(8)[7]
    assert random_box(SEED, 7) != random_box(SEED + 1, 7)


def test_boxes_differ_in_all_that_counts():
    made = random_boxes()
    assert {box.station for box in made} == set(STATIONS)
    assert len({box.glass for box in made}) == 3
    assert {s.boundary for box in made for s in box.building.surfaces} == {"outdoor", "adiabatic"}
    assert 0 < sum(w.overhang is not None for box in made for w in box.building.windows) < 100
    assert len({s.layers for box in made for s in box.building.surfaces}) > 100


@pytest.mark.parametrize("index", range(0, COUNT, 7))
def test_a_box_is_a_box(index):
    from benchmarks.energyplus.box import box_of

    building = random_box(SEED, index).building
    box = box_of(building)
    assert box.width * box.depth == pytest.approx(building.floor_area)
    walls = sum(e.area for e in (*building.surfaces, *building.windows) if e.tilt == 90.0)
    assert walls == pytest.approx(2.0 * (box.width + box.depth) * building.room_height)


def test_small_loads_count_for_nothing():
    box = random_box(SEED, 0)
    little = boxes.Loads(heating=100.0, cooling=5e6, heating_peak=1.0, cooling_peak=1000.0)
    more = boxes.Loads(heating=900.0, cooling=4e6, heating_peak=9.0, cooling_peak=900.0)
    assert np.isnan(boxes.deviations([box], [more], [little], "heating")).all()
    assert np.isnan(boxes.deviations([box], [more], [little], "heating_peak")).all()
    assert boxes.deviations([box], [more], [little], "cooling") == pytest.approx([-20.0])
