"""New files take the places of old ones, all of them or none."""

from __future__ import annotations

import os

import pytest

from buem.batch import staging as module
from buem.batch.commit import commit, end_commit, is_cut_off
from buem.batch.staging import FolderStaging, StoreStaging
from buem.errors import OutputError
from buem.io.place import StorePlace

#: Three files, of which the first two are to be replaced and the third goes; a fourth is new.
NAMES = ("a", "hourly/b", "c", ".retry/run/a", ".retry/merged/b", ".retry/merged/d")
MOVES = {"a": "run/a", "hourly/b": "merged/b", "profiles/d": "merged/d"}
AIM = {"a": "new a", "hourly/b": "new b", "profiles/d": "new d"}


def text_of(name):
    return f"{'new' if '.retry' in name else 'old'} {name.rpartition('/')[2]}"


@pytest.fixture
def folder(tmp_path):
    for name in NAMES:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text_of(name))
    return tmp_path


@pytest.fixture
def stored(tmp_path):
    """The same in the memory of this process."""
    pytest.importorskip("fsspec", reason="the store extra is not installed")
    place = StorePlace(f"memory:/{tmp_path}")
    for name in NAMES:
        place.store.write(name, text_of(name).encode())
    return place


def texts(folder):
    return {path.relative_to(folder).as_posix(): path.read_text() for path in sorted(folder.rglob("*"))
            if path.is_file()}


def objects(place):
    return {name: place.read(name).decode() for name in place.store.sizes()}


def test_all_take_their_places(folder):
    staging = FolderStaging(folder)
    commit(staging, MOVES, ["c", "never/there"])
    assert texts(folder) == AIM
    assert not is_cut_off(staging.place)
    end_commit(staging)
    assert texts(folder) == AIM


def test_all_take_their_places_in_a_store(stored):
    commit(StoreStaging(stored), MOVES, ["c", "never/there"])
    assert objects(stored) == AIM
    assert not is_cut_off(stored)
    end_commit(StoreStaging(stored))
    assert objects(stored) == AIM


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
            commit(FolderStaging(folder), MOVES, ["c"])
    assert is_cut_off(FolderStaging(folder).place)
    assert sum(text.startswith("new") for name, text in texts(folder).items() if ".retry" not in name) == step
    end_commit(FolderStaging(folder))
    assert texts(folder) == AIM


def calls_of(stored, monkeypatch, limit):
    """Let no more than so many calls change the store; the number of those that were made."""
    made = []

    def counted(real):
        def call(*given, **options):
            if len(made) >= limit:
                raise KeyboardInterrupt
            made.append(given)
            return real(*given, **options)
        return call

    files = stored.store._files
    for name in ("put_file", "pipe_file", "cp_file", "rm_file"):
        monkeypatch.setattr(files, name, counted(getattr(files, name)))
    return made


#: The list; the one that goes; three copies; three that waited, and the list.
CALLS = 1 + 1 + 3 + 3 + 1


@pytest.mark.parametrize("limit", range(CALLS + 1))
def test_cut_off_at_any_call_to_a_store_it_goes_on(stored, monkeypatch, limit):
    before = objects(stored)
    with monkeypatch.context() as patch:
        calls_of(stored, patch, limit)
        if limit < CALLS:
            with pytest.raises(KeyboardInterrupt):
                commit(StoreStaging(stored), MOVES, ["c"])
        else:
            commit(StoreStaging(stored), MOVES, ["c"])
    assert is_cut_off(stored) == (0 < limit < CALLS)
    found = {name: text for name, text in objects(stored).items() if ".retry" not in name}
    assert sum(text.startswith("new") for text in found.values()) == min(max(limit - 2, 0), 3)
    if limit == 0:
        assert objects(stored) == before
        commit(StoreStaging(stored), MOVES, ["c"])
    # Cut off again, half-way, then ended.
    with monkeypatch.context() as patch:
        calls_of(stored, patch, 3)
        try:
            end_commit(StoreStaging(stored))
        except KeyboardInterrupt:
            assert is_cut_off(stored)
    end_commit(StoreStaging(stored))
    assert objects(stored) == AIM


def test_without_the_list_nothing_has_changed(folder, monkeypatch):
    before = texts(folder)

    def replace(source, target):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", replace)
        with pytest.raises(OutputError, match=r"commit.json: cannot be written: No space left on device"):
            commit(FolderStaging(folder), MOVES, ["c"])
    assert texts(folder) == before
    assert not is_cut_off(FolderStaging(folder).place)


def test_a_file_that_cannot_be_moved_is_one_clear_error(folder):
    (folder / "a").unlink()
    (folder / "a").mkdir()
    with pytest.raises(OutputError, match="the retry cannot be ended: Is a directory; call it again"):
        commit(FolderStaging(folder), MOVES, [])
    (folder / "a").rmdir()
    end_commit(FolderStaging(folder))
    assert texts(folder) == AIM | {"c": "old c"}


def test_a_store_that_refuses_is_one_clear_error(stored, monkeypatch):
    def cp_file(*given, **options):
        raise PermissionError("Access Denied")

    with monkeypatch.context() as patch:
        patch.setattr(stored.store._files, "cp_file", cp_file)
        with pytest.raises(OutputError, match=r"the retry cannot be ended: .*: cannot be written: a \(Access Denied\); "
                                              r"call it again"):
            commit(StoreStaging(stored), MOVES, [])
    end_commit(StoreStaging(stored))
    assert objects(stored) == AIM | {"c": "old c"}


def test_a_damaged_list_is_one_clear_error(folder):
    (folder / ".retry" / "commit.json").write_text("{")
    with pytest.raises(OutputError, match="the retry cannot be ended: "):
        end_commit(FolderStaging(folder))
