"""Random acts of supervision of every power, most of them refused, in groups of any size.

Officials of six departments and an association take steps of few files under few numbers, often not theirs or
out of turn; between the groups days go by, officials move to another section, leave, and are asked to sign.

    written = write_random_supervision(MatterTown.of(spine), Random(7), 500)
    written["inspection"]                  # how many of these were placed
"""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from random import Random
from typing import Any

from demo.departments import OPERATOR
from registry.access.identity import Caller, CallerRole
from registry.commands.submission import Rejection
from registry.domain.files import act_of
from registry.domain.periods import china_day
from registry.v1 import statement_pb2 as statements
from registry.v1 import supervision_pb2 as pb
from registry.v1.envelope_pb2 import Envelope
from tests.support.events import firm
from tests.support.matters import (
    HOUSING,
    MARKET,
    SUBMITTER,
    MatterTown,
    check,
    filing,
    intermediary,
    matter,
    note,
    office_code,
    paper,
    review,
    rule,
)
from tests.support.spine import ORIGIN

FIRE, OVERSIGHT = office_code(8201), office_code(8202)
_MORE = {FIRE: ("沧州市(示例)消防救援支队", "fire"), OVERSIGHT: ("沧州市(示例)政府督查室", "oversight")}
_OFFICIALS = {
    "监管乙": (MARKET, "S-6", "监管科", "示例癸"),
    "许可员": (MARKET, "S-7", "许可科", "示例子"),
    "消防员": (FIRE, "F-1", "监督科", "示例丑"),
    "督查员": (OVERSIGHT, "O-1", "督查科", "示例寅"),
}
_SECTIONS = ("许可科", "监管科", "监管 科", "法规科")
_OFFICES = (MARKET, HOUSING, FIRE)
_ROSTERS = (pb.ROSTER_KIND_OBJECTS, pb.ROSTER_KIND_INSPECTORS)
_RESULTS = (pb.REFERRAL_RESULT_NO_CASE, pb.REFERRAL_RESULT_NO_CASE, pb.REFERRAL_RESULT_REFERRED_ON)


class _Chance:
    """What may be stated, drawn with a likely choice first."""

    def __init__(self, town: MatterTown, chance: Random) -> None:
        self.town, self.chance = town, chance

    @property
    def today(self) -> date:
        return china_day(self.town.spine.clock())

    def day(self) -> str:
        """Today, mostly; some day before or after."""
        back = self.chance.choice([0, 0, 0, 0, 0, 0, 0, 0, 1, 3, 40, -1])
        return (self.today - timedelta(days=back)).isoformat()

    def who(self, *likely: str) -> str:
        return self.chance.choice(likely if self.chance.random() < 0.9 else tuple(self.town.keys))

    def file(self, kind: Any, prefix: str, count: int = 4, department: str = "") -> pb.FileReference:
        number = f"{prefix}-{self.chance.randrange(count)}"
        return pb.FileReference(kind=kind, department=department or MARKET, number=number)

    def act(self) -> tuple[list[str], dict[str, Any]]:
        """Who signs, and what."""
        return self.chance.choice(_POWERS)(self)


def _of_matters(it: _Chance) -> tuple[list[str], dict[str, Any]]:
    choose, number = it.chance.choice, f"SP-{it.chance.randrange(3)}"
    who = it.who("监管员", "监管员", "许可员")
    if it.chance.random() < 0.3:
        return [who], {"intermediary": intermediary(f"ZJ-{number}", matters=[number])}
    changes: dict[str, Any] = {"effective_from": choose(["2026-01-01", it.day(), it.day()])}
    if it.chance.random() < 0.3:
        changes |= {"approving_section": choose(_SECTIONS), "supervising_section": choose(_SECTIONS)}
    if it.chance.random() < 0.1:
        changes["ended_on"] = it.day()
    return [who], {"matter": matter(number, **changes)}


def _of_rules(it: _Chance) -> tuple[list[str], dict[str, Any]]:
    number, day = f"ZD-{it.chance.randrange(6)}", it.day()
    taken = it.chance.randrange(100_000)
    step: dict[str, Any] = it.chance.choice(
        [
            {"rule": rule(number, drafted_on=day, matters=[f"SP-{it.chance.randrange(3)}"])},
            {"rule_review": review(number, on=day, lawful=it.chance.random() < 0.9)},
            {"rule_filing": filing(number, f"沧编备〔2026〕{taken}号", filed_on=day)},
            {"rule_check": check(number, on=day, deficient=it.chance.random() < 0.5, rectify_by=day)},
            {"rule_check": check(number, on=day)},
        ]
    )
    likely = {"rule": ("监管员",), "rule_review": ("司法员", "法规员")}.get(next(iter(step)), ("编办员",))
    return [it.who(*likely)], step


def _of_visits(it: _Chance) -> tuple[list[str], dict[str, Any]]:
    file, day = it.file(pb.FILE_KIND_INSPECTION, "JC", 12), it.day()
    chosen = it.chance.random()
    if chosen < 0.25:
        told = pb.ResultPublication(file=file, published_on=day, place="https://scjg.example/jc")
        return [it.who("监管员")], {"result_publication": told}
    if chosen < 0.5:
        done = it.chance.random() < 0.4
        checked = pb.Rectification(file=file, checked_on=day, sufficient=done)
        checked.rectify_by = "" if done else day
        return [it.who("监管员")], {"rectification": checked}
    signers = [it.who("监管员"), it.who("监管乙", "监管乙", "许可员")]
    ids = {who: told[1] for who, told in _OFFICIALS.items()} | {"监管员": "S-1"}
    named = [pb.Inspector(official_id=ids.get(who, "S-1"), certificate=f"证-{who}") for who in signers]
    visit = pb.Inspection(
        number=file.number, cause=pb.INSPECTION_CAUSE_CAMPAIGN, subject=firm(1),
        matter=f"SP-{it.chance.randrange(3)}", manner=pb.INSPECTION_MANNER_ON_SITE,
        began_at=f"{day}T09:00:00+08:00", ended_at=f"{day}T10:00:00+08:00", place="示例街7号",
        region="130902", inspectors=named, results=[pb.INSPECTION_RESULT_ORDERED_TO_RECTIFY],
        rectify_by=(it.today + timedelta(days=3)).isoformat(), evidence=[paper("照片")],
        findings=[
            pb.Finding(item="后厨", fact="积水"), pb.Finding(item="出口", fact="堵", outside_remit=True),
        ],
    )  # fmt: skip
    return signers, {"inspection": visit}


def _of_referrals(it: _Chance) -> tuple[list[str], dict[str, Any]]:
    file, day = it.file(pb.FILE_KIND_REFERRAL, "YS"), it.day()
    chosen = it.chance.choice((0, 0, 1, 1, 2, 2, 3, 3, 4, 5, 6))
    if chosen < 1:
        sent = pb.Referral(
            number=file.number, kind=pb.REFERRAL_KIND_CLUE, direction=pb.REFERRAL_DIRECTION_ACROSS,
            to=it.chance.choice((FIRE, FIRE, *_OFFICES)), subject=firm(1), facts="出口堵塞。",
            legal_basis=["消防法 第二十八条"], on=day,
        )  # fmt: skip
        if it.chance.random() < 0.3:
            sent.source.CopyFrom(it.file(pb.FILE_KIND_INSPECTION, "JC", 12))
        return [it.who("监管员")], {"referral": sent}
    steps: dict[int, dict[str, Any]] = {
        1: {"receipt": pb.FileReceipt(file=file)},
        2: {"referral_acceptance": pb.ReferralAcceptance(
            file=file, accepted=it.chance.random() < 0.7, reason="不属本部门", on=day)},
        3: {"referral_outcome": pb.ReferralOutcome(
            file=file, result=it.chance.choice(_RESULTS), reason="已改正", on=day)},
        4: {"referral_answer": pb.ReferralAnswer(file=file, text="已处理", on=day)},
        5: {"urging": pb.Urging(file=file, text="请办结", on=day, due_on=day)},
        6: {"urging": pb.Urging(
            file=it.file(pb.FILE_KIND_RULE, "ZD", 6), text="请办结", on=day, due_on=it.today.isoformat())},
    }  # fmt: skip
    return [it.who(*(("督查员",) if chosen > 4 else ("消防员", "消防员", "住建员")))], steps[chosen]


def _of_others(it: _Chance) -> tuple[list[str], dict[str, Any]]:
    day, number = it.day(), f"N-{it.chance.randrange(4)}"
    listed = pb.EvidenceItem(sha256=bytes(32), size=9, media_type="text/csv", title="名录")
    matters = [f"SP-{it.chance.randrange(3)}"]
    kinds = (pb.ASSOCIATION_NOTE_KIND_MEMBER, pb.ASSOCIATION_NOTE_KIND_FINDING)
    item = pb.PlanItem(number="1", matter=matters[0], content="后厨", count=1, until=f"{it.today.year}-12-31")
    setattr(item, "from", f"{it.today.year}-01-01")
    steps: list[tuple[list[str], dict[str, Any]]] = (
        [
            (["协会员"], {"association_note": note(f"{number}m")}),
            (["协会员"], {"association_note": note(number, it.chance.choice(kinds), **{"from": day})}),
            (["消防员"], {"accident": pb.Accident(
                number=number, area=pb.ACCIDENT_AREA_WORK_SAFETY, occurred_on=day, region="130902",
                place="示例街", account="火灾", matters=matters)}),
            (["监管员"], {"roster": pb.Roster(
                number=number, kind=it.chance.choice(_ROSTERS), title="名录", root=bytes(32), rows=3,
                file=listed, as_of=day)}),
            (["监管员"], {"plan": pb.InspectionPlan(
                number=number, year=it.today.year, title="计划", filing_number="备1", filed_on=day,
                items=[item])}),
            (["监管员"], {"draw_order": pb.DrawOrder(
                number=number, plan=it.file(pb.FILE_KIND_PLAN, "N"), plan_item="1",
                objects=it.file(pb.FILE_KIND_ROSTER, "N"), inspectors=it.file(pb.FILE_KIND_ROSTER, "N"),
                wanted=1, inspectors_each=2, algorithm="double-random-v1", on=day, inspect_by=day)}),
        ]
    )  # fmt: skip
    return it.chance.choice(steps)


_POWERS = (
    _of_matters, _of_rules, _of_rules, _of_visits, _of_visits, _of_referrals, _of_referrals, _of_referrals,
    _of_others,
)  # fmt: skip


def furnish_random(town: MatterTown) -> None:
    """Registers the further departments and officials."""
    for code, (name, kind) in _MORE.items():
        registration = statements.DepartmentRegistration(code=code, name=name, kinds=[kind])
        registration.mandate.region = "130900"
        town.spine.say(OPERATOR.key, department_registration=registration)
    for who, told in _OFFICIALS.items():
        town.appoint(who, *told, [SUBMITTER])


def write_random_supervision(town: MatterTown, chance: Random, count: int) -> Counter[str]:
    """Writes them; answers how many of each kind of act were placed."""
    it, placed = _Chance(town, chance), Counter[str]()
    while count > 0:
        waiting = [it.act() for _ in range(chance.randrange(1, 9))]
        count -= len(waiting)
        by_office: dict[str, list[Envelope]] = {}
        for signers, body in waiting:
            by_office.setdefault(town.offices[signers[0]], []).append(town.envelope(*signers, **body))
        for code, envelopes in by_office.items():
            promises = town.spine.engine.intake.submit(envelopes, Caller(CallerRole.DEPARTMENT, code, ORIGIN))
            for envelope, promise in zip(envelopes, promises, strict=True):
                if not isinstance(promise.result(30), Rejection):
                    placed[act_of(statements.Statement.FromString(envelope.payload))] += 1
        if chance.random() < 0.05:
            _restaff(town, chance)
        town.spine.clock.move_to(it.today + timedelta(days=chance.choice([0, 0, 1, 5])))
    return placed


def _restaff(town: MatterTown, chance: Random) -> None:
    """Somebody moves to another section, or leaves, and comes back later."""
    who = chance.choice([each for each in _OFFICIALS if each != "督查员"])
    code, official_id, _, name = _OFFICIALS[who]
    if chance.random() < 0.5:
        revoked = statements.OfficialRevocation(official_id=official_id, department=code)
        town.spine.say(OPERATOR.key, official_revocation=revoked)
    else:
        town.appoint(who, code, official_id, chance.choice(_SECTIONS), name, [SUBMITTER])
