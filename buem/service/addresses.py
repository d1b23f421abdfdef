"""Which internet addresses the service may call, and how a URL of a request is read.

The tables are our own: what `ipaddress` calls global differs between releases of Python, and leaves multicast and the
addresses that carry an IPv4 address inside to the caller. For IPv6 only global unicast is let through, less what IANA
has set apart in it [1]_; for IPv4 everything is but what IANA has set apart [2]_.

References
----------
.. [1] IANA IPv6 Special-Purpose Address Registry and IPv6 Global Unicast Address Assignments.
.. [2] IANA IPv4 Special-Purpose Address Registry.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from buem.errors import InputError, problem

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NOT_GLOBAL_4: Final = tuple(
    (ipaddress.IPv4Network(network), name)
    for network, name in (
        ("0.0.0.0/8", "unspecified"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "shared by carriers"),
        ("127.0.0.0/8", "loopback"),
        ("169.254.0.0/16", "link-local"),
        # Where virtual machines of Azure reach the host below them; the address itself is of a public range.
        ("168.63.129.16/32", "of a cloud's host"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "of a protocol"),
        ("192.0.2.0/24", "for documentation"),
        ("192.31.196.0/24", "of AS112"),
        ("192.52.193.0/24", "of AMT"),
        ("192.88.99.0/24", "of a 6to4 relay"),
        ("192.168.0.0/16", "private"),
        ("192.175.48.0/24", "of AS112"),
        ("198.18.0.0/15", "for benchmarks"),
        ("198.51.100.0/24", "for documentation"),
        ("203.0.113.0/24", "for documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
    )
)
_NOT_GLOBAL_6: Final = tuple(
    (ipaddress.IPv6Network(network), name)
    for network, name in (
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("::ffff:0:0/96", "a mapped IPv4 address"),
        ("::/96", "a compatible IPv4 address"),
        ("64:ff9b::/96", "of NAT64"),
        ("64:ff9b:1::/48", "of NAT64"),
        ("100::/64", "for discard"),
        ("2001::/32", "of Teredo"),
        ("2001::/23", "of a protocol"),
        ("2001:db8::/32", "for documentation"),
        ("2002::/16", "of 6to4"),
        ("2620:4f:8000::/48", "of AS112"),
        ("3ffe::/16", "of the former 6bone"),
        ("3fff::/20", "for documentation"),
        ("5f00::/16", "of segment routing"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "site-local"),
        ("ff00::/8", "multicast"),
    )
)
_UNICAST_6: Final = ipaddress.IPv6Network("2000::/3")
#: Upper half of the interface part of an ISATAP address, whose lower half is an IPv4 address (RFC 5214, 6.1).
_ISATAP: Final = (0x00005EFE, 0x02005EFE)

_LABEL: Final = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_PRINTABLE: Final = re.compile(r"[!-~]+")
_LONGEST_URL: Final = 2048
_LONGEST_HOST: Final = 253
_SCHEMES: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, kw_only=True)
class Target:
    """A URL taken apart once, so that what was checked is what is called."""

    scheme: str
    #: Lower case, without the brackets of IPv6.
    host: str
    port: int
    #: Path and query, as sent in the request line.
    resource: str

    @property
    def literal(self) -> Address | None:
        """The address, when the host is one."""
        return _literal(self.host)

    @property
    def authority(self) -> str:
        """The Host header; the port stands in it when it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _SCHEMES[self.scheme] else f"{host}:{self.port}"


def read_url(url: str, path: str = "$.url") -> Target:
    """Take a URL apart, refusing everything that two readers could read differently.

    Parameters
    ----------
    url : str
        As a client sent it.
    path : str
        Where it stood, for the error.

    Returns
    -------
    Target

    Raises
    ------
    InputError
        Another scheme than http and https, a user name, a fragment, white space, a backslash, letters outside ASCII, a
        number that is no plain IPv4 address, a port outside 1 to 65535.
    """
    if not 1 <= len(url) <= _LONGEST_URL:
        raise _wrong(path, url, f"a URL of 1 to {_LONGEST_URL} characters")
    if _PRINTABLE.fullmatch(url) is None or "\\" in url:
        raise _wrong(path, url, "a URL of printable ASCII characters without a backslash (names in punycode)")
    try:
        parts = urlsplit(url)
        port, host = parts.port, (parts.hostname or "").removesuffix(".")
    except ValueError:
        raise _wrong(path, url, "a URL with a host, and a port of 1 to 65535") from None
    if parts.scheme not in _SCHEMES:
        raise _wrong(path, url, "an http or https URL")
    if "@" in parts.netloc or "%" in parts.netloc or "#" in url:
        raise _wrong(path, url, "a URL without a user name, a percent sign in its host, or a fragment")
    if port == 0 or parts.netloc.endswith(":"):
        raise _wrong(path, url, "a port of 1 to 65535")
    if not _host_is_sound(host, bracketed=parts.netloc.startswith("[")):
        raise _wrong(path, url, "a host name, an IPv4 address of four decimal numbers, or an IPv6 address in brackets")
    resource = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(scheme=parts.scheme, host=host, port=port or _SCHEMES[parts.scheme], resource=resource)


def not_global(address: Address) -> str | None:
    """Why an address is not one of the public internet.

    Parameters
    ----------
    address : IPv4Address or IPv6Address
        Any.

    Returns
    -------
    str or None
        What kind of address it is; None for one that may be called.
    """
    if isinstance(address, ipaddress.IPv4Address):
        return next((name for network, name in _NOT_GLOBAL_4 if address in network), None)
    named = next((name for network, name in _NOT_GLOBAL_6 if address in network), None)
    if named is not None:
        return named
    if address not in _UNICAST_6:
        return "not assigned"
    if address.scope_id is not None:
        return "of one link"
    return "of ISATAP" if (int(address) >> 32) & 0xFFFFFFFF in _ISATAP else None


def _host_is_sound(host: str, *, bracketed: bool) -> bool:
    if bracketed:
        return isinstance(_literal(host), ipaddress.IPv6Address)
    if not 1 <= len(host) <= _LONGEST_HOST:
        return False
    labels = host.split(".")
    if any(_LABEL.fullmatch(label) is None for label in labels):
        return False
    # `127.1`, `0x7f.1` and `2130706433` are addresses to the system's resolver, and names to a check by their look.
    if labels[-1].isdigit() or labels[-1].startswith("0x"):
        return isinstance(_literal(host), ipaddress.IPv4Address)
    return True


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _wrong(path: str, url: str, expected: str) -> InputError:
    return InputError((problem(path, url, expected, "INVALID_URL"),))
