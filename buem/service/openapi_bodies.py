"""Schemas of the bodies that make jobs, as exact as a schema can be: what they allow is taken, what they do not is not.

What no schema says (that a property has a name some building has, that a file was uploaded) tests/service/beyond.py
lists by operation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final
from zoneinfo import available_timezones

from buem.city import COUNTRY_WORDS, ISO_3166, USAGE_MODES, VARIANTS
from buem.service.notification import MOST_ADDRESSES, OCCASIONS, SEVERITIES
from buem.service.openapi_schema import MAYBE_TEXT, NULL, TEXT, Schema, either, listed, ref, strict
from buem.service.operations.kinds import KINDS, OperationKind
from buem.service.retry import STRATEGIES

#: Instants that every reader takes; others of RFC 3339 are taken, too.
INSTANT: Final = ("^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])"
                  "T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$")
CLOCK: Final[Schema] = {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}
DIGEST: Final[Schema] = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_LABEL: Final[Schema] = {"type": ["string", "null"], "maxLength": 2000}
_WAIT: Final[Schema] = {"type": "number", "minimum": 0, "maximum": 86_400}
_MOST_OPERATIONS: Final = 100


def _words(*words: str) -> Schema:
    return {"enum": [*words, None]}


def run_options(*, as_text: bool) -> dict[str, Schema]:
    """The options of a simulation by name.

    Parameters
    ----------
    as_text : bool
        Whether they stand in a query, where a switch and a number are texts.

    Returns
    -------
    dict
    """
    from buem.io.stations import stations
    from buem.simulate import FILMS, MODELS, SERIES
    from buem.solar import SKIES

    switch: Schema = {"enum": ["on", "off", "true", "false"]}
    return {
        "model": {"enum": list(MODELS)}, "films": {"enum": list(FILMS)},
        "steps_per_hour": {"type": "integer", "minimum": 1, "maximum": 60}, "sky": {"enum": list(SKIES)},
        "cooling": switch if as_text else either(switch, {"type": "boolean"}),
        "wall_area": {"enum": ["net", "gross"]},
        # A name of weather that is kept, too.
        "weather": either({"enum": ["auto", *(station.id for station in stations())]}, TEXT),
        "any_distance": switch if as_text else either(switch, {"type": "boolean"}),
        "hourly": {"enum": list(SERIES)},
        "country": either({"type": "string", "pattern": _pattern(ISO_3166)}, {"enum": sorted(COUNTRY_WORDS)}),
        "region": TEXT, "usage": {"enum": list(USAGE_MODES)}, "variant": {"enum": list(VARIANTS)},
        "seed": {"type": "integer"},
        "radius": {"type": "number", "minimum": 0, "maximum": 1000},
    }


def _pattern(codes: Iterable[str]) -> str:
    """Codes of two letters, large or small, or nothing."""
    seconds: dict[str, str] = defaultdict(str)
    for code in sorted(codes):
        seconds[code[0]] += code[1] + code[1].lower()
    return "^(" + "|".join(f"[{first}{first.lower()}][{last}]" for first, last in seconds.items()) + ")?$"


def _filter() -> Schema:
    plain: Schema = {"type": ["string", "number", "boolean"]}
    bound: Schema = {"type": ["string", "number"]}
    condition = either(plain, {**strict(**{"in": listed(plain), "gte": bound, "lte": bound}), "minProperties": 1})
    east: Schema = {"type": "number", "minimum": -180, "maximum": 180}
    north: Schema = {"type": "number", "minimum": -90, "maximum": 90}
    box = {"type": "array", "prefixItems": [east, north, east, north], "items": False, "minItems": 4, "maxItems": 4,
           "description": "West, south, east, north in degrees"}
    return {"type": "object", "properties": {"bbox": box}, "additionalProperties": condition}


def _retry() -> Schema:
    waits = listed(_WAIT)
    beside: dict[str, Schema] = {"attempts": {"type": "integer", "minimum": 1, "maximum": 100}, "delay": _WAIT,
                                 "cap": _WAIT, "jitter": {"type": "number", "minimum": 0, "maximum": 1}}
    simple = [name for name in STRATEGIES if name != "custom"]
    return either(strict(backoff={"enum": simple}, delays=waits, **beside),
                  strict(("backoff", "delays"), backoff={"const": "custom"}, delays={**waits, "minItems": 1}, **beside),
                  strict(("backoff",), backoff={**waits, "minItems": 1}, **beside))


def notification() -> Schema:
    """Who is told when a job has ended."""
    occasion = strict(email=listed({"type": "string", "format": "email"}, maxItems=MOST_ADDRESSES),
                      webhook=either({"type": "string", "format": "uri", "pattern": "^https?://"}, NULL),
                      severity={"enum": list(SEVERITIES)})
    return strict(**dict.fromkeys(OCCASIONS, occasion))


#: Fields of operations, but for those that depend on the type.
_FIELDS: Final[dict[str, Schema]] = {
    "filter": either(ref("Filter"), NULL), "update": {"type": "object", "description": "A merge patch"},
    "options": either(ref("RunOptions"), NULL), "title": MAYBE_TEXT, "group_by": MAYBE_TEXT,
    "compare_with": MAYBE_TEXT, "job_id": MAYBE_TEXT, "upload_id": MAYBE_TEXT, "input_file_url": MAYBE_TEXT,
    "older_than_days": {"type": ["number", "null"], "minimum": 0, "maximum": 36_500}, "dry_run": {"type": "boolean"},
    "items": either(listed({}, minItems=1), NULL),
}
#: Fields of which an operation has exactly one.
_ONE_OF: Final = {"create": ("items", "upload_id", "input_file_url"), "import": ("upload_id", "input_file_url"),
                  "restore": ("job_id", "upload_id")}
_GIVEN: Final[dict[str, Schema]] = {"items": listed({}, minItems=1)}


def _operation(kind: OperationKind) -> list[Schema]:
    """The forms of an operation of one type; a file of weather has formats of its own."""
    if not kind.words_of_weather:
        return _forms(kind, kind.resources)
    others = tuple(name for name in kind.resources if name != "weather")
    return _forms(kind, others) + [{**form, "required": [*form["required"], "resource"]}
                                   for form in _forms(kind, ("weather",))]


def _forms(kind: OperationKind, resources: tuple[str, ...]) -> list[Schema]:
    words = kind.words_of(resources[0])
    fields = {name: _words(*words[name]) if name in words else _FIELDS[name] for name in kind.fields}
    fields |= {name: _GIVEN.get(name, {"type": "object"} if name == "update" else TEXT)
               for name in kind.required if name in ("job_id", "update")}
    fields |= {"filter": ref("Filter")} if "filter" in kind.required else {}
    head: dict[str, Schema] = {"type": {"const": kind.type}, "resource": {"enum": list(resources)}}
    forms: list[tuple[tuple[str, ...], dict[str, Schema]]] = [((), {})]
    if kind.type in _ONE_OF:
        forms = [((chosen,), {name: _GIVEN.get(name, TEXT) if name == chosen else NULL
                              for name in _ONE_OF[kind.type]}) for chosen in _ONE_OF[kind.type]]
    if kind.type == "analyze":
        forms = [((), {"analysis": _words("aggregate")}),
                 (("analysis", "compare_with"), {"analysis": {"const": "compare"}, "compare_with": TEXT})]
    return [strict(("type", *kind.required, *needed), **{**head, **fields, **changed}) for needed, changed in forms]


def _opened(schema: Schema) -> Schema:
    """The same object, with any other members beside."""
    return {**schema, "additionalProperties": {}}


def options(*, lenient: bool, patch: bool = False) -> Schema:
    """The options of a batch.

    Parameters
    ----------
    lenient : bool
        The form whose `validation.mode` is lenient: members that are not known are passed over.
    patch : bool
        As a merge patch, in which null takes any member away.

    Returns
    -------
    dict
    """
    opened = _opened if lenient else dict
    seconds: dict[str, Schema] = {name: {"type": ["number", "null"], "minimum": 0.05, "maximum": most}
                                  for name, most in (("operation_s", 86_400), ("job_s", 30 * 86_400))}
    mode: Schema = {"const": "lenient"} if lenient else _words("strict")
    validation = opened(strict(("mode",) if lenient else (), mode=mode, on_error=_words("skip", "stop")))
    parallel: Schema = {"type": ["boolean", "null"] if patch else "boolean"}
    return opened(strict(
        ("validation",) if lenient else (), parallel=parallel,
        max_concurrent={"type": ["integer", "null"], "minimum": 1, "maximum": 10_000},
        retry=either(ref("Retry"), NULL), validation=validation if lenient else either(validation, NULL),
        timeout=either(opened(strict(**seconds)), NULL),
        not_before=either({"type": "string", "pattern": INSTANT}, NULL),
        window=either(ref("Window"), NULL), notification=either(ref("Notification"), NULL)))


def batch(*, lenient: bool) -> Schema:
    """The batch of a job.

    Parameters
    ----------
    lenient : bool
        As for `options`.

    Returns
    -------
    dict
    """
    opened = _opened if lenient else dict
    chosen = options(lenient=lenient)
    operations = [opened(form) for kind in KINDS.values() for form in _operation(kind)]
    return opened(strict(
        ("operations", "options") if lenient else ("operations",), type=_LABEL, description=_LABEL,
        operations=listed(either(*operations), minItems=1, maxItems=_MOST_OPERATIONS),
        options=chosen if lenient else either(chosen, NULL), notification=either(ref("Notification"), NULL)))


def batch_create() -> Schema:
    """The body that creates the buildings of a file."""
    beside: dict[str, Schema] = {name: _words(*words) for name, words in KINDS["create"].words.items()}
    return either(*(strict((name,), **{name: TEXT, other: NULL}, **beside) for name, other in (
        ("input_file_url", "upload_id"), ("upload_id", "input_file_url"))))


def schemas() -> dict[str, Schema]:
    """The schemas that bodies refer to, by name."""
    return {
        "Batch": either(strict(("batch",), batch=ref("BatchStrict")),
                        {**strict(("batch",), batch=ref("BatchLenient")), "additionalProperties": {}}),
        "BatchStrict": batch(lenient=False), "BatchLenient": batch(lenient=True), "Filter": _filter(),
        "RunPatch": either(*(options(lenient=lenient, patch=True) for lenient in (False, True)), NULL),
        "Retry": _retry(), "Notification": notification(), "RunOptions": strict(**run_options(as_text=False)),
        "Window": strict(("start", "end"), start=CLOCK, end=CLOCK, timezone=ref("Timezone")),
        "Timezone": {"enum": sorted(available_timezones()), "description": "A zone of the IANA database"},
    }
