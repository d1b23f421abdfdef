"""Packages that only some formats need."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from buem.errors import MissingExtraError


def needed(module: str, what: str, extra: str = "city") -> ModuleType:
    """A package of an extra.

    Parameters
    ----------
    module : str
        Its name.
    what : str
        What needs it.
    extra : str
        Name of the extra that has it.

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
                                f"pip install 'buem-engine[{extra}]'") from error
