"""Changes as merge patches."""

from __future__ import annotations

from typing import Any


def merge_patch(target: Any, patch: Any) -> Any:
    """What a merge patch makes of a value; neither is changed.

    Parameters
    ----------
    target : object
        A JSON value.
    patch : object
        The patch: a null takes a member away, an object goes into its members, all else replaces.

    Returns
    -------
    object

    References
    ----------
    .. [1] RFC 7396, section 2.
    """
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge_patch(merged.get(key), value)
    return merged
