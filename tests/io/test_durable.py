import os

import pytest

from buem.errors import OutputError
from buem.io.durable import claim_directory, durable


def test_a_file_takes_its_name_when_the_block_ends(tmp_path):
    path = tmp_path / "deep" / "file.txt"
    with durable(path) as temporary:
        temporary.write_text("all of it")
        assert not path.exists()
    assert path.read_text() == "all of it"
    assert [entry.name for entry in path.parent.iterdir()] == ["file.txt"]


def test_a_block_that_raises_leaves_the_old_file(tmp_path):
    path = tmp_path / "file.txt"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), durable(path) as temporary:
        temporary.write_text(f"new, but {1 / 0}")
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file.txt"]


def test_an_error_of_the_system_names_the_file(tmp_path):
    (tmp_path / "folder").write_text("a file where a folder is wanted")
    path = tmp_path / "folder" / "file.txt"
    with pytest.raises(OutputError, match=r"file\.txt: cannot be written: "), durable(path):
        pass


def test_two_processes_use_two_temporary_files(tmp_path):
    with durable(tmp_path / "file.txt") as temporary:
        temporary.touch()
        assert str(os.getpid()) in temporary.name


def test_a_new_folder_is_made(tmp_path):
    claim_directory(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()


def test_results_are_not_overwritten_unasked(tmp_path):
    (tmp_path / "hourly").mkdir()
    (tmp_path / "hourly" / "part-00000.parquet").touch()
    with pytest.raises(OutputError, match=r"holds results already \(hourly.part-00000\.parquet\); choose another"):
        claim_directory(tmp_path)


def test_overwriting_takes_results_and_nothing_else(tmp_path):
    kept, gone = tmp_path / "my notes.txt", tmp_path / "summary.parquet"
    kept.touch()
    gone.touch()
    claim_directory(tmp_path, overwrite=True)
    assert kept.exists()
    assert not gone.exists()


def test_a_file_is_no_folder(tmp_path):
    path = tmp_path / "city.geojson"
    path.touch()
    with pytest.raises(OutputError, match=r"city\.geojson: is a file; expected a folder for the results"):
        claim_directory(path, overwrite=True)
    assert path.exists()
