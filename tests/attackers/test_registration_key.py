"""(d) The attacker holds a key of the registering authority: codes of before the USCC lead where he likes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from demo.departments import OPERATOR
from registry.provenance.file_signer import FileSigner
from registry.sanctions.verdict import Decision
from registry.v1 import statement_pb2 as pb
from registry.v1.envelope_pb2 import SUITE_ED25519
from registry.v1.subject_pb2 import Identifier
from registry.v1.verdict_pb2 import (
    VERDICT_BLOCKED,
    VERDICT_CLEAR,
    VERDICT_INDETERMINATE,
    Verdict,
)
from tests.attackers.scene import BARRED, FREE, UNKNOWN, Scene, Stage
from tests.support.events import alternate, old_code, placed, withdrawal
from tests.support.tampering import Copy

AUTHORITY = "市场监管"
CODE = old_code(BARRED)


@pytest.fixture
def stage(scene: Scene, copy: Copy) -> Iterator[Stage]:
    """The old code of the barred firm leads to it; the thief has the authority's other key."""
    with scene.running(copy.config.home) as running:
        spine = running.spine
        spine.signers["stolen"] = FileSigner.generate(SUITE_ED25519)
        placed(spine.enrol(AUTHORITY, spine.signers["stolen"]))
        placed(spine.say(AUTHORITY, "true", subject_link=alternate(CODE, BARRED)))
        yield running


def steal(stage: Stage, **body: Any) -> int:
    """What the thief states."""
    return placed(stage.spine.say(AUTHORITY, by=stage.spine.signers["stolen"], **body))


def found_stolen(stage: Stage, suspect_from: int) -> int:
    revocation = pb.KeyRevocation(
        keyid=stage.spine.signers["stolen"].keyid,
        reason=pb.KEY_REVOCATION_REASON_COMPROMISED,
        suspect_from=suspect_from,
    )
    return placed(stage.spine.say(OPERATOR.key, key_revocation=revocation))


def verdict(stage: Stage, code: Identifier, at: int | None = None) -> Verdict.ValueType:
    """The verdict for whoever asks by an old code."""
    decision: Decision = stage.spine.ask(code.value, kind=code.type, at=at)
    return decision.verdict


def test_an_old_code_that_he_turns_to_another_firm_frees_nobody(stage: Stage, copy: Copy) -> None:
    assert verdict(stage, CODE) == VERDICT_BLOCKED
    first = steal(stage, withdrawal=withdrawal(AUTHORITY, "true"))
    steal(stage, subject_link=alternate(CODE, FREE))
    assert verdict(stage, CODE) == VERDICT_CLEAR
    revoked = found_stolen(stage, first)
    assert verdict(stage, CODE) == VERDICT_INDETERMINATE
    assert verdict(stage, CODE, at=revoked - 1) == VERDICT_CLEAR
    stage.spine.reopen()
    assert verdict(stage, CODE) == VERDICT_INDETERMINATE
    placed(stage.spine.say(AUTHORITY, subject_link=alternate(CODE, BARRED)))
    assert verdict(stage, CODE) == VERDICT_BLOCKED
    assert Copy.of(copy.config.home, copy.config.home.parent.parent).rebuild() == []


def test_an_old_code_that_he_ties_to_a_barred_firm_bars_nobody(stage: Stage) -> None:
    other = old_code(UNKNOWN)
    tied = steal(stage, subject_link=alternate(other, BARRED))
    assert verdict(stage, other) == VERDICT_BLOCKED
    found_stolen(stage, tied)
    assert verdict(stage, other) == VERDICT_INDETERMINATE
    assert verdict(stage, CODE) == VERDICT_BLOCKED


def test_an_old_code_that_led_to_two_firms_does_not_lead_to_the_free_one_alone(stage: Stage) -> None:
    placed(stage.spine.say(AUTHORITY, subject_link=alternate(CODE, FREE)))
    assert verdict(stage, CODE) == VERDICT_INDETERMINATE
    cut = steal(stage, withdrawal=withdrawal(AUTHORITY, "true"))
    assert verdict(stage, CODE) == VERDICT_CLEAR
    found_stolen(stage, cut)
    assert verdict(stage, CODE) == VERDICT_INDETERMINATE


def test_an_old_code_that_the_department_itself_linked_leads_on(scene: Scene, stage: Stage) -> None:
    """With its sound key it undid what the thief did, before anybody knew of the theft."""
    doubled = steal(stage, subject_link=alternate(CODE, FREE))
    assert verdict(stage, CODE) == VERDICT_INDETERMINATE
    found_stolen(stage, doubled)
    report = scene.report(stage.world.check(CODE))
    assert (report.ok, report.verdict) == (True, VERDICT_BLOCKED), report.faults
