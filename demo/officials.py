"""Three officials of the operator, each with a key: nobody adopts a catalogue edition alone (审监分离)."""

from __future__ import annotations

from dataclasses import dataclass

from demo.departments import OPERATOR
from demo.town import ORIGIN, Town
from registry.provenance.keys import FileSigner
from registry.v1 import statement_pb2 as pb
from registry.v1.envelope_pb2 import SUITE_ED25519
from registry_client import Numbering
from registry_client.submission import Sender


@dataclass(frozen=True, slots=True)
class Person:
    """An official: staff id, fictional name, section, role."""

    official_id: str
    name: str
    section: str
    role: pb.OfficialRole.ValueType


DRAFTER = Person("X-01", "示例甲", "信用建设科", pb.OFFICIAL_ROLE_SUBMITTER)
LEGAL_REVIEWER = Person("X-02", "示例乙", "政策法规科", pb.OFFICIAL_ROLE_LEGAL_REVIEWER)
APPROVER = Person("X-03", "示例丙", "办公室", pb.OFFICIAL_ROLE_APPROVER)


def appoint(town: Town, person: Person) -> Sender:
    """Registers an official with a new key; answers what signs as this official."""
    code = OPERATOR.office.code
    signer = FileSigner.generate(SUITE_ED25519)
    town.enrol(
        pb.OfficialRegistration(
            official_id=person.official_id,
            department=code,
            name=person.name,
            section=person.section,
            roles=[person.role],
        ),
        signer,
    )
    return Sender(ORIGIN, code, signer, Numbering.generate())
