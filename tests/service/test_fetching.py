"""Input files of other hosts: https, at hosts of the allow list alone."""

from __future__ import annotations

import ssl
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from buem.service.egress import Egress
from buem.service.errors import ApiError
from buem.service.fetching import fetched


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *words: object) -> None:
        """Says nothing."""


@pytest.fixture
def host(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """The port of an https server for files.example, and its certificate."""
    certificate, key = tmp_path / "files.pem", tmp_path / "files.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "2", "-subj", "/CN=files.example", "-addext", "subjectAltName=DNS:files.example",
                    "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    (tmp_path / "www").mkdir()
    (tmp_path / "www" / "city.geojson").write_bytes(b"0123456789")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path / "www")))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_address[1], certificate
    server.shutdown()
    server.server_close()
    thread.join()


def test_an_allowed_host(tmp_path, host):
    port, certificate = host
    egress = Egress(allow=frozenset({("files.example", port)}), authorities=certificate,
                    resolver=lambda name, at: ("127.0.0.1",))
    url = f"https://files.example:{port}/city.geojson"
    with fetched(url, tmp_path / "in", 100, egress) as path:
        assert path.read_bytes() == b"0123456789"
    assert list((tmp_path / "in").iterdir()) == []
    with pytest.raises(ApiError, match=r"^input_file_url: "), fetched(url, tmp_path / "in", 9, egress):
        pass
    with pytest.raises(ApiError, match="404"), fetched(url + "x", tmp_path / "in", 100, egress):
        pass
    assert list((tmp_path / "in").iterdir()) == []


@pytest.mark.parametrize("url", ["https://other.example/x", "http://files.example:8443/x", "https://files.example/x",
                                 "file:///etc/passwd", "/etc/passwd", "", "https://u:p@files.example:8443/x"])
def test_other_addresses(tmp_path, url):
    egress = Egress(allow=frozenset({("files.example", 8443)}), resolver=lambda name, at: ("127.0.0.1",))
    with pytest.raises(ApiError) as caught, fetched(url, tmp_path, 100, egress):
        pass
    assert caught.value.kind.code == "INVALID_BATCH"
    assert list(tmp_path.iterdir()) == []
