"""Which statements changed whose record is kept with them, and whoever follows it comes to the same state."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.commands.erasing import erase, over
from tests.support.changes import changes_kept, changes_that_follow, followed
from tests.support.events import (
    erasure,
    firm,
    licence,
    list_entry,
    person,
    placed,
    repair,
    succession,
    withdrawal,
)
from tests.support.history import records_on_disk, write_rich_history
from tests.support.random_acts import write_random_acts
from tests.support.served import exit_ban
from tests.support.spine import Spine, found_spine, furnish


@pytest.fixture
def spine(tmp_path: Path) -> Iterator[Spine]:
    spine = furnish(found_spine(tmp_path / "registry"))
    yield spine
    spine.engine.close()


def check(spine: Spine) -> None:
    """What is kept follows from everything else that is kept."""
    assert changes_kept(spine.config.store) == changes_that_follow(spine.config.store)


def test_change_of_every_kind_of_statement_is_kept_with_it(spine: Spine) -> None:
    write_rich_history(spine)
    check(spine)


@pytest.mark.parametrize("seed", range(3))
def test_changes_of_a_random_history_are_those_of_its_rows(spine: Spine, seed: int) -> None:
    write_random_acts(spine, Random(seed), 120)
    check(spine)


def test_statement_that_changes_nobody_is_no_change(spine: Spine) -> None:
    spine.deliver(["法院"])
    assert spine.engine.store.changes(0, 1 << 60) == []


def test_changes_come_by_position_and_from_one_to_before_another(spine: Spine) -> None:
    store, code = spine.engine.store, firm(1).identifier.value
    first = placed(spine.say("市场监管", event=licence("市场监管", firm(1))))
    placed(spine.say("法院", event=exit_ban(person(1))))
    joined = placed(spine.say("市场监管", subject_link=succession(firm(1), firm(2))))
    assert [at for at, _ in store.changes(0, joined + 1)] == [first, first + 1, joined, joined]
    assert store.changes(first, first + 1) == [(first, code)]
    assert store.changes(first, joined + 1, 2) == store.changes(first, joined)
    assert {ref for _, ref in store.changes(joined, joined + 1)} == {code, firm(2).identifier.value}


def test_erasure_is_a_change_and_what_it_erased_is_none_any_more(spine: Spine) -> None:
    store, code = spine.engine.store, firm(1).identifier.value
    gone = placed(spine.say("财政", "ban", event=over(1)))
    left = placed(spine.say("市场监管", event=licence("市场监管", firm(1))))
    assert store.erasures(0, 1 << 60) == set()
    by = erase(spine, "财政", "ban")
    assert store.changes(gone, 1 << 60) == [(left, code), (by, code)]
    assert store.erasures(0, 1 << 60) == {(by, code)}
    check(spine)


def test_erasure_of_a_link_takes_the_change_of_both_its_ends(spine: Spine) -> None:
    placed(spine.say("市场监管", "joined", subject_link=succession(firm(1), firm(2))))
    placed(spine.say("市场监管", withdrawal=withdrawal("市场监管", "joined")))
    by = erase(spine, "市场监管", "joined")
    assert {at for at, _ in spine.engine.store.changes(0, 1 << 60)} == {by}
    check(spine)


@pytest.mark.parametrize("seed", range(3))
def test_whoever_reads_the_changed_records_again_has_the_state_of_a_restart(spine: Spine, seed: int) -> None:
    chance, state, store = Random(seed), spine.engine.state, spine.engine.store
    records, position = records_on_disk(state), state.size
    for number in range(12):
        write_acts(spine, chance, number)
        records = followed(records, store, position, state.measure)
        position = state.size
        assert records == records_on_disk(state)
    assert len(store.erasures(0, position)) > 4
    check(spine)


def write_acts(spine: Spine, chance: Random, number: int) -> None:
    """Some statements on a few firms, links between them, and now and then an erasure of either."""
    entry = list_entry("人社", firm(number % 4), "L-04", "2025-03-01", "2027-03-01")
    placed(spine.say("人社", f"listed-{number}", event=entry))
    spine.say("人社", repair=repair("人社", f"listed-{chance.randrange(number + 1)}", "2026-05-01"))
    spine.say("人社", withdrawal=withdrawal("人社", f"listed-{chance.randrange(number + 1)}"))
    placed(spine.say("财政", f"over-{number}", event=over(number % 4)))
    old, new = firm(number % 4), firm(chance.randrange(4, 6))
    spine.say("市场监管", f"link-{number}", subject_link=succession(old, new))
    if number % 3 == 2:
        erase(spine, "财政", f"over-{number - 1}")
        spine.say("市场监管", withdrawal=withdrawal("市场监管", f"link-{number}"))
        spine.say("市场监管", erasure=erasure("市场监管", f"link-{number}"))
