"""What a registration says, and what its receiver gets: payload of the seed, signature of Standard Webhooks."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from buem.service.egress import Egress
from buem.service.errors import ApiError
from buem.service.webhooks import EVENTS, event_payload, new_secret, read_registration, signed

DETAILS = {"total_operations": 1000, "succeeded": 995, "failed": 5, "duration": "30m"}
AT = datetime(2025, 1, 19, 0, 52, 3, 123_456, tzinfo=UTC)


def test_payload_of_the_seed():
    # Word for word from the seed's "Webhook Payload Format".
    seed = """{
        "type": "batch_event",
        "timestamp": "2025-01-19T00:52:03.123Z",
        "event": {
            "type": "job_completed",
            "job_id": "batch12345",
            "details": {
                "total_operations": 1000,
                "succeeded": 995,
                "failed": 5,
                "duration": "30m"
            }
        }
    }"""
    made = event_payload("job_completed", "batch12345", DETAILS, AT)
    assert json.dumps(made) == json.dumps(json.loads(seed))


def test_timestamp_is_utc():
    local = AT.astimezone(timezone(timedelta(hours=9)))
    assert event_payload("job_failed", None, {}, local)["timestamp"] == "2025-01-19T00:52:03.123Z"


def test_signature_by_hand():
    """HMAC-SHA256 over id.timestamp.body, base64, as the specification writes it."""
    secret = "whsec_" + base64.b64encode(bytes(range(32))).decode()
    body, headers = signed(event_payload("job_completed", "j", DETAILS, AT), "msg_1", secret, AT)
    stamp = str(int(AT.timestamp()))
    mac = hmac.new(bytes(range(32)), f"msg_1.{stamp}.".encode() + body, hashlib.sha256).digest()
    assert headers == {"Content-Type": "application/json", "webhook-id": "msg_1", "webhook-timestamp": stamp,
                       "webhook-signature": "v1," + base64.b64encode(mac).decode()}


def test_a_receiver_can_verify():
    secret, now = new_secret(), datetime.now(UTC)
    body, headers = signed(event_payload("job_completed", "j", DETAILS, now), "msg_1", secret, now)
    assert Webhook(secret).verify(body, headers)["event"]["job_id"] == "j"
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body + b" ", headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify(body, headers)


def test_registration():
    given = {"url": "https://example.com/hook", "description": "ours",
             "events": ["job_failed", "job_completed", "job_failed"]}
    made = read_registration(given, Egress())
    assert made.events == ("job_failed", "job_completed")
    assert made.description == "ours"
    assert made.secret.startswith("whsec_")
    assert len(base64.b64decode(made.secret[6:])) == 32
    assert made.secret != read_registration({"url": "https://example.com/"}, Egress()).secret


def test_registration_without_events_is_for_all():
    assert read_registration({"url": "https://example.com/"}, Egress()).events == EVENTS


def test_secret_of_the_client():
    secret = "whsec_" + base64.b64encode(b"x" * 24).decode()
    assert read_registration({"url": "https://example.com/", "secret": secret}, Egress()).secret == secret


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        pytest.param(None, ["webhook", "webhook.url"], id="nothing"),
        pytest.param({}, ["webhook.url"], id="no url"),
        pytest.param({"url": "https://user:pass@example.com/"}, ["webhook.url"], id="user name"),
        pytest.param({"url": "http://[::ffff:10.0.0.1]/"}, ["webhook.url"], id="mapped address"),
        pytest.param({"url": "https://example.com/", "events": []}, ["webhook.events"], id="no events"),
        pytest.param({"url": "https://example.com/", "events": ["job_exploded"]}, ["webhook.events"], id="no event"),
        pytest.param({"url": "https://example.com/", "events": "job_failed"}, ["webhook.events"], id="event of a text"),
        pytest.param({"url": "https://example.com/", "events": [{}]}, ["webhook.events"], id="event of an object"),
        pytest.param({"url": "https://example.com/", "secret": "short"}, ["webhook.secret"], id="secret of no form"),
        pytest.param({"url": "https://example.com/", "secret": "whsec_YQ=="}, ["webhook.secret"], id="short secret"),
        pytest.param({"url": "https://example.com/", "secret": "whsec_!" + "a" * 40}, ["webhook.secret"], id="base64"),
        pytest.param({"url": "https://example.com/", "secret": None}, ["webhook.secret"], id="secret of null"),
        pytest.param({"url": "https://example.com/", "description": 7}, ["webhook.description"], id="description"),
        pytest.param({"url": "https://example.com/", "method": "GET"}, ["webhook.method"], id="unknown field"),
    ],
)
def test_registration_refuses(given, fields):
    with pytest.raises(ApiError) as refused:
        read_registration(given, Egress())
    assert refused.value.kind.status == 400
    assert [one.field for one in refused.value.details] == fields


def test_a_refused_secret_is_not_repeated():
    with pytest.raises(ApiError) as refused:
        read_registration({"url": "https://example.com/", "secret": "hunter2"}, Egress())
    assert "hunter2" not in str(refused.value.body())
