"""The entries of a record (信用记录) or a report (专项信用报告) against the statements shown for them.

Each entry names a statement: it must be disclosed, of this subject, by that department under that id, and say
what the entry shows of it, category, document, list and articles. Clocks (公示、保存) and states follow from
rules and from leaves that need not be disclosed: the registry's signed word.

Example: an entry of category E-03-CF at 12 whose statement is a licence: FAILED.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from google.protobuf.message import Message

from registry.sanctions.said import stated_event
from registry.v1 import record_service_pb2 as pb
from registry.v1 import statement_pb2
from registry.verification.chains import Chain
from registry.verification.report import FailedError, Report
from registry.verification.statements import Evidence, Shown

_RED_LIST = "E-60"


def check_record(response: Message, evidence: Evidence, chains: Mapping[str, Chain], report: Report) -> None:
    """Raises FailedError unless every entry shown is behind a proven statement."""
    assert isinstance(response, pb.GetRecordResponse | pb.GetCertificateResponse)
    subjects = {ref for ref in chains if ref[:2] not in ("K:", "O:", "D:", "E:")}
    shown = list(_entries(response))
    for entry in shown:
        _check_entry(entry, evidence, subjects)
    report.passed("record", f"{len(shown)}条记录都有出示并证明的陈述")
    leaves = {each.position for ref in subjects for each in chains[ref].known}
    hidden = sum(len(chains[ref].known) for ref in subjects) - len(
        [position for position in leaves if position in evidence.statements]
    )
    if hidden:
        report.claimed("evidence", f"链中{hidden}条叶子没有出示陈述: 不在记录中, 是登记系统签名的说法")
    report.claimed("clocks", "公示、修复、保存的日期和记录的状态, 是登记系统签名的说法")


def _entries(response: pb.GetRecordResponse | pb.GetCertificateResponse) -> Iterator[pb.RecordEntry]:
    for section in response.sections:
        yield from section.entries


def _check_entry(entry: pb.RecordEntry, evidence: Evidence, subjects: set[str]) -> None:
    shown = evidence.statements.get(entry.position)
    if shown is None or not shown.about_subject:
        raise FailedError(f"序号{entry.position}的记录没有出示陈述")
    if evidence.refs.get(shown.leaf.subject_key) not in subjects:
        raise FailedError(f"序号{entry.position}的记录属于别的主体")
    if shown.id != (entry.department, entry.statement_id):
        raise FailedError(f"序号{entry.position}的记录不是所出示的陈述")
    for event in _said(shown):
        told = (entry.category, entry.document, entry.list_code, entry.severity)
        if told != (event.category, event.document, event.list_code, event.severity):
            raise FailedError(f"序号{entry.position}的记录与所出示的陈述不符")


def _said(shown: Shown) -> Iterator[statement_pb2.Event]:
    event = stated_event(shown.statement)
    if event is not None:
        yield event
