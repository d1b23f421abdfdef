"""Settings of the service."""

from __future__ import annotations

import pytest

from buem.errors import OptionError
from buem.service.options import ServiceOptions


@pytest.mark.parametrize(
    ("host", "keys", "asks"),
    [("127.0.0.1", None, False), ("localhost", None, False), ("::1", None, False), ("127.9.9.9", None, False),
     ("0.0.0.0", None, True), ("example.org", None, True), ("127.0.0.1", True, True), ("127.0.0.1", False, False)],
)
def test_keys(host, keys, asks):
    assert ServiceOptions(host=host, keys=keys).asks_for_keys is asks


def test_no_keys_for_all_the_world_is_refused():
    with pytest.raises(OptionError, match=r"keys: 'off'; expected keys on 0\.0\.0\.0"):
        ServiceOptions(host="0.0.0.0", keys=False)


@pytest.mark.parametrize("wrong", [{"port": -1}, {"workers": -1}, {"engines": 0}, {"sync_timeout": 0},
                                   {"max_job_items": 0}, {"lease": 0}, {"memory_per_building": "much"}])
def test_values_that_are_refused(wrong):
    with pytest.raises(OptionError):
        ServiceOptions(**wrong)


def test_where_the_store_is(tmp_path):
    assert ServiceOptions(folder=tmp_path).database_url == f"sqlite:///{tmp_path}/buem.sqlite3"
    assert ServiceOptions(database="postgresql+psycopg://x/y").database_url == "postgresql+psycopg://x/y"
