"""A penalty that is revoked, and what falls with it."""

from pathlib import Path

import pytest

from registry.v1.subject_pb2 import Subject
from tests.support.events import (
    ask,
    ban,
    document,
    erasure,
    licence,
    list_entry,
    new_firm,
    new_person,
    penalty,
    placed,
    refusal,
    statuses,
    withdrawal,
)
from tests.support.remedies import TODAY, objection_to
from tests.support.spine import Spine
from tests.support.tampering import Copy

REVOKING = document("财政", TODAY, "冀示财复决字〔2026〕3号")


@pytest.fixture
def firm() -> Subject:
    return new_firm()


def state_both(spine: Spine, firm: Subject, name: str) -> None:
    """A ban and an entry on a list, stated apart, by one document, however its number is written."""
    banned = ban("财政", firm, "M-PRO-01", "2026-03-01", "2028-03-01")
    banned.document.number = f"沧示财罚字〔2026〕{name}号"
    listed = list_entry("财政", firm, "L-02", "2026-03-01", "2028-03-01")
    listed.document.number = f"沧示财罚字(2026) {name}号"
    placed(spine.say("财政", f"{name}-ban", event=banned))
    placed(spine.say("财政", f"{name}-list", event=listed))


def test_everything_that_rests_on_the_revoked_document_falls_at_once(
    spine: Spine, firm: Subject, tmp_path: Path
) -> None:
    state_both(spine, firm, "901")
    before = spine.position
    placed(spine.say("市场监管", event=licence("市场监管", firm)))
    placed(spine.say("财政", withdrawal=withdrawal("财政", "901-ban", document=REVOKING)))
    assert statuses(ask(spine, firm)) == {}
    assert set(statuses(ask(spine, firm, at=before))) == {"M-PRO-01", "M-PRO-05"}
    record = spine.engine.state.index.get(firm.identifier.value)
    spine.reopen()
    assert spine.engine.state.index.get(firm.identifier.value) == record
    assert record is not None
    assert record.live_events == 1
    assert Copy.of(spine.directory, tmp_path).rebuild() == []


def test_what_fell_is_neither_withdrawn_nor_corrected_again(spine: Spine, firm: Subject) -> None:
    state_both(spine, firm, "902")
    placed(spine.say("财政", withdrawal=withdrawal("财政", "902-ban", document=REVOKING)))
    refused = refusal(spine.say("财政", withdrawal=withdrawal("财政", "902-list")))
    assert refused == {("TARGET_ALREADY_ENDED", "withdrawal.target")}


def test_statement_that_should_not_have_been_made_takes_nothing_with_it(spine: Spine, firm: Subject) -> None:
    state_both(spine, firm, "903")
    placed(spine.say("财政", withdrawal=withdrawal("财政", "903-ban")))
    assert set(statuses(ask(spine, firm))) == {"M-PRO-05"}


def test_what_rests_on_another_document_or_is_about_another_stays(spine: Spine, firm: Subject) -> None:
    other = new_firm()
    state_both(spine, firm, "904")
    beside = ban("财政", firm, "M-PRO-02", "2026-03-01", "2028-03-01", capacity=2)
    placed(spine.say("财政", "904-beside", event=beside))
    elsewhere = list_entry("财政", other, "L-02", "2026-03-01", "2028-03-01")
    elsewhere.document.number = "沧示财罚字〔2026〕904号"
    placed(spine.say("财政", "904-other", event=elsewhere))
    placed(spine.say("财政", withdrawal=withdrawal("财政", "904-ban", document=REVOKING)))
    assert set(statuses(ask(spine, firm))) == {"M-PRO-02"}
    assert set(statuses(ask(spine, other))) == {"M-PRO-05"}


def test_objection_to_what_falls_is_settled(spine: Spine, firm: Subject) -> None:
    state_both(spine, firm, "905")
    placed(spine.say("财政", "905-O", objection=objection_to("财政", "905-list")))
    placed(spine.say("财政", withdrawal=withdrawal("财政", "905-ban", document=REVOKING)))
    filed = spine.engine.state.remedies.get(spine.code("财政"), "905-O")
    assert filed is not None
    assert not filed.is_open


def test_what_fell_is_erased_with_what_it_fell_with(spine: Spine, tmp_path: Path) -> None:
    """Without the withdrawal it would stand again."""
    someone = new_person()
    banned = ban("财政", someone, "M-PRO-01", "2026-03-01", "2028-03-01")
    fined = penalty("财政", someone, "2026-03-01", document=banned.document)
    placed(spine.say("财政", "906-ban", event=banned))
    placed(spine.say("财政", "906-fine", event=fined))
    placed(spine.say("财政", "906-O", objection=objection_to("财政", "906-fine")))
    kept = placed(spine.say("财政", "906-kept", event=penalty("财政", someone, "2026-04-01")))
    placed(spine.say("财政", withdrawal=withdrawal("财政", "906-ban", document=REVOKING)))
    placed(spine.say("财政", erasure=erasure("财政", "906-fine")))
    assert spine.engine.state.remedies.get(spine.code("财政"), "906-O") is None
    ref = spine.engine.state.vault.ref(someone.identifier.type, someone.identifier.value)
    record = spine.engine.state.index.get(ref)
    assert record is not None
    assert ({row.position for row in record.grounds}, record.live_events) == ({kept}, 1)
    spine.reopen()
    assert spine.engine.state.index.get(ref) == record
    assert Copy.of(spine.directory, tmp_path).rebuild() == []
