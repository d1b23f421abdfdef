"""One part: features in, rows, files and error records out."""

from __future__ import annotations

import gc
import json
import pickle
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from small_city import AMSTERDAM, POTSDAM, house, houses, raw, task_of

import buem
from buem.batch import chunk as chunk_module
from buem.batch import worker as worker_module
from buem.batch.chunk import read_chunks
from buem.batch.part import Cost, over_plan
from buem.batch.plan import RunOptions
from buem.batch.sites import stations_of
from buem.batch.worker import next_share, no_collection, run_part, run_part_within
from buem.building import check_building
from buem.errors import MemoryBudgetError
from buem.io.dialects import read_feature
from buem.io.stations import read_station


def rows(result):
    return pa.ipc.open_stream(result.summary).read_all().to_pylist()


def cost(planned, growth):
    return Cost(planned=planned, growth=growth, peak=growth, private=growth, began=0.0, seconds=1.0, cpu_seconds=1.0,
                chunks=1, process=1)


def test_rows_equal_those_of_simulate(make_setup):
    features = houses(5)
    found = rows(run_part(task_of(features), make_setup(hourly="none")))
    assert [row["index"] for row in found] == [0, 1, 2, 3, 4]
    for i, feature in enumerate(features):
        building = read_feature(raw(feature), i)
        weather = read_station("nl_amsterdam_nsrdb2019" if i % 3 == 0 else "de_potsdam_try2015")
        alone = buem.simulate(building, weather).summary_columns()
        assert found[i]["id"] == building.id
        assert found[i]["heating_kwh"] == alone["heating_kwh"][0]
        assert found[i]["cooling_peak_kw"] == alone["cooling_peak_kw"][0]
        assert found[i]["weather"] == weather.name


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


def test_each_bad_feature_is_a_record_and_the_others_run(make_setup):
    features = [raw(house("good")), b'{"type": "Feature", "id": "cut', raw(house("bad", u_value=-0.2)),
                raw(house(None)), raw(house("good"))]
    result = run_part(task_of(features, first=512, duplicates=frozenset({516})), make_setup(hourly="none"))
    assert [(f.index, f.id) for f in result.failures] == [(513, ""), (514, "bad"), (515, ""), (516, "good")]
    texts = [str(f.problems[0]) for f in result.failures]
    assert texts[1] == ("$.features[514].properties.buem.building.envelope.elements[0].U.value: -0.2; "
                        "expected 0 to 10 W/(m²K)")
    assert texts[3] == "$.features[516].id: 'good'; expected an id that no earlier feature has"
    assert [row["status"] for row in rows(result)] == ["ok", "error", "error", "error", "error"]
    assert [row["index"] for row in rows(result)] == [512, 513, 514, 515, 516]


def test_what_the_reader_lets_through_needs_no_second_check(make_setup):
    features = [raw(f) for f in houses(3)]
    assert all(check_building(read_feature(text, 0)) == [] for text in features)


def test_chunks_are_cut_at_the_share(make_setup):
    setup = make_setup(hourly="load")
    task = task_of(houses(10))
    whole = list(read_chunks(task, setup, setup.options.worker_share))
    assert [len(c.items) for c in whole] == [10]
    each = list(read_chunks(task, setup, 1))
    assert [len(c.items) for c in each] == [1] * 10
    some = list(read_chunks(task, setup, whole[0].planned // 2))
    assert all(c.planned <= whole[0].planned // 2 for c in some)
    assert [item.position for c in some for item in c.items] == list(range(10))


def test_chunks_do_not_show_in_the_results(make_setup, tmp_path):
    setup = make_setup(hourly="all")
    task = task_of([*houses(9), house("bad", u_value=99.0)])
    path = tmp_path / "out" / "hourly" / "part-00000.parquet"
    one = run_part(task, setup)
    bytes_of_one = path.read_bytes()
    many = run_part(task, setup, share=1)
    assert many.cost.chunks == 9
    assert many.summary == one.summary
    assert many.failures == one.failures
    assert path.read_bytes() == bytes_of_one


def test_hourly_rows_add_up_to_the_summary(make_setup, tmp_path):
    result = run_part(task_of(houses(4), number=3, first=1536), make_setup(hourly="load"))
    hours = pq.read_table(tmp_path / "out" / "hourly" / "part-00003.parquet").to_pylist()
    for row, summary in zip(hours, rows(result)):
        assert row["id"] == summary["id"]
        assert np.sum(row["heating_W"], dtype=float) / 1000.0 == pytest.approx(summary["heating_kwh"], rel=1e-5)


def test_an_unexpected_error_is_the_record_of_one_building(make_setup, monkeypatch):
    simulate_site = chunk_module.simulate_site

    def breaks(buildings, *others):
        if any(b.id == "H00005" for b in buildings):
            raise ZeroDivisionError("a surprise")
        return simulate_site(buildings, *others)

    monkeypatch.setattr(chunk_module, "simulate_site", breaks)
    result = run_part(task_of(houses(9)), make_setup(hourly="none"))
    assert [(f.id, f.problems[0].code) for f in result.failures] == [("H00005", "INTERNAL_ERROR")]
    assert str(result.failures[0].problems[0]) == (
        "$.features[5]: ZeroDivisionError: a surprise; expected a building that buem can simulate")
    assert [row["status"] for row in rows(result)].count("ok") == 8


def test_lack_of_memory_is_halved_down_to_the_building(make_setup, monkeypatch):
    simulate_site, sizes = chunk_module.simulate_site, []

    def lacks(buildings, *others):
        sizes.append(len(buildings))
        if any(b.id == "H00002" for b in buildings):
            raise MemoryError("cannot allocate")
        return simulate_site(buildings, *others)

    monkeypatch.setattr(chunk_module, "simulate_site", lacks)
    result = run_part(task_of([house(f"H{i:05d}") for i in range(8)]), make_setup(hourly="none"))
    assert sizes == [8, 4, 2, 2, 1, 1, 4]
    assert [(f.id, f.problems[0].code) for f in result.failures] == [("H00002", "MEMORY_BUDGET_EXCEEDED")]
    text = str(result.failures[0].problems[0])
    assert text.startswith("$.features[2]: no memory left: cannot allocate; expected at most 5000000 B a building")


@pytest.mark.parametrize(("error", "code", "value"), [
    (LookupError("a bug"), "INTERNAL_ERROR", "LookupError: a bug"),
    (MemoryError("no more"), "MEMORY_BUDGET_EXCEEDED", "no memory left: no more"),
])
def test_an_error_of_the_reader_is_the_record_of_one_building(make_setup, monkeypatch, error, code, value):
    def breaks(text, index, options):
        if index == 1:
            raise error
        return read_feature(text, index, options)

    monkeypatch.setattr(chunk_module, "read_feature", breaks)
    result = run_part(task_of(houses(3)), make_setup(hourly="none"))
    assert [(f.id, f.problems[0].code, f.problems[0].value) for f in result.failures] == [("H00001", code, value)]


def test_a_part_that_lacks_memory_runs_again_in_smaller_chunks(make_setup, monkeypatch):
    shares = []

    def lacks(task, setup, share):
        shares.append(share)
        if share > 1000:
            raise MemoryError
        return "done"

    monkeypatch.setattr(worker_module, "run_part", lacks)
    assert run_part_within(task_of(houses(1)), make_setup(), 40_000) == "done"
    assert shares == [40_000, 5_000, 625]
    monkeypatch.setattr(worker_module, "run_part", lambda *_: lacks(*_[:2], 10**9))
    with pytest.raises(MemoryBudgetError, match="part 0: no memory left even for one building at a time"):
        run_part_within(task_of(houses(1)), make_setup(), 40_000)


def test_a_building_above_the_budget_is_refused_by_name(make_setup):
    large = house("large")
    elements = large["properties"]["buem"]["building"]["envelope"]["elements"]
    elements += [dict(elements[0], id=f"Wall_{i}", area={"value": 0.1, "unit": "m2"}) for i in range(2, 300)]
    result = run_part(task_of([large, house("small")]), make_setup(hourly="none", memory_per_building="1MB"))
    assert [(f.id, f.problems[0].code) for f in result.failures] == [("large", "MEMORY_BUDGET_EXCEEDED")]
    text = str(result.failures[0].problems[0])
    assert text.endswith("B planned; expected at most 1000000 B a building (memory_per_building)")


def test_a_text_above_the_budget_is_not_even_parsed(make_setup, monkeypatch):
    monkeypatch.setattr(chunk_module, "read_feature", None)
    long = house("long", country="x" * 2_000_000)
    result = run_part(task_of([long]), make_setup(hourly="none", memory_per_building="1MB"))
    assert result.failures[0].problems[0].code == "MEMORY_BUDGET_EXCEEDED"
    assert "B of text" in result.failures[0].problems[0].value


def test_a_building_in_quarantine_is_left_out_by_name(make_setup):
    result = run_part(task_of(houses(3), quarantined=frozenset({1})), make_setup(hourly="none"))
    assert [f.id for f in result.failures] == ["H00001"]
    assert str(result.failures[0].problems[0]) == (
        "$.features[1]: its worker died twice; expected a building that a worker survives")


def test_no_building_at_all(make_setup):
    result = run_part(task_of([b"{}", b"[]"]), make_setup(hourly="load"))
    assert [row["status"] for row in rows(result)] == ["error", "error"]
    assert len(result.failures) == 2


def test_answers_and_profiles_wait_in_the_scratch_folder(make_setup):
    setup = make_setup(hourly="none", formats=("geojson", "profiles"))
    result = run_part(task_of([house("first"), house("bad", u_value=-1.0), house("last")]), setup)
    with result.answers.open("rb") as file:
        answers = [pickle.load(file) for _ in range(3)]
    features = [json.loads(answer.data) for answer in answers]
    assert [f["id"] for f in features] == ["first", "bad", "last"]
    assert [answer.failed for answer in answers] == [False, True, False]
    assert "thermal_load_profile" in features[2]["properties"]["buem"]
    assert [p.place for p in result.profiles] == ["52.400000_13.050000_2018"] * 2
    assert result.profiles[0].path(setup.scratch, "heating").read_text().startswith("demand\n")


def test_a_trial_writes_nothing(make_setup, tmp_path):
    setup = make_setup(hourly="load", formats=("parquet", "geojson", "profiles"))
    result = run_part(task_of(houses(2), keep=False), setup)
    assert result.answers is None
    assert [p for p in (tmp_path / "out").rglob("*") if p.is_file()] == []


def test_own_weather_of_the_run_wins_over_the_stations(make_setup):
    from dataclasses import replace

    from buem.simulate import prepare

    setup = replace(make_setup(hourly="none"), site=prepare(read_station("us_denver_tmy3")))
    assert {row["weather"] for row in rows(run_part(task_of(houses(4)), setup))} == {"us_denver_tmy3"}


def test_stations_are_prepared_for_the_first_part():
    task = task_of([*houses(4), b"broken", raw(house("iceland", place=(64.1, -21.9)))])
    assert sorted(stations_of(task, RunOptions())) == ["de_potsdam_try2015", "nl_amsterdam_nsrdb2019"]
    assert stations_of(task_of([b"{}"]), RunOptions()) == {}
    assert read_feature(raw(house("p")), 0).latitude == POTSDAM[0]


def test_a_part_above_its_plan_shrinks_the_next_chunks():
    assert not over_plan(cost(planned=100_000_000, growth=150_000_000))
    assert over_plan(cost(planned=100_000_000, growth=200_000_000))
    assert next_share(1000, cost(100_000_000, 150_000_000)) == 1000
    assert next_share(1000, cost(100_000_000, 200_000_000)) == 500
    assert next_share(1000, cost(1, 200_000_000)) == 100


def test_the_collector_comes_back():
    def part():
        with no_collection():
            assert not gc.isenabled()
            with no_collection():
                pass
            assert not gc.isenabled()
            raise KeyError

    with pytest.raises(KeyError):
        part()
    assert gc.isenabled()


def test_the_modules_of_a_worker_are_light():
    code = ("import sys, buem.batch.worker; "
            "print([m for m in ('pandas', 'xarray', 'matplotlib', 'pvlib', 'rich') if m in sys.modules])")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has this wall")
def test_beyond_the_wall_is_a_memory_error():
    code = ("from buem.batch.measure import set_wall\n"
            "assert set_wall(50_000_000)\n"
            "block = bytearray(20_000_000)\n"
            "try:\n    bytearray(80_000_000)\nexcept MemoryError:\n    print('refused')")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "refused"
