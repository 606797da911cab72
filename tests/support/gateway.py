"""A gateway over HTTP before a registry that takes tokens, and those who call it.

with facing(spine) as faced, gateway(faced) as url, Gateway(url, faced).caller() as client:
    client.post("/v1/restrictions:check", json=question(code_of(1)))
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from registry.access.identity import Caller, CallerRole
from registry_web.gateway import gateway_app
from registry_web.gateway.limits import Limits
from registry_web.serving import WebServer
from tests.support.faces import Faced


@dataclass(slots=True)
class Gateway:
    """A gateway by its URL, and the registry behind it."""

    url: str
    faced: Faced

    def caller(self, role: CallerRole | Caller = CallerRole.PROCUREMENT_SYSTEM) -> httpx.Client:
        """A client that brings a new token of somebody in a role."""
        named = role if isinstance(role, Caller) else self.faced.served.of_role(role)
        return self.bearing(self.faced.token(named))

    def ask(self, token: str, path: str, body: bytes) -> httpx.Response:
        """One request with a token."""
        with self.bearing(token) as client:
            return client.post(path, content=body)

    def bearing(self, token: str) -> httpx.Client:
        """A client that brings a token."""
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30)


def question(code: str, **more: Any) -> dict[str, Any]:
    """A question about a firm, as JSON."""
    return {
        "subject": {"type": "IDENTIFIER_TYPE_USCC", "value": code},
        "purpose": {"domain": "DOMAIN_PROCUREMENT"},
        "matter": {"role": "SUBJECT_ROLE_BIDDER"},
        **more,
    }


@contextmanager
def gateway(faced: Faced, limits: Limits | None = None, target: str = "", site: str = "") -> Iterator[str]:
    """A gateway before it; its URL on the loopback."""
    app = gateway_app(target or faced.served.target, faced.credentials(), site=site, limits=limits)
    server = WebServer(app, "127.0.0.1:0")
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.stop()


def problem_of(answer: Any) -> dict[str, Any]:
    """The problem that an answer is; what every one has is checked."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    said: dict[str, Any] = json.loads(answer.content)
    assert said["status"] == answer.status_code
    assert said["type"].endswith(f"/docs#{said['reason']}")
    assert said["detail"].endswith("。"), said["detail"]
    assert said["request_id"] == answer.headers["x-request-id"]
    return said
