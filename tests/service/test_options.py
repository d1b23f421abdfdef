"""Settings that the command line writes as text."""

from __future__ import annotations

import re

import pytest

from buem.errors import OptionError
from buem.service.options import Limits, ServiceOptions, Smtp, read_limits, read_smtp


def test_limits():
    assert read_limits(()) == Limits()
    assert read_limits(("job_creation=20", "items=100000", "job_creation=30")) == Limits(job_creation=30, items=100_000)


@pytest.mark.parametrize("text", ["", "job_creation", "job_creation=", "job_creation=0", "job_creation=-1", "jobs=10",
                                  "status=1e3", "status=10000000000", "items=999", "status=٣", "=5"])
def test_limits_refuse(text):
    with pytest.raises(OptionError, match=r"^limit: .*; expected NAME=N with one of job_creation, status, templates"):
        read_limits((text,))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", Smtp(sender="a@b.c")),
        ("smtp://mail.example.com", Smtp(host="mail.example.com", port=25, sender="a@b.c")),
        ("smtps://mail.example.com", Smtp(host="mail.example.com", port=465, sender="a@b.c", security="tls")),
        ("smtp+starttls://u%40x:p%3Ay@mail.example.com:2525/",
         Smtp(host="mail.example.com", port=2525, sender="a@b.c", security="starttls", username="u@x", password="p:y")),
    ],
)
def test_smtp(url, expected):
    assert read_smtp(url, "a@b.c") == expected


@pytest.mark.parametrize("url", ["mail.example.com", "http://mail.example.com", "smtp://", "smtp://h:99999",
                                 "smtp://u:secret@h/path", "smtp://u:sécret@h", "smtp://h?x=1"])
def test_smtp_refuses_and_repeats_no_password(url):
    with pytest.raises(OptionError, match=r"^smtp: missing; expected smtp://") as refused:
        read_smtp(url, "a@b.c")
    assert "secret" not in str(refused.value)
    assert "sécret" not in str(refused.value)


@pytest.mark.parametrize("sender", ["", "nobody", "a@b.c\r\nBcc: x@y.z"])
def test_sender(sender):
    with pytest.raises(OptionError, match=r"^smtp_sender: "):
        read_smtp("", sender)


def test_allow_list_is_read_at_once():
    assert ServiceOptions(egress_allow=("hooks.intranet:8443",)).egress.allow == {("hooks.intranet", 8443)}
    with pytest.raises(OptionError, match=r"allow_egress: 'hooks.intranet'; expected HOST:PORT"):
        ServiceOptions(egress_allow=("hooks.intranet",))


@pytest.mark.parametrize(
    ("host", "keys", "asks"),
    [("127.0.0.1", None, False), ("localhost", None, False), ("::1", None, False), ("0.0.0.0", None, True),
     ("10.0.0.1", None, True), ("example.com", None, True), ("127.0.0.1", True, True), ("127.0.0.1", False, False),
     ("0.0.0.0", True, True)],
)
def test_keys_are_asked_for_elsewhere(host, keys, asks):
    assert ServiceOptions(host=host, keys=keys).asks_for_keys is asks


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.1", "example.com"])
def test_no_address_of_others_without_keys(host):
    with pytest.raises(OptionError, match=re.escape(f"expected keys on {host}, which other machines can reach")):
        ServiceOptions(host=host, keys=False)


@pytest.mark.parametrize("wrong", [{"port": -1}, {"workers": -1}, {"engines": 0}, {"sync_timeout": 0},
                                   {"max_job_items": 0}, {"lease": 0}, {"memory_per_building": "much"}])
def test_values_that_are_refused(wrong):
    with pytest.raises(OptionError):
        ServiceOptions(**wrong)


def test_where_the_store_is(tmp_path):
    assert ServiceOptions(folder=tmp_path).database_url == f"sqlite:///{tmp_path}/buem.sqlite3"
    assert ServiceOptions(database="postgresql+psycopg://x/y").database_url == "postgresql+psycopg://x/y"
