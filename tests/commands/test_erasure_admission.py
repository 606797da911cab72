"""Who may erase, when, and what is told of what is erased already."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from demo.departments import OPERATOR
from registry.domain.faults import Fault
from registry.errors import RegistryError
from registry.provenance.file_signer import FileSigner
from registry.v1 import envelope_pb2
from registry.v1 import statement_pb2 as pb
from tests.commands.erasing import check_sound, erase, erased, over, refused_reasons, statement
from tests.support import events
from tests.support.events import (
    ban,
    correction,
    erasure,
    fined,
    firm,
    list_entry,
    placed,
    refusal,
    repair,
    withdrawal,
)
from tests.support.spine import Spine, found_spine, furnish

BAN = "M-PRO-01"
TARGET = "erasure.target"


@pytest.fixture
def spine(tmp_path: Path) -> Iterator[Spine]:
    spine = furnish(found_spine(tmp_path / "registry"))
    yield spine
    spine.engine.close()


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


def test_entry_that_a_thief_shortened_is_erased_once_the_department_has_withdrawn_it(
    spine: Spine, tmp_path: Path
) -> None:
    """What the thief closed counts on only while what he left of it does: a sound withdrawal ended both."""
    thief = FileSigner.generate(envelope_pb2.SUITE_ED25519)
    placed(spine.enrol("人社", thief))
    entry = list_entry("人社", firm(3), "L-04", "2025-03-01", "2027-03-01")
    placed(spine.say("人社", "wages", event=entry))
    removed = placed(spine.say("人社", "wages-b", repair=repair("人社", "wages", "2026-05-01"), by=thief))
    revocation = pb.KeyRevocation(
        keyid=thief.keyid, reason=pb.KEY_REVOCATION_REASON_COMPROMISED, suspect_from=removed
    )
    placed(spine.say(OPERATOR.key, key_revocation=revocation))
    assert refused_reasons(spine, "人社", "wages") == {("TARGET_IN_FORCE", TARGET)}
    placed(spine.say("人社", "wages-c", withdrawal=withdrawal("人社", "wages")))
    erase(spine, "人社", "wages")
    assert len(erased(spine)) == 3
    check_sound(spine, tmp_path)


def test_old_code_that_a_thief_cut_is_evidence_of_why_those_beside_it_lead_nowhere(
    spine: Spine, tmp_path: Path
) -> None:
    """A fold that passed over the cut would have them lead on."""
    thief, code = FileSigner.generate(envelope_pb2.SUITE_ED25519), events.old_code(firm(1))
    placed(spine.enrol("市场监管", thief))
    for number in (1, 2):
        placed(spine.say("市场监管", event=events.licence("市场监管", firm(number))))
        linked = events.alternate(code, firm(number))
        placed(spine.say("市场监管", f"link-{number}", subject_link=linked))
    cut = placed(spine.say("市场监管", "cut", withdrawal=withdrawal("市场监管", "link-1"), by=thief))
    revocation = pb.KeyRevocation(
        keyid=thief.keyid, reason=pb.KEY_REVOCATION_REASON_COMPROMISED, suspect_from=cut
    )
    placed(spine.say(OPERATOR.key, key_revocation=revocation))
    confirmed = pb.Confirmation(target=events.target("市场监管", "cut"), reason="核对属实")
    placed(spine.say("市场监管", confirmation=confirmed))
    assert refused_reasons(spine, "市场监管", "link-1") == {("STATUS_NOT_APPLICABLE", TARGET)}
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
