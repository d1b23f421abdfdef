"""The database: SQLite in a file, or PostgreSQL; the same statements on both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from buem.errors import OptionError, problem

#: Number of PostgreSQL's advisory lock under which one server makes the tables while others wait.
_MIGRATING: Final = 0x6275656D


def open_store(url: str, timeout: float = 30.0) -> Engine:
    """The engine of a store; nothing is read yet.

    Parameters
    ----------
    url : str
        ``sqlite:///FILE`` or ``postgresql+psycopg://USER:PASSWORD@HOST/NAME``.
    timeout : float
        Longest wait for a lock of SQLite, and for a statement of PostgreSQL. [s]

    Returns
    -------
    Engine

    Raises
    ------
    OptionError
        For another kind of database.
    """
    try:
        kind = make_url(url).get_backend_name()
    except ArgumentError:
        kind = ""
    if kind == "sqlite":
        return _open_sqlite(url, timeout)
    if kind == "postgresql":
        milliseconds = int(timeout * 1000)
        settings = f"-c statement_timeout={milliseconds} -c timezone=UTC"
        return create_engine(url, pool_pre_ping=True, pool_size=20, max_overflow=20, pool_timeout=timeout,
                             connect_args={"options": settings, "connect_timeout": 10})
    raise OptionError([problem("database", url, "sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME")])


def _open_sqlite(url: str, timeout: float) -> Engine:
    database = make_url(url).database
    if database and database != ":memory:":
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": timeout, "check_same_thread": False}, pool_size=20,
                           max_overflow=40)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        # Transactions are begun by us, below: the driver's own begin comes too late to read under.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A transaction that reads before it writes would otherwise fail when another one writes in between.
        reads = connection.get_execution_options().get("reads", False)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """A transaction that may write: whole when the block ends well, gone when it raises.

    Yields
    ------
    Connection
    """
    with engine.begin() as connection:
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads, and hinders no writer.

    Yields
    ------
    Connection
    """
    with engine.connect().execution_options(reads=True) as connection:
        yield connection


def is_sqlite(connection: Connection) -> bool:
    """Whether a connection is to SQLite."""
    return connection.dialect.name == "sqlite"


def migrate(engine: Engine) -> None:
    """Bring the tables to this version of the service; servers that start together take turns.

    Parameters
    ----------
    engine : Engine
        Of `open_store`.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    head = ScriptDirectory.from_config(config).get_current_head()
    with transaction(engine) as connection:
        if not is_sqlite(connection):
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _MIGRATING})
        if inspect(connection).has_table("alembic_version"):
            at = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
            if at == head:
                return
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
