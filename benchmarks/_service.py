"""A `buem serve` for benchmarks, and a client whose own work is small beside that of the server."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
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


@dataclass
class Stream:
    """Requests sent at a fixed rate, whether or not the ones before have been answered, and what came of them."""

    name: str
    payload: bytes
    #: Of a second.
    rate: float
    #: From the instant at which each was due until its answer was whole. [s]
    latencies: list[float] = field(default_factory=list)
    #: Of answers that were not 200, and of broken connections.
    errors: int = 0

    def percentile(self, share: float) -> float:
        """A quantile of the latencies. [s]"""
        found = sorted(self.latencies)
        return found[min(len(found) - 1, int(share * len(found)))] if found else float("nan")


async def send(streams: list[Stream], port: int, seconds: float, connections: int = 32) -> None:
    """Send all streams for a while.

    Parameters
    ----------
    streams : list of Stream
        Filled with what came of them.
    port : int
        Of the server.
    seconds : float
        How long. [s]
    connections : int
        Of each stream.
    """
    loop = asyncio.get_running_loop()
    start = loop.time() + 0.2
    senders = []
    for stream in streams:
        due: asyncio.Queue[float | None] = asyncio.Queue()
        senders.append(_clock(stream, due, start, seconds, connections))
        senders += [_connection(stream, due, port) for _ in range(connections)]
    await asyncio.gather(*senders)


async def _clock(stream: Stream, due: asyncio.Queue[float | None], start: float, seconds: float, connections: int
                 ) -> None:
    loop = asyncio.get_running_loop()
    for number in range(int(stream.rate * seconds)):
        at = start + number / stream.rate
        if (wait := at - loop.time()) > 0:
            await asyncio.sleep(wait)
        due.put_nowait(at)
    for _ in range(connections):
        due.put_nowait(None)


async def _connection(stream: Stream, due: asyncio.Queue[float | None], port: int) -> None:
    loop = asyncio.get_running_loop()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while (at := await due.get()) is not None:
        try:
            writer.write(stream.payload)
            status = await _answer(reader)
        except (OSError, asyncio.IncompleteReadError):
            stream.errors += 1
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            continue
        stream.latencies.append(loop.time() - at)
        stream.errors += status != 200
    writer.close()


async def _answer(reader: asyncio.StreamReader) -> int:
    """The status of an answer; its body is read and dropped."""
    head = await reader.readuntil(b"\r\n\r\n")
    lower = head.lower()
    at = lower.index(b"content-length:") + 15
    await reader.readexactly(int(lower[at:lower.index(b"\r\n", at)]))
    return int(head[9:12])
