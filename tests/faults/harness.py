"""What the fault tests share: cities, digests of results, victims, and the calls they make."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

HERE = Path(__file__).resolve().parent
PART = 512


def wall(area: float, u_value: float) -> dict[str, object]:
    return {"id": "w", "type": "wall", "area": area, "azimuth": 180, "tilt": 90, "U": u_value}


def feature(number: int, u_value: float | None = None) -> dict[str, Any]:
    """A house; each one differs. A U-value of 99 is refused."""
    u_value = 0.3 + 0.001 * (number % 500) if u_value is None else u_value
    building = {"A_ref": 100.0, "envelope": {"elements": [wall(40.0 + number % 30, u_value)]}}
    return {"type": "Feature", "id": f"B{number:05d}", "properties": {"buem": {"building": building}},
            "geometry": {"type": "Point", "coordinates": [5.0, round(52.0 + number * 1e-5, 5)]}}


def garage(number: int) -> dict[str, Any]:
    """A footprint that nobody heats."""
    x, y = round(5.0 + number * 2e-4, 5), 52.0
    ring = [[x, y], [x + 1e-4, y], [x + 1e-4, y + 1e-4], [x, y]]
    return {"type": "Feature", "id": f"G{number:05d}", "geometry": {"type": "Polygon", "coordinates": [ring]},
            "properties": {"building": "garage", "height": 3.0, "country": "NL"}}


def footprint(number: int) -> dict[str, Any]:
    """A house in a row; it shares its side walls."""
    x, y = round(5.0 + (number % 256) * 1e-4, 5), round(52.0 + number // 256 * 3e-4, 5)
    ring = [[x, y], [x + 1e-4, y], [x + 1e-4, y + 1e-4], [x, y + 1e-4], [x, y]]
    properties = {"height": 6.0 + number % 7, "year": 1900 + number % 120, "country": "NL", "use": "residential"}
    return {"type": "Feature", "id": f"F{number:05d}", "geometry": {"type": "Polygon", "coordinates": [ring]},
            "properties": properties if number % 400 != 7 else {}}


def write_city(path: Path, features: list[dict[str, Any]]) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def contents(out: Path) -> dict[str, str]:
    """Digest of every file but run.json, which tells of times."""
    return {p.relative_to(out).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
            for p in sorted(out.rglob("*")) if p.is_file() and p.name != "run.json"}


def command(city: Path, out: Path, workers: int, *more: str) -> list[str]:
    """A run as it is typed."""
    return [sys.executable, "-m", "buem", "run", str(city), "--out", str(out), "--weather", "nl_amsterdam_nsrdb2019",
            "--format", "parquet,csv", "--workers", str(workers), *more]


class Victims:
    """Runs `buem` in processes that need no start; see `victim`."""

    def __init__(self, *warm_up: str) -> None:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        self._server = subprocess.Popen([sys.executable, str(HERE / "victim.py"), *warm_up], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
        ready = self._answer()
        if ready != "ready":
            raise RuntimeError(f"the victims did not start: {ready!r}")

    def _answer(self) -> str:
        if self._server.stdout is None:
            raise RuntimeError("no pipe")
        return self._server.stdout.readline().strip()

    def run(self, arguments: list[str], log: Path, strace: list[str] | None = None) -> int:
        """Exit code of a command, negative for a signal."""
        if self._server.stdin is None:
            raise RuntimeError("no pipe")
        self._server.stdin.write(json.dumps({"arguments": arguments, "log": str(log), "strace": strace}) + "\n")
        self._server.stdin.flush()
        return int(self._answer())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._server.communicate()


class Call(NamedTuple):
    """A call to the system that a run makes."""

    name: str
    #: Which one of its name it is, from 1.
    number: int
    #: As strace writes it, without the folder.
    text: str


_LINE = re.compile(r"^(\d+) +(\w+)\((.*)$")


def calls(trace: Path, folder: Path, main: bool = True) -> Iterator[Call]:
    """The calls that touch a folder, of the first thread of the trace, in order."""
    counts: Counter[str] = Counter()
    first = None
    for line in trace.read_text(errors="replace").splitlines():
        match = _LINE.match(line)
        if match is None:
            continue
        thread, name, rest = match.groups()
        first = first or thread
        if main and thread != first:
            continue
        counts[name] += 1
        if str(folder) in rest:
            yield Call(name, counts[name], rest.replace(str(folder), "")[:120])
