"""The body that makes a job: what it becomes, and everything that is wrong with it at once."""

from __future__ import annotations

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buem.service.batch_request import read_batch
from buem.service.errors import ApiError
from buem.service.openapi_bodies import schemas
from buem.service.operations.kinds import KINDS
from buem.service.options import ServiceOptions

SERVICE = ServiceOptions()
KNOWN = ("id", "status")
OPTIMIZE = {"type": "optimize"}


def read(batch, known=KNOWN):
    return read_batch({"batch": batch}, SERVICE, known)


def wrong(batch) -> dict[str, str]:
    with pytest.raises(ApiError) as refused:
        read(batch)
    assert (refused.value.kind.status, refused.value.kind.code) == (400, "INVALID_BATCH")
    return {one.field: one.code for one in refused.value.details}


def test_what_is_not_said():
    batch = read({"operations": [OPTIMIZE]})
    assert (batch.type, batch.description, batch.mode, batch.on_error) == ("batch", "", "", "skip")
    assert (batch.max_concurrent, batch.retry.attempts) == (64, 1)
    assert (batch.operation_s, batch.job_s, batch.not_before, batch.window) == (None, None, None, None)
    assert batch.operations == ({"type": "optimize", "resource": "buildings"},)


def test_the_seeds_own_body():
    batch = read({
        "type": "field_update", "description": "Update all active ones",
        "operations": [{"type": "update", "resource": "buildings", "filter": {"status": "active"},
                        "update": {"schedule": {"frequency": "daily"}}}],
        "options": {"parallel": True, "max_concurrent": 5, "retry": {"attempts": 3, "backoff": "exponential"},
                    "validation": {"mode": "strict", "on_error": "skip"}}})
    assert (batch.max_concurrent, batch.retry.attempts, batch.mode) == (5, 3, "strict")


@pytest.mark.parametrize(("options", "expected"), [
    ({"parallel": False}, 1), ({"parallel": False, "max_concurrent": 5}, 1), ({"max_concurrent": 5.0}, 5),
    ({"max_concurrent": None}, 64), ({}, 64)])
def test_chunks_in_flight(options, expected):
    assert read({"operations": [OPTIMIZE], "options": options}).max_concurrent == expected


@pytest.mark.parametrize(("batch", "expected"), [
    (None, {"batch": "INVALID_BATCH"}),
    ([], {"batch": "INVALID_BATCH"}),
    ({}, {"operations": "INVALID_BATCH"}),
    ({"operations": []}, {"operations": "INVALID_BATCH"}),
    ({"operations": [OPTIMIZE] * 101}, {"operations": "INVALID_VALUE"}),
    ({"operations": [5]}, {"operations[0]": "WRONG_TYPE"}),
    ({"operations": [{"type": "process"}]}, {"operations": "INVALID_OPERATION"}),
    ({"operations": [{"type": ["calculate"]}]}, {"operations": "INVALID_OPERATION"}),
    ({"operations": [{"type": "calculate", "resource": None}]}, {"operations[0].resource": "INVALID_RESOURCE"}),
    ({"operations": [{"type": "update"}]}, {"operations[0].update": "MISSING_FIELD"}),
    ({"operations": [{"type": "create"}]}, {"operations[0]": "MISSING_FIELD"}),
    ({"operations": [{"type": "create", "items": [1], "upload_id": "u"}]}, {"operations[0]": "MISSING_FIELD"}),
    ({"operations": [{"type": "create", "items": []}]}, {"operations[0].items": "WRONG_TYPE"}),
    ({"operations": [{"type": "create", "items": [1], "atomic": True}]}, {"operations[0].atomic": "UNKNOWN_FIELD"}),
    ({"operations": [{"type": "restore"}]}, {"operations[0]": "MISSING_FIELD"}),
    ({"operations": [{"type": "analyze", "job_id": "j", "analysis": "compare"}]},
     {"operations[0].compare_with": "MISSING_FIELD"}),
    ({"operations": [{"type": "cleanup", "dry_run": "no", "older_than_days": -1}]},
     {"operations[0].dry_run": "WRONG_TYPE", "operations[0].older_than_days": "INVALID_VALUE"}),
    ({"operations": [{"type": "calculate", "options": {"model": "x"}}]},
     {"operations[0].options.model": "INVALID_VALUE"}),
    ({"operations": [{"type": "delete", "filter": {"colour": 1}}]}, {"operations[0].filter.colour": "UNKNOWN_FIELD"}),
    ({"operations": [OPTIMIZE], "colour": 1, "type": "x" * 2001},
     {"batch.colour": "UNKNOWN_FIELD", "type": "WRONG_TYPE"}),
    ({"operations": [OPTIMIZE], "options": {"parallel": None, "max_concurrent": True, "not_before": "2025-01-19"}},
     {"options.parallel": "WRONG_TYPE", "options.max_concurrent": "INVALID_VALUE",
      "options.not_before": "INVALID_TIME"}),
    ({"operations": [OPTIMIZE], "options": {"retry": {"backoff": "linear", "delays": ["x"]}}},
     {"options.retry.delays": "INVALID_RETRY"}),
    ({"operations": [OPTIMIZE], "options": {"retry": {"backoff": [1], "delays": [2]}}},
     {"options.retry.delays": "INVALID_RETRY"}),
    ({"operations": [OPTIMIZE], "options": {"timeout": {"operation_s": 0, "job_s": "1"}}},
     {"options.timeout.operation_s": "INVALID_VALUE", "options.timeout.job_s": "INVALID_VALUE"}),
    ({"operations": [OPTIMIZE], "notification": {"on_completion": {"email": None}}},
     {"notification.on_completion.email": "WRONG_TYPE"}),
    ({"operations": [OPTIMIZE], "notification": {}, "options": {"notification": {"on_failure": {"severity": "x"}}}},
     {"options.notification.on_failure.severity": "INVALID_VALUE"}),
])
def test_everything_that_is_wrong(batch, expected):
    assert wrong(batch) == expected


def test_an_unknown_operation_says_what_the_seed_says():
    with pytest.raises(ApiError) as refused:
        read({"operations": [{"type": "process"}]})
    assert refused.value.message == "Invalid batch job configuration"
    assert refused.value.details[0].message == "Unknown operation type: process"


def test_lenient_warns_of_what_it_passes_over():
    batch = read({"operations": [{**OPTIMIZE, "x": 1}], "y": 2, "options": {"z": 3, "validation": {"mode": "lenient"}}})
    assert [one.partition(":")[0] for one in batch.warnings] == ["batch.y", "operations[0].x", "options.z"]


def test_after_a_change_any_name_may_be_filtered_by():
    batch = [{"type": "update", "filter": {}, "update": {"made": 1}}, {"type": "delete", "filter": {"made": 1}}]
    assert len(read({"operations": batch}).operations) == 2


def test_mail_without_a_server_is_warned_of():
    batch = read({"operations": [OPTIMIZE], "notification": {"on_failure": {"email": ["a@example.com"]}}})
    assert "not_sent" in batch.warnings[0]


#: What stands in bodies, right and wrong.
_VALUES = st.one_of(st.none(), st.booleans(), st.integers(-2, 200), st.floats(-2, 200), st.sampled_from([
    "", "strict", "lenient", "skip", "stop", "linear", "custom", "22:00", "06:00", "UTC", "2025-01-19T00:00:00Z",
    "auto", "buildings", "job_1"]), st.lists(st.integers(0, 9), max_size=2))
_NAMES = ["attempts", "backoff", "delay", "delays", "cap", "jitter", "start", "end", "timezone", "mode", "on_error",
          "operation_s", "job_s", "on_failure", "email", "severity"]
_INNER = st.dictionaries(st.sampled_from(_NAMES), _VALUES, max_size=3)
_OPTIONS = st.dictionaries(st.sampled_from([
    "parallel", "max_concurrent", "retry", "validation", "timeout", "not_before", "window", "notification", "other"]),
    st.one_of(_VALUES, _INNER), max_size=3)
_FIELDS = sorted({name for kind in KINDS.values() for name in kind.fields})
_OPERATION = st.dictionaries(st.sampled_from(["resource", *_FIELDS]), st.one_of(_VALUES, _INNER), max_size=4).flatmap(
    lambda fields: st.sampled_from(sorted(KINDS)).map(lambda kind: {"type": kind, **fields}))
_VALIDATOR = jsonschema.Draft202012Validator({"$ref": "#/components/schemas/Batch",
                                              "components": {"schemas": schemas()}})
#: What the schema cannot say.
_BEYOND = {"UNKNOWN_FIELD", "INVALID_WINDOW", "URL_REFUSED"}


@settings(max_examples=400, deadline=None)
@given(st.lists(_OPERATION, max_size=2), st.one_of(st.none(), _OPTIONS))
def test_the_schema_allows_what_is_taken_and_nothing_else(operations, options):
    body = {"batch": {"operations": operations, "options": options}}
    fits = _VALIDATOR.is_valid(body)
    codes: set[str] = set()
    try:
        read_batch(body, SERVICE, KNOWN)
    except ApiError as error:
        codes = {one.code for one in error.details}
    if codes:
        assert not fits or codes <= _BEYOND, (body, codes)
    else:
        assert fits, (body, next(_VALIDATOR.iter_errors(body)).message)
