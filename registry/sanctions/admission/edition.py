"""Checks of the steps by which an edition of the catalogue becomes law here (``sanctions.adoption``).

Draft: an official of the operator with the submitter's role (经办人); the files are a sound edition with a
label and content that are new, and leave nothing out of the edition that applies (``left_out``). Review:
another official, a legal reviewer (法制审核人) of another section than the drafter's (审监分离). Adoption: a
third official, an approver (批准人); reviewed as lawful; filed (备案) with number and day.

Who the three are is checked in ``steps``. What a draft holds is looked at again at review and adoption: it
may be read more strictly by then, and other editions may have come into force meanwhile.
"""

from __future__ import annotations

from datetime import date

from registry.domain.faults import Findings
from registry.sanctions.adoption import EditionCase
from registry.sanctions.catalogue.drafts import MAX_FILES, parse_draft
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.catalogue.located_yaml import CatalogueError
from registry.sanctions.difference.left_out import left_out
from registry.sanctions.ledger import Ledger
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import statement_pb2 as pb


def check_draft(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    """The files are a sound edition, with the hash and the label they are said to have, both new, and
    nothing left out."""
    draft, path = statement.edition_draft, "edition_draft"
    found.required(f"{path}.reason", draft.reason, "起草理由")
    if not 0 < len(draft.files) <= MAX_FILES:
        message = f"目录版本应有1至{MAX_FILES}个文件, 这里有{len(draft.files)}个。"
        found.add(reasons.ERROR_REASON_TOO_LARGE, f"{path}.files", message)
        return
    try:
        edition = parse_draft(draft)
    except CatalogueError as error:
        for fault in error.faults:
            found.add(reasons.ERROR_REASON_EDITION_FAULTY, f"{path}.files", str(fault))
        return
    if (edition.hash, edition.label) != (draft.edition, draft.label):
        message = f"文件内容是版本{edition.label}({edition.hash[:12]}…), 与陈述所写不符。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.edition", message)
    for message in left_out(ledger.edition_on(day), edition, day):
        found.add(reasons.ERROR_REASON_EDITION_FAULTY, f"{path}.files", message)
    for case in ledger.book.cases():
        if case.edition == edition.hash or case.label == edition.label:
            message = f"版本{case.label}({case.edition[:12]}…)已经登记过; 修改后请用新的版本号。"
            found.add(reasons.ERROR_REASON_EDITION_ALREADY_DRAFTED, f"{path}.label", message)


def check_review(found: Findings, statement: pb.Statement, _day: date, ledger: Ledger) -> None:
    """A draft that nobody has reviewed yet; the opinion is given in words."""
    review, path = statement.edition_review, "edition_review"
    found.required(f"{path}.opinion", review.opinion, "审查意见")
    case = _drafted(found, path, review.edition, ledger)
    if case is not None and case.reviewed is not None:
        message = f"版本{case.label}已在序号{case.reviewed.position}审查。"
        found.add(reasons.ERROR_REASON_EDITION_ALREADY_REVIEWED, f"{path}.edition", message)
    elif case is not None:
        _content(found, path, case, ledger)


def check_adoption(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    """A draft reviewed as lawful, filed with number and day, in force from a day."""
    adoption, path = statement.edition_adoption, "edition_adoption"
    first = found.day(f"{path}.in_force_from", adoption.in_force_from, "施行日期")
    filed_on = found.day(f"{path}.filed_on", adoption.filed_on, "备案日期")
    if not adoption.filing_number.strip():
        message = "缺少备案号: 目录版本须备案后施行。"
        found.add(reasons.ERROR_REASON_FILING_REQUIRED, f"{path}.filing_number", message)
    if filed_on is not None and filed_on > day:
        message = f"备案日期{filed_on}晚于接收日期{day}。"
        found.add(reasons.ERROR_REASON_DATE_IN_FUTURE, f"{path}.filed_on", message)
    case = _drafted(found, path, adoption.edition, ledger)
    if case is None:
        return
    if adoption.label not in ("", case.label):
        message = f"该版本是{case.label}, 与陈述所写不符。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.label", message)
    if case.adopted is not None:
        message = f"版本{case.label}已在序号{case.adopted.position}批准。"
        found.add(reasons.ERROR_REASON_EDITION_ALREADY_ADOPTED, f"{path}.edition", message)
    if case.reviewed is None or not case.lawful:
        message = f"版本{case.label}未通过合法性审查, 不得批准。"
        found.add(reasons.ERROR_REASON_EDITION_NOT_REVIEWED, f"{path}.edition", message)
    elif case.adopted is None and (edition := _content(found, path, case, ledger)) is not None:
        # On its first day another edition may apply by now than the one it was drafted after.
        for message in left_out(ledger.edition_on(first or day), edition, day):
            found.add(reasons.ERROR_REASON_EDITION_FAULTY, f"{path}.edition", message)


def check_successor(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    """What an edition that was adopted before, to be in force later, leaves out of the one adopted now."""
    adoption, path = statement.edition_adoption, "edition_adoption.edition"
    first = Findings().optional_day("", adoption.in_force_from, "") or day
    case, until = ledger.book.case(adoption.edition), ledger.book.next_start(first)
    if until is None or case is None or case.drafted is None or case.adopted is not None:
        return
    following, edition = ledger.edition_on(until), _content(Findings(), path, case, ledger)
    for message in left_out(edition, following, until) if edition is not None else ():
        words = f"自{until}起施行已批准的版本{following.label}, 其中{message}"
        found.add(reasons.ERROR_REASON_EDITION_FAULTY, path, words)


def _content(found: Findings, path: str, case: EditionCase, ledger: Ledger) -> Edition | None:
    """What a draft holds; None, with a fault noted, if it is not sound any more."""
    try:
        return ledger.edition(case.edition)
    except CatalogueError as error:
        message = f"版本{case.label}的草案按现行规则有误, 请改正后重新起草: {error.faults[0]}"
        found.add(reasons.ERROR_REASON_EDITION_FAULTY, f"{path}.edition", message)
        return None


def _drafted(found: Findings, path: str, edition: str, ledger: Ledger) -> EditionCase | None:
    case = ledger.book.case(edition)
    if case is None or case.drafted is None:
        message = "没有这一目录版本的草案; 随程序发布的版本也须先以陈述起草。"
        found.add(reasons.ERROR_REASON_EDITION_NOT_DRAFTED, f"{path}.edition", message)
        return None
    return case
