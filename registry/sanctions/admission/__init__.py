"""May this statement enter? Every reason why not, all at once (登记前审核).

The law behind the checks: only what the catalogue lists may be recorded, a finding of dishonesty
needs a legally effective document, a measure needs a row in the edition in force on the decision
date and stays inside its bounds (国办发〔2020〕49号); a department states its own matters only
(谁产生谁负责). Pure: what it needs to know of the registry comes through the ledger, the day of
receipt is an argument, and the signatures were verified before.

``admit`` answers a list of faults; an empty list admits the statement.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date

from registry.domain.departments import Key
from registry.domain.faults import Fault, Findings
from registry.domain.quoting import names_a_person, quoted_code
from registry.sanctions.admission.ban_actors import check_actor
from registry.sanctions.admission.ban_after import check_after_decision
from registry.sanctions.admission.ban_citation import cited
from registry.sanctions.admission.ban_decision import check_ban_decision
from registry.sanctions.admission.ban_deliberation import check_ban_deliberation
from registry.sanctions.admission.ban_hearing import (
    check_ban_defence,
    check_ban_hearing,
    check_ban_hearing_notice,
)
from registry.sanctions.admission.bans import (
    check_ban_draft,
    check_ban_notice,
    check_ban_review,
    check_ban_served,
)
from registry.sanctions.admission.decided_here import check_not_decided_here
from registry.sanctions.admission.directory import (
    check_department,
    check_key_enrolment,
    check_key_revocation,
    check_official,
    check_official_revocation,
    check_rotated_by_holder,
    check_signer_stays,
    is_of_the_holder,
)
from registry.sanctions.admission.disputes import check_confirmation
from registry.sanctions.admission.edition import check_adoption, check_draft, check_review
from registry.sanctions.admission.erasure import check_erasure
from registry.sanctions.admission.event import check_event
from registry.sanctions.admission.identity import check_link, check_ruling
from registry.sanctions.admission.lists import check_candidacy, check_delivery, check_grant
from registry.sanctions.admission.notes import check_lifting, check_note
from registry.sanctions.admission.on_receipt import check_on_receipt
from registry.sanctions.admission.reference import check_correction, check_repair, check_withdrawal
from registry.sanctions.admission.registry_keys import check_registry_key_change
from registry.sanctions.admission.remedies import (
    check_objection,
    check_objection_result,
    check_repair_acceptance,
    check_repair_annulment,
    check_repair_application,
    check_repair_refusal,
)
from registry.sanctions.admission.steps import DRAFT, check_official_of_step
from registry.sanctions.bans.steps import case_of, decided_case
from registry.sanctions.ledger import Ledger
from registry.sanctions.said import stated_event
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import statement_pb2 as pb

STATEMENT_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}\Z")
NONCE_BYTES = 16

Check = Callable[[Findings, pb.Statement, date, Ledger], None]

EVENT_CHECKS: dict[str, Check] = {
    "event": lambda found, s, day, ledger: check_event(found, "event", s.event, s.department, day, ledger),
    "correction": check_correction,
    "withdrawal": check_withdrawal,
    "repair": check_repair,
    "lifting": check_lifting,
    "status_note": check_note,
    "subject_link": check_link,
    "name_ruling": check_ruling,
    "delivery": check_delivery,
    "red_list_candidacy": check_candidacy,
    "red_list_grant": check_grant,
    "confirmation": check_confirmation,
    "erasure": check_erasure,
}
DIRECTORY_CHECKS: dict[str, Check] = {
    "department_registration": check_department,
    "official_registration": check_official,
    "official_revocation": check_official_revocation,
    "key_enrolment": check_key_enrolment,
    "key_revocation": check_key_revocation,
    "registry_key_change": check_registry_key_change,
}
EDITION_CHECKS: dict[str, Check] = {
    "edition_draft": check_draft,
    "edition_review": check_review,
    "edition_adoption": check_adoption,
}
BAN_CHECKS: dict[str, Check] = {
    "ban_draft": check_ban_draft,
    "ban_review": check_ban_review,
    "ban_notice": check_ban_notice,
    "ban_defence": check_ban_defence,
    "ban_hearing_notice": check_ban_hearing_notice,
    "ban_hearing": check_ban_hearing,
    "ban_deliberation": check_ban_deliberation,
    "ban_decision": check_ban_decision,
    "ban_served": check_ban_served,
}
REMEDY_CHECKS: dict[str, Check] = {
    "objection": check_objection,
    "objection_result": check_objection_result,
    "repair_application": check_repair_application,
    "repair_acceptance": check_repair_acceptance,
    "repair_refusal": check_repair_refusal,
    "repair_annulment": check_repair_annulment,
}
_CHECKS = EVENT_CHECKS | DIRECTORY_CHECKS | EDITION_CHECKS | BAN_CHECKS | REMEDY_CHECKS


_PATHS = {
    "event": "event",
    "correction": "correction.replacement",
    "objection_result": "objection_result.replacement",
}
"""Where a statement holds the event that it states."""


def admit(
    statement: pb.Statement,
    *,
    signers: Sequence[Key],
    received_on: date,
    ledger: Ledger,
    recorded: bool = False,
) -> list[Fault]:
    """Every fault of a statement whose signatures by ``signers`` have been verified.

    ``received_on`` is the day in China on which the registry received it. ``recorded``: a log that has it is
    folded again, and it is held to what was asked of it then.
    """
    found = Findings()
    check_frame(found, statement, ledger)
    check_signer(found, statement, signers, received_on, ledger)
    body = statement.WhichOneof("body")
    check, case = _CHECKS.get(body or ""), decided_case(statement, ledger)
    if check is None:
        found.add(reasons.ERROR_REASON_FIELD_REQUIRED, "body", "陈述没有内容, 或内容种类不能提交。")
    elif found.faults and body == DRAFT:
        pass  # A draft is large: who may not make one has none of it read.
    elif ledger.directory.department(statement.department) is not None:
        check(found, statement, received_on, ledger)
        if not recorded:
            check_on_receipt(found, statement, signers[0], received_on, ledger)
        if case is not None:
            check_after_decision(found, statement, case, received_on, ledger)
        elif (event := stated_event(statement)) is not None and body not in BAN_CHECKS:
            path = _PATHS[body or ""]
            check_not_decided_here(found, path, event, statement, received_on, ledger)
    if body in BAN_CHECKS or case is not None:
        found.faults = [cited(fault, body or "", ledger, received_on) for fault in found.faults]
    return found.faults


def check_frame(found: Findings, statement: pb.Statement, ledger: Ledger) -> None:
    """Notes what is wrong with id, origin, nonce and department of a statement of any kind."""
    if not STATEMENT_ID.match(statement.statement_id):
        message = "陈述编号应为1至64个字母、数字或 . _ : - 。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, "statement_id", message)
    elif names_a_person(statement.statement_id):  # Ids rest in clear and are shown with every hit.
        message = "陈述编号含有身份证号码; 请改用不含个人信息的编号。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, "statement_id", message)
    if statement.origin != ledger.origin:
        message = f"陈述写给“{statement.origin[:80]}”, 本登记系统是“{ledger.origin}”。"
        found.add(reasons.ERROR_REASON_ORIGIN_MISMATCH, "origin", message)
    if len(statement.nonce) != NONCE_BYTES:
        found.add(reasons.ERROR_REASON_FIELD_INVALID, "nonce", "随机数应为16字节。")
    if ledger.directory.department(statement.department) is None:
        message = f"部门{quoted_code(statement.department)}未登记。"
        found.add(reasons.ERROR_REASON_DEPARTMENT_UNKNOWN, "department", message)


def check_signer(
    found: Findings, statement: pb.Statement, signers: Sequence[Key], day: date, ledger: Ledger
) -> None:
    """Notes why whoever signed first may not sign a statement of this kind."""
    signer, body = signers[0], statement.WhichOneof("body")
    if signer.department != statement.department:
        message = "签名密钥属于另一部门。"
        found.add(reasons.ERROR_REASON_KEY_OF_ANOTHER_DEPARTMENT, "signatures[0].keyid", message)
    if signer.revoked_position is not None:
        message = f"签名密钥已在序号{signer.revoked_position}撤销。"
        found.add(reasons.ERROR_REASON_KEY_REVOKED, "signatures[0].keyid", message)
    if not signer.valid_from <= day <= signer.valid_until:
        message = f"签名密钥只在{signer.valid_from}至{signer.valid_until}有效。"
        found.add(reasons.ERROR_REASON_KEY_NOT_VALID_NOW, "signatures[0].keyid", message)
    official = ledger.directory.official(signer.department, signer.official_id)
    if signer.official_id and (official is None or not official.active):
        found.add(reasons.ERROR_REASON_OFFICIAL_UNKNOWN, "signatures[0].keyid", "签名人员未登记或已停用。")
    elif body in BAN_CHECKS or decided_case(statement, ledger) is not None:
        check_actor(found, statement, signer, ledger)
    elif official and _is_event(statement) and pb.OFFICIAL_ROLE_SUBMITTER not in official.registration.roles:
        message = "签名人员没有经办岗位, 不能提交信用信息。"
        found.add(reasons.ERROR_REASON_OFFICIAL_UNKNOWN, "signatures[0].keyid", message)
    if statement.WhichOneof("body") in EDITION_CHECKS:
        check_official_of_step(found, statement, signer, ledger)
    _check_key_covers(found, statement, signer, ledger)
    acts_as_registrar = statement.WhichOneof("body") in DIRECTORY_CHECKS
    if acts_as_registrar and not (
        ledger.directory.is_registrar(signer) or is_of_the_holder(statement, signer, ledger)
    ):
        message = "只有登记机构的登记员可以登记部门、人员和密钥。"
        found.add(reasons.ERROR_REASON_NOT_REGISTRAR, "department", message)
    check_rotated_by_holder(found, statement, signer)
    if statement.HasField("key_revocation"):
        check_signer_stays(found, statement.key_revocation, signer, ledger)


def _check_key_covers(found: Findings, statement: pb.Statement, signer: Key, ledger: Ledger) -> None:
    """A key that was enrolled for some categories signs statements about those and no others."""
    body = statement.WhichOneof("body")
    if not signer.categories or body is None or body in DIRECTORY_CHECKS:
        return
    if category_of(statement, ledger) not in signer.categories:
        message = "签名密钥登记的范围不包括这一类信用信息。"
        found.add(reasons.ERROR_REASON_CATEGORY_OUTSIDE_KEY, "signatures[0].keyid", message)


def category_of(statement: pb.Statement, ledger: Ledger) -> str:
    """The category that a statement is about, its own or its target's; empty if it is about none."""
    if statement.HasField("event"):
        return statement.event.category
    body = statement.WhichOneof("body")
    if body == "ban_draft":
        return statement.ban_draft.proposal.category
    if body in BAN_CHECKS:
        case = case_of(statement, ledger)
        return case.told.proposal.category if case else ""
    reference = getattr(getattr(statement, body), "target", None) if body else None
    if reference is None:
        return ""
    target = ledger.event(reference.department, reference.statement_id)
    return target.category if target else ""


def _is_event(statement: pb.Statement) -> bool:
    body = statement.WhichOneof("body")
    return body in EVENT_CHECKS or body in REMEDY_CHECKS
