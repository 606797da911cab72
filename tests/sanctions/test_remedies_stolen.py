"""Remedies in a thief's hands: neither his shield nor his repair nor his annulment frees or binds anybody."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from registry.provenance.keys import FileSigner
from registry.v1 import statement_pb2 as pb
from registry.v1.envelope_pb2 import SUITE_ED25519
from registry.v1.subject_pb2 import Subject
from tests.support.events import ask, imposed, licence, new_firm, penalty, placed, told
from tests.support.remedies import (
    acceptance,
    annulment,
    application,
    granted,
    objection_to,
    result,
    shield,
    shield_ended,
)
from tests.support.signing_keys import confirmation, recover, revoke, say_safely
from tests.support.spine import Spine, found_spine, furnish
from tests.support.tampering import Copy

KEY = "财政"
BLOCKED = ("BLOCKED", {"M-PRO-01": "BLOCKS MANDATORY"})
DISPUTED = ("REVIEW", {"M-PRO-01": "NEEDS_REVIEW KEY_DISPUTED"})
REPAIRED: tuple[str, dict[str, str]] = ("CLEAR", {})


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
    """A firm with a penalty that bans it and may be repaired."""
    subject = new_firm()
    placed(spine.say("市场监管", event=licence("市场监管", subject)))
    measures = [imposed("M-PRO-01", "2026-04-10", "2028-04-10")]
    fined = penalty(KEY, subject, "2026-04-10", severity=pb.SEVERITY_GENERAL, measures=measures)
    placed(spine.say(KEY, "fined", event=fined))
    return subject


def repair(spine: Spine, by: FileSigner | None = None) -> int:
    """Applied for and accepted with the safe key; granted with the other one, unless another is named."""
    placed(say_safely(spine, repair_application=application(KEY, "fined")))
    applied = spine.engine.state.remedies.about((spine.code(KEY), "fined"))[-1].told.filed.statement_id
    placed(say_safely(spine, repair_acceptance=acceptance(KEY, "fined", applied)))
    return placed(spine.say(KEY, "repair", by=by, repair=granted(KEY, "fined", applied)))


def steal(spine: Spine, suspect_from: int) -> None:
    """The key is found stolen, and the lists are delivered again."""
    revoke(spine, suspect_from)
    recover(spine)


def test_repair_by_a_thief_frees_nobody(spine: Spine, firm: Subject) -> None:
    at = repair(spine)
    assert told(ask(spine, firm)) == REPAIRED
    steal(spine, at)
    assert told(ask(spine, firm)) == DISPUTED
    placed(say_safely(spine, confirmation=confirmation("repair")))
    assert told(ask(spine, firm)) == REPAIRED


def test_annulment_by_a_thief_neither_bans_nor_is_passed_over(
    spine: Spine, firm: Subject, tmp_path: Path
) -> None:
    repair(spine, spine.signers["safe"])
    at = placed(spine.say(KEY, "annul", repair_annulment=annulment(KEY, "fined")))
    assert told(ask(spine, firm)) == BLOCKED
    steal(spine, at)
    assert told(ask(spine, firm)) == DISPUTED
    placed(say_safely(spine, confirmation=confirmation("annul")))
    assert told(ask(spine, firm)) == BLOCKED
    assert Copy.of(spine.directory, tmp_path).rebuild() == []


def test_shield_by_a_thief_frees_nobody(spine: Spine, firm: Subject) -> None:
    at = placed(spine.say(KEY, "shield", status_note=shield(KEY, "fined", "2026-09-01")))
    assert told(ask(spine, firm))[0] == "CLEAR"
    steal(spine, at)
    assert told(ask(spine, firm)) == DISPUTED
    placed(say_safely(spine, confirmation=confirmation("shield")))
    assert told(ask(spine, firm))[0] == "CLEAR"


def test_shield_that_a_thief_ends_is_for_a_human_to_weigh(spine: Spine, firm: Subject) -> None:
    placed(say_safely(spine, status_note=shield(KEY, "fined", "2026-09-01")))
    at = placed(spine.say(KEY, status_note=shield_ended(KEY, "fined", "2026-11-01")))
    assert told(ask(spine, firm)) == BLOCKED
    steal(spine, at)
    assert told(ask(spine, firm)) == DISPUTED
    assert told(ask(spine, firm, on=date(2026, 8, 31))) == BLOCKED


def test_objection_that_a_thief_upholds_deletes_nothing(spine: Spine, firm: Subject) -> None:
    placed(say_safely(spine, objection=objection_to(KEY, "fined")))
    filed = spine.engine.state.remedies.about((spine.code(KEY), "fined"))[-1].told.filed.statement_id
    deleted = result(KEY, "fined", filed, pb.OBJECTION_OUTCOME_DELETED)
    at = placed(spine.say(KEY, objection_result=deleted))
    assert told(ask(spine, firm))[1] == {}
    steal(spine, at)
    assert told(ask(spine, firm))[0] == "REVIEW"
