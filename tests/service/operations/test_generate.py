"""Reports: a page that needs nothing from elsewhere, with true figures, whatever its title is."""

from __future__ import annotations

import json
import re

import pytest
from conftest import envelope

from buem.service.operations.generate import page

TOTAL = {"buildings": 2, "floor_area_m2": 200.0, "heating_kwh": 1234.5, "heating_kwh_m2": None, "cooling_kwh": 0.0,
         "heating_peak_kw": 3.2}


@pytest.mark.parametrize("title", ["<script>alert(1)</script>", "a & b", '"quoted"', "Häuser 🏠", ""])
def test_a_title_is_text_and_nothing_else(title):
    text = page(title, TOTAL, [])
    assert "<script" not in text
    assert text.startswith("<!doctype html>")
    assert "1,234" in text or "1234" in text or "1 234" in text


@pytest.mark.slow
def test_a_report_of_a_job(bench):
    features = [envelope(0), envelope(1, u_value=99.0), envelope(2)]
    job_id = bench.done({"type": "calculate"}, raws=[json.dumps(one).encode() for one in features])
    report = bench.done({"type": "generate", "job_id": job_id, "title": "North <b>"},
                        {"type": "generate", "job_id": "job_9"})
    made, lost = bench.items(report)
    assert (lost.state, lost.code) == ("failed", "RESOURCE_ERROR")
    assert (made.outcome["status"], made.outcome["buildings"], made.outcome["floor_area_m2"]) == ("generated", 2, 200.0)
    name = made.outcome["file"].rpartition("/")[2]
    path, = (bench.folder / "jobs" / report).glob("*report.html")
    assert name == "0-report.html"
    text = path.read_text(encoding="utf-8")
    assert "North &lt;b&gt;" in text
    assert text.count("<img") == 2
    # Both pictures stand in the page itself.
    assert [one[:5] for one in re.findall(r'(?:src|href)="([^"]*)"', text)] == ["data:", "data:"]
