"""Templates: batches with holes, and the values that fill them.

A hole is written ``${name}`` and stands in values only, never in names, types or resources. A value that is nothing but
a hole takes the parameter as it is, number or truth; inside a longer text its written form stands. What holds an
optional parameter that was not given is left out. ``$${`` writes the two characters ``${``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from buem.errors import Problem, problem
from buem.service.errors import ApiError, details_of
from buem.service.operations.kinds import KINDS
from buem.service.unknown import unknown_fields, unknown_problems
from buem.service.whole import whole

TYPES: Final = ("string", "number", "integer", "boolean")
MOST_PARAMETERS: Final = 50
MOST_OPERATIONS: Final = 100
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_HOLE: Final = re.compile(r"\$\$\{|\$\{([^}]*)\}?")
_TEXT: Final = 2000
#: Greatest whole number that every reader of JSON takes as it is.
_WHOLE: Final = 2**53


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One value that a template asks for."""

    name: str
    #: Of `TYPES`.
    type: str
    required: bool
    #: The values it may have; empty for all.
    enum: tuple[Any, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Template:
    """A batch with holes."""

    id: str = ""
    name: str
    description: str = ""
    parameters: tuple[Parameter, ...] = ()
    operations: tuple[dict[str, Any], ...]
    #: Of the batch.
    options: dict[str, Any] | None = None


class _Left:
    """Stands for a value that is left out."""


_LEFT: Final = _Left()


@dataclass
class _Reading:
    """A body while it is read, with what is wrong in it."""

    problems: list[Problem] = field(default_factory=list)

    def wrong(self, path: str, value: object, expected: str, code: str = "INVALID_VALUE") -> None:
        self.problems.append(problem(path, value, expected, code))

    def unknown(self, given: Mapping[str, Any], path: str, names: Sequence[str]) -> None:
        self.problems += unknown_problems(given, path, names)

    def text(self, given: Mapping[str, Any], path: str, name: str) -> str:
        value = given.get(name, "")
        if not isinstance(value, str) or len(value) > _TEXT:
            self.wrong(f"{path}.{name}", value, f"a text of at most {_TEXT} letters", "WRONG_TYPE")
            return ""
        return value


def read_template(given: object, path: str = "template") -> Template:
    """The template that a body describes.

    Parameters
    ----------
    given : object
        `{name, description, parameters[{name, type, required, enum}], operations, options}`.
    path : str
        Where it stands.

    Returns
    -------
    Template
        Without an id.

    Raises
    ------
    ApiError
        400 with everything that is wrong: a hole without a parameter, in a name, a type or a resource, among it.
    """
    reading = _Reading()
    if not isinstance(given, dict):
        reading.wrong(path, given, "an object with name and operations", "WRONG_TYPE")
        raise _refused(reading.problems)
    reading.unknown(given, path, ("name", "description", "parameters", "operations", "options"))
    name, description = (reading.text(given, path, one) for one in ("name", "description"))
    if not name.strip():
        reading.wrong(f"{path}.name", given.get("name"), "a name", "MISSING_FIELD")
    parameters = _read_parameters(given.get("parameters", []), f"{path}.parameters", reading)
    operations = _read_operations(given.get("operations"), f"{path}.operations", reading)
    options = given.get("options")
    if options is not None and not isinstance(options, dict):
        reading.wrong(f"{path}.options", options, "an object", "WRONG_TYPE")
    known = {parameter.name for parameter in parameters}
    for where, value in ((f"{path}.operations", operations), (f"{path}.options", options)):
        for at, hole in _holes(value, where, reading):
            if hole not in known:
                reading.wrong(at, f"${{{hole}}}", "a hole with the name of a parameter", "UNKNOWN_PARAMETER")
    if reading.problems:
        raise _refused(reading.problems)
    return Template(name=name, description=description, parameters=tuple(parameters), operations=tuple(operations),
                    options=options)


def fill(template: Template, given: object, path: str = "parameters") -> dict[str, Any]:
    """The batch that a template makes of values.

    Parameters
    ----------
    template : Template
        With holes.
    given : object
        Values by name; None for none.
    path : str
        Where they stand.

    Returns
    -------
    dict
        `{type, description, operations, options}`, to be checked like any other batch.

    Raises
    ------
    ApiError
        400 for an unknown or missing parameter, a wrong type, a value outside its enum.
    """
    reading = _Reading()
    values = {} if given is None else given
    if not isinstance(values, dict):
        reading.wrong(path, values, "an object with a value for each parameter", "WRONG_TYPE")
        raise _refused(reading.problems)
    known = {parameter.name: parameter for parameter in template.parameters}
    for name in unknown_fields(values, known):
        names = ", ".join(known) or "no parameter at all"
        reading.wrong(f"{path}.{name[:80]}", values[name], f"one of {names}", "UNKNOWN_PARAMETER")
    for name in known:
        if name in values:
            _check_value(known[name], values[name], f"{path}.{name}", reading)
    for parameter in template.parameters:
        if parameter.required and parameter.name not in values:
            reading.wrong(f"{path}.{parameter.name}", None, f"a {parameter.type}", "MISSING_PARAMETER")
    if reading.problems:
        raise _refused(reading.problems)
    # 5.0 is the same whole number as 5, and shall be written as it is in texts.
    values = {name: whole(value) if known[name].type == "integer" else value for name, value in values.items()}
    batch: dict[str, Any] = {
        "type": template.name, "description": template.description,
        "operations": [_filled_operation(one, values) for one in template.operations],
    }
    options = _fill(template.options or {}, values)
    return {**batch, "options": options} if options and options is not _LEFT else batch


def template_json(template: Template) -> dict[str, Any]:
    """A template as answers show it.

    Parameters
    ----------
    template : Template
        With its id.

    Returns
    -------
    dict
        In the order of the document; `enum` and `options` only where there are any.
    """
    shown: dict[str, Any] = {
        "id": template.id, "name": template.name, "description": template.description,
        "parameters": parameters_json(template), "operations": list(template.operations),
    }
    return {**shown, "options": template.options} if template.options else shown


def parameters_json(template: Template) -> list[dict[str, Any]]:
    """The parameters of a template, for answers and for the store."""
    return [{"name": one.name, "type": one.type, "required": one.required,
             **({"enum": list(one.enum)} if one.enum else {})} for one in template.parameters]


def parameters_from_json(stored: Sequence[Mapping[str, Any]]) -> tuple[Parameter, ...]:
    """The way back from `parameters_json`."""
    return tuple(Parameter(name=one["name"], type=one["type"], required=one["required"],
                           enum=tuple(one.get("enum", ()))) for one in stored)


def _read_parameters(given: object, path: str, reading: _Reading) -> list[Parameter]:
    if not isinstance(given, list) or len(given) > MOST_PARAMETERS:
        reading.wrong(path, given, f"a list of at most {MOST_PARAMETERS} parameters", "WRONG_TYPE")
        return []
    found: dict[str, Parameter] = {}
    for at, one in enumerate(given):
        parameter = _read_parameter(one, f"{path}[{at}]", reading)
        if parameter is not None and parameter.name in found:
            reading.wrong(f"{path}[{at}].name", parameter.name, "a name that no other parameter has", "DUPLICATE")
        elif parameter is not None:
            found[parameter.name] = parameter
    return list(found.values())


def _read_parameter(given: object, path: str, reading: _Reading) -> Parameter | None:
    if not isinstance(given, dict):
        reading.wrong(path, given, "an object with name and type", "WRONG_TYPE")
        return None
    reading.unknown(given, path, ("name", "type", "required", "enum"))
    name, kind, required = given.get("name"), given.get("type"), given.get("required", False)
    if not isinstance(name, str) or _NAME.fullmatch(name) is None:
        reading.wrong(f"{path}.name", name, "a name of at most 64 letters, digits and _, no digit first")
        return None
    if kind not in TYPES:
        reading.wrong(f"{path}.type", kind, f"one of {', '.join(TYPES)}")
        return None
    if not isinstance(required, bool):
        reading.wrong(f"{path}.required", required, "true or false", "WRONG_TYPE")
        return None
    enum = given.get("enum", [])
    parameter = Parameter(name=name, type=kind, required=required)
    if not isinstance(enum, list) or len(enum) > 1000 or ("enum" in given and not enum):
        reading.wrong(f"{path}.enum", enum, "a list of 1 to 1000 values", "WRONG_TYPE")
        return parameter
    for at, value in enumerate(enum):
        _check_value(parameter, value, f"{path}.enum[{at}]", reading)
    return Parameter(name=name, type=kind, required=required, enum=tuple(enum))


def _read_operations(given: object, path: str, reading: _Reading) -> list[dict[str, Any]]:
    if not isinstance(given, list) or not 1 <= len(given) <= MOST_OPERATIONS:
        reading.wrong(path, given, f"a list of 1 to {MOST_OPERATIONS} operations", "WRONG_TYPE")
        return []
    found = []
    for at, one in enumerate(given):
        where = f"{path}[{at}]"
        kind = KINDS.get(one["type"]) if isinstance(one, dict) and isinstance(one.get("type"), str) else None
        if not isinstance(one, dict):
            reading.wrong(where, one, "an object with type and resource", "WRONG_TYPE")
        elif kind is None:
            text = f"Unknown operation type: {str(one.get('type'))[:80]}"
            reading.wrong(f"{where}.type", text, f"one of {', '.join(KINDS)}", "INVALID_OPERATION")
        else:
            fields = ("type", "resource", *kind.fields, *(("template",) if "update" in kind.fields else ()))
            reading.unknown(one, where, fields)
            if one.get("resource", kind.resources[0]) not in kind.resources:
                reading.wrong(f"{where}.resource", one["resource"], " or ".join(kind.resources), "INVALID_RESOURCE")
            if "template" in one and ("update" in one or not isinstance(one["template"], dict)):
                reading.wrong(f"{where}.template", one["template"], "an object, and no update beside it", "WRONG_TYPE")
            found.append(one)
    return found


def _check_value(parameter: Parameter, value: object, path: str, reading: _Reading) -> None:
    if not _has_type(parameter.type, value):
        reading.wrong(path, value, f"a {parameter.type}", "WRONG_TYPE")
    elif parameter.enum and not any(value == one and type(value) is type(one) for one in parameter.enum):
        reading.wrong(path, value, f"one of {', '.join(str(one) for one in parameter.enum)}", "NOT_IN_ENUM")


def _has_type(kind: str, value: object) -> bool:
    if kind == "string":
        return isinstance(value, str) and len(value) <= _TEXT
    if kind == "boolean" or isinstance(value, bool):
        return kind == "boolean" and isinstance(value, bool)
    number = whole(value)
    if number is not None:
        return abs(number) <= _WHOLE
    return kind == "number" and isinstance(value, float) and math.isfinite(value)


def _holes(value: Any, path: str, reading: _Reading) -> Iterator[tuple[str, str]]:
    """Every hole with its place; those that may not be where they are go to the problems."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if "${" in name:
                reading.wrong(f"{path}.{name}", name, "a name without a hole", "HOLE_IN_NAME")
            yield from _holes(inner, f"{path}.{name}", reading)
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from _holes(inner, f"{path}[{at}]", reading)
    elif isinstance(value, str):
        for match in _HOLE.finditer(value):
            if match.group() != "$${":
                yield path, match[1] if match.group().endswith("}") else match.group()


def _filled_operation(operation: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    filled: dict[str, Any] = dict(_fill(operation, values))
    if "template" in filled:
        filled["update"] = filled.pop("template")
    return filled


def _fill(value: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(value, Mapping):
        inner = {name: _fill(one, values) for name, one in value.items()}
        left = {name: one for name, one in inner.items() if one is not _LEFT}
        # An object that held nothing but what was left out would still say something: in a merge patch, be there.
        return left if left or not value else _LEFT
    if isinstance(value, (list, tuple)):
        return [filled for filled in (_fill(one, values) for one in value) if filled is not _LEFT]
    if not isinstance(value, str):
        return value
    whole = _HOLE.fullmatch(value)
    if whole is not None and whole[1] is not None:
        return values.get(whole[1], _LEFT)
    if any(match[1] is not None and match[1] not in values for match in _HOLE.finditer(value)):
        return _LEFT
    return _HOLE.sub(lambda match: "${" if match[1] is None else _written(values[match[1]]), value)


def _written(value: Any) -> str:
    """A value inside a text, as JSON writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _refused(problems: list[Problem]) -> ApiError:
    return ApiError("validation", "The template or its parameters cannot be used.", details_of(problems))
