"""What the head of a request says: for whom, how long, under which number; and what a head may not say.

    Authorization: Bearer <token>    once, and nothing else (RFC 6750 §2.1): no cookie, no form, no query
    Content-Type: application/json   with charset=utf-8 or without; nothing is inflated (Content-Encoding)
    Prefer: wait=10                  RFC 7240 §4.3: how many seconds the caller waits, 1 to 60; 30 where not
    said X-Request-Id: 4f1c…              comes back; a new one where there is none or it is no such thing
    traceparent: 00-…                W3C Trace Context, handed on

Example: ``Prefer: wait=600`` is applied as ``Preference-Applied: wait=60``.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

from starlette.datastructures import Headers

from registry.domain.call_numbers import may_be_logged
from registry_web.gateway.problems import UNAUTHENTICATED, Problem, ProblemError

DEFAULT_WAIT_S, LONGEST_WAIT_S = 30, 60
_LONGEST_TOKEN = 4096
_TOKEN = re.compile(r"[Bb][Ee][Aa][Rr][Ee][Rr] +([A-Za-z0-9._~+/-]+=*)")
_WAIT = re.compile(r"wait\s*=\s*\"?([0-9]{1,6})\"?", re.IGNORECASE)
_MEDIA = re.compile(r"application/json(?:\s*;\s*charset\s*=\s*\"?utf-?8\"?)?\s*;?", re.IGNORECASE)
_TRACE = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_ID_BYTES = 12


@dataclass(frozen=True, slots=True)
class Asking:
    """The head of a request; ``trace`` is empty where there is none, ``said_wait`` whether it was said."""

    token: str
    wait_s: int
    said_wait: bool
    request_id: str
    trace: str

    def metadata(self) -> list[tuple[str, str]]:
        """What goes with the call."""
        with_trace = [("traceparent", self.trace)] if self.trace else []
        return [("authorization", f"Bearer {self.token}"), ("x-request-id", self.request_id), *with_trace]


def read_head(headers: Headers) -> Asking:
    """What a request's head says. Raises ProblemError."""
    token = _token(headers)
    _check_content(headers)
    said = _wait(headers)
    wait_s = min(max(DEFAULT_WAIT_S if said is None else said, 1), LONGEST_WAIT_S)
    trace = headers.get("traceparent", "")
    return Asking(
        token, wait_s, said is not None, request_id_of(headers), trace if _TRACE.fullmatch(trace) else ""
    )


def request_id_of(headers: Headers) -> str:
    """The number of a request, the caller's where it gave one."""
    given = headers.get("x-request-id", "")
    return given if may_be_logged(given) else new_request_id()


def new_request_id() -> str:
    """A number for a request that has none."""
    return secrets.token_hex(_ID_BYTES)


def _token(headers: Headers) -> str:
    given = headers.getlist("authorization")
    if not given:
        raise ProblemError(Problem(401, UNAUTHENTICATED, "请求没有令牌; 应写 Authorization: Bearer 令牌。"))
    found = _TOKEN.fullmatch(given[0].strip()) if len(given) == 1 else None
    if found is None or len(found[1]) > _LONGEST_TOKEN:
        detail = "Authorization 应只写一次, 且为 Bearer 令牌 (RFC 6750)。"
        raise ProblemError(Problem(401, UNAUTHENTICATED, detail, token=True))
    return found[1]


def _check_content(headers: Headers) -> None:
    kinds = headers.getlist("content-type")
    codings = {each.strip().lower() for each in ",".join(headers.getlist("content-encoding")).split(",")}
    if len(kinds) != 1 or not _MEDIA.fullmatch(kinds[0].strip()) or codings - {"", "identity"}:
        raise ProblemError.own("MEDIA_TYPE_UNSUPPORTED")


def _wait(headers: Headers) -> int | None:
    preferences = ",".join(headers.getlist("prefer")).split(",")
    found = (_WAIT.fullmatch(each.strip().split(";")[0].strip()) for each in preferences)
    return next((int(each[1]) for each in found if each), None)
