"""The words in which the description of the API is written: JSON Schema, and parameters of a query."""

from __future__ import annotations

from typing import Any, Final

Schema = dict[str, Any]

TEXT: Final[Schema] = {"type": "string"}
NUMBER: Final[Schema] = {"type": "number"}
WHOLE: Final[Schema] = {"type": "integer"}
OBJECT: Final[Schema] = {"type": "object"}
NULL: Final[Schema] = {"type": "null"}
MAYBE_TEXT: Final[Schema] = {"type": ["string", "null"]}
ANY: Final[Schema] = {}


def opened(required: tuple[str, ...] = (), /, **members: Schema) -> Schema:
    """An object that may have other members beside these."""
    return {"type": "object", "properties": members, **({"required": list(required)} if required else {})}


def strict(required: tuple[str, ...] = (), /, **members: Schema) -> Schema:
    """An object with no other members than these."""
    return {**opened(required, **members), "additionalProperties": False}


def listed(items: Schema, **bounds: int) -> Schema:
    """A list."""
    return {"type": "array", "items": items, **bounds}


def ref(name: str) -> Schema:
    """A schema of the document by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


def either(*schemas: Schema) -> Schema:
    """Any of these."""
    return {"anyOf": list(schemas)}


def query(name: str, schema: Schema, text: str) -> dict[str, Any]:
    """A parameter that a query may have."""
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": text}


LIMIT: Final = query("limit", {"type": "integer", "minimum": 1, "maximum": 1000}, "Rows of a page")
CURSOR: Final = query("cursor", TEXT, "next_cursor of the page before")
