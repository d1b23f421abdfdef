"""No request of the service reaches an address that is not public: real sockets, watched."""

from __future__ import annotations

import contextlib
import io
import itertools
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from buem.errors import InputError, OptionError
from buem.service.addresses import read_url
from buem.service.egress import (
    Egress,
    EgressFailedError,
    EgressRefusedError,
    addresses_of,
    check_target,
    fetch,
    post,
    read_allowed,
)

#: Filled by the hook while a test watches; an audit hook cannot be taken away again.
_watching: list[list[tuple[str, int]]] = []


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.connect" and _watching:
        address = arguments[1]
        if isinstance(address, tuple):
            _watching[-1].append((address[0], address[1]))
            if not address[0].startswith("127."):
                raise ConnectionRefusedError("no test leaves this machine")


sys.addaudithook(_hook)


@pytest.fixture
def connections() -> Iterator[list[tuple[str, int]]]:
    """Every address this process tries to connect to during the test."""
    seen: list[tuple[str, int]] = []
    _watching.append(seen)
    yield seen
    _watching.remove(seen)


class Listener:
    """Sockets that listen on every address of this machine, and count who comes."""

    def __init__(self) -> None:
        self.sockets = [socket.create_server(("", 0))]
        self.port: int = self.sockets[0].getsockname()[1]
        if socket.has_dualstack_ipv6():
            with contextlib.suppress(OSError):  # a machine without IPv6 has the other one
                self.sockets.append(socket.create_server(("::", self.port), family=socket.AF_INET6))
        for listening in self.sockets:
            listening.setblocking(False)

    def reached(self) -> int:
        count = 0
        for listening in self.sockets:
            try:
                listening.accept()[0].close()
                count += 1
            except BlockingIOError:
                continue
        return count


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    for listening in made.sockets:
        listening.close()


#: Names as an attacker's name server would answer them.
NAMES = {
    "loopback.attacker.test": ("127.0.0.1",),
    "mixed.attacker.test": ("93.184.215.14", "127.0.0.1"),
    "mixed6.attacker.test": ("2606:4700::1", "::1"),
    "metadata.attacker.test": ("169.254.169.254",),
    "mapped.attacker.test": ("::ffff:127.0.0.1",),
    "sixtofour.attacker.test": ("2002:7f00:1::",),
    "nat64.attacker.test": ("64:ff9b::7f00:1",),
    "multicast.attacker.test": ("224.0.0.1",),
    "zero.attacker.test": ("0.0.0.0",),
    "scope.attacker.test": ("fe80::1%lo",),
    "localhost": ("127.0.0.1", "::1"),
    "localhost.localdomain": ("127.0.0.1",),
    "nothing.attacker.test": (),
    "text.attacker.test": ("not an address",),
}


def attacker(host: str, port: int) -> tuple[str, ...]:
    return NAMES[host]


HOSTILE = [
    "http://127.0.0.1:{port}/", "http://127.8.9.10:{port}/", "http://0.0.0.0:{port}/", "http://10.0.0.1:{port}/",
    "http://172.16.0.1:{port}/", "http://192.168.0.1:{port}/", "http://100.64.0.1:{port}/",
    "http://169.254.169.254:{port}/latest/meta-data/", "http://192.0.2.1:{port}/", "http://198.18.0.1:{port}/",
    "http://224.0.0.1:{port}/", "http://240.0.0.1:{port}/", "http://255.255.255.255:{port}/",
    "http://192.88.99.1:{port}/", "http://168.63.129.16:{port}/",
    "http://[::1]:{port}/", "http://[::]:{port}/", "http://[::ffff:127.0.0.1]:{port}/",
    "http://[::ffff:7f00:1]:{port}/", "http://[::127.0.0.1]:{port}/", "http://[2002:7f00:1::]:{port}/",
    "http://[2001:0:7f00:1::1]:{port}/", "http://[64:ff9b::127.0.0.1]:{port}/", "http://[64:ff9b:1::7f00:1]:{port}/",
    "http://[fc00::1]:{port}/", "http://[fe80::1]:{port}/", "http://[ff02::1]:{port}/", "http://[2001:db8::1]:{port}/",
    "http://[2a00:1450::5efe:7f00:1]:{port}/", "http://[fe80::1%25lo]:{port}/",
    "http://127.1:{port}/", "http://0177.0.0.1:{port}/", "http://0x7f000001:{port}/", "http://2130706433:{port}/",
    "http://127.0.0.1.:{port}/", "http://%31%32%37.0.0.1:{port}/",
    "http://example.com@127.0.0.1:{port}/", "http://example.com:80@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}#@example.com/", "http://example.com\\@127.0.0.1:{port}/", "http://@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}\t/", "http://127。0。0。1:{port}/", "http://①②⑦.0.0.1:{port}/",
    "file:///etc/passwd", "gopher://127.0.0.1:{port}/", "ftp://127.0.0.1:{port}/", "http:///127.0.0.1:{port}/",
    *(f"http://{name}:{{port}}/" for name in NAMES), *(f"https://{name}:{{port}}/" for name in NAMES),
]


def test_there_are_enough_of_them():
    assert len(set(HOSTILE)) >= 70


@pytest.mark.parametrize("url", HOSTILE)
def test_hostile_urls_connect_to_nothing(url, listener, connections):
    # The listeners' port is one that may be called, so that nothing but the address can be the reason.
    egress = Egress(ports=frozenset({listener.port}), resolver=attacker)
    url = url.format(port=listener.port)
    with pytest.raises((InputError, EgressRefusedError, EgressFailedError)):
        post(url, b"{}", {}, egress)
    with pytest.raises((InputError, EgressRefusedError, EgressFailedError)):
        fetch(url, io.BytesIO(), 100, egress)
    assert connections == []
    assert listener.reached() == 0


def test_the_listener_would_have_been_reached(listener, connections):
    """The same socket, allowed: what the counts above are worth."""
    egress = Egress(allow=frozenset({("127.0.0.1", listener.port)}), total_s=0.2)
    with pytest.raises(EgressFailedError, match=r"127\.0\.0\.1: took too long"):
        post(f"http://127.0.0.1:{listener.port}/", b"{}", {}, egress)
    assert connections == [("127.0.0.1", listener.port)]
    assert listener.reached() == 1


def test_a_name_is_asked_once_and_its_first_answer_is_called(listener, connections):
    """Public at the look-up that is checked, loopback at every later one."""
    answers = itertools.chain([("93.184.215.14",)], itertools.repeat(("127.0.0.1",)))
    asked = []

    def changing(host: str, port: int) -> tuple[str, ...]:
        asked.append(host)
        return next(answers)

    egress = Egress(ports=frozenset({listener.port}), resolver=changing)
    with pytest.raises(EgressFailedError, match="no test leaves this machine"):
        post(f"http://rebind.attacker.test:{listener.port}/", b"{}", {}, egress)
    assert asked == ["rebind.attacker.test"]
    assert connections == [("93.184.215.14", listener.port)]
    with pytest.raises(EgressRefusedError, match=r"its address 127\.0\.0\.1 is loopback; expected a public one"):
        post(f"http://rebind.attacker.test:{listener.port}/", b"{}", {}, egress)
    assert len(connections) == 1
    assert listener.reached() == 0


def test_the_next_address_is_tried(connections):
    egress = Egress(resolver=lambda host, port: ("93.184.215.14", "1.1.1.1"))
    with pytest.raises(EgressFailedError):
        post("http://two.example/", b"", {}, egress)
    assert connections == [("93.184.215.14", 80), ("1.1.1.1", 80)]


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://1.1.1.1:22/", "1.1.1.1: port 22 is not called; expected one of 80, 443"),
        ("http://example.com:6379/", "example.com: port 6379 is not called; expected one of 80, 443"),
        ("https://192.168.0.1/", "192.168.0.1: its address 192.168.0.1 is private; expected a public one"),
    ],
)
def test_check_target_refuses_without_a_look_up(url, message):
    with pytest.raises(EgressRefusedError, match=message):
        check_target(read_url(url), Egress(resolver=lambda host, port: pytest.fail("looked up")))


def test_check_target_leaves_names_to_the_delivery():
    check_target(read_url("https://example.com/"), Egress(resolver=lambda host, port: pytest.fail("looked up")))


def test_an_allowed_name_may_have_any_address():
    egress = Egress(allow=frozenset({("hooks.intranet", 8080)}), resolver=lambda host, port: ("10.1.2.3",))
    assert [str(a) for a in addresses_of(read_url("http://hooks.intranet:8080/x"), egress)] == ["10.1.2.3"]
    with pytest.raises(EgressRefusedError, match=r"its address 10\.1\.2\.3 is private"):
        addresses_of(read_url("http://hooks.intranet/x"), egress)


def test_a_look_up_that_hangs_is_left():
    release = threading.Event()

    def hanging(host: str, port: int) -> tuple[str, ...]:
        release.wait(30)
        return ("1.1.1.1",)

    began = time.monotonic()
    with pytest.raises(EgressFailedError, match=r"slow\.example: the look-up of the name took too long"):
        post("http://slow.example/", b"", {}, Egress(connect_s=0.1, resolver=hanging))
    release.set()
    assert time.monotonic() - began < 5


def test_read_allowed():
    entries = ("hooks.intranet:8443", "[fd00::1]:80", "Name.Example:443")
    assert read_allowed(entries) == {("hooks.intranet", 8443), ("fd00::1", 80), ("name.example", 443)}


@pytest.mark.parametrize("entry", ["", "hooks.intranet", "a:0", "a:b", "a:1/x", "http://a:80", "a b:1", "127.1:80",
                                   "::1:80"])
def test_read_allowed_refuses(entry):
    with pytest.raises(OptionError, match=r"^allow_egress: .*expected HOST:PORT"):
        read_allowed((entry,))


# Answers of a real server on loopback, which is allowed for these tests.


@contextmanager
def serving(answer: Callable[[BaseHTTPRequestHandler], None], context: ssl.SSLContext | None = None) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            answer(self)

        do_GET = do_POST

        def log_message(self, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda request, client_address: None  # type: ignore[method-assign]
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def allowed(port: int, host: str = "127.0.0.1", **changes: object) -> Egress:
    return Egress(allow=frozenset({(host, port)}), **changes)  # type: ignore[arg-type]


def replying(status: int, headers: dict[str, str], body: bytes) -> Callable[[BaseHTTPRequestHandler], None]:
    def reply(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)

    return reply


def test_post_sends_what_it_was_given():
    seen: list[tuple[str, str, dict[str, str], bytes]] = []

    def note(request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["Content-Length"]))
        seen.append((request.command, request.path, dict(request.headers), body))
        replying(503, {"Content-Length": "0", "Retry-After": "17"}, b"")(request)

    with serving(note) as port:
        answer = post(f"http://127.0.0.1:{port}/hook?a=b", b'{"x": 1}', {"X-Mine": "yes"}, allowed(port))
    assert (answer.status, answer.retry_after) == (503, "17")
    command, path, headers, body = seen[0]
    assert (command, path, body) == ("POST", "/hook?a=b", b'{"x": 1}')
    assert headers["Host"] == f"127.0.0.1:{port}"
    assert headers["X-Mine"] == "yes"
    assert headers["User-Agent"].startswith("buem/")


def test_environment_proxies_are_not_used(monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    monkeypatch.delenv("no_proxy", raising=False)
    with serving(replying(204, {}, b"")) as port:
        assert post(f"http://127.0.0.1:{port}/", b"", {}, allowed(port)).status == 204


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_lead_nowhere(status, listener, connections):
    elsewhere = {"Location": f"http://127.0.0.1:{listener.port}/", "Content-Length": "0"}
    with serving(replying(status, elsewhere, b"")) as at:
        egress = Egress(allow=frozenset({("127.0.0.1", at), ("127.0.0.1", listener.port)}))
        assert post(f"http://127.0.0.1:{at}/", b"", {}, egress).status == status
        with pytest.raises(EgressFailedError, match=f"answered {status}; expected 200"):
            fetch(f"http://127.0.0.1:{at}/", io.BytesIO(), 100, egress)
    assert {port for _, port in connections} == {at}
    assert listener.reached() == 0


def test_fetch_writes_the_content():
    content = bytes(range(256)) * 1000
    with serving(replying(200, {"Content-Length": str(len(content))}, content)) as port:
        sink = io.BytesIO()
        assert fetch(f"http://127.0.0.1:{port}/city.geojson", sink, len(content), allowed(port)) == len(content)
    assert sink.getvalue() == content


@pytest.mark.parametrize(
    ("headers", "body", "message"),
    [
        pytest.param({"Content-Length": "101"}, b"x" * 101, "101 bytes announced; expected at most 100",
                     id="announced"),
        pytest.param({"Transfer-Encoding": "chunked"}, b"65\r\n" + b"x" * 101 + b"\r\n0\r\n\r\n", "more than 100 bytes",
                     id="chunked"),
        pytest.param({"Connection": "close"}, b"x" * 101, "more than 100 bytes", id="until the end"),
    ],
)
def test_fetch_refuses_long_content(headers, body, message):
    with serving(replying(200, headers, body)) as port, pytest.raises(EgressRefusedError, match=message):
        fetch(f"http://127.0.0.1:{port}/", io.BytesIO(), 100, allowed(port))


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort", "without sending complete", id="cut off"),
        pytest.param(b"nonsense\r\n\r\n", "illegal status line", id="no HTTP"),
        pytest.param(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000, "Receive buffer too long", id="endless head"),
        pytest.param(b"", "closed the connection without an answer", id="silence"),
    ],
)
def test_fetch_of_a_broken_answer(raw, message):
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.close_connection = True
        request.wfile.write(raw)

    with serving(answer) as port, pytest.raises(EgressFailedError, match=message):
        fetch(f"http://127.0.0.1:{port}/", io.BytesIO(), 1000, allowed(port))


def test_a_host_that_sends_a_byte_now_and_then_is_left():
    stop = threading.Event()

    def drip(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not stop.wait(0.02):
            try:
                request.wfile.write(b"X: y\r\n")
            except OSError:
                return

    with serving(drip) as port:
        began = time.monotonic()
        with pytest.raises(EgressFailedError, match="took too long"):
            post(f"http://127.0.0.1:{port}/", b"", {}, allowed(port, total_s=0.3))
        assert time.monotonic() - began < 3
        stop.set()


def test_nobody_there():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(EgressFailedError, match=r"127\.0\.0\.1: .*refused"):
        post(f"http://127.0.0.1:{port}/", b"", {}, allowed(port))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> Path:
    """A certificate for hooks.example that signs itself, with its key."""
    path: Path = tmp_path_factory.mktemp("tls") / "hooks.pem"
    key = path.with_suffix(".key")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=hooks.example", "-addext", "subjectAltName=DNS:hooks.example", "-keyout", key, "-out", path],
        check=True, capture_output=True,
    )
    return path


def test_tls_is_checked_against_the_name(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    with serving(replying(200, {"Content-Length": "0"}, b""), context) as port:
        trusting = {"resolver": lambda host, port: ("127.0.0.1",), "authorities": certificate}
        assert post(f"https://hooks.example:{port}/", b"", {}, allowed(port, "hooks.example", **trusting)).status == 200
        with pytest.raises(EgressFailedError, match=r"certificate is not valid for 'other.example'"):
            post(f"https://other.example:{port}/", b"", {}, allowed(port, "other.example", **trusting))
        unknown = {"resolver": trusting["resolver"]}
        with pytest.raises(EgressFailedError, match="self-signed certificate"):
            post(f"https://hooks.example:{port}/", b"", {}, allowed(port, "hooks.example", **unknown))
