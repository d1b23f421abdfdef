"""Servers for tests: the application in a thread, and receivers of webhooks and of mail."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import uvicorn
from sqlalchemy import Engine

from buem.service.app import create_app
from buem.service.options import ServiceOptions
from buem.service.protocol import http_protocol


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals belong to the test process."""
        yield


@contextmanager
def serving_app(options: ServiceOptions, store: Engine) -> Iterator[httpx.Client]:
    """The application on a real socket of this process, without workers and engines, and a client of it."""
    app = create_app(options, store)
    config = uvicorn.Config(app, http=http_protocol(), host="127.0.0.1", port=0, log_level="error", access_log=False,
                            lifespan="off", server_header=False)
    server = _Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join(10)
        app.state.statuses.close()


@dataclass
class Receiver:
    """A receiver of webhooks; `answers` are taken one after the other, the last again and again."""

    port: int = 0
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=lambda: [(204, {})])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def allowed(self) -> str:
        return f"127.0.0.1:{self.port}"


@contextmanager
def serving(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[int]:
    """A plain HTTP server that answers each request by a function; its port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            answer(self)

        def log_message(self, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver of webhooks on a port of its own."""
    made = Receiver()

    def note(request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["Content-Length"]))
        made.received.append(({name.lower(): value for name, value in request.headers.items()}, body))
        status, headers = made.answers.pop(0) if len(made.answers) > 1 else made.answers[0]
        request.send_response(status)
        for name, value in {"Content-Length": "0", **headers}.items():
            request.send_header(name, value)
        request.end_headers()

    with serving(note) as port:
        made.port = port
        yield made
