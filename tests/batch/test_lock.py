"""One run in a folder at a time."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys

import pytest

from buem.batch.lock import Owner, hold_folder, is_held, read_owner
from buem.errors import OccupiedError

HOLDER = """
import sys
from pathlib import Path
from buem.batch.lock import hold_folder
with hold_folder(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def lock(tmp_path):
    folder = tmp_path / "out" / ".parts"
    folder.mkdir(parents=True)
    return folder / "lock"


@pytest.fixture
def holder(lock):
    """Another process that holds the lock until it is told to end, or killed."""
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        if process.poll() is None:
            process.stdin.close()
            process.wait(30)


def test_the_owner_is_named_while_it_is_held_and_gone_afterwards(lock):
    with hold_folder(lock):
        assert read_owner(lock).process == os.getpid()
        assert read_owner(lock).host == socket.gethostname()
        assert is_held(lock)
    assert read_owner(lock) is None
    assert not is_held(lock)


def test_the_second_is_refused_with_the_first_ones_name(lock, holder):
    with pytest.raises(OccupiedError, match=rf"out: process {holder.pid} on .* since 20.* is writing there"), \
            hold_folder(lock):
        pytest.fail("held twice")


def test_a_killed_owner_leaves_no_lock(lock, holder):
    holder.kill()
    holder.wait(30)
    assert read_owner(lock).process == holder.pid
    assert not is_held(lock)
    with hold_folder(lock):
        assert read_owner(lock).process == os.getpid()


def test_a_lock_of_another_machine_is_explained(lock):
    lock.write_text(json.dumps({"process": 5, "host": "elsewhere", "began": "2026-01-01T00:00:00+00:00"}))
    with pytest.raises(OccupiedError) as caught, hold_folder(lock):
        pytest.fail("held")
    assert "process 5 on elsewhere since 2026-01-01T00:00:00+00:00 held it and has not let go" in str(caught.value)
    assert f"remove {lock}" in str(caught.value)


@pytest.mark.parametrize("text", ["", "{", '{"process": "x"}', "\x00"])
def test_a_torn_lock_file_is_nobodys(lock, text):
    lock.write_text(text)
    with hold_folder(lock):
        assert read_owner(lock).process == os.getpid()


def test_no_file_is_not_held(tmp_path):
    assert not is_held(tmp_path / "lock")
    assert read_owner(tmp_path / "lock") is None


def test_who_is_gone_is_known_of_this_machine_alone():
    here = socket.gethostname()
    with subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE) as other:
        assert not Owner(process=other.pid, host=here, began="").is_gone
    assert Owner(process=other.pid, host=here, began="").is_gone
    assert not Owner(process=other.pid, host="elsewhere", began="").is_gone
    me = Owner(process=os.getpid(), host=here, began="")
    assert (me.is_here, me.is_gone) == (True, False)
