"""Options of a run, amounts of memory, and plans against what is measured."""

from __future__ import annotations

import math

import pytest
from small_city import houses, task_of

from buem.batch.part import over_plan
from buem.batch.plan import (
    BYTES_BESIDE,
    BYTES_ELEMENT,
    BYTES_NODES,
    BYTES_NODES_NUMPY,
    BYTES_NUMPY,
    BYTES_SCHEDULE,
    BYTES_SERIES,
    BYTES_WEATHER,
    RunOptions,
    parse_bytes,
    planned_bytes,
    schedules_of,
)
from buem.batch.worker import run_part
from buem.building import Building, Surface, Usage, Zone
from buem.errors import OptionError


def building(**changes: object) -> Building:
    fields = {"id": "B", "latitude": 52.0, "longitude": 5.0, "floor_area": 100.0,
              "surfaces": (Surface(area=80.0, u_value=1.0),)}
    return Building(**{**fields, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(("text", "size"), [
    ("5MB", 5_000_000),
    ("5 mb", 5_000_000),  # a space, small letters
    ("512KiB", 524_288),
    ("1.5GB", 1_500_000_000),
    ("2000000", 2_000_000),  # plain bytes
    (300, 300),  # a number from Python
    ("7B", 7),
])
def test_amounts_of_memory(text, size):
    assert parse_bytes(text) == size


@pytest.mark.parametrize("text", ["", "5XB", "MB", "-1MB", "0MB", "5MB5", "nan", "1e6"])
def test_no_amount_of_memory(text):
    with pytest.raises(OptionError, match=r"memory_per_building: .*expected an amount of memory such as 5MB"):
        parse_bytes(text)


def test_options_are_checked_together():
    with pytest.raises(OptionError) as caught:
        RunOptions().with_changes(hourly="some", wall_area="inside", on_error="cry", formats=("csv", "xls"), workers=0)
    text = str(caught.value)
    for part in ("hourly: 'some'; expected one of none, load, all", "wall_area: 'inside'; expected one of net, gross",
                 "on_error: 'cry'; expected one of skip, stop", "formats: 'xls'; expected one of parquet, csv",
                 "workers: 0; expected a whole number from 1"):
        assert part in text


@pytest.mark.parametrize(("name", "value"), [("model", "iso1"), ("kernel", "fortran"), ("sky", "blue")])
def test_options_of_the_physics_are_refused_before_the_run(name, value):
    with pytest.raises(OptionError, match=f"{name}: '{value}'; expected one of"):
        RunOptions().with_changes(**{name: value})


@pytest.mark.parametrize(("changes", "text"), [
    ({"workers": "2"}, "workers: '2'; expected a whole number from 1"),
    ({"workers": 1.5}, "workers: 1.5; expected a whole number from 1"),
    ({"formats": "csv"}, "formats: 'csv'; expected a tuple of parquet, csv, geojson, profiles"),
])
def test_options_of_another_kind_are_refused(changes, text):
    with pytest.raises(OptionError) as caught:
        RunOptions().with_changes(**changes)
    assert str(caught.value) == text


def test_a_misspelt_option_is_refused():
    with pytest.raises(OptionError, match=r"wokers: 2; expected one of the options weather, any_distance, workers"):
        RunOptions().with_changes(wokers=2)


@pytest.mark.parametrize(("hourly", "formats", "series"), [
    ("none", ("parquet",), "none"),
    ("none", ("geojson",), "load"),  # an answer needs the loads, though no part files are written
    ("none", ("profiles",), "load"),
    ("all", ("geojson",), "all"),
])
def test_series_that_the_files_need(hourly, formats, series):
    options = RunOptions(hourly=hourly, formats=formats)
    assert options.series == series
    assert options.physics.hourly == series


def test_workers_default_to_the_cores_we_may_use():
    assert RunOptions(workers=3).worker_count == 3
    assert RunOptions().worker_count >= 1


def test_planned_bytes_follow_what_is_asked_for():
    plain = planned_bytes(building(), 1000, RunOptions(hourly="none"))
    more = building(surfaces=(Surface(area=80.0, u_value=1.0),) * 11)
    assert planned_bytes(more, 1000, RunOptions(hourly="none")) == plain + 10 * BYTES_ELEMENT
    assert planned_bytes(building(), 1000, RunOptions(hourly="load")) == plain + 2 * BYTES_SERIES
    assert planned_bytes(building(), 1000, RunOptions(hourly="all")) == plain + 6 * BYTES_SERIES
    assert planned_bytes(building(), 1000, RunOptions(hourly="none", kernel="numpy")) == plain + BYTES_NUMPY
    own = building(weather=object())
    assert planned_bytes(own, 1000, RunOptions(hourly="none")) == plain + BYTES_WEATHER


@pytest.mark.parametrize(("kernel", "each"), [("auto", BYTES_NODES), ("numpy", BYTES_NODES + BYTES_NODES_NUMPY)])
def test_planned_bytes_of_the_node_model(kernel, each):
    options = RunOptions(hourly="none", kernel=kernel)
    nodes = options.with_changes(model="iso52016")
    # Its one wall and the inner surfaces.
    plain = planned_bytes(building(), 1000, options)
    assert planned_bytes(building(), 1000, nodes) == plain + 2 * each
    attic = building(zones=(Zone(id="attic", volume=50.0, surfaces=(Surface(area=60.0, u_value=2.0),)),))
    assert planned_bytes(attic, 1000, nodes) == plain + 3 * each + BYTES_BESIDE + BYTES_ELEMENT


def test_schedules_alike_count_once():
    usage = Usage(heating_setpoint=20.0, cooling_setpoint=26.0, internal_gain=20.0)
    # The air change of 0.5 1/h and the availability of 1 are held, too.
    assert {schedule for schedule, _ in schedules_of(building(usage=usage))} == {20.0, 26.0, 0.5, 1.0}
    assert schedules_of(building(usage=usage)) == schedules_of(building(id="C", usage=usage))


def test_an_ordinary_building_is_far_below_the_default_budget():
    usual = building(surfaces=(Surface(area=20.0, u_value=1.0),) * 12)
    assert planned_bytes(usual, 4000, RunOptions(hourly="all")) + 3 * BYTES_SCHEDULE < RunOptions().budget / 2


@pytest.mark.parametrize(("hourly", "kernel"), [("none", "auto"), ("load", "auto"), ("all", "auto"), ("load", "numpy")])
def test_measured_memory_stays_within_the_plan(make_setup, hourly, kernel):
    count = 200 if kernel == "auto" else 40
    setup = make_setup(hourly=hourly, kernel=kernel)
    task = task_of(houses(count))
    run_part(task, setup)  # what is loaded once is no cost of a building
    cost = run_part(task, setup).cost
    assert cost.chunks == math.ceil(cost.planned / setup.options.worker_share)
    assert not over_plan(cost), cost
    assert cost.growth / count <= setup.options.budget
