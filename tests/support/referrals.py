"""Referrals as a test makes them: departments with an official each, who sign acts on days of the clock.

    town = town_of(spine)
    town.act("市场监管", referral=clue(town, to="消防", number="YS-3"))
    town.act("消防", receipt=town.file("YS-3"))

Beside some of the eight departments: 消防, 公安, 检察院, 督查室, 县应急 (a county's), all fictional.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from demo.departments import OPERATOR
from registry.access.identity import Caller, CallerRole
from registry.commands.jobs import Outcome
from registry.commands.supervision.files import Files
from registry.domain.periods import china_day
from registry.domain.uscc import organisation_code_check_character, uscc_check_character
from registry.provenance.envelope import sign_envelope
from registry.provenance.keys import FileSigner
from registry.supervision.obligations import obligations_of
from registry.v1 import envelope_pb2
from registry.v1 import statement_pb2 as st
from registry.v1 import supervision_pb2 as pb
from registry.v1.supervision_file_pb2 import Obligation, SupervisionFile
from tests.support.events import firm, penalty, placed
from tests.support.spine import ORIGIN, Spine

CITY = "130900"
MARKET, FIRE, POLICE, PROCURATORATE = "市场监管", "消防", "公安", "检察院"
OVERSIGHT, COUNTY, GUILD, HOUSING = "督查室", "县应急", "协会", "住建"
MORE: Mapping[str, tuple[str, str, str, str]] = {
    FIRE: ("11130900DEM00102", "沧州市(示例)消防救援支队", "fire", CITY),
    POLICE: ("11130900DEM00103", "沧州市(示例)公安局", "public_security", CITY),
    PROCURATORATE: ("11130900DEM00104", "沧州市(示例)人民检察院", "procuratorate", CITY),
    OVERSIGHT: ("11130900DEM00105", "沧州市(示例)人民政府督查室", "oversight", CITY),
    COUNTY: ("11130921DEM00106", "沧县(示例)应急管理局", "emergency", "130921"),
    GUILD: ("51130900DEM00107", "沧州市(示例)食品行业协会", "association", CITY),
}
"""The code without its check characters, the name, the kind, the region of each."""
EVIDENCE = pb.EvidenceItem(sha256=bytes(32), size=7, media_type="image/jpeg", title="现场照片")
BASIS = "优化营商环境条例 第五十七条"


def code_of(key: str) -> str:
    """The code of a department that is not one of the eight."""
    body = MORE[key][0]
    body += organisation_code_check_character(body[8:])
    return body + uscc_check_character(body)


@dataclass(slots=True)
class Town:
    """Departments of a spine at work; each has an official who signs."""

    spine: Spine
    clerks: dict[str, FileSigner] = field(default_factory=dict)

    def code(self, key: str) -> str:
        """A department's code."""
        return code_of(key) if key in MORE else self.spine.code(key)

    def envelope(self, key: str, **act: Any) -> envelope_pb2.Envelope:
        """An act, signed by the department's official."""
        statement = self.spine.statement(OPERATOR.key, supervision=pb.Supervision(**act))
        statement.department = self.code(key)
        return sign_envelope(statement.SerializeToString(), self.clerks[key])

    def act(self, key: str, **act: Any) -> Outcome:
        """Takes an act."""
        return self.put(key, self.envelope(key, **act))[0]

    def put(self, key: str, *envelopes: envelope_pb2.Envelope) -> list[Outcome]:
        """Submits envelopes of a department at once."""
        role = CallerRole.REGISTRAR if key == OPERATOR.key else CallerRole.DEPARTMENT
        caller = Caller(role, self.code(key), ORIGIN)
        outcomes = [future.result(30) for future in self.spine.engine.intake.submit(envelopes, caller)]
        return [each for each in outcomes if each is not None]

    def file(self, number: str, opener: str = MARKET, kind: Any = pb.FILE_KIND_REFERRAL) -> pb.FileReference:
        """A file's reference."""
        return pb.FileReference(kind=kind, department=self.code(opener), number=number)

    def held(self, number: str, opener: str = MARKET) -> SupervisionFile:
        """A referral as it stands."""
        key = (pb.FILE_KIND_REFERRAL, self.code(opener), number)
        return self.spine.engine.store.files([key])[key]

    def duties(self, number: str, on: str, opener: str = MARKET) -> dict[tuple[str, str], Obligation]:
        """What is due about a referral as seen on a day, by whose and what."""
        clocks = Files(self.spine.engine.ask).clocks(date.fromisoformat(on))
        found = obligations_of(self.held(number, opener), clocks)
        return {(each.department, each.deadline): each for each in found}


def town_of(spine: Spine, keys: Sequence[str] = (MARKET, HOUSING)) -> Town:
    """Registers the further departments, and an official for each of them and of those named."""
    town = Town(spine)
    for key, (_, name, kind, region) in MORE.items():
        registration = st.DepartmentRegistration(
            code=code_of(key), name=name, kinds=[kind], mandate=st.Mandate(region=region)
        )
        placed(spine.say(OPERATOR.key, department_registration=registration))
    for key in (*keys, *MORE, OPERATOR.key):
        town.clerks[key] = clerk(town, key)
    return town


def clerk(town: Town, key: str) -> FileSigner:
    """An official of a department, enrolled with a key of his own."""
    spine, code = town.spine, town.code(key)
    official = st.OfficialRegistration(
        official_id=f"{code[-6:]}-1", department=code, name=f"示例{key}", section="执法科",
        roles=[st.OFFICIAL_ROLE_SUBMITTER],
    )  # fmt: skip
    placed(spine.say(OPERATOR.key, official_registration=official))
    signer = FileSigner.generate(envelope_pb2.SUITE_ED25519)
    enrolment = st.KeyEnrolment(
        department=code, official_id=official.official_id, suite=signer.suite, public_key=signer.public_key,
        valid_from="2020-01-01", valid_until="2035-12-31",
    )  # fmt: skip
    statement = spine.statement(OPERATOR.key, key_enrolment=enrolment)
    placed(spine.put(OPERATOR.key, spine.seal(OPERATOR.key, statement, signer))[0])
    return signer


def clue(town: Town, number: str, *, to: str = FIRE, on: str = "", **changes: Any) -> pb.Referral:
    """A finding outside one's remit, told to another; changed as named."""
    fields: dict[str, Any] = {
        "number": number,
        "kind": pb.REFERRAL_KIND_CLUE,
        "direction": pb.REFERRAL_DIRECTION_ACROSS,
        "to": town.code(to),
        "subject": firm(1),
        "facts": "安全出口被货架堵塞。",
        "legal_basis": [BASIS],
        "on": on or today(town),
    }
    return pb.Referral(**{**fields, **changes})


def today(town: Town) -> str:
    """The day of the clock."""
    return china_day(town.spine.clock()).isoformat()


def receipt(town: Town, number: str, opener: str = MARKET) -> pb.FileReceipt:
    """签收"""
    return pb.FileReceipt(file=town.file(number, opener))


def acceptance(
    town: Town, number: str, *, accepted: bool = True, opener: str = MARKET, on: str = ""
) -> pb.ReferralAcceptance:
    """受理, or not."""
    reason = "" if accepted else "不属本部门职责, 属住房城乡建设部门。"
    day = on or today(town)
    return pb.ReferralAcceptance(file=town.file(number, opener), accepted=accepted, reason=reason, on=day)


def outcome(town: Town, number: str, opener: str = MARKET, **changes: Any) -> pb.ReferralOutcome:
    """处理结果: that there is no case, unless it is changed."""
    fields: dict[str, Any] = {
        "file": town.file(number, opener),
        "result": pb.REFERRAL_RESULT_NO_CASE,
        "reason": "已当场改正, 依法不予处罚。",
        "on": today(town),
    }
    return pb.ReferralOutcome(**{**fields, **changes})


def answer(town: Town, number: str, opener: str = MARKET) -> pb.ReferralAnswer:
    """反馈"""
    return pb.ReferralAnswer(file=town.file(number, opener), text="已核查处理。", on=today(town))


def urging(town: Town, file: pb.FileReference, *, due_on: str, on: str = "") -> pb.Urging:
    """督办"""
    return pb.Urging(file=file, text="请限期办结。", on=on or today(town), due_on=due_on)


def fined(spine: Spine, key: str, statement_id: str, on: str) -> int:
    """A penalty of a department as a credit event."""
    return placed(spine.say(key, statement_id, event=penalty(key, firm(1), on, severity=st.SEVERITY_GENERAL)))
