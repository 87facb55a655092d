"""The description of central's operations for other programs: OpenAPI 3.1, made from the operations and the structs.

There is no second model: a struct of `wire` is its schema, and what an operation may refuse is what its row says.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from clerk_app import wire
from clerk_app.central.answering import MEDIA
from clerk_app.central.operation import Operation, Parameter, status_of

_REFS = "#/components/schemas/{name}"
_JSON = "application/json"
_PROBLEM = "application/problem+json"
_PACKED = {"type": "string", "contentMediaType": MEDIA, "description": "The same as MessagePack, compressed with zlib."}
_SECURITY = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "From `/v1/token`; nothing by itself.",
    },
    "proof": {
        "type": "apiKey",
        "in": "header",
        "name": wire.PROOF_HEADER,
        "description": (
            "`<seconds>.<signature>`, with the base64url SHA-256 of a message between them: Ed25519 by the key of the "
            "station over `quay-proof-2`, method, target, seconds, token and that digest, each on a line."
        ),
    },
}


def document(operations: Sequence[Operation]) -> dict[str, Any]:
    """The whole description as plain values of JSON."""
    structs = {
        one for operation in operations for one in (operation.asks, operation.answers) if one not in (None, dict)
    }
    kinds = sorted((wire.Problem, *structs), key=lambda kind: kind.__name__)
    _, schemas = msgspec.json.schema_components(kinds, ref_template=_REFS)
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Quầy: the reference server",
            "version": str(wire.VERSION),
            "description": "Bodies are `application/x-quay`; the same structs as JSON go to whoever speaks JSON.",
        },
        "paths": paths,
        "components": {
            "schemas": {name: _told(schema) for name, schema in schemas.items()},
            "securitySchemes": _SECURITY,
        },
    }


def _told(schema: dict[str, Any]) -> dict[str, Any]:
    """Times are texts with a zone; msgspec says only that they are texts."""
    at = schema.get("properties", {}).get("at")
    if at == {"type": "string"}:
        schema["properties"]["at"] = {"type": "string", "format": "date-time"}
    return schema


def _operation(operation: Operation) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.says,
        "responses": {"200": _answer(operation)} | _refusals(operation),
    }
    if operation.parameters:
        told["parameters"] = [_parameter(one) for one in operation.parameters]
    if operation.answer_codes:
        told["x-answer-codes"] = list(operation.answer_codes)
    if operation.access == "station":
        told["security"] = [{"token": [], "proof": []}]
    if operation.octets:
        told["requestBody"] = {"required": True, "content": {"application/octet-stream": {}}}
    elif operation.asks is not None:
        frames: dict[str, Any] = {wire.STREAM: {}} if operation.streams else {}
        told["requestBody"] = {"required": True, "content": _content(operation.asks) | frames}
    return told


def _content(struct: type) -> dict[str, Any]:
    return {_JSON: {"schema": {"$ref": _REFS.format(name=struct.__name__)}}, MEDIA: {"schema": _PACKED}}


def _answer(operation: Operation) -> dict[str, Any]:
    if operation.answers is dict:
        return {"description": "It.", "content": {_JSON: {"schema": {"type": "object"}}}}
    if operation.gives_octets:
        return {"description": "The bytes.", "content": {"application/octet-stream": {}}}
    if operation.answers is None:
        return {"description": "Done.", "content": {_JSON: {"schema": {"type": "null"}}, MEDIA: {"schema": _PACKED}}}
    content = _content(operation.answers)
    if operation.only_json:
        del content[MEDIA]
    return {"description": (operation.answers.__doc__ or "").split(": ", 1)[-1], "content": content}


def _refusals(operation: Operation) -> dict[str, Any]:
    by_status: dict[int, list[str]] = {}
    for code in operation.codes:
        by_status.setdefault(status_of(code), []).append(code)
    return {str(status): _refusal(sorted(codes), operation) for status, codes in sorted(by_status.items())}


def _refusal(codes: Sequence[str], operation: Operation) -> dict[str, Any]:
    struct = {"$ref": _REFS.format(name="Problem")}
    schema = {"allOf": [struct, {"type": "object", "properties": {"code": {"enum": list(codes)}}}]}
    content: dict[str, Any] = {_PROBLEM: {"schema": schema}}
    if not operation.only_json:
        content[MEDIA] = {"schema": _PACKED}
    told: dict[str, Any] = {"description": ", ".join(codes), "content": content}
    if any(code in ("RATE_LIMITED", "SIGN_IN_WAIT") for code in codes):
        told["headers"] = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer", "minimum": 1}}}
    return told


def _parameter(parameter: Parameter) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "integer", "minimum": 0, "maximum": parameter.most}
    if parameter.pattern:
        schema = {"type": "string", "pattern": parameter.pattern}
    if parameter.default is not None:
        schema["default"] = parameter.default
    required = parameter.where != "query"
    return {
        "name": parameter.name,
        "in": parameter.where,
        "required": required,
        "description": parameter.says,
        "schema": schema,
    }


def codes_of(operations: Iterable[Operation]) -> frozenset[str]:
    """Every refusal code that any of these operations names."""
    return frozenset(code for operation in operations for code in operation.codes)
