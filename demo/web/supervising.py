"""What is in the registry behind the faces of supervision: a matter with its filed rule, a plan and rosters
to draw from, two visits, a referral that was read, and custodians, so that complaints can be lodged.

Firms and offices are those of ``demo.supervision``; everything is stated today. The draw is left to whoever
tries it. Its two inspectors have keys that are handed to the signing component: each visit takes both.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from demo.departments import CITY, Department
from demo.officials import Person
from demo.supervision.cast import ESTABLISHMENT, FIRMS, GRADES, HOUSING, JUSTICE, MARKET, MATTER
from demo.town import ORIGIN, Town, TownError, connect
from registry.access.identity import Caller, CallerRole
from registry.domain.periods import CHINA, china_day
from registry.engine import now_ms
from registry.installation import issue_client
from registry.provenance.keys import FileSigner
from registry.v1 import statement_pb2 as st
from registry.v1 import supervision_pb2 as pb
from registry.v1.envelope_pb2 import SUITE_ED25519
from registry_client import Numbering, Registry, numbered_statement, seal
from registry_client.submission import Sender
from registry_client.supervision.custody import CustodyKey
from registry_client.supervision.roster_files import prepare

_SECTION = "特种设备监管科"
INSPECTORS = tuple(
    Person(f"SJ-{number}", f"示例{name}", _SECTION, st.OFFICIAL_ROLE_SUBMITTER)
    for number, name in ((11, "酉"), (12, "戌"))
)
_LAWYER = Person("SF-01", "示例甲一", "规范性文件审查科", st.OFFICIAL_ROLE_LEGAL_REVIEWER)
_FILER = Person("BB-01", "示例甲二", "监督检查科", st.OFFICIAL_ROLE_SUBMITTER)
_BUILDER = Person("ZJ-01", "示例甲三", "建筑市场监管科", st.OFFICIAL_ROLE_SUBMITTER)
_BASIS = "特种设备安全法 第五十七条"


@dataclass(slots=True)
class _Desks:
    """Who states what: connections of departments, keys of officials."""

    town: Town
    registries: dict[str, Registry] = field(default_factory=dict)
    senders: dict[str, Sender] = field(default_factory=dict)
    offices: dict[str, Department] = field(default_factory=dict)

    def act(self, person: Person, *others: Person, **act: Any) -> None:
        """An act, signed by an official and, where it takes two, another. Raises TownError."""
        sender, office = self.senders[person.official_id], self.offices[person.official_id]
        statement = numbered_statement(
            sender.numbering, origin=ORIGIN, department=office.office.code, body=pb.Supervision(**act)
        )
        signers = [self.senders[each.official_id].signer for each in (person, *others)]
        outcome = self.registries[office.key].supervision.take(seal(statement, *signers))
        if outcome.position is None:
            raise TownError("; ".join(f"{fault.field}: {fault.message}" for fault in outcome.faults))

    def appoint(self, office: Department, person: Person) -> None:
        """Registers an official with a new key."""
        signer, code = FileSigner.generate(SUITE_ED25519), office.office.code
        registration = st.OfficialRegistration(
            official_id=person.official_id, department=code, name=person.name, section=person.section,
            roles=[person.role],
        )  # fmt: skip
        self.town.enrol(registration, signer)
        self.senders[person.official_id] = Sender(ORIGIN, code, signer, Numbering.generate())
        self.offices[person.official_id] = office


def supervise(town: Town) -> Mapping[str, Sender]:
    """States everything; what the inspectors sign with, by staff id. Raises TownError."""
    with ExitStack() as stack:
        desks = _Desks(town, {key: office for key, (office, _) in town.offices.items()})
        for office in (ESTABLISHMENT, JUSTICE):
            caller = Caller(CallerRole.DEPARTMENT, office.office.code, ORIGIN)
            issue_client(town.directory, office.folder, caller, now_ms=now_ms())
            town.act(office.registration())
            desks.registries[office.key] = stack.enter_context(
                connect(town.directory, town.target, office.folder)
            )
        for office, person in (
            *((MARKET, each) for each in INSPECTORS), (JUSTICE, _LAWYER), (ESTABLISHMENT, _FILER),
            (HOUSING, _BUILDER),
        ):  # fmt: skip
            desks.appoint(office, person)
        for step in (_rule, _lists, _visits, _custodians):
            step(desks)
    return {each.official_id: desks.senders[each.official_id] for each in INSPECTORS}


def _day(later: int = 0) -> str:
    return (china_day(now_ms()) + timedelta(days=later)).isoformat()


def _ago(minutes: int) -> str:
    """An instant of today in China."""
    now = datetime.fromtimestamp(now_ms() / 1000, CHINA).replace(microsecond=0)
    return max(now - timedelta(minutes=minutes), now.replace(hour=0, minute=0, second=0)).isoformat()


def _file(kind: pb.FileKind.ValueType, number: str) -> pb.FileReference:
    return pb.FileReference(kind=kind, department=MARKET.office.code, number=number)


def _rule(desks: _Desks) -> None:
    """A matter, and its rule from draft to filing."""
    matter = pb.ApprovalMatter(
        number=MATTER, name="塔式起重机使用登记", kind=pb.MATTER_KIND_RETAINED, approving_section="许可科",
        supervising_section=_SECTION, legal_basis=["特种设备安全法 第三十三条"], effective_from=_day(),
    )  # fmt: skip
    desks.act(INSPECTORS[0], matter=matter)
    file = _file(pb.FILE_KIND_RULE, "GZ-01")
    store = desks.registries[MARKET.key].supervision.evidence
    text = "塔式起重机使用登记事中事后监管办法(示例)\n第一条 使用单位应当与登记一致。\n".encode()
    rule = pb.SupervisionRule(
        number=file.number, title="塔式起重机使用登记事中事后监管办法", matters=[MATTER],
        object="办理使用登记的施工单位", content="登记事项与现场是否一致, 作业人员资格",
        manner="双随机抽查, 实地核查", measures="责令改正; 违法的依法处罚", legal_basis=[_BASIS],
        text=store.upload_bytes(text, file, media_type="text/plain", title="监管办法全文"), drafted_on=_day(),
    )  # fmt: skip
    desks.act(INSPECTORS[0], rule=rule)
    review = pb.RuleReview(file=file, lawful=True, opinion="监管内容和措施均有依据", on=_day())
    desks.act(_LAWYER, rule_review=review)
    desks.act(_FILER, rule_filing=pb.RuleFiling(file=file, filing_number="沧示编备7号", filed_on=_day()))


def _lists(desks: _Desks) -> None:
    """A plan, and both rosters with their published files."""
    year = china_day(now_ms()).year
    last = f"{year}-12-31"
    item = pb.PlanItem(number="1", matter=MATTER, content="登记与现场是否一致", count=3, until=last)
    setattr(item, "from", _day())
    plan = pb.InspectionPlan(
        number="JH-01", year=year, title=f"{year}年度抽查工作计划", items=[item],
        filing_number="沧示市监计2号", filed_on=_day(),
    )  # fmt: skip
    desks.act(INSPECTORS[0], plan=plan)
    objects = [
        [firm.identifier.value, "企业", firm.name, GRADES[place % len(GRADES)], CITY, "E47", MATTER]
        for place, firm in enumerate(FIRMS)
    ]
    headings = ["统一社会信用代码或编号", "对象种类", "名称", "信用等级", "所属地区", "行业", "适用事项"]
    _roster(desks, "objects", pb.ROSTER_KIND_OBJECTS, "施工单位名录", [headings, *objects])
    people = [[each.official_id, _SECTION, f"冀示执法{each.official_id[3:]}", MATTER] for each in INSPECTORS]
    headings = ["工号", "科室", "执法证号", "可检查事项"]
    _roster(desks, "inspectors", pb.ROSTER_KIND_INSPECTORS, "执法检查人员名录", [headings, *people])


def _roster(
    desks: _Desks, name: str, kind: pb.RosterKind.ValueType, title: str, rows: list[list[str]]
) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    prepared = prepare(name, f"{name}.csv", text.getvalue().encode())
    if prepared.faults:
        raise TownError(prepared.faults[0].message)
    file = _file(pb.FILE_KIND_ROSTER, f"ML-{name}")
    store = desks.registries[MARKET.key].supervision.evidence
    item = store.upload_bytes(b"".join(prepared.lines), file, media_type="text/csv", title=title)
    roster = pb.Roster(
        number=file.number, kind=kind, title=title, root=prepared.root, rows=prepared.rows, file=item,
        as_of=_day(),
    )  # fmt: skip
    desks.act(INSPECTORS[0], roster=roster)


def _visits(desks: _Desks) -> None:
    """Two visits, one of them published; what was outside the remit is told to a bureau, which reads it."""
    store = desks.registries[MARKET.key].supervision.evidence
    for place, firm in enumerate(FIRMS[:2], 1):
        file = _file(pb.FILE_KIND_INSPECTION, f"JC-{place:02}")
        shown = f"\xff\xd8 picture {place} of the example".encode("latin-1")
        picture = store.upload_bytes(shown, file, media_type="image/jpeg", title="现场照片")
        visit = pb.Inspection(
            number=file.number, cause=pb.INSPECTION_CAUSE_CAMPAIGN, subject=firm, matter=MATTER,
            manner=pb.INSPECTION_MANNER_ON_SITE, began_at=_ago(minutes=40), ended_at=_ago(minutes=1),
            place="施工现场项目部(示例)", region=CITY, evidence=[picture],
            inspectors=[
                pb.Inspector(official_id=each.official_id, certificate=f"冀示执法{each.official_id[3:]}")
                for each in INSPECTORS
            ],
            results=[pb.INSPECTION_RESULT_NOTHING_FOUND],
        )  # fmt: skip
        if place == 1:
            fact = "项目以他人名义投标取得"
            visit.findings.add(item="承包合同", fact=fact, outside_remit=True, legal_basis=[_BASIS])
        desks.act(*INSPECTORS, inspection=visit)
    file = _file(pb.FILE_KIND_INSPECTION, "JC-01")
    told = pb.ResultPublication(file=file, published_on=_day(), place="https://credit.example/results")
    desks.act(INSPECTORS[0], result_publication=told)
    referral = pb.Referral(
        number="YS-01", kind=pb.REFERRAL_KIND_CLUE, direction=pb.REFERRAL_DIRECTION_ACROSS,
        to=HOUSING.office.code, subject=FIRMS[0], facts="检查发现以他人名义投标, 不属本部门职责",
        legal_basis=["招标投标法 第五十四条"], source=file, on=_day(),
    )  # fmt: skip
    desks.act(INSPECTORS[0], referral=referral)
    desks.act(_BUILDER, receipt=pb.FileReceipt(file=_file(pb.FILE_KIND_REFERRAL, "YS-01")))


def _custodians(desks: _Desks) -> None:
    """Both inspectors are custodians; nobody keeps what their keys open, for nothing is lodged in earnest."""
    for person in INSPECTORS:
        key = CustodyKey.generate().statement(
            number=f"BG-{person.official_id}", origin=ORIGIN, department=MARKET.office.code,
            official_id=person.official_id, window=(_day(), _day(300)),
        )  # fmt: skip
        desks.act(person, custodian_key=key)
