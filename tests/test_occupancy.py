"""Shapes of the day laid over a year."""

from __future__ import annotations

import numpy as np
import pytest

from buem import occupancy
from buem.civil import civil_year
from buem.errors import OptionError
from buem.occupancy import DayShapes, archetype_directory, day_shapes, year_shapes

# 2019 begins on a Tuesday: the first Saturday is 5 January.
MONDAY, SATURDAY, SUNDAY = 6 * 24, 4 * 24, 5 * 24
RAMP = np.arange(24) / 23.0


def shapes(weekday=RAMP, saturday=0.5 * RAMP, sunday=0.1 * RAMP) -> DayShapes:
    days = np.stack([weekday, saturday, sunday])
    return DayShapes(days, 0.2 + 0.5 * days, 1.0 - 0.5 * days)


@pytest.mark.parametrize(
    ("name", "quantity", "day", "hour", "value"),
    [
        # EN 16798-1:2019 Annex C.
        pytest.param("office", "occupancy", 0, 10, 0.7, id="office at 10"),
        pytest.param("office", "occupancy", 0, 12, 0.4, id="office at noon"),
        pytest.param("office", "occupancy", 1, 10, 0.0, id="office on Saturday"),
        pytest.param("residential", "occupancy", 0, 10, 0.1, id="home on a weekday"),
        pytest.param("residential", "occupancy", 2, 10, 0.8, id="home on a Sunday"),
        pytest.param("residential", "lighting", 0, 20, 0.2, id="lights in the evening"),
        pytest.param("department_store", "appliances", 0, 20, 1.0, id="shop until 21"),
        pytest.param("school", "lighting", 0, 13, 0.7, id="school after lunch"),
        # SIA 2024:2015, room 5.1.
        pytest.param("food_store", "occupancy", 1, 17, 1.0, id="food store on Saturday evening"),
        pytest.param("food_store", "appliances", 2, 3, 0.2, id="food store at night"),
        # PNNL building-energy-standards-data 0.3.3.
        pytest.param("guest_room", "occupancy", 0, 3, 0.9, id="hotel at night"),
        pytest.param("patient_room", "occupancy", 0, 7, 0.575, id="ward at 7"),
        pytest.param("dining_family", "appliances", 2, 23, 0.34, id="restaurant at closing"),
    ],
)
def test_bundled_values(name, quantity, day, hour, value):
    assert getattr(day_shapes()[name], quantity)[day, hour] == value


@pytest.mark.parametrize("name", sorted(day_shapes()))
def test_bundled_shapes_are_shares(name):
    for shape in day_shapes()[name]:
        assert shape.shape == (3, 24)
        assert 0.0 <= shape.min() <= shape.max() <= 1.0


def test_every_row_has_a_source():
    lines = (archetype_directory() / "usage_schedules.csv").read_text(encoding="utf-8").splitlines()
    rows = [line.split(",") for line in lines if not line.startswith("#")][1:]
    sources = {row[3] for row in rows}
    assert len(rows) == 9 * len(day_shapes())
    assert all(source.strip('"').startswith(("EN 16798-1:2019", "SIA 2024:2015", "PNNL")) for source in sources)


def test_licence_goes_with_the_data():
    text = (archetype_directory() / "usage_schedules.LICENSE.txt").read_text(encoding="utf-8")
    assert "Copyright (c) 2023, Battelle Memorial Institute" in text
    assert "Redistributions in binary form must reproduce the above copyright notice" in text


def test_missing_data(tmp_path, monkeypatch):
    monkeypatch.setattr(occupancy, "__file__", str(tmp_path / "buem" / "occupancy.py"))
    with pytest.raises(OptionError, match=r"usage_schedules.csv: missing; expected the bundled schedules"):
        archetype_directory()


@pytest.mark.parametrize(
    ("start", "scale"),
    [
        pytest.param(0, 1.0, id="Tuesday, 1 January"),
        pytest.param(SATURDAY, 0.5, id="Saturday"),
        pytest.param(SUNDAY, 0.1, id="Sunday"),
        pytest.param(MONDAY, 1.0, id="Monday"),
    ],
)
def test_days_of_the_week(start, scale):
    year = year_shapes(shapes(), civil_year(2019))
    np.testing.assert_allclose(year.occupancy[start:start + 24], scale * RAMP)


def test_summer_time_moves_the_day():
    winter, summer = year_shapes(shapes(), civil_year(2019)), year_shapes(shapes(), civil_year(2019, "Europe/Berlin"))
    july = (181 + 1) * 24
    np.testing.assert_allclose(summer.occupancy[july:july + 23], winter.occupancy[july + 1:july + 24])
    np.testing.assert_array_equal(summer.occupancy[:2000], winter.occupancy[:2000])


@pytest.mark.parametrize(
    ("rest_days", "saturday", "sunday"),
    [
        pytest.param(0, 0.5, 0.1, id="open all week"),
        pytest.param(1, 0.5, 0.0, id="closed on Sunday"),
        pytest.param(2, 0.0, 0.0, id="closed at weekends"),
    ],
)
def test_rest_days(rest_days, saturday, sunday):
    year = year_shapes(shapes(), civil_year(2019), rest_days)
    np.testing.assert_allclose(year.occupancy[SATURDAY:SATURDAY + 24], saturday * RAMP)
    np.testing.assert_allclose(year.occupancy[SUNDAY:SUNDAY + 24], sunday * RAMP)
    if rest_days:
        assert set(year.appliances[SUNDAY:SUNDAY + 24]) == {0.2}, "the least of the week"
        assert set(year.lighting[SUNDAY:SUNDAY + 24]) == {0.5}
    np.testing.assert_allclose(year.occupancy[MONDAY:MONDAY + 24], RAMP)
