"""The contract every engine of the store must pass; see ``registry.store.interface``.

An engine's own test module derives a class from ``StoreContract`` and gives it two fixtures:
``create`` makes a new, empty store, ``reopen`` closes a store and opens it again from where it rests.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from threading import Event, Thread

import pytest

from registry.domain.departments import Department, Key, Official
from registry.domain.periods import Period
from registry.editions import current_edition
from registry.provenance.leaf import Leaf, LeafType
from registry.sanctions.catalogue import Measure
from registry.sanctions.ledger import EventState, RecordedEvent
from registry.sanctions.restriction import Restriction
from registry.store.interface import (
    DERIVED_TABLES,
    Chain,
    CheckpointRow,
    Group,
    QueryRow,
    Recorded,
    RefusalRow,
    StatementRow,
    Store,
    StoreError,
)
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2

EDITION = current_edition()
BAN = "M-PRO-01"
LAW_DATE = date(2026, 3, 1)
ODD_TEXT = "沧州\x00\n'\"; DROP TABLE statement; -- 𠮷野 \u202e"


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


def event(position: int, *, subject: str = "F1", department: str = "D1") -> RecordedEvent:
    """A recorded event of the statement at the same position."""
    return RecordedEvent(
        position=position,
        department=department,
        statement_id=f"S-{position}",
        subject=subject,
        category="E-51",
        list_code="",
        effective_from=None,
    )


def restriction(position: int, *, subject: str = "F1", ordinal: int = 0) -> Restriction:
    """A restriction with every column filled."""
    return Restriction(
        position=position,
        ordinal=ordinal,
        subject=subject,
        measure=lookup(EDITION.hash, BAN, LAW_DATE),
        list_code="L-01",
        period=Period(date(2026, 3, 1), date(2028, 3, 1)),
        lifetime=False,
        region="130900",
        industry="E47",
        activity="compulsory",
        kind=subject_pb2.SUBJECT_KIND_ENTERPRISE,
        capacities=(subject_pb2.CAPACITY_LEGAL_REP, subject_pb2.CAPACITY_MANAGER),
        document=pb.Document(
            number="沧示财〔2026〕1号", authority=ODD_TEXT, authority_code="11", decided_on="2026-03-01"
        ),
        legal_basis=("政府采购法 第七十七条", 'a "quoted", text'),
        department="D1",
        statement_id=f"S-{position}",
        edition=EDITION.hash,
        law_date=LAW_DATE,
        known_from=position,
    )


def checkpoint(size: int) -> CheckpointRow:
    """A checkpoint; the store does not look inside."""
    return CheckpointRow(size, b"\x00frontier", 1_000 + size, f"note of {size}\n")


def group_of(*positions: int) -> Group:
    """Statements at these positions, each opening a restriction, with their checkpoint."""
    return Group(
        statements=[statement(position) for position in positions],
        recorded=[event(position) for position in positions],
        opened=[restriction(position) for position in positions],
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
    group.persons = [("P:1", b"\x00\xffsealed")]
    group.departments = [Department.registered(registration, 0)]
    group.officials = [Official(official, 1)]
    group.keys = [Key.enrolled("k1", enrolment, 1)]
    group.editions = [(0, EDITION.hash)]
    group.refusals = [RefusalRow("D1", ODD_TEXT, b"\x01" * 32, 5, b"faults")]
    group.queries = [QueryRow(5, "caller", "P:1", 3, "案号", "出境", 1, 2)]
    return group


class StoreContract:
    """See the module."""

    @pytest.fixture
    def store(self, create: Callable[[], Store]) -> Store:
        """A new, empty store."""
        return create()

    def test_new_store_is_empty(self, store: Store) -> None:
        assert store.checkpoint() is None
        assert store.statement(0) is None
        assert everything(store) == [[], None, *([] for _ in DERIVED_TABLES), [], [], {}, []]
        assert list(store.subjects(lookup)) == []

    def test_facts_about_the_store_are_kept_and_replaced(self, store: Store) -> None:
        store.put_meta({"origin": "a", "vault_check": "b"})
        store.put_meta({"origin": ODD_TEXT})
        assert store.meta() == {"origin": ODD_TEXT, "vault_check": "b"}

    def test_every_kind_of_row_comes_back_as_it_was_written(self, store: Store) -> None:
        group = full_group()
        store.commit(group)
        assert list(store.statements()) == group.statements
        assert store.statement(1) == group.statements[1]
        assert store.checkpoint() == group.checkpoint
        assert store.recorded([("D1", "S-1")]) == {("D1", "S-1"): Recorded(1, 1_001, (1).to_bytes(32, "big"))}
        assert store.events([("D1", "S-0")]) == {("D1", "S-0"): group.recorded[0]}
        assert store.chains(["F1", "F2"]) == group.chains
        assert store.persons(["P:1", "P:2"]) == dict(group.persons)
        assert list(store.all_persons()) == group.persons
        assert list(store.departments()) == group.departments
        assert list(store.officials()) == group.officials
        assert list(store.enrolled_keys()) == group.keys
        assert list(store.editions()) == group.editions
        assert list(store.all_refusals()) == [replace(group.refusals[0], number=1)]
        assert list(store.queries()) == group.queries
        (subject,) = store.subjects(lookup)
        assert (subject.ref, subject.live_events, subject.known) == ("F1", 2, ((0, None),))
        assert subject.restrictions == tuple(group.opened)

    def test_everything_is_there_after_the_store_was_closed(
        self, store: Store, reopen: Callable[[Store], Store]
    ) -> None:
        store.put_meta({"origin": "a"})
        store.commit(full_group())
        before = everything(store)
        assert everything(reopen(store)) == before

    def test_group_that_fails_in_its_middle_writes_nothing_and_the_next_one_works(self, store: Store) -> None:
        store.commit(full_group())
        before = everything(store)
        broken = group_of(2, 3)
        broken.statements.append(statement(1, statement_id="another"))
        with pytest.raises(StoreError):
            store.commit(broken)
        assert everything(store) == before
        store.commit(group_of(2, 3))
        assert [row.position for row in store.statements()] == [0, 1, 2, 3]

    def test_group_that_fails_at_its_last_row_writes_nothing(self, store: Store) -> None:
        store.commit(full_group())
        before = everything(store)
        broken = replace(group_of(2), queries=[QueryRow(None, "", "", 0, "", "", 0, 0)])  # type: ignore[arg-type]
        with pytest.raises(StoreError):
            store.commit(broken)
        assert everything(store) == before

    def test_statement_id_of_a_department_is_taken_once(self, store: Store) -> None:
        store.commit(group_of(0))
        with pytest.raises(StoreError):
            store.commit(Group(statements=[statement(1, statement_id="S-0")]))
        store.commit(Group(statements=[statement(1, department="D2", statement_id="S-0")]))
        found = store.recorded([("D1", "S-0"), ("D2", "S-0"), ("D3", "S-0")])
        assert {key: at.position for key, at in found.items()} == {("D1", "S-0"): 0, ("D2", "S-0"): 1}

    def test_what_a_statement_opens_a_later_one_of_the_same_group_closes(self, store: Store) -> None:
        opened, ended = restriction(0), event(0)
        group = group_of(0, 1)
        group.opened = [opened, replace(opened, known_from=1)]
        group.closed = [opened.closed(1)]
        group.targets = [replace(ended, repaired_position=1)]
        group.targets += [replace(ended, repaired_position=1, state=EventState.WITHDRAWN, ended_position=1)]
        group.became_unknown = [("F1", 0, 1)]
        store.commit(group)
        (subject,) = store.subjects(lookup)
        assert subject.known == ((0, 1),)
        assert subject.live_events == 1
        assert subject.restrictions == (opened.closed(1), replace(opened, known_from=1))
        assert store.events([("D1", "S-0")])["D1", "S-0"] == group.targets[-1]

    def test_what_an_earlier_group_opened_is_closed_later(self, store: Store) -> None:
        store.commit(group_of(0))
        later = group_of(1)
        later.closed = [restriction(0).closed(1)]
        later.became_unknown = [("F1", 0, 1)]
        later.became_known = [("F1", 1)]
        later.targets = [replace(event(0), state=EventState.CORRECTED, ended_position=1)]
        store.commit(later)
        (subject,) = store.subjects(lookup)
        assert subject.known == ((0, 1), (1, None))
        assert subject.restrictions == (restriction(0).closed(1), restriction(1))
        assert store.chains(["F1"]) == later.chains

    def test_open_ended_and_empty_columns_come_back_empty(self, store: Store) -> None:
        bare = replace(
            restriction(0),
            period=Period(date(2026, 3, 1), None),
            lifetime=True,
            capacities=(),
            legal_basis=(),
            document=pb.Document(),
        )
        store.commit(replace(group_of(0), opened=[bare]))
        (subject,) = store.subjects(lookup)
        assert subject.restrictions == (bare,)

    def test_officials_and_keys_are_replaced_by_their_latest_entry(self, store: Store) -> None:
        group = full_group()
        store.commit(group)
        key = replace(group.keys[0], revoked_position=2, revocation_reason=pb.KEY_REVOCATION_REASON_RETIRED)
        official = replace(group.officials[0], revoked_position=3)
        store.commit(replace(group_of(2), keys=[key], officials=[official]))
        assert list(store.enrolled_keys()) == [key]
        assert list(store.officials()) == [official]

    def test_log_is_read_in_order_from_any_position_over_many_pages(self, store: Store) -> None:
        rows = [statement(position) for position in range(2_500)]
        store.commit(Group(statements=rows[::-1]))
        assert list(store.statements()) == rows
        assert list(store.statements(1_999)) == rows[1_999:]
        assert list(store.statements(2_500)) == []

    def test_thousands_of_keys_are_looked_up_at_once(self, store: Store) -> None:
        store.commit(Group(statements=[statement(position) for position in range(2_000)]))
        keys = [(f"D{department}", f"S-{n}") for department in (1, 2) for n in range(2_500)]
        assert len(store.recorded(keys)) == 2_000
        assert store.events(keys) == {}
        assert store.chains([f"F{n}" for n in range(3_000)]) == {}
        assert store.persons([f"P:{n}" for n in range(3_000)]) == {}

    def test_looking_up_nothing_finds_nothing(self, store: Store) -> None:
        assert (store.recorded([]), store.events([]), store.chains([]), store.persons([])) == ({}, {}, {}, {})

    def test_refusals_are_numbered_and_read_page_by_page_each_department_its_own(self, store: Store) -> None:
        for n in range(3):
            rows = [RefusalRow(department, f"R-{n}", bytes(32), n, b"") for department in ("D1", "D2")]
            store.commit(Group(refusals=rows))
        first = store.refusals("D1", 0, 2)
        assert [row.statement_id for row in first] == ["R-0", "R-1"]
        assert [row.statement_id for row in store.refusals("D1", first[-1].number, 2)] == ["R-2"]
        assert store.refusals("D3", 0, 2) == []
        numbers = [row.number for row in store.all_refusals()]
        assert numbers == sorted(set(numbers))

    def test_group_without_statements_keeps_the_checkpoint(self, store: Store) -> None:
        store.commit(group_of(0))
        store.commit(Group())
        store.commit(Group(refusals=[RefusalRow("D1", "R", bytes(32), 1, b"")]))
        assert store.checkpoint() == checkpoint(1)

    def test_largest_numbers_are_kept(self, store: Store) -> None:
        largest = (1 << 63) - 1
        row = replace(statement(0), position=largest)
        store.commit(Group(statements=[row], checkpoint=CheckpointRow(largest, b"", largest, "")))
        assert store.statement(largest) == row
        assert store.checkpoint() == CheckpointRow(largest, b"", largest, "")

    def test_readers_see_whole_groups_while_the_writer_works(self, store: Store) -> None:
        done, torn = Event(), list[tuple[int, int]]()

        def read() -> None:
            while not done.is_set():
                before, rows, after = store.checkpoint(), list(store.statements()), store.checkpoint()
                low, high = before.size if before else 0, after.size if after else 0
                if not low <= len(rows) <= high or len(rows) % 3:
                    torn.append((low, len(rows)))

        readers = [Thread(target=read) for _ in range(3)]
        for reader in readers:
            reader.start()
        for first in range(0, 90, 3):
            store.commit(group_of(first, first + 1, first + 2))
        done.set()
        for reader in readers:
            reader.join()
        assert torn == []
        assert len(list(store.statements())) == 90

    def test_one_reading_sees_one_state(self, store: Store) -> None:
        group = Group(chains={f"F{n}": Chain(f"F{n}", 1, b"") for n in range(3_000)})
        store.commit(group)
        reading = store.derived_rows("chain")
        seen = [next(reading)]
        moved = {ref: replace(chain, sequence=2) for ref, chain in group.chains.items()}
        store.commit(Group(chains=moved))
        seen += reading
        assert {row[1] for row in seen} == {1}
        assert {row[1] for row in store.derived_rows("chain")} == {2}
