"""Firms and persons drawn by lot (虚构主体), and the dice they are drawn with.

Names are syllables put together and always carry 示例; codes carry the body ``DEM…``, which is not
issued, with the right check digits (GB 32100-2015, the organisation code inside by GB 11714);
resident numbers carry the area 130999, which does not exist (GB 11643-1999).

Example: ``沧州澄梧建筑工程(示例)有限公司``, 91130903DEMD1TJ38A; ``丁卯安``, 130999199209097247.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import TypeVar

from demo import parties
from demo.records import Party
from registry.domain.identifiers import (
    organisation_code_check_character,
    resident_id_check_character,
    uscc_check_character,
)
from registry.v1 import subject_pb2 as pb

T = TypeVar("T")

NOWHERE = "130999"
"""Area code that GB/T 2260 does not contain."""

DISTRICTS = (
    ("130902", "沧州"),
    ("130903", "沧州"),
    ("130921", "沧县"),
    ("130922", "青县"),
    ("130923", "东光"),
    ("130926", "肃宁"),
    ("130929", "献县"),
    ("130981", "泊头"),
    ("130982", "任丘"),
    ("130983", "黄骅"),
    ("130984", "河间"),
)
FIRST = "澄泓砚岫霁筱珞桉棠翎璟苒沅柘芷糯钧骐燚茗忱汀岚禾梧桠椴渚屿畹垚岑杉舟"
SECOND = "峤砺牧朴衡菁澜涧芃苓蔚葳薷绫绮璋珩珂玥晗曦晏昀煦焓烨炘枰栩桁楹榕樾"
STEMS = "甲乙丙丁戊己庚辛壬癸"
BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
GIVEN = "安宁原舟川禾岳岚峤澄渚棠屿泓砚岫霁筱珞杉"
TRADES: dict[str, tuple[str, ...]] = {
    "construction": ("建筑工程", "市政工程", "装饰工程", "园林绿化工程"),
    "food": ("食品", "餐饮管理", "糕点"),
    "industry": ("机械制造", "化工", "管件制造", "电缆"),
    "trade": ("商贸", "建材", "家居用品", "医疗器械"),
    "service": ("物业服务", "软件科技", "工程咨询", "物流", "办公设备"),
}
SHOPS = {"food": ("小吃店", "副食店", "面馆"), "trade": ("五金店", "百货店"), "service": ("修理部", "理发店")}


class Dice:
    """Chance from a seed. Only ``random()`` is used, whose sequence Python guarantees to keep."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed).random

    def below(self, end: int) -> int:
        """A number from 0 to ``end`` - 1."""
        return int(self._random() * end)

    def pick(self, choices: Sequence[T]) -> T:
        """One of the choices."""
        return choices[self.below(len(choices))]

    def day(self, first: date, last: date) -> date:
        """A day from ``first`` to ``last``, both inclusive."""
        return first + timedelta(days=self.below((last - first).days + 1))


class Population:
    """Draws firms and persons, none twice and none of the cast, and keeps them by group of trades."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        cast = parties.FIRMS + parties.PERSONS + parties.NOT_IN_ANY_FILE
        self._taken = {party.name for party in cast} | {party.code for party in cast}
        self.firms: dict[str, list[Party]] = {group: [] for group in TRADES}
        self.persons: list[Party] = []

    def everybody(self, groups: Sequence[str]) -> list[Party]:
        """All parties of some groups of trades; the group "" stands for natural persons."""
        return [party for group in groups for party in (self.firms[group] if group else self.persons)]

    def add_enterprise(self, group: str) -> None:
        """Draws an enterprise (企业)."""
        trade = self._dice.pick(TRADES[group])
        self.firms[group].append(
            self._organisation("91", pb.SUBJECT_KIND_ENTERPRISE, trade + "(示例)有限公司")
        )

    def add_shop(self, group: str) -> None:
        """Draws a sole trader (个体工商户)."""
        shop = self._dice.pick(SHOPS[group])
        self.firms[group].append(self._organisation("92", pb.SUBJECT_KIND_SOLE_TRADER, shop + "(示例)"))

    def add_other(self) -> None:
        """Draws a cooperative, a school or a welfare home; all of them run a kitchen."""
        prefix, kind, name = self._dice.pick(
            (
                ("93", pb.SUBJECT_KIND_COOP, "农产品专业合作社(示例)"),
                ("12", pb.SUBJECT_KIND_INSTITUTION, "实验学校(示例)"),
                ("52", pb.SUBJECT_KIND_SOCIAL_ORG, "养老服务中心(示例)"),
            )
        )
        self.firms["food"].append(self._organisation(prefix, kind, name))

    def add_person(self) -> None:
        """Draws a natural person (自然人)."""
        self.persons.append(self.person())

    def person(self) -> Party:
        """A natural person who is in no pool; legal representatives are drawn like this."""
        name = self._dice.pick(STEMS) + self._dice.pick(BRANCHES) + self._dice.pick(GIVEN)
        return Party(name, self._untaken(self._resident_id), pb.SUBJECT_KIND_NATURAL_PERSON)

    def _organisation(self, prefix: str, kind: pb.SubjectKind.ValueType, ending: str) -> Party:
        region, place = self._dice.pick(DISTRICTS)
        name = self._untaken(lambda: place + self._dice.pick(FIRST) + self._dice.pick(SECOND) + ending)
        head = self.person()
        code = self._untaken(lambda: self._uscc(prefix + region))
        return Party(name, code, kind, head=head.name, head_id=head.code)

    def _untaken(self, draw: Callable[[], str]) -> str:
        while (drawn := draw()) in self._taken:
            pass
        self._taken.add(drawn)
        return drawn

    def _uscc(self, opening: str) -> str:
        body = "DEM" + "".join(self._dice.pick("0123456789ABCDEFGHJKLMNPQRTUWXY") for _ in range(5))
        body17 = opening + body + organisation_code_check_character(body)
        return body17 + uscc_check_character(body17)

    def _resident_id(self) -> str:
        born = self._dice.day(date(1962, 1, 1), date(2003, 12, 31))
        body17 = f"{NOWHERE}{born:%Y%m%d}{self._dice.below(999) + 1:03d}"
        return body17 + resident_id_check_character(body17)
