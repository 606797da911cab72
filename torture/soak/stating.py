"""What is stated in the hour: each kind of act by its name, how often it comes, and what it does.

Subjects are a few firms all along. A third of the bans are corrected or withdrawn again.
"""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

from demo.departments import OPERATOR
from registry.domain.periods import china_day
from registry.engine import now_ms
from registry.v1 import evidence_service_pb2
from registry.v1.evidence_service_pb2_grpc import EvidenceServiceStub
from registry.v1.supervision_pb2 import FILE_KIND_INSPECTION, FileReference
from tests.support import events, remedies
from tests.support.ban_cases import WALK
from tests.support.events import firm
from torture.soak.hand import Act, Hand, some, taken, today
from torture.soak.town import CALL_S, FIRMS

PART = 65_536


def ban_and_free(hand: Hand) -> None:
    """A ban; a third of the time, one that stands is withdrawn or corrected instead."""
    until = (china_day(now_ms()) + timedelta(days=700)).isoformat()
    if len(hand.standing) > 2:
        target, number = hand.standing.pop(0)
        if hand.chance.random() < 0.5:
            hand.say("财政", withdrawal=events.withdrawal("财政", target))
            return
        name = hand.fresh("b")
        new = events.ban("财政", firm(number), "M-PRO-01", today(2), until)
        hand.say("财政", name, correction=events.correction("财政", target, new))
        hand.say("财政", withdrawal=events.withdrawal("财政", name))
        return
    name, number = hand.fresh("b"), hand.chance.randrange(FIRMS)
    hand.say("财政", name, event=events.ban("财政", firm(number), "M-PRO-01", today(3), until))
    hand.standing.append((name, number))


def list_and_repair(hand: Hand) -> None:
    """An entry on the list of wage arrears, an objection to it that is rejected, and a repair."""
    name, subject = hand.fresh("l"), some(hand)
    entry = events.list_entry("人社", subject, "L-04", "2025-03-01", "2027-03-01")
    hand.say("人社", name, event=entry)
    hand.say("人社", objection=remedies.objection_to("人社", name, filed_on=today()))
    hand.say("人社", repair=events.repair("人社", name, today()))


def deliver(hand: Hand) -> None:
    """A list is delivered again."""
    hand.say("法院", delivery=events.delivery("L-01", today()))


def ban_case(hand: Hand) -> None:
    """A case from its draft to service, by five officials."""
    office, case = hand.town.office, hand.fresh("case")
    office.subjects[case] = some(hand)
    for kind in WALK:
        taken(office.take(kind, case))
        hand.stated += 1
    office.subjects.pop(case)
    revoked = events.withdrawal("财政", office.decisions.pop(case))
    (result,) = hand.town.stated("财政", office.sealed("withdrawal", revoked, by="chief"))
    taken(result)
    hand.stated += 1


def inspection(hand: Hand) -> None:
    """An inspection that two officials signed, and its publication."""
    bureau, number = hand.town.bureau, hand.fresh("JC")
    with hand.town.lock:
        visit = bureau.envelope("first", "second", inspection=bureau.visit(number))
    (result,) = hand.town.stated(bureau.key, visit)
    taken(result)
    hand.stated += 1
    _evidence(hand, number)


def _evidence(hand: Hand, number: str) -> None:
    """A picture of it, in two parts; and it is read again."""
    content = hand.chance.randbytes(PART + 5000)
    digest = sha256(content).digest()
    stub = EvidenceServiceStub(hand.town.channel(hand.town.served.department(hand.town.bureau.key)))
    file = FileReference(kind=FILE_KIND_INSPECTION, department=hand.town.bureau.code, number=number)
    begin = evidence_service_pb2.BeginUploadRequest(
        sha256=digest, size=len(content), media_type="image/jpeg", file=file, title="照片"
    )
    stub.BeginUpload(begin, timeout=CALL_S)
    for offset in (0, PART):
        part = content[offset : offset + PART]
        stub.UploadPart(
            evidence_service_pb2.UploadPartRequest(sha256=digest, offset=offset, content=part), timeout=CALL_S
        )


def registered_again(hand: Hand) -> None:
    """A department is registered again, as it is."""
    hand.say(OPERATOR.key, department_registration=events.registration("税务"))


STATING: dict[str, tuple[int, Act]] = {
    "ban, correction, withdrawal": (8, ban_and_free),
    "listing, objection, repair": (2, list_and_repair),
    "delivery": (1, deliver),
    "ban case": (1, ban_case),
    "inspection, evidence": (1, inspection),
    "registration": (1, registered_again),
}
