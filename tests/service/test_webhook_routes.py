"""Webhooks and deliveries over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
from rig import Receiver, receiving, serving_app
from standardwebhooks import Webhook

from buem.service.options import ServiceOptions
from buem.service.outbox import step

HOOKS, DELIVERIES = "/api/v1/batch/webhooks", "/api/v1/batch/deliveries"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@pytest.fixture
def allowing(options, receiver) -> ServiceOptions:
    return ServiceOptions(folder=options.folder, port=0, egress_allow=(receiver.allowed,))


@pytest.fixture
def client(allowing, sqlite_store) -> Iterator[httpx.Client]:
    with serving_app(allowing, sqlite_store) as made:
        yield made


def register(client: httpx.Client, url: str) -> dict[str, str]:
    answer = client.post(HOOKS, json={"webhook": {"url": url, "events": ["job_completed", "job_failed"],
                                                  "description": "ours"}})
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"{HOOKS}/{answer.json()['data']['id']}"
    return answer.json()["data"]


def test_the_secret_is_shown_once(client, receiver):
    made = register(client, receiver.url)
    assert list(made) == ["id", "url", "events", "description", "status", "created_at", "disabled_at", "secret"]
    secret = made.pop("secret")
    assert client.get(HOOKS).json() == {"data": {"webhooks": [made]}}
    assert client.get(f"{HOOKS}/{made['id']}").json() == {"data": made}
    assert secret not in client.get(HOOKS).text


def test_try_out_and_read_the_delivery(client, receiver, allowing, sqlite_store):
    made = register(client, receiver.url)
    answer = client.post(f"{HOOKS}/{made['id']}/test")
    assert answer.status_code == 202
    assert answer.json()["data"]["status"] == "pending"
    step(sqlite_store, allowing, datetime.now(UTC))
    headers, body = receiver.received[0]
    Webhook(made["secret"]).verify(body, headers)
    delivery = client.get(answer.headers["Location"]).json()["data"]
    assert (delivery["status"], delivery["last_status"], delivery["attempts"]) == ("sent", 204, 1)
    assert delivery["payload"]["event"]["type"] == "webhook_test"


def test_dead_letters_are_read_and_sent_again(client, receiver, allowing, sqlite_store):
    receiver.answers = [(410, {}), (200, {})]
    made = register(client, receiver.url)
    client.post(f"{HOOKS}/{made['id']}/test")
    step(sqlite_store, allowing, datetime.now(UTC))
    dead = client.get(DELIVERIES, params={"status": "dead", "webhook_id": made["id"]}).json()["data"]["deliveries"]
    assert [(one["event"], one["last_status"]) for one in dead] == [("webhook_test", 410)]
    assert client.get(f"{HOOKS}/{made['id']}").json()["data"]["status"] == "disabled"
    assert client.post(f"{HOOKS}/{made['id']}/test").status_code == 409
    again = client.post(f"{DELIVERIES}/{dead[0]['id']}/resend")
    assert (again.status_code, again.json()["data"]["status"]) == (202, "pending")
    step(sqlite_store, allowing, datetime.now(UTC))
    assert client.get(f"{DELIVERIES}/{dead[0]['id']}").json()["data"]["status"] == "sent"
    refused = client.post(f"{DELIVERIES}/{dead[0]['id']}/resend")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "INVALID_STATE")


def test_delete(client, receiver):
    made = register(client, receiver.url)
    client.post(f"{HOOKS}/{made['id']}/test")
    assert client.delete(f"{HOOKS}/{made['id']}").json() == {"data": {"id": made["id"], "deleted": True}}
    assert client.delete(f"{HOOKS}/{made['id']}").status_code == 404
    assert client.get(DELIVERIES).json()["data"] == {"deliveries": [], "next_cursor": None}


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "http://169.254.169.254/", "https://localhost.:99/", "x", 7])
def test_register_refuses(client, url):
    answer = client.post(HOOKS, json={"webhook": {"url": url, "events": ["job_failed"]}})
    assert answer.status_code == 400
    assert answer.json()["error"]["details"][0]["field"] == "webhook.url"


@pytest.mark.parametrize("query", ["status=gone", "kind=fax", "limit=0", "cursor=none", "colour=red"])
def test_list_refuses(client, query):
    assert client.get(f"{DELIVERIES}?{query}").status_code in (400, 404)


def test_pages(client, receiver):
    made = register(client, receiver.url)
    names = {client.post(f"{HOOKS}/{made['id']}/test").json()["data"]["id"] for _ in range(5)}
    found, cursor = [], None
    for _ in range(3):
        page = client.get(DELIVERIES, params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()["data"]
        found += [one["id"] for one in page["deliveries"]]
        cursor = page["next_cursor"]
    assert (len(found), set(found), cursor) == (5, names, None)
