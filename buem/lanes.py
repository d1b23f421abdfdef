"""Values of buildings side by side, as one: `WIDTH` neighbours in a workspace, read and written together.

A compiled function takes them as vectors that stay in registers, whatever the compiler thinks of loops; without numba
they are short arrays. The arithmetic of the model is written once and takes either.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any, Final

import numpy as np

from buem.compiled import COMPILED, where

#: Buildings that the compiled year of the node model runs side by side: a vector of 512 bits. With more of them the
#: workspace of a dozen elements would leave the first cache.
WIDTH: Final = 8
#: Bits of a guess of 1/∛x and of 1/∜x: those of (4/3) 1 and (5/4) 1, less what makes the error even. [-]
THIRD: Final = 0x553EDC277DF34B8C
FOURTH: Final = 0x4FEB0C49BA5E3540


def get(workspace: Any, row: Any) -> Any:
    """`WIDTH` values from a place of a workspace on.

    Parameters
    ----------
    workspace : ndarray of one dimension
        In any unit. [-]
    row : int
        Place of the first.

    Returns
    -------
    vector, or ndarray of shape (WIDTH,)
        [-]
    """
    return workspace[row:row + WIDTH].copy()


def put(workspace: Any, row: Any, values: Any) -> None:
    """Write `WIDTH` values from a place of a workspace on.

    Parameters
    ----------
    workspace : ndarray of one dimension
        In any unit. [-]
    row : int
        Place of the first.
    values : vector, or ndarray of shape (WIDTH,)
        [-]
    """
    workspace[row:row + WIDTH] = values


def borrowed(array: Any) -> Any:
    """The same array, whose references are not counted: its owner outlives it.

    Numba counts a reference whenever a tuple or a record gives out one of its arrays, and locks memory to do so.

    Parameters
    ----------
    array : ndarray
        In any unit. [-]

    Returns
    -------
    ndarray
        [-]
    """
    return array


def spread(value: Any) -> Any:
    """One number for all.

    Parameters
    ----------
    value : float
        [-]

    Returns
    -------
    vector, or ndarray of shape (WIDTH,)
        [-]
    """
    return np.full(WIDTH, value)


def root(x: Any) -> Any:
    """Square root.

    Parameters
    ----------
    x : float, ndarray or vector
        [-]

    Returns
    -------
    float, ndarray or vector
        [-]
    """
    return np.sqrt(x)


def inverse_third_guess(x: Any) -> Any:
    """1/∛x within 4 %, from the bits of x: its exponent lies above its digits, so bits are nearly a logarithm.

    Parameters
    ----------
    x : float, ndarray or vector
        Positive. [-]

    Returns
    -------
    ndarray or vector
        [-]

    References
    ----------
    .. [1] Lomont 2003, Fast inverse square root, for another power.
    """
    bits = np.asarray(x, dtype=np.float64).view(np.int64) >> 2
    bits = bits + (bits >> 2)
    bits = bits + (bits >> 4)
    bits = bits + (bits >> 8)
    return (THIRD - bits).view(np.float64)


def inverse_fourth_guess(x: Any) -> Any:
    """1/∜x within 4 %, from the bits of x as in `inverse_third_guess`.

    Parameters
    ----------
    x : float, ndarray or vector
        Positive. [-]

    Returns
    -------
    ndarray or vector
        [-]

    References
    ----------
    .. [1] As `inverse_third_guess`.
    """
    return (FOURTH - (np.asarray(x, dtype=np.float64).view(np.int64) >> 2)).view(np.float64)


#: Modules whose code is in every compiled function that uses vectors.
MODULES: tuple[ModuleType, ...] = (sys.modules[__name__],)

if COMPILED:
    from buem import lanes_compiled

    lanes_compiled.register(MODULES[0], where)
    MODULES += (lanes_compiled,)
