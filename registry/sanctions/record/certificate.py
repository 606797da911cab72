"""The special credit report (专项信用报告), which replaces certificates of no violation (信用代证).

* It has at least penalties, those of simple procedure too, coercion, serious lists and criminal judgments
  (发改财金〔2025〕565号, 2025-04-29); each is named also when there is none. Market bans go with them:
  without them the report on a firm that must not trade would be empty.
* It is about a period: what was decided in it, and what was in force on one of its days. Only what is
  disclosed is in it; what is not publicised in principle (轻微) is, while its term runs, for penalties of
  simple procedure are asked for by name.
* It says what it does not say. That nothing is found means something only where a source has delivered, and
  lately; it never means that nothing was done. Of a subject that is not known it says nothing at all.

Worked example: a judgment （2026）冀09刑初12号 stands under 刑事裁判, （2026）冀09民初12号 does not; one
whose number does not tell the kind of case may be one, and stands there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from registry.domain.periods import Period
from registry.domain.sources import DeliveryNote
from registry.sanctions.catalogue.case_numbers import CRIMINAL, case_kind
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.record.entries import Entry
from registry.sanctions.record.sections import Section
from registry.sanctions.verdict import is_stale
from registry.v1 import verdict_pb2 as pb

SERIOUS_LISTS = "E-06"
_JUDGMENTS = "E-02"
CERTIFIED = (
    ("E-03-CF", "行政处罚(含简易程序)"),
    ("E-03-QZ", "行政强制"),
    (SERIOUS_LISTS, "严重失信主体名单"),
    (_JUDGMENTS, "刑事裁判"),
    ("E-51", "市场禁入"),
)
"""Categories that a report is about, and what they are called in it."""

_NO_REPORT = {
    pb.RESOLUTION_STATUS_NOT_FOUND: "登记系统没有{whom}的任何记录, 不能据此认为其没有违法违规记录。",
    pb.RESOLUTION_STATUS_INVALID_CODE: "代码有误, 没有查询任何记录。",
    pb.RESOLUTION_STATUS_AMBIGUOUS: "{whom}对应不止一个主体, 须由人员认定, 没有查询任何记录。",
}
_DISPUTED = "该代码下有不同的名称, 尚未认定, 所列信息是否属于同一主体须由人员核对。"
_OF_PERSONS = "自然人的信息只列与查询用途有关的。"
_LIMITS = (
    "处罚、强制、裁判和市场禁入信息以各部门已经提交的为限; "
    "已过公示期、已经信用修复、已被撤回或更正的信息依法不再列出。没有查见不等于没有违法违规行为。"
    "本报告是专项信用报告(发改财金〔2025〕565号), 不是能否参与具体事项的结论。"
)


@dataclass(frozen=True, slots=True)
class Silence:
    """Names of the lists about which a report says nothing: they have no source, or it delivered too long
    ago. ``whole``: there is no other list."""

    no_source: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    whole: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """All of them."""
        return self.no_source + self.stale


def certified(entries: Iterable[Entry], period: Period) -> list[Section]:
    """The entries that bear on a period, under the headings of a report."""
    told = [entry for entry in entries if _in_period(entry, period) and not _is_other_judgment(entry)]
    return [
        Section(code, name, tuple(entry for entry in told if entry.stated.recorded.category == code))
        for code, name in CERTIFIED
    ]


def _in_period(entry: Entry, period: Period) -> bool:
    """Whether an entry was decided in a period, or was in force by dates of its own on one of its days."""
    if period.contains(entry.decided_on):
        return True
    holds, last = entry.validity.period, period.last
    begun = last is None or holds.first <= last
    return entry.validity.bound and begun and (holds.last is None or period.first <= holds.last)


def _is_other_judgment(entry: Entry) -> bool:
    """Whether it is a judgment of a case that is not criminal."""
    if entry.stated.recorded.category != _JUDGMENTS:
        return False
    kind, _ = case_kind(entry.stated.said.document.number)
    return kind not in ("", CRIMINAL)


def silence_of(
    codes: Iterable[str],
    day: date,
    edition: Edition,
    *,
    connected: frozenset[str],
    delivered: Mapping[str, DeliveryNote],
) -> Silence:
    """Those of the lists that cannot be relied on, on a day."""
    named = [(code, row.name_zh) for code in codes if (row := edition.credit_list(code, day))]
    without = tuple(name for code, name in named if code not in connected or code not in delivered)
    stale = (name for code, name in named if is_stale(code, day, edition, delivered) and name not in without)
    silence = Silence(without, tuple(stale))
    return replace(silence, whole=len(silence.names) == len(named))


def statement_zh(
    whom: str,
    status: pb.ResolutionStatus.ValueType,
    period: Period,
    sections: Sequence[Section],
    silence: Silence,
    *,
    personal: bool = False,
) -> str:
    """What a report says, and what it does not say. Without sections there is no report."""
    if not sections:
        return _NO_REPORT.get(status, _NO_REPORT[pb.RESOLUTION_STATUS_NOT_FOUND]).format(whom=whom)
    about = "、".join(section.name for section in sections)
    parts = [
        f"本报告反映{whom}在{period.first}至{period.last}期间、登记系统已经收到并且仍在公示期内的{about}信息。",
        _DISPUTED if status == pb.RESOLUTION_STATUS_AMBIGUOUS else "",
        _found(sections, silence),
        _told_silence(silence),
        _OF_PERSONS if personal else "",
        _LIMITS,
    ]
    return "".join(parts)


def _found(sections: Sequence[Section], silence: Silence) -> str:
    found = "、".join(f"{section.name}{len(section.entries)}条" for section in sections if section.entries)
    unsaid = {SERIOUS_LISTS} if silence.whole else set()
    empty = [section for section in sections if not section.entries and section.category not in unsaid]
    named = "、".join(_named_empty(section, silence) for section in empty)
    return (f"查见: {found}。" if found else "") + (f"没有查见登记: {named}。" if named else "")


def _named_empty(section: Section, silence: Silence) -> str:
    """A section without entries, with what that is worth."""
    limited = section.category == SERIOUS_LISTS and silence.names
    return f"{section.name}(只就来源已接入并且报送未过时的名单而言)" if limited else section.name


def _told_silence(silence: Silence) -> str:
    parts = (
        f"没有来源的名单: {'、'.join(silence.no_source)}。" if silence.no_source else "",
        f"报送已过时的名单: {'、'.join(silence.stale)}。" if silence.stale else "",
        "对这些名单, 本报告不能说明该主体是否在名单上。" if silence.names else "",
    )
    return "".join(parts)
