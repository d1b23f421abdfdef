"""The demonstration of the service: the documentation's own request, word for word, and a city after it."""

from __future__ import annotations

import runpy
import socket
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "data" / "examples" / "demo_service.py"
SEEDS = ROOT.parent / "shared" / "seeds"


def test_the_request_is_word_for_word_that_of_the_documentation():
    found = sorted(SEEDS.glob("000_*.txt"))
    if not found:
        pytest.skip("needs ../shared")
    request = runpy.run_path(str(DEMO))["REQUEST"]
    assert textwrap.indent(request, "    ", lambda line: True) in found[0].read_text()


def test_it_runs_to_its_end():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    done = subprocess.run([sys.executable, str(DEMO), "--port", str(port)], capture_output=True, text=True, cwd=ROOT,
                          stdin=subprocess.DEVNULL, check=False, timeout=400)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    heating = [float(line.split()[2].replace(",", "")) for line in lines if line.startswith("Building_")]
    assert len(heating) == 3
    assert 0 < heating[0] < heating[1] < heating[2]
    assert any(line.strip().startswith(f"http://127.0.0.1:{port}/#/jobs/job_") for line in lines)
    assert lines[-1] == "completed: 478 of 479 done, 1 failed"


def test_a_port_that_is_taken_is_said():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run([sys.executable, str(DEMO), "--port", str(port)], capture_output=True, text=True,
                              cwd=ROOT, stdin=subprocess.DEVNULL, check=False, timeout=100)
    assert done.returncode == 1
    assert f"127.0.0.1:{port}: cannot be listened on" in done.stderr
