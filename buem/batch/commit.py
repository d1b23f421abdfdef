"""New files in the place of old ones, all of them or none.

The files wait beside the results until all of them are durable. Then a list of what goes where is made durable, and
from there on they take their places, however often that is cut off; until then the old results are whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from buem.batch.part import RETRY
from buem.batch.staging import PLAN, Staging
from buem.errors import OutputError
from buem.io.place import Place


class _Plan(msgspec.Struct, frozen=True):
    #: Place in the results -> from the folder of the retry; in the order of the moves.
    moves: dict[str, str]
    #: Files that go, from the folder of the results.
    removed: tuple[str, ...]


def is_cut_off(place: Place) -> bool:
    """Whether new files have begun to take their places, and have not all done so.

    Parameters
    ----------
    place : Place
        Of the results.

    Returns
    -------
    bool
    """
    return place.has(f"{RETRY}/{PLAN}")


def commit(staging: Staging, moves: Mapping[str, str], removed: Iterable[str]) -> None:
    """Let new files take the places of old ones.

    Parameters
    ----------
    staging : Staging
        Of the retry; nobody else writes there or to the results.
    moves : mapping
        Place in the results -> where the new file waits, from the folder of the retry. All of them are durable.
    removed : iterable of str
        Files that go, from the folder of the results.

    Raises
    ------
    OutputError
        When the list cannot be written, which changes nothing, or a file cannot be moved; `end_commit` goes on.
    """
    staging.write(PLAN, msgspec.json.encode(_Plan(dict(moves), tuple(removed))))
    end_commit(staging)


def end_commit(staging: Staging) -> None:
    """Go on with a `commit` that was cut off; nothing happens where there is none.

    Parameters
    ----------
    staging : Staging
        Of the retry; nobody else writes there or to the results.

    Raises
    ------
    OutputError
        When a file cannot be moved.
    """
    if not is_cut_off(staging.place):
        return
    try:
        plan = msgspec.json.decode(staging.home.read(PLAN) or b"", type=_Plan)
        staging.place_all(plan.moves, plan.removed)
        staging.clear()
    except (OSError, OutputError, msgspec.MsgspecError) as error:
        reason = getattr(error, "strerror", None) or error
        raise OutputError(f"{staging.place}: the retry cannot be ended: {reason}; call it again") from error
