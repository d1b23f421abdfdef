"""Every setting of the service, in one record."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import timedelta
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from buem.batch.plan import RunOptions
from buem.errors import OptionError, Problem, problem
from buem.service.egress import Egress, read_allowed
from buem.service.notification import is_address

MEGABYTE: Final = 1_000_000
#: A batch of this size must fit into an hour.
_FEWEST_ITEMS: Final = 1000
_SMTP: Final = {"smtp": ("none", 25), "smtp+starttls": ("starttls", 587), "smtps": ("tls", 465)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Requests an hour of one key, or of one client address where there are no keys."""

    #: New jobs; a job costs one whatever its size.
    job_creation: int = 10
    #: Reads of the status of a job.
    status: int = 600
    #: Changes and reads of templates.
    templates: int = 100
    #: Items of `/buildings/batch` and features of `/api/geojson`, one each.
    items: int = 6000
    #: Everything else but health, figures, pages and their files, which cost nothing.
    other: int = 36_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Smtp:
    """The server that takes the service's mail."""

    host: str = ""
    port: int = 25
    #: Address the mail comes from.
    sender: str = "buem@localhost"
    username: str = ""
    password: str = ""
    #: "none", "starttls" or "tls".
    security: str = "none"
    #: Longest wait for the server. [s]
    timeout: float = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceOptions:
    """How the service runs."""

    host: str = "127.0.0.1"
    #: 0 for any free port.
    port: int = 5000
    #: Where database, inputs, results and uploads lie.
    folder: Path = Path("buem-service")
    #: A SQLAlchemy URL; a SQLite file in the folder when empty.
    database: str = ""
    #: Processes that run the units of jobs.
    workers: int = 2
    #: Processes that answer requests that wait.
    engines: int = 1
    #: As `RunOptions.memory_per_building`.
    memory_per_building: int | str = "5MB"
    #: Whether a key is asked for; None for "yes, unless only this machine can reach the service".
    keys: bool | None = None
    limits: Limits = field(default_factory=Limits)
    #: Longest time a request waits for its answer. [s]
    sync_timeout: float = 120.0
    #: Most buildings that are answered without a job.
    sync_buildings: int = 1000
    #: Longest body of a request, as it comes and unpacked. [B]
    body_limit: int = 64 * MEGABYTE
    #: Longest upload. [B]
    upload_limit: int = 20_000 * MEGABYTE
    #: Most operations of a job.
    max_job_items: int = 1_000_000
    #: How long a worker's claim holds without a sign of life. [s]
    lease: float = 30.0
    #: Jobs, results and stored answers go after this time.
    keep_jobs: timedelta = timedelta(days=30)
    smtp: Smtp = field(default_factory=Smtp)
    #: Hosts that files may be fetched from and webhooks sent to, although their addresses are not public.
    egress_allow: tuple[str, ...] = ()
    #: Longest wait for the database. [s]
    database_timeout: float = 30.0

    def __post_init__(self) -> None:
        wrong = [*_check_numbers(self)]
        if self.keys is False and not self.is_loopback:
            wrong.append(problem("keys", "off", f"keys on {self.host}, which other machines can reach"))
        if wrong:
            raise OptionError(wrong)
        _ = self.run_options, self.egress

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the service."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def asks_for_keys(self) -> bool:
        """Whether a request needs a key."""
        return not self.is_loopback if self.keys is None else self.keys

    @property
    def database_url(self) -> str:
        """The SQLAlchemy URL of the store."""
        return self.database or f"sqlite:///{(self.folder / 'buem.sqlite3').resolve()}"

    @property
    def egress(self) -> Egress:
        """What the service may call by itself."""
        return Egress(allow=read_allowed(self.egress_allow))

    @property
    def run_options(self) -> RunOptions:
        """The options of a run, before an operation changes any."""
        return RunOptions(memory_per_building=self.memory_per_building, workers=1)


def read_limits(given: Sequence[str]) -> Limits:
    """Limits as the command line names them.

    Parameters
    ----------
    given : sequence of str
        Each ``NAME=N``.

    Returns
    -------
    Limits

    Raises
    ------
    OptionError
        With each that is something else, and for fewer items than one batch may have.
    """
    names = [one.name for one in fields(Limits)]
    found, wrong = {}, []
    for text in given:
        name, _, number = text.partition("=")
        low = _FEWEST_ITEMS if name == "items" else 1
        if name in names and number.isascii() and number.isdigit() and low <= int(number[:12]) <= 10**9:
            found[name] = int(number)
        else:
            wrong.append(problem("limit", text, f"NAME=N with one of {', '.join(names)} and {low} to 1000000000"))
    if wrong:
        raise OptionError(wrong)
    return Limits(**found)


def read_smtp(url: str, sender: str) -> Smtp:
    """The mail server as the command line names it.

    Parameters
    ----------
    url : str
        ``smtp://``, ``smtp+starttls://`` or ``smtps://[USER:PASSWORD@]HOST[:PORT]``; empty for none.
    sender : str
        Address that mail comes from.

    Returns
    -------
    Smtp

    Raises
    ------
    OptionError
        When one of them cannot be read; the password is not repeated.
    """
    if not is_address(sender):
        raise OptionError([problem("smtp_sender", sender, "an address such as buem@example.com")])
    if not url:
        return Smtp(sender=sender)
    try:
        parts = urlsplit(url)
        security, port = _SMTP.get(parts.scheme, ("", 0))
        if not security or not parts.hostname or parts.path not in ("", "/") or parts.query or parts.fragment:
            raise ValueError
        username, password = unquote(parts.username or ""), unquote(parts.password or "")
        if not (username + password).isascii():
            raise ValueError
        return Smtp(host=parts.hostname, port=parts.port or port, sender=sender, security=security, username=username,
                    password=password)
    except ValueError:
        raise OptionError([problem("smtp", None, "smtp://, smtp+starttls:// or smtps://[USER:PASSWORD@]HOST[:PORT]")]
                          ) from None


def _check_numbers(options: ServiceOptions) -> list[Problem]:
    bounds = (("port", options.port, 0, 65535), ("workers", options.workers, 0, 1024),
              ("engines", options.engines, 1, 256), ("sync_timeout", options.sync_timeout, 0.001, 86_400),
              ("sync_buildings", options.sync_buildings, 1, 1_000_000), ("body_limit", options.body_limit, 1000, 2**40),
              ("max_job_items", options.max_job_items, 1, 10**9), ("lease", options.lease, 0.1, 86_400))
    return [problem(name, value, f"{low} to {high}") for name, value, low, high in bounds if not low <= value <= high]
