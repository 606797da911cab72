from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest

from registry.provenance.batch import BATCH_TYPE, sign_batch
from registry.provenance.envelope import PAYLOAD_TYPE, pae
from registry.provenance.keys import FileSigner
from registry.v1 import statement_pb2 as pb
from registry.v1.envelope_pb2 import SUITE_ED25519
from registry_web.signer.permission import (
    Owner,
    PermissionFaultError,
    ToSign,
    challenge_over,
    permitted,
)

OWN, OTHER = "11130900DEM0000228", "11130900DEM000014D"
KEY = FileSigner.generate(SUITE_ED25519)
OWNER = Owner(OWN, "B-21", KEY.public_key)


def statement(department: str = OWN, **body: Any) -> pb.Statement:
    body = body or {"ban_review": pb.BanReview(case_number="K-1", lawful=True, opinion="同意")}
    return pb.Statement(
        statement_id="S-1", origin="credit.example/test", department=department, nonce=bytes(16), **body
    )


def asked(made: pb.Statement) -> ToSign:
    return ToSign(PAYLOAD_TYPE, made.SerializeToString(deterministic=True))


def batch(*members: pb.Statement, department: str = OWN) -> ToSign:
    payloads = tuple(each.SerializeToString(deterministic=True) for each in members)
    made = sign_batch(
        payloads,
        origin="credit.example/test",
        department=department,
        batch_id="B",
        nonce=bytes(16),
        signer=KEY,
    )
    return ToSign(BATCH_TYPE, made.header.payload, payloads)


def enrolment(official_id: str = "B-21", public_key: bytes = KEY.public_key) -> pb.Statement:
    body = pb.KeyEnrolment(department=OWN, official_id=official_id, public_key=public_key)
    return statement(OTHER, key_enrolment=body)


def test_a_statement_of_the_own_department_may_be_signed() -> None:
    assert permitted(OWNER, asked(statement())).kind == "ban_review"


def test_a_batch_of_the_own_department_may_be_signed() -> None:
    event = statement(event=pb.Event(category="E-51"))
    assert permitted(OWNER, batch(event, event)).count == 2


ESCAPES = {
    "another department": asked(statement(OTHER)),
    "no statement": ToSign(PAYLOAD_TYPE, b"\xff\xff"),
    "an empty one": ToSign(PAYLOAD_TYPE, b""),
    "without a body": asked(pb.Statement(statement_id="S", department=OWN)),
    "another type of payload": ToSign("application/vnd.other", asked(statement()).payload),
    "a checkpoint": ToSign("", b"credit.example/test\n4\n"),
    "what the registry alone states": asked(statement(map_state=pb.MapState(size=1, root=bytes(32)))),
    "the founding": asked(statement(genesis=pb.Genesis())),
    "fields nobody sees": ToSign(PAYLOAD_TYPE, asked(statement()).payload + b"\xaa\x06\x04evil"),
    "written in another way": ToSign(PAYLOAD_TYPE, asked(statement()).payload[::-1][:0] + b"\x0a\x01X"
                                     + asked(statement()).payload),
    "a batch of another department": batch(statement(OTHER), department=OTHER),
    "a batch with another's statement": batch(statement(event=pb.Event()), statement(OTHER)),
    "a header alone": ToSign(BATCH_TYPE, batch(statement(event=pb.Event())).payload),
    "a header with other statements": ToSign(
        BATCH_TYPE, batch(statement(event=pb.Event())).payload, (asked(statement()).payload,)
    ),
    "appointments in a batch": batch(statement(official_registration=pb.OfficialRegistration())),
    "statements beside a statement": ToSign(PAYLOAD_TYPE, asked(statement()).payload, (b"x",)),
}  # fmt: skip


@pytest.mark.parametrize("what", ESCAPES)
def test_nothing_else_is_signed(what: str) -> None:
    with pytest.raises(PermissionFaultError):
        permitted(OWNER, ESCAPES[what])


def test_a_new_key_shows_that_it_is_held_for_its_own_enrolment_alone() -> None:
    assert permitted(OWNER, asked(enrolment()), possession=True).kind == "key_enrolment"
    others = (
        enrolment("B-22"),
        enrolment(public_key=FileSigner.generate(SUITE_ED25519).public_key),
        statement(),
        statement(OTHER),
    )
    for other in others:
        with pytest.raises(PermissionFaultError):
            permitted(OWNER, asked(other), possession=True)
    with pytest.raises(PermissionFaultError):
        permitted(OWNER, batch(statement(event=pb.Event())), possession=True)


def test_the_second_factor_answers_the_very_bytes() -> None:
    one, other = asked(statement()), asked(statement(event=pb.Event()))
    assert challenge_over([one]) == sha256(pae(PAYLOAD_TYPE, one.payload)).digest()
    both = sha256(b"registry-web signer, several\x00" + one.digest + other.digest).digest()
    assert challenge_over([one, other]) == both
    assert challenge_over([other, one]) != both
