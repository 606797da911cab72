"""Erasure by law: what goes, what stays, who may, and that the log verifies all the same."""

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
from typing import Any

import pytest

from demo.departments import OPERATOR
from registry.access.identity import Caller, CallerRole
from registry.commands.intake import open_envelope
from registry.commands.rebuild import Rebuilt, rebuild
from registry.commands.sequencer import Placed
from registry.domain.faults import Fault
from registry.errors import RegistryError, status_of
from registry.provenance.file_signer import FileSigner
from registry.provenance.leaf import Leaf
from registry.provenance.merkle import leaf_hash
from registry.provenance.proof import inclusion_proof, root_at, verify_inclusion
from registry.provenance.vault import VaultError
from registry.store.opening import create_store
from registry.v1 import envelope_pb2, verdict_pb2
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import statement_pb2 as pb
from registry_client.numbering import Numbering
from registry_client.statements import seal_batch
from tests.support import events
from tests.support.events import (
    ask,
    ban,
    correction,
    erasure,
    fined,
    firm,
    list_entry,
    penalty,
    person,
    placed,
    refusal,
    registered,
    repair,
    withdrawal,
)
from tests.support.history import records_on_disk, write_random_history
from tests.support.spine import ORIGIN, Spine, found_spine, furnish
from tests.support.tampering import Copy

BAN = "M-PRO-01"
TARGET = "erasure.target"


@pytest.fixture
def spine(tmp_path: Path) -> Iterator[Spine]:
    spine = furnish(found_spine(tmp_path / "registry"))
    yield spine
    spine.engine.close()


def over(number: int, until: str = "2026-05-01") -> pb.Event:
    """A ban that has run out."""
    return ban("财政", firm(number), BAN, "2025-03-01", until)


def erase(spine: Spine, key: str, statement_id: str, *, by: str = "", **more: Any) -> int:
    return placed(spine.say(by or key, erasure=erasure(key, statement_id, by=by, **more)))


def refused_reasons(spine: Spine, key: str, statement_id: str, **more: Any) -> set[tuple[str, str]]:
    return refusal(spine.say(key, erasure=erasure(key, statement_id, **more)))


def erased(spine: Spine) -> dict[int, int]:
    """The erased positions, and by which statement."""
    rows = spine.engine.store.statements()
    return {row.position: row.erased_by for row in rows if row.erased_by is not None}


def rebuilt(spine: Spine, directory: Path) -> Rebuilt:
    target = create_store(directory / f"again-{len(list(directory.iterdir()))}.db")
    try:
        signer = FileSigner.load(spine.config.log_key, None)
        return rebuild(spine.engine.state.log, target, [signer])
    finally:
        target.close()


def check_sound(spine: Spine, directory: Path) -> None:
    """The fold of the log comes to the same, in every table and in memory."""
    result = rebuilt(spine, directory)
    assert result.differences == []
    assert {row.position: row.by for row in result.passed_over} == erased(spine)
    index = spine.engine.state.index
    on_disk = records_on_disk(spine.engine.state)
    assert {record.ref: record for record in index.records()} == on_disk


def statement(spine: Spine, key: str, **by: Any) -> envelope_pb2.SignedStatement:
    caller = Caller(CallerRole.DEPARTMENT, spine.code(key), ORIGIN)
    return spine.engine.intake.statement(caller, **by).statement


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


# --- who may, and when


def test_operator_may_erase_what_a_department_stated_and_another_department_may_not(spine: Spine) -> None:
    spine.say("财政", "ban", event=over(1))
    outcome = spine.say("税务", erasure=erasure("财政", "ban", by="税务"))
    assert refusal(outcome) == {("TARGET_OF_ANOTHER_DEPARTMENT", f"{TARGET}.department")}
    by = erase(spine, "财政", "ban", by=OPERATOR.key)
    with pytest.raises(RegistryError, match=f"已由序号{by}依法删除"):
        statement(spine, "财政", statement_id="ban")


def test_legal_basis_document_and_reason_are_needed(spine: Spine) -> None:
    spine.say("财政", "ban", event=over(1))
    bare = pb.Erasure(target=events.target("财政", "ban"))
    assert {
        ("LEGAL_BASIS_REQUIRED", "erasure.legal_basis"),
        ("FIELD_REQUIRED", "erasure.reason"),
        ("DOCUMENT_REQUIRED", "erasure.document.number"),
        ("DOCUMENT_REQUIRED", "erasure.document.decided_on"),
    } <= refusal(spine.say("财政", erasure=bare))


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (ban("财政", firm(1), BAN, "2026-03-01", "2028-03-01"), "有效至2028-03-01; 先撤回、解除或待期满。"),
        (ban("财政", firm(1), BAN, "2025-03-01", "2026-11-23"), "有效至2026-11-23"),
        (fined("财政", firm(1), "2026-03-20", "250"), "有效至2029-03-20"),
    ],
)
def test_what_is_in_force_is_not_erased_and_the_reason_says_until_when(
    spine: Spine, event: pb.Event, words: str
) -> None:
    spine.say("财政", "ban", event=event)
    (fault,) = faults_of(spine, "财政", "ban")
    assert (fault.name, fault.field) == ("TARGET_IN_FORCE", TARGET)
    assert words in fault.message


def faults_of(spine: Spine, key: str, statement_id: str) -> tuple[Fault, ...]:
    return events.faults(spine.say(key, erasure=erasure(key, statement_id)))


def test_list_entry_is_erased_the_day_after_it_ends(spine: Spine) -> None:
    entry = list_entry("人社", firm(3), "L-04", "2025-03-01", "2026-11-24")
    spine.say("人社", "wages", event=entry)
    assert "名单L-04有效至2026-11-24" in faults_of(spine, "人社", "wages")[0].message
    spine.clock.move_to(date(2026, 11, 25))
    spine.deliver(["人社"])
    erase(spine, "人社", "wages")


def test_fine_is_erased_once_no_statute_looks_back_to_it(spine: Spine) -> None:
    spine.say("财政", "fine", event=fined("财政", firm(1), "2026-03-20", "250"))
    spine.clock.move_to(date(2029, 3, 20))
    assert refused_reasons(spine, "财政", "fine") == {("TARGET_IN_FORCE", TARGET)}
    spine.clock.move_to(date(2029, 3, 21))
    erase(spine, "财政", "fine")


def test_withdrawal_makes_way_for_erasure(spine: Spine) -> None:
    spine.say("财政", "ban", event=over(1, "2028-03-01"))
    assert refused_reasons(spine, "财政", "ban") == {("TARGET_IN_FORCE", TARGET)}
    spine.say("财政", "ban-b", withdrawal=withdrawal("财政", "ban"))
    erase(spine, "财政", "ban")


def test_evidence_stays_while_it_is_contested(spine: Spine) -> None:
    spine.say("财政", "ban", event=over(1))
    contested = events.note("财政", "ban", pb.NOTED_STATUS_CONTESTED, "2026-05-01")
    spine.say("财政", "contested", status_note=contested)
    assert refused_reasons(spine, "财政", "ban") == {("STATUS_NOT_APPLICABLE", TARGET)}
    ended = events.note("财政", "ban", pb.NOTED_STATUS_CONTEST_ENDED, "2026-06-01")
    spine.say("财政", "ended", status_note=ended)
    erase(spine, "财政", "ban")
    assert len(erased(spine)) == 3


def test_what_a_stolen_key_withdrew_is_not_erased_before_the_department_has_confirmed(
    spine: Spine, tmp_path: Path
) -> None:
    thief = FileSigner.generate(envelope_pb2.SUITE_ED25519)
    placed(spine.enrol("财政", thief))
    placed(spine.say("财政", "ban", event=over(1, "2028-03-01")))
    gone = placed(spine.say("财政", "ban-b", withdrawal=withdrawal("财政", "ban"), by=thief))
    revocation = pb.KeyRevocation(
        keyid=thief.keyid, reason=pb.KEY_REVOCATION_REASON_COMPROMISED, suspect_from=gone
    )
    placed(spine.say(OPERATOR.key, key_revocation=revocation))
    assert refused_reasons(spine, "财政", "ban") == {("TARGET_IN_FORCE", TARGET)}
    confirmed = pb.Confirmation(target=events.target("财政", "ban-b"), reason="核对属实")
    placed(spine.say("财政", confirmation=confirmed))
    erase(spine, "财政", "ban")
    assert len(erased(spine)) == 3
    check_sound(spine, tmp_path)


def test_revoking_a_stolen_key_after_the_erasure_comes_to_the_same_when_folded_again(
    spine: Spine, tmp_path: Path
) -> None:
    thief = FileSigner.generate(envelope_pb2.SUITE_ED25519)
    placed(spine.enrol("财政", thief))
    first = placed(spine.say("财政", "ban", event=over(1), by=thief))
    placed(spine.say("财政", "ban-2", event=over(2), by=thief))
    erase(spine, "财政", "ban")
    revocation = pb.KeyRevocation(
        keyid=thief.keyid, reason=pb.KEY_REVOCATION_REASON_COMPROMISED, suspect_from=first
    )
    placed(spine.say(OPERATOR.key, key_revocation=revocation))
    check_sound(spine, tmp_path)


@pytest.mark.parametrize(
    ("statement_id", "reason"),
    [("gone", "CONTENT_ERASED"), ("gone-b", "CONTENT_ERASED"), ("none", "TARGET_UNKNOWN")],
)
def test_what_is_erased_already_or_was_never_made_is_told(
    spine: Spine, statement_id: str, reason: str
) -> None:
    spine.say("财政", "gone", event=over(1))
    spine.say("财政", "gone-b", withdrawal=withdrawal("财政", "gone"))
    erase(spine, "财政", "gone")
    assert refused_reasons(spine, "财政", statement_id) == {(reason, TARGET)}


def test_only_events_are_named_and_what_befell_them_goes_along(spine: Spine) -> None:
    spine.say("财政", "ban", event=over(1))
    spine.say("财政", "ban-b", withdrawal=withdrawal("财政", "ban"))
    assert refused_reasons(spine, "财政", "ban-b") == {("TARGET_NOT_AN_EVENT", TARGET)}


def test_nothing_more_is_said_of_what_is_erased(spine: Spine) -> None:
    spine.say("财政", "ban", event=over(1))
    by = erase(spine, "财政", "ban")
    for body in (
        {"withdrawal": withdrawal("财政", "ban")},
        {"correction": correction("财政", "ban", over(1))},
        {"lifting": events.lifting("财政", "ban", "2026-06-01")},
        {"status_note": events.stay("财政", "ban", "2026-06-01")},
    ):
        (name,) = body
        found = events.faults(spine.say("财政", **body))
        assert ("CONTENT_ERASED", f"{name}.target") in {(fault.name, fault.field) for fault in found}
        assert any(f"已由序号{by}依法删除" in fault.message for fault in found)


def test_erasure_itself_can_be_read_and_not_be_erased(spine: Spine) -> None:
    spine.say("财政", "ban", event=over(1))
    by = placed(spine.say("财政", "erased", erasure=erasure("财政", "ban")))
    content = pb.Statement.FromString(statement(spine, "财政", position=by).envelope.payload)
    assert content.erasure.legal_basis == ["个人信息保护法 第四十七条"]
    assert refused_reasons(spine, "财政", "erased") == {("TARGET_NOT_AN_EVENT", TARGET)}


def test_same_statement_sent_again_is_answered_as_before(spine: Spine) -> None:
    envelope = spine.seal("财政", spine.statement("财政", "ban", event=over(1)))
    (first,) = spine.put("财政", envelope)
    erase(spine, "财政", "ban")
    (again,) = spine.put("财政", envelope)
    assert placed(again) == placed(first)
    assert spine.engine.state.index.get(firm(1).identifier.value) is None


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
from tests.commands.test_erasure import erase
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
