"""The columns of the node model's tables are those that their makers write."""

from __future__ import annotations

import numpy as np
from numpy.polynomial import polynomial

from buem.iso52016_columns import COLUMNS, HOUR_COLUMNS, MODE_COLUMNS, Columns, Hour
from buem.layers import RESPONSE, Response
from buem.solar import SolarHours
from buem.window_parts import SHADES


def test_shades_stand_together_in_their_own_order():
    first = COLUMNS.index(SHADES[0])
    assert COLUMNS[first:first + len(SHADES)] == SHADES


def test_memory_of_an_element_stands_last_in_the_order_of_its_response():
    assert COLUMNS[-len(RESPONSE[3:]):] == RESPONSE[3:]
    assert COLUMNS[1:4] == RESPONSE[:3]


def test_modes_are_those_of_a_response():
    assert Response._fields[-len(MODE_COLUMNS):] == MODE_COLUMNS


def test_an_hour_begins_with_its_sun():
    assert HOUR_COLUMNS[:len(SolarHours._fields)] == SolarHours._fields
    assert Hour._make(range(len(HOUR_COLUMNS))).season_sin == len(HOUR_COLUMNS) - 1


def test_no_name_twice():
    assert len(set(COLUMNS)) == len(COLUMNS)
    assert len(set(HOUR_COLUMNS)) == len(HOUR_COLUMNS)


def test_polynomials_have_their_constant_first():
    columns = Columns._make(np.arange(float(len(COLUMNS))))._replace(
        tau_0=1.0, tau_1=2.0, tau_2=0.0, tau_3=0.0, tau_4=-1.0, absorbed_0=0.5, absorbed_1=0.0, absorbed_2=4.0,
        absorbed_3=0.0, absorbed_4=0.0)
    # 1 + 2 · 0.5 - 0.5⁴ and 0.5 + 4 · 0.5².
    assert polynomial.polyval(0.5, columns.tau()) == 1.9375
    assert polynomial.polyval(0.5, columns.absorbed()) == 1.5
