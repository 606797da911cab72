"""A check of schemathesis, but for what it takes for broken and is not: null is as if the name were absent
(ProtoJSON), which the description does not say of each name."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import schemathesis
from schemathesis.specs.openapi.checks import negative_data_rejection


@schemathesis.check
def what_is_broken_is_refused(
    ctx: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case[Any]
) -> None:
    """As ``negative_data_rejection``, but for what is right without its nulls."""
    if not _right_without_nulls(case):
        negative_data_rejection(ctx, response, case)


def _right_without_nulls(case: schemathesis.Case[Any]) -> bool:
    pruned = _pruned(case.body)
    if pruned == case.body:
        return False
    body = case.operation.definition.raw["requestBody"]["content"]["application/json"]["schema"]
    components = case.operation.schema.raw_schema["components"]
    return jsonschema_rs.is_valid({**body, "components": components}, pruned)


def _pruned(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _pruned(part) for name, part in value.items() if part is not None}
    return [_pruned(part) for part in value] if isinstance(value, list) else value
