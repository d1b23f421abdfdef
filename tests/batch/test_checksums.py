"""Checksums of a finished run, and what they find."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest
from small_city import house, houses

from buem.batch.checksums import verify
from buem.batch.run import run_batch
from buem.errors import OutputError


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    city = folder / "city.geojson"
    features = [*houses(4), house("bad", u_value=-1.0)]
    city.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    run_batch(city, folder / "out", formats=("parquet", "csv", "profiles"))
    return folder / "out"


@pytest.fixture
def out(finished, tmp_path):
    return shutil.copytree(finished, tmp_path / "out")


def test_a_finished_run_is_sound(out):
    assert list(verify(out)) == []


def test_sha256sum_reads_the_file(out):
    program = shutil.which("sha256sum")
    assert program is not None
    checked = subprocess.run([program, "--check", "--quiet", "checksums.sha256"], cwd=out, capture_output=True)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, b"", b"")


def test_every_file_but_the_report_is_in_it(out):
    listed = {line.split("  ")[1] for line in (out / "checksums.sha256").read_text().splitlines()}
    there = {p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()}
    assert there - listed == {"run.json", "checksums.sha256"}


@pytest.mark.parametrize("name", ["summary.parquet", "errors.jsonl", "summary.csv", "hourly/part-00000.parquet"])
@pytest.mark.parametrize("harm", ["gone", "short", "flipped"])
def test_harm_is_found(out, name, harm):
    path = out / name
    raw = bytearray(path.read_bytes())
    if harm == "gone":
        path.unlink()
    elif harm == "short":
        path.write_bytes(raw[:-3])
    else:
        raw[len(raw) // 2] ^= 4
        path.write_bytes(raw)
    assert next(iter(verify(out))) == f"{path}: {'missing' if harm == 'gone' else 'changed since it was written'}"


def test_a_strange_part_file_is_found(out):
    shutil.copy(out / "hourly" / "part-00000.parquet", out / "hourly" / "part-00007.parquet")
    assert list(verify(out)) == [f"{out / 'hourly' / 'part-00007.parquet'}: no file of this run"]


def test_counts_of_the_report_are_compared(out):
    report = json.loads((out / "run.json").read_text())
    report["counts"]["ok"] = 9
    (out / "run.json").write_text(json.dumps(report))
    assert list(verify(out)) == [f"{out / 'summary.parquet'}: 4 buildings are ok; expected 9 as in run.json"]


def test_missing_hours_are_found(out):
    shutil.rmtree(out / "hourly")
    (out / "hourly").mkdir()
    lines = [line for line in (out / "checksums.sha256").read_text().splitlines(True) if "hourly" not in line]
    (out / "checksums.sha256").write_text("".join(lines))
    assert list(verify(out)) == []
    shutil.copy(out / "summary.parquet", out / "hourly" / "part-00000.parquet")
    with pytest.raises(OutputError, match="not a file of buem"):
        list(verify(out))


@pytest.mark.parametrize(("text", "words"), [
    (None, "no checksums.sha256; expected the folder of a run that is finished"),
    ("abc\n", "damaged; expected lines of a checksum and a name"),
])
def test_a_folder_without_checksums_is_refused(out, text, words):
    if text is None:
        (out / "checksums.sha256").unlink()
    else:
        (out / "checksums.sha256").write_text(text)
    with pytest.raises(OutputError, match=words):
        list(verify(out))
