"""The contract every engine of the store must pass, about what is recorded of subjects: grounds, notes, links
and names, each in every version with the positions at which it was known.

What the log opened and closed piece by piece is read back as one ``SubjectRecord`` for each subject, with its
rows in the order of the log, equal to the record that was in memory when the store was closed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from registry.domain.periods import Period
from registry.sanctions.ground import Ending, GroundKind, Mark, MarkKind, NameUse, SubjectRecord
from registry.sanctions.ledger import EventState
from registry.store.interface import Group, Store
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2
from tests.store.samples import FACTS, ends, event, ground, group_of, lookup, naming

STAY = Mark(1, 0, MarkKind.STAYED, Period(date(2026, 5, 1), None), 1)
BRANCH, ALTERNATE = pb.SUBJECT_LINK_KIND_BRANCH, pb.SUBJECT_LINK_KIND_ALTERNATE


def records(store: Store) -> dict[str, SubjectRecord]:
    """Every record by its subject."""
    return {record.ref: record for record in store.subjects(lookup)}


class RecordContract:
    """See the module."""

    @pytest.fixture
    def store(self, create: Callable[[], Store]) -> Store:
        """A new, empty store."""
        return create()

    # --- grounds ----------------------------------------------------------------------------------

    @pytest.mark.parametrize("kind", GroundKind)
    def test_ground_of_every_kind_comes_back_as_it_was_written(self, store: Store, kind: GroundKind) -> None:
        row = replace(ground(0), kind=kind)
        if kind is not GroundKind.IMPOSED:
            row = replace(row, code="L-01", measure=None, facts=FACTS)
        store.commit(replace(group_of(0), opened=[row]))
        assert records(store)["F1"].grounds == (row,)

    @pytest.mark.parametrize("ended", Ending)
    def test_open_ended_and_empty_columns_of_a_ground_come_back_empty(
        self, store: Store, ended: Ending
    ) -> None:
        bare = replace(
            ground(0),
            period=Period(date(2026, 3, 1), None),
            lifetime=True,
            legal_basis=(),
            document=pb.Document(),
            region="",
            industry="",
            activity="",
            capacity=subject_pb2.CAPACITY_UNSPECIFIED,
            ended=ended,
        )
        store.commit(replace(group_of(0), opened=[bare]))
        assert records(store)["F1"].grounds == (bare,)

    def test_facts_that_say_nothing_come_back_saying_nothing(self, store: Store) -> None:
        facts = replace(FACTS, penalty_kinds=frozenset(), fine_yuan=None, left_open=frozenset())
        row = replace(ground(0), kind=GroundKind.RECORDED, code="E-02", measure=None, facts=facts)
        store.commit(replace(group_of(0), opened=[row]))
        assert records(store)["F1"].grounds == (row,)

    def test_what_a_statement_opens_a_later_one_of_the_same_group_closes(self, store: Store) -> None:
        opened, ended = ground(0), event(0)
        group = group_of(0, 1)
        group.opened = [opened, replace(opened, known_from=1)]
        group.closed = [opened.closed(1)]
        group.targets = [replace(ended, repaired_position=1)]
        group.targets += [replace(ended, repaired_position=1, state=EventState.WITHDRAWN, ended_position=1)]
        group.became_unknown = [("F1", 0, 1)]
        store.commit(group)
        record = records(store)["F1"]
        assert (record.known, record.live_events) == (((0, 1),), 1)
        assert record.grounds == (opened.closed(1), replace(opened, known_from=1))
        assert store.events([("D1", "S-0")])["D1", "S-0"] == group.targets[-1]

    def test_what_an_earlier_group_opened_is_closed_later(self, store: Store) -> None:
        store.commit(group_of(0))
        later = group_of(1)
        later.closed = [ground(0).closed(1)]
        later.became_unknown = [("F1", 0, 1)]
        later.became_known = [("F1", 1)]
        later.targets = [replace(event(0), state=EventState.CORRECTED, ended_position=1)]
        store.commit(later)
        record = records(store)["F1"]
        assert record.known == ((0, 1), (1, None))
        assert record.grounds == (ground(0).closed(1), ground(1))
        assert store.chains(["F1"]) == later.chains

    def test_versions_of_grounds_are_told_in_the_order_in_which_they_became_known(self, store: Store) -> None:
        first = [ground(0, ordinal=n) for n in range(3)]
        again = [replace(row, known_from=2) for row in first]
        group = replace(group_of(0, 1, 2), opened=[ground(1), *again[::-1], *first[::-1]])
        group.closed = [row.closed(2) for row in first]
        store.commit(group)
        closed = tuple(row.closed(2) for row in first)
        assert records(store)["F1"].grounds == (*closed, ground(1), *again)

    # --- notes ------------------------------------------------------------------------------------

    @pytest.mark.parametrize("kind", MarkKind)
    def test_note_of_every_kind_comes_back_and_is_closed_by_the_one_that_ends_it(
        self, store: Store, kind: MarkKind
    ) -> None:
        begun = replace(STAY, kind=kind)
        ended = replace(begun, known_from=2, period=Period(date(2026, 5, 1), date(2026, 6, 1)))
        store.commit(replace(group_of(0, 1), marked=[("F1", begun)]))
        assert records(store)["F1"].marks == (begun,)
        closed = replace(begun, known_to=2)
        store.commit(replace(group_of(2), opened=[], marked=[("F1", ended)], unmarked=[closed]))
        assert records(store)["F1"].marks == (closed, ended)

    def test_note_that_begins_and_ends_in_one_group_is_kept_in_both_versions(self, store: Store) -> None:
        ended, closed = replace(STAY, known_from=2), replace(STAY, known_to=2)
        group = replace(group_of(0, 1, 2), marked=[("F1", STAY), ("F1", ended)], unmarked=[closed])
        store.commit(group)
        assert records(store)["F1"].marks == (closed, ended)

    # --- links ------------------------------------------------------------------------------------

    def test_both_ends_of_a_link_are_kept_although_nothing_is_stated_about_one(self, store: Store) -> None:
        incoming, outgoing = ends(1, ALTERNATE, "L:1", "F1")
        store.commit(replace(group_of(0, 1), linked=[incoming, outgoing]))
        found = records(store)
        assert found["F1"].links == (incoming,)
        assert found["L:1"] == SubjectRecord("L:1", links=(outgoing,))

    def test_link_that_is_withdrawn_ends_in_both_records_and_in_no_other(self, store: Store) -> None:
        one, other = ends(1, BRANCH, "F2", "F1"), ends(2, BRANCH, "F3", "F1")
        store.commit(replace(group_of(0, 1, 2), linked=[*one, *other]))
        closed = [replace(link, known_to=3) for link in one]
        store.commit(replace(group_of(3), opened=[], unlinked=closed))
        found = records(store)
        assert found["F1"].links == (closed[0], other[0])
        assert (found["F2"].links, found["F3"].links) == ((closed[1],), (other[1],))

    # --- names ------------------------------------------------------------------------------------

    def test_name_is_counted_as_often_as_standing_statements_use_it(self, store: Store) -> None:
        group = group_of(0, 1, 2)
        group.recorded = [event(0, names=("甲",)), event(1, names=("甲",)), event(2, names=("甲", "乙"))]
        group.named = [naming("甲", 0, 0), naming("乙", 2, 1)]
        store.commit(group)
        assert records(store)["F1"].names == (NameUse("甲", False, 3, 0), NameUse("乙", False, 1, 2))
        gone = replace(group.recorded[1], state=EventState.WITHDRAWN, ended_position=3)
        store.commit(replace(group_of(3), opened=[], targets=[gone]))
        assert records(store)["F1"].names == (NameUse("甲", False, 2, 0), NameUse("乙", False, 1, 2))

    def test_ruling_on_a_name_is_counted_apart_from_its_use(self, store: Store) -> None:
        group = group_of(0, 1)
        ruling = event(1, names=("甲", "乙"), settles_names=True, category="")
        group.recorded = [event(0, names=("甲",)), ruling]
        group.named = [naming("甲", 0, 0), naming("甲", 1, 1, settled=True), naming("乙", 1, 2, settled=True)]
        store.commit(group)
        record = records(store)["F1"]
        loose, *settled = record.names
        assert loose == NameUse("甲", False, 1, 0)
        assert settled == [NameUse("甲", True, 1, 1), NameUse("乙", True, 1, 1)]
        assert record.live_events == 1  # A ruling says nothing of the subject's credit.

    def test_name_that_nothing_uses_any_more_is_kept_with_its_end_and_comes_back_anew(
        self, store: Store
    ) -> None:
        first = event(0, names=("甲",))
        group = replace(group_of(0, 1), recorded=[first], named=[naming("甲", 0, 0)])
        ended = replace(group.named[0], use=NameUse("甲", False, 0, 0, known_to=1))
        group.unnamed = [ended]
        group.targets = [replace(first, state=EventState.WITHDRAWN, ended_position=1)]
        store.commit(group)
        assert records(store)["F1"].names == (ended.use,)
        again = event(2, names=("甲",))
        store.commit(replace(group_of(2), recorded=[again], opened=[], named=[naming("甲", 2, 1)]))
        assert records(store)["F1"].names == (ended.use, NameUse("甲", False, 1, 2))

    def test_names_of_a_subject_are_told_in_their_order_and_not_in_that_of_the_text(
        self, store: Store
    ) -> None:
        names = ["乙", "甲", "丙"]
        group = replace(group_of(0), recorded=[event(0, names=tuple(names))])
        group.named = [naming(name, 0, number) for number, name in enumerate(names)][::-1]
        store.commit(group)
        assert [use.name for use in records(store)["F1"].names] == names

    def test_subjects_are_told_apart_in_everything(self, store: Store) -> None:
        group = Group(became_known=[("F1", 0), ("F2", 1)])
        group.recorded = [event(0, names=("甲",)), event(1, subject="F2", names=("甲",))]
        group.opened = [ground(0), ground(1, subject="F2")]
        group.marked = [("F2", STAY)]
        group.named = [naming("甲", 0, 0), naming("甲", 1, 0, subject="F2")]
        store.commit(group)
        assert records(store) == {
            "F1": SubjectRecord("F1", 1, ((0, None),), (ground(0),), names=(NameUse("甲", False, 1, 0),)),
            "F2": SubjectRecord(
                "F2",
                1,
                ((1, None),),
                (ground(1, subject="F2"),),
                (STAY,),
                names=(NameUse("甲", False, 1, 1),),
            ),
        }
