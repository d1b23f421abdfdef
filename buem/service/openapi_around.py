"""Bodies, answers and queries of templates, schedules, webhooks, deliveries and the audit, with examples."""

from __future__ import annotations

from typing import Any, Final

from buem.service.clock import WEEKDAYS
from buem.service.openapi_bodies import CLOCK, INSTANT
from buem.service.openapi_schema import (
    CURSOR,
    LIMIT,
    MAYBE_TEXT,
    OBJECT,
    TEXT,
    WHOLE,
    Schema,
    either,
    listed,
    opened,
    query,
    ref,
    strict,
)
from buem.service.operations.kinds import KINDS
from buem.service.shipped_templates import SHIPPED
from buem.service.templates import MOST_OPERATIONS, MOST_PARAMETERS, Parameter
from buem.service.webhooks import EVENTS

_NAME: Final[Schema] = {"type": "string", "minLength": 1, "maxLength": 2000, "pattern": r"\S"}
_WORDS: Final[Schema] = {"type": "string", "maxLength": 2000}


def _data(inner: Schema) -> Schema:
    return opened(("data",), data=inner)


def _page(name: str, row: Schema) -> Schema:
    cursor = {"type": ["string", "integer", "null"]}
    return _data(opened((name, "next_cursor"), **{name: listed(row), "next_cursor": cursor}))


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
    required={"type": "boolean"}, enum=listed(value, minItems=1, maxItems=1000)) for kind, value in _VALUES.items()))


def _operations() -> Schema:
    """The operations of a template: fields of their type, with anything in them."""
    forms = []
    for kind in KINDS.values():
        fields: dict[str, Schema] = {name: {} for name in kind.fields}
        head: dict[str, Schema] = {"type": {"const": kind.type}, "resource": {"enum": list(kind.resources)}}
        forms.append(strict(("type",), **{**head, **fields}))
        if "update" in fields:
            fields.pop("update")
            forms.append(strict(("type", "template"), **{**head, **fields, "template": OBJECT}))
    return listed(either(*forms), minItems=1, maxItems=MOST_OPERATIONS)


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


_OPTIONS: Final = either(OBJECT, {"type": "null"})
_TEMPLATE: Final = {"name": _NAME, "description": _WORDS, "parameters": listed(_PARAMETER, maxItems=MOST_PARAMETERS),
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
    return strict(("frequency", *required), frequency={"const": frequency}, timezone=ref("Timezone"), **members)


_TIMING: Final = either(
    _timing("once", ("at",), at=_AT), _timing("once", ("date",), date=_DATE, time=CLOCK), _timing("hourly", time=CLOCK),
    _timing("daily", time=CLOCK), _timing("weekly", time=CLOCK, weekday=either(_DAYS, listed(_DAYS, minItems=1))),
    _timing("monthly", time=CLOCK, day=_DAY), _timing("cron", ("cron",), cron=_CRON))
_SCHEDULE: Final = {
    "name": _NAME, "description": _WORDS, "timing": ref("Timing"), "notification": either(
        ref("Notification"), {"type": "null"}),
    "batch": either(*_of_template(), ref("BatchStrict"), {
        "allOf": [ref("BatchLenient"), {"not": {"required": ["template_id"]}}]})}
#: ``whsec_`` and the base64 of 24 to 64 bytes, or ``whsec_`` alone for one of the service's.
_SECRET: Final[Schema] = {"type": "string", "pattern": (
    "^whsec_(([A-Za-z0-9+/]{4}){8,21}|([A-Za-z0-9+/]{4}){8,20}[A-Za-z0-9+/]{3}=|"
    "([A-Za-z0-9+/]{4}){8,21}[A-Za-z0-9+/]{2}==)?$")}

SCHEMAS: Final[dict[str, Schema]] = {
    "Timing": _TIMING,
    "TemplateBody": strict(("template",), template=strict(("name", "operations"), **_TEMPLATE)),
    "TemplatePatch": strict(("template",), template=strict(**_TEMPLATE_PATCH)),
    "Template": opened(("id", "name", "description", "parameters", "operations"), id=TEXT, **_TEMPLATE),
    "ScheduleBody": strict(("schedule",), schedule=strict(("name", "batch", "timing"), **_SCHEDULE)),
    "SchedulePatch": strict(("schedule",), schedule=strict(**{
        **_SCHEDULE, "description": either(_WORDS, {"type": "null"}), "timing": OBJECT, "batch": OBJECT,
        "notification": _OPTIONS})),
    "Schedule": opened(
        ("id", "name", "status", "batch", "timing", "next_run"), id=TEXT, **_SCHEDULE,
        status={"enum": ["active", "paused", "ended"]}, next_run=MAYBE_TEXT, last_run=MAYBE_TEXT, created_at=TEXT,
        updated_at=TEXT, warnings=listed(TEXT)),
    "WebhookBody": strict(("webhook",), webhook=strict(
        ("url",), url={"type": "string", "format": "uri", "pattern": "^https?://", "maxLength": 2000},
        events=listed({"enum": list(EVENTS)}, minItems=1), secret=_SECRET, description=_WORDS)),
    "Webhook": opened(("id", "url", "events", "status"), id=TEXT, url=TEXT, events=listed(TEXT), description=TEXT,
                       status={"enum": ["active", "disabled"]}, created_at=TEXT, disabled_at=MAYBE_TEXT, secret=TEXT),
    "Delivery": opened(
        ("id", "kind", "target", "event", "status", "attempts"), id=TEXT, kind={"enum": ["webhook", "email"]},
        webhook_id=MAYBE_TEXT, target=TEXT, event=TEXT, job_id=MAYBE_TEXT, severity=MAYBE_TEXT,
        status={"enum": ["pending", "sent", "dead", "not_sent"]}, attempts=WHOLE, next_try=MAYBE_TEXT,
        last_status={"type": ["integer", "null"]}, last_error=MAYBE_TEXT, created_at=TEXT, ended_at=MAYBE_TEXT,
        payload=OBJECT),
    "AuditEntry": opened(
        ("id", "at", "actor", "action", "resource", "request_id"), id=WHOLE, at=TEXT, actor=TEXT, action=TEXT,
        resource=TEXT, resource_id=MAYBE_TEXT, request_id=TEXT, address=MAYBE_TEXT,
        status={"type": ["integer", "null"]}, details={"type": ["object", "null"]}),
    "Gone": _data(opened(("id", "deleted"), id=TEXT, deleted={"const": True})),
}

_TEMPLATES: Final = "/api/v1/batch/templates"
_SCHEDULES: Final = "/api/v1/batch/schedules"
_HOOKS: Final = "/api/v1/batch/webhooks"
_DELIVERIES: Final = "/api/v1/batch/deliveries"
_JSON: Final = "application/json"

#: Method and path -> media type, schema and example of the body.
BODIES: Final[dict[str, tuple[str, Schema, Any]]] = {
    f"POST {_TEMPLATES}": (_JSON, ref("TemplateBody"), {"template": TEMPLATE}),
    f"PUT {_TEMPLATES}/{{template_id}}": (_JSON, ref("TemplateBody"), {"template": TEMPLATE}),
    f"PATCH {_TEMPLATES}/{{template_id}}": (_JSON, ref("TemplatePatch"), {"template": {"description": "Every night"}}),
    f"POST {_TEMPLATES}/{{template_id}}/run": (_JSON, strict(
        parameters={"type": ["object", "null"]}, options=ref("RunPatch"),
        notification=either(ref("Notification"), {"type": "null"})), {"parameters": {"model": "iso13790"}}),
    f"POST {_SCHEDULES}": (_JSON, ref("ScheduleBody"), {"schedule": SCHEDULE}),
    f"PUT {_SCHEDULES}/{{schedule_id}}": (_JSON, ref("ScheduleBody"), {"schedule": SCHEDULE}),
    f"PATCH {_SCHEDULES}/{{schedule_id}}": (_JSON, ref("SchedulePatch"), {"schedule": {"timing": {"time": "01:00"}}}),
    f"POST {_HOOKS}": (_JSON, ref("WebhookBody"), {"webhook": WEBHOOK}),
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
    f"GET {_TEMPLATES}": (_data(opened(("templates",), templates=listed(ref("Template")))), {
        "data": {"templates": [_SHOWN_TEMPLATE["data"]]}}),
    **{name: (_data(ref("Template")), _SHOWN_TEMPLATE) for name in (
        f"POST {_TEMPLATES}", *(f"{method} {_TEMPLATES}/{{template_id}}" for method in ("GET", "PUT", "PATCH")))},
    f"POST {_TEMPLATES}/{{template_id}}/run": (ref("Created"), None),
    f"GET {_SCHEDULES}": (_page("schedules", ref("Schedule")), {
        "data": {"schedules": [_SHOWN_SCHEDULE["data"]], "next_cursor": None}}),
    **{name: (_data(ref("Schedule")), _SHOWN_SCHEDULE) for name in (
        f"POST {_SCHEDULES}", *(f"{method} {_SCHEDULES}/{{schedule_id}}" for method in ("GET", "PUT", "PATCH")),
        *(f"POST {_SCHEDULES}/{{schedule_id}}/{action}" for action in ("pause", "resume")))},
    f"GET {_SCHEDULES}/{{schedule_id}}/fires": (_data(opened(("fires",), fires=listed(opened(
        ("fire_time", "fired_at"), fire_time=TEXT, fired_at=TEXT, job_id=MAYBE_TEXT, error=MAYBE_TEXT)))), {
            "data": {"fires": [_FIRE]}}),
    f"POST {_HOOKS}": (_data(ref("Webhook")), {
        "data": {**_SHOWN_HOOK, "secret": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"}}),
    f"GET {_HOOKS}": (_data(opened(("webhooks",), webhooks=listed(ref("Webhook")))), {
        "data": {"webhooks": [_SHOWN_HOOK]}}),
    f"GET {_HOOKS}/{{webhook_id}}": (_data(ref("Webhook")), {"data": _SHOWN_HOOK}),
    f"POST {_HOOKS}/{{webhook_id}}/test": (_data(ref("Delivery")), None),
    f"GET {_DELIVERIES}": (_page("deliveries", ref("Delivery")), None),
    f"GET {_DELIVERIES}/{{delivery_id}}": (_data(ref("Delivery")), None),
    f"POST {_DELIVERIES}/{{delivery_id}}/resend": (_data(ref("Delivery")), None),
    "GET /api/v1/batch/audit": (_page("entries", ref("AuditEntry")), None),
    **{f"DELETE {path}": (ref("Gone"), None) for path in (
        f"{_TEMPLATES}/{{template_id}}", f"{_SCHEDULES}/{{schedule_id}}", f"{_HOOKS}/{{webhook_id}}")},
}


#: Method and path -> what may stand in the query.
QUERIES: Final[dict[str, list[dict[str, Any]]]] = {
    f"GET {_SCHEDULES}": [query("status", {"enum": ["active", "paused", "ended"]}, "State"), LIMIT, CURSOR],
    f"GET {_SCHEDULES}/{{schedule_id}}/fires": [LIMIT],
    f"GET {_DELIVERIES}": [
        query("status", {"enum": ["pending", "sent", "dead", "not_sent"]}, "State"),
        query("kind", {"enum": ["webhook", "email"]}, "Way"), query("webhook_id", TEXT, "Webhook"),
        query("job_id", TEXT, "Job"), LIMIT, CURSOR],
    "GET /api/v1/batch/audit": [
        *(query(name, TEXT, "Only those of this") for name in ("actor", "action", "resource", "resource_id",
                                                                 "request_id")),
        query("since", {"type": "string", "pattern": INSTANT}, "Not before"), LIMIT,
        query("cursor", {"type": "integer", "minimum": 0, "maximum": 2**31 - 1}, "next_cursor of the page before")],
}
