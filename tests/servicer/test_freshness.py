"""Whether nothing found says something: what the sources of the lists had delivered, and by when.

L-01 must be checked in procurement, bidding and financing and is stale after seven days, L-02 and L-03 in
procurement alone, after a month; the spine delivers them up to 2026-11-23, the day on which it stands."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from demo.departments import OPERATOR
from registry.access.identity import Caller, CallerRole
from registry.commands.jobs import Outcome
from registry.provenance.envelope import sign_envelope
from registry.provenance.keys import FileSigner
from registry.v1 import restriction_service_pb2 as pb
from registry.v1 import subject_pb2
from registry.v1.envelope_pb2 import SUITE_ED25519
from registry.v1.restriction_service_pb2_grpc import RestrictionServiceStub
from registry.v1.statement_pb2 import Delivery
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
from tests.support.events import delivery, event, firm, licence, person, placed
from tests.support.served import Served, serving, short_ban
from tests.support.spine import BY_KEY, ORIGIN, TODAY, Spine, enrolment_of, found_spine, furnish

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
        (3000, PROCUREMENT, STALE),
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


def test_department_whose_keys_have_expired_is_no_source_any_more(served: Served) -> None:
    """The keys of the spine run to 2035-12-31."""
    answer = check(served, 2, date(2036, 1, 1))
    assert answer.indeterminate_reason == NOT_CONNECTED
    assert [lists(answer)[code].connected for code in ("L-01", "L-02", "L-03")] == [False] * 3


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


def test_an_earlier_day_stated_later_takes_a_delivery_back(quiet: Served) -> None:
    spine = furnish(quiet.spine, ["市场监管", "财政", "税务", "法院"])
    placed(spine.say("市场监管", event=licence("市场监管", firm(2))))
    mistaken = spine.position
    placed(spine.say("法院", delivery=delivery("L-01", "2026-10-01")))
    answer, before = check(quiet, 2), check(quiet, 2, at=mistaken)
    assert (answer.indeterminate_reason, lists(answer)["L-01"].as_of) == (STALE, "2026-10-01")
    assert (before.verdict, lists(before)["L-01"].as_of) == (VERDICT_CLEAR, "2026-11-23")


def test_a_list_that_two_courts_keep_is_as_fresh_as_the_slower_of_them(quiet: Served) -> None:
    spine = furnish(quiet.spine, ["市场监管", "财政", "税务", "法院"])
    placed(spine.say("市场监管", event=licence("市场监管", firm(2))))
    second = second_court(spine)
    silent = check(quiet, 2)
    assert silent.indeterminate_reason == NOT_CONNECTED
    assert (lists(silent)["L-01"].connected, lists(silent)["L-01"].as_of) == (False, "")
    for as_of, reason in (("2026-11-15", STALE), ("2026-11-20", FRESH)):
        placed(said_by(spine, second, delivery("L-01", as_of)))
        answer = check(quiet, 2)
        assert (answer.indeterminate_reason, lists(answer)["L-01"].as_of) == (reason, as_of)


def second_court(spine: Spine) -> tuple[str, FileSigner]:
    """Another court with L-01 and a key; its code and its key."""
    court = BY_KEY["法院"].registration()
    court.code, court.name = firm(77, subject_pb2.SUBJECT_KIND_GOV_ORGAN).identifier.value, "另一(示例)法院"
    placed(spine.say(OPERATOR.key, department_registration=court))
    signer = FileSigner.generate(SUITE_ED25519)
    enrolment = enrolment_of(court.code, signer)
    statement = spine.statement(OPERATOR.key, key_enrolment=enrolment)
    placed(spine.put(OPERATOR.key, spine.seal(OPERATOR.key, statement, signer))[0])
    return court.code, signer


def said_by(spine: Spine, court: tuple[str, FileSigner], stated: Delivery) -> Outcome:
    """A delivery of a court that is none of the eight departments."""
    statement = spine.statement(OPERATOR.key, delivery=stated)
    statement.department, signer = court
    envelope = sign_envelope(statement.SerializeToString(), signer)
    caller = Caller(CallerRole.DEPARTMENT, statement.department, ORIGIN)
    outcome = spine.engine.intake.submit([envelope], caller)[0].result(30)
    assert outcome is not None
    return outcome


@pytest.mark.parametrize(
    ("keys", "missing"),
    [
        (["人社", "法院", "税务"], ()),
        (["人社", "法院"], ("M-EXI-02",)),
        (["人社", "移民管理"], ("M-EXI-01", "M-EXI-02")),
    ],
)
def test_nobody_leaves_unhindered_where_who_decides_exit_bans_is_not_connected(
    quiet: Served, keys: list[str], missing: tuple[str, ...]
) -> None:
    """And of what is not connected it is not said that nothing was found."""
    spine, traveller = furnish(quiet.spine, keys), person(1)
    title = event("人社", traveller, "E-04", "2026-03-01", legal_basis=[])
    placed(spine.say("人社", event=title))
    request = pb.CheckRequest(subject=traveller.identifier)
    request.purpose.CopyFrom(
        pb.Purpose(domain=subject_pb2.DOMAIN_EXIT_ENTRY, reference="放行-1", reason="查验")
    )
    request.matter.role = subject_pb2.SUBJECT_ROLE_TRAVELLER
    stub = RestrictionServiceStub(quiet.channel(quiet.system(CallerRole.BORDER_SYSTEM)))
    answer = stub.Check(request)
    assert answer.indeterminate_reason == (NOT_CONNECTED if missing else FRESH)
    checked = {each.code for each in answer.checked_and_empty.measures}
    assert checked.isdisjoint(missing)
    assert checked >= {"M-EXI-01", "M-EXI-02", "M-EXI-03"} - set(missing)
    conclusion = stub.Explain(pb.ExplainRequest(check=request)).conclusion
    lines = [line for line in conclusion if line.startswith("措施: ")]
    assert [("没有决定机关接入" in line) for line in lines] == ["M-EXI-01" in missing, "M-EXI-02" in missing]
