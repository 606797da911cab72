"""What can be said to a registry, with marked values where they belong and where they do not.

``Heard`` keeps what comes back to callers who may not know: refusals with details and trailing metadata.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message_factory import GetMessageClass

from registry.access.identity import Caller
from registry.access.policy import METHODS
from registry.server import DESCRIPTORS
from registry.v1 import intake_service_pb2 as intake
from registry.v1 import statement_pb2 as st
from tests.privacy.marks import (
    ASKED,
    MISPLACED,
    NAME,
    OLD_NUMBER,
    PASSPORT,
    PHONE,
    spaced,
    wide,
)
from tests.support.events import ban, fields, firm, penalty
from tests.support.served import DEADLINE_S, Served

WRITTEN = (MISPLACED, spaced(MISPLACED), wide(MISPLACED), OLD_NUMBER, f"身份证{MISPLACED}电话{PHONE}")
"""A value as somebody writes it into a field in which it does not belong."""
MAX_DEPTH = 4
Metadata = Sequence[tuple[str, str | bytes]]


@dataclass(slots=True)
class Heard:
    """What came back that tells of a failure, by where it was said; and how often calls ended how."""

    refusals: list[tuple[str, bytes]] = field(default_factory=list)
    codes: dict[str, int] = field(default_factory=dict)

    def call(self, served: Served, caller: Caller, method: str, content: bytes, **more: Any) -> bytes:
        """The answer of a method, empty where it refused: then that is kept."""
        ask: Any = served.channel(caller).unary_unary(method)
        return self.end(method, ask.future(content, **{"timeout": DEADLINE_S, **more}))

    def end(self, method: str, call: Any) -> bytes:
        """How a call ended."""
        try:
            answer: bytes = call.result()
        except grpc.RpcError as error:
            self.refused(method, error)
            return b""
        self._count("OK")
        return answer

    def refused(self, method: str, error: Any) -> None:
        """Keeps all that a refusal has: words, details, metadata."""
        trailing = [part for pair in error.trailing_metadata() or () for part in (pair[0], pair[1])]
        parts = [error.details() or "", error.debug_error_string() or "", *trailing]
        self._count(error.code().name)
        told = b"\n".join(part if isinstance(part, bytes) else part.encode() for part in parts)
        self.refusals.append((method, told))

    def _count(self, code: str) -> None:
        self.codes[code] = self.codes.get(code, 0) + 1


def everywhere(message: Any, value: str, depth: int = 0) -> Iterator[Any]:
    """Copies of a message, each with the value in one of its texts, in those it has and those it has not."""
    for place in message.DESCRIPTOR.fields:
        if place.type == FieldDescriptor.TYPE_STRING:
            copy = type(message)()
            copy.CopyFrom(message)
            _put(copy, place, value)
            yield copy
        elif place.message_type is not None and depth < MAX_DEPTH and _is_set(message, place):
            yield from _within(message, place, value, depth)


def _is_set(message: Any, place: Any) -> bool:
    """Whether a message has something in a field of messages."""
    return bool(getattr(message, place.name)) if place.is_repeated else bool(message.HasField(place.name))


def _within(message: Any, place: Any, value: str, depth: int) -> Iterator[Any]:
    own = getattr(message, place.name)
    for changed in everywhere(own[0] if place.is_repeated else own, value, depth + 1):
        copy = type(message)()
        copy.CopyFrom(message)
        target = getattr(copy, place.name)
        (target[0] if place.is_repeated else target).CopyFrom(changed)
        yield copy


def _put(message: Any, place: Any, value: str | bytes) -> None:
    if place.is_repeated:
        del getattr(message, place.name)[:]
        getattr(message, place.name).append(value)
    else:
        setattr(message, place.name, value)


def filled(message: Descriptor, value: str, depth: int = 0) -> Any:
    """A request with the value in every text that it can have."""
    made: Any = GetMessageClass(message)()
    for place in message.fields:
        if place.type == FieldDescriptor.TYPE_STRING:
            _put(made, place, value)
        elif place.type == FieldDescriptor.TYPE_BYTES:
            _put(made, place, value.encode())
        elif place.message_type is not None and depth < MAX_DEPTH and _own(place.message_type):
            within = filled(place.message_type, value, depth + 1)
            target = getattr(made, place.name)
            (target.add() if place.is_repeated else target).CopyFrom(within)
    return made


def _own(message: Descriptor) -> bool:
    return message.full_name.startswith("registry.v1.")


def ask_every_method(served: Served, heard: Heard) -> None:
    """Every method with one question and one answer, by a role that may, with a value in all its texts; and
    with bytes that are no message."""
    for service in DESCRIPTORS:
        for method in service.methods:
            name = f"/{service.full_name}/{method.name}"
            caller = served.of_role(min(METHODS[name], key=lambda role: role.value))
            if method.client_streaming or method.server_streaming:
                continue
            for value in (MISPLACED, wide(ASKED), f"{OLD_NUMBER}{NAME}"):
                content = filled(method.input_type, value).SerializeToString()
                heard.call(served, caller, name, content)
            heard.call(served, caller, name, b"\x0a\xff" + MISPLACED.encode())


def misplaced_statements(served: Served, heard: Heard) -> bytes:
    """Statements with a value in each field of theirs in which it does not belong; what is said of it."""
    models = (
        ban("财政", firm(31), "M-PRO-01", "2026-03-01", "2028-03-01"),
        penalty("财政", firm(32), content=fields(cflb="罚款", nr_fk="5")),
    )
    said = [served.spine.statement("财政", event=model) for model in models]
    wrong = [
        each for one in said for value in WRITTEN for each in everywhere(one, value) if _is_ours(each, one)
    ]
    for number, each in enumerate(wrong):
        if each.statement_id in [one.statement_id for one in said]:
            each.statement_id = f"W-{number}"  # Used again, it would be refused for that alone.
    spine, caller, method = served.spine, served.department("财政"), "/registry.v1.IntakeService/Submit"
    request = intake.SubmitRequest(envelopes=[spine.seal("财政", each) for each in wrong])
    request.envelopes.add(payload=MISPLACED.encode(), payload_type=request.envelopes[0].payload_type)
    answer = heard.call(served, caller, method, request.SerializeToString(), timeout=60)
    results = intake.SubmitResponse.FromString(answer).results
    assert len(results) == len(request.envelopes)
    return b"\n".join(fault.SerializeToString() for each in results for fault in each.refused.faults)


def _is_ours(changed: st.Statement, said: st.Statement) -> bool:
    """Whether the value stands in what is stated: a wrong origin or department is told at once, and alone."""
    return changed.origin == said.origin and changed.department == said.department


def headers() -> Iterable[Metadata]:
    """Metadata of a call, each with a value in it."""
    dotted = spaced(MISPLACED, ".")
    for value in (MISPLACED, OLD_NUMBER, PHONE, PASSPORT, f"req-{MISPLACED}", f"{PHONE}-1", dotted):
        yield (("x-request-id", value),)
        yield (("traceparent", f"00-{value:0>32}-00f067aa0ba902b7-01"), ("tracestate", f"id={value}"))
        yield (("baggage", f"who={value}"), ("x-forwarded-for", value), ("who-bin", value.encode()))
        yield (("registry-caller-bin", value.encode()), ("authorization", f"Bearer {value}"))
