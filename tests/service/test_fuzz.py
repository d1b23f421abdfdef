"""schemathesis over every operation of the description, links between them included: no findings.

A run of 12 seconds in the suite, by its seed; `BUEM_SCHEMATHESIS=1` is the long one. One check is left out: that every
body the schemas allow is taken. A schema does not say that a hole of a template has a parameter, that a cron expression
has a day that fits, or that a building has walls; such bodies are answered 400 with the reason.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import collection, envelope

WHOLE = os.environ.get("BUEM_SCHEMATHESIS") == "1"
SECONDS, EXAMPLES, SEEDS = (600, 200, ("1", "2", "3")) if WHOLE else (12, 6, ("1",))


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_schemathesis_finds_nothing(serve, tmp_path, seed):
    command = shutil.which("st", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    if command is None:
        pytest.skip("schemathesis is not installed")
    server = serve("--workers", "1")
    assert server.client.post("/api/geojson", content=collection([envelope(1)])).status_code == 200
    words = [command, "run", f"{server.url}/api/openapi.json", "--exclude-checks", "positive_data_acceptance",
             "--phases", "examples,coverage,fuzzing,stateful", "--max-examples", str(EXAMPLES), "--max-time",
             str(SECONDS), "--seed", seed, "--continue-on-failure", "--no-color", "--generation-database", "none"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=SECONDS * 3 + 120)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert "Stateful (in" in done.stdout
    assert "Traceback" not in (server.folder / "server.log").read_text()
