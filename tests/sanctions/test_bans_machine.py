"""Random officials take random steps on random days: the procedure cannot be shortcut, whatever they try.

At least 20,000 steps in one run. After each, an oracle that knows nothing of the program's states looks at
what was admitted: every step has had its predecessors, nobody has acted in two roles of a case, no decision
goes beyond what was announced; and every refusal names an article. At the end of each run the log is folded
again from the start and must come to the same cases and the same records."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from registry.v1 import statement_pb2 as pb
from registry.v1.error_reason_pb2 import ErrorReason
from tests.support.bans import ACTORS, AFTER, HEARD_STEPS, PEOPLE, BanTown, event, proposal, service

WANTED = 20_000
RUNS, STEPS = 240, 100
CASES = ("C-1", "C-2", "C-3")
KINDS = (*HEARD_STEPS, *AFTER)
ARTICLE = re.compile(r"第[〇零一二三四五六七八九十百]+条|〔\d{4}〕\d+号|令第\d+号")
FIRST_DAY = date(2026, 3, 2)
_ROLES = {
    "ban_draft": "经办", "ban_notice": "经办", "ban_defence": "经办", "ban_hearing_notice": "经办",
    "ban_served": "经办", "ban_review": "法制", "ban_hearing": "听证", "ban_deliberation": "审核",
    "ban_decision": "批准",
}  # fmt: skip
_ELSEWHERE = frozenset(
    {
        "FIELD_INVALID", "TARGET_UNKNOWN", "TARGET_ALREADY_ENDED", "DATES_OUT_OF_ORDER", "DATE_IN_FUTURE",
        "STATUS_NOT_APPLICABLE", "TARGET_NOT_AN_EVENT", "LIFTING_NOT_AVAILABLE",
    }
)  # fmt: skip
"""Reasons of statements that are no steps of a case, because no decision is their target."""
done = {"steps": 0, "admitted": 0, "decided": 0}


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
        done["steps"] += 1

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
            changes["status"] = pb.NOTED_STATUS_STAYED if variant % 2 else pb.NOTED_STATUS_RESUMED
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
        held = self.town.case(case)
        body = self.town.body(kind, case, **changes)
        faults = self.town.submit(self.town.statement(kind, body), who, self.today)
        if not faults:
            done["admitted"] += 1
            done["decided"] += kind == "ban_decision"
            self.acts[case].append((kind, who, body))
            self._look(case)
            return
        assert self.town.case(case) == held
        of_a_case = kind in HEARD_STEPS or (held is not None and held.told.decision_id)
        for fault in faults:
            name = ErrorReason.Name(fault.reason).removeprefix("ERROR_REASON_")
            named = ARTICLE.search(fault.message) or (not of_a_case and kind in AFTER)
            assert named, (kind, name, fault.message)

    def _look(self, case: str) -> None:
        """What was admitted in a case, looked at by itself."""
        kinds = [kind for kind, _, _ in self.acts[case]]
        _predecessors(self.acts[case])
        people: dict[str, set[str]] = {}
        for kind, who, _ in self.acts[case]:
            role = _ROLES.get(kind, "批准")
            name = PEOPLE[who].name.replace(" ", "")
            people.setdefault(name, set()).add(role)
        assert all(len(roles) == 1 for roles in people.values()), people
        if "ban_decision" in kinds:
            self._not_heavier(case)

    def _not_heavier(self, case: str) -> None:
        bodies = {kind: body for kind, _, body in self.acts[case] if kind in ("ban_notice", "ban_decision")}
        months = bodies["ban_notice"].announced.measures[0].months
        imposed = bodies["ban_decision"].event.measures[0]
        first, last = date.fromisoformat(getattr(imposed, "from")), date.fromisoformat(imposed.until)
        assert (last.year - first.year) * 12 + last.month - first.month <= months
        assert months <= 36


def _predecessors(acts: list[tuple[str, str, Any]]) -> None:  # noqa: C901 - one case a step
    """Whether every step of a case came after those that law wants before it."""
    seen: list[str] = []
    asked = heard = lawful = agreed = revoked = False
    for kind, _, body in acts:
        assert not revoked, kind
        match kind:
            case "ban_draft":
                assert not seen
            case "ban_review":
                assert seen == ["ban_draft"]
                lawful = body.lawful
            case "ban_notice":
                assert lawful
                assert seen[-1] == "ban_review"
            case "ban_defence":
                assert "ban_notice" in seen
                assert "ban_deliberation" not in seen
                asked = asked or body.kind == pb.DEFENCE_KIND_HEARING_REQUESTED
                heard = not asked
            case "ban_hearing_notice":
                assert asked
            case "ban_hearing":
                assert "ban_hearing_notice" in seen
                heard = True
            case "ban_deliberation":
                assert heard
                agreed = body.agreed
                assert not agreed or body.collective
            case "ban_decision":
                assert agreed
                assert seen[-1] == "ban_deliberation"
            case "ban_served":
                assert "ban_decision" in seen
                assert "ban_served" not in seen
            case "status_note" | "lifting":
                assert "ban_served" in seen
            case "withdrawal":
                assert "ban_decision" in seen
                revoked = True
            case "correction":
                assert "ban_decision" in seen
        seen.append(kind)


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
    print(f"{done['steps']} steps, {done['admitted']} admitted, {done['decided']} decisions")
    assert done["steps"] >= WANTED
    assert done["decided"] >= 20
