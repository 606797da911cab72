"""Calls for another (RFC 6750): each goes with ``authorization: Bearer …``.

Only a face brings tokens: the registry takes them from a caller whose certificate says that it is one, and
answers with the rights of whom the token names.
"""

from __future__ import annotations

from typing import Any

import grpc


class _Details(grpc.ClientCallDetails):
    """As the call was asked for, with the token."""

    def __init__(self, asked: Any, token: str) -> None:
        self.method = asked.method
        self.timeout = asked.timeout
        self.credentials = asked.credentials
        self.wait_for_ready = asked.wait_for_ready
        self.compression = asked.compression
        self.metadata = (*(asked.metadata or ()), ("authorization", f"Bearer {token}"))


class _Bearer(
    grpc.UnaryUnaryClientInterceptor,
    grpc.UnaryStreamClientInterceptor,
    grpc.StreamStreamClientInterceptor,
):
    def __init__(self, token: str) -> None:
        self._token = token

    def intercept_unary_unary(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        """See grpc.UnaryUnaryClientInterceptor."""
        return continuation(_Details(client_call_details, self._token), request)

    def intercept_unary_stream(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        """See grpc.UnaryStreamClientInterceptor."""
        return continuation(_Details(client_call_details, self._token), request)

    def intercept_stream_stream(
        self, continuation: Any, client_call_details: Any, request_iterator: Any
    ) -> Any:
        """See grpc.StreamStreamClientInterceptor."""
        return continuation(_Details(client_call_details, self._token), request_iterator)


def with_bearer(channel: grpc.Channel, token: str) -> grpc.Channel:
    """The channel, each call on which carries a token."""
    return grpc.intercept_channel(channel, _Bearer(token))
