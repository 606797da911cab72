"""Receipts about what a stolen key said: what the registry answers is worked out again from the evidence.

Nor can the registry keep back that the key was stolen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from registry.editions import current_edition
from registry.provenance.answer import seal_receipt, sign_answer
from registry.provenance.envelope import sign_envelope
from registry.provenance.keys import FileSigner
from registry.v1 import statement_pb2 as pb
from registry.v1.envelope_pb2 import SUITE_ED25519
from registry.v1.receipt_pb2 import Answer, Receipt
from registry.v1.restriction_service_pb2 import CheckResponse
from registry.v1.subject_pb2 import DOMAIN_PROCUREMENT, Subject
from registry.v1.verdict_pb2 import (
    INDETERMINATE_REASON_UNSPECIFIED,
    VERDICT_BLOCKED,
    VERDICT_CLEAR,
    VERDICT_INDETERMINATE,
    VERDICT_REVIEW,
    Verdict,
)
from registry.verification import check_receipt
from tests.receipts.serving import serving_receipts
from tests.support.ban_cases import ACTORS, WALK, BanOffice, decision_event
from tests.support.events import (
    ban,
    correction,
    firm,
    licence,
    list_entry,
    office,
    placed,
    repair,
    resumption,
    ruling,
    stay,
    succession,
    target,
    withdrawal,
)
from tests.support.spine import Spine, enrolment_of, found_spine, furnish
from tests.verification.forger import Forger, kept_back
from tests.verification.world import World

OFFICE, REGISTRAR = "财政", "市场监管"
TERM = ("M-PRO-01", "2026-03-01", "2028-03-01")
BANNED, FREED, REMOVED, RESUMED, CORRECTED, CONFIRMED, UNTIED, TIED, RULED = range(1, 10)
SAID_ANEW, HEIR, AMENDED, SERVED, LEFT, BESIDE = range(10, 16)


def steal(spine: Spine, signer: FileSigner, suspect_from: int) -> None:
    reason = pb.KEY_REVOCATION_REASON_COMPROMISED
    stolen = pb.KeyRevocation(keyid=signer.keyid, reason=reason, suspect_from=suspect_from)
    placed(spine.say("信用办", key_revocation=stolen))


def new_key(spine: Spine, key: str) -> FileSigner:
    signer = FileSigner.generate(SUITE_ED25519)
    placed(spine.enrol(key, signer))
    return signer


def named(number: int, name: str) -> Subject:
    renamed = Subject()
    renamed.CopyFrom(firm(number))
    renamed.name = name
    return renamed


def bans(spine: Spine, *numbers: int) -> None:
    for number in numbers:
        placed(spine.say(OFFICE, f"ban-{number}", event=ban(OFFICE, firm(number), *TERM)))


def before(spine: Spine) -> None:
    """What departments say themselves."""
    for number in range(1, 15):
        placed(spine.say(REGISTRAR, f"licence-{number}", event=licence(REGISTRAR, firm(number))))
    bans(spine, FREED, RESUMED, CORRECTED, UNTIED, AMENDED)
    entry = list_entry(OFFICE, firm(REMOVED), "L-02", "2025-01-01", "2027-12-31")
    placed(spine.say(OFFICE, "entry", event=entry))
    for number in (RESUMED, AMENDED):
        placed(spine.say(OFFICE, status_note=stay(OFFICE, f"ban-{number}", "2026-05-01")))
    placed(spine.say(REGISTRAR, "tie", subject_link=succession(firm(UNTIED), firm(50))))
    other = licence(REGISTRAR, named(RULED, "沧州别名商贸有限公司(示例)"))
    placed(spine.say(REGISTRAR, event=other))


def thefts(spine: Spine) -> int:
    """What thieves say with the seals of two departments; answers the first position."""
    first = spine.position + 1
    bans(spine, BANNED, CONFIRMED, SAID_ANEW)
    placed(spine.say(OFFICE, withdrawal=withdrawal(OFFICE, f"ban-{FREED}")))
    placed(spine.say(OFFICE, repair=repair(OFFICE, "entry", "2026-10-01")))
    for number in (RESUMED, AMENDED):
        placed(spine.say(OFFICE, status_note=resumption(OFFICE, f"ban-{number}", "2026-06-01")))
    shorter = ban(OFFICE, firm(CORRECTED), "M-PRO-01", "2026-03-01", "2027-03-01")
    placed(spine.say(OFFICE, correction=correction(OFFICE, f"ban-{CORRECTED}", shorter)))
    placed(spine.say(REGISTRAR, withdrawal=withdrawal(REGISTRAR, "tie")))
    placed(spine.say(REGISTRAR, subject_link=succession(firm(UNTIED), firm(TIED))))
    names = (firm(RULED).name, "沧州别名商贸有限公司(示例)")
    placed(spine.say(REGISTRAR, name_ruling=ruling(firm(RULED), *names)))
    for number in (LEFT, BESIDE):
        placed(spine.say(REGISTRAR, event=licence(REGISTRAR, firm(number), "2020-02-15")))
    heir = FileSigner.generate(SUITE_ED25519)
    enrolment = enrolment_of(spine.code(OFFICE), heir, replaces=spine.signers[OFFICE].keyid)
    statement = spine.statement(OFFICE, key_enrolment=enrolment)
    sealed = sign_envelope(statement.SerializeToString(), spine.signers[OFFICE], heir)
    placed(spine.put(OFFICE, sealed)[0])
    placed(spine.say(OFFICE, by=heir, event=ban(OFFICE, firm(HEIR), *TERM)))
    return first


def served_by_a_thief_and_corrected(spine: Spine) -> None:
    """A ban whose service a thief states, with the key of the official whose step it is."""
    office = BanOffice(spine, {name: spine.appoint(OFFICE, *each) for name, each in ACTORS.items()})
    office.subjects["C-1"] = firm(SERVED)
    for kind in WALK[: WALK.index("ban_served") + 1]:
        decided = office.decisions.get("C-1", "")
        envelope = office.sealed(kind, office.body(kind, "C-1"), "", f"C-1-{kind}")
        at = placed(spine.put(OFFICE, envelope)[0])
        office.decisions["C-1"] = f"C-1-{kind}" if kind == "ban_decision" else decided
    event = decision_event(firm(SERVED), "沧示财罚〔2026〕C-1号")
    amended = correction(OFFICE, office.decisions["C-1"], event)
    placed(spine.say(OFFICE, by=office.signers["chief"], correction=amended))
    steal(spine, office.signers["handler"], at)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    spine = furnish(found_spine(tmp_path_factory.mktemp("disputes") / "registry"))
    safe, second = new_key(spine, OFFICE), new_key(spine, OFFICE)
    before(spine)
    registrar = new_key(spine, REGISTRAR)
    first = thefts(spine)
    placed(spine.say(REGISTRAR, by=registrar, event=licence(REGISTRAR, firm(BESIDE))))
    for key in (OFFICE, REGISTRAR):
        steal(spine, spine.signers[key], first)
    placed(spine.say(OFFICE, by=safe, delivery=pb.Delivery(list_code="L-02", as_of="2026-11-22")))
    confirmation = pb.Confirmation(
        target=target(OFFICE, f"ban-{CONFIRMED}"), reason="经核对原卷, 确为本部门所作"
    )
    confirmed = placed(spine.say(OFFICE, by=second, confirmation=confirmation))
    steal(spine, second, confirmed)
    for number in (SAID_ANEW, AMENDED):
        anew = correction(OFFICE, f"ban-{number}", ban(OFFICE, firm(number), *TERM))
        placed(spine.say(OFFICE, by=safe, correction=anew))
    placed(spine.say(REGISTRAR, by=registrar, withdrawal=withdrawal(REGISTRAR, f"licence-{LEFT}")))
    served_by_a_thief_and_corrected(spine)
    with serving_receipts(spine) as running:
        yield World(running)


@pytest.mark.parametrize(
    ("number", "verdict"),
    [
        (BANNED, VERDICT_REVIEW),
        (FREED, VERDICT_REVIEW),
        (REMOVED, VERDICT_REVIEW),
        (RESUMED, VERDICT_REVIEW),
        (CORRECTED, VERDICT_REVIEW),
        (CONFIRMED, VERDICT_REVIEW),
        (50, VERDICT_REVIEW),
        (TIED, VERDICT_REVIEW),
        (RULED, VERDICT_INDETERMINATE),
        (SAID_ANEW, VERDICT_BLOCKED),
        (HEIR, VERDICT_REVIEW),
        (AMENDED, VERDICT_REVIEW),
        (SERVED, VERDICT_REVIEW),
        (LEFT, VERDICT_INDETERMINATE),
        (BESIDE, VERDICT_CLEAR),
    ],
)
def test_what_a_stolen_key_said_or_ended_is_proven_to_be_in_doubt(
    world: World, number: int, verdict: Verdict.ValueType
) -> None:
    report = world.report(world.check(firm(number).identifier))
    assert report.ok, report.faults
    assert report.verdict == verdict


def freed_by_a_thief() -> tuple[Forger, int]:
    """A log in which a ban was withdrawn with a key that was found stolen since, and where that is said."""
    log, who = Forger(), firm(FREED)
    stolen, safe = log.enrol(office(OFFICE).code), log.enrol(office(OFFICE).code)
    log.say(safe, event=licence(OFFICE, who))
    log.say(safe, "ban", event=ban(OFFICE, who, *TERM))
    for code in current_edition().required_lists(DOMAIN_PROCUREMENT):
        log.say(safe, delivery=pb.Delivery(list_code=code, as_of="2026-11-24"))
    theft = log.say(stolen, about=who.identifier.value, withdrawal=withdrawal(OFFICE, "ban"))
    reason = pb.KEY_REVOCATION_REASON_COMPROMISED
    found = pb.KeyRevocation(keyid=stolen.signer.keyid, reason=reason, suspect_from=theft)
    said = log.say(log.operator, key_revocation=found)
    log.map()
    return log, said


def said_to_be_clear(log: Forger) -> bytes:
    receipt = Receipt.FromString(log.receipt(firm(FREED).identifier.value))
    answer = Answer.FromString(receipt.answer)
    response = CheckResponse.FromString(answer.response)
    response.verdict, response.indeterminate_reason = VERDICT_CLEAR, INDETERMINATE_REASON_UNSPECIFIED
    answer.response = response.SerializeToString()
    receipt.answer = answer.SerializeToString()
    receipt.signature.CopyFrom(sign_answer(receipt.answer, [log.receipt_key]))
    return seal_receipt(receipt).SerializeToString(deterministic=True)


def test_who_has_the_receipt_key_cannot_keep_back_that_a_key_was_stolen() -> None:
    log, said = freed_by_a_thief()
    receipt = said_to_be_clear(log)
    (shown,) = check_receipt(receipt, log.policy()).faults
    assert (shown.name, "答复缺少 M-PRO-01" in shown.detail) == ("verdict", True)
    (hidden,) = check_receipt(kept_back(receipt, said), log.policy()).faults
    assert (hidden.name, f"序号{said}没有出示陈述" in hidden.detail) == ("keys", True)
    (gone,) = check_receipt(kept_back(receipt, leaves=[said]), log.policy()).faults
    assert (gone.name, "没有出示序号" in gone.detail) == ("keys", True)
