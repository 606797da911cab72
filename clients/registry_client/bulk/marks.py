"""What a row of a marked copy is marked with (标注): its result in words, its faults and warnings."""

from __future__ import annotations

from dataclasses import dataclass

from registry_client.bulk.preparing import PreparedRow
from registry_client.files import RowFault
from registry_client.submission import Disposition, RowResult

_RESULTS = {
    Disposition.REFUSED: "登记系统退回",
    Disposition.UNREADABLE: "有错误，未提交",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """What a row is marked with."""

    line: int
    result: str
    faults: tuple[RowFault, ...] = ()
    warnings: tuple[RowFault, ...] = ()

    @classmethod
    def of_result(cls, result: RowResult) -> Mark:
        """Of a row that was submitted, or kept back."""
        return cls(result.line, _result_text(result), result.faults, result.warnings)

    @classmethod
    def of_prepared(cls, row: PreparedRow) -> Mark:
        """Of a row that was checked and not submitted."""
        text = _RESULTS[Disposition.UNREADABLE] if row.faults else "检查通过，尚未提交"
        return cls(row.line, text, row.faults, row.warnings)


def _result_text(result: RowResult) -> str:
    if text := _RESULTS.get(result.disposition):
        return text
    when = "已登记" if result.disposition is Disposition.ACCEPTED else "以前已登记"
    return f"{when}，序号{result.position}，陈述编号{result.statement_id}"
