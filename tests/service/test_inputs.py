"""The features that a job brings along, and the places of its files."""

from __future__ import annotations

import pytest

from buem.service.inputs import job_folder, new_job_id, read_cut, read_features, write_features


def test_written_and_read(tmp_path):
    raws = [b'{"id": "a%d",\n "x": 1}' % number for number in range(7)]
    cut = write_features(tmp_path / "in" / "input-0", iter(raws), 3, 100)
    assert [count for count, _ in cut] == [3, 3, 1]
    assert [name for _, items in cut for name in items["ids"]] == [f"a{number}" for number in range(7)]
    assert read_cut(tmp_path / "in" / "input-0") == cut
    found = [raw for _, items in cut for raw in read_features(tmp_path / "in" / "input-0", items)]
    assert found == raws


def test_features_without_an_id_are_named_by_their_place(tmp_path):
    ((_, items),) = write_features(tmp_path / "input-0", [b"{}", b"no json"], 5, 5)
    assert items["ids"] == ["#0", "#1"]


def test_too_many(tmp_path):
    with pytest.raises(OverflowError):
        write_features(tmp_path / "input-0", [b"{}"] * 4, 5, 3)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["", "..", "a/b", "../x", "a.b", "x" * 65, "a\0"])
def test_names_that_are_no_job(tmp_path, name):
    with pytest.raises(ValueError):
        job_folder(tmp_path, name)


def test_ids_are_folders(tmp_path):
    name = new_job_id()
    assert job_folder(tmp_path, name) == tmp_path / "jobs" / name
    assert new_job_id() != name
