"""A client that sends requests when they are due, whose own work is small beside that of a server.

Real HTTP/1.1 over connections that are kept: the bytes of a request are made once, of an answer the status and the
length are read.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

#: Of each stream.
CONNECTIONS = 32


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


def send(streams: list[Stream], port: int, seconds: float) -> None:
    """Send all streams for a while.

    Parameters
    ----------
    streams : list of Stream
        Filled with what came of them; every request is answered or counted as an error.
    port : int
        Of the server.
    seconds : float
        How long. [s]
    """
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(_send(streams, port, seconds))


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


async def _send(streams: list[Stream], port: int, seconds: float) -> None:
    senders = [_Sender(stream, int(stream.rate * seconds)) for stream in streams]
    for sender in senders:
        await sender.connect(port)
    start = time.monotonic() + 0.2
    for sender in senders:
        sender.begin(start)
    await asyncio.gather(*(sender.done for sender in senders))
    for sender in senders:
        sender.close()


class _Sender:
    """The connections of a stream, those that are free, and what is due while none is."""

    def __init__(self, stream: Stream, count: int) -> None:
        self.stream, self.count = stream, count
        self.loop = asyncio.get_running_loop()
        self.done: asyncio.Future[None] = self.loop.create_future()
        self._lines: list[_Line] = []
        self._free: deque[_Line] = deque()
        self._late: deque[float] = deque()
        self._sent = self._ended = 0
        self._start = 0.0

    async def connect(self, port: int) -> None:
        for _ in range(CONNECTIONS):
            _, line = await self.loop.create_connection(lambda: _Line(self), "127.0.0.1", port)
            self._lines.append(line)
            self._free.append(line)

    def begin(self, start: float) -> None:
        self._start = start
        self.loop.call_later(start - time.monotonic(), self._tick)

    def _tick(self) -> None:
        """Send what is due, and come again when the next is."""
        now = time.monotonic()
        while self._sent < self.count and (at := self._start + self._sent / self.stream.rate) <= now:
            self._sent += 1
            if self._free:
                self._free.popleft().ask(at)
            else:
                self._late.append(at)
        if self._sent < self.count:
            # Loops count in milliseconds; none at all would be now, again and again.
            self.loop.call_later(max(0.001, self._start + self._sent / self.stream.rate - now), self._tick)

    def answered(self, line: _Line, due: float, status: int) -> None:
        self.stream.latencies.append(time.monotonic() - due)
        self.stream.errors += status != 200
        if self._late:
            line.ask(self._late.popleft())
        else:
            self._free.append(line)
        self._end()

    def broken(self, line: _Line, waiting: bool) -> None:
        """Go on without a connection that broke; without any, nothing more can be sent."""
        self._lines.remove(line)
        if line in self._free:
            self._free.remove(line)
        # A server may close a connection on which nothing is asked for half a minute.
        if waiting:
            self.stream.errors += 1
            self._end()
        if not self._lines and not self.done.done():
            self.stream.errors += self.count - self._ended
            self.done.set_result(None)

    def _end(self) -> None:
        self._ended += 1
        if self._ended == self.count and not self.done.done():
            self.done.set_result(None)

    def close(self) -> None:
        lines, self._lines = self._lines, []
        for line in lines:
            line.close()


class _Line(asyncio.Protocol):
    """A connection with one request at a time."""

    def __init__(self, sender: _Sender) -> None:
        self._sender = sender
        self._transport: asyncio.Transport | None = None
        self._due: float | None = None
        self._read = b""
        self._closing = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def ask(self, due: float) -> None:
        self._due = due
        if self._transport is not None:
            self._transport.write(self._sender.stream.payload)

    def data_received(self, data: bytes) -> None:
        self._read = self._read + data if self._read else data
        end = self._read.find(b"\r\n\r\n")
        if end < 0 or self._due is None:
            return
        head = self._read[:end + 2].lower()
        at = head.index(b"content-length:") + 15
        if len(self._read) < end + 4 + int(head[at:head.index(b"\r\n", at)]):
            return
        due, self._due, self._read = self._due, None, b""
        self._sender.answered(self, due, int(head[9:12]))

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._closing:
            self._sender.broken(self, self._due is not None)

    def close(self) -> None:
        self._closing = True
        if self._transport is not None:
            self._transport.close()
