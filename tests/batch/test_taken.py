"""What a worker took up is known after its death."""

from __future__ import annotations

import os

from buem.batch.taken import forget, take, taken


def test_the_last_part_of_each_process(tmp_path):
    assert taken(tmp_path) == frozenset()
    take(tmp_path, 3)
    take(tmp_path, 12)
    (tmp_path / "at-1").write_bytes(b"5.")
    assert taken(tmp_path) == {5, 12}
    forget(tmp_path)
    assert taken(tmp_path) == frozenset()
    assert list(tmp_path.iterdir()) == []


def test_a_process_killed_before_it_began_had_taken_nothing(tmp_path):
    take(tmp_path, 4)
    (tmp_path / f"at-{os.getpid()}").write_bytes(b"")
    (tmp_path / "at-1").write_bytes(b"1")
    assert taken(tmp_path) == frozenset()
