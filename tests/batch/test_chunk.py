"""Chunks: what is read, what is refused, what is halved."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from small_city import house, houses, raw, task_of

from buem.batch import chunk as chunk_module
from buem.batch import reading as reading_module
from buem.batch.chunk import Chunk, read_chunks, simulate_chunk
from buem.batch.plan import BYTES_SCHEDULE, WEATHER_BUDGET
from buem.batch.sites import Item
from buem.batch.worker import run_part
from buem.building_check import check_building
from buem.errors import BuildingError, problem
from buem.io.dialects import read_feature


def rows(result):
    return pa.ipc.open_stream(result.summary).read_all().to_pylist()


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

    monkeypatch.setattr(reading_module, "read_source", breaks)
    result = run_part(task_of(houses(3)), make_setup(hourly="none"))
    assert [(f.id, f.problems[0].code, f.problems[0].value) for f in result.failures] == [("H00001", code, value)]


def test_a_building_above_the_budget_is_refused_by_name(make_setup):
    large = house("large")
    elements = large["properties"]["buem"]["building"]["envelope"]["elements"]
    elements += [dict(elements[0], id=f"Wall_{i}", area={"value": 0.1, "unit": "m2"}) for i in range(2, 300)]
    result = run_part(task_of([large, house("small")]), make_setup(hourly="none", memory_per_building="1MB"))
    assert [(f.id, f.problems[0].code) for f in result.failures] == [("large", "MEMORY_BUDGET_EXCEEDED")]
    text = str(result.failures[0].problems[0])
    assert text.endswith("B planned; expected at most 1000000 B a building (memory_per_building)")


def test_a_text_above_the_budget_is_not_even_parsed(make_setup, monkeypatch):
    monkeypatch.setattr(reading_module, "read_source", None)
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


def test_a_schedule_is_planned_once_a_chunk():
    chunk = Chunk([], [], [], {(21.0, 2018)}, 1000)
    item = Item(0, b"", None, 500, frozenset({(21.0, 2018), (26.0, 2018)}))
    assert chunk.with_item(item).planned == 1500 + BYTES_SCHEDULE
    assert chunk.items == []
    assert chunk.planned == 1000


def test_results_of_a_chunk_stand_under_their_places_in_the_file(make_setup):
    setup = make_setup(hourly="load")
    task = task_of([*houses(6, first=3), house("bad", u_value=-1.0)], first=1024)
    chunk, = read_chunks(task, setup, setup.options.worker_share)
    results = simulate_chunk(chunk, setup)
    assert results.index.tolist() == [1024, 1025, 1026, 1027, 1028, 1029]
    assert [b.id for b in results.buildings] == [f"H{i:05d}" for i in range(3, 9)]
    assert [f.index for f in results.failures] == [1030]
    assert results.series["heating"].shape == (6, 8760)
    assert len(results.notes) == 6


def test_what_simulate_refuses_keeps_its_own_problems(make_setup, monkeypatch):
    def refuses(*_):
        raise BuildingError([problem("usage.cooling", 1, "no such thing", "SPECIAL")])

    monkeypatch.setattr(chunk_module, "simulate_site", refuses)
    result = run_part(task_of(houses(2)), make_setup(hourly="none"))
    assert [(f.id, f.problems[0].code) for f in result.failures] == [("H00000", "SPECIAL"), ("H00001", "SPECIAL")]
    assert result.failures[1].problems[0].path == "$.features[1]: usage.cooling"
    assert result.failures[1].dialect == "envelope"


def test_weather_of_its_own_comes_on_top_of_the_budget(make_setup):
    stamps = np.datetime64("2018-01-01T00") + np.arange(8760)
    dark, mild = [0.0] * 8760, [8.0] * 8760
    block = {"index": [f"{stamp}:30:00+01:00" for stamp in stamps],
             "variables": {"T": mild, "GHI": dark, "DNI": dark, "DHI": dark}}
    own = house("own")
    own["properties"]["buem"]["weather"] = block
    setup = make_setup(hourly="load")
    (chunk,) = read_chunks(task_of([own]), setup, setup.options.worker_share)
    assert not chunk.failures
    assert setup.options.budget < chunk.planned < setup.options.budget + WEATHER_BUDGET
