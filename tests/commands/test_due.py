"""What is due and overdue, and for whom: what rests on a revoked document, what was objected to or applied
for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from demo.departments import OPERATOR
from registry.access.identity import Caller, CallerRole
from registry.commands.due import Due
from registry.errors import RegistryError
from registry.provenance.keys import FileSigner
from registry.v1 import statement_pb2 as pb
from registry.v1.ban_service_pb2 import DueItem
from registry.v1.envelope_pb2 import SUITE_ED25519
from registry.v1.subject_pb2 import Subject
from tests.support.events import (
    ban,
    correction,
    document,
    erasure,
    firm,
    new_firm,
    office,
    penalty,
    person,
    placed,
    registration,
    target,
    withdrawal,
)
from tests.support.files import REGISTRAR, department, system
from tests.support.remedies import acceptance, application, objection_to
from tests.support.spine import TODAY, Spine, found_spine, furnish

REVOKING = document("财政", "2026-11-23", "冀示财复决字〔2026〕3号")
OWN, OTHERS = "withdraw_publication_after_revocation", "sync_after_source_document_revoked"
AUDITOR = system(CallerRole.AUDITOR)
NUMBER = "沧示财罚字〔2026〕77号"


@pytest.fixture
def spine(tmp_path: Path) -> Iterator[Spine]:
    """The finance bureau, and the housing bureau, which relays decisions of the former."""
    furnished = furnish(found_spine(tmp_path / "registry"), ["财政", "住建", "税务"], delivered=False)
    housing = registration("住建", categories=["E-03-CF"])
    housing.mandate.relayed_authorities.append(office("财政").code)
    placed(furnished.say(OPERATOR.key, department_registration=housing))
    yield furnished
    furnished.engine.close()


def banned(subject: Subject, number: str = NUMBER) -> pb.Event:
    """A ban from procurement by a document of the finance bureau."""
    event = ban("财政", subject, "M-PRO-01", "2026-03-01", "2028-03-01")
    event.document.number = number
    return event


def relayed(subject: Subject, number: str = NUMBER) -> pb.Event:
    """A penalty by a document of the finance bureau, as the housing bureau relays it."""
    event = ban("财政", subject, "M-PRO-01", "2026-03-01")
    del event.measures[:]
    event.category, event.document.number = "E-03-CF", number
    event.content.append(pb.Field(name="cflb", value="警告"))
    return event


def due(spine: Spine, key: str = "财政", on: date = TODAY) -> list[DueItem]:
    """What a department is told, as of a day."""
    return listed(spine, department(spine, key), day=on)


def listed(spine: Spine, caller: Caller, *of: str, **more: Any) -> list[DueItem]:
    """What a caller is told, as of today unless a day is named."""
    return Due(spine.engine.ask).listed(caller, *of, **{"day": TODAY, **more})


def told(items: list[DueItem]) -> list[tuple[str, str, str, int]]:
    return [(item.reference, item.deadline, item.due_on, item.days_left) for item in items]


def revoke(spine: Spine, statement_id: str, name: str = "") -> None:
    placed(spine.say("财政", name, withdrawal=withdrawal("财政", statement_id, document=REVOKING)))


# --- what rests on a revoked document -------------------------------------------------------------


def test_what_others_and_other_subjects_have_by_a_revoked_document_is_due_in_three_days(spine: Spine) -> None:
    placed(spine.say("财政", "A", event=banned(new_firm())))
    placed(spine.say("财政", "B", event=banned(new_firm(), "沧示财罚字(2026) 77号")))
    placed(spine.say("住建", "C", event=relayed(new_firm())))
    placed(spine.say("财政", "elsewhere", event=banned(new_firm(), "沧示财罚字〔2026〕78号")))
    assert due(spine) == []
    revoke(spine, "A")
    assert told(due(spine)) == [("B", OWN, "2026-11-26", 3)]
    (item,) = due(spine, "住建", date(2026, 11, 30))
    assert told([item]) == [("C", OTHERS, "2026-11-26", -2)]
    assert (item.department, getattr(item, "from")) == (spine.code("住建"), "2026-11-23")
    assert "第四十条" in item.basis
    assert due(spine, "税务") == []


def test_it_is_due_no_more_once_it_is_withdrawn(spine: Spine) -> None:
    placed(spine.say("财政", "A", event=banned(new_firm())))
    placed(spine.say("住建", "C", event=relayed(new_firm())))
    revoke(spine, "A")
    placed(spine.say("住建", withdrawal=withdrawal("住建", "C")))
    assert due(spine, "住建") == []


def test_it_is_due_after_a_restart_as_before(spine: Spine) -> None:
    placed(spine.say("财政", "A", event=banned(person(7))))
    placed(spine.say("住建", "C", event=relayed(person(8))))
    revoke(spine, "A")
    spine.clock.move_to(date(2026, 11, 25))
    before = due(spine, "住建")
    spine.reopen()
    assert due(spine, "住建") == before
    assert [item.due_on for item in before] == ["2026-11-26"]


def test_the_clock_runs_from_the_first_revocation(spine: Spine) -> None:
    for name in ("A", "B"):
        placed(spine.say("财政", name, event=banned(new_firm())))
    placed(spine.say("住建", "C", event=relayed(new_firm())))
    revoke(spine, "A")
    spine.clock.move_to(date(2026, 11, 25))
    revoke(spine, "B")
    assert told(due(spine, "住建", date(2026, 11, 25))) == [("C", OTHERS, "2026-11-26", 1)]


def test_statement_that_should_not_have_been_made_makes_nothing_due(spine: Spine) -> None:
    placed(spine.say("财政", "A", event=banned(new_firm())))
    placed(spine.say("住建", "C", event=relayed(new_firm())))
    placed(spine.say("财政", withdrawal=withdrawal("财政", "A")))
    assert due(spine, "住建") == []


def test_correction_is_no_revocation(spine: Spine) -> None:
    subject = new_firm()
    placed(spine.say("财政", "A", event=banned(subject)))
    placed(spine.say("住建", "C", event=relayed(new_firm())))
    placed(spine.say("财政", correction=correction("财政", "A", banned(subject))))
    assert due(spine, "住建") == []


def test_document_by_which_its_department_states_the_record_again_holds(spine: Spine) -> None:
    subject = new_firm()
    placed(spine.say("财政", "A", event=banned(subject)))
    placed(spine.say("住建", "C", event=relayed(new_firm())))
    revoke(spine, "A")
    assert len(due(spine, "住建")) == 1
    placed(spine.say("财政", "A-again", event=banned(subject)))
    assert due(spine, "住建") == []
    assert due(spine) == []


def test_revocation_by_a_thief_makes_nothing_due_until_it_is_confirmed(spine: Spine) -> None:
    safe = FileSigner.generate(SUITE_ED25519)
    placed(spine.enrol("财政", safe))
    placed(spine.say("财政", "A", by=safe, event=banned(new_firm())))
    placed(spine.say("住建", "C", event=relayed(new_firm())))
    revoke(spine, "A", "stolen")
    stolen = pb.KeyRevocation(
        keyid=spine.signers["财政"].keyid,
        reason=pb.KEY_REVOCATION_REASON_COMPROMISED,
        suspect_from=spine.position,
    )
    placed(spine.say(OPERATOR.key, key_revocation=stolen))
    assert due(spine, "住建") == []
    confirmed = pb.Confirmation(target=target("财政", "stolen"), reason="确系本局撤回")
    placed(spine.say("财政", by=safe, confirmation=confirmed))
    assert told(due(spine, "住建")) == [("C", OTHERS, "2026-11-26", 3)]


def test_revocation_that_was_erased_makes_nothing_due(spine: Spine) -> None:
    placed(spine.say("财政", "A", event=banned(person(9))))
    placed(spine.say("住建", "C", event=relayed(new_firm())))
    revoke(spine, "A")
    placed(spine.say("财政", erasure=erasure("财政", "A")))
    assert due(spine, "住建") == []


# --- whose it is, and in which order --------------------------------------------------------------


@pytest.fixture
def busy(spine: Spine) -> Spine:
    """Today: an objection and an application at 财政's, an objection at 住建's."""
    fined = penalty("财政", firm(1), "2026-04-10", severity=pb.SEVERITY_GENERAL)
    placed(spine.say("财政", "A", event=fined))
    placed(spine.say("住建", "H", event=ban("住建", firm(2), "M-BID-01", "2026-03-01", "2028-03-01")))
    placed(spine.say("财政", "A-applied", repair_application=application("财政", "A")))
    placed(spine.say("财政", "A-objected", objection=objection_to("财政", "A")))
    placed(spine.say(OPERATOR.key, "H-objected", objection=objection_to("住建", "H")))
    return spine


def test_department_has_its_own_and_who_oversees_all(busy: Spine) -> None:
    assert {item.reference for item in due(busy)} == {"A-applied", "A-objected"}
    assert {item.reference for item in due(busy, "住建")} == {"H-objected"}
    everything = {"A-applied", "A-objected", "H-objected"}
    for caller in (REGISTRAR, AUDITOR):
        items = listed(busy, caller)
        assert {item.reference for item in items} == everything
        (one,) = listed(busy, caller, busy.code("住建"))
        assert (one.reference, one.due_on) == ("H-objected", "2026-12-02")


def test_department_that_asks_for_anothers_is_told_that_there_is_nothing(busy: Spine) -> None:
    with pytest.raises(RegistryError) as refused:
        listed(busy, department(busy, "税务"), busy.code("财政"))
    assert [fault.name for fault in refused.value.faults] == ["NOT_FOUND"]


def test_most_overdue_comes_first_and_overdue_can_be_asked_for_alone(busy: Spine) -> None:
    day = date(2026, 11, 30)
    items = listed(busy, AUDITOR, day=day)
    assert [(item.reference, item.days_left) for item in items] == [
        ("A-applied", -2), ("A-objected", -2), ("H-objected", 2),
    ]  # fmt: skip
    overdue = listed(busy, AUDITOR, day=day, overdue_only=True)
    assert overdue == items[:2]


def test_result_of_an_application_is_due_from_its_acceptance(busy: Spine) -> None:
    busy.clock.move_to(date(2026, 11, 25))
    placed(busy.say("财政", repair_acceptance=acceptance("财政", "A", "A-applied")))
    (item,) = [item for item in due(busy, on=date(2026, 11, 25)) if item.reference == "A-applied"]
    assert (item.deadline, getattr(item, "from")) == ("repair_feedback_to_applicant", "2026-11-25")
    assert (item.due_on, item.days_left) == ("2026-12-09", 10)


def test_only_what_an_official_left_is_listed_for_him(busy: Spine) -> None:
    official = busy.appoint("财政", "B-11", "采购监管科", pb.OFFICIAL_ROLE_SUBMITTER)
    placed(busy.say("财政", "B", event=penalty("财政", firm(3))))
    placed(busy.say("财政", "B-objected", by=official, objection=objection_to("财政", "B")))
    items = listed(busy, department(busy, "财政"), official_id="B-11")
    assert [(item.reference, item.official_id) for item in items] == [("B-objected", "B-11")]
