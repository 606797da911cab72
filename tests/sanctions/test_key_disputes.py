"""A stolen key: what it signed is disputed, whatever it said, until the department has looked at it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.commands.listings import BanFilter, BansAsked, ListAsked
from registry.commands.records import Records
from registry.provenance.keys import FileSigner
from registry.v1 import restriction_service_pb2, verdict_pb2
from registry.v1 import statement_pb2 as pb
from registry.v1.envelope_pb2 import SUITE_ED25519
from registry.v1.record_service_pb2 import EntryState
from registry.v1.subject_pb2 import DOMAIN_PROCUREMENT, Subject
from registry.v1.verdict_pb2 import (
    HIT_REASON_KEY_DISPUTED,
    HIT_STATUS_DISPUTED,
    VERDICT_BLOCKED,
    VERDICT_CLEAR,
    VERDICT_INDETERMINATE,
    VERDICT_REVIEW,
)
from tests.support.events import (
    ask,
    ban,
    correction,
    licence,
    list_entry,
    new_firm,
    placed,
    refusal,
    repair,
    resumption,
    ruling,
    stay,
    succession,
    withdrawal,
)
from tests.support.files import department
from tests.support.signing_keys import confirmation, found_stolen, recover, revoke, rotate, say_safely
from tests.support.spine import Spine, found_spine, furnish
from tests.support.tampering import Copy

PROCUREMENT = "M-PRO-01"


@pytest.fixture
def spine(tmp_path: Path) -> Iterator[Spine]:
    """Each test has its own: a key is stolen once."""
    furnished = furnish(found_spine(tmp_path / "registry"))
    yield furnished
    furnished.engine.close()


@pytest.fixture
def office(spine: Spine) -> str:
    """The department whose key is stolen; it has another one, in a safe."""
    safe = FileSigner.generate(SUITE_ED25519)
    placed(spine.enrol("财政", safe))
    spine.signers["safe"] = safe
    return "财政"


def test_ban_by_a_stolen_key_needs_review_until_it_is_confirmed(spine: Spine, office: str) -> None:
    firm = new_firm()
    at = placed(spine.say(office, "stolen", event=ban(office, firm, PROCUREMENT, "2026-03-01", "2028-03-01")))
    assert ask(spine, firm).verdict == VERDICT_BLOCKED
    revoked = revoke(spine, at)
    recover(spine)
    decision = ask(spine, firm)
    assert decision.verdict == VERDICT_REVIEW
    (hit,) = [hit for hit in decision.hits if hit.restriction.measure.code == PROCUREMENT]
    assert (hit.status, hit.reasons) == (HIT_STATUS_DISPUTED, (HIT_REASON_KEY_DISPUTED,))
    assert ask(spine, firm, at=revoked - 1).verdict == VERDICT_BLOCKED
    placed(say_safely(spine, confirmation=confirmation("stolen")))
    assert ask(spine, firm).verdict == VERDICT_BLOCKED


def test_ban_before_the_suspect_position_blocks_on(spine: Spine, office: str) -> None:
    firm = new_firm()
    at = placed(spine.say(office, event=ban(office, firm, PROCUREMENT, "2026-03-01", "2028-03-01")))
    revoke(spine, at + 1)
    recover(spine)
    assert ask(spine, firm).verdict == VERDICT_BLOCKED


def test_thief_frees_nobody_by_withdrawing_a_ban(spine: Spine, office: str) -> None:
    firm = new_firm()
    placed(spine.say("市场监管", event=licence("市场监管", firm)))
    placed(spine.say(office, "ban", event=ban(office, firm, PROCUREMENT, "2026-03-01", "2028-03-01")))
    at = placed(spine.say(office, "theft", withdrawal=withdrawal(office, "ban")))
    assert ask(spine, firm).verdict == VERDICT_CLEAR
    revoke(spine, at)
    recover(spine)
    decision = ask(spine, firm)
    assert decision.verdict == VERDICT_REVIEW
    assert HIT_REASON_KEY_DISPUTED in decision.hits[0].reasons
    placed(say_safely(spine, confirmation=confirmation("theft")))
    assert ask(spine, firm).verdict == VERDICT_CLEAR


def test_thief_frees_nobody_by_an_early_removal_or_a_shorter_term(spine: Spine, office: str) -> None:
    listed, shortened = new_firm(), new_firm()
    placed(spine.say(office, "entry", event=list_entry(office, listed, "L-02", "2025-01-01", "2027-12-31")))
    placed(spine.say(office, "term", event=ban(office, shortened, PROCUREMENT, "2024-06-01", "2027-05-31")))
    at = placed(spine.say(office, repair=repair(office, "entry", "2026-10-01")))
    shorter = ban(office, shortened, PROCUREMENT, "2024-06-01", "2026-05-31")
    placed(spine.say(office, correction=correction(office, "term", shorter)))
    revoke(spine, at)
    recover(spine)
    assert ask(spine, listed).verdict == VERDICT_REVIEW
    assert ask(spine, shortened).verdict == VERDICT_REVIEW


def test_thief_brings_no_ban_back_by_ending_its_stay(spine: Spine, office: str) -> None:
    firm = new_firm()
    placed(spine.say(office, "ban", event=ban(office, firm, PROCUREMENT, "2026-03-01", "2028-03-01")))
    placed(spine.say(office, "stay", status_note=stay(office, "ban", "2026-05-01")))
    at = placed(spine.say(office, "theft", status_note=resumption(office, "ban", "2026-06-01")))
    assert ask(spine, firm).verdict == VERDICT_BLOCKED
    revoke(spine, at)
    recover(spine)
    assert ask(spine, firm).verdict == VERDICT_REVIEW
    placed(say_safely(spine, confirmation=confirmation("theft")))
    assert ask(spine, firm).verdict == VERDICT_BLOCKED


def test_sound_correction_of_what_a_thief_said_stands(spine: Spine, office: str) -> None:
    firm = new_firm()
    at = placed(spine.say(office, "stolen", event=ban(office, firm, PROCUREMENT, "2026-03-01", "2028-03-01")))
    revoke(spine, at)
    recover(spine)
    shorter = ban(office, firm, PROCUREMENT, "2026-03-01", "2027-03-01")
    placed(say_safely(spine, correction=correction(office, "stolen", shorter)))
    decision = ask(spine, firm)
    assert decision.verdict == VERDICT_BLOCKED
    assert len(decision.hits) == 1


def test_withdrawal_by_the_department_ends_what_a_thief_had_shortened(spine: Spine, office: str) -> None:
    firm = new_firm()
    placed(spine.say("市场监管", event=licence("市场监管", firm)))
    placed(spine.say(office, "entry", event=list_entry(office, firm, "L-02", "2025-01-01", "2027-12-31")))
    at = placed(spine.say(office, repair=repair(office, "entry", "2026-10-01")))
    revoke(spine, at)
    recover(spine)
    assert ask(spine, firm).verdict == VERDICT_REVIEW
    placed(say_safely(spine, withdrawal=withdrawal(office, "entry")))
    assert ask(spine, firm).verdict == VERDICT_CLEAR


def test_one_stolen_key_does_not_confirm_what_another_signed(spine: Spine, office: str) -> None:
    firm, second = new_firm(), FileSigner.generate(SUITE_ED25519)
    placed(spine.enrol("财政", second))
    at = placed(spine.say(office, "stolen", event=ban(office, firm, PROCUREMENT, "2026-03-01", "2028-03-01")))
    revoke(spine, at)
    recover(spine)
    confirmed = placed(spine.say("财政", "theft", by=second, confirmation=confirmation("stolen")))
    assert ask(spine, firm).verdict == VERDICT_BLOCKED
    found_stolen(spine, second, confirmed)
    (hit,) = ask(spine, firm).hits
    assert (hit.status, ask(spine, firm).verdict) == (HIT_STATUS_DISPUTED, VERDICT_REVIEW)
    placed(say_safely(spine, confirmation=confirmation("theft")))
    assert ask(spine, firm).verdict == VERDICT_BLOCKED


def test_thief_who_gives_the_key_up_himself_gains_nothing(spine: Spine, office: str) -> None:
    firm = new_firm()
    at = placed(spine.say(office, "stolen", event=ban(office, firm, PROCUREMENT, "2026-03-01", "2028-03-01")))
    delivered = placed(spine.say(office, delivery=pb.Delivery(list_code="L-02", as_of="2026-11-22")))
    gone = pb.KeyRevocation(keyid=spine.signers[office].keyid, reason=pb.KEY_REVOCATION_REASON_SUPERSEDED)
    left = placed(spine.say(office, key_revocation=gone))
    late = pb.KeyRevocation(
        keyid=spine.signers[office].keyid,
        reason=pb.KEY_REVOCATION_REASON_COMPROMISED,
        suspect_from=left,
    )
    assert ("NOT_REGISTRAR", "department") in refusal(say_safely(spine, key_revocation=late))
    placed(spine.say("信用办", key_revocation=late))
    revoke(spine, delivered)
    recover(spine)
    assert ask(spine, firm).verdict == VERDICT_BLOCKED
    revoke(spine, at)
    assert ask(spine, firm).verdict == VERDICT_REVIEW
    placed(say_safely(spine, confirmation=confirmation("stolen")))
    revoke(spine, at)
    assert ask(spine, firm).verdict == VERDICT_BLOCKED
    key = spine.engine.state.directory.key(spine.signers[office].keyid)
    assert key is not None
    assert (key.revoked_position, key.revocation_reason) == (left, pb.KEY_REVOCATION_REASON_COMPROMISED)


def test_later_finding_changes_no_earlier_answer_and_is_rebuilt(
    spine: Spine, office: str, tmp_path: Path
) -> None:
    firm = new_firm()
    placed(spine.say("市场监管", event=licence("市场监管", firm)))
    at = placed(spine.say(office, delivery=pb.Delivery(list_code="L-02", as_of="2026-11-23")))
    enrolled = spine.engine.state.directory.key(spine.signers[office].keyid)
    assert enrolled is not None
    first = revoke(spine, enrolled.position + 1)
    revoke(spine, at)
    assert ask(spine, firm, at=first).verdict == VERDICT_INDETERMINATE
    spine.reopen()
    assert ask(spine, firm, at=first).verdict == VERDICT_INDETERMINATE
    assert Copy.of(spine.directory, tmp_path).rebuild() == []


def test_key_that_a_thief_put_in_the_place_of_the_stolen_one_falls_with_it(
    spine: Spine, office: str, tmp_path: Path
) -> None:
    own, heir = FileSigner.generate(SUITE_ED25519), FileSigner.generate(SUITE_ED25519)
    at = placed(rotate(spine, own))
    placed(rotate(spine, heir, by=own, replaces=own.keyid))
    firm = new_firm()
    theft = ban(office, firm, PROCUREMENT, "2026-03-01", "2028-03-01")
    placed(spine.say(office, "stolen", by=heir, event=theft))
    revoke(spine, at)
    recover(spine)
    assert ask(spine, firm).verdict == VERDICT_REVIEW
    said = spine.say(office, by=heir, event=ban(office, new_firm(), PROCUREMENT, "2026-03-01", "2028-03-01"))
    assert ("KEY_REVOKED", "signatures[0].keyid") in refusal(said)
    assert Copy.of(spine.directory, tmp_path).rebuild() == []


def test_that_a_key_was_stolen_is_not_said_with_another_of_its_holder(spine: Spine, office: str) -> None:
    at = placed(spine.say(office, event=ban(office, new_firm(), PROCUREMENT, "2026-03-01", "2028-03-01")))
    lie = pb.KeyRevocation(
        keyid=spine.signers["safe"].keyid, reason=pb.KEY_REVOCATION_REASON_COMPROMISED, suspect_from=at
    )
    assert refusal(spine.say(office, key_revocation=lie)) == {("NOT_REGISTRAR", "department")}
    lie.keyid = spine.signers[office].keyid
    assert refusal(spine.say(office, key_revocation=lie)) == {("NOT_REGISTRAR", "department")}
    placed(spine.say("信用办", key_revocation=lie))


def test_code_of_which_only_a_stolen_link_tells_is_in_dispute_after_a_restart_too(spine: Spine) -> None:
    registrar, safe = "市场监管", FileSigner.generate(SUITE_ED25519)
    placed(spine.enrol(registrar, safe))
    old, new = new_firm(), new_firm()
    placed(spine.say(registrar, event=licence(registrar, old)))
    barred = ban("财政", old, PROCUREMENT, "2026-03-01", "2028-03-01")
    placed(spine.say("财政", event=barred))
    at = placed(spine.say(registrar, "tied", subject_link=succession(old, new)))
    found_stolen(spine, spine.signers[registrar], at)
    for _ in range(2):
        decision = ask(spine, new)
        assert [hit.reasons for hit in decision.hits] == [(HIT_REASON_KEY_DISPUTED,)]
        assert decision.verdict != VERDICT_BLOCKED
        spine.reopen()


def test_thief_takes_no_ban_off_a_code_and_puts_none_on_another(spine: Spine) -> None:
    registrar, safe = "市场监管", FileSigner.generate(SUITE_ED25519)
    placed(spine.enrol(registrar, safe))
    old, new, other = new_firm(), new_firm(), new_firm()
    for each in (old, new, other):
        placed(spine.say(registrar, event=licence(registrar, each)))
    placed(spine.say("财政", event=ban("财政", old, PROCUREMENT, "2026-03-01", "2028-03-01")))
    placed(spine.say(registrar, "sound", subject_link=succession(old, new)))
    at = placed(spine.say(registrar, "cut", withdrawal=withdrawal(registrar, "sound")))
    placed(spine.say(registrar, "tied", subject_link=succession(old, other)))
    assert (ask(spine, new).verdict, ask(spine, other).verdict) == (VERDICT_CLEAR, VERDICT_BLOCKED)
    found_stolen(spine, spine.signers[registrar], at)
    for each in (new, other):
        decision = ask(spine, each)
        assert decision.verdict == VERDICT_REVIEW
        assert HIT_REASON_KEY_DISPUTED in decision.hits[0].reasons
    placed(spine.say(registrar, by=safe, confirmation=confirmation("cut", registrar)))
    placed(spine.say(registrar, by=safe, confirmation=confirmation("tied", registrar)))
    assert (ask(spine, new).verdict, ask(spine, other).verdict) == (VERDICT_CLEAR, VERDICT_BLOCKED)


def test_thief_settles_no_name_and_takes_none_away(spine: Spine) -> None:
    registrar, safe = "市场监管", FileSigner.generate(SUITE_ED25519)
    placed(spine.enrol(registrar, safe))
    firm, dropped = new_firm(), new_firm()
    for each, statement_id in ((firm, ""), (dropped, "other-name")):
        placed(spine.say(registrar, event=licence(registrar, each)))
        renamed = type(each)()
        renamed.CopyFrom(each)
        renamed.name = "沧州别名商贸有限公司(示例)"
        placed(spine.say(registrar, statement_id, event=licence(registrar, renamed)))
        assert ask(spine, each).indeterminate == verdict_pb2.INDETERMINATE_REASON_IDENTITY_AMBIGUOUS
    names = (firm.name, "沧州别名商贸有限公司(示例)")
    at = placed(spine.say(registrar, name_ruling=ruling(firm, *names)))
    placed(spine.say(registrar, withdrawal=withdrawal(registrar, "other-name")))
    assert {ask(spine, each).verdict for each in (firm, dropped)} == {VERDICT_CLEAR}
    found_stolen(spine, spine.signers[registrar], at)
    for each in (firm, dropped):
        assert ask(spine, each).indeterminate == verdict_pb2.INDETERMINATE_REASON_IDENTITY_AMBIGUOUS


def test_record_keeps_what_a_thief_ended_and_says_that_it_is_disputed(spine: Spine, office: str) -> None:
    firm = new_firm()
    placed(spine.say(office, "ban", event=ban(office, firm, PROCUREMENT, "2026-03-01", "2028-03-01")))
    placed(spine.say(office, "entry", event=list_entry(office, firm, "L-02", "2025-01-01", "2027-12-31")))
    at = placed(spine.say(office, "theft", withdrawal=withdrawal(office, "ban")))
    placed(spine.say(office, repair=repair(office, "entry", "2026-10-01")))
    assert entries(spine, firm) == [("WITHDRAWN", False, ()), ("REPAIRED", False, ())]
    revoke(spine, at)
    assert entries(spine, firm) == [("STANDS", True, (HIT_STATUS_DISPUTED,))] * 2
    placed(say_safely(spine, confirmation=confirmation("theft")))
    assert entries(spine, firm)[0] == ("WITHDRAWN", False, ())


def entries(spine: Spine, firm: Subject) -> list[tuple[str, bool, tuple[int, ...]]]:
    """State, whether it is in force, and notes of each entry of a firm's record."""
    ask = spine.engine.ask
    caller, purpose = department(spine, "财政"), restriction_service_pb2.Purpose(domain=DOMAIN_PROCUREMENT)
    facts, position = restriction_service_pb2.Matter(), ask.state.index.position
    matter = ask.matter(caller, purpose, facts, position=position, valid_ms=ask.now_ms())
    found = ask.find(firm.identifier.type, firm.identifier.value)
    return [
        (EntryState.Name(each.state).removeprefix("ENTRY_STATE_"), each.validity.running, each.notes)
        for each in Records(ask).file(found, matter).entries
    ]


def test_lists_show_what_a_thief_ended_and_mark_what_he_said(spine: Spine, office: str) -> None:
    freed, banned, removed = new_firm(), new_firm(), new_firm()
    placed(spine.say(office, "ban", event=ban(office, freed, PROCUREMENT, "2026-03-01", "2028-03-01")))
    placed(spine.say(office, "entry", event=list_entry(office, removed, "L-02", "2025-01-01", "2027-12-31")))
    at = placed(spine.say(office, withdrawal=withdrawal(office, "ban")))
    placed(spine.say(office, event=ban(office, banned, PROCUREMENT, "2026-03-01", "2028-03-01")))
    placed(spine.say(office, repair=repair(office, "entry", "2026-10-01")))
    revoke(spine, at)
    caller = department(spine, office)
    bans = BansAsked.of(spine.engine.ask, caller, BanFilter(), on=None, token="").page(10)
    entries = ListAsked.of(spine.engine.ask, caller, "L-02", on=None, token="").page(10)
    shown = {row.ground.subject: row.status for row in (*bans.rows, *entries.rows)}
    assert shown == {each.identifier.value: HIT_STATUS_DISPUTED for each in (freed, banned, removed)}


def test_delivery_by_a_stolen_key_counts_no_more(spine: Spine, office: str) -> None:
    firm = new_firm()
    placed(spine.say("市场监管", event=licence("市场监管", firm)))
    at = placed(spine.say(office, delivery=pb.Delivery(list_code="L-02", as_of="2026-11-23")))
    assert ask(spine, firm).verdict == VERDICT_CLEAR
    enrolled = spine.engine.state.directory.key(spine.signers[office].keyid)
    assert enrolled is not None
    revoked = revoke(spine, enrolled.position + 1)
    decision = ask(spine, firm)
    assert decision.verdict == VERDICT_INDETERMINATE
    assert decision.indeterminate == verdict_pb2.INDETERMINATE_REASON_SOURCE_NOT_CONNECTED
    assert ask(spine, firm, at=revoked - 1).verdict == VERDICT_CLEAR
    recover(spine)
    assert ask(spine, firm).verdict == VERDICT_CLEAR
    assert at < revoked


def test_restart_and_rebuild_know_the_disputes(spine: Spine, office: str, tmp_path: Path) -> None:
    one, other = new_firm(), new_firm()
    at = placed(spine.say(office, event=ban(office, one, PROCUREMENT, "2026-03-01", "2028-03-01")))
    placed(spine.say(office, "b", event=ban(office, other, PROCUREMENT, "2026-03-01", "2028-03-01")))
    placed(spine.say(office, delivery=pb.Delivery(list_code="L-02", as_of="2026-11-23")))
    revoke(spine, at)
    placed(say_safely(spine, confirmation=confirmation("b")))
    recover(spine)
    spine.reopen()
    assert ask(spine, one).verdict == VERDICT_REVIEW
    assert ask(spine, other).verdict == VERDICT_BLOCKED
    assert Copy.of(spine.directory, tmp_path).rebuild() == []


def test_only_what_is_disputed_is_confirmed_and_by_its_own_department(spine: Spine, office: str) -> None:
    firm = new_firm()
    placed(spine.say(office, "sound", event=ban(office, firm, PROCUREMENT, "2026-03-01", "2028-03-01")))
    assert refusal(say_safely(spine, confirmation=confirmation("sound"))) == {
        ("TARGET_NOT_DISPUTED", "confirmation.target")
    }
    assert refusal(say_safely(spine, confirmation=confirmation("never"))) == {
        ("TARGET_UNKNOWN", "confirmation.target")
    }
    said = spine.say("法院", confirmation=confirmation("sound"))
    assert ("TARGET_OF_ANOTHER_DEPARTMENT", "confirmation.target") in refusal(said)


@pytest.mark.parametrize(
    ("reason", "suspect_from"),
    [
        (pb.KEY_REVOCATION_REASON_COMPROMISED, None),
        (pb.KEY_REVOCATION_REASON_RETIRED, 50),
        (pb.KEY_REVOCATION_REASON_COMPROMISED, 1),
        (pb.KEY_REVOCATION_REASON_COMPROMISED, 2**63),
    ],
)
def test_suspect_range_belongs_to_a_compromised_key(
    spine: Spine, office: str, reason: pb.KeyRevocationReason.ValueType, suspect_from: int | None
) -> None:
    revocation = pb.KeyRevocation(keyid=spine.signers[office].keyid, reason=reason, suspect_from=suspect_from)
    said = spine.say("信用办", key_revocation=revocation)
    assert refusal(said) == {("SUSPECT_RANGE_INVALID", "key_revocation.suspect_from")}
