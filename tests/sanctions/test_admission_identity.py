"""Links between codes and rulings on names: by the registering authority alone, none against another."""

import pytest

from registry.domain.identifiers import uscc_check_character
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2
from registry.v1.subject_pb2 import Identifier
from tests.support.events import (
    alternate,
    branch_of,
    correction,
    document,
    firm,
    lifting,
    link,
    merger,
    new_firm,
    new_person,
    old_code,
    penalty,
    placed,
    refusal,
    repair,
    ruling,
    succession,
    withdrawal,
)
from tests.support.spine import Spine

KEY = "市场监管"
CONTRADICTS = {("LINK_CONTRADICTS", "subject_link.to")}
USCC = subject_pb2.IDENTIFIER_TYPE_USCC


# --- who, and between which codes -----------------------------------------------------------------


def test_only_a_department_that_keeps_registrations_links_codes_or_rules_on_names(spine: Spine) -> None:
    outside = {("CATEGORY_OUTSIDE_MANDATE", "department")}
    linked = branch_of(new_firm(), new_firm())
    linked.ClearField("document")
    assert refusal(spine.say("财政", subject_link=linked)) >= outside
    ruled = ruling(new_firm(), "沧州某(示例)有限公司")
    assert refusal(spine.say("财政", name_ruling=ruled)) >= outside


def test_department_links_and_rules_on_codes_of_its_own_register_alone(spine: Spine) -> None:
    """GB 32100-2015: the first character says who gave a code, the third to the eighth in which region."""
    society = new_firm(subject_pb2.SUBJECT_KIND_SOCIAL_ORG)
    refused = refusal(spine.say(KEY, name_ruling=ruling(society, society.name)))
    assert refused == {("CATEGORY_OUTSIDE_MANDATE", "name_ruling.subject.value")}
    elsewhere = new_firm()
    body = f"91130100{elsewhere.identifier.value[8:17]}"
    elsewhere.identifier.value = body + uscc_check_character(body)
    for source, goal, field in ((elsewhere, new_firm(), "from"), (new_firm(), elsewhere, "to")):
        refused = refusal(spine.say(KEY, subject_link=succession(source, goal)))
        assert refused == {("REGION_OUTSIDE_MANDATE", f"subject_link.{field}.value")}


@pytest.mark.parametrize("kind", [pb.SUBJECT_LINK_KIND_UNSPECIFIED, 99])
def test_kind_of_link_that_this_release_does_not_know_is_refused(
    spine: Spine, kind: pb.SubjectLinkKind.ValueType
) -> None:
    linked = link(kind, new_firm(), new_firm())
    assert refusal(spine.say(KEY, subject_link=linked)) == {("FIELD_INVALID", "subject_link.kind")}


def test_both_codes_are_checked(spine: Spine) -> None:
    source, goal = new_firm(), new_firm()
    source.identifier.value = source.identifier.value[:17]
    goal.identifier.value = ""
    assert refusal(spine.say(KEY, subject_link=succession(source, goal))) == {
        ("CODE_LENGTH", "subject_link.from.value"),
        ("CODE_LENGTH", "subject_link.to.value"),
    }


def test_persons_are_not_linked(spine: Spine) -> None:
    refused = refusal(spine.say(KEY, subject_link=merger(new_person(), new_person())))
    assert refused == {("FIELD_INVALID", "subject_link.from.type"), ("FIELD_INVALID", "subject_link.to.type")}


def test_old_code_leads_to_a_uscc_and_never_the_other_way(spine: Spine) -> None:
    subject = new_firm()
    placed(spine.say(KEY, subject_link=alternate(old_code(subject), subject)))
    backwards = alternate(new_firm().identifier, subject)
    assert refusal(spine.say(KEY, subject_link=backwards)) == {("FIELD_INVALID", "subject_link.from.type")}
    into_old = alternate(old_code(new_firm()), subject, to=old_code(subject))
    assert refusal(spine.say(KEY, subject_link=into_old)) == {("FIELD_INVALID", "subject_link.to.type")}
    succeeded = link(pb.SUBJECT_LINK_KIND_SUCCESSION, old_code(new_firm()), subject)
    assert refusal(spine.say(KEY, subject_link=succeeded)) == {("FIELD_INVALID", "subject_link.from.type")}


def test_succession_and_merger_rest_on_a_document_and_other_links_may(spine: Spine) -> None:
    for made in (succession, merger):
        bare = made(new_firm(), new_firm())
        bare.ClearField("document")
        refused = refusal(spine.say(KEY, subject_link=bare))
        assert ("DOCUMENT_REQUIRED", "subject_link.document.number") in refused
    for linked in (branch_of(new_firm(), new_firm()), alternate(old_code(new_firm()), new_firm())):
        linked.ClearField("document")
        placed(spine.say(KEY, subject_link=linked))
    foreign = branch_of(new_firm(), new_firm(), document=document("财政", "2026-01-05"))
    refused = refusal(spine.say(KEY, subject_link=foreign))
    assert refused == {("AUTHORITY_OUTSIDE_MANDATE", "subject_link.document.authority_code")}


def test_link_says_why_and_from_a_day_that_has_come(spine: Spine) -> None:
    paper = document(KEY, "2026-01-05")
    late = succession(new_firm(), new_firm(), "2026-11-24", document=paper, reason=" ")
    assert refusal(spine.say(KEY, subject_link=late)) == {
        ("FIELD_REQUIRED", "subject_link.reason"),
        ("DATE_IN_FUTURE", "subject_link.effective_on"),
    }


# --- links that contradict each other -------------------------------------------------------------


def test_code_is_not_linked_with_itself_however_it_is_written(spine: Spine) -> None:
    subject, same = firm(601), firm(601)
    same.identifier.value = f" {same.identifier.value.lower()}"
    for made in (succession, merger, branch_of):
        assert refusal(spine.say(KEY, subject_link=made(subject, same))) == CONTRADICTS


def test_link_is_stated_once_until_it_is_withdrawn(spine: Spine) -> None:
    old, new = new_firm(), new_firm()
    placed(spine.say(KEY, "once", subject_link=succession(old, new)))
    assert refusal(spine.say(KEY, subject_link=succession(old, new))) == CONTRADICTS
    placed(spine.say(KEY, withdrawal=withdrawal(KEY, "once")))
    placed(spine.say(KEY, subject_link=succession(old, new)))


@pytest.mark.parametrize("made", [succession, merger, branch_of])
def test_code_has_one_successor_one_absorber_and_one_parent(spine: Spine, made: object) -> None:
    assert callable(made)
    source = new_firm()
    placed(spine.say(KEY, subject_link=made(source, new_firm())))
    assert refusal(spine.say(KEY, subject_link=made(source, new_firm()))) == CONTRADICTS


def test_old_code_may_lead_to_two_subjects_for_a_human_to_tell_apart(spine: Spine) -> None:
    code = old_code(new_firm())
    placed(spine.say(KEY, subject_link=alternate(code, new_firm())))
    placed(spine.say(KEY, subject_link=alternate(code, new_firm())))


@pytest.mark.parametrize("made", [succession, merger, branch_of])
def test_chain_of_links_does_not_lead_back_to_itself(spine: Spine, made: object) -> None:
    assert callable(made)
    first, second, third = new_firm(), new_firm(), new_firm()
    placed(spine.say(KEY, subject_link=made(first, second)))
    placed(spine.say(KEY, subject_link=made(second, third)))
    assert refusal(spine.say(KEY, subject_link=made(third, first))) == CONTRADICTS


# --- what links and rulings are not ---------------------------------------------------------------


def test_links_and_rulings_are_neither_corrected_nor_repaired_nor_lifted(spine: Spine) -> None:
    subject = new_firm()
    placed(spine.say(KEY, "a-link", subject_link=branch_of(new_firm(), subject)))
    placed(spine.say(KEY, "a-ruling", name_ruling=ruling(subject, subject.name)))
    for statement_id in ("a-link", "a-ruling"):
        corrected = correction(KEY, statement_id, penalty(KEY, subject))
        refused = refusal(spine.say(KEY, correction=corrected))
        assert refused == {("TARGET_NOT_AN_EVENT", "correction.target")}
        refused = refusal(spine.say(KEY, repair=repair(KEY, statement_id, "2026-08-01")))
        assert refused == {("REPAIR_NOT_AVAILABLE", "repair.target")}
        refused = refusal(spine.say(KEY, lifting=lifting(KEY, statement_id, "2026-08-01")))
        assert refused == {("LIFTING_NOT_AVAILABLE", "lifting.measure_code")}


# --- rulings on names -----------------------------------------------------------------------------


def test_ruling_names_one_to_thirty_two_names_and_why(spine: Spine) -> None:
    subject = new_firm()
    for names in ([], ["甲", " "], ["甲"] * 33):
        refused = refusal(spine.say(KEY, name_ruling=ruling(subject, *names)))
        assert refused == {("FIELD_INVALID", "name_ruling.names")}
    silent = ruling(subject, "甲", reason="")
    assert refusal(spine.say(KEY, name_ruling=silent)) == {("FIELD_REQUIRED", "name_ruling.reason")}
    placed(spine.say(KEY, name_ruling=ruling(subject, *(["甲"] * 32))))


def test_ruling_is_on_a_uscc(spine: Spine) -> None:
    stated = pb.NameRuling(names=["甲"], reason="核对登记档案")
    for identifier in (new_person().identifier, old_code(new_firm())):
        stated.subject.CopyFrom(identifier)
        refused = refusal(spine.say(KEY, name_ruling=stated))
        assert refused == {("FIELD_INVALID", "name_ruling.subject.type")}
    stated.subject.CopyFrom(Identifier(type=USCC, value="9113"))
    refused = refusal(spine.say(KEY, name_ruling=stated))
    assert refused == {("CODE_LENGTH", "name_ruling.subject.value")}


def test_document_of_a_ruling_is_checked_if_it_is_given(spine: Spine) -> None:
    foreign = ruling(new_firm(), "甲", document=document("财政", "2026-01-05"))
    refused = refusal(spine.say(KEY, name_ruling=foreign))
    assert refused == {("AUTHORITY_OUTSIDE_MANDATE", "name_ruling.document.authority_code")}
    placed(spine.say(KEY, name_ruling=ruling(new_firm(), "甲", document=document(KEY, "2026-01-05"))))
