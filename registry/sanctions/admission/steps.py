"""Who may take a step of an edition (审监分离): the three steps are three persons'.

* Whoever signs is an official of the operator in the step's role. Whoever registers officials (登记员) takes
  no step at all: he could take the others' in their names.
* Nobody takes two steps of one edition. Two staff ids with one name are one person here, whatever the ids
  say; two persons who share a name must leave one of the steps to a third.
* The legal reviewer is of another section than the drafter (合法性审核须由另一内设机构进行).
* Reviewer, approver and their keys were registered before the draft, and whoever took an earlier step has not
  been registered anew since: nobody is given an id, a name or a section for the occasion.

Worked example: drafted at position 80 by X-1 (目录科). X-2 (法规科), registered at 20 with a key of 21,
reviews. Registered again at 85, as of another section, X-2 cannot: the edition is drafted again under another
label.
"""

from __future__ import annotations

from registry.domain.departments import Directory, Key, Official
from registry.domain.faults import Findings
from registry.domain.names import comparable
from registry.sanctions.adoption import Act, EditionCase
from registry.sanctions.ledger import Ledger
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import statement_pb2 as pb

DRAFT = "edition_draft"
_ROLES = {
    DRAFT: (pb.OFFICIAL_ROLE_SUBMITTER, "经办"),
    "edition_review": (pb.OFFICIAL_ROLE_LEGAL_REVIEWER, "法制审核"),
    "edition_adoption": (pb.OFFICIAL_ROLE_APPROVER, "批准"),
}
_FIELD = "signatures[0].keyid"


def may_draft(signer: Key, directory: Directory) -> bool:
    """Whether a draft signed with this key is worth reading: only some may draft, and drafts are large."""
    found = Findings()
    official = _official_of_step(found, DRAFT, signer, directory)
    standing = official is not None and official.active and signer.revoked_position is None
    return standing and not found.faults


def check_official_of_step(found: Findings, statement: pb.Statement, signer: Key, ledger: Ledger) -> None:
    """Whoever signs is an official of the operator in the step's role, and none of those who took a step."""
    body = statement.WhichOneof("body") or ""
    official = _official_of_step(found, body, signer, ledger.directory)
    if official is None or body == DRAFT:
        return
    case = ledger.book.case(getattr(statement, body).edition)
    if case is not None and case.drafted is not None:
        if not _is_another(found, case, official, ledger.directory):
            return
        if body == "edition_review" and _same_section(case.drafted, official):
            message = f"审查人员与起草人员同在{case.drafted.section}, 合法性审查须由另一内设机构进行。"
            found.add(reasons.ERROR_REASON_SAME_SECTION, _FIELD, message)
        _check_since(found, case, case.drafted.position, (official, signer), ledger.directory)


def _official_of_step(found: Findings, body: str, signer: Key, directory: Directory) -> Official | None:
    """The official who signs; None, with a fault noted, if it is a seal or of another department."""
    role, name = _ROLES[body]
    official = directory.official(signer.department, signer.official_id)
    if signer.department != directory.operator or official is None:
        message = f"目录版本的{name}须由登记机构的人员以本人密钥签名, 不能用部门印章。"
        found.add(reasons.ERROR_REASON_OFFICIAL_REQUIRED, _FIELD, message)
        return None
    if pb.OFFICIAL_ROLE_REGISTRAR in official.registration.roles:
        message = f"登记员可以登记人员和密钥, 不得办理目录版本的{name}(审监分离)。"
        found.add(reasons.ERROR_REASON_ROLE_REQUIRED, _FIELD, message)
    elif role not in official.registration.roles:
        found.add(reasons.ERROR_REASON_ROLE_REQUIRED, _FIELD, f"签名人员没有{name}岗位。")
    return official


def _is_another(found: Findings, case: EditionCase, official: Official, directory: Directory) -> bool:
    """Whether an official is none of those who took a step before; with a fault noted if not."""
    stated = official.registration
    if any(act.official_id == stated.official_id for act in _acts(case)):
        message = f"版本{case.label}的起草、审查、批准须由不同人员进行, 签名人员已办过其中一步。"
    elif comparable(stated.name) in {comparable(o.registration.name) for o in _earlier(case, directory)}:
        message = (
            f"签名人员与办过版本{case.label}其中一步的人员同名, 工号不同也不视为两人; 请由其他人员办理。"
        )
    else:
        return True
    found.add(reasons.ERROR_REASON_SAME_OFFICIAL, _FIELD, message)
    return False


def _check_since(
    found: Findings, case: EditionCase, drafted: int, signing: tuple[Official, Key], directory: Directory
) -> None:
    """Notes what was registered for the occasion, after the draft at a position."""
    if any(entry.position > drafted for entry in signing):
        message = (
            f"签名人员或其密钥在版本{case.label}起草(序号{drafted})之后才登记或变更登记, 不得办理这一版本。"
        )
        found.add(reasons.ERROR_REASON_OFFICIAL_REQUIRED, _FIELD, message)
    if any(official.position > drafted for official in _earlier(case, directory)):
        message = (
            f"办过版本{case.label}其中一步的人员在起草(序号{drafted})之后变更过登记, 请以新的版本号重新起草。"
        )
        found.add(reasons.ERROR_REASON_OFFICIAL_REQUIRED, _FIELD, message)


def _acts(case: EditionCase) -> list[Act]:
    return [act for act in (case.drafted, case.reviewed) if act is not None]


def _earlier(case: EditionCase, directory: Directory) -> list[Official]:
    """Who took the steps before, as they are registered now."""
    found = (directory.official(directory.operator, act.official_id) for act in _acts(case))
    return [official for official in found if official is not None]


def _same_section(act: Act, official: Official) -> bool:
    return comparable(act.section) == comparable(official.registration.section)
