"""When a failed operation is tried again."""

from __future__ import annotations

import pytest

from buem.service.retry import RetryRule, read_retry, rule_from_json


@pytest.mark.parametrize(
    ("rule", "waits"),
    [
        pytest.param(RetryRule(backoff="immediate"), [0, 0, 0, 0], id="immediate"),
        pytest.param(RetryRule(backoff="linear", delay=5), [5, 5, 5, 5], id="linear: a fixed time"),
        pytest.param(RetryRule(backoff="exponential", delay=1), [1, 2, 4, 8], id="exponential"),
        pytest.param(RetryRule(backoff="exponential", delay=1, cap=3), [1, 2, 3, 3], id="capped"),
        pytest.param(RetryRule(backoff="custom", delays=(1, 10, 7)), [1, 10, 7, 7], id="a list, its last again"),
    ],
)
def test_waits(rule, waits):
    assert [rule.wait(tries, "x") for tries in (1, 2, 3, 4)] == waits


def test_jitter_is_seeded():
    rule = RetryRule(backoff="linear", delay=100.0, jitter=0.2)
    waits = {rule.wait(1, f"job/{unit}") for unit in range(50)}
    assert len(waits) == 50
    assert 80.0 <= min(waits) < 85.0
    assert 95.0 < max(waits) <= 100.0
    assert rule.wait(1, "job/7") == rule.wait(1, "job/7")


def test_thousands_of_tries_overflow_nothing():
    assert RetryRule(backoff="exponential").wait(5000, "x") == 300.0


def test_the_rule_of_the_seed():
    problems = []
    rule = read_retry({"attempts": 3, "backoff": "exponential"}, "retry", problems)
    assert (rule, problems) == (RetryRule(attempts=3), [])
    assert rule_from_json(rule.to_json()) == rule


def test_a_list_in_place_of_a_word():
    assert read_retry({"attempts": 4, "backoff": [1, 2.5]}, "retry", []) == RetryRule(
        attempts=4, backoff="custom", delays=(1.0, 2.5))


@pytest.mark.parametrize(
    ("given", "paths"),
    [
        pytest.param(3, ["retry"], id="no object"),
        pytest.param({"attempts": 0}, ["retry.attempts"], id="none at all"),
        pytest.param({"attempts": True}, ["retry.attempts"], id="true is no number"),
        pytest.param({"backoff": "later"}, ["retry.backoff"], id="unknown"),
        pytest.param({"backoff": []}, ["retry.delays"], id="an empty list"),
        pytest.param({"backoff": [1, -1]}, ["retry.delays"], id="a negative wait"),
        pytest.param({"jitter": 2, "cap": "x", "delay": float("nan")},
                     ["retry.delay", "retry.cap", "retry.jitter"], id="three at once"),
        pytest.param({"atempts": 3}, ["retry.atempts"], id="misspelt"),
    ],
)
def test_rules_that_are_refused(given, paths):
    problems = []
    read_retry(given, "retry", problems)
    assert [one.path for one in problems] == paths
