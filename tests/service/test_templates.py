"""Templates: what they may say, and what values make of them."""

from __future__ import annotations

import json

import pytest

from buem.service.errors import ApiError
from buem.service.shipped_templates import SHIPPED
from buem.service.templates import TYPES, Template, fill, read_template, template_json

SEED = {
    "name": "bulk_building_update",
    "description": "Update multiple building properties",
    "parameters": [
        {"name": "status", "type": "string", "required": True, "enum": ["active", "inactive"]},
        {"name": "district", "type": "string", "required": False},
    ],
    "operations": [{"type": "update", "resource": "buildings",
                    "template": {"status": "${status}", "district": "${district}"}}],
}


def with_operation(**changes: object) -> dict[str, object]:
    """The seed's template with one parameter of each type, and one operation."""
    parameters = [{"name": name, "type": name, "required": False} for name in TYPES]
    operation = {"type": "update", "resource": "buildings", **changes}
    return {"name": "t", "parameters": parameters, "operations": [operation]}


def test_seed_as_it_is_shown():
    shown = {"id": "", **SEED}
    assert json.dumps(template_json(read_template(SEED))) == json.dumps(shown)


def test_seed_filled():
    template = read_template(SEED)
    assert fill(template, {"status": "active", "district": "west"}) == {
        "type": "bulk_building_update", "description": "Update multiple building properties",
        "operations": [{"type": "update", "resource": "buildings",
                        "update": {"status": "active", "district": "west"}}],
    }
    assert fill(template, {"status": "inactive"})["operations"][0]["update"] == {"status": "inactive"}


@pytest.mark.parametrize(
    ("template", "values", "expected"),
    [
        pytest.param("${string}", {"string": "a"}, "a", id="text"),
        pytest.param("${number}", {"number": 0.5}, 0.5, id="number stays one"),
        pytest.param("${number}", {"number": 2}, 2, id="whole number is a number"),
        pytest.param("${integer}", {"integer": -3}, -3, id="whole number"),
        pytest.param("${boolean}", {"boolean": False}, False, id="false stays one"),
        pytest.param("no ${integer} of ${string}", {"integer": 3, "string": "x"}, "no 3 of x", id="inside a text"),
        pytest.param("${boolean}!", {"boolean": True}, "true!", id="truth inside a text"),
        pytest.param("$${string} ${string}", {"string": "a"}, "${string} a", id="escape"),
        pytest.param("${string}", {"string": "${number}"}, "${number}", id="a value is not filled again"),
        pytest.param("${string}", {"string": '", "x": "'}, '", "x": "', id="a value stays a value"),
        pytest.param("$string {string} $ {", {}, "$string {string} $ {", id="no hole"),
    ],
)
def test_fill_value(template, values, expected):
    made = fill(read_template(with_operation(template={"keep": 1, "it": template})), values)
    assert made["operations"][0]["update"] == {"keep": 1, "it": expected}
    assert type(made["operations"][0]["update"]["it"]) is type(expected)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        pytest.param({"keep": 1, "it": "${string}"}, {"keep": 1}, id="key"),
        pytest.param({"keep": 1, "it": "about ${string}"}, {"keep": 1}, id="inside a text"),
        pytest.param({"keep": 1, "it": ["a", "${string}", "b"]}, {"keep": 1, "it": ["a", "b"]}, id="in a list"),
        pytest.param({"keep": 1, "it": {"deep": {"er": "${string}"}}}, {"keep": 1}, id="objects of nothing else"),
        pytest.param({"keep": 1, "it": {"a": "${string}", "b": {}}}, {"keep": 1, "it": {"b": {}}},
                     id="empty by itself"),
        pytest.param({"keep": 1, "it": None}, {"keep": 1, "it": None}, id="null takes a member away"),
    ],
)
def test_optional_not_given_is_left_out(template, expected):
    made = fill(read_template(with_operation(template=template)), None)
    assert made["operations"][0]["update"] == expected


def test_filter_and_options_are_filled_too():
    given = {"name": "t", "parameters": [{"name": "year", "type": "integer", "required": True},
                                         {"name": "at_once", "type": "integer"}],
             "operations": [{"type": "calculate", "filter": {"year": {"gte": "${year}"}}}],
             "options": {"max_concurrent": "${at_once}", "retry": {"attempts": 2}}}
    made = fill(read_template(given), {"year": 1950})
    assert made["operations"] == [{"type": "calculate", "filter": {"year": {"gte": 1950}}}]
    assert made["options"] == {"retry": {"attempts": 2}}


def test_filling_changes_no_template():
    template = read_template(SEED)
    before = json.dumps(template_json(template))
    fill(template, {"status": "active"})["operations"][0]["update"]["status"] = "broken"
    assert json.dumps(template_json(template)) == before


def refusal(call) -> list[tuple[str, str]]:
    with pytest.raises(ApiError) as refused:
        call()
    assert refused.value.kind.status == 400
    return [(detail.field, detail.code) for detail in refused.value.details]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param({}, [("parameters.status", "MISSING_PARAMETER")], id="missing"),
        pytest.param({"status": "gone"}, [("parameters.status", "NOT_IN_ENUM")], id="outside the enum"),
        pytest.param({"status": 1}, [("parameters.status", "WRONG_TYPE")], id="number for text"),
        pytest.param({"status": None}, [("parameters.status", "WRONG_TYPE")], id="null"),
        pytest.param({"status": "active", "stauts": 1}, [("parameters.stauts", "UNKNOWN_PARAMETER")], id="misspelt"),
        pytest.param({"a": 1, "b": 2}, [("parameters.a", "UNKNOWN_PARAMETER"), ("parameters.b", "UNKNOWN_PARAMETER"),
                                        ("parameters.status", "MISSING_PARAMETER")], id="all at once"),
        pytest.param([], [("parameters", "WRONG_TYPE")], id="a list"),
    ],
)
def test_fill_refuses(values, expected):
    assert refusal(lambda: fill(read_template(SEED), values)) == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [("string", 1), ("string", "x" * 2001), ("number", "1"), ("number", True), ("number", float("nan")),
     ("number", 2**60), ("integer", 1.5), ("integer", True), ("integer", 10**400), ("boolean", 0), ("boolean", "true"),
     ("string", {}), ("number", [])],
)
def test_fill_refuses_wrong_types(name, value):
    template = read_template(with_operation(template={"it": f"${{{name}}}"}))
    assert refusal(lambda: fill(template, {name: value})) == [(f"parameters.{name}", "WRONG_TYPE")]


def test_true_is_not_one():
    given = {"name": "t", "parameters": [{"name": "n", "type": "number", "enum": [1, 2]}],
             "operations": [{"type": "validate"}]}
    assert refusal(lambda: fill(read_template(given), {"n": 1.0})) == [("parameters.n", "NOT_IN_ENUM")]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param(None, [("template", "WRONG_TYPE")], id="nothing"),
        pytest.param({}, [("template.name", "MISSING_FIELD"), ("template.operations", "WRONG_TYPE")], id="empty"),
        pytest.param({**SEED, "colour": 1}, [("template.colour", "UNKNOWN_FIELD")], id="unknown field"),
        pytest.param({**SEED, "name": 7}, [("template.name", "WRONG_TYPE"), ("template.name", "MISSING_FIELD")],
                     id="name of a number"),
        pytest.param({**SEED, "operations": [{"type": "process"}]},
                     [("template.operations[0].type", "INVALID_OPERATION")], id="unknown operation"),
        pytest.param(with_operation(resource="fields", update={}),
                     [("template.operations[0].resource", "INVALID_RESOURCE")], id="unknown resource"),
        pytest.param(with_operation(sql="x"), [("template.operations[0].sql", "UNKNOWN_FIELD")], id="field of none"),
        pytest.param(with_operation(template={}, update={}), [("template.operations[0].template", "WRONG_TYPE")],
                     id="template and update"),
        pytest.param({**SEED, "operations": [{"type": "calculate", "template": {}}]},
                     [("template.operations[0].template", "UNKNOWN_FIELD")],
                     id="template where nothing is changed"),
        pytest.param(with_operation(template={"it": "${other}"}),
                     [("template.operations[0].template.it", "UNKNOWN_PARAMETER")], id="hole without a parameter"),
        pytest.param(with_operation(template={"it": "${}"}),
                     [("template.operations[0].template.it", "UNKNOWN_PARAMETER")], id="empty hole"),
        pytest.param(with_operation(template={"it": "${string"}),
                     [("template.operations[0].template.it", "UNKNOWN_PARAMETER")], id="open hole"),
        pytest.param(with_operation(template={"${string}": 1}),
                     [("template.operations[0].template.${string}", "HOLE_IN_NAME")], id="hole in a name"),
        pytest.param({**SEED, "parameters": [{"name": "a b", "type": "string"}], "operations": [{"type": "validate"}]},
                     [("template.parameters[0].name", "INVALID_VALUE")], id="name with a blank"),
        pytest.param({**SEED, "parameters": [{"name": "a", "type": "date"}], "operations": [{"type": "validate"}]},
                     [("template.parameters[0].type", "INVALID_VALUE")], id="unknown type"),
        pytest.param({**SEED, "parameters": [{"name": "a", "type": "string"}] * 2,
                      "operations": [{"type": "validate"}]}, [("template.parameters[1].name", "DUPLICATE")],
                     id="twice"),
        pytest.param({**SEED, "parameters": [{"name": "a", "type": "integer", "enum": [1, "2"]}],
                      "operations": [{"type": "validate"}]},
                     [("template.parameters[0].enum[1]", "WRONG_TYPE")], id="enum of another type"),
        pytest.param({**SEED, "parameters": [{"name": "a", "type": "integer", "enum": []}],
                      "operations": [{"type": "validate"}]},
                     [("template.parameters[0].enum", "WRONG_TYPE")], id="empty enum"),
        pytest.param({**SEED, "parameters": {}, "operations": [{"type": "validate"}]},
                     [("template.parameters", "WRONG_TYPE")], id="parameters of an object"),
    ],
)
def test_read_template_refuses(given, expected):
    assert refusal(lambda: read_template(given)) == expected


@pytest.mark.parametrize(("name", "code"), [("type", "INVALID_OPERATION"), ("resource", "INVALID_RESOURCE")])
def test_no_hole_where_the_operation_is_named(name, code):
    given = with_operation(template={"x": 1})
    given["operations"][0][name] = "${string}"  # type: ignore[index]
    found = refusal(lambda: read_template(given))
    assert found[0] == (f"template.operations[0].{name}", code)


@pytest.mark.parametrize("template", SHIPPED.values(), ids=SHIPPED.keys())
def test_shipped_templates_are_sound(template: Template):
    shown = template_json(template)
    assert shown.pop("id") == template.name
    assert template_json(read_template(shown)) == {"id": "", **shown}


def test_shipped_names():
    assert set(SHIPPED) == {"annual_heating_demand", "retrofit_u_values", "validate_city"}


def test_retrofit_changes_what_was_given_alone():
    made = fill(SHIPPED["retrofit_u_values"], {"status": "active", "wall_u": 0.2})
    assert made["operations"] == [{
        "type": "update", "resource": "buildings", "filter": {"status": "active"},
        "update": {"properties": {"buem": {"building_attributes": {"components": {"Walls": {"U": 0.2}}}}}},
    }]


def test_whole_numbers_may_come_with_a_point():
    """JSON has one kind of number: 5.0 is an integer, and is written as one."""
    template = read_template(with_operation(template={"it": "${integer}", "text": "no. ${integer}"}))
    filled = fill(template, {"integer": 5.0})["operations"][0]["update"]
    assert filled == {"it": 5, "text": "no. 5"}
    assert isinstance(filled["it"], int)


def test_a_description_that_is_too_long_is_refused():
    given = {**with_operation(), "description": "x" * 2001}
    assert refusal(lambda: read_template(given)) == [("template.description", "WRONG_TYPE")]
