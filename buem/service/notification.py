"""Who is told when a job has ended: the `notification` of jobs and schedules."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from buem.errors import InputError, Problem, problem
from buem.service.addresses import read_url
from buem.service.egress import Egress, EgressRefusedError, check_target
from buem.service.unknown import unknown_problems

#: Severities, with the X-Priority that mail programs know.
SEVERITIES: Final[Mapping[str, str]] = {"low": "5 (Lowest)", "normal": "3 (Normal)", "high": "2 (High)",
                                        "critical": "1 (Highest)"}
OCCASIONS: Final = ("on_completion", "on_failure")
MOST_ADDRESSES: Final = 20
_NAMES: Final = ("email", "webhook", "severity")
#: Without quoted names, comments and white space, so that no address can bring a second header or receiver along.
_ADDRESS: Final = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?=.{1,253}\Z)[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")


@dataclass(frozen=True, kw_only=True)
class Notice:
    """Who is told of one occasion, and how urgently."""

    email: tuple[str, ...] = ()
    webhook: str | None = None
    #: Of `SEVERITIES`.
    severity: str = "normal"


def read_notification(given: object, path: str, egress: Egress, problems: list[Problem]) -> None:
    """Look at a `notification`; what is wrong with it goes to the problems.

    Parameters
    ----------
    given : object
        `{on_completion: {email[], webhook, severity}, on_failure: {...}}`; None for none.
    path : str
        Where it stands.
    egress : Egress
        What a webhook may be.
    problems : list of Problem
        Extended.
    """
    if given is None:
        return
    if not isinstance(given, dict):
        problems.append(problem(path, given, "an object with on_completion and on_failure", "WRONG_TYPE"))
        return
    problems += unknown_problems(given, path, OCCASIONS)
    for name, occasion in ((name, given[name]) for name in OCCASIONS if name in given):
        where = f"{path}.{name}"
        if not isinstance(occasion, dict):
            problems.append(problem(where, occasion, f"an object with {', '.join(_NAMES)}", "WRONG_TYPE"))
        else:
            _read_occasion(occasion, where, egress, problems)


def _read_occasion(given: Mapping[str, Any], path: str, egress: Egress, problems: list[Problem]) -> None:
    problems += unknown_problems(given, path, _NAMES)
    email = given.get("email", [])
    if not isinstance(email, list) or len(email) > MOST_ADDRESSES:
        problems.append(problem(f"{path}.email", email, f"a list of at most {MOST_ADDRESSES} addresses", "WRONG_TYPE"))
    else:
        problems += [problem(f"{path}.email[{at}]", address, "an address such as name@example.com", "INVALID_EMAIL")
                     for at, address in enumerate(email) if not is_address(address)]
    severity = given.get("severity", "normal")
    if not isinstance(severity, str) or severity not in SEVERITIES:
        problems.append(problem(f"{path}.severity", severity, f"one of {', '.join(SEVERITIES)}"))
    if given.get("webhook") is not None:
        problems += check_url(given["webhook"], f"{path}.webhook", egress)


def check_url(given: object, path: str, egress: Egress) -> list[Problem]:
    """What is wrong with the URL of a webhook, as far as it can be seen without a look-up.

    Parameters
    ----------
    given : object
        From a request.
    path : str
        Where it stands.
    egress : Egress
        What may be called.

    Returns
    -------
    list of Problem
    """
    if not isinstance(given, str):
        return [problem(path, given, "an http or https URL", "WRONG_TYPE")]
    try:
        check_target(read_url(given, path), egress)
    except InputError as error:
        return list(error.problems)
    except EgressRefusedError as error:
        return [problem(path, given, f"a URL that may be called ({error})", "EGRESS_REFUSED")]
    return []


def is_address(given: object) -> bool:
    """Whether a value is an address of mail that can stand in a header as it is."""
    return isinstance(given, str) and _ADDRESS.fullmatch(given) is not None and ".." not in given


def notice_of(notification: Mapping[str, Any] | None, occasion: str) -> Notice:
    """Who is told of an occasion, from a notification that was looked at.

    Parameters
    ----------
    notification : mapping or None
        As it is stored.
    occasion : str
        Of `OCCASIONS`.

    Returns
    -------
    Notice
    """
    found = (notification or {}).get(occasion, {})
    return Notice(email=tuple(found.get("email", ())), webhook=found.get("webhook"),
                  severity=found.get("severity", "normal"))


def _wants_mail(notification: Mapping[str, Any] | None) -> bool:
    """Whether any address is to be written to."""
    return any(notice_of(notification, occasion).email for occasion in OCCASIONS)


def mail_warnings(notification: Mapping[str, Any] | None, smtp_host: str) -> list[str]:
    """What an answer warns of: addresses that will not be written to.

    Parameters
    ----------
    notification : mapping or None
        As it is stored.
    smtp_host : str
        Host of the mail server; empty for none.

    Returns
    -------
    list of str
    """
    if smtp_host or not _wants_mail(notification):
        return []
    return ["notification: no mail server is configured (--smtp), so its e-mails are recorded as not_sent"]
