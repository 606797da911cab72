"""Repair, and a penalty that is revoked: what ends together, what stays, and who is told.

A housing penalty imposes three measures. Repaired, two of them end with its disclosure; the third,
降低资质等级, stays because law says so (市场监督管理行政处罚信息公示规定 第十四条). Then another firm's
penalty is revoked: its ban falls with it, and the bidding system, which was told of the ban, is told again
and acknowledges."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from demo.control import Control
from demo.departments import BY_KEY, Department
from demo.parties import BAR_EXPIRED, COLLUDED
from demo.records import Party
from demo.showing import plain, say, word
from demo.town import Town
from registry.domain.periods import add_months
from registry.provenance.keys import FileSigner
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2
from registry_client import CheckResult, Question, Verdict, uscc

HOUSING = BY_KEY["住建"]
MEASURES = ("M-BID-01", "M-BID-02", "M-BUS-14")
_BID = subject_pb2.DOMAIN_BIDDING


def walk_repair(town: Town, control: Control, today: date) -> list[str]:
    """Three measures, two of which end with a repair; what differs from what should follow."""
    decided = today - timedelta(days=400)
    position = town.state("住建", _penalty(BAR_EXPIRED, "沧示建罚〔2025〕31号", decided, MEASURES))
    target = {"statement_id": _id_of(town, position)}
    differing = _expect(town, BAR_EXPIRED, "修复以前", Verdict.BLOCKED, MEASURES)
    filed = control.write(
        "application.json",
        {
            "target": target,
            "filed_on": today.isoformat(),
            "corrected_on": (today - timedelta(days=90)).isoformat(),
            "commitment": {"file": "commitment.txt"},
            "proof": [{"file": "payment.txt"}],
        },
    )
    application = control.run("repair", "apply", filed, "--json", *_by(control)).objects[-1]["statement_id"]
    reason = ("--reason", "材料齐全, 符合条件")
    control.run("repair", "accept", application, "--accepted", *reason, *_by(control))
    decision = {
        "document": _document(HOUSING, "沧示建修〔2026〕31号", today),
        "effective_on": today.isoformat(),
    }
    name = control.write("repair.json", decision)
    control.shown("repair", "grant", application, name, *reason, *_by(control))
    return differing + _expect(town, BAR_EXPIRED, "修复以后", Verdict.REVIEW, ("M-BUS-14",))


def walk_revocation(town: Town, control: Control, today: date) -> list[str]:
    """A penalty revoked: its ban falls, and whoever was told is told again."""
    bidding = town.systems[_BID]
    bidding.notices.subscribe()
    decided = today - timedelta(days=30)
    position = town.state("住建", _penalty(COLLUDED, "沧示建罚〔2026〕52号", decided, ("M-BID-01",)))
    differing = _expect(town, COLLUDED, "处罚登记以后", Verdict.BLOCKED, ("M-BID-01",))
    told = [notice.notice_id for notice in bidding.notices.all(unacknowledged_only=True)]
    bidding.notices.acknowledge(told)
    say(f"招投标系统收到并确认 {len(told)} 条告知")
    target = pb.StatementReference(department=HOUSING.office.code, statement_id=_id_of(town, position))
    document = pb.Document(**_document(HOUSING, "沧示复决〔2026〕4号", today))
    withdrawal = pb.Withdrawal(target=target, reason="处罚决定经行政复议撤销", document=document)
    town.state("住建", withdrawal)
    differing += _expect(town, COLLUDED, "处罚撤销以后", Verdict.CLEAR, ())
    again = list(bidding.notices.all(unacknowledged_only=True))
    for notice in again:
        plain(f"  告知招投标系统: {notice.text}")
    bidding.notices.acknowledge([notice.notice_id for notice in again])
    left = list(bidding.notices.all(unacknowledged_only=True))
    say(f"确认 {len(again)} 条, 尚未确认 {len(left)} 条")
    return differing + ([] if told and again and not left else ["撤销没有再次告知, 或者没有确认"])


def prepare(town: Town, control: Control) -> None:
    """The housing bureau's wider mandate, and the papers of the repair."""
    registration = HOUSING.registration()
    registration.mandate.measures.append("M-BUS-14")
    town.act(registration)
    _, sender = town.offices["住建"]
    assert isinstance(sender.signer, FileSigner)  # As every signer of the demonstration.
    sender.signer.save(control.papers / "housing.pem", None)
    sender.numbering.save(control.papers / "housing.secret")
    for name in ("commitment.txt", "payment.txt"):
        (control.papers / name).write_text(f"{name}(示例)\n", encoding="utf-8")


def _by(control: Control) -> tuple[str, ...]:
    return ("--act", "--key", "housing.pem", "--secret", "housing.secret")


def _penalty(party: Party, number: str, decided: date, measures: tuple[str, ...]) -> pb.Event:
    event = pb.Event(
        subject=subject_pb2.Subject(identifier=party.identifier, kind=party.kind, name=party.name),
        category="E-03-CF",
        severity=pb.SEVERITY_SERIOUS,
        document=pb.Document(**_document(HOUSING, number, decided)),
        legal_basis=["招标投标法 第五十三条", "招标投标法 第五十四条", "建筑法 第六十六条"],
        content=[pb.Field(name="cflb", value="限制开展生产经营活动")],
    )
    for code in measures:
        until = "" if code == "M-BUS-14" else add_months(decided, 24).isoformat()
        imposed = event.measures.add(measure_code=code, until=until)
        setattr(imposed, "from", decided.isoformat())
    return event


def _document(department: Department, number: str, decided_on: date) -> dict[str, Any]:
    office = department.office
    return {
        "number": number,
        "authority": office.name,
        "authority_code": office.code,
        "decided_on": decided_on.isoformat(),
    }


def _id_of(town: Town, position: int) -> str:
    registry, _ = town.offices["住建"]
    return registry.get_statement(position=position).statement.statement_id


def _expect(town: Town, party: Party, when: str, wanted: Verdict, measures: tuple[str, ...]) -> list[str]:
    """The bidding system asks; the verdict and the measures that it met must be these."""
    question = Question(
        domain=_BID,
        role=subject_pb2.SUBJECT_ROLE_BIDDER,
        tender_kind=subject_pb2.TENDER_KIND_COMPULSORY,
        valid_time=datetime.now().astimezone(),
    )
    result: CheckResult = town.systems[_BID].check(uscc(party.code), question)
    met = tuple(sorted(hit.measure_code for hit in result.hits))
    say(f"{when}, 招投标: {word(result.verdict)} {'、'.join(met)}")
    if (result.verdict, met) == (wanted, measures):
        return []
    return [f"{when}: {result.verdict.word} {met}, 应为{wanted.word} {measures}"]
