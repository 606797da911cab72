"""Erasure by law: what goes, what stays, and that the log verifies all the same."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random

import pytest

from demo.departments import OPERATOR
from registry.access.identity import Caller, CallerRole
from registry.commands.intake import open_envelope
from registry.commands.jobs import Placed
from registry.errors import RegistryError, status_of
from registry.provenance.leaf import Leaf
from registry.provenance.merkle import leaf_hash
from registry.provenance.proof import inclusion_proof, root_at, verify_inclusion
from registry.provenance.vault import VaultError
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import verdict_pb2
from registry_client.numbering import Numbering
from registry_client.statements import seal_batch
from tests.commands.erasing import check_sound, erase, erased, over, rebuilt, refused_reasons, statement
from tests.support import events
from tests.support.events import (
    ask,
    ban,
    correction,
    erasure,
    firm,
    list_entry,
    penalty,
    person,
    placed,
    registered,
    repair,
    withdrawal,
)
from tests.support.history import write_random_history
from tests.support.spine import ORIGIN, Spine, found_spine, furnish
from tests.support.tampering import Copy

BAN = "M-PRO-01"

TARGET = "erasure.target"


@pytest.fixture
def spine(tmp_path: Path) -> Iterator[Spine]:
    spine = furnish(found_spine(tmp_path / "registry"))
    yield spine
    spine.engine.close()


# --- what goes and what stays


def test_statement_is_gone_and_that_it_was_made_remains(spine: Spine, tmp_path: Path) -> None:
    position = placed(spine.say("财政", "ban", event=over(1)))
    before = spine.engine.store.statement(position)
    by = erase(spine, "财政", "ban")
    row = spine.engine.store.statement(position)
    assert before is not None
    assert row == replace(before, sealed_payload=b"", erased_by=by)
    with pytest.raises(VaultError):
        open_envelope(row, spine.engine.state.log)
    check_sound(spine, tmp_path)


def test_every_earlier_proof_and_checkpoint_holds(spine: Spine) -> None:
    position = placed(spine.say("财政", "ban", event=over(1)))
    tree, size = spine.engine.state.tree, spine.engine.state.size
    proof, root = inclusion_proof(tree, position, size), root_at(tree, size)
    row = spine.engine.store.statement(position)
    erase(spine, "财政", "ban")
    after = spine.engine.store.statement(position)
    assert row is not None
    assert after is not None
    assert row.leaf == after.leaf
    verify_inclusion(leaf_hash(after.leaf), position, size, proof, root)
    assert root_at(spine.engine.state.tree, size) == root


def test_subject_chain_goes_on_over_what_is_erased(spine: Spine) -> None:
    placed(spine.say("法院", "exit", event=ban("法院", person(1), "M-EXI-01", "2026-04-01")))
    placed(spine.say("法院", "exit-b", withdrawal=withdrawal("法院", "exit")))
    by = erase(spine, "法院", "exit")
    again = placed(spine.say("法院", "later", event=ban("法院", person(1), "M-EXI-01", "2026-05-01")))
    rows = spine.engine.store.statements_about(next(iter(spine.engine.store.statements(by))).subject)
    leaves = [Leaf.decode(row.leaf) for row in rows]
    assert [row.position for row in rows][-2:] == [by, again]
    assert [leaf.subject_sequence for leaf in leaves] == [0, 1, 2, 3]
    assert len({leaf.subject_key for leaf in leaves}) == 1
    assert [leaf.previous for leaf in leaves[1:]] == [leaf_hash(row.leaf) for row in rows[:-1]]


@pytest.mark.parametrize("named", ["ban", "ban-b", "ban-c"])
def test_whole_matter_goes_whichever_part_of_it_is_named(spine: Spine, named: str, tmp_path: Path) -> None:
    spine.say("财政", "other", event=over(1))
    objection = events.objection("财政", "ban-b", "2026-05-02", by=OPERATOR.key)
    matter = [
        placed(spine.say("财政", "ban", event=over(1))),
        placed(spine.say("财政", "ban-b", correction=correction("财政", "ban", over(1)))),
        placed(spine.say(OPERATOR.key, "o", status_note=objection)),
        placed(spine.say("财政", "ban-c", correction=correction("财政", "ban-b", over(1)))),
        placed(spine.say("财政", "ban-d", withdrawal=withdrawal("财政", "ban-c"))),
    ]  # fmt: skip
    by = erase(spine, "财政", named)
    assert erased(spine) == dict.fromkeys(matter, by)
    check_sound(spine, tmp_path)


def test_list_entry_goes_with_its_repair(spine: Spine, tmp_path: Path) -> None:
    placed(spine.say("人社", "wages", event=list_entry("人社", firm(3), "L-04", "2025-03-01", "2027-03-01")))
    placed(spine.say("人社", "wages-b", repair=repair("人社", "wages", "2026-05-01")))
    erase(spine, "人社", "wages")
    assert len(erased(spine)) == 2
    record = spine.engine.state.index.get(firm(3).identifier.value)
    assert record is None or not record.grounds
    check_sound(spine, tmp_path)


def test_red_list_goes_with_its_notice_once_it_is_over(spine: Spine, tmp_path: Path) -> None:
    wider = events.registration("税务", categories=["E-60"], lists=["R-01"])
    placed(spine.say(OPERATOR.key, department_registration=wider))
    candidate = events.candidacy("税务", firm(40), "R-01", "2026-11-16", "2026-11-30")
    placed(spine.say("税务", "candidate", red_list_candidacy=candidate))
    assert refused_reasons(spine, "税务", "candidate") == {("TARGET_IN_FORCE", TARGET)}
    spine.clock.move_to(date(2026, 12, 1))
    granted = events.grant("税务", "candidate", "2026-12-01", "2027-11-30")
    placed(spine.say("税务", "granted", red_list_grant=granted))
    assert refused_reasons(spine, "税务", "granted") == {("TARGET_IN_FORCE", TARGET)}
    spine.clock.move_to(date(2027, 12, 1))
    erase(spine, "税务", "candidate")
    assert len(erased(spine)) == 2
    check_sound(spine, tmp_path)


def test_names_are_worked_out_from_what_is_left(spine: Spine, tmp_path: Path) -> None:
    first, second = firm(1), firm(1)
    second.name = "沧州改名(示例)有限公司"
    spine.say("市场监管", "one", event=penalty("市场监管", first))
    spine.say("市场监管", "two", event=penalty("市场监管", second))
    spine.say("市场监管", "three", event=penalty("市场监管", first))
    spine.say("市场监管", "four", event=registered(second))
    erase(spine, "市场监管", "one")
    ref = first.identifier.value
    spellings = spine.engine.store.spellings([ref])[ref]
    assert [(spelling, known_from) for _, spelling, known_from, _ in spellings] == [
        (second.name, position_of(spine, "two")),
        (first.name, position_of(spine, "three")),
        (second.name, position_of(spine, "four")),
    ]
    check_sound(spine, tmp_path)


def position_of(spine: Spine, statement_id: str) -> int:
    return next(row.position for row in spine.engine.store.statements() if row.statement_id == statement_id)


def test_subject_of_whom_nothing_is_left_is_unknown_again(spine: Spine, tmp_path: Path) -> None:
    spine.say("财政", "only", event=over(7))
    erase(spine, "财政", "only")
    decision = ask(spine, firm(7))
    assert decision.verdict is not verdict_pb2.VERDICT_BLOCKED
    assert spine.engine.state.index.get(firm(7).identifier.value) is None
    assert spine.engine.store.subjects_with_grams(["第7"], 10) == []
    check_sound(spine, tmp_path)
    spine.reopen()
    assert spine.engine.state.index.get(firm(7).identifier.value) is None


def test_withdrawn_link_between_two_codes_goes_from_both(spine: Spine, tmp_path: Path) -> None:
    spine.say("市场监管", "branch", subject_link=events.branch_of(firm(35), firm(36)))
    spine.say("市场监管", "known", event=penalty("市场监管", firm(35)))
    assert refused_reasons(spine, "市场监管", "branch") == {("TARGET_IN_FORCE", TARGET)}
    spine.say("市场监管", "branch-b", withdrawal=withdrawal("市场监管", "branch"))
    erase(spine, "市场监管", "branch")
    records = [spine.engine.state.index.get(firm(number).identifier.value) for number in (35, 36)]
    assert all(record is None or record.links == () for record in records)
    check_sound(spine, tmp_path)


def test_ruling_on_names_goes_after_it_was_withdrawn(spine: Spine, tmp_path: Path) -> None:
    spine.say("市场监管", "known", event=penalty("市场监管", firm(1)))
    spine.say("市场监管", "ruled", name_ruling=events.ruling(firm(1), firm(1).name))
    assert refused_reasons(spine, "市场监管", "ruled") == {("TARGET_IN_FORCE", TARGET)}
    spine.say("市场监管", "ruled-b", withdrawal=withdrawal("市场监管", "ruled"))
    erase(spine, "市场监管", "ruled")
    check_sound(spine, tmp_path)


def test_content_of_a_person_is_erased_and_the_person_can_be_recorded_again(
    spine: Spine, tmp_path: Path
) -> None:
    spine.say("法院", "exit", event=ban("法院", person(1), "M-EXI-01", "2026-04-01"))
    spine.say("法院", "exit-b", lifting=events.lifting("法院", "exit", "2026-07-01"))
    erase(spine, "法院", "exit")
    check_sound(spine, tmp_path)
    placed(spine.say("法院", "exit-c", event=ban("法院", person(1), "M-EXI-01", "2026-08-01")))
    check_sound(spine, tmp_path)


def test_statement_of_a_batch_is_erased_and_the_others_stay_provable(spine: Spine, tmp_path: Path) -> None:
    statements = [spine.statement("财政", f"b-{n}", event=over(n)) for n in range(5)]
    batch = seal_batch(Numbering(bytes(32)), statements, spine.signers["财政"])
    caller = Caller(CallerRole.DEPARTMENT, spine.code("财政"), ORIGIN)
    for promise in spine.engine.intake.submit_batch(batch, caller):
        assert isinstance(promise.result(30), Placed)
    erase(spine, "财政", "b-2")
    signed = statement(spine, "财政", statement_id="b-3")
    assert signed.batch.index == 3
    check_sound(spine, tmp_path)


# --- what is answered afterwards


def test_statement_by_id_or_position_is_not_found_and_the_error_names_the_erasure(spine: Spine) -> None:
    position = placed(spine.say("财政", "ban", event=over(1)))
    by = erase(spine, "财政", "ban")
    for asked in ({"statement_id": "ban"}, {"position": position}):
        with pytest.raises(RegistryError) as refused:
            statement(spine, "财政", **asked)
        (fault,) = refused.value.faults
        assert fault.reason == reasons.ERROR_REASON_CONTENT_ERASED
        assert fault.message == f"序号{position}的内容已由序号{by}依法删除。"
        assert status_of(refused.value).code.name == "NOT_FOUND"


def test_answer_about_an_earlier_position_shows_nothing_of_it_any_more(spine: Spine) -> None:
    spine.say("财政", "stays", event=over(1))
    position = placed(spine.say("财政", "ban", event=over(1)))
    day = date(2026, 4, 1)
    before = ask(spine, firm(1), on=day, at=position)
    erase(spine, "财政", "ban")
    after = ask(spine, firm(1), on=day, at=position)
    assert len(before.hits) == 2
    assert len(after.hits) == 1


# --- durability


def sealed_payload(spine: Spine, position: int) -> bytes:
    row = spine.engine.store.statement(position)
    assert row is not None
    return row.sealed_payload


def on_disk(spine: Spine, content: bytes) -> list[str]:
    """The files of the store in which some bytes stand."""
    store = spine.config.store
    files = [store.with_name(store.name + suffix) for suffix in ("", "-wal", "-shm")]
    return [file.name for file in files if file.exists() and content in file.read_bytes()]


@pytest.mark.parametrize("length", [10, 3900])
def test_bytes_are_gone_from_the_files_of_the_store(spine: Spine, length: int) -> None:
    event = penalty("财政", firm(1))
    event.content.add(name="sy", value="示" * length)
    position = placed(spine.say("财政", "ban", event=event))
    for number in range(2, 40):
        spine.say("财政", event=over(number))
    sealed = sealed_payload(spine, position)
    pieces = [sealed[:60], sealed[len(sealed) // 2 :][:60], sealed[-60:]]
    assert on_disk(spine, pieces[0]) != []
    erase(spine, "财政", "ban")
    assert [on_disk(spine, piece) for piece in pieces] == [[], [], []]


def test_bytes_go_from_the_log_file_as_soon_as_a_reader_lets_go(spine: Spine) -> None:
    position = placed(spine.say("财政", "ban", event=over(1)))
    sealed = sealed_payload(spine, position)
    reader = spine.engine.store.statements()
    stream = spine.engine.store.derived_rows("name")
    assert next(reader).position == 0
    assert next(stream)
    erase(spine, "财政", "ban")
    stream.close()  # type: ignore[attr-defined]
    spine.say("财政", event=over(2))
    assert on_disk(spine, sealed[:60]) == []


_KILLED = """
import os, signal, sys
from pathlib import Path
from registry.store import sql_store
from tests.commands.erasing import erase
from tests.support.clock import SetClock
from tests.support.spine import *
directory = Path(sys.argv[1])
config = load_config(directory)
clock = SetClock(TODAY)
spine = Spine(directory, config, clock, start_engine(config, clock))
spine.signers["财政"] = FileSigner.load(directory / "财政.key", None)
before = {before}
written = sql_store.write_group
def killing(connection, group):
    written(connection, group)
    if group.erased and before:
        os.kill(os.getpid(), signal.SIGKILL)
sql_store.write_group = killing
spine.engine.store._scrub = lambda: os.kill(os.getpid(), signal.SIGKILL)
erase(spine, "财政", "ban")
"""


@pytest.mark.parametrize("before", [True, False])
def test_kill_leaves_all_of_an_erasure_or_nothing(spine: Spine, before: bool, tmp_path: Path) -> None:
    position = placed(spine.say("财政", "ban", event=over(1)))
    spine.say("财政", "ban-b", withdrawal=withdrawal("财政", "ban"))
    sealed = sealed_payload(spine, position)
    spine.signers["财政"].save(spine.directory / "财政.key", None)
    spine.engine.close()
    code = _KILLED.replace("{before}", str(before))
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code, str(spine.directory)],
        cwd=root,
        env={**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{root / 'clients'}"},
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    spine.reopen()
    assert len(erased(spine)) == (0 if before else 2)
    assert bool(on_disk(spine, sealed[:60])) == before
    check_sound(spine, tmp_path)


# --- verify and rebuild


def test_rebuild_says_what_it_passed_over(spine: Spine, tmp_path: Path) -> None:
    position = placed(spine.say("财政", "ban", event=over(1)))
    by = erase(spine, "财政", "ban")
    result = rebuilt(spine, tmp_path)
    assert [str(row) for row in result.passed_over] == [f"序号{position}的内容已由序号{by}依法删除"]


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE statement SET erased_by = {stays} WHERE position = {position}",
        "UPDATE statement SET erased_by = 0 WHERE position = {position}",
        "UPDATE statement SET erased_by = NULL WHERE position = {position}",
        "UPDATE statement SET sealed_payload = x'00' WHERE position = {position}",
        "UPDATE statement SET sealed_payload = x'', erased_by = {by} WHERE position = {other}",
        "UPDATE statement SET sealed_payload = x'', erased_by = {by} WHERE position = 3",
        "UPDATE statement SET sealed_payload = x'', erased_by = {by} WHERE position = {by}",
    ],
)
def test_content_that_is_missing_and_was_not_erased_is_found(
    spine: Spine, tampering: str, tmp_path: Path
) -> None:
    position = placed(spine.say("财政", "ban", event=over(1)))
    other = placed(spine.say("财政", "other", event=over(2)))
    by = erase(spine, "财政", "ban")
    stays = placed(spine.say("财政", "stays", event=over(3)))
    spine.engine.close()
    copy = Copy.of(spine.directory, tmp_path)
    assert copy.rebuild() == []
    assert copy.verify() == []
    copy.sql(tampering.format(position=position, other=other, by=by, stays=stays))
    assert copy.rebuild(tmp_path / "other.db") != []
    assert copy.verify() != []
    spine.reopen()


@pytest.mark.parametrize("seed", range(3))
def test_random_history_with_erasures_folds_to_the_same(spine: Spine, seed: int, tmp_path: Path) -> None:
    chance = Random(seed)
    for _ in range(4):
        write_random_history(spine, chance, 40)
        spine.clock.now_ms += 86_400_000
        ids = [
            row.statement_id for row in spine.engine.store.statements() if row.statement_id.startswith("R-")
        ]
        for statement_id in chance.sample(ids, 10):
            spine.say("人社", erasure=erasure("人社", statement_id))
    assert erased(spine)
    check_sound(spine, tmp_path)
