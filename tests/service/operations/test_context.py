"""What several operations need: their buildings, stretches, names of files, errors of items."""

from __future__ import annotations

import hashlib
import json
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
from bench import NOW, OWNER
from conftest import envelope
from hypothesis import given
from hypothesis import strategies as st

from buem.io.dialects import read_source
from buem.service import ledger
from buem.service.operations.context import (
    Brought,
    brought,
    guesses,
    invalid,
    missing,
    plain,
    result_file,
    result_path,
    runs_of,
    write_lines,
)


def claimed(bench):
    return ledger.claim(bench.store, OWNER, NOW, 30)


def test_features_that_a_job_brings_along(bench):
    bench.ask({"type": "calculate"}, raws=[json.dumps(envelope(number)).encode() for number in range(55)])
    first, second = claimed(bench), claimed(bench)
    found = brought(bench.context, second)
    assert [one.index for one in found] == list(range(50, 55))
    assert json.loads(found[0].raw) == envelope(50)
    assert len(brought(bench.context, first)) == 50


def test_buildings_that_are_kept_and_one_that_went(bench):
    bench.done({"type": "create", "items": [envelope(0), envelope(1)]})
    bench.ask({"type": "validate", "filter": {}})
    claim = claimed(bench)
    held = SimpleNamespace(items={"ids": ["B00000", "gone", "B00001"]}, pending=(7, 8), first=7, job_id=claim.job_id)
    assert [(one.index, one.id, one.raw is None) for one in brought(bench.context, held)] == [
        (7, "B00000", False), (8, "gone", True)]


@given(st.lists(st.integers(0, 30), unique=True).map(sorted))
def test_stretches_follow_one_another(indices):
    stretches = list(runs_of(Brought(index, "", b"") for index in indices))
    assert [one.index for stretch in stretches for one in stretch] == indices
    for stretch in stretches:
        assert [one.index for one in stretch] == list(range(stretch[0].index, stretch[0].index + len(stretch)))
    # No two of them could be one.
    assert all(one[-1].index + 1 < other[0].index for one, other in pairwise(stretches))


def test_errors_of_items():
    assert plain("a\0b") == "a\ufffdb"
    gone, wrong = missing(Brought(3, "a\0", None)), invalid(Brought(4, "b", b""), "no\0")
    assert (gone.index, gone.resource_id, gone.error, gone.code, gone.message) == (
        3, "a\ufffd", "not_found", "RESOURCE_ERROR", "Resource not found: a\ufffd")
    assert (wrong.error, wrong.code, wrong.message) == ("validation", "VALIDATION_ERROR", "no\ufffd")


def test_what_is_guessed():
    source = read_source(envelope(0), 0)
    assert guesses(source)
    assert all(note.startswith("default: ") for note in guesses(source))
    outline = {"type": "Feature", "id": "f", "properties": {"height_m": 6, "year": 1970, "country": "NL"}, "geometry": {
        "type": "Polygon", "coordinates": [[[5, 52], [5.0002, 52], [5.0002, 52.0001], [5, 52.0001], [5, 52]]]}}
    assert guesses(read_source(outline, 0)) == ["an outline, whose walls and windows are guessed"]


def test_every_claim_has_files_of_its_own(bench):
    bench.ask({"type": "calculate"}, raws=[b"{}"])
    claim = claimed(bench)
    path = result_path(bench.context, claim, "x.jsonl")
    assert path.relative_to(bench.folder) == Path("jobs", claim.job_id, "000000-1-x.jsonl")
    write_lines(path, [b"1", b"{}"])
    assert path.read_bytes() == b"1\n{}\n"
    file = result_file(bench.context, claim, "x", path, 2)
    assert (file.kind, file.size, file.rows, file.first) == ("x", 5, 2, 0)
    assert file.sha256 == hashlib.sha256(b"1\n{}\n").hexdigest()
    assert result_file(bench.context, claim, "x", path, 2, first=9).first == 9


@pytest.mark.parametrize("lines", [[], [b""], [b"a"] * 1000])
def test_lines(tmp_path, lines):
    write_lines(tmp_path / "x", lines)
    assert (tmp_path / "x").read_bytes().splitlines() == lines
