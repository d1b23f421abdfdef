"""Every problem of a file, nothing simulated."""

from __future__ import annotations

import pytest
from small_city import house, houses

from buem.batch import validate as validate_module
from buem.batch.validate import validate_file
from buem.city import CityOptions
from buem.errors import ContainerError, Problem


def test_all_problems_of_all_features(write_city):
    features = [*houses(2), house("twice"), house("twice"), house("bad", u_value=-1.0), house(None)]
    features[4]["properties"]["buem"]["building"]["A_ref"]["value"] = -5.0
    found = validate_file(write_city(features))
    assert (found.features, found.bad) == (6, 3)
    assert dict(found.dialects) == {"envelope": 3}
    paths = [p.path for p in found.problems]
    assert "$.features[3].id" in paths
    assert "$.features[4].properties.buem.building.envelope.elements[0].U.value" in paths
    assert "$.features[4].properties.buem.building.A_ref.value" in paths
    assert "$.features[5].id" in paths


def test_a_sound_file(write_city):
    found = validate_file(write_city(houses(3)))
    assert (found.features, found.bad, found.problems) == (3, 0, [])


def test_a_network_without_a_solution_is_a_problem(write_city):
    found = validate_file(write_city([house("small", A_ref={"value": 0.5, "unit": "m2"})]))
    assert found.bad == 1
    assert str(found.problems[0]).startswith("$.features[0] (small).surfaces: '228 W/K through opaque elements'")


def test_what_only_the_building_shows_is_named_by_its_place(write_city, monkeypatch):
    wrong = Problem(path="surfaces[0].area", value="0", expected="above 0 m²")
    monkeypatch.setattr(validate_module, "check_building", lambda building: [wrong])
    found = validate_file(write_city(houses(1)))
    assert str(found.problems[0]) == "$.features[0] (H00000).surfaces[0].area: 0; expected above 0 m²"
    assert found.bad == 1


def test_gross_walls_are_read_as_gross(write_city):
    small = house("small")
    elements = small["properties"]["buem"]["building"]["envelope"]["elements"]
    elements[0]["area"]["value"] = 5.0
    elements[2]["parent_id"] = "Wall_1"
    city = write_city([small])
    assert validate_file(city).bad == 0
    assert "elements[0].area" in validate_file(city, wall_area="gross").problems[0].path


def test_a_bad_container_is_one_error(tmp_path):
    path = tmp_path / "bad.json"
    path.write_text('{"type": "FeatureCollection"')
    with pytest.raises(ContainerError):
        validate_file(path)


@pytest.mark.parametrize("name", ["nothing.csv", "city.geojson", "."])
def test_a_table_of_archetypes_is_looked_at_though_nothing_needs_it(write_city, tmp_path, name):
    city = write_city(houses(1))
    with pytest.raises(ContainerError, match=r"; expected (a CSV file of archetypes|the columns archetype_id)"):
        validate_file(city, city=CityOptions(archetypes=tmp_path / name))
