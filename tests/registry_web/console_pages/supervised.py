"""A town under supervision, for pictures and for tests of whole pages: 市场监管 with its matters, a filed
rule, a plan, rosters and a draw; visits, referrals, complaints, an alert, an accident, and steps overdue.

    with patch.object(core, "found_spine", storing), office(directory) as bureau:
        supervise(bureau)                 # accounts "inspector", "fire" and "association" beside the bureau's

Days are those about the spine's today, to which its clock is moved first. All names are fictional.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from demo.departments import OPERATOR
from registry.store.interface import Group
from registry.v1 import supervision_pb2 as pb
from registry.v1.statement_pb2 import OFFICIAL_ROLE_SUBMITTER, SEVERITY_GENERAL
from registry_web.console.accounts import Identity
from tests.registry_web.console_core.office import Office
from tests.registry_web.console_pages.screens import Screen
from tests.supervision.custodians_at_work import DISPUTE, Custody
from tests.support.clock import this_day
from tests.support.draws import DrawOffice, file_of, order, plan
from tests.support.events import firm, penalty, placed
from tests.support.matters import (
    ASSOCIATION,
    HOUSING,
    MARKET,
    MatterTown,
    intermediary,
    matter,
    note,
    rule,
)
from tests.support.referrals import (
    FIRE,
    Town,
    acceptance,
    answer,
    clue,
    outcome,
    receipt,
    town_of,
)
from tests.support.risk import alerts, declare, indicator, watch
from tests.support.spine import furnish
from tests.support.visits import SUBJECT, Bureau, evidence, finding

KEY = "市场监管"


def supervise(bureau: Office) -> None:
    """States everything."""
    today = this_day()
    bureau.spine.clock.move_to(today)
    furnish(bureau.spine, [KEY, "住建"], delivered=False)
    matters = MatterTown.of(bureau.spine)
    draws = DrawOffice.of(matters)
    _rules(matters, today)
    _draw(draws, today)
    told = town_of(bureau.spine, (KEY, "住建"))
    _visits(bureau, matters, today)
    _referrals(told, today)
    _complaints(Custody.at(bureau.spine))
    _risk(told, today)
    _accident(told, today)
    for login, code, official_id in (
        ("inspector", MARKET, "S-1"), ("fire", told.code(FIRE), f"{told.code(FIRE)[-6:]}-1"),
        ("association", ASSOCIATION, "X-1"), ("custodian", MARKET, "C-1"),
    ):  # fmt: skip
        bureau.accounts.add(login, f"示例{official_id}", Identity("department", code, official_id))


def supervision_screens(bureau: Office) -> list[Screen]:
    """The pages of supervision in the console."""
    directory = bureau.spine.engine.state.directory
    market, operator = (directory.department(code) for code in (MARKET, OPERATOR.office.code))
    assert market is not None
    assert operator is not None
    at = f"at/{market.position}"
    alert = alerts(bureau.spine)[0].number
    pages = {
        "": ("inspector", ""),
        "-rule": ("inspector", f"rules/{at}/ZD-1"),
        "-draw": ("inspector", f"draws/{at}/CQ-2026-01"),
        "-inspections": ("inspector", "inspections"),
        "-inspection": ("inspector", f"inspections/{at}/JC-2026-01"),
        "-referrals": ("inspector", "referrals?sent=1"),
        "-referral": ("inspector", f"referrals/{at}/YS-2026-01"),
        "-complaint": ("custodian", f"complaints/{at}/TS-2026-02"),
        "-risk": ("auditor", "risk"),
        "-alert": ("inspector", f"risk/at/{operator.position}/{alert}"),
        "-accountability": ("auditor", f"accountability?from={_first()}&until={this_day()}"),
        "-accident": ("auditor", f"accountability/trace/{operator.position}/SG-2026-01"),
    }
    return [
        Screen(f"console-supervision{name}", login, f"/supervision/{path}".rstrip("/"))
        for name, (login, path) in pages.items()
    ]


PORTAL = (
    "matters", "rules", "intermediaries", "associations", "inspections", "draws", "plans", "complaints",
    "complaints/statistics",
)  # fmt: skip
"""The portal's pages of supervision."""


def _first() -> date:
    return this_day() - timedelta(days=60)


def _rules(town: MatterTown, today: date) -> None:
    delegated = {"kind": pb.MATTER_KIND_DELEGATED, "taken_over_by": HOUSING, "taker_supervised_by": MARKET}
    gone = {"kind": pb.MATTER_KIND_CANCELLED, "approving_section": "", "still_watched_by": MARKET}
    acts: list[tuple[str, dict[str, Any]]] = [
        ("监管员", {"matter": matter("SP-2", name="特种设备使用登记", matter_class="特种设备")}),
        ("监管员", {"matter": matter("SP-3", name="建筑起重机械备案", matter_class="建筑机械", **delegated)}),
        ("监管员", {"matter": matter("SP-4", name="户外广告登记", matter_class="广告", **gone)}),
        ("监管员", {"intermediary": intermediary("ZJ-1")}),
        ("监管员", {"intermediary": intermediary("ZJ-2", subject=firm(8201), qualified_until="2028-06-30")}),
        ("协会员", {"association_note": note("HY-1")}),
        ("协会员", {"association_note": note("ZL-1", pb.ASSOCIATION_NOTE_KIND_FINDING)}),
    ]
    for who, act in acts:
        assert town.act(who, **act) == [], act
    town.filed("ZD-1", on=str(today - timedelta(days=3)), filing_number="沧示编备〔2026〕7号")
    draft = rule("ZD-2", title="特种设备使用监管办法", matters=["SP-2"], drafted_on=str(today))
    assert town.act("监管员", rule=draft) == []


def _draw(office: DrawOffice, today: date) -> None:
    office.prepared()
    assert office.act(draw_order=order("CQ-2026-01", on=str(today))) == []
    office.beacon()
    assert office.act(draw_result=office.result("CQ-2026-01")) == []
    later = order("CQ-2026-02", on=str(today), plan=file_of(pb.FILE_KIND_PLAN, "JH-2026-2"))
    assert office.act(plan=plan("JH-2026-2", title="2026年度下半年抽查工作计划")) == []
    assert office.act(draw_order=later) == []


def _visits(bureau: Office, town: MatterTown, today: date) -> None:
    second = bureau.spine.appoint(KEY, "S-5", "监管科", OFFICIAL_ROLE_SUBMITTER)
    keys = {"first": town.keys["监管员"], "second": second}
    log = Bureau(bureau.spine, keys, KEY, ("S-1", "S-5"))
    day = str(today - timedelta(days=2))
    when = {"began_at": f"{day}T09:00:00+08:00", "ended_at": f"{day}T10:30:00+08:00"}
    by = {"rectify_by": str(today + timedelta(days=14))}
    told = finding(outside=True, fact="安全出口被货架堵塞")
    log.taken(log.record("JC-2026-01", findings=[finding(), told], **when, **by))
    log.taken(log.record("JC-2026-02", subject=firm(7101), **when, **by, evidence=[evidence("后厨照片")]))
    nothing = {"results": [pb.INSPECTION_RESULT_NOTHING_FOUND], "findings": [], "rectify_by": ""}
    log.taken(log.record("JC-2026-03", subject=firm(7102), **when, **nothing, evidence=[]))
    for number in ("JC-2026-01", "JC-2026-03"):
        log.taken(log.publish(number, published_on=str(today)))
    log.taken(log.recheck("JC-2026-01", checked_on=str(today)))


def _referrals(town: Town, today: date) -> None:
    source = town.file("JC-2026-01", KEY, pb.FILE_KIND_INSPECTION)
    placed(town.act(KEY, referral=clue(town, "YS-2026-01", source=source, subject=SUBJECT)))
    placed(town.act(FIRE, receipt=receipt(town, "YS-2026-01")))
    placed(town.act(FIRE, referral_acceptance=acceptance(town, "YS-2026-01")))
    placed(town.act(FIRE, referral_outcome=outcome(town, "YS-2026-01")))
    placed(town.act(FIRE, referral_answer=answer(town, "YS-2026-01")))
    facts = "施工现场塔式起重机作业人员未持证上岗。"
    placed(town.act(KEY, referral=clue(town, "YS-2026-02", to="住建", facts=facts)))
    placed(town.act(KEY, referral=clue(town, "YS-2026-03")))
    late = town.held("YS-2026-03")
    for act in late.acts:
        act.on = act.received_on = act.counted_on = str(today - timedelta(days=20))
    town.spine.engine.state.store.commit(Group(files=[late]))


def _complaints(custody: Custody) -> None:
    for number in range(1, 8):
        custody.taken(custody.complain(f"TS-2026-{number:02}", named=number % 2 == 0))
    for number in range(8, 14):
        told: dict[str, Any] = {"kind": DISPUTE, "summary": "预付卡停业后不退款", "region": "130903"}
        custody.taken(custody.complain(f"TS-2026-{number:02}", **told))
        custody.taken(custody.accept(f"TS-2026-{number:02}"))
    custody.taken(custody.verify("TS-2026-02", pb.VERIFICATION_RESULT_CASE_FILED))
    custody.taken(custody.answer("TS-2026-02"))
    custody.taken(custody.open("TS-2026-02", "甲", "丙"))
    custody.taken(custody.mediate("TS-2026-08", pb.MEDIATION_STAGE_BEGUN))


def _risk(town: Town, today: date) -> None:
    by_subject = {"grouping": pb.INDICATOR_GROUPING_SUBJECT, "name": "同一单位屡次处罚"}
    declare(
        town,
        indicator("ZB-1", MARKET, name="区域处罚集中", region="130900"),
        indicator("ZB-2", town.code(FIRE), **by_subject),
    )
    for number in range(3):
        fined = penalty(KEY, firm(7), str(today), region="130902", severity=SEVERITY_GENERAL)
        placed(town.spine.say(KEY, f"CF-{number}", event=fined))
    watch(town.spine).look()


def _accident(town: Town, today: date) -> None:
    told = pb.Accident(
        number="SG-2026-01", area=pb.ACCIDENT_AREA_WORK_SAFETY, occurred_on=str(today), region="130902",
        place="新华区示例街7号", subject=SUBJECT, matters=["SP-1"], account="后厨起火, 无人伤亡。",
    )  # fmt: skip
    placed(town.act(OPERATOR.key, accident=told))
