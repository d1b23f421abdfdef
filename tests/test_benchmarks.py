"""Each benchmark runs once at its smallest size; what it measures is judged elsewhere."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def runner(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT))
    return importlib.import_module("benchmarks.__main__")


NAMES = sorted(p.stem for p in (ROOT / "benchmarks").glob("*.py") if not p.stem.startswith("_"))


def test_names(runner):
    assert runner.names() == NAMES
    assert "start" in NAMES


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_smallest(name):
    command = [sys.executable, "-m", f"benchmarks.{name}", "--smallest"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip(), "a benchmark prints what it measured"


def test_unknown_name():
    command = [sys.executable, "-m", "benchmarks", "sped"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "sped: expected one of" in done.stderr
    assert "start" in done.stderr
