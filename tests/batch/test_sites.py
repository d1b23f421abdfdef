"""Which weather each building gets, and what is said of it."""

from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from small_city import AMSTERDAM, POTSDAM, house, houses, raw, task_of

from buem.batch.plan import RunOptions
from buem.batch.sites import (
    MOST_SAMPLED,
    Item,
    fail,
    group_by_site,
    share_stations,
    station_site,
    stations_of,
)
from buem.batch.worker import run_part
from buem.building import Building, Surface
from buem.errors import problem
from buem.io.dialects import read_feature
from buem.io.stations import read_station
from buem.simulate import prepare


def rows(result):
    return pa.ipc.open_stream(result.summary).read_all().to_pylist()


def item(position, place=POTSDAM, **changes):
    building = Building(id=f"B{position}", latitude=place[0], longitude=place[1], floor_area=100.0,
                        surfaces=(Surface(area=80.0, u_value=1.0),))
    return Item(position, b"", replace(building, **changes), 0)


def test_nearest_station_is_noted_with_its_distance(make_setup):
    found = rows(run_part(task_of([house("near", place=AMSTERDAM), house("far", place=(54.3, 10.1))]),
                          make_setup(hourly="none")))
    assert any("nearest bundled station nl_amsterdam_nsrdb2019, " in note and "more than" not in note
               for note in found[0]["notes"])
    assert any("more than 150 km: look whether its climate fits" in note for note in found[1]["notes"])
    assert found[1]["weather_distance_km"] > 150.0


def test_a_building_too_far_from_any_station_is_refused_unless_asked_for(make_setup):
    task = task_of([house("iceland", place=(64.1, -21.9)), house("near")])
    refused = run_part(task, make_setup(hourly="none"))
    assert [f.id for f in refused.failures] == ["iceland"]
    assert "km away; expected a bundled station within 500 km" in str(refused.failures[0].problems[0])
    taken = run_part(task, make_setup(hourly="none", any_distance=True))
    assert taken.failures == ()
    assert rows(taken)[0]["weather_distance_km"] > 500.0


def test_own_weather_of_the_run_wins_over_the_stations(make_setup):
    setup = replace(make_setup(hourly="none"), site=prepare(read_station("us_denver_tmy3")))
    assert {row["weather"] for row in rows(run_part(task_of(houses(4)), setup))} == {"us_denver_tmy3"}


def test_stations_are_prepared_for_the_first_part():
    task = task_of([*houses(4), b"broken", raw(house("iceland", place=(64.1, -21.9)))])
    assert sorted(stations_of(task, RunOptions())) == ["de_potsdam_try2015", "nl_amsterdam_nsrdb2019"]
    assert stations_of(task_of([b"{}"]), RunOptions()) == {}
    assert read_feature(raw(house("p")), 0).latitude == POTSDAM[0]


def test_groups_keep_every_building_once(make_setup):
    items = [item(0), item(1, AMSTERDAM), item(2), item(3, weather=read_station("us_tampa_tmy3"))]
    groups, failures = group_by_site(items, make_setup())
    assert failures == []
    assert {g.site.weather.name: [m.position for m in g.members] for g in groups} == {
        "us_tampa_tmy3": [3], "de_potsdam_try2015": [0, 2], "nl_amsterdam_nsrdb2019": [1]}
    assert [len(g.notes) in (0, len(g.members)) for g in groups] == [True] * 3


def test_own_weather_goes_before_that_of_the_run(make_setup):
    setup = replace(make_setup(), site=prepare(read_station("us_denver_tmy3")))
    groups, _ = group_by_site([item(0), item(1, weather=read_station("us_tampa_tmy3"))], setup)
    assert [g.site.weather.name for g in groups] == ["us_tampa_tmy3", "us_denver_tmy3"]
    only_own, _ = group_by_site([item(1, weather=read_station("us_tampa_tmy3"))], setup)
    assert [g.site.weather.name for g in only_own] == ["us_tampa_tmy3"]


def test_a_building_without_a_solution_fails_under_its_place_in_the_file(make_setup):
    broken = item(7, floor_area=0.5)
    groups, failures = group_by_site([broken], make_setup())
    assert groups == []
    assert [(f.id, f.index, f.problems[0].code) for f in failures] == [("B7", 7, "NO_SOLUTION")]
    assert str(failures[0].problems[0]).startswith("$.features[7]: surfaces: ")


def test_paths_from_the_root_stay_as_they_are():
    found = fail(item(3), [problem("$.features[3].id", "x", "y"), problem("surfaces[0].area", 0, "above 0")])
    assert [p.path for p in found.problems] == ["$.features[3].id", "$.features[3]: surfaces[0].area"]


def test_a_prepared_station_is_taken_as_it_is(make_setup):
    ready = station_site("de_potsdam_try2015", "isotropic")
    setup = replace(make_setup(), stations={"de_potsdam_try2015": ready})
    groups, _ = group_by_site([item(0)], setup)
    assert groups[0].site is ready
    assert station_site("de_potsdam_try2015", "isotropic") is ready


@pytest.mark.parametrize("count", [0, 3])
def test_no_buildings_are_no_groups(make_setup, count):
    groups, failures = group_by_site([item(i) for i in range(count)], make_setup())
    assert (len(groups), failures) == (min(count, 1), [])


def parts(*places):
    """A part of two buildings for each place."""
    return [replace(task_of([house(f"{k}a", place=place), house(f"{k}b", place=place)]), number=k, first=2 * k)
            for k, place in enumerate(places)]


def shared(setup):
    return sorted(path.name for path in setup.scratch.iterdir())


def test_stations_of_later_parts_are_left_for_the_workers(make_setup):
    setup = make_setup()
    tasks = parts(POTSDAM, POTSDAM, AMSTERDAM)
    setup = replace(setup, stations=stations_of(tasks[0], setup.options))
    passed = share_stations(tasks, setup)
    assert [next(passed), next(passed)] == tasks[:2]
    assert shared(setup) == []
    assert list(passed) == tasks[2:]
    assert shared(setup) == ["station-nl_amsterdam_nsrdb2019-perez"]
    groups, _ = group_by_site([item(0, AMSTERDAM)], setup)
    assert groups[0].site is not station_site("nl_amsterdam_nsrdb2019", "perez")
    assert np.array_equal(groups[0].site.solar.direct, station_site("nl_amsterdam_nsrdb2019", "perez").solar.direct)
    assert group_by_site([item(1, AMSTERDAM)], setup)[0][0].site is groups[0].site


def test_what_is_shared_is_of_its_sky(make_setup):
    list(share_stations(parts(AMSTERDAM), make_setup(sky="isotropic")))
    groups, _ = group_by_site([item(0, AMSTERDAM)], make_setup(sky="haydavies"))
    assert groups[0].site.sky == "haydavies"


@pytest.mark.parametrize("raws", [(), (b"", b"broken"), (raw(house("a", place=AMSTERDAM)) + b" " * MOST_SAMPLED,)])
def test_what_cannot_be_told_is_left_to_the_worker(make_setup, raws):
    (task,) = parts(AMSTERDAM)
    setup = make_setup()
    assert list(share_stations([replace(task, raws=raws)], setup)) == [replace(task, raws=raws)]
    assert shared(setup) == []


def test_a_worker_needs_no_pvlib_for_a_shared_station(make_setup):
    setup = make_setup()
    list(share_stations(parts(AMSTERDAM), setup))
    code = ("import pickle, sys; from buem.batch.sites import group_by_site; "
            "setup, items = pickle.load(sys.stdin.buffer); "
            "print(group_by_site(items, setup)[0][0].site.weather.name, 'pvlib' in sys.modules)")
    done = subprocess.run([sys.executable, "-c", code], input=pickle.dumps((setup, [item(0, AMSTERDAM)])),
                          capture_output=True, check=True)
    assert done.stdout.decode().split() == ["nl_amsterdam_nsrdb2019", "False"]
