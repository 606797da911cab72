"""Whom an identifier names: current codes, names, disputes, relations, at a position and on a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from registry.access.identity import Caller, CallerRole
from registry.commands.ask import Found, Matter
from registry.commands.identity import Identities, Identity
from registry.v1 import restriction_service_pb2 as service
from registry.v1 import subject_pb2, verdict_pb2
from registry.v1.subject_pb2 import Identifier, Subject
from registry.v1.verdict_pb2 import ResolutionStatus, SubjectRelation
from tests.support.clock import instant_ms
from tests.support.events import (
    alternate,
    ask,
    ban,
    branch_of,
    event,
    licence,
    merger,
    new_firm,
    new_person,
    old_code,
    penalty,
    placed,
    ruling,
    succession,
    told,
    withdrawal,
)
from tests.support.spine import ORIGIN, TODAY, Spine, found_spine, furnish

KEY = "市场监管"
BRANCH = subject_pb2.SUBJECT_KIND_BRANCH


@pytest.fixture(scope="module")
def spine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spine]:
    furnished = furnish(found_spine(tmp_path_factory.mktemp("identity") / "registry"))
    yield furnished
    furnished.engine.close()


def matter(spine: Spine, at: int | None = None, on: date = TODAY) -> Matter:
    caller = Caller(CallerRole.PROCUREMENT_SYSTEM, "asker", ORIGIN)
    purpose = service.Purpose(domain=subject_pb2.DOMAIN_PROCUREMENT)
    position = spine.position if at is None else at
    return spine.engine.ask.matter(
        caller, purpose, service.Matter(), position=position, valid_ms=instant_ms(on)
    )


def found(spine: Spine, subject: Subject | Identifier) -> Found:
    identifier = subject.identifier if isinstance(subject, Subject) else subject
    return spine.engine.ask.find(identifier.type, identifier.value)


def identity(spine: Spine, subject: Subject | Identifier, **when: Any) -> Identity:
    """Everything about whom an identifier names."""
    return Identities(spine.engine.ask).whole([found(spine, subject)], matter(spine, **when))[0]


def status(identity: Identity) -> str:
    return ResolutionStatus.Name(identity.status).removeprefix("RESOLUTION_STATUS_")


def related(identity: Identity) -> dict[str, tuple[str, int]]:
    """Related subjects by reference: the relation, and the position of the link."""
    name = SubjectRelation.Name
    return {
        each.ref: (name(each.relation).removeprefix("SUBJECT_RELATION_"), each.position)
        for each in identity.related
    }


def code(subject: Subject) -> str:
    return subject.identifier.value


def known(spine: Spine, subject: Subject, name: str = "") -> Subject:
    """The subject with a licence, under a name."""
    stated = Subject()
    stated.CopyFrom(subject)
    stated.name = name or subject.name
    placed(spine.say(KEY, event=licence(KEY, stated)))
    return subject


# --- status ---------------------------------------------------------------------------------------


def test_firm_of_which_a_statement_stands_is_resolved_under_its_name(spine: Spine) -> None:
    subject = known(spine, new_firm())
    answer = identity(spine, subject)
    assert (status(answer), answer.current, answer.names) == ("RESOLVED", "", (subject.name,))
    assert (answer.disputed_names, answer.related) == ((), ())


def test_subject_of_whom_nothing_was_stated_is_not_found_and_neither_is_one_before_its_first_statement(
    spine: Spine,
) -> None:
    subject = new_firm()
    before = spine.position
    assert status(identity(spine, subject)) == "NOT_FOUND"
    known(spine, subject)
    assert status(identity(spine, subject)) == "RESOLVED"
    assert status(identity(spine, subject, at=before)) == "NOT_FOUND"


def test_subject_whose_only_statement_was_withdrawn_is_not_found(spine: Spine) -> None:
    subject = new_firm()
    placed(spine.say("财政", "only-one", event=penalty("财政", subject)))
    placed(spine.say("财政", withdrawal=withdrawal("财政", "only-one")))
    assert status(identity(spine, subject)) == "NOT_FOUND"


def test_code_that_can_be_none_is_invalid_and_nothing_is_looked_up(spine: Spine) -> None:
    wrong = Identifier(type=subject_pb2.IDENTIFIER_TYPE_USCC, value="91130902DEM0000000")
    answer = identity(spine, wrong)
    assert (status(answer), answer.related, answer.names) == ("INVALID_CODE", (), ())


def test_person_is_resolved_without_a_name(spine: Spine) -> None:
    subject = new_person()
    placed(spine.say("财政", event=penalty("财政", subject)))
    answer = identity(spine, subject)
    assert (status(answer), answer.names) == ("RESOLVED", ())


# --- names ----------------------------------------------------------------------------------------


def test_names_come_latest_first_each_once_however_it_is_written(spine: Spine) -> None:
    subject = new_firm()
    registered = ("沧州旧名(示例)有限公司", "沧州新名(示例)有限公司", "沧州新名（示例）有限公司")
    for number, name in enumerate(registered):
        stated = Subject()
        stated.CopyFrom(subject)
        stated.name = name
        fields = {"effective_from": f"202{number}-01-01", "legal_basis": []}
        placed(spine.say(KEY, event=event(KEY, stated, "E-01", f"202{number}-01-01", **fields)))
    answer = identity(spine, subject)
    assert answer.names == ("沧州新名(示例)有限公司", "沧州旧名(示例)有限公司")
    assert status(answer) == "RESOLVED"


def test_two_names_on_one_code_are_ambiguous_until_a_human_rules(spine: Spine) -> None:
    subject = known(spine, new_firm(), "沧州甲(示例)有限公司")
    before = spine.position
    known(spine, subject, "沧州乙(示例)有限公司")
    answer = identity(spine, subject)
    assert status(answer) == "AMBIGUOUS"
    assert answer.disputed_names == ("沧州乙(示例)有限公司", "沧州甲(示例)有限公司")
    assert status(identity(spine, subject, at=before)) == "RESOLVED"
    assert told(ask(spine, subject))[0] == "INDETERMINATE IDENTITY_AMBIGUOUS"
    placed(spine.say(KEY, name_ruling=ruling(subject, *answer.disputed_names)))
    settled = identity(spine, subject)
    assert (status(settled), settled.disputed_names) == ("RESOLVED", ())


# --- links ----------------------------------------------------------------------------------------


def test_old_and_new_code_lead_to_the_new_one_from_the_day_of_the_change(spine: Spine) -> None:
    old, new = known(spine, new_firm()), new_firm()
    linked = placed(spine.say(KEY, subject_link=succession(old, new, "2026-06-01")))
    answer = identity(spine, old)
    assert (status(answer), answer.current) == ("RESOLVED", code(new))
    assert related(answer) == {code(new): ("SAME", linked)}
    assert answer.names == (old.name,)
    from_the_new = identity(spine, new)
    assert (status(from_the_new), from_the_new.current) == ("RESOLVED", "")
    assert related(from_the_new) == {code(old): ("SAME", linked)}
    assert identity(spine, old, at=linked - 1).current == ""


@pytest.mark.parametrize("swapped", [False, True])
def test_code_borne_on_a_day_before_the_change_is_the_old_one_whichever_is_asked_about(
    spine: Spine, swapped: bool
) -> None:
    codes = (new_firm(), new_firm())
    old, new = codes[::-1] if swapped else codes
    linked = placed(spine.say(KEY, subject_link=succession(known(spine, old), new, "2026-06-01")))
    before, after = date(2026, 5, 31), date(2026, 6, 1)
    assert (identity(spine, old, on=before).current, identity(spine, new, on=before).current) == (
        "",
        code(old),
    )
    assert identity(spine, old, on=after).current == code(new)
    # It is one subject on every day.
    assert related(identity(spine, old, on=before)) == {code(new): ("SAME", linked)}
    assert status(identity(spine, new, on=before)) == "RESOLVED"


def test_merger_and_branch_are_told_from_either_side(spine: Spine) -> None:
    absorbed, goes_on, branch = (
        known(spine, new_firm()),
        known(spine, new_firm()),
        known(spine, new_firm(BRANCH)),
    )
    merged = placed(spine.say(KEY, subject_link=merger(absorbed, goes_on, "2026-06-01")))
    belongs = placed(spine.say(KEY, subject_link=branch_of(branch, goes_on)))
    assert related(identity(spine, goes_on)) == {
        code(absorbed): ("ABSORBED", merged),
        code(branch): ("BRANCH", belongs),
    }
    assert related(identity(spine, absorbed)) == {code(goes_on): ("SURVIVING", merged)}
    assert related(identity(spine, branch)) == {code(goes_on): ("PARENT", belongs)}
    assert identity(spine, absorbed).current == ""


def test_withdrawn_link_links_no_more(spine: Spine) -> None:
    branch, parent = known(spine, new_firm(BRANCH)), known(spine, new_firm())
    placed(spine.say(KEY, "wrong-branch", subject_link=branch_of(branch, parent)))
    placed(spine.say(KEY, withdrawal=withdrawal(KEY, "wrong-branch")))
    assert related(identity(spine, branch)) == {}


def test_code_of_before_the_uscc_leads_to_its_subject_and_to_nobody_before_it_is_linked(spine: Spine) -> None:
    subject = known(spine, new_firm())
    before = spine.position
    linked = placed(spine.say(KEY, "old-code", subject_link=alternate(old_code(subject), subject)))
    answer = identity(spine, old_code(subject))
    assert (status(answer), answer.current) == ("RESOLVED", code(subject))
    assert status(identity(spine, old_code(subject), at=before)) == "NOT_FOUND"
    placed(spine.say(KEY, withdrawal=withdrawal(KEY, "old-code")))
    assert status(identity(spine, old_code(subject))) == "NOT_FOUND"
    assert status(identity(spine, old_code(subject), at=linked)) == "RESOLVED"


def test_code_of_before_the_uscc_that_leads_to_two_is_ambiguous_and_names_both(spine: Spine) -> None:
    one, other = known(spine, new_firm()), known(spine, new_firm())
    places = {
        code(goal): placed(spine.say(KEY, subject_link=alternate(old_code(one), goal)))
        for goal in (one, other)
    }
    answer = identity(spine, old_code(one))
    assert (status(answer), answer.current) == ("AMBIGUOUS", "")
    assert related(answer) == {ref: ("UNSPECIFIED", position) for ref, position in places.items()}
    decision = spine.ask(old_code(one).value, kind=old_code(one).type)
    assert told(decision)[0] == "INDETERMINATE IDENTITY_AMBIGUOUS"


# --- with a verdict -------------------------------------------------------------------------------


def test_beside_a_verdict_only_what_is_not_plain_is_told_in_full(spine: Spine) -> None:
    identities = Identities(spine.engine.ask)
    plain, old, new = known(spine, new_firm()), known(spine, new_firm()), new_firm()
    placed(spine.say(KEY, subject_link=succession(old, new, "2026-06-01")))
    brief = {
        name: identities.brief(found(spine, subject), matter(spine))
        for name, subject in (("plain", plain), ("old", old), ("nobody", new_firm()))
    }
    assert {name: status(each) for name, each in brief.items()} == {
        "plain": "RESOLVED",
        "old": "RESOLVED",
        "nobody": "NOT_FOUND",
    }
    assert [name for name, each in brief.items() if each.only_status] == ["plain", "nobody"]
    assert brief["old"] == identity(spine, old)


@pytest.mark.parametrize("linked", [False, True])
def test_not_found_is_told_exactly_where_the_verdict_is_unknown(spine: Spine, linked: bool) -> None:
    subject, other = new_firm(), new_firm()
    if linked:
        placed(spine.say(KEY, subject_link=branch_of(subject, other)))
    for _ in range(2):
        unknown = ask(spine, subject).indeterminate == verdict_pb2.INDETERMINATE_REASON_SUBJECT_UNKNOWN
        assert (status(identity(spine, subject)) == "NOT_FOUND") == unknown
        placed(spine.say("财政", event=ban("财政", subject, "M-PRO-01", "2026-03-01", "2028-03-01")))
