"""Receipts about what a stolen key signed: for a human, by proof, whoever the key was enrolled by."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from demo.departments import OPERATOR
from registry.provenance.file_signer import FileSigner
from registry.v1 import statement_pb2 as statements
from registry.v1 import verdict_pb2
from registry.v1.envelope_pb2 import SUITE_ED25519
from tests.receipts.serving import serving_receipts
from tests.support.events import ban, correction, licence, new_firm, placed, stay, target, withdrawal
from tests.support.spine import Spine, found_spine, furnish
from tests.verification.world import World

TERM = ("M-PRO-01", "2026-03-01", "2028-03-01")
REVIEW = verdict_pb2.VERDICT_REVIEW


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    spine = furnish(found_spine(tmp_path_factory.mktemp("stolen") / "registry"))
    spine.signers["safe"] = spine.appoint(OPERATOR.key, "R-2", "登记科", statements.OFFICIAL_ROLE_REGISTRAR)
    with serving_receipts(spine) as running:
        yield World(running)


def revoke(spine: Spine, key: FileSigner, suspect_from: int) -> None:
    revocation = statements.KeyRevocation(
        keyid=key.keyid, reason=statements.KEY_REVOCATION_REASON_COMPROMISED, suspect_from=suspect_from
    )
    placed(spine.say(OPERATOR.key, by=spine.signers["safe"], key_revocation=revocation))


def test_what_keys_signed_that_a_stolen_registrars_key_enrolled(world: World) -> None:
    spine, barred, free = world.served.spine, new_firm(), new_firm()
    placed(spine.say("财政", "BAN", event=ban("财政", barred, *TERM)))
    own = FileSigner.generate(SUITE_ED25519)
    enrolled = placed(spine.enrol("财政", own))
    placed(spine.say("财政", by=own, withdrawal=withdrawal("财政", "BAN")))
    placed(spine.say("财政", "FALSE", by=own, event=ban("财政", free, *TERM)))
    before = spine.position
    revoke(spine, spine.signers[OPERATOR.key], enrolled)
    # Of the firm whose only ban he withdrew nothing else is recorded: not known, with a disputed hit.
    for who, verdict in ((barred, verdict_pb2.VERDICT_INDETERMINATE), (free, REVIEW)):
        report = world.report(world.check(who.identifier))
        assert (report.ok, report.verdict) == (True, verdict), report.faults
        assert world.report(world.check(who.identifier, at=before)).ok
    placed(
        spine.say("财政", confirmation=statements.Confirmation(target=target("财政", "FALSE"), reason="核对"))
    )
    report = world.report(world.check(free.identifier))
    assert (report.ok, report.verdict) == (True, verdict_pb2.VERDICT_BLOCKED), report.faults


def test_a_firm_that_is_known_by_a_thiefs_word_alone_is_not_clear_by_any_receipt(world: World) -> None:
    spine, firm, own = world.served.spine, new_firm(), FileSigner.generate(SUITE_ED25519)
    enrolled = placed(spine.enrol("市场监管", own))
    placed(spine.say("市场监管", by=own, event=licence("市场监管", firm)))
    before = spine.position
    revoke(spine, spine.signers[OPERATOR.key], enrolled)
    for at, verdict in ((None, verdict_pb2.VERDICT_INDETERMINATE), (before, verdict_pb2.VERDICT_CLEAR)):
        report = world.report(world.check(firm.identifier, at=at))
        assert (report.ok, report.verdict) == (True, verdict), report.faults
    placed(spine.say("市场监管", event=licence("市场监管", firm)))
    report = world.report(world.check(firm.identifier))
    assert (report.ok, report.verdict) == (True, verdict_pb2.VERDICT_CLEAR), report.faults


@pytest.mark.parametrize("stolen_from", [1, 2, 3])
def test_a_stay_upon_a_correction_of_which_part_is_stolen(world: World, stolen_from: int) -> None:
    """From the ban, the stay or the correction on, the key was the thief's."""
    spine, barred = world.served.spine, new_firm()
    clerk = spine.appoint("财政", "F-9", "采购监督科", statements.OFFICIAL_ROLE_SUBMITTER)
    acts = [
        placed(spine.say("财政", "ACT-1", by=clerk, event=ban("财政", barred, *TERM))),
        placed(spine.say("财政", "ACT-2", by=clerk, status_note=stay("财政", "ACT-1", "2026-06-01"))),
        placed(
            spine.say(
                "财政", "ACT-3", by=clerk, correction=correction("财政", "ACT-1", ban("财政", barred, *TERM))
            )
        ),
    ]
    revoke(spine, clerk, acts[stolen_from - 1])
    report = world.report(world.check(barred.identifier))
    assert (report.ok, report.verdict) == (True, REVIEW), report.faults
    for number in range(stolen_from, 4):
        confirmed = statements.Confirmation(target=target("财政", f"ACT-{number}"), reason="核对")
        spine.say("财政", confirmation=confirmed)
        report = world.report(world.check(barred.identifier))
        assert (report.ok, report.verdict) == (True, REVIEW), report.faults
