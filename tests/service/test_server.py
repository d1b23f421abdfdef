"""The server process: how it begins, and how it ends."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys

import psutil
import pytest
from conftest import Server, collection, envelope


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
