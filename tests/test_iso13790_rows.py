"""Places in the workspace of the compiled 5R1C: one row a quantity, in the order in which records are stacked."""

from __future__ import annotations

import itertools

import pytest

from buem import iso13790_rows as at
from buem.constants import HOURS
from buem.iso13790_records import SUMS, Network, Zones

L = at.L
#: The rows of `Zones` as `_run_numba` stacks them: the network's six, then the others.
STACKED = (*Network._fields, *Zones._fields[1:])


@pytest.mark.parametrize(("row", "name"), [
    (at.HVE, "h_ve"), (at.NIGHT, "h_ve_night"), (at.NSTART, "night_start"), (at.NEND, "night_end"),
    (at.NMIN, "night_temp_min"), (at.PUSE, "h_use"), (at.RECOVERY, "recovery"), (at.BYPASS, "bypass_temp"),
    (at.PFREE, "h_free"), (at.FMIN, "free_temp_min"), (at.FDIFF, "free_difference"), (at.CONV, "convective"),
    (at.MASS, "mass_share"), (at.SURF, "surface_share"), (at.SMASS, "sun_mass"), (at.SSURF, "sun_surface"),
    (at.OUTER, "outer"), (at.SKYM, "sky_mass"), (at.SKYS, "sky_surface"), (at.GROUND, "h_ground"),
    (at.GMEAN, "ground_mean"), (at.GCOS, "ground_cosine"), (at.GSIN, "ground_sine"), (at.BESIDE, "beside"),
    (at.AREA, "floor_area"), (at.PHEAT, "power_heat"), (at.PCOOL, "power_cool"), (at.FIRST, "first_hour"),
    (at.COUNT, "hours"), (at.STEADY, "film_steady"), (at.MOVING, "film_moving"), (at.RADIANT, "radiant"),
    (at.A_M, "mass_area"), (at.A_T, "inner_area"), (at.A_S, "star_area"), (at.P_C, "pane_convection"),
    (at.P_R, "pane_radiation"), (at.P_B, "pane_between"), (at.G_R, "gap_radiation"), (at.G_G, "gap_gas"),
    (at.P_O, "pane_rest"), (at.ISO, "isotropic"), (at.HOR, "horizon"), (at.GND, "ground"),
    (at.ISO_O, "isotropic_opaque"), (at.HOR_O, "horizon_opaque"), (at.GND_O, "ground_opaque")])
def test_a_row_is_the_field_of_its_name(row, name):
    assert row == STACKED.index(name) * L


def test_every_field_has_its_row():
    assert len(STACKED) == at.ZONES
    assert at.K == at.ZONES * L
    assert at.FILMS == 4 * L  # mass to surface, surface to air and glass lie before it


def test_what_an_hour_works_with_lies_behind_the_sums_without_a_gap():
    rows = [at.THETA, at.AIR, at.SUN, at.OPAQUE, at.INT, at.LOW, at.HIGH, at.USE, at.FREE, at.WEIGHT, at.OUT_H,
            at.OUT_C, at.OUT_A, at.OUT_S, at.WORK]
    assert rows[0] == at.SUM + SUMS * L
    assert {b - a for a, b in itertools.pairwise(rows)} == {L}


def test_a_plane_lies_before_what_is_lit_of_it():
    assert at.LIT == at.PLANE * L


def test_a_year_is_whole_tiles():
    assert HOURS % at.TILE == 0
