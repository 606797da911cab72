"""Rows as a store is given them: one of every kind, with every column filled.

``group_of(0, 1)`` is two statements about the firm F1, each leaving a ground; ``full_group()`` writes a row
into every table but ``meta``.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from registry.domain.departments import Department, Key, Official
from registry.domain.periods import Period
from registry.domain.sources import DeliveryNote
from registry.editions import current_edition
from registry.provenance.leaf import Leaf, LeafType
from registry.sanctions.adoption import Act, EditionCase, drafted_case, founding_case, reviewed_case
from registry.sanctions.catalogue.conditions import Facts
from registry.sanctions.catalogue.edition import Measure
from registry.sanctions.effects.changes import Naming
from registry.sanctions.ground import Ending, Ground, GroundKind, Link, Mark, MarkKind, NameUse
from registry.sanctions.ledger import RecordedEvent
from registry.store.interface import (
    DERIVED_TABLES,
    Chain,
    ChangeRow,
    CheckpointRow,
    Group,
    QueryRow,
    RefusalRow,
    StatementRow,
    Store,
)
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2

EDITION = current_edition()
BAN = "M-PRO-01"
LAW_DATE = date(2026, 3, 1)
ODD_TEXT = "沧州\x00\n'\"; DROP TABLE statement; -- 𠮷野 \u202e"
FACTS = Facts(
    category="E-03-CF",
    penalty_kinds=frozenset({"fine", "suspension"}),
    fine_yuan=Decimal("2500000.50"),
    case_kind="civil",
    severity=pb.SEVERITY_SERIOUS,
    department_kinds=frozenset({"drug", "finance"}),
    subject_kind=subject_pb2.SUBJECT_KIND_ENTERPRISE,
    left_open=frozenset({"fine_yuan"}),
)


def lookup(edition: str, code: str, law_date: date) -> Measure:
    """The measures of the current edition."""
    measure = EDITION.measure(code, law_date)
    assert measure is not None
    assert edition == EDITION.hash
    return measure


def statement(position: int, *, department: str = "D1", statement_id: str = "") -> StatementRow:
    """A statement with a leaf of its own."""
    leaf = Leaf(
        type=LeafType.EVENT,
        received_ms=1_000 + position,
        subject_key=bytes(32),
        subject_sequence=0,
        previous=bytes(32),
        statement_hash=position.to_bytes(32, "big"),
        key_position=0,
    )
    return StatementRow(
        position=position,
        department=department,
        statement_id=statement_id or f"S-{position}",
        subject="F1",
        payload_type="text/plain",
        sealed_payload=bytes(range(256)) * 3,
        signatures=b"",
        leaf=leaf.encode(),
    )


def event(position: int, *, subject: str = "F1", **more: object) -> RecordedEvent:
    """A recorded event of the statement at the same position."""
    fields = {"department": "D1", "statement_id": f"S-{position}", "category": "E-51", **more}
    return RecordedEvent(position=position, subject=subject, **fields)  # type: ignore[arg-type]


def ground(position: int, *, subject: str = "F1", ordinal: int = 0) -> Ground:
    """An imposed measure with every column filled but the facts."""
    return Ground(
        position=position,
        ordinal=ordinal,
        subject=subject,
        kind=GroundKind.IMPOSED,
        code=BAN,
        period=Period(date(2026, 3, 1), date(2028, 3, 1)),
        subject_kind=subject_pb2.SUBJECT_KIND_ENTERPRISE,
        document=pb.Document(
            number="沧示财〔2026〕1号", authority=ODD_TEXT, authority_code="11", decided_on="2026-03-01"
        ),
        legal_basis=("政府采购法 第七十七条", 'a "quoted", text'),
        department="D1",
        statement_id=f"S-{position}",
        edition=EDITION.hash,
        law_date=LAW_DATE,
        known_from=position,
        measure=lookup(EDITION.hash, BAN, LAW_DATE),
        region="130900",
        industry="E47",
        activity="FOOD",
        capacity=subject_pb2.CAPACITY_LEGAL_REP,
        ended=Ending.LIFTED,
    )


def ends(position: int, kind: pb.SubjectLinkKind.ValueType, source: str, goal: str) -> list[Link]:
    """Both ends of a link, as the log opens them."""
    day = date(2026, 5, 1)
    return [
        Link(position, kind, goal, source, False, day, position),
        Link(position, kind, source, goal, True, None, position),
    ]


def naming(name: str, position: int, number: int, *, subject: str = "F1", settled: bool = False) -> Naming:
    """A name that comes into use with a statement."""
    return Naming(subject, NameUse(name, settled, 1, position), number, f" {name} ")


def checkpoint(size: int) -> CheckpointRow:
    """A checkpoint; the store does not look inside."""
    return CheckpointRow(size, b"\x00frontier", 1_000 + size, f"note of {size}\n")


def adopted_case(edition: str) -> EditionCase:
    """An edition that went through every step."""
    reviewed = reviewed_case(
        drafted_case(edition, "2026.9", Act(3, "甲", "目录科")),
        Act(4, "乙", ODD_TEXT),
        lawful=True,
        opinion=ODD_TEXT,
    )
    return EditionCase(
        edition=edition,
        label=reviewed.label,
        drafted=reviewed.drafted,
        reviewed=reviewed.reviewed,
        lawful=True,
        opinion=reviewed.opinion,
        adopted=Act(5, "丙", "办公室"),
        in_force_from=date(2026, 4, 1),
        filing_number="沧示备〔2026〕1号",
        filed_on=date(2026, 3, 30),
    )


def group_of(*positions: int) -> Group:
    """Statements at these positions, each leaving a ground, with their checkpoint."""
    return Group(
        statements=[statement(position) for position in positions],
        recorded=[event(position) for position in positions],
        opened=[ground(position) for position in positions],
        chains={"F1": Chain("F1", len(positions), bytes(32))},
        became_known=[("F1", 0)] if 0 in positions else [],
        checkpoint=checkpoint(positions[-1] + 1),
    )


def everything(store: Store) -> list[object]:
    """All that a store answers, for comparison."""
    derived = [list(store.derived_rows(table)) for table in DERIVED_TABLES]
    own = [list(store.all_refusals()), list(store.queries()), store.meta(), list(store.all_persons())]
    return [list(store.statements()), store.checkpoint(), *derived, *own]


def full_group() -> Group:
    """A group that writes every kind of row."""
    registration = pb.DepartmentRegistration(code="D1", name=ODD_TEXT, mandate=pb.Mandate(lists=["L-01"]))
    official = pb.OfficialRegistration(department="D1", official_id="7", name="示例")
    enrolment = pb.KeyEnrolment(department="D1", valid_from="2020-01-01", valid_until="2030-12-31")
    group = group_of(0, 1)
    group.marked = [("F1", Mark(1, 0, MarkKind.STAYED, Period(date(2026, 5, 1), None), 1))]
    group.linked = ends(1, pb.SUBJECT_LINK_KIND_BRANCH, "F2", "F1")
    group.named = [naming(ODD_TEXT, 0, 0)]
    group.grams = [("沧州", "F1"), ("'\x00", "F1")]
    group.changes = [ChangeRow(0, "F1"), ChangeRow(1, "F1"), ChangeRow(1, "F2")]
    group.deliveries = [DeliveryNote(1, "L-01", date(2026, 5, 1), "D1")]
    group.persons = [("P:1", b"\x00\xffsealed")]
    group.departments = [Department.registered(registration, 0)]
    group.officials = [Official(official, 1)]
    group.keys = [Key.enrolled("k1", enrolment, 1)]
    group.editions = [founding_case(EDITION.hash, EDITION.label)]
    group.refusals = [RefusalRow("D1", ODD_TEXT, b"\x01" * 32, 5, b"faults")]
    group.queries = [QueryRow(5, "caller", "P:1", 3, "案号", "出境", 1, 2)]
    return group
