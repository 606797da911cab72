"""(h) The attacker holds a registrar's key (登记员密钥): he enrols keys of his own for whom he likes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from demo.departments import OPERATOR
from registry.provenance.file_signer import FileSigner
from registry.v1 import statement_pb2 as pb
from registry.v1 import verdict_pb2
from registry.v1.envelope_pb2 import SUITE_ED25519
from registry.v1.verdict_pb2 import HIT_REASON_KEY_DISPUTED
from tests.attackers.scene import BAN, BARRED, FREE, Scene, Stage
from tests.support.events import ban, placed, refusal, target, withdrawal
from tests.support.tampering import Copy

OFFICE = "财政"
TERM = ("M-PRO-01", "2026-03-01", "2028-03-01")


@pytest.fixture
def stage(scene: Scene, copy: Copy) -> Iterator[Stage]:
    """The operator has another registrar, appointed before the theft."""
    with scene.running(copy.config.home) as running:
        spine = running.spine
        spine.signers["safe"] = spine.appoint(OPERATOR.key, "R-2", "登记科", pb.OFFICIAL_ROLE_REGISTRAR)
        yield running


def enrolled(stage: Stage, *, by: FileSigner | None = None) -> tuple[FileSigner, int]:
    """A key of the thief's own for a department that never asked for one, and where it was enrolled."""
    own, spine = FileSigner.generate(SUITE_ED25519), stage.spine
    seal = spine.signers[OPERATOR.key]
    spine.signers[OPERATOR.key] = by or seal
    position = placed(spine.enrol(OFFICE, own))
    spine.signers[OPERATOR.key] = seal
    return own, position


def found_stolen(stage: Stage, suspect_from: int, **by: FileSigner) -> int:
    """The other registrar revokes the stolen key."""
    revocation = pb.KeyRevocation(
        keyid=stage.spine.signers[OPERATOR.key].keyid,
        reason=pb.KEY_REVOCATION_REASON_COMPROMISED,
        suspect_from=suspect_from,
    )
    signer = by.get("by", stage.spine.signers["safe"])
    return placed(stage.spine.say(OPERATOR.key, by=signer, key_revocation=revocation))


def test_keys_that_he_enrolled_for_others_fall_with_the_registrars(
    scene: Scene, stage: Stage, copy: Copy
) -> None:
    own, first = enrolled(stage)
    placed(stage.spine.say(OFFICE, "theft", by=own, withdrawal=withdrawal(OFFICE, BAN)))
    placed(stage.spine.say(OFFICE, by=own, event=ban(OFFICE, FREE, *TERM)))
    assert stage.spine.ask(BARRED.identifier.value).verdict == verdict_pb2.VERDICT_CLEAR
    assert stage.spine.ask(FREE.identifier.value).verdict == verdict_pb2.VERDICT_BLOCKED
    found_stolen(stage, first)
    for who in (BARRED, FREE):
        report = scene.report(stage.receipt(who))
        assert (report.ok, report.verdict) == (True, verdict_pb2.VERDICT_REVIEW), report.faults
        (hit,) = stage.spine.ask(who.identifier.value).hits
        assert HIT_REASON_KEY_DISPUTED in hit.reasons
    again = stage.spine.say(OFFICE, by=own, event=ban(OFFICE, FREE, *TERM))
    assert ("KEY_REVOKED", "signatures[0].keyid") in refusal(again)
    confirmation = pb.Confirmation(target=target(OFFICE, "theft"), reason="经核对原卷, 确为本部门所作")
    placed(stage.spine.say(OFFICE, confirmation=confirmation))
    assert stage.spine.ask(BARRED.identifier.value).verdict == verdict_pb2.VERDICT_CLEAR
    assert Copy.of(copy.config.home, copy.config.home.parent.parent).rebuild() == []


def test_a_registrar_whom_he_appoints_falls_with_all_that_he_enrolled_in_turn(
    scene: Scene, stage: Stage
) -> None:
    first = stage.spine.position + 1
    accomplice = stage.spine.appoint(OPERATOR.key, "R-3", "登记科", pb.OFFICIAL_ROLE_REGISTRAR)
    own, _ = enrolled(stage, by=accomplice)
    placed(stage.spine.say(OFFICE, by=own, withdrawal=withdrawal(OFFICE, BAN)))
    found_stolen(stage, first)
    report = scene.report(stage.receipt(BARRED))
    assert (report.ok, report.verdict) == (True, verdict_pb2.VERDICT_REVIEW), report.faults
    more = FileSigner.generate(SUITE_ED25519)
    stage.spine.signers[OPERATOR.key] = accomplice
    assert ("KEY_REVOKED", "signatures[0].keyid") in refusal(stage.spine.enrol(OFFICE, more))


def test_what_he_delivered_in_a_departments_name_makes_nobody_clear(stage: Stage) -> None:
    spine, later = stage.spine, date(2027, 6, 1)
    now = spine.clock.now_ms
    spine.clock.move_to(later)
    own, first = enrolled(stage)
    stale = spine.ask(FREE.identifier.value, on=later)
    spine.deliver([key for key in spine.signers if key not in (OPERATOR.key, "safe", OFFICE)])
    spine.signers[OFFICE], sound = own, spine.signers[OFFICE]
    spine.deliver([OFFICE])
    spine.signers[OFFICE] = sound
    assert stale.verdict == verdict_pb2.VERDICT_INDETERMINATE
    assert spine.ask(FREE.identifier.value, on=later).verdict == verdict_pb2.VERDICT_CLEAR
    found_stolen(stage, first)
    assert spine.ask(FREE.identifier.value, on=later).verdict == verdict_pb2.VERDICT_INDETERMINATE
    spine.deliver([OFFICE])
    assert spine.ask(FREE.identifier.value, on=later).verdict == verdict_pb2.VERDICT_CLEAR
    spine.clock.now_ms = now


def test_keys_enrolled_before_the_theft_stay_and_so_does_what_they_sign(scene: Scene, stage: Stage) -> None:
    honest, before = enrolled(stage)
    placed(stage.spine.say(OFFICE, by=honest, event=ban(OFFICE, FREE, *TERM)))
    found_stolen(stage, before + 1)
    report = scene.report(stage.receipt(FREE))
    assert (report.ok, report.verdict) == (True, verdict_pb2.VERDICT_BLOCKED), report.faults
    placed(stage.spine.say(OFFICE, by=honest, event=ban(OFFICE, BARRED, *TERM)))
