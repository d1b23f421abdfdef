"""Files in pieces: offsets, lengths and checksums, each proved before anything reads the file."""

from __future__ import annotations

import hashlib

import httpx
import pytest
from rig import serving_app

UPLOADS = "/api/v1/uploads"


@pytest.fixture
def client(options, sqlite_store):
    with serving_app(options, sqlite_store) as made:
        yield made


def announced(client: httpx.Client, **body) -> str:
    answer = client.post(UPLOADS, json=body)
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"{UPLOADS}/{answer.json()['data']['upload_id']}"
    return answer.json()["data"]["upload_id"]


def test_in_pieces(client, options):
    data = bytes(range(256)) * 5
    name = announced(client, name="city.geojson", size=len(data), sha256=hashlib.sha256(data).hexdigest())
    for start in range(0, len(data), 500):
        answer = client.patch(f"{UPLOADS}/{name}", content=data[start : start + 500],
                              headers={"Upload-Offset": str(start)})
        assert answer.headers["upload-offset"] == str(min(start + 500, len(data)))
    assert client.get(f"{UPLOADS}/{name}").headers["upload-offset"] == str(len(data))
    done = client.post(f"{UPLOADS}/{name}/complete").json()["data"]
    assert (done["status"], done["received"]) == ("complete", len(data))
    assert (options.folder / "uploads" / name).read_bytes() == data
    # A second time it is what it was; more is not taken.
    assert client.post(f"{UPLOADS}/{name}/complete").json()["data"] == done
    assert client.patch(f"{UPLOADS}/{name}", content=b"x").status_code == 409


@pytest.mark.parametrize("offset", ["1", "-1", "", "x", "٠", "0x0", "9" * 5000, "0.0"])
def test_an_offset_that_is_not_where_the_file_ends(client, offset):
    name = announced(client)
    answer = client.patch(f"{UPLOADS}/{name}", content=b"abc", headers=[(b"Upload-Offset", offset.encode())])
    assert (answer.status_code, answer.headers.get("upload-offset")) == (409, "0")
    assert client.get(f"{UPLOADS}/{name}").json()["data"]["received"] == 0


def test_longer_than_announced(client):
    name = announced(client, size=3)
    assert client.patch(f"{UPLOADS}/{name}", content=b"abcd").status_code == 413
    assert client.patch(f"{UPLOADS}/{name}", content=b"abc").status_code == 200


def test_not_whole_or_another_content(client):
    name = announced(client, size=3)
    client.patch(f"{UPLOADS}/{name}", content=b"ab")
    assert client.post(f"{UPLOADS}/{name}/complete").json()["error"]["details"][0]["code"] == "INCOMPLETE"
    client.patch(f"{UPLOADS}/{name}", content=b"c")
    answer = client.post(f"{UPLOADS}/{name}/complete", json={"sha256": "0" * 64})
    assert (answer.status_code, answer.json()["error"]["details"][0]["code"]) == (409, "CHECKSUM_MISMATCH")
    digest = hashlib.sha256(b"abc").hexdigest()
    assert client.post(f"{UPLOADS}/{name}/complete", json={"sha256": digest}).status_code == 200


@pytest.mark.parametrize("body", [{"name": ""}, {"name": "x" * 256}, {"name": None}, {"name": 5}, {"size": -1},
                                  {"size": 1.5}, {"size": True}, {"size": 10**15}, {"sha256": "x"},
                                  {"sha256": "A" * 64}, {"path": "/etc/passwd"}])
def test_what_cannot_be_announced(client, body):
    answer = client.post(UPLOADS, json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize("digest", [5, "x", "A" * 64, ["0" * 64]])
def test_a_checksum_that_is_none(client, digest):
    assert client.post(f"{UPLOADS}/{announced(client)}/complete", json={"sha256": digest}).status_code == 400


def test_whole_numbers_may_come_with_a_point(client):
    name = announced(client, size=3.0)
    assert client.get(f"{UPLOADS}/{name}").json()["data"]["size"] == 3


def test_deleted(client, options):
    name = announced(client)
    assert client.delete(f"{UPLOADS}/{name}").json() == {"data": {"upload_id": name, "deleted": True}}
    assert not (options.folder / "uploads" / name).exists()
    for answer in (client.get(f"{UPLOADS}/{name}"), client.patch(f"{UPLOADS}/{name}", content=b"x"),
                   client.delete(f"{UPLOADS}/{name}"), client.post(f"{UPLOADS}/{name}/complete")):
        assert answer.status_code == 404
