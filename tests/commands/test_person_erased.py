"""The number of a natural person goes with the last that was stated about him; its masked form stays, and the
proofs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from registry.domain.identifiers import masked
from registry.provenance.vault import Person
from registry.store.copying import compare_stores
from registry.store.interface import Group
from registry.store.opening import open_for_reading
from tests.commands.erasing import check_sound, erase
from tests.support import events
from tests.support.archives import emptied, imported
from tests.support.command import digests, in_process
from tests.support.events import ban, person, placed
from tests.support.spine import Spine, found_spine, furnish

NUMBER = person(1).identifier.value
SHOWN = masked(person(1).identifier)


@pytest.fixture
def spine(tmp_path: Path) -> Iterator[Spine]:
    spine = furnish(found_spine(tmp_path / "registry"), ["法院"])
    yield spine
    spine.engine.close()


def over(spine: Spine, statement_id: str, since: str = "2026-04-01") -> None:
    """An exit ban on the person that was lifted."""
    placed(spine.say("法院", statement_id, event=ban("法院", person(1), "M-EXI-01", since)))
    placed(spine.say("法院", f"{statement_id}-b", lifting=events.lifting("法院", statement_id, "2026-07-01")))


def sealed_of(spine: Spine) -> bytes:
    ((_, sealed),) = spine.engine.store.all_persons()
    return sealed


def kept(spine: Spine) -> Person:
    return spine.engine.state.vault.open_person(sealed_of(spine))


def test_number_goes_with_the_last_that_was_stated_and_what_remains_is_proved(
    spine: Spine, tmp_path: Path
) -> None:
    over(spine, "one")
    over(spine, "two", "2026-05-01")
    before, secret = sealed_of(spine), kept(spine).secret
    erase(spine, "法院", "one")
    assert kept(spine).identifier.value == NUMBER, "something is stated about him"
    erase(spine, "法院", "two")
    assert kept(spine).identifier == SHOWN
    assert kept(spine).secret == secret
    store = spine.config.store
    files = [store.with_name(store.name + suffix) for suffix in ("", "-wal")]
    assert not any(before[12:] in file.read_bytes() for file in files)
    assert spine.engine.state.identifier_of(next(spine.engine.store.all_persons())[0]) == SHOWN
    check_sound(spine, tmp_path)
    spine.engine.close()
    assert in_process("verify", "--directory", spine.directory, "--rebuild").code == 0


def test_person_of_whom_something_is_stated_again_is_named_again(spine: Spine, tmp_path: Path) -> None:
    over(spine, "one")
    secret = kept(spine).secret
    erase(spine, "法院", "one")
    placed(spine.say("法院", "again", event=ban("法院", person(1), "M-EXI-01", "2026-08-01")))
    assert (kept(spine).identifier.value, kept(spine).secret) == (NUMBER, secret)
    check_sound(spine, tmp_path)


def test_increments_and_archives_bring_back_no_number(spine: Spine, tmp_path: Path) -> None:
    backups, back = tmp_path / "backups", tmp_path / "back"
    backups.mkdir()
    over(spine, "one")
    assert in_process("backup", "--directory", spine.directory, "--to", backups / "base").code == 0
    for number, step in enumerate(("erased", "again", "erased again")):
        if step == "again":
            over(spine, step, "2026-05-01")
        else:
            erase(spine, "法院", "one" if step == "erased" else "again")
        name = backups / str(number)
        run = in_process("backup", "--directory", spine.directory, "--since", backups, "--to", name)
        assert run.code == 0, run.err
    sealed = sealed_of(spine)
    spine.engine.close()
    for tip in ("0", "2"):
        where = back.with_name(f"back-{tip}")
        run = in_process("restore", "--from", backups / tip, "--keys", spine.directory, "--directory", where)
        assert run.code == 0, run.err
        with closing(open_for_reading(where / "registry.db")) as store:
            ((_, brought),) = store.all_persons()
            assert spine.engine.state.vault.open_person(brought).identifier == SHOWN
    with (
        closing(open_for_reading(spine.config.store)) as one,
        closing(open_for_reading(where / "registry.db")) as two,
    ):
        assert [row for _, row in two.all_persons()] == [sealed]
        compare_stores(one, two)
    assert in_process("export", "--directory", spine.directory, "--open", tmp_path / "open").code == 0
    assert SHOWN.value in (tmp_path / "open/persons.jsonl").read_text("utf-8")
    assert NUMBER not in (tmp_path / "open/persons.jsonl").read_text("utf-8")
    other = emptied(spine.directory, tmp_path / "other")
    run = imported(tmp_path / "open", other)
    assert run.code == 0, run.err
    assert in_process("export", "--directory", other, "--open", tmp_path / "again").code == 0
    assert digests(tmp_path / "open") == digests(tmp_path / "again")


def test_a_rebuild_leaves_behind_the_numbers_that_an_older_program_kept(spine: Spine, tmp_path: Path) -> None:
    """Of persons about whom something is stated yet, it keeps them."""
    over(spine, "one")
    placed(spine.say("法院", "other", event=ban("法院", person(2), "M-EXI-01", "2026-04-01")))
    named = dict(spine.engine.store.all_persons())
    erase(spine, "法院", "one")
    spine.engine.store.commit(Group(persons=list(named.items())))  # As an erasure left it before.
    spine.engine.close()
    again = tmp_path / "again.db"
    run = in_process("rebuild", "--directory", spine.directory, "--into", again)
    assert run.code == 0, run.err
    with closing(open_for_reading(again)) as store:
        vault = spine.engine.state.vault
        kept = {vault.open_person(sealed).identifier.value for _, sealed in store.all_persons()}
        secrets = {vault.open_person(sealed).secret for _, sealed in store.all_persons()}
    assert kept == {SHOWN.value, person(2).identifier.value}
    assert secrets == {vault.open_person(sealed).secret for sealed in named.values()}
    again.replace(spine.config.store)
    assert in_process("verify", "--directory", spine.directory, "--rebuild").code == 0
