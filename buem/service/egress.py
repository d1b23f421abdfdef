"""The one way out: every HTTP request the service makes itself, webhooks and files to import.

A name is resolved once, all its addresses are looked at, and the connection goes to an address that was looked at, so
that a name whose answers change between look-ups reaches nothing. TLS is checked against the name. No redirect is
followed, no proxy of the environment is used, and time and size are bounded over the whole exchange, so that a host
that sends a byte a second is left like one that sends none.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import h11

from buem import __version__
from buem.errors import BuemError, InputError, OptionError, problem
from buem.service.addresses import Address, Target, not_global, read_url

#: Gives the addresses of a name, as text.
Resolver = Callable[[str, int], Sequence[str]]

_PIECE: Final = 65_536
#: Longest head of an answer. [bytes]
_HEAD: Final = 16_384


class EgressRefusedError(BuemError):
    """A request that the rules do not let out."""


class EgressFailedError(BuemError):
    """A request that went out, or tried to, and brought no usable answer."""


def system_resolver(host: str, port: int) -> Sequence[str]:
    """Addresses of a name as the system knows them, all of them.

    Parameters
    ----------
    host : str
        Name.
    port : int
        Port that is to be called.

    Returns
    -------
    sequence of str
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, kw_only=True)
class Egress:
    """What may be called, and how long it may take."""

    #: Host and port of what may be called whatever its address is.
    allow: frozenset[tuple[str, int]] = frozenset()
    #: Ports that may be called elsewhere.
    ports: frozenset[int] = frozenset({80, 443})
    #: Longest look-up of a name, and longest wait for one connection. [s]
    connect_s: float = 5.0
    #: Longest exchange in all, look-up included. [s]
    total_s: float = 15.0
    #: Looks names up.
    resolver: Resolver = system_resolver
    #: Certificates to trust; the system's when None.
    authorities: Path | None = None


def read_allowed(entries: Sequence[str]) -> frozenset[tuple[str, int]]:
    """The allow list of the options.

    Parameters
    ----------
    entries : sequence of str
        Each ``HOST:PORT``, an IPv6 address in brackets.

    Returns
    -------
    frozenset of (str, int)
        For `Egress.allow`.

    Raises
    ------
    OptionError
        With each entry that is something else.
    """
    found, wrong = set(), []
    for entry in entries:
        try:
            target = read_url(f"http://{entry}/")
        except InputError:
            target = None
        # The port is asked for: 80 would be no less of a guess than 443.
        if target is not None and target.resource == "/" and entry.rpartition(":")[2] == str(target.port):
            found.add((target.host, target.port))
        else:
            wrong.append(problem("allow_egress", entry, "HOST:PORT, as hooks.intranet:8443 or [fd00::1]:8443"))
    if wrong:
        raise OptionError(wrong)
    return frozenset(found)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back; its body is not kept."""

    status: int
    #: Value of Retry-After, empty when there was none.
    retry_after: str


def check_target(target: Target, egress: Egress) -> None:
    """Refuse a target that can be refused without a look-up: its port, or its literal address.

    Parameters
    ----------
    target : Target
        What is to be called.
    egress : Egress
        The rules.

    Raises
    ------
    EgressRefusedError
        With the host and what is wrong with it.
    """
    if (target.host, target.port) in egress.allow:
        return
    if target.port not in egress.ports:
        ports = ", ".join(str(port) for port in sorted(egress.ports))
        raise EgressRefusedError(f"{target.host}: port {target.port} is not called; expected one of {ports}")
    if target.literal is not None:
        _refuse_address(target, target.literal)


def addresses_of(target: Target, egress: Egress) -> tuple[Address, ...]:
    """Addresses that may be connected to.

    Parameters
    ----------
    target : Target
        What is to be called.
    egress : Egress
        The rules.

    Returns
    -------
    tuple of Address
        In the resolver's order.

    Raises
    ------
    EgressRefusedError
        When any address of the name is not global.
    EgressFailedError
        When the name is unknown, or its look-up takes too long.
    """
    check_target(target, egress)
    found = (target.literal,) if target.literal is not None else _look_up(target, egress)
    if (target.host, target.port) not in egress.allow:
        for address in found:
            _refuse_address(target, address)
    return found


def post(url: str, body: bytes, headers: Mapping[str, str], egress: Egress) -> Answer:
    """Send a body to a URL.

    Parameters
    ----------
    url : str
        Where to.
    body : bytes
        As it is sent.
    headers : mapping
        Beside Host, Content-Length, User-Agent and Connection.
    egress : Egress
        The rules.

    Returns
    -------
    Answer
        Of any status, a redirect among them.

    Raises
    ------
    InputError
        When the URL cannot be read.
    EgressRefusedError
        When it may not be called.
    EgressFailedError
        When no answer came.
    """
    sized = {**headers, "Content-Length": str(len(body))}
    for event in _exchange(read_url(url), "POST", sized, body, egress):
        if isinstance(event, h11.Response):
            return _answer(event)
    raise EgressFailedError(f"{url}: no answer")


def fetch(url: str, sink: BinaryIO, limit: int, egress: Egress) -> int:
    """Write what stands at a URL into a file.

    Parameters
    ----------
    url : str
        Where from.
    sink : binary file
        Where to.
    limit : int
        Longest content. [bytes]
    egress : Egress
        The rules.

    Returns
    -------
    int
        Length of the content. [bytes]

    Raises
    ------
    InputError
        When the URL cannot be read.
    EgressRefusedError
        When it may not be called, or the content is longer than the limit.
    EgressFailedError
        When it brought no answer, one of another status than 200, or one that was cut off.
    """
    written = 0
    for event in _exchange(read_url(url), "GET", {"Accept": "*/*", "Accept-Encoding": "identity"}, b"", egress):
        if isinstance(event, h11.Response):
            if event.status_code != 200:
                raise EgressFailedError(f"{url}: answered {event.status_code}; expected 200 (redirects are not taken)")
            if _announced(event) > limit:
                raise EgressRefusedError(f"{url}: {_announced(event)} bytes announced; expected at most {limit}")
        elif isinstance(event, h11.Data):
            written += len(event.data)
            if written > limit:
                raise EgressRefusedError(f"{url}: more than {limit} bytes")
            sink.write(event.data)
    return written


def _exchange(
    target: Target, method: str, headers: Mapping[str, str], body: bytes, egress: Egress
) -> Iterator[h11.Response | h11.Data]:
    """The events of one exchange, up to the end of the answer."""
    deadline = time.monotonic() + egress.total_s
    request = h11.Request(
        method=method,
        target=target.resource,
        headers=[("Host", target.authority), ("User-Agent", f"buem/{__version__}"), ("Connection", "close"),
                 *headers.items()],
    )
    talk = h11.Connection(our_role=h11.CLIENT, max_incomplete_event_size=_HEAD)
    try:
        with closing(_connect(target, egress, deadline)) as line:
            opening = (talk.send(request) or b"") + (talk.send(h11.Data(data=body)) or b"")
            _limit(line, deadline)
            line.sendall(opening + (talk.send(h11.EndOfMessage()) or b""))
            yield from _events(talk, line, deadline)
    except (OSError, h11.ProtocolError) as error:
        reason = "took too long" if isinstance(error, TimeoutError) else str(error)
        raise EgressFailedError(f"{target.host}: {reason}") from None


def _events(talk: h11.Connection, line: socket.socket, deadline: float) -> Iterator[h11.Response | h11.Data]:
    while True:
        event = talk.next_event()
        if event is h11.NEED_DATA:
            _limit(line, deadline)
            piece = line.recv(_PIECE)
            if not piece and talk.their_state is h11.SEND_RESPONSE:
                raise ConnectionError("closed the connection without an answer")
            talk.receive_data(piece)
        elif isinstance(event, (h11.Response, h11.Data)):
            yield event
        elif not isinstance(event, h11.InformationalResponse):
            return


def _connect(target: Target, egress: Egress, deadline: float) -> socket.socket:
    failure: OSError = TimeoutError("took too long")
    for address in addresses_of(target, egress):
        left = deadline - time.monotonic()
        if left <= 0:
            break
        try:
            line = socket.create_connection((str(address), target.port), timeout=min(left, egress.connect_s))
        except OSError as error:
            failure = error
            continue
        return line if target.scheme == "http" else _secure(line, target, egress, deadline)
    raise failure


def _secure(line: socket.socket, target: Target, egress: Egress, deadline: float) -> ssl.SSLSocket:
    context = ssl.create_default_context(cafile=egress.authorities)
    try:
        _limit(line, deadline)
        return context.wrap_socket(line, server_hostname=target.host)
    except (OSError, ValueError):
        line.close()
        raise


def _limit(line: socket.socket, deadline: float) -> None:
    """Give a socket what is left of the time."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    line.settimeout(left)


def _look_up(target: Target, egress: Egress) -> tuple[Address, ...]:
    """Addresses of a name; the look-up is left behind when it takes too long, as the system's cannot be stopped."""
    found: list[Sequence[str]] = []

    def ask() -> None:
        try:
            found.append(egress.resolver(target.host, target.port))
        except (OSError, UnicodeError):
            found.append(())

    asking = threading.Thread(target=ask, name="buem-look-up", daemon=True)
    asking.start()
    asking.join(min(egress.connect_s, egress.total_s))
    if not found:
        raise EgressFailedError(f"{target.host}: the look-up of the name took too long")
    try:
        addresses = tuple(ipaddress.ip_address(text) for text in found[0])
    except ValueError:
        raise EgressRefusedError(f"{target.host}: the look-up gave no address but {found[0]!r}") from None
    if not addresses:
        raise EgressFailedError(f"{target.host}: the name is not known")
    return addresses


def _refuse_address(target: Target, address: Address) -> None:
    kind = not_global(address)
    if kind is not None:
        raise EgressRefusedError(f"{target.host}: its address {address} is {kind}; expected a public one")


def _answer(event: h11.Response) -> Answer:
    return Answer(status=event.status_code, retry_after=_header(event, b"retry-after"))


def _announced(event: h11.Response) -> int:
    length = _header(event, b"content-length")
    return int(length) if length.isdigit() else 0


def _header(event: h11.Response, name: bytes) -> str:
    return next((value.decode("ascii", "replace") for key, value in event.headers if key == name), "")
