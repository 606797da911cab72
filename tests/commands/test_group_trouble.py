"""A group that cannot be written changes nothing, is contradicted by nothing later, and fails alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from registry.access.identity import Caller, CallerRole
from registry.commands.jobs import Placed
from registry.commands.state import RegistryState
from registry.editions import shipped_editions
from registry.engine import OwnSigners, engine_over
from registry.provenance.keys import FileSigner
from registry.provenance.vault import Vault
from registry.store.interface import DERIVED_TABLES, Group, OvertakenError, Store, StoreError
from registry.store.opening import open_store
from registry.store.writer import Promise
from tests.support.events import (
    ban,
    firm,
    person,
    placed,
    refusal,
    withdrawal,
)
from tests.support.history import EXIT_BAN, short_ban
from tests.support.spine import ORIGIN, Spine, found_spine, furnish
from tests.support.table import names, revoke


@pytest.fixture
def spine(tmp_path: Path) -> Iterator[Spine]:
    spine = furnish(found_spine(tmp_path / "registry"))
    yield spine
    spine.engine.close()


def everything(store: Store) -> list[object]:
    derived = [list(store.derived_rows(name)) for name in DERIVED_TABLES]
    return [list(store.statements()), list(store.all_refusals()), list(store.all_persons()), derived]


class TroubledStore:
    """A store whose commit fails on demand: before anything is written, or after all of it was."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.trouble = ""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def commit(self, group: Group) -> None:
        trouble, self.trouble = self.trouble, ""
        if trouble == "before":
            raise StoreError("磁盘已满, 未写入任何内容")
        if trouble == "overtaken":
            raise OvertakenError("存储的检查点不是本进程写的")
        self._store.commit(group)
        if trouble == "after":
            raise StoreError("磁盘读写错误, 未确认任何内容")


@pytest.fixture
def trouble(spine: Spine) -> Callable[[str], None]:
    """Puts the spine on a troubled store; called with when the next commit shall fail."""
    spine.engine.close()
    store = TroubledStore(open_store(spine.config.store))
    vault = Vault(spine.config.vault_key.read_bytes())
    state = RegistryState(cast("Store", store), vault, shipped_editions())
    log_key = FileSigner.load(spine.config.log_key, None)
    spine.engine = engine_over(cast("Store", store), state, OwnSigners([log_key]), spine.clock)
    return lambda when: setattr(store, "trouble", when)


def test_group_that_cannot_be_written_changes_nothing_and_the_next_one_works(
    spine: Spine, trouble: Callable[[str], None]
) -> None:
    state = spine.engine.state
    placed(spine.say("财政", "a", event=short_ban(1)))
    before, head, position = everything(state.store), state.head, state.index.position
    record = state.index.get(firm(1).identifier.value)
    trouble("before")
    lost = spine.seal("财政", spine.statement("财政", "a2", withdrawal=withdrawal("财政", "a")))
    with pytest.raises(StoreError, match="磁盘已满"):
        spine.put("财政", lost)
    assert everything(state.store) == before
    assert (state.head, state.index.position) == (head, position)
    assert state.index.get(firm(1).identifier.value) == record
    assert placed(spine.say("法院", event=ban("法院", person(1), EXIT_BAN, "2026-04-01"))) == position + 1
    (again,) = spine.put("财政", lost)
    assert isinstance(again, Placed)
    assert (again.position, again.again) == (position + 2, False)
    spine.reopen()
    assert spine.position == position + 2


def test_directory_does_not_change_by_a_statement_that_could_not_be_written(
    spine: Spine, trouble: Callable[[str], None]
) -> None:
    trouble("before")
    with pytest.raises(StoreError):
        revoke(spine, "财政")
    placed(spine.say("财政", event=short_ban(1)))
    revoke(spine, "财政")
    assert names(spine.say("财政", event=short_ban(2))) == {"KEY_REVOKED"}


def test_group_whose_fate_is_unknown_is_never_contradicted_by_a_later_one(
    spine: Spine, trouble: Callable[[str], None]
) -> None:
    envelope = spine.seal("财政", spine.statement("财政", "lost", event=short_ban(1)))
    trouble("after")
    with pytest.raises(StoreError):
        spine.put("财政", envelope)
    written = list(spine.engine.state.store.statements())
    with pytest.raises(StoreError):
        spine.say("财政", "next", event=short_ban(2))
    assert list(spine.engine.state.store.statements()) == written
    spine.reopen()
    (again,) = spine.put("财政", envelope)
    assert isinstance(again, Placed)
    assert again.again
    assert placed(spine.say("财政", "next", event=short_ban(2))) == again.position + 1


def test_writer_that_was_overtaken_writes_no_more_until_it_is_started_anew(
    spine: Spine, trouble: Callable[[str], None]
) -> None:
    trouble("overtaken")
    for number in (1, 2):
        with pytest.raises(StoreError, match="不是本进程写的"):
            spine.say("财政", event=short_ban(number))
    assert spine.engine.figures.stuck
    spine.reopen()
    placed(spine.say("财政", event=short_ban(1)))


def test_refusals_of_a_group_that_could_not_be_written_are_logged_when_it_is_sent_again(
    spine: Spine, trouble: Callable[[str], None]
) -> None:
    trouble("before")
    with pytest.raises(StoreError):
        spine.say("财政", "long", event=short_ban(1, "2036-03-01"))
    code = spine.code("财政")
    assert spine.engine.state.store.refusals(code, 0, 10) == []
    refusal(spine.say("财政", "long", event=short_ban(1, "2036-03-01")))
    assert [row.statement_id for row in spine.engine.state.store.refusals(code, 0, 10)] == ["long"]


def test_damaged_person_fails_alone_and_its_neighbours_are_recorded(
    spine: Spine, caplog: pytest.LogCaptureFixture
) -> None:
    placed(spine.say("法院", event=ban("法院", person(1), EXIT_BAN, "2026-04-01")))
    with sqlite3.connect(spine.config.store) as connection:
        connection.execute("UPDATE person SET sealed = x'00'")
    connection.close()
    caller = Caller(CallerRole.DEPARTMENT, spine.code("法院"), ORIGIN)
    statements = [
        spine.statement("法院", f"d-{n}", event=ban("法院", person(n), EXIT_BAN, "2026-04-02"))
        for n in range(3)
    ]
    futures = spine.engine.intake.submit([spine.seal("法院", each) for each in statements], caller)
    failed = [n for n, future in enumerate(futures) if _fails(future)]
    assert failed == [1]
    assert "failed" in caplog.text


def _fails(promise: Promise[Any]) -> bool:
    try:
        promise.result(30)
    except Exception:
        return True
    return False
