"""Decision tables that lie beside a base, and what is put over them, answer as records do."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import pytest

from registry.commands.decision_tables import DecisionTables
from registry.commands.following import FollowingState
from registry.commands.state import RegistryState
from registry.domain.periods import china_day
from registry.domain.verdict_shapes import TENDER_KINDS
from registry.domain.verdict_table import VerdictTable
from registry.editions import shipped_editions
from registry.indexing.generations import Generations
from registry.sanctions.verdict import Question
from registry.sanctions.verdict_file import TableBasis, compile_table, is_in_table
from registry.v1 import subject_pb2, verdict_pb2
from tests.support.events import firm, placed, withdrawal
from tests.support.history import short_ban, write_rich_history
from tests.support.indexing import Town
from tests.support.spine import TODAY, found_spine, furnish

DOMAINS = [domain for domain in subject_pb2.Domain.values() if domain]
BLOCKED, UNKNOWN = verdict_pb2.VERDICT_BLOCKED, verdict_pb2.VERDICT_INDETERMINATE
TENDER = Question(
    subject_pb2.DOMAIN_PROCUREMENT,
    subject_pb2.SUBJECT_ROLE_BIDDER,
    TODAY,
    tender_kind=subject_pb2.TENDER_KIND_COMPULSORY,
)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    spine = furnish(found_spine(tmp_path / "registry"))
    yield Town(spine, Generations.of(spine.config))
    spine.engine.close()


def verdicts(tables: DecisionTables, state: RegistryState, position: int, *numbers: int) -> list[int] | None:
    """What tables say of firms; None where they cannot tell."""
    edition = state.edition_at(position, TODAY)
    codes = "".join(firm(number).identifier.value for number in numbers).encode()
    no_fault = verdict_pb2.INDETERMINATE_REASON_UNSPECIFIED
    found = tables.answers(codes, TENDER, edition, position=position, fault=no_fault, today=TODAY)
    return None if found is None else [int(each) for each in found[0].verdicts]


def test_tables_beside_a_base_are_those_that_would_be_compiled(town: Town) -> None:
    write_rich_history(town.spine)
    town.make()
    state = town.load()
    base, today = state.index.base, china_day(town.spine.clock())
    edition = state.edition_at(state.index.position, today)
    assert base is not None
    codes = b"".join(each.ref.encode() for each in state.index.records() if is_in_table(each.ref))
    for domain in DOMAINS:
        content = base.table(domain)
        assert content is not None
        mapped = VerdictTable(content)
        basis = TableBasis(domain, state.index.position, edition, today, mapped.facts.last)
        made = VerdictTable(b"".join(compile_table(state.index.records(), basis)))
        assert len(mapped) == len(made)
        for day in (today, today + timedelta(days=400)):
            for question in range(mapped.facts.roles * TENDER_KINDS):
                one, other = mapped.check(codes, day, question), made.check(codes, day, question)
                assert one.verdicts.tolist() == other.verdicts.tolist()
                assert one.reasons.tolist() == other.reasons.tolist()


def test_questions_about_many_are_answered_from_the_mapped_table_and_what_changed_since(town: Town) -> None:
    for number in range(1, 6):
        placed(town.spine.say("财政", f"b{number}", event=short_ban(number)))
    town.make()
    placed(town.spine.say("财政", "late", event=short_ban(9)))
    placed(town.spine.say("财政", withdrawal=withdrawal("财政", "b1")))
    state = town.load()
    tables = DecisionTables(state, background=False)
    assert verdicts(tables, state, state.index.position, 1, 2, 9, 30) == [UNKNOWN, BLOCKED, BLOCKED, UNKNOWN]
    (kept,) = tables._kept.values()
    assert kept.live.facts.position < state.index.position, "it was compiled and not mapped"


@pytest.mark.parametrize("based", [True, False])
def test_change_is_not_missed_because_the_next_of_the_same_firm_is_on_its_way(
    town: Town, based: bool
) -> None:
    spine = town.spine
    placed(spine.say("财政", "other", event=short_ban(2)))
    if based:
        town.make()
    newest = town.generations.newest
    state = FollowingState(spine.engine.store, town.vault, shipped_editions(), base=newest)
    tables = DecisionTables(state, background=False)
    assert verdicts(tables, state, state.index.position, 1) == [UNKNOWN]
    placed(spine.say("财政", "first", event=short_ban(1)))
    state.catch_up()
    noted, go_on = Event(), Event()

    def hold(_changed: Collection[str], _position: int) -> None:
        noted.set()
        go_on.wait(10)

    state.index.listen(hold)
    placed(spine.say("财政", "second", event=short_ban(1)))
    catching_up = Thread(target=state.catch_up)
    catching_up.start()
    try:
        assert noted.wait(10)
        assert verdicts(tables, state, state.index.position, 1) == [BLOCKED]
    finally:
        go_on.set()
        catching_up.join()
    assert verdicts(tables, state, state.index.position, 1) == [BLOCKED]
