"""Templates in the store: made, changed, deleted; the shipped ones stay."""

from __future__ import annotations

import pytest
from bench import NOW

from buem.service.errors import ApiError
from buem.service.shipped_templates import SHIPPED
from buem.service.store import transaction
from buem.service.tables import schedules
from buem.service.template_rows import (
    all_templates,
    find_template,
    insert_template,
    remove_template,
    replace_template,
)
from buem.service.templates import read_template, template_json

GIVEN = {"name": "mine", "description": "d", "parameters": [
    {"name": "a", "type": "integer", "required": True, "enum": [1, 2]}],
    "operations": [{"type": "update", "resource": "buildings", "template": {"x": "${a}"}}],
    "options": {"parallel": False}}


def wanted(**changes):
    return read_template({**GIVEN, **changes})


def test_a_template_comes_back_as_it_was(store):
    with transaction(store) as connection:
        name = insert_template(connection, wanted(), "key_1", NOW)
        assert template_json(find_template(connection, name)) == {"id": name, **GIVEN}
        assert [one.id for one in all_templates(connection)] == [*SHIPPED, name]


def test_of_a_name_there_is_one(store):
    with transaction(store) as connection:
        insert_template(connection, wanted(), None, NOW)
    for taken in ("mine", *SHIPPED):
        with pytest.raises(ApiError, match="is there already") as refused, transaction(store) as connection:
            insert_template(connection, wanted(name=taken), None, NOW)
        assert refused.value.kind.status == 409
    with transaction(store) as connection:
        other = insert_template(connection, wanted(name="other"), None, NOW)
    with pytest.raises(ApiError, match="is there already"), transaction(store) as connection:
        replace_template(connection, other, wanted(), NOW)
    with transaction(store) as connection:
        replace_template(connection, other, wanted(name="third", options=None), NOW)
        assert (find_template(connection, other).name, find_template(connection, other).options) == ("third", None)


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_ones_stay(store, name):
    with transaction(store) as connection:
        assert find_template(connection, name) is SHIPPED[name]
        with pytest.raises(ApiError, match="stays as it is"):
            replace_template(connection, name, wanted(), NOW)
        with pytest.raises(ApiError, match="stays as it is"):
            remove_template(connection, name)


@pytest.mark.parametrize("template_id", ["template_9", "", "\0", None, 5, ["a"], {}, "x" * 5000])
def test_one_that_is_not_there(store, template_id):
    with transaction(store) as connection, pytest.raises(ApiError, match="Template not found") as refused:
        find_template(connection, template_id, "schedule.batch.template_id")
    assert (refused.value.kind.status, refused.value.details[0].field) == (404, "schedule.batch.template_id")
    assert len(refused.value.message) < 120


def test_one_that_a_schedule_uses_is_not_deleted(store):
    with transaction(store) as connection:
        name = insert_template(connection, wanted(), None, NOW)
        connection.execute(schedules.insert().values(
            id="schedule_1", name="s", description="", state="active", batch={"template_id": name}, fingerprint="f",
            timing={}, created_at=NOW, updated_at=NOW))
        with pytest.raises(ApiError, match="used by 1 schedules, such as schedule_1"):
            remove_template(connection, name)
        connection.execute(schedules.update().values(state="ended"))
        remove_template(connection, name)
        with pytest.raises(ApiError, match="not found"):
            find_template(connection, name)
