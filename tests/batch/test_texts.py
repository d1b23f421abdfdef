"""Texts in a file, read where they are wanted, and only as long as it is the same file."""

from __future__ import annotations

import gzip
import os
import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_city import house, raw

from buem.batch import stream as stream_module
from buem.batch import texts as texts_module
from buem.batch.stream import PartStream
from buem.batch.texts import FileTexts, plain_text
from buem.batch.worker import run_part
from buem.city import CityOptions
from buem.errors import ContainerError
from buem.io.features import open_features


def file_of(path: Path, pieces: list[bytes]) -> FileTexts:
    """A file of these texts, each after a letter that is none of theirs."""
    path.write_bytes(b"".join(b"," + piece for piece in pieces))
    spans, end = [], 0
    for piece in pieces:
        spans.append((end + 1, end + 1 + len(piece)))
        end += 1 + len(piece)
    return FileTexts.of(path).at(tuple(spans))


@given(pieces=st.lists(st.binary(max_size=30), max_size=12), cut=st.slices(12))
def test_the_same_as_a_list(pieces: list[bytes], cut: slice, tmp_path_factory: pytest.TempPathFactory) -> None:
    texts = file_of(tmp_path_factory.mktemp("texts") / "file", pieces)
    assert list(texts) == pieces
    assert list(texts.brought()) == pieces
    assert len(texts) == len(pieces)
    assert list(texts[cut]) == pieces[cut]
    assert [texts[k] for k in range(-len(pieces), len(pieces))] == [*pieces, *pieces]


def test_what_goes_to_a_worker_is_short(tmp_path: Path) -> None:
    texts = file_of(tmp_path / "file", [b"x" * 5000] * 512)
    packed = pickle.dumps(texts)
    assert len(packed) < 10_000
    assert pickle.loads(packed)[511] == b"x" * 5000


def test_long_texts_stay_in_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts_module, "SPOOL", 20)
    texts = file_of(tmp_path / "file", [b"0123456789"] * 3)
    assert texts.brought() is texts
    assert texts[:1].brought() == (b"0123456789",)
    assert FileTexts.of(tmp_path / "file").brought() == ()


def lengthened(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b" ")


def touched(path: Path) -> None:
    before = path.stat()
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1))


@pytest.mark.parametrize(("change", "said"), [(lengthened, "has changed"), (touched, "has changed"),
                                              (Path.unlink, "No such file")])
def test_a_file_that_changed_is_refused(change, said, tmp_path):
    texts = file_of(tmp_path / "file", [b"abc", b"def"])
    change(tmp_path / "file")
    for ask in (list, FileTexts.brought, lambda texts: texts[0]):
        with pytest.raises(ContainerError, match=f"{said}.*; expected the file as it was when the run began"):
            ask(texts)


def test_which_files_can_be_read_at_any_place(tmp_path: Path) -> None:
    plain, packed, pipe = tmp_path / "plain", tmp_path / "packed", tmp_path / "pipe"
    plain.write_bytes(b"{}")
    packed.write_bytes(gzip.compress(b"{}"))
    os.mkfifo(pipe)
    found = plain_text(plain)
    assert found is not None
    assert found.path.is_absolute()
    assert len(found) == 0
    assert [plain_text(path) for path in (packed, pipe, tmp_path, tmp_path / "absent")] == [None] * 4


def parts_of(path: Path, scratch: Path):
    return list(PartStream(open_features(path, CityOptions()), scratch, plain=plain_text(path)))


def test_parts_of_a_plain_file_are_places_in_it(tmp_path, monkeypatch, make_setup, write_city):
    monkeypatch.setattr(stream_module, "PART_SIZE", 3)
    city = write_city([house(f"H{k}") for k in range(5)])
    parts = parts_of(city, tmp_path)
    assert all(isinstance(part.raws, FileTexts) for part in parts)
    assert [text for part in parts for text in part.raws] == [raw(house(f"H{k}")) for k in range(5)]
    there = [run_part(part, make_setup(hourly="none")) for part in parts]
    city.write_bytes(gzip.compress(city.read_bytes()))
    sent = parts_of(city, tmp_path)
    assert all(isinstance(part.raws, tuple) for part in sent)
    assert [run_part(part, make_setup(hourly="none")).summary for part in sent] == [one.summary for one in there]


def test_a_feature_that_was_given_an_id_travels_as_text(tmp_path, monkeypatch, write_city):
    monkeypatch.setattr(stream_module, "PART_SIZE", 2)
    ring = [[5.0, 52.0], [5.0001, 52.0], [5.0001, 52.0001], [5.0, 52.0]]
    nameless = {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [ring]}, "properties": {}}
    parts = parts_of(write_city([house("a"), house("b"), house("c"), nameless]), tmp_path)
    assert [type(part.raws) for part in parts] == [FileTexts, tuple]
    assert b'"id":"#3"' in parts[1].raws[1]
