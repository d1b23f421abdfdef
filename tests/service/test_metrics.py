"""Figures for Prometheus: each line in its form, each figure true."""

from __future__ import annotations

import re

from bench import NOW, OWNER
from conftest import envelope

from buem.service import ledger
from buem.service.metrics import exposition
from buem.service.store import reading
from buem.service.transitions import change

#: A line of a sample, or of what is said about it.
_LINE = re.compile(r'(# (HELP|TYPE) [a-z_]+ .+)|([a-z_]+(\{[a-z]+="[^"\\\n]*"(,[a-z]+="[^"\\\n]*")*\})? -?[0-9.e+]+)')


def figures(bench) -> dict[str, float]:
    with reading(bench.store) as connection:
        text = exposition(connection)
    assert text.endswith("\n")
    lines = text.splitlines()
    assert [line for line in lines if _LINE.fullmatch(line) is None] == []
    samples = [line.rpartition(" ") for line in lines if not line.startswith("#")]
    assert len({name for name, _, _ in samples}) == len(samples)
    return {name: float(value) for name, _, value in samples}


def test_an_empty_store(bench):
    found = figures(bench)
    assert found["buem_queue_depth"] == found["buem_units_running"] == 0
    assert found['buem_jobs{state="failed"}'] == 0
    assert set(found.values()) == {0.0}


def test_jobs_and_units(bench):
    items = [envelope(number) for number in range(120)]
    done, waiting = (bench.ask({"type": "create", "items": items[:count]}) for count in (1, 120))
    bench.work(most=1)
    held = ledger.claim(bench.store, OWNER, NOW, 30)
    assert (bench.job(done).state, held.job_id) == ("completed", waiting)
    found = figures(bench)
    assert (found["buem_queue_depth"], found["buem_units_running"]) == (2, 1)
    assert found['buem_jobs{state="completed"}'] == found['buem_jobs{state="running"}'] == 1
    change(bench.store, waiting, "cancel", NOW)
    found = figures(bench)
    assert (found["buem_queue_depth"], found["buem_units_running"]) == (0, 0)
    assert found['buem_jobs{state="cancelled"}'] == 1


def test_workers(bench):
    ledger.beat(bench.store, "m/1-1/42-7", 42, 1000, 5000, NOW)
    found = figures(bench)
    assert found['buem_worker_memory_bytes{worker="42"}'] == 1000
    assert found['buem_worker_memory_budget_bytes{worker="42"}'] == 5000
