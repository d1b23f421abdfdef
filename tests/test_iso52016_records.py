"""Elements side by side: what is missing weighs nothing, and what is chosen is chosen everywhere."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from node_blocks import beside, plain, rich, tables

from buem.iso52016_columns import COLUMNS
from buem.iso52016_records import NodeZones, side_by_side, total


def test_elements_of_a_building_stand_in_its_column():
    nodes, _ = tables(plain(), rich())
    rank = side_by_side(nodes.own)
    counts = np.diff(nodes.own.offset)
    assert rank.column.area.shape == (counts.max(), 2)
    for building in range(2):
        first = nodes.own.offset[building]
        for n in range(counts[building]):
            found = [column[n, building] for column in rank.column]
            assert found == nodes.own.table[first + n].tolist()
            assert rank.content[:, n, building].tolist() == nodes.own.modes[first + n, :, 5].tolist()


def test_an_element_that_a_building_lacks_adds_nothing_and_divides_by_nothing():
    nodes, _ = tables(plain(), rich())
    rank = side_by_side(nodes.own)
    lacks = np.diff(nodes.own.offset)[0]
    column = {name: values[lacks:, 0] for name, values in zip(COLUMNS, rank.column)}
    assert not column["area"].any()
    # The films of such an element are 0: without a response of its own the elimination would divide by 0.
    assert (column["a_oo"] == 1.0).all()
    assert (column["a_ii"] == 1.0).all()
    assert (column["a_io"] == 0.0).all()
    # Its shade is of a window of 1 m x 1 m, and never closed.
    assert np.isinf(column["irradiance"]).all()
    assert (column["width"] * column["height"] == 1.0).all()
    assert not rank.content[:, lacks:, 0].any()


def test_no_elements_at_all():
    nodes, _ = tables(plain())
    none = nodes.own.part(np.zeros(nodes.own.owner.size, dtype=bool))
    rank = side_by_side(none)
    assert rank.column.area.shape == (1, 1)
    assert rank.column.area.sum() == 0.0


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=12), st.integers(0, 5))
def test_a_sum_does_not_depend_on_the_neighbours(values, more):
    alone = total(np.array(values)[:, None])
    beside_longer = total(np.concatenate([np.array(values), np.zeros(more)])[:, None])
    assert alone[0] == beside_longer[0]


def test_a_sum_leaves_its_terms_alone():
    values = np.ones((3, 2))
    total(values)
    assert (values == 1.0).all()
    assert np.isnan(total(np.array([[1.0], [np.nan]])))


def test_some_of_the_zones():
    zones = NodeZones(*(np.arange(4.0) + 10 * k for k in range(len(NodeZones._fields))))
    some = zones.of(np.array([3, 1]))
    assert some.infiltration.tolist() == [3.0, 1.0]
    assert some.hours.tolist() == [183.0, 181.0]


@pytest.mark.parametrize(("which", "spaces"), [([0, 2], [0, 1]), ([2], [0]), ([1, 3], [])])
def test_some_of_the_buildings_keep_their_spaces(which, spaces):
    buildings = [beside("a"), plain("b"), beside("c", floor_area=33.0), rich("d")]
    nodes, _ = tables(*buildings)
    some = nodes.of(np.array(which))
    assert some.zones.floor_area.tolist() == [buildings[i].floor_area for i in which]
    assert some.building.tolist() == spaces
    assert some.between.owner.size == 2 * len(spaces)
    alone, _ = tables(*(buildings[i] for i in which))
    assert np.array_equal(some.own.offset, alone.own.offset)
    assert np.allclose(some.own.table, alone.own.table, rtol=1e-12)
    assert np.allclose(some.beside.table, alone.beside.table, rtol=1e-12)
