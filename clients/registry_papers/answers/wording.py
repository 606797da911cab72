"""Words and sentences that the papers of answers have in common (用语).

Example: ``VERDICTS[VERDICT_CLEAR]`` is 未见限制, ``china_time(instant)`` 2026年11月23日 09时30分00秒.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp

from registry.domain.periods import CHINA
from registry.v1 import receipt_pb2, verdict_pb2
from registry.v1.statement_pb2 import Document
from registry.v1.subject_pb2 import Identifier, Scope
from registry.v1.verdict_pb2 import Resolution, Verdict
from registry_client.words import IDENTIFIERS, RELATIONS, RESOLUTIONS, word_of
from registry_papers.answers.page_model import Tone, clean

VERDICTS: Mapping[int, str] = {
    verdict_pb2.VERDICT_BLOCKED: "禁止",
    verdict_pb2.VERDICT_REVIEW: "需研判",
    verdict_pb2.VERDICT_INDETERMINATE: "无法判定",
    verdict_pb2.VERDICT_CLEAR: "未见限制",
}
"""From the worst to the best."""
TONES: Mapping[int, Tone] = {
    verdict_pb2.VERDICT_BLOCKED: Tone.BLOCKED,
    verdict_pb2.VERDICT_REVIEW: Tone.REVIEW,
    verdict_pb2.VERDICT_INDETERMINATE: Tone.INDETERMINATE,
    verdict_pb2.VERDICT_CLEAR: Tone.CLEAR,
}
MEANINGS: Mapping[int, str] = {
    verdict_pb2.VERDICT_BLOCKED: "有强制性限制在效，并且适用于所问的用途、身份和时点。",
    verdict_pb2.VERDICT_REVIEW: "有须由查询方依法研判的限制或者记录；能否参与，由查询方依法决定。",
    verdict_pb2.VERDICT_INDETERMINATE: "登记系统不能得出结论。不得视为“未见限制”。",
    verdict_pb2.VERDICT_CLEAR: "就所问的主体、用途、身份和时点，在本文书所列的查验范围内，未见在效的限制。",
}
LEVELS: Mapping[int, str] = {
    receipt_pb2.EVIDENCE_LEVEL_SIGNED: "登记系统签名",
    receipt_pb2.EVIDENCE_LEVEL_PROOF: "登记系统签名，并附全部证明",
}
SHORTFALLS: Mapping[int, str] = {
    receipt_pb2.SHORTFALL_REASON_PERSON_WITHOUT_RECORD: "登记系统没有这一自然人的记录，无从证明其不存在",
    receipt_pb2.SHORTFALL_REASON_CODE_WITHOUT_RECORD: "旧代码没有关联到任何主体，无从证明",
    receipt_pb2.SHORTFALL_REASON_CODE_INVALID: "代码无效，没有可证明的内容",
    receipt_pb2.SHORTFALL_REASON_MAP_BEHIND: "映射状态尚未覆盖这一序号",
    receipt_pb2.SHORTFALL_REASON_NOT_COSIGNED: "检查点尚未得到所需的见证",
    receipt_pb2.SHORTFALL_REASON_CHAIN_TOO_LONG: "主体的陈述过多，没有全部出示",
    receipt_pb2.SHORTFALL_REASON_CONTENT_ERASED: "所依据的陈述内容已依法删除",
    receipt_pb2.SHORTFALL_REASON_CONTENT_WITHHELD: "所依据的陈述含有不得披露的内容",
}
_ITSELF = (verdict_pb2.SUBJECT_RELATION_UNSPECIFIED, verdict_pb2.SUBJECT_RELATION_SELF)
_EDITION_DIGITS = 16


def verdict_word(verdict: Verdict.ValueType) -> str:
    """A verdict; a value of a later release by its number, never as one of those known."""
    return VERDICTS.get(verdict, f"本程序不认识的结论{verdict}")


def verdict_name(verdict: Verdict.ValueType) -> str:
    """Its English name, for the banner."""
    known = verdict in VERDICTS
    return verdict_pb2.Verdict.Name(verdict).removeprefix("VERDICT_") if known else ""


def tone_of(verdict: int) -> Tone:
    """How it is coloured."""
    return TONES.get(verdict, Tone.INDETERMINATE)


def worst(verdicts: Iterable[int]) -> int:
    """The worst verdict; what is not known is the worst of all."""
    order = list(VERDICTS)
    return min(verdicts, key=lambda each: order.index(each) if each in order else -1, default=0)


def counted(verdicts: Iterable[int]) -> str:
    """How many of each: 禁止 1，需研判 0，无法判定 0，未见限制 2."""
    told = list(verdicts)
    unknown = sum(each not in VERDICTS for each in told)
    parts = [f"{word} {told.count(value)}" for value, word in VERDICTS.items()]
    return "，".join([*parts, *([f"本程序不认识的结论 {unknown}"] if unknown else [])])


def china_time(instant: Timestamp) -> str:
    """An instant as a clock in China shows it; empty where there is none."""
    if not instant.seconds and not instant.nanos:
        return ""
    at = instant.ToDatetime(UTC).astimezone(CHINA)
    return f"{at.year}年{at.month}月{at.day}日 {at:%H}时{at:%M}分{at:%S}秒（北京时间）"


def china_time_ms(instant_ms: int) -> str:
    """The same for Unix milliseconds."""
    stamp = Timestamp()
    stamp.FromMilliseconds(instant_ms)
    return china_time(stamp)


def china_day_of(instant: Timestamp) -> str:
    """The day in China, YYYY-MM-DD."""
    at: datetime = instant.ToDatetime(UTC).astimezone(CHINA)
    return f"{at:%Y-%m-%d}"


def china_day_of_ms(instant_ms: int) -> str:
    """The same for Unix milliseconds."""
    stamp = Timestamp()
    stamp.FromMilliseconds(instant_ms)
    return china_day_of(stamp)


def coded(identifier: Identifier) -> str:
    """A code with what it is: 统一社会信用代码 91130902DEM0000142."""
    return f"{word_of(IDENTIFIERS, identifier.type)} {clean(identifier.value)}" if identifier.value else ""


def document_text(document: Document) -> str:
    """Number, authority and day of a document."""
    return "，".join(filter(None, map(clean, (document.number, document.authority, document.decided_on))))


def edition_text(label: str, edition: str) -> str:
    """An edition of the catalogue by its label and the beginning of its hash."""
    return f"{clean(label)}（{edition[:_EDITION_DIGITS]}…）" if label else f"{edition[:_EDITION_DIGITS]}…"


def scope_text(scope: Scope) -> str:
    """Where a question is about, or a restriction binds."""
    parts = (("地域", scope.region), ("行业", scope.industry), ("活动", scope.activity))
    return "，".join(f"{label} {clean(code)}" for label, code in parts if code)


def identity_text(identity: Resolution, asked: str) -> str:
    """Whom a code names: status, the code in use where it is another one, who is related."""
    parts = [word_of(RESOLUTIONS, identity.status)] if identity.status else []
    if identity.current.value not in ("", asked):
        parts.append(f"现用代码 {clean(identity.current.value)}")
    if identity.disputed_names:
        parts.append(f"有争议的名称：{'、'.join(map(clean, identity.disputed_names))}")
    for each in identity.related:
        relation = "可能是" if each.relation in _ITSELF[:1] else word_of(RELATIONS, each.relation)
        parts.append(f"{relation} {clean(each.identifier.value)}（序号{each.position}）")
    return "；".join(parts)
