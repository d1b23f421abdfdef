"""Functions that are written once: for numbers and arrays, and for numba where it is installed.

Numba's cache on disk notices a change in the file of a compiled function alone, not in those of the functions that it
calls. So a year loop is made in a function that takes a `stamp` of those files: what is closed over is part of the key.
"""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any, Final

import numpy as np

from buem.vectors import prefer_wide_vectors

try:
    prefer_wide_vectors()
    import numba
    from numba.extending import overload, register_jitable
except ImportError:  # the NumPy forms are complete without numba
    numba = overload = register_jitable = None

#: Whether numba is there to compile the year loops.
COMPILED: Final = numba is not None
#: Buildings that a compiled year loop runs side by side.
LANES: Final = 32

# Full fastmath would turn NaN into numbers; these three flags keep it.
_FASTMATH: Final = {"contract", "arcp", "nsz"}


def jit(function: Any) -> Any:
    """The function, known to numba as well where numba is installed.

    Parameters
    ----------
    function : callable
        Plain arithmetic, or loops over the lanes of a workspace.

    Returns
    -------
    callable
        The same function.
    """
    if register_jitable is None:
        return function
    return register_jitable(fastmath=_FASTMATH, error_model="numpy")(function)


def inlined(function: Any) -> Any:
    """As `jit`, and always a part of the compiled function that calls it: vectors go by registers.

    Parameters
    ----------
    function : callable
        Arithmetic on vectors, or a loop over elements.

    Returns
    -------
    callable
        The same function.
    """
    if register_jitable is None:
        return function
    return register_jitable(fastmath=_FASTMATH, error_model="numpy", forceinline=True)(function)


def compile_year(function: Any) -> Any:
    """A year loop, compiled and cached on disk where numba is installed.

    Parameters
    ----------
    function : callable
        Made in a function of a `stamp` of the files of all that it calls.

    Returns
    -------
    callable
        Compiled at its first call.
    """
    if numba is None:
        return function
    return numba.njit(fastmath=_FASTMATH, error_model="numpy", nogil=True, cache=True)(function)


def stamp(*modules: ModuleType) -> tuple[int, ...]:
    """What tells one state of the files of some modules from another.

    Parameters
    ----------
    *modules : module
        Of the package.

    Returns
    -------
    tuple of int
        Time of the last change of each. [ns]
    """
    return tuple(Path(str(module.__file__)).stat().st_mtime_ns for module in modules)


def where(condition: Any, yes: Any, no: Any) -> Any:
    """`numpy.where`, and a choice between two numbers in compiled functions.

    Parameters
    ----------
    condition : bool or ndarray of bool
        Written so that NaN in the running value makes it false.
    yes, no : float or ndarray
        What it is, and what it is otherwise. [-]

    Returns
    -------
    float or ndarray
        In the unit of the two. [-]
    """
    return np.where(condition, yes, no)


if overload is not None:
    @overload(where, jit_options={"fastmath": _FASTMATH})
    def _where_compiled(condition, yes, no):  # type: ignore[no-untyped-def]
        if not isinstance(condition, numba.types.Boolean):
            return None
        return lambda condition, yes, no: yes if condition else no
