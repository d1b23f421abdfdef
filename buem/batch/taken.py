"""Which part each worker took up last, kept where it outlives the worker.

A part whose worker was killed while it waited, or while it started, did nothing to its worker.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

_NAME: Final = "at-"


def take(scratch: Path, number: int) -> None:
    """Say that this process takes up a part.

    Parameters
    ----------
    scratch : Path
        Folder of the run's scratch.
    number : int
        Of the part.
    """
    (scratch / f"{_NAME}{os.getpid()}").write_bytes(b"%d." % number)


def taken(scratch: Path) -> frozenset[int]:
    """The parts that some process took up last.

    Parameters
    ----------
    scratch : Path
        Folder of the run's scratch.

    Returns
    -------
    frozenset of int
    """
    found = set()
    for path in scratch.glob(f"{_NAME}*"):
        number, stop, _ = path.read_bytes().partition(b".")
        if stop:
            # Half a line is of a worker that was killed before it began.
            found.add(int(number))
    return frozenset(found)


def forget(scratch: Path) -> None:
    """Forget what any process took up so far.

    Parameters
    ----------
    scratch : Path
        Folder of the run's scratch.
    """
    for path in scratch.glob(f"{_NAME}*"):
        path.unlink(missing_ok=True)
