"""What a request is, by its method and path."""

from __future__ import annotations

import pytest

from buem.service.request_rules import Named, name_change, rule_of


@pytest.mark.parametrize(
    ("method", "path", "bucket", "cost", "scope", "changes"),
    [
        ("GET", "/", "other", 0, "", False),
        ("GET", "/static/page.js", "other", 0, "", False),
        ("GET", "/api/health", "other", 0, "", False),
        ("HEAD", "/api/health", "other", 0, "", False),
        ("POST", "/api/health", "other", 1, "run", True),
        ("GET", "/api/openapi.json", "other", 0, "", False),
        ("GET", "/metrics", "other", 0, "admin", False),
        ("POST", "/api/geojson", "items", 0, "run", False),
        ("POST", "/api/process", "items", 0, "run", False),
        ("POST", "/api/run", "items", 0, "run", False),
        ("GET", "/api/files/x.csv", "other", 1, "read", False),
        ("POST", "/api/v1/batch/jobs", "job_creation", 1, "run", True),
        ("GET", "/api/v1/batch/jobs", "status", 1, "read", False),
        ("GET", "/api/v1/batch/jobs/j", "status", 1, "read", False),
        ("GET", "/api/v1/batch/jobs/j/results", "status", 1, "read", False),
        ("GET", "/api/v1/batch/jobs/j/events", "other", 1, "read", False),
        ("GET", "/api/v1/batch/jobs/j/map", "other", 1, "read", False),
        ("GET", "/api/v1/batch/jobs/j/buildings/12", "other", 1, "read", False),
        ("GET", "/api/v1/jobs/j", "status", 1, "read", False),
        ("POST", "/api/v1/batch/jobs/j/pause", "other", 1, "run", True),
        ("DELETE", "/api/v1/batch/jobs/j", "other", 1, "run", True),
        ("POST", "/api/v1/jobs/buildings/batch_create", "job_creation", 1, "run", True),
        ("GET", "/api/v1/batch/templates", "templates", 1, "read", False),
        ("DELETE", "/api/v1/batch/templates/t", "templates", 1, "run", True),
        ("POST", "/api/v1/batch/templates/t/run", "job_creation", 1, "run", True),
        ("POST", "/api/v1/batch/schedules", "other", 1, "run", True),
        ("GET", "/api/v1/batch/audit", "other", 1, "admin", False),
        ("POST", "/api/v1/buildings/batch", "items", 0, "run", True),
        ("DELETE", "/api/v1/buildings/batch", "items", 0, "run", True),
        ("POST", "/api/v1/buildings/batch/delete", "items", 0, "run", True),
        ("GET", "/api/v1/buildings/b", "other", 1, "read", False),
        ("PUT", "/api/v1/buildings/b", "other", 1, "run", True),
        ("GET", "/api/v1/batch/jobsx", "other", 1, "read", False),
        ("BREW", "/nowhere", "other", 1, "run", False),
    ],
)
def test_rule(method, path, bucket, cost, scope, changes):
    rule = rule_of(method, path)
    assert (rule.bucket, rule.cost, rule.scope, rule.changes) == (bucket, cost, scope, changes)


def test_what_may_be_repeated_by_key():
    assert rule_of("POST", "/api/geojson").repeatable
    assert rule_of("DELETE", "/api/v1/batch/jobs/j").repeatable
    assert not rule_of("GET", "/api/v1/batch/jobs/j").repeatable
    assert rule_of("PATCH", "/api/v1/uploads/u").upload
    assert not rule_of("POST", "/api/v1/uploads").upload


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("POST", "/api/v1/batch/jobs", ("create", "jobs", None)),
        ("POST", "/api/v1/batch/jobs/j1/pause", ("pause", "jobs", "j1")),
        ("DELETE", "/api/v1/batch/schedules/s1", ("delete", "schedules", "s1")),
        ("PATCH", "/api/v1/batch/templates/t1", ("update", "templates", "t1")),
        ("PUT", "/api/v1/buildings/b1", ("replace", "buildings", "b1")),
        ("POST", "/api/v1/jobs/buildings/batch_create", ("batch_create", "jobs", "buildings")),
        ("DELETE", "/api/v1/buildings/batch", ("delete", "buildings", "batch")),
        ("BREW", "/", ("brew", "", None)),
    ],
)
def test_name_change(method, path, expected):
    action, resource, resource_id = expected
    assert name_change(method, path) == Named(action=action, resource=resource, resource_id=resource_id)


def test_names_are_cut():
    found = name_change("M" * 500, "/" + "a" * 500 + "/" + "b" * 500)
    assert (len(found.action), len(found.resource), len(found.resource_id or "")) == (20, 100, 100)
