"""The verdict on a bid: the worst member decides, and who does not decide."""

import pytest

from registry.sanctions.tender import Bid, Member, bids_of
from registry.sanctions.verdict import Decision
from registry.v1 import subject_pb2
from registry.v1.verdict_pb2 import (
    INDETERMINATE_REASON_CODE_INVALID,
    INDETERMINATE_REASON_SOURCE_STALE,
    INDETERMINATE_REASON_SUBJECT_UNKNOWN,
    VERDICT_BLOCKED,
    VERDICT_CLEAR,
    VERDICT_INDETERMINATE,
    VERDICT_REVIEW,
    IndeterminateReason,
    Verdict,
)

BIDDER, MEMBER = subject_pb2.SUBJECT_ROLE_BIDDER, subject_pb2.SUBJECT_ROLE_CONSORTIUM_MEMBER
HEAD = subject_pb2.SUBJECT_ROLE_LEGAL_REPRESENTATIVE
EVALUATOR = subject_pb2.SUBJECT_ROLE_EVALUATOR
UNKNOWN = INDETERMINATE_REASON_SUBJECT_UNKNOWN


def firm(verdict: Verdict.ValueType, bid: str = "甲") -> Member:
    return Member(bid, BIDDER, False, Decision(verdict))


def nobody_knows(
    role: subject_pb2.SubjectRole.ValueType,
    *,
    personal: bool,
    reason: IndeterminateReason.ValueType = UNKNOWN,
    bid: str = "甲",
) -> Member:
    return Member(bid, role, personal, Decision(VERDICT_INDETERMINATE, indeterminate=reason))


@pytest.mark.parametrize(
    ("verdicts", "worst", "decided_by"),
    [
        ([VERDICT_CLEAR, VERDICT_CLEAR], VERDICT_CLEAR, (0, 1)),
        ([VERDICT_CLEAR, VERDICT_REVIEW], VERDICT_REVIEW, (1,)),
        ([VERDICT_REVIEW, VERDICT_INDETERMINATE, VERDICT_CLEAR], VERDICT_INDETERMINATE, (1,)),
        ([VERDICT_BLOCKED, VERDICT_INDETERMINATE, VERDICT_BLOCKED], VERDICT_BLOCKED, (0, 2)),
    ],
)
def test_worst_member_decides_the_bid(
    verdicts: list[Verdict.ValueType], worst: Verdict.ValueType, decided_by: tuple[int, ...]
) -> None:
    assert bids_of([firm(verdict) for verdict in verdicts]) == [Bid("甲", worst, decided_by)]


def test_bids_come_in_the_order_of_first_mention_with_places_among_all_parties() -> None:
    members = [
        firm(VERDICT_CLEAR, "乙"),
        firm(VERDICT_BLOCKED, ""),
        firm(VERDICT_REVIEW, "甲"),
        firm(VERDICT_CLEAR, "乙"),
    ]
    assert bids_of(members) == [Bid("乙", VERDICT_CLEAR, (0, 3)), Bid("甲", VERDICT_REVIEW, (2,))]


@pytest.mark.parametrize("role", [HEAD, subject_pb2.SUBJECT_ROLE_PROJECT_MANAGER, EVALUATOR])
def test_person_of_whom_nothing_is_recorded_does_not_decide_the_bid_for_which_he_acts(
    role: subject_pb2.SubjectRole.ValueType,
) -> None:
    members = [firm(VERDICT_CLEAR), nobody_knows(role, personal=True)]
    assert bids_of(members) == [Bid("甲", VERDICT_CLEAR, (0,))]


@pytest.mark.parametrize("verdict", [VERDICT_REVIEW, VERDICT_BLOCKED])
def test_what_falls_on_the_role_of_a_person_counts_for_the_bid(verdict: Verdict.ValueType) -> None:
    members = [firm(VERDICT_CLEAR), Member("甲", HEAD, True, Decision(verdict))]
    assert bids_of(members) == [Bid("甲", verdict, (1,))]


@pytest.mark.parametrize("reason", [INDETERMINATE_REASON_CODE_INVALID, INDETERMINATE_REASON_SOURCE_STALE])
def test_person_who_could_not_be_looked_up_decides(reason: IndeterminateReason.ValueType) -> None:
    members = [firm(VERDICT_CLEAR), nobody_knows(HEAD, personal=True, reason=reason)]
    assert bids_of(members) == [Bid("甲", VERDICT_INDETERMINATE, (1,))]


@pytest.mark.parametrize("role", [BIDDER, MEMBER])
@pytest.mark.parametrize("personal", [True, False])
def test_bidder_of_whom_nothing_is_recorded_decides_be_it_a_company_or_a_person(
    role: subject_pb2.SubjectRole.ValueType, personal: bool
) -> None:
    members = [firm(VERDICT_CLEAR), nobody_knows(role, personal=personal)]
    assert bids_of(members) == [Bid("甲", VERDICT_INDETERMINATE, (1,))]


def test_bid_of_which_nobody_decides_is_not_clear() -> None:
    assert bids_of([nobody_knows(HEAD, personal=True)]) == [Bid("甲", VERDICT_INDETERMINATE, (0,))]
