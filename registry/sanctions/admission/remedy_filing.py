"""What the checks of objections and of applications for repair have in common (异议和信用修复的提出).

* Filed at a window: by the department whose statement it is about, or by the operator (国办发〔2025〕22号:
  统一受理).
* About something that stands: what was withdrawn or corrected is nobody's matter any more.
* Decided by the department whose statement it is (谁认定谁修复), once.

Every refusal ends with the article of the edition of the day: 同一陈述的异议正在处理…(山东省社会信用条例
第三十九条…)。
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from registry.domain.faults import Findings
from registry.sanctions.admission.document import check_not_future
from registry.sanctions.admission.target import check_target
from registry.sanctions.admission.texts import MAX_CITED, fits
from registry.sanctions.ledger import EventState, Ledger, RecordedEvent
from registry.sanctions.remedies.remedy import Filed
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import remedy_service_pb2 as remedy
from registry.v1 import statement_pb2 as pb

MAX_EVIDENCE = 64
SHA256_BYTES = 32
_KINDS_ZH = {remedy.REMEDY_KIND_OBJECTION: "异议", remedy.REMEDY_KIND_REPAIR: "信用修复申请"}
_STEPS = {remedy.REMEDY_KIND_OBJECTION: "objection", remedy.REMEDY_KIND_REPAIR: "repair"}


@dataclass(frozen=True, slots=True)
class Remedies:
    """The checks of one statement: where faults go, the day of receipt, the registry, and the kind of
    remedy."""

    found: Findings
    statement: pb.Statement
    day: date
    ledger: Ledger
    kind: remedy.RemedyKind.ValueType

    @property
    def path(self) -> str:
        """The name of the statement's body."""
        return self.statement.WhichOneof("body") or ""

    def fault(self, reason: reasons.ErrorReason.ValueType, field: str, message: str, basis: str = "") -> None:
        """Notes a fault, with the article."""
        article = basis or self.ledger.edition_on(self.day).procedures.articles.get(_STEPS[self.kind], "")
        told = f"{message}({article})。" if article else f"{message}。"
        self.found.add(reason, f"{self.path}.{field}" if field else self.path, told)

    def target_at_window(self, reference: pb.StatementReference) -> RecordedEvent | None:
        """The standing statement that something is filed about; None with a fault noted."""
        operator = self.ledger.directory.operator
        own = reference.department == self.statement.department
        if not own and self.statement.department != operator:
            name = _KINDS_ZH[self.kind]
            message = f"{name}在作出该陈述的部门或者登记机构的窗口提出"
            self.fault(reasons.ERROR_REASON_TARGET_OF_ANOTHER_DEPARTMENT, "target.department", message)
            return None
        if own:
            target = check_target(self.found, self.path, reference, self.statement, self.ledger)
        else:
            target = self._of_another(reference)
        return self._about_subject(target)

    def own_target(self, reference: pb.StatementReference) -> RecordedEvent | None:
        """The department's own standing statement that something is decided about; None with a fault."""
        target = check_target(self.found, self.path, reference, self.statement, self.ledger)
        return self._about_subject(target)

    def _of_another(self, reference: pb.StatementReference) -> RecordedEvent | None:
        target = self.ledger.event(reference.department, reference.statement_id)
        if target is None or target.state is not EventState.STANDS:
            message = "所指部门没有这一编号的陈述, 或已被撤回、更正"
            self.fault(reasons.ERROR_REASON_TARGET_UNKNOWN, "target", message)
            return None
        return target

    def _about_subject(self, target: RecordedEvent | None) -> RecordedEvent | None:
        if target is not None and not target.is_about_subject:
            message = "主体关联和名称认定不是信用信息, 有误请由作出的部门撤回"
            self.fault(reasons.ERROR_REASON_TARGET_NOT_AN_EVENT, "target", message)
            return None
        return target

    def no_other(self, target: RecordedEvent) -> None:
        """One thing of a kind is open about a statement at a time."""
        key = (target.department, target.statement_id)
        if (other := self.ledger.remedies.open_on(key, self.kind)) is not None:
            message = f"该陈述的{_KINDS_ZH[self.kind]}(序号{other.told.filed_position})正在处理"
            self.fault(reasons.ERROR_REASON_STATUS_NOT_APPLICABLE, "target", message)

    def filed(
        self,
        field: str,
        reference: pb.StatementReference,
        target: pb.StatementReference,
        states: Collection[remedy.RemedyState.ValueType],
    ) -> Filed | None:
        """What was filed about a target and awaits this step; None with a fault noted."""
        name, key = _KINDS_ZH[self.kind], (target.department, target.statement_id)
        filed = self.ledger.remedies.get(reference.department, reference.statement_id)
        if filed is None or filed.told.kind != self.kind or filed.target != key:
            self.fault(reasons.ERROR_REASON_REMEDY_UNKNOWN, field, f"对该陈述没有提出过这一{name}")
        elif not filed.is_open:
            message = f"该{name}已在序号{filed.told.decided_position}办结"
            self.fault(reasons.ERROR_REASON_REMEDY_DECIDED, field, message)
        elif filed.told.state not in states:
            accepted = filed.told.state == remedy.REMEDY_STATE_ACCEPTED
            message = f"该{name}{'已经' if accepted else '尚未'}受理"
            self.fault(reasons.ERROR_REASON_STEP_OUT_OF_ORDER, field, message)
        else:
            return filed
        return None

    def day_of(self, field: str, text: str, name: str, after: date | None = None) -> date | None:
        """A required day that has come, not before another; None where it cannot be read."""
        day = self.found.day(f"{self.path}.{field}", text, name)
        check_not_future(self.found, f"{self.path}.{field}", day, self.day, name)
        if day is not None and after is not None and day < after:
            message = f"{name}{day}早于{after}"
            self.fault(reasons.ERROR_REASON_DATES_OUT_OF_ORDER, field, message)
        return day

    def papers(self, field: str, papers: Sequence[pb.Evidence]) -> None:
        """Papers are attached by digest."""
        if len(papers) > MAX_EVIDENCE:
            self.found.add(
                reasons.ERROR_REASON_TOO_LARGE, f"{self.path}.{field}", f"材料超过{MAX_EVIDENCE}项。"
            )
            return
        for number, paper in enumerate(papers):
            self.paper(f"{field}[{number}]", paper)

    def paper(self, field: str, paper: pb.Evidence) -> None:
        """One of them."""
        if len(paper.sha256) != SHA256_BYTES:
            message = "材料摘要应为32字节的SHA-256。"
            self.found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{self.path}.{field}.sha256", message)
        for name, text in (("title", paper.title), ("place", paper.place)):
            fits(self.found, f"{self.path}.{field}.{name}", text, MAX_CITED, "材料名称或存放地")
