"""Runs that are killed at any moment go on where they were, and end in the same bytes.

The number of kills is 20 here; `BUEM_KILLS=200` is the long form.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

KILLS = int(os.environ.get("BUEM_KILLS", "20"))
PART = 512


def wall(area: float, u_value: float) -> dict[str, object]:
    return {"id": "w", "type": "wall", "area": area, "azimuth": 180, "tilt": 90, "U": u_value}


def feature(number: int) -> dict[str, object]:
    u_value = 99.0 if number % 400 == 7 else 0.3 + 0.001 * (number % 500)
    building = {"A_ref": 100.0, "envelope": {"elements": [wall(40.0 + number % 30, u_value)]}}
    return {"type": "Feature", "id": f"B{number:05d}", "properties": {"buem": {"building": building}},
            "geometry": {"type": "Point", "coordinates": [5.0, 52.0]}}


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("city") / "city.geojson"
    features = [feature(number) for number in range(3 * PART + 50)]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def command(city: Path, out: Path, workers: int) -> list[str]:
    return [sys.executable, "-m", "buem", "run", str(city), "--out", str(out), "--weather", "nl_amsterdam_nsrdb2019",
            "--format", "parquet,csv", "--workers", str(workers)]


def contents(out: Path) -> dict[str, str]:
    return {p.relative_to(out).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
            for p in sorted(out.rglob("*")) if p.is_file() and p.name != "run.json"}


@pytest.fixture(scope="module")
def undisturbed(city: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, str], float]:
    """Files of a run that nothing happens to, and how long it takes. [s]"""
    out = tmp_path_factory.mktemp("undisturbed") / "out"
    began = time.monotonic()
    done = subprocess.run(command(city, out, 2), capture_output=True, text=True, check=False)
    assert done.returncode == 3, done.stderr
    return contents(out), time.monotonic() - began


def killed(process: psutil.Popen, after: float, whom: str) -> bool:
    """Kill the run, or one of its workers, after a time; whether it was still there."""
    try:
        process.wait(after)
    except psutil.TimeoutExpired:
        victims = process.children() if whom == "worker" else []
        victim = random.Random(after).choice(victims) if victims else process
        try:
            victim.send_signal(signal.SIGKILL)
        except psutil.NoSuchProcess:
            return False
        return True
    return False


@pytest.mark.slow
@pytest.mark.parametrize("number", range(KILLS))
def test_a_killed_run_ends_in_the_same_files(number: int, city: Path, undisturbed: tuple[dict[str, str], float],
                                             tmp_path: Path) -> None:
    expected, seconds = undisturbed
    draw = random.Random(number)
    out, whom, workers = tmp_path / "out", draw.choice(("run", "run", "worker")), draw.choice((1, 2, 3))
    for _ in range(draw.choice((1, 2))):
        process = psutil.Popen(command(city, out, workers), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if killed(process, draw.uniform(0.0, 1.1) * seconds, whom) and whom == "worker":
            # A run survives the death of a worker by itself.
            assert process.wait(120) in (3, -signal.SIGKILL)
        process.wait(120)
    last = subprocess.run(command(city, out, 2), capture_output=True, text=True, timeout=120, check=False)
    # It was finished before the kill, or goes on now.
    assert last.returncode == 3 or "holds results already" in last.stderr, last.stderr
    assert contents(out) == expected
    assert not (out / ".parts").exists()
