"""Each type of operation has something that runs it; the cutting tells what is wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest
from bench import NOW, OWNER
from conftest import envelope

from buem.service import ledger
from buem.service.operations.kinds import KINDS
from buem.service.operations.registry import RUNNERS, plan


def test_every_type_is_run():
    assert set(RUNNERS) == {*KINDS, "plan"}


@pytest.fixture
def claim(bench):
    """Of the unit that cuts the second operation."""
    bench.ask({"type": "create", "items": [envelope(0)]}, {"type": "validate", "filter": {}})
    bench.work(most=1)
    found = ledger.claim(bench.store, OWNER, NOW, 30)
    assert found.type == "plan"
    return found


def test_a_cut(bench, claim):
    assert plan(bench.context, claim).cut == [(1, {"ids": ["B00000"]})]


@pytest.mark.parametrize(("operation", "code", "message"), [
    ({"type": "import", "upload_id": "upl_9"}, "RESOURCE_ERROR", "Resource not found: upl_9"),
    ({"type": "import", "input_file_url": "https://10.0.0.1/x"}, "INVALID_BATCH",
     "input_file_url: 'https://10.0.0.1/x'; expected https at a host of --allow-egress, or /api/v1/uploads/ID")])
def test_a_cut_that_cannot_be_made_breaks_the_job(bench, claim, operation, code, message):
    broken = replace(claim, operation={"resource": "buildings", **operation})
    assert plan(bench.context, broken).broken == {"code": code, "message": message}
