"""The state as it is loaded: times of receipt, editions from the log, and what is told of a store that does
not hold what it should."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from weakref import WeakValueDictionary

import pytest

from demo.departments import OPERATOR
from registry.commands.catalogue import Catalogue
from registry.commands.jobs import Placed
from registry.engine import StartError, start_engine
from registry.errors import RegistryError
from registry.provenance.leaf import Leaf
from registry.sanctions.catalogue import drafts
from registry.sanctions.catalogue import rows as catalogue_rows
from registry.store.interface import StoreError
from tests.support.editions import (
    Files,
    adopt,
    appoint_officials,
    changed_row,
    edition_adoption,
    edition_draft,
    edition_files,
    edition_review,
    new_rule,
)
from tests.support.events import firm, placed, refusal
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
    monkeypatch.delattr("registry.store.sql_log.SqlLog.statement")
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
            "UPDATE statement SET sealed_payload = zeroblob(99) WHERE position ="
            " (SELECT json_extract(drafted, '$[0]') FROM edition WHERE label = '2026.9')",
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


@pytest.fixture
def stricter(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Makes the program one that reads terms more strictly, and has read no draft yet."""

    def apply() -> None:
        monkeypatch.setattr(catalogue_rows, "MAX_MONTHS", 479)
        monkeypatch.setattr(drafts, "_held", WeakValueDictionary())

    return apply


def long_ban(label: str) -> Files:
    """An edition that today's reading finds sound."""
    return changed_row(edition_files(label), "M-PRO-01", term_months="{min: 12, max: 480, lifetime: false}")


def test_draft_that_a_stricter_program_refuses_does_not_keep_the_registry_from_starting(
    spine: Spine, stricter: Callable[[], None]
) -> None:
    officials = appoint_officials(spine)
    drafted, reviewed, sound = edition_draft(long_ban("2026.7")), edition_draft(long_ban("2026.8")), "2026.9"
    for draft in (drafted, reviewed, edition_draft(edition_files(sound))):
        placed(spine.say(OPERATOR.key, edition_draft=draft, by=officials.drafter))
    review = edition_review(reviewed.edition)
    placed(spine.say(OPERATOR.key, edition_review=review, by=officials.reviewer))
    stricter()
    spine.reopen()
    catalogue = Catalogue(spine.engine.ask)
    assert [case.label for case in catalogue.cases()][1:] == ["2026.7", "2026.8", sound]
    assert catalogue.entry(sound)[0].label == sound
    with pytest.raises(RegistryError, match="expected at most 479, found 480"):
        catalogue.entry("2026.7")
    said = spine.say(OPERATOR.key, edition_review=edition_review(drafted.edition), by=officials.reviewer)
    assert refusal(said) == {("EDITION_FAULTY", "edition_review.edition")}
    adoption = edition_adoption(reviewed.edition, "2027-01-01", "2026-11-20")
    said = spine.say(OPERATOR.key, edition_adoption=adoption, by=officials.approver)
    assert refusal(said) == {("EDITION_FAULTY", "edition_adoption.edition")}
    placed(spine.say("财政", event=short_ban(1)))


def test_law_in_force_that_a_stricter_program_cannot_read_is_told_in_one_line(
    spine: Spine, stricter: Callable[[], None]
) -> None:
    adopt(spine, long_ban("2026.8"), "2026-12-01")
    spine.engine.close()
    stricter()
    with pytest.raises(StartError, match=r"2026\.8已批准.*expected at most 479, found 480") as raised:
        start_engine(spine.config, spine.clock)
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
