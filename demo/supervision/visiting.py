"""Third chapter: visits signed by two, a finding outside the remit told on, results published."""

from __future__ import annotations

from datetime import date

from demo.departments import CITY
from demo.showing import say
from demo.supervision.cast import HOUSING, MARKET, MATTER, PLANNER, VISITORS
from demo.supervision.drawing import DRAW, Drawn, firm_named
from demo.supervision.stage import Person, Stage
from registry.v1 import supervision_pb2 as pb
from registry.v1.supervision_pb2 import FileReference

REFERRAL = FileReference(kind=pb.FILE_KIND_REFERRAL, department=MARKET.office.code, number="YS-2026-01")
_PICTURE = b"\xff\xd8\xff\xe0 (a picture of the example: the contract on the wall of the site office)"


def visit_all(stage: Stage, drawn: Drawn) -> None:
    """Every firm that was drawn is visited by the two who were drawn; the first has something to tell."""
    stage.go_to(date(2026, 4, 14))
    for place, (code, officials) in enumerate(drawn, 1):
        first, second = (_person(each) for each in officials[:2])
        stage.act(first, second, inspection=_visit(stage, place, code, (first, second)))
    say("2026-04-14 三户现场检查, 每份记录由两名检查人员共同签名; 第1户的合同照片存入证据库")
    stage.go_to(date(2026, 4, 15))
    stage.act(_person(drawn[0][1][0]), referral=_referral(drawn[0][0]))
    say("2026-04-15 超出职责的线索(以他人名义投标)告知住建局: YS-2026-01")


def publish_all(stage: Stage, count: int) -> None:
    """The results are published within twenty working days."""
    stage.go_to(date(2026, 4, 28))
    for place in range(1, count + 1):
        told = pb.ResultPublication(
            file=_inspection(place), published_on="2026-04-28", place="https://credit.example/results/2026-04"
        )
        stage.act(PLANNER, result_publication=told)
    say("2026-04-28 三户检查结果公示(二十个工作日之内)")


def _person(official_id: str) -> Person:
    return next(person for person in VISITORS if person.official_id == official_id)


def _inspection(place: int) -> FileReference:
    return FileReference(
        kind=pb.FILE_KIND_INSPECTION, department=MARKET.office.code, number=f"JC-2026-{place:02d}"
    )


def _visit(stage: Stage, place: int, code: str, people: tuple[Person, Person]) -> pb.Inspection:
    visit = pb.Inspection(
        number=_inspection(place).number,
        cause=pb.INSPECTION_CAUSE_DRAW,
        source=DRAW,
        drawn_object=code,
        subject=firm_named(code),
        matter=MATTER,
        manner=pb.INSPECTION_MANNER_ON_SITE,
        began_at=f"2026-04-14T{7 + place:02d}:00:00+08:00",
        ended_at=f"2026-04-14T{7 + place:02d}:40:00+08:00",
        place="施工现场项目部(示例)",
        region=CITY,
        inspectors=[
            pb.Inspector(official_id=each.official_id, certificate=f"冀示执法{each.official_id[3:]}")
            for each in people
        ],
        results=[pb.INSPECTION_RESULT_NOTHING_FOUND],
    )
    if place == 1:
        visit.findings.add(
            item="承包合同",
            fact="项目以他人名义投标取得, 合同所列项目经理从未到岗",
            outside_remit=True,
            legal_basis=["招标投标法 第五十四条"],
        )
        store = stage.registry(MARKET).supervision.evidence
        picture = store.upload_bytes(_PICTURE, _inspection(1), media_type="image/jpeg", title="合同照片")
        visit.evidence.append(picture)
    return visit


def _referral(code: str) -> pb.Referral:
    return pb.Referral(
        number=REFERRAL.number,
        kind=pb.REFERRAL_KIND_CLUE,
        direction=pb.REFERRAL_DIRECTION_ACROSS,
        to=HOUSING.office.code,
        subject=firm_named(code),
        facts="现场检查发现该单位以他人名义投标, 不属本部门职责",
        legal_basis=["招标投标法 第五十四条"],
        source=_inspection(1),
        on="2026-04-15",
    )
