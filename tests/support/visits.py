"""A market bureau at work: its matters with filed rules, its inspectors, and what they sign.

    bureau = Bureau.at(spine)
    bureau.record(number="JC-7")                    # an inspection, signed by both inspectors
    bureau.publish("JC-7")
    bureau.file("JC-7").acts

The bureau is 市场监管; SP-1 (食品经营许可) is approved by 许可科, supervised by 监管科, and its rule GZ-1 was
filed by the office for establishment (编办). SP-2 has no filed rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from demo.departments import OPERATOR
from registry.access.identity import Caller, CallerRole
from registry.commands.jobs import Outcome
from registry.commands.submission import Rejection
from registry.domain.files import file_key
from registry.provenance.envelope import sign_envelope
from registry.provenance.keys import FileSigner
from registry.v1 import envelope_pb2
from registry.v1 import statement_pb2 as pb
from registry.v1 import supervision_pb2 as sup
from registry.v1.supervision_file_pb2 import SupervisionFile
from tests.support.events import firm
from tests.support.spine import ORIGIN, Spine

KEY = "市场监管"
FILER = "编办"
FILER_CODE = "11130900DEM000401R"
OFFICIALS = {
    "first": ("I-1", "监管科", pb.OFFICIAL_ROLE_SUBMITTER),
    "second": ("I-2", "监管科", pb.OFFICIAL_ROLE_SUBMITTER),
    "approver": ("I-9", "许可科", pb.OFFICIAL_ROLE_SUBMITTER),
    "drafter": ("I-3", "综合科", pb.OFFICIAL_ROLE_SUBMITTER),
    "lawyer": ("L-1", "法规科", pb.OFFICIAL_ROLE_LEGAL_REVIEWER),
}
SUBJECT = firm(7100)
VISITED = "2026-11-20"


def evidence(title: str = "现场照片") -> sup.EvidenceItem:
    """A picture by its digest."""
    digest = sha256(title.encode()).digest()
    return sup.EvidenceItem(sha256=digest, size=1024, media_type="image/jpeg", title=title)


def finding(*, outside: bool = False, fact: str = "后厨地面积水") -> sup.Finding:
    """Something that was found."""
    return sup.Finding(
        item="后厨卫生", fact=fact, outside_remit=outside, legal_basis=["食品安全法 第三十三条"]
    )


def matter(number: str, **changes: Any) -> sup.ApprovalMatter:
    """An approval matter of the bureau."""
    fields: dict[str, Any] = {
        "name": f"食品经营许可{number}",
        "kind": sup.MATTER_KIND_RETAINED,
        "approving_section": "许可科",
        "supervising_section": "监管科",
        "matter_class": f"类{number}",
        "legal_basis": ["食品安全法 第三十五条"],
        "effective_from": "2026-01-01",
    }
    return sup.ApprovalMatter(number=number, **{**fields, **changes})


@dataclass(slots=True)
class Bureau:
    """The bureau, with keys of its officials."""

    spine: Spine
    signers: dict[str, FileSigner]
    key: str = KEY
    ids: tuple[str, str] = ("I-1", "I-2")
    """Staff ids of ``first`` and ``second``, who inspect."""

    @classmethod
    def at(cls, spine: Spine) -> Bureau:
        """Appoints the officials of a furnished spine, states SP-1 and SP-2 and files the rule for SP-1."""
        made = cls(spine, {name: spine.appoint(KEY, *told) for name, told in OFFICIALS.items()})
        return made.furnished()

    def furnished(self) -> Bureau:
        """The bureau with SP-1, SP-2 and the rule for SP-1."""
        self._found_filer()
        for number in ("SP-1", "SP-2"):
            self.taken(self.act("first", matter=matter(number)))
        self._file_rule()
        return self

    @property
    def code(self) -> str:
        """The bureau's code."""
        return self.spine.code(self.key)

    def reference(self, number: str, kind: sup.FileKind.ValueType = sup.FILE_KIND_INSPECTION) -> Any:
        """A file of the bureau."""
        return sup.FileReference(kind=kind, department=self.code, number=number)

    def file(self, number: str, kind: sup.FileKind.ValueType = sup.FILE_KIND_INSPECTION) -> SupervisionFile:
        """A file as it is kept."""
        key = file_key(self.reference(number, kind))
        return self.spine.engine.state.store.files([key])[key]

    def envelope(self, *signers: str, statement_id: str = "", **body: Any) -> envelope_pb2.Envelope:
        """An act as officials of the bureau sign it."""
        statement = self.spine.statement(self.key, statement_id, supervision=sup.Supervision(**body))
        keys = [self.signers[name] for name in signers]
        return sign_envelope(statement.SerializeToString(deterministic=True), *keys)

    def act(self, *signers: str, **body: Any) -> Outcome:
        """What becomes of an act."""
        return self.spine.put(self.key, self.envelope(*signers, **body))[0]

    def visit(self, number: str, **changes: Any) -> sup.Inspection:
        """An inspection at which something was found and ordered to be rectified by 12-05."""
        fields: dict[str, Any] = {
            "cause": sup.INSPECTION_CAUSE_CAMPAIGN,
            "subject": SUBJECT,
            "matter": "SP-1",
            "manner": sup.INSPECTION_MANNER_ON_SITE,
            "began_at": f"{VISITED}T09:00:00+08:00",
            "ended_at": f"{VISITED}T10:30:00+08:00",
            "place": "新华区示例街7号",
            "region": "130902",
            "inspectors": [
                sup.Inspector(official_id=self.ids[0], certificate="冀执法-0301"),
                sup.Inspector(official_id=self.ids[1], certificate="冀执法-0302"),
            ],
            "results": [sup.INSPECTION_RESULT_ORDERED_TO_RECTIFY],
            "findings": [finding()],
            "rectify_by": "2026-12-05",
            "evidence": [evidence()],
        }
        return sup.Inspection(number=number, **{**fields, **changes})

    def record(self, number: str, *signers: str, **changes: Any) -> Outcome:
        """Records an inspection, signed by both inspectors."""
        return self.act(*(signers or ("first", "second")), inspection=self.visit(number, **changes))

    def publish(self, number: str, **changes: Any) -> Outcome:
        """Publishes a result."""
        fields = {"published_on": "2026-11-23", "place": "https://scjg.example/jc/7"} | changes
        told = sup.ResultPublication(file=self.reference(number), **fields)
        return self.act("first", result_publication=told)

    def recheck(self, number: str, **changes: Any) -> Outcome:
        """Checks a rectification, found done."""
        fields: dict[str, Any] = {"checked_on": "2026-11-23", "sufficient": True} | changes
        return self.act("first", rectification=sup.Rectification(file=self.reference(number), **fields))

    def taken(self, outcome: Outcome) -> Outcome:
        """An outcome that is no refusal."""
        assert not isinstance(outcome, Rejection), [each.message for each in outcome.faults]
        return outcome

    def _found_filer(self) -> None:
        registration = pb.DepartmentRegistration(
            code=FILER_CODE, name="沧州市(示例)机构编制委员会办公室", kinds=["establishment"],
            mandate=pb.Mandate(region="130900"),
        )  # fmt: skip
        self.taken(self.spine.say(OPERATOR.key, department_registration=registration))
        official = pb.OfficialRegistration(
            official_id="E-1", department=FILER_CODE, name="示例E-1", section="审批改革科",
            roles=[pb.OFFICIAL_ROLE_SUBMITTER],
        )  # fmt: skip
        self.taken(self.spine.say(OPERATOR.key, official_registration=official))
        signer = FileSigner.generate(envelope_pb2.SUITE_ED25519)
        enrolment = pb.KeyEnrolment(
            department=FILER_CODE, official_id="E-1", suite=signer.suite, public_key=signer.public_key,
            valid_from="2020-01-01", valid_until="2035-12-31",
        )  # fmt: skip
        statement = self.spine.statement(OPERATOR.key, key_enrolment=enrolment)
        self.taken(self.spine.put(OPERATOR.key, self.spine.seal(OPERATOR.key, statement, signer))[0])
        self.signers[FILER] = signer

    def _file_rule(self) -> None:
        rule = sup.SupervisionRule(
            number="GZ-1", title="食品经营监管制度", matters=["SP-1"], object="食品经营者",
            content="后厨卫生", manner="双随机抽查", measures="责令改正", legal_basis=["食品安全法"],
            text=evidence("制度全文"), drafted_on="2026-02-02",
        )  # fmt: skip
        self.taken(self.act("drafter", rule=rule))
        reference = self.reference("GZ-1", sup.FILE_KIND_RULE)
        review = sup.RuleReview(file=reference, lawful=True, opinion="合法", on="2026-02-10")
        self.taken(self.act("lawyer", rule_review=review))
        filing = sup.RuleFiling(file=reference, filing_number="沧编备〔2026〕1号", filed_on="2026-02-12")
        statement = self.spine.statement(self.key, supervision=sup.Supervision(rule_filing=filing))
        statement.department = FILER_CODE
        self.taken(self._as_filer(sign_envelope(statement.SerializeToString(), self.signers[FILER])))

    def _as_filer(self, envelope: envelope_pb2.Envelope) -> Outcome:
        caller = Caller(CallerRole.DEPARTMENT, FILER_CODE, ORIGIN)
        (promise,) = self.spine.engine.intake.submit([envelope], caller)
        outcome = promise.result(30)
        assert outcome is not None
        return outcome


def reasons_of(outcome: Outcome) -> list[str]:
    """Why an act was refused; fails where it was not."""
    assert isinstance(outcome, Rejection), outcome
    return [fault.name for fault in outcome.faults]
