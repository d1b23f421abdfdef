"""The page of the API is the one that this version writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from buem.service.http_api import COMMAND, markdown, page, write_page

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="module")
def written() -> str:
    return page()


def test_the_page_is_up_to_date(written):
    assert (DOCS / "http_api.md").read_text(encoding="utf-8") == written, f"write it again: {COMMAND}"


def test_write_page(tmp_path, written):
    write_page(str(tmp_path / "page.md"))
    assert (tmp_path / "page.md").read_text(encoding="utf-8") == written


def test_a_small_description():
    operation = {"tags": ["things"], "summary": "Make a thing", "x-scope": "run", "x-rate-limit": "other",
                 "x-idempotency-key": True, "parameters": [
                     {"name": "limit", "in": "query", "schema": {"minimum": 1, "maximum": 9}, "description": "Rows"}],
                 "requestBody": {"content": {"application/json": {"example": {"a": 1}}}},
                 "responses": {"201": {"content": {"application/json": {"example": {"b": 2}}}}}}
    made = markdown({"paths": {"/things": {"post": operation}}})
    assert made.partition("\n## Things\n")[2] == """
| request | what | scope | limit | key |
|---|---|---|---|---|
| `POST /things` | Make a thing | run | other | yes |

### `POST /things`

Make a thing

| query | values | what |
|---|---|---|
| `limit` | 1 to 9 | Rows |

```json
{"a": 1}
```

Answer, 201:

```json
{"b": 2}
```
"""
