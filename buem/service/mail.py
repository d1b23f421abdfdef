"""E-mail to those who asked for it, over SMTP."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any, Final

from buem.errors import BuemError
from buem.service.notification import SEVERITIES, is_address
from buem.service.options import Smtp

_IMPORTANCE: Final = {"low": "low", "normal": "normal", "high": "high", "critical": "high"}


class MailError(BuemError):
    """The mail server did not take a letter."""


def letter(payload: Mapping[str, Any], to: str, severity: str, delivery_id: str, sender: str, now: datetime
           ) -> EmailMessage:
    """The letter that tells of an event.

    Parameters
    ----------
    payload : mapping
        As webhooks get it.
    to : str
        One address.
    severity : str
        Of `SEVERITIES`: stands in the subject and in X-Priority.
    delivery_id : str
        Becomes the Message-ID, so that a letter sent twice is seen to be one.
    sender : str
        Address of the service.
    now : datetime
        The time.

    Returns
    -------
    EmailMessage

    Raises
    ------
    MailError
        When an address could bring more than itself into a header.
    """
    for address in (to, sender):
        if not is_address(address):
            raise MailError(f"{address!r} is no address such as name@example.com")
    event = payload["event"]
    details = event["details"]
    written = EmailMessage()
    written["Subject"] = _one_line(f"[buem] [{severity}] {event['type']} {event['job_id'] or ''}".rstrip())
    written["From"], written["To"] = sender, to
    written["Date"] = format_datetime(now)
    written["Message-ID"] = f"<{delivery_id}@{sender.rpartition('@')[2]}>"
    written["X-Priority"], written["Importance"] = SEVERITIES[severity], _IMPORTANCE[severity]
    written["Auto-Submitted"] = "auto-generated"
    lines = [f"{event['type']} at {payload['timestamp']}", f"job: {event['job_id'] or 'none'}", f"severity: {severity}",
             *(f"{name}: {value}" for name, value in details.items())]
    written.set_content("\n".join(lines) + "\n")
    return written


def send_letter(written: EmailMessage, smtp: Smtp) -> None:
    """Give a letter to the mail server.

    Parameters
    ----------
    written : EmailMessage
        Of `letter`.
    smtp : Smtp
        The server.

    Raises
    ------
    MailError
        When it is not there or does not take it.
    """
    try:
        with _open(smtp) as line:
            if smtp.username:
                line.login(smtp.username, smtp.password)
            line.send_message(written)
    except (OSError, ValueError, smtplib.SMTPException) as error:
        raise MailError(f"{smtp.host}:{smtp.port}: {_one_line(str(error))}") from None


def _open(smtp: Smtp) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if smtp.security == "tls":
        return smtplib.SMTP_SSL(smtp.host, smtp.port, timeout=smtp.timeout, context=context)
    line = smtplib.SMTP(smtp.host, smtp.port, timeout=smtp.timeout)
    if smtp.security == "starttls":
        try:
            line.starttls(context=context)
        except (OSError, smtplib.SMTPException):
            line.close()
            raise
    return line


def _one_line(text: str) -> str:
    return " ".join(text.split())[:200]
