"""The features of a GeoJSON file, cut out of it while it streams by.

The file is read in blocks, so that only a block and one feature are in memory, whatever its size.
Where a feature ends is found by letting msgspec skip over it (it checks the syntax on the way, at
several hundred MB/s): the error for the comma that follows tells the place. A feature that msgspec
refuses is cut out by its brackets instead, so that it does not take the others with it.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final, TypeAlias

import msgspec

from buem.errors import ContainerError, Problem, shorten

#: A path, the bytes of a file, or an open binary file.
Source: TypeAlias = str | Path | bytes | IO[bytes]

#: Bytes read at a time.
BLOCK: Final = 1 << 20
#: Longest feature that is read. [bytes]
MAX_FEATURE: Final = 64 << 20

WANTED_TYPE: Final = '"FeatureCollection" or "Feature"'

_SKIP: Final = msgspec.json.Decoder(msgspec.Raw)
_BYTE: Final = re.compile(r"\(byte (\d+)\)$")
_TRAILING: Final = "trailing characters"
_BLANK: Final = re.compile(rb"[ \t\r\n]*")
_BLANK_OR_RS: Final = re.compile(rb"[ \t\r\n\x1e]*")
#: A whole string, a bracket, or the quote of a string that does not end.
_BRACKET: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"|["{}\[\]]', re.DOTALL)
_RS: Final = b"\x1e"
#: Bytes that tell a format. [bytes]
_SIGNATURE: Final = 4
#: How near to the end of the block a fault may be due to the end itself. [bytes]
_EDGE: Final = 16


def container_error(found: str, expected: str, code: str) -> ContainerError:
    """An error of the file as a whole.

    Parameters
    ----------
    found : str
        `path: what was found there`.
    expected : str
        What was wanted.
    code : str
        Kind of the problem.

    Returns
    -------
    ContainerError
    """
    path, _, value = found.partition(": ")
    return ContainerError([Problem(path=path, value=value, expected=expected, code=code)])


#: Members of a collection beside its features; each is passed over letter by letter.
_MOST_MEMBERS: Final = 1000


class _Malformed(Exception):
    """A value that is no JSON; never leaves this module."""

    def __init__(self, byte: int, reason: str) -> None:
        super().__init__(reason)
        self.byte = byte
        self.reason = reason


class _Window:
    """The part of the stream that is in memory, and the place reached in it.

    Parameters
    ----------
    chunks : iterator of bytes
        The stream.
    """

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self.data = b""
        self.pos = 0
        #: Bytes of the stream before `data`.
        self.offset = 0
        #: Where the part that must stay in memory starts; None for `pos`.
        self.keep: int | None = None
        #: Where the value or the line that was read last begins in the stream. [bytes]
        self.begun = 0
        self.ended = False

    @property
    def byte(self) -> int:
        """The place in the stream. [bytes]"""
        return self.offset + self.pos

    def fill(self) -> bool:
        """Read on, as much again as is held; False at the end of the stream."""
        start = self.pos if self.keep is None else self.keep
        held = len(self.data) - start
        if held > MAX_FEATURE:
            where = f"$: a feature longer than {MAX_FEATURE >> 20} MB at byte {self.offset + start}"
            raise container_error(where, "shorter features", "FEATURE_TOO_LARGE")
        parts = [self.data[start:]]
        wanted = max(held, 1)
        while wanted > 0 and not self.ended:
            chunk = next(self._chunks, b"")
            self.ended = not chunk
            parts.append(chunk)
            wanted -= len(chunk)
        grown = len(parts) > 1 and any(parts[1:])
        self.data = b"".join(parts)
        self.offset += start
        self.pos -= start
        if self.keep is not None:
            self.keep = 0
        return grown

    def skip_blank(self, blank: re.Pattern[bytes] = _BLANK) -> bytes:
        """Go to the next byte that is not blank, and return it; empty at the end."""
        while True:
            self.pos = blank.match(self.data, self.pos).end()  # type: ignore[union-attr]
            if self.pos < len(self.data):
                return self.data[self.pos : self.pos + 1]
            if not self.fill():
                return b""

    def value(self) -> bytes:
        """The JSON value at the place reached, which is then passed.

        Raises
        ------
        _Malformed
            When it is none; the place stays.
        """
        self.begun = self.byte
        while True:
            try:
                end = self._value_end()
            except _Malformed as fault:
                near = fault.byte >= self.offset + len(self.data) - _EDGE
                if near and not self.ended and self.fill():
                    continue
                raise
            if end is not None:
                break
            if not self.fill():
                if self.ended and self._whole():
                    end = len(self.data)
                    break
                raise _Malformed(self.offset + len(self.data), "the file ends")
        raw = self.data[self.pos : end].rstrip()
        self.pos = end
        return raw

    def _whole(self) -> bool:
        try:
            _SKIP.decode(memoryview(self.data)[self.pos :])
        except (msgspec.DecodeError, RecursionError):
            return False
        return True

    def _value_end(self) -> int | None:
        """Where the value ends in `data`; None when that cannot be told before more is read."""
        try:
            _SKIP.decode(memoryview(self.data)[self.pos :])
        except msgspec.DecodeError as error:
            text = str(error)
            place = _BYTE.search(text)
            if place is None:
                return None
            if _TRAILING in text:
                # The byte named is the one after the first that does not belong to the value.
                return self.pos + int(place[1]) - 1
            raise _Malformed(self.byte + int(place[1]), _reason(text)) from None
        except RecursionError:
            raise _Malformed(self.byte, "nested too deep") from None
        return len(self.data) if self.ended else None

    def bracketed(self) -> bytes | None:
        """The object at the place reached, told by its brackets alone; None when they do not close."""
        start, depth = 0, 0
        while True:
            for match in _BRACKET.finditer(self.data, self.pos + start):
                sign = match[0]
                if sign == b'"':
                    break
                start = match.end() - self.pos
                depth += (sign in b"{[") - (sign in b"}]") if len(sign) == 1 else 0
                if depth == 0:
                    raw = self.data[self.pos : match.end()]
                    self.pos = match.end()
                    return raw
            if not self.fill():
                return None

    def line(self, end: bytes) -> bytes:
        """What stands before the next `end`, which is passed; the rest at the end of the stream."""
        self.begun = self.byte
        start = 0
        while True:
            place = self.data.find(end, self.pos + start)
            if place >= 0:
                raw = self.data[self.pos : place]
                self.pos = place + 1
                return raw
            start = len(self.data) - self.pos
            if not self.fill():
                raw, self.pos = self.data[self.pos :], len(self.data)
                return raw


def _reason(text: str) -> str:
    """msgspec's reason without its frame and place."""
    return _BYTE.sub("", text.removeprefix("JSON is malformed: ")).strip()


def stream_features(source: Source) -> Iterator[tuple[bytes, int]]:
    """The JSON of each feature of a file, and where it begins in the text.

    Parameters
    ----------
    source : str, Path, bytes or binary file
        GeoJSON in any of its containers.

    Yields
    ------
    tuple of bytes and int
        One feature, sound or not, and its place in the file, in what it unfolds to if it is gzipped. [bytes]

    Raises
    ------
    ContainerError
        When the file as a whole cannot be read.
    """
    window = _Window(read_blocks(source))
    for raw in _features(window):
        yield raw, window.begun


def _features(window: _Window) -> Iterator[bytes]:
    while len(window.data) < _SIGNATURE and window.fill():
        pass
    window.pos = 3 if window.data.startswith(b"\xef\xbb\xbf") else 0
    first = window.skip_blank()
    if first == _RS:
        yield from _records(window)
    elif first == b"{":
        yield from _lines(window) if _looks_like_lines(window) else _object(window)
    elif not first:
        raise container_error("$: an empty file", "GeoJSON", "NOT_JSON")
    elif first == b"[":
        raise container_error("$.type: a list", WANTED_TYPE, "WRONG_TYPE")
    else:
        hint = " in UTF-8" if window.data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in window.data[:4] else ""
        raise container_error(f"$: not JSON at byte {window.byte}", f"GeoJSON{hint}", "NOT_JSON")


def _looks_like_lines(window: _Window) -> bool:
    """Whether the first line is an object by itself and another one follows: no single JSON text has that."""
    end = window.data.find(b"\n", window.pos)
    if end < 0 or not window.data[window.pos : end].rstrip().endswith(b"}"):
        return False
    follow = _BLANK_OR_RS.match(window.data, end).end()  # type: ignore[union-attr]
    return window.data[follow : follow + 1] == b"{"


def _lines(window: _Window) -> Iterator[bytes]:
    """Newline-delimited features."""
    while window.skip_blank(_BLANK_OR_RS):
        yield window.line(b"\n").rstrip()


def _records(window: _Window) -> Iterator[bytes]:
    """Features each after a record separator (RFC 8142)."""
    found = False
    while window.skip_blank(_BLANK_OR_RS):
        yield window.line(_RS).rstrip()
        found = True
    if not found:
        raise container_error("$: an empty sequence", "at least one Feature", "EMPTY_CONTAINER")


def _object(window: _Window) -> Iterator[bytes]:
    """The features of the object at the place reached: a collection, a feature, or the first of a sequence."""
    window.keep = window.pos
    kind: Any = None
    window.pos += 1
    for key in _members(window):
        if key == "features" and kind in (None, "FeatureCollection"):
            window.keep = None
            yield from _array(window)
            kind = kind or "FeatureCollection?"
        elif key == "type":
            raw = _inner_value(window)
            kind = _decode_short(raw) if kind != "FeatureCollection?" else _checked(raw)
        elif key in ("geometry", "properties") and kind is None:
            kind = "Feature"
        else:
            _inner_value(window)
        if kind == "Feature":
            window.pos = window.keep or 0
            window.keep = None
            yield from _single(window)
            return
    _finish(window, kind)


def _finish(window: _Window, kind: Any) -> None:
    """What must hold after an object: it was a collection with features, and nothing follows."""
    if kind == "FeatureCollection?" or kind is None:
        raise container_error("$.type: ", WANTED_TYPE, "WRONG_TYPE")
    if kind == "FeatureCollection" and window.keep is not None:
        raise container_error("$.features: ", "a list of at least one Feature", "EMPTY_CONTAINER")
    if kind not in ("FeatureCollection", "checked"):
        raise container_error(f"$.type: {shorten(kind)}", WANTED_TYPE, "WRONG_TYPE")
    if window.skip_blank():
        expected = "nothing after the FeatureCollection"
        raise container_error(f"$: more text at byte {window.byte}", expected, "NOT_JSON")


def _checked(raw: bytes) -> str:
    """The type of an object whose features came before it."""
    kind = _decode_short(raw)
    return "checked" if kind == "FeatureCollection" else str(kind)


def _decode_short(raw: bytes) -> Any:
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return raw[:80].decode("utf-8", "replace")


def _single(window: _Window) -> Iterator[bytes]:
    """One feature, and those of the lines that may follow it."""
    yield _feature(window, 0)
    if window.skip_blank(_BLANK_OR_RS):
        yield from _lines(window)


def _members(window: _Window) -> Iterator[str]:
    """The names of an object's members; the caller passes each value before it asks for the next."""
    if window.skip_blank() == b"}":
        window.pos += 1
        return
    for _ in range(_MOST_MEMBERS):
        if window.skip_blank() != b'"':
            raise _not_json(window, "the name of a member")
        name = str(_decode_short(_inner_value(window)))
        if window.skip_blank() != b":":
            raise _not_json(window, "a colon")
        window.pos += 1
        window.skip_blank()
        yield name
        sign = window.skip_blank()
        if sign not in (b",", b"}") or not sign:
            raise _not_json(window, "a comma or }")
        window.pos += 1
        if sign == b"}":
            return
    raise container_error("$: ", f"at most {_MOST_MEMBERS} members beside the features", "NOT_JSON")


def _array(window: _Window) -> Iterator[bytes]:
    """The values of the list at the place reached."""
    if window.skip_blank() != b"[":
        raw = _inner_value(window)
        raise container_error(f"$.features: {_decode_short(raw)!r:.60}", "a list of Features", "WRONG_TYPE")
    window.pos += 1
    if window.skip_blank() == b"]":
        raise container_error("$.features: an empty list", "at least one Feature", "EMPTY_CONTAINER")
    index = 0
    while True:
        window.skip_blank()
        yield _feature(window, index)
        index += 1
        sign = window.skip_blank()
        if sign not in (b",", b"]") or not sign:
            raise _not_json(window, f"a comma or ] after features[{index - 1}]")
        window.pos += 1
        if sign == b"]":
            return


def _feature(window: _Window, index: int) -> bytes:
    """The feature at the place reached; one that is malformed in itself is cut out by its brackets."""
    try:
        return window.value()
    except _Malformed as fault:
        inside = f" inside features[{index}]"
        raw = window.bracketed() if window.data[window.pos : window.pos + 1] in (b"{", b"[") else None
        if raw is None:
            raise _fault(fault, inside) from None
        return raw


def _inner_value(window: _Window) -> bytes:
    try:
        return window.value()
    except _Malformed as fault:
        raise _fault(fault, "") from None


def _fault(fault: _Malformed, where: str) -> ContainerError:
    if fault.reason == "the file ends":
        return container_error(f"$: cut off at byte {fault.byte}{where}", "complete JSON", "NOT_JSON")
    if fault.reason == "nested too deep":
        return container_error(f"$: nested too deep at byte {fault.byte}{where}", "less nesting", "NESTING_TOO_DEEP")
    return container_error(f"$: not JSON at byte {fault.byte}{where} ({fault.reason})", "JSON", "NOT_JSON")


def _not_json(window: _Window, expected: str) -> ContainerError:
    if window.pos >= len(window.data):
        return container_error(f"$: cut off at byte {window.byte}", "complete JSON", "NOT_JSON")
    return container_error(f"$: not JSON at byte {window.byte}", expected, "NOT_JSON")


def read_blocks(source: Source) -> Iterator[bytes]:
    """The blocks of a source, decompressed where it is gzipped.

    Parameters
    ----------
    source : str, Path, bytes or binary file
        Any file.

    Yields
    ------
    bytes

    Raises
    ------
    ContainerError
        When it cannot be read.
    """
    if isinstance(source, bytes):
        yield from _plain_or_inflated(iter((source,)))
        return
    if not isinstance(source, (str, Path)) and not hasattr(source, "read"):
        raise container_error(f"source: {str(source)[:200]}", "a path, bytes, or a file opened in binary mode",
                              "CANNOT_READ")
    try:
        if isinstance(source, (str, Path)):
            with Path(source).open("rb") as file:
                yield from _plain_or_inflated(_blocks(file))
        else:
            yield from _plain_or_inflated(_blocks(source))
    except (OSError, ValueError) as error:
        if isinstance(error, ContainerError):
            raise
        reason = getattr(error, "strerror", None) or str(error)
        raise container_error(f"{str(source)[:200]}: {reason}", "a file that can be read", "CANNOT_READ") from error


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    start = b""
    while block := file.read(BLOCK):
        if not isinstance(block, bytes):
            raise container_error("$: a file opened as text", "a file opened in binary mode", "CANNOT_READ")
        start += block
        # The first bytes tell gzip and byte order marks; some files give them one by one.
        if len(start) >= _SIGNATURE:
            yield start
            break
    else:
        yield start
        return
    while block := file.read(BLOCK):
        yield block


def _plain_or_inflated(blocks: Iterator[bytes]) -> Iterator[bytes]:
    first = next(blocks, b"")
    if first[:2] != b"\x1f\x8b":
        yield first
        yield from blocks
        return
    stream = zlib.decompressobj(wbits=31)
    rest, done = first, 0
    try:
        while True:
            # No more than a block comes out at a time, however far a small file unfolds.
            piece = stream.decompress(rest, BLOCK)
            done += len(piece)
            if piece:
                yield piece
            rest = stream.unused_data.lstrip(b"\0") if stream.eof else stream.unconsumed_tail
            if stream.eof or not (rest or piece):
                rest = rest or next(blocks, b"")
                if not rest:
                    break
            if stream.eof:
                stream = zlib.decompressobj(wbits=31)
    except zlib.error as error:
        raise container_error(f"$: gzip is damaged after byte {done}", "a sound gzip file", "CANNOT_READ") from error
    if not stream.eof:
        raise container_error(f"$: gzip is cut off after byte {done}", "a complete gzip file", "CANNOT_READ")
