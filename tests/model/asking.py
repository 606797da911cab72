"""The half of the machine that asks: by every door, at positions and on days of all times.

After every step
* Check says of every firm what the reference says, at the latest position and today;
* the log has grown by exactly what was acknowledged;
* some answer of before, for a position and an instant, is given again byte for byte.
At the end the registry is started again from its store, and its log folded again.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from registry.domain.periods import china_day
from tests.model.doors import BIDDING, PROCUREMENT, Beside, Brief, Doors, answer_of, status_name
from tests.model.procedures import Procedures
from tests.model.reference import Answer, Asked, answer, law
from tests.model.town import FIRMS, Base, Town, code_of

Anyone = st.sampled_from(FIRMS)
Domains = st.sampled_from((PROCUREMENT, BIDDING))
Which = st.integers(0, 1 << 16)
FIRST_DAY, LAST_DAY = date(2024, 1, 1), date(2029, 12, 31)
AnyDay = st.dates(FIRST_DAY, LAST_DAY)
CODES = [code_of(number) for number in FIRMS]
AGAIN = 3
"""How many answers of before are asked for again after each step."""
done: Counter[str] = Counter()
"""Steps of each kind, answers compared, and verdicts met, over all runs of a process."""


class Asking(RuleBasedStateMachine):
    """One town. ``base`` is set by whoever runs it."""

    base: Base

    def __init__(self) -> None:
        super().__init__()
        self.directory = tempfile.TemporaryDirectory(prefix="registry-model-")
        self.town = Town.opened(self.base, Path(self.directory.name))
        self.teller = Procedures(self.town)
        self.doors = Doors(self.town.spine)
        self.beside = Beside(self.town.spine)
        self.told: dict[Asked, bytes] = {}
        self.receipts: list[tuple[Any, str]] = []
        self.turn, self.folded, self.polled, self.started, self.erased = 0, self.town.size, 0, 0, 0
        for code in ("L-01", "L-02", "L-03"):
            self.teller.deliver(code, 0)

    # --- what is asked

    @rule(number=Anyone, domain=Domains, which=Which, day=AnyDay)
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

    @rule(domain=Domains, day=AnyDay, today=st.booleans())
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
        if position < self.erased:
            return  # Made before, and for seconds still given out (decision 0020 says what is, and is not).
        for code, told in zip(CODES, found, strict=True):
            if told.ask:
                continue
            expected = answer(self.town.lines, Asked(code, domain, position, day))
            assert told.verdict.name == expected.verdict, (code, position, day, told, expected)
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

    @rule(number=Anyone, domain=Domains, which=Which, day=AnyDay, proof=st.booleans())
    def a_receipt_is_verified(self, number: int, domain: int, which: int, day: date, proof: bool) -> None:
        """Also with its proof, for which the registry may have to log the state of its map first."""
        asked = Asked(code_of(number), domain, self._position(which), day)
        expected = answer(self.town.lines, asked)
        receipt = self.doors.receipt(asked, proof=proof)
        self.town.own_statements()
        assert self.doors.verified(receipt) == (True, expected.verdict)
        self.receipts.append((receipt, expected.verdict))
        done["receipt with proof verified" if proof else "receipt verified"] += 1

    @rule(number=Anyone, domain=Domains, which=Which, day=AnyDay)
    def asked_beside_the_writer(self, number: int, domain: int, which: int, day: date) -> None:
        asked = Asked(code_of(number), domain, self._position(which), day)
        for each in (asked, replace(asked, at=self.town.size - 1)):
            self._compared(self.beside.check(each), answer(self.town.lines, each), each)
        done["asked beside the writer"] += 1

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
            for code in CODES:
                asked = Asked(code, PROCUREMENT, self.town.size - 1, self.town.today)
                self._compared(self.beside.check(asked), answer(self.town.lines, asked), asked)
            for receipt, verdict in self.receipts:  # What was filed before an erasure holds as well.
                assert self.doors.verified(receipt) == (True, verdict)
            assert self.town.folded_again() == []
            done["runs"] += 1
        finally:
            self.beside.close()
            self.town.spine.engine.close()
            self.directory.cleanup()

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
        under, known = response.answered, [line for line in self.town.lines if line.position <= asked.at]
        assert under.known_position == asked.at
        assert under.edition == law(known, asked.day).hash
        assert china_day(under.valid_time.ToMilliseconds()) == asked.day
        assert china_day(under.known_time.ToMilliseconds()) == self.town.day_of(asked.at)
        done[f"verdict {found.verdict}"] += 1
        done.update(f"hit {hit.status} {hit.effect}" for hit in found.hits)

    def _again(self, asked: Asked, told: bytes) -> None:
        assert self.doors.check(asked).SerializeToString(deterministic=True) == told, asked
        done["answered again"] += 1
