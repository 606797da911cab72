"""Whether nothing found says something: what the sources of the lists had delivered, and by when.

L-01 must be checked in procurement and in bidding and is stale after seven days, L-02 and L-03 in procurement
alone, after a month; they are delivered up to 2026-11-23 by the spine, which stands on that day."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from demo.departments import OPERATOR
from registry.access.identity import CallerRole
from registry.provenance.keys import FileSigner
from registry.v1 import restriction_service_pb2 as pb
from registry.v1 import subject_pb2
from registry.v1.envelope_pb2 import SUITE_ED25519
from registry.v1.restriction_service_pb2_grpc import RestrictionServiceStub
from registry.v1.verdict_pb2 import (
    INDETERMINATE_REASON_SOURCE_NOT_CONNECTED,
    INDETERMINATE_REASON_SOURCE_STALE,
    INDETERMINATE_REASON_UNSPECIFIED,
    VERDICT_BLOCKED,
    VERDICT_CLEAR,
    VERDICT_INDETERMINATE,
    CheckedList,
)
from tests.support.clock import instant_ms
from tests.support.events import delivery, firm, licence, placed
from tests.support.served import Served, serving, short_ban
from tests.support.spine import BY_KEY, TODAY, Spine, found_spine, furnish

FRESH, NOT_CONNECTED = INDETERMINATE_REASON_UNSPECIFIED, INDETERMINATE_REASON_SOURCE_NOT_CONNECTED
STALE = INDETERMINATE_REASON_SOURCE_STALE
BIDDING, PROCUREMENT = subject_pb2.DOMAIN_BIDDING, subject_pb2.DOMAIN_PROCUREMENT
ASKERS = {PROCUREMENT: CallerRole.PROCUREMENT_SYSTEM, BIDDING: CallerRole.BIDDING_SYSTEM}


@pytest.fixture(scope="module", autouse=True)
def statements(served: Served) -> None:
    """Firm 1 is banned from procurement, firm 2 has a licence."""
    speak(served.spine)


def speak(spine: Spine) -> None:
    placed(spine.say("财政", "ban-1", event=short_ban(1)))
    placed(spine.say("市场监管", "licence-2", event=licence("市场监管", firm(2))))


def check(
    served: Served,
    number: int,
    on: date = TODAY,
    domain: subject_pb2.Domain.ValueType = PROCUREMENT,
    at: int | None = None,
) -> pb.CheckResponse:
    """The answer about a firm; the batch about it alone says the same."""
    fields: dict[str, Any] = {
        "purpose": pb.Purpose(domain=domain),
        "matter": pb.Matter(
            role=subject_pb2.SUBJECT_ROLE_BIDDER, tender_kind=subject_pb2.TENDER_KIND_COMPULSORY
        ),
    }
    single = pb.CheckRequest(subject=firm(number).identifier, **fields)
    single.valid_time.FromMilliseconds(instant_ms(on))
    if at is not None:
        single.consistency.at_exact_position = at
    code = single.subject.value
    many = pb.BatchCheckRequest(identifier_type=single.subject.type, identifiers=[code], **fields)
    many.valid_time.CopyFrom(single.valid_time)
    many.consistency.CopyFrom(single.consistency)
    stub = RestrictionServiceStub(served.channel(served.system(ASKERS[domain])))
    answer, batch = stub.Check(single), stub.BatchCheck(many)
    assert batch.verdicts[0] == answer.verdict
    assert list(batch.indeterminate_reasons) == [
        reason for reason in (answer.indeterminate_reason,) if reason
    ]
    if not answer.hits:
        assert batch.checked[0].checked == answer.checked_and_empty
    return answer


def lists(answer: pb.CheckResponse) -> dict[str, CheckedList]:
    """What the answer says of each list."""
    return {each.code: each for each in answer.checked_and_empty.lists}


@pytest.mark.parametrize(
    ("days", "domain", "reason"),
    [
        (-400, PROCUREMENT, FRESH),  # What had been delivered later holds for the past too.
        (0, PROCUREMENT, FRESH),
        (7, PROCUREMENT, FRESH),
        (8, PROCUREMENT, STALE),
        (8, BIDDING, STALE),
        (7, BIDDING, FRESH),
        (4000, PROCUREMENT, STALE),
    ],
)
def test_nothing_found_says_nothing_once_a_required_list_is_older_than_its_bound(
    served: Served, days: int, domain: subject_pb2.Domain.ValueType, reason: int
) -> None:
    answer = check(served, 2, TODAY + timedelta(days=days), domain)
    assert answer.indeterminate_reason == reason
    assert answer.verdict == (VERDICT_INDETERMINATE if reason else VERDICT_CLEAR)
    assert ("过时" in answer.indeterminate_detail) == bool(reason)


def test_each_list_says_up_to_which_day_it_is_delivered_and_how_old_that_may_be(served: Served) -> None:
    fresh, stale = lists(check(served, 2)), lists(check(served, 2, TODAY + timedelta(days=8)))
    for code, bound in (("L-01", 7), ("L-02", 30), ("L-03", 31)):
        assert (fresh[code].connected, fresh[code].as_of, fresh[code].stale) == (True, "2026-11-23", False)
        assert fresh[code].max_age_days == bound
    assert [stale[code].stale for code in ("L-01", "L-02", "L-03")] == [True, False, False]


def test_a_stale_list_never_hides_a_block(served: Served) -> None:
    answer = check(served, 1, TODAY + timedelta(days=100))
    assert (answer.verdict, answer.indeterminate_reason) == (VERDICT_BLOCKED, FRESH)


def test_a_subject_that_is_unknown_is_told_so_before_a_list_that_is_stale(served: Served) -> None:
    answer = check(served, 3, TODAY + timedelta(days=8))
    assert "没有这一主体" in answer.indeterminate_detail


@pytest.fixture
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A registry of its own, in which nobody has delivered anything yet."""
    with serving(found_spine(tmp_path_factory.mktemp("quiet") / "registry")) as running:
        yield running


def test_a_mandate_and_a_key_are_no_source_before_something_is_delivered(quiet: Served) -> None:
    spine = quiet.spine
    furnish(spine, ["市场监管", "财政", "税务"])
    placed(spine.say("市场监管", event=licence("市场监管", firm(2))))
    nobody = check(quiet, 2)
    assert nobody.indeterminate_reason == NOT_CONNECTED
    assert (lists(nobody)["L-01"].connected, lists(nobody)["L-02"].connected) == (False, True)
    enrolled = register_court(spine)
    silent = check(quiet, 2)
    assert silent.answered.known_position == enrolled
    assert silent.indeterminate_reason == NOT_CONNECTED
    assert (lists(silent)["L-01"].connected, lists(silent)["L-01"].as_of) == (False, "")
    delivered = placed(spine.say("法院", delivery=delivery("L-01", TODAY.isoformat())))
    assert check(quiet, 2).verdict == VERDICT_CLEAR
    assert check(quiet, 2, at=enrolled).SerializeToString() == silent.SerializeToString()
    assert check(quiet, 2, at=delivered).verdict == VERDICT_CLEAR


def register_court(spine: Spine) -> int:
    """The court has a mandate and a key, and has said nothing."""
    placed(spine.say(OPERATOR.key, department_registration=BY_KEY["法院"].registration()))
    spine.signers["法院"] = FileSigner.generate(SUITE_ED25519)
    return placed(spine.enrol("法院", spine.signers["法院"]))


def test_a_later_delivery_makes_the_list_fresh_and_leaves_earlier_answers_as_they_were(
    quiet: Served,
) -> None:
    spine = furnish(quiet.spine, ["市场监管", "财政", "税务", "法院"])
    placed(spine.say("市场监管", event=licence("市场监管", firm(2))))
    before, late = spine.position, TODAY + timedelta(days=8)
    stale = check(quiet, 2, late)
    assert stale.indeterminate_reason == STALE
    spine.clock.move_to(late)
    placed(spine.say("法院", delivery=delivery("L-01", late.isoformat())))
    fresh = check(quiet, 2, late)
    assert (fresh.verdict, lists(fresh)["L-01"].as_of) == (VERDICT_CLEAR, late.isoformat())
    assert check(quiet, 2, late, at=before).SerializeToString() == stale.SerializeToString()


def test_an_earlier_day_delivered_later_makes_no_list_older(quiet: Served) -> None:
    spine = furnish(quiet.spine, ["市场监管", "财政", "税务", "法院"])
    placed(spine.say("市场监管", event=licence("市场监管", firm(2))))
    placed(spine.say("法院", delivery=delivery("L-01", "2026-10-01")))
    answer = check(quiet, 2)
    assert (answer.verdict, lists(answer)["L-01"].as_of) == (VERDICT_CLEAR, "2026-11-23")
