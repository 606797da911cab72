"""Referrals: whose each step is, in which order, and what nobody can do (告知、移送)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from demo.departments import OPERATOR
from registry.v1 import statement_pb2 as st
from registry.v1 import supervision_pb2 as pb
from tests.support.events import firm, penalty, person, placed, refusal, withdrawal
from tests.support.referrals import (
    COUNTY,
    EVIDENCE,
    FIRE,
    GUILD,
    HOUSING,
    MARKET,
    POLICE,
    PROCURATORATE,
    Town,
    acceptance,
    answer,
    clue,
    fined,
    outcome,
    receipt,
    town_of,
)
from tests.support.spine import found_spine, furnish

CASE, TO_CRIMINAL = pb.REFERRAL_KIND_CASE, pb.REFERRAL_KIND_TO_CRIMINAL
FROM_CRIMINAL = pb.REFERRAL_KIND_FROM_CRIMINAL
DECIDED = pb.REFERRAL_RESULT_DECIDED
RESIDENT = "130999197001011006"
_OPENING = "supervision.referral"
_OUTCOME = "supervision.referral_outcome"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    spine = furnish(
        found_spine(tmp_path_factory.mktemp("town") / "registry"), [MARKET, HOUSING], delivered=False
    )
    yield town_of(spine)
    spine.engine.close()


def sent(town: Town, number: str, by: str = MARKET, **changes: Any) -> str:
    placed(town.act(by, referral=clue(town, number, **changes)))
    return number


def received(town: Town, number: str, by: str = FIRE, **changes: Any) -> str:
    placed(town.act(by, receipt=receipt(town, sent(town, number, to=by, **changes))))
    return number


def accepted(town: Town, number: str, by: str = FIRE, **changes: Any) -> str:
    received(town, number, by, **changes)
    placed(town.act(by, referral_acceptance=acceptance(town, number)))
    return number


def paper(town: Town, key: str, on: str = "2026-11-23") -> pb.SupervisionPaper:
    return pb.SupervisionPaper(number="沧示罚〔2026〕1号", issued_on=on, authority_code=town.code(key))


def test_referral_is_read_taken_decided_and_answered_by_whom_it_was_told_to(town: Town) -> None:
    number = accepted(town, "YS-1", HOUSING)
    event = fined(town.spine, HOUSING, "CF-1", "2026-11-23")
    decision = pb.RecordedStatement(department=town.code(HOUSING), statement_id="CF-1")
    decided = outcome(town, number, result=DECIDED, paper=paper(town, HOUSING), decision=decision)
    placed(town.act(HOUSING, referral_outcome=decided))
    placed(town.act(HOUSING, referral_answer=answer(town, number)))
    file = town.held(number)
    assert [act.result for act in file.acts] == [pb.REFERRAL_KIND_CLUE, 0, 1, DECIDED, 0]
    assert (file.addressee, file.subject) == (town.code(HOUSING), firm(1).identifier.value)
    assert file.acts[3].decision.statement_id == "CF-1"
    assert file.acts[3].position > event
    assert "货架" not in str(file)


STEPS: dict[str, Callable[[Town, str], Any]] = {
    "receipt": receipt,
    "referral_acceptance": acceptance,
    "referral_outcome": outcome,
    "referral_answer": answer,
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("who", [MARKET, POLICE, OPERATOR.key])
def test_nobody_but_the_recipient_takes_a_step(town: Town, step: str, who: str) -> None:
    number = accepted(town, f"YS-2-{step}-{len(who)}")
    assert refusal(town.act(who, **{step: STEPS[step](town, number)})) >= {
        ("NOT_YOUR_STEP", f"supervision.{step}.file")
    }


def test_steps_come_in_order_and_once(town: Town) -> None:
    number = sent(town, "YS-3")
    for step in ("referral_acceptance", "referral_outcome", "referral_answer"):
        assert refusal(town.act(FIRE, **{step: STEPS[step](town, number)})) == {
            ("STEP_OUT_OF_ORDER", f"supervision.{step}.file")
        }
    for step, make in STEPS.items():
        placed(town.act(FIRE, **{step: make(town, number)}))
        again = make(town, number)
        assert ("STEP_OUT_OF_ORDER", f"supervision.{step}.file") in refusal(town.act(FIRE, **{step: again}))


def test_two_receipts_in_one_call_are_one(town: Town) -> None:
    number = sent(town, "YS-4")
    twice = [town.envelope(FIRE, receipt=receipt(town, number)) for _ in range(2)]
    first, second = town.put(FIRE, *twice)
    placed(first)
    assert refusal(second) == {("STEP_OUT_OF_ORDER", "supervision.receipt.file")}


def test_acts_of_one_file_in_one_call_see_each_other(town: Town) -> None:
    number = sent(town, "YS-5")
    acts = {"receipt": receipt(town, number), "referral_acceptance": acceptance(town, number)}
    for outcome_of in town.put(FIRE, *(town.envelope(FIRE, **{name: act}) for name, act in acts.items())):
        placed(outcome_of)
    same = [town.envelope(MARKET, referral=clue(town, "YS-6")) for _ in range(2)]
    first, second = town.put(MARKET, *same)
    placed(first)
    assert refusal(second) == {("CASE_EXISTS", f"{_OPENING}.number")}


def test_days_are_in_order(town: Town) -> None:
    number = received(town, "YS-7")
    early = acceptance(town, number, on="2026-11-22")
    field = "supervision.referral_acceptance.on"
    assert refusal(town.act(FIRE, referral_acceptance=early)) == {("DATES_OUT_OF_ORDER", field)}
    late = acceptance(town, number, on="2026-11-24")
    assert refusal(town.act(FIRE, referral_acceptance=late)) == {("DATE_IN_FUTURE", field)}


WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "to oneself": ({"to": MARKET}, "FIELD_INVALID", "to"),
    "without facts": ({"facts": ""}, "FIELD_REQUIRED", "facts"),
    "a person's number in the facts": ({"facts": f"负责人{RESIDENT}"}, "FIELD_INVALID", "facts"),
    "a person's number in the basis": ({"legal_basis": [RESIDENT]}, "FIELD_INVALID", "legal_basis"),
    "without a basis": ({"legal_basis": []}, "LEGAL_BASIS_REQUIRED", "legal_basis"),
    "a person": ({"subject": person(1)}, "FIELD_INVALID", "subject.identifier"),
    "a case without evidence": ({"kind": CASE}, "FIELD_REQUIRED", "evidence"),
    "a crime to no police": ({"kind": TO_CRIMINAL, "evidence": [EVIDENCE]}, "FIELD_INVALID", "to"),
    "back from a crime by no police": ({"kind": FROM_CRIMINAL}, "NOT_YOUR_STEP", "kind"),
    "up to the same region": ({"direction": pb.REFERRAL_DIRECTION_UP}, "FIELD_INVALID", "direction"),
    "across to a county": ({"to": COUNTY}, "FIELD_INVALID", "direction"),
    "to an association": ({"to": GUILD}, "FIELD_INVALID", "to"),
    "tomorrow": ({"on": "2026-11-24"}, "DATE_IN_FUTURE", "on"),
    "of no kind": ({"kind": 0}, "FIELD_REQUIRED", "kind"),
    "under no number": ({"number": "移送 1"}, "FIELD_INVALID", "number"),
    "a source that is not": (
        {"source": pb.FileReference(kind=pb.FILE_KIND_REFERRAL, number="X")}, "FILE_UNKNOWN", "source",
    ),
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_a_referral_is_refused(town: Town, wrong: str) -> None:
    changes, reason, field = WRONG[wrong]
    act = clue(town, **{"number": "YS-8", **changes})
    assert (reason, f"{_OPENING}.{field}") in refusal(town.act(MARKET, referral=act))


def test_associations_refer_nothing(town: Town) -> None:
    refused = refusal(town.act(GUILD, referral=clue(town, "YS-9")))
    assert "BEYOND_ASSOCIATION" in {reason for reason, _ in refused}


def test_an_unknown_department_is_told_nothing(town: Town) -> None:
    act = clue(town, "YS-9")
    act.to = firm(9).identifier.value
    assert refusal(town.act(MARKET, referral=act)) == {("DEPARTMENT_UNKNOWN", f"{_OPENING}.to")}


def test_direction_follows_the_regions_where_they_say(town: Town) -> None:
    sent(town, "YS-10", to=COUNTY, direction=pb.REFERRAL_DIRECTION_DOWN)
    sent(town, "YS-10", COUNTY, direction=pb.REFERRAL_DIRECTION_UP)
    down = clue(town, "YS-11", direction=pb.REFERRAL_DIRECTION_DOWN)
    assert refusal(town.act(COUNTY, referral=down)) == {("FIELD_INVALID", f"{_OPENING}.direction")}


def test_a_suspected_crime_goes_to_the_police_with_a_copy_to_the_procuratorate_and_may_come_back(
    town: Town,
) -> None:
    crime: dict[str, Any] = {"kind": TO_CRIMINAL, "evidence": [EVIDENCE]}
    sent(town, "YS-12", to=PROCURATORATE, **crime)
    number = accepted(town, "YS-13", POLICE, **crime)
    back = clue(town, "FX-1", to=MARKET, kind=FROM_CRIMINAL, source=town.file(number))
    placed(town.act(POLICE, referral=back))
    onward = outcome(town, number, result=pb.REFERRAL_RESULT_REFERRED_ON, onward=town.file("FX-1", POLICE))
    placed(town.act(POLICE, referral_outcome=onward))


def test_only_the_police_files_a_criminal_case(town: Town) -> None:
    number = accepted(town, "YS-14")
    filed = outcome(town, number, result=pb.REFERRAL_RESULT_CRIMINAL_CASE, paper=paper(town, FIRE))
    assert refusal(town.act(FIRE, referral_outcome=filed)) == {("NOT_YOUR_STEP", f"{_OUTCOME}.result")}
    number = accepted(town, "YS-15", POLICE, kind=TO_CRIMINAL, evidence=[EVIDENCE])
    filed = outcome(town, number, result=pb.REFERRAL_RESULT_CRIMINAL_CASE, paper=paper(town, POLICE))
    placed(town.act(POLICE, referral_outcome=filed))


def test_source_is_a_file_of_ones_own_or_one_that_one_was_told_of(town: Town) -> None:
    sent(town, "YS-16")
    source = town.file("YS-16")
    stranger = clue(town, "YS-17", to=HOUSING, source=source)
    assert refusal(town.act(POLICE, referral=stranger)) == {("FILE_UNKNOWN", f"{_OPENING}.source")}
    placed(town.act(FIRE, referral=stranger))
    back = clue(town, "YS-18", to=MARKET, source=source)
    assert refusal(town.act(FIRE, referral=back)) == {("FIELD_INVALID", f"{_OPENING}.to")}


def test_a_finding_does_not_go_round_in_a_circle(town: Town) -> None:
    sent(town, "YS-160")
    placed(town.act(FIRE, referral=clue(town, "YS-161", to=HOUSING, source=town.file("YS-160"))))
    round_again = clue(town, "YS-162", to=MARKET, source=town.file("YS-161", FIRE))
    assert refusal(town.act(HOUSING, referral=round_again)) == {("FIELD_INVALID", f"{_OPENING}.to")}
    placed(town.act(HOUSING, referral=clue(town, "YS-163", to=POLICE, source=town.file("YS-161", FIRE))))


def decision(town: Town, key: str, statement_id: str) -> pb.RecordedStatement:
    return pb.RecordedStatement(department=town.code(key), statement_id=statement_id)


def test_decision_is_an_event_of_the_recipient_that_came_of_the_referral(town: Town) -> None:
    fined(town.spine, HOUSING, "CF-OLD", "2026-11-20")
    number = accepted(town, "YS-19", HOUSING)
    fined(town.spine, MARKET, "CF-OTHER", "2026-11-23")
    fined(town.spine, HOUSING, "CF-GONE", "2026-11-23")
    placed(town.spine.say(HOUSING, withdrawal=withdrawal(HOUSING, "CF-GONE")))
    wrong = {
        decision(town, MARKET, "CF-OTHER").SerializeToString(): "TARGET_OF_ANOTHER_DEPARTMENT",
        decision(town, HOUSING, "CF-NONE").SerializeToString(): "TARGET_UNKNOWN",
        decision(town, HOUSING, "CF-GONE").SerializeToString(): "TARGET_ALREADY_ENDED",
        decision(town, HOUSING, "CF-OLD").SerializeToString(): "DATES_OUT_OF_ORDER",
    }
    for named, reason in wrong.items():
        act = outcome(
            town, number, result=DECIDED, paper=paper(town, HOUSING),
            decision=pb.RecordedStatement.FromString(named),
        )  # fmt: skip
        assert refusal(town.act(HOUSING, referral_outcome=act)) == {(reason, f"{_OUTCOME}.decision")}


def test_decision_about_another_subject_is_not_what_came_of_it(town: Town) -> None:
    number = accepted(town, "YS-190", HOUSING)
    event = penalty(HOUSING, firm(2), "2026-11-23", severity=st.SEVERITY_GENERAL)
    placed(town.spine.say(HOUSING, "CF-STRANGER", event=event))
    named = decision(town, HOUSING, "CF-STRANGER")
    act = outcome(town, number, result=DECIDED, paper=paper(town, HOUSING), decision=named)
    assert refusal(town.act(HOUSING, referral_outcome=act)) == {("FIELD_INVALID", f"{_OUTCOME}.decision")}
    act.ClearField("decision")
    placed(town.act(HOUSING, referral_outcome=act))


def test_outcome_says_what_its_result_needs(town: Town) -> None:
    number = accepted(town, "YS-20")
    of_another = paper(town, HOUSING)
    wrong = [
        (outcome(town, number, reason=""), "FIELD_REQUIRED", "reason"),
        (outcome(town, number, result=0), "FIELD_REQUIRED", "result"),
        (outcome(town, number, result=DECIDED), "FIELD_REQUIRED", "paper.number"),
        (outcome(town, number, result=DECIDED, paper=of_another), "FIELD_INVALID", "paper.authority_code"),
        (
            outcome(town, number, result=DECIDED, paper=paper(town, FIRE, "2026-11-20")),
            "DATES_OUT_OF_ORDER", "paper.issued_on",
        ),
        (outcome(town, number, result=pb.REFERRAL_RESULT_REFERRED_ON), "FILE_UNKNOWN", "onward"),
        (outcome(town, number, onward=town.file(number)), "FIELD_INVALID", "onward"),
        (outcome(town, number, decision=decision(town, FIRE, "X")), "FIELD_INVALID", "decision"),
        (outcome(town, number, reason=RESIDENT), "FIELD_INVALID", "reason"),
    ]  # fmt: skip
    for act, reason, field in wrong:
        assert (reason, f"{_OUTCOME}.{field}") in refusal(town.act(FIRE, referral_outcome=act))


def test_referral_goes_on_by_one_whose_source_it_is(town: Town) -> None:
    number = accepted(town, "YS-21")
    other = sent(town, "YS-22", FIRE, to=HOUSING)
    on = outcome(town, number, result=pb.REFERRAL_RESULT_REFERRED_ON, onward=town.file(other, FIRE))
    assert refusal(town.act(FIRE, referral_outcome=on)) == {("FILE_UNKNOWN", f"{_OUTCOME}.onward")}
    sent(town, "YS-23", FIRE, to=HOUSING, source=town.file(number))
    on.onward.CopyFrom(town.file("YS-23", FIRE))
    placed(town.act(FIRE, referral_outcome=on))


def test_refused_referral_is_its_senders_again_who_refers_it_on(town: Town) -> None:
    number = received(town, "YS-24")
    unexplained = acceptance(town, number, accepted=False)
    unexplained.reason = ""
    assert refusal(town.act(FIRE, referral_acceptance=unexplained)) == {
        ("FIELD_REQUIRED", "supervision.referral_acceptance.reason")
    }
    placed(town.act(FIRE, referral_acceptance=acceptance(town, number, accepted=False)))
    no_case = outcome(town, number)
    assert refusal(town.act(FIRE, referral_outcome=no_case)) == {("NOT_YOUR_STEP", f"{_OUTCOME}.file")}
    sent(town, "YS-25", to=HOUSING, source=town.file(number))
    on = outcome(town, number, result=pb.REFERRAL_RESULT_REFERRED_ON, onward=town.file("YS-25"))
    placed(town.act(MARKET, referral_outcome=on))
    placed(town.act(FIRE, referral_answer=answer(town, number)))


def test_a_referral_is_no_credit_information(town: Town) -> None:
    """Nothing is recorded of the subject, though its name stands in the act."""
    subject = firm(77)
    number = accepted(town, "YS-26", subject=subject)
    placed(town.act(FIRE, referral_outcome=outcome(town, number)))
    record = town.spine.engine.state.index.get(subject.identifier.value)
    assert record is None or not record.grounds
    assert not town.spine.engine.store.statements_about(subject.identifier.value)


def test_a_seal_signs_no_act(town: Town) -> None:
    statement = town.spine.statement(MARKET, supervision=pb.Supervision(referral=clue(town, "YS-27")))
    assert refusal(town.spine.put(MARKET, town.spine.seal(MARKET, statement))[0]) >= {
        ("OFFICIAL_REQUIRED", "signatures[0].keyid")
    }
