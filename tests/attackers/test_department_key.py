"""(d) The attacker holds a department's signing key (and may call as the department)."""

from __future__ import annotations

from collections.abc import Iterator

import grpc
import pytest

from demo.departments import OPERATOR
from registry.provenance.file_signer import FileSigner
from registry.v1 import statement_pb2 as pb
from registry.v1 import verdict_pb2
from registry.v1.envelope_pb2 import SUITE_ED25519
from registry.v1.log_service_pb2 import LogServiceGetStatementRequest
from registry.v1.log_service_pb2_grpc import LogServiceStub
from registry.v1.verdict_pb2 import HIT_REASON_KEY_DISPUTED
from tests.attackers.scene import BAN, BARRED, FREE, Scene, Stage
from tests.support.events import ban, firm, licence, note, placed, refusal, withdrawal
from tests.support.served import refused
from tests.support.tampering import Copy

VICTIM = "财政"
TERM = ("M-PRO-01", "2026-03-01", "2028-03-01")


@pytest.fixture
def stage(scene: Scene, copy: Copy) -> Iterator[Stage]:
    with scene.running(copy.config.home) as running:
        yield running


def revoke(stage: Stage, suspect_from: int) -> int:
    """The registrar revokes the stolen key, as the department asked him to."""
    revocation = pb.KeyRevocation(
        keyid=stage.spine.signers[VICTIM].keyid,
        reason=pb.KEY_REVOCATION_REASON_COMPROMISED,
        suspect_from=suspect_from,
    )
    return placed(stage.spine.say(OPERATOR.key, key_revocation=revocation))


def renew(stage: Stage) -> None:
    """The department goes on with a key of its own: without one, and without its lists delivered anew, every
    answer that needs them is INDETERMINATE."""
    signer = FileSigner.generate(SUITE_ED25519)
    placed(stage.spine.enrol(VICTIM, signer))
    stage.spine.signers[VICTIM] = signer
    stage.spine.deliver([VICTIM])


def false_ban(stage: Stage) -> int:
    """What the thief states."""
    return placed(
        stage.spine.say(VICTIM, "false-ban", event=ban(VICTIM, FREE, "M-PRO-01", "2026-03-01", "2028-03-01"))
    )


def test_what_a_thief_states_counts_until_the_key_is_revoked_and_is_for_review_from_then_on(
    scene: Scene, stage: Stage
) -> None:
    position = false_ban(stage)
    unnoticed = scene.report(stage.receipt(FREE))
    assert (unnoticed.ok, unnoticed.verdict) == (True, verdict_pb2.VERDICT_BLOCKED)
    revoke(stage, position)
    assert scene.report(stage.receipt(FREE)).verdict == verdict_pb2.VERDICT_INDETERMINATE
    renew(stage)
    report = scene.report(stage.receipt(FREE))
    assert (report.ok, report.verdict) == (True, verdict_pb2.VERDICT_REVIEW)
    decision = stage.spine.ask(FREE.identifier.value)
    assert [hit.reasons for hit in decision.hits] == [(HIT_REASON_KEY_DISPUTED,)]


def test_a_thief_frees_nobody_for_good(scene: Scene, stage: Stage) -> None:
    position = placed(stage.spine.say(VICTIM, withdrawal=withdrawal(VICTIM, BAN)))
    assert scene.report(stage.receipt(BARRED)).verdict != verdict_pb2.VERDICT_BLOCKED
    revoke(stage, position)
    renew(stage)
    report = scene.report(stage.receipt(BARRED))
    assert (report.ok, report.verdict) == (True, verdict_pb2.VERDICT_REVIEW)


def test_the_department_sees_in_its_statements_what_it_never_made(stage: Stage) -> None:
    """What it notices the theft by: every statement under its key is in the log, and is its to read."""
    asked = LogServiceGetStatementRequest(position=false_ban(stage))
    own, other = (
        LogServiceStub(stage.served.channel(stage.served.department(key))) for key in (VICTIM, "住建")
    )
    payload = own.GetStatement(asked).statement.envelope.payload
    assert pb.Statement.FromString(payload).statement_id == "false-ban"
    assert refused(lambda: other.GetStatement(asked)).code is grpc.StatusCode.NOT_FOUND


def test_the_key_signs_for_no_other_department_and_beyond_no_mandate(stage: Stage) -> None:
    stolen = stage.spine.signers[VICTIM]
    other = ban("住建", FREE, "M-BID-01", "2026-03-01", "2028-03-01")
    assert refusal(stage.spine.say("住建", event=other, by=stolen))
    beyond = ban(VICTIM, FREE, "M-BID-01", "2026-03-01", "2028-03-01")
    assert refusal(stage.spine.say(VICTIM, event=beyond))


def test_the_key_enrols_no_other_key_and_works_no_more_once_revoked(stage: Stage) -> None:
    stolen, own = stage.spine.signers[VICTIM], FileSigner.generate(SUITE_ED25519)
    stage.spine.signers[OPERATOR.key] = stolen
    assert refusal(stage.spine.enrol(VICTIM, own))
    stage.spine.signers[OPERATOR.key] = FileSigner.load(stage.spine.directory / "keys" / "operator.key", None)
    revoke(stage, stage.spine.position)
    again = ban(VICTIM, FREE, "M-PRO-01", "2026-03-01", "2028-03-01")
    assert refusal(stage.spine.say(VICTIM, event=again))


def test_nothing_is_stated_before_it_was_received(stage: Stage) -> None:
    """He can write any date into the statement, and none into the leaf."""
    before = stage.spine.engine.state.size
    position = placed(
        stage.spine.say(VICTIM, event=ban(VICTIM, FREE, "M-PRO-01", "2025-03-01", "2027-03-01"))
    )
    assert position >= before
    earlier = stage.spine.ask(FREE.identifier.value, at=before - 1)
    assert earlier.verdict == verdict_pb2.VERDICT_CLEAR


def second_key(stage: Stage) -> FileSigner:
    """Another key of the victim, in a safe."""
    sound = FileSigner.generate(SUITE_ED25519)
    placed(stage.spine.enrol(VICTIM, sound))
    return sound


def test_one_of_two_keys_stolen_puts_nothing_in_doubt_that_the_other_signed_but_about_his(
    scene: Scene, stage: Stage
) -> None:
    """The department's own ban blocks on, its own withdrawal frees; its note on his ban settles none."""
    spine, sound, own, freed = stage.spine, second_key(stage), firm(4), firm(5)
    for each in (own, freed):
        placed(spine.say("市场监管", event=licence("市场监管", each)))
    placed(spine.say(VICTIM, "earlier", event=ban(VICTIM, freed, *TERM)))
    first = false_ban(stage)
    placed(spine.say(VICTIM, "own", by=sound, event=ban(VICTIM, own, *TERM)))
    placed(spine.say(VICTIM, by=sound, withdrawal=withdrawal(VICTIM, "earlier")))
    contested = note(VICTIM, "false-ban", pb.NOTED_STATUS_CONTESTED, "2026-11-20")
    placed(spine.say(VICTIM, by=sound, status_note=contested))
    revoke(stage, first)
    for who, verdict in (
        (own, verdict_pb2.VERDICT_BLOCKED),
        (freed, verdict_pb2.VERDICT_CLEAR),
        (FREE, verdict_pb2.VERDICT_REVIEW),
    ):
        report = scene.report(stage.receipt(who))
        assert (report.ok, report.verdict) == (True, verdict), report.faults


def test_he_cannot_declare_a_sound_key_of_the_department_stolen(scene: Scene, stage: Stage) -> None:
    """Giving it up is all that its holder may do; what it signed blocks on."""
    spine, sound = stage.spine, second_key(stage)
    at = placed(spine.say(VICTIM, "own", by=sound, event=ban(VICTIM, FREE, *TERM)))
    lie = pb.KeyRevocation(keyid=sound.keyid, reason=pb.KEY_REVOCATION_REASON_COMPROMISED, suspect_from=at)
    assert refusal(spine.say(VICTIM, key_revocation=lie)) == {("NOT_REGISTRAR", "department")}
    gone = pb.KeyRevocation(keyid=sound.keyid, reason=pb.KEY_REVOCATION_REASON_RETIRED)
    revoke(stage, placed(spine.say(VICTIM, key_revocation=gone)))
    renew(stage)
    assert scene.report(stage.receipt(FREE)).verdict == verdict_pb2.VERDICT_BLOCKED
