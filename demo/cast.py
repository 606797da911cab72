"""The tender and the verdicts expected (标段与预期结论).

The tender is CZZB-2026-0917, a school building in 运河区 that law requires to be tendered (依法必须
进行招标的项目) and that is paid for from the budget, so that it is asked about both as 政府采购 and
as 工程招投标. Bids are opened on 2026-10-20 at 09:30 in China. The same question is asked as of
2024-06-30 and 2025-06-30.

Who takes part is in ``parties``; what departments state about them in ``facts``. ``Asked`` says what
verdicts are expected, worked out by hand from those rows and the catalogue, so that a run can be
compared with it. Expectations hold after the repair (``REPAIR``) and before the withdrawal
(``WITHDRAWAL``).

Example: 沧州泓桠 is barred from procurement (M-PRO-01, 政府采购法 第七十七条) from 2025-03-10 to
2028-03-09. Procurement: CLEAR, BLOCKED, BLOCKED. Bidding: CLEAR three times, since a measure acts
in its own domain only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from demo import parties
from demo.departments import Office
from demo.facts import COLLUSION, COLLUSION_PENALTY, WAGES_PAID_LATE
from demo.records import Party, StatementKey
from registry.domain.periods import CHINA
from registry.v1 import subject_pb2 as pb
from registry.v1 import verdict_pb2
from registry.v1.verdict_pb2 import Verdict

CLEAR = verdict_pb2.VERDICT_CLEAR
REVIEW = verdict_pb2.VERDICT_REVIEW
BLOCKED = verdict_pb2.VERDICT_BLOCKED
INDETERMINATE = verdict_pb2.VERDICT_INDETERMINATE

Verdicts = tuple[Verdict.ValueType, Verdict.ValueType, Verdict.ValueType]
"""One verdict for each of ``DATES``."""

DATES = (date(2024, 6, 30), date(2025, 6, 30), date(2026, 10, 20))
"""The days asked about; the last is the day of bid opening."""

ALWAYS_CLEAR: Verdicts = (CLEAR, CLEAR, CLEAR)
ALWAYS_BLOCKED: Verdicts = (BLOCKED, BLOCKED, BLOCKED)
BLOCKED_SINCE_2025: Verdicts = (CLEAR, BLOCKED, BLOCKED)
BLOCKED_SINCE_2026: Verdicts = (CLEAR, CLEAR, BLOCKED)
BLOCKED_IN_2025: Verdicts = (CLEAR, BLOCKED, CLEAR)
BLOCKED_UNTIL_2026: Verdicts = (BLOCKED, BLOCKED, CLEAR)
BLOCKED_IN_2024: Verdicts = (BLOCKED, CLEAR, CLEAR)
REVIEW_SINCE_2025: Verdicts = (CLEAR, REVIEW, REVIEW)
REVIEW_SINCE_2026: Verdicts = (CLEAR, CLEAR, REVIEW)
REVIEW_IN_2025: Verdicts = (CLEAR, REVIEW, CLEAR)
REVIEW_UNTIL_2026: Verdicts = (REVIEW, REVIEW, CLEAR)
NEVER_SETTLED: Verdicts = (INDETERMINATE, INDETERMINATE, INDETERMINATE)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A question in a domain other than procurement and bidding, and the verdicts expected."""

    domain: pb.Domain.ValueType
    role: pb.SubjectRole.ValueType
    verdicts: Verdicts
    activity: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A party, the role it is asked about in, the verdicts expected, and why in a few words."""

    party: Party
    role: pb.SubjectRole.ValueType
    procurement: Verdicts
    bidding: Verdicts
    why: str
    elsewhere: tuple[Elsewhere, ...] = ()


@dataclass(frozen=True, slots=True)
class Bid:
    """A bid: of one bidder, or of a consortium (联合体), which is as bad as its worst member."""

    number: int
    members: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class Tender:
    """The matter all questions are about. ``region`` is GB/T 2260, ``industry`` GB/T 4754."""

    number: str
    title: str
    region: str
    industry: str
    kind: pb.TenderKind.ValueType
    opening: datetime
    bids: tuple[Bid, ...]
    others: tuple[Asked, ...]

    def everybody(self) -> Iterator[Asked]:
        """The members of all bids, then the agency and the persons."""
        for bid in self.bids:
            yield from bid.members
        yield from self.others


@dataclass(frozen=True, slots=True)
class Repair:
    """A repair that the runner sends (提前移出). ``without`` are the verdicts had it not been sent,
    the same in procurement and in bidding."""

    department: str
    target: StatementKey
    document_number: str
    decided_on: date
    effective_on: date
    reason: str
    without: Verdicts


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A withdrawal that the runner sends (撤回). ``fallen`` rest on the document of ``target`` and fall with
    it; the verdicts on ``party`` in bidding are then ``bidding_after``."""

    department: str
    party: Party
    target: StatementKey
    fallen: tuple[StatementKey, ...]
    authority: Office
    document_number: str
    decided_on: date
    reason: str
    bidding_after: Verdicts


def worst(verdicts: Iterable[Verdict.ValueType]) -> Verdict.ValueType:
    """The verdict on a consortium: 一个成员不合格即联合体不合格 (财库〔2016〕125号, 法〔2016〕285号)."""
    return max(verdicts, key=(CLEAR, REVIEW, INDETERMINATE, BLOCKED).index)


def _bidder(party: Party, procurement: Verdicts, bidding: Verdicts, why: str, *elsewhere: Elsewhere) -> Asked:
    return Asked(party, pb.SUBJECT_ROLE_BIDDER, procurement, bidding, why, elsewhere)


def _member(party: Party, procurement: Verdicts, bidding: Verdicts, why: str) -> Asked:
    return Asked(party, pb.SUBJECT_ROLE_CONSORTIUM_MEMBER, procurement, bidding, why)


def _traveller(verdicts: Verdicts) -> Elsewhere:
    return Elsewhere(pb.DOMAIN_EXIT_ENTRY, pb.SUBJECT_ROLE_TRAVELLER, verdicts)


BIDDERS = (
    _bidder(parties.CLEAN, ALWAYS_CLEAR, ALWAYS_CLEAR, "licences only"),
    _bidder(parties.BARRED_FROM_PROCUREMENT, BLOCKED_SINCE_2025, ALWAYS_CLEAR, "M-PRO-01 in force"),
    _bidder(parties.BAR_EXPIRED, BLOCKED_IN_2025, ALWAYS_CLEAR, "M-PRO-01 ended nine days before"),
    _bidder(parties.COLLUDED, ALWAYS_CLEAR, BLOCKED_SINCE_2025, "M-BID-01 in force"),
    _bidder(
        parties.BAR_BEGAN_LATER,
        ALWAYS_CLEAR,
        BLOCKED_SINCE_2026,
        "M-BID-02 decided on 2025-06-20, in force from 2025-07-15",
    ),
    _bidder(parties.DID_NOT_PERFORM, ALWAYS_CLEAR, ALWAYS_BLOCKED, "M-BID-03 in 130900"),
    _bidder(parties.TAX_LISTED, ALWAYS_BLOCKED, ALWAYS_CLEAR, "L-03, hence M-PRO-05"),
    _bidder(parties.WAGE_LISTED, REVIEW_SINCE_2026, REVIEW_SINCE_2026, "L-04, hence M-PRO-06, M-BID-07"),
    _bidder(parties.REPAIRED, REVIEW_IN_2025, REVIEW_IN_2025, "L-04, repaired on 2026-03-02"),
    _bidder(
        parties.TO_BE_WITHDRAWN,
        ALWAYS_CLEAR,
        BLOCKED_SINCE_2026,
        "M-BID-01, withdrawn in the demonstration",
    ),
    _bidder(parties.UNKNOWN, NEVER_SETTLED, NEVER_SETTLED, "nobody has stated anything"),
    _bidder(parties.MALFORMED, NEVER_SETTLED, NEVER_SETTLED, "letter O in the code"),
)

CONSORTIUM = (
    _member(parties.CONSORTIUM_LEADER, ALWAYS_CLEAR, ALWAYS_CLEAR, "licences only"),
    _member(
        parties.CONSORTIUM_DEFAULTER,
        BLOCKED_SINCE_2025,
        REVIEW_SINCE_2025,
        "L-01, hence M-PRO-05, M-BID-06",
    ),
)

TENDER = Tender(
    number="CZZB-2026-0917",
    title="(示例) 沧州市某实验学校教学楼工程",
    region="130903",
    industry="E4710",
    kind=pb.TENDER_KIND_COMPULSORY,
    opening=datetime(2026, 10, 20, 9, 30, tzinfo=CHINA),
    bids=(
        *(Bid(number, (bidder,)) for number, bidder in enumerate(BIDDERS, start=1)),
        Bid(len(BIDDERS) + 1, CONSORTIUM),
    ),
    others=(
        Asked(
            parties.AGENCY,
            pb.SUBJECT_ROLE_AGENCY,
            BLOCKED_SINCE_2025,
            BLOCKED_IN_2024,
            "M-BID-04 ended, M-PRO-02 in force",
        ),
        Asked(
            parties.EVALUATOR,
            pb.SUBJECT_ROLE_EVALUATOR,
            ALWAYS_CLEAR,
            BLOCKED_SINCE_2026,
            "M-BID-05 in force",
        ),
        Asked(
            parties.PROJECT_MANAGER,
            pb.SUBJECT_ROLE_PROJECT_MANAGER,
            ALWAYS_CLEAR,
            ALWAYS_CLEAR,
            "M-EXI-02 acts at the border only",
            (_traveller(BLOCKED_SINCE_2026),),
        ),
        Asked(
            parties.LEGAL_REPRESENTATIVE,
            pb.SUBJECT_ROLE_LEGAL_REPRESENTATIVE,
            ALWAYS_CLEAR,
            ALWAYS_CLEAR,
            "M-EXI-01 acts at the border only",
            (_traveller(BLOCKED_SINCE_2025),),
        ),
    ),
)

OUTSIDE_THE_TENDER = (
    _bidder(
        parties.FOOD_FIRM,
        ALWAYS_CLEAR,
        ALWAYS_CLEAR,
        "M-BUS-03 acts on food licences only",
        Elsewhere(pb.DOMAIN_BUSINESS, pb.SUBJECT_ROLE_APPLICANT, ALWAYS_BLOCKED, activity="FOOD"),
    ),
    _bidder(
        parties.FUNDS_LIMITED,
        ALWAYS_CLEAR,
        ALWAYS_CLEAR,
        "M-FIN-05 acts on public funds only",
        Elsewhere(pb.DOMAIN_FINANCING, pb.SUBJECT_ROLE_APPLICANT, REVIEW_SINCE_2025, activity="FISCAL_FUNDS"),
    ),
    _bidder(parties.PROCUREMENT_LISTED, BLOCKED_SINCE_2025, ALWAYS_CLEAR, "L-02, hence M-PRO-05"),
    _bidder(parties.SAFETY_LISTED, ALWAYS_CLEAR, ALWAYS_CLEAR, "L-05 acts in business only"),
    _bidder(parties.MARKET_LISTED, ALWAYS_CLEAR, REVIEW_SINCE_2025, "L-06, hence M-BID-09"),
    _bidder(parties.ABNORMAL, ALWAYS_CLEAR, REVIEW_SINCE_2025, "L-90, hence M-BID-09"),
    _bidder(parties.DEFAULTER, BLOCKED_UNTIL_2026, REVIEW_UNTIL_2026, "L-01 until 2026-09-18"),
    Asked(
        parties.PROCUREMENT_EXPERT,
        pb.SUBJECT_ROLE_EVALUATOR,
        BLOCKED_SINCE_2025,
        ALWAYS_CLEAR,
        "M-PRO-03 in force",
    ),
    Asked(
        parties.WAGE_REPRESENTATIVE,
        pb.SUBJECT_ROLE_LEGAL_REPRESENTATIVE,
        REVIEW_SINCE_2026,
        REVIEW_SINCE_2026,
        "L-04 in person",
    ),
    _bidder(parties.REFUSED_SERVICE, ALWAYS_CLEAR, ALWAYS_CLEAR, "M-EXI-03", _traveller(BLOCKED_IN_2025)),
    _bidder(parties.FRAUD_OFFENDER, ALWAYS_CLEAR, ALWAYS_CLEAR, "M-EXI-04", _traveller(BLOCKED_UNTIL_2026)),
    _bidder(
        parties.NOTIFIED_BY_REGULATOR,
        ALWAYS_CLEAR,
        ALWAYS_CLEAR,
        "M-EXI-05",
        _traveller(BLOCKED_SINCE_2025),
    ),
)
"""Asked about with the facts of the same tender, to show what a measure does not touch."""

REPAIR = Repair(
    department="人社",
    target=WAGES_PAID_LATE.key,
    document_number="沧示人社移〔2026〕801号",
    decided_on=date(2026, 3, 2),
    effective_on=date(2026, 3, 2),
    reason="已足额支付并作出守信承诺, 自改正之日起满六个月",
    without=REVIEW_SINCE_2025,
)

WITHDRAWAL = Withdrawal(
    department="住建",
    party=parties.TO_BE_WITHDRAWN,
    target=COLLUSION_PENALTY.key,
    fallen=(COLLUSION.key,),
    authority=Office("沧州市(示例)人民政府", "11130900DEM000102U"),
    document_number="沧示复决〔2026〕801号",
    decided_on=date(2026, 10, 26),
    reason="经行政复议, 处罚决定被撤销",
    bidding_after=ALWAYS_CLEAR,
)
