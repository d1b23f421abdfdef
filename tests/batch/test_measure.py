"""Memory of a process, the wall, and the tie to the parent."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from buem.batch import measure


def test_the_peak_is_that_since_the_reset():
    if not measure.reset_peak():
        pytest.skip("this system cannot reset the peak of a process")
    before = measure.peak_memory()
    block = bytearray(60_000_000)
    block[::4096] = b"x" * len(block[::4096])
    assert measure.peak_memory() >= before + 50_000_000
    del block
    measure.reset_peak()
    assert measure.peak_memory() < before + 30_000_000
    assert 0 < measure.private_memory() <= measure.resident_memory() <= measure.peak_memory()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has this wall")
def test_beyond_the_wall_is_a_memory_error():
    code = ("from buem.batch.measure import set_wall\n"
            "assert set_wall(50_000_000)\n"
            "block = bytearray(20_000_000)\n"
            "try:\n    bytearray(80_000_000)\nexcept MemoryError:\n    print('refused')")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "refused"


def test_without_proc_the_lifetime_peak_stands_in(monkeypatch, tmp_path):
    monkeypatch.setattr(measure, "_STATUS", tmp_path / "none")
    monkeypatch.setattr(measure, "_CLEAR", Path(tmp_path / "no" / "folder"))
    assert measure.reset_peak() is False
    assert measure.peak_memory() > 1_000_000
    assert measure.resident_memory() > 1_000_000
    assert measure.private_memory() == 0
    assert measure.set_wall(1) is False


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux ties a process to its parent")
def test_a_process_whose_parent_is_gone_ends_at_once():
    code = "from buem.batch.measure import die_with_parent; die_with_parent(1 << 22); print('lives')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    code = f"from buem.batch.measure import die_with_parent; die_with_parent({os.getpid()}); print('lives')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "lives\n"
