"""Who is told of an act of supervision (告知): the department that has to read it, or that waits for it.

    referral       the recipient: there is something to be read
    refusal        the sender, whose it is again
    outcome        the sender, where it is the recipient's
    answer         the sender
    urging         whoever owed the overdue step
    risk_alert     the department in charge

A notice says what has come and under which number, and nothing of what is in it. That it was acknowledged
says that a system has it; that somebody read it is the receipt (签收), an act in the log (责任追究).

Example: 「有一件线索告知待签收，编号YS-3。」 goes to 消防; on its receipt nobody is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from registry.domain.files import ALERT, act_of
from registry.sanctions.notices import Addressee, Made
from registry.supervision.duties import Clocks
from registry.supervision.obligations import obligations_of
from registry.supervision.obligations.urgings import overdue_when_urged
from registry.v1 import notice_service_pb2 as notice
from registry.v1 import supervision_pb2 as pb
from registry.v1.statement_pb2 import Statement
from registry.v1.supervision_file_pb2 import SupervisionFile

KIND_WORDS: Mapping[int, str] = {
    pb.REFERRAL_KIND_CLUE: "线索告知",
    pb.REFERRAL_KIND_CASE: "案件移送",
    pb.REFERRAL_KIND_TO_CRIMINAL: "涉嫌犯罪案件移送",
    pb.REFERRAL_KIND_FROM_CRIMINAL: "反向移送",
}


def notices_of_act(statement: Statement, file: SupervisionFile, clocks: Clocks) -> Iterator[Made]:
    """The notices of an admitted act, in whose file it stands last."""
    number = file.file.number
    match act_of(statement):
        case "referral":
            text = f"有一件{KIND_WORDS[file.variant]}待签收，编号{number}。"
            yield _made(notice.NOTICE_KIND_REFERRAL, file.addressee, text)
        case "referral_acceptance" if not statement.supervision.referral_acceptance.accepted:
            yield _to_sender(file, f"移送未被受理，请另行移送或者处理，编号{number}。")
        case "referral_outcome" if statement.department == file.addressee:
            yield _to_sender(file, f"移送已有处理结果，编号{number}。")
        case "referral_answer":
            yield _to_sender(file, f"移送已有反馈，编号{number}。")
        case "urging":
            yield from _urged(statement, file, clocks)
        case name if name == ALERT:
            yield _made(notice.NOTICE_KIND_ALERT, file.addressee, f"有一件风险预警待签收，编号{number}。")


def _to_sender(file: SupervisionFile, text: str) -> Made:
    return _made(notice.NOTICE_KIND_REFERRAL_RESULT, file.file.department, text)


def _urged(statement: Statement, file: SupervisionFile, clocks: Clocks) -> Iterator[Made]:
    owed = overdue_when_urged(file, len(file.acts) - 1, clocks, obligations_of)
    until = statement.supervision.urging.due_on
    for department in dict.fromkeys(each.department for each in owed):
        text = f"有逾期事项被督办，应于{until}前办结，编号{file.file.number}。"
        yield _made(notice.NOTICE_KIND_URGING, department, text)


def _made(kind: notice.NoticeKind.ValueType, department: str, text: str) -> Made:
    return Made(kind, Addressee(notice.ADDRESSEE_KIND_DEPARTMENT, department), text)
