"""Films of the 5R1C that follow the hour: convection inside, long-wave exchange inside, the gaps between panes."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np

from buem.compiled import jit, where
from buem.constants import KELVIN
from buem.iso52016_films import gap_factor

#: Temperature at which the long-wave coefficient is given. [K]
_RADIANT: Final = 293.15
#: Heat between faces and air that flows in any hour, since some faces are warmer than others. [W/m²]
LEAST_FLOW: Final = 0.5


class Films(NamedTuple):
    """What makes the conductances of an hour, one value or array of shape (buildings,) each."""

    steady: Any  # convection that is prescribed [W/(m²K)]
    moving: Any  # the rest, C^¾
    radiant: Any  # long-wave coefficient at 20 °C, 0 for constant films [W/(m²K)]
    mass_area: Any  # [m²]
    inner_area: Any  # [m²]
    star_area: Any  # the same times `inner_films.InnerFilms.star` [m²]
    pane_convection: Any  # windows and doors as `inner_films.Panes` [m²]
    pane_radiation: Any  # [W/K]
    pane_between: Any  # [W/K]
    gap_radiation: Any  # [-]
    gap_gas: Any  # [-]
    pane_rest: Any  # [K/W]


class Moved(NamedTuple):
    """Conductances of an hour. [W/K]"""

    h_tr_ms: Any
    h_tr_is: Any
    h_tr_w: Any


@jit
def moved(films: Films, net: Any, theta_air: Any, theta_s: Any, theta_e: Any) -> Moved:
    """Conductances of a building in a state of its nodes.

    With Q the heat between faces and air per area, h_c = C ΔT^⅓ and Q = h_c ΔT give h_c = C^¾ Q^¼. The star of faces
    with h_c and h_r has h_ms = h_c + h_r and h_is = h_c (h_c + h_r)/h_r.

    Parameters
    ----------
    films : Films
        Scalars or arrays of shape (buildings,).
    net : Network
        As it was when the state was found. [W/K]
    theta_air, theta_s, theta_e : float or ndarray
        Air and surface node, outdoors. [°C]

    Returns
    -------
    Moved
        Those of `net` where the films are constant. [W/K]

    References
    ----------
    .. [1] ISO 13790:2008, 12.2.2 and Annex C, for the star; Walton 1983, NBSSIR 83-2655, for the cube root.
    """
    flow = abs(net.h_tr_is * (theta_s - theta_air)) / films.inner_area
    flow = where(flow < LEAST_FLOW, LEAST_FLOW, flow)
    h_c = films.steady + films.moving * np.sqrt(np.sqrt(flow))
    warmth = (theta_s + KELVIN) / _RADIANT
    warmth = warmth * warmth * warmth
    h_r = films.radiant * warmth
    h_ms = h_c + h_r
    film = films.pane_convection + films.pane_radiation * warmth
    gap = films.pane_between * gap_factor(0.5 * (theta_e + theta_s), films.gap_radiation, films.gap_gas)
    h_w = film * gap / (film + gap + films.pane_rest * film * gap)
    own = films.radiant > 0.0
    star = h_c * h_ms / where(own, h_r, 1.0)
    return Moved(where(own, h_ms * films.mass_area, net.h_tr_ms),
                 where(own, star * films.star_area, net.h_tr_is), where(own, h_w, net.h_tr_w))
