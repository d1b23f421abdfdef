"""Whatever a file holds, the reader ends with buildings or with our own errors, soon and in little memory."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from harness import HERE, feature
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from buem.city import CityOptions
from buem.errors import BuildingError, ContainerError
from buem.io.dialects import ReadOptions, read_source
from buem.io.features import open_features
from buem.io.json_stream import MAX_FEATURE

pytestmark = pytest.mark.slow

#: Malformed inputs that are tried, and runs of the fuzzer.
INPUTS = int(os.environ.get("BUEM_INPUTS", "500"))
FUZZ = int(os.environ.get("BUEM_FUZZ", "2000"))
SOUND = json.dumps({"type": "FeatureCollection", "features": [feature(1), feature(2)]}).encode()
OPTIONS = ReadOptions(city=CityOptions(country="NL"))


def read(data: bytes) -> tuple[int, int]:
    """Features that were read, and those of them that were refused; anything but our own errors comes through."""
    good = bad = 0
    for one in open_features(data, CityOptions()):
        try:
            read_source(one.raw, one.index, OPTIONS)
            good += 1
        except BuildingError:
            bad += 1
    return good, bad


def survives(data: bytes) -> None:
    with suppress(ContainerError):
        read(data)


#: Pieces that hurt parsers, put anywhere into a sound file.
NASTY = st.sampled_from([
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\\ud800", b"\\udfff\\ud800", b"\\u0000", b"1e999", b"-0",
    b"NaN", b"Infinity", b"1" * 400, b"9" * 5000, b"[" * 200, b"{\"a\":" * 70, b"]" * 9, b"}", b"\"", b"\\", b",", b":",
    b"\x1e", b"\n", b"\r\n", b"null", b"true", b"\"type\":\"Feature\",", b"\xc0\xaf", "\u2028".encode(),
    "\U0010ffff".encode(), b"\x1f\x8b\x08", b"1" * 20 + b"." + b"1" * 40 + b"e-400", b"/*", b"'",
])


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A sound file that was cut, written over, or stuffed with what hurts, up to four times."""
    data = bytearray(SOUND)
    for _ in range(draw(st.integers(1, 4))):
        first = draw(st.integers(0, len(data)))
        last = min(len(data), first + draw(st.sampled_from((0, 1, 2, 7, 40, 4000))))
        data[first:last] = draw(st.one_of(NASTY, st.binary(max_size=8), st.just(bytes(data[:last - first]))))
    packed = bytes(data)
    if draw(st.booleans()) and draw(st.booleans()):
        packed = gzip.compress(packed)
        packed = packed[:draw(st.integers(2, len(packed)))]
    return packed


@settings(max_examples=INPUTS, deadline=5000, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
@given(damaged())
@example(b"")
@example(SOUND)
def test_malformed_inputs(data: bytes) -> None:
    survives(data)


def with_value(text: bytes) -> bytes:
    """A file of two houses, the first with a value in the place of its floor area."""
    return SOUND.replace(b'"A_ref": 100.0', b'"A_ref": ' + text, 1)


@pytest.mark.parametrize(("data", "expected"), [
    pytest.param(with_value(b"9" * 5000), (1, 1), id="an integer of 5,000 digits"),
    pytest.param(with_value(b"50." + b"3" * 1_000_000), (2, 0), id="a million decimals"),
    pytest.param(with_value(b"1e400"), (1, 1), id="too large for a float"),
    pytest.param(with_value(b'"\\ud800"'), (1, 1), id="a lone surrogate"),
    pytest.param(with_value(b'"\xff"'), (1, 1), id="no UTF-8"),
    pytest.param(with_value(b'"\x00"'), (1, 1), id="a NUL byte"),
    pytest.param(with_value(b"[" * 60 + b"]" * 60), (1, 1), id="nested 60 deep"),
    pytest.param(with_value(b"[" * 5000 + b"]" * 5000), (1, 1), id="nested 5,000 deep"),
    pytest.param(with_value(b'"' + b"x" * 20_000_000 + b'"'), (1, 1), id="a text of 20 MB"),
    pytest.param(b"\xef\xbb\xbf" + SOUND, (2, 0), id="a byte order mark"),
])
def test_one_bad_feature_costs_no_other(data: bytes, expected: tuple[int, int]) -> None:
    assert read(data) == expected


@pytest.mark.parametrize(("data", "words"), [
    pytest.param(b"[" * 1_000_000, "a list", id="only brackets"),
    pytest.param(b'{"a":' * 1_000_000, "nested too deep", id="only names"),
    pytest.param(b'{"type":"FeatureCollection","features":' + b"[" * 200_000, "nested too deep|cut off",
                 id="lists in lists"),
    pytest.param(SOUND.decode().encode("utf-16"), "GeoJSON in UTF-8", id="UTF-16"),
    pytest.param(b"\x00" * 1000, "not JSON", id="NUL bytes"),
    pytest.param(gzip.compress(SOUND)[:-9], "gzip is cut off", id="gzip that was cut off"),
    pytest.param(gzip.compress(SOUND)[:40] + b"\xff" * 40, "gzip is damaged", id="gzip that was written over"),
])
def test_a_bad_container_is_one_error(data: bytes, words: str) -> None:
    with pytest.raises(ContainerError, match=words):
        read(data)


def bomb(size: int) -> Iterator[bytes]:
    """A gzip file, of many members, of one feature whose text is so long. [B]"""
    yield gzip.compress(b'{"type":"FeatureCollection","features":[{"type":"Feature","id":"')
    block = gzip.compress(b"x" * (1 << 20))
    for _ in range(size >> 20):
        yield block
    yield gzip.compress(b'"}]}')


#: Reads a file in a process that may take so much memory.
LIMITED = """
import re, resource, sys
sys.path[:0] = [sys.argv[2]]
import test_reader
limit = 900_000_000
resource.setrlimit(resource.RLIMIT_AS, (limit + (1 << 31), limit + (1 << 31)))
resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
try:
    print(test_reader.read(test_reader.Path(sys.argv[1]).open("rb")))
except test_reader.ContainerError as error:
    print(error)
# Not ru_maxrss: that begins with what the process held that started this one.
print(int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) // 1000)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux limits the data of a process")
@pytest.mark.parametrize("packed", [True, False])
def test_a_text_of_a_gigabyte_is_refused_in_little_memory(tmp_path: Path, packed: bool) -> None:
    """One megabyte of gzip unfolds to a gigabyte: what is read of it ends at the longest feature."""
    path = tmp_path / "bomb"
    with path.open("wb") as sink:
        if packed:
            sink.writelines(bomb(1 << 30))
        else:
            sink.write(b'{"type":"FeatureCollection","features":[{"type":"Feature","id":"')
            # A hole reads as NUL bytes, which no string holds; the reader must look for its end all the same.
            sink.truncate(1 << 30)
    began = time.process_time()
    done = subprocess.run([sys.executable, "-c", LIMITED, str(path), str(HERE)], capture_output=True, text=True,
                          timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-500:]
    said, peak = done.stdout.splitlines()
    assert f"longer than {MAX_FEATURE >> 20} MB" in said or "not JSON" in said
    assert int(peak) < 700
    assert time.process_time() - began < 60.0


def test_the_fuzzer_finds_nothing() -> None:
    """Atheris follows the branches of the reader; `fuzz_reader.py` fails at the first error that is not ours."""
    pytest.importorskip("atheris", reason="atheris is not installed")
    done = subprocess.run([sys.executable, str(HERE / "fuzz_reader.py"), f"-runs={FUZZ}", "-max_len=4096", "-seed=7"],
                          capture_output=True, text=True, timeout=3000, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert f"Done {FUZZ} runs" in done.stderr
