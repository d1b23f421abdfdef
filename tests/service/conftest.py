"""Real stores, real servers: SQLite in a file, Debian's PostgreSQL on a socket, `buem serve` as a process."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from bench import Bench
from sqlalchemy import Engine, text

from buem.service.options import ServiceOptions
from buem.service.store import migrate, open_store

POSTGRES = next((p for p in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
                 if (p / "initdb").exists()), None)
#: PostgreSQL refuses to run as root.
UNPRIVILEGED = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] if os.geteuid() == 0 else []


def wait_for(condition: Callable[[], Any], what: str, seconds: float = 30.0) -> Any:
    """What the condition gives once it holds; it is asked again and again until the time is up."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.02)
    raise AssertionError(f"waited {seconds:.0f} s for {what}")


class Postgres:
    """A PostgreSQL of our own, on a socket in a folder of its own."""

    def __init__(self, folder: Path, binaries: Path) -> None:
        self.folder, self._binaries = folder, binaries
        self._run("initdb", "-D", str(folder / "data"), "-A", "trust", "-U", "buem", "-E", "UTF8", "--no-sync")
        self.start()

    def _run(self, name: str, *words: str) -> None:
        done = subprocess.run([*UNPRIVILEGED, str(self._binaries / name), *words], capture_output=True, text=True,
                              check=False, stdin=subprocess.DEVNULL, cwd="/")
        assert done.returncode == 0, done.stderr + done.stdout

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        settings = f"-c listen_addresses='' -c unix_socket_directories='{self.folder}' -c fsync=off " \
                   "-c max_connections=200"
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-l", str(self.folder / "log"), "-w", "-o", settings,
                  "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop it, as `pg_ctl` does."""
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-w", "-m", mode, "stop")

    def url(self, name: str = "postgres") -> str:
        """A SQLAlchemy URL of one of its databases."""
        return f"postgresql+psycopg://buem@/{name}?host={self.folder}"

    def new_database(self) -> str:
        """The URL of an empty database."""
        name = f"t{uuid.uuid4().hex[:12]}"
        engine = open_store(self.url())
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return self.url(name)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One PostgreSQL for all tests of a process."""
    if POSTGRES is None:
        pytest.skip("PostgreSQL's server binaries are not installed (/usr/lib/postgresql/*/bin)")
    folder = Path(tempfile.mkdtemp(prefix="buem-pg-"))
    if UNPRIVILEGED:
        shutil.chown(folder, "nobody", "nogroup")
    server = Postgres(folder, POSTGRES)
    yield server
    server.stop("immediate")
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'buem.sqlite3'}"
    return request.getfixturevalue("postgres").new_database()


@pytest.fixture
def store(database_url: str) -> Iterator[Engine]:
    """A store with its tables, on each kind of database in turn."""
    engine = open_store(database_url)
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite_store(tmp_path: Path) -> Iterator[Engine]:
    """A store with its tables, on SQLite alone."""
    engine = open_store(f"sqlite:///{tmp_path / 'buem.sqlite3'}")
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def options(tmp_path: Path) -> ServiceOptions:
    """Settings with a folder of their own."""
    return ServiceOptions(folder=tmp_path, port=0)


#: Limits that no test of something else comes near.
UNLIMITED = [word for name in ("job_creation", "status", "templates", "items", "other")
             for word in ("--limit", f"{name}=1000000")]


@dataclass
class Server:
    """A `buem serve` that runs, and a client of it."""

    process: subprocess.Popen[str]
    url: str
    folder: Path
    client: httpx.Client

    def stop(self, how: int = signal.SIGTERM) -> None:
        """End it and wait until it is gone."""
        if self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(30)
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.client.close()


def start_server(folder: Path, *words: str, database: str = "") -> Server:
    """`buem serve` on a free port, once it says where."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "buem", "serve", "--port", "0", "--folder", str(folder), *words]
    command += ["--database", database] if database else []
    command += [] if "--limit" in words else UNLIMITED
    log = (folder / "server.log").open("a")
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
    log.close()
    assert process.stdout is not None
    line = process.stdout.readline()
    assert "serves on" in line, (folder / "server.log").read_text()
    url = line.split()[3].rstrip("/")
    return Server(process, url, folder, httpx.Client(base_url=url, timeout=60.0, trust_env=False))


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Starts servers that end with the test."""
    running: list[Server] = []

    def start(*words: str, folder: Path | None = None, database: str = "") -> Server:
        running.append(start_server(folder or tmp_path / "service", *words, database=database))
        return running[-1]

    yield start
    for server in running:
        server.stop()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for the tests of a module."""
    server = start_server(tmp_path_factory.mktemp("service"), "--workers", "2")
    yield server
    server.stop()


def finished(client: httpx.Client, job_id: str, seconds: float = 90.0) -> dict[str, Any]:
    """The status of a job, once it has ended."""
    def look() -> dict[str, Any] | None:
        answer = client.get(f"/api/v1/batch/jobs/{job_id}")
        assert answer.status_code == 200, answer.text
        data = answer.json()["data"]
        return data if data["status"] in ("completed", "failed", "cancelled") else None

    return wait_for(look, f"job {job_id}", seconds)


def envelope(number: int, *, u_value: float | None = None) -> dict[str, Any]:
    """A small house in the envelope dialect; the number makes it differ."""
    wall = {"id": "w", "type": "wall", "area": 40.0 + number % 30, "azimuth": 180, "tilt": 90,
            "U": 0.3 + 0.001 * (number % 500) if u_value is None else u_value}
    building = {"A_ref": 100.0, "envelope": {"elements": [wall]}}
    return {"type": "Feature", "id": f"B{number:05d}", "geometry": {"type": "Point", "coordinates": [5.0, 52.0]},
            "properties": {"status": "active" if number % 2 == 0 else "inactive", "year": 1900 + number % 120,
                           "buem": {"building": building}}}


def collection(features: list[dict[str, Any]]) -> bytes:
    """A FeatureCollection as it is posted."""
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


@pytest.fixture
def bench(sqlite_store: Engine, options: ServiceOptions) -> Bench:
    """Jobs that the test itself works off."""
    return Bench(sqlite_store, options)
