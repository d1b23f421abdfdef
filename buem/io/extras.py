"""Packages that only some formats need."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from buem.errors import MissingExtraError


def needed(module: str, what: str) -> ModuleType:
    """A package of the extra `city`.

    Parameters
    ----------
    module : str
        Its name.
    what : str
        The format that needs it.

    Returns
    -------
    module

    Raises
    ------
    MissingExtraError
        With the command that installs it.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingExtraError(f"{what} needs {module.split('.')[0]}, which is not installed; "
                                "pip install 'buem-engine[city]'") from error
