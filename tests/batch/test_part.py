"""The records between a run and its workers: they travel, and what follows from them."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import pytest
from small_city import houses, task_of

from buem.batch.part import (
    ALLOCATOR,
    RETRY,
    SCRATCH,
    TOLERANCE,
    Chosen,
    Cost,
    PartResult,
    Setup,
    StoredFile,
    over_plan,
)
from buem.batch.plan import RunOptions
from buem.errors import problem
from buem.io.dialects import ReadOptions
from buem.results import Failure


def cost(**changes):
    fields = {"planned": 10_000_000, "growth": 0, "peak": 0, "private": 0, "began": 0.0, "seconds": 1.0,
              "cpu_seconds": 1.0, "chunks": 1, "process": 1}
    return Cost(**{**fields, **changes})


@pytest.mark.parametrize(("planned", "growth", "over"), [
    (10_000_000, 0, False), (10_000_000, 10_000_000, False), (10_000_000, 50_400_000, False),
    (10_000_000, 50_400_001, True), (0, 38_400_000, False), (0, 38_400_001, True)])
def test_a_part_is_over_its_plan_by_a_fifth_and_what_the_allocator_holds(planned, growth, over):
    assert TOLERANCE * (10_000_000 + ALLOCATOR) == 50_400_000
    assert over_plan(cost(planned=planned, growth=growth)) is over


def test_a_worker_s_share_is_what_it_is_told_or_follows_from_the_budget():
    options = RunOptions(memory_per_building="2MB")
    assert Setup(options=options, out=Path("out")).share == options.worker_share
    assert Setup(options=options, out=Path("out"), chunk_bytes=7).share == 7
    assert Setup(options=options, out=Path("out"), chunk_bytes=0).share == 0


def test_results_are_found_in_the_folder_or_in_the_store():
    setup = Setup(options=RunOptions(), out=Path("out"))
    assert setup.place == Path("out")
    assert replace(setup, store="s3://bucket/x").place == "s3://bucket/x"
    # What workers hand over lies on this machine in either case.
    assert replace(setup, store="s3://bucket/x").scratch == Path("out") / SCRATCH


def test_folders_of_ours_are_hidden():
    assert SCRATCH.startswith(".")
    assert RETRY.startswith(".")
    assert SCRATCH != RETRY


@pytest.mark.parametrize(("only", "count"), [(None, 5), (frozenset(), 0), (frozenset({1, 3}), 2)])
def test_features_that_a_part_does(only, count):
    assert task_of(houses(5), only=only).count == count


@pytest.mark.parametrize("record", [
    task_of(houses(2), duplicates=frozenset({1})), Setup(options=RunOptions(workers=2), out=Path("out")),
    Chosen(positions=frozenset({3}), others=ReadOptions(), of="x"), cost(), StoredFile("a", 1, "0"),
    PartResult(number=0, count=1, summary=b"", answers=None, profiles=None, cost=cost(),
               files=(StoredFile("a", 1, "0"),),
               failures=(Failure(id="a", index=0, problems=(problem("$.id", None, "an id"),)),))],
    ids=lambda record: type(record).__name__)
def test_records_travel_between_processes(record):
    again = pickle.loads(pickle.dumps(record))
    assert type(again) is type(record)
    assert repr(again) == repr(record)


def test_nobody_changes_a_task():
    with pytest.raises(FrozenInstanceError):
        task_of(houses(1)).first = 5
