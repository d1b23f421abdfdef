"""An S3-compatible server, a process of its own on 127.0.0.1."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: Name of the bucket that is there.
BUCKET = "results"
_KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}


def forget() -> None:
    """Let no client of an earlier server be found again: they are kept by their arguments, which the port is not of."""
    import s3fs

    from buem.io.store import open_store

    s3fs.S3FileSystem.clear_instance_cache()
    open_store.cache_clear()


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@contextmanager
def s3_server(folder: Path) -> Iterator[dict[str, str]]:
    """Settings for those who talk to it, as environment variables; the bucket is made."""
    port = _free_port()
    with (folder / "s3.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
                                   stdout=log, stderr=subprocess.STDOUT)
    try:
        _await_port(port, process, folder / "s3.log")
        settings = {**_KEYS, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"}
        code = f"import s3fs; s3fs.S3FileSystem().mkdir({BUCKET!r})"
        subprocess.run([sys.executable, "-c", code], env={**os.environ, **settings}, check=True)
        yield settings
    finally:
        process.kill()
        process.wait(10)


def _await_port(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 60.0
    while True:
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError(log.read_text(errors="replace"))
        with socket.socket() as trying:
            if trying.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
