"""A key in the place of another, and what a key may sign at all."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.provenance.envelope import sign_envelope
from registry.provenance.keys import FileSigner
from registry.v1 import statement_pb2 as pb
from registry.v1.envelope_pb2 import SUITE_ED25519, SUITE_SM2_SM3
from tests.support.events import (
    ban,
    correction,
    list_entry,
    new_firm,
    placed,
    refusal,
)
from tests.support.signing_keys import rotate
from tests.support.spine import BY_KEY, Spine, enrolment_of, found_spine, furnish

PROCUREMENT = "M-PRO-01"


@pytest.fixture
def spine(tmp_path: Path) -> Iterator[Spine]:
    """Each test has its own: a key is stolen once."""
    furnished = furnish(found_spine(tmp_path / "registry"))
    yield furnished
    furnished.engine.close()


def test_department_puts_another_key_in_the_place_of_its_own(spine: Spine) -> None:
    new = FileSigner.generate(SUITE_ED25519)
    placed(rotate(spine, new))
    firm = new_firm()
    placed(spine.say("财政", by=new, event=ban("财政", firm, PROCUREMENT, "2026-03-01", "2028-03-01")))
    gone = pb.KeyRevocation(keyid=spine.signers["财政"].keyid, reason=pb.KEY_REVOCATION_REASON_SUPERSEDED)
    placed(spine.say("财政", by=new, key_revocation=gone))
    said = spine.say("财政", event=ban("财政", new_firm(), PROCUREMENT, "2026-03-01", "2028-03-01"))
    assert ("KEY_REVOKED", "signatures[0].keyid") in refusal(said)


def test_rotation_gives_no_more_than_the_old_key_had(spine: Spine) -> None:
    new = FileSigner.generate(SUITE_ED25519)
    assert refusal(rotate(spine, new, valid_until="2040-12-31")) == {
        ("KEY_NOT_REPLACEABLE", "key_enrolment.valid_until")
    }
    assert ("NOT_REGISTRAR", "department") in refusal(rotate(spine, new, by=spine.signers["法院"]))
    other = enrolment_of(spine.code("法院"), new, replaces=spine.signers["财政"].keyid)
    statement = spine.statement("财政", key_enrolment=other)
    said = spine.put("财政", spine.seal("财政", statement, new))[0]
    assert ("KEY_NOT_REPLACEABLE", "key_enrolment.replaces") in refusal(said)


def test_rotation_without_the_new_keys_signature_proves_nothing(spine: Spine) -> None:
    new = FileSigner.generate(SUITE_ED25519)
    enrolment = enrolment_of(spine.code("财政"), new, replaces=spine.signers["财政"].keyid)
    statement = spine.statement("财政", key_enrolment=enrolment)
    said = spine.put("财政", spine.seal("财政", statement, spine.signers["法院"]))[0]
    assert ("POSSESSION_NOT_PROVEN", "signatures") in refusal(said)


def test_key_for_some_categories_signs_nothing_else(spine: Spine) -> None:
    narrow = FileSigner.generate(SUITE_ED25519)
    placed(spine.enrol("财政", narrow, categories=["E-06"]))
    said = spine.say(
        "财政", by=narrow, event=ban("财政", new_firm(), PROCUREMENT, "2026-03-01", "2028-03-01")
    )
    assert ("CATEGORY_OUTSIDE_KEY", "signatures[0].keyid") in refusal(said)
    firm = new_firm()
    entry = list_entry("财政", firm, "L-02", "2026-03-01", "2028-03-01")
    placed(spine.say("财政", "entry", by=narrow, event=entry))
    other = ban("财政", firm, PROCUREMENT, "2026-03-01", "2028-03-01")
    said = spine.say("财政", by=narrow, correction=correction("财政", "entry", other))
    assert ("CATEGORY_OUTSIDE_KEY", "signatures[0].keyid") in refusal(said)
    said = spine.enrol("财政", FileSigner.generate(SUITE_ED25519), categories=["E-77"])
    assert ("CATEGORY_OUTSIDE_MANDATE", "key_enrolment.categories") in refusal(said)


def test_registry_that_requires_a_suite_takes_no_other(spine: Spine) -> None:
    spine.engine.state.suites = frozenset({SUITE_SM2_SM3})
    said = spine.say("财政", event=ban("财政", new_firm(), PROCUREMENT, "2026-03-01", "2028-03-01"))
    assert refusal(said) == {("SUITE_NOT_SUPPORTED", "signatures[0].keyid")}
    spine.engine.state.suites = frozenset({SUITE_ED25519})
    said = spine.enrol("财政", FileSigner.generate(SUITE_SM2_SM3))
    assert refusal(said) == {("SUITE_NOT_SUPPORTED", "key_enrolment.suite")}


def test_last_registrar_does_not_fall_with_a_key_that_vouched_for_it(spine: Spine) -> None:
    seal, new = spine.signers["信用办"], FileSigner.generate(SUITE_ED25519)
    window = {"valid_from": "2026-11-20", "valid_until": "2026-12-31"}
    enrolment = enrolment_of(spine.code("信用办"), new, replaces=seal.keyid, **window)
    statement = spine.statement("信用办", key_enrolment=enrolment)
    at = placed(spine.put("信用办", sign_envelope(statement.SerializeToString(), seal, new))[0])
    stolen = pb.KeyRevocation(keyid=seal.keyid, reason=pb.KEY_REVOCATION_REASON_COMPROMISED, suspect_from=at)
    said = spine.say("信用办", by=new, key_revocation=stolen)
    assert refusal(said) == {("LAST_REGISTRAR_KEY", "key_revocation.keyid")}
    stolen.suspect_from = at + 1
    placed(spine.say("信用办", by=new, key_revocation=stolen))
    stolen.suspect_from = at  # Nor does it fall afterwards, by an earlier position.
    said = spine.say("信用办", by=new, key_revocation=stolen)
    assert refusal(said) == {("LAST_REGISTRAR_KEY", "key_revocation.keyid")}
    placed(spine.say("信用办", by=new, department_registration=BY_KEY["财政"].registration()))


def test_key_that_finds_another_stolen_does_not_fall_with_it_though_a_third_is_left(spine: Spine) -> None:
    safe = spine.appoint("信用办", "R-2", "登记科", pb.OFFICIAL_ROLE_REGISTRAR)
    fallen = FileSigner.generate(SUITE_ED25519)
    at = placed(spine.enrol("信用办", fallen))
    stolen = pb.KeyRevocation(
        keyid=spine.signers["信用办"].keyid, reason=pb.KEY_REVOCATION_REASON_COMPROMISED, suspect_from=at
    )
    said = spine.say("信用办", by=fallen, key_revocation=stolen)
    assert refusal(said) == {("LAST_REGISTRAR_KEY", "key_revocation.keyid")}
    placed(spine.say("信用办", by=safe, key_revocation=stolen))
