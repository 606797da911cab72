"""Repair of a list entry and withdrawal of a penalty: new statements that refer to old ones."""

from __future__ import annotations

from demo.asking import ask
from demo.cast import REPAIR, TENDER, WITHDRAWAL
from demo.delivery import Ids
from demo.departments import BY_KEY
from demo.showing import say, why, word
from demo.town import Town
from registry.v1 import subject_pb2 as pb
from registry.v1.statement_pb2 import Document, Repair, Withdrawal
from registry_client import Verdict, reference_to


def repair(town: Town, ids: Ids) -> None:
    """The wage department ends a list entry early."""
    office = BY_KEY[REPAIR.department].office
    document = Document(
        number=REPAIR.document_number,
        authority=office.name,
        authority_code=office.code,
        decided_on=REPAIR.decided_on.isoformat(),
    )
    target = reference_to(office.code, ids[REPAIR.target])
    effective_on = REPAIR.effective_on.isoformat()
    body = Repair(target=target, document=document, effective_on=effective_on, reason=REPAIR.reason)
    position = town.state(REPAIR.department, body)
    say(f"{REPAIR.department}提前移出一条名单记录({REPAIR.reason}), 序号 {position}")


def withdraw(town: Town, ids: Ids) -> list[str]:
    """The housing department withdraws a penalty, and the ban by the same decision falls with it; what
    differs from what should follow."""
    asked = next(each for each in TENDER.everybody() if each.party is WITHDRAWAL.party)
    before = ask(town, asked, pb.DOMAIN_BIDDING)
    old = before.answered.known_position
    say(f"{asked.party.name}, 招投标, 以序号 {old} 为准: {word(before.verdict)}\n{why(before)}")
    document = Document(
        number=WITHDRAWAL.document_number,
        authority=WITHDRAWAL.authority.name,
        authority_code=WITHDRAWAL.authority.code,
        decided_on=WITHDRAWAL.decided_on.isoformat(),
    )
    target = WITHDRAWAL.target
    reference = reference_to(target.department, ids[target])
    body = Withdrawal(target=reference, reason=WITHDRAWAL.reason, document=document)
    position = town.state(WITHDRAWAL.department, body)
    say(f"{WITHDRAWAL.department}撤回 {ids[target][:20]}…({WITHDRAWAL.reason}), 序号 {position}")
    for fallen in WITHDRAWAL.fallen:
        say(f"  以同一决定书作出的 {ids[fallen][:20]}… 一并撤回")
    after = ask(town, asked, pb.DOMAIN_BIDDING)
    again = ask(town, asked, pb.DOMAIN_BIDDING, position=old)
    say(f"现在, 以序号 {after.answered.known_position} 为准: {word(after.verdict)}")
    same = "与当时的答案完全相同" if again == before else "与当时的答案不同"
    say(f"再问一次, 以序号 {old} 为准: {word(again.verdict)}, {same}")
    return [] if again == before and after.verdict is Verdict.CLEAR else ["撤回前后的结论"]
