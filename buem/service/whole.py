"""Whole numbers as JSON has them: 5 and 5.0 are the same number."""

from __future__ import annotations


def whole(value: object) -> int | None:
    """The whole number of a JSON value.

    Parameters
    ----------
    value : object
        As it was decoded.

    Returns
    -------
    int or None
        None for true, false, a fraction, and whatever is no number.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    return value if isinstance(value, int) else None
