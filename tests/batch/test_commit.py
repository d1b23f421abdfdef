"""New files take the places of old ones, all of them or none."""

from __future__ import annotations

import os

import pytest

from buem.batch import commit as module
from buem.batch.commit import commit, end_commit, is_cut_off
from buem.errors import OutputError


@pytest.fixture
def folder(tmp_path):
    """Three files, of which the first two are to be replaced and the third goes; a fourth is new."""
    for name in ("a", "hourly/b", "c", ".retry/run/a", ".retry/merged/b", ".retry/merged/d"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{'new' if '.retry' in name else 'old'} {path.name}")
    return tmp_path


MOVES = {"a": "run/a", "hourly/b": "merged/b", "profiles/d": "merged/d"}


def texts(folder):
    return {path.relative_to(folder).as_posix(): path.read_text() for path in sorted(folder.rglob("*"))
            if path.is_file()}


AIM = {"a": "new a", "hourly/b": "new b", "profiles/d": "new d"}


def test_all_take_their_places(folder):
    commit(folder, MOVES, ["c", "never/there"])
    assert texts(folder) == AIM
    assert not is_cut_off(folder)
    end_commit(folder)
    assert texts(folder) == AIM


@pytest.mark.parametrize("step", range(4))
def test_cut_off_anywhere_it_goes_on(folder, monkeypatch, step):
    steps = iter(range(step))
    real = os.replace

    def replace(source, target):
        if ".retry" not in str(target) and next(steps, None) is None:
            raise KeyboardInterrupt
        real(source, target)

    def rmtree(path):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module.os, "replace", replace)
        patch.setattr(module.shutil, "rmtree", rmtree)
        with pytest.raises(KeyboardInterrupt):
            commit(folder, MOVES, ["c"])
    assert is_cut_off(folder)
    assert sum(text.startswith("new") for name, text in texts(folder).items() if ".retry" not in name) == step
    end_commit(folder)
    assert texts(folder) == AIM


def test_without_the_list_nothing_has_changed(folder, monkeypatch):
    before = texts(folder)

    def replace(source, target):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", replace)
        with pytest.raises(OutputError, match=r"commit.json: cannot be written: No space left on device"):
            commit(folder, MOVES, ["c"])
    assert texts(folder) == before
    assert not is_cut_off(folder)


def test_a_file_that_cannot_be_moved_is_one_clear_error(folder):
    (folder / "a").unlink()
    (folder / "a").mkdir()
    with pytest.raises(OutputError, match="the retry cannot be ended: Is a directory; call it again"):
        commit(folder, MOVES, [])
    (folder / "a").rmdir()
    end_commit(folder)
    assert texts(folder) == AIM | {"c": "old c"}


def test_a_damaged_list_is_one_clear_error(folder):
    (folder / ".retry" / "commit.json").write_text("{")
    with pytest.raises(OutputError, match="the retry cannot be ended: "):
        end_commit(folder)
