"""The journal: what counts as finished, and what a killed run left."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from small_city import house, houses, task_of

from buem.batch.identity import identify
from buem.batch.journal import Identity, Journal, describe, is_sound, load_result, read_journal
from buem.batch.part import Chosen, StoredFile
from buem.batch.plan import RunOptions
from buem.batch.worker import run_part
from buem.errors import OccupiedError
from buem.io.stations import read_station

ME = Identity(input={"sha256": "a"}, options={"hourly": "'load'"}, versions={"buem": "1"})


@pytest.fixture
def started(make_setup):
    """A journal of a new run, and one part of it."""
    setup = make_setup(hourly="load", formats=("parquet", "geojson"))
    journal = Journal(setup, ME)
    journal.open()
    result = run_part(task_of([house("a"), house("bad", u_value=-1.0)]), setup)
    journal.record(result)
    return setup, journal, result


def reopened(setup, identity=ME, **changes):
    journal = Journal(replace(setup, options=setup.options.with_changes(**changes)), identity)
    journal.open()
    return journal


def test_a_part_comes_back_as_it_was(started):
    setup, journal, result = started
    again = reopened(setup)
    assert set(again.finished) == {0}
    assert again.load(0) == journal.load(0) == result
    assert again.load(0).failures[0].problems == result.failures[0].problems


def test_its_files_are_listed_with_their_checksums(started):
    setup, _, result = started
    assert [stored.path for stored in result.files] == [
        "hourly/part-00000.parquet", ".parts/answers-00000", ".parts/result-00000"]
    assert all(is_sound(setup.out, stored) for stored in result.files)
    assert load_result(setup, 0, result.files) == result


@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize("harm", ["gone", "short", "flipped"])
def test_a_part_with_a_damaged_file_is_not_finished(started, number, harm):
    setup, _, result = started
    path = setup.out / result.files[number].path
    raw = bytearray(path.read_bytes())
    if harm == "gone":
        path.unlink()
    elif harm == "short":
        path.write_bytes(raw[:-1])
    else:
        raw[len(raw) // 2] ^= 1
        path.write_bytes(raw)
    assert reopened(setup).finished == {}


@pytest.mark.parametrize("torn", [1, 5, 40])
def test_a_line_that_was_being_written_is_cut_off(started, torn):
    setup, journal, result = started
    path = setup.scratch / "journal.jsonl"
    whole = path.read_bytes()
    journal.record(replace(result, number=1))
    path.write_bytes(path.read_bytes()[:len(whole) + torn])
    again = reopened(setup)
    assert set(again.finished) == {0}
    assert path.read_bytes() == whole
    again.record(replace(result, number=1))
    assert len(read_journal(path).lines) == 2


@pytest.mark.parametrize("tail", [b"\xff\xfe\n", b"{}\n", b'{"part": "x"}\n', b"null\n"])
def test_what_is_no_line_ends_the_journal(started, tail):
    setup, *_ = started
    path = setup.scratch / "journal.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + tail)
    assert read_journal(path).sound == len(whole)


@pytest.mark.parametrize(("other", "words"), [
    (Identity(input={"sha256": "b"}, options=ME.options, versions=ME.versions), "input sha256: a, now b"),
    (Identity(input=ME.input, options={"hourly": "'none'"}, versions=ME.versions),
     "options hourly: 'load', now 'none'"),
    (Identity(input=ME.input, options=ME.options, versions={"buem": "2"}), "versions buem: 1, now 2"),
    (Identity(input=ME.input, options={}, versions=ME.versions), "options hourly: 'load', now None"),
])
def test_another_run_is_refused_and_says_what_differs(started, other, words):
    setup, *_ = started
    with pytest.raises(OccupiedError) as caught:
        reopened(setup, other)
    assert f"holds an unfinished run that is another one ({words})" in str(caught.value)
    assert set(reopened(setup).finished) == {0}


def test_without_resume_an_unfinished_run_is_refused(started):
    setup, *_ = started
    with pytest.raises(OccupiedError, match="holds an unfinished run; resume it, choose another folder or allow"):
        reopened(setup, resume=False)


def test_overwrite_begins_anew(started):
    setup, *_ = started
    assert reopened(setup, overwrite=True).finished == {}
    assert not (setup.out / "hourly" / "part-00000.parquet").exists()
    assert sorted(p.name for p in setup.scratch.iterdir()) == ["journal.jsonl"]


def test_what_the_dead_left_half_written_goes(started):
    setup, *_ = started
    left = [setup.out / ".summary.parquet.1.tmp", setup.out / "hourly" / ".part-00003.parquet.2.tmp",
            setup.scratch / ".result-00003.2.tmp"]
    for path in left:
        path.write_bytes(b"half")
    reopened(setup)
    assert not any(path.exists() for path in left)


def test_a_missing_journal_is_an_empty_one(tmp_path):
    assert read_journal(tmp_path / "journal.jsonl") == (None, (), 0)


def test_a_file_is_known_by_its_bytes(tmp_path):
    (tmp_path / "file").write_bytes(b"abc")
    # FIPS 180-2, appendix B.1.
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert describe(tmp_path, tmp_path / "file") == StoredFile("file", 3, digest)


def test_identity_of_input_options_and_weather(write_city):
    city = write_city(houses(2))
    given = RunOptions(hourly="none")
    mine = identify(city, given, None)
    assert mine == identify(city, given.with_changes(workers=7, overwrite=True, progress=True), None)
    different = mine.differences(identify(city, given.with_changes(hourly="load"), None))
    assert different == ["options hourly: 'load', now 'none'"]
    city.write_text(json.dumps({"type": "FeatureCollection", "features": houses(1)}))
    changed = mine.differences(identify(city, given, None))
    assert {text.split(":")[0] for text in changed} == {"input bytes", "input sha256"}
    weather = read_station("us_denver_tmy3")
    warmer = replace(weather, temp_air=weather.temp_air + 1.0)
    (found,) = identify(city, given, weather).differences(identify(city, given, warmer))
    assert found.startswith("options weather: us_denver_tmy3 ")
    chosen = Chosen(positions=frozenset((3, 5)), others=given.reading, of="abc")
    (found,) = identify(city, given, None).differences(identify(city, given, None, chosen))
    assert found == "options chosen: 2 of abc, now None"
