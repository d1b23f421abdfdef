"""One part: features in, rows, files and error records out."""

from __future__ import annotations

import gc
import pickle
import select
import subprocess
import sys
from dataclasses import replace

import pyarrow as pa
import pytest
from small_city import house, houses, raw, task_of

import buem
from buem.batch import worker as worker_module
from buem.batch.journal import load_result
from buem.batch.part import Cost, over_plan
from buem.batch.worker import next_share, no_collection, run_part, run_part_in_worker, run_part_within
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


def test_what_a_worker_hands_over_fits_into_a_pipe_at_once(make_setup, monkeypatch):
    # POSIX: what is no longer than PIPE_BUF is written whole or not at all, also by a process that is killed.
    setup = make_setup(formats=("parquet", "csv", "geojson", "profiles"))
    monkeypatch.setattr(worker_module, "_PROCESS", worker_module._Process(setup, setup.share))
    features = [raw(house(f"H{k}", u_value=-9.0 if k % 2 else 1.0)) for k in range(60)]
    handed = run_part_in_worker(task_of(features))
    assert len(pickle.dumps(handed)) < select.PIPE_BUF // 2
    whole = load_result(setup, handed.number, handed.files)
    assert len(whole.summary) > select.PIPE_BUF
    assert len(whole.failures) == 30
    assert replace(whole, summary=b"", failures=()) == handed


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
