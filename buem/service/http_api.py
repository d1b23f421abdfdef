"""The description of the API as a page of the documentation."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from sqlalchemy import create_engine

from buem.io.durable import durable
from buem.service.app import create_app
from buem.service.openapi import describe
from buem.service.options import ServiceOptions

#: What writes the page; it stands in the page, too.
COMMAND: Final = "python -c \"from buem.service.http_api import write_page; write_page('docs/http_api.md')\""
#: Longest line of an example. [characters]
_WIDTH: Final = 110
#: Words of a choice that are all shown.
_MOST_WORDS: Final = 24
_METHODS: Final = ("get", "post", "put", "patch", "delete")
_HEAD: Final = f"""# HTTP API

Every route of `buem serve`, written from its OpenAPI document by

```
{COMMAND}
```

A running server has the same at `/api/docs`, and the document itself at `/api/openapi.json` and `/api/openapi.yaml`.
[The service](service.md) says what jobs, operations and collections mean, [the rules](service_rules.md) what holds for
every request: keys, limits, Idempotency-Key, errors. "Limit" is the [bucket](service_rules.md#limits) that a request
counts against; "key" marks the requests that an `Idempotency-Key` makes safe to send again.
"""


def markdown(document: Mapping[str, Any]) -> str:
    """The page of a description.

    Parameters
    ----------
    document : mapping
        Of `openapi.describe`.

    Returns
    -------
    str
        Markdown.
    """
    groups: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                tag = (item[method].get("tags") or ["other"])[0]
                groups.setdefault(tag, []).append((f"{method.upper()} {path}", item[method]))
    parts = [_HEAD]
    for tag, operations in groups.items():
        parts.append(f"\n## {tag.capitalize()}\n\n" + "\n".join(_table(operations)) + "\n")
        for name, operation in operations:
            parts.extend(_section(name, operation))
    return "".join(parts)


def _table(operations: list[tuple[str, dict[str, Any]]]) -> Iterator[str]:
    yield "| request | what | scope | limit | key |"
    yield "|---|---|---|---|---|"
    for name, operation in operations:
        key = "yes" if operation.get("x-idempotency-key") else ""
        scope = operation.get("x-scope", "none")
        yield f"| `{name}` | {operation['summary']} | {scope} | {operation.get('x-rate-limit', '')} | {key} |"


def _section(name: str, operation: dict[str, Any]) -> Iterator[str]:
    queries = [one for one in operation.get("parameters", ()) if one["in"] == "query"]
    body: dict[str, Any] = next(iter(operation.get("requestBody", {}).get("content", {}).values()), {})
    good = next((code for code in operation["responses"] if code.startswith("2")), "200")
    answer = operation["responses"][good].get("content", {}).get("application/json", {})
    if not (queries or body.get("example") or answer.get("example")):
        return
    yield f"\n### `{name}`\n\n{operation.get('description', operation['summary'])}\n"
    if queries:
        rows = "\n".join(f"| `{one['name']}` | {_kind(one.get('schema'))} | {one['description']} |" for one in queries)
        yield f"\n| query | values | what |\n|---|---|---|\n{rows}\n"
    if body.get("example"):
        yield f"\n```json\n{_shown(body['example'])}\n```\n"
    if answer.get("example"):
        yield f"\nAnswer, {good}:\n\n```json\n{_shown(answer['example'])}\n```\n"


def _kind(schema: Mapping[str, Any] | None) -> str:
    if schema is None:
        return "JSON"
    if "anyOf" in schema:
        return ", ".join(dict.fromkeys(map(_kind, schema["anyOf"])))
    if "enum" in schema:
        # Of the many words of countries, the first few tell what they are like.
        shown = schema["enum"] if len(schema["enum"]) <= _MOST_WORDS else [*schema["enum"][:3], "..."]
        return ", ".join(f"`{one}`" for one in shown)
    if "minimum" in schema:
        return f"{schema['minimum']} to {schema['maximum']}"
    return str(schema.get("type", "any")).replace("string", "text")


def _shown(example: Any, indent: int = 0) -> str:
    """JSON with a line for each member of what does not fit into one."""
    text = json.dumps(example, ensure_ascii=False)
    if len(text) + indent <= _WIDTH or not isinstance(example, (dict, list)):
        return text
    pad = " " * (indent + 2)
    if isinstance(example, list):
        inner = [pad + _shown(one, indent + 2) for one in example]
        return "[\n" + ",\n".join(inner) + "\n" + " " * indent + "]"
    inner = [f"{pad}{json.dumps(name)}: {_shown(one, indent + 2)}" for name, one in example.items()]
    return "{\n" + ",\n".join(inner) + "\n" + " " * indent + "}"


def page() -> str:
    """The page as it is in this version.

    Returns
    -------
    str
        Markdown.
    """
    store = create_engine("sqlite://")
    try:
        return markdown(describe(create_app(ServiceOptions(), store)))
    finally:
        store.dispose()


def write_page(path: str) -> None:
    """Write the page.

    Parameters
    ----------
    path : str
        Where to.
    """
    with durable(Path(path)) as temporary:
        temporary.write_text(page(), encoding="utf-8")
