"""Features as parts: sizes, ids seen before, long parts through a file."""

from __future__ import annotations

import pickle

import pytest
from small_city import house, raw

from buem.batch import stream as stream_module
from buem.batch.stream import PartStream
from buem.batch.worker import run_part
from buem.io.geojson import RawFeature


def features(*texts):
    return [RawFeature(index, text) for index, text in enumerate(texts)]


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    monkeypatch.setattr(stream_module, "PART_SIZE", 3)


def test_parts_hold_fixed_ranges_of_the_file(tmp_path):
    parts = list(PartStream(features(*[raw(house(str(i))) for i in range(7)]), tmp_path))
    assert [(p.number, p.first, len(p.raws)) for p in parts] == [(0, 0, 3), (1, 3, 3), (2, 6, 1)]
    assert all(p.duplicates == frozenset() for p in parts)


def test_no_features_are_no_parts(tmp_path):
    assert list(PartStream([], tmp_path)) == []


def test_an_id_seen_in_any_earlier_part_is_a_duplicate(tmp_path):
    names = ["a", "b", "a", "c", "b", None, None, "a"]
    parts = list(PartStream(features(*[raw(house(name)) for name in names]), tmp_path))
    assert [sorted(p.duplicates) for p in parts] == [[2], [4], [7]]


def test_a_long_part_goes_through_a_file(tmp_path, monkeypatch, make_setup):
    monkeypatch.setattr(stream_module, "SPOOL", 1500)
    texts = [raw(house(f"H{i}")) for i in range(6)]
    stream = PartStream(features(*texts), tmp_path)
    parts = list(stream)
    assert sorted(p.name for p in tmp_path.glob("features-*")) == ["features-00000", "features-00001"]
    sent = pickle.loads(pickle.dumps(parts[1]))
    assert len(pickle.dumps(parts[1])) < 1000
    assert [bytes(text) for text in sent.raws] == texts[3:]
    assert list(sent.raws[1:]) == texts[4:]
    assert run_part(sent, make_setup(hourly="none")).count == 3
    assert stream.done(1) == sum(len(text) for text in texts[3:])
    assert [p.name for p in tmp_path.glob("features-*")] == ["features-00000"]


def test_the_size_of_a_part_is_forgotten_when_it_is_done(tmp_path):
    stream = PartStream(features(*[raw(house(str(i))) for i in range(4)]), tmp_path)
    first, second = list(stream)
    assert stream.done(first.number) == sum(len(text) for text in first.raws)
    assert list(stream.sizes) == [second.number]
