"""Which departments are sources of lists and measures, from when and until when."""

from __future__ import annotations

from datetime import date, timedelta

from registry.domain.connections import Connections, Source
from registry.domain.departments import Department, Directory, Key
from registry.v1 import statement_pb2 as pb

DAY, LAST, LATER = date(2026, 11, 23), date(2027, 12, 31), date(2030, 12, 31)


def source(department: str, until: date, lists: str = "", measures: str = "") -> Source:
    return Source(department, frozenset(lists.split()), frozenset(measures.split()), until)


def test_list_is_connected_while_each_of_its_keepers_has_a_key() -> None:
    both = Connections([source("A", LATER, "L-01"), source("B", LAST, "L-01 L-02")])
    assert both.keepers == {"L-01": ("A", "B"), "L-02": ("B",)}
    assert both.on(LAST) == {"L-01", "L-02"}
    assert both.on(LAST + timedelta(days=1)) == set()


def test_measure_is_connected_while_anybody_who_decides_it_has_a_key() -> None:
    both = Connections([source("A", LATER, "", "M-EXI-01"), source("B", LAST, "", "M-EXI-01 M-EXI-02")])
    assert both.on(LAST) == {"M-EXI-01", "M-EXI-02"}
    assert both.on(LATER) == {"M-EXI-01"}
    assert both.on(LATER + timedelta(days=1)) == set()


def test_keeper_without_any_key_left_disconnects_the_list_it_shares() -> None:
    both = Connections([source("A", LATER, "L-01 L-02"), source("B", date.min, "L-01", "M-EXI-01")])
    assert both.on(DAY) == both.on(date.min) == {"L-02"}
    assert both.keepers["L-01"] == ("A", "B")


def directory() -> Directory:
    """A (L-01) is registered at 1 with a key at 2, B (L-01) at 3 with keys at 4 and 6; these are revoked at 5
    and at 8, and at 9 B is registered without the list."""
    found = Directory()
    for position, code, lists in ((1, "A", ["L-01"]), (3, "B", ["L-01"]), (9, "B", [])):
        registration = pb.DepartmentRegistration(code=code, mandate=pb.Mandate(lists=lists))
        found.put_department(Department.registered(registration, position))
    for position, code, revoked in ((2, "A", None), (4, "B", 5), (6, "B", 8)):
        enrolment = pb.KeyEnrolment(department=code)
        found.put_key(Key(f"k{position}", code, "", DAY, LAST, position, enrolment, revoked))
    return found


def test_department_is_a_source_from_its_first_key_until_a_registration_takes_the_list() -> None:
    found = directory()
    keepers = [found.connections(position).keepers.get("L-01", ()) for position in range(10)]
    assert keepers == [(), (), ("A",), ("A",), *[("A", "B")] * 5, ("A",)]
    connected = [position for position in range(10) if "L-01" in found.connections(position).on(DAY)]
    assert connected == [2, 3, 4, 6, 7, 9]


def test_connections_of_a_position_are_the_same_however_often_they_are_asked_for() -> None:
    found = directory()
    assert found.connections(7) is found.connections(6)
    assert found.connections(7).on(DAY) is found.connections(6).on(DAY + timedelta(days=1))
