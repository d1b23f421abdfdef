"""Bodies that mean harm, to a real server process: refused, at once, at no memory to speak of, without a traceback.

The time is the server's own (CPU), so that a busy machine does not count.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import psutil
import pytest
from conftest import Server, collection, envelope, start_server

#: Longest time of the server, and most that it may grow by one request.
SECONDS, GROWTH = 0.100, 64 * 2**20
LIMIT = 8_000_000

GEOJSON, PROCESS, BUILDINGS = "/api/geojson", "/api/process", "/api/v1/buildings/batch"
JOBS, TEMPLATES, SCHEDULES = "/api/v1/batch/jobs", "/api/v1/batch/templates", "/api/v1/batch/schedules"
HOOKS, UPLOADS, CREATE = "/api/v1/batch/webhooks", "/api/v1/uploads", "/api/v1/jobs/buildings/batch_create"
RUN, ONE = "/api/v1/batch/templates/validate_city/run", "/api/v1/buildings/b1"
PATHS = (GEOJSON, PROCESS, BUILDINGS, JOBS, TEMPLATES, SCHEDULES, HOOKS, UPLOADS, CREATE, RUN)


@dataclass
class Watched:
    """A server, and what it has used."""

    server: Server
    process: psutil.Process

    def used(self) -> float:
        times = self.process.cpu_times()
        return times.user + times.system

    def memory(self) -> int:
        """Resident memory of the process and all below it. [B]"""
        return sum(one.memory_info().rss for one in (self.process, *self.process.children(recursive=True)))

    def log(self) -> str:
        return (self.server.folder / "server.log").read_text()


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    server = start_server(tmp_path_factory.mktemp("hostile"), "--workers", "0", "--body-limit", f"{LIMIT}B")
    # What is loaded at the first use is no growth by a hostile body.
    assert server.client.post(GEOJSON, content=collection([envelope(1)])).status_code == 200
    for path in PATHS:
        server.client.post(path, content=b'{"a": 1}')
    made = Watched(server, psutil.Process(server.process.pid))
    yield made
    server.stop()
    assert "Traceback" not in made.log()


def refused(watched: Watched, method: str, path: str, content: bytes, **headers: str) -> httpx.Response:
    """The answer to a body, which is a refusal within the bounds."""
    before, memory = watched.used(), watched.memory()
    answer = watched.server.client.request(method, path, content=content,
                                           headers={"Content-Type": "application/json", **headers})
    spent, growth = watched.used() - before, watched.memory() - memory
    assert 400 <= answer.status_code < 500, (answer.status_code, answer.text[:300])
    assert spent <= SECONDS, f"{spent:.3f} s"
    assert growth <= GROWTH, f"{growth / 2**20:.0f} MB"
    assert "Traceback" not in answer.text
    return answer


def nested(depth: int, inner: str = "1") -> bytes:
    return ('{"a":' * depth + inner + "}" * depth).encode()


def anywhere(value: str) -> bytes:
    """A value where any of the readers could stumble over it, as text so that no encoder smooths it."""
    feature = ('{"type": "Feature", "id": "a", "geometry": {"type": "Point", "coordinates": [%s, 52.0]}, "properties": '
               '{"x": %s, "buem": {"building": {"A_ref": %s}}}}')
    return ('{"type": "FeatureCollection", "features": [' + feature + '], "batch": {"type": %s, "operations": '
            '[{"type": "update", "update": {"x": %s}}], "description": %s}, "template": {"name": %s, "operations": '
            '[{"type": %s}]}, "schedule": {"name": %s}, "webhook": {"url": %s}, "name": %s, "size": %s, '
            '"input_file_url": %s, "parameters": %s, "items": %s}').replace("%s", value).encode()


BODIES = {
    "empty": b"",
    "no JSON": b"nonsense",
    "cut off": b'{"type": "FeatureCollection", "features": [',
    "100,000 lists deep": b"[" * 100_000,
    "100,000 lists deep and closed": b"[" * 100_000 + b"]" * 100_000,
    "100,000 objects deep": b'{"a":' * 100_000,
    "100,000 objects deep and closed": nested(100_000),
    "65 objects deep": nested(65),
    "1,000 deep in a value": anywhere('{"a":' * 1000 + "1" + "}" * 1000),
    "integer of 5,000 digits": anywhere("9" * 5000),
    "integer of a million digits": b'{"a": ' + b"9" * 1_000_000 + b"}",
    "integer beyond 64 bits": anywhere("18446744073709551616"),
    "number too large for a float": anywhere("1e400"),
    "fraction of a million digits": b'{"a": 0.' + b"1" * 1_000_000 + b"}",
    "NaN": anywhere("NaN"),
    "Infinity": anywhere("-Infinity"),
    "UTF-16": json.dumps({"type": "FeatureCollection"}).encode("utf-16"),
    "UTF-32": json.dumps({"type": "FeatureCollection"}).encode("utf-32"),
    "Latin-1": '{"name": "Zürich"}'.encode("latin-1"),
    "no UTF-8": b'{"a": "\xff\xfe\x80"}',
    "a surrogate in UTF-8": b'{"a": "\xed\xa0\x80"}',
    "half a surrogate": anywhere(r'"\ud800"'),
    "zero byte": anywhere(r'"a\u0000b"'),
    "zero bytes": b"\0" * 100_000,
    "control characters": b'{"a": "\x01\x02"}',
    "a list": b"[1, 2, 3]",
    "a text": b'"text"',
    "null": b"null",
    "text of 4 MB": anywhere('"' + "x" * 300_000 + '"'),
    "50,000 names": json.dumps({f"n{number}": 1 for number in range(50_000)}).encode(),
    "the same name 100,000 times": b"{" + b",".join([b'"a":1'] * 100_000) + b"}",
    "a million numbers": b'{"features": [' + b",".join([b"1"] * 1_000_000) + b"]}",
    "gzip that is none": b"\x1f\x8b" + b"x" * 1000,
}


#: Bodies that tell a reader of JSON from a better one; the paths that share one reader get these.
TELLING = ("empty", "100,000 objects deep", "integer of 5,000 digits", "number too large for a float", "UTF-16",
           "half a surrogate", "zero byte", "50,000 names", "a list")


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("path", [GEOJSON, BUILDINGS, JOBS])
def test_bodies(watched, path, name):
    answer = refused(watched, "POST", path, BODIES[name])
    assert path == GEOJSON or len(answer.content) < 20_000


@pytest.mark.parametrize("name", TELLING)
@pytest.mark.parametrize("path", [one for one in PATHS if one not in (GEOJSON, BUILDINGS, JOBS)])
def test_other_paths(watched, path, name):
    assert len(refused(watched, "POST", path, BODIES[name]).content) < 20_000 or path == PROCESS


@pytest.mark.parametrize(("path", "body"), [
    (JOBS, {"batch": {"description": "a\0b", "operations": [{"type": "validate"}]}}),
    (JOBS, {"batch": {"operations": [{"type": "update", "update": {"a\0b": 1}}]}}),
    (TEMPLATES, {"template": {"name": "a\0b", "operations": [{"type": "validate"}]}}),
    (SCHEDULES, {"schedule": {"name": "a\0b", "batch": {"template_id": "validate_city"}, "timing":
                              {"frequency": "daily"}}}),
    (HOOKS, {"webhook": {"url": "https://example.com/", "description": "a\0b"}}),
    (UPLOADS, {"name": "a\0b"}),
])
def test_zero_bytes_in_what_is_otherwise_sound(watched, path, body):
    """SQLite keeps them and PostgreSQL does not, so neither is asked to."""
    assert "zero byte" in refused(watched, "POST", path, json.dumps(body).encode()).text


@pytest.mark.parametrize("name", TELLING)
@pytest.mark.parametrize(("method", "path"), [
    ("PUT", ONE), ("PATCH", ONE), ("PATCH", BUILDINGS), ("DELETE", BUILDINGS), ("PUT", f"{TEMPLATES}/validate_city"),
    ("PATCH", f"{SCHEDULES}/none")])
def test_other_methods(watched, method, path, name):
    refused(watched, method, path, BODIES[name])


def bomb(size: int) -> bytes:
    return gzip.compress(b" " * size, 9)


@pytest.fixture(scope="module")
def bombs() -> dict[str, bytes]:
    """Three hundred megabytes in 300 kB; and one inside another."""
    plain = bomb(300_000_000)
    return {"one member": plain, "many members": bomb(10_000_000) * 30, "twice": gzip.compress(plain, 9)}


@pytest.mark.parametrize("path", [GEOJSON, BUILDINGS, JOBS, TEMPLATES])
@pytest.mark.parametrize("name", ["one member", "many members"])
def test_gzip_bombs(watched, bombs, name, path):
    answer = refused(watched, "POST", path, bombs[name], **{"Content-Encoding": "gzip"})
    assert answer.status_code == 413


def test_gzip_in_gzip(watched, bombs):
    assert refused(watched, "POST", JOBS, bombs["twice"], **{"Content-Encoding": "gzip, gzip"}).status_code == 415
    assert refused(watched, "POST", JOBS, bombs["twice"], **{"Content-Encoding": "gzip"}).status_code == 400


@pytest.mark.parametrize("encoding", ["br", "deflate", "zstd", "x" * 1000, "gzip;q=1"])
def test_other_encodings(watched, encoding):
    answer = refused(watched, "POST", JOBS, b"{}", **{"Content-Encoding": encoding})
    assert answer.status_code == 415
    assert len(answer.content) < 1000


def test_gzip_cut_off(watched):
    refused(watched, "POST", JOBS, gzip.compress(b'{"batch": {}}' * 1000)[:-20], **{"Content-Encoding": "gzip"})


def raw(watched: Watched, head: bytes, body: bytes = b"", seconds: float = 10.0) -> bytes:
    """What comes back for bytes as they are."""
    host, _, port = watched.server.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=seconds) as line:
        parts = []
        try:
            # A server that has refused reads no further: what is still on its way may come back as a reset.
            with contextlib.suppress(ConnectionResetError, BrokenPipeError):
                line.sendall(head + body)
            while part := line.recv(65_536):
                parts.append(part)
                if b"\r\n\r\n" in b"".join(parts):
                    break
        except ConnectionResetError:
            pass
    return b"".join(parts)


@pytest.mark.parametrize("path", [GEOJSON, JOBS, BUILDINGS, TEMPLATES, "/nowhere"])
def test_an_announced_body_is_refused_before_it_comes(watched, path):
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {LIMIT + 1}\r\n\r\n".encode()
    assert raw(watched, head).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize("key", ["", "Idempotency-Key: k1\r\n"])
@pytest.mark.parametrize("path", [GEOJSON, JOBS, BUILDINGS])
def test_a_chunked_body_is_refused_when_it_is_too_long(watched, path, key):
    memory = watched.memory()
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\n{key}Transfer-Encoding: chunked\r\n\r\n".encode()
    piece = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
    assert raw(watched, head, piece * (LIMIT // 0x100000 + 2)).startswith(b"HTTP/1.1 413")
    assert watched.memory() - memory <= GROWTH


@pytest.mark.parametrize(
    "head",
    [
        pytest.param("Content-Length: -1", id="negative length"),
        pytest.param("Content-Length: 1\r\nContent-Length: 2", id="two lengths"),
        pytest.param("Content-Length: " + "9" * 5000, id="length of 5,000 digits"),
        pytest.param("Content-Length: 1e3", id="length of another form"),
        pytest.param("Transfer-Encoding: gzip, chunked", id="transfer encoding"),
        pytest.param("X: " + "y" * 100_000, id="long header"),
        pytest.param("\x00: y", id="zero byte in a name"),
    ],
)
def test_heads(watched, head):
    found = raw(watched, f"POST {JOBS} HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n".encode())
    assert found.startswith((b"HTTP/1.1 4", b"HTTP/1.1 501"))
    assert b"Traceback" not in found


def test_clients_that_go_away(watched):
    """Within the head, within the body, within a chunk: the server goes on, and says nothing of it."""
    host, _, port = watched.server.url.removeprefix("http://").partition(":")
    for sent in (b"POST ", f"POST {JOBS} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc".encode(),
                 f"POST {JOBS} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nabc".encode(),
                 f"POST {JOBS} HTTP/1.1\r\nHost: x\r\nIdempotency-Key: k\r\nContent-Length: 100\r\n\r\nabc".encode()):
        with socket.create_connection((host, int(port))) as line:
            line.sendall(sent)
    assert watched.server.client.get("/api/health").status_code == 200


@pytest.mark.parametrize("path", ["/api/files/../../etc/passwd", "/api/files/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
                                  "/api/files/a%00.csv", "/static/../buem.sqlite3", "/static/%2e%2e/server.log",
                                  "//etc/passwd", "/" + "a" * 20_000, "/%ff%fe", "/api/v1/batch/jobs/%ff"])
def test_paths(watched, path):
    found = raw(watched, f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert found.startswith(b"HTTP/1.1 4")


@pytest.mark.parametrize("query", ["limit=" + "9" * 5000, "limit=%00", "filter=" + "[" * 5000, "bbox=nan,nan,nan,nan",
                                   "bbox=1e999,0,0,0", "cursor=%ff", "cursor=" + "A" * 5000,
                                   "filter=%7B%22a%22:1e400%7D",
                                   "filter={%22x%22:18446744073709551616}"])
def test_queries(watched, query):
    found = raw(watched, f"GET /api/v1/buildings?{query} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert found.startswith(b"HTTP/1.1 4")
