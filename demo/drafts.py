"""Records drawn by lot (随机记录): a penalty, licence, list entry, decision … of some department.

Everything drawn is right: the date of the document is a day from 2023-06-01 to 2026-10-10, a term
begins on it or soon after and stays inside the bounds of its measure or list, and the document
number occurs once. Numbers count up within department, series and year, in the order drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from demo.departments import BY_KEY, COUNTY_BUREAUS
from demo.matters import LICENCES, PENALTIES, LicenceMatter, PenaltyMatter
from demo.population import Dice, Population
from demo.records import (
    Decision,
    Licence,
    Listing,
    Party,
    Penalty,
    Qualification,
    Registration,
)
from demo.restraints import LISTS, MEASURES
from registry.domain.periods import add_months
from registry.v1 import subject_pb2 as pb

FIRST_DAY, LAST_DAY = date(2023, 6, 1), date(2026, 10, 10)
BUREAU_PREFIXES = ("沧示新市监", "沧示运市监", "沧示任市监", "沧示黄市监")
TITLES = (
    ("一级注册建造师", "一级"),
    ("二级注册建造师", "二级"),
    ("注册安全工程师", "中级"),
    ("工程师", "中级"),
    ("评标专家", "市级"),
    ("政府采购评审专家", "市级"),
)


class Drafts:
    """Draws records from a population. A day that is not given is drawn, too."""

    def __init__(self, dice: Dice, population: Population) -> None:
        self.dice = dice
        self.population = population
        self._numbers: dict[tuple[str, int], int] = {}
        self._turns: dict[str, int] = {}

    def penalty(self, department: str, day: date | None = None, *, by_county: bool = False) -> Penalty:
        """A penalty; ``by_county``: decided by a county bureau, relayed by the city's."""
        day = day or self.day()
        matter = self.dice.pick(PENALTIES[department])
        bureau = self.dice.below(len(COUNTY_BUREAUS)) if by_county else None
        prefix = BY_KEY[department].prefix if bureau is None else BUREAU_PREFIXES[bureau]
        fine = self._fine(matter)
        return Penalty(
            department=department,
            party=self.dice.pick(self.population.everybody(matter.trades)),
            number=self._number(prefix + "罚", day),
            decided_on=day,
            valid_until=add_months(day, 12 if fine else 3),
            conduct=matter.conduct,
            facts=matter.facts,
            basis=matter.basis,
            categories=_categories(matter),
            content=_content(matter, fine),
            fine=_ten_thousands(fine),
            forfeited=_ten_thousands(fine // 5) if matter.forfeits else "",
            authority=None if bureau is None else COUNTY_BUREAUS[bureau],
            # One department fills in these columns, so that they are met with.
            show_head_id=department == "财政",
        )

    def licence(self, department: str, day: date | None = None) -> Licence:
        """A licence; firms of a trade take turns, so that nearly every firm has one."""
        day = day or self.day()
        matter = self.dice.pick(LICENCES[department])
        firms = self.population.everybody(matter.trades)
        turn = self._turns.get(matter.certificate, 0)
        self._turns[matter.certificate] = turn + 1
        return self.licence_for(firms[turn % len(firms)], department, matter, day)

    def licence_for(self, party: Party, department: str, matter: LicenceMatter, day: date) -> Licence:
        """A licence of a given kind for a given party."""
        number = self._number(BY_KEY[department].prefix + matter.series, day)
        until = add_months(day, 12 * matter.years) - timedelta(days=1) if matter.years else None
        return Licence(
            department=department,
            party=party,
            number=number,
            decided_on=day,
            valid_from=day,
            valid_until=until,
            document=matter.document,
            category=matter.category,
            certificate=matter.certificate,
            certificate_number=f"SL1309{day:%y%m%d}{self.dice.below(10000):04d}",
            content=matter.content,
        )

    def listing(
        self, department: str, list_code: str, day: date | None = None, *, pool: Sequence[str] = ()
    ) -> Listing:
        """An entry on a list; ``pool`` narrows the groups of trades it falls on."""
        matter = LISTS[list_code]
        day = day or self.day(since=matter.since)
        parties = self.population.everybody(pool or matter.pool)
        return Listing(
            department=department,
            party=self.dice.pick([party for party in parties if _may_be_listed(party, list_code)]),
            number=self._number(BY_KEY[department].prefix + matter.series, day),
            list_code=list_code,
            listed_on=day,
            until=self._last_day(day, matter.months),
            cause=self.dice.pick(matter.causes),
        )

    def decision(
        self, department: str, measure: str, day: date | None = None, *, pool: Sequence[str] = ()
    ) -> Decision:
        """A decision that imposes a measure; ``pool`` as for ``listing``."""
        day = day or self.day()
        matter = MEASURES[measure]
        parties = self.population.everybody(pool or matter.pool)
        at_once = measure == "M-BUS-03"  # 食品安全法 第一百三十五条: 自处罚决定作出之日起
        first = day if at_once else day + timedelta(days=self.dice.pick((0, 0, 0, 7, 15)))
        return Decision(
            department=department,
            party=self.dice.pick([party for party in parties if _may_bear_measures(party)]),
            number=self._number(BY_KEY[department].prefix + matter.series, day),
            measure=measure,
            decided_on=day,
            first=first,
            last=self._last_day(first, matter.months),
            facts=self.dice.pick(matter.facts),
            capacity=matter.capacity,
        )

    def qualification(self, person: Party) -> Qualification:
        """A qualification of a given person."""
        title, level = self.dice.pick(TITLES)
        issued = self.day()
        return Qualification(
            department="人社",
            party=person,
            title=title,
            number=f"冀示资{issued.year}{self.dice.below(80000):05d}",
            level=level,
            issued_on=issued,
            valid_until=add_months(issued, 36) if title.endswith("专家") else None,
        )

    def registration(self, firm: Party) -> Registration:
        """The registration of a given firm."""
        road = self.dice.pick(("示例路", "样例街", "范例大道"))
        return Registration(
            department="市场监管",
            party=firm,
            established_on=self.dice.day(date(2012, 1, 1), date(2023, 5, 31)),
            address=f"河北省{firm.name[:2]}{road}{self.dice.below(300) + 1}号",
        )

    def day(self, since: date = FIRST_DAY) -> date:
        """The day of a document, not before ``since``."""
        return self.dice.day(max(FIRST_DAY, since), LAST_DAY)

    def _number(self, series: str, day: date) -> str:
        count = self._numbers[series, day.year] = self._numbers.get((series, day.year), 0) + 1
        if series.startswith("冀"):
            return f"（{day.year}）{series}{count}号"
        return f"{series}〔{day.year}〕{count}号"

    def _fine(self, matter: PenaltyMatter) -> int:
        least, most = matter.fine
        return least + self.dice.below(most - least + 1)

    def _last_day(self, first: date, months: Sequence[int]) -> date | None:
        return add_months(first, self.dice.pick(months)) - timedelta(days=1) if months else None


def _categories(matter: PenaltyMatter) -> str:
    if matter.fine == (0, 0):
        return "警告"
    return "罚款；没收违法所得" if matter.forfeits else "罚款"


def _content(matter: PenaltyMatter, fine: int) -> str:
    if not fine:
        return "警告, 责令改正"
    forfeited = f"没收违法所得{fine // 5 * 1000}元; " if matter.forfeits else ""
    return f"{forfeited}处罚款{fine * 1000}元"


def _ten_thousands(thousands: int) -> str:
    """A sum in 万元 with six decimals; empty for nothing."""
    return f"{thousands // 10}.{thousands % 10}00000" if thousands else ""


def _may_be_listed(party: Party, list_code: str) -> bool:
    """Enterprises and persons may be on every list drawn from; shops on some (law.md §2)."""
    if party.kind in (pb.SUBJECT_KIND_ENTERPRISE, pb.SUBJECT_KIND_NATURAL_PERSON):
        return True
    return party.kind == pb.SUBJECT_KIND_SOLE_TRADER and list_code in ("L-01", "L-03", "L-06", "L-90")


def _may_bear_measures(party: Party) -> bool:
    """Agencies are enterprises; the measures on firms all may fall on an enterprise."""
    return party.kind in (pb.SUBJECT_KIND_ENTERPRISE, pb.SUBJECT_KIND_NATURAL_PERSON)
