"""Letters, and a mail server that takes them."""

from __future__ import annotations

import email
import email.policy
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from buem.service.mail import MailError, letter, send_letter
from buem.service.options import Smtp
from buem.service.webhooks import event_payload

NOW = datetime(2025, 1, 19, 0, 52, 3, tzinfo=UTC)
PAYLOAD = event_payload("job_failed", "job_1", {"total_operations": 10, "succeeded": 0, "failed": 10}, NOW)


class Mailbox:
    """Takes letters; refuses those to nobody@."""

    def __init__(self) -> None:
        self.letters: list[tuple[str, list[str], EmailMessage]] = []

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        if address.startswith("nobody@"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.original_content or b""
        found = email.message_from_bytes(content, policy=email.policy.default)
        self.letters.append((envelope.mail_from or "", envelope.rcpt_tos, found))  # type: ignore[arg-type]
        return "250 taken"


def authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    given = isinstance(data, LoginPassword) and (data.login, data.password) == (b"buem", b"p@ss")
    return AuthResult(success=given, handled=False)


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, Smtp]]:
    box = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port, authenticator=authenticate, auth_require_tls=False)
    server.start()
    yield box, Smtp(host="127.0.0.1", port=port, sender="buem@example.com")
    server.stop()


@pytest.mark.parametrize(
    ("severity", "priority", "importance"),
    [("low", "5 (Lowest)", "low"), ("normal", "3 (Normal)", "normal"), ("high", "2 (High)", "high"),
     ("critical", "1 (Highest)", "high")],
)
def test_a_letter_as_it_arrives(mailbox, severity, priority, importance):
    box, smtp = mailbox
    send_letter(letter(PAYLOAD, "admin@example.com", severity, "msg_1", smtp.sender, NOW), smtp)
    sender, receivers, found = box.letters[0]
    assert (sender, receivers) == ("buem@example.com", ["admin@example.com"])
    assert found["Subject"] == f"[buem] [{severity}] job_failed job_1"
    assert (found["X-Priority"], found["Importance"]) == (priority, importance)
    assert (found["To"], found["From"]) == ("admin@example.com", "buem@example.com")
    assert found["Message-ID"] == "<msg_1@example.com>"
    assert found["Date"] == "Sun, 19 Jan 2025 00:52:03 +0000"
    assert found.get_content().splitlines() == [
        "job_failed at 2025-01-19T00:52:03.000Z", "job: job_1", f"severity: {severity}", "total_operations: 10",
        "succeeded: 0", "failed: 10"]


@pytest.mark.parametrize("address", ["a@b.c\r\nBcc: x@y.z", "a@b.c\nX: y", "a@b.c, d@e.f", ""])
def test_no_address_brings_a_header_along(address):
    with pytest.raises(MailError, match="is no address"):
        letter(PAYLOAD, address, "low", "msg_1", "buem@example.com", NOW)
    with pytest.raises(MailError, match="is no address"):
        letter(PAYLOAD, "a@b.c", "low", "msg_1", address, NOW)


def test_no_job_brings_a_header_along():
    payload = event_payload("job_failed", "x\r\nBcc: a@b.c", {}, NOW)
    written = letter(payload, "a@b.c", "low", "msg_1", "buem@example.com", NOW)
    assert written["Subject"] == "[buem] [low] job_failed x Bcc: a@b.c"
    assert "Bcc" not in written


def test_a_letter_that_is_not_taken(mailbox):
    box, smtp = mailbox
    with pytest.raises(MailError, match="no such mailbox"):
        send_letter(letter(PAYLOAD, "nobody@example.com", "low", "msg_1", smtp.sender, NOW), smtp)
    assert box.letters == []


def test_nobody_there():
    with socket.create_server(("127.0.0.1", 0)) as free:
        smtp = Smtp(host="127.0.0.1", port=free.getsockname()[1], timeout=2.0)
    with pytest.raises(MailError, match=r"^127\.0\.0\.1:\d+: .*refused"):
        send_letter(letter(PAYLOAD, "a@b.c", "low", "msg_1", "buem@localhost", NOW), smtp)


def test_a_server_that_says_nothing():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        smtp = Smtp(host="127.0.0.1", port=silent.getsockname()[1], timeout=0.2)
        with pytest.raises(MailError, match="timed out"):
            send_letter(letter(PAYLOAD, "a@b.c", "low", "msg_1", "buem@localhost", NOW), smtp)


def test_login(mailbox):
    box, smtp = mailbox
    written = letter(PAYLOAD, "a@b.c", "low", "msg_1", "buem@localhost", NOW)
    send_letter(written, Smtp(host=smtp.host, port=smtp.port, username="buem", password="p@ss"))
    assert len(box.letters) == 1
    with pytest.raises(MailError, match="Authentication credentials invalid"):
        send_letter(written, Smtp(host=smtp.host, port=smtp.port, username="buem", password="wrong"))


def test_starttls_is_not_passed_over(mailbox):
    """A server that offers none gets no letter in the clear."""
    box, smtp = mailbox
    written = letter(PAYLOAD, "a@b.c", "low", "msg_1", "buem@localhost", NOW)
    with pytest.raises(MailError, match="STARTTLS"):
        send_letter(written, Smtp(host=smtp.host, port=smtp.port, security="starttls"))
    assert box.letters == []
