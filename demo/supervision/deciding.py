"""Fourth chapter: read in time, accepted late, decided; only then is it credit. A tender is screened, the
penalty is repaired, and nothing is left of it."""

from __future__ import annotations

from datetime import date, datetime, time
from hashlib import sha256

from demo.departments import Department
from demo.showing import say, word
from demo.supervision.cast import BUILDER, COURT, HOUSING, MARKET
from demo.supervision.drawing import firm_named
from demo.supervision.stage import Stage
from demo.supervision.visiting import REFERRAL
from registry.access.identity import CallerRole
from registry.domain.periods import CHINA
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2
from registry.v1 import supervision_pb2 as acts
from registry_client import Question, Verdict, uscc

MEASURE = "M-BID-02"
DECIDED, REPAIRED = date(2026, 6, 10), date(2027, 6, 15)
NUMBER = "沧示建罚〔2026〕88号"
_BASIS = ["招标投标法 第五十四条"]


def know(stage: Stage, code: str) -> None:
    """The firm is on the register of firms."""
    paper = _document(MARKET, "沧示市监登〔2020〕1号", date(2020, 1, 15))
    event = pb.Event(subject=firm_named(code), category="E-01", document=paper)
    stage.state(MARKET, event)


def receive(stage: Stage) -> None:
    """The housing bureau reads what it was told, in time."""
    stage.go_to(date(2026, 4, 17))
    stage.act(BUILDER, receipt=acts.FileReceipt(file=REFERRAL))
    say("2026-04-17 住建局签收")


def decide(stage: Stage, code: str) -> str:
    """The housing bureau accepts late, decides, answers; the id of the penalty's statement."""
    stage.go_to(date(2026, 5, 8))
    stage.act(
        BUILDER, referral_acceptance=acts.ReferralAcceptance(file=REFERRAL, accepted=True, on="2026-05-08")
    )
    say("2026-05-08 住建局受理: 签收以后超过七个工作日, 迟了")
    stage.go_to(DECIDED)
    penalty = stage.state(HOUSING, _penalty(code))
    outcome = acts.ReferralOutcome(
        file=REFERRAL,
        result=acts.REFERRAL_RESULT_DECIDED,
        paper=acts.SupervisionPaper(
            number=NUMBER, issued_on=DECIDED.isoformat(), authority_code=HOUSING.office.code
        ),
        decision=acts.RecordedStatement(department=HOUSING.office.code, statement_id=penalty.statement_id),
        on=DECIDED.isoformat(),
    )
    stage.act(BUILDER, referral_outcome=outcome)
    stage.go_to(date(2026, 6, 12))
    answer = acts.ReferralAnswer(file=REFERRAL, text=f"已作出处罚决定 {NUMBER}", on="2026-06-12")
    stage.act(BUILDER, referral_answer=answer)
    say(f"2026-06-10 处罚决定 {NUMBER}: 取消投标资格二年, 从此才是信用信息 → 06-12 反馈市场监管局")
    return penalty.statement_id


def repair(stage: Stage, penalty: str) -> None:
    """The party has paid and waited; the bureau repairs."""
    stage.go_to(REPAIRED)
    target = pb.StatementReference(department=HOUSING.office.code, statement_id=penalty)
    application = stage.state(
        HOUSING,
        pb.RepairApplication(
            target=target,
            filed_on="2027-06-15",
            corrected_on="2026-07-01",
            commitment=_evidence("承诺书"),
            proof=[_evidence("履行证明")],
        ),
    )
    filed = pb.StatementReference(department=HOUSING.office.code, statement_id=application.statement_id)
    stage.state(
        HOUSING, pb.RepairAcceptance(target=target, application=filed, accepted=True, reason="材料齐全")
    )
    stage.state(
        HOUSING,
        pb.Repair(
            target=target,
            document=_document(HOUSING, "沧示建修〔2027〕9号", REPAIRED),
            effective_on=REPAIRED.isoformat(),
            reason="符合修复条件",
            application=filed,
        ),
    )


def asked(stage: Stage, code: str, when: str, wanted: Verdict) -> list[str]:
    """The bidding platform screens the firm at the opening of a tender."""
    stage.state(COURT, pb.Delivery(list_code="L-01", as_of=stage.day.isoformat()))
    opening = datetime.combine(stage.day, time(10), CHINA)
    question = Question(
        domain=subject_pb2.DOMAIN_BIDDING,
        role=subject_pb2.SUBJECT_ROLE_BIDDER,
        tender_kind=subject_pb2.TENDER_KIND_COMPULSORY,
        valid_time=opening,
    )
    result = stage.system("bidding-platform", CallerRole.BIDDING_SYSTEM).check(uscc(code), question)
    grounds = "、".join(f"{hit.measure_code} {hit.document.number}" for hit in result.hits)
    say(f"{stage.day} 开标筛查, {when}: {word(result.verdict)} {grounds}")
    return [] if result.verdict is wanted else [f"{when}: {result.verdict.word}, 应为{wanted.word}"]


def _penalty(code: str) -> pb.Event:
    event = pb.Event(
        subject=firm_named(code),
        category="E-03-CF",
        severity=pb.SEVERITY_SERIOUS,
        document=_document(HOUSING, NUMBER, DECIDED),
        legal_basis=_BASIS,
        content=[pb.Field(name="cflb", value="限制开展生产经营活动")],
    )
    imposed = event.measures.add(measure_code=MEASURE, until="2028-06-09")
    setattr(imposed, "from", DECIDED.isoformat())
    return event


def _document(department: Department, number: str, on: date) -> pb.Document:
    office = department.office
    return pb.Document(
        number=number, authority=office.name, authority_code=office.code, decided_on=on.isoformat()
    )


def _evidence(title: str) -> pb.Evidence:
    return pb.Evidence(sha256=sha256(title.encode()).digest(), title=title, place="住建局档案室")
