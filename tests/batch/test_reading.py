"""Features of a part as buildings: in the order of the file, footprints among their neighbours, failures in place."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from small_city import house, houses, raw, task_of

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from small_footprints import box, row

import buem.derive
from buem.batch import reading
from buem.batch.outlines import lay_out
from buem.batch.reading import read_buildings
from buem.building import Building
from buem.city import CityOptions
from buem.errors import BuildingError, problem
from buem.io.scan import RawFeature
from buem.results import Failure

FR = CityOptions(country="FR")


def guarded(call, text, position):
    """As a worker does: whatever a call raises for its building is a failure of that building."""
    try:
        return call()
    except BuildingError as error:
        return Failure(id="", index=position, problems=error.problems)


def read(make_setup, features, **task):
    return list(read_buildings(task_of(features, **task), make_setup(city=FR), guarded))


def test_buildings_in_the_order_of_the_file(make_setup):
    found = read(make_setup, houses(4), first=100)
    assert [(r.position, r.found.id) for r in found] == [(100 + k, f"H{k:05d}") for k in range(4)]
    assert found[2].raw == raw(houses(4)[2])


def test_none(make_setup):
    assert read(make_setup, []) == []


def test_failures_stand_in_their_place(make_setup):
    features = [house("a"), b"{", box("b", 0, 0), house("c", u_value=-1.0), box("d", 20, 0, height_m="tall"),
                house("e")]
    found = read(make_setup, features)
    assert [r.position for r in found] == list(range(6))
    assert [type(r.found) for r in found] == [Building, Failure, Building, Failure, Failure, Building]


@pytest.mark.parametrize("block", [1, 2, 128])
@pytest.mark.parametrize("waiting", [1, 4_000_000])
def test_cuts_do_not_show(make_setup, monkeypatch, block, waiting):
    features = [*row(3), house("x"), *row(3, first=3), b"{", box("last", 90, 0)]
    whole = read(make_setup, features)
    monkeypatch.setattr(reading, "BLOCK", block)
    monkeypatch.setattr(reading, "WAITING", waiting)
    cut = read(make_setup, features)
    assert [(r.position, repr(r.found)) for r in cut] == [(r.position, repr(r.found)) for r in whole]


@pytest.mark.parametrize("only", [frozenset(), frozenset({1}), frozenset({0, 2, 3})])
def test_some_features_alone(make_setup, only):
    found = read(make_setup, houses(4), only=only)
    assert {r.position for r in found} == only


def test_footprints_stand_among_their_neighbours(make_setup, tmp_path):
    """The middle house of a row has no more than two free walls, though the part holds it alone."""
    setup = make_setup(city=FR)
    features = [RawFeature(k, raw(f)) for k, f in enumerate(row(3))]
    assert lay_out(features, lambda _: setup.options.reading, tmp_path / "kept", tmp_path / "outlines.parquet")
    task = task_of([features[1].raw], first=1)
    (alone,) = read_buildings(task, setup, guarded)
    (among,) = read_buildings(task, replace(setup, outlines=tmp_path / "kept"), guarded)
    assert alone.found.origin.party_wall_area == 0.0
    # Two walls of 8 m x 6 m.
    assert among.found.origin.party_wall_area == pytest.approx(96.0, rel=0.01)


def test_one_footprint_that_breaks_the_derivation_is_named_alone(make_setup, monkeypatch):
    """What no check foresaw in one outline fails the call for the whole block; each is then tried by itself."""
    derive_all = buem.derive.derive_all

    def breaking(footprints, *rest):
        if any(f.id == "bad" for f in footprints):
            raise BuildingError([problem("$", None, "an outline that does not break")])
        return derive_all(footprints, *rest)

    monkeypatch.setattr(buem.derive, "derive_all", breaking)
    found = read(make_setup, [box("a", 0, 0), box("bad", 30, 0), box("b", 60, 0)])
    assert [type(r.found) for r in found] == [Building, Failure, Building]
    assert found[1].found.index == 1
