"""A refusal with the number of its call (编号): gRPC puts a status in the place of all trailing metadata."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import grpc

from registry.current_call import REQUEST_ID, current_call


@dataclass(frozen=True, slots=True)
class _Numbered(grpc.Status):
    code: Any
    details: Any
    trailing_metadata: Any


def numbered(status: grpc.Status) -> grpc.Status:
    """A status that has the number of the call being served in its trailing metadata, besides its own."""
    call = current_call.get()
    if call is None:
        return status
    given = [pair for pair in status.trailing_metadata or () if pair[0] != REQUEST_ID]
    return _Numbered(status.code, status.details, (*given, (REQUEST_ID, call.request_id)))
