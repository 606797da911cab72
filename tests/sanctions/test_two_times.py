"""Two times: what was answered at a position is answered at that position for ever (invariant 3).

Small random histories of three subjects (bans, list entries, penalties, licences; corrections, withdrawals,
repairs, stays and objections of what came before) are stated one by one. After each statement every question
is asked, and a plain model of what stands is compared. Then everything is asked again as of every earlier
position: at once, and after the registry was closed and opened from its disk.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.access.identity import Caller, CallerRole
from registry.commands.jobs import Outcome, Placed
from registry.sanctions.verdict import Decision
from registry.store.writer import Promise
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2
from registry.v1.subject_pb2 import Subject
from tests.support.events import (
    ask,
    ban,
    correction,
    licence,
    list_entry,
    new_firm,
    new_person,
    objection,
    penalty,
    repair,
    stay,
    told,
    withdrawal,
)
from tests.support.spine import ORIGIN, Spine

PROCUREMENT, BIDDING = subject_pb2.DOMAIN_PROCUREMENT, subject_pb2.DOMAIN_BIDDING
DAYS = (date(2022, 12, 31), date(2023, 8, 1), date(2024, 6, 30), date(2026, 1, 1))

# Name → who states it, the event, and the measure that follows in procurement with its last day.
EVENTS: dict[str, tuple[str, Callable[[Subject], pb.Event], str, date | None]] = {
    "ban": (
        "财政",
        lambda s: ban("财政", s, "M-PRO-01", "2023-01-01", "2025-12-31"),
        "M-PRO-01",
        date(2025, 12, 31),
    ),
    "short ban": (
        "财政",
        lambda s: ban("财政", s, "M-PRO-01", "2023-01-01", "2024-01-01"),
        "M-PRO-01",
        date(2024, 1, 1),
    ),
    "penalty": ("财政", lambda s: penalty("财政", s), "", None),
    "procurement list": (
        "财政",
        lambda s: list_entry("财政", s, "L-02", "2023-01-01", "2024-06-30"),
        "M-PRO-05",
        date(2024, 6, 30),
    ),
    "defaulter": ("法院", lambda s: list_entry("法院", s, "L-01", "2023-01-01"), "M-PRO-05", None),
    "tax list": (
        "税务",
        lambda s: list_entry("税务", s, "L-03", "2023-01-01", "2025-12-31"),
        "M-PRO-05",
        date(2025, 12, 31),
    ),
    "licence": ("市场监管", lambda s: licence("市场监管", s), "", None),
}
NOTES: dict[str, Callable[[str, str, str], pb.StatusNote]] = {"stay": stay, "objection": objection}
LISTED_ON = date(2023, 1, 1)


@dataclass(frozen=True, slots=True)
class Step:
    """One statement: a new event, or something done to what an earlier step stated."""

    what: str
    event: str = ""
    subject: int = 0
    earlier: int = 0
    day: date = date(2023, 7, 1)


EVENT_STEPS = st.builds(
    Step, what=st.just("event"), event=st.sampled_from(sorted(EVENTS)), subject=st.integers(0, 2)
)
LATER_STEPS = st.builds(
    Step,
    what=st.sampled_from(["correction", "withdrawal", "repair", "stay", "objection"]),
    event=st.sampled_from(sorted(EVENTS)),
    earlier=st.integers(0, 11),
    day=st.sampled_from([date(2023, 1, 1), date(2023, 7, 1), date(2023, 8, 1), date(2023, 8, 2)]),
)
HISTORIES = st.lists(st.one_of(EVENT_STEPS, LATER_STEPS), min_size=2, max_size=9)


@dataclass(slots=True)
class Standing:
    """An event that stands, as the plain model keeps it."""

    subject: int
    key: str
    statement_id: str
    measure: str
    last: date | None
    doubtful_from: date = date.max


def replacing(step: Step, target: Standing) -> str:
    """By which event a correction replaces its target: one that the same department may state."""
    own = [name for name, (key, *_) in sorted(EVENTS.items()) if key == target.key]
    return own[sorted(EVENTS).index(step.event) % len(own)]


@dataclass(slots=True)
class Run:
    """One history with subjects of its own, and a plain model of what stands."""

    subjects: list[Subject]
    name: str
    standing: list[Standing] = field(default_factory=list)
    stated: list[Standing] = field(default_factory=list)

    def statement(self, step: Step, number: int) -> tuple[str, str, dict[str, Any]]:
        """Who says what under which id."""
        statement_id = f"{self.name}-{number}"
        if step.what == "event" or not self.stated:
            key, build, _, _ = EVENTS[step.event]
            return key, statement_id, {"event": build(self.subjects[step.subject])}
        target = self.stated[step.earlier % len(self.stated)]
        if step.what == "withdrawal":
            return target.key, statement_id, {"withdrawal": withdrawal(target.key, target.statement_id)}
        if step.what == "repair":
            body = repair(target.key, target.statement_id, step.day.isoformat())
            return target.key, statement_id, {"repair": body}
        if step.what in NOTES:
            note = NOTES[step.what](target.key, target.statement_id, step.day.isoformat())
            return target.key, statement_id, {"status_note": note}
        replacement = EVENTS[replacing(step, target)][1](self.subjects[target.subject])
        corrected = correction(target.key, target.statement_id, replacement)
        return target.key, statement_id, {"correction": corrected}

    def admitted(self, step: Step, number: int) -> None:
        """Moves the model on by a statement that the registry admitted."""
        if step.what == "event" or not self.stated:
            self._stands(step.event, step.subject, f"{self.name}-{number}")
            return
        target = self.stated[step.earlier % len(self.stated)]
        if step.what == "repair":
            day_before = date.fromordinal(step.day.toordinal() - 1)
            target.last = min(target.last or day_before, day_before)
            return
        if step.what in NOTES:
            target.doubtful_from = min(target.doubtful_from, step.day)
            return
        self.standing.remove(target)
        if step.what == "correction":
            self._stands(replacing(step, target), target.subject, f"{self.name}-{number}")
            self.standing[-1].doubtful_from = target.doubtful_from

    def _stands(self, event: str, subject: int, statement_id: str) -> None:
        key, _, measure, last = EVENTS[event]
        made = Standing(subject, key, statement_id, measure, last)
        self.standing.append(made)
        self.stated.append(made)

    def expected(self, subject: int, day: date) -> str:
        """The verdict in procurement, from the model."""
        of_subject = [event for event in self.standing if event.subject == subject]
        if not of_subject:
            return "INDETERMINATE SUBJECT_UNKNOWN"
        in_force = [
            event
            for event in of_subject
            if event.measure and day >= LISTED_ON and (event.last is None or day <= event.last)
        ]
        if any(day < event.doubtful_from for event in in_force):
            return "BLOCKED"
        return "REVIEW" if in_force else "CLEAR"


@dataclass(frozen=True, slots=True)
class Answered:
    """A question, the position at which it was asked, and what was answered."""

    subject: Subject
    domain: subject_pb2.Domain.ValueType
    day: date
    position: int
    decision: Decision


_names = itertools.count(1)


def new_run() -> Run:
    """A run with three subjects whom nobody has named."""
    return Run([new_firm(), new_firm(), new_person()], f"run{next(_names)}")


def asked(spine: Spine, run: Run) -> list[Answered]:
    """Every question, asked of the latest position."""
    position = spine.position
    return [
        Answered(subject, domain, day, position, ask(spine, subject, domain, on=day))
        for subject in run.subjects
        for domain in (PROCUREMENT, BIDDING)
        for day in DAYS
    ]


def assert_answered_again(spine: Spine, answers: list[Answered]) -> None:
    """The same questions at their positions have the same answers, whatever came later."""
    for one in answers:
        again = ask(spine, one.subject, one.domain, on=one.day, at=one.position)
        assert again.verdict == one.decision.verdict
        assert again.indeterminate == one.decision.indeterminate
        assert [as_known_then(hit) for hit in again.hits] == [as_known_then(hit) for hit in one.decision.hits]


def as_known_then(hit: Any) -> Any:
    """All of a hit but when the registry let go of the row, which nobody could know then."""
    row = hit.restriction._replace(ground=hit.restriction.ground.closed(0))
    return (hit.status, hit.effect, hit.reasons, hit.relation, row)


def live(spine: Spine, history: list[Step]) -> tuple[Run, list[Answered]]:
    """States a history one by one, checks the model at each step, and remembers every answer."""
    run, answers = new_run(), []
    for number, step in enumerate(history):
        key, statement_id, body = run.statement(step, number)
        before = spine.position
        outcome = spine.say(key, statement_id, **body)
        if isinstance(outcome, Placed):
            run.admitted(step, number)
        else:
            assert spine.position == before
        answers += asked(spine, run)
        for index, subject in enumerate(run.subjects):
            for day in DAYS:
                verdict, _ = told(ask(spine, subject, on=day))
                assert verdict == run.expected(index, day), (step, index, day)
    return run, answers


def quick(examples: int) -> settings:
    """Settings of a property that shares one registry between its examples."""
    return settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )


def test_answer_at_a_position_is_the_same_for_ever_also_after_reopening(spine: Spine) -> None:
    remembered: list[Answered] = []

    @quick(60)
    @given(HISTORIES)
    def every_history(history: list[Step]) -> None:
        _, answers = live(spine, history)
        assert_answered_again(spine, answers)
        remembered.extend(answers)

    every_history()
    assert_answered_again(spine, remembered)
    records = {ref: spine.engine.state.index.get(ref) for ref in refs(spine, remembered)}
    spine.reopen()
    assert {ref: spine.engine.state.index.get(ref) for ref in records} == records
    assert_answered_again(spine, remembered)


def refs(spine: Spine, answers: list[Answered]) -> set[str]:
    """The references of all subjects asked about."""
    vault = spine.engine.state.vault
    identifiers = {(one.subject.identifier.type, one.subject.identifier.value) for one in answers}
    return {vault.ref(kind, value) for kind, value in identifiers}


def test_withdrawing_what_was_stated_last_restores_every_answer(spine: Spine) -> None:
    @quick(25)
    @given(HISTORIES, st.sampled_from(sorted(EVENTS)), st.integers(0, 2))
    def every_history(history: list[Step], event: str, subject: int) -> None:
        run, _ = live(spine, history)
        before = [summary(one.decision) for one in asked(spine, run)]
        key, build, _, _ = EVENTS[event]
        outcome = spine.say(key, f"{run.name}-more", event=build(run.subjects[subject]))
        if not isinstance(outcome, Placed):
            return  # Some lists do not hold persons.
        spine.say(key, withdrawal=withdrawal(key, f"{run.name}-more"))
        assert [summary(one.decision) for one in asked(spine, run)] == before

    every_history()


def test_statements_that_wait_together_have_the_effects_of_statements_one_by_one(spine: Spine) -> None:
    """One group, one transaction: a target may stand earlier in the same group."""

    @quick(25)
    @given(HISTORIES)
    def every_history(history: list[Step]) -> None:
        run, _ = live(spine, history)
        together = Run([new_firm(), new_firm(), new_person()], f"{run.name}-again")
        waiting: list[Promise[Outcome | None]] = []
        for number, step in enumerate(history):
            key, statement_id, body = together.statement(step, number)
            envelope = spine.seal(key, spine.statement(key, statement_id, **body))
            caller = Caller(CallerRole.DEPARTMENT, spine.code(key), ORIGIN)
            waiting += spine.engine.intake.submit([envelope], caller)
            if step.what in ("event", "correction") or not together.stated:
                retrace(together, run, number)
        for future in waiting:
            future.result(30)
        one_by_one = [summary(one.decision) for one in asked(spine, run)]
        assert [summary(one.decision) for one in asked(spine, together)] == one_by_one

    every_history()


def retrace(together: Run, run: Run, number: int) -> None:
    """Gives a run that has not been answered yet the targets that the answered one had."""
    for made in run.stated:
        if made.statement_id == f"{run.name}-{number}":
            name = f"{together.name}-{number}"
            together.stated.append(Standing(made.subject, made.key, name, made.measure, made.last))


def summary(decision: Decision) -> Any:
    """An answer without the positions and ids of the statements behind it."""
    rows = [hit.restriction for hit in decision.hits]
    return (told(decision), sorted((row.measure.code, row.list_code, row.period) for row in rows))
