"""Buildings that failed, one JSON line each."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from buem.io.durable import durable
from buem.results import Failure


def encode_failure(failure: Failure) -> bytes:
    """The line of a building in errors.jsonl.

    Parameters
    ----------
    failure : Failure
        A building that was not simulated.

    Returns
    -------
    bytes
        One JSON object and a line end: `id`, `index`; `path`, `value`, `expected` and `code` of its first problem;
        `reason`, all problems as text; and `problems`, the same one by one.
    """
    problems = [
        {"path": found.path, "value": found.value, "expected": found.expected, "code": found.code}
        for found in failure.problems
    ]
    first = problems[0] if problems else {"path": "", "value": "", "expected": "", "code": ""}
    line = {"id": failure.id, "index": failure.index, **first, "reason": reason(failure), "problems": problems}
    return msgspec.json.encode(line) + b"\n"


def reason(failure: Failure) -> str:
    """All problems of a failure in one line.

    Parameters
    ----------
    failure : Failure
        A building that was not simulated.

    Returns
    -------
    str
        As the `error` column of the summary has it.
    """
    return "; ".join(str(found) for found in failure.problems)


def write_failures(failures: Iterable[Failure], path: Path) -> None:
    """Write errors.jsonl.

    Parameters
    ----------
    failures : iterable of Failure
        In the order of the input.
    path : Path
        The file to write; it is written without failures, too.
    """
    with durable(path) as temporary, temporary.open("wb") as sink:
        for failure in failures:
            sink.write(encode_failure(failure))
