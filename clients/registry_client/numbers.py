"""The number of what a call is made for (请求编号): it goes with the call, and the registry's log has it.

    with_number.set("4f1c9b0a7d22")      # in the context of one request; nothing of it goes with any other

A face sets it for each request that it serves, so that whoever reports trouble there is found in both logs.
"""

from __future__ import annotations

from contextvars import ContextVar

with_number: ContextVar[str] = ContextVar("with_number", default="")
"""8 to 64 of A-Z a-z 0-9 . _ -; empty: the registry makes one."""


def numbered() -> tuple[tuple[str, str], ...] | None:
    """The metadata that says it, if there is one."""
    number = with_number.get()
    return (("x-request-id", number),) if number else None
