"""Up to which day lists are delivered: by each keeper's latest word, as far as the slowest of them."""

from __future__ import annotations

from datetime import date

from registry.domain.connections import Connections, Source
from registry.domain.sources import DeliveryNote, Sources


def keepers(*departments: str) -> Connections:
    """Departments that keep L-01."""
    return Connections(Source(each, frozenset({"L-01"}), frozenset(), date.max) for each in departments)


def delivered(*notes: tuple[int, str, int]) -> Sources:
    """Deliveries of L-01: position, department, day of June 2026."""
    found = Sources()
    for position, department, day in notes:
        found.put(DeliveryNote(position, "L-01", date(2026, 6, day), department))
    return found


def as_of(found: Sources, position: int, connections: Connections) -> int | None:
    """The day of June up to which L-01 is delivered."""
    note = found.known(position, connections).get("L-01")
    return note.as_of.day if note else None


def test_list_reaches_as_far_as_the_slowest_of_its_keepers_and_nowhere_while_one_is_silent() -> None:
    found, both = delivered((40, "A", 8), (90, "B", 1), (95, "B", 9)), keepers("A", "B")
    assert [as_of(found, position, both) for position in (39, 40, 89, 90, 94, 95)] == [
        None, None, None, 1, 1, 8
    ]  # fmt: skip
    assert found.known(95, both)["L-01"].department == "A"


def test_latest_word_of_a_keeper_counts_also_one_that_names_an_earlier_day() -> None:
    found, court = delivered((40, "A", 8), (50, "A", 1), (60, "A", 3)), keepers("A")
    assert [as_of(found, position, court) for position in (40, 49, 50, 60)] == [8, 8, 1, 3]


def test_word_of_who_keeps_the_list_no_longer_does_not_count() -> None:
    found = delivered((40, "A", 8))
    assert as_of(found, 50, keepers("B")) is None
    assert as_of(found, 50, keepers("A")) == 8
    found.put(DeliveryNote(60, "L-01", date(2026, 6, 5), "B"))
    assert as_of(found, 60, keepers("B")) == 5


def test_answers_do_not_depend_on_the_order_in_which_notes_were_loaded() -> None:
    notes = [(40, "A", 8), (90, "B", 1), (95, "A", 3)]
    for order in (notes, notes[::-1], [notes[1], notes[2], notes[0]]):
        found = delivered(*order)
        assert [as_of(found, position, keepers("A", "B")) for position in (90, 95)] == [1, 1]
        assert [as_of(found, position, keepers("A")) for position in (90, 95)] == [8, 3]
