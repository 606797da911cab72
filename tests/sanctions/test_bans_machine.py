"""Random officials take random steps on random days: the procedure cannot be shortcut, whatever they try.

At least 20,000 steps in one run. After each, an oracle that knows nothing of the program's states looks at
what was admitted (``tests.support.ban_oracle``): every step has had its predecessors and its time, nobody has
acted in two roles of a case, no decision goes beyond what was announced, no number decides twice, and a firm
is banned on exactly the days on which a served decision says so. Every refusal names an article and changes
nothing. At the end of each run the log is folded again from the start and must come to the same cases and the
same records."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from registry.sanctions.verdict import Question
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2, verdict_pb2
from tests.support.ban_oracle import (
    check_announced,
    check_order,
    check_persons,
    check_times,
    days_of_interest,
    decision_number,
    is_banned,
)
from tests.support.bans import (
    ACTORS,
    AFTER,
    HEARD_STEPS,
    PEOPLE,
    BanTown,
    event,
    proposal,
    reasons_of,
    service,
)

WANTED = 20_000
RUNS, STEPS = 320, 110
CASES = ("C-1", "C-2", "C-3")
KINDS = (*HEARD_STEPS, *AFTER)
FIRST_DAY = date(2026, 3, 2)
done: Counter[str] = Counter()
"""Steps tried, and those of each kind that were admitted."""


class Procedure(RuleBasedStateMachine):
    """A town with three cases; the day moves on now and then."""

    def __init__(self) -> None:
        super().__init__()
        self.town = BanTown()
        self.today = FIRST_DAY
        self.acts: dict[str, list[tuple[str, str, Any]]] = {case: [] for case in CASES}

    @initialize()
    def begin(self) -> None:
        for case in CASES[:2]:
            self._try("ban_draft", case, "handler", {"filed_on": self._day(0)})

    @rule(days=st.integers(0, 12))
    def time_passes(self, days: int) -> None:
        if self.today < date(2026, 12, 1):
            self.today += timedelta(days=days)

    @rule(
        case=st.sampled_from(CASES),
        kind=st.sampled_from(KINDS),
        who=st.sampled_from((*PEOPLE, "seal")),
        back=st.integers(0, 3),
        variant=st.integers(0, 5),
    )
    def anybody_tries_anything(self, case: str, kind: str, who: str, back: int, variant: int) -> None:
        self._try(kind, case, who, self._changes(kind, case, back, variant))

    @rule(case=st.sampled_from(CASES), back=st.integers(0, 1), variant=st.integers(0, 5))
    def the_right_one_goes_on(self, case: str, back: int, variant: int) -> None:
        """The step that an honest office would take next, so that runs get far; sometimes too early."""
        taken = [kind for kind, _, _ in self.acts[case]]
        kind = next((k for k in self._path(case) if k not in taken), AFTER[variant % len(AFTER)])
        self._try(kind, case, ACTORS.get(kind, "chief"), self._changes(kind, case, back, variant))

    @rule(
        case=st.sampled_from(CASES),
        who=st.sampled_from(("everything", "twin of the handler", "of the handling section", "handler")),
        variant=st.integers(0, 3),
    )
    def somebody_who_may_do_much_goes_on(self, case: str, who: str, variant: int) -> None:
        """The next step, by somebody who has every role: he would like to take them all."""
        taken = [kind for kind, _, _ in self.acts[case]]
        kind = next((k for k in self._path(case) if k not in taken), "lifting")
        self._try(kind, case, who, self._changes(kind, case, 0, variant))

    def teardown(self) -> None:
        """The log folded again comes to the same."""
        again = BanTown()
        again.subjects = dict(self.town.subjects)
        for statement, who, on in self.town.admitted:
            assert not again.submit(statement, who, on)
        for case in CASES:
            assert again.case(case) == self.town.case(case)
            subject = self.town.subject(case)
            assert again.ledger.record(subject) == self.town.ledger.record(subject)

    def _path(self, case: str) -> tuple[str, ...]:
        asked = any(
            kind == "ban_defence" and body.kind == pb.DEFENCE_KIND_HEARING_REQUESTED
            for kind, _, body in self.acts[case]
        )
        return tuple(k for k in HEARD_STEPS if asked or not k.startswith("ban_hearing"))

    def _day(self, back: int) -> str:
        return (self.today - timedelta(days=back)).isoformat()

    def _changes(self, kind: str, case: str, back: int, variant: int) -> dict[str, Any]:  # noqa: C901 - a table
        day, later = self._day(back), (self.today + timedelta(days=4 * variant)).isoformat()
        document = self.town.document(f"示财文〔2026〕{variant}号", day)
        match kind:
            case "ban_draft":
                return {"filed_on": day, "proposal": proposal(12 * (1 + variant % 4))}
            case "ban_review":
                return {"on": day, "lawful": variant != 5}
            case "ban_notice":
                months = 12 * (1 + variant % 3)
                return {"document": document, "service": service(day), "announced": proposal(months)}
            case "ban_defence":
                told = {"summary": "有异议", "response": "复核后不采纳"}
                return {"kind": 1 + variant % 4, "on": day, **told}
            case "ban_hearing_notice":
                return {"document": document, "service": service(day), "hearing_on": later}
            case "ban_hearing":
                return {"held_on": day}
            case "ban_deliberation":
                return {"on": day, "agreed": variant != 5, "collective": variant != 4}
            case "ban_decision":
                return {"event": self._decision(case, day, variant), "repair_notice": document}
            case "ban_served":
                return {"service": service(day)}
            case "correction":
                return {"replacement": self._decision(case, day, variant)}
            case "withdrawal":
                return {}
        changes: dict[str, Any] = {"document": document, "effective_on": day}
        if kind == "status_note":
            changes["status"] = pb.NOTED_STATUS_STAYED if variant < 3 else pb.NOTED_STATUS_RESUMED
        return changes

    def _decision(self, case: str, day: str, variant: int) -> pb.Event:
        year = int(day[:4]) + 1 + variant % 3
        made = event(self.town, case, f"{year}{day[4:]}")
        setattr(made.measures[0], "from", day)
        number = "同一" if variant == 3 else case
        made.document.CopyFrom(self.town.document(f"示财罚〔2026〕{number}号", day))
        return made

    def _try(self, kind: str, case: str, who: str, changes: dict[str, Any]) -> None:
        done["steps"] += 1
        held, record = self.town.case(case), self.town.ledger.record(self.town.subject(case))
        body = self.town.body(kind, case, **changes)
        faults = self.town.submit(self.town.statement(kind, body), who, self.today)
        if not faults:
            done[kind] += 1
            self.acts[case].append((kind, who, body))
            self._look(case)
            return
        assert self.town.case(case) == held
        assert self.town.ledger.record(self.town.subject(case)) == record
        if kind in HEARD_STEPS or (held is not None and held.told.decision_id):
            reasons_of(faults)  # Each with its article.

    def _look(self, case: str) -> None:
        """What was admitted in a case, looked at by itself."""
        acts = self.acts[case]
        check_order(acts)
        check_times(acts)
        check_persons(acts)
        check_announced(acts)
        numbers = [decision_number(other) for other in self.acts.values() if decision_number(other)]
        assert len(numbers) == len(set(numbers))
        for day in days_of_interest(acts):
            assert self._banned(case, day) == is_banned(acts, day), (day, [kind for kind, _, _ in acts])

    def _banned(self, case: str, day: date) -> bool:
        if self.town.ledger.record(self.town.subject(case)) is None:
            return False
        question = Question(subject_pb2.DOMAIN_PROCUREMENT, subject_pb2.SUBJECT_ROLE_BIDDER, day)
        verdict = self.town.ledger.decide(self.town.subject(case), question).verdict
        return verdict == verdict_pb2.VERDICT_BLOCKED


def test_twenty_thousand_random_steps_shortcut_nothing() -> None:
    run_state_machine_as_test(
        Procedure,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert done["steps"] >= WANTED
    assert all(done[kind] >= 5 for kind in KINDS), done
