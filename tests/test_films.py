"""Films of faces."""

from __future__ import annotations

import numpy as np
import pytest

from buem.films import natural_factors, star_factors


def test_natural_convection_of_a_wall_is_the_same_on_both_sides():
    warm, cold = natural_factors(np.zeros(1))
    assert warm[0] == pytest.approx(1.31, abs=0.01)
    assert cold[0] == pytest.approx(1.31, abs=0.01)


def test_warm_floor_and_cold_ceiling_move_the_air_freely():
    # By hand: 9.482 / 6.283 = 1.509 and 1.810 / 2.382 = 0.760.
    warm, cold = natural_factors(np.array([1.0, -1.0]))
    assert warm == pytest.approx([1.509, 0.760], abs=1e-3)
    assert cold == pytest.approx([0.760, 1.509], abs=1e-3)


def test_black_cube_sees_itself_by_its_view_factors():
    g = star_factors(np.ones(6), np.zeros(6, dtype=int), np.ones(6), np.zeros(6, dtype=bool))
    # Through the star a face exchanges with the five others: g (1 - 1/6) has to be 1.
    assert g * 5.0 / 6.0 == pytest.approx(np.ones(6))


def test_two_grey_plates_exchange_half_of_what_black_ones_do():
    # Parallel plates of ε = 2/3: 1 / (1/ε + 1/ε - 1) = 0.5; the star has two equal resistances in series.
    g = star_factors(np.ones(2), np.zeros(2, dtype=int), np.full(2, 2.0 / 3.0), np.zeros(2, dtype=bool))
    assert 1.0 / (1.0 / g).sum() == pytest.approx(0.5)


def test_views_do_not_depend_on_neighbours():
    area, emissivity = np.array([10.0, 20.0, 5.0, 7.0]), np.array([0.9, 0.8, 0.9, 0.1])
    together = star_factors(np.tile(area, 2), np.repeat([0, 1], 4), np.tile(emissivity, 2), np.zeros(8, dtype=bool))
    alone = star_factors(area, np.zeros(4, dtype=int), emissivity, np.zeros(4, dtype=bool))
    assert together.tolist() == [*alone.tolist()] * 2
