"""How a verdict follows from its steps, line by line (结论的得出), in Chinese.

Four things, in the order in which ``decide`` weighs them: who the subject is, whether the lists and measures
that law requires to be checked have sources, what was met, and the verdict with the reason why nothing else
came first. The verdict is the decision's; here it is put into words.

Example: 身份: 截至序号90有这一主体的记录。/ 名单: 失信被执行人名单(L-01)来源已接入, 报送至2026-11-20。/ 限制:
禁止1项(M-PRO-01)。/ 结论: 禁止。有强制性限制生效并且适用, 不论其他事项是否查明。
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from registry.domain.sources import DeliveryNote
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.ground import SubjectRecord
from registry.sanctions.parties import disputed_names
from registry.sanctions.verdict import Decision, Hit, Question, is_stale
from registry.v1 import verdict_pb2 as pb

_EFFECTS = {
    pb.HIT_EFFECT_BLOCKS: "禁止",
    pb.HIT_EFFECT_NEEDS_REVIEW: "需研判",
    pb.HIT_EFFECT_INFORMATION: "仅供参考",
}
_INDETERMINATE = {
    pb.INDETERMINATE_REASON_SUBJECT_UNKNOWN: "没有这一主体的记录, 不能据此认为未受限制",
    pb.INDETERMINATE_REASON_CODE_INVALID: "代码不成立, 没有查找任何主体",
    pb.INDETERMINATE_REASON_SOURCE_NOT_CONNECTED: "法定应查的名单或者措施没有来源, 查不到不等于没有",
    pb.INDETERMINATE_REASON_SOURCE_STALE: "法定应查的名单报送已过时, 查不到不等于没有列入",
    pb.INDETERMINATE_REASON_IDENTITY_AMBIGUOUS: "身份不能确定, 须由人员认定",
}
_NOBODY = {
    pb.INDETERMINATE_REASON_CODE_INVALID: "代码不成立。",
    pb.INDETERMINATE_REASON_SUBJECT_UNKNOWN: "截至序号{position}没有这一主体的记录。",
    pb.INDETERMINATE_REASON_IDENTITY_AMBIGUOUS: "同一代码对应不同名称或不同主体, 尚未由人员认定。",
}


def conclusion_of(
    decision: Decision,
    question: Question,
    record: SubjectRecord | None,
    *,
    position: int,
    edition: Edition,
    connected: frozenset[str],
    delivered: Mapping[str, DeliveryNote],
) -> tuple[str, ...]:
    """The lines that lead to a decision."""
    lines = [f"身份: {_identity(decision, record, position)}"]
    lines += _sources(question, edition, connected, delivered)
    lines += [f"限制: {_met(decision.hits)}", f"结论: {_verdict(decision)}"]
    return tuple(lines)


def _identity(decision: Decision, record: SubjectRecord | None, position: int) -> str:
    disputed = record is not None and disputed_names(record, position)
    if disputed and decision.verdict == pb.VERDICT_BLOCKED:
        return "有这一代码的记录, 名称尚有争议; 限制随代码, 不因名称争议而不适用。"
    unknown = decision.indeterminate == pb.INDETERMINATE_REASON_SUBJECT_UNKNOWN
    if unknown and record is not None and record.known_at(position):
        return "只有签名密钥泄露、部门尚未确认的记录。"
    nobody = _NOBODY.get(decision.indeterminate)
    return nobody.format(position=position) if nobody else f"截至序号{position}有这一主体的记录。"


def _sources(
    question: Question, edition: Edition, connected: frozenset[str], delivered: Mapping[str, DeliveryNote]
) -> Iterator[str]:
    required = edition.required_lists(question.domain)
    measures = edition.required_measures(question.domain)
    if not required and not measures:
        yield "名单: 本领域没有法定应查的名单。"
    for code in required:
        entry = edition.credit_list(code, question.day)
        name = f"{entry.name_zh}({code})" if entry else code
        yield f"名单: {name}{_source(code, question.day, edition, connected, delivered)}。"
    for code in measures:
        row = edition.measures[code][-1]
        told = "有决定机关接入" if code in connected else "没有决定机关接入"
        yield f"措施: {row.name_zh}({code}){told}。"


def _source(
    code: str,
    day: date,
    edition: Edition,
    connected: frozenset[str],
    delivered: Mapping[str, DeliveryNote],
) -> str:
    note = delivered.get(code)
    if code not in connected or note is None:
        return "来源未接入"
    entry = edition.credit_list(code, day)
    if is_stale(code, day, edition, delivered) and entry is not None:
        return f"报送至{note.as_of}, 超过{entry.max_age_days}天的期限"
    return f"来源已接入, 报送至{note.as_of}"


def _met(hits: tuple[Hit, ...]) -> str:
    if not hits:
        return "没有计入的限制。"
    told = []
    for effect, name in _EFFECTS.items():
        codes = [hit.restriction.measure.code for hit in hits if hit.effect == effect]
        told += [f"{name}{len(codes)}项({'、'.join(dict.fromkeys(codes))})"] if codes else []
    return f"{', '.join(told)}。"


def _verdict(decision: Decision) -> str:
    match decision.verdict:
        case pb.VERDICT_BLOCKED:
            return "禁止。有强制性限制生效并且适用, 不论其他事项是否查明。"
        case pb.VERDICT_REVIEW:
            return "需研判。没有当然禁止参与的限制, 有须由查询方研判的限制。"
        case pb.VERDICT_CLEAR:
            return "未见限制。身份和法定应查的来源已查明, 没有生效并且适用的限制。"
        case _:
            return f"无法判定。{_INDETERMINATE[decision.indeterminate]}。"
