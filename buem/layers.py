"""Layers of an opaque element to its response: what flows at its two faces, and what it remembers.

An element is a chain of nodes between its outer and its inner face. Its own dynamics are constant, so they are
diagonalised once: each mode forgets by itself, with `decay`, and is fed by the two face temperatures,

    q_o = a_oo T_o - a_io T_i - Σ from_o x,   q_i = a_ii T_i - a_io T_o - Σ from_i x,
    x' = decay x + to_o T_o + to_i T_i,

with the flows into the element as exact means over a step in which the face temperatures are steady. Modes that a
step forgets are lumped into two, which remember the last face temperatures and hold their heat: a light wall has no
other. So the grid of nodes may be as fine as one likes, and costs nothing in the year.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from buem.building import Layer
from buem.profiles import FloatArray

#: Thickness of a node's cell at most, and least number of cells in a layer with mass. [m]
CELL: Final = 0.01
LEAST_CELLS: Final = 4
#: Cells of a layer at most.
MOST_CELLS: Final = 40
#: A mode of which less than this is left after a step is lumped. [-]
FORGOTTEN: Final = 0.01
#: Storage below which a lumped mode is left out. [W/(m²K)]
_NOTHING: Final = 1e-9
#: Places of the capacity of a U-value element, ISO 52016-1:2017, 6.5.7.2: share at each of the five nodes.
MASS_POSITIONS: Final[dict[str, tuple[float, ...]]] = {
    "inside": (0.0, 0.0, 0.0, 0.0, 1.0),
    "outside": (1.0, 0.0, 0.0, 0.0, 0.0),
    "both": (0.5, 0.0, 0.0, 0.0, 0.5),
    "distributed": (0.125, 0.25, 0.25, 0.25, 0.125),
    "middle": (0.0, 0.0, 1.0, 0.0, 0.0),
}


class Chain(NamedTuple):
    """Nodes of an element from its outer to its inner face, per area."""

    #: Of the nodes between the faces, shape (nodes,). [J/(m²K)]
    capacity: FloatArray
    #: From face to node, node to node, node to face, shape (nodes + 1,). [W/(m²K)]
    conductance: FloatArray
    #: At the faces themselves. [J/(m²K)]
    outer_capacity: float = 0.0
    inner_capacity: float = 0.0


class Response(NamedTuple):
    """Response of an element to its face temperatures over a step, per area; the modes are of shape (modes,)."""

    a_oo: float  # [W/(m²K)]
    a_io: float  # [W/(m²K)]
    a_ii: float  # [W/(m²K)]
    last: FloatArray
    before: FloatArray
    decay: FloatArray  # what a step leaves of a mode [-]
    to_o: FloatArray  # how the faces feed it [-]
    to_i: FloatArray
    from_o: FloatArray  # what it gives to the faces [W/(m²K)]
    from_i: FloatArray
    #: Heat that a mode holds. [J/(m²K)]
    content: FloatArray


def chain_of_layers(layers: Sequence[Layer], cell: float = CELL) -> Chain:
    """Nodes of a construction: each layer with mass cut into cells, its node in the middle of each.

    Parameters
    ----------
    layers : sequence of Layer
        From outside to inside.
    cell : float
        Thickness of a cell at most. [m]

    Returns
    -------
    Chain
        Shape (nodes,). [J/(m²K)], [W/(m²K)]

    References
    ----------
    .. [1] Patankar 1980, Numerical Heat Transfer and Fluid Flow, section 4.2-3: conductances of half cells in series.
    """
    capacity: list[float] = []
    between: list[float] = []
    waiting = 0.0
    for layer in layers:
        if layer.resistance is not None:
            waiting += layer.resistance
            continue
        mass = layer.thickness * layer.density * layer.specific_heat
        if mass == 0.0:
            waiting += layer.thickness / layer.conductivity
            continue
        cells = min(max(math.ceil(layer.thickness / cell), LEAST_CELLS), MOST_CELLS)
        half = 0.5 * layer.thickness / cells / layer.conductivity
        for _ in range(cells):
            between.append(waiting + half)
            capacity.append(mass / cells)
            waiting = half
    between.append(waiting)
    return Chain(np.array(capacity), 1.0 / np.array(between))


def five_nodes(resistance: float, capacity: float, position: str = "inside") -> Chain:
    """Nodes of an element of which only U and the capacity are known.

    h_1,2 = h_4,5 = 6/R_c and h_2,3 = h_3,4 = 3/R_c, with the capacity at the nodes of its position.

    Parameters
    ----------
    resistance : float
        Between the faces, R_c = 1/U - R_si - R_se. [m²K/W]
    capacity : float
        Areal heat capacity, κ_m. [J/(m²K)]
    position : str
        One of `MASS_POSITIONS`.

    Returns
    -------
    Chain
        Three nodes between the faces. [J/(m²K)], [W/(m²K)]

    References
    ----------
    .. [1] ISO 52016-1:2017, 6.5.7; the same in pyBuildingEnergy and in the UK's Home Energy Model.
    """
    shares = [share * capacity for share in MASS_POSITIONS[position]]
    conductance = np.array([6.0, 3.0, 3.0, 6.0]) / resistance
    held = [k for k in (1, 2, 3) if shares[k] > 0.0]
    # A node without capacity is no node: the conductances on its two sides stand in series.
    cuts = [0, *held, 4]
    series = [1.0 / (1.0 / conductance[a:b]).sum() for a, b in pairwise(cuts)]
    return Chain(np.array([shares[k] for k in held]), np.array(series), shares[0], shares[4])


def joined(outer: Chain, inner: Chain) -> Chain:
    """Two elements face to face: the inner face of the first meets the outer one of the second.

    Parameters
    ----------
    outer, inner : Chain
        Per area. [J/(m²K)], [W/(m²K)]

    Returns
    -------
    Chain
        A node stands where they meet if either has capacity there.
    """
    between = outer.inner_capacity + inner.outer_capacity
    if between > 0.0:
        capacity = np.concatenate([outer.capacity, [between], inner.capacity])
        conductance = np.concatenate([outer.conductance, inner.conductance])
    else:
        met = 1.0 / (1.0 / outer.conductance[-1] + 1.0 / inner.conductance[0])
        capacity = np.concatenate([outer.capacity, inner.capacity])
        conductance = np.concatenate([outer.conductance[:-1], [met], inner.conductance[1:]])
    return Chain(capacity, conductance, outer.outer_capacity, inner.inner_capacity)


def _modes(chain: Chain) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Rates [1/s], their coupling to the two faces [W/(m²K) per √(J/(m²K))], and heat they hold."""
    # LAPACK's dense solver would start threads for a few dozen nodes.
    from scipy.linalg import eigh_tridiagonal

    n = chain.capacity.size
    root = np.sqrt(chain.capacity)
    rate, vectors = eigh_tridiagonal((chain.conductance[:-1] + chain.conductance[1:]) / chain.capacity,
                                     -chain.conductance[1:-1] / (root[:-1] * root[1:]))
    feed = np.stack([vectors[0] * chain.conductance[0] / root[0], vectors[n - 1] * chain.conductance[n] / root[n - 1]])
    return rate, feed, vectors.T @ root


def response(chain: Chain, seconds: float) -> Response:
    """Response of a chain over a step.

    A mode y' = -λ y + β_o T_o + β_i T_i under faces that run through their means T with the slope T - T1 is exact: with
    z = λ δ, E = exp(-z), r = (1 - E)/z and k = 1 - r - (1 - E)/2,

        y' = E y + Σ β/λ ((1 - E + k) T - k T1),   mean of y = r y + Σ β/λ ((1 - r - k/z) T + k/z T1).

    With y = x + k/E Σ β/λ T1 the modes that are kept need T alone. Forgotten ones have E = 0: y follows from T and T1.

    Parameters
    ----------
    chain : Chain
        An element, per area. [J/(m²K)], [W/(m²K)]
    seconds : float
        The step, δ. [s]

    Returns
    -------
    Response
        Shape (modes,). [W/(m²K)]

    References
    ----------
    .. [1] Seem 1987, Modeling of heat transfer in buildings (thesis, Wisconsin): transfer functions from state space.
    .. [2] Without modes, with a capacity at a face: the backward differences of Gear 1971 of second order (BDF2).
    """
    g_o, g_i = float(chain.conductance[0]), float(chain.conductance[-1])
    if chain.capacity.size == 0:
        rate, root, through = np.zeros(0), np.zeros(0), g_o
        feed = np.zeros((2, 0))
    else:
        rate, feed, root = _modes(chain)
        through = 0.0
    z = rate * seconds
    gone = z > -math.log(FORGOTTEN)
    kept = np.where(gone, 0.0, np.exp(-z))
    mean = (1.0 - kept) / z
    turn = 1.0 - mean - 0.5 * (1.0 - kept)
    if ORDER == 1: turn = 0.0*turn
    into = feed / rate
    slow = ~gone
    # What the mean of a mode takes from the face temperatures of this step, the last, and the one before.
    shift = np.where(gone, 1.0 + turn, turn / np.where(gone, 1.0, kept))
    now = into @ ((1.0 - mean - turn / z) * feed).T
    last = into @ ((mean * shift + turn / z) * feed).T
    before = into[:, gone] @ (-mean[gone] * turn[gone] * feed[:, gone]).T
    faces = np.array([chain.outer_capacity, chain.inner_capacity])
    f = (1.5, 2.0, 0.5) if ORDER == 2 else (1.0,1.0,0.0)
    a_oo, a_io, a_ii = g_o - now[0, 0] + f[0] * faces[0] / seconds, through + now[0, 1], g_i - now[1, 1] + f[0] * faces[1] / seconds
    last = last + np.diag(f[1] * faces / seconds)
    before = before - np.diag(f[2] * faces / seconds)
    heat_last = into @ (root * shift) + f[0] * faces
    heat_before = into[:, gone] @ (-root * turn)[gone] - f[2] * faces
    to = (into * (1.0 - kept + turn - turn / np.where(gone, 1.0, kept)))[:, slow]
    give = (mean * feed)[:, slow]
    return Response(float(a_oo), float(a_io), float(a_ii), _parts(last, heat_last), _parts(before, heat_before),
                    kept[slow], to[0], to[1], give[0], give[1], root[slow])
ORDER = 2

def _parts(m, heat):
    return np.array([m[0, 0], m[0, 1], m[1, 1], *heat])
