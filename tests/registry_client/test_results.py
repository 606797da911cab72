from itertools import combinations_with_replacement

import pytest

from registry.v1 import restriction_service_pb2 as service
from registry.v1 import verdict_pb2
from registry.v1.statement_pb2 import Document
from registry.v1.subject_pb2 import (
    IDENTIFIER_TYPE_RESIDENT_ID,
    IDENTIFIER_TYPE_USCC,
    Identifier,
    Scope,
)
from registry_client.results import CheckResult, Hit, Verdict, verdict_of, worst
from tests.registry_client.samples import FIRM, PERSON

RANKED = [Verdict.CLEAR, Verdict.REVIEW, Verdict.INDETERMINATE, Verdict.BLOCKED]


def result_of(verdict: int) -> CheckResult:
    return CheckResult.of(service.CheckResponse(verdict=verdict))  # type: ignore[arg-type]


@pytest.mark.parametrize("verdict", [verdict_pb2.VERDICT_UNSPECIFIED, 99, -1])
def test_a_verdict_that_is_not_known_is_indeterminate_and_never_clear(verdict: int) -> None:
    assert verdict_of(verdict) is Verdict.INDETERMINATE
    assert result_of(verdict).verdict is Verdict.INDETERMINATE
    assert result_of(verdict).indeterminate_detail == f"verdict {verdict} is not known"


def test_every_verdict_of_the_contract_is_known() -> None:
    named = {name: verdict_of(number).name for name, number in verdict_pb2.Verdict.items() if number}
    assert named == {f"VERDICT_{verdict.name}": verdict.name for verdict in Verdict}


def test_a_consortium_is_as_bad_as_its_worst_member() -> None:
    of_verdict = {verdict_of(number): result_of(number) for number in (1, 2, 3, 4)}
    for members in combinations_with_replacement(RANKED, 3):
        expected = max(members, key=RANKED.index)
        assert worst(of_verdict[member] for member in members) is expected


def test_an_unknown_member_is_not_settled_by_reviewing_the_others() -> None:
    review, unknown = result_of(verdict_pb2.VERDICT_REVIEW), result_of(verdict_pb2.VERDICT_INDETERMINATE)
    assert worst([review, unknown]) is Verdict.INDETERMINATE


def test_nobody_is_no_clear_consortium() -> None:
    with pytest.raises(ValueError, match="empty"):
        worst([])


def test_every_verdict_has_its_word() -> None:
    assert [verdict.word for verdict in RANKED] == ["未见限制", "需研判", "无法判定", "禁止"]


def test_a_hit_carries_all_that_the_answer_says_of_it() -> None:
    hit = verdict_pb2.Hit(
        measure_code="M-PRO-01",
        measure_name="一至三年内禁止参加政府采购活动",
        effect=verdict_pb2.HIT_EFFECT_BLOCKS,
        reasons=[verdict_pb2.HIT_REASON_MANDATORY],
        document=Document(number="沧示财采罚〔2025〕801号"),
        legal_basis=["政府采购法 第七十七条"],
        until="2027-03-09",
        scope=Scope(region="130900"),
        relief="行政复议",
        position=42,
        statement_id="E-51.1",
        department="d",
        status=verdict_pb2.HIT_STATUS_IN_FORCE,
        origin=verdict_pb2.RESTRICTION_ORIGIN_DECISION,
        relation=verdict_pb2.SUBJECT_RELATION_SAME,
        related=Identifier(type=IDENTIFIER_TYPE_USCC, value=FIRM),
        **{"from": "2025-03-10"},  # type: ignore[arg-type]
    )
    response = service.CheckResponse(verdict=verdict_pb2.VERDICT_BLOCKED, hits=[hit])
    (read,) = CheckResult.of(response).hits
    assert (read.first, read.until, read.lifetime) == ("2025-03-10", "2027-03-09", False)
    assert read.legal_basis == ("政府采购法 第七十七条",)
    assert (read.status, read.origin, read.relation) == (hit.status, hit.origin, hit.relation)
    assert (read.related, read.unconfirmed, read.milder_rule, read.repeats_position) == (
        hit.related,
        False,
        False,
        None,
    )
    assert {name.name for name in verdict_pb2.Hit.DESCRIPTOR.fields} - {"from"} == set(
        type(read).__dataclass_fields__
    ) - {"first"}


def test_a_hit_says_which_earlier_decision_it_repeats_be_it_the_first_of_the_log() -> None:
    assert Hit.of(verdict_pb2.Hit(repeats_position=0)).repeats_position == 0


def test_a_related_person_is_masked_whatever_the_other_side_sent() -> None:
    related = Identifier(type=IDENTIFIER_TYPE_RESIDENT_ID, value=PERSON)
    shown = Hit.of(verdict_pb2.Hit(related=related)).related
    assert shown
    assert PERSON[6:14] not in shown.value


def test_an_answer_says_when_the_last_statement_it_knows_was_received() -> None:
    answered = service.Answered(known_position=7)
    answered.known_time.FromMilliseconds(1_774_000_000_123)
    response = service.CheckResponse(answered=answered)
    assert CheckResult.of(response).answered.known_time.timestamp() == 1_774_000_000.123
