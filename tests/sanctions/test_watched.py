"""What is told of a subject to whoever watches a domain: what a question would meet, and until when."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from registry.domain.periods import Period
from registry.sanctions.ground import Mark, MarkKind
from registry.sanctions.verdict import Question, met
from registry.sanctions.watched import NOTHING, View, Watched, view_of
from registry.v1 import subject_pb2
from registry.v1 import verdict_pb2 as pb
from registry.v1.subject_pb2 import Subject
from tests.support.events import (
    alternate,
    ban,
    branch_of,
    list_entry,
    merger,
    new_firm,
    old_code,
    placed,
    succession,
    withdrawal,
)
from tests.support.spine import TODAY, Spine

BIDDING, PROCUREMENT = subject_pb2.DOMAIN_BIDDING, subject_pb2.DOMAIN_PROCUREMENT
MARKET = "市场监管"


def seen(
    spine: Spine,
    subject: Subject,
    domain: subject_pb2.Domain.ValueType = PROCUREMENT,
    *,
    on: date = TODAY,
    at: int | None = None,
    lists: Any = (),
) -> View:
    """What is told of a subject, now or as of a position."""
    state = spine.engine.state
    position = spine.position if at is None else at
    watched = Watched(domain, on, state.edition_at(position, on), lists)
    record = state.index.get(subject.identifier.value)
    return view_of(record, watched, position, state.index.get)


def barred(spine: Spine, statement_id: str, first: str = "2026-03-01", until: str = "2028-03-01") -> Subject:
    subject = new_firm()
    placed(spine.say("财政", statement_id, event=ban("财政", subject, "M-PRO-01", first, until)))
    return subject


def test_of_nobody_nothing_is_told(spine: Spine) -> None:
    assert seen(spine, new_firm()) == NOTHING


@pytest.mark.parametrize("domain", [BIDDING, PROCUREMENT, subject_pb2.DOMAIN_FINANCING])
def test_what_is_told_is_what_a_question_would_meet(
    spine: Spine, domain: subject_pb2.Domain.ValueType
) -> None:
    subject = barred(spine, f"met-{domain}")
    placed(spine.say("法院", event=list_entry("法院", subject, "L-01", "2026-03-01", "2029-03-01")))
    state = spine.engine.state
    record = state.index.get(subject.identifier.value)
    assert record is not None
    question = Question(domain, subject_pb2.SUBJECT_ROLE_UNSPECIFIED, TODAY)
    hits = met(question, record, spine.position, state.edition_at(spine.position, TODAY))
    told = seen(spine, subject, domain).restrictions
    assert [(row.measure_code, row.list_code, row.period, row.status) for row in told] == [
        (hit.restriction.measure.code, hit.restriction.list_code, hit.restriction.period, hit.status)
        for hit in hits
    ]


def test_what_is_over_is_not_told(spine: Spine) -> None:
    subject = barred(spine, "w-over", "2025-03-01", "2026-10-01")
    assert seen(spine, subject).restrictions == ()
    assert len(seen(spine, subject, on=date(2026, 10, 1)).restrictions) == 1


def test_of_another_domain_nothing_is_told(spine: Spine) -> None:
    assert seen(spine, barred(spine, "w-domain"), subject_pb2.DOMAIN_EXIT_ENTRY) == NOTHING


def test_with_lists_named_only_what_they_bring_about_is_told(spine: Spine) -> None:
    subject = barred(spine, "w-lists")
    placed(spine.say("法院", event=list_entry("法院", subject, "L-01", "2026-03-01", "2029-03-01")))
    assert {row.list_code for row in seen(spine, subject, lists={"L-01"}).restrictions} == {"L-01"}
    assert seen(spine, subject, lists={"L-04"}).restrictions == ()
    assert {row.list_code for row in seen(spine, subject).restrictions} == {"L-01", ""}


def test_status_is_told_until_a_note_begins_or_ends_on_a_day_of_its_own(spine: Spine) -> None:
    state, subject = spine.engine.state, barred(spine, "w-noted")
    record = state.index.get(subject.identifier.value)
    assert record is not None
    ban_at = record.grounds[0].position
    noted = replace(
        record,
        marks=(Mark(ban_at, ban_at, MarkKind.STAYED, Period(date(2026, 12, 1), date(2027, 1, 31)), ban_at),),
    )

    def told(day: date) -> tuple[pb.HitStatus.ValueType, date | None]:
        watched = Watched(PROCUREMENT, day, state.edition_at(ban_at, day))
        ((row,), _) = view_of(noted, watched, ban_at, state.index.get)
        return row.status, row.status_until

    assert told(date(2026, 11, 23)) == (pb.HIT_STATUS_IN_FORCE, date(2026, 11, 30))
    assert told(date(2026, 12, 1)) == (pb.HIT_STATUS_STAYED, date(2027, 1, 31))
    assert told(date(2027, 2, 1)) == (pb.HIT_STATUS_IN_FORCE, None)


@pytest.mark.parametrize(
    ("linked", "relations"),
    [
        (succession, (pb.SUBJECT_RELATION_SAME, pb.SUBJECT_RELATION_SAME)),
        (merger, (pb.SUBJECT_RELATION_SURVIVING, pb.SUBJECT_RELATION_ABSORBED)),
        (branch_of, (pb.SUBJECT_RELATION_PARENT, pb.SUBJECT_RELATION_BRANCH)),
    ],
)
def test_link_is_told_at_both_ends_until_it_is_withdrawn(spine: Spine, linked: Any, relations: Any) -> None:
    name = linked.__name__
    kind = subject_pb2.SUBJECT_KIND_BRANCH if linked is branch_of else subject_pb2.SUBJECT_KIND_ENTERPRISE
    one, other = new_firm(kind), new_firm()
    position = placed(spine.say(MARKET, f"w-{name}", subject_link=linked(one, other)))
    ((first,), (second,)) = (seen(spine, each).ties for each in (one, other))
    assert (first.relation, second.relation) == relations
    assert (first.other, second.other) == (other.identifier.value, one.identifier.value)
    assert {first.position, second.position} == {position}
    placed(spine.say(MARKET, withdrawal=withdrawal(MARKET, f"w-{name}")))
    assert seen(spine, one).ties == seen(spine, other).ties == ()
    assert len(seen(spine, one, at=position).ties) == 1


def test_code_of_before_is_no_tie(spine: Spine) -> None:
    subject = new_firm()
    placed(spine.say(MARKET, subject_link=alternate(old_code(subject), subject)))
    assert seen(spine, subject).ties == ()
