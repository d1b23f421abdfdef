"""The store on both databases: transactions, tables, and servers that start together."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import func, select

from buem.errors import OptionError
from buem.service.store import migrate, open_store, reading, transaction
from buem.service.tables import building_fields, metadata, rate_counters

NOON = datetime(2026, 3, 29, 12, 0, 0, 123456, tzinfo=UTC)


def test_tables_are_those_of_the_metadata(store):
    with reading(store) as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_migrating_again_changes_nothing(store):
    with transaction(store) as connection:
        connection.execute(building_fields.insert(), [{"name": "year"}])
    migrate(store)
    with reading(store) as connection:
        assert connection.execute(select(building_fields.c.name)).scalars().all() == ["year"]


def test_servers_that_start_together(database_url):
    engines = [open_store(database_url) for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(migrate, engines))
    with reading(engines[0]) as connection:
        assert connection.execute(select(func.count()).select_from(building_fields)).scalar() == 0
    for engine in engines:
        engine.dispose()


def test_a_raised_block_leaves_nothing(store):
    def write_and_fail() -> None:
        with transaction(store) as connection:
            connection.execute(building_fields.insert(), [{"name": "year"}])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    with reading(store) as connection:
        assert connection.execute(select(building_fields.c.name)).all() == []


def test_instants_keep_their_microseconds(store):
    with transaction(store) as connection:
        connection.execute(rate_counters.insert(), [{"key": "a", "count": 1, "expires_at": NOON}])
        assert connection.execute(select(rate_counters.c.expires_at)).scalar() == NOON


def test_writers_that_read_first_do_not_lose_each_other(store):
    """On SQLite a deferred transaction would fail here; on PostgreSQL the row is locked."""
    with transaction(store) as connection:
        connection.execute(rate_counters.insert(), [{"key": "a", "count": 0, "expires_at": NOON}])
    start = threading.Barrier(8)

    def add(_: int) -> None:
        start.wait()
        for _ in range(10):
            with transaction(store) as connection:
                found = connection.execute(select(rate_counters.c.count).with_for_update()).scalar_one()
                connection.execute(rate_counters.update().values(count=found + 1))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(add, range(8)))
    with reading(store) as connection:
        assert connection.execute(select(rate_counters.c.count)).scalar() == 80


@pytest.mark.parametrize("url", ["mysql://x/y", "nonsense", "", "sqlite"])
def test_other_databases_are_refused(url):
    with pytest.raises(OptionError, match=r"database: .*expected sqlite:///FILE or postgresql\+psycopg"):
        open_store(url)
