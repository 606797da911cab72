"""Where a complaint stands (投诉举报进度查询), for who has its number and its code.

The code is nowhere but with the reporter; here is its SHA-256, and a code has a hundred random bits. A number
that is none, a wrong code and a complaint of another all get the same answer, after the same comparison.
Told are steps with their days, never a text.

Example: lodged 2026-11-02, registered 2026-11-03, accepted 2026-11-06; mediation to end by 2027-01-12.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from hmac import compare_digest

from registry.commands.supervision.complaints import Complaints
from registry.commands.supervision.complaints_inbox import COMPLAINT, Kept, as_file
from registry.commands.supervision.files import Files
from registry.domain.files import ACT_NUMBERS, file_key
from registry.errors import RegistryError
from registry.store.interface import Store
from registry.supervision.obligations import obligations_of
from registry.v1 import complaint_service_pb2 as pb
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import supervision_pb2 as acts
from registry.v1.supervision_file_pb2 import SupervisionFile

LONGEST_CODE = 64
_STAGES: Mapping[int, Mapping[int, pb.ComplaintStage.ValueType]] = {
    ACT_NUMBERS["complaint_acceptance"]: {
        1: pb.COMPLAINT_STAGE_ACCEPTED, 0: pb.COMPLAINT_STAGE_NOT_ACCEPTED,
    },
    ACT_NUMBERS["complaint_mediation"]: {
        acts.MEDIATION_STAGE_BEGUN: pb.COMPLAINT_STAGE_MEDIATING,
        acts.MEDIATION_STAGE_AGREED: pb.COMPLAINT_STAGE_AGREED,
        acts.MEDIATION_STAGE_ENDED: pb.COMPLAINT_STAGE_ENDED,
    },
    ACT_NUMBERS["complaint_verification"]: {
        acts.VERIFICATION_RESULT_EXTENDED: pb.COMPLAINT_STAGE_EXTENDED,
        acts.VERIFICATION_RESULT_CASE_FILED: pb.COMPLAINT_STAGE_CASE_FILED,
        acts.VERIFICATION_RESULT_NO_CASE: pb.COMPLAINT_STAGE_NO_CASE,
        acts.VERIFICATION_RESULT_REFERRED: pb.COMPLAINT_STAGE_REFERRED,
        acts.VERIFICATION_RESULT_DECIDED: pb.COMPLAINT_STAGE_DECIDED,
    },
    ACT_NUMBERS["complaint_answer"]: {0: pb.COMPLAINT_STAGE_ANSWERED},
}  # fmt: skip


class Tracking:
    """Tells reporters where their complaints stand."""

    def __init__(self, complaints: Complaints, files: Files, store: Store) -> None:
        self._complaints, self._files, self._store = complaints, files, store

    def track(self, number: str, code: str) -> pb.TrackComplaintResponse:
        """The steps so far. Raises RegistryError NOT_FOUND."""
        kept = self._complaints.inbox.find(number)
        given = sha256(code[:LONGEST_CODE].strip().upper().encode()).digest()
        held = kept.request.code_sha256 if kept else bytes(len(given))
        if not compare_digest(given, held) or kept is None:
            message = "编号或者查询码不对。"
            raise RegistryError.of(reasons.ERROR_REASON_NOT_FOUND, message, "number")
        file = self.file_of(kept)
        steps = [pb.ComplaintStep(stage=pb.COMPLAINT_STAGE_LODGED, on=kept.received_on.isoformat())]
        return pb.TrackComplaintResponse(
            department=kept.request.department, steps=[*steps, *_steps(file)], due_on=self.due_on(file)
        )

    def file_of(self, kept: Kept) -> SupervisionFile:
        """The complaint's file; one as it would be where it is not taken in yet."""
        supposed = as_file(kept)
        key = file_key(supposed.file)
        return self._store.files([key]).get(key) or supposed

    def due_on(self, file: SupervisionFile) -> str:
        """The last day of what is to be done next; empty if nothing is."""
        due = [each.due_on for each in obligations_of(file, self._files.clocks()) if not each.met_on]
        return min(due, default="")


def _steps(file: SupervisionFile) -> Iterator[pb.ComplaintStep]:
    for act in file.acts:
        if act.act == COMPLAINT and act.statement_id:
            yield pb.ComplaintStep(stage=pb.COMPLAINT_STAGE_REGISTERED, on=act.received_on)
        elif stage := _STAGES.get(act.act, {}).get(act.result):
            yield pb.ComplaintStep(stage=stage, on=act.on or act.received_on)
