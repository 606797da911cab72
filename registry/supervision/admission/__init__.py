"""May this act of supervision enter? Every reason why not, all at once.

What every statement needs (id, origin, nonce, department, key) is checked as for credit events
(``registry.sanctions.admission``). Beyond that an act is signed by officials with keys of their own, never by
a seal and never by a registrar (登记员), for who did what must be seen (责任追究); where an act takes two, by
two persons of the department. What the act itself needs is in the modules beside, one for each power:

    matters         审批事项、涉审中介、监管制度
    draws           名录库、计划、抽取
    inspections     检查、公示、整改
    referrals       告知、移送、督办
    complaints      投诉举报
    monitoring      风险指标、预警
    associations    行业自律
    accidents       事故
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from registry.domain.departments import Key, Official
from registry.domain.faults import Fault, Findings
from registry.domain.files import ACT_NUMBERS, OPENING, TAKES_TWO, act_of, file_of
from registry.domain.names import comparable
from registry.sanctions.admission import check_frame, check_signer
from registry.supervision.acting import Acting
from registry.supervision.admission import (
    accidents,
    associations,
    complaints,
    draws,
    inspections,
    matters,
    monitoring,
    referrals,
)
from registry.supervision.ledger import SupervisionLedger
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import statement_pb2 as pb
from registry.v1.supervision_file_pb2 import SupervisionFile

Check = Callable[[Findings, pb.Statement, Acting], None]
CHECKS: Mapping[str, Check] = {
    **matters.CHECKS, **draws.CHECKS, **inspections.CHECKS, **referrals.CHECKS, **complaints.CHECKS,
    **monitoring.CHECKS, **associations.CHECKS, **accidents.CHECKS,
}  # fmt: skip
ROLES: Mapping[str, pb.OfficialRole.ValueType] = {"rule_review": pb.OFFICIAL_ROLE_LEGAL_REVIEWER}
"""The role in which an act is signed, where it is another than 经办."""
MOST_REPEATED = 200
"""How often one act stands in a file: a matter that is stated again and again would slow everybody's
writing."""
_ROLE_NAMES = {pb.OFFICIAL_ROLE_SUBMITTER: "经办", pb.OFFICIAL_ROLE_LEGAL_REVIEWER: "法制审核"}


def admit_act(
    statement: pb.Statement,
    *,
    signers: Sequence[Key],
    received_on: date,
    ledger: SupervisionLedger,
    recorded: bool = False,
) -> list[Fault]:
    """Every fault of an act whose signatures by ``signers`` have been verified; ``recorded``: a log that has
    it is folded again (``registry.sanctions.admission.on_receipt`` says why that matters)."""
    found, name = Findings(), act_of(statement)
    check_frame(found, statement, ledger)
    for key in signers:
        check_signer(found, statement, [key], received_on, ledger)
    officials = _officials(found, name, signers, ledger)
    department = ledger.directory.department(statement.department)
    associations.only_own_acts(found, name, department)
    _check_room(found, name, ledger.file(file_of(statement)))
    check = CHECKS.get(name)
    if check is None:
        found.add(reasons.ERROR_REASON_FIELD_REQUIRED, "supervision", "监管行为没有内容, 或种类不能提交。")
    elif department is not None and not found.faults:
        check(found, statement, Acting(department, signers, officials, received_on, ledger, recorded))
    return found.faults


def _check_room(found: Findings, name: str, file: SupervisionFile | None) -> None:
    """Notes an act that stands in its file too often: each is written with all those before it. No other act
    is kept out by it, so nobody can keep another from his step."""
    times = sum(act.act == ACT_NUMBERS[name] for act in file.acts) if file is not None else 0
    if times >= MOST_REPEATED:
        path = f"supervision.{name}." + ("number" if name in OPENING else "file")
        found.add(reasons.ERROR_REASON_TOO_LARGE, path, f"这一行为在卷宗中已有{times}次; 请另立卷宗。")


def admit_alert(statement: pb.Statement, ledger: SupervisionLedger, size: int) -> list[Fault]:
    """Every fault of an alert that the registry makes itself, over a log of ``size`` leaves."""
    found = Findings()
    monitoring.check_alert(found, statement, ledger, size)
    return found.faults


def _officials(
    found: Findings, name: str, signers: Sequence[Key], ledger: SupervisionLedger
) -> list[Official]:
    """Who signs; with a fault noted for a seal, a registrar, a missing role, one person as two."""
    officials = []
    for place, key in enumerate(signers):
        official = ledger.directory.official(key.department, key.official_id)
        path = f"signatures[{place}].keyid"
        if official is None:
            message = "监管行为须由办理人员以本人密钥签名, 不能用部门印章。"
            found.add(reasons.ERROR_REASON_OFFICIAL_REQUIRED, path, message)
            continue
        officials.append(official)
        _check_role(found, path, name, official)
    names = {comparable(official.registration.name) for official in officials}
    if name in TAKES_TWO and len(officials) > 1 and len(names) < len(officials):
        message = "须由两人共同签名; 同名的两个工号不视为两人。"
        found.add(reasons.ERROR_REASON_SAME_OFFICIAL, "signatures[1].keyid", message)
    return officials


def _check_role(found: Findings, path: str, name: str, official: Official) -> None:
    role = ROLES.get(name, pb.OFFICIAL_ROLE_SUBMITTER)
    roles = official.registration.roles
    if pb.OFFICIAL_ROLE_REGISTRAR in roles:
        message = "登记员可以登记人员和密钥, 不得办理监管行为(审监分离)。"
        found.add(reasons.ERROR_REASON_ROLE_REQUIRED, path, message)
    elif role not in roles:
        message = f"签名人员没有{_ROLE_NAMES[role]}岗位。"
        found.add(reasons.ERROR_REASON_ROLE_REQUIRED, path, message)
