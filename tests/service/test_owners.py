"""Who holds a unit, and whether it lives."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from conftest import wait_for

from buem.service.owners import is_dead, owner_name, started


@pytest.fixture
def child():
    """A process that waits."""
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield process
    process.kill()
    process.communicate()


def test_a_worker_that_lives_and_dies(child):
    name = owner_name(child.pid, os.getpid())
    assert is_dead(name) is False
    child.kill()
    wait_for(lambda: is_dead(name), "the death to be seen")
    # It is a zombie until it is waited for, and gone afterwards: dead by itself either way.
    assert is_dead(name) is True
    child.wait()
    assert is_dead(name) is True


def test_a_worker_that_died_with_its_server(child):
    name = owner_name(child.pid, child.pid)
    child.kill()
    child.wait()
    assert is_dead(name) is None


def test_a_number_that_another_process_has_now(child):
    """A process of the same number that began at another time is another one."""
    name = owner_name(child.pid, os.getpid())
    stem, _, began = name.rpartition("-")
    assert is_dead(f"{stem}-{int(began) - 1}") is True


@pytest.mark.parametrize("name", ["elsewhere.12345678/1-1/2-2", "", "x"])
def test_others_machines_are_left_alone(name):
    assert is_dead(name) is False


def test_no_process():
    assert started(2**22 + 1) is None
