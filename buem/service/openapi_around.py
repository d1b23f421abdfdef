"""Bodies, answers and queries of templates, schedules, webhooks, deliveries and the audit, with examples."""

from __future__ import annotations

from typing import Any, Final

from buem.service.clock import WEEKDAYS
from buem.service.openapi_bodies import CLOCK, INSTANT, Schema, either, strict
from buem.service.operations.kinds import KINDS
from buem.service.shipped_templates import SHIPPED
from buem.service.templates import MOST_OPERATIONS, MOST_PARAMETERS, Parameter
from buem.service.webhooks import EVENTS

_TEXT: Final[Schema] = {"type": "string"}
_WHOLE: Final[Schema] = {"type": "integer"}
_OBJECT: Final[Schema] = {"type": "object"}
_NAME: Final[Schema] = {"type": "string", "minLength": 1, "maxLength": 2000, "pattern": r"\S"}
_WORDS: Final[Schema] = {"type": "string", "maxLength": 2000}
_MAYBE: Final[Schema] = {"type": ["string", "null"]}


def _object(required: tuple[str, ...] = (), /, **members: Any) -> Schema:
    """An object as answers have it."""
    return {"type": "object", "properties": members, **({"required": list(required)} if required else {})}


def _list(items: Schema, **bounds: int) -> Schema:
    return {"type": "array", "items": items, **bounds}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _data(inner: Schema) -> Schema:
    return _object(("data",), data=inner)


def _page(name: str, row: Schema) -> Schema:
    cursor = {"type": ["string", "integer", "null"]}
    return _data(_object((name, "next_cursor"), **{name: _list(row), "next_cursor": cursor}))


_OPERATION: Final = {"type": "update", "resource": "buildings",
                     "template": {"status": "${status}", "crop_type": "${crop_type}"}}
TEMPLATE: Final[dict[str, Any]] = {
    "name": "bulk_building_update", "description": "Update multiple building properties",
    "parameters": [{"name": "status", "type": "string", "required": True, "enum": ["active", "inactive"]},
                   {"name": "crop_type", "type": "string", "required": False}],
    "operations": [_OPERATION]}
NOTIFICATION: Final[dict[str, Any]] = {
    "on_completion": {"email": ["manager@example.com"], "webhook": "https://example.com/webhook"},
    "on_failure": {"email": ["admin@example.com"], "severity": "high"}}
SCHEDULE: Final[dict[str, Any]] = {
    "name": "Daily heating demand", "description": "Simulate the city every night",
    "batch": {"template_id": "annual_heating_demand", "parameters": {"model": "iso13790"}},
    "timing": {"frequency": "daily", "time": "00:00", "timezone": "Asia/Tokyo"}, "notification": NOTIFICATION}
WEBHOOK: Final[dict[str, Any]] = {"url": "https://example.com/hook", "events": ["job_completed", "job_failed"],
                                  "description": "Dashboard"}
_STAMP: Final = "2025-01-19T00:52:03Z"
_VALUES: Final[dict[str, Schema]] = {
    "string": _WORDS, "number": {"type": "number", "minimum": -(2**53), "maximum": 2**53},
    "integer": {"type": "integer", "minimum": -(2**53), "maximum": 2**53}, "boolean": {"type": "boolean"}}
_PARAMETER: Final = either(*(strict(
    ("name", "type"), name={"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]{0,63}$"}, type={"const": kind},
    required={"type": "boolean"}, enum=_list(value, minItems=1, maxItems=1000)) for kind, value in _VALUES.items()))


def _operations() -> Schema:
    """The operations of a template: fields of their type, with anything in them."""
    forms = []
    for kind in KINDS.values():
        fields: dict[str, Schema] = {name: {} for name in kind.fields}
        head: dict[str, Schema] = {"type": {"const": kind.type}, "resource": {"enum": list(kind.resources)}}
        forms.append(strict(("type",), **{**head, **fields}))
        if "update" in fields:
            fields.pop("update")
            forms.append(strict(("type", "template"), **{**head, **fields, "template": _OBJECT}))
    return _list(either(*forms), minItems=1, maxItems=MOST_OPERATIONS)


def _given(parameters: tuple[Parameter, ...]) -> Schema:
    """Values for parameters."""
    return strict(tuple(one.name for one in parameters if one.required), **{
        one.name: {"enum": list(one.enum)} if one.enum else _VALUES[one.type] for one in parameters})


def _of_template() -> list[Schema]:
    """A batch that a template makes: of those that are shipped, the parameters are known."""
    forms = []
    for name, template in SHIPPED.items():
        needed = any(one.required for one in template.parameters)
        given = _given(template.parameters)
        forms.append(strict(("template_id", "parameters") if needed else ("template_id",), template_id={"const": name},
                            parameters=given if needed else either(given, {"type": "null"})))
    own = {"type": "string", "pattern": "^template_[0-9a-f]{16}$"}
    return [*forms, strict(("template_id",), template_id=own, parameters={"type": ["object", "null"]})]


_OPTIONS: Final = either(_OBJECT, {"type": "null"})
_TEMPLATE: Final = {"name": _NAME, "description": _WORDS, "parameters": _list(_PARAMETER, maxItems=MOST_PARAMETERS),
                    "operations": _operations(), "options": _OPTIONS}
#: What a merge patch of a template may say; null takes the member away.
_TEMPLATE_PATCH: Final = {**_TEMPLATE, **{name: either(_TEMPLATE[name], {"type": "null"})
                                          for name in ("description", "parameters")}}
_DAYS: Final[Schema] = {"enum": list(WEEKDAYS)}
_AT: Final[Schema] = {"type": "string", "pattern": INSTANT}
_DATE: Final[Schema] = {"type": "string", "pattern": "^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])$"}
_DAY: Final = either({"type": "integer", "minimum": 1, "maximum": 31}, {"const": "last"})
_CRON: Final[Schema] = {"type": "string", "maxLength": 200,
                        "pattern": r"^\s*[0-9A-Za-z*,/#-]+(\s+[0-9A-Za-z*,/#-]+){4}\s*$"}


def _timing(frequency: str, required: tuple[str, ...] = (), /, **members: Schema) -> Schema:
    return strict(("frequency", *required), frequency={"const": frequency}, timezone=_ref("Timezone"), **members)


_TIMING: Final = either(
    _timing("once", ("at",), at=_AT), _timing("once", ("date",), date=_DATE, time=CLOCK), _timing("hourly", time=CLOCK),
    _timing("daily", time=CLOCK), _timing("weekly", time=CLOCK, weekday=either(_DAYS, _list(_DAYS, minItems=1))),
    _timing("monthly", time=CLOCK, day=_DAY), _timing("cron", ("cron",), cron=_CRON))
_SCHEDULE: Final = {
    "name": _NAME, "description": _WORDS, "timing": _ref("Timing"), "notification": either(
        _ref("Notification"), {"type": "null"}),
    "batch": either(*_of_template(), _ref("BatchStrict"), {
        "allOf": [_ref("BatchLenient"), {"not": {"required": ["template_id"]}}]})}
#: ``whsec_`` and the base64 of 24 to 64 bytes, or ``whsec_`` alone for one of the service's.
_SECRET: Final[Schema] = {"type": "string", "pattern": (
    "^whsec_(([A-Za-z0-9+/]{4}){8,21}|([A-Za-z0-9+/]{4}){8,20}[A-Za-z0-9+/]{3}=|"
    "([A-Za-z0-9+/]{4}){8,21}[A-Za-z0-9+/]{2}==)?$")}

SCHEMAS: Final[dict[str, Schema]] = {
    "Timing": _TIMING,
    "TemplateBody": strict(("template",), template=strict(("name", "operations"), **_TEMPLATE)),
    "TemplatePatch": strict(("template",), template=strict(**_TEMPLATE_PATCH)),
    "Template": _object(("id", "name", "description", "parameters", "operations"), id=_TEXT, **_TEMPLATE),
    "ScheduleBody": strict(("schedule",), schedule=strict(("name", "batch", "timing"), **_SCHEDULE)),
    "SchedulePatch": strict(("schedule",), schedule=strict(**{
        **_SCHEDULE, "description": either(_WORDS, {"type": "null"}), "timing": _OBJECT, "batch": _OBJECT,
        "notification": _OPTIONS})),
    "Schedule": _object(
        ("id", "name", "status", "batch", "timing", "next_run"), id=_TEXT, **_SCHEDULE,
        status={"enum": ["active", "paused", "ended"]}, next_run=_MAYBE, last_run=_MAYBE, created_at=_TEXT,
        updated_at=_TEXT, warnings=_list(_TEXT)),
    "WebhookBody": strict(("webhook",), webhook=strict(
        ("url",), url={"type": "string", "format": "uri", "pattern": "^https?://", "maxLength": 2000},
        events=_list({"enum": list(EVENTS)}, minItems=1), secret=_SECRET, description=_WORDS)),
    "Webhook": _object(("id", "url", "events", "status"), id=_TEXT, url=_TEXT, events=_list(_TEXT), description=_TEXT,
                       status={"enum": ["active", "disabled"]}, created_at=_TEXT, disabled_at=_MAYBE, secret=_TEXT),
    "Delivery": _object(
        ("id", "kind", "target", "event", "status", "attempts"), id=_TEXT, kind={"enum": ["webhook", "email"]},
        webhook_id=_MAYBE, target=_TEXT, event=_TEXT, job_id=_MAYBE, severity=_MAYBE,
        status={"enum": ["pending", "sent", "dead", "not_sent"]}, attempts=_WHOLE, next_try=_MAYBE,
        last_status={"type": ["integer", "null"]}, last_error=_MAYBE, created_at=_TEXT, ended_at=_MAYBE,
        payload=_OBJECT),
    "AuditEntry": _object(
        ("id", "at", "actor", "action", "resource", "request_id"), id=_WHOLE, at=_TEXT, actor=_TEXT, action=_TEXT,
        resource=_TEXT, resource_id=_MAYBE, request_id=_TEXT, address=_MAYBE, status={"type": ["integer", "null"]},
        details={"type": ["object", "null"]}),
    "Gone": _data(_object(("id", "deleted"), id=_TEXT, deleted={"const": True})),
}

_TEMPLATES: Final = "/api/v1/batch/templates"
_SCHEDULES: Final = "/api/v1/batch/schedules"
_HOOKS: Final = "/api/v1/batch/webhooks"
_DELIVERIES: Final = "/api/v1/batch/deliveries"
_JSON: Final = "application/json"

#: Method and path -> media type, schema and example of the body.
BODIES: Final[dict[str, tuple[str, Schema, Any]]] = {
    f"POST {_TEMPLATES}": (_JSON, _ref("TemplateBody"), {"template": TEMPLATE}),
    f"PUT {_TEMPLATES}/{{template_id}}": (_JSON, _ref("TemplateBody"), {"template": TEMPLATE}),
    f"PATCH {_TEMPLATES}/{{template_id}}": (_JSON, _ref("TemplatePatch"), {"template": {"description": "Every night"}}),
    f"POST {_TEMPLATES}/{{template_id}}/run": (_JSON, strict(
        parameters={"type": ["object", "null"]}, options=_ref("RunPatch"),
        notification=either(_ref("Notification"), {"type": "null"})), {"parameters": {"model": "iso13790"}}),
    f"POST {_SCHEDULES}": (_JSON, _ref("ScheduleBody"), {"schedule": SCHEDULE}),
    f"PUT {_SCHEDULES}/{{schedule_id}}": (_JSON, _ref("ScheduleBody"), {"schedule": SCHEDULE}),
    f"PATCH {_SCHEDULES}/{{schedule_id}}": (_JSON, _ref("SchedulePatch"), {"schedule": {"timing": {"time": "01:00"}}}),
    f"POST {_HOOKS}": (_JSON, _ref("WebhookBody"), {"webhook": WEBHOOK}),
}

_ID: Final = {"template": "template_0123456789abcdef", "schedule": "schedule_0123456789abcdef",
              "webhook": "webhook_0123456789abcdef"}
_SHOWN_TEMPLATE: Final = {"data": {"id": _ID["template"], **TEMPLATE}}
_SHOWN_SCHEDULE: Final = {"data": {
    "id": _ID["schedule"], **SCHEDULE, "status": "active", "next_run": "2025-01-19T15:00:00Z", "last_run": None,
    "created_at": _STAMP, "updated_at": _STAMP}}
_SHOWN_HOOK: Final = {"id": _ID["webhook"], **WEBHOOK, "status": "active", "created_at": _STAMP, "disabled_at": None}

_FIRE: Final = {"fire_time": "2025-01-19T15:00:00Z", "fired_at": "2025-01-19T15:00:00Z",
                "job_id": "job_0123456789abcdef", "error": None}

#: Method and path -> schema and example of the answer.
ANSWERS: Final[dict[str, tuple[Schema, Any]]] = {
    f"GET {_TEMPLATES}": (_data(_object(("templates",), templates=_list(_ref("Template")))), {
        "data": {"templates": [_SHOWN_TEMPLATE["data"]]}}),
    **{name: (_data(_ref("Template")), _SHOWN_TEMPLATE) for name in (
        f"POST {_TEMPLATES}", *(f"{method} {_TEMPLATES}/{{template_id}}" for method in ("GET", "PUT", "PATCH")))},
    f"POST {_TEMPLATES}/{{template_id}}/run": (_ref("Created"), None),
    f"GET {_SCHEDULES}": (_page("schedules", _ref("Schedule")), {
        "data": {"schedules": [_SHOWN_SCHEDULE["data"]], "next_cursor": None}}),
    **{name: (_data(_ref("Schedule")), _SHOWN_SCHEDULE) for name in (
        f"POST {_SCHEDULES}", *(f"{method} {_SCHEDULES}/{{schedule_id}}" for method in ("GET", "PUT", "PATCH")),
        *(f"POST {_SCHEDULES}/{{schedule_id}}/{action}" for action in ("pause", "resume")))},
    f"GET {_SCHEDULES}/{{schedule_id}}/fires": (_data(_object(("fires",), fires=_list(_object(
        ("fire_time", "fired_at"), fire_time=_TEXT, fired_at=_TEXT, job_id=_MAYBE, error=_MAYBE)))), {
            "data": {"fires": [_FIRE]}}),
    f"POST {_HOOKS}": (_data(_ref("Webhook")), {
        "data": {**_SHOWN_HOOK, "secret": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"}}),
    f"GET {_HOOKS}": (_data(_object(("webhooks",), webhooks=_list(_ref("Webhook")))), {
        "data": {"webhooks": [_SHOWN_HOOK]}}),
    f"GET {_HOOKS}/{{webhook_id}}": (_data(_ref("Webhook")), {"data": _SHOWN_HOOK}),
    f"POST {_HOOKS}/{{webhook_id}}/test": (_data(_ref("Delivery")), None),
    f"GET {_DELIVERIES}": (_page("deliveries", _ref("Delivery")), None),
    f"GET {_DELIVERIES}/{{delivery_id}}": (_data(_ref("Delivery")), None),
    f"POST {_DELIVERIES}/{{delivery_id}}/resend": (_data(_ref("Delivery")), None),
    "GET /api/v1/batch/audit": (_page("entries", _ref("AuditEntry")), None),
    **{f"DELETE {path}": (_ref("Gone"), None) for path in (
        f"{_TEMPLATES}/{{template_id}}", f"{_SCHEDULES}/{{schedule_id}}", f"{_HOOKS}/{{webhook_id}}")},
}


def _query(name: str, schema: Schema, text: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": text}


_LIMIT: Final = _query("limit", {"type": "integer", "minimum": 1, "maximum": 1000}, "Rows of a page")
_CURSOR: Final = _query("cursor", _TEXT, "next_cursor of the page before")

#: Method and path -> what may stand in the query.
QUERIES: Final[dict[str, list[dict[str, Any]]]] = {
    f"GET {_SCHEDULES}": [_query("status", {"enum": ["active", "paused", "ended"]}, "State"), _LIMIT, _CURSOR],
    f"GET {_SCHEDULES}/{{schedule_id}}/fires": [_LIMIT],
    f"GET {_DELIVERIES}": [
        _query("status", {"enum": ["pending", "sent", "dead", "not_sent"]}, "State"),
        _query("kind", {"enum": ["webhook", "email"]}, "Way"), _query("webhook_id", _TEXT, "Webhook"),
        _query("job_id", _TEXT, "Job"), _LIMIT, _CURSOR],
    "GET /api/v1/batch/audit": [
        *(_query(name, _TEXT, "Only those of this") for name in ("actor", "action", "resource", "resource_id",
                                                                 "request_id")),
        _query("since", {"type": "string", "pattern": INSTANT}, "Not before"), _LIMIT,
        _query("cursor", {"type": "integer", "minimum": 0, "maximum": 2**31 - 1}, "next_cursor of the page before")],
}
