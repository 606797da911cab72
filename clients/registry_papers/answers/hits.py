"""A restriction that an answer met, as a paper shows it: measure and effect, document, law, days, way out.

Example::

    1. 一至三年内禁止参加政府采购活动（M-PRO-01）：禁止
    效果    禁止（强制性限制）
    文书    沧示财罚字〔2026〕2号，沧州市(示例)财政局，2026-03-01
    依据    政府采购法 第七十七条；政府采购法实施条例 第七十三条
    期间    2026-03-01 至 2028-03-01，生效
    救济    对决定不服的, 可以自知道之日起六十日内申请行政复议…
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from registry.v1 import verdict_pb2
from registry.v1.verdict_pb2 import Hit
from registry_client.words import EFFECTS, HIT_REASONS, ORIGINS, RELATIONS, STATUSES, word_of
from registry_papers.answers.page_model import Block, Facts, Item, Tone, clean, facts
from registry_papers.answers.wording import coded, document_text, scope_text

_TONES = {verdict_pb2.HIT_EFFECT_BLOCKS: Tone.BLOCKED, verdict_pb2.HIT_EFFECT_NEEDS_REVIEW: Tone.REVIEW}
_ITSELF = (verdict_pb2.SUBJECT_RELATION_UNSPECIFIED, verdict_pb2.SUBJECT_RELATION_SELF)


def hit_blocks(hits: Iterable[Hit], within: int = 0) -> Iterator[Block]:
    """Each restriction: a heading, numbered within a party where one is given, and its facts."""
    for number, hit in enumerate(hits, 1):
        tone = _TONES.get(hit.effect, Tone.NEUTRAL)
        place = f"{within}.{number}" if within else f"{number}."
        yield Item(f"{place} {_title(hit)}", tone, level=2 if within else 1)
        yield _facts(hit)


def _title(hit: Hit) -> str:
    named = clean(hit.measure_code)
    if hit.measure_name:
        named = f"{clean(hit.measure_name)}（{named}）"
    return f"{named}：{word_of(EFFECTS, hit.effect)}" if hit.effect else named


def _facts(hit: Hit) -> Facts:
    listed = f"{clean(hit.list_name)}（{clean(hit.list_code)}）" if hit.list_code else ""
    return facts(
        [
            ("效果", _effect(hit)),
            ("来源", word_of(ORIGINS, hit.origin) if hit.origin else ""),
            ("名单", listed),
            ("文书", document_text(hit.document)),
            ("依据", "；".join(map(clean, hit.legal_basis))),
            ("期间", _days(hit)),
            ("范围", scope_text(hit.scope)),
            ("关联", _related(hit)),
            ("注意", "；".join(_remarks(hit))),
            ("救济", clean(hit.relief)),
            ("陈述", _statement(hit)),
        ]
    )


def _effect(hit: Hit) -> str:
    if not hit.effect:
        return ""
    reasons = "、".join(word_of(HIT_REASONS, reason) for reason in hit.reasons)
    return word_of(EFFECTS, hit.effect) + (f"（{reasons}）" if reasons else "")


def _days(hit: Hit) -> str:
    first = getattr(hit, "from")
    if not first:
        return ""
    last = "终身" if hit.lifetime else clean(hit.until) or "未定（状态存续期间）"
    status = f"，{word_of(STATUSES, hit.status)}" if hit.status else ""
    return f"{clean(first)} 至 {last}{status}"


def _related(hit: Hit) -> str:
    if hit.relation in _ITSELF:
        return ""
    return f"限制落在{word_of(RELATIONS, hit.relation)} {coded(hit.related)}".rstrip()


def _remarks(hit: Hit) -> Iterator[str]:
    if hit.unconfirmed:
        yield "目录把这一依据标为待核实"
    if hit.milder_rule:
        yield "已按从旧兼从轻适用较轻的新规则"
    if hit.HasField("repeats_position"):
        yield f"再次违法：此前同一措施的决定在序号{hit.repeats_position}"


def _statement(hit: Hit) -> str:
    parts = [f"序号{hit.position}", clean(hit.statement_id)]
    if hit.department:
        parts.append(f"由 {clean(hit.department)} 作出")
    return "，".join(filter(None, parts))
