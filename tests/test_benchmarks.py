"""Each benchmark runs once at its smallest size; what it measures is judged elsewhere."""

from __future__ import annotations

import gzip
import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import buem

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def runner(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT))
    return importlib.import_module("benchmarks.__main__")


@pytest.fixture
def rows_of(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT))
    return importlib.import_module("benchmarks._rows")


NAMES = sorted(p.stem for p in (ROOT / "benchmarks").glob("*.py") if not p.stem.startswith("_"))


def test_names(runner):
    assert runner.names() == NAMES
    assert "start" in NAMES


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_smallest(name, rows_of, tmp_path):
    command = [sys.executable, "-m", f"benchmarks.{name}", "--smallest"]
    environment = {**os.environ, rows_of.ROWS_FILE: str(tmp_path / "rows.jsonl")}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip(), "a benchmark prints what it measured"
    rows = rows_of.read_rows(tmp_path / "rows.jsonl")
    assert rows, "a benchmark says its numbers with benchmarks._rows.say"
    assert {row.benchmark for row in rows} == {name}


def test_unknown_name():
    command = [sys.executable, "-m", "benchmarks", "sped"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "sped: expected one of" in done.stderr
    assert "start" in done.stderr


@pytest.mark.slow
def test_one_document_has_machine_commit_versions_and_rows(tmp_path):
    command = [sys.executable, "-m", "benchmarks", "--smallest", "--json", str(tmp_path / "found.json"), "start"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    assert found["machine"]["cores"] >= 1
    assert found["machine"]["memory_bytes"] > 1e8
    assert found["versions"]["numpy"]
    assert set(found) == {"machine", "commit", "changed", "versions", "failed", "rows"}
    assert found["failed"] == []
    assert [row["case"] for row in found["rows"]] == ["import buem", "buem --help", "first result of one building"]
    assert {row["met"] for row in found["rows"]} <= {True, False}
    # The table at the end has the same rows.
    assert "### start" in done.stdout
    assert "| import buem | CPU |" in done.stdout
    assert "bars met" in done.stdout


def test_rows_come_back_as_they_were_said(rows_of, monkeypatch, tmp_path):
    rows_of.say("speed", "houses", "whole", 1.0, "s")  # nobody listens
    monkeypatch.setenv(rows_of.ROWS_FILE, str(tmp_path / "rows"))
    rows_of.say("speed", "houses", "whole", 2.0, "s", size=10, at_most=3.0)
    rows_of.say("speed", "boxes", "read", 2.0, "", at_least=3.0)
    first, second = rows_of.read_rows(tmp_path / "rows")
    assert (first.case, first.size, first.met, first.bar) == ("houses", 10, True, "<= 3")
    assert (second.phase, second.size, second.met, second.bar) == ("read", None, False, ">= 3")
    assert rows_of.read_rows(tmp_path / "none") == []


def test_a_table_has_only_the_columns_it_needs(rows_of):
    row = rows_of.Row(benchmark="b", case="c", phase="p", value=12345.6, unit="s")
    assert rows_of.table([row]) == "| case | phase | value | unit |\n| --- | --- | --- | --- |\n| c | p | 12,346 | s |"
    judged = rows_of.Row(benchmark="b", case="d", phase="p", value=0.012345, unit="s", size=1000, at_most=0.01)
    assert rows_of.table([row, judged]).splitlines()[0] == "| case | size | phase | value | unit | bar |"
    assert rows_of.table([row, judged]).splitlines()[-1] == "| d | 1,000 | p | 0.0123 | s | <= 0.01 (missed) |"


@pytest.mark.parametrize(("value", "text"), [(0.0, "0"), (1234.0, "1,234"), (0.99949, "0.999"), (-2.5, "-2.5"),
                                             (float("nan"), "nan"), (12.0, "12")])
def test_numbers_have_the_digits_that_count(rows_of, value, text):
    assert rows_of.number(value) == text


def test_a_synthetic_city_is_the_same_for_its_seed_and_sound(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT))
    million = importlib.import_module("benchmarks._million")
    for name, seed in (("a.geojson", 1), ("b.geojson.gz", 1), ("c.geojson", 2)):
        million.write_city(tmp_path / name, 120, seed)
    plain = (tmp_path / "a.geojson").read_bytes()
    assert gzip.decompress((tmp_path / "b.geojson.gz").read_bytes()) == plain
    assert (tmp_path / "c.geojson").read_bytes() != plain
    buildings = buem.read_geojson(tmp_path / "a.geojson")
    assert [b.id for b in buildings[:2]] == ["B00000000", "B00000001"]
    assert len({b.floor_area for b in buildings}) > 100
    assert {s.kind for b in buildings for s in b.surfaces} == {"wall", "roof", "floor", "door"}
