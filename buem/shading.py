"""Shade on windows, by geometry."""

from __future__ import annotations

from typing import Any

from buem.compiled import jit, where


@jit
def shaded_share(mu: Any, along: Any, up: Any, depth: Any, gap: Any, left: Any, right: Any, height: Any, width: Any
                 ) -> Any:
    """Share of a vertical window that lies in the shade of its overhang.

    A point y below the overhang is shaded where the ray to the sun meets it: y <= depth · up/mu, and no further to the
    side than it reaches. The integral over the window is in closed form.

    Parameters
    ----------
    mu, along, up : float or ndarray
        Sun vector: out of the window, to the right along the wall seen from outside, upwards. [-]
    depth, gap, left, right : float or ndarray
        Overhang. [m]
    height, width : float or ndarray
        Window. [m]

    Returns
    -------
    float or ndarray
        0 to 1. [-]

    References
    ----------
    .. [1] Duffie and Beckman 2013, Solar Engineering of Thermal Processes, section 14.4 (shading of finite overhangs).
    """
    drop = depth * up / where(mu < 1e-6, 1e-6, mu)
    low = gap
    high = where(drop < gap + height, drop, gap + height)
    high = where(high < low, low, high)
    slant = abs(along) / where(up < 1e-6, 1e-6, up)
    reach = where(along < 0.0, left, right)
    missed = _beyond(high, slant, reach) - _beyond(low, slant, reach)
    back = _beyond(high, slant, reach + width) - _beyond(low, slant, reach + width)
    return (width * (high - low) - missed + back) / (width * height)


@jit
def _beyond(y: Any, slant: Any, reach: Any) -> Any:
    # Integral over y of what of a slanted shadow falls beyond the reach of the overhang.
    over = slant * y - reach
    over = where(over < 0.0, 0.0, over)
    return 0.5 * over * over / where(slant < 1e-9, 1e-9, slant)
