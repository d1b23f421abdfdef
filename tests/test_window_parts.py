"""Windows as elements: glass and frame, and what panes absorb."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

import buem
from buem.building import Building, Glass, Layer, Overhang, Surface, Window
from buem.io.stations import read_station
from buem.window_parts import NO_OPTICS, SHADES, absorbed_at_faces, glass_rows, height_of, shade_of, window_parts

PANE = Window(area=4.0, u_value=1.6, g_value=0.6, azimuth=180.0, frame_fraction=0.25)
WALL = (Layer(thickness=0.1, conductivity=0.04, density=30.0, specific_heat=1000.0),
        Layer(thickness=0.1, conductivity=0.8, density=1600.0, specific_heat=900.0))
HOUSE = Building(
    id="h", latitude=39.8, longitude=-104.7, floor_area=50.0, internal_surface_area=154.0,
    surfaces=(Surface(area=50.0, u_value=0.35, azimuth=0.0, layers=WALL),
              Surface(kind="roof", area=50.0, u_value=0.35, tilt=0.0, layers=WALL),
              Surface(kind="floor", area=50.0, u_value=0.35, tilt=180.0, layers=WALL)),
    windows=(PANE,), shading_vertical=1.0, shading_horizontal=1.0)


def test_a_frame_of_known_u_is_a_part_of_its_own():
    # 0.75 · 1.1 + 0.25 · 3.1 = 1.6
    glass, frame = window_parts([replace(PANE, u_frame=3.1)])
    assert (glass.share, glass.frame_fraction, frame.share, frame.frame_fraction) == (0.75, 0.0, 0.25, 1.0)
    assert (glass.u_value, frame.u_value) == (pytest.approx(1.1), 3.1)


@pytest.mark.parametrize("window", [
    pytest.param(PANE, id="U of the whole alone"),
    pytest.param(replace(PANE, u_frame=3.0, frame_fraction=0.0), id="no frame"),
    pytest.param(replace(PANE, u_frame=3.0, frame_fraction=1.0), id="frame alone"),
])
def test_a_window_in_one_piece(window):
    ((whole, share, u_value, frame),) = window_parts([window])
    assert (whole, share, u_value, frame) == (window, 1.0, 1.6, window.frame_fraction)


@pytest.mark.parametrize(("panes", "outer", "inner"), [
    ((0.1,), 0.05, 0.05), ((0.2, 0.05), 0.2, 0.05), ((0.2, 0.1, 0.06), 0.25, 0.11), ((0.3, 0.3, 0.3, 0.0), 0.6, 0.3),
])
def test_what_panes_absorb_reaches_the_faces(panes, outer, inner):
    assert absorbed_at_faces(panes) == pytest.approx((outer, inner))
    assert sum(absorbed_at_faces(panes)) == pytest.approx(math.fsum(panes))


def test_rows_of_glass():
    known = replace(PANE, glass=Glass(transmittance=0.5, absorptances=(0.1, 0.2)))
    rows = glass_rows(1, list(window_parts([PANE, known])))
    assert rows.shape == (3, len(NO_OPTICS))
    assert np.isnan(rows[:2]).all()
    assert rows[2, :3].tolist() == [0.5, 0.1, 0.2]
    assert np.isnan(rows[2, 3:]).all()


def test_height_and_shade_of_a_window():
    assert height_of(PANE) == 2.0
    assert height_of(replace(PANE, height=1.6)) == 1.6
    row = dict(zip(SHADES, shade_of(replace(PANE, height=1.6, overhang=Overhang(depth=0.5)))))
    assert (row["depth"], row["height"], row["width"]) == (0.5, 1.6, 2.5)


@pytest.mark.parametrize("model", ["iso13790", "iso52016"])
def test_a_framed_window_is_a_pane_and_a_frame_side_by_side(model):
    # Glass of 3 m² with U 1.1 and a frame of 1 m² with U 3.1, given as two windows.
    apart = replace(HOUSE, id="apart", windows=(
        replace(PANE, area=3.0, u_value=1.1, frame_fraction=0.0, height=2.0),
        replace(PANE, area=1.0, u_value=3.1, frame_fraction=1.0, height=2.0)))
    framed = replace(HOUSE, id="framed", windows=(replace(PANE, u_frame=3.1, height=2.0),))
    results = buem.simulate([apart, framed, HOUSE], read_station("us_denver_tmy3"), model=model)
    for load in ("heating", "cooling"):
        values = getattr(results.indicators, load)
        assert values[1] == pytest.approx(values[0], rel=1e-9), load
    # A frame that conducts is cold while the glass is warm: as one face of the same U they carry another heat.
    heating = results.indicators.heating
    assert abs(heating[2] / heating[1] - 1.0) > 1e-4
