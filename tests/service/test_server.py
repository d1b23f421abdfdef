"""The server process: how it begins, and how it ends."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import sys
import threading

import httpx
import psutil
import pytest
from conftest import Server, collection, envelope, wait_for


@pytest.mark.parametrize(("how", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_signal_ends_it_with_all_its_processes_and_without_a_word(serve, how, code):
    server: Server = serve("--workers", "1")
    assert server.client.post("/api/geojson", content=collection([envelope(0)])).status_code == 200
    below = psutil.Process(server.process.pid).children(recursive=True)
    assert below
    server.process.send_signal(how)
    assert server.process.wait(30) == code
    _, alive = psutil.wait_procs(below, 20)
    assert not alive
    said = (server.folder / "server.log").read_text()
    assert "Traceback" not in said
    assert "leaked" not in said


def test_an_address_that_is_taken_is_one_clear_error(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run([sys.executable, "-m", "buem", "serve", "--port", str(port), "--folder", str(tmp_path)],
                              capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert f"127.0.0.1:{port}: cannot be listened on" in done.stderr
    assert "Traceback" not in done.stderr


def test_it_says_where_it_serves_once_it_listens(serve):
    server: Server = serve("--workers", "0")
    assert server.client.get("/api/health").status_code == 200


@pytest.mark.slow
def test_an_answer_that_takes_long_does_not_keep_it(serve):
    """The engine that is at it is ended, and the client is cut off, ten seconds after the signal."""
    server: Server = serve("--workers", "0")
    body = collection([envelope(number) for number in range(1000)])
    asking = threading.Thread(target=_ask, args=(server, body))
    asking.start()
    engine = psutil.Process(server.process.pid)
    wait_for(lambda: any(one.cpu_times().user > 0 for one in engine.children(recursive=True)), "an engine")
    wait_for(lambda: _open_connections(server), "the request")
    below = engine.children(recursive=True)
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(60) == 0
    _, alive = psutil.wait_procs(below, 20)
    assert not alive
    asking.join(20)
    assert not asking.is_alive()


def _ask(server: Server, body: bytes) -> None:
    query = {"model": "iso52016", "steps_per_hour": "60"}
    with contextlib.suppress(httpx.TransportError):
        server.client.post("/api/geojson", content=body, params=query)


def _open_connections(server: Server) -> bool:
    return any(one.status == "ESTABLISHED" for one in psutil.Process(server.process.pid).net_connections("tcp"))
