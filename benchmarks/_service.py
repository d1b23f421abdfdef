"""A `buem serve` for benchmarks, and the bytes of requests to it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

#: Limits that no benchmark comes near.
RAISED = [word for name in ("job_creation", "status", "templates", "items", "other")
          for word in ("--limit", f"{name}=1000000000")]


class Served(NamedTuple):
    """A server that runs."""

    url: str
    process: int
    #: From its start until it said that it listens. [s]
    start_seconds: float

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(urlsplit(self.url).port or 0)


@contextmanager
def served(folder: Path, *words: str) -> Iterator[Served]:
    """A server with raised limits, ended with the block."""
    command = [sys.executable, "-m", "buem", "serve", "--port", "0", "--folder", str(folder), *RAISED, *words]
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline() if process.stdout is not None else ""
        if "serves on" not in line:
            raise SystemExit(f"the server did not start: {line!r}")
        yield Served(line.split()[3].rstrip("/"), process.pid, time.monotonic() - began)
    finally:
        process.terminate()
        process.wait(30)


def request(method: str, path: str, body: bytes = b"", kind: str = "application/json") -> bytes:
    """The bytes of an HTTP/1.1 request that keeps its connection."""
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    if body:
        head += f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body
