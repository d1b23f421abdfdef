"""Ids that have been before."""

from __future__ import annotations

import random
import tracemalloc

import numpy as np
import pytest

from buem.batch.seen import SeenIds


def add(seen, names):
    return seen.add([hash(name) for name in names])


@pytest.mark.parametrize(("calls", "expected"), [
    pytest.param([[]], [[]], id="none"),
    pytest.param([["a", "b", "c"]], [[]], id="all new"),
    pytest.param([["a", "b", "a", "a"]], [[2, 3]], id="again in one call"),
    pytest.param([["a", "b"], ["c", "b"], ["a"]], [[], [1], [0]], id="again in a later call"),
    pytest.param([["a"], ["a", "a"], [], ["b", "a"]], [[], [0, 1], [], [1]], id="again and again"),
    pytest.param([["a"], ["a"], ["a"]], [[], [0], [0]], id="nothing new in a call"),
    pytest.param([["", "é", "é", ""]], [[2, 3]], id="any text"),
])
def test_places_of_those_that_have_been_before(calls, expected):
    seen = SeenIds()
    assert [add(seen, names) for names in calls] == expected
    assert len(seen) == len({name for names in calls for name in names})


def test_a_set_says_the_same():
    dice, seen, known = random.Random(3), SeenIds(), set()
    for _ in range(200):
        names = [f"B{dice.randrange(20_000)}" for _ in range(dice.randrange(200))]
        wanted = []
        for place, name in enumerate(names):
            if name in known:
                wanted.append(place)
            known.add(name)
        assert add(seen, names) == wanted
    assert len(seen) == len(known)


def test_runs_are_sorted_and_few():
    seen = SeenIds()
    for part in range(1_000):
        add(seen, [f"{part}-{k}" for k in range(20)])
    sizes = [run.size for run in seen._runs]
    assert sum(sizes) == 20_000
    assert sizes == sorted(sizes, reverse=True)
    assert len(sizes) <= 11
    assert all((np.diff(run) > 0).all() for run in seen._runs)


def test_eight_bytes_an_id():
    seen = SeenIds()
    tracemalloc.start()
    for part in range(400):
        add(seen, [f"B{part:05d}{k:05d}" for k in range(512)])
    held, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 9 * 400 * 512
    # The two longest runs are there twice while they are joined.
    assert peak < 30 * 400 * 512
