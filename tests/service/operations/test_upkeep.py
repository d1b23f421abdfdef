"""cleanup and optimize: what is told is what is removed, and nothing else."""

from __future__ import annotations

import json
import os
import time
from datetime import timedelta

import pytest
from bench import NOW
from conftest import envelope
from sqlalchemy import func, select

from buem.service.answers import utc_now
from buem.service.downloads import calculated, stream_of
from buem.service.inputs import job_folder
from buem.service.store import reading, transaction
from buem.service.tables import jobs, results, uploads

CREATE = {"type": "create", "items": [envelope(0)]}


def outcome(bench, job_id) -> dict:
    item, = bench.items(job_id)
    return item.outcome


def age(path, days: float) -> None:
    then = time.time() - days * 86_400
    os.utime(path, (then, then))


@pytest.fixture
def littered(bench):
    """A job of long ago, a fresh one, an old upload, and files that belong to nothing."""
    old, fresh = bench.done(CREATE), bench.done(CREATE)
    with transaction(bench.store) as connection:
        connection.execute(jobs.update().where(jobs.c.id == old).values(completed_at=utc_now() - timedelta(days=40)))
        for name, days in (("upl_old", 40), ("upl_new", 0)):
            (bench.folder / "uploads").mkdir(exist_ok=True)
            (bench.folder / "uploads" / name).write_bytes(b"12345")
            at = utc_now() - timedelta(days=days)
            connection.execute(uploads.insert().values(
                id=name, name=name, received=5, state="complete", path=f"uploads/{name}", created_at=at, updated_at=at))
    orphans = [bench.folder / "jobs" / "job_gone" / "000000-1-answers.jsonl", bench.folder / "uploads" / "upl_gone",
               job_folder(bench.folder, fresh) / "000000-9-answers.jsonl", bench.folder / "files" / "old.json.gz"]
    young = [bench.folder / "jobs" / "job_young" / "000000-1-answers.jsonl", bench.folder / "uploads" / "upl_young"]
    for path in (*orphans, *young):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"123")
    for path in orphans:
        age(path, 40)
    return bench, old, fresh, orphans, young


def test_it_tells_first(littered):
    bench, old, _, orphans, _ = littered
    found = outcome(bench, bench.done({"type": "cleanup"}))
    assert (found["status"], found["dry_run"], found["jobs"], found["uploads"], found["orphans"]) == (
        "told", True, 1, 1, 4)
    assert found["bytes"] >= 5 + 4 * 3
    assert bench.job(old).state == "completed"
    assert all(path.exists() for path in orphans)


def test_then_it_removes_what_it_told(littered):
    bench, old, fresh, orphans, young = littered
    told = outcome(bench, bench.done({"type": "cleanup"}))
    removed = outcome(bench, bench.done({"type": "cleanup", "dry_run": False}))
    same = ("jobs", "uploads", "orphans", "bytes")
    assert [removed[name] for name in same] == [told[name] for name in same]
    assert not any(path.exists() for path in orphans)
    assert all(path.exists() for path in young)
    assert not job_folder(bench.folder, old).exists()
    assert job_folder(bench.folder, fresh).exists()
    with reading(bench.store) as connection:
        assert old not in connection.execute(select(jobs.c.id)).scalars().all()
        assert connection.execute(select(uploads.c.id)).scalars().all() == ["upl_new"]
    again = outcome(bench, bench.done({"type": "cleanup", "dry_run": False}))
    assert [again[name] for name in same] == [0, 0, 0, 0]


def test_older_than_a_number_of_days(littered):
    bench, old, fresh, _, _ = littered
    assert outcome(bench, bench.done({"type": "cleanup", "older_than_days": 50}))["jobs"] == 0
    # The jobs of the cleanings have ended, too.
    assert outcome(bench, bench.done({"type": "cleanup", "older_than_days": 0}))["jobs"] >= 3
    # They were told, and are still there.
    assert bench.job(old).id == old
    assert bench.job(fresh).id == fresh


def test_a_job_that_runs_is_kept_with_its_files(bench):
    job_id = bench.ask({"type": "validate"}, raws=[json.dumps(envelope(0)).encode()])
    path = job_folder(bench.folder, job_id) / "input-0"
    age(path, 400)
    with transaction(bench.store) as connection:
        connection.execute(jobs.update().values(created_at=NOW - timedelta(days=400), state="paused"))
    bench.done({"type": "cleanup", "dry_run": False, "older_than_days": 0})
    assert path.exists()
    assert bench.job(job_id).state == "paused"


@pytest.mark.slow
def test_optimize_joins_answers_and_changes_no_result(bench):
    raws = [json.dumps(envelope(number, u_value=99.0 if number == 3 else None)).encode() for number in range(55)]
    job_id = bench.done({"type": "calculate"}, raws=raws)

    def read(form: str) -> bytes:
        with reading(bench.store) as connection:
            return b"".join(stream_of(form, calculated(connection, bench.folder, job_id)))

    def answers() -> list[str]:
        with reading(bench.store) as connection:
            return list(connection.execute(select(results.c.path).where(results.c.kind == "answers")).scalars())

    before, old = [read(form) for form in ("geojson", "csv")], answers()
    assert len(old) == 2
    found = outcome(bench, bench.done({"type": "optimize"}))
    assert (found["status"], found["files_before"], found["files_after"]) == ("optimized", 2, 1)
    assert [read(form) for form in ("geojson", "csv")] == before
    assert len(answers()) == 1
    assert not any((bench.folder / path).exists() for path in old)
    with reading(bench.store) as connection:
        rows = select(func.sum(results.c.rows)).where(results.c.kind == "answers")
        assert connection.execute(rows).scalar_one() == 54
    assert outcome(bench, bench.done({"type": "optimize"}))["files_before"] == 0
