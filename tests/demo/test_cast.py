"""The cast of the demonstration: its facts are in the files, its expectations agree with its facts."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date

import pytest

from demo import cast, facts, parties
from demo.departments import BY_KEY
from demo.files import FILES, SAMPLES
from demo.records import Decision, Listing, Penalty, Qualification
from registry.domain.identifiers import code_faults
from registry.domain.periods import add_months
from registry.v1 import subject_pb2

EVERYBODY = (*cast.TENDER.everybody(), *cast.OUTSIDE_THE_TENDER)


def restraints(asked: cast.Asked) -> Iterator[tuple[str, date, date | None]]:
    """Measure or list, first and last day, of what is stated about a party; a repair ends an entry."""
    for row in (*facts.DECISIONS, *facts.LISTINGS):
        if row.party != asked.party:
            continue
        if isinstance(row, Decision):
            yield row.measure, row.first, row.last
        else:
            repaired = row.key == cast.REPAIR.target
            yield row.list_code, row.listed_on, cast.REPAIR.effective_on if repaired else row.until


def in_force(asked: cast.Asked, day: date) -> set[str]:
    found = restraints(asked)
    return {code for code, first, last in found if first <= day and (last is None or day <= last)}


PROCUREMENT_BLOCKS = {"M-PRO-01", "M-PRO-02", "M-PRO-03", "L-01", "L-02", "L-03"}
BIDDING_BLOCKS = {"M-BID-01", "M-BID-02", "M-BID-03", "M-BID-04", "M-BID-05"}
BIDDING_REVIEWS = {"L-01", "L-04", "L-06", "L-90"}


@pytest.mark.parametrize("asked", EVERYBODY, ids=lambda asked: asked.party.name)
def test_expected_verdicts_follow_from_the_facts(asked: cast.Asked) -> None:
    if asked.party in parties.NOT_IN_ANY_FILE:
        assert asked.procurement == asked.bidding == cast.NEVER_SETTLED
        return
    for day, procurement, bidding in zip(cast.DATES, asked.procurement, asked.bidding, strict=True):
        codes = in_force(asked, day)
        blocked, review = codes & PROCUREMENT_BLOCKS, codes & {"L-04"}
        assert procurement == (cast.BLOCKED if blocked else cast.REVIEW if review else cast.CLEAR)
        blocked, review = codes & BIDDING_BLOCKS, codes & BIDDING_REVIEWS
        assert bidding == (cast.BLOCKED if blocked else cast.REVIEW if review else cast.CLEAR)


def test_the_tender_has_a_dozen_bidders_a_consortium_and_the_persons_asked_about() -> None:
    single = [bid for bid in cast.TENDER.bids if len(bid.members) == 1]
    assert len(single) == 12
    assert len(cast.TENDER.bids) == 13
    assert {asked.role for asked in cast.TENDER.others} == {
        subject_pb2.SUBJECT_ROLE_AGENCY,
        subject_pb2.SUBJECT_ROLE_EVALUATOR,
        subject_pb2.SUBJECT_ROLE_PROJECT_MANAGER,
        subject_pb2.SUBJECT_ROLE_LEGAL_REPRESENTATIVE,
    }


def test_a_consortium_is_as_bad_as_its_worst_member() -> None:
    consortium = cast.TENDER.bids[-1]
    assert cast.worst(member.procurement[-1] for member in consortium.members) == cast.BLOCKED
    assert cast.worst(member.bidding[-1] for member in consortium.members) == cast.REVIEW


def test_every_verdict_occurs_on_the_day_of_opening() -> None:
    verdicts = {verdict for asked in EVERYBODY for verdict in (asked.procurement[-1], asked.bidding[-1])}
    assert verdicts == {cast.CLEAR, cast.REVIEW, cast.BLOCKED, cast.INDETERMINATE}


def test_codes_of_the_cast_are_right_but_for_the_malformed_one() -> None:
    for party in (*parties.FIRMS, *parties.PERSONS, parties.UNKNOWN):
        assert code_faults(party.identifier.type, party.code) == [], party.name
    assert code_faults(parties.MALFORMED.identifier.type, parties.MALFORMED.code)


def test_nothing_is_stated_about_the_unknown_and_the_malformed_bidder() -> None:
    everything = b"".join(path.read_bytes() for path in SAMPLES.rglob("*.csv"))
    for party in parties.NOT_IN_ANY_FILE:
        assert party.code.encode() not in everything


def cells_delivered_by(department: str) -> set[str]:
    files = [file for file in FILES if file.department == department]
    texts = [(SAMPLES / file.path).read_bytes().decode(file.encoding) for file in files]
    return {cell for text in texts for line in csv.reader(io.StringIO(text, newline="")) for cell in line}


def test_each_fact_is_in_its_departments_files() -> None:
    stated: list[Decision | Listing | Penalty | Qualification] = [*facts.DECISIONS, *facts.LISTINGS]
    for row in (*stated, *facts.PENALTIES, *facts.QUALIFICATIONS):
        assert {row.number, row.party.code} <= cells_delivered_by(row.department), row.number


def test_the_repair_comes_later_than_the_list_allows_at_the_earliest() -> None:
    entry = facts.WAGES_PAID_LATE
    assert cast.REPAIR.target == entry.key
    assert cast.REPAIR.effective_on >= add_months(entry.listed_on, 6)
    assert cast.REPAIR.target.department == BY_KEY[cast.REPAIR.department].office.code


def test_the_withdrawn_decision_is_all_that_stands_against_the_bidder() -> None:
    rows = [row for row in (*facts.DECISIONS, *facts.LISTINGS) if row.party == cast.WITHDRAWAL.party]
    assert rows == [facts.COLLUSION]
    assert (cast.WITHDRAWAL.target, cast.WITHDRAWAL.fallen) == (
        facts.COLLUSION_PENALTY.key,
        (facts.COLLUSION.key,),
    )
    assert cast.WITHDRAWAL.bidding_after == cast.ALWAYS_CLEAR
