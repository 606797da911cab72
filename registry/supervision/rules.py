"""Which rule governs a matter (监管制度): the one that was filed, by the matter's number or by its class.

各部门对本部门的审批事项逐项或分类制定监管制度, 报机构编制部门备案 (沧州市进一步加强行政审批事中事后监管的实施
意见五(二)). A rule governs from the day of its filing. Of several the one for the matter itself goes before
the one for its class (逐项 before 分类), and of those the one filed last: so a new rule takes the place of an
old one when it is filed, and not before.

Worked example: rule ZD-1 for the class 食品 was filed on 2026-11-20, ZD-2 for the matter SP-1 on 2026-11-25,
and SP-1 is of the class 食品. On 2026-11-19 nothing governs SP-1, on 2026-11-20 ZD-1, on 2026-11-25 ZD-2.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from registry.domain.files import ACT_NUMBERS
from registry.domain.names import comparable
from registry.supervision.duties import first_act
from registry.supervision.ledger import SupervisionLedger
from registry.v1.supervision_file_pb2 import FileAct, SupervisionFile
from registry.v1.supervision_pb2 import FILE_KIND_MATTER, FILE_KIND_RULE, FileReference

REVIEW, FILING = ACT_NUMBERS["rule_review"], ACT_NUMBERS["rule_filing"]


def filed_rule(ledger: SupervisionLedger, department: str, matter: str, day: date) -> FileReference | None:
    """The filed rule that governs a matter of a department on a day; None if there is none, or no such
    matter."""
    reference = FileReference(kind=FILE_KIND_MATTER, department=department, number=matter)
    file = ledger.file(reference)
    if file is None:
        return None
    rule = governing(file, ledger.files_of(FILE_KIND_RULE, department), day)
    return rule.file if rule is not None else None


def governing(matter: SupervisionFile, rules: Iterable[SupervisionFile], day: date) -> SupervisionFile | None:
    """The one of a department's rules that governs a matter on a day."""
    found, rank = None, (False, "", -1)
    for rule in rules:
        filed = filing_of(rule)
        if filed is None or filed.on > day.isoformat() or not covers(rule, matter):
            continue
        this = (matter.file.number in rule.matters, filed.on, filed.position)
        if this > rank:
            found, rank = rule, this
    return found


def covers(rule: SupervisionFile, matter: SupervisionFile) -> bool:
    """Whether a rule was made for a matter, by its number or its class."""
    if matter.file.number in rule.matters:
        return True
    classes = set(map(comparable, rule.matter_classes))
    return any(comparable(each) in classes for each in matter.matter_classes)


def filing_of(rule: SupervisionFile) -> FileAct | None:
    """The filing of a rule; None while it is not filed."""
    return first_act(rule, FILING)


def review_of(rule: SupervisionFile) -> FileAct | None:
    """The review of a rule; None while it is not reviewed."""
    return first_act(rule, REVIEW)
