"""The state as it is loaded: times of receipt, editions from the log, and what is told of a store that does
not hold what it should."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from demo.departments import OPERATOR
from registry.commands.sequencer import Placed
from registry.provenance.leaf import Leaf
from registry.server import StartError, start_engine
from registry.store.interface import StoreError
from tests.support.editions import adopt, appoint_officials, edition_draft, edition_files, new_rule
from tests.support.events import firm, placed
from tests.support.history import short_ban, write_rich_history
from tests.support.spine import Spine, found_spine, furnish
from tests.support.table import Table
from tests.support.tampering import Copy


@pytest.fixture
def spine(tmp_path: Path) -> Iterator[Spine]:
    spine = furnish(found_spine(tmp_path / "registry"), ["财政"])
    yield spine
    spine.engine.close()


def test_every_position_was_received_when_its_leaf_says_before_and_after_a_restart(spine: Spine) -> None:
    for day in (24, 25, 26):
        spine.clock.move_to(date(2026, 11, day))
        Table(spine).group(*[Table(spine).say("财政", f"{day}-{n}", event=short_ban(n)) for n in range(3)])
    leaves = [Leaf.decode(row.leaf).received_ms for row in spine.engine.state.store.statements()]
    assert len(set(leaves)) == 4
    for _ in range(2):
        state = spine.engine.state
        assert [state.received_ms(position) for position in range(state.size)] == leaves
        spine.reopen()


def test_time_of_receipt_of_the_latest_position_is_known_without_asking_the_store(
    spine: Spine, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome = spine.say("财政", event=short_ban(1))
    assert isinstance(outcome, Placed)
    monkeypatch.delattr("registry.store.sql_store.SqlStore.statement")
    assert spine.engine.state.received_ms(outcome.position) == outcome.received_ms


def test_position_that_is_not_there_has_no_time_of_receipt(spine: Spine) -> None:
    with pytest.raises(StoreError, match=f"序号{spine.position + 1}"):
        spine.engine.state.received_ms(spine.position + 1)


def test_edition_that_came_by_the_log_is_had_from_the_log_after_a_restart(spine: Spine) -> None:
    shorter = new_rule(
        edition_files("2026.9"), "M-PRO-01", "2026-07-01", term_months="{min: 6, max: 12, lifetime: false}"
    )
    adopt(spine, shorter, "2026-12-01")
    spine.reopen()
    edition = spine.engine.state.edition_at(spine.position, date(2026, 12, 1))
    measure = edition.measure("M-PRO-01", date(2026, 12, 1))
    assert measure is not None
    assert (edition.label, measure.term.max_months) == ("2026.9", 12)


@pytest.mark.parametrize(
    ("tampering", "words"),
    [
        ("UPDATE edition SET drafted = '[1, \"X-1\", \"\"]' WHERE label = '2026.9'", "序号1"),
        ("UPDATE edition SET drafted = '[999, \"X-1\", \"\"]' WHERE label = '2026.9'", "序号999"),
        (
            "UPDATE edition SET drafted = (SELECT drafted FROM edition WHERE label = '2026.8')"
            " WHERE label = '2026.9'",
            "不是目录版本",
        ),
        ("UPDATE edition SET drafted = NULL WHERE label = '2026.9'", "没有存储所用的目录版本"),
        (
            "UPDATE statement SET sealed_payload = zeroblob(99) WHERE statement_id = 'draft-8'",
            "目录版本草案不能读取",
        ),
        ("UPDATE ground SET edition = 'unknown'", "没有存储所用的目录版本"),
        ("UPDATE ground SET code = 'M-XXX-99'", "没有"),
    ],
)
def test_store_whose_editions_do_not_lead_to_their_content_is_refused_in_one_line(
    spine: Spine, tmp_path: Path, tampering: str, words: str
) -> None:
    officials = appoint_officials(spine)
    draft = edition_draft(edition_files("2026.8"))
    placed(spine.say(OPERATOR.key, "draft-8", edition_draft=draft, by=officials.drafter))
    adopt(spine, edition_files("2026.9"), "2026-12-01", officials)
    placed(spine.say("财政", event=short_ban(1)))
    spine.engine.close()
    copy = Copy.of(spine.directory, tmp_path)
    copy.sql(tampering)
    with pytest.raises(StartError, match=words) as raised:
        start_engine(copy.config)
    assert "\n" not in str(raised.value)


def test_subjects_are_shown_by_their_code_and_persons_masked(tmp_path: Path) -> None:
    spine = furnish(found_spine(tmp_path / "registry"))
    write_rich_history(spine)
    state = spine.engine.state
    assert state.identifier_of(firm(1).identifier.value) == firm(1).identifier
    persons = [ref for ref, _ in state.store.all_persons()]
    assert len(persons) == 3
    for ref in persons:
        assert "*" * 8 in state.identifier_of(ref).value
    with pytest.raises(StoreError):
        state.identifier_of("P:" + "0" * 64)
    spine.engine.close()
