"""What is told when there is no answer: problem details (RFC 9457), with the reasons that gRPC has.

    HTTP/1.1 422 Unprocessable Content
    Content-Type: application/problem+json

    {"type": "https://credit.example:8491/docs#PURPOSE_REQUIRED", "title": "请求的内容被拒绝", "status": 422,
     "detail": "查询自然人须写明用途和案号…", "reason": "PURPOSE_REQUIRED",
     "violations": [{"field": "purpose.reference", "reason": "PURPOSE_REQUIRED", "message": "…"}],
     "request_id": "6f0d…"}

``reason`` is a name of ``registry.v1.ErrorReason`` where the registry refuses, and one of ``OWN_REASONS``
where the call did not come so far; ``type`` leads to what it means. ``retry_after_s`` and the header
Retry-After are there where asking again makes sense. What gRPC itself says of a failed connection is not for
callers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any

import grpc
from starlette.responses import Response

from registry_client.errors import FieldViolation, RegistryCallError

MEDIA_TYPE = "application/problem+json"
MALFORMED, INVALID, TOO_LARGE = "MALFORMED_MESSAGE", "FIELD_INVALID", "TOO_LARGE"
UNAUTHENTICATED, OVERLOADED, INTERNAL = "UNAUTHENTICATED", "OVERLOADED", "INTERNAL"
OWN_REASONS: Mapping[str, tuple[int, str]] = {
    "PATH_UNKNOWN": (404, "没有这一路径。"),
    "METHOD_NOT_ALLOWED": (405, "这一路径不接受这一请求方法; 各方法一律用 POST。"),
    "QUERY_NOT_ALLOWED": (400, "地址中不得有查询参数; 内容一律写在请求正文里。"),
    "MEDIA_TYPE_UNSUPPORTED": (415, "请求正文应为 application/json (UTF-8), 不压缩。"),
    "RATE_LIMITED": (429, "请求过于频繁, 请稍后再试。"),
    "ADDRESS_MISDIRECTED": (421, "不是本站的地址。"),
    "DEADLINE_EXCEEDED": (504, "在期限内没有得到答复, 请稍后再试。"),
    "UNAVAILABLE": (503, "登记系统暂时不能答复, 请稍后再试。"),
    "UNIMPLEMENTED": (501, "登记系统的这一版本还没有这一方法。"),
    "ANSWER_TOO_LARGE": (413, "答复过大, 请分批查询。"),
    "BAD_GATEWAY": (502, "登记系统的答复不能读取。"),
}
"""Reasons beside those of the registry: status, and what is said."""
TITLES: Mapping[int, str] = {
    400: "请求不能读取",
    401: "没有有效的令牌",
    403: "无权调用",
    404: "没有找到",
    405: "不支持的请求方法",
    409: "与登记的现状不符",
    413: "内容过大",
    415: "不支持的内容类型",
    421: "不是本站的地址",
    422: "请求的内容被拒绝",
    429: "请求过于频繁",
    500: "内部错误",
    501: "没有这一方法",
    502: "上游答复有误",
    503: "暂时不能答复",
    504: "超过期限",
}
_OF_REASON: Mapping[str, int] = {
    MALFORMED: 400,
    OVERLOADED: 503,
    "READER_TOO_SLOW": 503,
}
_OF_CODE: Mapping[grpc.StatusCode, int] = {
    grpc.StatusCode.INVALID_ARGUMENT: 422,
    grpc.StatusCode.UNAUTHENTICATED: 401,
    grpc.StatusCode.PERMISSION_DENIED: 403,
    grpc.StatusCode.NOT_FOUND: 404,
    grpc.StatusCode.ALREADY_EXISTS: 409,
    grpc.StatusCode.FAILED_PRECONDITION: 409,
    grpc.StatusCode.OUT_OF_RANGE: 409,
    grpc.StatusCode.UNAVAILABLE: 503,
    grpc.StatusCode.INTERNAL: 500,
}
_WITHOUT_REASON: Mapping[grpc.StatusCode, str] = {
    grpc.StatusCode.DEADLINE_EXCEEDED: "DEADLINE_EXCEEDED",
    grpc.StatusCode.UNIMPLEMENTED: "UNIMPLEMENTED",
    grpc.StatusCode.RESOURCE_EXHAUSTED: "ANSWER_TOO_LARGE",
    grpc.StatusCode.UNAVAILABLE: "UNAVAILABLE",
    grpc.StatusCode.CANCELLED: "UNAVAILABLE",
}
_RETRY_S = 1.0
_REALM = 'Bearer realm="credit-registry"'


@dataclass(frozen=True, slots=True)
class Problem:
    """Why there is no answer. ``token`` is whether a token came that was refused."""

    status: int
    reason: str
    detail: str
    violations: Sequence[FieldViolation] = ()
    retry_after_s: float | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    token: bool = False

    @classmethod
    def own(cls, reason: str, detail: str = "", *, retry_after_s: float | None = None) -> Problem:
        """A problem that is not the registry's."""
        status, said = OWN_REASONS[reason]
        return cls(status, reason, detail or said, retry_after_s=retry_after_s)

    @classmethod
    def of(cls, error: RegistryCallError) -> Problem:
        """What the registry, or the connection to it, says."""
        if not error.reason:
            reason = _WITHOUT_REASON.get(error.code, "BAD_GATEWAY")
            return cls.own(reason, retry_after_s=_RETRY_S if reason == "UNAVAILABLE" else None)
        metadata = {name: value for name, value in error.metadata.items() if name != "field"}
        return cls(
            status_of(error.reason, error.code),
            error.reason,
            error.message,
            error.violations,
            error.retry_after_s,
            metadata,
            token=error.reason == UNAUTHENTICATED,
        )

    def response(self, site: str, request_id: str, headers: Mapping[str, str] | None = None) -> Response:
        """The problem as an answer; ``site`` is the URL of the gateway, empty where it has none."""
        said = json.dumps(self.said(site, request_id), ensure_ascii=False).encode()
        told = dict(headers or {})
        if self.retry_after_s is not None:
            told["retry-after"] = str(max(1, ceil(self.retry_after_s)))
        if self.status == 401:
            told["www-authenticate"] = f'{_REALM}, error="invalid_token"' if self.token else _REALM
        if self.reason == "MEDIA_TYPE_UNSUPPORTED":
            told |= {"accept-post": "application/json", "accept-encoding": "identity"}
        return Response(said, self.status, told, media_type=MEDIA_TYPE)

    def said(self, site: str, request_id: str) -> dict[str, Any]:
        """The members of the problem."""
        violations = [
            {"field": each.field, "reason": each.reason, "message": each.description}
            for each in self.violations
        ]
        more = {"retry_after_s": self.retry_after_s, "metadata": dict(self.metadata) or None}
        return {
            "type": f"{site}/docs#{self.reason}",
            "title": TITLES[self.status],
            "status": self.status,
            "detail": self.detail,
            "reason": self.reason,
            "violations": violations,
            **{name: value for name, value in more.items() if value is not None},
            "request_id": request_id,
        }


class ProblemError(Exception):
    """A request ends here."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.reason)
        self.problem = problem

    @classmethod
    def own(cls, reason: str, detail: str = "", *, retry_after_s: float | None = None) -> ProblemError:
        """One that is not the registry's; see Problem.own."""
        return cls(Problem.own(reason, detail, retry_after_s=retry_after_s))


def status_of(reason: str, code: grpc.StatusCode) -> int:
    """The HTTP status of a reason that came with a gRPC status."""
    return _OF_REASON.get(reason) or _OF_CODE.get(code, 502)
