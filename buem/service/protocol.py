"""HTTP/1.1 as it is read from the wire: a parser in C, kept within bounds, and refusals in our own form."""

from __future__ import annotations

import re
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from buem.service.errors import HEADERS, KINDS, new_request_id

if TYPE_CHECKING:
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
else:
    try:
        from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
    except ImportError:
        HttpToolsProtocol = object

#: Longest head of a request, and most that may come without anything for the application in it. [B]
LONGEST_HEAD: Final = 65_536
_METHODS: Final = frozenset((b"GET", b"HEAD", b"POST", b"PUT", b"PATCH", b"DELETE", b"OPTIONS", b"TRACE", b"CONNECT"))
_METHOD: Final = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,40}) ")


def http_protocol() -> type[HttpToolsProtocol] | Literal["h11"]:
    """What reads requests: the parser in C where it is installed, the one in Python elsewhere."""
    return "h11" if find_spec("httptools") is None else Protocol


class Protocol(HttpToolsProtocol):
    """One connection.

    The parser itself takes a head of any length, and refuses methods that it does not know before anybody can answer.
    """

    #: Since something last came of what was read. [B]
    _fruitless = 0
    _fruit = False
    #: Whether the next byte is the first of a request.
    _between = True
    #: The method of this request, where the parser was shown another one.
    _odd_method = ""

    def data_received(self, data: bytes) -> None:
        """Take what has come."""
        if self._between and data:
            self._between = False
            found = _METHOD.match(data)
            self._odd_method = ""
            if found is not None and found[1] not in _METHODS:
                self._odd_method = found[1].decode("ascii")
                data = b"POST" + data[len(found[1]):]
        self._fruit = False
        super().data_received(data)
        self._fruitless = 0 if self._fruit else self._fruitless + len(data)
        if self._fruitless > LONGEST_HEAD and not self.transport.is_closing():
            self.send_400_response(f"The head of the request is too long; expected at most {LONGEST_HEAD} B.")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; a body that is packed on the way is none that anybody here unpacks."""
        if name.lower() == b"transfer-encoding" and value.strip().lower() != b"chunked":
            raise ValueError(value)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Begin to answer."""
        self._fruit = True
        # The scope is looked at when the loop comes to the task that is made here.
        super().on_headers_complete()
        if self._odd_method:
            self.scope["method"], self._odd_method = self._odd_method, ""

    def on_body(self, body: bytes) -> None:
        """Take a piece of the body."""
        self._fruit = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        """End a request."""
        self._fruit = self._between = True
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no request, in the form in which all errors are said."""
        kind = KINDS["validation"]
        body = msgspec.json.encode({"error": {"code": kind.code, "message": msg, "details": []}})
        head: dict[str, Any] = {"Content-Type": "application/json", "Content-Length": len(body), "Connection": "close",
                                "X-Request-Id": new_request_id(), **dict(HEADERS)}
        lines = "".join(f"{name.lower()}: {value}\r\n" for name, value in head.items())
        self.transport.write(f"HTTP/1.1 {kind.status} Bad Request\r\n{lines}\r\n".encode("ascii") + body)
        self.transport.close()
