"""A procurement ban from draft to early lifting: five officials of the finance bureau, each with his own key.

Three steps are refused on the way, each with its article: a term beyond the law's, the handling official who
would review his own draft, a hearing sooner than seven working days after its announcement. The procurement
system asks before the service, after it, and after the lifting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from demo.control import Control, Ran
from demo.departments import BY_KEY
from demo.officials import Person
from demo.parties import CLEAN
from demo.records import Party
from demo.showing import plain, say, word
from demo.town import Town
from registry.domain.periods import add_months
from registry.provenance.keys import FileSigner
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2
from registry.v1.envelope_pb2 import SUITE_ED25519
from registry_client import Numbering, Question, Verdict, uscc

OFFICE = BY_KEY["财政"].office
CASE = "CSCZ-2026-007"
MONTHS = 24
HANDLER = Person("CZ-11", "示例子", "政府采购监管科", pb.OFFICIAL_ROLE_SUBMITTER)
LAWYER = Person("CZ-21", "示例丑", "政策法规科", pb.OFFICIAL_ROLE_LEGAL_REVIEWER)
HEARER = Person("CZ-22", "示例寅", "政策法规科", pb.OFFICIAL_ROLE_HEARING_OFFICER)
REVIEWER = Person("CZ-31", "示例卯", "局办公室", pb.OFFICIAL_ROLE_REVIEWER)
CHIEF = Person("CZ-01", "示例辰", "局领导", pb.OFFICIAL_ROLE_APPROVER)
OFFICIALS = (HANDLER, LAWYER, HEARER, REVIEWER, CHIEF)


def appoint_all(town: Town, control: Control) -> None:
    """Registers the five officials; each key is a file of its own."""
    for person in OFFICIALS:
        signer = FileSigner.generate(SUITE_ED25519)
        signer.save(control.papers / f"{person.official_id}.pem", None)
        registration = pb.OfficialRegistration(
            official_id=person.official_id,
            department=OFFICE.code,
            name=person.name,
            section=person.section,
            roles=[person.role],
        )
        town.enrol(registration, signer)
    Numbering.generate().save(control.papers / "statement.secret")


@dataclass(frozen=True, slots=True)
class Days:
    """The days of the case, counted back from today."""

    today: date

    def ago(self, days: int) -> str:
        """A day so many days ago."""
        return (self.today - timedelta(days=days)).isoformat()


def walk(town: Town, control: Control, today: date) -> list[str]:
    """The whole case; what differs from what should follow."""
    days, faults = Days(today), list[str]()
    _write_papers(control, days)
    say("预览: 什么也没有提交")
    control.shown("ban", "draft", "draft.json")
    _refuse(faults, control, "期限超过法定上限", "ban", "draft", "too-long.json", *by(HANDLER))
    _take(control, "立案拟定", "ban", "draft", "draft.json", *by(HANDLER))
    opinion = ("--lawful", "--opinion", "事实清楚, 适用法律正确", "--on", days.ago(70))
    _refuse(faults, control, "承办人审核自己的案件", "ban", "review", CASE, *opinion, *by(HANDLER))
    _take(control, "法制审核", "ban", "review", CASE, *opinion, *by(LAWYER))
    _take(control, "事先告知", "ban", "notice", CASE, "notice.json", *served(days.ago(66)), *by(HANDLER))
    asked = ("--kind", "要求听证", "--on", days.ago(64), "--summary", "当事人要求听证")
    _take(control, "要求听证", "ban", "defence", CASE, *asked, *by(HANDLER))
    told = served(days.ago(62))
    _refuse(
        faults,
        control,
        "听证通知不足七个工作日",
        "ban",
        "hearing-notice",
        CASE,
        "early.json",
        *told,
        *by(HANDLER),
    )
    _take(control, "听证通知", "ban", "hearing-notice", CASE, "hearing-notice.json", *told, *by(HANDLER))
    _take(control, "听证", "ban", "hearing", CASE, "hearing.json", *by(HEARER))
    _take(control, "集体讨论", "ban", "deliberate", CASE, "deliberation.json", *by(REVIEWER))
    reason = ("--reason", "提供虚假材料谋取中标, 情节严重")
    _take(control, "决定", "ban", "decide", CASE, "decision.json", *reason, *by(CHIEF))
    faults += _expect(town, Verdict.CLEAR, "决定尚未送达")
    _take(control, "送达", "ban", "serve", CASE, *served(days.ago(33)), "--with-repair-notice", *by(HANDLER))
    faults += _expect(town, Verdict.BLOCKED, "决定送达以后")
    control.shown("ban", "show", CASE)
    control.shown("ban", "due")
    faults += _papers(control)
    lifted = ("--document", "lifting-document.json", "--on", days.ago(0), "--reason", "已全面履行并修复信用")
    _take(control, "提前解除", "ban", "lift", CASE, *lifted, *by(CHIEF))
    faults += _expect(town, Verdict.CLEAR, "提前解除以后")
    return faults


def _papers(control: Control) -> list[str]:
    """The decision and its repair notice, as text and, where a Chinese font is installed, as PDF."""
    office = control.write(
        "office.json",
        {
            "name": OFFICE.name,
            "address": "沧州市示例路1号",
            "phone": "0317-0000000",
            "reconsideration": "沧州市(示例)人民政府",
            "court": "沧州市(示例)区人民法院",
        },
    )
    particulars = control.write(
        "particulars.json", {"party_address": "沧州市示例大街2号", "representative": CLEAN.head}
    )
    missing = []
    for kind in ("decision", "repair_notice"):
        given = ("--office", office, "--particulars", particulars)
        control.shown("ban", "paper", CASE, kind, *given, "--out", f"{kind}.txt")
        if not (control.papers / f"{kind}.txt").exists():
            missing.append(f"没有{kind}文书")
    return missing


def by(person: Person) -> tuple[str, ...]:
    """The options by which an official signs."""
    return ("--act", "--key", f"{person.official_id}.pem", "--secret", "statement.secret")


def served(on: str) -> tuple[str, ...]:
    """The options by which a service is recorded."""
    return ("--served-on", on, "--method", "直接送达", "--receipt", "receipt.txt")


def _take(control: Control, what: str, *arguments: str) -> Ran:
    ran = control.run(*arguments)
    line = next((line for line in ran.text.splitlines() if "接收" in line), ran.text.strip())
    say(f"{what}: {' '.join(line.split())}")
    return ran


def _refuse(faults: list[str], control: Control, what: str, *arguments: str) -> None:
    ran = control.run(*arguments, "--json")
    faults_told = [fault for told in ran.objects for fault in told.get("faults", ())]
    say(f"[yellow]{what}: 退回[/yellow]")
    plain(*(f"  {fault['message']}" for fault in faults_told))
    if ran.code != 1:
        faults.append(f"{what}没有被退回")


def _expect(town: Town, verdict: Verdict, when: str) -> list[str]:
    question = Question(
        domain=subject_pb2.DOMAIN_PROCUREMENT,
        role=subject_pb2.SUBJECT_ROLE_BIDDER,
        valid_time=datetime.now().astimezone(),
    )
    result = town.systems[subject_pb2.DOMAIN_PROCUREMENT].check(uscc(CLEAN.code), question)
    say(f"{when}, 政府采购: {word(result.verdict)}")
    return [] if result.verdict is verdict else [f"{when}: {result.verdict.word}, 应为{verdict.word}"]


def _write_papers(control: Control, days: Days) -> None:
    for name in ("receipt.txt", "minutes.txt", "facts.txt"):
        (control.papers / name).write_text(f"{name}(示例)\n", encoding="utf-8")
    control.write("draft.json", draft_of(days, MONTHS))
    control.write("too-long.json", draft_of(days, 48))
    control.write("notice.json", {"document": document_of("沧示财告〔2026〕7号", days.ago(67))})
    notice = {"document": document_of("沧示财听〔2026〕7号", days.ago(63)), "place": "财政局(示例)二楼会议室"}
    control.write("hearing-notice.json", {**notice, "hearing_on": days.ago(40)})
    control.write("early.json", {**notice, "hearing_on": days.ago(60)})
    control.write(
        "hearing.json",
        {
            "held_on": days.ago(40),
            "record": "当事人对主要事实没有异议",
            "opinion": "维持拟处理意见",
            "minutes": {"file": "minutes.txt"},
        },
    )
    control.write(
        "deliberation.json",
        {
            "on": days.ago(38),
            "collective": True,
            "members": [CHIEF.official_id, REVIEWER.official_id, LAWYER.official_id],
            "agreed": True,
            "opinion": "同意禁止参加政府采购活动两年",
            "minutes": {"file": "minutes.txt"},
        },
    )
    control.write("decision.json", _decision(days))
    control.write("lifting-document.json", document_of("沧示财解〔2026〕7号", days.ago(0)))


def document_of(number: str, decided_on: str) -> dict[str, str]:
    """A document of the finance bureau."""
    return {
        "number": number, "authority": OFFICE.name, "authority_code": OFFICE.code, "decided_on": decided_on,
    }  # fmt: skip


def _subject(party: Party = CLEAN) -> dict[str, Any]:
    return {
        "identifier": {"type": "IDENTIFIER_TYPE_USCC", "value": party.code},
        "kind": "SUBJECT_KIND_ENTERPRISE",
        "name": party.name,
    }


def draft_of(
    days: Days, months: int, *, case: str = CASE, party: Party = CLEAN, filed: int = 75
) -> dict[str, Any]:
    """A draft: its case number, the party, and how many days ago the case was filed."""
    return {
        "case_number": case,
        "subject": _subject(party),
        "filed_on": days.ago(filed),
        "facts": "在政府采购投标中提供虚假业绩材料谋取中标",
        "reason": "违反政府采购法第七十七条第一款第一项, 情节严重",
        "evidence": [{"file": "facts.txt"}],
        "proposal": {
            "category": "E-51",
            "severity": "SEVERITY_SERIOUS",
            "measures": [{"measure_code": "M-PRO-01", "months": months}],
            "legal_basis": ["政府采购法 第七十七条第一款第一项"],
        },
    }


def _decision(days: Days) -> dict[str, Any]:
    decided = days.ago(36)
    until = add_months(date.fromisoformat(decided), MONTHS).isoformat()
    return {
        "event": {
            "subject": _subject(),
            "category": "E-51",
            "severity": "SEVERITY_SERIOUS",
            "document": document_of("沧示财罚〔2026〕7号", decided),
            "legal_basis": ["政府采购法 第七十七条第一款第一项"],
            "evidence": [{"file": "facts.txt"}],
            "measures": [{"measure_code": "M-PRO-01", "from": decided, "until": until}],
        },
        "facts": "在政府采购投标中提供虚假业绩材料谋取中标, 有投标文件、核查函佐证",
        "responsible_persons": [{"name": CLEAN.head, "capacity": "CAPACITY_LEGAL_REP"}],
        "consequences": "禁止期限内不得参加政府采购活动; 信息依法公示共享",
        "removal": "期满自动终止; 全面履行后可以申请信用修复, 由本机关决定提前解除",
        "relief": "自收到决定书之日起六十日内申请行政复议, 或者六个月内提起行政诉讼",
        "repair_notice": document_of("沧示财修告〔2026〕7号", decided),
    }
