"""A measure (措施): one thing that may be done to a subject, in one domain, with its legal basis.

Column by column
* ``domain`` where it acts; ``effect`` limit, prohibit (not allowed while a status lasts), ban
  (市场禁入, stripped for a term), watch, incentive.
* ``origin`` *decision*: the content of a document, with its own dates. *list*: follows an entry on one
  of its ``triggering_lists``. *statute*: arises by operation of law. It follows a list only if the law says
  so, that is if it names ``triggering_lists``, and a recorded event only if one of its ``anchors`` holds
  (``conditions``); ``window_months`` is how far before the day asked about that event may lie (M-PRO-04:
  36, 三年内有重大违法记录). *policy*: management, takes no right away, and never follows by itself.
* ``subject_kinds`` and ``capacities`` on whom it may fall (the files keep both in one column).
* ``roles`` in which it binds, where that is not what the edition's role table says. A person barred
  from posts (M-BUS-10, 公司法 第一百七十八条) is bound as legal representative and as manager, but
  may apply for a licence; an exit ban binds the person whatever he acts as. Empty: the role table.
* ``imposing_departments`` kinds of department that may state it, ``any`` for all;
  ``executing_departments`` those of them that carry out what another body decided (移民管理机构).
* ``answer`` what it means, in force and in scope, to a system that asks in the measure's own domain:
  blocks, review or information. ``query_effect`` is what it means to a desk of another domain
  (block, review, info, none). They differ: M-EXI-03 is *none* to a tender desk and blocks at the border.
* ``term`` bounds in months; ``lifetime`` true: allowed, None: the law does not say. ``start_anchor``
  from what the term runs. Where a list entry brings the measure about, it lasts as long as the entry.
* ``activity`` and ``compulsory_tender_only`` scope that the law itself sets (招标投标法 第五十三条:
  依法必须进行招标的项目).
* ``also_domains`` other domains for which the law itself makes it matter, though it is not made for them: who
  bids for works needs the qualification (建筑法 第二十六条), so its revocation is for review at a tender.
  Never more than review there: which qualification the matter asks for is not in the record.
* ``reoffence`` what the law attaches to a second decision by the same measure soon after the first has ended
  (招标投标法实施条例 第六十七条第三款). It is told and nothing follows from it here.
* ``for_earlier`` if_lenient: the row is applied to records under an earlier row of its code where it is the
  milder (从旧兼从轻, 立法法 第一百零四条). none: those records keep the rule of their own day.

Worked example: M-PRO-01 (政府采购法 第七十七条) is a decision of a finance department, bans for 12 to
36 months, blocks in PROCUREMENT. M-PRO-05 (财库〔2016〕125号) follows L-01, L-02 and L-03.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from registry.sanctions.catalogue.conditions import Anchor, Facts
from registry.sanctions.catalogue.rulebook import Confidence, ForEarlier
from registry.v1 import subject_pb2 as pb

Effect = Literal["limit", "prohibit", "ban", "watch", "incentive"]
Origin = Literal["decision", "list", "statute", "policy"]
Answer = Literal["blocks", "review", "information"]
QueryEffect = Literal["block", "review", "info", "none"]

ANY_DEPARTMENT = "any"
"""各部门按职责: in ``imposing_departments``, every kind of department."""


FROM_THE_DECISION = frozenset(
    {
        "penalty_decision_date",
        "criminal_judgment",
        "licence_refusal",
        "licence_revocation",
        "registration_revoked",
    }
)
"""Start anchors that are the day of the document itself (自处罚决定作出之日起, 许可被吊销之日起 …),
whatever first day it names (law.md §6.3)."""


@dataclass(frozen=True, slots=True)
class TermBounds:
    """Bounds of a term in months, both inclusive; None where the law sets none."""

    min_months: int | None
    max_months: int | None
    lifetime: bool | None


@dataclass(frozen=True, slots=True)
class Reoffence:
    """再次违法: what follows a second decision within ``months`` after the first has ended, in Chinese."""

    months: int
    basis: str
    consequence: str


@dataclass(frozen=True, slots=True)
class Measure:
    """One row of a measure, see the module's text. ``relief`` is the Chinese wording of where
    and how relief is sought; ``note`` says what could not be confirmed or must be known to apply it."""

    code: str
    name_zh: str
    name_en: str
    domain: pb.Domain.ValueType
    effect: Effect
    origin: Origin
    national_class: str | None
    subject_kinds: frozenset[pb.SubjectKind.ValueType]
    capacities: frozenset[pb.Capacity.ValueType]
    roles: frozenset[pb.SubjectRole.ValueType]
    imposing_departments: frozenset[str]
    executing_departments: frozenset[str]
    triggering_lists: tuple[str, ...]
    legal_basis: tuple[str, ...]
    discretionary: bool
    rights_reducing: bool
    market_ban: bool
    term: TermBounds
    start_anchor: str
    activity: str
    compulsory_tender_only: bool
    answer: Answer
    query_effect: QueryEffect
    relief: str
    effective_from: date
    effective_to: date | None
    effective_from_confidence: Confidence
    confidence: Confidence
    note: str
    anchors: tuple[Anchor, ...] = ()
    window_months: int | None = None
    reoffence: Reoffence | None = None
    for_earlier: ForEarlier = "none"
    also_domains: frozenset[pb.Domain.ValueType] = frozenset()

    @property
    def domains(self) -> frozenset[pb.Domain.ValueType]:
        """Every domain in which it is asked about: its own, and those it is shown in for review."""
        return self.also_domains | {self.domain}

    def acts_in(self, domain: pb.Domain.ValueType) -> bool:
        """Whether it is asked about in a domain."""
        return domain == self.domain or domain in self.also_domains

    @property
    def follows_lists(self) -> bool:
        """Whether an entry on one of ``triggering_lists`` brings it about."""
        return self.origin in ("list", "statute") and bool(self.triggering_lists)

    def arises_from(self, facts: Facts) -> bool:
        """Whether it arises by law from a recorded event with these facts, or may: they may leave it open."""
        for anchor in self.anchors:  # noqa: SIM110 - asked of every record of a subject; any() costs twice
            if anchor.holds(facts):
                return True
        return False

    def is_unclear_from(self, facts: Facts) -> bool:
        """Whether it arises only if what the facts leave open is so: for review, whatever ``answer`` says."""
        return self.arises_from(facts) and not any(anchor.settled(facts) for anchor in self.anchors)

    def may_be_stated_by(self, kinds: frozenset[str]) -> bool:
        """Whether a department of these kinds may state it."""
        return ANY_DEPARTMENT in self.imposing_departments or not kinds.isdisjoint(self.imposing_departments)
