"""How often each measure is in force: as often as verdicts meet it, and no more."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from registry.domain.periods import Period
from registry.sanctions.ground import Mark, MarkKind, SubjectRecord
from registry.sanctions.tally import in_force
from registry.sanctions.verdict import Question, considered
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2, verdict_pb2
from tests.support.scratch_town import EDITION, FIRM, Town

DAYS = st.dates(date(2026, 6, 1), date(2028, 1, 1))
BINDING = {
    verdict_pb2.HIT_STATUS_IN_FORCE,
    verdict_pb2.HIT_STATUS_OBJECTED,
    verdict_pb2.HIT_STATUS_CONTESTED,
}


def record_of(town: Town) -> SubjectRecord:
    record = town.ledger.record(FIRM)
    assert record is not None
    return record


def met(record: SubjectRecord, position: int, day: date) -> Counter[str]:
    """What questions in every domain would meet, one by one."""
    found: Counter[str] = Counter()
    for domain in EDITION.rules.domains:
        question = Question(domain, subject_pb2.SUBJECT_ROLE_BIDDER, day)
        for restriction, status in considered(question, record, position, EDITION):
            own = restriction.measure.domain == domain
            found.update([restriction.measure.code] if own and status in BINDING else [])
    return found


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["ban", "entry", "penalty", "heavy"]), DAYS), max_size=4),
    st.dates(date(2026, 5, 1), date(2031, 1, 1)),
)
def test_measures_are_counted_as_questions_meet_them(events: list[tuple[str, date]], day: date) -> None:
    town = Town()
    town.penalty(date(2026, 5, 1), pb.SEVERITY_MINOR)
    for kind, on in sorted(events, key=lambda each: each[1]):
        if kind == "ban":
            town.ban(on, on + timedelta(400))
        elif kind == "entry":
            town.entry(on)
        elif kind == "penalty":
            town.penalty(on)
        else:
            content = [pb.Field(name="cflb", value="罚款"), pb.Field(name="nr_fk", value="300")]
            town.event("market_reg", on, "E-03-CF", severity=pb.SEVERITY_SERIOUS, content=content)
    record = record_of(town)
    for position in (town.ledger.position, town.ledger.position // 2):
        counted = in_force([record, record], position=position, edition=EDITION, day=day)
        assert counted == met(record, position, day) + met(record, position, day)


def test_what_is_stayed_is_not_in_force() -> None:
    town = Town()
    on, day = date(2026, 7, 1), date(2026, 8, 1)
    target = town.ban(on, date(2027, 7, 1))

    def counted() -> int:
        position = town.ledger.position
        return in_force([record_of(town)], position=position, edition=EDITION, day=day)["M-BID-01"]

    assert counted() == 1
    document = town.document("bidding_supervisor", day)
    stay = pb.StatusNote(
        target=target,
        status=pb.NOTED_STATUS_STAYED,
        effective_on=day.isoformat(),
        document=document,
        reason="行政复议",
    )
    town.say("bidding_supervisor", day, status_note=stay)
    assert counted() == 0


def test_facilitation_counts_while_it_applies() -> None:
    town = Town()
    town.grant()
    town.ban(date(2026, 7, 1), date(2027, 7, 1))

    def counted(day: date) -> int:
        position = town.ledger.position
        return in_force([record_of(town)], position=position, edition=EDITION, day=day)["M-INC-01"]

    days = (date(2026, 5, 31), date(2026, 6, 30), date(2026, 7, 1), date(2027, 7, 2))
    assert [counted(day) for day in days] == [0, 1, 0, 1]


def test_what_a_stolen_key_signed_is_not_counted_as_in_force() -> None:
    town = Town()
    town.ban(date(2026, 6, 1), date(2027, 6, 1))
    record, at = record_of(town), town.ledger.position
    mark = Mark(at + 1, at, MarkKind.DISPUTED, Period(date.min, None), at + 1)
    stolen, day = replace(record, marks=(mark,)), date(2026, 8, 1)
    assert in_force([stolen], position=at, edition=EDITION, day=day) == {"M-BID-01": 1}
    assert not in_force([stolen], position=at + 1, edition=EDITION, day=day)
