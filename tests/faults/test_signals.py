"""A run that is asked to end ends as after Ctrl-C: files readable, one line on stderr, and the rest later."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest
from harness import PART, command, contents, feature, write_city

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    features = [feature(number) for number in range(4 * PART)]
    return write_city(tmp_path_factory.mktemp("city") / "city.geojson", features)


@pytest.fixture(scope="module")
def undisturbed(city: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    out = tmp_path_factory.mktemp("undisturbed") / "out"
    subprocess.run(command(city, out, 2), capture_output=True, check=True)
    return contents(out)


def started(city: Path, out: Path, workers: int) -> psutil.Popen:
    """A run that has finished its first part."""
    process = psutil.Popen(command(city, out, workers), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    end, journal = time.monotonic() + 90.0, out / ".parts" / "journal.jsonl"
    while not (journal.is_file() and journal.read_bytes().count(b"\n") > 1):
        assert time.monotonic() < end
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.002)
    return process


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize(("number", "code", "words"), [
    (signal.SIGINT, 130, "error: interrupted; what was finished is written\n"),
    (signal.SIGTERM, 143, "error: asked to end; what was finished is written\n"),
])
def test_asked_to_end(number: int, code: int, words: str, workers: int, city: Path, undisturbed: dict[str, str],
                      tmp_path: Path) -> None:
    out = tmp_path / "out"
    process = started(city, out, workers)
    family = process.children(recursive=True)
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (code, words)
    _, alive = psutil.wait_procs(family, timeout=20)
    assert alive == []
    asked = [*command(city, out, 2)[:3], "status", str(out)]
    status = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert status.returncode == 3
    assert "not running; the same `buem run` goes on where it was" in status.stdout
    left = {name: digest for name, digest in contents(out).items() if name.startswith("hourly/part")}
    assert left.items() <= undisturbed.items()
    last = subprocess.run(command(city, out, 2), capture_output=True, text=True, check=False)
    assert last.returncode == 0, last.stderr
    assert contents(out) == undisturbed
