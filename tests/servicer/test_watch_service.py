"""Watching the restrictions of a domain over the wire: everything once and in order, nothing of what is
others' domain, and who was cut off misses nothing.

What should be told is worked out from the log alone (``told_by_law``), subject by subject and statement by
statement.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from random import Random
from threading import Thread
from typing import Any

import grpc
import pytest

from registry.access.identity import Caller, CallerRole
from registry.commands.changes import EACH, MAX_POLLS, MAX_STREAMS
from registry.commands.outbox import MAX_NOTICE_WATCHES
from registry.index import MAX_FOLLOWING, MAX_WAITING
from registry.load.lanes import Bounds
from registry.server import STREAMS
from registry.v1 import statement_pb2, subject_pb2
from registry.v1 import watch_service_pb2 as pb
from registry.v1.verdict_pb2 import (
    HIT_STATUS_IN_FORCE,
    HIT_STATUS_STAYED,
    RESTRICTION_ORIGIN_DECISION,
    SUBJECT_RELATION_BRANCH,
    SUBJECT_RELATION_PARENT,
)
from registry.v1.watch_service_pb2_grpc import WatchServiceStub
from registry.watches import MAX_WATCHES
from tests.servicer.test_screen import query_log
from tests.servicer.test_watch import Watching, within
from tests.support.editions import adopt, edition_files
from tests.support.events import (
    ban,
    branch_of,
    erasure,
    firm,
    licence,
    list_entry,
    new_firm,
    new_person,
    placed,
    repair,
    stay,
    withdrawal,
)
from tests.support.notices import told_at
from tests.support.served import DEADLINE_S, Served, exit_ban, refusal_of, refused
from tests.support.spine import Spine
from tests.support.watching import Told, filter_for, poll, polled, starting, told, told_by_law, without_ties

BORDER = subject_pb2.DOMAIN_EXIT_ENTRY
PRO, MARKET = "M-PRO-01", "市场监管"
ARRIVES_S = 20.0
KEY_OF = itertools.count(1)


def procurement(served: Served, name: str = "watcher") -> Any:
    return served.channel(served.system(CallerRole.PROCUREMENT_SYSTEM, name))


def fresh(served: Served) -> Any:
    """A channel of a system that has asked for nothing yet."""
    return procurement(served, f"watcher-{next(KEY_OF)}")


def short_ban(subject: subject_pb2.Subject) -> statement_pb2.Event:
    return ban("财政", subject, PRO, "2026-03-01", "2028-03-01")


def stream(channel: Any, wanted: pb.RestrictionFilter, at: int | str | None = None) -> Any:
    request = pb.WatchRestrictionsRequest(filter=wanted, start=starting(at))
    return WatchServiceStub(channel).WatchRestrictions(request, timeout=3 * DEADLINE_S)


def until(call: Iterator[pb.WatchRestrictionsResponse], position: int) -> Iterator[Any]:
    """What a stream brings, up to the checkpoint that says that a position was reached."""
    for response in call:
        yield response
        if response.checkpoint.known_position >= position and response.HasField("checkpoint"):
            return


def changes_in(responses: Iterator[Any]) -> list[Told]:
    return [each for response in responses for each in told(response.change)]


# --- what comes -------------------------------------------------------------------------------------


def test_ban_stay_and_withdrawal_come_one_after_the_other(served: Served) -> None:
    subject, channel = new_firm(), fresh(served)
    call = stream(channel, filter_for())
    assert next(call).checkpoint.caught_up
    first = placed(served.spine.say("财政", "w-ban", event=short_ban(subject)))
    placed(served.spine.say("财政", status_note=stay("财政", "w-ban", "2026-04-01")))
    placed(served.spine.say(MARKET, event=licence(MARKET, subject)))
    last = placed(served.spine.say("财政", withdrawal=withdrawal("财政", "w-ban")))
    responses = [each for each in until(call, last) if each.HasField("change")]
    call.cancel()
    assert [each.change.position for each in responses] == [first, first + 1, last]
    (row,) = responses[0].change.subjects[0].restrictions
    assert responses[0].change.subjects[0].subject == subject.identifier
    assert (row.measure_code, getattr(row, "from"), row.until) == (PRO, "2026-03-01", "2028-03-01")
    assert (row.status, row.origin) == (HIT_STATUS_IN_FORCE, RESTRICTION_ORIGIN_DECISION)
    assert (row.position, row.statement_id) == (first, "w-ban")
    assert responses[1].change.subjects[0].restrictions[0].status == HIT_STATUS_STAYED
    assert not responses[2].change.subjects[0].restrictions


def test_every_change_under_concurrent_statements_comes_once_and_in_order(served: Served) -> None:
    first = served.spine.engine.state.size
    call = stream(fresh(served), filter_for())
    next(call)
    threads = [Thread(target=state_at_random, args=(served.spine, key)) for key in ("财政", "人社", "法院")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = changes_in(until(call, served.spine.engine.state.size - 1))
    call.cancel()
    assert len(found) > 20
    assert found == told_by_law(served.spine, first=first)


def state_at_random(spine: Spine, key: str) -> None:
    """Bans, entries on lists, what ends them, and much that restricts nobody."""
    chance, said = Random(key), list[str]()
    for number in range(25):
        subject = firm(700 + chance.randrange(8))
        match key, chance.randrange(4):
            case _, 0 if said:
                spine.say(key, withdrawal=withdrawal(key, chance.choice(said)))
            case "财政", _:
                spine.say(key, f"c-F-{number}", event=short_ban(subject))
                said.append(f"c-F-{number}")
            case "人社", 1 if said:
                spine.say(key, repair=repair(key, chance.choice(said), "2026-05-01"))
            case "人社", _:
                entry = list_entry(key, subject, "L-04", "2025-03-01", "2027-03-01")
                spine.say(key, f"c-L-{number}", event=entry)
                said.append(f"c-L-{number}")
            case _:
                spine.say(key, event=exit_ban(new_person()))


def test_who_is_cut_off_again_and_again_has_what_one_who_was_not_has(served: Served) -> None:
    chance, found, token = Random(1), list[Told](), ""
    end = served.spine.engine.state.size - 1
    wanted, channel = filter_for(), fresh(served)
    while True:
        call = stream(channel, wanted, token or 0)
        caught_up = False
        for response in itertools.islice(call, chance.randrange(1, 5)):
            found += told(response.change)
            token = response.resume_token
            caught_up = response.checkpoint.caught_up
        call.cancel()
        if caught_up and response.checkpoint.known_position >= end:
            break
    assert found == polled(channel, wanted)
    assert without_ties(found) == told_by_law(served.spine)


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_asking_page_by_page_brings_the_same_whatever_the_size_of_a_page(served: Served, size: int) -> None:
    found = polled(fresh(served), filter_for(), size=size)
    assert without_ties(found) == told_by_law(served.spine)


@pytest.mark.parametrize("rows", [1, 2, 7])
def test_statement_that_changes_more_than_a_page_holds_is_told_whole(
    served: Served, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel, wanted = fresh(served), filter_for()
    whole = polled(channel, wanted)
    monkeypatch.setattr("registry.commands.changes.ROWS", rows)
    assert polled(channel, wanted) == whole


def test_links_between_codes_are_told_at_both_ends(served: Served) -> None:
    branch, parent = new_firm(subject_pb2.SUBJECT_KIND_BRANCH), new_firm()
    position = placed(served.spine.say(MARKET, subject_link=branch_of(branch, parent)))
    (change,) = poll(fresh(served), filter_for(), position).changes
    ends = {
        subject.subject.value: [(tie.relation, tie.identifier.value, tie.position) for tie in subject.related]
        for subject in change.subjects
    }
    assert ends == {
        branch.identifier.value: [(SUBJECT_RELATION_PARENT, parent.identifier.value, position)],
        parent.identifier.value: [(SUBJECT_RELATION_BRANCH, branch.identifier.value, position)],
    }


def test_erasure_is_told_and_what_it_erased_is_told_no_more(served: Served) -> None:
    subject = new_firm()
    over = ban("财政", subject, PRO, "2025-03-01", "2026-05-01")
    served.spine.say("财政", "w-gone", event=over)
    position = placed(served.spine.say("财政", "w-stays", event=short_ban(subject)))
    by = placed(served.spine.say("财政", erasure=erasure("财政", "w-gone")))
    changes = poll(fresh(served), filter_for(), position).changes
    assert [change.position for change in changes] == [position, by]
    (told_again,) = changes[1].subjects
    assert told_again.erased
    assert [row.position for row in told_again.restrictions] == [position]


def test_adopted_edition_is_told_with_its_day(served: Served) -> None:
    position = adopt(served.spine, edition_files("2026.8"), in_force_from="2027-01-01")
    (change,) = poll(fresh(served), filter_for(), position).changes
    assert (change.adopted.label, change.adopted.in_force_from) == ("2026.8", "2027-01-01")
    assert served.spine.engine.state.edition(change.adopted.edition).label == "2026.8"
    assert not change.subjects


def test_silent_watcher_is_told_every_few_seconds_how_far_it_is(served: Served) -> None:
    call = stream(fresh(served), filter_for())
    first, second = next(call), next(call)
    call.cancel()
    assert first.checkpoint.caught_up
    assert second.checkpoint == first.checkpoint
    assert second.checkpoint.known_position == served.spine.position


def test_checkpoint_moves_the_token_past_what_changes_nothing(served: Served) -> None:
    channel, wanted = fresh(served), filter_for(list_codes=["L-22"])
    before = poll(channel, wanted, None)
    placed(served.spine.say("财政", event=short_ban(new_firm())))
    after = poll(channel, wanted, before.resume_token)
    assert not after.changes
    assert after.checkpoint.known_position == served.spine.position
    assert after.resume_token != before.resume_token


# --- what is filtered -------------------------------------------------------------------------------


def test_only_restrictions_of_the_named_lists_are_told(served: Served) -> None:
    subject = new_firm()
    first = placed(served.spine.say("财政", event=short_ban(subject)))
    entry = list_entry("人社", subject, "L-04", "2026-03-01", "2029-03-01")
    listed = placed(served.spine.say("人社", event=entry))
    (change,) = poll(fresh(served), filter_for(list_codes=["L-04"]), first).changes
    assert change.position == listed
    assert {row.list_code for row in change.subjects[0].restrictions} == {"L-04"}


@pytest.mark.parametrize(("region", "count"), [("130000", 1), ("130900", 1), ("130902", 1), ("130903", 0)])
def test_only_organisations_registered_in_the_region_are_told(
    served: Served, region: str, count: int
) -> None:
    position = placed(served.spine.say("财政", event=short_ban(new_firm())))
    assert len(poll(fresh(served), filter_for(region=region), position).changes) == count


def test_nothing_is_told_of_what_changes_nothing_in_the_domain(served: Served) -> None:
    channel = fresh(served)
    token = poll(channel, filter_for(), None).resume_token
    placed(served.spine.say("法院", event=exit_ban(new_person())))
    placed(served.spine.say(MARKET, event=licence(MARKET, new_firm())))
    served.spine.deliver(["法院"])
    assert not poll(channel, filter_for(), token).changes


def test_natural_persons_are_left_out_unless_they_are_asked_for(served: Served) -> None:
    channel = served.channel(served.system(CallerRole.BORDER_SYSTEM, "border-silent"))
    position = placed(served.spine.say("法院", event=exit_ban(new_person())))
    assert not poll(channel, filter_for(BORDER), position).changes


def test_border_system_is_told_of_persons_masked_and_it_is_in_the_query_log(served: Served) -> None:
    subject, channel = new_person(), served.channel(served.system(CallerRole.BORDER_SYSTEM, "border"))
    position = placed(served.spine.say("法院", event=exit_ban(subject)))
    wanted = filter_for(BORDER, include_persons=True)
    wanted.purpose.reference, wanted.purpose.reason = "口岸-1", "出境检查"
    (change,) = poll(channel, wanted, position).changes
    shown = change.subjects[0].subject.value
    assert shown != subject.identifier.value
    assert shown[-4:] == subject.identifier.value[-4:]
    assert [row.measure_code for row in change.subjects[0].restrictions] == ["M-EXI-01"]
    logged = query_log(served)[-1]
    assert (logged["caller"].rpartition("/")[2], logged["reference"]) == ("border", "口岸-1")
    assert (logged["known_position"], logged["domain"]) == (position, int(BORDER))


# --- who may, and what is refused ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "reason", "field"),
    [
        ({"purpose": {"domain": 0}}, "FIELD_REQUIRED", "filter.purpose.domain"),
        ({"purpose": {"domain": int(BORDER)}}, "DOMAIN_DENIED", "filter.purpose.domain"),
        ({"region": "1309"}, "FIELD_INVALID", "filter.region"),
        ({"list_codes": ["L-01"] * 51}, "TOO_LARGE", "filter.list_codes"),
        ({"include_persons": True}, "PURPOSE_REQUIRED", "filter.include_persons"),
    ],
)
def test_filter_that_may_not_be_is_refused_by_both(
    served: Served, change: dict[str, Any], reason: str, field: str
) -> None:
    channel, wanted = fresh(served), filter_for()
    wanted.MergeFrom(pb.RestrictionFilter(**change))
    if change.get("purpose") == {"domain": 0}:
        wanted.purpose.domain = subject_pb2.DOMAIN_UNSPECIFIED
    for refusal in (
        refused(lambda: poll(channel, wanted, 0)),
        refused(lambda: next(stream(channel, wanted, 0))),
    ):
        assert refusal.reason == reason
        assert field in refusal.fields


def test_region_does_not_go_with_natural_persons(served: Served) -> None:
    channel = served.channel(served.system(CallerRole.BORDER_SYSTEM))
    wanted = filter_for(BORDER, include_persons=True, region="130900")
    wanted.purpose.reference, wanted.purpose.reason = "口岸-1", "出境检查"
    assert refused(lambda: poll(channel, wanted, 0)).fields == ("filter.include_persons",)


@pytest.mark.parametrize("token", ["", "x", "AQ", "AQAAAAAAAAABAAAAAAAAAAA", "续接"])
def test_token_that_was_not_given_out_is_refused(served: Served, token: str) -> None:
    request = pb.PollRestrictionsRequest(filter=filter_for(), start=pb.WatchStart(resume_token=token))
    stub = WatchServiceStub(fresh(served))
    refusal = refused(lambda: stub.PollRestrictions(request, timeout=DEADLINE_S))
    assert (refusal.reason, refusal.fields) == ("FIELD_INVALID", ("start.resume_token",))


@pytest.mark.parametrize("other", [{"region": "130900"}, {"list_codes": ["L-01"]}], ids=str)
def test_token_of_another_filter_is_refused(served: Served, other: dict[str, Any]) -> None:
    channel = fresh(served)
    token = poll(channel, filter_for(), None).resume_token
    with pytest.raises(grpc.RpcError) as raised:
        poll(channel, filter_for(**other), token)
    assert refusal_of(raised.value).reason == "FIELD_INVALID"


def test_position_that_is_not_there_yet_is_refused(served: Served) -> None:
    channel, size = fresh(served), served.spine.engine.state.size
    assert not poll(channel, filter_for(), size).changes
    refusal = refused(lambda: poll(channel, filter_for(), size + 1))
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.OUT_OF_RANGE, "POSITION_AHEAD")


# --- waiting ----------------------------------------------------------------------------------------


def test_asking_waits_for_the_next_change_and_no_longer(served: Served) -> None:
    channel, wanted = fresh(served), filter_for()
    token = poll(channel, wanted, None).resume_token
    request = pb.PollRestrictionsRequest(filter=wanted, start=starting(token), wait_seconds=25)
    waiting = WatchServiceStub(channel).PollRestrictions.future(request, timeout=3 * DEADLINE_S)
    assert within(ARRIVES_S, lambda: len(served.spine.engine.state.index.following) == 1)
    placed(served.spine.say(MARKET, event=licence(MARKET, new_firm())))
    position = placed(served.spine.say("财政", event=short_ban(new_firm())))
    (change,) = waiting.result(timeout=ARRIVES_S).changes
    assert change.position == position
    assert within(ARRIVES_S, lambda: len(served.spine.engine.state.index.following) == 0)


def test_asking_in_vain_ends_when_its_time_is_over(served: Served) -> None:
    channel = fresh(served)
    response = poll(channel, filter_for(), None, wait=1)
    assert not response.changes
    assert response.checkpoint.caught_up


def test_wait_ends_before_the_deadline_of_the_call(served: Served) -> None:
    request = pb.PollRestrictionsRequest(filter=filter_for(), wait_seconds=25)
    response = WatchServiceStub(fresh(served)).PollRestrictions(request, timeout=2)
    assert response.checkpoint.caught_up


def test_places_are_few_and_one_caller_has_not_all_of_them(served: Served) -> None:
    calls = [Watching(stream(procurement(served, "greedy"), filter_for())) for _ in range(EACH)]
    assert all(call.next().checkpoint.caught_up for call in calls)
    assert refused(lambda: next(stream(procurement(served, "greedy"), filter_for()))).reason == "OVERLOADED"
    others = [fresh(served) for _ in range(MAX_STREAMS - EACH)]
    calls += [Watching(stream(other, filter_for())) for other in others]
    assert all(call.next().checkpoint.caught_up for call in calls[EACH:])
    refusal = refused(lambda: next(stream(fresh(served), filter_for())))
    assert (refusal.reason, refusal.may_retry) == ("OVERLOADED", True)
    for call in calls:
        call.hang_up()
    assert within(ARRIVES_S, lambda: len(served.spine.engine.state.index.following) == 0)


def test_who_watches_and_who_waits_leave_room_for_questions() -> None:
    assert Bounds().threads - Bounds().vital > MAX_POLLS + MAX_WAITING
    assert MAX_WATCHES + MAX_NOTICE_WATCHES + MAX_STREAMS < STREAMS
    assert MAX_STREAMS + MAX_POLLS <= MAX_FOLLOWING


# --- who was told is told again -----------------------------------------------------------------------


def test_watcher_that_went_away_has_a_notice_of_what_is_revoked(served: Served) -> None:
    caller = served.system(CallerRole.PROCUREMENT_SYSTEM, "went-away")
    position = placed(served.spine.say("财政", "w-revoked", event=short_ban(new_firm())))
    assert len(poll(served.channel(caller), filter_for(), position).changes) == 1
    revoked = placed(served.spine.say("财政", withdrawal=withdrawal("财政", "w-revoked")))
    assert notified(served, revoked, caller)


def test_watcher_is_no_recipient_of_what_it_was_not_told(served: Served) -> None:
    caller = served.system(CallerRole.PROCUREMENT_SYSTEM, "elsewhere")
    position = placed(served.spine.say("财政", "w-unseen", event=short_ban(new_firm())))
    assert not poll(served.channel(caller), filter_for(region="110000"), position).changes
    revoked = placed(served.spine.say("财政", withdrawal=withdrawal("财政", "w-unseen")))
    assert not notified(served, revoked, caller)


def notified(served: Served, position: int, caller: Caller) -> bool:
    return any(name == caller.uri for name, _ in told_at(served.spine, position))


def test_refusal_of_a_stream_says_what_is_wrong(served: Served) -> None:
    call = stream(fresh(served), filter_for(), "x")
    with pytest.raises(grpc.RpcError) as raised:
        next(call)
    assert refusal_of(raised.value).reason == "FIELD_INVALID"
