"""New files in the place of old ones, all of them or none.

The files wait beside the results until all of them are durable. Then a list of what goes where is made durable, and
from there on they take their places, however often that is cut off; until then the old results are whole.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import msgspec

from buem.batch.part import RETRY
from buem.errors import OutputError
from buem.io.durable import durable, sync

#: The list of what goes where.
_PLAN: Final = "commit.json"


class _Plan(msgspec.Struct, frozen=True):
    #: Place in the results -> from the folder of the retry; in the order of the moves.
    moves: dict[str, str]
    #: Files that go, from the folder of the results.
    removed: tuple[str, ...]


def is_cut_off(folder: Path) -> bool:
    """Whether new files have begun to take their places, and have not all done so.

    Parameters
    ----------
    folder : Path
        Of the results.

    Returns
    -------
    bool
    """
    return (folder / RETRY / _PLAN).is_file()


def commit(folder: Path, moves: Mapping[str, str], removed: Iterable[str]) -> None:
    """Let new files take the places of old ones.

    Parameters
    ----------
    folder : Path
        Of the results; nobody else writes there.
    moves : mapping
        Place in the results -> where the new file waits, from the folder of the retry. All of them are durable.
    removed : iterable of str
        Files that go, from the folder of the results.

    Raises
    ------
    OutputError
        When the list cannot be written, which changes nothing, or a file cannot be moved; `end_commit` goes on.
    """
    with durable(folder / RETRY / _PLAN) as temporary:
        temporary.write_bytes(msgspec.json.encode(_Plan(dict(moves), tuple(removed))))
    end_commit(folder)


def end_commit(folder: Path) -> None:
    """Go on with a `commit` that was cut off; nothing happens where there is none.

    Parameters
    ----------
    folder : Path
        Of the results; nobody else writes there.

    Raises
    ------
    OutputError
        When a file cannot be moved.
    """
    if not is_cut_off(folder):
        return
    home = folder / RETRY
    try:
        plan = msgspec.json.decode((home / _PLAN).read_bytes(), type=_Plan)
        for name in plan.removed:
            (folder / name).unlink(missing_ok=True)
        for target, waiting in plan.moves.items():
            # What is not there any more has its place already.
            if (home / waiting).exists():
                (folder / target).parent.mkdir(exist_ok=True)
                os.replace(home / waiting, folder / target)
        for place in sorted({(folder / target).parent for target in plan.moves}):
            sync(place)
        _clear(home)
    except (OSError, msgspec.MsgspecError) as error:
        reason = getattr(error, "strerror", None) or error
        raise OutputError(f"{folder}: the retry cannot be ended: {reason}; call it again") from error


def _clear(home: Path) -> None:
    """Remove all that is left, the list last: as long as it is there, this goes on."""
    for path in sorted(home.iterdir(), key=lambda path: path.name == _PLAN):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    home.rmdir()
