"""The words of the API's description: what each lets through."""

from __future__ import annotations

import jsonschema
import pytest

from buem.service.openapi_schema import (
    CURSOR,
    LIMIT,
    MAYBE_TEXT,
    NULL,
    TEXT,
    WHOLE,
    either,
    listed,
    opened,
    ref,
    strict,
)

NAMED = {"components": {"schemas": {"Name": TEXT}}}


@pytest.mark.parametrize(("schema", "taken", "refused"), [
    (opened(a=WHOLE), [{}, {"a": 1}, {"a": 1, "b": 2}], [{"a": "1"}, []]),
    (opened(("a",), a=WHOLE), [{"a": 1}, {"a": 1, "b": 2}], [{}, {"b": 1}]),
    (strict(a=WHOLE), [{}, {"a": 1}], [{"b": 1}]),
    (strict(("a",), a=WHOLE), [{"a": 1}], [{}, {"a": 1, "b": 2}]),
    (listed(TEXT, minItems=1, maxItems=2), [["a"], ["a", "b"]], [[], [1], ["a", "b", "c"], "a"]),
    (either(TEXT, NULL), ["a", None], [1, []]),
    (MAYBE_TEXT, ["a", None], [1]),
    (ref("Name"), ["a"], [1, None]),
    (LIMIT["schema"], [1, 1000], [0, 1001, "1"]),
    (CURSOR["schema"], [""], [1]),
])
def test_what_is_taken_and_refused(schema, taken, refused):
    validator = jsonschema.Draft202012Validator({**schema, **NAMED})
    assert [value for value in taken if not validator.is_valid(value)] == []
    assert [value for value in refused if validator.is_valid(value)] == []


@pytest.mark.parametrize("one", [LIMIT, CURSOR])
def test_a_parameter_of_a_query_may_be_left_out(one):
    assert (one["in"], one["required"]) == ("query", False)
    assert one["description"]
