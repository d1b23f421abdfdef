"""Windows as elements: glass and frame apart where both are known, their optics and their shades."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from buem.building import Window
from buem.profiles import FloatArray
from buem.shading import COLUMNS, FREE

#: Columns of `stock.Elements.shade`: the geometry, and the movable shade.
SHADES: Final = (*COLUMNS, "factor", "irradiance", "temp_min")
NO_SHADE: Final = (*FREE, 1.0, math.inf, -math.inf)
#: Coefficients of a curve that is not known, and the row of a glass of which nothing but g is.
NO_CURVE: Final = (math.nan,) * 5
NO_OPTICS: Final = (math.nan,) * 13


class Part(NamedTuple):
    """A window, its glass or its frame."""

    window: Window
    #: Of the window's area. [-]
    share: float
    u_value: float  # [W/(m²K)]
    #: Share of the part that is frame. [-]
    frame_fraction: float


def window_parts(windows: Iterable[Window]) -> Iterator[Part]:
    """Windows as the parts through which heat passes side by side.

    Where the U of the frame is known, glass and frame are elements of their own, with faces of their own: the glass
    has U_g = (U - F_F U_f) / (1 - F_F) and all the sun, the frame U_f and none.

    Parameters
    ----------
    windows : iterable of Window
        In any order.

    Yields
    ------
    Part
        One or two a window, glass before frame.

    References
    ----------
    .. [1] ISO 10077-1:2017, eq. 1: U of a window is the mean of glass and frame by area.
    """
    for window in windows:
        frame = window.frame_fraction
        if window.u_frame is None or not 0.0 < frame < 1.0:
            yield Part(window, 1.0, window.u_value, frame)
            continue
        yield Part(window, 1.0 - frame, (window.u_value - frame * window.u_frame) / (1.0 - frame), 0.0)
        yield Part(window, frame, window.u_frame, 1.0)


def height_of(window: Window) -> float:
    """Clear height of a window, of one as high as it is wide where none is given. [m]"""
    return math.sqrt(window.area) if window.height is None else window.height


def shade_of(window: Window) -> tuple[float, ...]:
    """Row of `stock.Elements.shade` of a window, all of it, its frame included.

    Parameters
    ----------
    window : Window
        With its shades.

    Returns
    -------
    tuple of float
        Columns as in `SHADES`. [m], [-], [W/m²], [°C]
    """
    over, fins, movable = window.overhang, window.fins, window.shade
    if over is None and fins is None and movable is None:
        return NO_SHADE
    height = height_of(window)
    values = dict(zip(SHADES, NO_SHADE)) | {"height": height, "width": window.area / height}
    if over is not None:
        values |= {"depth": over.depth, "gap": over.gap, "left": over.left, "right": over.right}
    if fins is not None:
        values |= {f"fin_{side}": fins.depth for side in ("left", "right") if fins.sides in ("both", side)}
        values |= {"fin_gap": fins.gap, "fin_above": fins.above}
    if movable is not None:
        values |= {"factor": movable.factor, "irradiance": movable.irradiance}
        values |= {} if movable.temp_min is None else {"temp_min": movable.temp_min}
    return tuple(values.values())


@lru_cache(maxsize=1024)
def angular_fit(table: tuple[tuple[float, float], ...]) -> tuple[float, ...]:
    """Polynomial in the cosine of incidence through a table of g over g at the normal.

    The one whose largest miss at the angles given is smallest (Lawson's reweighted least squares), with 1 at the
    normal: tables of clear and coated glass in steps of 10° are met within 0.01, one that jumps is not. Gaps of more
    than 40° are joined by straight lines.

    Parameters
    ----------
    table : tuple of (angle, share)
        Rising angles of incidence [°] and shares [-].

    Returns
    -------
    tuple of float
        Coefficients of cos⁰ to cos⁴; their sum is 1. [-]

    References
    ----------
    .. [1] The form of the simple-glazing curves, Arasteh, Kohler, Griffith 2009, LBNL-2804E; Lawson 1961 for the fit.
    """
    known = np.array(table)
    between = [np.arange(a + 10.0, b, 10.0) for a, b in pairwise(known[:, 0]) if b - a > 40.0]
    angle = np.concatenate([known[:, 0], *between])
    wanted = np.interp(angle, known[:, 0], known[:, 1] / known[0, 1])
    # p = 1 + Σ c_k (cos^k - 1) is 1 at the normal whatever the coefficients.
    basis = np.cos(np.radians(angle))[:, None] ** np.arange(1, 5) - 1.0
    weight, found = np.ones(angle.size), np.zeros(4)
    for _ in range(200):
        root = np.sqrt(weight)
        found = np.linalg.lstsq(basis * root[:, None], (wanted - 1.0) * root, rcond=None)[0]
        weight *= np.abs(basis @ found - (wanted - 1.0)) + 1e-9
        weight /= weight.sum()
    return (1.0 - float(found.sum()), *found.tolist())


def glass_rows(opaque: int, parts: Sequence[Part]) -> FloatArray:
    """Rows of `stock.Elements.optics`, those of opaque elements first.

    Parameters
    ----------
    opaque : int
        How many of those there are.
    parts : sequence of Part
        Parts of windows.

    Returns
    -------
    ndarray, shape (elements, 13)
        NaN where nothing is known. [-]
    """
    rows = np.full((opaque + len(parts), len(NO_OPTICS)), math.nan)
    for i, part in enumerate(parts, opaque):
        glass = part.window.glass
        if glass is not None:
            curves = (angular_fit(t) if t else NO_CURVE
                      for t in (glass.transmittance_angular, glass.absorptance_angular))
            rows[i] = (glass.transmittance, *absorbed_at_faces(glass.absorptances), *(c for k in curves for c in k))
    return rows


def absorbed_at_faces(absorptances: Sequence[float]) -> tuple[float, float]:
    """What panes absorb, as heat at the outer and at the inner face of the glass.

    Heat between two equal gaps flows to the faces as it would from them: the pane k of n acts at the inner face with
    k/(n - 1), the rest at the outer one; a single pane acts half at each.

    Parameters
    ----------
    absorptances : sequence of float
        Of the panes from outside to inside. [-]

    Returns
    -------
    tuple of float
        Outer and inner. [-]

    References
    ----------
    .. [1] EN 410:2011, 5.4.6.4, for the heat that flows inward from each pane.
    """
    last = len(absorptances) - 1
    if last == 0:
        return 0.5 * absorptances[0], 0.5 * absorptances[0]
    inner = [k / last for k in range(len(absorptances))]
    return (math.fsum(a * (1.0 - k) for a, k in zip(absorptances, inner)),
            math.fsum(a * k for a, k in zip(absorptances, inner)))
