"""Approval matters, intermediaries, rules and notes of associations as they are stated, and who states them.

Builders answer acts that the registry admits as they are; a test changes the one thing it is about.

Example: ``town.act("监管员", matter=matter("SP-1"))`` states a matter of 市场监管 by one of its officials.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from demo.departments import OPERATOR
from registry.access.identity import Caller, CallerRole
from registry.commands.jobs import Outcome
from registry.commands.submission import Rejection
from registry.domain.identifiers import organisation_code_check_character, uscc_check_character
from registry.provenance.envelope import sign_envelope
from registry.provenance.keys import FileSigner
from registry.v1 import envelope_pb2
from registry.v1 import statement_pb2 as statements
from registry.v1 import supervision_pb2 as pb
from tests.support.events import firm
from tests.support.spine import BY_KEY, ORIGIN, Spine, enrolment_of

SUBMITTER, REVIEWER = statements.OFFICIAL_ROLE_SUBMITTER, statements.OFFICIAL_ROLE_LEGAL_REVIEWER


def office_code(number: int, prefix: str = "11130900") -> str:
    """The fictional code of an office; an association's begins with 51."""
    organisation = f"DEM{number:05d}"
    body = f"{prefix}{organisation}{organisation_code_check_character(organisation)}"
    return body + uscc_check_character(body)


MARKET, HOUSING = BY_KEY["市场监管"].office.code, BY_KEY["住建"].office.code
ESTABLISHMENT, JUSTICE = office_code(8101), office_code(8102)
ASSOCIATION, OTHER_ASSOCIATION = office_code(8103, "51130900"), office_code(8104, "51130900")
_OFFICES = {
    ESTABLISHMENT: ("沧州市(示例)机构编制委员会办公室", "establishment"),
    JUSTICE: ("沧州市(示例)司法局", "justice"),
    ASSOCIATION: ("沧州市(示例)食品行业协会", "association"),
    OTHER_ASSOCIATION: ("沧州市(示例)建筑业协会", "association"),
}
_OFFICIALS = {
    "监管员": (MARKET, "S-1", "监管科", "示例甲", SUBMITTER),
    "同科法制": (MARKET, "S-2", "监管 科", "示例乙", REVIEWER),
    "法规员": (MARKET, "S-3", "法规科", "示例丙", REVIEWER),
    "法规同名": (MARKET, "S-4", "法规科", "示例　甲", REVIEWER),
    "住建员": (HOUSING, "H-1", "监管科", "示例丁", SUBMITTER),
    "住建法制": (HOUSING, "H-2", "法规科", "示例戊", REVIEWER),
    "编办员": (ESTABLISHMENT, "B-1", "监督检查科", "示例己", SUBMITTER),
    "编办同名": (ESTABLISHMENT, "B-2", "综合科", "示例甲", SUBMITTER),
    "司法员": (JUSTICE, "J-1", "规范性文件审查科", "示例庚", REVIEWER),
    "协会员": (ASSOCIATION, "X-1", "秘书处", "示例辛", SUBMITTER),
    "他会员": (OTHER_ASSOCIATION, "Y-1", "秘书处", "示例壬", SUBMITTER),
}


@dataclass(slots=True)
class MatterTown:
    """A furnished spine with the offices that rules take, and an official of each with a key."""

    spine: Spine
    keys: dict[str, FileSigner] = field(default_factory=dict)
    offices: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, spine: Spine) -> MatterTown:
        """Registers the offices and their officials."""
        town = cls(spine)
        for code, (name, kind) in _OFFICES.items():
            registration = statements.DepartmentRegistration(code=code, name=name, kinds=[kind])
            registration.mandate.region = "130900"
            _taken(spine.say(OPERATOR.key, department_registration=registration))
        for who, (code, official_id, section, name, role) in _OFFICIALS.items():
            town.appoint(who, code, official_id, section, name, [role])
        return town

    def appoint(
        self, who: str, code: str, official_id: str, section: str, name: str, roles: Iterable[Any]
    ) -> None:
        """Registers an official, with a key of his own."""
        official = statements.OfficialRegistration(
            official_id=official_id, department=code, name=name, section=section, roles=roles
        )
        _taken(self.spine.say(OPERATOR.key, official_registration=official))
        self.offices[who] = code
        if who in self.keys:
            return
        signer = self.keys[who] = FileSigner.generate(envelope_pb2.SUITE_ED25519)
        enrolment = enrolment_of(code, signer, official_id=official_id)
        statement = self.spine.statement(OPERATOR.key, key_enrolment=enrolment)
        _taken(self.spine.put(OPERATOR.key, self.spine.seal(OPERATOR.key, statement, signer))[0])

    def envelope(self, who: str, *more: str, **act: Any) -> envelope_pb2.Envelope:
        """An act signed by officials."""
        statement = self.spine.statement(OPERATOR.key, supervision=pb.Supervision(**act))
        statement.department = self.offices[who]
        return sign_envelope(statement.SerializeToString(), *(self.keys[each] for each in (who, *more)))

    def act(self, who: str, *more: str, **act: Any) -> list[str]:
        """States an act; the names of the faults for which it is refused, none if it is taken."""
        code = self.offices[who]
        caller = Caller(CallerRole.DEPARTMENT, code, ORIGIN)
        outcome = self.spine.engine.intake.submit([self.envelope(who, *more, **act)], caller)[0].result(30)
        return [fault.name for fault in outcome.faults] if isinstance(outcome, Rejection) else []

    def filed(
        self, number: str, *, on: str = "2026-11-20", filing_number: str = "", **rule_fields: Any
    ) -> None:
        """A rule of 市场监管 from draft to filing."""
        steps = [
            self.act("监管员", rule=rule(number, drafted_on=on, **rule_fields)),
            self.act("司法员", rule_review=review(number, on=on)),
            self.act(
                "编办员", rule_filing=filing(number, filing_number or f"沧编备〔2026〕{number}", filed_on=on)
            ),
        ]
        assert steps == [[], [], []], steps


def _taken(outcome: Outcome) -> None:
    assert not isinstance(outcome, Rejection), outcome


def matter(number: str, **changes: Any) -> pb.ApprovalMatter:
    """A retained matter of 市场监管."""
    fields: dict[str, Any] = {
        "number": number,
        "name": "食品经营许可",
        "kind": pb.MATTER_KIND_RETAINED,
        "approving_section": "许可科",
        "supervising_section": "监管科",
        "matter_class": "食品",
        "legal_basis": ["食品安全法 第三十五条"],
        "effective_from": "2026-01-01",
    }
    return pb.ApprovalMatter(**{**fields, **changes})


def intermediary(number: str, **changes: Any) -> pb.Intermediary:
    """An intermediary with a qualification, for the matter SP-1."""
    fields: dict[str, Any] = {
        "number": number,
        "subject": firm(8200),
        "service": "食品检验检测",
        "fee_standard": "每批次400元(沧示价〔2025〕3号)",
        "qualification": "检验检测机构资质认定",
        "qualification_number": "CMA-2023-001",
        "qualified_until": "2026-10-31",
        "matters": ["SP-1"],
        "effective_from": "2026-01-01",
    }
    return pb.Intermediary(**{**fields, **changes})


def paper(title: str) -> pb.EvidenceItem:
    """A text in the evidence store."""
    digest = sha256(title.encode()).digest()
    return pb.EvidenceItem(sha256=digest, size=len(title), media_type="text/plain", title=title)


def rule(number: str, **changes: Any) -> pb.SupervisionRule:
    """A rule of 市场监管 for the matter SP-1."""
    fields: dict[str, Any] = {
        "number": number,
        "title": "食品经营许可事中事后监管办法",
        "matters": ["SP-1"],
        "object": "取得食品经营许可的经营者",
        "content": "经营条件、进货查验",
        "manner": "双随机抽查、专项检查",
        "measures": "责令改正、依法处罚",
        "legal_basis": ["食品安全法 第一百零九条"],
        "text": paper("监管办法全文"),
        "drafted_on": "2026-11-02",
    }
    return pb.SupervisionRule(**{**fields, **changes})


def rule_of(number: str, department: str = MARKET) -> pb.FileReference:
    """The file of a rule."""
    return pb.FileReference(kind=pb.FILE_KIND_RULE, department=department, number=number)


def review(number: str, **changes: Any) -> pb.RuleReview:
    """A review that finds a rule lawful."""
    fields: dict[str, Any] = {
        "file": rule_of(number), "lawful": True, "opinion": "内容合法, 同意报备", "on": "2026-11-16",
    }  # fmt: skip
    return pb.RuleReview(**{**fields, **changes})


def filing(number: str, filing_number: str, **changes: Any) -> pb.RuleFiling:
    """A filing."""
    fields: dict[str, Any] = {
        "file": rule_of(number), "filing_number": filing_number, "filed_on": "2026-11-18",
    }  # fmt: skip
    return pb.RuleFiling(**{**fields, **changes})


def check(number: str, **changes: Any) -> pb.RuleCheck:
    """A regular check that finds nothing."""
    fields: dict[str, Any] = {
        "file": rule_of(number), "manner": pb.RULE_CHECK_MANNER_REGULAR, "on": "2026-11-23",
        "finding": "制度已落实",
    }  # fmt: skip
    return pb.RuleCheck(**{**fields, **changes})


def note(number: str, kind: Any = pb.ASSOCIATION_NOTE_KIND_MEMBER, **changes: Any) -> pb.AssociationNote:
    """What an association says of a firm: that it is a member, unless another kind is named."""
    member = kind == pb.ASSOCIATION_NOTE_KIND_MEMBER
    fields: dict[str, Any] = {
        "number": number,
        "kind": kind,
        "subject": firm(8300),
        "content": "本会会员单位" if member else "按自律公约提醒一次",
        "association_rule": "" if member else "食品行业自律公约 第三条",
        "from": "2026-01-01" if member else "2026-11-02",
    }
    return pb.AssociationNote(**{**fields, **changes})
