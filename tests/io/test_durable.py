import os

import pytest

from buem.errors import OptionError, OutputError
from buem.io.durable import claim_directory, durable, is_result, refuse_result


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


@pytest.mark.parametrize(("name", "expected"), [
    ("summary.parquet", True), ("city.geojson", True), ("hourly/part-00007.parquet", True), ("profiles/a.csv", True),
    ("city/map.html", True), (".parts/lock", True), (".retry/run/run.json", True), ("sub/../run.json", True),
    ("town.geojson", False), ("hourly/x.parquet", False), ("sub/summary.parquet", False), ("city/town.geojson", False),
    (".", False), ("../summary.parquet", False), ("../out-2/run.json", False)])
def test_names_of_results(tmp_path, name, expected):
    """Whether anything is there yet or not."""
    assert is_result(tmp_path / "out" / name, tmp_path / "out") is expected


def test_links_do_not_hide_a_result(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "run.json").touch()
    (tmp_path / "town.geojson").touch()
    (tmp_path / "folder").symlink_to("out")
    (tmp_path / "file").symlink_to("out/run.json")
    (tmp_path / "out" / "city.geojson").symlink_to(tmp_path / "town.geojson")
    for path in (tmp_path / "folder" / "run.json", tmp_path / "file", tmp_path / "out" / "city.geojson"):
        assert is_result(path, tmp_path / "out")
        assert is_result(path, tmp_path / "folder")
    assert not is_result(tmp_path / "town.geojson", tmp_path / "out")


def test_a_file_of_the_run_is_not_written_over_and_one_made_from_it_is(tmp_path):
    for name in ("long.parquet", "plots/city.png", "city/map.html", "results.nc", "sums.csv"):
        refuse_result(tmp_path / name, tmp_path)
    with pytest.raises(OptionError, match=r"out: 'outlines\.parquet'; expected a file that is none of those of the"):
        refuse_result(tmp_path / "outlines.parquet", tmp_path)


def test_overwriting_leaves_a_folder_of_inputs_that_is_called_city(tmp_path):
    (tmp_path / "city").mkdir()
    for name in ("town.geojson", "report.md", "map.html"):
        (tmp_path / "city" / name).touch()
    claim_directory(tmp_path, overwrite=True)
    assert [path.name for path in (tmp_path / "city").iterdir()] == ["town.geojson"]


def test_a_file_where_the_folder_should_be_is_named(tmp_path):
    (tmp_path / "hourly").touch()
    said = f"{tmp_path}/hourly/part: cannot be written: {tmp_path}/hourly: File exists"
    with pytest.raises(OutputError, match=f"^{said}$"), durable(tmp_path / "hourly" / "part"):
        pass
    said = f"{tmp_path}/hourly/deep/part: cannot be written: {tmp_path}/hourly/deep: Not a directory"
    with pytest.raises(OutputError, match=f"^{said}$"), durable(tmp_path / "hourly" / "deep" / "part"):
        pass
