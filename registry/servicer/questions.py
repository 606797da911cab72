"""Whether a question is well-formed, before anybody thinks about it. All faults are told at once.

* Type of identifier, role and kind of tender are values of this release. What a newer client might mean
  by another must not be guessed: a ban would look as if it bound some other role, and the answer would be
  a false CLEAR; so would a role in which such a subject cannot act. Domains are left to the policy table,
  which denies those it does not list.
* A valid time lies in the years 1 to 9999 and its nanos below a second (google.protobuf.Timestamp).
* The purpose of a question about a person is kept in the query log in clear, so no citizen's number may
  stand in it: identifiers travel in the identifier's field and nowhere else. (``Ask`` refuses a purpose that
  is too long, and it is not looked at.) An organisation's code of before the USCC in which a citizen's number
  may stand makes a question one about a person.
* A batch is 1 to 10,000 identifiers; roles are none, or one for each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from google.protobuf.timestamp_pb2 import Timestamp

from registry.commands.ask import USCC_LENGTH, code_asked
from registry.commands.purposes import purpose_naming
from registry.domain.faults import Fault, Findings
from registry.domain.identifiers import is_personal, tells_of_a_person
from registry.errors import RegistryError
from registry.sanctions.reach import can_act_as
from registry.servicer.columns import MAX_COLUMNS
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import restriction_service_pb2 as pb
from registry.v1 import subject_pb2

MAX_BATCH = 10_000
MAX_KEY = 64
"""Characters of a key by which a caller knows its question again."""
_TYPES = frozenset(subject_pb2.IdentifierType.values()) - {subject_pb2.IDENTIFIER_TYPE_UNSPECIFIED}
_ROLES = frozenset(subject_pb2.SubjectRole.values())
_HIT_DETAILS = frozenset(pb.HitDetail.values())
_TENDER_KINDS = frozenset(subject_pb2.TenderKind.values())
_FIRST_SECOND = -62_135_596_800  # 0001-01-01T00:00:00Z
_LAST_SECOND = 253_402_300_799  # 9999-12-31T23:59:59Z
_NANOS = 1_000_000_000


def check_question(request: pb.CheckRequest) -> None:
    """Raises RegistryError unless a question about one subject is well-formed."""
    kind, matter = request.subject.type, request.matter
    faults = _matter_faults("subject.type", kind, matter.role, matter.tender_kind)
    faults += _other_faults(request, personal=asks_about_a_person(kind, (request.subject.value,)))
    if faults:
        raise RegistryError(faults)


def asks_about_a_person(kind: subject_pb2.IdentifierType.ValueType, values: Iterable[str]) -> bool:
    """Whether a question by identifiers of a type is, or may be, one about a natural person."""
    if kind == subject_pb2.IDENTIFIER_TYPE_USCC:
        return False  # Nearly every question, and the batches among them are large.
    return any(tells_of_a_person(kind, code_asked(value)) for value in values)


def check_batch(request: pb.BatchCheckRequest) -> None:
    """Raises RegistryError unless a question about many subjects is well-formed."""
    found = Findings()
    count = len(request.identifiers)
    few = 0 < count <= MAX_BATCH
    if not few:
        message = f"一次查询1至{MAX_BATCH}个主体, 这里有{count}个。"
        found.add(reasons.ERROR_REASON_TOO_LARGE, "identifiers", message)
    roles = frozenset(request.roles)
    if request.roles and len(request.roles) != count:
        message = f"roles 有{len(request.roles)}项, identifiers 有{count}项, 应相等。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, "roles", message)
    elif not roles <= _ROLES:
        found.add(reasons.ERROR_REASON_FIELD_INVALID, "roles", "roles 含有本程序不认识的主体角色。")
    found.faults += _option_faults(request)
    kind, matter = request.identifier_type, request.matter
    # What is kept by roles is kept by those that there are: others may be as many as a message holds.
    found.faults += _matter_faults("identifier_type", kind, matter.role, matter.tender_kind, roles & _ROLES)
    found.faults += _other_faults(request, personal=few and asks_about_a_person(kind, request.identifiers))
    if found.faults:
        raise RegistryError(found.faults)


def _option_faults(request: pb.BatchCheckRequest) -> Iterator[Fault]:
    found, count = Findings(), len(request.identifiers)
    if request.keys and len(request.keys) != count:
        message = f"keys 有{len(request.keys)}项, identifiers 有{count}项, 应相等。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, "keys", message)
    elif any(len(key) > MAX_KEY for key in request.keys):
        found.add(reasons.ERROR_REASON_FIELD_INVALID, "keys", f"keys 的每一项不超过{MAX_KEY}个字符。")
    if request.options.hits not in _HIT_DETAILS:
        found.add(reasons.ERROR_REASON_FIELD_INVALID, "options.hits", "本程序不认识这一详略。")
    if request.HasField("options") and request.receipt.ByteSize():
        message = "要求回执时答复须完整, 不能写 options。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, "options", message)
    return iter(found.faults)


def check_columns(request: pb.CheckColumnsRequest) -> None:
    """Raises RegistryError unless a question in columns is well-formed."""
    found, (count, rest) = Findings(), divmod(len(request.codes), USCC_LENGTH)
    if rest or not 0 < count <= MAX_COLUMNS:
        message = f"codes 应为1至{MAX_COLUMNS}个代码, 每个{USCC_LENGTH}字节; 这里有{len(request.codes)}字节。"
        reason = reasons.ERROR_REASON_FIELD_INVALID if rest else reasons.ERROR_REASON_TOO_LARGE
        found.add(reason, "codes", message)
    matter = request.matter
    found.faults += _matter_faults("codes", subject_pb2.IDENTIFIER_TYPE_USCC, matter.role, matter.tender_kind)
    found.faults += _other_faults(request, personal=False)
    if found.faults:
        raise RegistryError(found.faults)


@lru_cache(maxsize=1024)
def _matter_faults(
    field: str,
    kind: subject_pb2.IdentifierType.ValueType,
    role: subject_pb2.SubjectRole.ValueType,
    tender_kind: subject_pb2.TenderKind.ValueType,
    roles: frozenset[subject_pb2.SubjectRole.ValueType] = frozenset(),
) -> tuple[Fault, ...]:
    """What is wrong with the enumerated values, of which few combinations are ever asked with."""
    found = Findings()
    if kind not in _TYPES:
        found.add(reasons.ERROR_REASON_FIELD_REQUIRED, field, "缺少证件或代码类型。")
    if role not in _ROLES:
        found.add(reasons.ERROR_REASON_FIELD_INVALID, "matter.role", "本程序不认识这一主体角色。")
    if not all(can_act_as(each, personal=is_personal(kind)) for each in {role, *roles}):
        message = "自然人不能是代理或中介机构, 组织不能是评审专家、法定代表人、管理人员、从业人员或出境人员。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, "matter.role", message)
    if tender_kind not in _TENDER_KINDS:
        found.add(reasons.ERROR_REASON_FIELD_INVALID, "matter.tender_kind", "本程序不认识这一招标类别。")
    return tuple(found.faults)


def _other_faults(
    request: pb.CheckRequest | pb.BatchCheckRequest | pb.CheckColumnsRequest, *, personal: bool
) -> tuple[Fault, ...]:
    if not request.HasField("valid_time") and not personal:
        return ()
    found = Findings()
    if request.HasField("valid_time") and not in_calendar(request.valid_time):
        message = "时间应在公元1年至9999年之间, 且 nanos 在0至999999999之间。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, "valid_time", message)
    if personal:
        found.faults += purpose_naming(request.purpose)
    return tuple(found.faults)


def in_calendar(instant: Timestamp) -> bool:
    """Whether an instant can be read: within the years 1 to 9999, nanos below a second."""
    return _FIRST_SECOND <= instant.seconds <= _LAST_SECOND and 0 <= instant.nanos < _NANOS
