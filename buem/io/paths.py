"""Arguments that name a file or a folder."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Final

from buem.city import is_text
from buem.errors import OptionError, problem

#: Names of files have at most 255 bytes, and a letter up to four.
_LONGEST: Final = 50


def file_name(building: str) -> str:
    """The name of a file of one building, without its ending.

    Parameters
    ----------
    building : str
        Its id.

    Returns
    -------
    str
        The id itself where it can be a name; else what is left of it and a mark, so that no two ids share a file.
    """
    name = "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in building[:_LONGEST])
    if name and name == building:
        return name
    return f"{name}-{hashlib.sha256(building.encode(errors='surrogatepass')).hexdigest()[:8]}"


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
