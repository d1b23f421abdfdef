"""The table of uses, and what the page says of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from buem.occupancy import day_shapes
from buem.use_words import WORDS
from buem.uses import FLATS, USES

PAGE = (Path(__file__).resolve().parents[1] / "docs/usage.md").read_text(encoding="utf-8")
HEATED = [use for use in USES.values() if use.heated]
UNHEATED = [use for use in USES.values() if not use.heated]


def test_there_are_enough_uses():
    assert sum(use.residential for use in HEATED) == 1
    assert sum(not use.residential for use in HEATED) >= 10
    assert {"garage", "shed", "greenhouse", "farm_auxiliary", "ruin", "roof"} <= {use.name for use in UNHEATED}


@pytest.mark.parametrize("use", HEATED, ids=lambda use: use.name)
def test_numbers_make_sense(use):
    assert use.schedule in day_shapes()
    assert use.room
    assert 1.0 <= use.area_per_person <= 200.0
    assert 60.0 <= use.heat_per_person <= 150.0, "sensible heat of a person [W]"
    assert 20.0 <= use.air_per_person <= 150.0
    assert 10.0 <= use.heating < use.cooling <= 30.0
    assert use.heating_empty is None or use.heating_empty <= use.heating
    assert use.cooling_empty is None or use.cooling_empty >= use.cooling
    assert use.rest_days in (0, 1, 2)


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        # SIA 2024:2015, standard values: rooms 1.02, 3.01, 5.02, 6.01, 8.01, 11.01. [kWh/(m²a)]
        pytest.param("residential", "appliances", 17.8, id="houses, appliances"),
        pytest.param("residential", "lighting", 4.2, id="houses, lights"),
        pytest.param("office", "appliances", 32.0, id="office, appliances"),
        pytest.param("retail", "lighting", 59.8, id="shop, lights"),
        pytest.param("restaurant", "hot_water", 108.9, id="restaurant, hot water"),
        pytest.param("hospital", "hot_water", 67.7, id="ward, hot water"),
        pytest.param("sport", "hot_water", 63.5, id="gymnasium, hot water"),
        # EN 16798-1:2019 Annex C. [m²]
        pytest.param("residential", "area_per_person", 42.5, id="detached house, m² per person"),
        pytest.param("school", "area_per_person", 5.4, id="school, m² per person"),
        pytest.param("kindergarten", "area_per_person", 3.8, id="kindergarten, m² per person"),
    ],
)
def test_published_numbers(name, field, value):
    assert getattr(USES[name], field) == value


def test_flats_are_denser_than_houses():
    # SIA 2024:2015, room 1.01; EN 16798-1:2019 Annex C, apartment.
    assert (FLATS.area_per_person, FLATS.appliances, FLATS.lighting, FLATS.hot_water) == (28.3, 21.6, 4.2, 16.9)


@pytest.mark.parametrize("use", USES.values(), ids=lambda use: use.name)
def test_page_has_every_use(use):
    row = next(line for line in PAGE.splitlines() if line.startswith(f"| `{use.name}` | {use.title} |"))
    if use.heated:
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        wanted = (use.appliances, use.lighting, use.hot_water)
        assert cells[2:5] == [use.room, f"`{use.schedule}`", f"{use.area_per_person:g}"]
        assert cells[6:9] == [f"{value:g}" if value else "–" for value in wanted]
        assert cells[12] == str(use.rest_days)


@pytest.mark.parametrize("source", WORDS)
def test_page_has_every_word(source):
    missing = [word for word, use in WORDS[source].items() if use and f"`{word}`" not in PAGE]
    assert missing == []
