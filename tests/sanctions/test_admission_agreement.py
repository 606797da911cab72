"""An event agrees with what is recorded: one kind of subject on a code, one document for one term, and what
was ended stays ended."""

from __future__ import annotations

from typing import Any

import pytest

from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2
from registry.v1.subject_pb2 import Scope, Subject
from tests.support.events import (
    ask,
    ban,
    correction,
    document,
    faults,
    fined,
    imposed,
    lifting,
    list_entry,
    new_firm,
    new_person,
    penalty,
    placed,
    refusal,
    repair,
    resumption,
    stay,
    succession,
    told,
    withdrawal,
)
from tests.support.spine import Spine

AGAIN = {("FIELD_INVALID", "event.measures[0].measure_code")}
LISTED_AGAIN = {("FIELD_INVALID", "event.list_code")}
FINANCING, APPLICANT = subject_pb2.DOMAIN_FINANCING, subject_pb2.SUBJECT_ROLE_APPLICANT
NON_LEGAL = subject_pb2.SUBJECT_KIND_NON_LEGAL_ORG


def said(spine: Spine, stated: pb.Event, key: str = "财政") -> set[tuple[str, str]]:
    """Why an event is refused."""
    return refusal(spine.say(key, event=stated))


def by(stated: pb.Event, number: str) -> pb.Event:
    """The event by the document of a number."""
    stated.document.number = number
    return stated


def barred(subject: Subject, first: str, until: str, number: str, **more: Any) -> pb.Event:
    """A ban from procurement of 2026-03-01 by a document of 财政."""
    measures = [imposed("M-PRO-01", first, until, **more)]
    return by(penalty("财政", subject, "2026-03-01", measures=measures), number)


def as_kind(subject: Subject, kind: subject_pb2.SubjectKind.ValueType) -> Subject:
    """The same code and name as another kind of subject."""
    other = Subject()
    other.CopyFrom(subject)
    other.kind = kind
    return other


# --- one document, one term -----------------------------------------------------------------------


def test_document_imposes_a_measure_in_several_regions_for_one_term(spine: Spine) -> None:
    term = ("2026-03-01", "2029-03-01")
    regions = [imposed("M-PRO-01", *term, scope=Scope(region=code)) for code in ("130902", "130903")]
    placed(spine.say("财政", event=penalty("财政", new_firm(), measures=regions)))
    again = penalty("财政", new_firm(), measures=[*regions, regions[0]])
    assert said(spine, again) == {("FIELD_INVALID", "event.measures[2].measure_code")}


@pytest.mark.parametrize(
    ("first", "until", "scope"),
    [
        ("2027-03-01", "2030-03-01", Scope(region="130900")),
        ("2026-03-01", "2028-03-01", Scope(industry="E")),
    ],
    ids=["later", "shorter"],
)
def test_another_scope_is_no_way_to_a_second_term(spine: Spine, first: str, until: str, scope: Scope) -> None:
    both = [
        imposed("M-PRO-01", "2026-03-01", "2029-03-01"),
        imposed("M-PRO-01", first, until, scope=scope),
    ]
    stated = penalty("财政", new_firm(), measures=both)
    assert said(spine, stated) == {("FIELD_INVALID", "event.measures[1].measure_code")}


def test_capacity_is_no_way_to_a_second_term_where_the_first_names_none(spine: Spine) -> None:
    person, representative = new_person(), subject_pb2.CAPACITY_LEGAL_REP
    order = ban("法院", person, "M-EXI-01", "2026-03-01", "2026-09-01")
    second = imposed("M-EXI-01", "2026-09-02", "2027-03-01", capacity=representative)
    order.measures.append(second)
    refused = said(spine, order, "法院")
    assert refused == {("FIELD_INVALID", "event.measures[1].measure_code")}
    del order.measures[1]
    placed(spine.say("法院", event=order))
    order.measures[0].CopyFrom(second)
    assert said(spine, order, "法院") == AGAIN


@pytest.mark.parametrize("number", ["沧财罚〔2026〕77号", "沧财罚 [2026] ７７ 号", "沧财罚（2026）77号"])
def test_document_does_not_impose_a_measure_again_however_its_number_is_written(
    spine: Spine, number: str
) -> None:
    subject = new_firm()
    first = placed(spine.say("财政", event=barred(subject, "2026-03-01", "2029-03-01", "沧财罚〔2026〕77号")))
    again = barred(subject, "2027-03-01", "2030-03-01", number)
    outcome = spine.say("财政", event=again)
    assert refusal(outcome) == AGAIN
    assert f"序号{first}" in faults(outcome)[0].message
    placed(spine.say("财政", event=barred(subject, "2027-03-01", "2030-03-01", "沧财罚〔2026〕78号")))
    placed(spine.say("财政", event=barred(new_firm(), "2026-03-01", "2029-03-01", number)))


def test_document_imposes_another_measure_and_penalises_besides(spine: Spine) -> None:
    subject, number = new_firm(), "沧建罚〔2026〕5号"
    for code in ("M-BID-01", "M-BID-02"):
        placed(spine.say("住建", event=by(ban("住建", subject, code, "2026-03-01", "2028-03-01"), number)))
    placed(spine.say("住建", event=by(fined("住建", subject, "2026-03-01", "5"), number)))


def test_document_imposes_nothing_again_under_the_new_code_of_the_subject(spine: Spine) -> None:
    old, new = new_firm(), new_firm()
    placed(spine.say("财政", event=barred(old, "2026-03-01", "2029-03-01", "沧财罚〔2026〕9号")))
    placed(spine.say("市场监管", subject_link=succession(old, new)))
    again = barred(new, "2027-03-01", "2030-03-01", "沧财罚〔2026〕9号")
    assert said(spine, again) == AGAIN


def test_entry_is_stated_once_by_a_document(spine: Spine) -> None:
    subject = new_firm()
    entry = list_entry("法院", subject, "L-01", "2026-03-01", "2028-03-01")
    placed(spine.say("法院", event=entry))
    entry.effective_from, entry.effective_until = "2027-03-01", "2032-03-01"
    assert said(spine, entry, "法院") == LISTED_AGAIN


def test_correction_takes_the_place_of_what_it_corrects_and_no_other(spine: Spine) -> None:
    subject = new_firm()
    for key, number in (("one", "沧财罚〔2026〕31号"), ("two", "沧财罚〔2026〕32号")):
        name = f"{key}-{subject.identifier.value}"
        placed(spine.say("财政", name, event=barred(subject, "2026-03-01", "2029-03-01", number)))
    shorter = barred(subject, "2026-03-01", "2028-03-01", "沧财罚〔2026〕31号")
    two, one = (f"{key}-{subject.identifier.value}" for key in ("two", "one"))
    refused = refusal(spine.say("财政", correction=correction("财政", two, shorter)))
    assert refused == {("FIELD_INVALID", "correction.replacement.measures[0].measure_code")}
    placed(spine.say("财政", correction=correction("财政", one, shorter)))


def test_what_was_withdrawn_by_mistake_is_stated_again(spine: Spine) -> None:
    subject, stated = new_firm(), "withdrawn-by-mistake"
    event = barred(subject, "2026-03-01", "2029-03-01", "沧财罚〔2026〕40号")
    placed(spine.say("财政", stated, event=event))
    placed(spine.say("财政", withdrawal=withdrawal("财政", stated)))
    placed(spine.say("财政", event=event))


# --- what was ended stays ended -------------------------------------------------------------------


def test_repaired_entry_is_not_stated_again_after_its_withdrawal(spine: Spine) -> None:
    subject, stated = new_firm(), "repaired-and-withdrawn"
    entry = list_entry("人社", subject, "L-04", "2025-03-01", "2028-03-01")
    placed(spine.say("人社", stated, event=entry))
    placed(spine.say("人社", repair=repair("人社", stated, "2026-03-01")))
    placed(spine.say("人社", withdrawal=withdrawal("人社", stated)))
    assert said(spine, entry, "人社") == LISTED_AGAIN
    assert told(ask(spine, subject))[0] != "BLOCKED"
    placed(spine.say("人社", event=by(entry, "沧人社列〔2026〕2号")))  # A new decision lists again.


def test_lifted_measure_is_not_imposed_again_by_its_document(spine: Spine) -> None:
    person, stated = new_person(), "lifted-and-withdrawn"
    order = ban("法院", person, "M-EXI-01", "2026-03-01")
    placed(spine.say("法院", stated, event=order))
    placed(spine.say("法院", lifting=lifting("法院", stated, "2026-06-01")))
    placed(spine.say("法院", withdrawal=withdrawal("法院", stated)))
    assert said(spine, order, "法院") == AGAIN


def test_stayed_ban_is_not_in_force_again_by_stating_it_again(spine: Spine) -> None:
    subject, stated = new_firm(), "stayed-and-withdrawn"
    event = barred(subject, "2026-03-01", "2029-03-01", "沧财罚〔2026〕50号")
    placed(spine.say("财政", stated, event=event))
    placed(spine.say("财政", status_note=stay("财政", stated, "2026-05-01")))
    placed(spine.say("财政", withdrawal=withdrawal("财政", stated)))
    assert said(spine, event) == AGAIN


def test_ban_whose_stay_was_over_is_stated_again_after_a_mistaken_withdrawal(spine: Spine) -> None:
    subject, stated = new_firm(), "resumed-and-withdrawn"
    event = barred(subject, "2026-03-01", "2029-03-01", "沧财罚〔2026〕51号")
    placed(spine.say("财政", stated, event=event))
    placed(spine.say("财政", status_note=stay("财政", stated, "2026-05-01")))
    placed(spine.say("财政", status_note=resumption("财政", stated, "2026-06-01")))
    placed(spine.say("财政", withdrawal=withdrawal("财政", stated)))
    placed(spine.say("财政", event=event))


# --- one code, one kind of subject ----------------------------------------------------------------


def test_second_kind_of_subject_on_a_code_is_refused_and_the_position_told(spine: Spine) -> None:
    subject = new_firm()
    stated = placed(spine.say("财政", event=fined("财政", subject, "2026-03-01", "5")))
    entry = list_entry("法院", as_kind(subject, NON_LEGAL), "L-01", "2026-03-01", "2028-03-01")
    outcome = spine.say("法院", event=entry)
    assert refusal(outcome) == {("SUBJECT_KIND_MISMATCH", "event.subject.kind")}
    assert f"序号{stated}" in faults(outcome)[0].message
    entry.subject.kind = subject.kind
    placed(spine.say("法院", event=entry))


def test_kind_of_a_subject_is_corrected_where_it_was_misstated(spine: Spine) -> None:
    subject, stated = new_firm(), "misstated-kind"
    wrong = fined("财政", as_kind(subject, NON_LEGAL), "2026-03-01", "5")
    placed(spine.say("财政", stated, event=wrong))
    right = fined("财政", subject, "2026-03-01", "5")
    assert said(spine, right) == {("SUBJECT_KIND_MISMATCH", "event.subject.kind")}
    placed(spine.say("财政", correction=correction("财政", stated, right)))
    placed(spine.say("财政", event=fined("财政", subject, "2026-04-01", "5")))


def test_defaulting_partnership_may_not_manage_private_funds(spine: Spine) -> None:
    """私募投资基金监督管理条例 第七条: 管理人由公司或者合伙企业担任; 第八条 knows no kind of controller that
    is exempt."""
    kinds = (NON_LEGAL, subject_pb2.SUBJECT_KIND_INSTITUTION, subject_pb2.SUBJECT_KIND_SOCIAL_ORG)
    for kind in (*kinds, subject_pb2.SUBJECT_KIND_COOP):
        subject = new_firm(kind)
        placed(spine.say("法院", event=list_entry("法院", subject, "L-01", "2026-03-01", "2028-03-01")))
        decision = ask(spine, subject, FINANCING, APPLICANT, activity="PRIVATE_FUND")
        assert told(decision) == ("BLOCKED", {"M-FIN-09": "BLOCKS MANDATORY"})


def test_document_of_another_authority_with_the_same_number_is_another(spine: Spine) -> None:
    subject, number = new_firm(), "示例〔2026〕1号"
    food = by(ban("市场监管", subject, "M-BUS-03", "2026-03-01", "2031-03-01"), number)
    placed(spine.say("市场监管", event=food))
    food.document.authority_code = "11130982DEM001033C"  # A county bureau, whose decisions it relays.
    placed(spine.say("市场监管", event=food))
    assert document("市场监管", "2026-03-01").authority_code != food.document.authority_code
