"""What was asked, and under what it was answered (查询事项), as facts; and the sources that were searched.

Example: 用途 政府采购；案号 CZCG-2026-9；有效时点 2026年11月23日 09时30分00秒（北京时间）；已知序号 35.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from registry.v1.receipt_pb2 import Answer
from registry.v1.restriction_service_pb2 import Answered, Matter, Purpose
from registry.v1.subject_pb2 import Domain, SubjectRole
from registry.v1.verdict_pb2 import CheckedList, CheckedMeasure
from registry_client.words import DOMAINS, ROLES, TENDERS, word_of
from registry_papers.answers.page_model import Block, Grid, Remark, clean
from registry_papers.answers.wording import china_time, china_time_ms, edition_text, scope_text

Rows = list[tuple[str, str]]


def purpose_rows(purpose: Purpose) -> Rows:
    """What the answer is for."""
    return [
        ("用途", domain_word(purpose.domain)),
        ("案号", clean(purpose.reference)),
        ("查询事由", clean(purpose.reason)),
    ]


def matter_rows(matter: Matter) -> Rows:
    """The facts on which a restriction's bearing depends; what was left open is said."""
    return [
        ("身份", role_word(matter.role)),
        ("项目性质", word_of(TENDERS, matter.tender_kind) if matter.tender_kind else ""),
        ("事项范围", scope_text(matter.scope) or "未写明地域、行业和活动"),
    ]


def answered_rows(answered: Answered, answer: Answer) -> Rows:
    """Both times, the edition, who asked, and when it was answered."""
    known = china_time(answered.known_time)
    return [
        ("有效时点", china_time(answered.valid_time)),
        ("已知序号", f"{answered.known_position}" + (f"，登记至 {known}" if known else "")),
        ("目录版本", edition_text(answered.edition_label, answered.edition)),
        ("查询方", clean(answer.caller)),
        ("答复时间", china_time_ms(answer.answered_ms) if answer.answered_ms else ""),
    ]


def domain_word(domain: Domain.ValueType) -> str:
    """A domain; that none was stated is said."""
    return word_of(DOMAINS, domain) if domain else "未写明"


def role_word(role: SubjectRole.ValueType) -> str:
    """A role; that none was stated is said, for a restriction may turn on it."""
    return word_of(ROLES, role) if role else "未写明"


def list_blocks(lists: Iterable[CheckedList]) -> Iterator[Block]:
    """The lists that were searched, each with the freshness of its source."""
    rows = tuple(
        (f"{clean(each.name)}（{clean(each.code)}）", freshness(each), _bound(each)) for each in lists
    )
    if rows:
        yield Grid(("名单", "来源报送情况", "应报送的间隔"), rows, (5, 4, 2))
    else:
        yield Remark("没有列明所查的名单。")


def measures_text(measures: Iterable[CheckedMeasure]) -> str:
    """The measures that were examined."""
    return "；".join(f"{clean(each.name)}（{clean(each.code)}）" for each in measures)


def freshness(checked: CheckedList) -> str:
    """How fresh the source of a list is."""
    if not checked.connected:
        return "来源未接入"
    if checked.stale:
        return f"报送至 {clean(checked.as_of)}，已过时"
    return f"报送至 {clean(checked.as_of)}" if checked.as_of else "已接入，尚无报送"


def _bound(checked: CheckedList) -> str:
    return f"{checked.max_age_days}日" if checked.max_age_days else "—"
