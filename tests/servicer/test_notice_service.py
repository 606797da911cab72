"""NoticeService over the wire: streams that forget nothing, acknowledgements, and who sees whose notices."""

from __future__ import annotations

import time
from collections.abc import Iterator
from threading import Thread
from typing import Any

import grpc
import pytest

from registry.access.identity import Caller, CallerRole
from registry.commands.notices import MAX_ACKNOWLEDGED, STREAMS_EACH
from registry.commands.outbox import MAX_NOTICE_WATCHES
from registry.server import STREAMS
from registry.v1 import notice_service_pb2 as pb
from registry.v1.notice_service_pb2_grpc import NoticeServiceStub
from registry.v1.restriction_service_pb2_grpc import RestrictionServiceStub
from registry.watches import MAX_WATCHES
from tests.support.ban_cases import BanOffice
from tests.support.events import ban, new_firm, new_person, placed, withdrawal
from tests.support.notices import waiting
from tests.support.reports import question
from tests.support.served import DEADLINE_S, Served, refused, serving
from tests.support.spine import found_spine, furnish

AT_ONCE_S = 5.0
Watching = Iterator[pb.WatchNoticesResponse]


def stub(served: Served, caller: Caller) -> NoticeServiceStub:
    return NoticeServiceStub(served.channel(caller))


def platform(served: Served, name: str) -> Caller:
    """A procurement system that is told of every change."""
    caller = served.system(CallerRole.PROCUREMENT_SYSTEM, name)
    stub(served, caller).Subscribe(pb.SubscribeRequest(subscribed=True), timeout=DEADLINE_S)
    return caller


def unsubscribe(served: Served, caller: Caller) -> None:
    stub(served, caller).Subscribe(pb.SubscribeRequest(), timeout=DEADLINE_S)


def state_a_ban(served: Served, statement_id: str = "") -> int:
    event = ban("财政", new_firm(), "M-PRO-01", "2026-03-01", "2028-03-01")
    return placed(served.spine.say("财政", statement_id, event=event))


def watch(served: Served, caller: Caller) -> Any:
    return stub(served, caller).WatchNotices(pb.WatchNoticesRequest(), timeout=DEADLINE_S)


def next_notices(call: Watching, count: int) -> list[pb.Notice]:
    return [next(call).notice for _ in range(count)]


def test_stream_begins_with_what_was_missed_and_goes_on_with_what_is_new(served: Served) -> None:
    caller = platform(served, "stream")
    missed = [state_a_ban(served) for _ in range(3)]
    call = watch(served, caller)
    assert [each.position for each in next_notices(call, 3)] == missed
    started = time.monotonic()
    fresh = state_a_ban(served)
    assert next(call).notice.position == fresh
    assert time.monotonic() - started < AT_ONCE_S
    call.cancel()
    unsubscribe(served, caller)


def test_who_was_cut_off_has_everything_again_that_he_did_not_acknowledge(served: Served) -> None:
    caller = platform(served, "cut-off")
    for _ in range(3):
        state_a_ban(served)
    call = watch(served, caller)
    first, *rest = next_notices(call, 3)
    call.cancel()
    answer = stub(served, caller).Acknowledge(pb.AcknowledgeRequest(notice_ids=[first.notice_id]))
    assert not answer.unknown
    again = watch(served, caller)
    assert next_notices(again, 2) == rest
    again.cancel()
    unsubscribe(served, caller)


def test_nothing_is_lost_when_the_registry_stops_between_commit_and_delivery(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    spine = furnish(found_spine(tmp_path_factory.mktemp("stopped") / "registry"), ["财政"])
    caller = Caller(CallerRole.PROCUREMENT_SYSTEM, "platform", spine.engine.state.origin)
    spine.engine.notices.subscribe(caller, subscribed=True)
    event = ban("财政", new_firm(), "M-PRO-01", "2026-03-01", "2028-03-01")
    banned = placed(spine.say("财政", "stopped-1", event=event))
    (before,) = waiting(spine, caller)
    spine.reopen()  # Nobody had listened; who subscribed is known from the store alone.
    revoked = placed(spine.say("财政", withdrawal=withdrawal("财政", "stopped-1")))
    with serving(spine) as served:
        call = watch(served, caller)
        told = next_notices(call, 2)
        call.cancel()
    assert told[0] == before
    assert [(each.position, each.kind) for each in told] == [
        (banned, pb.NOTICE_KIND_RESTRICTED),
        (revoked, pb.NOTICE_KIND_REVOKED),
    ]


def test_acknowledging_is_safe_to_repeat_and_keeps_its_first_time(served: Served) -> None:
    caller = platform(served, "repeats")
    state_a_ban(served)
    (notice,) = waiting(served.spine, caller)
    request = pb.AcknowledgeRequest(notice_ids=[notice.notice_id, notice.notice_id])
    for _ in range(2):
        assert not stub(served, caller).Acknowledge(request, timeout=DEADLINE_S).unknown
        served.spine.clock.now_ms += 1000
    (listed,) = stub(served, caller).ListNotices(pb.ListNoticesRequest(), timeout=DEADLINE_S).notices
    assert listed.acknowledged_time.ToMilliseconds() == served.spine.clock.now_ms - 2000
    assert waiting(served.spine, caller) == []
    unsubscribe(served, caller)


def test_nobody_acknowledges_what_is_anothers_or_learns_that_it_exists(served: Served) -> None:
    caller = platform(served, "owner")
    other = served.system(CallerRole.BIDDING_SYSTEM, "owner")  # The same name in another role.
    state_a_ban(served)
    (notice,) = waiting(served.spine, caller)
    request = pb.AcknowledgeRequest(notice_ids=[notice.notice_id, "1-1-never", "1-1-never"])
    answer = stub(served, other).Acknowledge(request, timeout=DEADLINE_S)
    assert list(answer.unknown) == [notice.notice_id, "1-1-never"]
    assert waiting(served.spine, caller) == [notice]
    unsubscribe(served, caller)


def test_more_acknowledgements_than_are_taken_at_once_are_refused(served: Served) -> None:
    caller = served.system(CallerRole.PROCUREMENT_SYSTEM, "many")
    request = pb.AcknowledgeRequest(notice_ids=["x"] * (MAX_ACKNOWLEDGED + 1))
    refusal = refused(lambda: stub(served, caller).Acknowledge(request, timeout=DEADLINE_S))
    assert (refusal.reason, refusal.fields) == ("TOO_LARGE", ("notice_ids",))


def test_caller_lists_its_own_and_the_registrar_and_the_auditor_everybodys(served: Served) -> None:
    caller = platform(served, "lists")
    position = state_a_ban(served)
    stranger = served.system(CallerRole.FINANCING_SYSTEM, "stranger")
    of_caller = pb.ListNoticesRequest(addressee=caller.uri)
    refusal = refused(lambda: stub(served, stranger).ListNotices(of_caller, timeout=DEADLINE_S))
    assert refusal.reason == "NOT_FOUND"
    assert not stub(served, stranger).ListNotices(pb.ListNoticesRequest(), timeout=DEADLINE_S).notices
    for reader in (caller, served.registrar(), served.system(CallerRole.AUDITOR)):
        listed = stub(served, reader).ListNotices(of_caller, timeout=DEADLINE_S).notices
        assert [each.position for each in listed] == [position]
    everything = pb.ListNoticesRequest(page_size=1000)
    whole = stub(served, served.registrar()).ListNotices(everything, timeout=DEADLINE_S).notices
    assert {caller.uri} < {each.addressee for each in whole}
    unsubscribe(served, caller)


def test_pages_follow_each_other_and_a_token_of_anothers_list_is_refused(served: Served) -> None:
    caller, other = platform(served, "pages"), platform(served, "pages-2")
    positions = [state_a_ban(served) for _ in range(5)]
    request, seen = pb.ListNoticesRequest(page_size=2), list[int]()
    while True:
        page = stub(served, caller).ListNotices(request, timeout=DEADLINE_S)
        seen += [each.position for each in page.notices]
        if not page.next_page_token:
            break
        request.page_token = page.next_page_token
    assert seen == positions
    for token in (request.page_token, "nonsense"):
        foreign = pb.ListNoticesRequest(page_token=token)
        refusal = refused(lambda f=foreign: stub(served, other).ListNotices(f, timeout=DEADLINE_S))  # type: ignore[misc]
        assert refusal.fields == ("page_token",)
    unsubscribe(served, caller)
    unsubscribe(served, other)


def test_ban_is_told_when_it_is_decided_and_when_it_is_served_and_not_before(served: Served) -> None:
    caller, office = platform(served, "bans"), BanOffice.of(served)
    subject = new_firm()
    office.walk("N-1", subject, until="ban_deliberation")
    assert waiting(served.spine, caller) == []
    assert office.take("ban_decision", "N-1").HasField("accepted")
    decided, *rest = waiting(served.spine, caller)
    assert not rest
    assert "送达前不作为限制" in decided.text
    assert office.take("ban_served", "N-1").HasField("accepted")
    bound = waiting(served.spine, caller)[1]
    assert bound.target.statement_id == office.decisions["N-1"]
    assert bound.subject == subject.identifier
    finance = pb.ListNoticesRequest(unacknowledged_only=True, page_size=1000)
    own = stub(served, served.department("财政")).ListNotices(finance, timeout=DEADLINE_S).notices
    to_serve = [each for each in own if each.position == decided.position]
    assert [each.addressee_kind for each in to_serve] == [pb.ADDRESSEE_KIND_SUBJECT]
    unsubscribe(served, caller)


def test_person_is_masked_on_the_wire(served: Served) -> None:
    border = served.system(CallerRole.BORDER_SYSTEM, "border")
    stub(served, border).Subscribe(pb.SubscribeRequest(subscribed=True), timeout=DEADLINE_S)
    person = new_person()
    placed(served.spine.say("法院", event=ban("法院", person, "M-EXI-01", "2026-04-01")))
    (notice,) = stub(served, border).ListNotices(pb.ListNoticesRequest(), timeout=DEADLINE_S).notices
    number = person.identifier.value
    assert notice.subject.value == number[:4] + "*" * 10 + number[-4:]
    assert number not in str(notice)
    unsubscribe(served, border)


def test_streams_of_one_addressee_and_of_all_are_limited_and_hold_nothing_up(served: Served) -> None:
    caller = platform(served, "limit-0")
    calls = [watch(served, caller) for _ in range(STREAMS_EACH)]
    state_a_ban(served)
    assert len({next(call).notice.position for call in calls}) == 1
    refusal = refused(lambda: next(watch(served, caller)))
    assert (refusal.reason, refusal.may_retry) == ("OVERLOADED", True)
    more = [platform(served, f"limit-{n}") for n in range(1, MAX_NOTICE_WATCHES - STREAMS_EACH + 1)]
    silent = [watch(served, each) for each in more]  # Nobody reads from these.
    state_a_ban(served)
    for call in silent:
        next(call)
    last = platform(served, "limit-last")
    assert refused(lambda: next(watch(served, last))).reason == "OVERLOADED"
    asker = RestrictionServiceStub(served.channel(served.system(CallerRole.PROCUREMENT_SYSTEM)))
    started = time.monotonic()
    for _ in range(20):
        state_a_ban(served)
        asker.Check(question(new_firm()), timeout=DEADLINE_S)
    assert time.monotonic() - started < AT_ONCE_S
    for call in (*calls, *silent):
        call.cancel()
    for each in (caller, *more, last):
        unsubscribe(served, each)
    assert MAX_NOTICE_WATCHES + MAX_WATCHES < STREAMS


def test_listener_that_hung_up_makes_room(served: Served) -> None:
    caller = platform(served, "hangs-up")
    for _ in range(3 * MAX_NOTICE_WATCHES):
        state_a_ban(served)
        call = _patiently(served, caller)
        call.cancel()
    unsubscribe(served, caller)


def _patiently(served: Served, caller: Caller) -> Any:
    """A stream that has begun: a place is free a moment after a listener hung up."""
    deadline = time.monotonic() + DEADLINE_S
    while True:
        call = watch(served, caller)
        try:
            next(call)
            return call
        except grpc.RpcError as error:
            if error.code() is not grpc.StatusCode.RESOURCE_EXHAUSTED or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def test_notices_made_while_a_page_is_delivered_are_not_missed(served: Served) -> None:
    caller, seen = platform(served, "busy"), list[int]()
    made: list[int] = []
    stating = Thread(target=lambda: made.extend(state_a_ban(served) for _ in range(150)))
    call = watch(served, caller)
    stating.start()
    seen = [each.position for each in next_notices(call, 150)]
    stating.join()
    assert seen == made
    call.cancel()
    unsubscribe(served, caller)
