"""One history that has every kind of statement in it, and everything a registry's state is made of.

Also in it: a subject whose only event is corrected and then withdrawn, one that becomes known again,
a person named by a paper with renewals, a key that signs and is revoked, a department registered
again, a refused statement, several statements about one subject in one group, a batch that fills a tile,
a stolen key, a second key of the registry's own, a content that is erased, an inspection, an alert, a map
state and a time anchor.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any

from demo.departments import OPERATOR
from registry.access.identity import Caller, CallerRole
from registry.commands.jobs import OwnStatement, Placed
from registry.commands.state import RegistryState
from registry.config import CONFIG_NAME, load_config
from registry.provenance.batch import sign_batch
from registry.provenance.checkpoint import Checkpoint
from registry.provenance.keys import FileSigner
from registry.provenance.note import split_note
from registry.sanctions.ground import SubjectRecord
from registry.v1 import envelope_pb2, subject_pb2
from registry.v1 import statement_pb2 as pb
from registry.v1.supervision_pb2 import Supervision
from tests.support import events, remedies, risk
from tests.support.ban_cases import ACTOR_OF, ACTORS, WITH_HEARING, BanOffice
from tests.support.ban_cases import KEY as BUREAU
from tests.support.editions import (
    appoint_officials,
    edition_adoption,
    edition_draft,
    edition_files,
    edition_review,
)
from tests.support.events import ban, correction, firm, list_entry, person, repair, withdrawal
from tests.support.spine import Spine, enrolment_of
from tests.support.stamps import PlainAuthority
from tests.support.visits import Bureau

BAN = "M-PRO-01"
FILLS_A_TILE = 260
EXIT_BAN = "M-EXI-01"


def short_ban(number: int, until: str = "2028-03-01") -> pb.Event:
    """A ban from procurement on a firm, decided by 财政."""
    return ban("财政", firm(number), BAN, "2026-03-01", until)


def permit_holder(number: str) -> subject_pb2.Subject:
    """A natural person with a permit of Hong Kong or Macao."""
    identifier = subject_pb2.Identifier(type=subject_pb2.IDENTIFIER_TYPE_HK_MACAO_PERMIT, value=number)
    kind = subject_pb2.SUBJECT_KIND_NATURAL_PERSON
    return subject_pb2.Subject(identifier=identifier, kind=kind, name="示例某")


def records_on_disk(state: RegistryState) -> dict[str, SubjectRecord]:
    """What the index would be if it were loaded now."""
    return {record.ref: record for record in state.store.subjects(state.measure)}


@dataclass(slots=True)
class _Log:
    """Says things one by one and keeps the position of each."""

    spine: Spine
    positions: dict[str, int] = field(default_factory=dict)

    def say(self, key: str, statement_id: str, **body: Any) -> None:
        self.positions[statement_id] = events.placed(self.spine.say(key, statement_id, **body))

    def enrol(self, key: str, statement_id: str, signer: FileSigner, **changes: Any) -> None:
        enrolment = enrolment_of(self.spine.code(key), signer, **changes)
        statement = self.spine.statement(OPERATOR.key, statement_id, key_enrolment=enrolment)
        envelope = self.spine.seal(OPERATOR.key, statement, signer)
        self.positions[statement_id] = events.placed(self.spine.put(OPERATOR.key, envelope)[0])


def write_rich_history(spine: Spine) -> dict[str, int]:
    """Writes the history over four days; answers positions by statement id."""
    log = _Log(spine)
    _firms(log)
    _persons(log)
    _notes(log)
    _ban_case(log)
    _remedies(log)
    _identity(log)
    spine.clock.move_to(date(2026, 11, 24))
    _directory(log)
    _red_lists(log)
    _edition(log)
    spine.clock.move_to(date(2026, 11, 25))
    log.say("法院", "delivered", delivery=events.delivery("L-01", "2026-11-25"))
    log.say("财政", "under-new", event=ban("财政", firm(50), BAN, "2026-11-25", "2028-11-25"))
    _many_at_once(log)
    spine.clock.move_to(date(2026, 11, 26))
    granted = events.grant("税务", "candidate-40", "2026-11-26", "2027-11-25")
    log.say("税务", "granted-40", red_list_grant=granted)
    events.refusal(spine.say("财政", "refused", event=short_ban(99, until="2036-03-01")))
    _batch(log)
    _stolen_key(log)
    _erased(log)
    _supervision(log)
    _own_statements(log)
    return log.positions


def _firms(log: _Log) -> None:
    log.say("财政", "ban-1", event=short_ban(1))
    log.say("财政", "ban-1b", correction=correction("财政", "ban-1", short_ban(1, "2027-09-01")))
    log.say("财政", "ban-1c", withdrawal=withdrawal("财政", "ban-1b"))
    log.say("财政", "ban-2", event=short_ban(2))
    log.say("财政", "ban-2b", withdrawal=withdrawal("财政", "ban-2"))
    log.say("财政", "ban-2c", event=short_ban(2, "2027-03-01"))
    log.say("人社", "wages-3", event=list_entry("人社", firm(3), "L-04", "2025-03-01", "2027-03-01"))
    log.say("人社", "wages-3b", repair=repair("人社", "wages-3", "2026-05-01"))
    log.say("税务", "tax-4", event=list_entry("税务", firm(4), "L-03", "2025-03-01", "2027-03-01"))
    log.say("财政", "ban-4", event=short_ban(4))


def _persons(log: _Log) -> None:
    holder = permit_holder("H1234567801")
    log.say("法院", "exit-1", event=ban("法院", person(1), EXIT_BAN, "2026-04-01"))
    log.say("法院", "default-1", event=list_entry("法院", person(1), "L-01", "2025-03-01", "2027-03-01"))
    log.say("法院", "default-1b", repair=repair("法院", "default-1", "2026-06-01"))
    log.say("法院", "exit-2", event=ban("法院", holder, EXIT_BAN, "2026-04-01"))
    log.say("法院", "exit-2b", withdrawal=withdrawal("法院", "exit-2"))


def _directory(log: _Log) -> None:
    spine, code = log.spine, log.spine.code("财政")
    official = pb.OfficialRegistration(
        official_id="F-7",
        department=code,
        name="示例经办",
        section="采购监督科",
        roles=[pb.OFFICIAL_ROLE_SUBMITTER],
    )
    wider = events.registration("人社", categories=["E-03-XK"])
    log.say(OPERATOR.key, "wider", department_registration=wider)
    log.say(OPERATOR.key, "official", official_registration=official)
    clerk = FileSigner.generate(envelope_pb2.SUITE_ECDSA_P256_SHA256)
    log.enrol("财政", "clerk-key", clerk, official_id="F-7")
    seal, spine.signers["财政"] = spine.signers["财政"], clerk
    log.say("财政", "by-clerk", event=short_ban(5))
    spine.signers["财政"] = seal
    revocation = pb.KeyRevocation(keyid=clerk.keyid, reason=pb.KEY_REVOCATION_REASON_SUPERSEDED)
    log.say(OPERATOR.key, "clerk-key-gone", key_revocation=revocation)
    gone = pb.OfficialRevocation(official_id="F-7", department=code, reason="调离")
    log.say(OPERATOR.key, "official-gone", official_revocation=gone)


def _notes(log: _Log) -> None:
    """What befalls decisions: liftings, stays, objections, contests."""
    settled = events.note("法院", "exit-3", pb.NOTED_STATUS_OBJECTION_SETTLED, "2026-06-20")
    log.say("法院", "exit-3", event=ban("法院", person(3), EXIT_BAN, "2026-04-01"))
    log.say("法院", "exit-3-stayed", status_note=events.stay("法院", "exit-3", "2026-05-01"))
    log.say("法院", "exit-3-resumed", status_note=events.resumption("法院", "exit-3", "2026-06-01"))
    objection = events.objection("法院", "exit-3", "2026-06-10", by=OPERATOR.key)
    log.say(OPERATOR.key, "exit-3-objected", status_note=objection)
    log.say(OPERATOR.key, "exit-3-settled", status_note=settled)
    log.say("法院", "exit-3-lifted", lifting=events.lifting("法院", "exit-3", "2026-07-01"))
    contested = events.note("财政", "ban-4", pb.NOTED_STATUS_CONTESTED, "2026-05-01")
    log.say("财政", "ban-4-contested", status_note=contested)


def _ban_case(log: _Log) -> None:
    """A ban decided here, from draft to service, with a hearing; each step by the official whose it is."""
    spine = log.spine
    signers = {name: spine.appoint(BUREAU, *told) for name, told in ACTORS.items()}
    office = BanOffice(spine, signers, subjects={"case-1": firm(80)}, decisions={"case-1": "case-1-decision"})
    asked = {"kind": pb.DEFENCE_KIND_HEARING_REQUESTED, "on": "2026-10-20"}
    for kind in WITH_HEARING:
        body = office.body(kind, "case-1", **(asked if kind == "ban_defence" else {}))
        name = kind.replace("ban_", "case-1-")
        log.say(BUREAU, name, by=signers[ACTOR_OF.get(kind, "handler")], **{kind: body})


def _remedies(log: _Log) -> None:
    """An objection that is rejected, a repair that is granted and annulled, and one that is refused."""
    key = "人社"
    for name, number in (("wages-81", 81), ("wages-82", 82)):
        log.say(key, name, event=list_entry(key, firm(number), "L-04", "2025-03-01", "2027-03-01"))
    rejected = pb.OBJECTION_OUTCOME_REJECTED
    log.say(key, "objection-81", objection=remedies.objection_to(key, "wages-81"))
    result = remedies.result(key, "wages-81", "objection-81", rejected)
    log.say(key, "objection-81b", objection_result=result)
    for number in (81, 82):
        entry, applied = f"wages-{number}", f"applied-{number}"
        log.say(key, applied, repair_application=remedies.application(key, entry))
        accepted = remedies.acceptance(key, entry, applied)
        log.say(key, f"accepted-{number}", repair_acceptance=accepted)
    log.say(key, "granted-81", repair=remedies.granted(key, "wages-81", "applied-81"))
    log.say(key, "annulled-81", repair_annulment=remedies.annulment(key, "wages-81"))
    refused = remedies.refused(key, "wages-82", "applied-82")
    log.say(key, "refused-82", repair_refusal=refused)


def _identity(log: _Log) -> None:
    """Links between codes and a ruling on names; two links are withdrawn again."""
    key = "市场监管"
    renamed = firm(1)
    renamed.name = "沧州改名(示例)有限公司"
    log.say(key, "renamed", event=events.penalty(key, renamed))
    log.say(key, "ruled", name_ruling=events.ruling(firm(1), firm(1).name, renamed.name))
    log.say(key, "new-code", subject_link=events.succession(firm(3), firm(33), "2026-06-01"))
    log.say(key, "merged", subject_link=events.merger(firm(4), firm(33), "2026-07-01"))
    log.say(key, "branch", subject_link=events.branch_of(firm(34), firm(33)))
    log.say(key, "old-code", subject_link=events.alternate(events.old_code(firm(3)), firm(3)))
    wrong = {
        "branch-gone": events.branch_of(firm(35), firm(36)),
        "old-code-gone": events.alternate(events.old_code(firm(35)), firm(37)),
    }
    for name, stated in wrong.items():
        log.say(key, name, subject_link=stated)
        log.say(key, f"{name}b", withdrawal=withdrawal(key, name))


def _red_lists(log: _Log) -> None:
    """Two candidates are publicised; one is granted later, the other's candidacy is withdrawn."""
    wider = events.registration("税务", categories=["E-60"], lists=["R-01"])
    log.say(OPERATOR.key, "tax-wider", department_registration=wider)
    for name, number in (("candidate-40", 40), ("candidate-41", 41)):
        candidate = events.candidacy("税务", firm(number), "R-01", "2026-11-24", "2026-11-25")
        log.say("税务", name, red_list_candidacy=candidate)
    log.say("税务", "candidate-41b", withdrawal=withdrawal("税务", "candidate-41"))


def _edition(log: _Log) -> None:
    """Another edition becomes law, and the next decision is judged by it."""
    spine = log.spine
    draft = edition_draft(edition_files("2026.9"))
    officials = appoint_officials(spine, "H")
    review = edition_review(draft.edition)
    adoption = edition_adoption(draft.edition, "2026-11-25", "2026-11-24")
    log.say(OPERATOR.key, "drafted", edition_draft=draft, by=officials.drafter)
    log.say(OPERATOR.key, "reviewed", edition_review=review, by=officials.reviewer)
    log.say(OPERATOR.key, "adopted", edition_adoption=adoption, by=officials.approver)


def _many_at_once(log: _Log) -> None:
    spine = log.spine
    bodies: list[dict[str, Any]] = [{"event": short_ban(10 + n)} for n in range(8)]
    bodies.append({"withdrawal": withdrawal("财政", "many-0")})
    bodies.append({"correction": correction("财政", "many-1", short_ban(11))})
    statements = [spine.statement("财政", f"many-{n}", **body) for n, body in enumerate(bodies)]
    for outcome in spine.put("财政", *(spine.seal("财政", statement) for statement in statements)):
        log.positions[outcome.statement_id] = events.placed(outcome)


def _batch(log: _Log) -> None:
    """One signature over so many that a tile of the tree is full."""
    spine = log.spine
    ids = [f"batched-{number}" for number in range(FILLS_A_TILE)]
    statements = [spine.statement("财政", each, event=short_ban(100 + n)) for n, each in enumerate(ids)]
    signed = sign_batch(
        [statement.SerializeToString() for statement in statements],
        origin=spine.engine.state.origin,
        department=spine.code("财政"),
        batch_id="batch-1",
        nonce=bytes(16),
        signer=spine.signers["财政"],
    )
    caller = Caller(CallerRole.DEPARTMENT, spine.code("财政"), spine.engine.state.origin)
    for promise in spine.engine.intake.submit_batch(signed, caller):
        outcome = promise.result(30)
        assert outcome is not None
        log.positions[outcome.statement_id] = events.placed(outcome)


def _stolen_key(log: _Log) -> None:
    """A key signs a ban, a withdrawal and a delivery after it was stolen; the withdrawal is confirmed."""
    stolen = FileSigner.generate(envelope_pb2.SUITE_ED25519)
    log.enrol("财政", "stolen-key", stolen)
    log.say("财政", "theft-ban", event=short_ban(60), by=stolen)
    log.say("财政", "theft-freed", withdrawal=withdrawal("财政", "batched-1"), by=stolen)
    log.say("财政", "theft-delivered", delivery=events.delivery("L-02", "2026-11-25"), by=stolen)
    revocation = pb.KeyRevocation(
        keyid=stolen.keyid,
        reason=pb.KEY_REVOCATION_REASON_COMPROMISED,
        suspect_from=log.positions["theft-ban"],
    )
    log.say(OPERATOR.key, "stolen-key-gone", key_revocation=revocation)
    confirmed = pb.Confirmation(target=events.target("财政", "theft-freed"), reason="确为本部门所作")
    log.say("财政", "theft-confirmed", confirmation=confirmed)


def _erased(log: _Log) -> None:
    """A ban that was withdrawn is erased, and the withdrawal with it."""
    log.say("财政", "to-erase", event=short_ban(61))
    log.say("财政", "to-erase-b", withdrawal=withdrawal("财政", "to-erase"))
    erasure = pb.Erasure(
        target=events.target("财政", "to-erase"),
        legal_basis=["个人信息保护法 第四十七条"],
        document=events.document("财政", "2026-11-26"),
        reason="保存期限届满",
    )
    log.say("财政", "erased", erasure=erasure)


def _supervision(log: _Log) -> None:
    """An inspection that two officials signed, its publication, and an alert of the registry's own."""
    bureau = Bureau.at(log.spine)
    visit = bureau.envelope("first", "second", statement_id="visited", inspection=bureau.visit("JC-1"))
    log.positions["visited"] = events.placed(log.spine.put(bureau.key, visit)[0])
    log.positions["published"] = events.placed(bureau.publish("JC-1"))
    watcher = log.spine.appoint(OPERATOR.key, "V-9", "信用监管科", pb.OFFICIAL_ROLE_SUBMITTER)
    declared = risk.indicator("ZB-1", bureau.code, threshold=1, window_days=366)
    log.say(OPERATOR.key, "declared", by=watcher, supervision=Supervision(indicator=declared))
    risk.watch(log.spine).look()
    log.positions["alerted"] = log.spine.position


def _own_statements(log: _Log) -> None:
    """The registry takes a second key for answers, logs the state of its map and an outside time stamp."""
    spine = log.spine
    signer = FileSigner.generate(envelope_pb2.SUITE_ED25519)
    signer.save(spine.directory / "keys" / "receipt-2.key", None)
    settings = spine.directory / CONFIG_NAME
    one, both = '["keys/receipt.key"]', '["keys/receipt.key", "keys/receipt-2.key"]'
    settings.write_text(settings.read_text("utf-8").replace(one, both), "utf-8")
    spine.config = load_config(spine.directory)
    spine.reopen()
    added = pb.RegistryKey(
        purpose=pb.REGISTRY_KEY_PURPOSE_RECEIPT, suite=signer.suite, public_key=signer.public_key
    )
    log.say(OPERATOR.key, "second-key", registry_key_change=pb.RegistryKeyChange(add=added))
    engine = spine.engine
    engine.upkeep.mapper.start()
    mapped = engine.upkeep.mapper.require(engine.state.size - 1, 30)
    engine.upkeep.mapper.close()
    assert mapped.position is not None
    log.positions["mapped"] = mapped.position
    log.positions["anchored"] = _anchor(spine)


def _anchor(spine: Spine) -> int:
    """A checkpoint is stamped, and the stamp recorded."""
    head = spine.engine.state.head
    assert head is not None
    text, stamped_ms = split_note(head.note)[0], spine.clock()
    size, root = head.size, Checkpoint.parse(text).root
    token = PlainAuthority().token(text, stamped_ms)
    anchor = pb.TimeAnchor(size=size, root=root, token=token, gen_time_ms=stamped_ms)
    placed = spine.engine.writer.put([OwnStatement(pb.Statement(time_anchor=anchor))])[0].result(30)
    assert isinstance(placed, Placed), placed
    return placed.position


def write_random_history(spine: Spine, chance: Random, count: int) -> None:
    """Events, corrections, withdrawals and repairs of 人社 on a few firms, in groups of any size.

    A good part of them is refused, because what they refer to has ended, or never was."""
    waiting: list[envelope_pb2.Envelope] = []
    for number in range(count):
        target = f"R-{chance.randrange(number + 1)}"
        statement = spine.statement("人社", f"R-{number}", **_random_body(chance, target))
        waiting.append(spine.seal("人社", statement))
        if chance.random() < 0.3:
            spine.put("人社", *waiting)
            waiting.clear()
    spine.put("人社", *waiting)


def _random_body(chance: Random, target: str) -> dict[str, Any]:
    months = chance.randrange(1, 8)
    entry = list_entry("人社", firm(chance.randrange(6)), "L-04", f"2025-0{months}-01", "2027-03-01")
    match chance.randrange(6):
        case 0:
            return {"withdrawal": withdrawal("人社", target)}
        case 1:
            return {"repair": repair("人社", target, "2026-05-01")}
        case 2 | 3:
            return {"correction": correction("人社", target, entry)}
        case _:
            return {"event": entry}
