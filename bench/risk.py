"""Risk monitoring over a log of 1,000,000 penalties; ``python -m bench.risk``.

    start    what a registry does that was started anew: everything within the windows is read and counted
    day      a new day begins: every group of every indicator is looked at again
    look     a look when nothing is new, as it comes every minute
    new      4,096 penalties more are counted and looked at

Four indicators of 90 days: by region, by trade, by organisation, and complaints. The penalties lie within
180 days and are written straight into a store as sealed statements, for counting looks at no signature.
Memory is what the process grew by while it counted. The target is that a start over a million takes less
than ten minutes, beside the answers, and that the rest is not felt.
"""

from __future__ import annotations

import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from bench.machine import bound_to, machine, serving_cores
from bench.measure import Figure
from bench.population import ORIGIN, subject
from demo.departments import DEPARTMENTS, OPERATOR
from registry.commands.found import Operator
from registry.commands.supervision.risk_counts import RiskCounts
from registry.domain.files import ACT_NUMBERS, file_ref
from registry.domain.periods import china_day
from registry.engine import Engine, now_ms, start_engine
from registry.installation import Plan, create_installation
from registry.provenance.leaf import Leaf, LeafType
from registry.store.interface import Group, StatementRow
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2
from registry.v1 import supervision_pb2 as acts
from registry.v1.supervision_file_pb2 import FileAct, SupervisionFile

COUNT, MORE, GROUP, TARGET_S = 1_000_000, 4096, 5000, 600.0
FIRMS, DAYS, MS_PER_DAY = 50_000, 180, 86_400_000
REGIONS = tuple(
    f"1309{number:02}" for number in (2, 3, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 81, 82, 83, 84)
)
TRADES = tuple(f"C{number}" for number in range(13, 44))
INDICATORS: tuple[tuple[acts.IndicatorKind.ValueType, acts.IndicatorGrouping.ValueType], ...] = (
    (acts.INDICATOR_KIND_PENALTY_CLUSTER, acts.INDICATOR_GROUPING_REGION),
    (acts.INDICATOR_KIND_PENALTY_CLUSTER, acts.INDICATOR_GROUPING_INDUSTRY),
    (acts.INDICATOR_KIND_PENALTY_CLUSTER, acts.INDICATOR_GROUPING_SUBJECT),
    (acts.INDICATOR_KIND_COMPLAINT_RISE, acts.INDICATOR_GROUPING_REGION),
)
_MARKET = DEPARTMENTS[0].office


class Filling:
    """Writes statements into a store as if they had been received in turn."""

    def __init__(self, engine: Engine, today_ms: int) -> None:
        self._state, self._today_ms = engine.state, today_ms
        self._seal = engine.state.vault.seal_payload
        self._position = 1
        self._dice = random.Random(20260401)

    def indicators(self) -> None:
        """Declares the indicators."""
        group = Group()
        for number, (kind, grouping) in enumerate(INDICATORS):
            indicator = acts.RiskIndicator(
                number=f"ZB-{number}",
                kind=kind,
                grouping=grouping,
                window_days=90,
                threshold=100_000,
                rise_percent=200,
                in_charge=_MARKET.code,
                effective_from="2020-01-01",
            )
            reference = acts.FileReference(
                kind=acts.FILE_KIND_INDICATOR, department=OPERATOR.office.code, number=indicator.number
            )
            statement = pb.Statement(supervision=acts.Supervision(indicator=indicator))
            act = FileAct(act=ACT_NUMBERS["indicator"], position=self._position, on=indicator.effective_from)
            group.files.append(SupervisionFile(file=reference, acts=[act]))
            row = self._row(
                statement, file_ref(reference), LeafType.SUPERVISION, self._today_ms - 200 * MS_PER_DAY
            )
            group.statements.append(row)
        self._commit(group, self._today_ms - 200 * MS_PER_DAY)

    def penalties(self, count: int, *, days: int = DAYS) -> None:
        """Penalties received over so many days up to today."""
        made = (self._penalty(number, count, days) for number in range(count))
        while rows := list(islice(made, GROUP)):
            last_ms = Leaf.decode(rows[-1].leaf).received_ms
            self._commit(Group(statements=rows), last_ms)

    def _penalty(self, number: int, count: int, days: int) -> StatementRow:
        received_ms = self._today_ms - (days - 1 - days * number // count) * MS_PER_DAY
        whom, dice = self._dice.randrange(FIRMS), self._dice
        event = pb.Event(
            subject=subject(whom),
            category="E-03-CF",
            document=pb.Document(
                number=f"沧示市监罚字〔2026〕{number}号", authority=_MARKET.name, authority_code=_MARKET.code,
                decided_on=china_day(received_ms).isoformat(),
            ),
            region=dice.choice(REGIONS),
            legal_basis=["示例法 第一条"],
            content=[pb.Field(name="cflb", value="警告")],
            measures=[pb.ImposedMeasure(scope=subject_pb2.Scope(industry=dice.choice(TRADES)))],
        )  # fmt: skip
        statement = pb.Statement(event=event, department=_MARKET.code, nonce=bytes(16))
        return self._row(statement, event.subject.identifier.value, LeafType.EVENT, received_ms)

    def _row(self, statement: pb.Statement, ref: str, kind: LeafType, received_ms: int) -> StatementRow:
        position = self._position
        self._position += 1
        leaf = Leaf(kind, received_ms, bytes(32), 0, bytes(32), bytes(32), 0).encode()
        nonce = position.to_bytes(12, "big")
        sealed = self._seal(statement.SerializeToString(), b"", nonce)
        return StatementRow(
            position, _MARKET.code, f"S-{position}", ref, "application/vnd.registry", sealed, b"", leaf
        )

    def _commit(self, group: Group, received_ms: int) -> None:
        self._state.store.commit(group)
        assert self._state.head is not None
        self._state.head = replace(self._state.head, size=self._position, last_received_ms=received_ms)


def risk_figures(directory: Path, count: int = COUNT) -> Iterator[Figure]:
    """The counting, timed."""
    office, today_ms = OPERATOR.office, now_ms()
    plan = Plan(ORIGIN, Operator(office.code, office.name, "130900"), "127.0.0.1:0", ["127.0.0.1"])
    old_ms = today_ms - 400 * MS_PER_DAY
    engine = start_engine(create_installation(directory, plan, clock=lambda: old_ms), lambda: old_ms)
    try:
        filling = Filling(engine, today_ms)
        filling.indicators()
        filling.penalties(count)
        with bound_to(serving_cores()):
            yield from _figures(engine, filling, count, today_ms)
    finally:
        engine.close()


def _figures(engine: Engine, filling: Filling, count: int, today_ms: int) -> Iterator[Figure]:
    clock = [today_ms]
    counts = RiskCounts(engine.state, lambda: clock[0])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    def look() -> Sequence[Any]:
        while not counts.follow():
            pass
        return counts.due()

    yield _timed(f"start over {count} penalties", look, TARGET_S)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    yield Figure("memory of four indicators", None, "≤ 1024 MB", grown <= 1024, f"{grown:.0f} MB")
    yield _timed("look with nothing new", look, 0.1)
    filling.penalties(MORE, days=1)
    yield _timed(f"{MORE} more", look, 5.0)
    clock[0] += MS_PER_DAY
    yield _timed("a new day", look, 30.0)


def _timed(name: str, look: Callable[[], Sequence[Any]], target_s: float) -> Figure:
    start = time.perf_counter()
    reached = len(look())
    taken = time.perf_counter() - start
    title = f"Risk monitoring, {name}"
    return Figure(title, None, f"≤ {target_s:g} s", taken <= target_s, f"{taken:.3f} s; {reached} reached")


def main() -> None:
    """Prints the figures."""
    print(machine())
    with tempfile.TemporaryDirectory() as directory:
        for figure in risk_figures(Path(directory) / "registry"):
            print(figure.name, figure.target, "met" if figure.met else "MISSED", figure.absolute, flush=True)


if __name__ == "__main__":
    main()
