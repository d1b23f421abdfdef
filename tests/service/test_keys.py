"""Keys: made, found, revoked; what each may."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from buem.errors import OptionError
from buem.service.errors import ApiError
from buem.service.keys import LOCAL, NOBODY, Caller, KeyRing, check_scope, create_key, list_keys, revoke_key
from buem.service.store import reading, transaction
from buem.service.tables import keys

NOW = datetime(2025, 1, 19, tzinfo=UTC)


def make(store, scope: str = "run", days: float | None = None) -> tuple[str, str]:
    with transaction(store) as connection:
        return create_key(connection, scope, "ours", NOW, days)


@pytest.mark.parametrize(("scope", "scopes"), [("read", {"read"}), ("run", {"read", "run"}),
                                               ("admin", {"read", "run", "admin"})])
def test_a_key_is_found(store, scope, scopes):
    name, key = make(store, scope)
    assert KeyRing(store).find(key, NOW) == Caller(key_id=name, scopes=frozenset(scopes))


def test_the_store_does_not_hold_it(store):
    _, key = make(store)
    with reading(store) as connection:
        row = connection.execute(select(keys)).one()
    assert key not in str(row)
    assert key.split("_", 2)[2] not in str(row)
    assert len(row.hash) == 64


def test_it_is_random_enough(sqlite_store):
    made = {make(sqlite_store)[1] for _ in range(50)}
    assert len(made) == 50
    # 43 characters of base64 are 256 bits.
    assert {len(key.split("_", 2)[2]) for key in made} == {43}


@pytest.mark.parametrize("change", [lambda key: key[:-1] + ("A" if key[-1] != "A" else "B"), lambda key: key + "A",
                                    lambda key: key[:-1], lambda key: key.upper(), lambda key: "",
                                    lambda key: "x" * 9999,
                                    lambda key: f"buem_{'0' * 16}_{'A' * 43}", lambda key: key + "\udcff"])
def test_what_is_no_key(sqlite_store, change):
    _, key = make(sqlite_store)
    assert KeyRing(sqlite_store).find(change(key), NOW) is None


def test_revoked_within_a_second(sqlite_store):
    name, key = make(sqlite_store)
    ring = KeyRing(sqlite_store)
    ring.find(key, NOW)
    with transaction(sqlite_store) as connection:
        assert revoke_key(connection, name, NOW)
        assert not revoke_key(connection, name, NOW)
    assert ring.remembered(key, NOW + timedelta(seconds=0.9)) is not None
    assert ring.remembered(key, NOW + timedelta(seconds=1.0)) is None
    assert ring.find(key, NOW + timedelta(seconds=1.0)) is None


def test_a_key_that_ends(sqlite_store):
    name, key = make(sqlite_store, days=1)
    ring, end = KeyRing(sqlite_store), NOW + timedelta(days=1)
    assert ring.find(key, end - timedelta(microseconds=1)) is not None
    assert ring.remembered(key, end) is None
    assert ring.find(key, end) is None
    with reading(sqlite_store) as connection:
        assert [(row.id, row.expires_at) for row in list_keys(connection)] == [(name, end)]


def test_unknown_scope(sqlite_store):
    wanted = "scope: 'root'; expected one of read, run, admin"
    with transaction(sqlite_store) as connection, pytest.raises(OptionError, match=wanted):
        create_key(connection, "root", "", NOW)


@pytest.mark.parametrize(("scopes", "scope", "status"), [
    ((), "", None), ((), "read", 401), (("read",), "read", None), (("read",), "run", 403),
    (("read", "run"), "admin", 403), (("read", "run", "admin"), "admin", None)])
def test_check_scope(scopes, scope, status):
    caller = Caller(key_id="k", scopes=frozenset(scopes))
    if status is None:
        check_scope(caller, scope)
        return
    with pytest.raises(ApiError) as refused:
        check_scope(caller, scope)
    assert refused.value.kind.status == status
    assert ("WWW-Authenticate" in refused.value.headers) == (status == 401)


def test_actors():
    assert (LOCAL.actor, NOBODY.actor, Caller(key_id="k", scopes=frozenset()).actor) == ("local", "local", "k")
