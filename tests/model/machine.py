"""The machine: intake, bans, editions, stolen keys, remedies, erasure and every way to ask, together.

After every step
* Check says of every firm what the reference says, at the latest position and today;
* the log has grown by exactly what was acknowledged;
* some answer of before, for a position and an instant, is given again byte for byte.
Rules ask by the other doors at positions and on days of all times, start the registry again from its store
(with and without an index on files), and fold the log again; both are done at the end as well.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.model.doors import BIDDING, PROCUREMENT, Brief, Doors, answer_of, status_name
from tests.model.reference import Answer, Asked, answer
from tests.model.telling import Teller, doubted_now
from tests.model.town import FIRMS, LICENSED, UNLICENSED, Base, Town, code_of
from tests.support.ban_cases import ACTORS, WITH_HEARING

Firms = st.sampled_from((*LICENSED, UNLICENSED))
Anyone = st.sampled_from(FIRMS)
Domains = st.sampled_from((PROCUREMENT, BIDDING))
Which = st.integers(0, 1 << 16)
Days = st.integers(0, 700)
Lately = st.integers(0, 12)
KINDS = ("ban", "ban", "L-03", "L-04", "fine", "licence")
ABOUT = ("withdrawal", "repair", "lifting", "stay", "resumption", "objection")
AFTER = ("stay", "stay", "resumption", "lifting", "withdrawal", "objection")
LISTING = ("税务", "人社")
FIRST_DAY, LAST_DAY = date(2024, 1, 1), date(2029, 12, 31)
CODES = [code_of(number) for number in FIRMS]
AGAIN = 3
"""How many answers of before are asked for again after each step."""
done: Counter[str] = Counter()
"""Steps of each kind, answers compared, and verdicts met, over all runs of a process."""


class Registry(RuleBasedStateMachine):
    """One town. ``base`` is set by whoever runs it."""

    base: Base

    def __init__(self) -> None:
        super().__init__()
        self.directory = tempfile.TemporaryDirectory(prefix="registry-model-")
        self.town = Town.opened(self.base, Path(self.directory.name))
        self.teller = Teller(self.town)
        self.doors = Doors(self.town.spine)
        self.told: dict[Asked, bytes] = {}
        self.objections: list[tuple[tuple[str, str, int], str]] = []
        self.turn, self.folded, self.polled, self.started = 0, self.town.size, 0, 0
        for code in ("L-01", "L-02", "L-03"):
            self.teller.deliver(code, 0)

    # --- what is told

    @rule(kind=st.sampled_from(KINDS), number=Firms, ago=Days, months=st.sampled_from((12, 24, 36)))
    def somebody_states_something(self, kind: str, number: int, ago: int, months: int) -> None:
        key, event, matter = self.teller.made(kind, number, ago, months)
        self.teller.event(key, number, event, matter)
        done[f"event {kind}"] += 1

    @rule(numbers=st.lists(Firms, min_size=1, max_size=4))
    def several_under_one_signature(self, numbers: list[int]) -> None:
        self.teller.batch(numbers)
        done["batch"] += 1

    @rule(code=st.sampled_from(("L-01", "L-02", "L-03")), ago=st.sampled_from((0, 0, 1, 6, 40)))
    def a_list_is_delivered(self, code: str, ago: int) -> None:
        self.teller.deliver(code, ago)
        done["delivery"] += 1

    @precondition(lambda self: self.teller.targets)
    @rule(act=st.sampled_from(ABOUT), which=Which, ago=Lately)
    def something_is_said_about_a_statement(self, act: str, which: int, ago: int) -> None:
        target = self._target(which)
        self._about(act, target, ago, self._chief_for(target) if which % 3 else None)

    @precondition(lambda self: self.teller.targets)
    @rule(which=Which)
    def a_statement_is_withdrawn(self, which: int) -> None:
        target = self._target(which)
        self._about("withdrawal", target, 0, self._chief_for(target))

    @precondition(lambda self: any(each[0] in LISTING for each in self.teller.targets))
    @rule(which=Which, ago=st.integers(0, 200))
    def an_entry_is_repaired(self, which: int, ago: int) -> None:
        entries = [each for each in self.teller.targets if each[0] in LISTING]
        self._about("repair", entries[which % len(entries)], ago, None)

    @precondition(lambda self: self.town.office.decisions)
    @rule(act=st.sampled_from(AFTER), which=Which, ago=Lately)
    def a_decision_is_stayed_or_lifted(self, act: str, which: int, ago: int) -> None:
        decided = set(self.town.office.decisions.values())
        targets = [each for each in self.teller.targets if each[1] in decided]
        if targets:
            target = targets[which % len(targets)]
            self._about(act, target, ago, self._chief_for(target))

    @precondition(lambda self: self.teller.targets)
    @rule(which=Which, ago=Days)
    def a_statement_is_corrected(self, which: int, ago: int) -> None:
        target, size = self._target(which), self.town.size
        self.teller.correct(target, ago, self._chief_for(target))
        done[f"correction {'recorded' if self.town.size > size else 'refused'}"] += 1

    @precondition(lambda self: self.objections)
    @rule(which=Which, deleted=st.booleans())
    def an_objection_is_decided(self, which: int, deleted: bool) -> None:
        target, objection = self.objections[which % len(self.objections)]
        self.teller.settle(target, objection, deleted=deleted)
        done["objection decided"] += 1

    @precondition(lambda self: self.teller.targets)
    @rule(which=Which)
    def a_matter_is_erased(self, which: int) -> None:
        target = self._target(which)
        if self.teller.erase(target):
            code = code_of(target[2])
            self.told = {asked: told for asked, told in self.told.items() if asked.subject != code}
            done["erasure recorded"] += 1

    @rule(days=st.sampled_from((0, 1, 3, 8, 40)))
    def time_passes(self, days: int) -> None:
        if self.town.today < date(2027, 6, 1):
            self.town.spine.clock.move_to(self.town.today + timedelta(days=days))

    # --- procedures

    @precondition(lambda self: len(self.teller.cases) < 3)
    @rule(number=Firms, heard=st.booleans())
    def a_ban_case_is_opened(self, number: int, heard: bool) -> None:
        self.teller.open_case(number, heard=heard)

    @precondition(lambda self: any(case.taken < len(case.steps) for case in self.teller.cases))
    @rule(which=Which, steps=st.sampled_from((1, 2, 4, 9, 9)))
    def a_case_goes_on(self, which: int, steps: int) -> None:
        case = self.teller.cases[which % len(self.teller.cases)]
        for kind in case.steps[case.taken : case.taken + steps]:
            self.teller.step(case, kind)
            done["step of a case"] += 1

    @precondition(lambda self: self.teller.cases)
    @rule(which=Which, kind=st.sampled_from(WITH_HEARING[1:]), who=st.sampled_from(sorted(ACTORS)))
    def somebody_tries_a_step(self, which: int, kind: str, who: str) -> None:
        case = self.teller.cases[which % len(self.teller.cases)]
        before = case.taken
        self.teller.step(case, kind, who)
        done[f"step tried, {'recorded' if case.taken > before else 'refused'}"] += 1

    @rule(
        which=st.integers(0, 1),
        step=st.sampled_from(("draft", "review", "adoption")),
        who=st.sampled_from(("", "", "draft", "review", "adoption")),
    )
    def an_edition_takes_a_step(self, which: int, step: str, who: str) -> None:
        self.teller.edition_step(which, step, who or step)
        done["step of an edition"] += 1

    # --- a stolen key

    @rule(what=st.sampled_from(("ban", "delivery", "withdrawal")), which=Which, ago=Lately)
    def a_thief_states_something(self, what: str, which: int, ago: int) -> None:
        thief = self.town.base.stolen
        mine = [each for each in self.teller.targets if each[0] == "财政" and each[2] in LICENSED]
        if what == "ban":
            number = LICENSED[which % len(LICENSED)]
            key, event, matter = self.teller.made("ban", number, 10 + ago, 24)
            self.teller.event(key, number, event, matter, thief)
        elif what == "delivery":
            self.teller.deliver("L-02", ago, thief)
        elif mine and not self._chief_for(target := mine[which % len(mine)]):
            self.teller.about("withdrawal", target, 0, thief)
        done[f"thief: {what}"] += 1

    @precondition(lambda self: not self.teller.stolen and any(line.by_thief for line in self.town.lines))
    @rule(which=Which)
    def the_theft_is_found(self, which: int) -> None:
        suspect = [line.position for line in self.town.lines if line.by_thief]
        self.teller.find_theft(suspect[which % len(suspect)])
        done["theft found"] += 1

    @precondition(lambda self: bool(doubted_now(self.town.lines)))
    @rule(which=Which)
    def the_department_confirms(self, which: int) -> None:
        doubted = doubted_now(self.town.lines)
        key, name = doubted[which % len(doubted)].split("/")
        self.teller.about("confirmation", (key, name, LICENSED[0]), 0)
        done["confirmation"] += 1

    # --- again, and from the store

    @precondition(lambda self: self.teller.sent)
    @rule(which=Which, other=st.booleans())
    def a_statement_is_sent_again(self, which: int, other: bool) -> None:
        if other:
            self.teller.reuse(which)
        else:
            self.teller.resubmit(which)
        done["sent again"] += 1

    @precondition(lambda self: self.town.size > self.started)
    @rule(on_files=st.booleans())
    def it_starts_again(self, on_files: bool) -> None:
        self.started = self.town.size
        self.town.restart(on_files=on_files)
        self.doors = Doors(self.town.spine)
        done["restart on files" if on_files else "restart"] += 1

    # --- what is asked

    @rule(number=Anyone, domain=Domains, which=Which, day=st.dates(FIRST_DAY, LAST_DAY))
    def asked_by_every_door(self, number: int, domain: int, which: int, day: date) -> None:
        asked = Asked(code_of(number), domain, self._position(which), day)
        expected = answer(self.town.lines, asked)
        response = self.doors.check(asked)
        self._compared(response, expected, asked)
        self.told.setdefault(asked, response.SerializeToString(deterministic=True))
        assert self.told[asked] == response.SerializeToString(deterministic=True)
        assert self.doors.by_batch(asked) == expected
        assert self.doors.by_screen([asked.subject], asked) == [expected]
        explained = self.doors.by_explain(asked)
        assert explained.answer == response
        assert explained.conclusion
        brief = frozenset(Brief(hit.measure, hit.status, hit.effect) for hit in expected.hits)
        assert self.doors.by_columns([asked.subject], asked) == [(expected.verdict, expected.reason, brief)]
        filed = {entry.position for part in self.doors.record(asked).sections for entry in part.entries}
        assert filed >= {hit.position for hit in expected.hits}
        done["asked by every door"] += 1

    @rule(domain=Domains, day=st.dates(FIRST_DAY, LAST_DAY), today=st.booleans())
    def asked_by_tables(self, domain: int, day: date, today: bool) -> None:
        on = self.town.today if today else day
        asked = [Asked(code, domain, self.town.size - 1, on) for code in CODES]
        expected = [answer(self.town.lines, each) for each in asked]
        short = [(each.verdict, each.reason) for each in expected]
        assert self.doors.by_table(CODES, asked[0]) == short
        assert self.doors.by_screen(CODES, asked[0]) == expected
        done["asked by tables"] += 1

    @rule(domain=Domains, ahead=st.sampled_from((0, 0, 10, 400)))
    def asked_by_snapshot(self, domain: int, ahead: int) -> None:
        day = self.town.today + timedelta(days=ahead)
        position, found = self.doors.by_snapshot(CODES, domain, day)
        for code, told in zip(CODES, found, strict=True):
            if told.ask:
                continue
            expected = answer(self.town.lines, Asked(code, domain, position, day))
            assert told.verdict.name == expected.verdict, (code, position, day)
            measures = {(each.measure, status_name(each.status)) for each in told.measures}
            assert measures == {(hit.measure, hit.status) for hit in expected.hits}, (code, position, day)
        done["asked by snapshot"] += 1

    @precondition(lambda self: self.town.size >= self.polled + 4)
    @rule(domain=Domains)
    def asked_by_polling(self, domain: int) -> None:
        """What a watcher is told, from the beginning, is what changed by the reference, and nothing else."""
        self.polled = self.town.size
        told = self.doors.polled(0, domain)
        found = {
            (change.position, each.subject.value): {
                (row.measure_code, row.position) for row in each.restrictions
            }
            for change in told.changes
            for each in change.subjects
        }
        for (position, code), rows in found.items():
            assert rows == self._standing(code, domain, position, position), (position, code)
        for line in self.town.lines:
            for code in CODES[:-1] if line.matter or line.target else ():
                before = self._standing(code, domain, line.position - 1, line.position)
                if before != self._standing(code, domain, line.position, line.position):
                    assert (line.position, code) in found
        done["asked by polling"] += 1

    @rule(number=Anyone, domain=Domains, which=Which, day=st.dates(FIRST_DAY, LAST_DAY))
    def a_receipt_is_verified(self, number: int, domain: int, which: int, day: date) -> None:
        asked = Asked(code_of(number), domain, self._position(which), day)
        expected = answer(self.town.lines, asked)
        receipt = self.doors.receipt(asked, proof=False)
        assert self.doors.verified(receipt) == (True, expected.verdict)
        done["receipt verified"] += 1

    @rule(number=Anyone, domain=Domains, which=Which)
    def a_certificate_is_asked_for(self, number: int, domain: int, which: int) -> None:
        asked = Asked(code_of(number), domain, self._position(which), self.town.today)
        told = self.doors.certificate(asked)
        certified = {entry.position for part in told.sections for entry in part.entries}
        filed = {entry.position for part in self.doors.record(asked).sections for entry in part.entries}
        assert certified <= filed
        known = answer(self.town.lines, asked).reason != "SUBJECT_UNKNOWN"
        assert bool(told.sections) == known
        assert told.nothing_recorded == (known and not certified)
        assert told.answered.known_position == asked.at
        done["certificate"] += 1

    @precondition(lambda self: self.town.size >= self.folded + 12)
    @rule()
    def the_log_is_folded_again(self) -> None:
        self.folded = self.town.size
        assert self.town.folded_again() == []
        done["folded again"] += 1

    # --- always

    @invariant()
    def it_says_what_the_reference_says(self) -> None:
        for code in CODES:
            for domain in (PROCUREMENT, BIDDING):
                asked = Asked(code, domain, self.town.size - 1, self.town.today)
                self._compared(self.doors.check(asked), answer(self.town.lines, asked), asked)

    @invariant()
    def it_holds_what_was_acknowledged(self) -> None:
        assert self.town.spine.engine.state.size == self.town.size

    @invariant()
    def it_answers_as_it_did(self) -> None:
        self.turn += AGAIN
        start = self.turn % max(1, len(self.told))
        for asked, told in islice(self.told.items(), start, start + AGAIN):
            self._again(asked, told)

    def teardown(self) -> None:
        """Started again from the store it answers as it did, and its log folds to the same."""
        try:
            self.town.restart(on_files=self.turn % 2 == 0)
            self.doors = Doors(self.town.spine)
            self.it_says_what_the_reference_says()
            for asked, told in self.told.items():
                self._again(asked, told)
            assert self.town.folded_again() == []
            done["runs"] += 1
        finally:
            self.town.spine.engine.close()
            self.directory.cleanup()

    # --- in the making

    def _about(self, act: str, target: tuple[str, str, int], ago: int, by: Any) -> None:
        size = self.town.size
        self.teller.about(act, target, ago, by)
        placed = self.town.size > size
        if placed and act == "objection":
            self.objections.append((target, f"M-{self.teller.numbers}"))
        done[f"{act} {'recorded' if placed else 'refused'}"] += 1

    def _target(self, which: int) -> tuple[str, str, int]:
        return self.teller.targets[which % len(self.teller.targets)]

    def _chief_for(self, target: tuple[str, str, int]) -> Any:
        """Who must sign what is said about a decision of the bureau; nobody in particular for all else."""
        decided = target[1] in self.town.office.decisions.values()
        return self.town.office.signers["chief"] if decided else None

    def _position(self, which: int) -> int:
        first = self.base.lines[-1].position
        return first + which % (self.town.size - first)

    def _standing(self, code: str, domain: int, at: int, told_at: int) -> set[tuple[str, int]]:
        day = self.town.day_of(told_at)
        hits = answer(self.town.lines, Asked(code, domain, at, day)).hits
        return {(hit.measure, hit.position) for hit in hits}

    def _compared(self, response: Any, expected: Answer, asked: Asked) -> None:
        found = answer_of(response.verdict, response.indeterminate_reason, response.hits)
        assert found == expected, (asked, self.town.lines)
        done[f"verdict {found.verdict}"] += 1
        done.update(f"hit {hit.status} {hit.effect}" for hit in found.hits)

    def _again(self, asked: Asked, told: bytes) -> None:
        assert self.doors.check(asked).SerializeToString(deterministic=True) == told, asked
        done["answered again"] += 1
