"""What a row of a department's file states, before it is written in columns.

Six kinds, one for each layout of ``layouts``: penalty and licence (双公示, 发改办财金〔2018〕424号),
list entry, measure decision, professional qualification (E-04), enterprise registration (E-01).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from demo.departments import BY_KEY, Office
from registry.v1 import subject_pb2 as pb


class Kind(StrEnum):
    """The kind of a row; one of the parts a statement id is made from."""

    PENALTY = "penalty"
    LICENCE = "licence"
    LISTING = "listing"
    MEASURE = "measure"
    QUALIFICATION = "qualification"
    REGISTRATION = "registration"


@dataclass(frozen=True, slots=True)
class Party:
    """A firm or a person. ``code`` is a 统一社会信用代码 or a 公民身份号码, by ``kind``;
    ``head`` is the legal representative's name, ``head_id`` their resident number where known."""

    name: str
    code: str
    kind: pb.SubjectKind.ValueType = pb.SUBJECT_KIND_ENTERPRISE
    head: str = ""
    head_id: str = ""

    @property
    def personal(self) -> bool:
        """Whether this is a natural person."""
        return self.kind == pb.SUBJECT_KIND_NATURAL_PERSON

    @property
    def identifier(self) -> pb.Identifier:
        """The identifier that a question about this party carries."""
        resident, uscc = pb.IDENTIFIER_TYPE_RESIDENT_ID, pb.IDENTIFIER_TYPE_USCC
        return pb.Identifier(type=resident if self.personal else uscc, value=self.code)


@dataclass(frozen=True, slots=True)
class StatementKey:
    """What names a row for good: the department's code, the kind, the document number as printed
    and the subject's code. Unique over all rows that are right."""

    department: str
    kind: Kind
    document_number: str
    subject_code: str


def key_of(department: str, kind: Kind, document_number: str, party: Party) -> StatementKey:
    """The key of a row by the key of its department, such as 住建."""
    return StatementKey(BY_KEY[department].office.code, kind, document_number, party.code)


@dataclass(frozen=True, slots=True)
class Penalty:
    """行政处罚. ``fine`` is in 万元. ``authority`` differs from the department where it relays."""

    department: str
    party: Party
    number: str
    decided_on: date
    valid_until: date
    conduct: str
    facts: str
    basis: str
    categories: str
    content: str
    fine: str = ""
    forfeited: str = ""
    licence_taken: str = ""
    authority: Office | None = None
    show_head_id: bool = False

    @property
    def key(self) -> StatementKey:
        """The statement this row becomes."""
        return key_of(self.department, Kind.PENALTY, self.number, self.party)


@dataclass(frozen=True, slots=True)
class Licence:
    """行政许可. ``valid_until`` None = 长期, written 2099/12/31."""

    department: str
    party: Party
    number: str
    decided_on: date
    valid_from: date
    valid_until: date | None
    document: str
    category: str
    certificate: str
    certificate_number: str
    content: str


@dataclass(frozen=True, slots=True)
class Listing:
    """An entry on a list (列入名单). ``until`` None = until removed."""

    department: str
    party: Party
    number: str
    list_code: str
    listed_on: date
    until: date | None
    cause: str

    @property
    def key(self) -> StatementKey:
        """The statement this row becomes."""
        return key_of(self.department, Kind.LISTING, self.number, self.party)


@dataclass(frozen=True, slots=True)
class Decision:
    """A measure that a document imposes (决定类措施). ``capacity`` is the word of the 承受身份 column."""

    department: str
    party: Party
    number: str
    measure: str
    decided_on: date
    first: date
    last: date | None
    facts: str
    capacity: str = ""
    region: str = ""
    industry: str = ""
    activity: str = ""
    note: str = ""

    @property
    def key(self) -> StatementKey:
        """The statement this row becomes."""
        return key_of(self.department, Kind.MEASURE, self.number, self.party)


@dataclass(frozen=True, slots=True)
class Qualification:
    """职称和职业信息 (E-04) of a natural person."""

    department: str
    party: Party
    title: str
    number: str
    level: str
    issued_on: date
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class Registration:
    """登记注册基本信息 (E-01)."""

    department: str
    party: Party
    established_on: date
    address: str
    status: str = "存续"


Record = Penalty | Licence | Listing | Decision | Qualification | Registration
