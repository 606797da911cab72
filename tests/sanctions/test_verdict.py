"""What holds of every verdict: known and unknown subjects, sources, remedies, days, and no false CLEAR."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from demo.departments import OPERATOR
from registry.access.identity import Caller, CallerRole
from registry.errors import RegistryError
from registry.v1 import restriction_service_pb2, statement_pb2
from registry.v1 import subject_pb2 as pb
from tests.support.events import (
    ask,
    ban,
    candidacy,
    correction,
    event,
    fined,
    firm,
    grant,
    imposed,
    licence,
    list_entry,
    new_firm,
    new_person,
    penalty,
    placed,
    registration,
    repair,
    told,
    withdrawal,
)
from tests.support.spine import ORIGIN, TODAY, Spine, found_spine, furnish

Told = tuple[str, dict[str, str]]
CLEAR: Told = ("CLEAR", {})
UNKNOWN: Told = ("INDETERMINATE SUBJECT_UNKNOWN", {})
BLOCKED = ("BLOCKED", {"M-PRO-01": "BLOCKS MANDATORY"})
NOT_CONNECTED = "INDETERMINATE SOURCE_NOT_CONNECTED"
BIDDING, BUSINESS = pb.DOMAIN_BIDDING, pb.DOMAIN_BUSINESS


@pytest.fixture
def poor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spine]:
    """A registry to which 财政 and 市场监管 alone are connected."""
    spine = furnish(found_spine(tmp_path_factory.mktemp("poor") / "registry"), ["财政", "市场监管"])
    yield spine
    spine.engine.close()


# --- known, unknown, malformed --------------------------------------------------------------------


def test_subject_of_whom_nothing_was_stated_is_never_clear(spine: Spine) -> None:
    for subject in (new_firm(), new_person()):
        for domain in (pb.DOMAIN_PROCUREMENT, BIDDING, BUSINESS, pb.DOMAIN_EXIT_ENTRY):
            assert told(ask(spine, subject, domain)) == UNKNOWN


def test_subject_with_a_licence_and_nothing_else_is_clear(spine: Spine) -> None:
    subject = new_firm()
    placed(spine.say("市场监管", event=licence("市场监管", subject)))
    assert told(ask(spine, subject)) == CLEAR


def test_penalty_without_a_measure_restricts_nothing(spine: Spine) -> None:
    """国办发〔2020〕49号: nothing is counted up or inferred; three fines are still no ban."""
    subject = new_firm()
    for _ in range(3):
        placed(spine.say("财政", event=fined("财政", subject, "2026-03-01", "199", severity=3)))
    assert told(ask(spine, subject)) == CLEAR


@pytest.mark.parametrize("written", ["", " ", "91130902", "9113O902DEM00001X1", "'; DROP TABLE subject"])
def test_code_that_is_none_is_never_clear(spine: Spine, written: str) -> None:
    assert told(spine.ask(written)) == ("INDETERMINATE CODE_INVALID", {})


@pytest.mark.parametrize("kind", [pb.IDENTIFIER_TYPE_UNSPECIFIED, pb.IDENTIFIER_TYPE_RESIDENT_ID, 99])
def test_code_of_a_firm_under_another_type_of_paper_is_never_clear(spine: Spine, kind: int) -> None:
    subject = new_firm()
    placed(spine.say("市场监管", event=licence("市场监管", subject)))
    decision = spine.ask(subject.identifier.value, kind=kind)  # type: ignore[arg-type]
    assert told(decision) == ("INDETERMINATE CODE_INVALID", {})


def test_person_is_not_found_under_a_code_that_imitates_the_keyed_hash(spine: Spine) -> None:
    subject = new_person()
    placed(spine.say("财政", event=penalty("财政", subject)))
    ref = spine.engine.state.vault.ref(subject.identifier.type, subject.identifier.value)
    assert told(spine.ask(ref)) == ("INDETERMINATE CODE_INVALID", {})


# --- sources that law requires to be checked ------------------------------------------------------


def test_nobody_is_clear_in_procurement_before_its_three_lists_are_connected(poor: Spine) -> None:
    subject = new_firm()
    placed(poor.say("市场监管", event=licence("市场监管", subject)))
    assert told(ask(poor, subject)) == (NOT_CONNECTED, {})
    assert told(ask(poor, subject, BIDDING)) == (NOT_CONNECTED, {})
    assert told(ask(poor, subject, BUSINESS)) == CLEAR  # No list is required there.
    furnish(poor, ["税务"])
    assert told(ask(poor, subject)) == (NOT_CONNECTED, {})
    before = poor.position
    furnish(poor, ["法院"])
    assert told(ask(poor, subject)) == CLEAR
    assert told(ask(poor, subject, BIDDING)) == CLEAR
    assert told(ask(poor, subject, at=before)) == (NOT_CONNECTED, {})


def test_list_is_connected_only_while_its_department_has_a_key(poor: Spine) -> None:
    subject = new_firm()
    placed(poor.say("市场监管", event=licence("市场监管", subject)))
    furnish(poor, ["税务", "法院"])
    connected = poor.position
    assert told(ask(poor, subject)) == CLEAR
    revocation = statement_pb2.KeyRevocation(
        keyid=poor.signers["法院"].keyid, reason=statement_pb2.KEY_REVOCATION_REASON_RETIRED
    )
    placed(poor.say("信用办", key_revocation=revocation))
    assert told(ask(poor, subject)) == (NOT_CONNECTED, {})
    assert told(ask(poor, subject, at=connected)) == CLEAR
    poor.reopen()
    assert told(ask(poor, subject)) == (NOT_CONNECTED, {})
    assert told(ask(poor, subject, at=connected)) == CLEAR


def test_block_is_told_and_a_review_is_not_relied_on_while_a_source_is_missing(poor: Spine) -> None:
    subject = new_firm()
    placed(poor.say("财政", event=ban("财政", subject, "M-PRO-01", "2026-03-01", "2028-03-01")))
    assert told(ask(poor, subject)) == BLOCKED
    unstated = ask(poor, subject, pb.DOMAIN_PROCUREMENT, pb.SUBJECT_ROLE_UNSPECIFIED)
    assert told(unstated) == (NOT_CONNECTED, {"M-PRO-01": "NEEDS_REVIEW ROLE_NOT_STATED"})


def test_source_that_lost_its_mandate_is_missing_from_that_position_on(poor: Spine) -> None:
    furnish(poor, ["税务", "法院"])
    subject = new_firm()
    placed(poor.say("市场监管", event=licence("市场监管", subject)))
    assert told(ask(poor, subject)) == CLEAR
    before = poor.position
    narrowed = registration("财政")
    narrowed.mandate.lists.remove("L-02")
    placed(poor.say(OPERATOR.key, department_registration=narrowed))
    assert told(ask(poor, subject)) == (NOT_CONNECTED, {})
    assert told(ask(poor, subject, at=before)) == CLEAR


# --- remedies -------------------------------------------------------------------------------------


def test_withdrawn_ban_blocks_no_more_and_blocked_when_it_was_known(spine: Spine) -> None:
    subject = new_firm()
    placed(spine.say("市场监管", event=licence("市场监管", subject)))
    event = ban("财政", subject, "M-PRO-01", "2026-03-01", "2028-03-01")
    decided = placed(spine.say("财政", "to-withdraw", event=event))
    withdrawn = placed(spine.say("财政", withdrawal=withdrawal("财政", "to-withdraw")))
    assert told(ask(spine, subject)) == CLEAR
    assert told(ask(spine, subject, at=decided - 1)) == CLEAR
    for position in range(decided, withdrawn):
        assert told(ask(spine, subject, at=position)) == BLOCKED
    assert told(ask(spine, subject, at=withdrawn)) == CLEAR


def test_subject_whose_only_statement_was_withdrawn_is_unknown_and_not_clear(spine: Spine) -> None:
    subject = new_firm()
    placed(spine.say("财政", "only", event=penalty("财政", subject)))
    placed(spine.say("财政", withdrawal=withdrawal("财政", "only")))
    assert told(ask(spine, subject)) == UNKNOWN


def test_subject_is_unknown_after_its_only_statement_was_corrected_and_withdrawn_also_on_reopening(
    spine: Spine,
) -> None:
    subject = new_firm()
    placed(spine.say("财政", "first", event=penalty("财政", subject)))
    placed(spine.say("财政", "second", correction=correction("财政", "first", penalty("财政", subject))))
    assert told(ask(spine, subject)) == CLEAR
    placed(spine.say("财政", withdrawal=withdrawal("财政", "second")))
    assert told(ask(spine, subject)) == UNKNOWN
    spine.reopen()
    assert told(ask(spine, subject)) == UNKNOWN


def test_corrected_term_counts_from_the_correction_on(spine: Spine) -> None:
    subject, day = new_firm(), date(2025, 12, 1)
    long = ban("财政", subject, "M-PRO-01", "2024-03-01", "2026-03-01")
    short = ban("财政", subject, "M-PRO-01", "2024-03-01", "2025-03-01")
    stated = placed(spine.say("财政", "long", event=long))
    corrected = placed(spine.say("财政", correction=correction("财政", "long", short)))
    assert told(ask(spine, subject, on=day, at=stated)) == BLOCKED
    assert told(ask(spine, subject, on=day)) == CLEAR
    decision = ask(spine, subject, on=date(2025, 3, 1))
    assert told(decision) == BLOCKED
    assert [hit.restriction.ground.position for hit in decision.hits] == [corrected]


def test_repaired_entry_ends_on_the_day_before_the_repair_takes_effect(spine: Spine) -> None:
    subject = new_firm()
    entry = list_entry("人社", subject, "L-04", "2026-01-01", "2029-01-01")
    listed = placed(spine.say("人社", "to-repair", event=entry))
    placed(spine.say("人社", repair=repair("人社", "to-repair", "2026-07-01")))
    for domain in (pb.DOMAIN_PROCUREMENT, BIDDING):
        assert told(ask(spine, subject, domain, on=date(2026, 6, 30)))[0] == "REVIEW"
        assert told(ask(spine, subject, domain, on=date(2026, 7, 1))) == CLEAR
        assert told(ask(spine, subject, domain, on=date(2026, 7, 1), at=listed))[0] == "REVIEW"


def test_withdrawal_after_a_repair_takes_the_whole_entry_away(spine: Spine) -> None:
    subject = new_firm()
    placed(spine.say("市场监管", event=licence("市场监管", subject)))
    entry = list_entry("人社", subject, "L-04", "2026-01-01", "2029-01-01")
    placed(spine.say("人社", "both", event=entry))
    repaired = placed(spine.say("人社", repair=repair("人社", "both", "2026-07-01")))
    placed(spine.say("人社", withdrawal=withdrawal("人社", "both")))
    assert told(ask(spine, subject, on=date(2026, 6, 30))) == CLEAR
    assert told(ask(spine, subject, on=date(2026, 6, 30), at=repaired))[0] == "REVIEW"


def test_repair_of_one_list_leaves_the_other(spine: Spine) -> None:
    subject = new_firm()
    placed(spine.say("法院", "a", event=list_entry("法院", subject, "L-01", "2025-03-01")))
    placed(spine.say("税务", "b", event=list_entry("税务", subject, "L-03", "2025-03-01", "2028-03-01")))
    placed(spine.say("法院", repair=repair("法院", "a", "2026-05-01")))
    decision = ask(spine, subject)
    assert [hit.restriction.list_code for hit in decision.hits] == ["L-03"]
    assert told(decision)[0] == "BLOCKED"


# --- what never changes a verdict -----------------------------------------------------------------


def test_honour_never_overrides_a_block_nor_makes_one(spine: Spine) -> None:
    granted = registration(OPERATOR.key, categories=["E-11", "E-03-JL"])
    placed(spine.say(OPERATOR.key, department_registration=granted))
    subject, honoured = new_firm(), new_firm()
    placed(spine.say("财政", event=ban("财政", subject, "M-PRO-01", "2026-03-01", "2028-03-01")))
    before = ask(spine, subject)
    for category in ("E-11", "E-03-JL"):
        for one in (subject, honoured):
            honour = event(OPERATOR.key, one, category, "2026-06-01", legal_basis=[])
            placed(spine.say(OPERATOR.key, event=honour))
        assert ask(spine, subject) == before
    assert told(before) == BLOCKED
    assert told(ask(spine, honoured)) == CLEAR


def test_red_list_never_overrides_a_block_nor_makes_one(early: Spine) -> None:
    """守信激励: a red-list entry is the other half of the mission, and no licence to offend (law.md §7)."""
    spine = early
    wider = registration("税务", categories=["E-60"], lists=["R-01"])
    placed(spine.say(OPERATOR.key, department_registration=wider))
    plain, honoured = new_firm(), new_firm()
    publicised = candidacy("税务", honoured, "R-01", "2026-05-06", "2026-05-20")
    placed(spine.say("税务", "A", red_list_candidacy=publicised))
    spine.clock.move_to(TODAY)
    spine.deliver()
    placed(spine.say("税务", red_list_grant=grant("税务", "A", "2026-06-01", "2027-05-31")))
    assert told(ask(spine, honoured)) == CLEAR
    for subject in (plain, honoured):
        placed(spine.say("财政", event=ban("财政", subject, "M-PRO-01", "2026-03-01", "2028-03-01")))
    assert told(ask(spine, honoured)) == told(ask(spine, plain)) == BLOCKED


def test_row_that_is_not_confirmed_is_reviewed_and_never_blocks(spine: Spine) -> None:
    """M-BUS-21: the article was rewritten in 2024 and has not been read again."""
    widened = registration("市场监管", measures=["M-BUS-21"])
    placed(spine.say(OPERATOR.key, department_registration=widened))
    subject = new_person()
    stated = penalty("市场监管", subject, measures=[imposed("M-BUS-21", "2026-03-01", "2029-03-01")])
    placed(spine.say("市场监管", event=stated))
    decision = ask(spine, subject, BUSINESS, pb.SUBJECT_ROLE_LEGAL_REPRESENTATIVE)
    assert told(decision) == ("REVIEW", {"M-BUS-21": "NEEDS_REVIEW LOW_CONFIDENCE"})


def test_supervision_measure_is_shown_and_does_not_touch_participation(spine: Spine) -> None:
    granted = registration("应急", measures=["M-SUP-01"])
    placed(spine.say(OPERATOR.key, department_registration=granted))
    subject = new_firm()
    placed(spine.say("应急", event=penalty("应急", subject, measures=[imposed("M-SUP-01", "2026-03-01")])))
    for domain in (pb.DOMAIN_PROCUREMENT, BIDDING, BUSINESS):
        assert told(ask(spine, subject, domain)) == CLEAR


def test_unrelated_statements_never_change_an_answer(spine: Spine) -> None:
    subject = new_firm()
    placed(spine.say("财政", event=ban("财政", subject, "M-PRO-01", "2026-03-01", "2028-03-01")))
    before = ask(spine, subject)
    placed(spine.say("财政", event=ban("财政", new_firm(), "M-PRO-01", "2026-03-01", "2029-03-01")))
    placed(spine.say("法院", event=list_entry("法院", new_person(), "L-01", "2026-03-01")))
    assert ask(spine, subject) == before


# --- days and instants ----------------------------------------------------------------------------


def test_day_of_the_question_is_the_day_in_china(spine: Spine) -> None:
    """A ban that ends on 2024-02-29 ends at 24:00 in China (民法典 第二百零三条), 16:00 in Greenwich."""
    subject = new_firm()
    placed(spine.say("财政", event=ban("财政", subject, "M-PRO-01", "2022-03-01", "2024-02-29")))
    last = datetime(2024, 2, 29, 23, 59, 59, 999_000, tzinfo=timezone(timedelta(hours=8)))
    for instant, verdict in ((last, "BLOCKED"), (last + timedelta(milliseconds=1), "CLEAR")):
        request = restriction_service_pb2.CheckRequest()
        request.purpose.domain = pb.DOMAIN_PROCUREMENT
        request.matter.role = pb.SUBJECT_ROLE_BIDDER
        request.valid_time.FromDatetime(instant.astimezone(UTC))
        ask_ = spine.engine.ask
        matter = ask_.settle(request, Caller(CallerRole.PROCUREMENT_SYSTEM, "asker", ORIGIN), 1.0)
        found = ask_.find(subject.identifier.type, subject.identifier.value)
        assert told(ask_.decide(found, matter.question, matter))[0] == verdict


@pytest.mark.parametrize(("seconds", "nanos"), [(-(10**15), 0), (10**15, 0), (0, -5), (0, 2_000_000_000)])
def test_instant_that_is_none_is_refused_in_words(spine: Spine, seconds: int, nanos: int) -> None:
    request = restriction_service_pb2.CheckRequest()
    request.purpose.domain = pb.DOMAIN_PROCUREMENT
    request.valid_time.seconds, request.valid_time.nanos = seconds, nanos
    with pytest.raises(RegistryError) as refused:
        spine.engine.ask.settle(request, Caller(CallerRole.PROCUREMENT_SYSTEM, "asker", ORIGIN), 1.0)
    assert [(fault.name, fault.field) for fault in refused.value.faults] == [("FIELD_INVALID", "valid_time")]


def test_last_day_of_the_calendar_may_be_asked_about(spine: Spine) -> None:
    subject = new_firm()
    placed(spine.say("法院", event=list_entry("法院", subject, "L-01", "2026-03-01")))
    assert told(ask(spine, subject, on=date(9999, 12, 31)))[0] == "BLOCKED"


@pytest.mark.parametrize("on", [date(1, 1, 2), date(1949, 10, 1)])
def test_day_before_any_measure_was_law_is_refused_and_never_reads_as_clear(spine: Spine, on: date) -> None:
    subject = new_firm()
    placed(spine.say("法院", event=list_entry("法院", subject, "L-01", "2026-03-01")))
    with pytest.raises(RegistryError) as refused:
        ask(spine, subject, on=on)
    assert [(fault.name, fault.field) for fault in refused.value.faults] == [("FIELD_INVALID", "valid_time")]


def test_statement_that_arrives_late_counts_for_the_days_it_speaks_of_once_it_is_known(spine: Spine) -> None:
    subject, opening = new_firm(), date(2025, 6, 1)
    placed(spine.say("市场监管", event=licence("市场监管", subject)))
    seen = spine.position
    placed(spine.say("财政", event=ban("财政", subject, "M-PRO-01", "2025-03-01", "2026-03-01")))
    assert told(ask(spine, subject, on=opening, at=seen)) == CLEAR
    assert told(ask(spine, subject, on=opening)) == BLOCKED


def test_same_question_has_the_same_answer_every_time(spine: Spine) -> None:
    subject = firm(4711)
    placed(spine.say("财政", event=ban("财政", subject, "M-PRO-01", "2026-03-01", "2028-03-01")))
    answers = {repr(ask(spine, subject, at=spine.position)) for _ in range(20)}
    assert len(answers) == 1
