"""The table of operations, and the table of the documentation."""

from __future__ import annotations

from pathlib import Path

import pytest

from buem.service.operations.kinds import KINDS, OperationKind

PAGE = (Path(__file__).parents[3] / "docs" / "service.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.type)
def test_it_is_in_the_documentation(kind: OperationKind):
    fields = ", ".join(f"`{name}`{' (needed)' if name in kind.required else ''}" for name in kind.fields) or "none"
    row = f"| {kind.type} | {', '.join(kind.resources)} | {fields} | {kind.counts} | {kind.summary} |"
    assert row in PAGE


def test_groups_and_scopes():
    assert {kind.group for kind in KINDS.values()} == {"data", "processing", "maintenance"}
    assert {kind.type for kind in KINDS.values() if kind.scope == "admin"} == {
        kind.type for kind in KINDS.values() if kind.group == "maintenance"}
