"""Templates in the store, beside those that are shipped."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from buem.service.errors import ApiError, Detail
from buem.service.shipped_templates import SHIPPED
from buem.service.tables import schedules, templates
from buem.service.templates import Template, parameters_from_json, parameters_json


def all_templates(connection: Connection) -> list[Template]:
    """The shipped templates, then the others as they came."""
    rows = connection.execute(select(templates).order_by(templates.c.created_at, templates.c.id)).all()
    return [*SHIPPED.values(), *map(_template, rows)]


def find_template(connection: Connection, template_id: object, field: str = "template_id") -> Template:
    """A template by its id.

    Parameters
    ----------
    connection : Connection
        A transaction.
    template_id : object
        From a request.
    field : str
        Where it stood.

    Returns
    -------
    Template

    Raises
    ------
    ApiError
        404 when there is none.
    """
    if isinstance(template_id, str) and template_id in SHIPPED:
        return SHIPPED[template_id]
    row = None
    if isinstance(template_id, str):
        row = connection.execute(select(templates).where(templates.c.id == template_id.replace("\0", ""))).first()
    if row is None:
        message = f"Template not found: {str(template_id)[:80]}"
        raise ApiError("not_found", message, [Detail(field, "NOT_FOUND", message)])
    return _template(row)


def insert_template(connection: Connection, wanted: Template, owner: str | None, now: datetime) -> str:
    """Write a new template.

    Returns
    -------
    str
        Its id.

    Raises
    ------
    ApiError
        409 when another one has its name.
    """
    name = f"template_{secrets.token_hex(8)}"
    _check_name(wanted)
    try:
        connection.execute(insert(templates).values(
            id=name, shipped=False, owner=owner, created_at=now, **_values(wanted, now)))
    except IntegrityError:
        raise _taken(wanted) from None
    return name


def replace_template(connection: Connection, template_id: str, wanted: Template, now: datetime) -> None:
    """Change a template; schedules that use it run what it is when they fire.

    Raises
    ------
    ApiError
        409 when it is shipped, or another one has its name.
    """
    _check_shipped(template_id)
    _check_name(wanted)
    try:
        connection.execute(update(templates).where(templates.c.id == template_id).values(**_values(wanted, now)))
    except IntegrityError:
        raise _taken(wanted) from None


def remove_template(connection: Connection, template_id: str) -> None:
    """Delete a template.

    Raises
    ------
    ApiError
        409 when it is shipped, or a schedule that has not ended uses it.
    """
    _check_shipped(template_id)
    living = connection.execute(select(schedules).where(schedules.c.state != "ended")).all()
    users = [row.id for row in living if row.batch.get("template_id") == template_id]
    if users:
        raise ApiError("conflict", f"The template is used by {len(users)} schedules, such as {users[0]}.",
                       [{"conflict_with": user} for user in users[:20]])
    connection.execute(delete(templates).where(templates.c.id == template_id))


def _template(row: Row[Any]) -> Template:
    return Template(id=row.id, name=row.name, description=row.description,
                    parameters=parameters_from_json(row.parameters), operations=tuple(row.operations),
                    options=row.options)


def _values(wanted: Template, now: datetime) -> dict[str, Any]:
    return {"name": wanted.name, "description": wanted.description, "parameters": parameters_json(wanted),
            "operations": list(wanted.operations), "options": wanted.options, "updated_at": now}


def _check_name(wanted: Template) -> None:
    if wanted.name in SHIPPED:
        raise _taken(wanted)


def _check_shipped(template_id: str) -> None:
    if template_id in SHIPPED:
        raise ApiError("conflict", f"{template_id} is shipped with buem and stays as it is; make one of another name.")


def _taken(wanted: Template) -> ApiError:
    return ApiError("conflict", f"A template named {wanted.name[:80]!r} is there already.",
                    [Detail("template.name", "NAME_TAKEN", "expected a name that no other template has")])
