"""Taking in (登记): an act about a complaint to the writer; of one from the web, its sealed parts first.

The sealed parts go into the evidence store, labelled with the complaint's file, before the act is recorded,
and leave the inbox after it: whatever is cut short in between, they lie in one of the two, and taking the
same in again, or looking at the inbox, ends it.

Example: power fails between the record and the inbox: the lodging is gone from the list when it is next read.
"""

from __future__ import annotations

from contextlib import suppress
from hashlib import sha256

from google.protobuf.message import DecodeError

from registry.access.identity import Caller
from registry.commands.ask import Ask
from registry.commands.intake import Intake
from registry.commands.jobs import Outcome
from registry.commands.submission import Rejection
from registry.commands.supervision.complaints import Complaints
from registry.commands.supervision.complaints_inbox import Kept
from registry.commands.supervision.evidence import EvidenceKeep, Label
from registry.domain.files import FileKey
from registry.domain.powers import COMPLAINTS
from registry.errors import RegistryError
from registry.provenance.sealed_form import MEDIA_TYPE, TITLE
from registry.store.writer import ANSWER_S
from registry.v1 import error_reason_pb2 as reasons
from registry.v1.envelope_pb2 import Envelope
from registry.v1.statement_pb2 import Statement
from registry.v1.supervision_pb2 import FILE_KIND_COMPLAINT, Complaint, FileReference


class Taking:
    """Records acts, and empties the inbox."""

    def __init__(self, ask: Ask, intake: Intake, complaints: Complaints, keep: EvidenceKeep | None) -> None:
        self._store, self._intake, self._complaints, self._keep = ask.state.store, intake, complaints, keep

    def record(self, envelope: Envelope, caller: Caller) -> Outcome | None:
        """What becomes of an act. Raises RegistryError."""
        act = _complaint_in(envelope)
        kept = self._complaints.lodging_of(caller.name, act) if act is not None else None
        if kept is not None and kept.waiting:
            self._shelve(kept)
        outcome = self._intake.submit_act(envelope, COMPLAINTS, caller).result(ANSWER_S)
        if kept is not None and kept.waiting and not isinstance(outcome, Rejection):
            self._complaints.inbox.take(kept)
        return outcome

    def waiting(self, department: str) -> list[Kept]:
        """What waits for a department; what its file shows to be taken in is let go of."""
        found = self._complaints.waiting(department)
        keys = {each.request.number: _key(each) for each in found}
        there = self._store.files(list(keys.values())) if keys else {}
        for each in found:
            if keys[each.request.number] not in there:
                continue
            whole = self._complaints.inbox.find(each.request.number)
            if whole is not None and whole.waiting:
                with suppress(RegistryError):  # It waits on; what else waits is told all the same.
                    self._shelve(whole)  # Again, in case the act came another way.
                    self._complaints.inbox.take(whole)
        return [each for each in found if keys[each.request.number] not in there]

    def _shelve(self, kept: Kept) -> None:
        """Puts the sealed parts into the evidence store. Raises RegistryError."""
        if self._keep is None:
            message = "本登记系统没有设置证据库(registry.toml 的 [evidence])。"
            raise RegistryError.of(reasons.ERROR_REASON_EVIDENCE_NOT_AVAILABLE, message)
        sent = kept.request
        file = FileReference(kind=FILE_KIND_COMPLAINT, department=sent.department, number=sent.number)
        for blob in filter(None, (sent.content, sent.reporter)):
            digest = sha256(blob).digest()
            try:
                held = self._keep.begin(Label(digest, file, MEDIA_TYPE, TITLE), len(blob))
                if not held.complete:
                    self._keep.append(sent.department, digest, held.offset, blob[held.offset :])
            except RegistryError as error:
                if error.faults[0].reason != reasons.ERROR_REASON_CONTENT_ERASED:
                    raise  # What was erased by law comes back no more, and holds up nothing.


def _key(kept: Kept) -> FileKey:
    return FILE_KIND_COMPLAINT, kept.request.department, kept.request.number


def _complaint_in(envelope: Envelope) -> Complaint | None:
    """The complaint in an envelope; None where it holds another act, or nothing that can be read."""
    try:
        statement = Statement.FromString(envelope.payload)
    except DecodeError:
        return None
    held = statement.supervision.WhichOneof("act") == "complaint"
    return statement.supervision.complaint if held else None
