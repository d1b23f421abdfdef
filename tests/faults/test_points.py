"""A run and a retry survive whatever the system does at any single call: death, a disk that fails, a disk that is full.

strace counts the calls of an undisturbed run that touch its folder, and then disturbs one of them in each of the runs
that follow. Here 50 calls, drawn so that every kind of call on every kind of file comes before any comes twice;
`BUEM_POINTS=all` takes every one, and fails it in two ways.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from harness import Call, Victims, calls, contents, feature, wall, write_city

pytestmark = [pytest.mark.slow,
              pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")]

POINTS = os.environ.get("BUEM_POINTS", "50")
TRACED = ("write", "pwrite64", "fsync", "rename", "openat", "ftruncate", "truncate", "unlink", "unlinkat", "mkdir")
#: How a call may end.
KILL, EIO, ENOSPC = "signal=KILL", "error=EIO", "error=ENOSPC"
#: Part of the points that go to each command.
SHARES = {"run": 0.6, "retry": 0.4}


class Point(NamedTuple):
    """One call of a run, and how it ends."""

    call: Call
    fault: str


class Bench(NamedTuple):
    """Where the faults are tried: on a memory disk where there is one."""

    city: Path
    folder: Path
    victims: Victims

    def run(self, out: Path) -> list[str]:
        return ["run", str(self.city), "--out", str(out), "--weather", "nl_amsterdam_nsrdb2019", "--workers", "1",
                "--format", "parquet,csv,geojson,profiles", "--memory-per-building", "1.5MB"]

    def retry(self, out: Path) -> list[str]:
        return ["retry", str(out), "--memory-per-building", "9MB", "--source", str(self.city)]


def large(number: int) -> dict[str, object]:
    """A house of more elements than the budget of the run holds."""
    made = feature(number)
    elements = made["properties"]["buem"]["building"]["envelope"]["elements"]
    elements += [wall(0.5, 1.0) | {"id": f"w{k}"} for k in range(200)]
    return made


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """Two parts: houses, some of them too large, among features that are none."""
    disk = Path("/dev/shm")
    folder = disk / f"buem-points-{os.getpid()}" if os.access(disk, os.W_OK) else tmp_path_factory.mktemp("points")
    folder.mkdir(exist_ok=True)
    features = [{"type": "Feature", "id": f"B{number}"} for number in range(516)]
    for number in (0, 200, 513):
        features[number] = feature(number)
    for number in (100, 515):
        features[number] = large(number)
    city = write_city(folder / "city.geojson", features)
    with Victims(*Bench(city, folder, None).run(folder / "aim")) as victims:  # type: ignore[arg-type]
        yield Bench(city, folder, victims)
    shutil.rmtree(folder)


def counted(bench: Bench, command: list[str], out: Path) -> list[Call]:
    """The calls of an undisturbed command that touch its folder."""
    trace = bench.folder / "trace"
    options = ["-y", "-s", "0", "-o", str(trace), "-e", f"trace={','.join(TRACED)}"]
    assert bench.victims.run(command, bench.folder / "log", options) == 3
    found = [call for call in calls(trace, out) if "O_DIRECTORY" not in call.text]
    trace.unlink()
    return found


def faults(call: Call) -> tuple[str, ...]:
    """The ways in which a call is made to fail: its process dies, or it gets an error, every other one a full disk."""
    takes_room = call.name in ("write", "pwrite64", "openat", "mkdir") and "O_RDONLY" not in call.text
    return KILL, ENOSPC if takes_room and call.number % 2 else EIO


def kind(call: Call) -> str:
    """What calls of the same kind have in common: their name and their file, but for its numbers."""
    return f"{call.name} {re.sub('[0-9]+', '#', call.text)}"


def drawn(found: list[Call], share: float) -> list[Point]:
    """Points in a seeded order that takes every kind of call first."""
    if POINTS == "all":
        return [Point(call, fault) for call in found for fault in faults(call)]
    draw = random.Random(5)
    kinds: dict[str, list[Call]] = defaultdict(list)
    for call in found:
        kinds[kind(call)].append(call)
    for same in kinds.values():
        draw.shuffle(same)
    rounds = [same[turn] for turn in range(max(map(len, kinds.values()))) for same in sorted(kinds.values())
              if turn < len(same)]
    first = draw.sample(rounds[:len(kinds)], len(kinds)) + rounds[len(kinds):]
    return [Point(call, draw.choice(faults(call))) for call in first[:round(int(POINTS) * share)]]


def disturbed(bench: Bench, point: Point, command: list[str]) -> tuple[int, str]:
    """Exit code and output of a command that meets a fault."""
    trace, log = bench.folder / "trace", bench.folder / "log"
    options = ["-s", "0", "-o", str(trace), "-e", f"trace={point.call.name}",
               "-e", f"inject={point.call.name}:{point.fault}:when={point.call.number}"]
    code = bench.victims.run(command, log, options)
    assert code == -9 or "INJECTED" in trace.read_text(), f"{point} was not met"
    return code, log.read_text()


def ended_well(code: int, text: str) -> bool:
    """Killed; done, the fault being of no account; or one clear error, of the disk or of an input that is lost."""
    errors = [line for line in text.splitlines() if line.startswith("error: ")]
    wanted = 2 if "expected the file as it was when the run began" in text else 1
    return code in (-9, 3) or (code == wanted and len(errors) == 1 and "Traceback" not in text)


def test_a_run(bench: Bench, record_property: Callable[[str, object], None]) -> None:
    out, aim = bench.folder / "out", contents(bench.folder / "aim")
    points = drawn(counted(bench, bench.run(out), out), SHARES["run"])
    failed = []
    for point in points:
        shutil.rmtree(out, ignore_errors=True)
        code, text = disturbed(bench, point, bench.run(out))
        again = bench.victims.run(bench.run(out), bench.folder / "log")
        said = (bench.folder / "log").read_text()
        sound = again == 3 or (again == 2 and "holds results already" in said)
        if not (ended_well(code, text) and sound and contents(out) == aim):
            lost = [name for name in {**contents(out), **aim} if contents(out).get(name) != aim.get(name)]
            failed.append(f"{point}: {code} {text[-400:]!r}, then {again} {said[-400:]!r}, not as they were: {lost}")
    record_property("points", len(points))
    assert failed == [], "\n".join(failed)


def test_a_retry(bench: Bench, record_property: Callable[[str, object], None]) -> None:
    out, aim, before = bench.folder / "out", bench.folder / "retried", contents(bench.folder / "aim")
    shutil.copytree(bench.folder / "aim", aim)
    found = counted(bench, bench.retry(aim), aim)
    # The run within a retry writes as any other does: there one call of each kind is enough.
    inner = {kind(call): call for call in found if "/.retry/run/" in call.text}
    found = [call for call in found if inner.get(kind(call), call) is call]
    points = drawn(found, SHARES["retry"])
    failed = []
    for point in points:
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(bench.folder / "aim", out)
        code, text = disturbed(bench, point, bench.retry(out))
        half = (out / ".retry" / "commit.json").exists()
        # Until the new files take their places the old ones are whole; after that nothing is left to do.
        kept = half or code == 3 or {n: d for n, d in contents(out).items() if n[0] != "."} in (before, contents(aim))
        again = bench.victims.run(bench.retry(out), bench.folder / "log")
        said = (bench.folder / "log").read_text()
        if not (ended_well(code, text) and kept and again == 3 and contents(out) == contents(aim)):
            failed.append(f"{point}: {code} {text[-400:]!r}, kept {kept}, then {again} {said[-400:]!r}")
        entries = json.loads((out / "run.json").read_text())["retries"]
        assert entries[0]["options"] == {"memory_per_building": 9_000_000}
    record_property("points", len(points))
    assert failed == [], "\n".join(failed)
