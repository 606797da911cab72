"""合法性审查、备案、检查: may this step of a rule be taken?

    rule_review   法制审核                    of 司法行政(政府法制)部门, or of another section
    rule_filing   经办 of 机构编制管理机构    what was found lawful, under a number of its own
    rule_check    经办 of 机构编制管理机构    定期检查、不定期抽查 of what is filed

法制部门要对行政机关制定的具体监管办法进行合法性审查; 各部门将监管制度报机构编制部门备案; 机构编制部门牵头对监
管工作开展定期检查与不定期抽查 (沧州市进一步加强行政审批事中事后监管的实施意见 五(二)). Nobody reviews or
files what he drafted, nor does a namesake of his. What was found unlawful is not filed: it is drafted again,
under another number.

Example: 王五 of 监管科 drafts ZD-1; 赵六 of 法规科 may review it, another of 监管科 may not (SAME_SECTION).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from registry.domain.departments import Official
from registry.domain.faults import Findings
from registry.domain.files import ACT_NUMBERS
from registry.domain.names import comparable
from registry.supervision import parts
from registry.supervision.acting import Acting
from registry.supervision.rules import filing_of, review_of
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import supervision_pb2 as pb
from registry.v1.statement_pb2 import Statement
from registry.v1.supervision_file_pb2 import SupervisionFile

ESTABLISHMENT, JUSTICE = "establishment", "justice"
_SIGNED = "signatures[0].keyid"
_LONGEST_NUMBER = 100
_STEP_NAMES = {"rule_review": "合法性审查", "rule_filing": "备案"}


def check_review(found: Findings, statement: Statement, acting: Acting) -> None:
    """Notes every fault of a review of lawfulness."""
    review, path = statement.supervision.rule_review, "supervision.rule_review"
    parts.text(found, f"{path}.opinion", review.opinion, "审查意见")
    file = parts.carried_on(found, statement, acting, pb.FILE_KIND_RULE)
    if file is None:
        return
    parts.came(found, f"{path}.on", review.on, "审查日期", acting.day, since=file.acts[0].on)
    if review_of(file) is not None:
        message = "这一制度已经审查; 要改的, 请另用编号重新起草。"
        found.add(reasons.ERROR_REASON_STEP_OUT_OF_ORDER, f"{path}.file", message)
    own = acting.code == file.file.department
    if not own:
        parts.of_kind(found, acting, {JUSTICE}, "司法行政(政府法制)部门或者起草部门的法制机构")
    _check_other_person(found, file, acting, "rule_review")
    if own:
        _check_other_section(found, file, acting)


def _check_other_person(found: Findings, file: SupervisionFile, acting: Acting, step: str) -> None:
    """Nobody reviews or files what he or a namesake drafted, nor files what he reviewed."""
    this, name = ACT_NUMBERS[step], _STEP_NAMES[step]
    before = {(act.department, each) for act in file.acts if act.act < this for each in act.official_ids}
    names = {taken for key in before if (taken := _name(acting.ledger.directory.official(*key)))}
    for official in acting.officials:
        stated = official.registration
        if (stated.department, stated.official_id) in before or _name(official) in names:
            message = f"签名人员或者同名人员已办理这一制度的前一步骤, 不得再办理{name}。"
            found.add(reasons.ERROR_REASON_SAME_OFFICIAL, _SIGNED, message)


def _name(official: Official | None) -> str:
    return comparable(official.registration.name) if official is not None else ""


def _check_other_section(found: Findings, file: SupervisionFile, acting: Acting) -> None:
    """Within the department another section reviews, by somebody who was not moved there for it."""
    if comparable(acting.section) in set(map(comparable, file.acts[0].sections)):
        message = "合法性审查须由起草科室以外的法制机构人员办理。"
        found.add(reasons.ERROR_REASON_SAME_SECTION, _SIGNED, message)
    if any(official.position > file.acts[0].position for official in acting.officials):
        message = "签名人员在起草之后才登记或者变更登记, 不得审查这一制度; 请由其他人员办理。"
        found.add(reasons.ERROR_REASON_OFFICIAL_REQUIRED, _SIGNED, message)


def check_filing(found: Findings, statement: Statement, acting: Acting) -> None:
    """Notes every fault of a filing."""
    filing, path = statement.supervision.rule_filing, "supervision.rule_filing"
    parts.of_kind(found, acting, {ESTABLISHMENT}, "机构编制管理机构")
    parts.text(found, f"{path}.filing_number", filing.filing_number, "备案号", longest=_LONGEST_NUMBER)
    file = parts.carried_on(found, statement, acting, pb.FILE_KIND_RULE)
    if file is None:
        return
    _check_reviewed(found, file)
    review = review_of(file)
    since = review.on if review is not None else file.acts[0].on
    parts.came(found, f"{path}.filed_on", filing.filed_on, "备案日期", acting.day, since=since)
    _check_other_person(found, file, acting, "rule_filing")
    _check_unused(found, f"{path}.filing_number", filing.filing_number, acting)


def _check_reviewed(found: Findings, file: SupervisionFile) -> None:
    path, review = "supervision.rule_filing.file", review_of(file)
    if review is None:
        message = "这一制度未经合法性审查, 不能备案。"
        found.add(reasons.ERROR_REASON_STEP_OUT_OF_ORDER, path, message)
    elif not review.result:
        message = "合法性审查认为这一制度不合法, 不能备案; 请修改后另用编号起草、送审。"
        found.add(reasons.ERROR_REASON_STEP_OUT_OF_ORDER, path, message)
    if filing_of(file) is not None:
        found.add(reasons.ERROR_REASON_STEP_OUT_OF_ORDER, path, "这一制度已经备案。")


def _check_unused(found: Findings, path: str, number: str, acting: Acting) -> None:
    """A filing number is given once by an office for establishment, however its brackets are written."""
    filings = map(filing_of, acting.ledger.files_of(pb.FILE_KIND_RULE, ""))
    mine = (each for each in filings if each is not None and each.department == acting.code)
    if any(comparable(each.filing_number) == comparable(number) for each in mine):
        message = "这一备案号已用于另一制度。"
        found.add(reasons.ERROR_REASON_DECISION_NUMBER_USED, path, message)


def check_check(found: Findings, statement: Statement, acting: Acting) -> None:
    """Notes every fault of a check on what is filed."""
    check, path = statement.supervision.rule_check, "supervision.rule_check"
    parts.of_kind(found, acting, {ESTABLISHMENT}, "机构编制管理机构")
    parts.kind_is(found, f"{path}.manner", check.manner, pb.RuleCheckManner, "检查方式")
    parts.text(found, f"{path}.finding", check.finding, "检查情况")
    file = parts.carried_on(found, statement, acting, pb.FILE_KIND_RULE)
    filing = filing_of(file) if file is not None else None
    if file is not None and filing is None:
        found.add(reasons.ERROR_REASON_STEP_OUT_OF_ORDER, f"{path}.file", "只检查已经备案的制度。")
    since = filing.on if filing is not None else ""
    on = parts.came(found, f"{path}.on", check.on, "检查日期", acting.day, since=since)
    if not check.deficient:
        if check.rectify_by:
            message = "没有发现问题的, 不写整改期限。"
            found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.rectify_by", message)
        return
    last = found.day(f"{path}.rectify_by", check.rectify_by, "整改期限")
    parts.in_order(found, f"{path}.rectify_by", on, last, ("检查日期", "整改期限"))


CHECKS: Mapping[str, Callable[[Findings, Statement, Acting], None]] = {
    "rule_review": check_review,
    "rule_filing": check_filing,
    "rule_check": check_check,
}
