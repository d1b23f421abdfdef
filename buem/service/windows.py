"""Hours of the day in which a job may run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from buem.errors import Problem, problem

_CLOCK: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


def read_zone(name: object) -> ZoneInfo | None:
    """The time zone of a name of the IANA database; None when there is none."""
    if not isinstance(name, str) or not name or len(name) > 64:
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def read_window(given: object, path: str, problems: list[Problem]) -> dict[str, str] | None:
    """The window that a request asks for; what is wrong with it goes to the problems.

    Parameters
    ----------
    given : object
        `{start, end, timezone}`, two times as HH:MM; None for none.
    path : str
        Where it stands.
    problems : list of Problem
        Extended.

    Returns
    -------
    dict or None
        As it is stored.
    """
    if given is None:
        return None
    if not isinstance(given, dict):
        problems.append(problem(path, given, "an object with start, end, timezone", "INVALID_WINDOW"))
        return None
    found = [problem(f"{path}.{name}", given[name], "one of start, end, timezone", "UNKNOWN_FIELD")
             for name in given if name not in ("start", "end", "timezone")]
    found += [problem(f"{path}.{name}", given.get(name), "a time as HH:MM", "INVALID_WINDOW")
              for name in ("start", "end") if _clock(given.get(name)) is None]
    zone = given.get("timezone", "UTC")
    if read_zone(zone) is None:
        found.append(problem(f"{path}.timezone", zone, "a zone of the IANA database, such as Europe/Berlin",
                             "INVALID_TIMEZONE"))
    if not found and given["start"] == given["end"]:
        found.append(problem(f"{path}.end", given["end"], "another time than start", "INVALID_WINDOW"))
    problems += found
    return None if found else {"start": given["start"], "end": given["end"], "timezone": zone}


def is_open(window: Mapping[str, Any] | None, now: datetime) -> bool:
    """Whether units may be claimed now.

    Parameters
    ----------
    window : mapping or None
        Of `read_window`; None is always open. One whose end is before its start goes over midnight.
    now : datetime
        An instant.

    Returns
    -------
    bool
        By the clock on the wall of its zone: start counts, end does not.
    """
    if window is None:
        return True
    zone = read_zone(window["timezone"])
    start, end = _clock(window["start"]), _clock(window["end"])
    if zone is None or start is None or end is None:
        return True
    clock = now.astimezone(zone).time().replace(tzinfo=None)
    return start <= clock < end if start < end else clock >= start or clock < end


def _clock(text: object) -> time | None:
    match = _CLOCK.fullmatch(text) if isinstance(text, str) else None
    return None if match is None else time(int(match[1]), int(match[2]))
