"""Whose rows a method shows, held against ``registry.access.rows``: owners put marked rows in, and everybody
calls every method that shows something, with requests that point at them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import grpc
import pytest

from registry.access.identity import Caller, CallerRole
from registry.access.policy import METHODS
from registry.access.rows import SHOWN, Rows
from registry.server import DESCRIPTORS
from registry.servicer.supervision import SUPERVISION
from tests.access_matrix.rows import PLATFORM, SECRET, STATED, Put, put_in, requests
from tests.support.served import DEADLINE_S, Served, serving
from tests.support.spine import found_spine, furnish

SILENCE_S = 0.4
NARROW = (Rows.OWN, Rows.OWN_OR_ALL, Rows.CONCERNED)
STRANGERS = {
    "another department": ("department", "税务"),
    "another system of the same role": (CallerRole.PROCUREMENT_SYSTEM, "rival"),
    "a system of another role": (CallerRole.BIDDING_SYSTEM, "rival"),
    "the border": (CallerRole.BORDER_SYSTEM, "border"),
    "the public": (CallerRole.PUBLIC, "portal"),
}
OVERSEERS = (CallerRole.REGISTRAR, CallerRole.AUDITOR)
SHOWS = {
    "refused": {"IntakeService/ListRefusals"},
    "statement": {"IntakeService/ListStatements", "IntakeService/GetStatement"},
    "case": {"BanService/GetCase"},
    "objection": {"RemedyService/GetRemedy"},
    "facts": {"SupervisionFileService/GetFile"},
    "evidence": {"EvidenceService/ListEvidence", "EvidenceService/GetEvidence"},
    "lodging": {"ComplaintService/ListLodgings"},
    "execution": {"ExecutionService/ListOwnExecutions"},
}
"""By which methods the owner of a mark sees it at least: a guard of the trial itself."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A registry with marked rows, and what its methods answer."""

    served: Served
    put: Put

    def of(self, caller: Caller, method: str) -> bytes:
        """All that a method answers to a caller, refusals with it, asked in every way."""
        return b"\n".join(self._answers(caller, method))

    def _answers(self, caller: Caller, method: str) -> Iterator[bytes]:
        found = DESCRIPTOR_OF[method]
        channel: Any = self.served.channel(caller)
        for content in requests(found.input_type, caller, self.put, self.served):
            try:
                if found.client_streaming:
                    yield from channel.stream_stream(method)(iter([content]), timeout=SILENCE_S)
                elif found.server_streaming:
                    yield from _first_few(channel.unary_stream(method)(content, timeout=SILENCE_S))
                else:
                    yield channel.unary_unary(method)(content, timeout=DEADLINE_S)
            except grpc.RpcError as error:
                refusal: Any = error
                yield repr((refusal.details(), refusal.trailing_metadata())).encode()


DESCRIPTOR_OF = {
    f"/{service.full_name}/{method.name}": method
    for service in {*DESCRIPTORS, *SUPERVISION}
    for method in service.methods
}


def _first_few(call: Any) -> Iterator[bytes]:
    for number, answer in enumerate(call):
        yield answer
        if number == 4:
            call.cancel()
            return


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    spine = furnish(found_spine(tmp_path_factory.mktemp("rows") / "registry"))
    spine.deliver()
    with serving(spine) as served:
        yield Shown(served, put_in(served))


def caller_of(shown: Shown, kind: Any, name: str) -> Caller:
    served = shown.served
    return served.department(name) if kind == "department" else served.system(kind, name)


def may(caller: Caller) -> list[str]:
    return [method for method in SHOWN if caller.role in METHODS[method]]


def found_in(content: bytes, marks: Any) -> list[str]:
    return [name for name, mark in marks.items() if mark.encode() in content]


@pytest.mark.parametrize("stranger", STRANGERS)
def test_a_stranger_sees_by_no_method_what_is_anothers(shown: Shown, stranger: str) -> None:
    caller = caller_of(shown, *STRANGERS[stranger])
    for method in may(caller):
        content = shown.of(caller, method)
        marks = {**SECRET, **STATED} if SHOWN[method] in NARROW else SECRET
        assert found_in(content, marks) == [], method
        assert PLATFORM.encode() not in content, method


@pytest.mark.parametrize("role", OVERSEERS)
def test_who_oversees_sees_others_rows_by_no_method_that_shows_ones_own(
    shown: Shown, role: CallerRole
) -> None:
    caller = shown.served.of_role(role)
    for method in may(caller):
        if SHOWN[method] is Rows.OWN:
            assert found_in(shown.of(caller, method), {**SECRET, **STATED}) == [], method


@pytest.mark.parametrize("mark", SHOWS)
def test_the_owner_sees_it_or_the_trial_would_show_nothing(shown: Shown, mark: str) -> None:
    owner, text = shown.put.owners[mark], {**SECRET, **STATED}[mark]
    seen = {
        method.removeprefix("/registry.v1.")
        for method in may(owner)
        if SHOWN[method] in NARROW and text.encode() in shown.of(owner, method)
    }
    assert seen >= SHOWS[mark]


def test_a_system_is_told_its_own_notices_and_the_registrar_everybodys(shown: Shown) -> None:
    served, method = shown.served, "/registry.v1.NoticeService/ListNotices"
    platform = served.system(CallerRole.PROCUREMENT_SYSTEM, PLATFORM)
    for caller in (platform, served.registrar(), served.of_role(CallerRole.AUDITOR)):
        assert platform.uri.encode() in shown.of(caller, method)
