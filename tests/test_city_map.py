"""The map of a city: what its page holds, and that no name can break it."""

from __future__ import annotations

import html
import json
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_city import HOUSE, made_city, square

from buem.city_map import map_data, map_page, steps, write_map
from buem.errors import OutputError


def data_of(page):
    return json.loads(page.split('<script id="data" type="application/json">')[1].split("</script>")[0])


def column(data, name):
    return next(c for c in data["columns"] if c["name"] == name)


def test_a_house_by_hand():
    data = map_data(made_city(HOUSE))
    assert data["ids"] == ["B0"]
    assert data["subtitle"] == "1 buildings, 1 simulated; buem"
    assert column(data, "heating_kwh_m2")["values"] == [100]
    assert column(data, "use")["words"] == ["residential"]
    # A square of 10 m is steps of 100 dm, there and back.
    ring = data["rings"][0][0]
    east, north = ring[0::2], ring[1::2]
    assert (abs(sum(east)), abs(sum(north))) == (abs(east[0]), abs(north[0] + 100))
    assert east[1:] == [100, 0, -100]
    assert north[1:] == [0, 100, 0]


def test_buildings_without_an_outline_are_not_drawn():
    lost = {**HOUSE, "id": "lost", "status": "error"}
    city = made_city(HOUSE, lost, HOUSE, rings=((square(),), None, (square(30.0),)))
    data = map_data(city)
    assert data["ids"] == ["B0", "B2"]
    assert {len(c["values"]) for c in data["columns"]} == {2}
    assert data["subtitle"] == "3 buildings, 2 simulated; buem"


@pytest.mark.parametrize("rings", [(), (None, None)])
def test_nothing_to_draw(rings):
    data = map_data(made_city(*[HOUSE] * len(rings), rings=rings))
    assert data["rings"] == data["ids"] == []
    assert data_of(map_page(made_city(*[HOUSE] * len(rings), rings=rings)))["ids"] == []


@pytest.mark.parametrize(("value", "shown"), [(None, None), (float("nan"), None), (0.0, 0), (1234.56, 1235),
                                             (0.00012345, 0.0001234), (99.996, 100), (1e12, 1_000_000_000_000)])
def test_numbers_have_four_digits(value, shown):
    values = column(map_data(made_city({**HOUSE, "heating_kwh_m2": value})), "heating_kwh_m2")["values"]
    assert values == [shown]
    assert type(values[0]) is type(shown)


def test_words_are_written_once():
    uses = ["residential", "office", None, "residential", "office"]
    found = column(map_data(made_city(*({**HOUSE, "use": use} for use in uses))), "use")
    assert [found["words"][v] for v in found["values"]] == [use or "" for use in uses]
    assert len(found["words"]) == len(set(found["words"])) == 3


def test_notes_are_written_once():
    data = map_data(made_city({**HOUSE, "notes": ["a", "b"]}, {**HOUSE, "notes": None}, {**HOUSE, "notes": ["b"]}))
    assert [[data["texts"][k] for k in notes] for notes in data["notes"]] == [["a", "b"], [], ["b"]]
    assert data["texts"] == ["a", "b"]


@given(st.lists(st.tuples(st.floats(-5e4, 5e4), st.floats(-5e4, 5e4)), min_size=3, max_size=12))
def test_steps_lead_along_the_ring_to_a_decimetre(points):
    ring = np.array([*points, points[0]])
    again = np.cumsum(np.array(steps(ring)).reshape(-1, 2), axis=0) / 10.0
    assert again.shape == (len(points), 2)
    assert np.abs(again - ring[:-1]).max() <= 0.05 + 1e-9


EVIL = ["</script><script>alert(1)</script>", "<!--", "$data", "$title", "a'b\"c", "\u2028", "\\", "&amp;", "é🏠", ""]


@pytest.mark.parametrize("name", EVIL)
def test_a_name_of_any_kind_is_text(name):
    page = map_page(made_city({**HOUSE, "id": name, "use": name, "notes": [name], "error": name}))
    data = data_of(page)
    assert data["ids"] == [name]
    assert data["texts"] == [name]
    assert page.count("</script>") == map_page(made_city(HOUSE)).count("</script>")


@pytest.mark.parametrize("folder", ["results", "$data", "$title", "<b>bold", "a&b"])
def test_a_folder_of_any_name_is_the_title(folder):
    page = map_page(made_city(HOUSE, path=folder))
    title = re.search(r"<title>(.*?)</title>", page)[1]
    assert html.escape(folder) in title
    assert data_of(page)["title"] == folder


def test_a_folder_that_holds_no_run(tmp_path):
    with pytest.raises(OutputError, match=r"summary\.parquet: missing; expected the folder of a finished run"):
        write_map(tmp_path)
    with pytest.raises(OutputError, match=r"nowhere/summary\.parquet: missing"):
        write_map(tmp_path / "nowhere", tmp_path / "map.html")
    assert list(tmp_path.iterdir()) == []
