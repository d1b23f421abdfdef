"""Places in the workspace of the compiled node model: each for one thing, columns where the tables have them."""

from __future__ import annotations

import itertools

import pytest

from buem import iso52016_rows as at
from buem.iso52016 import SUMS, ZONE_ROWS
from buem.iso52016_columns import COLUMNS, MODE_COLUMNS
from buem.iso52016_records import NodeZones

L = at.L


@pytest.mark.parametrize(("row", "column"), [
    (at.AREA, "area"), (at.AOO, "a_oo"), (at.AIO, "a_io"), (at.AII, "a_ii"), (at.GAPR, "gap_radiation"),
    (at.GAPG, "gap_gas"), (at.B, "b"), (at.TO_SKY, "to_sky"), (at.TO_REST, "to_rest"), (at.IN_WARM, "in_warm"),
    (at.IN_COLD, "in_cold"), (at.IN_QUARTER, "in_quarter"), (at.OUT_WARM, "out_warm"), (at.OUT_COLD, "out_cold"),
    (at.ROUGH, "rough"), (at.WINDWARD, "windward"), (at.LEEWARD, "leeward"), (at.STAR, "star"),
    (at.FIXED_IN, "fixed_in"), (at.FIXED_OUT, "fixed_out"), (at.SHARE_B, "share_beam"), (at.SHARE_D, "share_diffuse"),
    (at.ALPHA_O, "alpha_outer"), (at.ALPHA_I, "alpha_inner"), (at.ABS_D, "absorbed_diffuse"), (at.TAU_D, "tau_diffuse"),
    (at.EAST, "east"), (at.NORTH, "north"), (at.UP, "up"), (at.ISO, "isotropic"), (at.HOR, "horizon"),
    (at.GND, "ground"), (at.ABS, "absorbed_0"), (at.TAU, "tau_0"), (at.SHADE, "depth"), (at.FIN_L, "fin_left"),
    (at.FIN_R, "fin_right"), (at.HEIGHT, "height"), (at.WIDTH_OF, "width"), (at.FACTOR, "factor"),
    (at.IRRADIANCE, "irradiance"), (at.TEMP_MIN, "temp_min"), (at.ROOF, "roof"), (at.H_GROUND, "h_ground"),
    (at.G_MEAN, "ground_mean"), (at.G_COS, "ground_cos"), (at.G_SIN, "ground_sin"),
    (at.SHARE_BO, "share_beam_outer"), (at.SHARE_DO, "share_diffuse_outer"), (at.PASS_B, "pass_beam"),
    (at.PASS_D, "pass_diffuse"), (at.GIVEN_IN, "given_in"), (at.GIVEN_OUT, "given_out"), (at.LAST_OO, "last_oo"),
    (at.LAST_IO, "last_io"), (at.LAST_II, "last_ii"), (at.LAST_HEAT_O, "last_heat_o"),
    (at.LAST_HEAT_I, "last_heat_i"), (at.BEFORE_OO, "before_oo"), (at.BEFORE_IO, "before_io"),
    (at.BEFORE_II, "before_ii"), (at.BEFORE_HEAT_O, "before_heat_o"), (at.BEFORE_HEAT_I, "before_heat_i"),
])
def test_a_row_of_an_element_is_the_column_of_its_name(row, column):
    assert row == COLUMNS.index(column) * L


@pytest.mark.parametrize(("row", "column"), [
    (at.DECAY, "decay"), (at.TO_O, "to_o"), (at.TO_I, "to_i"), (at.FROM_O, "from_o"), (at.FROM_I, "from_i"),
    (at.CONTENT, "content")])
def test_a_row_of_a_mode_is_the_column_of_its_name(row, column):
    assert row == MODE_COLUMNS.index(column) * L


@pytest.mark.parametrize(("row", "name"), [
    (at.INFIL, "infiltration"), (at.FLOW, "flow"), (at.RECOVERY, "recovery"), (at.BYPASS, "bypass_temp"),
    (at.AIRN, "air_change_night"), (at.NSTART, "night_start"), (at.NEND, "night_end"), (at.NMIN, "night_temp_min"),
    (at.FMIN, "free_temp_min"), (at.FDIFF, "free_difference"), (at.BRIDGE, "bridge"), (at.CAIR, "c_air"),
    (at.CONV, "convective"), (at.FLOOR, "floor_area"), (at.PHEAT, "power_heat"), (at.PCOOL, "power_cool"),
    (at.WEIGHT_A, "air_weight"), (at.FIRST, "first_hour"), (at.COUNT, "hours")])
def test_a_row_of_a_space_is_the_field_of_its_name(row, name):
    assert row == ZONE_ROWS.index(name) * L == NodeZones._fields.index(name) * L


def test_what_an_element_is_in_a_step_lies_behind_its_columns_and_before_its_modes():
    state = [at.T_O, at.T_I, at.P_O, at.P_I, at.MEM_O, at.MEM_I, at.SUN_O, at.SUN_I, at.LOST, at.U, at.OUTSIDE,
             at.GIVEN, at.H_O, at.D, at.V, at.V_O, at.F_AIO, at.V_C, at.V_R, at.A_C, at.A_R, at.BY_AIR, at.BY_SKY,
             at.BY_ZONE, at.H_AIR, at.H_SKY, at.FALLS_B, at.FALLS_D, at.MU, at.SHADOW]
    assert {b - a for a, b in itertools.pairwise(state)} == {L}
    assert state[0] == len(COLUMNS) * L
    assert state[-1] + L == at.MODES


def test_sums_of_a_space_stand_between_its_rows_and_its_hour():
    assert len(ZONE_ROWS) * L == at.SUM
    assert at.HEAT == at.SUM + SUMS * L
    # The means of an hour are cleared together: HEAT to BRIDGED, without a gap.
    assert list(range(at.HEAT, at.BRIDGED + L, L)) == [at.HEAT, at.COOL, at.HELD, at.OUT_A, at.OUT_R, at.VENT,
                                                       at.BRIDGED]
    assert at.PASSED < at.BLOCK


def test_the_workspace_keeps_to_lines_of_the_cache():
    assert at.BLOCK % L == at.MODES % L == at.MODE % L == 0
    assert L * 8 == 64
