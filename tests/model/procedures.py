"""The procedures of the model: ban cases, editions, a stolen seal, a keeper of a list that comes and goes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from registry.provenance.keys import FileSigner
from registry.v1 import statement_pb2 as pb
from registry.v1.envelope_pb2 import SUITE_ED25519
from tests.model.reference import Matter
from tests.model.telling import BAN, LOSER, OPERATOR, Teller
from tests.model.town import EDITIONS, LICENSED, code_of
from tests.support.ban_cases import ACTOR_OF, WALK, WITH_HEARING
from tests.support.ban_cases import KEY as BUREAU
from tests.support.editions import edition_adoption, edition_draft, edition_review
from tests.support.events import firm
from tests.support.spine import BY_KEY, enrolment_of

HEARING = {"kind": pb.DEFENCE_KIND_HEARING_REQUESTED, "on": "2026-10-20"}
EDITION_STEPS = ("draft", "review", "adoption")


@dataclass(slots=True)
class Case:
    """A ban case: whose it is, its steps, and how many were taken."""

    number: int
    steps: tuple[str, ...]
    taken: int = 0

    @property
    def name(self) -> str:
        """Its number on paper."""
        return f"C-{self.number}"


@dataclass(slots=True)
class Procedures(Teller):
    """A teller who takes the steps of procedures, too."""

    cases: list[Case] = field(default_factory=list)
    adopting: dict[int, int] = field(default_factory=dict)

    def open_case(self, number: int, *, heard: bool) -> None:
        """A ban case is drafted."""
        case = Case(len(self.cases) + 1, WITH_HEARING if heard else WALK)
        self.cases.append(case)
        self.town.office.subjects[case.name] = firm(number)
        self.step(case, case.steps[0])

    def step(self, case: Case, kind: str, by: str = "") -> None:
        """A step of a case; recorded if it is its turn and whoever signs is the one whose step it is."""
        office, right = self.town.office, ACTOR_OF.get(kind, "handler")
        changes: dict[str, Any] = HEARING if kind == "ban_defence" and "ban_hearing" in case.steps else {}
        in_turn = case.taken < len(case.steps) and case.steps[case.taken] == kind
        repeated_defence = kind == "ban_defence" and not in_turn
        number = self._firm_of(case)
        event = office.body("ban_decision", case.name).event
        matter = Matter(code_of(number), date(2026, 11, 10), measure=BAN, last=date(2028, 11, 10))
        lines: dict[str, dict[str, Any]] = {
            "ban_decision": {"matter": matter, "unserved": True, "firm_number": number},
            "ban_served": {"target": self._decision(case), "day": date(2026, 11, 12)},
        }
        assert event.subject.identifier.value == code_of(number)
        act = {"ban_decision": "event", "ban_served": "served"}.get(kind, "")
        signer = office.signers[by or right]
        expected = None if repeated_defence else in_turn and (by or right) == right
        body = {kind: office.body(kind, case.name, **changes)}
        if kind == "ban_served" and (self.kept(self._decision(case)) is None):
            expected = False
        at = self.record(BUREAU, body, act, by=signer, expected=expected, **lines.get(kind, {}))
        if at is None:
            return
        if in_turn:
            case.taken += 1
        if kind == "ban_decision":
            office.decisions[case.name] = f"M-{self.numbers}"

    def edition_step(self, which: int, step: str, who: str) -> None:
        """A step by which an edition becomes law: drafted, reviewed and adopted by three."""
        base, today = self.town.base, self.town.today.isoformat()
        hands = {"draft": base.hands.drafter, "review": base.hands.reviewer, "adoption": base.hands.approver}
        edition, taken = base.editions[which], self.adopting.get(which, 0)
        bodies: dict[str, dict[str, Any]] = {
            "draft": {"edition_draft": edition_draft(EDITIONS[which])},
            "review": {"edition_review": edition_review(edition.hash)},
            "adoption": {"edition_adoption": edition_adoption(edition.hash, today, today)},
        }
        in_turn = taken < len(EDITION_STEPS) and EDITION_STEPS[taken] == step
        line: dict[str, Any] = {}
        if step == "adoption":
            line = {"edition": edition, "day": self.town.today}
        act = "adopted" if step == "adoption" else ""
        expected = in_turn and who == step
        if self.record(OPERATOR, bodies[step], act, by=hands[who], expected=expected, **line) is not None:
            self.adopting[which] = taken + 1

    def find_theft(self, suspect_from: int) -> None:
        """The second seal of the bureau is found stolen, from a position on."""
        revocation = pb.KeyRevocation(
            keyid=self.town.base.stolen.keyid,
            reason=pb.KEY_REVOCATION_REASON_COMPROMISED,
            suspect_from=suspect_from,
        )
        target = str(suspect_from)
        body = {"key_revocation": revocation}
        self.record(OPERATOR, body, "stolen", target=target, expected=not self.stolen)
        self.stolen = True

    def lose_or_hold(self, how: str) -> None:
        """The tax office loses its list, by a registration without it or with its key; or has it again."""
        spine, registration = self.town.spine, BY_KEY[LOSER].registration()
        losing, how = not self.lost, self.lost or how
        line: dict[str, Any] = {"word": "L-03", "expected": True}
        if how == "key" and losing:
            reason = pb.KEY_REVOCATION_REASON_RETIRED
            body: Any = pb.KeyRevocation(keyid=spine.signers[LOSER].keyid, reason=reason)
            self.record(OPERATOR, {"key_revocation": body}, "lost", **line)
        elif how == "key":
            signer = spine.signers[LOSER] = FileSigner.generate(SUITE_ED25519)
            body = enrolment_of(spine.code(LOSER), signer)
            self.record(OPERATOR, {"key_enrolment": body}, "held", **line, with_key=signer)
        else:
            if losing:
                registration.mandate.ClearField("lists")
            body = {"department_registration": registration}
            self.record(OPERATOR, body, "lost" if losing else "held", **line)
        self.lost = how if losing else ""

    def _decision(self, case: Case) -> str:
        return f"{BUREAU}/{self.town.office.decisions.get(case.name, 'none')}"

    def _firm_of(self, case: Case) -> int:
        code = self.town.office.subjects[case.name].identifier.value
        return next(number for number in (*LICENSED, 2, 3) if code_of(number) == code)
