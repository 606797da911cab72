"""The call that a thread is serving (当前调用): its number, when it came in, and what it took so far.

A call has a number (请求编号) under which the log, the caller and the support find it again: the caller's own
from ``x-request-id``, where that is well formed, otherwise one that is made here. It goes on with the call:
from the gateway to the registry, from a reading process to the one that writes, and back to the caller in the
trailing metadata and in the text of an internal error.

    x-request-id: 4f1c9b0a7d22      8 to 64 of A-Z a-z 0-9 . _ -, see ``domain.call_numbers``
    traceparent: 00-<trace>-<span>-01     W3C Trace Context, level 1

``step`` notes how long a part of a call took, for those calls alone whose trace is wanted; for all others it
costs a third of a microsecond.
"""

from __future__ import annotations

import re
import secrets
from contextvars import ContextVar
from itertools import count
from time import perf_counter, time_ns
from typing import Any

from registry.domain.call_numbers import may_be_logged

REQUEST_ID = "x-request-id"
TRACEPARENT = "traceparent"
_TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}")
_IDS = secrets.token_hex(5)
_number = count(1)

MOST_STEPS = 64
"""Of one call: a stream of statements takes a step with each, for as long as it lasts."""
Step = tuple[str, int, int]
"""What was done, and from when to when: nanoseconds since 1970."""


class Call:
    """One call, from the moment it came in. ``steps`` is None unless its trace is wanted."""

    __slots__ = ("arrived_s", "begun_ns", "given", "method", "passed_on", "request_id", "span", "steps")

    def __init__(self, method: str, request_id: str, *, given: bool = False) -> None:
        self.method = method
        self.request_id = request_id
        self.given = given
        """Whether the caller gave the number, and so is to have it back."""
        self.arrived_s = perf_counter()
        self.begun_ns = 0
        """When it came in, by the wall's clock, where its trace is wanted."""
        self.steps: list[Step] | None = None
        self.span: Any = None
        self.passed_on = ""
        """The traceparent for calls that this one makes."""

    def metadata(self) -> tuple[tuple[str, str], ...]:
        """What goes with a call that is made for this one."""
        own = ((REQUEST_ID, self.request_id),)
        return (*own, (TRACEPARENT, self.passed_on)) if self.passed_on else own


current_call: ContextVar[Call | None] = ContextVar("current_call", default=None)
"""The call that this thread is serving; None outside of any."""


def request_id_of(given: str | None) -> str:
    """The number of a call: what the caller gave if it may stand in a log, otherwise a new one."""
    if given is None or not may_be_logged(given):
        return f"{_IDS}-{next(_number):06x}"  # Of one process; asking the kernel for chance would cost more.
    return given


def traceparent_of(given: str | None) -> str:
    """A well-formed traceparent of level 1, or nothing."""
    return given if given is not None and _TRACEPARENT.fullmatch(given) else ""


def current_request_id() -> str:
    """The number of the call that this thread is serving; empty outside of any."""
    call = current_call.get()
    return call.request_id if call is not None else ""


class step:  # noqa: N801 - it is used like a function
    """Notes how long a block takes, as a step of the call."""

    __slots__ = ("_begun_ns", "_name", "_steps")

    def __init__(self, name: str) -> None:
        call = current_call.get()
        self._steps = call.steps if call is not None else None
        self._name = name

    def __enter__(self) -> None:
        if self._steps is not None:
            self._begun_ns = time_ns()

    def __exit__(self, *_error: object) -> None:
        if self._steps is not None and len(self._steps) < MOST_STEPS:
            self._steps.append((self._name, self._begun_ns, time_ns()))
