"""The body that makes a job, checked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from buem.errors import OptionError, Problem, problem
from buem.service.errors import ApiError, Detail
from buem.service.fetching import source_problems
from buem.service.filters import read_filter
from buem.service.kept_weather import FIELDS
from buem.service.notification import mail_warnings, read_notification
from buem.service.operations.kinds import KINDS, OperationKind
from buem.service.options import ServiceOptions
from buem.service.retry import RetryRule, read_retry
from buem.service.run_options import request_options
from buem.service.unknown import unknown_problems
from buem.service.whole import whole
from buem.service.windows import read_window

MODES: Final = ("strict", "lenient")
ON_ERROR: Final = ("skip", "stop")
MOST_OPERATIONS: Final = 100
_BATCH: Final = ("type", "description", "operations", "options", "notification")
_OPTIONS: Final = ("parallel", "max_concurrent", "retry", "validation", "timeout", "not_before", "window",
                   "notification")
_LONGEST_TEXT: Final = 2000
_MOST_CONCURRENT: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRequest:
    """What a job is asked to do."""

    type: str
    description: str
    #: As they are stored; each has been checked.
    operations: tuple[dict[str, Any], ...]
    max_concurrent: int
    retry: RetryRule
    #: strict, lenient, or "" where the request does not say.
    mode: str
    on_error: str
    operation_s: float | None
    job_s: float | None
    not_before: datetime | None
    window: dict[str, str] | None
    notification: dict[str, Any] | None
    #: What the answer warns of: fields that were not known, where the mode passes over them; mail that cannot be sent.
    warnings: tuple[str, ...] = ()
    #: The batch as it was asked for, for the store.
    asked: dict[str, Any] = field(default_factory=dict)


class _Reader:
    """Collects what is wrong while a body is read."""

    def __init__(self, service: ServiceOptions, known: Collection[str], kept: Collection[str]) -> None:
        self.service = service
        #: Names of weather; None once an operation may bring others.
        self.kept: Collection[str] | None = kept
        #: Names of filters; None once an operation may bring names that no building has yet.
        self.known: Collection[str] | None = known
        self.problems: list[Problem] = []
        self.unknown: list[Problem] = []

    def members(self, given: object, path: str, names: tuple[str, ...]) -> Mapping[str, Any]:
        """An object whose members are known; those that are not are remembered."""
        if given is None:
            return {}
        if not isinstance(given, dict):
            self.problems.append(problem(path, given, f"an object with any of {', '.join(names)}", "WRONG_TYPE"))
            return {}
        self.unknown += unknown_problems(given, path, names)
        return given

    def text(self, given: object, path: str, default: str) -> str:
        """A text that is not too long."""
        if given is None:
            return default
        if not isinstance(given, str) or len(given) > _LONGEST_TEXT or "\0" in given:
            self.problems.append(problem(path, given, f"a text of at most {_LONGEST_TEXT} letters", "WRONG_TYPE"))
            return default
        return given

    def choice(self, given: object, path: str, names: tuple[str, ...], default: str) -> str:
        """One of some words."""
        if given is None:
            return default
        if given not in names:
            self.problems.append(problem(path, given, f"one of {', '.join(names)}"))
            return default
        return str(given)

    def number(self, given: object, path: str, low: float, high: float) -> float | None:
        """A number within bounds."""
        if given is None:
            return None
        if isinstance(given, bool) or not isinstance(given, (int, float)) or not low <= given <= high:
            self.problems.append(problem(path, given, f"a number from {low:g} to {high:g}"))
            return None
        return float(given)


def read_batch(body: Mapping[str, Any], service: ServiceOptions, known: Collection[str],
               kept: Collection[str] = ()) -> BatchRequest:
    """The job that a body asks for.

    Parameters
    ----------
    body : mapping
        `{batch: {...}}`.
    service : ServiceOptions
        How the service runs.
    known : collection of str
        Names that filters may use.
    kept : collection of str
        Names of the weather that is kept.

    Returns
    -------
    BatchRequest

    Raises
    ------
    ApiError
        INVALID_BATCH with everything that is wrong.
    """
    reader = _Reader(service, known, kept)
    outer = reader.members(body, "body", ("batch",))
    batch = outer.get("batch")
    if not isinstance(batch, dict):
        raise _invalid([problem("batch", batch, "an object with type and operations", "INVALID_BATCH")])
    reader.members(batch, "batch", _BATCH)
    label = reader.text(batch.get("type"), "type", "batch")
    description = reader.text(batch.get("description"), "description", "")
    operations = _read_operations(batch.get("operations"), reader)
    made = _read_options(batch, reader, label, description, operations)
    reader.problems += [] if made.mode == "lenient" else reader.unknown
    if reader.problems:
        raise _invalid(reader.problems)
    return made


def _invalid(problems: list[Problem]) -> ApiError:
    details = [Detail("operations" if one.code == "INVALID_OPERATION" else one.path, one.code,
                      one.value.strip("'\"") if one.code == "INVALID_OPERATION" else str(one)) for one in problems]
    return ApiError("invalid_batch", "Invalid batch job configuration", details)


def _read_options(batch: Mapping[str, Any], reader: _Reader, label: str, description: str,
                  operations: tuple[dict[str, Any], ...]) -> BatchRequest:
    options = reader.members(batch.get("options"), "options", _OPTIONS)
    validation = reader.members(options.get("validation"), "options.validation", ("mode", "on_error"))
    timeout = reader.members(options.get("timeout"), "options.timeout", ("operation_s", "job_s"))
    notification = batch.get("notification", options.get("notification"))
    for given, path in ((options, "options.notification"), (batch, "notification")):
        read_notification(given.get("notification"), path, reader.service.egress, reader.problems)
    notification = notification if isinstance(notification, dict) else None
    mode = reader.choice(validation.get("mode"), "options.validation.mode", MODES, "")
    return BatchRequest(
        type=label, description=description, operations=operations,
        max_concurrent=_concurrent(options, reader),
        retry=read_retry(options.get("retry"), "options.retry", reader.problems),
        mode=mode,
        on_error=reader.choice(validation.get("on_error"), "options.validation.on_error", ON_ERROR, "skip"),
        operation_s=reader.number(timeout.get("operation_s"), "options.timeout.operation_s", 0.05, 86_400),
        job_s=reader.number(timeout.get("job_s"), "options.timeout.job_s", 0.05, 30 * 86_400),
        not_before=_instant(options.get("not_before"), "options.not_before", reader),
        window=read_window(options.get("window"), "options.window", reader.problems),
        notification=notification,
        warnings=(*(str(one) for one in reader.unknown if mode == "lenient"),
                  *(() if reader.problems else mail_warnings(notification, reader.service.smtp.host))),
        asked={"operations": list(operations), "options": dict(options)},
    )


def _concurrent(options: Mapping[str, Any], reader: _Reader) -> int:
    parallel = options.get("parallel", True)
    if not isinstance(parallel, bool):
        reader.problems.append(problem("options.parallel", parallel, "true or false", "WRONG_TYPE"))
    given = options.get("max_concurrent")
    number = whole(given)
    if given is not None and (number is None or not 1 <= number <= 10_000):
        reader.problems.append(problem("options.max_concurrent", given, "a whole number from 1 to 10000"))
    return 1 if parallel is False else number or _MOST_CONCURRENT


def _instant(given: object, path: str, reader: _Reader) -> datetime | None:
    if given is None:
        return None
    try:
        found = datetime.fromisoformat(given) if isinstance(given, str) else None
        if found is not None and found.tzinfo is not None:
            return found.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    reader.problems.append(problem(path, given, "an instant such as 2025-01-19T00:00:00Z", "INVALID_TIME"))
    return None


def _read_operations(given: object, reader: _Reader) -> tuple[dict[str, Any], ...]:
    if not isinstance(given, list) or not given:
        reader.problems.append(problem("operations", given, "a list with at least one operation", "INVALID_BATCH"))
        return ()
    if len(given) > MOST_OPERATIONS:
        reader.problems.append(problem("operations", f"{len(given)} operations", f"at most {MOST_OPERATIONS}"))
        return ()
    found = [_read_operation(one, f"operations[{at}]", reader) for at, one in enumerate(given)]
    return tuple(one for one in found if one is not None)


def _read_operation(given: object, path: str, reader: _Reader) -> dict[str, Any] | None:
    if not isinstance(given, dict):
        reader.problems.append(problem(path, given, "an object with type and resource", "WRONG_TYPE"))
        return None
    kind = KINDS.get(given["type"]) if isinstance(given.get("type"), str) else None
    if kind is None:
        text = f"Unknown operation type: {str(given.get('type'))[:80]}"
        reader.problems.append(Problem(path=path, value=text, expected="", code="INVALID_OPERATION"))
        return None
    reader.members(given, path, ("type", "resource", *kind.fields))
    if given.get("resource", kind.resources[0]) not in kind.resources:
        reader.problems.append(problem(f"{path}.resource", given["resource"],
                                       f"{kind.type} of {' or '.join(kind.resources)}", "INVALID_RESOURCE"))
    reader.problems += [problem(f"{path}.{name}", None, f"a value, which {kind.type} needs", "MISSING_FIELD")
                        for name in kind.required if given.get(name) is None]
    _check_fields(given, kind, path, reader)
    known = {name: given[name] for name in kind.fields if name in given}
    if kind.changes:
        reader.known = reader.kept = None
    return {"type": kind.type, "resource": given.get("resource", kind.resources[0]), **known}


def _check_fields(given: Mapping[str, Any], kind: OperationKind, path: str, reader: _Reader) -> None:
    problems = reader.problems
    if "filter" in kind.fields:
        known = FIELDS if given.get("resource") == "weather" else reader.known
        read_filter(given.get("filter"), f"{path}.filter", problems, known)
    if "update" in kind.fields and given.get("update") is not None and not isinstance(given["update"], dict):
        problems.append(problem(f"{path}.update", given["update"], "an object, the merge patch", "WRONG_TYPE"))
    if "options" in kind.fields and given.get("options") is not None:
        _check_run_options(given["options"], path, reader)
    if "items" in kind.fields:
        _check_items(given, path, reader)
    for name in ("upload_id", "input_file_url", "job_id", "group_by", "compare_with", "title"):
        if name in kind.fields and given.get(name) is not None and not isinstance(given[name], str):
            problems.append(problem(f"{path}.{name}", given[name], "a text", "WRONG_TYPE"))
    url = given.get("input_file_url")
    if "input_file_url" in kind.fields and isinstance(url, str):
        problems += source_problems(url, f"{path}.input_file_url", reader.service.egress)
    _check_words(given, kind, path, reader)


def _check_run_options(given: object, path: str, reader: _Reader) -> None:
    if not isinstance(given, dict):
        reader.problems.append(problem(f"{path}.options", given, "an object", "WRONG_TYPE"))
        return
    try:
        request_options(given, reader.service, kept=reader.kept)
    except OptionError as error:
        reader.problems += [Problem(path=f"{path}.options.{one.path}", value=one.value, expected=one.expected,
                                    code=one.code) for one in error.problems]


def _check_items(given: Mapping[str, Any], path: str, reader: _Reader) -> None:
    sources = [name for name in ("items", "upload_id", "input_file_url") if given.get(name) is not None]
    if len(sources) != 1:
        reader.problems.append(problem(path, ", ".join(sources) or None, "one of items, upload_id, input_file_url",
                                       "MISSING_FIELD"))
    items = given.get("items")
    if items is not None and not (isinstance(items, list) and items):
        reader.problems.append(problem(f"{path}.items", items, "a list of Features, or of weather", "WRONG_TYPE"))
    elif items is not None and len(items) > reader.service.max_job_items:
        reader.problems.append(problem(f"{path}.items", f"{len(items)} items",
                                       f"at most {reader.service.max_job_items}", "TOO_MANY"))
    if isinstance(given.get("atomic"), bool):
        reader.problems.append(problem(f"{path}.atomic", given["atomic"], "no such field in jobs", "UNKNOWN_FIELD"))


def _check_words(given: Mapping[str, Any], kind: OperationKind, path: str, reader: _Reader) -> None:
    for name, words in kind.words_of(given.get("resource")).items():
        reader.choice(given.get(name), f"{path}.{name}", words, "")
    if kind.type == "import" and (given.get("upload_id") is None) == (given.get("input_file_url") is None):
        reader.problems.append(problem(path, None, "one of upload_id, input_file_url", "MISSING_FIELD"))
    if kind.type == "restore" and (given.get("upload_id") is None) == (given.get("job_id") is None):
        reader.problems.append(problem(path, None, "one of job_id (of a backup), upload_id", "MISSING_FIELD"))
    if kind.type == "analyze" and given.get("analysis") == "compare" and given.get("compare_with") is None:
        reader.problems.append(problem(f"{path}.compare_with", None, "the id of the other job", "MISSING_FIELD"))
    if kind.type == "cleanup":
        reader.number(given.get("older_than_days"), f"{path}.older_than_days", 0, 36_500)
        if not isinstance(given.get("dry_run", True), bool):
            reader.problems.append(problem(f"{path}.dry_run", given["dry_run"], "true or false", "WRONG_TYPE"))
