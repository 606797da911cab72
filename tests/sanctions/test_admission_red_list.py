"""Deliveries of lists; red lists: publicised first, long enough, then granted once if nothing stands against
it (河南省社会信用条例 第二十八条 as comparator)."""

import itertools
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from demo.departments import OPERATOR
from registry.commands.jobs import Outcome
from registry.domain.periods import add_months, china_day
from registry.v1 import statement_pb2 as pb
from registry.v1.subject_pb2 import Subject
from tests.support.events import (
    ban,
    candidacy,
    correction,
    delivery,
    document,
    fields,
    firm,
    grant,
    lifting,
    list_entry,
    new_firm,
    new_person,
    note,
    objection,
    penalty,
    placed,
    refusal,
    registration,
    repair,
    succession,
    target,
    withdrawal,
)
from tests.support.spine import Spine, found_spine, furnish

_ids = itertools.count(1)
KEY = "市场监管"
PATH, GRANT = "red_list_candidacy", "red_list_grant"
TODAY, LAST = date(2026, 5, 6), date(2026, 5, 20)
"""The day on which candidates are publicised, and the last day of their notice."""


@pytest.fixture
def spine(tmp_path: Path) -> Iterator[Spine]:
    """A registry on 2026-05-06 in which 税务 grants R-01, 市场监管 R-04 (five working days)."""
    furnished = furnish(found_spine(tmp_path / "registry", TODAY), ["税务", KEY, "财政", "法院"])
    for key, code in (("税务", "R-01"), (KEY, "R-04")):
        wider = registration(key, categories=["E-60"], lists=[code])
        placed(furnished.say(OPERATOR.key, department_registration=wider))
    yield furnished
    furnished.engine.close()


def publicise(spine: Spine, subject: Subject, first: date = TODAY, last: date = LAST) -> Outcome:
    """What the registry says to a candidacy for R-04."""
    candidate = candidacy(KEY, subject, "R-04", first.isoformat(), last.isoformat())
    return spine.say(KEY, f"c-{next(_ids)}", red_list_candidacy=candidate)


def publicised(spine: Spine, subject: Subject) -> str:
    """The id of a candidacy for R-04, whose notice has ended when this returns."""
    today = china_day(spine.clock())
    outcome = publicise(spine, subject, today, today + timedelta(days=14))
    placed(outcome)
    spine.clock.move_to(today + timedelta(days=15))
    return outcome.statement_id


def granted(spine: Spine, statement_id: str, first: date | None = None, until: str | None = None) -> Outcome:
    """What the registry says to a grant of R-04, from today on for two years unless said otherwise."""
    begins = first or china_day(spine.clock())
    ends = add_months(begins, 24).isoformat() if until is None else until
    paper = document(KEY, min(begins, china_day(spine.clock())).isoformat())
    return spine.say(KEY, red_list_grant=grant(KEY, statement_id, begins.isoformat(), ends, document=paper))


# --- deliveries -----------------------------------------------------------------------------------


def test_list_is_delivered_by_who_keeps_it_and_up_to_a_day_that_has_come(spine: Spine) -> None:
    placed(spine.say("法院", delivery=delivery("L-01", "2026-05-06")))
    refused = refusal(spine.say("法院", delivery=delivery("L-01", "2026-05-07")))
    assert refused == {("DATE_IN_FUTURE", "delivery.as_of")}
    refused = refusal(spine.say("法院", delivery=delivery("L-03", "2026-05-06")))
    assert refused == {("LIST_OUTSIDE_MANDATE", "delivery.list_code")}
    assert refusal(spine.say("法院", delivery=delivery("L-01", "本月"))) == {
        ("DATE_INVALID", "delivery.as_of")
    }
    assert refusal(spine.say("法院", delivery=delivery("L-01", ""))) == {("FIELD_REQUIRED", "delivery.as_of")}


def test_red_list_is_not_delivered_it_is_granted(spine: Spine) -> None:
    refused = refusal(spine.say("税务", delivery=delivery("R-01", "2026-05-06")))
    assert refused == {("LIST_OUTSIDE_MANDATE", "delivery.list_code")}


def test_delivery_is_neither_withdrawn_nor_corrected(spine: Spine) -> None:
    """A later one takes its place."""
    placed(spine.say("法院", "d", delivery=delivery("L-01", "2026-05-05")))
    refused = refusal(spine.say("法院", withdrawal=withdrawal("法院", "d")))
    assert refused == {("TARGET_NOT_AN_EVENT", "withdrawal.target")}


# --- candidacies (公示) ---------------------------------------------------------------------------


def test_red_list_is_not_stated_as_a_plain_event(spine: Spine) -> None:
    plain = pb.Event(subject=firm(1), category="E-60", legal_basis=["国发〔2016〕33号"])
    refused = refusal(spine.say("税务", event=plain))
    assert refused == {("PUBLIC_NOTICE_REQUIRED", "event.category")}


def test_department_publicises_for_the_red_lists_it_grants_alone(spine: Spine) -> None:
    foreign = candidacy("税务", firm(1), "R-04", "2026-05-06", "2026-05-20")
    refused = refusal(spine.say("税务", red_list_candidacy=foreign))
    assert refused == {("LIST_OUTSIDE_MANDATE", f"{PATH}.list_code")}


def test_list_of_offenders_is_no_red_list(spine: Spine) -> None:
    wrong = candidacy("税务", firm(1), "L-03", "2026-05-06", "2026-05-20")
    refused = refusal(spine.say("税务", red_list_candidacy=wrong))
    assert refused == {("LIST_NOT_IN_EDITION", f"{PATH}.list_code")}


@pytest.mark.parametrize("last", [5, 6, 11])
def test_notice_lasts_five_working_days_of_which_the_first_is_not_counted(spine: Spine, last: int) -> None:
    """2026-05-06 is a Wednesday; Saturday the 9th is worked for Labour Day, so the fifth is the 12th."""
    refused = refusal(publicise(spine, new_firm(), last=date(2026, 5, last)))
    assert refused == {("PUBLIC_NOTICE_REQUIRED", f"{PATH}.publicised_until")}
    placed(publicise(spine, new_firm(), last=date(2026, 5, 12)))


def test_notice_that_was_over_before_anybody_could_look_it_up_is_none(spine: Spine) -> None:
    """Days count from the registry's receipt on, whatever first day the notice names."""
    refused = refusal(publicise(spine, new_firm(), date(2026, 4, 1), date(2026, 5, 11)))
    assert refused == {("PUBLIC_NOTICE_REQUIRED", f"{PATH}.publicised_until")}
    placed(publicise(spine, new_firm(), date(2026, 4, 1), date(2026, 5, 12)))


def test_nothing_is_granted_unannounced_even_where_the_rule_names_no_number_of_days(spine: Spine) -> None:
    same_day = candidacy("税务", new_firm(), "R-01", "2026-05-06", "2026-05-06")
    refused = refusal(spine.say("税务", red_list_candidacy=same_day))
    assert refused == {("PUBLIC_NOTICE_REQUIRED", f"{PATH}.publicised_until")}


def test_candidate_is_of_a_kind_that_the_red_list_is_for(spine: Spine) -> None:
    refused = refusal(publicise(spine, new_person()))
    assert refused == {("MEASURE_NOT_FOR_SUBJECT_KIND", f"{PATH}.subject.kind")}


def test_candidate_and_its_document_are_checked_and_all_faults_are_told(spine: Spine) -> None:
    bare = pb.RedListCandidacy(list_code="R-04")
    assert refusal(spine.say(KEY, red_list_candidacy=bare)) >= {
        ("FIELD_REQUIRED", f"{PATH}.subject.name"),
        ("FIELD_REQUIRED", f"{PATH}.subject.kind"),
        ("DOCUMENT_REQUIRED", f"{PATH}.document.number"),
        ("LEGAL_BASIS_REQUIRED", f"{PATH}.legal_basis"),
        ("FIELD_REQUIRED", f"{PATH}.publicised_from"),
        ("FIELD_REQUIRED", f"{PATH}.publicised_until"),
    }


def test_candidacy_is_withdrawn_and_not_corrected_repaired_or_lifted(spine: Spine) -> None:
    subject = new_firm()
    statement_id = publicised(spine, subject)
    corrected = correction(KEY, statement_id, penalty(KEY, subject))
    assert refusal(spine.say(KEY, correction=corrected)) == {("TARGET_NOT_AN_EVENT", "correction.target")}
    repaired = repair(KEY, statement_id, "2026-05-20")
    assert refusal(spine.say(KEY, repair=repaired)) == {("REPAIR_NOT_AVAILABLE", "repair.target")}
    lifted = lifting(KEY, statement_id, "2026-05-20")
    refused = refusal(spine.say(KEY, lifting=lifted))
    assert refused == {("LIFTING_NOT_AVAILABLE", "lifting.measure_code")}
    placed(spine.say(KEY, withdrawal=withdrawal(KEY, statement_id)))


# --- grants ---------------------------------------------------------------------------------------


def test_candidate_is_granted_after_the_notice_has_ended(spine: Spine) -> None:
    statement_id = publicised(spine, new_firm())
    refused = refusal(granted(spine, statement_id, LAST))
    assert refused == {("PUBLIC_NOTICE_REQUIRED", f"{GRANT}.from")}
    placed(granted(spine, statement_id, LAST + timedelta(days=1)))


def test_candidate_is_not_granted_while_the_notice_runs_even_for_later(spine: Spine) -> None:
    outcome = publicise(spine, new_firm())
    spine.clock.move_to(LAST)
    refused = refusal(granted(spine, outcome.statement_id, LAST + timedelta(days=9)))
    assert refused == {("PUBLIC_NOTICE_REQUIRED", f"{GRANT}.from")}
    spine.clock.move_to(LAST + timedelta(days=1))
    placed(granted(spine, outcome.statement_id, LAST + timedelta(days=9)))


@pytest.mark.parametrize("until", ["", "2099-12-31", "2028-05-22"])
def test_grant_lasts_no_longer_than_the_red_list_allows(spine: Spine, until: str) -> None:
    statement_id = publicised(spine, new_firm())
    refused = refusal(granted(spine, statement_id, until=until))
    assert refused == {("TERM_OUT_OF_BOUNDS", f"{GRANT}.until")}
    placed(granted(spine, statement_id, until="2028-05-21"))


def test_grant_is_of_a_red_list_that_is_law(spine: Spine) -> None:
    """R-04 became law on 2014-11-01; before, nothing could be granted by it."""
    statement_id = publicised(spine, new_firm())
    refused = refusal(granted(spine, statement_id, date(2014, 10, 31)))
    assert ("LIST_NOT_IN_EDITION", f"{GRANT}.from") in refused


def test_candidate_is_granted_once_for_each_notice(spine: Spine) -> None:
    subject, again = new_firm(), {("TARGET_ALREADY_ENDED", f"{GRANT}.target")}
    statement_id = publicised(spine, subject)
    placed(granted(spine, statement_id, until="2026-06-20"))
    spine.clock.move_to(date(2026, 7, 1))
    assert refusal(granted(spine, statement_id)) == again
    second = publicised(spine, subject)
    assert refusal(granted(spine, statement_id)) == again
    placed(granted(spine, second))


def test_candidate_is_granted_by_its_latest_notice(spine: Spine) -> None:
    """To the later notice objections may have been made."""
    subject = new_firm()
    first = publicised(spine, subject)
    second = publicised(spine, subject)
    refused = refusal(granted(spine, first))
    assert refused == {("TARGET_ALREADY_ENDED", f"{GRANT}.target")}
    placed(granted(spine, second))


def test_notice_is_used_up_even_if_the_grant_was_withdrawn(spine: Spine) -> None:
    statement_id = publicised(spine, new_firm())
    outcome = granted(spine, statement_id)
    placed(outcome)
    placed(spine.say(KEY, withdrawal=withdrawal(KEY, outcome.statement_id)))
    refused = refusal(granted(spine, statement_id))
    assert refused == {("TARGET_ALREADY_ENDED", f"{GRANT}.target")}


def test_notice_is_not_withdrawn_while_its_grant_stands(spine: Spine) -> None:
    statement_id = publicised(spine, new_firm())
    outcome = granted(spine, statement_id)
    refused = refusal(spine.say(KEY, withdrawal=withdrawal(KEY, statement_id)))
    assert refused == {("STATUS_NOT_APPLICABLE", "withdrawal.target")}
    placed(spine.say(KEY, withdrawal=withdrawal(KEY, outcome.statement_id)))
    placed(spine.say(KEY, withdrawal=withdrawal(KEY, statement_id)))


def test_department_that_may_grant_no_longer_grants_nothing(spine: Spine) -> None:
    statement_id = publicised(spine, new_firm())
    placed(spine.say(OPERATOR.key, department_registration=registration(KEY)))
    refused = refusal(granted(spine, statement_id))
    assert refused == {("LIST_OUTSIDE_MANDATE", f"{GRANT}.target")}


def test_grant_is_of_a_candidacy_that_stands_and_of_the_same_department(spine: Spine) -> None:
    placed(spine.say(KEY, "a-penalty", event=penalty(KEY, new_firm())))
    refused = refusal(granted(spine, "a-penalty"))
    assert refused == {("TARGET_NOT_AN_EVENT", f"{GRANT}.target")}
    assert refusal(granted(spine, "none")) == {("TARGET_UNKNOWN", f"{GRANT}.target")}
    statement_id = publicised(spine, new_firm())
    foreign = grant("税务", statement_id, "2026-05-21", "2027-05-20", target=target(KEY, statement_id))
    refused = refusal(spine.say("税务", red_list_grant=foreign))
    assert refused == {("TARGET_OF_ANOTHER_DEPARTMENT", f"{GRANT}.target.department")}
    placed(spine.say(KEY, withdrawal=withdrawal(KEY, statement_id)))
    assert refusal(granted(spine, statement_id)) == {("TARGET_ALREADY_ENDED", f"{GRANT}.target")}


def test_candidate_is_not_granted_while_an_objection_is_open(spine: Spine) -> None:
    statement_id = publicised(spine, new_firm())
    placed(spine.say(OPERATOR.key, status_note=objection(KEY, statement_id, "2026-05-08")))
    refused = refusal(granted(spine, statement_id))
    assert refused == {("PUBLIC_NOTICE_REQUIRED", f"{GRANT}.target")}
    settled = note(KEY, statement_id, pb.NOTED_STATUS_OBJECTION_SETTLED, "2026-05-18")
    placed(spine.say(KEY, status_note=settled))
    placed(granted(spine, statement_id))


AGAINST = [
    ("财政", ban("财政", firm(1), "M-PRO-01", "2026-03-01", "2028-03-01")),
    (
        "财政",
        penalty("财政", firm(1), content=fields(cflb="吊销许可证件"), severity=pb.SEVERITY_SERIOUS),
    ),
    ("法院", list_entry("法院", firm(1), "L-01", "2026-03-01")),
]


@pytest.mark.parametrize(("key", "event"), AGAINST, ids=["ban", "penalty", "list"])
def test_candidate_is_not_granted_while_something_negative_stands(
    spine: Spine, key: str, event: pb.Event
) -> None:
    """law.md §7: before granting, check that there is no negative record."""
    placed(spine.say(key, "against", event=event))
    statement_id = publicised(spine, firm(1))
    refused = refusal(granted(spine, statement_id))
    assert refused == {("NEGATIVE_RECORD_STANDS", f"{GRANT}.target")}
    placed(spine.say(key, withdrawal=withdrawal(key, "against")))
    placed(granted(spine, statement_id))


def test_what_stands_against_the_old_code_stands_against_the_new_one(spine: Spine) -> None:
    placed(spine.say("法院", event=list_entry("法院", firm(1), "L-01", "2026-03-01")))
    placed(spine.say(KEY, subject_link=succession(firm(1), firm(2))))
    refused = refusal(granted(spine, publicised(spine, firm(2))))
    assert refused == {("NEGATIVE_RECORD_STANDS", f"{GRANT}.target")}


def test_grant_rests_on_a_document(spine: Spine) -> None:
    bare = grant(KEY, publicised(spine, new_firm()), "2026-05-21", "2028-05-21")
    bare.ClearField("document")
    refused = refusal(spine.say(KEY, red_list_grant=bare))
    assert ("DOCUMENT_REQUIRED", f"{GRANT}.document.number") in refused
