"""Statements to fill a log with: fictional firms and persons, and one history that has every kind."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from demo.departments import OPERATOR
from registry.commands.sequencer import Outcome, Placed
from registry.domain.identifiers import resident_id_check_character, uscc_check_character
from registry.provenance.keys import FileSigner
from registry.v1 import envelope_pb2, subject_pb2
from registry.v1 import statement_pb2 as pb
from tests.support.spine import BY_KEY, Spine, enrolment_of

USCC = subject_pb2.IDENTIFIER_TYPE_USCC
RESIDENT_ID = subject_pb2.IDENTIFIER_TYPE_RESIDENT_ID
HK_MACAO_PERMIT = subject_pb2.IDENTIFIER_TYPE_HK_MACAO_PERMIT
NATURAL_PERSON = subject_pb2.SUBJECT_KIND_NATURAL_PERSON


def firm(number: int) -> str:
    """The valid code of a firm that does not exist."""
    body = f"91130903TE{number:07d}"
    return body + uscc_check_character(body)


def person(number: int) -> str:
    """A valid identity number of nobody: region 130999 was never given out."""
    body = f"13099919800101{number:03d}"
    return body + resident_id_check_character(body)


def firm_subject(number: int) -> subject_pb2.Subject:
    """An enterprise."""
    return subject_pb2.Subject(
        identifier=subject_pb2.Identifier(type=USCC, value=firm(number)),
        kind=subject_pb2.SUBJECT_KIND_ENTERPRISE,
        name=f"沧州示例{number}号工程有限公司",
    )


def person_subject(
    number: int, type: subject_pb2.IdentifierType.ValueType = RESIDENT_ID, value: str = ""
) -> subject_pb2.Subject:
    """A natural person."""
    return subject_pb2.Subject(
        identifier=subject_pb2.Identifier(type=type, value=value or person(number)),
        kind=NATURAL_PERSON,
        name=f"示例{number}",
    )


def _document(spine: Spine, key: str, number: str, decided_on: str) -> pb.Document:
    office = BY_KEY[key].office
    return pb.Document(
        number=number, authority=office.name, authority_code=office.code, decided_on=decided_on
    )


def ban(
    spine: Spine, subject: subject_pb2.Subject, *, since: str = "2026-03-01", until: str = "2028-03-01"
) -> pb.Event:
    """A ban from government procurement, decided by 财政 (M-PRO-01)."""
    event = pb.Event(
        subject=subject,
        category="E-51",
        document=_document(spine, "财政", f"沧示财〔2026〕{subject.name}", since),
        region="130900",
        legal_basis=["政府采购法 第七十七条"],
    )
    measure = event.measures.add(measure_code="M-PRO-01", until=until)
    setattr(measure, "from", since)
    return event


def listing(
    spine: Spine,
    key: str,
    list_code: str,
    subject: subject_pb2.Subject,
    *,
    since: str = "2025-03-01",
    until: str = "2027-03-01",
) -> pb.Event:
    """An entry on a list."""
    return pb.Event(
        subject=subject,
        category="E-06",
        document=_document(spine, key, f"示例〔2025〕{list_code}号", since),
        effective_from=since,
        effective_until=until,
        legal_basis=["示例办法 第八条"],
        list_code=list_code,
    )


def exit_ban(spine: Spine, subject: subject_pb2.Subject) -> pb.Event:
    """A court keeps a person from leaving (M-EXI-01)."""
    event = pb.Event(
        subject=subject,
        category="E-51",
        document=_document(spine, "法院", "(2026)冀09执1号", "2026-04-01"),
        legal_basis=["民事诉讼法 第二百六十六条"],
    )
    measure = event.measures.add(measure_code="M-EXI-01")
    setattr(measure, "from", "2026-04-01")
    return event


def reference(spine: Spine, key: str, statement_id: str) -> pb.StatementReference:
    """A department's own earlier statement."""
    return pb.StatementReference(department=spine.code(key), statement_id=statement_id)


def withdrawal(spine: Spine, key: str, statement_id: str) -> pb.Withdrawal:
    """A statement is treated as never made."""
    return pb.Withdrawal(target=reference(spine, key, statement_id), reason="决定被撤销")


def correction(spine: Spine, key: str, statement_id: str, event: pb.Event) -> pb.Correction:
    """A statement is replaced."""
    return pb.Correction(
        target=reference(spine, key, statement_id), replacement=event, reason="期限录入有误"
    )


def repair(spine: Spine, key: str, statement_id: str, *, on: str) -> pb.Repair:
    """An entry on a list ends early."""
    return pb.Repair(
        target=reference(spine, key, statement_id),
        document=_document(spine, key, "示例修复〔2026〕1号", "2026-05-01"),
        effective_on=on,
        reason="已履行义务",
    )


def placed(outcome: Outcome) -> Placed:
    """The outcome, which must be a place in the log."""
    assert isinstance(outcome, Placed), outcome
    return outcome


@dataclass(slots=True)
class _Writing:
    """Says things one by one and keeps the position of each."""

    spine: Spine
    positions: dict[str, int] = field(default_factory=dict)

    def say(self, key: str, statement_id: str, **body: Any) -> None:
        self.positions[statement_id] = placed(self.spine.say(key, statement_id, **body)).position

    def enrol(self, key: str, statement_id: str, signer: FileSigner, **changes: Any) -> None:
        enrolment = enrolment_of(self.spine.code(key), signer, **changes)
        statement = self.spine.statement(OPERATOR.key, statement_id, key_enrolment=enrolment)
        envelope = self.spine.seal(OPERATOR.key, statement, signer)
        self.positions[statement_id] = placed(self.spine.put(OPERATOR.key, envelope)[0]).position


def write_rich_history(spine: Spine) -> dict[str, int]:
    """Every kind of statement, each at least once, over three days; answers positions by statement id.

    Also in it: a subject whose only event is corrected and then withdrawn, one that becomes known
    again, a person named by two papers, a refused statement, a question about a person.
    """
    log = _Writing(spine)
    _firms(log)
    _persons(log)
    spine.clock.move_to(date(2026, 11, 24))
    _directory(log)
    spine.clock.move_to(date(2026, 11, 25))
    _many_at_once(log)
    refused = spine.say("财政", "refused", event=ban(spine, firm_subject(99), until="2036-03-01"))
    assert not isinstance(refused, Placed)
    return log.positions


def _firms(log: _Writing) -> None:
    spine = log.spine
    log.say("财政", "ban-1", event=ban(spine, firm_subject(1)))
    log.say("财政", "ban-1b", correction=correction(spine, "财政", "ban-1", ban(spine, firm_subject(1))))
    log.say("财政", "ban-1c", withdrawal=withdrawal(spine, "财政", "ban-1b"))
    log.say("财政", "ban-2", event=ban(spine, firm_subject(2)))
    log.say("财政", "ban-2b", withdrawal=withdrawal(spine, "财政", "ban-2"))
    log.say("财政", "ban-2c", event=ban(spine, firm_subject(2), until="2027-03-01"))
    log.say("人社", "wages-3", event=listing(spine, "人社", "L-04", firm_subject(3)))
    log.say("人社", "wages-3b", repair=repair(spine, "人社", "wages-3", on="2026-05-01"))
    log.say("税务", "tax-4", event=listing(spine, "税务", "L-03", firm_subject(4)))
    log.say("财政", "ban-4", event=ban(spine, firm_subject(4)))


def _persons(log: _Writing) -> None:
    spine = log.spine
    permit = "H1234567801"
    log.say("法院", "exit-1", event=exit_ban(spine, person_subject(1)))
    log.say("法院", "default-1", event=listing(spine, "法院", "L-01", person_subject(1)))
    log.say("法院", "default-1b", repair=repair(spine, "法院", "default-1", on="2026-06-01"))
    log.say("法院", "exit-2", event=exit_ban(spine, person_subject(2, HK_MACAO_PERMIT, permit)))
    log.say("法院", "exit-2b", withdrawal=withdrawal(spine, "法院", "exit-2"))


def _directory(log: _Writing) -> None:
    spine = log.spine
    wider = BY_KEY["人社"].registration()
    wider.mandate.relayed_authorities.append("11130902DEM001017T")
    official = pb.OfficialRegistration(
        official_id="F-7",
        department=spine.code("财政"),
        name="示例经办",
        section="采购监督科",
        roles=[pb.OFFICIAL_ROLE_SUBMITTER],
    )
    log.say(OPERATOR.key, "wider", department_registration=wider)
    log.say(OPERATOR.key, "official", official_registration=official)
    clerk = FileSigner.generate(envelope_pb2.SUITE_ECDSA_P256_SHA256)
    log.enrol("财政", "clerk-key", clerk, official_id="F-7")
    seal, spine.signers["财政"] = spine.signers["财政"], clerk
    log.say("财政", "by-clerk", event=ban(spine, firm_subject(5)))
    spine.signers["财政"] = seal
    log.say(
        OPERATOR.key,
        "clerk-key-gone",
        key_revocation=pb.KeyRevocation(keyid=clerk.keyid, reason=pb.KEY_REVOCATION_REASON_SUPERSEDED),
    )
    gone = pb.OfficialRevocation(official_id="F-7", department=spine.code("财政"), reason="调离")
    log.say(OPERATOR.key, "official-gone", official_revocation=gone)
    edition = spine.engine.state.edition
    adoption = pb.EditionAdoption(edition=edition.hash, label=edition.label)
    log.say(OPERATOR.key, "edition-again", edition_adoption=adoption)


def _many_at_once(log: _Writing) -> None:
    spine = log.spine
    bodies: list[dict[str, Any]] = [{"event": ban(spine, firm_subject(10 + n))} for n in range(8)]
    bodies.append({"withdrawal": withdrawal(spine, "财政", "many-0")})
    bodies.append({"correction": correction(spine, "财政", "many-1", ban(spine, firm_subject(11)))})
    statements = [spine.statement("财政", f"many-{n}", **body) for n, body in enumerate(bodies)]
    for outcome in spine.put("财政", *(spine.seal("财政", statement) for statement in statements)):
        log.positions[outcome.statement_id] = placed(outcome).position
