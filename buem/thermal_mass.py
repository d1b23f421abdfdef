"""Layers of an element as resistance and as the heat capacity that a day's swing inside finds."""

from __future__ import annotations

import cmath
import math
from collections.abc import Sequence
from typing import Final

from buem.building import Layer

#: Period of the swing. [s]
DAY: Final = 86400.0
#: Least capacity of a face: what a film of paint has. [J/(m²K)]
LEAST: Final = 1e3


def layer_resistance(layer: Layer) -> float:
    """Resistance of a layer.

    Parameters
    ----------
    layer : Layer
        A material, or a resistance.

    Returns
    -------
    float
        [m²K/W]
    """
    return layer.thickness / layer.conductivity if layer.resistance is None else layer.resistance


def resistance(layers: Sequence[Layer]) -> float:
    """Resistance between the two faces of an element.

    Parameters
    ----------
    layers : sequence of Layer
        From outside to inside.

    Returns
    -------
    float
        [m²K/W]

    References
    ----------
    .. [1] ISO 6946:2017, 6.7.1.1, without the films.
    """
    return math.fsum(layer_resistance(layer) for layer in layers)


def areal_capacity(layers: Sequence[Layer], adiabatic: bool = False, period: float = DAY) -> float:
    """Heat that the inner face of an element takes up in a swing of its temperature by 1 K.

    κ = T/(2π) |(Z₁₁ - 1)/Z₁₂|, with the heat transfer matrix Z from the inner to the outer face; where no heat flows
    at the outer face, κ = T/(2π) |Z₂₁/Z₂₂|.

    Parameters
    ----------
    layers : sequence of Layer
        From outside to inside.
    adiabatic : bool
        Whether no heat flows at the outer face.
    period : float
        Of the swing, T. [s]

    Returns
    -------
    float
        κ, not less than `LEAST`. [J/(m²K)]

    References
    ----------
    .. [1] ISO 13786:2017, 6.1 to 7.3: matrix of a layer and internal areal heat capacity, films left out.
    """
    z = ((1.0 + 0j, 0j), (0j, 1.0 + 0j))
    for layer in reversed(layers):
        z = _product(_matrix(layer, 2.0 * math.pi / period), z)
    taken, per = (z[1][0], z[1][1]) if adiabatic else (z[0][0] - 1.0, z[0][1])
    return LEAST if per == 0.0 else max(abs(taken / per) * period / (2.0 * math.pi), LEAST)


_Matrix = tuple[tuple[complex, complex], tuple[complex, complex]]


def _matrix(layer: Layer, frequency: float) -> _Matrix:
    """Temperature and heat flow at the far face of a layer from those at the near one."""
    capacity = layer.density * layer.specific_heat
    if layer.resistance is not None or capacity == 0.0:
        return (1.0 + 0j, complex(-layer_resistance(layer))), (0j, 1.0 + 0j)
    wave = cmath.sqrt(1j * frequency * capacity / layer.conductivity)
    # A wave that has died down to e⁻³⁰ says no more about the far side.
    depth = wave * min(layer.thickness, 30.0 / wave.real)
    cosine, sine = cmath.cosh(depth), cmath.sinh(depth)
    return (cosine, -sine / (layer.conductivity * wave)), (-sine * layer.conductivity * wave, cosine)


def _product(a: _Matrix, b: _Matrix) -> _Matrix:
    return ((a[0][0] * b[0][0] + a[0][1] * b[1][0], a[0][0] * b[0][1] + a[0][1] * b[1][1]),
            (a[1][0] * b[0][0] + a[1][1] * b[1][0], a[1][0] * b[0][1] + a[1][1] * b[1][1]))
