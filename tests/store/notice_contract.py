"""What the store must do with notices and subscriptions: the part of the contract that every engine passes
about them; see ``registry.store.interface`` and ``tests.store.contract``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from registry.store.interface import (
    AcknowledgedRow,
    ErasedRows,
    Group,
    NoticeRow,
    RecipientRow,
    Store,
    SubscriptionRow,
)
from tests.store.execution_contract import ODD_TEXT, PLATFORM, PORTAL

SYSTEM, SUBJECT = 2, 3


def notice(number: int, addressee: str = PLATFORM, **changes: object) -> NoticeRow:
    """A notice with every column filled, that gets this number if it is written in this order."""
    row = NoticeRow(
        notice_id=f"{number}-3-{ODD_TEXT}",
        addressee=addressee,
        addressee_kind=SYSTEM,
        position=number,
        target=100 + number,
        subject="P:1",
        made_ms=1_000 + number,
        told=b"\x00\xffnotice",
        number=number,
    )
    return replace(row, **changes)  # type: ignore[arg-type]


class NoticeContract:
    """See the module."""

    @pytest.fixture
    def store(self, create: Callable[[], Store]) -> Store:
        """A new, empty store."""
        return create()

    def test_new_store_has_no_notices(self, store: Store) -> None:
        assert list(store.all_notices()) == []
        assert list(store.subscriptions()) == []
        assert store.notices_after(0, 10) == []
        assert (store.notices([]), store.notices(["x"])) == ({}, {})
        assert (store.told_about([]), store.told_about([1]), store.recipients([1])) == ([], [], [])

    def test_notice_comes_back_as_it_was_written_after_the_store_was_closed(
        self, store: Store, reopen: Callable[[Store], Store]
    ) -> None:
        bare = notice(2, target=None, subject="", told=b"", acknowledged_ms=5)
        store.commit(Group(notices=[replace(notice(1), number=0), replace(bare, number=0)]))
        store = reopen(store)
        assert list(store.all_notices()) == [notice(1), bare]
        assert store.notices([bare.notice_id, "x"]) == {bare.notice_id: bare}

    def test_notice_that_is_there_stays_as_it_is(self, store: Store) -> None:
        store.commit(Group(notices=[notice(1)]))
        store.commit(Group(acknowledged=[AcknowledgedRow(PLATFORM, (notice(1).notice_id,), 7)]))
        store.commit(Group(notices=[notice(1, told=b"another")]))
        assert list(store.all_notices()) == [notice(1, acknowledged_ms=7)]

    def test_notices_are_had_by_addressee_or_kind_in_the_order_of_writing(self, store: Store) -> None:
        rows = [notice(n, PLATFORM if n % 2 else PORTAL) for n in range(1, 7)]
        rows[4] = replace(rows[4], addressee_kind=SUBJECT)
        store.commit(Group(notices=rows, acknowledged=[AcknowledgedRow(PORTAL, (rows[1].notice_id,), 9)]))
        assert [row.number for row in store.notices_after(0, 10, addressee=PLATFORM)] == [1, 3, 5]
        assert [row.number for row in store.notices_after(1, 1, addressee=PLATFORM)] == [3]
        assert [row.number for row in store.notices_after(0, 10, kind=SUBJECT)] == [5]
        waiting = store.notices_after(0, 10, addressee=PORTAL, unacknowledged=True)
        assert [row.number for row in waiting] == [4, 6]
        assert [row.number for row in store.notices_after(3, 10, unacknowledged=True)] == [4, 5, 6]

    def test_only_the_addressee_acknowledges_and_the_first_time_counts(self, store: Store) -> None:
        store.commit(Group(notices=[notice(1), notice(2)]))
        ids = (notice(1).notice_id, notice(2).notice_id, "never made")
        store.commit(Group(acknowledged=[AcknowledgedRow(PORTAL, ids, 5)]))
        assert [row.acknowledged_ms for row in store.all_notices()] == [None, None]
        store.commit(Group(acknowledged=[AcknowledgedRow(PLATFORM, ids[:1], 6)]))
        store.commit(Group(acknowledged=[AcknowledgedRow(PLATFORM, ids, 7)]))
        assert [row.acknowledged_ms for row in store.all_notices()] == [6, 7]

    def test_notice_is_acknowledged_in_the_group_that_makes_it(self, store: Store) -> None:
        acknowledged = AcknowledgedRow(PLATFORM, (notice(1).notice_id,), 6)
        store.commit(Group(notices=[notice(1)], acknowledged=[acknowledged]))
        assert [row.acknowledged_ms for row in store.all_notices()] == [6]

    def test_who_was_told_of_a_statement_or_what_befell_it_is_named_once(self, store: Store) -> None:
        rows = [
            notice(1, position=40, target=None),
            notice(2, position=50, target=40),
            notice(3, PORTAL, position=50, target=40, addressee_kind=SUBJECT),
            notice(4, "other", position=41, target=39),
        ]
        store.commit(Group(notices=rows))
        assert store.told_about([40]) == [(SYSTEM, PLATFORM), (SUBJECT, PORTAL)]
        assert store.told_about([39, 40]) == [(SYSTEM, "other"), (SYSTEM, PLATFORM), (SUBJECT, PORTAL)]
        assert store.told_about([60]) == []

    def test_who_was_told_in_an_answer_is_named_with_the_domain_and_once(
        self, store: Store, reopen: Callable[[Store], Store]
    ) -> None:
        told = [(9, PORTAL, 3), (8, PORTAL, 3), (8, PORTAL, 5), (8, PLATFORM, 4)]
        rows = [RecipientRow(*each) for each in told]
        store.commit(Group(recipients=rows))
        store.commit(Group(recipients=rows[:2]))
        store = reopen(store)
        assert store.recipients([8]) == [(PLATFORM, 4), (PORTAL, 3), (PORTAL, 5)]
        assert store.recipients([9, 10]) == [(PORTAL, 3)]
        assert store.recipients([8, 9]) == store.recipients([8])
        assert (store.recipients([]), store.recipients([7])) == ([], [])
        assert list(store.all_recipients()) == sorted(rows)

    def test_who_was_told_of_what_is_erased_is_forgotten(self, store: Store) -> None:
        store.commit(Group(recipients=[RecipientRow(8, PORTAL, 3), RecipientRow(9, PORTAL, 3)]))
        store.commit(Group(erased=[ErasedRows((8,), 12, "F1")]))
        assert list(store.all_recipients()) == [RecipientRow(9, PORTAL, 3)]

    def test_subscription_is_kept_from_its_first_time_until_it_is_ended(
        self, store: Store, reopen: Callable[[Store], Store]
    ) -> None:
        store.commit(Group(subscriptions=[SubscriptionRow(PORTAL, 5), SubscriptionRow(PLATFORM, 6)]))
        store.commit(Group(subscriptions=[SubscriptionRow(PORTAL, 7)]))
        store = reopen(store)
        assert list(store.subscriptions()) == [SubscriptionRow(PLATFORM, 6), SubscriptionRow(PORTAL, 5)]
        ended = SubscriptionRow(PORTAL, 8, subscribed=False)
        store.commit(Group(subscriptions=[ended, ended]))
        assert list(store.subscriptions()) == [SubscriptionRow(PLATFORM, 6)]
