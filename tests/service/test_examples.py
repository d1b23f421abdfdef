"""docs/examples.md is run as it stands, against a server of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from conftest import Server, start_server

PAGE = Path(__file__).parents[2] / "docs" / "examples.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
LOCAL = "http://localhost:5000"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that the last test stops."""
    found = start_server(tmp_path_factory.mktemp("examples"), "--workers", "1")
    yield found
    found.stop()


@pytest.fixture(scope="module")
def page(server: Server) -> dict[str, Any]:
    """The names that the page has made, each block run once in their order."""
    scope: dict[str, Any] = {}
    with requests.Session() as session:
        for block in BLOCKS:
            shorter = block.replace(LOCAL, server.url).replace("(1000, 1)", "(150, 1)")
            scope |= {"__name__": "page"}
            exec(compile(shorter, "docs/examples.md", "exec"), scope)
        session.close()
    return scope


def test_the_page_runs(page):
    assert len(BLOCKS) == 7
    assert len(page["table"]) == 8761
    assert page["table"][0] == "time,heating_kW,electricity_kW"


def test_one_bad_of_three(page, capsys):
    found = page["process_building_batch"]([page["buildings"][0], page["bad"], page["buildings"][2]])
    assert [one["id"] for one in found] == ["Building_01", "Building_03"]
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert out.startswith("Building Building_02 failed: $.features[1].properties.buem.building_attributes.components.")


def test_none_good(page, capsys):
    assert page["process_building_batch"]([page["bad"]]) == []
    assert capsys.readouterr().out.startswith("Building Building_02 failed: $.features[0]")


def test_server_stopped(page, server, capsys):
    server.stop()
    assert page["process_building_batch"](page["buildings"]) == []
    out = capsys.readouterr().out.splitlines()
    assert [line.split(" failed: ")[0] for line in out] == [f"Building Building_{at:02d}" for at in (1, 2, 3)]
