"""OpenAPI 3.1 of the gateway, from the descriptors of the contract and the words of its protos.

One operation for each rule: its Chinese name (``titles.toml``), what the protos say of it, what is asked with
an example of fictional firms (``examples``), what is answered, and the problems that there may be.
``description`` is made once; it holds nothing of a deployment but its URL.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor

from registry.v1.error_reason_pb2 import ErrorReason
from registry_web.gateway.asking import DEFAULT_WAIT_S, LONGEST_WAIT_S
from registry_web.gateway.comments import comment_of
from registry_web.gateway.examples import example_of
from registry_web.gateway.problems import MEDIA_TYPE, OWN_REASONS, TITLES
from registry_web.gateway.rules import Rule, rules, services
from registry_web.gateway.schemas import Schema, reference, schemas

VERSION = "v1"
TITLE = "公共信用信息与联合奖惩登记 JSON 接口"
_PREFIX = "ERROR_REASON_"
_SAID = """各方法与 gRPC 契约一一对应, 一律为 POST, 正文为 JSON (ProtoJSON), 答复为 UTF-8 的 JSON。
身份号码、信用代码只写在正文里; 地址中不得有查询参数。令牌写在 Authorization: Bearer。
出错时为 application/problem+json (RFC 9457), reason 与 gRPC 相同。

The same methods, rights and reasons as over gRPC."""
_STATUSES = (400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 501, 502, 503, 504)


@cache
def titles() -> Mapping[str, Mapping[str, str]]:
    """Chinese names: of a service under "", of its methods by their names."""
    return tomllib.loads(files(__package__).joinpath("titles.toml").read_text("utf-8"))


def title_of(what: ServiceDescriptor | MethodDescriptor) -> str:
    """The Chinese name of a service or method."""
    if isinstance(what, ServiceDescriptor):
        return titles()[what.name][""]
    return titles()[what.containing_service.name][what.name]


def reasons() -> list[str]:
    """Every ``reason`` that a problem may have."""
    named = [name.removeprefix(_PREFIX) for name, number in ErrorReason.items() if number]
    return named + [name for name in OWN_REASONS if name not in named]


def description(site: str) -> dict[str, Any]:
    """The whole description of a gateway reached by the URL ``site``."""
    kinds = [(rule.descriptor.input_type, rule.descriptor.output_type) for rule in rules()]
    return {
        "openapi": "3.1.0",
        "info": {"title": TITLE, "version": VERSION, "description": _SAID},
        "servers": [{"url": site or "/"}],
        "security": [{"token": []}],
        "tags": [_tag(service) for service in served()],
        "paths": {rule.path: {"post": _operation(rule)} for rule in rules()},
        "components": {
            "schemas": {**schemas(*zip(*kinds, strict=True)), **_problem_schemas()},
            "responses": {f"Problem{status}": _problem(status) for status in _STATUSES},
            "parameters": _PARAMETERS,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def served() -> list[ServiceDescriptor]:
    """The services of which a method is to be had as JSON, those first that most callers need."""
    found = {rule.descriptor.containing_service.name for rule in rules()}
    order = list(titles())
    return sorted(
        (each for each in services() if each.name in found), key=lambda each: order.index(each.name)
    )


def _tag(service: ServiceDescriptor) -> Schema:
    text = "\n\n".join(filter(None, (title_of(service), comment_of(service.full_name))))
    return {"name": service.name, "description": text}


def _operation(rule: Rule) -> dict[str, Any]:
    method = rule.descriptor
    text = comment_of(method.full_name)
    body = {"schema": reference(method.input_type.name), "example": example_of(rule)}
    answer = {"application/json": {"schema": reference(method.output_type.name)}}
    return {
        "tags": [method.containing_service.name],
        "operationId": f"{method.containing_service.name}.{method.name}",
        "summary": title_of(method),
        **({"description": text} if text else {}),
        "parameters": [{"$ref": f"#/components/parameters/{name}"} for name in _PARAMETERS],
        "requestBody": {"required": True, "content": {"application/json": body}},
        "responses": {
            "200": {"description": "答复", "headers": _HEADERS, "content": answer},
            **{str(each): {"$ref": f"#/components/responses/Problem{each}"} for each in _STATUSES},
        },
    }


def _problem_schemas() -> dict[str, Schema]:
    reason = {"type": "string", "description": "原因", "examples": reasons()[:3]}
    return {"Problem": _PROBLEM, "Violation": _VIOLATION, "Reason": reason}


def _problem(status: int) -> dict[str, Any]:
    headers: dict[str, Any] = dict(_HEADERS)
    if status in (429, 503):
        headers["Retry-After"] = {"schema": {"type": "integer"}, "description": "多少秒后再试"}
    if status == 401:
        headers["WWW-Authenticate"] = {"schema": {"type": "string"}}
    content = {MEDIA_TYPE: {"schema": reference("Problem")}}
    return {"description": TITLES[status], "headers": headers, "content": content}


_HEADERS: Schema = {"X-Request-Id": {"schema": {"type": "string"}, "description": "请求编号, 报修时请提供"}}
_PARAMETERS: dict[str, Any] = {
    name: {"name": name, "in": "header", "required": False, "schema": {"type": "string"}, "description": text}
    for name, text in {
        "Prefer": f"wait=秒数: 最多等多久, 1 至 {LONGEST_WAIT_S}, 不写为 {DEFAULT_WAIT_S} (RFC 7240)",
        "X-Request-Id": "请求编号, 原样返回; 8 至 64 个字母、数字、点、下划线、连字符",
        "traceparent": "W3C Trace Context",
    }.items()
}
_TEXT: Schema = {"type": "string"}
_VIOLATION: Schema = {
    "type": "object",
    "properties": {
        "field": {**_TEXT, "description": "哪一项, 如 purpose.reference、identifiers[3]; 空为整个请求"},
        "reason": reference("Reason"),
        "message": {**_TEXT, "description": "中文说明, 不含个人信息"},
    },
    "required": ["field", "reason", "message"],
}
_PROBLEM: Schema = {
    "type": "object",
    "description": "RFC 9457",
    "properties": {
        "type": {**_TEXT, "format": "uri-reference", "description": "这一 reason 的说明所在"},
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": {**_TEXT, "description": "中文说明, 不含个人信息"},
        "reason": reference("Reason"),
        "violations": {"type": "array", "items": reference("Violation")},
        "retry_after_s": {"type": "number", "description": "多少秒后再试"},
        "metadata": {"type": "object", "additionalProperties": _TEXT, "description": "供程序使用"},
        "request_id": _TEXT,
    },
    "required": ["type", "title", "status", "detail", "reason", "violations", "request_id"],
}
