"""The server process: the application on a socket, and the supervisor of the workers beside it."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from types import FrameType
from typing import Final, NoReturn

import uvicorn
from starlette.datastructures import State

from buem.errors import BuemError
from buem.service.app import create_app
from buem.service.options import ServiceOptions
from buem.service.protocol import http_protocol
from buem.service.store import migrate, open_store
from buem.service.supervisor import Loops, Workers

#: Connections that may wait to be taken.
_BACKLOG: Final = 2048
#: Longest wait for answers that are being made, once the service is told to end. [s]
_GRACE: Final = 10


def run_server(options: ServiceOptions, ready: Callable[[ServiceOptions, int], None]) -> None:
    """Serve until a signal ends the process.

    Parameters
    ----------
    options : ServiceOptions
        How to run.
    ready : callable
        Called with the options and the port once the socket listens.

    Raises
    ------
    BuemError
        When the address cannot be listened on.
    """
    store = open_store(options.database_url, options.database_timeout)
    options.folder.mkdir(parents=True, exist_ok=True)
    listening = _listen(options)
    migrate(store)
    app = create_app(options, store)
    config = uvicorn.Config(app, http=http_protocol(), log_level="warning", access_log=False, server_header=False,
                            timeout_keep_alive=30, proxy_headers=False, timeout_graceful_shutdown=_GRACE)
    beside = (Workers(options), Loops(store, options))
    for one in beside:
        one.start()
    # uvicorn sends itself the signal again once all answers are out: by default that would end the process at once.
    signal.signal(signal.SIGTERM, _leave)
    ready(options, listening.getsockname()[1])
    try:
        _Server(config, app.state).run(sockets=[listening])
    finally:
        for one in beside:
            one.stop()


class _Server(uvicorn.Server):
    """Says when it is about to end: it waits for all answers, and those that go on and on have to know.

    Parameters
    ----------
    config : uvicorn.Config
        How it serves.
    state : State
        Of the application; its `stopping` becomes true with the first signal.
    """

    def __init__(self, config: uvicorn.Config, state: State) -> None:
        super().__init__(config)
        self._state = state

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take a signal to end."""
        self._state.stopping = True
        super().handle_exit(sig, frame)


def _leave(sig: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)


def _listen(options: ServiceOptions) -> socket.socket:
    try:
        made = socket.create_server((options.host, options.port), backlog=_BACKLOG,
                                    family=socket.AF_INET6 if ":" in options.host else socket.AF_INET)
    except OSError as error:
        raise BuemError(f"{options.host}:{options.port}: cannot be listened on: {error.strerror or error}") from error
    made.setblocking(False)
    return made
