"""Who may be told, and what is refused."""

from __future__ import annotations

import pytest

from buem.errors import Problem
from buem.service.egress import Egress
from buem.service.notification import SEVERITIES, Notice, is_address, mail_warnings, notice_of, read_notification

SEED = {
    "on_completion": {"email": ["manager@example.com"], "webhook": "https://example.com/webhook"},
    "on_failure": {"email": ["admin@example.com"], "severity": "high"},
}


def problems_of(given: object) -> list[tuple[str, str]]:
    problems: list[Problem] = []
    read_notification(given, "notification", Egress(), problems)
    return [(one.path.removeprefix("notification"), one.code) for one in problems]


@pytest.mark.parametrize("given", [None, {}, SEED, {"on_failure": {}}, {"on_failure": {"webhook": None}},
                                   *({"on_failure": {"severity": one}} for one in SEVERITIES)])
def test_sound(given):
    assert problems_of(given) == []


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param([], [("", "WRONG_TYPE")], id="a list"),
        pytest.param({"on_start": {}}, [(".on_start", "UNKNOWN_FIELD")], id="unknown occasion"),
        pytest.param({"on_failure": "a@b.c"}, [(".on_failure", "WRONG_TYPE")], id="a text"),
        pytest.param({"on_failure": {"sms": "1"}}, [(".on_failure.sms", "UNKNOWN_FIELD")], id="unknown way"),
        pytest.param({"on_failure": {"email": "a@b.c"}}, [(".on_failure.email", "WRONG_TYPE")], id="no list"),
        pytest.param({"on_failure": {"email": ["a@b.c"] * 21}}, [(".on_failure.email", "WRONG_TYPE")], id="21"),
        pytest.param({"on_failure": {"email": ["a@b.c", "x"]}}, [(".on_failure.email[1]", "INVALID_EMAIL")], id="no @"),
        pytest.param({"on_failure": {"severity": "urgent"}}, [(".on_failure.severity", "INVALID_VALUE")], id="word"),
        pytest.param({"on_failure": {"severity": []}}, [(".on_failure.severity", "INVALID_VALUE")], id="severity list"),
        pytest.param({"on_failure": {"webhook": "https://10.0.0.1/"}}, [(".on_failure.webhook", "EGRESS_REFUSED")],
                     id="private address"),
        pytest.param({"on_failure": {"webhook": "https://example.com:8443/"}},
                     [(".on_failure.webhook", "EGRESS_REFUSED")], id="port"),
        pytest.param({"on_failure": {"webhook": "ftp://example.com/"}}, [(".on_failure.webhook", "INVALID_URL")],
                     id="ftp"),
        pytest.param({"on_failure": {"webhook": 7}}, [(".on_failure.webhook", "WRONG_TYPE")], id="a number"),
    ],
)
def test_refused(given, expected):
    assert problems_of(given) == expected


@pytest.mark.parametrize("address", ["a@b.c", "manager@example.com", "x+y.z@sub.example.org", "a@localhost",
                                     "o'b@c.de"])
def test_addresses(address):
    assert is_address(address)


@pytest.mark.parametrize(
    "address",
    ["", "a", "a@", "@b", "a@b@c", "a b@c.de", "a@b.c\r\nBcc: x@y.z", "a@b.c\n", "\r\na@b.c", "a@b.c, d@e.f",
     "A <a@b.c>", '"a b"@c.de', "a@b..c", "a..b@c.de", "a@-b.de", "a@b.de-", "ä@b.de", "a@" + "b" * 254,
     "a" * 65 + "@b.c", "a@b.c\0", None, 7, ["a@b.c"]],
)
def test_no_addresses(address):
    assert not is_address(address)


def test_notice_of():
    assert notice_of(SEED, "on_failure") == Notice(email=("admin@example.com",), severity="high")
    assert notice_of(SEED, "on_completion").webhook == "https://example.com/webhook"
    assert notice_of(None, "on_failure") == notice_of({}, "on_failure") == Notice()


def test_mail_warnings():
    assert mail_warnings(SEED, "mail.example.com") == []
    assert mail_warnings({"on_failure": {"webhook": "https://example.com/"}}, "") == []
    assert mail_warnings(SEED, "") == [
        "notification: no mail server is configured (--smtp), so its e-mails are recorded as not_sent"]
