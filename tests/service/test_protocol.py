"""Bytes on the wire: what is no request is refused in our form, and no head grows for ever."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from rig import serving_app

from buem.service.protocol import LONGEST_HEAD, Protocol, http_protocol

HEALTH = b"GET /api/health HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture
def port(options, sqlite_store) -> Iterator[int]:
    with serving_app(options, sqlite_store) as client:
        yield int(client.base_url.port)


@contextmanager
def line(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as made:
        yield made


def answer(sock: socket.socket) -> tuple[int, dict[str, str], bytes]:
    """One whole answer."""
    read = b""
    while b"\r\n\r\n" not in read:
        part = sock.recv(65536)
        assert part, f"closed after {read!r}"
        read += part
    head, _, body = read.partition(b"\r\n\r\n")
    first, *rest = head.decode().split("\r\n")
    headers = dict(one.lower().split(": ", 1) for one in rest)
    while len(body) < int(headers["content-length"]):
        body += sock.recv(65536)
    return int(first.split()[1]), headers, body


def is_closed(sock: socket.socket) -> bool:
    try:
        return sock.recv(1) == b""
    except ConnectionResetError:
        return True


def test_the_parser_in_c_is_used_where_it_is_installed():
    pytest.importorskip("httptools")
    assert http_protocol() is Protocol


def test_the_parser_in_python_is_used_elsewhere(monkeypatch):
    monkeypatch.setattr("buem.service.protocol.find_spec", lambda name: None)
    assert http_protocol() == "h11"


@pytest.mark.parametrize("method", ["BREW", "get", "Q", "PROPFIND", "M-SEARCH", "PRI", "SOURCE", "X" * 40])
def test_a_method_that_nobody_knows_is_the_application_s_to_refuse(port, method):
    with line(port) as sock:
        for _ in range(2):
            sock.sendall(f"{method} /api/health HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            status, headers, body = answer(sock)
            assert status == 405
            assert headers["allow"] == "get"
            assert headers["x-request-id"].startswith("req_")
            assert json.loads(body)["error"]["message"] == f"{method} is not what /api/health takes."
        sock.sendall(HEALTH)
        assert answer(sock)[0] == 200


def test_an_odd_method_with_a_body(port):
    with line(port) as sock:
        sock.sendall(b"BREW /api/validate HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nGET " + HEALTH)
        assert answer(sock)[0] == 405
        assert answer(sock)[0] == 200


@pytest.mark.parametrize("text", [
    b"nonsense\r\n\r\n",
    b"\0\0\0\0\r\n\r\n",
    b"GET /api/health HTTP/9.9\r\n\r\n",
    b"GET /api/health HTTP/1.1\r\nHost x\r\n\r\n",
    b"GET /api/health HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    b"GET /api/health HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"POST /api/validate HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"POST /api/validate HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
    b"POST /api/validate HTTP/1.1\r\nTransfer-Encoding: identity\r\n\r\n",
    b"X" * 41 + b" / HTTP/1.1\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 / HTTP/1.1\r\n\r\n",
])
def test_what_is_no_request_is_one_refusal(port, text):
    with line(port) as sock:
        sock.sendall(text)
        status, headers, body = answer(sock)
        assert status == 400
        assert headers["connection"] == "close"
        assert headers["x-request-id"].startswith("req_")
        assert headers["x-content-type-options"] == "nosniff"
        assert json.loads(body)["error"]["code"] == "VALIDATION_ERROR"
        assert is_closed(sock)
    with line(port) as sock:
        sock.sendall(HEALTH)
        assert answer(sock)[0] == 200


@pytest.mark.parametrize(("first", "again"), [
    (b"GET /" + b"a" * 1000, b"a" * 1000),
    (b"GET /api/health HTTP/1.1\r\nX: ", b"b" * 1000),
    (b"GET /api/health HTTP/1.1\r\n", b"X-Many: 1\r\n" * 100),
    (b"POST /api/validate HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n0\r\n", b"Trailer: 1\r\n" * 100),
    (b"POST /api/validate HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1;", b"e" * 1000),
], ids=["path", "a header", "headers", "trailers", "extension of a chunk"])
def test_a_head_that_does_not_end(port, first, again):
    with line(port) as sock:
        sock.sendall(first)
        sent = 0
        try:
            while sent < 400 * LONGEST_HEAD:
                sock.sendall(again)
                sent += len(again)
        except (BrokenPipeError, ConnectionResetError):
            pass
        # What the socket of this side holds goes through before the other side is known to have closed.
        assert sent < 400 * LONGEST_HEAD


def test_a_head_just_short_enough(port):
    with line(port) as sock:
        for _ in range(3):
            sock.sendall(HEALTH[:-2] + b"X: " + b"a" * (LONGEST_HEAD - 1000) + b"\r\n\r\n")
            assert answer(sock)[0] == 200


def test_pieces_of_a_request_are_one(port):
    with line(port) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in HEALTH:
            sock.sendall(bytes([byte]))
        assert answer(sock)[0] == 200


def test_requests_in_one_piece_are_answered_in_their_order(port):
    with line(port) as sock:
        sock.sendall(HEALTH + HEALTH.replace(b"health", b"nowhere") + HEALTH)
        read = b""
        while read.count(b"HTTP/1.1 ") < 3 or not read.endswith(b"}"):
            read += sock.recv(65536)
        assert [one[:3] for one in read.split(b"HTTP/1.1 ")[1:]] == [b"200", b"404", b"200"]


def test_a_body_in_many_pieces_is_none_that_does_not_end(port):
    body = b" " * 1_000_000 + b"nonsense"
    with line(port) as sock:
        sock.sendall(b"POST /api/validate HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body))
        for start in range(0, len(body), 10_000):
            sock.sendall(body[start:start + 10_000])
        assert answer(sock)[0] == 400
        sock.sendall(HEALTH)
        assert answer(sock)[0] == 200
