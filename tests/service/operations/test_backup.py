"""A backup holds everything; what it brings back is what was there, and no file of a stranger's choice."""

from __future__ import annotations

import io
import json
import re
import tarfile
from dataclasses import replace

import pytest
from bench import NOW, Bench
from conftest import envelope
from sqlalchemy import func, select

from buem.service.downloads import calculated, stream_of
from buem.service.store import migrate, open_store, reading, transaction
from buem.service.tables import buildings, results, uploads


@pytest.fixture
def other(tmp_path, options):
    """Another service, with nothing in it."""
    folder = tmp_path / "other"
    store = open_store(f"sqlite:///{folder / 'buem.sqlite3'}")
    migrate(store)
    yield Bench(store, replace(options, folder=folder))
    store.dispose()


def upload(bench, data: bytes) -> str:
    (bench.folder / "uploads").mkdir(parents=True, exist_ok=True)
    (bench.folder / "uploads" / "upl_1").write_bytes(data)
    with transaction(bench.store) as connection:
        connection.execute(uploads.delete())
        connection.execute(uploads.insert().values(
            id="upl_1", name="b", received=len(data), state="complete", path="uploads/upl_1", created_at=NOW,
            updated_at=NOW))
    return "upl_1"


def packed(bench, job_id: str) -> bytes:
    path, = (bench.folder / "jobs" / job_id).glob("*backup.tar.gz")
    return path.read_bytes()


def restored(bench, data: bytes, **fields) -> dict:
    item, = bench.items(bench.done({"type": "restore", "upload_id": upload(bench, data), **fields}))
    return {**(item.outcome or {}), "code": item.code, "message": item.message}


def read(bench, job_id: str) -> bytes:
    with reading(bench.store) as connection:
        return b"".join(stream_of("geojson", calculated(connection, bench.folder, job_id)))


@pytest.mark.slow
def test_there_and_back(bench, other):
    bench.done({"type": "create", "items": [envelope(number) for number in range(3)]})
    calculation = bench.done({"type": "calculate", "filter": {}})
    backup = bench.done({"type": "backup"})
    outcome = bench.items(backup)[0].outcome
    assert (outcome["status"], outcome["buildings"]) == ("backed up", 3)
    found = restored(other, packed(bench, backup))
    assert (found["status"], found["code"]) == ("restored", None)
    assert read(other, calculation) == read(bench, calculation)
    with reading(bench.store) as one, reading(other.store) as two:
        query = select(buildings).order_by(buildings.c.id)
        assert one.execute(query).all() == two.execute(query).all()
    # A second time there is nothing that is not there already.
    again = restored(other, packed(bench, backup))
    assert again["status"] == "restored"
    assert read(other, calculation) == read(bench, calculation)
    with reading(other.store) as connection:
        assert connection.execute(select(func.count()).select_from(results).where(
            results.c.job_id == calculation)).scalar_one() == 3


@pytest.mark.parametrize(("rule", "year"), [("skip", 1999), ("replace", 1900), (None, 1999)])
def test_buildings_that_are_there(bench, rule, year):
    bench.done({"type": "create", "items": [envelope(0)]})
    data = packed(bench, bench.done({"type": "backup"}))
    bench.done({"type": "update", "filter": {}, "update": {"year": 1999}})
    assert restored(bench, data, on_conflict=rule)["status"] == "restored"
    with reading(bench.store) as connection:
        assert json.loads(connection.execute(select(buildings.c.feature)).scalar_one())["properties"]["year"] == year


def rewritten(data: bytes, change) -> bytes:
    """A backup whose members went through a function, which may rename or change them."""
    sink = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(data)) as old, tarfile.open(fileobj=sink, mode="w:gz") as new:
        for member in old:
            name, content = change(member.name, old.extractfile(member).read())
            info = tarfile.TarInfo(name)
            info.size = len(content)
            new.addfile(info, io.BytesIO(content))
    return sink.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize("spoil", [
    lambda name, data: (name, data + b"x" if name.startswith("jobs/") else data),
    lambda name, data: (name, b"{" if name.startswith("tables/") else data),
    lambda name, data: (name, b"[1]\n" if name.startswith("tables/") else data),
    lambda name, data: (name, b"{}\n" if name.endswith("results.ndjson") else data),
    lambda name, data: (name, data.replace(b'"path":"jobs/', b'"path":"../../jobs/')),
    lambda name, data: (name, data.replace(b'"path":"jobs/', b'"path":"/etc/')),
    lambda name, data: (name, data.replace(b'"path":"jobs/job_', b'"path":"jobs/job_other_')),
    lambda name, data: (name, re.sub(rb'"path":"[^"]*"', b'"path":"buem.sqlite3"', data)),
], ids=["another content", "rows that are no JSON", "rows that are no objects", "rows without members",
        "above the folder", "an absolute path", "of another job", "the store itself"])
def test_a_backup_that_was_tampered_with(bench, other, tmp_path, spoil):
    bench.done({"type": "create", "items": [envelope(0)]})
    bench.done({"type": "calculate", "filter": {}})
    data = packed(bench, bench.done({"type": "backup"}))
    before = {path for path in tmp_path.rglob("*") if path.is_file()}
    found = restored(other, rewritten(data, spoil))
    assert found["code"] is not None, found
    assert "Traceback" not in found["message"]
    with reading(other.store) as connection:
        assert connection.execute(select(func.count()).select_from(buildings)).scalar_one() == 0
    new = {path for path in tmp_path.rglob("*") if path.is_file()} - before
    assert [path for path in new if not path.is_relative_to(other.folder)] == []


@pytest.mark.parametrize("data", [b"", b"no archive", b"\x1f\x8b\x08\x00cut"])
def test_what_is_no_backup(bench, data):
    found = restored(bench, data)
    assert found["code"] in ("INVALID_BATCH", "VALIDATION_ERROR", "RESOURCE_ERROR")
    assert found["message"]


@pytest.mark.slow
def test_a_result_without_its_file_is_not_brought_back(bench, other, tmp_path):
    bench.done({"type": "create", "items": [envelope(0)]})
    job_id = bench.done({"type": "calculate", "filter": {}})
    data = packed(bench, bench.done({"type": "backup"}))
    moved = rewritten(data, lambda name, data: (f"../{name}" if name.endswith("summary.parquet") else name, data))
    assert restored(other, moved)["status"] == "restored"
    with reading(other.store) as connection:
        kinds = connection.execute(select(results.c.kind).where(results.c.job_id == job_id)).scalars().all()
    assert sorted(kinds) == ["answers", "hourly"]
