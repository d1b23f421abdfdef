"""The shipped templates: each fills with what it asks for into a batch that can be asked for."""

from __future__ import annotations

import pytest
from conftest import envelope

from buem.service.batch_request import read_batch
from buem.service.errors import ApiError
from buem.service.options import ServiceOptions
from buem.service.shipped_templates import SHIPPED
from buem.service.templates import fill, read_template, template_json

VALUES = {"model": "iso52016", "weather": "nl_amsterdam_nsrdb2019", "country": "NL", "cooling": True,
          "status": "active", "wall_u": 0.2, "roof_u": 0.15, "floor_u": 0.25, "window_u": 0.9}


def values(template, *, all_of_them: bool):
    return {one.name: VALUES[one.name] for one in template.parameters if one.required or all_of_them}


@pytest.mark.parametrize("all_of_them", [True, False])
@pytest.mark.parametrize("name", SHIPPED)
def test_each_makes_a_batch(name, all_of_them):
    given = values(SHIPPED[name], all_of_them=all_of_them)
    # A refurbishment has at least one U-value.
    given |= {"wall_u": 0.2} if name == "retrofit_u_values" else {}
    batch = fill(SHIPPED[name], given)
    made = read_batch({"batch": batch}, ServiceOptions(), ("status",))
    assert (made.type, len(made.operations)) == (name, 1)


@pytest.mark.parametrize("name", SHIPPED)
def test_each_could_have_been_made_by_a_client(name):
    shown = template_json(SHIPPED[name])
    assert shown.pop("id") == name
    assert template_json(read_template(shown)) == {"id": "", **shown}


def test_u_values_that_are_not_given_are_left_alone(bench):
    feature = envelope(0)
    components = {"Walls": {"U": 1.5, "elements": [{"id": "w", "area": 80.0, "azimuth": 180.0, "tilt": 90.0}]},
                  "Ventilation": {"elements": [{"id": "v", "air_changes": 0.5}]}}
    feature["properties"]["buem"] = {"building_attributes": {
        "latitude": 52.0, "longitude": 5.0, "A_ref": 100.0, "components": components}}
    bench.done({"type": "create", "items": [feature]})
    batch = fill(SHIPPED["retrofit_u_values"], {"status": "active", "wall_u": 0.2})
    assert batch["operations"][0]["update"]["properties"]["buem"]["building_attributes"] == {
        "components": {"Walls": {"U": 0.2}}}
    assert bench.job(bench.done(*batch["operations"])).succeeded == 1


def test_a_refurbishment_of_nothing_is_refused():
    batch = fill(SHIPPED["retrofit_u_values"], {"status": "active"})
    with pytest.raises(ApiError) as refused:
        read_batch({"batch": batch}, ServiceOptions(), ("status",))
    assert [(one.field, one.code) for one in refused.value.details] == [("operations[0].update", "MISSING_FIELD")]


@pytest.mark.parametrize(("name", "given", "code"), [
    ("retrofit_u_values", {}, "MISSING_PARAMETER"), ("retrofit_u_values", {"status": 5}, "WRONG_TYPE"),
    ("annual_heating_demand", {"model": "x"}, "NOT_IN_ENUM"), ("validate_city", {"town": "x"}, "UNKNOWN_PARAMETER")])
def test_what_they_refuse(name, given, code):
    with pytest.raises(ApiError) as refused:
        fill(SHIPPED[name], given)
    assert [one.code for one in refused.value.details] == [code]
