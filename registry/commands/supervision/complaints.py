"""Complaints from the web (网上投诉举报): desks that take them, lodging, taking in.

* A desk is a department with two custodians in force; everybody may have their public keys.
* What is lodged is sealed before it comes. The registry sees that it is, and to whom: a blob that two
  custodians of the department could not open, or that belongs elsewhere, is refused, for it would be lost.
* A clerk takes it in by a signed act with the number, day and digests of the lodging: he can change none.

Example: a report lodged on Saturday 2026-11-21 and taken in on Monday was received on 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from registry.commands.ask import Ask
from registry.commands.ledger import GroupLedger
from registry.commands.supervision.complaints_inbox import NUMBER, Inbox, InboxFullError, Kept
from registry.domain.faults import Findings
from registry.domain.identifiers import code_faults, normalise
from registry.errors import RegistryError
from registry.provenance.sealed_form import (
    CONTENT,
    FEWEST,
    REPORTER,
    Binding,
    SealedFormError,
    read_sealed,
)
from registry.supervision import parts
from registry.supervision.admission.complaints import REGION
from registry.supervision.custodians import Custodian, custodians_of, in_force
from registry.supervision.traces import untraceable
from registry.v1 import complaint_service_pb2 as pb
from registry.v1 import error_reason_pb2 as reasons
from registry.v1.subject_pb2 import IDENTIFIER_TYPE_USCC
from registry.v1.supervision_pb2 import (
    COMPLAINT_CHANNEL_WEB,
    FILE_KIND_COMPLAINT,
    FILE_KIND_CUSTODIAN,
    Complaint,
    ComplaintKind,
)

LONGEST_CONTENT, LONGEST_REPORTER = 140_000, 10_000
"""Bytes: 128 KiB and 8 KiB of padded text."""
MOST_LODGINGS = 500


@dataclass(frozen=True, slots=True)
class DeskOf:
    """A department that can take complaints, and its custodians in force."""

    code: str
    name: str
    custodians: Sequence[Custodian]


class Complaints:
    """What waits, and who may seal to whom."""

    def __init__(self, ask: Ask, inbox: Inbox | None) -> None:
        self._ask, self._state, self._inbox = ask, ask.state, inbox

    @property
    def inbox(self) -> Inbox:
        """The inbox. Raises RegistryError where this registry has none."""
        if self._inbox is None:
            message = "本登记系统没有设置证据库, 不接收网上投诉举报。"
            raise RegistryError.of(reasons.ERROR_REASON_EVIDENCE_NOT_AVAILABLE, message)
        return self._inbox

    @property
    def takes_lodgings(self) -> bool:
        """Whether there is an inbox."""
        return self._inbox is not None

    def desks(self, department: str = "") -> list[DeskOf]:
        """The departments that have two custodians in force today, or only one of them."""
        directory, ledger = self._state.directory, GroupLedger(self._state, ())
        found = []
        codes = [department] if department else [each.code for each in directory.departments()]
        for each in filter(None, map(directory.department, codes)):
            files = ledger.files_of(FILE_KIND_CUSTODIAN, each.code)
            keys = in_force(custodians_of(files, ledger.act, directory), self._ask.today())
            if keys:
                found.append(DeskOf(each.code, each.name, keys))
        return found

    def lodge(self, request: pb.LodgeComplaintRequest) -> Kept:
        """Keeps a complaint for its department. Raises RegistryError with every fault; none of them repeats
        anything of it."""
        inbox, found = self.inbox, Findings()
        if kept := inbox.find(request.number):
            return self._same(kept, request)
        self._check(found, request)
        if found.faults:
            raise RegistryError(found.faults)
        try:
            kept = inbox.lodge(request, self._ask.today())
        except InboxFullError as error:
            message = "这一部门待登记的投诉举报过多, 暂时不能接收; 请改用电话或者信函。"
            raise RegistryError.of(reasons.ERROR_REASON_OVERLOADED, message) from error
        except OSError as error:
            message = "现在不能保存, 请稍后再提交。"
            raise RegistryError.of(reasons.ERROR_REASON_STORE_UNAVAILABLE, message) from error
        return self._same(kept, request)

    def _same(self, kept: Kept, request: pb.LodgeComplaintRequest) -> Kept:
        """What is kept under a number, if this is the same. Raises RegistryError: whoever sends something
        else under it must not take the answer to the first for one to that, which would be lost."""
        held = kept.request
        if held.code_sha256 != request.code_sha256 or held.department != request.department:
            message = "这一编号已经使用; 请重新打开页面再提交。"
            raise RegistryError.of(reasons.ERROR_REASON_STATEMENT_ID_REUSED, message, "number")
        if not (held == request if kept.waiting else self._was_taken_in(request)):
            message = "这一编号已经提交过, 内容与这次不同; 这次的内容没有保存, 请重新打开页面再提交。"
            raise RegistryError.of(reasons.ERROR_REASON_STATEMENT_ID_REUSED, message, "number")
        return kept

    def _was_taken_in(self, request: pb.LodgeComplaintRequest) -> bool:
        """Whether the act that took a number in names what is sent now: the inbox has let go of it."""
        key = (FILE_KIND_COMPLAINT, request.department, request.number)
        file = self._state.store.files([key]).get(key)
        if file is None:
            return False
        act = GroupLedger(self._state, ()).act(file.acts[0].position).supervision.complaint
        return act.kind == request.kind and _names_parts_of(act, request)

    def _check(self, found: Findings, request: pb.LodgeComplaintRequest) -> None:
        if not NUMBER.match(request.number) or len(request.code_sha256) != sha256().digest_size:
            found.add(reasons.ERROR_REASON_FIELD_INVALID, "number", "编号或者查询码摘要不合格式。")
        parts.kind_is(found, "kind", request.kind, ComplaintKind, "投诉或举报")
        code = normalise(request.subject_code)
        if len(code) > 18 or (code and code_faults(IDENTIFIER_TYPE_USCC, code)):
            message = "统一社会信用代码有误; 不知道的请留空。"
            found.add(reasons.ERROR_REASON_FIELD_INVALID, "subject_code", message)
        untraceable(found, "subject_name", request.subject_name, "被投诉举报的单位名称", longest=100)
        untraceable(found, "category", request.category, "问题类别", longest=40, required=True)
        if request.region and not REGION.match(request.region):
            found.add(reasons.ERROR_REASON_FIELD_INVALID, "region", "地域应为6位行政区划代码。")
        self._check_sealed(found, request)

    def _check_sealed(self, found: Findings, request: pb.LodgeComplaintRequest) -> None:
        desk = next(iter(self.desks(request.department)), None) if request.department else None
        if desk is None:
            message = "这一部门现在不能在网上接收投诉举报。"
            found.add(reasons.ERROR_REASON_CUSTODIAN_REQUIRED, "department", message)
            return
        sealed = [("content", request.content, CONTENT, LONGEST_CONTENT)]
        if request.reporter:
            sealed.append(("reporter", request.reporter, REPORTER, LONGEST_REPORTER))
        for path, blob, part, longest in sealed:
            binding = Binding(self._state.origin, request.department, request.number, part)
            if len(blob) > longest:
                found.add(reasons.ERROR_REASON_TOO_LARGE, path, "内容过长。")
            elif not _opens(blob, binding, desk.custodians):
                message = "内容没有按这一部门现在的公钥密封; 请重新打开页面再提交。"
                found.add(reasons.ERROR_REASON_FIELD_INVALID, path, message)

    def waiting(self, department: str) -> list[Kept]:
        """What waits for a department, the oldest first; one more than is told."""
        return list(self.inbox.waiting(department))[: MOST_LODGINGS + 1]

    def one(self, department: str, number: str) -> Kept:
        """One that waits. Raises RegistryError NOT_FOUND."""
        kept = self.inbox.find(number)
        if kept is None or not kept.waiting or kept.request.department != department:
            message = "没有这一待登记的投诉举报。"
            raise RegistryError.of(reasons.ERROR_REASON_NOT_FOUND, message, "number")
        return kept

    def lodging_of(self, department: str, act: Complaint) -> Kept | None:
        """The lodging that an act takes in; None for what did not come from the web. Raises RegistryError
        where act and lodging differ."""
        from_web = act.channel == COMPLAINT_CHANNEL_WEB
        if not from_web and not NUMBER.match(act.number):
            return None
        kept = self.inbox.find(act.number) if from_web else None
        if kept is None or kept.request.department != department:
            message = "来源为互联网的, 编号应是一件待登记的网上投诉举报; 其他来源的请另编编号。"
            raise RegistryError.of(reasons.ERROR_REASON_FILE_UNKNOWN, message, "supervision.complaint.number")
        if kept.waiting and not _agrees(kept, act):
            message = "收到日期、种类和密封材料应与网上提交的一致。"
            raise RegistryError.of(reasons.ERROR_REASON_FIELD_INVALID, message, "supervision.complaint")
        return kept


def _agrees(kept: Kept, act: Complaint) -> bool:
    """Whether an act says of a lodging what it is."""
    sent = kept.request
    same = (act.received_on, act.kind) == (kept.received_on.isoformat(), sent.kind)
    return same and _names_parts_of(act, sent)


def _names_parts_of(act: Complaint, sent: pb.LodgeComplaintRequest) -> bool:
    """Whether an act has the digests of both sealed parts."""
    reporter = act.reporter.sha256 if act.HasField("reporter") else b""
    expected = sha256(sent.reporter).digest() if sent.reporter else b""
    return act.content.sha256 == sha256(sent.content).digest() and reporter == expected


def _opens(blob: bytes, binding: Binding, custodians: Sequence[Custodian]) -> bool:
    """Whether two persons among the custodians can open a blob, and it is bound as it should be."""
    try:
        sealed = read_sealed(blob)
    except SealedFormError:
        return False
    persons = {each.public_key: each.person for each in custodians}
    known = all(key in persons for key in sealed.keys)
    return sealed.binding == binding and known and len({persons.get(key) for key in sealed.keys}) >= FEWEST
