"""Checksums of a finished run, and what they find."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest
from small_city import house, houses

from buem.batch.checksums import check_listed, encode_checksums, read_checksums
from buem.batch.run import run_batch
from buem.errors import OutputError
from buem.io.place import FolderPlace


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


def test_sha256sum_reads_the_file(out):
    program = shutil.which("sha256sum")
    assert program is not None
    checked = subprocess.run([program, "--check", "--quiet", "checksums.sha256"], cwd=out, capture_output=True)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, b"", b"")


def test_every_file_but_the_report_is_in_it(out):
    listed = {line.split("  ")[1] for line in (out / "checksums.sha256").read_text().splitlines()}
    there = {p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()}
    assert there - listed == {"run.json", "checksums.sha256"}


def test_the_form_is_read_back_in_the_order_of_the_names():
    digests = {"b": "0" * 64, "a": "1" * 64}
    assert encode_checksums(digests) == f"{'1' * 64}  a\n{'0' * 64}  b\n".encode()


def test_files_that_are_to_be_read_are_checked(out):
    assert dict(read_checksums(FolderPlace(out))).keys() >= {"summary.parquet", "errors.jsonl"}
    check_listed(FolderPlace(out), ["summary.parquet", "errors.jsonl"])
    (out / "errors.jsonl").write_text("else")
    check_listed(FolderPlace(out), ["summary.parquet"])
    for name in ("errors.jsonl", "hourly/part-00001.parquet"):
        with pytest.raises(OutputError, match=f"{name}: missing, or changed since it was written; see `buem verify"):
            check_listed(FolderPlace(out), [name])


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
        read_checksums(FolderPlace(out))
