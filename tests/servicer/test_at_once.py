"""Questions answered on the thread that reads the wire are answered as all others, and whatever has to wait
is answered by a thread that may."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pytest

from registry import at_once
from registry.access.identity import CallerRole
from registry.commands.ask import Ask
from registry.config import CONFIG_NAME, ConfigError, load_config
from registry.v1 import receipt_pb2, restriction_service_pb2, verdict_pb2
from registry.v1.restriction_service_pb2_grpc import RestrictionServiceStub
from tests.support.events import ban, firm, person, placed, withdrawal
from tests.support.history import short_ban
from tests.support.reports import question
from tests.support.served import Served, serving
from tests.support.spine import found_spine, furnish

BLOCKED, CLEAR, UNKNOWN = (
    verdict_pb2.VERDICT_BLOCKED,
    verdict_pb2.VERDICT_CLEAR,
    verdict_pb2.VERDICT_INDETERMINATE,
)
CHECK = "/registry.v1.RestrictionService/Check"
CALLS = 300


@pytest.fixture(scope="module", params=["writer", "reader"])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    spine = furnish(found_spine(tmp_path_factory.mktemp("at-once") / "registry"))
    placed(spine.say("财政", "b1", event=short_ban(1)))
    spine.deliver()
    with serving(spine, by_reader=request.param == "reader", at_once=True) as running:
        yield running


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The threads that look for a subject, in order."""
    seen: list[str] = []
    find = Ask.find

    def noted(self: Ask, *asked: object) -> object:
        seen.append("pool" if threading.current_thread().name.startswith("registry-rpc") else "wire")
        return find(self, *asked)  # type: ignore[arg-type]

    monkeypatch.setattr(Ask, "find", noted)
    return seen


def stub(served: Served, role: CallerRole = CallerRole.PROCUREMENT_SYSTEM) -> RestrictionServiceStub:
    return RestrictionServiceStub(served.channel(served.system(role)))


def test_installed_grpcio_is_one_on_which_it_works() -> None:
    assert at_once.methods_at_once(wanted=True) == {CHECK}
    assert at_once.methods_at_once(wanted=False) == frozenset()
    assert at_once.works()


@pytest.mark.parametrize("broken", ["another release", "trial fails"])
def test_where_it_is_not_safe_calls_go_the_ordinary_way_and_the_log_says_so(
    broken: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    before = at_once._internal._handle_unary_unary
    if broken == "another release":
        monkeypatch.setattr(at_once, "RELEASES", frozenset({"1.0.0"}))
    else:
        monkeypatch.setattr(at_once, "_handle", at_once._handed_over)
    try:
        assert at_once.methods_at_once.__wrapped__(wanted=True) == frozenset()
        assert "calls go the ordinary way" in caplog.text
    finally:
        at_once._internal._handle_unary_unary = before


def test_what_needs_no_wait_is_answered_on_the_wire(served: Served, threads: list[str]) -> None:
    for code in (2, 3, 4):
        assert stub(served).Check(question(firm(code))).verdict == UNKNOWN
    assert threads == ["wire"] * 3


def test_first_who_is_told_of_a_decision_is_recorded_before_the_answer_leaves(
    served: Served, threads: list[str]
) -> None:
    asker = RestrictionServiceStub(served.channel(served.system(CallerRole.PROCUREMENT_SYSTEM, "first")))
    (position,) = {hit.position for hit in asker.Check(question(firm(1))).hits}
    assert "pool" in threads
    assert any("/first" in caller for caller, _ in served.spine.engine.store.recipients([position]))
    threads.clear()
    assert asker.Check(question(firm(1))).verdict == BLOCKED
    assert threads[0] == "wire"


def test_question_about_a_person_is_logged_and_answered_in_the_pool(
    served: Served, threads: list[str]
) -> None:
    before = len(list(served.spine.engine.store.queries()))
    assert stub(served).Check(question(person(7))).verdict == UNKNOWN
    assert "pool" in threads
    assert len(list(served.spine.engine.store.queries())) == before + 1


def test_receipts_and_positions_are_had_as_ever(served: Served, threads: list[str]) -> None:
    asked = question(firm(2))
    asked.receipt.evidence = receipt_pb2.EVIDENCE_LEVEL_SIGNED
    answer = stub(served).Check(asked)
    assert answer.receipt.answer
    asked = question(firm(2))
    asked.consistency.at_least_as_fresh = served.spine.position
    assert stub(served).Check(asked).answered.known_position >= served.spine.position
    threads.clear()
    asked.consistency.at_least_as_fresh = served.spine.position + 9
    with pytest.raises(grpc.RpcError) as refused:
        stub(served).Check(asked, timeout=1)
    assert refused.value.code() in (grpc.StatusCode.OUT_OF_RANGE, grpc.StatusCode.DEADLINE_EXCEEDED)
    assert "wire" not in threads


def test_refusals_are_those_of_every_other_call(served: Served) -> None:
    call: Any = served.channel(served.system(CallerRole.PROCUREMENT_SYSTEM)).unary_unary(CHECK, None, None)
    for content, code in (
        (b"\xff\xff", grpc.StatusCode.INVALID_ARGUMENT),
        (b"\0" * 20_000, grpc.StatusCode.INVALID_ARGUMENT),
        (restriction_service_pb2.CheckRequest().SerializeToString(), grpc.StatusCode.INVALID_ARGUMENT),
    ):
        with pytest.raises(grpc.RpcError) as refused:
            call(content)
        assert refused.value.code() == code, refused.value
    denied = stub(served, CallerRole.BORDER_SYSTEM)
    with pytest.raises(grpc.RpcError) as refused:
        denied.Check(question(firm(2)))
    assert refused.value.code() == grpc.StatusCode.PERMISSION_DENIED
    assert stub(served).Check(question(firm(2))).verdict == UNKNOWN


def test_calls_that_are_given_up_leave_the_server_answering(served: Served) -> None:
    asker = stub(served)
    calls = [asker.Check.future(question(firm(number % 40 + 2))) for number in range(CALLS)]
    for call in calls[::2]:
        call.cancel()
    answered = [call.result().verdict for call in calls[1::2]]
    assert answered == [UNKNOWN] * len(answered)
    assert asker.Check(question(firm(2))).verdict == UNKNOWN


def test_many_callers_beside_a_department_that_states_see_what_was_acknowledged(served: Served) -> None:
    spine, asker = served.spine, stub(served)

    def stated(number: int) -> bool:
        placed(spine.say("财政", f"m{number}", event=short_ban(number)))
        return bool(asker.Check(question(firm(number))).verdict == BLOCKED)

    def asked(number: int) -> bool:
        return bool(asker.Check(question(firm(1 if number % 2 else 35))).verdict in (BLOCKED, UNKNOWN))

    with ThreadPoolExecutor(12) as callers:
        answers = [callers.submit(asked, number) for number in range(CALLS)]
        assert all(stated(number) for number in range(50, 70))
        assert all(answer.result(60) for answer in answers)


def test_withdrawn_decision_is_not_told_again(served: Served) -> None:
    spine = served.spine
    placed(spine.say("财政", "w", event=ban("财政", firm(80), "M-PRO-01", "2026-03-01", "2028-03-01")))
    assert stub(served).Check(question(firm(80))).verdict == BLOCKED
    placed(spine.say("财政", withdrawal=withdrawal("财政", "w")))
    assert stub(served).Check(question(firm(80))).verdict == UNKNOWN


def test_configuration_says_whether_it_is_wanted(tmp_path: Path) -> None:
    spine = found_spine(tmp_path / "registry")
    spine.engine.close()
    assert not load_config(spine.directory).at_once
    config = spine.directory / CONFIG_NAME
    config.write_text(config.read_text("utf-8") + "\n[server]\nat_once = true\n", "utf-8")
    assert load_config(spine.directory).at_once
    config.write_text(config.read_text("utf-8").replace("at_once = true", "at_once = 1"), "utf-8")
    with pytest.raises(ConfigError, match="at_once 的值不对"):
        load_config(spine.directory)
