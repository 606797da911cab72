"""The contract every engine of the store must pass, about its registers (deliveries, editions, departments,
officials, keys) and the questions over what is recorded: by subject, by name, by code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from registry.domain.sources import DeliveryNote
from registry.sanctions.adoption import Act, drafted_case, founding_case, reviewed_case
from registry.sanctions.ground import Ground, GroundKind, NameUse
from registry.store.interface import Group, Store
from registry.v1 import statement_pb2 as pb
from tests.store.samples import (
    EDITION,
    ODD_TEXT,
    adopted_case,
    event,
    full_group,
    ground,
    group_of,
    naming,
)

IMPOSED, LISTED = GroundKind.IMPOSED, GroundKind.LISTED
START = (-1, -1)


def listed(position: int, code: str, *, ordinal: int = 0, subject: str = "F1") -> Ground:
    """An entry on a list."""
    row = ground(position, ordinal=ordinal, subject=subject)
    return replace(row, kind=LISTED, code=code, measure=None)


class QueryContract:
    """See the module."""

    @pytest.fixture
    def store(self, create: Callable[[], Store]) -> Store:
        """A new, empty store."""
        return create()

    # --- registers --------------------------------------------------------------------------------

    def test_officials_and_keys_are_replaced_by_their_latest_entry(self, store: Store) -> None:
        group = full_group()
        store.commit(group)
        key = replace(group.keys[0], revoked_position=2, revocation_reason=pb.KEY_REVOCATION_REASON_RETIRED)
        official = replace(group.officials[0], revoked_position=3)
        store.commit(replace(group_of(2), keys=[key], officials=[official]))
        assert list(store.enrolled_keys()) == [key]
        assert list(store.officials()) == [official]

    def test_deliveries_are_all_kept_and_told_in_order(self, store: Store) -> None:
        notes = [DeliveryNote(n, "L-01", date(2026, 5, 10 - n), "D1") for n in range(3)]
        store.commit(Group(deliveries=[notes[2], notes[0]]))
        store.commit(Group(deliveries=[notes[1]]))
        assert list(store.deliveries()) == notes

    def test_edition_is_one_row_from_its_draft_to_its_adoption(self, store: Store) -> None:
        adopted = adopted_case("ab" * 32)
        drafted = drafted_case(adopted.edition, adopted.label, Act(3, "甲", "目录科"))
        reviewed = reviewed_case(drafted, Act(4, "乙", ODD_TEXT), lawful=True, opinion=ODD_TEXT)
        for case in (drafted, reviewed, adopted):
            store.commit(Group(editions=[case]))
            assert list(store.editions()) == [case]

    def test_editions_are_told_in_the_order_in_which_they_entered(self, store: Store) -> None:
        founding = founding_case(EDITION.hash, EDITION.label)
        later = [drafted_case(f"{9 - n}" * 64, f"2026.{n}", Act(n, "甲", "")) for n in (1, 2)]
        store.commit(Group(editions=[later[1], later[0], founding]))
        store.commit(Group(editions=[reviewed_case(later[0], Act(3, "乙", ""), lawful=False, opinion="否")]))
        assert [case.edition for case in store.editions()] == [founding.edition, "8" * 64, "7" * 64]

    # --- by subject -------------------------------------------------------------------------------

    def test_statements_about_subjects_are_told_by_position_ended_ones_too(self, store: Store) -> None:
        rows = [event(3), event(1, subject="F2"), event(0), event(2, subject="F3")]
        rows[0] = replace(rows[0], ended_position=4)
        store.commit(Group(recorded=rows))
        assert store.events_about(["F1", "F2"]) == [rows[2], rows[1], rows[0]]
        assert store.events_about([]) == []
        assert store.events_about([f"F{n}" for n in range(5_000)]) == [rows[2], rows[1], rows[3], rows[0]]

    def test_names_are_told_as_they_were_stated_and_for_how_long(self, store: Store) -> None:
        names = [naming("乙", 1, 0), naming("甲", 1, 1), naming("丙", 0, 0, subject="F2")]
        store.commit(Group(named=names[::-1]))
        gone = replace(names[0], use=NameUse("乙", False, 0, 1, known_to=2))
        store.commit(Group(unnamed=[gone], named=[naming("乙", 3, 2)]))
        assert store.spellings(["F1", "F9"]) == {
            "F1": [("乙", " 乙 ", 1, 2), ("甲", " 甲 ", 1, None), ("乙", " 乙 ", 3, None)]
        }
        assert store.spellings([]) == {}

    # --- by name ----------------------------------------------------------------------------------

    def test_subjects_that_share_the_most_grams_come_first_then_in_order_of_their_codes(
        self, store: Store
    ) -> None:
        grams = {"F1": ["ab"], "F2": ["ab", "bc"], "F3": ["bc", "ab", "cd"], "F4": ["xy"]}
        store.commit(Group(grams=[(gram, ref) for ref, found in grams.items() for gram in found]))
        assert store.subjects_with_grams(["ab", "bc", "cd"], 9) == ["F3", "F2", "F1"]
        assert store.subjects_with_grams(["ab"], 2) == ["F1", "F2"]
        assert store.subjects_with_grams(["zz"], 9) == store.subjects_with_grams([], 9) == []

    def test_texts_are_told_in_the_order_of_their_bytes_and_not_of_a_language(self, store: Store) -> None:
        refs = [
            "",
            "A",
            "Z",
            "a",
            "b",
            "z",
            "é",
            "一",
            "丁",
            "阿",
            "𠮷",
            "a\x00",
            "a\x00b",
            "a\x01",
            "a\x01\x01",
        ]
        in_order = sorted(refs, key=str.encode)
        store.commit(Group(grams=[("ab", ref) for ref in refs]))
        assert store.subjects_with_grams(["ab"], 99) == in_order
        assert [row[1] for row in store.derived_rows("name_gram")] == in_order

    def test_gram_that_a_subject_has_already_is_kept_once(self, store: Store) -> None:
        store.commit(Group(grams=[("ab", "F1"), ("ab", "F1"), ("ab", "F2")]))
        store.commit(Group(grams=[("ab", "F2"), ("bc", "F2")]))
        assert list(store.derived_rows("name_gram")) == [("ab", "F1"), ("ab", "F2"), ("bc", "F2")]

    def test_many_names_in_one_group_are_all_kept(self, store: Store) -> None:
        grams = [(f"{n:03}", f"F{n % 7}") for n in range(500)]
        store.commit(Group(grams=grams + grams[::-1]))
        assert sorted(store.derived_rows("name_gram")) == sorted(grams)

    # --- by code ----------------------------------------------------------------------------------

    def test_grounds_of_a_code_are_told_once_each_however_often_they_changed(self, store: Store) -> None:
        first = listed(3, "L-01")
        again = replace(first, known_from=5)
        others = [listed(4, "L-02"), ground(6), listed(7, "L-01", subject="F2"), listed(1, "L-01", ordinal=2)]
        store.commit(Group(opened=[first, again, *others]))
        found = store.grounds_by_code([LISTED], ["L-01"], START, 9)
        assert found == [(1, 2, "F1"), (3, 0, "F1"), (7, 0, "F2")]
        both = store.grounds_by_code([LISTED, IMPOSED], ["L-02", "L-01", "M-PRO-01"], START, 9)
        assert both == [(1, 2, "F1"), (3, 0, "F1"), (4, 0, "F1"), (6, 0, "F1"), (7, 0, "F2")]

    def test_grounds_of_a_code_are_read_page_by_page_and_none_is_left_out(self, store: Store) -> None:
        rows = [listed(n, f"L-0{m}", ordinal=m) for n in range(20) for m in range(3)]
        store.commit(Group(opened=rows))
        after, found = START, list[tuple[int, int]]()
        while page := store.grounds_by_code([LISTED], ["L-00", "L-01", "L-02"], after, 7):
            found += [(position, ordinal) for position, ordinal, _ in page]
            after = found[-1]
        assert found == [(n, m) for n in range(20) for m in range(3)]

    def test_looking_for_no_code_or_kind_finds_nothing(self, store: Store) -> None:
        store.commit(full_group())
        assert store.grounds_by_code([], ["M-PRO-01"], START, 9) == []
        assert store.grounds_by_code([IMPOSED], [], START, 9) == []
        assert store.grounds_by_code([IMPOSED], ["M-PRO-01"], START, 0) == []
