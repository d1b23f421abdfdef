"""Fields that a request has and should not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any, Final

from buem.errors import Problem, problem

#: Fields that are named; of a hundred thousand nobody reads more.
MOST_NAMED: Final = 20


def unknown_fields(given: Mapping[str, Any], names: Iterable[str]) -> list[str]:
    """Names that are not known, the first of them.

    Parameters
    ----------
    given : mapping
        Of a request.
    names : iterable of str
        That are known.

    Returns
    -------
    list of str
        At most `MOST_NAMED`.
    """
    known = set(names)
    return list(islice((name for name in given if name not in known), MOST_NAMED))


def unknown_problems(given: Mapping[str, Any], path: str, names: Iterable[str]) -> list[Problem]:
    """The same as problems.

    Parameters
    ----------
    given : mapping
        Of a request.
    path : str
        Where it stands.
    names : iterable of str
        That are known.

    Returns
    -------
    list of Problem
    """
    wanted = tuple(names)
    expected = f"one of {', '.join(wanted)}" if wanted else "no field"
    return [problem(f"{path}.{name[:80]}", name, expected, "UNKNOWN_FIELD") for name in unknown_fields(given, wanted)]
