"""Arguments that name a file or a folder."""

from __future__ import annotations

import os
from pathlib import Path

from buem.city import is_text
from buem.errors import OptionError, problem


def as_path(value: object, name: str) -> Path:
    """A path from what a caller gave.

    Parameters
    ----------
    value : object
        A text or a path.
    name : str
        Of the argument.

    Returns
    -------
    Path

    Raises
    ------
    OptionError
        For anything else, for an empty text, for one with a zero byte, which no file system takes, and for a name that
        is not UTF-8, which no record of a run can hold.
    """
    if isinstance(value, (str, os.PathLike)) and (text := os.fspath(value)) and isinstance(text, str):
        if "\0" in text:
            raise OptionError([problem(name, text, "a path without a zero byte")])
        if not is_text(text):
            raise OptionError([problem(name, text, "a path in UTF-8; rename it")])
        return Path(text)
    raise OptionError([problem(name, value, "a path, as a text or a Path")])
