"""Workers that run into the wall of their memory, are killed, or crash: one building is named, all others are done."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from harness import PART, command, feature, write_city

pytestmark = [pytest.mark.slow,
              pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has this wall")]

#: The second part is small: a culprit in it is found in few halves.
COUNT = PART + 4
CULPRIT = PART + 2
#: Here one way to die; with `BUEM_KILLS` in its long form both.
ENDINGS = ("crashed", "killed") if int(os.environ.get("BUEM_KILLS", "20")) > 20 else ("crashed",)
#: Loaded by every Python process of a run: opening a file of such a name is the death of the process, as a fault of a
#: library or the killer of the system would be.
DEADLY = """
import ctypes, os, sys

def look(event, arguments):
    if event == "open" and str(arguments[0]).endswith(".killed"):
        os.kill(os.getpid(), 9)
    if event == "open" and str(arguments[0]).endswith(".crashed"):
        ctypes.string_at(0)

sys.addaudithook(look)
"""


def city(tmp_path: Path, culprit: dict[str, Any]) -> Path:
    features = [feature(number) for number in range(COUNT)]
    features[CULPRIT] = culprit
    return write_city(tmp_path / "city.geojson", features)


def statuses(out: Path) -> dict[int, str]:
    """Buildings that are not ok, by their index."""
    rows = pq.read_table(out / "summary.parquet", columns=["index", "status"]).to_pylist()
    assert [row["index"] for row in rows] == list(range(COUNT))
    return {row["index"]: row["status"] for row in rows if row["status"] != "ok"}


def record(out: Path) -> dict[str, Any]:
    [line] = (out / "errors.jsonl").read_text().splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_building_that_kills_its_worker_is_named(tmp_path: Path, ending: str) -> None:
    """Its worker dies when it opens the load profile; twice, then its part is halved until one building is left."""
    (tmp_path / "sitecustomize.py").write_text(DEADLY)
    culprit = feature(CULPRIT)
    culprit["properties"]["buem"]["inputs"] = {"electricity_load_profile": {"path": str(tmp_path / f"p.{ending}")}}
    out = tmp_path / "out"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    done = subprocess.run(command(city(tmp_path, culprit), out, 2), capture_output=True, text=True, env=environment,
                          timeout=300, check=False)
    assert done.returncode == 3, done.stderr
    assert statuses(out) == {CULPRIT: "error"}
    assert (record(out)["id"], record(out)["code"]) == (f"B{CULPRIT:05d}", "WORKER_DIED")
    assert f"part 1: 1 buildings kill their worker and are left out: {CULPRIT}" in done.stderr


def test_a_building_beyond_the_plan_runs_into_the_wall(tmp_path: Path) -> None:
    """A text within the budget unfolds to twenty times as much while it is read: the wall turns it into an error."""
    culprit = feature(CULPRIT)
    culprit["properties"]["buem"]["building"]["remark"] = []
    text = json.dumps(culprit).replace('"remark": []', '"remark": [' + ",".join(["{}"] * 1_600_000) + "]")
    path = city(tmp_path, feature(CULPRIT))
    path.write_text(path.read_text().replace(json.dumps(feature(CULPRIT)), text))
    out = tmp_path / "out"
    done = subprocess.run(command(path, out, 2, "--memory", "780MB"), capture_output=True, text=True, timeout=300,
                          check=False)
    assert done.returncode == 3, done.stderr
    assert statuses(out) == {CULPRIT: "error"}
    assert record(out)["code"] == "MEMORY_BUDGET_EXCEEDED"
    assert "no memory left" in record(out)["value"]
    memory = json.loads((out / "run.json").read_text())["memory"]
    assert 0 < memory["planned_chunk_max"] <= memory["share_per_worker"] < 10_000_000
    assert memory["measured_growth_max"] > 0


def test_a_building_above_its_budget_is_refused_before_it_is_simulated(tmp_path: Path) -> None:
    culprit = feature(CULPRIT)
    elements = culprit["properties"]["buem"]["building"]["envelope"]["elements"]
    elements += [{**elements[0], "id": f"w{number}", "area": 0.01} for number in range(2000)]
    out = tmp_path / "out"
    done = subprocess.run(command(city(tmp_path, culprit), out, 2), capture_output=True, text=True, check=False)
    assert done.returncode == 3, done.stderr
    assert statuses(out) == {CULPRIT: "error"}
    assert (record(out)["code"], record(out)["id"]) == ("MEMORY_BUDGET_EXCEEDED", f"B{CULPRIT:05d}")
    assert "B planned" in record(out)["value"]
