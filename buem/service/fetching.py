"""Input files of other hosts; every request to them goes through the egress guard."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from buem.errors import BuemError, InputError, Problem, problem
from buem.service.addresses import read_url
from buem.service.egress import Egress, fetch
from buem.service.errors import ApiError, Detail, details_of

#: Longest transfer of a file, look-up included. [s]
LONGEST: Final = 3600.0


@contextmanager
def fetched(url: str, folder: Path, limit: int, egress: Egress) -> Iterator[Path]:
    """A file of another host, for as long as the block lasts.

    Parameters
    ----------
    url : str
        An https address at a host and port of the allow list.
    folder : Path
        Where it lies meanwhile.
    limit : int
        Longest file. [B]
    egress : Egress
        With the allow list.

    Yields
    ------
    Path

    Raises
    ------
    ApiError
        When the address is not allowed, or the file cannot be fetched.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"fetched-{secrets.token_hex(8)}"
    try:
        _transfer(url, path, limit, egress)
        yield path
    finally:
        path.unlink(missing_ok=True)


def source_problems(url: str, path: str, egress: Egress) -> list[Problem]:
    """Why a file may not be fetched, as far as its address tells.

    Parameters
    ----------
    url : str
        From a request.
    path : str
        Where it stands.
    egress : Egress
        With the allow list.

    Returns
    -------
    list of Problem
    """
    try:
        target = read_url(url, path)
    except InputError as error:
        return [replace(one, code="URL_REFUSED") for one in error.problems]
    if target.scheme == "https" and (target.host, target.port) in egress.allow:
        return []
    return [problem(path, url[:200], "https at a host of --allow-egress, or /api/v1/uploads/ID", "URL_REFUSED")]


def _transfer(url: str, path: Path, limit: int, egress: Egress) -> None:
    wrong = source_problems(url, "input_file_url", egress)
    if wrong:
        raise ApiError("invalid_batch", str(wrong[0]), details_of(wrong))
    try:
        with path.open("wb") as sink:
            fetch(url, sink, limit, replace(egress, total_s=LONGEST))
    except BuemError as error:
        raise _refused(str(error)) from None


def _refused(text: str) -> ApiError:
    return ApiError("invalid_batch", f"input_file_url: {text}", [Detail("input_file_url", "URL_REFUSED", text)])
