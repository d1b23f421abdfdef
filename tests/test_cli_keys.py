"""Keys from the command line, on the store that a server of the same folder uses."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("sqlalchemy", reason="the service extra is not installed")

from buem.service.answers import utc_now
from buem.service.keys import KeyRing
from buem.service.options import ServiceOptions
from buem.service.store import open_store


def keys(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "buem", "keys", *words, "--folder", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_life_of_a_key(tmp_path):
    made = keys(tmp_path, "create", "--scope", "admin", "--description", "the office", "--days", "10")
    assert made.returncode == 0, made.stderr
    match = re.fullmatch(r"([0-9a-f]{16})  admin\n(buem_\1_[A-Za-z0-9_-]{43})\n", made.stdout)
    assert match is not None
    store = open_store(ServiceOptions(folder=tmp_path).database_url)
    caller = KeyRing(store).find(match[2], utc_now())
    assert caller is not None
    assert caller.scopes == {"read", "run", "admin"}
    listed = keys(tmp_path, "list").stdout
    assert re.fullmatch(rf"{match[1]}  read,run,admin  \S+Z  until \S+Z  the office\n", listed)
    assert match[2] not in listed
    assert keys(tmp_path, "revoke", match[1]).stdout == f"{match[1]}  revoked\n"
    assert KeyRing(store).find(match[2], utc_now()) is None
    again = keys(tmp_path, "revoke", match[1])
    assert again.returncode == 2
    assert "expected the id of a key that is not revoked" in again.stderr
    store.dispose()


def test_unknown_scope(tmp_path):
    refused = keys(tmp_path, "create", "--scope", "root")
    assert refused.returncode == 2
    assert "scope: 'root'; expected one of read, run, admin" in refused.stderr
