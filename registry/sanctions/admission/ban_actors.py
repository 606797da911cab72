"""Who may take a step of a ban case (审监分离, 行政处罚法 第五十八条、第六十四条).

* Whoever signs is an official in the step's role, with a key of his own; a seal and a registrar (登记员) take
  none.
* Nobody acts in two roles of one case; several steps in one role are one person's. Two staff ids with one
  name are one person here, whatever the ids say.
* The legal reviewer and whoever presides at the hearing are of another section than those who handle the
  case, whichever of them acts first.
* Nobody of the section that granted the licence at issue takes any step.
* Up to the decision, whoever acts was registered before the draft, and those who acted have not been
  registered anew since: nobody is given an id, a name or a section for the occasion. A key may be rotated by
  its holder, if the first of the row was enrolled before the draft.

Worked example: drafted at 80 by X-1 (执法科). X-2 (法规科), registered at 20, reviews; X-1 cannot decide, nor
X-9 of the same name."""

from __future__ import annotations

from collections.abc import Iterator

from registry.domain.departments import Key, Official
from registry.domain.faults import Findings
from registry.domain.names import comparable
from registry.sanctions.bans.case import Case
from registry.sanctions.bans.steps import AFTER, ROLE_NAMES, STEPS, StepRule, case_of, role_of
from registry.sanctions.ledger import Ledger
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import statement_pb2 as pb
from registry.v1.ban_service_pb2 import BanAct

_FIELD = "signatures[0].keyid"
_OTHER_SECTION = (pb.OFFICIAL_ROLE_LEGAL_REVIEWER, pb.OFFICIAL_ROLE_HEARING_OFFICER)


def check_actor(found: Findings, statement: pb.Statement, signer: Key, ledger: Ledger) -> None:
    """Notes why whoever signs may not take the step that a statement is."""
    body = statement.WhichOneof("body") or ""
    rule = STEPS.get(body) or AFTER[body]
    official = _official_in_role(found, rule, signer, ledger)
    if official is None:
        return
    case = case_of(statement, ledger)
    _check_licensing(found, statement, case, official)
    if case is not None:
        _check_other_roles(found, rule, case, official, ledger)
        _check_section(found, rule, case, official)
        if body in STEPS:
            _check_since(found, case, (official, signer), ledger)


def _official_in_role(found: Findings, rule: StepRule, signer: Key, ledger: Ledger) -> Official | None:
    official = ledger.directory.official(signer.department, signer.official_id)
    if official is None:
        message = f"{rule.name}须由办理人员以本人密钥签名, 不能用部门印章。"
        found.add(reasons.ERROR_REASON_OFFICIAL_REQUIRED, _FIELD, message)
        return None
    if pb.OFFICIAL_ROLE_REGISTRAR in official.registration.roles:
        message = f"登记员可以登记人员和密钥, 不得办理市场禁入的{rule.name}(审监分离)。"
        found.add(reasons.ERROR_REASON_ROLE_REQUIRED, _FIELD, message)
    elif rule.role not in official.registration.roles:
        message = f"{rule.name}须由{ROLE_NAMES[rule.role]}岗位的人员办理, 签名人员没有这一岗位。"
        found.add(reasons.ERROR_REASON_ROLE_REQUIRED, _FIELD, message)
    return official


def _check_licensing(found: Findings, statement: pb.Statement, case: Case | None, official: Official) -> None:
    drafted = statement.ban_draft.licensing_section
    section = case.told.licensing_section if case is not None else drafted
    if section and comparable(section) == comparable(official.registration.section):
        message = f"签名人员在作出有关许可的{section[:80]}, 许可与监督须由不同内设机构承担(审监分离)。"
        found.add(reasons.ERROR_REASON_LICENSING_SECTION, _FIELD, message)


def _check_other_roles(
    found: Findings, rule: StepRule, case: Case, official: Official, ledger: Ledger
) -> None:
    stated = official.registration
    for act, other in _earlier(case, ledger):
        if role_of(act) == rule.role:
            continue
        if act.official_id == stated.official_id:
            message = f"签名人员已在本案办理{ROLE_NAMES[role_of(act)]}, 不得再办理{ROLE_NAMES[rule.role]}。"
        elif other is not None and comparable(other.registration.name) == comparable(stated.name):
            message = "签名人员与在本案另一岗位办理过的人员同名, 工号不同也不视为两人; 请由其他人员办理。"
        else:
            continue
        found.add(reasons.ERROR_REASON_SAME_OFFICIAL, _FIELD, message)
        return


def _check_section(found: Findings, rule: StepRule, case: Case, official: Official) -> None:
    if rule.role == pb.OFFICIAL_ROLE_SUBMITTER:
        apart = frozenset(_OTHER_SECTION)
        message = "签名人员所在的内设机构已办理本案的法制审核或者听证, 不得再承办本案。"
    elif rule.role in _OTHER_SECTION:
        apart = frozenset({pb.OFFICIAL_ROLE_SUBMITTER})
        message = f"{ROLE_NAMES[rule.role]}须由承办机构以外的内设机构人员办理。"
    else:
        return
    sections = {comparable(act.section) for act in case.told.acts if role_of(act) in apart}
    if comparable(official.registration.section) in sections:
        found.add(reasons.ERROR_REASON_SAME_SECTION, _FIELD, message)


def _check_since(found: Findings, case: Case, signing: tuple[Official, Key], ledger: Ledger) -> None:
    official, key = signing
    if official.position > case.opened or not _held_by(key, case.opened, ledger):
        message = f"签名人员或其密钥在立案(序号{case.opened})之后才登记或者变更登记, 不得办理本案。"
        found.add(reasons.ERROR_REASON_OFFICIAL_REQUIRED, _FIELD, message)
    if any(other is not None and other.position > case.opened for _, other in _earlier(case, ledger)):
        message = f"办理过本案的人员在立案(序号{case.opened})之后变更过登记, 请另行立案。"
        found.add(reasons.ERROR_REASON_OFFICIAL_REQUIRED, _FIELD, message)


def _held_by(key: Key, position: int, ledger: Ledger) -> bool:
    """Whether a key, or one that it was rotated from by its holder, was enrolled by a position."""
    held: Key | None = key
    while held is not None and held.position > position:
        held = ledger.directory.key(held.enrolment.replaces) if held.enrolment.replaces else None
    return held is not None


def _earlier(case: Case, ledger: Ledger) -> Iterator[tuple[BanAct, Official | None]]:
    """The steps taken, with who took each, as he is registered now."""
    for act in case.told.acts:
        yield act, ledger.directory.official(case.told.department, act.official_id)
