"""Whoever submits a draft reads it in his own thread: the one writer of the log has no time for it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from time import process_time

import pytest

from demo.departments import OPERATOR
from registry.access.identity import Caller, CallerRole
from registry.provenance.envelope import sign_envelope
from registry.provenance.keys import FileSigner
from registry.sanctions.catalogue import drafts
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.catalogue.parser import parse_edition
from registry.v1 import envelope_pb2
from registry.v1 import statement_pb2 as pb
from tests.support.editions import Files, Officials, appoint_officials, edition_draft, edition_files
from tests.support.events import faults, placed
from tests.support.spine import ORIGIN, Spine, found_spine, furnish

KEY = OPERATOR.key
GARBAGE = {
    "rows": "measures:\n" + "  - {a: 1}\n" * 70_000,
    "values": "a: [" + "0," * 400_000 + "]\n",
    "names": "calendar:\n  - year: " + "y" * 400_000 + "\n    days_off:\n" + "      - {a: b}\n" * 25_000,
    "directives": "".join(f"%TAG !a{number}! x\n" for number in range(50_000)),
}


@pytest.fixture(scope="module")
def spine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spine]:
    founded = furnish(found_spine(tmp_path_factory.mktemp("reading") / "registry"), ["财政"])
    yield founded
    founded.engine.close()


@pytest.fixture(scope="module")
def officials(spine: Spine) -> Officials:
    return appoint_officials(spine)


@pytest.fixture
def readers(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the threads that read an edition's files, one for each reading."""
    names: list[str] = []

    def read(files: Files) -> Edition:
        names.append(threading.current_thread().name)
        return parse_edition(files)

    monkeypatch.setattr(drafts, "parse_edition", read)
    return names


def stated(label: str, **more: str) -> pb.EditionDraft:
    """A draft with more files, whose hash nobody has worked out."""
    files = {**edition_files(label), **{f"{name}.yaml": text for name, text in more.items()}}
    rows = [pb.EditionFile(name=name, content=text) for name, text in files.items()]
    return pb.EditionDraft(files=rows, edition="0" * 64, label=label, reason="试")


def submit(spine: Spine, by: FileSigner, *stated: pb.EditionDraft) -> list[envelope_pb2.Envelope]:
    statements = [spine.statement(KEY, edition_draft=draft) for draft in stated]
    return [sign_envelope(statement.SerializeToString(), by) for statement in statements]


@pytest.mark.parametrize("kind", GARBAGE)
def test_a_mebibyte_of_garbage_is_refused_soon_outside_the_writer_and_leaves_a_short_record(
    spine: Spine, officials: Officials, readers: list[str], kind: str
) -> None:
    draft = stated("2099.1", junk=GARBAGE[kind])
    before = process_time()
    refused = faults(spine.say(KEY, edition_draft=draft, by=officials.drafter))
    assert process_time() - before < 5
    assert {fault.name for fault in refused} == {"EDITION_FAULTY"}
    assert readers == [threading.current_thread().name]
    caller = Caller(CallerRole.REGISTRAR, spine.code(KEY), ORIGIN)
    record = spine.engine.intake.refusals(caller, after=0, page_size=1000)[-1]
    assert len(record.faults) < 100_000


def test_drafts_of_one_call_are_all_read_before_any_is_queued(
    spine: Spine, officials: Officials, readers: list[str]
) -> None:
    many = [stated(f"2099.{number}", junk=f"a: {number}") for number in range(20, 40)]
    for outcome in spine.put(KEY, *submit(spine, officials.drafter, *many)):
        assert {fault.name for fault in faults(outcome)} == {"EDITION_FAULTY"}
    assert readers == [threading.current_thread().name] * len(many)


def test_draft_that_is_recorded_is_read_once_for_admission_and_effect(
    spine: Spine, officials: Officials, readers: list[str]
) -> None:
    files = edition_files("2099.50")
    draft = edition_draft(files)
    drafts._latest.clear()  # The test has worked out the hash by reading it.
    readers.clear()
    placed(spine.say(KEY, edition_draft=draft, by=officials.drafter))
    assert readers == [threading.current_thread().name]


def test_draft_by_nobody_entitled_is_not_read_at_all(
    spine: Spine, officials: Officials, readers: list[str]
) -> None:
    draft = stated("2099.60", junk="a: 1")
    registrar = spine.appoint(KEY, "R-1", "综合科", pb.OFFICIAL_ROLE_REGISTRAR, pb.OFFICIAL_ROLE_SUBMITTER)
    clerk = spine.appoint("财政", "F-1", "采购科", pb.OFFICIAL_ROLE_SUBMITTER)
    left = spine.appoint(KEY, "G-1", "综合科", pb.OFFICIAL_ROLE_SUBMITTER)
    gone = pb.OfficialRevocation(department=spine.code(KEY), official_id="G-1", reason="调离")
    placed(spine.say(KEY, official_revocation=gone))
    for signer in (spine.signers[KEY], officials.approver, registrar, left):
        faults(spine.say(KEY, edition_draft=draft, by=signer))
    faults(spine.say("财政", edition_draft=draft, by=clerk))
    assert readers == []


def test_draft_of_too_many_files_is_not_read(spine: Spine, officials: Officials, readers: list[str]) -> None:
    rows = {f"f{number}": "a: 1" for number in range(65)}
    said = spine.say(KEY, edition_draft=stated("2099.70", **rows), by=officials.drafter)
    assert [fault.name for fault in faults(said)] == ["TOO_LARGE"]
    assert readers == []
