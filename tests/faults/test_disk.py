"""Disks that are full, read-only, slow, or gone: one clear error, nothing lost that was finished, and the rest later.

A small disk of its own is mounted where that is allowed; elsewhere strace makes the system answer as such a disk does.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from harness import PART, command, contents, feature, write_city

from buem.batch.journal import is_sound, read_journal

pytestmark = [pytest.mark.slow,
              pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has these mounts and strace")]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    features = [feature(number) for number in range(2 * PART + 50)]
    return write_city(tmp_path_factory.mktemp("city") / "city.geojson", features)


@pytest.fixture(scope="module")
def undisturbed(city: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("undisturbed") / "out"
    subprocess.run(command(city, out, 1), capture_output=True, check=True)
    return out


def mount(folder: Path, options: str) -> bool:
    """Whether a disk of memory could be mounted, or mounted anew, with such options."""
    order = ["mount", "-t", "tmpfs", "-o", options, "buem-test", str(folder)]
    return os.geteuid() == 0 and subprocess.run(order, capture_output=True, check=False).returncode == 0


@contextmanager
def disk(folder: Path, size: str) -> Iterator[bool]:
    """A disk of a size; whether it could be had."""
    folder.mkdir()
    mounted = mount(folder, f"size={size}")
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)


def errors(done: subprocess.CompletedProcess[str]) -> list[str]:
    """The lines of stderr; warnings of what the supervisor does are no errors."""
    return [line for line in done.stderr.splitlines() if not line.startswith("WARNING: ")]


def intact(out: Path) -> int:
    """Number of finished parts, all of whose files are what they were."""
    lines = read_journal(out / ".parts" / "journal.jsonl").lines
    assert all(is_sound(out, stored) for line in lines for stored in line.files)
    return len(lines)


def failing(*inject: str) -> list[str]:
    """strace that lets calls fail."""
    traced = ",".join(sorted({one.split(":")[0] for one in inject}))
    injected = [word for one in inject for word in ("-e", f"inject={one}")]
    return ["strace", "-f", "-o", "/dev/null", "-e", f"trace={traced}", *injected]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_full_disk(city: Path, undisturbed: Path, tmp_path: Path, workers: int) -> None:
    folder = tmp_path / "disk"
    with disk(folder, "9m") as mounted:
        out = folder / "out"
        before = [] if mounted else failing("fsync:error=ENOSPC:when=9+")
        first = run(*before, *command(city, out, workers))
        assert first.returncode == 1
        assert len(errors(first)) == 1, first.stderr
        assert "No space left on device" in errors(first)[0]
        assert str(out) in errors(first)[0]
        finished = intact(out)
        # As long as it is full, nothing changes.
        if mounted:
            again = run(*command(city, out, workers))
            assert (again.returncode, len(errors(again))) == (1, 1), again.stderr
            assert intact(out) >= finished
            assert mount(folder, "remount,size=100m")
        last = run(*command(city, out, workers))
        assert last.returncode == 0, last.stderr
        assert contents(out) == contents(undisturbed)


def test_a_read_only_folder(city: Path, undisturbed: Path, tmp_path: Path) -> None:
    """What is finished stays, and the same run goes on when the folder can be written again."""
    folder = tmp_path / "disk"
    with disk(folder, "100m") as mounted:
        out = folder / "out"
        out.mkdir()
        if mounted:
            assert mount(folder, "remount,ro")
        elif os.geteuid():
            out.chmod(0o500)
        before = [] if mounted or os.geteuid() else failing("mkdir:error=EROFS:when=1+", "openat:error=EROFS:when=400+")
        refused = run(*before, *command(city, out, 1))
        assert refused.returncode == 1
        assert len(errors(refused)) == 1, refused.stderr
        assert "Read-only file system" in errors(refused)[0] or "Permission denied" in errors(refused)[0]
        if mounted:
            assert mount(folder, "remount,rw")
        out.chmod(0o700)
        assert run(*command(city, out, 1)).returncode == 0
        assert contents(out) == contents(undisturbed)


def test_a_folder_that_vanishes(city: Path, undisturbed: Path, tmp_path: Path) -> None:
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    process = psutil.Popen(command(city, out, 2), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    wait_for(process, lambda: (out / ".parts" / "journal.jsonl").is_file())
    out.rename(elsewhere)
    _, said = process.communicate(timeout=60)
    lines = [line for line in said.splitlines() if not line.startswith("WARNING: ")]
    assert process.returncode == 1
    assert len(lines) == 1, said
    assert "No such file or directory" in lines[0]
    shutil.rmtree(out, ignore_errors=True)
    elsewhere.rename(out)
    intact(out)
    assert run(*command(city, out, 2)).returncode == 0
    assert contents(out) == contents(undisturbed)


def wait_for(process: psutil.Popen, condition: object) -> None:
    end = time.monotonic() + 90.0
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end
        assert process.poll() is None
        time.sleep(0.002)


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_a_slow_disk(city: Path, undisturbed: Path, tmp_path: Path) -> None:
    """Each wait for the disk takes a twentieth of a second more; two workers, of which none overtakes the journal."""
    out = tmp_path / "out"
    slow = ["strace", "-f", "--seccomp-bpf", "-o", "/dev/null", "-e", "trace=fsync,rename", "-e",
            "inject=fsync,rename:delay_exit=50000"]
    done = run(*slow, *command(city, out, 2))
    assert done.returncode == 0, done.stderr
    assert contents(out) == contents(undisturbed)


@pytest.mark.skipif(shutil.which("faketime") is None, reason="faketime is not installed")
@pytest.mark.parametrize("clock", [
    pytest.param("@2038-01-19 03:14:00", id="the last minute of 32 bits"),
    pytest.param("-20y", id="years back"),
])
def test_a_clock_that_jumps(city: Path, undisturbed: Path, tmp_path: Path, clock: str) -> None:
    """A run is killed, goes on under another clock, and is resumed by the right one: no lock and no journal cares."""
    out = tmp_path / "out"
    process = psutil.Popen(command(city, out, 1), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(process, lambda: (out / ".parts" / "journal.jsonl").is_file())
    process.kill()
    process.wait()
    # Times of files stay what they are: compiled code is known by them.
    done = run("env", "NO_FAKE_STAT=1", "faketime", "-f", clock, *command(city, out, 1))
    assert done.returncode == 0, done.stderr
    assert contents(out) == contents(undisturbed)
    again = run(*command(city, out, 1))
    assert (again.returncode, "holds results already" in again.stderr) == (2, True)
