"""The accountability report over a log of 1,000,000 acts of supervision; ``python -m bench.accountability``.

    year     everything due and told in a year: 60 departments, 600 officials, every file has something in it
    month    one month of it
    official what one official acted in last, in the year

Files of a fictional year are written straight into a store, without their statements, for a report opens
none: a fifth of the steps late, a tenth never taken. Two reports are compared byte for byte. The target is
60 s for the year; the growth of memory is told beside, for files are read one by one.
"""

from __future__ import annotations

import random
import resource
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import islice
from pathlib import Path

from bench.machine import bound_to, machine, serving_cores
from bench.measure import Figure
from bench.population import ORIGIN
from demo.departments import OPERATOR
from registry.access.identity import Caller, CallerRole
from registry.commands.found import Operator
from registry.commands.supervision.accountability import Accountability
from registry.domain.files import ACT_NUMBERS
from registry.domain.identifiers import uscc_check_character
from registry.engine import Engine, now_ms, start_engine
from registry.installation import Plan, create_installation
from registry.store.interface import Group
from registry.v1 import accountability_service_pb2 as pb
from registry.v1 import supervision_pb2 as acts
from registry.v1.supervision_file_pb2 import FileAct, SupervisionFile

ACTS, GROUP, TARGET_S = 1_000_000, 5000, 60.0
DEPARTMENTS, OFFICIALS = 60, 10
FIRST = date(2025, 1, 1)
_STEPS = {
    acts.FILE_KIND_REFERRAL: (
        ("referral", 0), ("receipt", 2), ("referral_acceptance", 5), ("referral_outcome", 60),
        ("referral_answer", 3),
    ),
    acts.FILE_KIND_INSPECTION: (("inspection", 0), ("result_publication", 18), ("rectification", 20)),
    acts.FILE_KIND_COMPLAINT: (
        ("complaint", 0), ("complaint_acceptance", 6), ("complaint_verification", 14),
        ("complaint_answer", 3),
    ),
    acts.FILE_KIND_ALERT: (("risk_alert", 0), ("receipt", 2), ("alert_answer", 12)),
}  # fmt: skip
"""The acts of a file, each with the days that usually pass before it."""
_REFERRALS, _VISITS = (acts.FILE_KIND_REFERRAL,) * 4, (acts.FILE_KIND_INSPECTION,) * 4
_KINDS = (*_REFERRALS, *_VISITS, acts.FILE_KIND_COMPLAINT, acts.FILE_KIND_COMPLAINT, acts.FILE_KIND_ALERT)


def accountability_figures(directory: Path, count: int = ACTS) -> Iterator[Figure]:
    """The reports, timed."""
    engine = filled(directory, count)
    try:
        with bound_to(serving_cores()):
            yield from _figures(engine, count)
    finally:
        engine.close()


def filled(directory: Path, count: int) -> Engine:
    """A registry in a new directory with files of so many acts."""
    office = OPERATOR.office
    plan = Plan(ORIGIN, Operator(office.code, office.name, "130900"), "127.0.0.1:0", ["127.0.0.1"])
    engine = start_engine(create_installation(directory, plan, clock=now_ms))
    files, dice = _Files(count), random.Random(20260401)
    while group := list(islice(files(dice), GROUP)):
        engine.state.store.commit(Group(files=group))
    _reach(engine, count)
    return engine


def _reach(engine: Engine, count: int) -> None:
    """Has the log end with the last of the acts: a statement stands there, whose content nobody asks for."""
    state = engine.state
    first = state.store.statement(0)
    assert first is not None
    assert state.head is not None
    last = replace(first, position=count + 1, statement_id="last")
    state.store.commit(Group(statements=[last]))
    state.head = replace(state.head, size=count + 2)


class _Files:
    """Files one after the other until there are so many acts; what is left is asked for group by group."""

    def __init__(self, count: int) -> None:
        self._left, self._position, self._number = count, 1, 0

    def __call__(self, dice: random.Random) -> Iterator[SupervisionFile]:
        while self._left > 0:
            yield self._next(dice)

    def _next(self, dice: random.Random) -> SupervisionFile:
        kind = _KINDS[self._number % len(_KINDS)]
        opener, addressee = dice.sample(range(DEPARTMENTS), 2)
        reference = acts.FileReference(kind=kind, department=code(opener), number=f"N-{self._number}")
        file = SupervisionFile(file=reference, variant=1, region="130902")
        told = kind in (acts.FILE_KIND_REFERRAL, acts.FILE_KIND_ALERT)
        file.addressee = code(addressee) if told else ""
        day = FIRST + timedelta(days=dice.randrange(330))
        for place, (name, usual) in enumerate(_STEPS[kind]):
            if place and dice.random() < 0.1:
                break
            day += timedelta(days=usual + (dice.randrange(1, 20) if dice.random() < 0.2 else 0))
            self._add(file, name, opener if not told or not place else addressee, day, dice)
        self._number += 1
        return file

    def _add(self, file: SupervisionFile, name: str, by: int, day: date, dice: random.Random) -> None:
        file.acts.append(
            FileAct(
                act=ACT_NUMBERS[name],
                position=self._position,
                statement_id=f"S-{self._position}",
                department=code(by),
                official_ids=[f"A-{dice.randrange(OFFICIALS)}"],
                sections=["执法科"],
                received_on=day.isoformat(),
                on=day.isoformat(),
                counted_on=day.isoformat(),
                result=1,
            )
        )
        self._position += 1
        self._left -= 1


def code(number: int) -> str:
    """The code of a department that does not exist."""
    body = f"11130900DEM{number:06d}"
    return body + uscc_check_character(body)


def _figures(engine: Engine, count: int) -> Iterator[Figure]:
    year = pb.GetAccountabilityReportRequest(until="2025-12-31", known_position=count + 1, limit=10_000)
    setattr(year, "from", "2025-01-01")
    month = pb.GetAccountabilityReportRequest(until="2025-06-30", known_position=count + 1)
    setattr(month, "from", "2025-06-01")
    one = pb.GetAccountabilityReportRequest()
    one.CopyFrom(year)
    one.department, one.official_id = code(1), "A-1"
    first = b""
    for name, request in (("year", year), ("month", month), ("one official", one), ("year again", year)):
        taken, told, made = _timed(engine, request)
        if name == "year":
            first = made
        if name == "year again":
            told += "; the same bytes" if made == first else "; OTHER BYTES"
        met = taken <= TARGET_S and (name != "year again" or made == first)
        title = f"Accountability report, {count} acts, {name}"
        yield Figure(title, None, f"≤ {TARGET_S:.0f} s", met, f"{taken:.1f} s; {told}")


def _timed(engine: Engine, request: pb.GetAccountabilityReportRequest) -> tuple[float, str, bytes]:
    auditor = Caller(CallerRole.AUDITOR, "bench", ORIGIN)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start, used = time.perf_counter(), time.process_time()
    report = Accountability(engine.ask).report(auditor, request)
    made = report.SerializeToString(deterministic=True)
    taken, used = time.perf_counter() - start, time.process_time() - used
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    late = sum(total.met_late + total.unmet for total in report.totals)
    duties = late + sum(total.met + total.running for total in report.totals)
    said = f"{used:.1f} s of CPU; {duties} duties, {late} late, {len(report.lines)} lines"
    return taken, f"{said}; {len(made) / 1e6:.1f} MB; {grown:.0f} MB more memory", made


def main() -> None:
    """Prints the figures."""
    print(machine())
    with tempfile.TemporaryDirectory() as directory:
        for figure in accountability_figures(Path(directory) / "registry"):
            print(figure.name, figure.target, "met" if figure.met else "MISSED", figure.absolute, flush=True)


if __name__ == "__main__":
    main()
