"""The progress of a job as it comes: server-sent events, from one look at the ledger for all who watch the job."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from buem.service.errors import ApiError
from buem.service.ledger import ENDED

#: Time between two looks at a job, however many watch it. [s]
POLL: Final = 0.5
#: Time after which a stream says that it is still there. [s]
BEAT: Final = 15.0
#: Longest stream; whoever watches asks again. [s]
LONGEST: Final = 3600.0
#: Most streams of a server at once.
MOST: Final = 200

#: Reads the figures of a job, in a thread.
Read = Callable[[str], Any]


@dataclass(slots=True)
class _Watched:
    """A job that is watched."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    #: How many watch it.
    watchers: int = 0
    #: When it was last looked at, on the clock of the loop. [s]
    at: float = float("-inf")
    figures: dict[str, Any] = field(default_factory=dict)


class Live:
    """The streams of a server.

    Parameters
    ----------
    poll : float
        Time between two looks at a job. [s]
    most : int
        Most streams at once.
    """

    def __init__(self, poll: float = POLL, most: int = MOST) -> None:
        self._poll = poll
        self._most = most
        self._jobs: dict[str, _Watched] = {}
        self.streams = 0

    def check_room(self) -> None:
        """Refuse one stream more than there may be.

        Raises
        ------
        ApiError
            When there are too many.
        """
        if self.streams >= self._most:
            raise ApiError("unavailable", f"{self._most} streams are open; read the status of the job instead.",
                           headers={"Retry-After": "5"})

    async def events(self, job_id: str, read: Read, stopping: Callable[[], bool]) -> AsyncIterator[bytes]:
        """The events of a job until it has ended.

        Parameters
        ----------
        job_id : str
            The job.
        read : callable
            Gives its figures; called in a thread.
        stopping : callable
            Whether the server is about to end.

        Yields
        ------
        bytes
            `progress` whenever a figure has changed, `end` at last, each with the figures as JSON; a comment when
            nothing has changed for long.
        """
        loop = asyncio.get_running_loop()
        watched = self._jobs.setdefault(job_id, _Watched())
        watched.watchers += 1
        self.streams += 1
        try:
            started = said = loop.time()
            last: dict[str, Any] | None = None
            while loop.time() - started < LONGEST and not stopping():
                figures = await self._look(watched, job_id, read)
                ended = figures["status"] in ENDED
                if ended or figures != last:
                    yield event("end" if ended else "progress", figures)
                    last, said = figures, loop.time()
                if ended:
                    return
                if loop.time() - said >= BEAT:
                    yield b": still there\n\n"
                    said = loop.time()
                await asyncio.sleep(self._poll)
        finally:
            watched.watchers -= 1
            self.streams -= 1
            if not watched.watchers:
                self._jobs.pop(job_id, None)

    async def _look(self, watched: _Watched, job_id: str, read: Read) -> dict[str, Any]:
        loop = asyncio.get_running_loop()
        async with watched.lock:
            if loop.time() - watched.at >= self._poll:
                watched.figures = await asyncio.to_thread(read, job_id)
                watched.at = loop.time()
            return watched.figures


def event(name: str, figures: dict[str, Any]) -> bytes:
    """A server-sent event.

    Parameters
    ----------
    name : str
        Its kind.
    figures : dict
        What it says.

    Returns
    -------
    bytes
        One line of JSON, which holds no line break.

    References
    ----------
    .. [1] WHATWG HTML, 9.2 Server-sent events.
    """
    return b"event: " + name.encode() + b"\ndata: " + msgspec.json.encode(figures) + b"\n\n"
