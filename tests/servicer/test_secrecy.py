"""Before opening, who asked about whom is secret (招标投标法 第二十二条、第五十二条): no method lets one see
another's questions.

Two ways to see to it. By the contract: every text that any response of any method can carry is listed in
`secrecy_table`, with where it comes from; a field that is added and not listed fails, so that somebody has
to think about it. And by trying: a tender with marks in every text is screened and watched by one system,
then everybody else calls everything.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import grpc
import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor
from google.protobuf.message_factory import GetMessageClass

import registry.v1
from registry.access.identity import Caller, CallerRole
from registry.access.policy import DOMAINS, METHODS
from registry.v1 import restriction_service_pb2 as pb
from registry.v1 import subject_pb2
from registry.v1.restriction_service_pb2_grpc import RestrictionServiceStub
from tests.servicer.secrecy_table import ANSWERED_TO_THEIR_SENDER, QUESTIONS, TEXTS
from tests.support.events import ban, firm, licence, person, placed
from tests.support.served import DEADLINE_S, Served
from tests.support.tenders import party, tender


def methods() -> Iterator[MethodDescriptor]:
    """Every method of every service of the contract."""
    for module in iter_modules(registry.v1.__path__):
        if module.name.endswith("_service_pb2"):
            loaded: Any = import_module(f"registry.v1.{module.name}")
            for service in loaded.DESCRIPTOR.services_by_name.values():
                yield from service.methods


EVERY_METHOD = sorted(methods(), key=lambda method: method.full_name)


def held(message: Descriptor, found: dict[str, Descriptor] | None = None) -> dict[str, Descriptor]:
    """The message and every message within it, by name."""
    found = {} if found is None else found
    if message.name not in found:
        found[message.name] = message
        for field in message.fields:
            if field.message_type:
                held(field.message_type, found)
    return found


def texts(message: Descriptor) -> list[str]:
    kinds = (FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_BYTES)
    return [field.name for field in message.fields if field.type in kinds]


# --- by the contract ------------------------------------------------------------------------------


def test_every_text_of_every_response_was_reviewed_for_secrecy() -> None:
    found = {name: each for method in EVERY_METHOD for name, each in held(method.output_type).items()}
    carried = {name: texts(message) for name, message in found.items() if texts(message)}
    assert carried == {name: names.split() for name, (_, names) in TEXTS.items()}


@pytest.mark.parametrize("method", EVERY_METHOD, ids=lambda method: method.full_name)
def test_no_response_holds_a_question_or_what_another_caller_sent(method: MethodDescriptor) -> None:
    names = held(method.output_type).keys()
    assert not names & QUESTIONS
    limited = {name for name in names if method.name not in ANSWERED_TO_THEIR_SENDER.get(name, {method.name})}
    assert not limited


# --- by trying ------------------------------------------------------------------------------------

MARKS = {
    "number": "密号-7f3a91",
    "name": "密项目-22de04",
    "reason": "密由-5b6f17",
    "bid": "密标-c40d8e",
    "party": "密名-91c4aa",
    "list": "密单-03be6d",
    "caller": "secret-platform-5d",
}
FIRM, HEAD = firm(1001), person(1001)


@pytest.fixture(scope="module", autouse=True)
def asked(served: Served) -> Iterator[None]:
    """One system asks about a firm and its head in every way, marks in every text, and goes on watching."""
    spine = served.spine
    placed(spine.say("市场监管", event=licence("市场监管", FIRM)))
    placed(spine.say("财政", event=ban("财政", HEAD, "M-PRO-03", "2026-03-01")))
    stub = RestrictionServiceStub(
        served.channel(served.system(CallerRole.PROCUREMENT_SYSTEM, MARKS["caller"]))
    )
    screen = tender(
        party(FIRM, bid=MARKS["bid"], name=MARKS["party"]),
        party(HEAD, "EVALUATOR", name=MARKS["party"]),
        named_lists=[MARKS["list"]],
        **{name: MARKS[name] for name in ("number", "name", "reason")},
    )
    purpose = pb.Purpose(domain=screen.project.domain, reference=MARKS["number"], reason=MARKS["reason"])
    for subject in (FIRM, HEAD):
        check = pb.CheckRequest(subject=subject.identifier, purpose=purpose)
        stub.Check(check, timeout=DEADLINE_S)
        stub.Explain(pb.ExplainRequest(check=check), timeout=DEADLINE_S)
        stub.Resolve(pb.ResolveRequest(subject=subject.identifier, purpose=purpose), timeout=DEADLINE_S)
    assert MARKS["bid"] in str(stub.Screen(screen, timeout=DEADLINE_S).bids[0].bid)
    watch = stub.WatchScreen(pb.WatchScreenRequest(screen=screen))
    next(watch)
    yield
    watch.cancel()


def filled(message: Descriptor, caller: Caller, depth: int = 0) -> Any:
    """A request about the firm and its head, in the caller's own domain, all else at its simplest."""
    domain = min(DOMAINS.get(caller.role, {subject_pb2.DOMAIN_UNSPECIFIED}))
    if message.name == "Purpose":
        return pb.Purpose(domain=domain, reference="另案-1", reason="核对")
    if message.name == "Project":
        return pb.Project(domain=domain, number="另案-1", reason="核对")
    if message.name == "Party":
        return party(FIRM, bid="另标")
    request: Any = GetMessageClass(message)()
    for field in message.fields:
        if field.message_type and not field.containing_oneof and depth < 4:
            put(request, field, inside(field.message_type, caller, depth))
    return request


def inside(message: Descriptor, caller: Caller, depth: int) -> list[Any]:
    """What stands in a field of a request: both subjects, a message, or nothing where that means now."""
    if message.name == "Identifier":
        return [FIRM.identifier, HEAD.identifier]
    skipped = message.name in ("Timestamp", "Answered", "Consistency")
    return [] if skipped else [filled(message, caller, depth + 1)]


SILENCE_S = 1.0
"""A stream that says nothing for so long has nothing to say."""


def put(request: Any, field: FieldDescriptor, values: list[Any]) -> None:
    if field.is_repeated:
        getattr(request, field.name).extend(values)
    elif values:
        getattr(request, field.name).CopyFrom(values[0])


def answers(served: Served, caller: Caller, method: MethodDescriptor) -> bytes:
    """All that comes back from a method asked about the same subjects, be it an answer or a refusal."""
    request = filled(method.input_type, caller).SerializeToString()
    path = f"/{method.containing_service.full_name}/{method.name}"
    channel: Any = served.channel(caller)
    try:
        if method.client_streaming:
            call = channel.stream_stream(path)(iter([request]), timeout=SILENCE_S)
        elif method.server_streaming:
            call = channel.unary_stream(path)(request, timeout=SILENCE_S)
        else:
            return bytes(channel.unary_unary(path)(request, timeout=DEADLINE_S))
        first = next(iter(call), b"")
        call.cancel()
        return bytes(first)
    except grpc.RpcError as error:
        refusal: Any = error
        return repr((refusal.details(), refusal.trailing_metadata())).encode()


@pytest.mark.parametrize("role", CallerRole)
def test_nobody_learns_by_any_method_what_another_system_asked(served: Served, role: CallerRole) -> None:
    caller = served.of_role(role)
    for method in EVERY_METHOD:
        if role in METHODS.get(f"/{method.containing_service.full_name}/{method.name}", ()):
            content = answers(served, caller, method)
            leaked = [name for name, mark in MARKS.items() if mark.encode() in content]
            assert not leaked, method.full_name


def test_the_same_role_under_another_name_learns_no_more(served: Served) -> None:
    caller = served.system(CallerRole.PROCUREMENT_SYSTEM, "rival-platform")
    for method in EVERY_METHOD:
        assert not [mark for mark in MARKS.values() if mark.encode() in answers(served, caller, method)]


def test_what_was_asked_was_answered_or_the_trial_would_show_nothing(served: Served) -> None:
    """A guard of the trial itself: requests as it makes them are answered where the contract is served."""
    caller = served.of_role(CallerRole.PROCUREMENT_SYSTEM)
    by_name = {method.name: method for method in EVERY_METHOD}
    for name in ("Check", "Explain", "Resolve", "Screen", "WatchScreen"):
        content = answers(served, caller, by_name[name])
        assert GetMessageClass(by_name[name].output_type).FromString(content).ByteSize() > 50, name
