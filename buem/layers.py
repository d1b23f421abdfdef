"""Layers of an opaque element to its response: what flows at its two faces, and what it remembers.

An element is a chain of nodes between its outer and its inner face. Its own dynamics are constant, so they are
diagonalised once: each mode forgets by itself, with `decay`, and is fed by the two face temperatures,

    q_o = a_oo T_o - a_io T_i - m_o - Σ from_o x,   m_o = last.oo T1_o + last.io T1_i + before.oo T2_o + before.io T2_i,
    x' = decay x + to_o T_o + to_i T_i,

and the same inside, with the flows into the element as exact means over a step in which the face temperatures run
straight, T being their mean and T - T1 their slope: second order in time. Modes that a step forgets are no modes but a
part of what the last two face temperatures give and hold: a light wall has no other. So the grid of nodes may be as
fine as one likes, and costs nothing in the year.
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
CELL: Final = 0.008
LEAST_CELLS: Final = 4
#: Cells of a layer at most.
MOST_CELLS: Final = 50
#: A mode of which less than this is left after a step is no mode. [-]
FORGOTTEN: Final = 0.01
#: Heat that a capacity holds after a step, by its mean temperature in that step and in the one before, and what it
#: gains over a step by the means of three: second order in time.
AFTER: Final = (1.5, -0.5)
GAIN: Final = (1.5, -2.0, 0.5)
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


class Memory(NamedTuple):
    """What an element takes from the face temperatures of a step that is past, its modes apart, per area."""

    oo: float = 0.0  # to the outer face, from the outer one [W/(m²K)]
    io: float = 0.0  # from one face to the other
    ii: float = 0.0  # to the inner face, from the inner one
    heat_o: float = 0.0  # heat held, by the outer face [J/(m²K)]
    heat_i: float = 0.0


class Response(NamedTuple):
    """Response of an element to its face temperatures over a step, per area; the modes are of shape (modes,)."""

    a_oo: float  # [W/(m²K)]
    a_io: float  # [W/(m²K)]
    a_ii: float  # [W/(m²K)]
    last: Memory
    #: Of the step before the last.
    before: Memory
    decay: FloatArray  # what a step leaves of a mode [-]
    to_o: FloatArray  # how the faces feed it [-]
    to_i: FloatArray
    from_o: FloatArray  # what it gives to the faces [W/(m²K)]
    from_i: FloatArray
    #: Heat that a mode holds. [J/(m²K)]
    content: FloatArray


#: Names of the numbers of a response, modes apart.
RESPONSE: Final = ("a_oo", "a_io", "a_ii", *(f"{when}_{what}" for when in ("last", "before")
                                             for what in Memory._fields))


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
    n = chain.capacity.size
    if n == 0:
        return np.zeros(0), np.zeros((2, 0)), np.zeros(0)
    # LAPACK's dense solver would start threads for a few dozen nodes.
    from scipy.linalg import eigh_tridiagonal

    root = np.sqrt(chain.capacity)
    rate, vectors = eigh_tridiagonal((chain.conductance[:-1] + chain.conductance[1:]) / chain.capacity,
                                     -chain.conductance[1:-1] / (root[:-1] * root[1:]))
    feed = np.stack([vectors[0] * chain.conductance[0] / root[0], vectors[n - 1] * chain.conductance[n] / root[n - 1]])
    return rate, feed, vectors.T @ root


def response(chain: Chain, seconds: float) -> Response:
    """Response of a chain over a step.

    A mode y' = -λ y + β_o T_o + β_i T_i under faces that run through their means T with the slope T - T1, T1 the means
    of the last step, is exact: with z = λ δ, E = exp(-z), r = (1 - E)/z and k = 1 - r - (1 - E)/2,

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
    .. [2] Gear 1971: a capacity at a face, which has no mode, takes backward differences of second order (BDF2).
    """
    through = float(chain.conductance[0]) if chain.capacity.size == 0 else 0.0
    rate, feed, root = _modes(chain)
    z = rate * seconds
    gone = z > -math.log(FORGOTTEN)
    kept = np.where(gone, 0.0, np.exp(-z))
    mean = (1.0 - kept) / z
    turn = 1.0 - mean - 0.5 * (1.0 - kept)
    into, slow = feed / rate, ~gone
    # y over x by the face temperatures of the last step.
    shift = np.where(gone, 1.0 + turn, turn / np.where(gone, 1.0, kept))
    faces = np.array([chain.outer_capacity, chain.inner_capacity])
    g = np.array([chain.conductance[0], chain.conductance[-1]])
    now = np.diag(g + GAIN[0] * faces / seconds) - into @ ((1.0 - mean - turn / z) * feed).T
    last = into @ ((mean * shift + turn / z) * feed).T - np.diag(GAIN[1] * faces / seconds)
    before = -into[:, gone] @ ((mean * turn)[gone] * feed[:, gone]).T - np.diag(GAIN[2] * faces / seconds)
    fed = (into * (1.0 - kept + turn - turn / np.where(gone, 1.0, kept)))[:, slow]
    gives = (mean * feed)[:, slow]
    return Response(
        a_oo=float(now[0, 0]), a_io=through - float(now[0, 1]), a_ii=float(now[1, 1]),
        last=_memory(last, into @ (root * shift) + AFTER[0] * faces),
        before=_memory(before, AFTER[1] * faces - into[:, gone] @ (root * turn)[gone]),
        decay=kept[slow], to_o=fed[0], to_i=fed[1], from_o=gives[0], from_i=gives[1], content=root[slow])


def _memory(given: FloatArray, heat: FloatArray) -> Memory:
    return Memory(float(given[0, 0]), float(given[0, 1]), float(given[1, 1]), float(heat[0]), float(heat[1]))


def at_inner_face(resistance: FloatArray, capacity: FloatArray, seconds: float) -> dict[str, FloatArray]:
    """Response of many elements whose capacity lies at their inner faces; they have no modes.

    Parameters
    ----------
    resistance : ndarray, shape (elements,)
        Between the faces. [m²K/W]
    capacity : ndarray, shape (elements,)
        [J/(m²K)]
    seconds : float
        The step. [s]

    Returns
    -------
    dict of str to ndarray, shape (elements,)
        By `RESPONSE`. [W/(m²K)], [J/(m²K)]

    References
    ----------
    .. [1] As `response`; ISO 52016-1:2017, 6.5.7.2, class I.
    """
    through, rate = 1.0 / resistance, capacity / seconds
    return dict.fromkeys(RESPONSE, np.zeros(resistance.size)) | {
        "a_oo": through, "a_io": through, "a_ii": through + GAIN[0] * rate,
        "last_ii": -GAIN[1] * rate, "last_heat_i": AFTER[0] * capacity,
        "before_ii": -GAIN[2] * rate, "before_heat_i": AFTER[1] * capacity}
