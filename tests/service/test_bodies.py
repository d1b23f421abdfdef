"""Bodies: packed or not, too long, and no JSON."""

from __future__ import annotations

import gzip

import pytest

from buem.service.bodies import decode_object, unpack
from buem.service.errors import ApiError


def test_members_one_after_another():
    assert unpack(gzip.compress(b"ab") + gzip.compress(b"cd"), 100) == b"abcd"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(gzip.compress(b"x" * 101), 413, id="longer than allowed"),
        pytest.param(gzip.compress(b"abc")[:-5], 400, id="cut off"),
        pytest.param(b"\x1f\x8b\x08nonsense", 400, id="no gzip"),
        pytest.param(gzip.compress(b"ab") + b"tail", 400, id="something behind it"),
    ],
)
def test_packed_bodies_that_are_refused(body, status):
    with pytest.raises(ApiError) as caught:
        unpack(body, 100)
    assert caught.value.kind.status == status


def test_a_bomb_is_left_by_its_ratio():
    bomb = gzip.compress(b" " * 20_000_000, 9)
    with pytest.raises(ApiError, match="grows beyond"):
        unpack(bomb, 10**12)


def test_an_object():
    assert decode_object(b'{"a": [1, {"b": null}]}') == {"a": [1, {"b": None}]}


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"1", b'"x"', b"\xff", b"{'a': 1}", b'{"a":' * 2000,
                                  b'{"a":' * 80 + b"1" + b"}" * 80, b'{"a": NaN}'])
def test_what_is_no_object(body):
    with pytest.raises(ApiError) as caught:
        decode_object(body)
    assert caught.value.kind.code == "VALIDATION_ERROR"
