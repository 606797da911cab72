"""Deliveries of lists; red lists: publicised first, long enough, then granted once if nothing stands against
it (河南省社会信用条例 第二十八条 as comparator)."""

import itertools
from collections.abc import Iterator

import pytest

from demo.departments import OPERATOR
from registry.commands.sequencer import Outcome
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
    target,
    withdrawal,
)
from tests.support.spine import Spine, found_spine, furnish

_ids = itertools.count(1)
PATH, GRANT = "red_list_candidacy", "red_list_grant"


@pytest.fixture(scope="module")
def spine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spine]:
    """A registry in which 税务 grants R-01, 市场监管 R-04 (five working days) and 信用办 R-03."""
    furnished = furnish(found_spine(tmp_path_factory.mktemp("law") / "registry"))
    for key, code in (("税务", "R-01"), ("市场监管", "R-04"), (OPERATOR.key, "R-03")):
        wider = registration(key, categories=["E-60"], lists=[code])
        placed(furnished.say(OPERATOR.key, department_registration=wider))
    yield furnished
    furnished.engine.close()


def publicised(spine: Spine, subject: Subject) -> str:
    """The id of a candidacy for R-04 from 2026-05-06 to 2026-05-20."""
    statement_id = f"c-{next(_ids)}"
    candidate = candidacy("市场监管", subject, "R-04", "2026-05-06", "2026-05-20")
    placed(spine.say("市场监管", statement_id, red_list_candidacy=candidate))
    return statement_id


def granted(spine: Spine, statement_id: str, first: str = "2026-06-01", until: str = "2028-06-01") -> Outcome:
    """What the registry says to a grant of R-04."""
    return spine.say("市场监管", red_list_grant=grant("市场监管", statement_id, first, until))


# --- deliveries -----------------------------------------------------------------------------------


def test_list_is_delivered_by_who_keeps_it_and_up_to_a_day_that_has_come(spine: Spine) -> None:
    placed(spine.say("法院", delivery=delivery("L-01", "2026-11-23")))
    refused = refusal(spine.say("法院", delivery=delivery("L-01", "2026-11-24")))
    assert refused == {("DATE_IN_FUTURE", "delivery.as_of")}
    refused = refusal(spine.say("法院", delivery=delivery("L-03", "2026-11-23")))
    assert refused == {("LIST_OUTSIDE_MANDATE", "delivery.list_code")}
    assert refusal(spine.say("法院", delivery=delivery("L-01", "本月"))) == {
        ("DATE_INVALID", "delivery.as_of")
    }
    assert refusal(spine.say("法院", delivery=delivery("L-01", ""))) == {("FIELD_REQUIRED", "delivery.as_of")}


def test_red_list_is_not_delivered_it_is_granted(spine: Spine) -> None:
    refused = refusal(spine.say("税务", delivery=delivery("R-01", "2026-11-23")))
    assert refused == {("LIST_OUTSIDE_MANDATE", "delivery.list_code")}


def test_delivery_is_neither_withdrawn_nor_corrected(spine: Spine) -> None:
    """A later one takes its place."""
    placed(spine.say("法院", "d", delivery=delivery("L-01", "2026-11-22")))
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


@pytest.mark.parametrize("last", ["2026-05-05", "2026-05-06", "2026-05-11"])
def test_notice_lasts_five_working_days_of_which_the_first_is_not_counted(spine: Spine, last: str) -> None:
    """2026-05-06 is a Wednesday; Saturday the 9th is worked for Labour Day, so the fifth is the 12th."""
    short = candidacy("市场监管", new_firm(), "R-04", "2026-05-06", last)
    refused = refusal(spine.say("市场监管", red_list_candidacy=short))
    assert refused == {("PUBLIC_NOTICE_REQUIRED", f"{PATH}.publicised_until")}
    enough = candidacy("市场监管", new_firm(), "R-04", "2026-05-06", "2026-05-12")
    placed(spine.say("市场监管", red_list_candidacy=enough))


def test_nothing_is_granted_unannounced_even_where_the_rule_names_no_number_of_days(spine: Spine) -> None:
    same_day = candidacy("税务", new_firm(), "R-01", "2026-05-06", "2026-05-06")
    refused = refusal(spine.say("税务", red_list_candidacy=same_day))
    assert refused == {("PUBLIC_NOTICE_REQUIRED", f"{PATH}.publicised_until")}


def test_candidate_is_of_a_kind_that_the_red_list_is_for(spine: Spine) -> None:
    someone = candidacy("市场监管", new_person(), "R-04", "2026-05-06", "2026-05-20")
    refused = refusal(spine.say("市场监管", red_list_candidacy=someone))
    assert refused == {("MEASURE_NOT_FOR_SUBJECT_KIND", f"{PATH}.subject.kind")}


def test_candidate_and_its_document_are_checked_and_all_faults_are_told(spine: Spine) -> None:
    bare = pb.RedListCandidacy(list_code="R-04")
    assert refusal(spine.say("市场监管", red_list_candidacy=bare)) >= {
        ("FIELD_REQUIRED", f"{PATH}.subject.name"),
        ("FIELD_REQUIRED", f"{PATH}.subject.kind"),
        ("DOCUMENT_REQUIRED", f"{PATH}.document.number"),
        ("LEGAL_BASIS_REQUIRED", f"{PATH}.legal_basis"),
        ("FIELD_REQUIRED", f"{PATH}.publicised_from"),
        ("FIELD_REQUIRED", f"{PATH}.publicised_until"),
    }


def test_candidacy_is_withdrawn_and_not_corrected_repaired_or_lifted(spine: Spine) -> None:
    key, subject = "市场监管", new_firm()
    statement_id = publicised(spine, subject)
    corrected = correction(key, statement_id, penalty(key, subject))
    assert refusal(spine.say(key, correction=corrected)) == {("TARGET_NOT_AN_EVENT", "correction.target")}
    repaired = repair(key, statement_id, "2026-08-01")
    assert refusal(spine.say(key, repair=repaired)) == {("REPAIR_NOT_AVAILABLE", "repair.target")}
    lifted = lifting(key, statement_id, "2026-08-01")
    refused = refusal(spine.say(key, lifting=lifted))
    assert refused == {("LIFTING_NOT_AVAILABLE", "lifting.measure_code")}
    placed(spine.say(key, withdrawal=withdrawal(key, statement_id)))


# --- grants ---------------------------------------------------------------------------------------


def test_candidate_is_granted_after_the_notice_has_ended(spine: Spine) -> None:
    statement_id = publicised(spine, new_firm())
    refused = refusal(granted(spine, statement_id, "2026-05-20", "2028-05-20"))
    assert refused == {("PUBLIC_NOTICE_REQUIRED", f"{GRANT}.from")}
    placed(granted(spine, statement_id, "2026-05-21", "2028-05-21"))


def test_candidate_is_not_granted_while_the_notice_runs_even_for_later(spine: Spine) -> None:
    running = candidacy("市场监管", new_firm(), "R-04", "2026-11-16", "2026-11-23")
    placed(spine.say("市场监管", "running", red_list_candidacy=running))
    paper = document("市场监管", "2026-11-23")
    ahead = grant("市场监管", "running", "2026-12-01", "2028-12-01", document=paper)
    refused = refusal(spine.say("市场监管", red_list_grant=ahead))
    assert refused == {("PUBLIC_NOTICE_REQUIRED", f"{GRANT}.from")}


@pytest.mark.parametrize("until", ["", "2099-12-31", "2028-06-02"])
def test_grant_lasts_no_longer_than_the_red_list_allows(spine: Spine, until: str) -> None:
    statement_id = publicised(spine, new_firm())
    refused = refusal(granted(spine, statement_id, until=until))
    assert refused == {("TERM_OUT_OF_BOUNDS", f"{GRANT}.until")}
    placed(granted(spine, statement_id, until="2028-06-01"))


def test_grant_is_of_a_red_list_that_is_still_law(spine: Spine) -> None:
    """R-04 became law on 2014-11-01; before, nothing could be granted by it."""
    statement_id = publicised(spine, new_firm())
    refused = refusal(granted(spine, statement_id, "2014-10-31", "2015-10-31"))
    assert ("LIST_NOT_IN_EDITION", f"{GRANT}.from") in refused


def test_candidate_is_granted_once_for_each_notice(spine: Spine) -> None:
    subject = new_firm()
    statement_id = publicised(spine, subject)
    first = grant("市场监管", statement_id, "2026-06-01", "2026-09-01")
    placed(spine.say("市场监管", "granted-once", red_list_grant=first))
    again = {("TARGET_ALREADY_ENDED", f"{GRANT}.target")}
    assert refusal(granted(spine, statement_id, "2026-10-01", "2027-10-01")) == again
    placed(granted(spine, publicised(spine, subject), "2026-10-01", "2027-10-01"))
    assert refusal(granted(spine, statement_id)) == again


def test_candidate_whose_grant_was_withdrawn_may_be_granted_again(spine: Spine) -> None:
    statement_id = publicised(spine, new_firm())
    placed(
        spine.say(
            "市场监管", "mistaken", red_list_grant=grant("市场监管", statement_id, "2026-06-01", "2028-06-01")
        )
    )
    placed(spine.say("市场监管", withdrawal=withdrawal("市场监管", "mistaken")))
    placed(granted(spine, statement_id))


def test_grant_is_of_a_candidacy_that_stands_and_of_the_same_department(spine: Spine) -> None:
    subject = new_firm()
    placed(spine.say("市场监管", "a-penalty", event=penalty("市场监管", subject)))
    refused = refusal(granted(spine, "a-penalty"))
    assert refused == {("TARGET_NOT_AN_EVENT", f"{GRANT}.target")}
    assert refusal(granted(spine, "none")) == {("TARGET_UNKNOWN", f"{GRANT}.target")}
    statement_id = publicised(spine, new_firm())
    foreign = grant("税务", statement_id, "2026-06-01", "2027-06-01", target=target("市场监管", statement_id))
    refused = refusal(spine.say("税务", red_list_grant=foreign))
    assert refused == {("TARGET_OF_ANOTHER_DEPARTMENT", f"{GRANT}.target.department")}
    placed(spine.say("市场监管", withdrawal=withdrawal("市场监管", statement_id)))
    assert refusal(granted(spine, statement_id)) == {("TARGET_ALREADY_ENDED", f"{GRANT}.target")}


def test_candidate_is_not_granted_while_an_objection_is_open(spine: Spine) -> None:
    statement_id = publicised(spine, new_firm())
    noted = objection("市场监管", statement_id, "2026-05-08")
    placed(spine.say(OPERATOR.key, status_note=noted))
    refused = refusal(granted(spine, statement_id))
    assert refused == {("PUBLIC_NOTICE_REQUIRED", f"{GRANT}.target")}
    settled = note("市场监管", statement_id, pb.NOTED_STATUS_OBJECTION_SETTLED, "2026-05-18")
    placed(spine.say("市场监管", status_note=settled))
    placed(granted(spine, statement_id))


def test_candidate_is_not_granted_while_something_negative_stands(spine: Spine) -> None:
    """law.md §7: before granting, check that there is no negative record."""
    barred = ban("财政", firm(1), "M-PRO-01", "2026-03-01", "2028-03-01")
    fined = penalty("财政", firm(1), content=fields(cflb="吊销许可证件"), severity=pb.SEVERITY_SERIOUS)
    listed = list_entry("法院", firm(1), "L-01", "2026-03-01")
    for key, event in (("财政", barred), ("财政", fined), ("法院", listed)):
        subject = new_firm()
        event.subject.CopyFrom(subject)
        against = f"against-{next(_ids)}"
        placed(spine.say(key, against, event=event))
        statement_id = publicised(spine, subject)
        refused = refusal(granted(spine, statement_id))
        assert refused == {("NEGATIVE_RECORD_STANDS", f"{GRANT}.target")}
        placed(spine.say(key, withdrawal=withdrawal(key, against)))
        placed(granted(spine, statement_id))


def test_grant_rests_on_a_document(spine: Spine) -> None:
    bare = grant("市场监管", publicised(spine, new_firm()), "2026-06-01", "2028-06-01")
    bare.ClearField("document")
    refused = refusal(spine.say("市场监管", red_list_grant=bare))
    assert ("DOCUMENT_REQUIRED", f"{GRANT}.document.number") in refused
