"""What a thief did to a decision is not made good by the correction of a slip in it: it goes over to what
takes the decision's place, whenever the key is found stolen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from registry.commands.jobs import Outcome
from registry.provenance.keys import FileSigner
from registry.v1 import statement_pb2 as pb
from registry.v1.envelope_pb2 import SUITE_ED25519
from registry.v1.subject_pb2 import Subject
from registry.v1.verdict_pb2 import HitStatus
from tests.support.ban_cases import ACTOR_OF, ACTORS, WALK, BanOffice, decision_event
from tests.support.events import (
    ask,
    ban,
    correction,
    imposed,
    licence,
    new_firm,
    penalty,
    placed,
    resumption,
    stay,
    told,
)
from tests.support.remedies import shield, shield_ended
from tests.support.signing_keys import confirmation, found_stolen, recover, say_safely
from tests.support.spine import Spine, found_spine, furnish
from tests.support.tampering import Copy

KEY = "财政"
STAYED, DISPUTED = ("REVIEW", "STAYED"), ("REVIEW", "DISPUTED")
BOUND, SHIELDED = ("BLOCKED", "IN_FORCE"), ("CLEAR", "SHIELDED")
TERM = ("M-PRO-01", "2026-03-01", "2028-03-01")
_Act = Callable[[Spine], Outcome]


@pytest.fixture
def spine(tmp_path: Path) -> Iterator[Spine]:
    """Each test has its own: a key is stolen once. The department has another one, in a safe."""
    furnished = furnish(found_spine(tmp_path / "registry"))
    furnished.signers["safe"] = FileSigner.generate(SUITE_ED25519)
    placed(furnished.enrol(KEY, furnished.signers["safe"]))
    yield furnished
    furnished.engine.close()


@pytest.fixture
def firm(spine: Spine) -> Subject:
    subject = new_firm()
    placed(spine.say("市场监管", event=licence("市场监管", subject)))
    return subject


def status(spine: Spine, firm: Subject) -> tuple[str, str]:
    """The verdict, and where the one hit of the firm stands."""
    decision = ask(spine, firm)
    (hit,) = decision.hits
    return told(decision)[0], HitStatus.Name(hit.status).removeprefix("HIT_STATUS_")


def stayed(spine: Spine, firm: Subject) -> _Act:
    """A stayed ban, its correction; and the act by which a thief ends the stay."""
    placed(say_safely(spine, statement_id="ban", event=ban(KEY, firm, *TERM)))
    placed(say_safely(spine, status_note=stay(KEY, "ban", "2026-05-01")))
    return lambda s: s.say(KEY, "theft", status_note=resumption(KEY, "ban", "2026-06-01"))


def shielded(spine: Spine, firm: Subject) -> _Act:
    """A shielded ban, and the act by which a thief ends the shield."""
    placed(say_safely(spine, statement_id="ban", event=fined(firm)))
    placed(say_safely(spine, status_note=shield(KEY, "ban", "2026-09-01")))
    return lambda s: s.say(KEY, "theft", status_note=shield_ended(KEY, "ban", "2026-11-01"))


def fined(firm: Subject) -> pb.Event:
    measures = [imposed("M-PRO-01", "2026-04-10", "2028-04-10")]
    return penalty(KEY, firm, "2026-04-10", severity=pb.SEVERITY_GENERAL, measures=measures)


@pytest.mark.parametrize("found", ["before the correction", "after it"])
@pytest.mark.parametrize(
    ("begin", "event", "doubtful"),
    [(stayed, lambda firm: ban(KEY, firm, *TERM), STAYED), (shielded, fined, DISPUTED)],
    ids=["stay", "shield"],
)
def test_what_a_thief_ended_holds_on_through_a_correction(
    spine: Spine,
    firm: Subject,
    tmp_path: Path,
    found: str,
    begin: Callable[[Spine, Subject], _Act],
    event: Callable[[Subject], pb.Event],
    doubtful: tuple[str, str],
) -> None:
    at = placed(begin(spine, firm)(spine))
    assert status(spine, firm) == BOUND
    if found == "before the correction":
        steal(spine, at)
        assert status(spine, firm) == doubtful
    placed(say_safely(spine, statement_id="COR", correction=correction(KEY, "ban", event(firm))))
    if found == "after it":
        assert status(spine, firm) == BOUND
        steal(spine, at)
    for _ in range(2):
        assert status(spine, firm) == doubtful
        spine.reopen()
    placed(say_safely(spine, correction=correction(KEY, "COR", event(firm))))
    assert status(spine, firm) == doubtful
    placed(say_safely(spine, confirmation=confirmation("theft")))
    assert status(spine, firm) == BOUND
    spine.reopen()
    assert status(spine, firm) == BOUND
    assert Copy.of(spine.directory, tmp_path).rebuild() == []


def steal(spine: Spine, at: int) -> None:
    """The department's key is found stolen, and the lists are delivered again."""
    found_stolen(spine, spine.signers[KEY], at)
    recover(spine)


@pytest.mark.parametrize("found", ["before the correction", "after it"])
def test_service_that_a_thief_stated_does_not_bind_through_a_correction(
    spine: Spine, firm: Subject, tmp_path: Path, found: str
) -> None:
    office = BanOffice(spine, {name: spine.appoint(KEY, *each) for name, each in ACTORS.items()})
    decision = walk(office, firm)
    assert status(spine, firm) == ("CLEAR", "NOT_SERVED")
    at = take(office, "ban_served")
    served = spine.engine.state.store.statement(at)
    assert served is not None
    assert status(spine, firm) == BOUND
    if found == "before the correction":
        found_stolen(spine, office.signers["handler"], at)
        assert status(spine, firm) == DISPUTED
    event = decision_event(firm, "沧示财罚〔2026〕C-1号")
    event.legal_basis[:] = ["政府采购法 第七十七条第一款"]
    said = spine.say(KEY, "COR", by=office.signers["chief"], correction=correction(KEY, decision, event))
    placed(said)
    if found == "after it":
        assert status(spine, firm) == BOUND
        found_stolen(spine, office.signers["handler"], at)
    for _ in range(2):
        assert status(spine, firm) == DISPUTED
        spine.reopen()
    placed(say_safely(spine, confirmation=confirmation(served.statement_id)))
    assert status(spine, firm) == BOUND
    assert Copy.of(spine.directory, tmp_path).rebuild() == []


def walk(office: BanOffice, firm: Subject) -> str:
    """Every step of a case up to its decision; answers the decision's statement id."""
    office.subjects["C-1"] = firm
    for kind in WALK[: WALK.index("ban_decision") + 1]:
        at = take(office, kind)
    row = office.spine.engine.state.store.statement(at)
    assert row is not None
    office.decisions["C-1"] = row.statement_id
    return row.statement_id


def take(office: BanOffice, kind: str) -> int:
    """Takes a step of the case; answers its position."""
    envelope = office.sealed(kind, office.body(kind, "C-1"), ACTOR_OF.get(kind, "handler"))
    return placed(office.spine.put(KEY, envelope)[0])


def test_stay_that_nobody_touched_goes_over_as_it_is(spine: Spine, firm: Subject) -> None:
    stayed(spine, firm)
    placed(say_safely(spine, correction=correction(KEY, "ban", ban(KEY, firm, *TERM))))
    assert status(spine, firm) == STAYED


def test_stay_that_the_department_ended_goes_over_as_ended(spine: Spine, firm: Subject) -> None:
    placed(stayed(spine, firm)(spine))
    placed(say_safely(spine, correction=correction(KEY, "ban", ban(KEY, firm, *TERM))))
    assert status(spine, firm) == BOUND
    spine.reopen()
    assert status(spine, firm) == BOUND
