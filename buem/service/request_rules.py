"""What a request is, by its method and path: which limit it counts against, which scope it needs, what it changes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_READS: Final = ("GET", "HEAD", "OPTIONS")
_CHANGES: Final = ("POST", "PUT", "PATCH", "DELETE")
#: Features in, an answer about each out; nothing is changed.
_CALCULATING: Final = ("/api/geojson", "/api/process", "/api/run", "/api/validate")
#: Open to everybody and free: what tells whether the service is well, and the page with its files.
_OPEN: Final = re.compile(r"/|/favicon\.ico|/static/.*|/api/health|/api/docs|/api/openapi\.(json|yaml)")
_FREE: Final = ("/metrics",)
_JOB: Final = re.compile(r"/api/v1/(batch/jobs|jobs)(/.*)?")
#: What the page reads of a job beside its status.
_SHOWN: Final = re.compile(r"/api/v1/(batch/jobs|jobs)/[^/]+/(events|map|buildings/[^/]+)")
_NEW_JOB: Final = re.compile(r"/api/v1/(batch/jobs|jobs/[^/]+/batch_[a-z]+|batch/templates/[^/]+/run)")
_TEMPLATES: Final = re.compile(r"/api/v1/batch/templates(/.*)?")
_ITEMS: Final = re.compile(r"/api/v1/buildings/batch(/.*)?")
_ADMIN: Final = re.compile(r"/api/v1/batch/audit|/metrics")
_UPLOADS: Final = re.compile(r"/api/v1/uploads(/.*)?")
_PREFIX: Final = re.compile(r"/api/v1/(batch/)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRule:
    """What a request is."""

    #: Field of `options.Limits`.
    bucket: str
    #: What it costs before it is looked at; of items, the route takes the rest.
    cost: int
    #: read, run, admin; empty for requests that need no key.
    scope: str
    #: Whether it stands in the audit.
    changes: bool
    #: Whether an Idempotency-Key means something: it changes, or may make a job.
    repeatable: bool
    #: Whether its body is an upload, which is longer than others and has its own protection against being sent twice.
    upload: bool = False
    #: Whether this machine's own address needs no key for it: the figures, for a collector beside the service.
    local: bool = False


def rule_of(method: str, path: str) -> RequestRule:
    """The rule of a request.

    Parameters
    ----------
    method : str
        Of HTTP.
    path : str
        Without the query.

    Returns
    -------
    RequestRule
    """
    reads = method in _READS
    if path in _CALCULATING:
        return RequestRule(bucket="items", cost=0, scope="run", changes=False, repeatable=method in _CHANGES)
    scope = "read" if reads else "run"
    if reads and _OPEN.fullmatch(path):
        scope = ""
    elif _ADMIN.fullmatch(path):
        scope = "admin"
    bucket = _bucket(reads, path)
    free = bucket == "items" or path in _FREE or scope == ""
    changes = method in _CHANGES
    upload = method == "PATCH" and _UPLOADS.fullmatch(path) is not None
    return RequestRule(bucket=bucket, cost=0 if free else 1, scope=scope, changes=changes, repeatable=changes,
                       upload=upload, local=path in _FREE)


def _bucket(reads: bool, path: str) -> str:
    if _NEW_JOB.fullmatch(path) and not reads:
        return "job_creation"
    if _TEMPLATES.fullmatch(path):
        return "templates"
    if _ITEMS.fullmatch(path):
        return "items"
    if reads and _JOB.fullmatch(path) and not _SHOWN.fullmatch(path):
        return "status"
    return "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """How the audit calls a change."""

    action: str
    resource: str
    resource_id: str | None


_ACTIONS: Final = {"POST": "create", "PUT": "replace", "PATCH": "update", "DELETE": "delete"}


def name_change(method: str, path: str) -> Named:
    """What a changing request does to what, from its path: resource, id, action.

    Parameters
    ----------
    method : str
        Of HTTP.
    path : str
        Without the query.

    Returns
    -------
    Named
    """
    parts = [part for part in _PREFIX.sub("", path, count=1).split("/") if part]
    resource = parts[0][:100] if parts else ""
    resource_id = parts[1][:100] if len(parts) > 1 else None
    action = parts[2][:100] if len(parts) > 2 else _ACTIONS.get(method, method.lower()[:20])
    return Named(action=action, resource=resource, resource_id=resource_id)
