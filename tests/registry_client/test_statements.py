import pytest

from registry.provenance.envelope import PAYLOAD_TYPE, pae
from registry.provenance.keys import FileSigner, load_verifying_key
from registry.v1.envelope_pb2 import SUITE_ECDSA_P256_SHA256, SUITE_ED25519
from registry.v1.statement_pb2 import (
    DepartmentRegistration,
    Event,
    KeyEnrolment,
    Repair,
    Statement,
    Withdrawal,
)
from registry_client import Numbering, new_statement, numbered_statement, reference_to, seal
from registry_client.statements import Body
from tests.registry_client.samples import DEPARTMENT, ORIGIN

NUMBERING = Numbering(bytes(32))


def numbered(body: Body, occasion: str = "") -> Statement:
    return numbered_statement(NUMBERING, origin=ORIGIN, department=DEPARTMENT, body=body, occasion=occasion)


def test_a_new_statement_says_who_states_what_in_which_log() -> None:
    event = Event(category="E-01")
    statement = new_statement(
        origin=ORIGIN, department=DEPARTMENT, statement_id="S-1", nonce=b"n" * 16, body=event
    )
    assert statement == Statement(
        origin=ORIGIN, department=DEPARTMENT, statement_id="S-1", nonce=b"n" * 16, event=event
    )


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (Withdrawal(reason="x"), "withdrawal"),
        (Repair(reason="x"), "repair"),
        (DepartmentRegistration(code=DEPARTMENT), "department_registration"),
        (KeyEnrolment(department=DEPARTMENT), "key_enrolment"),
    ],
)
def test_each_body_goes_into_its_field(body: Body, field: str) -> None:
    assert numbered(body).WhichOneof("body") == field


def test_the_same_content_makes_the_same_bytes() -> None:
    body = Withdrawal(target=reference_to(DEPARTMENT, "S-1"), reason="处罚决定已被撤销")
    assert numbered(body).SerializeToString() == numbered(body).SerializeToString()
    assert len(numbered(body).nonce) == 16


def test_another_content_or_occasion_is_another_statement() -> None:
    body = Withdrawal(target=reference_to(DEPARTMENT, "S-1"), reason="处罚决定已被撤销")
    other = Withdrawal(target=reference_to(DEPARTMENT, "S-2"), reason="处罚决定已被撤销")
    ids = {numbered(body).statement_id, numbered(other).statement_id, numbered(body, "再次").statement_id}
    assert len(ids) == 3


@pytest.mark.parametrize("suite", [SUITE_ED25519, SUITE_ECDSA_P256_SHA256])
def test_an_envelope_is_signed_over_the_bytes_it_carries(suite: int) -> None:
    signer = FileSigner.generate(suite)  # type: ignore[arg-type]
    statement = numbered(Event(category="E-01"))
    envelope = seal(statement, signer)
    assert Statement.FromString(envelope.payload) == statement
    assert envelope.payload_type == PAYLOAD_TYPE
    key = load_verifying_key(signer.suite, signer.public_key)
    (signature,) = envelope.signatures
    key.verify(pae(envelope.payload_type, envelope.payload), signature.sig)
    assert signature.keyid == signer.keyid


def test_the_enrolment_of_a_key_is_signed_by_the_new_key_too() -> None:
    registrar, new = FileSigner.generate(SUITE_ED25519), FileSigner.generate(SUITE_ED25519)
    envelope = seal(numbered(KeyEnrolment(public_key=new.public_key)), registrar, new)
    assert [signature.keyid for signature in envelope.signatures] == [registrar.keyid, new.keyid]


def test_nothing_is_sealed_without_a_signer() -> None:
    with pytest.raises(ValueError, match="at least one signer"):
        seal(numbered(Event(category="E-01")))
