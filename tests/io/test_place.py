"""Files of results in a folder and in a store: named, found and read the same."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from buem.errors import OptionError, OutputError
from buem.io.place import FolderPlace, Place, StorePlace, place_of
from buem.io.store import Store

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from s3_server import BUCKET, forget, s3_server

pytest.importorskip("s3fs", reason="the store extra is not installed")

FILES = {"summary.parquet": b"", "run.json": b"{}", "hourly/part-00000.parquet": b"", "hourly/part-00001.parquet": b"",
         "hourly/notes.txt": b"n", ".retry/run/run.json": b"", ".retry/run/hourly/part-00000.parquet": b""}


@pytest.fixture(params=["folder", "memory"])
def place(request, tmp_path):
    """Some files, one of them a table."""
    place = place_of(tmp_path / "out" if request.param == "folder" else f"memory:/{tmp_path}/out/")
    pq.write_table(pa.table({"index": [1, 2, 3]}), tmp_path / "table")
    for name, data in (FILES | {"summary.parquet": (tmp_path / "table").read_bytes()}).items():
        if isinstance(place, FolderPlace):
            (place.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (place.folder / name).write_bytes(data)
        else:
            Store(str(place)).write(name, data)
    return place


def test_small_files_are_read_whole(place: Place):
    assert place.read("run.json") == b"{}"
    assert place.read("never") is None
    assert [place.has(name) for name in ("run.json", "hourly/part-00001.parquet", "hourly/never", "never")] == [
        True, True, False, False]


@pytest.mark.parametrize(("pattern", "found"), [
    ("hourly/part-*.parquet", ["hourly/part-00000.parquet", "hourly/part-00001.parquet"]),
    ("run.json", ["run.json"]),
    ("*.parquet", ["summary.parquet"]),
    ("plots/*.png", []),
])
def test_names_are_those_of_as_many_folders(place, pattern, found):
    assert place.names(pattern) == found


def test_a_folder_that_cannot_be_read_is_no_empty_one(tmp_path):
    """Nor is one that is not there, or is a file, an error."""
    (tmp_path / "hourly").symlink_to("hourly")
    with pytest.raises(OutputError, match=rf"^{tmp_path}/hourly: cannot be read: Too many levels of symbolic links$"):
        FolderPlace(tmp_path).names("hourly/part-*.parquet")
    (tmp_path / "hourly").unlink()
    assert FolderPlace(tmp_path).names("hourly/part-*.parquet") == []
    (tmp_path / "hourly").write_text("")
    assert FolderPlace(tmp_path).names("hourly/part-*.parquet") == []


def test_a_table_is_read_where_it_is(place):
    with place.table("summary.parquet", ("index",)) as source:
        assert source.read_row_group(0)["index"].to_pylist() == [1, 2, 3]


@pytest.mark.parametrize(("name", "message"), [
    ("hourly/never.parquet", "never.parquet: missing"),
    ("run.json", "run.json: cut off, damaged or not a Parquet file"),
    ("summary.parquet", "summary.parquet: not a file of buem; it lacks the columns id"),
])
def test_a_table_that_is_none_is_named(place, name, message):
    with pytest.raises(OutputError, match=f"^{place}/.*{message}"), place.table(name, ("id",)):
        pass


def test_each_is_called_by_what_was_typed(tmp_path):
    assert str(place_of("some/where")) == "some/where"
    assert str(place_of(f"file://{tmp_path}/a%20b")) == f"{tmp_path}/a b"
    url = f"memory:/{tmp_path}"
    assert (str(place_of(f"{url}/")), place_of(url).label("run.json")) == (url, f"{url}/run.json")
    assert isinstance(place_of(url), StorePlace)
    # A path that looks like a URL is a path.
    assert isinstance(place_of(Path("s3://bucket")), FolderPlace)
    with pytest.raises(OptionError, match="directory: missing; expected a path"):
        place_of(None, "directory")  # type: ignore[arg-type]


def read_without(server, source):
    """The rest of a table whose server is gone."""
    server.kill()
    source.read()


@pytest.mark.slow
def test_a_store_that_goes_away_is_one_clear_error(tmp_path, monkeypatch):
    pytest.importorskip("moto", reason="moto is not installed")
    with s3_server(tmp_path) as settings:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        forget()
        place = place_of(f"s3://{BUCKET}/x")
        # More than the client reads ahead.
        pq.write_table(pa.table({"index": pa.array(range(10_000_000))}), tmp_path / "table", compression="none",
                       use_dictionary=False, row_group_size=1_000_000)
        Store(str(place)).put(tmp_path / "table", "table.parquet")
        port = settings["AWS_ENDPOINT_URL"].rpartition(":")[2]
        [server] = [child for child in psutil.Process().children() if port in child.cmdline()]
        with pytest.raises(OutputError, match=r"^s3://results/x: cannot be read: table\.parquet \("), \
                place.table("table.parquet", ("index",)) as source:
            read_without(server, source)
    forget()
