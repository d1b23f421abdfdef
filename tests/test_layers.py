"""The response of elements against what is known exactly: steady state, heat held, ISO 13786's periodic response."""

from __future__ import annotations

import cmath
import math

import numpy as np
import pytest

from buem.building import Layer
from buem.layers import CELL, MASS_POSITIONS, Chain, chain_of_layers, five_nodes, response

SIDING = Layer(thickness=0.009, conductivity=0.14, density=530.0, specific_heat=900.0)
QUILT = Layer(thickness=0.066, conductivity=0.04, density=12.0, specific_heat=840.0)
BOARD = Layer(thickness=0.012, conductivity=0.16, density=950.0, specific_heat=840.0)
BLOCK = Layer(thickness=0.1, conductivity=0.51, density=1400.0, specific_heat=1000.0)
FOAM = Layer(thickness=0.0615, conductivity=0.04, density=10.0, specific_heat=1400.0)
WALLS = {
    "light": ((SIDING, QUILT, BOARD), 0.009 / 0.14 + 0.066 / 0.04 + 0.012 / 0.16),
    "heavy": ((SIDING, FOAM, BLOCK), 0.009 / 0.14 + 0.0615 / 0.04 + 0.1 / 0.51),
    "mass within, insulation without mass": ((Layer(resistance=2.5), BLOCK), 2.5 + 0.1 / 0.51),
    "mass outside": ((BLOCK, Layer(resistance=2.5)), 2.5 + 0.1 / 0.51),
    "mass between": ((Layer(resistance=1.0), BLOCK, Layer(resistance=1.0)), 2.0 + 0.1 / 0.51),
}


class Walk:
    """An element that is led from step to step: its modes, and its faces in the last two steps."""

    def __init__(self, r, t_o, t_i):
        self.r, self.faces = r, [(t_o, t_i)] * 2
        self.x = (r.to_o * t_o + r.to_i * t_i) / (1.0 - r.decay)

    def step(self, t_o, t_i):
        """Mean flows into the outer and the inner face."""
        r = self.r
        q_o, q_i = r.a_oo * t_o - r.a_io * t_i - r.from_o @ self.x, r.a_ii * t_i - r.a_io * t_o - r.from_i @ self.x
        for memory, (was_o, was_i) in zip((r.last, r.before), self.faces):
            q_o -= memory.oo * was_o + memory.io * was_i
            q_i -= memory.ii * was_i + memory.io * was_o
        self.x = r.decay * self.x + r.to_o * t_o + r.to_i * t_i
        self.faces = [(t_o, t_i), self.faces[0]]
        return q_o, q_i

    def heat(self):
        """Heat held over that at 0 °C."""
        return self.r.content @ self.x + sum(memory.heat_o * t_o + memory.heat_i * t_i for memory, (t_o, t_i) in
                                             zip((self.r.last, self.r.before), self.faces))


@pytest.mark.parametrize("seconds", [3600.0, 900.0, 60.0])
@pytest.mark.parametrize("name", WALLS)
def test_steady_flow_is_the_difference_over_the_resistance(name, seconds):
    layers, resistance = WALLS[name]
    r = response(chain_of_layers(layers), seconds)
    q_o, q_i = Walk(r, -10.0, 20.0).step(-10.0, 20.0)
    assert q_i == pytest.approx(30.0 / resistance, rel=1e-9)
    assert q_o == pytest.approx(-30.0 / resistance, rel=1e-9)


@pytest.mark.parametrize("seconds", [3600.0, 900.0])
@pytest.mark.parametrize("name", WALLS)
def test_heat_is_conserved_in_every_step(name, seconds):
    layers, _ = WALLS[name]
    r = response(chain_of_layers(layers), seconds)
    rng = np.random.default_rng(1)
    wall = Walk(r, 5.0, 20.0)
    for t_o, t_i in rng.uniform(-20.0, 40.0, (50, 2)):
        before = wall.heat()
        q_o, q_i = wall.step(t_o, t_i)
        assert wall.heat() - before == pytest.approx((q_o + q_i) * seconds, abs=1e-5)


@pytest.mark.parametrize("name", WALLS)
def test_heat_held_at_one_temperature_is_the_capacity(name):
    layers, _ = WALLS[name]
    r = response(chain_of_layers(layers), 900.0)
    capacity = sum(a.thickness * a.density * a.specific_heat for a in layers)
    assert Walk(r, 1.0, 1.0).heat() == pytest.approx(capacity, rel=1e-9)


def transfer_matrix(layers, omega):
    """Heat transfer matrix of ISO 13786:2017, 7.1: (θ, q) on one side from (θ, q) on the other."""
    z = np.eye(2, dtype=complex)
    for layer in layers:
        if layer.resistance is not None:
            part = np.array([[1.0, -layer.resistance], [0.0, 1.0]], dtype=complex)
        else:
            gamma = cmath.sqrt(1j * omega * layer.density * layer.specific_heat / layer.conductivity)
            s, d = cmath.sinh(gamma * layer.thickness), cmath.cosh(gamma * layer.thickness)
            part = np.array([[d, -s / (layer.conductivity * gamma)], [-layer.conductivity * gamma * s, d]])
        z = part @ z
    return z


def sampled(r, omega, seconds, inside):
    """Complex amplitude of the inner flow under a face temperature cos ωt, from the steps themselves."""
    days, per_day = 30, round(2 * math.pi / omega / seconds)
    times = (np.arange(days * per_day) + 0.5) * seconds
    wave = np.cos(omega * times) * np.sin(omega * seconds / 2) / (omega * seconds / 2)
    wall = Walk(r, 0.0, 0.0)
    out = [wall.step(0.0 if inside else value, value if inside else 0.0)[1] for value in wave]
    last = slice(-10 * per_day, None)
    return 2.0 * np.mean(np.array(out)[last] * np.exp(-1j * omega * times[last]))


@pytest.mark.parametrize(("seconds", "tolerance"), [(3600.0, 0.02), (1800.0, 0.005), (900.0, 0.0025)])
@pytest.mark.parametrize("name", ["heavy", "light", "mass within, insulation without mass"])
def test_periodic_response_of_a_day_is_that_of_iso_13786(name, seconds, tolerance):
    layers, _ = WALLS[name]
    omega = 2.0 * math.pi / 86400.0
    z = transfer_matrix(layers, omega)
    r = response(chain_of_layers(layers), seconds)
    # From outside to inside, with the flow counted in that direction: q_i into the element is -q of the matrix.
    admittance, transmission = -z[1, 1] / z[0, 1], 1.0 / z[0, 1]
    assert abs(sampled(r, omega, seconds, True) - admittance) < tolerance * abs(admittance)
    assert abs(sampled(r, omega, seconds, False) - transmission) < 2 * tolerance * abs(transmission)


def test_finer_cells_change_nothing_that_matters():
    coarse, fine = (response(chain_of_layers((SIDING, FOAM, BLOCK), cell), 900.0) for cell in (CELL, CELL / 2))
    omega = 2.0 * math.pi / 86400.0
    a, b = (sampled(r, omega, 900.0, True) for r in (coarse, fine))
    assert abs(a - b) < 0.002 * abs(b)


def test_a_light_wall_remembers_its_faces_alone():
    r = response(chain_of_layers((SIDING, QUILT, BOARD)), 3600.0)
    assert r.decay.size == 0
    assert min(r.last.oo, r.last.ii) > 0.0


def test_no_mass_is_a_resistance():
    r = response(chain_of_layers((Layer(resistance=2.0),)), 900.0)
    assert r.decay.size == 0
    assert (r.a_oo, r.a_io, r.a_ii) == (0.5, 0.5, 0.5)


@pytest.mark.parametrize("position", MASS_POSITIONS)
def test_five_nodes_keep_resistance_and_capacity(position):
    r = response(five_nodes(2.0, 100e3, position), 900.0)
    q_o, q_i = Walk(r, 0.0, 10.0).step(0.0, 10.0)
    assert (q_i, q_o) == pytest.approx((5.0, -5.0), rel=1e-9)
    assert Walk(r, 1.0, 1.0).heat() == pytest.approx(100e3, rel=1e-9)


def test_distributed_mass_stands_between_the_conductances_of_the_standard():
    chain = five_nodes(2.0, 80e3, "distributed")
    assert isinstance(chain, Chain)
    assert chain.conductance.tolist() == pytest.approx([3.0, 1.5, 1.5, 3.0])
    assert chain.capacity.tolist() == pytest.approx([20e3] * 3)
    assert (chain.outer_capacity, chain.inner_capacity) == (10e3, 10e3)
