"""Bids (投标): the verdict on all who take part in a tender together.

* The worst member decides, in the order BLOCKED > INDETERMINATE > REVIEW > CLEAR: 联合体各方均应查询, 一个成
  员存在不良信用记录的, 视同联合体存在不良信用记录 (财库〔2016〕125号, 法〔2016〕285号).
* Whoever acts for a bid (法定代表人, 董监高, 项目经理 …) counts by what falls on that role and by nothing
  else: a legal representative's own record is not the company's (law.md §5.3).
* So a natural person of whom the registry holds nothing does not decide the bid for which he acts. Of nearly
  every natural person a registry of departments' decisions holds nothing; were that INDETERMINATE for the
  bid, no bid could ever be CLEAR, and a reader who always sees the same answer stops reading. It stays
  visible in the person's own line. A number that cannot be one is another matter: then nobody was looked up,
  and it does decide. So does whoever is unknown only if a withdrawal in dispute holds, by a key that may have
  been stolen: what was withdrawn needs a human (``verdict``), and with him the bid.
* A natural person who is the bidder himself (自然人供应商), or a member of the consortium, decides like a
  company.
* A bid of which nobody decides is INDETERMINATE: nothing that could be CLEAR was asked about.

Example: a consortium of A (CLEAR) and B (REVIEW), with B's legal representative of whom nothing is recorded:
REVIEW, decided by B.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from registry.sanctions.verdict import Decision
from registry.v1 import subject_pb2
from registry.v1 import verdict_pb2 as pb

TENDER_DOMAINS = frozenset({subject_pb2.DOMAIN_BIDDING, subject_pb2.DOMAIN_PROCUREMENT})
"""The domains in which there are bids."""
TENDER_ROLES = frozenset(
    {
        subject_pb2.SUBJECT_ROLE_BIDDER,
        subject_pb2.SUBJECT_ROLE_CONSORTIUM_MEMBER,
        subject_pb2.SUBJECT_ROLE_AGENCY,
        subject_pb2.SUBJECT_ROLE_EVALUATOR,
        subject_pb2.SUBJECT_ROLE_LEGAL_REPRESENTATIVE,
        subject_pb2.SUBJECT_ROLE_MANAGER,
        subject_pb2.SUBJECT_ROLE_PROJECT_MANAGER,
        subject_pb2.SUBJECT_ROLE_PRACTITIONER,
    }
)
"""What one can take part in a tender as."""

_BIDDING = frozenset({subject_pb2.SUBJECT_ROLE_BIDDER, subject_pb2.SUBJECT_ROLE_CONSORTIUM_MEMBER})
_COUNTS = frozenset({pb.HIT_EFFECT_BLOCKS, pb.HIT_EFFECT_NEEDS_REVIEW})
_WORST_FIRST = (pb.VERDICT_BLOCKED, pb.VERDICT_INDETERMINATE, pb.VERDICT_REVIEW, pb.VERDICT_CLEAR)


@dataclass(frozen=True, slots=True)
class Member:
    """One who takes part: in which bid (empty: in none), as what, and the verdict on him."""

    bid: str
    role: subject_pb2.SubjectRole.ValueType
    personal: bool
    decision: Decision

    @property
    def decides(self) -> bool:
        """Whether the bid depends on him."""
        acts_for_it = self.personal and self.role not in _BIDDING
        unknown = self.decision.indeterminate == pb.INDETERMINATE_REASON_SUBJECT_UNKNOWN
        return not (acts_for_it and unknown) or any(hit.effect in _COUNTS for hit in self.decision.hits)


@dataclass(frozen=True, slots=True)
class Bid:
    """The verdict on a bid; ``decided_by``: the places, among all who take part, of those who decide it."""

    name: str
    verdict: pb.Verdict.ValueType
    decided_by: tuple[int, ...]


def bids_of(members: Sequence[Member]) -> list[Bid]:
    """The verdict on each bid, in the order of first mention."""
    places: dict[str, list[int]] = {}
    for place, member in enumerate(members):
        if member.bid:
            places.setdefault(member.bid, []).append(place)
    return [_bid(name, members, of_bid) for name, of_bid in places.items()]


def _bid(name: str, members: Sequence[Member], places: list[int]) -> Bid:
    deciding = [place for place in places if members[place].decides]
    if not deciding:
        return Bid(name, pb.VERDICT_INDETERMINATE, tuple(places))
    worst = min((members[place].decision.verdict for place in deciding), key=_WORST_FIRST.index)
    return Bid(name, worst, tuple(place for place in deciding if members[place].decision.verdict == worst))
