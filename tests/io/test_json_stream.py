"""Features cut out of a stream, whatever the container, in bounded memory."""

from __future__ import annotations

import gzip
import io
import json
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from buem.errors import ContainerError
from buem.io import json_stream

FEATURES = [
    {"type": "Feature", "id": "a", "properties": {"text": 'brackets }{][ and "quotes" \\'}},
    {"type": "Feature", "id": "b", "properties": None, "geometry": {"type": "Point", "coordinates": [1.5, -2e3]}},
    {"type": "Feature", "id": "ü", "properties": {"list": [[], {}, [True, None]]}},
]
HEAD = {"type": "FeatureCollection", "name": "x", "crs": {"features": [1]}}


def stream_features(source: json_stream.Source) -> Iterator[bytes]:
    """The features alone."""
    return (raw for raw, _ in json_stream.stream_features(source))


def lines(features: list[Any], start: str = "", end: str = "\n") -> bytes:
    return "".join(f"{start}{json.dumps(f)}{end}" for f in features).encode()


CONTAINERS: dict[str, bytes] = {
    "compact": json.dumps({**HEAD, "features": FEATURES}, separators=(",", ":")).encode(),
    "indented": json.dumps({**HEAD, "features": FEATURES}, indent=2).encode(),
    "not ASCII": json.dumps({**HEAD, "features": FEATURES}, ensure_ascii=False).encode(),
    "features first": json.dumps({"features": FEATURES, **HEAD}).encode(),
    "members after": json.dumps({**HEAD, "features": FEATURES, "bbox": [1, 2], "more": {"type": "x"}}).encode(),
    "byte order mark": b"\xef\xbb\xbf" + json.dumps({**HEAD, "features": FEATURES}).encode(),
    "lines": lines(FEATURES),
    "lines without the last end": lines(FEATURES).rstrip(),
    "lines with CRLF and blank ones": b"\r\n" + lines(FEATURES, end="\r\n\r\n"),
    "record separators": lines(FEATURES, start="\x1e"),
    "record separators, indented": b"".join(b"\x1e" + json.dumps(f, indent=1).encode() + b"\n" for f in FEATURES),
    "indented features one after another": b"\n".join(json.dumps(f, separators=(",", ":")).encode() for f in FEATURES),
}


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("block", [1 << 20, 64, 7, 1], ids=lambda size: f"blocks of {size}")
@pytest.mark.parametrize("name", CONTAINERS)
def test_each_container_gives_the_same_features(
    name: str, block: int, packed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_stream, "BLOCK", block)
    data = gzip.compress(CONTAINERS[name]) if packed else CONTAINERS[name]
    raws = list(stream_features(io.BytesIO(data)))
    assert [json.loads(raw) for raw in raws] == FEATURES
    places = list(json_stream.stream_features(io.BytesIO(data)))
    assert all(CONTAINERS[name][start:start + len(raw)] == raw for raw, start in places)


def test_a_single_feature(tmp_path: Path) -> None:
    for feature in FEATURES:
        for indent in (None, 2):
            data = json.dumps(feature, indent=indent).encode()
            path = tmp_path / "one.geojson"
            path.write_bytes(data)
            assert list(stream_features(data)) == [data]
            assert list(stream_features(path)) == [data]
            assert list(stream_features(str(path))) == [data]


#: What it probes: the file, the error.
BROKEN: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "$: an empty file; expected GeoJSON"),
    "blank": (b" \n\t ", "$: an empty file; expected GeoJSON"),
    "text": (b"id;area\n1;2\n", "$: not JSON at byte 0; expected GeoJSON"),
    "UTF-16": ('{"type": 1}'.encode("utf-16"), "$: not JSON at byte 0; expected GeoJSON in UTF-8"),
    "a list": (b"[1, 2]", '$.type: a list; expected "FeatureCollection" or "Feature"'),
    "no type": (b'{"a": 1}', '$.type: missing; expected "FeatureCollection" or "Feature"'),
    "another type": (b'{"type": "Point"}', '$.type: \'Point\'; expected "FeatureCollection" or "Feature"'),
    "another type, with features": (
        b'{"type": "Topology", "features": [{}]}',
        '$.type: \'Topology\'; expected "FeatureCollection" or "Feature"',
    ),
    "type behind the features": (
        b'{"features": [{}], "type": "Topology"}',
        '$.type: \'Topology\'; expected "FeatureCollection" or "Feature"',
    ),
    "type never": (b'{"features": [{}]}', '$.type: missing; expected "FeatureCollection" or "Feature"'),
    "no features": (b'{"type": "FeatureCollection"}', "$.features: missing; expected a list of at least one Feature"),
    "empty features": (
        b'{"type": "FeatureCollection", "features": []}',
        "$.features: an empty list; expected at least one Feature",
    ),
    "features as an object": (
        b'{"type": "FeatureCollection", "features": {"a": 1}}',
        "$.features: {'a': 1}; expected a list of Features",
    ),
    "cut off in a feature": (
        b'{"type": "FeatureCollection", "features": [{"id": 1}, {"id": 2',
        "$: cut off at byte 62 inside features[1]; expected complete JSON",
    ),
    "cut off behind a feature": (
        b'{"type": "FeatureCollection", "features": [{"id": 1}',
        "$: cut off at byte 52; expected complete JSON",
    ),
    "cut off behind the features": (
        b'{"type": "FeatureCollection", "features": [{"id": 1}]',
        "$: cut off at byte 53; expected complete JSON",
    ),
    "cut off in a string": (
        b'{"type": "FeatureCollection", "features": [{"id": "abc',
        "$: cut off at byte 54 inside features[0]; expected complete JSON",
    ),
    "cut off in a single feature": (
        b'{"type": "Feature", "id": "a", "properties": {',
        "$: cut off at byte 46 inside features[0]; expected complete JSON",
    ),
    "no comma": (
        b'{"type": "FeatureCollection", "features": [{} {}]}',
        "$: not JSON at byte 46; expected a comma or ] after features[0]",
    ),
    "a comma too many": (
        b'{"type": "FeatureCollection", "features": [{},]}',
        "$: not JSON at byte 46 inside features[1] (invalid character); expected JSON",
    ),
    "a member without a colon": (b'{"type" "Feature"}', "$: not JSON at byte 8; expected a colon"),
    "a member without quotes": (b'{type: "Feature"}', "$: not JSON at byte 1; expected the name of a member"),
    "text behind the collection": (
        b'{"type": "FeatureCollection", "features": [{}]} x',
        "$: more text at byte 48; expected nothing after the FeatureCollection",
    ),
    "nested too deep outside the features": (
        b'{"a": ' + b"[" * 9000 + b"]" * 9000 + b"}",
        "$: nested too deep at byte 6; expected less nesting",
    ),
    "separators alone": (b"\x1e\n\x1e\n", "$: an empty sequence; expected at least one Feature"),
    "gzip cut off": (
        gzip.compress(CONTAINERS["compact"])[:-12],
        "$: gzip is cut off after byte",
    ),
    "gzip damaged": (b"\x1f\x8b" + b"\x00" * 40, "$: gzip is damaged after byte 0; expected a sound gzip file"),
}


@pytest.mark.parametrize("block", [1 << 20, 16], ids=lambda size: f"blocks of {size}")
@pytest.mark.parametrize("case", BROKEN)
def test_a_bad_container_is_one_error(case: str, block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_stream, "BLOCK", block)
    data, text = BROKEN[case]
    with pytest.raises(ContainerError) as caught:
        list(stream_features(io.BytesIO(data)))
    assert str(caught.value).startswith(text)
    assert len(caught.value.problems) == 1


#: Malformed in itself: the feature as it stands in the file.
BAD_FEATURES: dict[str, bytes] = {
    "NaN": b'{"id": "x", "U": NaN}',
    "a comma too many": b'{"id": "x", "list": [1, 2,]}',
    "single quotes": b"{'id': 3}",
    "a control character": b'{"id": "\x01"}',
    "not UTF-8": b'{"id": "\xff"}',
    "nested deep": b'{"id": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    "brackets in a string": b'{"id": "}]{[", "U": NaN}',
    "escapes": b'{"id": "\\"}", "U": Infinity}',
    "no object": b"17",
}


@pytest.mark.parametrize("block", [1 << 20, 5], ids=lambda size: f"blocks of {size}")
@pytest.mark.parametrize("case", BAD_FEATURES)
def test_a_bad_feature_does_not_take_the_others_with_it(
    case: str, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_stream, "BLOCK", block)
    bad = BAD_FEATURES[case]
    good = b'{"type": "Feature", "id": "good"}'
    data = b'{"type": "FeatureCollection", "features": [' + good + b", " + bad + b" , " + good + b"]}"
    assert list(stream_features(io.BytesIO(data))) == [good, bad, good]
    if case != "no object":
        records = list(stream_features(io.BytesIO(good + b"\n" + bad + b"\n" + good + b"\n")))
        assert records == [good, bad, good]


def test_a_first_line_that_is_no_json_does_not_hide_the_others() -> None:
    good = b'{"type": "Feature", "id": "good"}'
    bad = b'{"type": "Feature", "id": "a" "b"}'
    assert list(stream_features(bad + b"\n" + good)) == [bad, good]


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(ContainerError, match="No such file or directory; expected a file that can be read"):
        list(stream_features("nowhere.geojson"))


def test_a_folder(tmp_path: Path) -> None:
    with pytest.raises(ContainerError, match="Is a directory; expected a file that can be read"):
        list(stream_features(tmp_path))


def test_a_file_opened_as_text() -> None:
    with pytest.raises(ContainerError, match="expected a file opened in binary mode"):
        list(stream_features(io.StringIO("{}")))  # type: ignore[arg-type]


def test_members_of_gzip_follow_one_another() -> None:
    data = CONTAINERS["lines"]
    packed = gzip.compress(data[:40]) + gzip.compress(data[40:]) + b"\0" * 20
    assert len(list(stream_features(packed))) == len(FEATURES)


class Endless(io.RawIOBase):
    """A file made up while it is read, and never held."""

    def __init__(self, make: Callable[[int], bytes], count: int) -> None:
        self._parts = self._all(make, count)
        self._rest = b""

    @staticmethod
    def _all(make: Callable[[int], bytes], count: int) -> Iterator[bytes]:
        yield b'{"type": "FeatureCollection", "features": ['
        for i in range(count):
            yield (b"," if i else b"") + make(i)
        yield b"]}"

    def read(self, size: int = -1) -> bytes:
        while len(self._rest) < size:
            part = next(self._parts, b"")
            if not part:
                break
            self._rest += part
        block, self._rest = self._rest[:size], self._rest[size:]
        return block


@pytest.mark.parametrize("count", [2_000, 8_000])
def test_memory_does_not_grow_with_the_file(count: int) -> None:
    padding = "x" * 4000

    def make(i: int) -> bytes:
        return f'{{"type": "Feature", "id": "{i}", "properties": {{"p": "{padding}"}}}}'.encode()

    tracemalloc.start()
    total = sum(1 for _ in stream_features(Endless(make, count)))  # type: ignore[arg-type]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert total == count
    assert peak < 8 << 20


def test_a_small_gzip_that_unfolds_far_stays_small() -> None:
    feature = b'{"type": "Feature", "id": "a", "properties": {"p": "' + b"x" * 100_000 + b'"}}\n'
    packed = gzip.compress(feature * 300)
    tracemalloc.start()
    assert sum(1 for _ in stream_features(packed)) == 300
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 << 20


def test_a_feature_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_stream, "MAX_FEATURE", 1 << 20)
    data = b'{"type": "FeatureCollection", "features": [{"id": "' + b"x" * (4 << 20) + b'"}]}'
    with pytest.raises(ContainerError, match=r"a feature longer than 1 MB at byte 43; expected shorter features"):
        list(stream_features(io.BytesIO(data)))
