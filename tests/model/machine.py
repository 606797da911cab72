"""The machine: intake, bans, editions, stolen keys, remedies, erasure, and every way to ask, together.

Half of it tells (here), half of it asks (``tests.model.asking``, with what must hold after each step).
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.model.asking import Asking, Which, done
from tests.model.doors import Doors
from tests.model.telling import doubted_now
from tests.model.town import LICENSED, UNLICENSED, code_of
from tests.support.ban_cases import ACTORS, WITH_HEARING

Firms = st.sampled_from((*LICENSED, UNLICENSED))
Days = st.integers(0, 700)
Lately = st.integers(0, 12)
KINDS = ("ban", "ban", "L-03", "L-04", "fine", "licence")
ABOUT = ("withdrawal", "repair", "lifting", "stay", "resumption", "objection", "contest")
AFTER = ("stay", "stay", "resumption", "lifting", "withdrawal", "objection")
LISTING = ("税务", "人社")


class Registry(Asking):
    """Somebody states something, rightly or wrongly, in every order."""

    def __init__(self) -> None:
        super().__init__()
        self.objections: list[tuple[tuple[str, str, int], str]] = []
        self.moved = 0

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
            self.erased = self.town.size - 1
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

    @precondition(lambda self: self.town.size >= self.moved + 6)
    @rule(how=st.sampled_from(("registration", "key")))
    def a_source_comes_or_goes(self, how: str) -> None:
        self.moved = self.town.size
        self.teller.lose_or_hold(how)
        done["list lost" if self.teller.lost else "list held again"] += 1

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
