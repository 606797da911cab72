"""A market bureau that takes complaints in: three custodians, a clerk, and whoever reports.

    bureau = Custody.at(spine)                        # 甲 and 乙 of 法规科, 丙 of 监管科
    bureau.complain("TS-1", kind=REPORT, named=True)  # recorded by the clerk, sealed to the three
    bureau.open("TS-1", "甲", "丙")                    # the consent of two, recorded

Days are those of the spine's clock, which a test may set.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from registry.commands.jobs import Outcome
from registry.commands.submission import Rejection
from registry.domain.files import file_key
from registry.domain.periods import china_day
from registry.provenance.custodian_proof import opening_key, prove
from registry.provenance.envelope import sign_envelope
from registry.provenance.keys import FileSigner
from registry.provenance.sealed_form import CONTENT, MEDIA_TYPE, REPORTER, TITLE, Binding
from registry.v1 import envelope_pb2
from registry.v1 import statement_pb2 as pb
from registry.v1 import supervision_pb2 as act
from registry.v1.supervision_file_pb2 import SupervisionFile
from registry_client.supervision.sealing import seal
from tests.support.spine import ORIGIN, Spine

KEY = "市场监管"
DISPUTE, REPORT = act.COMPLAINT_KIND_DISPUTE, act.COMPLAINT_KIND_REPORT
CUSTODIANS = {
    "甲": ("C-1", "法规科"), "乙": ("C-2", "法规科"), "丙": ("C-3", "监管科"), "丁": ("C-4", "办公室"),
}  # fmt: skip
FIRST = ("甲", "乙", "丙")
SAID = "隔壁面馆后厨有老鼠"
WHO = "赵示例, 电话13800138000"


@dataclass(slots=True)
class Custody:
    """The bureau, with keys of its officials and what its custodians open with."""

    spine: Spine
    signers: dict[str, FileSigner] = field(default_factory=dict)
    seeds: dict[str, Ed25519PrivateKey] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)

    @classmethod
    def at(cls, spine: Spine, custodians: tuple[str, ...] = FIRST) -> Custody:
        """Appoints the clerk (B-1) and the custodians of a furnished spine, and states their keys."""
        made = cls(spine)
        made.signers["经办"] = spine.appoint(KEY, "B-1", "监管科", pb.OFFICIAL_ROLE_SUBMITTER)
        for name in custodians:
            made.appoint(name)
            made.taken(made.act(name, custodian_key=made.key_of(name)))
        return made

    def appoint(self, name: str) -> None:
        """Registers an official who is to be a custodian."""
        self.signers[name] = self.spine.appoint(KEY, *CUSTODIANS[name], pb.OFFICIAL_ROLE_SUBMITTER)
        self.seeds[name] = Ed25519PrivateKey.generate()

    @property
    def code(self) -> str:
        """The bureau's code."""
        return self.spine.code(KEY)

    @property
    def today(self) -> str:
        """The clock's day."""
        return china_day(self.spine.clock()).isoformat()

    def key_of(self, name: str, number: str = "", **changes: Any) -> act.CustodianKey:
        """What a custodian states of his key."""
        official_id = CUSTODIANS[name][0]
        public_key, proof = prove(
            self.seeds[name], origin=ORIGIN, department=self.code, official_id=official_id
        )
        fields: dict[str, Any] = {
            "official_id": official_id, "public_key": public_key, "proof": proof,
            "valid_from": self.today, "valid_until": "2027-12-31",
        }  # fmt: skip
        return act.CustodianKey(number=number or f"K-{official_id}", **{**fields, **changes})

    def private(self, name: str) -> X25519PrivateKey:
        """What a custodian opens with."""
        return opening_key(self.seeds[name])

    def public(self, name: str) -> bytes:
        """His public key."""
        return self.private(name).public_key().public_bytes_raw()

    def sealed(self, number: str, text: str, part: int, *to: str) -> bytes:
        """A text sealed to custodians, to all without names."""
        binding = Binding(ORIGIN, self.code, number, part)
        return seal(text.encode(), binding, [self.public(name) for name in to or self.seeds])

    def complaint(self, number: str, *, named: bool = False, **changes: Any) -> act.Complaint:
        """A complaint as the clerk records it."""
        fields: dict[str, Any] = {
            "channel": act.COMPLAINT_CHANNEL_TELEPHONE,
            "kind": REPORT,
            "summary": "餐饮门店后厨卫生",
            "content": self.item(number, SAID, CONTENT),
            "received_on": self.today,
            "region": "130902",
        }
        if named:
            fields["reporter"] = self.item(f"{number}", WHO, REPORTER)
        return act.Complaint(number=number, **{**fields, **changes})

    def item(self, number: str, text: str, part: int) -> act.EvidenceItem:
        """A text sealed, as an act names it; the blob is kept."""
        blob = self.blobs[f"{number}/{part}"] = self.sealed(number, text, part)
        return item_of(blob)

    def complain(self, number: str, *, named: bool = False, **changes: Any) -> Outcome:
        """Records a complaint."""
        return self.act("经办", complaint=self.complaint(number, named=named, **changes))

    def accept(self, number: str, **changes: Any) -> Outcome:
        """Accepts one, or not."""
        fields: dict[str, Any] = {"accepted": True, "on": self.today} | changes
        told = act.ComplaintAcceptance(file=self.reference(number), **fields)
        return self.act("经办", complaint_acceptance=told)

    def mediate(self, number: str, stage: act.MediationStage.ValueType, **changes: Any) -> Outcome:
        """A step of mediation."""
        fields: dict[str, Any] = {"on": self.today, "text": "双方到场"} | changes
        told = act.ComplaintMediation(file=self.reference(number), stage=stage, **fields)
        return self.act("经办", complaint_mediation=told)

    def verify(self, number: str, result: act.VerificationResult.ValueType, **changes: Any) -> Outcome:
        """A result of verification."""
        fields: dict[str, Any] = {"on": self.today, "text": "现场核查"} | changes
        told = act.ComplaintVerification(file=self.reference(number), result=result, **fields)
        return self.act("经办", complaint_verification=told)

    def answer(self, number: str, **changes: Any) -> Outcome:
        """Tells the reporter."""
        fields: dict[str, Any] = {"on": self.today, "manner": "电话", "text": "已立案"} | changes
        return self.act("经办", complaint_answer=act.ComplaintAnswer(file=self.reference(number), **fields))

    def open(self, number: str, *signers: str, **changes: Any) -> Outcome:
        """Records the consent of two custodians."""
        fields: dict[str, Any] = {
            "reason": "核实举报人所留线索", "legal_basis": ["行政许可法 第六十五条"], "on": self.today,
        } | changes  # fmt: skip
        told = act.IdentityOpening(file=self.reference(number), **fields)
        return self.act(*signers, identity_opening=told)

    def reference(self, number: str, kind: act.FileKind.ValueType = act.FILE_KIND_COMPLAINT) -> Any:
        """A file of the bureau."""
        return act.FileReference(kind=kind, department=self.code, number=number)

    def file(self, number: str) -> SupervisionFile:
        """A complaint's file as it is kept."""
        key = file_key(self.reference(number))
        return self.spine.engine.state.store.files([key])[key]

    def envelope(self, *signers: str, **body: Any) -> envelope_pb2.Envelope:
        """An act as officials of the bureau sign it."""
        statement = self.spine.statement(KEY, supervision=act.Supervision(**body))
        payload = statement.SerializeToString(deterministic=True)
        return sign_envelope(payload, *(self.signers[name] for name in signers))

    def act(self, *signers: str, **body: Any) -> Outcome:
        """What becomes of an act."""
        return self.spine.put(KEY, self.envelope(*signers, **body))[0]

    def taken(self, outcome: Outcome) -> Outcome:
        """An outcome that is no refusal."""
        assert not isinstance(outcome, Rejection), [(f.field, f.message) for f in outcome.faults]
        return outcome


def item_of(blob: bytes) -> act.EvidenceItem:
    """A sealed blob as an act names it."""
    digest = sha256(blob).digest()
    return act.EvidenceItem(sha256=digest, size=len(blob), media_type=MEDIA_TYPE, title=TITLE)


def reasons_of(outcome: Outcome) -> list[str]:
    """Why an act was refused; fails where it was not."""
    assert isinstance(outcome, Rejection), outcome
    return [fault.name for fault in outcome.faults]
