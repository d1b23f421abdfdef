"""How far a run is."""

from __future__ import annotations

import pytest
from small_city import houses, task_of

from buem.batch.journal import Identity, Journal
from buem.batch.lock import hold_folder
from buem.batch.run import run_batch
from buem.batch.status import read_status
from buem.batch.worker import run_part
from buem.cli import main
from buem.errors import OutputError


@pytest.fixture
def unfinished(make_setup):
    setup = make_setup(hourly="none")
    journal = Journal(setup, Identity(input={}, options={}, versions={}))
    journal.open()
    for number in range(2):
        journal.record(run_part(task_of(houses(3), number=number, first=number * 512), setup))
    return setup


def test_an_unfinished_run_that_is_not_running(unfinished):
    assert list(read_status(unfinished.out).lines()) == [
        f"{unfinished.out}: unfinished, 6 buildings in 2 parts, 0 of them failed so far",
        "not running; the same `buem run` goes on where it was",
    ]


def test_a_running_one_names_its_process(unfinished):
    with hold_folder(unfinished.scratch / "lock"):
        found = read_status(unfinished.out)
    assert found.owner is not None
    assert list(found.lines())[1].startswith(f"running: process {found.owner.process} on ")


def test_a_finished_one(write_city, tmp_path, capsys):
    run_batch(write_city(houses(3)), tmp_path / "out", hourly="none")
    assert main(["status", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'out'}: done, 3 buildings in 1 parts, 0 of them failed\n"
    assert main(["verify", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'out'}: sound\n"
    (tmp_path / "out" / "errors.jsonl").unlink()
    assert main(["verify", str(tmp_path / "out")]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == f"{tmp_path / 'out'}: 1 findings"


def test_the_command_line_of_an_unfinished_one(unfinished, capsys):
    assert main(["status", str(unfinished.out)]) == 3
    assert "unfinished, 6 buildings" in capsys.readouterr().out


def test_no_run_is_an_error(tmp_path):
    with pytest.raises(OutputError, match="no run; expected a folder that `buem run` writes"):
        read_status(tmp_path)


@pytest.mark.parametrize("counts", ["", ', "counts": 5', ', "counts": {"parts": 1}', ', "counts": {"parts": "many"}'])
def test_a_record_without_its_counts_is_named(tmp_path, counts):
    (tmp_path / "run.json").write_text(f'{{"status": "done"{counts}}}')
    with pytest.raises(OutputError, match=r"run\.json: damaged \(.*\); expected the counts of a run"):
        read_status(tmp_path)


@pytest.mark.parametrize("held", ["{}", '{"status": 5}', '{"status": "finished"}'])
def test_a_record_without_a_status_is_named(tmp_path, held):
    """Not an unfinished run: `buem run` would not go on with it."""
    (tmp_path / "run.json").write_text(held)
    with pytest.raises(OutputError, match=r"run\.json: damaged \(its status is .*\); expected one of running, done"):
        read_status(tmp_path)


def test_an_unfinished_run_without_its_journal_does_not_go_on(unfinished):
    (unfinished.out / "run.json").write_text('{"status": "interrupted"}')
    (unfinished.scratch / "journal.jsonl").unlink()
    assert list(read_status(unfinished.out).lines())[1] == (
        "not running, and its journal is gone; `buem run --overwrite` begins anew")


def test_a_record_that_cannot_be_read_is_no_missing_one(unfinished):
    (unfinished.out / "run.json").symlink_to("run.json")
    with pytest.raises(OutputError, match=r"run\.json: cannot be read: Too many levels of symbolic links"):
        read_status(unfinished.out)
