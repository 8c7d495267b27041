"""Checks a document by the part of JSON Schema (2020-12) that our own schemas use; an unknown keyword is an error."""

from __future__ import annotations

from typing import Any

_TYPES: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}
_KNOWN = {
    *("$schema", "$defs", "$ref", "title", "description", "type", "const", "enum", "items"),
    *("properties", "required", "additionalProperties"),
}


def offences(document: Any, schema: dict[str, Any], root: dict[str, Any] | None = None, at: str = "$") -> list[str]:
    """Where a document is not as the schema says; empty if it is."""
    root = root or schema
    assert set(schema) <= _KNOWN, set(schema) - _KNOWN
    if "$ref" in schema:
        return offences(document, root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root, at)
    found = [] if _is(document, schema.get("type")) else [f"{at}: {document!r:.60} is no {schema['type']}"]
    if "const" in schema and document != schema["const"]:
        found.append(f"{at}: {document!r:.60} is not {schema['const']!r}")
    if "enum" in schema and document not in schema["enum"]:
        found.append(f"{at}: {document!r:.60} is none of {schema['enum']}")
    if isinstance(document, dict):
        found += _of_object(document, schema, root, at)
    if isinstance(document, list) and "items" in schema:
        found += [one for n, item in enumerate(document) for one in offences(item, schema["items"], root, f"{at}[{n}]")]
    return found


def _of_object(document: dict[str, Any], schema: dict[str, Any], root: dict[str, Any], at: str) -> list[str]:
    known, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    found = [f"{at}: lacks {name}" for name in schema.get("required", ()) if name not in document]
    for name, value in document.items():
        if name in known:
            found += offences(value, known[name], root, f"{at}.{name}")
        elif others is False:
            found.append(f"{at}: has {name}, of which the schema knows nothing")
        elif isinstance(others, dict):
            found += offences(value, others, root, f"{at}.{name}")
    return found


def _is(value: Any, wanted: str | list[str] | None) -> bool:
    kinds = [wanted] if isinstance(wanted, str) else wanted or list(_TYPES)
    return any(
        isinstance(value, _TYPES[kind]) and not (isinstance(value, bool) and kind != "boolean") for kind in kinds
    )
