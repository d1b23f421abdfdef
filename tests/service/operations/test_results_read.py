"""Results of other jobs, for those that look at them."""

from __future__ import annotations

import json

import pytest
from conftest import envelope

from buem.service.errors import ApiError
from buem.service.operations.results_read import hours_of, paths_of, summary_of


@pytest.mark.slow
def test_rows_and_hours_in_the_order_of_the_operations(bench):
    raws = [json.dumps(envelope(number)).encode() for number in range(53)]
    job_id = bench.done({"type": "calculate"}, raws=raws)
    table = summary_of(bench.context, job_id)
    assert table.column("index").to_pylist() == list(range(53))
    hours = list(hours_of(bench.context, job_id))
    assert [part.num_rows for part in hours] == [50, 3]
    assert len(hours[0].column("heating_W")[0]) == 8760


@pytest.mark.parametrize("job_id", ["job_9", "", "x" * 500])
@pytest.mark.parametrize("read", [summary_of, lambda context, job_id: list(hours_of(context, job_id)),
                                  lambda context, job_id: paths_of(context, job_id, "answers")])
def test_a_job_that_is_not_there_or_has_none(bench, job_id, read):
    with pytest.raises(ApiError, match=r"^Resource not found: ") as refused:
        read(bench.context, job_id)
    assert refused.value.kind.status == 404
    assert len(refused.value.message) < 150


def test_a_job_that_calculated_nothing(bench):
    job_id = bench.done({"type": "create", "items": [envelope(0)]})
    with pytest.raises(ApiError, match=f"summary of the job {job_id}"):
        summary_of(bench.context, job_id)
