"""Who else is asked about: earlier and later codes, merged subjects, branches, codes of before the USCC, and
names in dispute (law.md §4.1, §5.3; 民法典 第六十七条)."""

from datetime import date
from itertools import pairwise

import pytest

from registry.sanctions.verdict import Decision
from registry.v1 import verdict_pb2
from registry.v1.subject_pb2 import Identifier, Subject
from tests.support.events import (
    alternate,
    ask,
    ban,
    branch_of,
    fined,
    licence,
    list_entry,
    merger,
    new_firm,
    new_person,
    old_code,
    penalty,
    placed,
    registered,
    ruling,
    succession,
    told,
    withdrawal,
)
from tests.support.spine import Spine

KEY = "市场监管"
BLOCKED = ("BLOCKED", {"M-PRO-01": "BLOCKS MANDATORY"})
UNKNOWN: tuple[str, dict[str, str]] = ("INDETERMINATE SUBJECT_UNKNOWN", {})
AMBIGUOUS = "INDETERMINATE IDENTITY_AMBIGUOUS"


def known(spine: Spine) -> Subject:
    """A firm of which a licence is known."""
    subject = new_firm()
    placed(spine.say(KEY, event=licence(KEY, subject)))
    return subject


def bar(spine: Spine, subject: Subject, statement_id: str = "") -> None:
    """Bars a firm from procurement."""
    event = ban("财政", subject, "M-PRO-01", "2026-03-01", "2028-03-01")
    placed(spine.say("财政", statement_id, event=event))


def relations(decision: Decision) -> list[str]:
    """How those on whom the hits fell are related to whom was asked about."""
    name = verdict_pb2.SubjectRelation.Name
    return [name(hit.relation).removeprefix("SUBJECT_RELATION_") for hit in decision.hits]


def reviewed(reason: str) -> tuple[str, dict[str, str]]:
    """A ban that fell on somebody related."""
    return ("REVIEW", {"M-PRO-01": f"NEEDS_REVIEW {reason}"})


# --- succession (换码) ----------------------------------------------------------------------------


def test_ban_under_an_old_code_blocks_under_the_new_one_and_the_reverse(spine: Spine) -> None:
    old, new = known(spine), new_firm()
    bar(spine, old)
    placed(spine.say(KEY, subject_link=succession(old, new)))
    assert told(ask(spine, new)) == told(ask(spine, old)) == BLOCKED
    assert (relations(ask(spine, new)), relations(ask(spine, old))) == (["SAME"], ["SELF"])


def test_subject_that_is_known_under_its_old_code_alone_is_known_under_the_new_one(spine: Spine) -> None:
    old, new = known(spine), new_firm()
    assert told(ask(spine, new)) == UNKNOWN
    at = placed(spine.say(KEY, subject_link=succession(old, new)))
    assert told(ask(spine, new)) == ("CLEAR", {})
    assert told(ask(spine, new, at=at - 1)) == UNKNOWN


def test_chain_of_codes_is_one_subject(spine: Spine) -> None:
    codes = [known(spine) for _ in range(4)]
    for old, new in pairwise(codes):
        placed(spine.say(KEY, subject_link=succession(old, new)))
    bar(spine, codes[1])
    for code in codes:
        assert told(ask(spine, code)) == BLOCKED


def test_codes_are_one_subject_on_every_day_from_the_position_on_at_which_it_is_known(spine: Spine) -> None:
    """Who bids under the new code is who was barred under the old one, also before the code changed."""
    old, new = known(spine), known(spine)
    bar(spine, old)
    at = placed(spine.say(KEY, subject_link=succession(old, new, "2026-06-01")))
    for day in (date(2026, 5, 31), date(2026, 6, 1)):
        assert told(ask(spine, new, on=day)) == BLOCKED
    assert told(ask(spine, new, at=at - 1)) == ("CLEAR", {})


def test_merger_holds_from_its_day_on(spine: Spine) -> None:
    absorbed, goes_on = known(spine), known(spine)
    bar(spine, absorbed)
    placed(spine.say(KEY, subject_link=merger(absorbed, goes_on, "2026-06-01")))
    assert told(ask(spine, goes_on, on=date(2026, 5, 31))) == ("CLEAR", {})
    assert told(ask(spine, goes_on, on=date(2026, 6, 1))) == reviewed("ABSORBED_SUBJECT")


def test_withdrawn_succession_parts_the_codes_again(spine: Spine) -> None:
    old, new = known(spine), known(spine)
    bar(spine, old)
    at = placed(spine.say(KEY, "mistaken", subject_link=succession(old, new)))
    placed(spine.say(KEY, withdrawal=withdrawal(KEY, "mistaken")))
    assert told(ask(spine, new)) == ("CLEAR", {})
    assert told(ask(spine, new, at=at)) == BLOCKED


# --- merger (合并) --------------------------------------------------------------------------------


def test_ban_on_an_absorbed_subject_is_for_a_human_to_weigh(spine: Spine) -> None:
    """民法典 第六十七条: rights and duties pass on; whether a ban does is no rule that we found."""
    absorbed, goes_on = known(spine), known(spine)
    bar(spine, absorbed)
    placed(spine.say(KEY, subject_link=merger(absorbed, goes_on)))
    assert told(ask(spine, goes_on)) == reviewed("ABSORBED_SUBJECT")
    assert relations(ask(spine, goes_on)) == ["ABSORBED"]
    assert told(ask(spine, absorbed)) == BLOCKED


def test_ban_passes_for_a_human_to_weigh_through_a_chain_of_mergers_in_one_direction(spine: Spine) -> None:
    first, second, third, sibling = (known(spine) for _ in range(4))
    bar(spine, first)
    placed(spine.say(KEY, subject_link=merger(first, second)))
    placed(spine.say(KEY, subject_link=merger(second, third)))
    placed(spine.say(KEY, subject_link=merger(sibling, second)))
    assert told(ask(spine, third)) == reviewed("ABSORBED_SUBJECT")
    assert told(ask(spine, sibling)) == ("CLEAR", {})


def test_branch_that_was_absorbed_as_well_passes_on_what_it_had_absorbed(spine: Spine) -> None:
    first, both, parent = known(spine), known(spine), known(spine)
    bar(spine, first)
    placed(spine.say(KEY, subject_link=branch_of(both, parent)))
    placed(spine.say(KEY, subject_link=merger(first, both)))
    assert told(ask(spine, parent)) == ("CLEAR", {})
    placed(spine.say(KEY, subject_link=merger(both, parent)))
    assert told(ask(spine, parent)) == reviewed("ABSORBED_SUBJECT")


def test_what_fell_on_the_one_that_goes_on_shows_on_the_absorbed_one(spine: Spine) -> None:
    absorbed, goes_on = known(spine), known(spine)
    bar(spine, goes_on)
    placed(spine.say(KEY, subject_link=merger(absorbed, goes_on)))
    assert told(ask(spine, absorbed)) == reviewed("ABSORBED_SUBJECT")
    assert relations(ask(spine, absorbed)) == ["SURVIVING"]


# --- branch and parent (分支机构) -----------------------------------------------------------------


def test_ban_on_a_parent_is_reviewed_on_its_branch_and_the_reverse(spine: Spine) -> None:
    """law.md §5.3: a branch is no legal person of its own; no express rule found."""
    for barred_one in (0, 1):
        pair = (known(spine), known(spine))
        bar(spine, pair[barred_one])
        placed(spine.say(KEY, subject_link=branch_of(*pair)))
        assert told(ask(spine, pair[barred_one])) == BLOCKED
        other = ask(spine, pair[1 - barred_one])
        assert told(other) == reviewed("BRANCH_OR_PARENT")
        assert relations(other) == [("BRANCH", "PARENT")[barred_one]]


def test_ban_on_one_branch_does_not_show_on_another(spine: Spine) -> None:
    parent, one, other = known(spine), known(spine), known(spine)
    bar(spine, one)
    for branch in (one, other):
        placed(spine.say(KEY, subject_link=branch_of(branch, parent)))
    assert told(ask(spine, parent)) == reviewed("BRANCH_OR_PARENT")
    assert told(ask(spine, other)) == ("CLEAR", {})


def test_parent_under_its_old_code_shows_on_the_branch_too(spine: Spine) -> None:
    old, new, branch = known(spine), known(spine), known(spine)
    bar(spine, old)
    placed(spine.say(KEY, subject_link=succession(old, new)))
    placed(spine.say(KEY, subject_link=branch_of(branch, new)))
    assert told(ask(spine, branch)) == reviewed("BRANCH_OR_PARENT")


def test_branch_of_which_nothing_is_known_is_not_clear_because_its_parent_is(spine: Spine) -> None:
    branch, parent = new_firm(), known(spine)
    placed(spine.say(KEY, subject_link=branch_of(branch, parent)))
    assert told(ask(spine, branch)) == UNKNOWN


def test_own_ban_blocks_whatever_fell_on_the_parent(spine: Spine) -> None:
    branch, parent = known(spine), known(spine)
    placed(spine.say(KEY, subject_link=branch_of(branch, parent)))
    bar(spine, branch)
    bar(spine, parent)
    decision = ask(spine, branch)
    assert told(decision)[0] == "BLOCKED"
    assert relations(decision) == ["SELF", "PARENT"]


# --- a person in a post ---------------------------------------------------------------------------


def test_record_of_a_legal_representative_is_not_the_company_s_nor_the_reverse(spine: Spine) -> None:
    """law.md §5.3; nothing links a person to a company, not even a name in common."""
    company, head = known(spine), new_person()
    head.name = company.name
    placed(spine.say("法院", event=list_entry("法院", head, "L-01", "2026-03-01")))
    assert told(ask(spine, company)) == ("CLEAR", {})
    bar(spine, company)
    placed(spine.say("财政", event=penalty("财政", head)))
    assert "M-PRO-01" not in told(ask(spine, head))[1]


# --- codes of before the USCC ---------------------------------------------------------------------


def by_old_code(spine: Spine, code: Identifier, **more: int) -> tuple[str, dict[str, str]]:
    """The verdict under a code of before the USCC."""
    return told(spine.ask(code.value, kind=code.type, **more))  # type: ignore[arg-type]


def test_old_code_leads_to_its_subject_from_the_statement_on_that_says_so(spine: Spine) -> None:
    subject = known(spine)
    code = old_code(subject)
    bar(spine, subject)
    assert by_old_code(spine, code) == UNKNOWN
    at = placed(spine.say(KEY, "leads", subject_link=alternate(code, subject)))
    assert by_old_code(spine, code) == BLOCKED
    assert by_old_code(spine, code, at=at - 1) == UNKNOWN
    placed(spine.say(KEY, withdrawal=withdrawal(KEY, "leads")))
    assert by_old_code(spine, code) == UNKNOWN
    assert by_old_code(spine, code, at=at) == BLOCKED


def test_old_code_of_two_subjects_is_for_a_human_even_if_one_is_barred(spine: Spine) -> None:
    one, other = known(spine), known(spine)
    bar(spine, one)
    code = old_code(one)
    placed(spine.say(KEY, subject_link=alternate(code, one)))
    placed(spine.say(KEY, "second", subject_link=alternate(code, other)))
    assert by_old_code(spine, code) == (AMBIGUOUS, {})
    placed(spine.say(KEY, withdrawal=withdrawal(KEY, "second")))
    assert by_old_code(spine, code) == BLOCKED


# --- names in dispute (一码多名) ------------------------------------------------------------------


def under(subject: Subject, name: str) -> Subject:
    """The same code under another name."""
    other = Subject()
    other.CopyFrom(subject)
    other.name = name
    return other


OTHER = "沧州别家(示例)有限公司"


def test_two_names_on_one_code_are_for_a_human_until_one_is_ruled_on(spine: Spine) -> None:
    subject = new_firm()
    placed(spine.say("财政", event=penalty("财政", subject)))
    assert told(ask(spine, subject)) == ("CLEAR", {})
    disputed = placed(spine.say("税务", event=penalty("税务", under(subject, OTHER))))
    assert told(ask(spine, subject)) == (AMBIGUOUS, {})
    assert told(ask(spine, subject, at=disputed - 1)) == ("CLEAR", {})
    placed(spine.say(KEY, name_ruling=ruling(subject, subject.name)))
    assert told(ask(spine, subject)) == (AMBIGUOUS, {})  # Of the other name nothing is said yet.
    placed(spine.say(KEY, "both", name_ruling=ruling(subject, OTHER)))
    assert told(ask(spine, subject)) == ("CLEAR", {})
    placed(spine.say(KEY, withdrawal=withdrawal(KEY, "both")))
    assert told(ask(spine, subject)) == (AMBIGUOUS, {})


def test_dispute_under_the_old_code_is_one_under_the_new_code(spine: Spine) -> None:
    old, new = new_firm(), known(spine)
    placed(spine.say("财政", event=penalty("财政", old)))
    placed(spine.say("税务", event=penalty("税务", under(old, OTHER))))
    assert told(ask(spine, new)) == ("CLEAR", {})
    placed(spine.say(KEY, subject_link=succession(old, new)))
    assert told(ask(spine, new)) == (AMBIGUOUS, {})


def test_name_that_the_registering_authority_states_is_settled_and_others_are_disputed(spine: Spine) -> None:
    subject = new_firm()
    placed(spine.say(KEY, event=registered(subject)))
    placed(spine.say("财政", event=penalty("财政", subject)))
    assert told(ask(spine, subject)) == ("CLEAR", {})
    placed(spine.say("税务", "other-name", event=penalty("税务", under(subject, OTHER))))
    assert told(ask(spine, subject)) == (AMBIGUOUS, {})
    placed(spine.say("税务", withdrawal=withdrawal("税务", "other-name")))
    assert told(ask(spine, subject)) == ("CLEAR", {})


@pytest.mark.parametrize(
    "name", ["沧州（示例）建筑 有限公司", "沧州〔示例〕建筑有限公司", "沧州[示例]建筑有限公司"]
)
def test_one_name_in_other_spellings_is_no_dispute(spine: Spine, name: str) -> None:
    subject = under(new_firm(), "沧州(示例)建筑有限公司")
    placed(spine.say("财政", event=penalty("财政", subject)))
    placed(spine.say("税务", event=penalty("税务", under(subject, name))))
    assert told(ask(spine, subject)) == ("CLEAR", {})


def test_block_is_told_although_names_are_in_dispute_and_a_review_is_not_relied_on(spine: Spine) -> None:
    subject = new_firm()
    placed(spine.say("人社", event=list_entry("人社", subject, "L-04", "2026-03-01", "2029-03-01")))
    placed(spine.say("税务", event=penalty("税务", under(subject, OTHER))))
    assert told(ask(spine, subject)) == (AMBIGUOUS, {"M-PRO-06": "NEEDS_REVIEW DISCRETIONARY"})
    placed(spine.say("财政", event=fined("财政", subject, "2026-03-01", "300")))
    assert told(ask(spine, subject))[0] == "BLOCKED"
