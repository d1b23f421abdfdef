"""Stores: the memory of this process, a folder, and an S3-compatible server."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from buem.errors import MissingExtraError, OutputError
from buem.io.store import Store, is_url, local_path, open_store

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from s3_server import BUCKET, forget, s3_server

pytest.importorskip("s3fs", reason="the store extra is not installed")


@pytest.fixture(scope="module")
def s3(tmp_path_factory):
    pytest.importorskip("moto", reason="moto is not installed")
    with s3_server(tmp_path_factory.mktemp("s3")) as settings:
        forget()
        yield settings


@pytest.fixture(params=["memory", "folder", pytest.param("s3", marks=pytest.mark.slow)])
def store(request, tmp_path, monkeypatch):
    if request.param == "memory":
        return Store(f"memory:/{tmp_path}")
    if request.param == "folder":
        (tmp_path / "store").mkdir()
        return Store(f"file://{tmp_path}/store")
    for name, value in request.getfixturevalue("s3").items():
        monkeypatch.setenv(name, value)
    return Store(f"s3://{BUCKET}/{tmp_path.name}/")


def test_what_is_written_is_read(store, tmp_path):
    assert store.sizes() == {}
    store.write("one", b"1")
    (tmp_path / "file").write_bytes(b"two")
    store.put(tmp_path / "file", "two")
    assert store.sizes() == {"one": 1, "two": 3}
    assert store.read("one") == b"1"
    store.get("two", tmp_path / "back" / "two")
    assert (tmp_path / "back" / "two").read_bytes() == b"two"


def test_an_object_is_replaced_whole(store):
    store.write("one", b"first")
    store.write("one", b"2")
    assert store.read("one") == b"2"


def test_a_copy_replaces_an_object_whole(store):
    store.write("one", b"first")
    store.write("two", b"2")
    assert store.copy("two", "one")
    assert (store.read("one"), store.read("two")) == (b"2", b"2")
    assert not store.copy("never", "one")
    assert store.read("one") == b"2"
    assert [store.has(name) for name in ("one", "never", "on")] == [True, False, False]


def test_only_one_creates(store):
    assert store.create("lock", b"mine")
    assert not store.create("lock", b"yours")
    assert store.read("lock") == b"mine"


def test_what_is_removed_is_gone(store):
    store.write("one", b"1")
    store.remove(["one", "never was"])
    assert store.read("one") is None
    assert store.sizes() == {}


def test_folders_are_listed_by_full_names(store, tmp_path):
    (tmp_path / "part").write_bytes(b"12345")
    if store.scheme == "file":
        (tmp_path / "store" / "hourly").mkdir()
    store.put(tmp_path / "part", "hourly/part-00001.parquet")
    assert store.sizes("hourly") == {"hourly/part-00001.parquet": 5}
    assert store.sizes("elsewhere") == {}


def test_errors_name_the_place(s3, monkeypatch, tmp_path):
    for name, value in s3.items():
        monkeypatch.setenv(name, value)
    store = Store("s3://no-such-bucket/x")
    with pytest.raises(OutputError, match=r"s3://no-such-bucket/x: cannot be written: one \("):
        store.write("one", b"1")
    with pytest.raises(OutputError, match=r"gopher://x: cannot be opened"):
        Store("gopher://x")
    with pytest.raises(OutputError, match=r"cannot be read: one"):
        Store(f"memory:/{tmp_path}").get("one", tmp_path / "one")


@pytest.mark.parametrize(("out", "is_one"), [("s3://b/x", True), ("memory://", True), ("out", False),
                                             (Path("a"), False), (3, False)])
def test_is_url(out, is_one):
    assert is_url(out) is is_one


@pytest.mark.parametrize(("url", "path"), [("file:///srv/a%20b", Path("/srv/a b")), ("file://localhost/x", Path("/x")),
                                           ("s3://bucket/x", None), ("file://elsewhere/x", None)])
def test_local_path(url, path):
    assert local_path(url) == path


def test_a_store_is_opened_once():
    assert open_store("memory://once") is open_store("memory://once")


def test_without_fsspec(monkeypatch):
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(MissingExtraError, match=r"s3://b needs fsspec, .* pip install 'buem-engine\[store\]'"):
        Store("s3://b")
