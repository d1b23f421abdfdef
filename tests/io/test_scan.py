"""Features one after another, and their ids without reading the rest."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buem.errors import ContainerError
from buem.io.scan import early_id, feature_id, scan_features


@pytest.mark.parametrize(("feature", "expected"), [
    ({"type": "Feature", "id": "a"}, "a"), ({"id": "a", "type": "Feature"}, "a"), ({"type": "Feature", "id": 7}, "7"),
    ({"type": "Feature", "id": 7.0}, "7"), ({"type": "Feature", "id": 7.5}, None),
    ({"type": "Feature", "id": "é"}, "é"),
    ({"type": "Feature", "id": 'say "a"'}, 'say "a"'), ({"type": "Feature", "id": "back\\slash"}, "back\\slash"),
    ({"type": "Feature", "id": ""}, None), ({"type": "Feature", "id": None}, None), ({"type": "Feature"}, None),
    ({"type": "Feature", "id": []}, None), ({"type": "Feature", "id": True}, None),
    ({"type": "Feature", "properties": {"id": "inner"}}, None)], ids=str)
def test_the_id_of_a_feature(feature, expected):
    raw = json.dumps(feature).encode()
    assert feature_id(raw) == expected
    assert feature_id(json.dumps(feature, indent=1, ensure_ascii=False).encode()) == expected


@given(st.text(max_size=30))
def test_a_quick_look_finds_what_the_decoder_does(name):
    """The quick look takes an id of plain characters; all others go through the decoder."""
    first = feature_id(json.dumps({"type": "Feature", "id": name}).encode())
    assert first == feature_id(json.dumps({"x": 1, "type": "Feature", "id": name}).encode())
    assert first is None or first == name.strip() or first == name


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"5", b"null", b'{"id": "\xff"}', b'{"id":' * 3000,
                                 b'{"id": 1e999}'])
def test_what_is_malformed_has_no_id(raw):
    assert feature_id(raw) is None


def test_the_last_of_two_ids_counts_as_in_every_reader():
    raw = b'{"x": 0, "id": "a", "id": "b", "type": "Feature"}'
    assert feature_id(raw) == "b" == json.loads(raw)["id"]


@pytest.mark.parametrize(("raw", "expected"), [
    (b'{"type":"Feature","id":"a"}', "a"), (b' { "type" : "Feature" , "id" : "a b" , "id": "c"}', "a b"),
    (b'{"id":"a","type":"Feature"}', None), (b'{"type":"Feature","id":7}', None), (b'{"type":"Feature","id":""}', None),
    (rb'{"type":"Feature","id":"a\n"}', None), (b"", None)])
def test_an_id_at_the_beginning(raw, expected):
    assert early_id(raw) == expected


def scanned(text):
    return [(f.index, f.raw) for f in scan_features(io.BytesIO(text))]


@pytest.mark.parametrize("text", [
    b'{"type":"FeatureCollection","features":[{"a":1},{"b":2}]}',
    b'\xef\xbb\xbf{"type":"FeatureCollection","features":[{"a":1},{"b":2}]}',
    b'{\r\n"features": [{"a":1}\r\n,\r\n{"b":2}],"type":"FeatureCollection"}\r\n'])
def test_places_count_from_0(text):
    assert scanned(text) == [(0, b'{"a":1}'), (1, b'{"b":2}')]


@pytest.mark.parametrize("text", [b'{"type":"FeatureCollection","features":[]}',
                                  b'{"type":"FeatureCollection","features":[ ] }'])
def test_none_at_all_is_refused(text):
    with pytest.raises(ContainerError, match=r"\$\.features: an empty list; expected at least one Feature"):
        scanned(text)


@pytest.mark.parametrize("text", [b"", b"   ", b"hello", b'{"type":"FeatureCollection","features":[{"a":1}',
                                  b'{"type":"FeatureCollection"}', b"\x00\x01\x02"])
def test_no_collection_at_all(text):
    with pytest.raises(ContainerError):
        scanned(text)
