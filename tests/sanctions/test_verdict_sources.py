"""Nothing found says nothing where a source that law requires has not delivered, or not lately (财库〔2016〕
125号; law.md §5.2: “no result” is not “the source was up”)."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from demo.departments import OPERATOR
from registry.provenance.keys import FileSigner
from registry.v1 import statement_pb2
from registry.v1 import subject_pb2 as pb
from registry.v1.envelope_pb2 import SUITE_ED25519
from registry.v1.subject_pb2 import Subject
from tests.support.events import (
    ask,
    ban,
    delivery,
    event,
    licence,
    list_entry,
    new_firm,
    new_person,
    placed,
    registration,
    told,
)
from tests.support.spine import BY_KEY, TODAY, Spine, found_spine, furnish

BIDDING, BUSINESS = pb.DOMAIN_BIDDING, pb.DOMAIN_BUSINESS
CLEAR: tuple[str, dict[str, str]] = ("CLEAR", {})
STALE: tuple[str, dict[str, str]] = ("INDETERMINATE SOURCE_STALE", {})
NOT_CONNECTED: tuple[str, dict[str, str]] = ("INDETERMINATE SOURCE_NOT_CONNECTED", {})
WEEK = timedelta(days=7)
"""How old the last delivery of L-01 may be; L-02 and L-03 are delivered by the month."""


@pytest.fixture
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spine]:
    """A registry whose departments have keys and mandates, but for 移民管理; none has delivered anything."""
    path = tmp_path_factory.mktemp("quiet") / "registry"
    spine = furnish(found_spine(path), [key for key in BY_KEY if key != "移民管理"], delivered=False)
    yield spine
    spine.engine.close()


def known(spine: Spine) -> Subject:
    """A firm of which a licence is known."""
    subject = new_firm()
    placed(spine.say("市场监管", event=licence("市场监管", subject)))
    return subject


def deliver(spine: Spine, key: str, code: str, as_of: date) -> int:
    """A list is delivered up to a day."""
    return placed(spine.say(key, delivery=delivery(code, as_of.isoformat())))


def test_nobody_is_clear_before_every_required_list_was_delivered(quiet: Spine) -> None:
    subject = known(quiet)
    assert told(ask(quiet, subject)) == told(ask(quiet, subject, BIDDING)) == NOT_CONNECTED
    assert told(ask(quiet, subject, BUSINESS)) == CLEAR  # No list is required there.
    court = deliver(quiet, "法院", "L-01", TODAY)
    assert told(ask(quiet, subject, BIDDING)) == CLEAR
    assert told(ask(quiet, subject, BIDDING, at=court - 1)) == NOT_CONNECTED
    deliver(quiet, "财政", "L-02", TODAY)
    assert told(ask(quiet, subject)) == NOT_CONNECTED
    last = deliver(quiet, "税务", "L-03", TODAY)
    assert told(ask(quiet, subject)) == CLEAR
    assert told(ask(quiet, subject, at=last - 1)) == NOT_CONNECTED
    quiet.reopen()
    assert told(ask(quiet, subject)) == CLEAR
    assert told(ask(quiet, subject, at=last - 1)) == NOT_CONNECTED


def test_delivery_is_relied_on_to_its_bound_and_not_a_day_longer(quiet: Spine) -> None:
    subject, as_of = known(quiet), date(2026, 11, 1)
    deliver(quiet, "法院", "L-01", as_of)
    for day, expected in (
        (as_of - timedelta(days=400), CLEAR),
        (as_of, CLEAR),
        (as_of + WEEK, CLEAR),
        (as_of + WEEK + timedelta(days=1), STALE),
        (date.max, NOT_CONNECTED),  # The court's key has expired by then: it can say nothing any more.
    ):
        assert told(ask(quiet, subject, BIDDING, on=day)) == expected
    later = deliver(quiet, "法院", "L-01", as_of + timedelta(days=3))
    day = as_of + WEEK + timedelta(days=3)
    assert told(ask(quiet, subject, BIDDING, on=day)) == CLEAR
    assert told(ask(quiet, subject, BIDDING, on=day, at=later - 1)) == STALE


def test_delivery_that_was_stated_by_mistake_is_taken_back_by_stating_the_right_day(quiet: Spine) -> None:
    subject = known(quiet)
    mistaken = deliver(quiet, "法院", "L-01", TODAY)
    deliver(quiet, "法院", "L-01", TODAY - timedelta(days=60))
    assert told(ask(quiet, subject, BIDDING)) == STALE
    assert told(ask(quiet, subject, BIDDING, at=mistaken)) == CLEAR  # So it was known then.
    quiet.reopen()
    assert told(ask(quiet, subject, BIDDING)) == STALE
    deliver(quiet, "法院", "L-01", TODAY)
    assert told(ask(quiet, subject, BIDDING)) == CLEAR


def test_list_is_delivered_only_when_every_department_that_keeps_it_has_delivered(quiet: Spine) -> None:
    """A court of a district has entries of its own: what the other court delivers says nothing of them."""
    subject = known(quiet)
    deliver(quiet, "法院", "L-01", TODAY)
    alone = quiet.position
    court = second_court(quiet)
    placed(quiet.enrol(court, quiet.signers[court]))
    assert told(ask(quiet, subject, BIDDING)) == NOT_CONNECTED
    assert told(ask(quiet, subject, BIDDING, at=alone)) == CLEAR
    deliver(quiet, court, "L-01", TODAY - WEEK - timedelta(days=1))
    assert told(ask(quiet, subject, BIDDING)) == STALE
    deliver(quiet, court, "L-01", TODAY - WEEK)
    assert told(ask(quiet, subject, BIDDING)) == CLEAR
    quiet.reopen()
    assert told(ask(quiet, subject, BIDDING)) == CLEAR
    lost = statement_pb2.KeyRevocation(
        keyid=quiet.signers[court].keyid, reason=statement_pb2.KEY_REVOCATION_REASON_RETIRED
    )
    placed(quiet.say(OPERATOR.key, key_revocation=lost))
    assert told(ask(quiet, subject, BIDDING)) == NOT_CONNECTED


def test_delivery_of_a_department_that_keeps_the_list_no_longer_does_not_count(quiet: Spine) -> None:
    subject = known(quiet)
    deliver(quiet, "法院", "L-01", TODAY)
    court = second_court(quiet)
    placed(quiet.enrol(court, quiet.signers[court]))
    first = BY_KEY["法院"].registration()
    first.mandate.ClearField("lists")
    placed(quiet.say(OPERATOR.key, department_registration=first))
    assert told(ask(quiet, subject, BIDDING)) == NOT_CONNECTED
    deliver(quiet, court, "L-01", TODAY)
    assert told(ask(quiet, subject, BIDDING)) == CLEAR


def test_department_without_a_key_yet_has_not_begun_to_keep_a_list(quiet: Spine) -> None:
    subject = known(quiet)
    deliver(quiet, "法院", "L-01", TODAY)
    second_court(quiet)
    assert told(ask(quiet, subject, BIDDING)) == CLEAR


def second_court(spine: Spine) -> str:
    """Registers another court with L-01, in the place of 移民管理; answers its name. Its key is made and not
    enrolled yet."""
    key = "移民管理"
    court = BY_KEY["法院"].registration()
    court.code, court.name = spine.code(key), "沧州市新华区(示例)人民法院"
    placed(spine.say(OPERATOR.key, department_registration=court))
    spine.signers[key] = FileSigner.generate(SUITE_ED25519)
    return key


def test_private_fund_desk_is_told_nothing_before_the_court_has_delivered(quiet: Spine) -> None:
    """私募投资基金监督管理条例 第九条: 被纳入失信被执行人名单 bars, so the list must have been searched."""
    subject, role = known(quiet), pb.SUBJECT_ROLE_APPLICANT
    asked = {"domain": pb.DOMAIN_FINANCING, "role": role, "activity": "PRIVATE_FUND"}
    assert told(ask(quiet, subject, **asked)) == NOT_CONNECTED
    deliver(quiet, "法院", "L-01", TODAY - timedelta(days=60))
    assert told(ask(quiet, subject, **asked)) == STALE
    deliver(quiet, "法院", "L-01", TODAY)
    assert told(ask(quiet, subject, **asked)) == CLEAR


def test_border_is_told_nothing_before_those_who_decide_exit_bans_are_connected(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """出境入境管理法 第十二条: courts and tax authorities decide, no list holds it."""
    spine = furnish(found_spine(tmp_path_factory.mktemp("border") / "registry"), ["人社", "法院"])
    subject = new_person()
    title = event("人社", subject, "E-04", "2026-03-01", legal_basis=[])
    placed(spine.say("人社", event=title))
    asked = {"domain": pb.DOMAIN_EXIT_ENTRY, "role": pb.SUBJECT_ROLE_TRAVELLER}
    assert told(ask(spine, subject, **asked)) == NOT_CONNECTED
    placed(spine.say("法院", event=ban("法院", subject, "M-EXI-01", "2026-03-01", "2026-06-30")))
    assert told(ask(spine, subject, **asked, on=date(2026, 6, 30)))[0] == "BLOCKED"
    before = spine.position
    furnish(spine, ["税务"])
    assert told(ask(spine, subject, **asked)) == CLEAR
    assert told(ask(spine, subject, **asked, at=before)) == NOT_CONNECTED
    spine.engine.close()


def test_list_that_two_departments_keep_is_delivered_as_far_as_the_slower_one(quiet: Spine) -> None:
    """Nothing found on one court's part is nothing found on one court's part."""
    second = registration("财政", kinds=["court"], lists=["L-01"])
    placed(quiet.say(OPERATOR.key, department_registration=second))
    subject = known(quiet)
    deliver(quiet, "法院", "L-01", TODAY)
    assert told(ask(quiet, subject, BIDDING)) == NOT_CONNECTED
    deliver(quiet, "财政", "L-01", TODAY - WEEK)
    assert told(ask(quiet, subject, BIDDING)) == CLEAR
    deliver(quiet, "财政", "L-01", TODAY - WEEK - timedelta(days=1))
    assert told(ask(quiet, subject, BIDDING)) == STALE


def test_source_whose_last_key_has_expired_is_silent_from_then_on(quiet: Spine) -> None:
    """On a day after the last one of its keys it could not have stated anything."""
    subject, last_day = known(quiet), TODAY + timedelta(days=2)
    deliver(quiet, "法院", "L-01", TODAY)
    replaced = statement_pb2.KeyRevocation(
        keyid=quiet.signers["法院"].keyid, reason=statement_pb2.KEY_REVOCATION_REASON_SUPERSEDED
    )
    placed(quiet.enrol("法院", FileSigner.generate(SUITE_ED25519), valid_until=last_day.isoformat()))
    placed(quiet.say(OPERATOR.key, key_revocation=replaced))
    assert told(ask(quiet, subject, BIDDING, on=last_day)) == CLEAR
    assert told(ask(quiet, subject, BIDDING, on=last_day + timedelta(days=1))) == NOT_CONNECTED


def test_one_stale_list_of_three_is_enough_to_say_nothing(quiet: Spine) -> None:
    subject = known(quiet)
    deliver(quiet, "财政", "L-02", TODAY - timedelta(days=31))
    deliver(quiet, "法院", "L-01", TODAY)
    deliver(quiet, "税务", "L-03", TODAY)
    assert told(ask(quiet, subject)) == STALE
    deliver(quiet, "财政", "L-02", TODAY - timedelta(days=30))
    assert told(ask(quiet, subject)) == CLEAR


def test_clock_that_moves_on_makes_stale_what_nobody_delivers(spine: Spine) -> None:
    subject = known(spine)
    assert told(ask(spine, subject)) == CLEAR
    spine.clock.move_to(date(2027, 3, 1))
    assert told(ask(spine, subject, on=date(2027, 3, 1))) == STALE
    before = spine.position
    spine.deliver()
    assert told(ask(spine, subject, on=date(2027, 3, 1))) == CLEAR
    assert told(ask(spine, subject, on=date(2027, 3, 1), at=before)) == STALE


def test_block_is_told_and_a_review_is_not_relied_on_while_a_source_is_stale(spine: Spine) -> None:
    barred, listed = new_firm(), new_firm()
    placed(spine.say("财政", event=ban("财政", barred, "M-PRO-01", "2026-03-01", "2028-03-01")))
    placed(spine.say("人社", event=list_entry("人社", listed, "L-04", "2026-03-01", "2029-03-01")))
    late = date(2028, 3, 1)
    assert told(ask(spine, barred, on=late)) == ("BLOCKED", {"M-PRO-01": "BLOCKS MANDATORY"})
    assert told(ask(spine, listed, on=late)) == (STALE[0], {"M-PRO-06": "NEEDS_REVIEW DISCRETIONARY"})


def test_entry_that_is_missing_from_a_delivery_is_not_removed(quiet: Spine) -> None:
    """谁列入、谁移出: only the listing authority removes."""
    subject = new_firm()
    placed(quiet.say("法院", event=list_entry("法院", subject, "L-01", "2026-03-01")))
    deliver(quiet, "法院", "L-01", TODAY)
    assert told(ask(quiet, subject))[0] == "BLOCKED"
