"""Random statements of every kind about a few subjects, many of them refused, in groups of any size.

What a statement refers to is drawn from all that its department has stated or tried to state, so that
withdrawals meet what is withdrawn, notes meet what is noted already, and links meet each other in rings. What
was objected to or applied for is decided, with luck, in the order that the procedure wants.
Between the groups days go by, so that some of what was publicised can be granted.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from demo.departments import OPERATOR
from registry.commands.jobs import Outcome, Placed
from registry.domain.periods import china_day
from registry.v1 import statement_pb2 as pb
from tests.support import events, remedies
from tests.support.events import firm, person
from tests.support.spine import Spine
from tests.support.table import Table, queue

FIRMS, PERSONS, NAMES = 5, 2, 3
KEYS = {"法院": "C", "市场监管": "M", "人社": "H", "税务": "T"}
"""The departments that speak, with what their statement ids begin with."""


def write_random_acts(
    spine: Spine, chance: Random, count: int, *, with_remedies: bool = True
) -> dict[bool, int]:
    """Writes them; answers how many were placed (True) and how many were refused (False)."""
    wider = events.registration("税务", categories=["E-60"], lists=["R-01"])
    events.placed(spine.say(OPERATOR.key, department_registration=wider))
    table, waiting, outcomes = Table(spine), list[Any](), list[Outcome]()
    said = {key: ["nothing"] for key in KEYS}
    filed: dict[str, list[tuple[str, str]]] = {key: [] for key in KEYS}
    for number in range(count):
        key, today = chance.choice(list(KEYS)), china_day(spine.clock())
        target = chance.choice(said[key])
        if with_remedies and chance.random() < 0.25:
            body = _remedy(chance, key, target, filed[key], str(today))
        else:
            body = _of_tax(chance, target, today) if key == "税务" else _SAID_BY[key](chance, target)
        said[key].append(f"{KEYS[key]}-{number}")
        if body.keys() & {"objection", "repair_application"}:
            filed[key].append((said[key][-1], target))
        waiting.append(table.say(key, said[key][-1], **body))
        if chance.random() < 0.2 or number == count - 1:
            outcomes += queue(spine, *waiting)
            waiting.clear()
            spine.clock.move_to(today + timedelta(days=chance.choice([0, 0, 5])))
    placed = [isinstance(outcome, Placed) for outcome in outcomes]
    return {kind: placed.count(kind) for kind in (True, False)}


def _day(chance: Random, year: int = 2026) -> str:
    return f"{year}-0{chance.randrange(1, 8)}-{chance.randrange(10, 28)}"


def _some_firm(chance: Random) -> Any:
    """One of a few firms, under one of a few names."""
    subject = firm(chance.randrange(FIRMS))
    subject.name = f"沧州第{chance.randrange(NAMES)}名(示例)有限公司"
    return subject


def _of_court(chance: Random, target: str) -> dict[str, Any]:
    day, subject = _day(chance), person(chance.randrange(PERSONS))
    status = chance.choice(pb.NotedStatus.values()[1:])
    event = events.ban("法院", subject, "M-EXI-01", _day(chance, 2025))
    return chance.choice(
        [
            {"event": event},
            {"event": event},
            {"status_note": events.note("法院", target, status, day)},
            {"status_note": events.note("法院", target, status, day)},
            {"lifting": events.lifting("法院", target, day)},
            {"correction": events.correction("法院", target, event)},
            {"withdrawal": events.withdrawal("法院", target)},
            {"delivery": events.delivery("L-01", day)},
        ]
    )


def _of_market(chance: Random, target: str) -> dict[str, Any]:
    one, other, key = _some_firm(chance), _some_firm(chance), "市场监管"
    day = chance.choice(["", _day(chance)])
    kinds: list[Any] = [events.succession, events.merger, events.branch_of]
    link = chance.choice(kinds)
    penalty = events.penalty(key, one)
    names = [_some_firm(chance).name for _ in range(chance.randrange(1, 4))]
    return chance.choice(
        [
            {"event": penalty},
            {"subject_link": link(one, other, day)},
            {"subject_link": link(one, other, day)},
            {"subject_link": events.alternate(events.old_code(one), other)},
            {"name_ruling": events.ruling(one, *names)},
            {"correction": events.correction(key, target, penalty)},
            {"withdrawal": events.withdrawal(key, target)},
            {"withdrawal": events.withdrawal(key, target)},
        ]
    )


def _of_labour(chance: Random, target: str) -> dict[str, Any]:
    entry = events.list_entry("人社", _some_firm(chance), "L-04", _day(chance, 2025), "2027-03-01")
    return chance.choice(
        [
            {"event": entry},
            {"event": entry},
            {"repair": events.repair("人社", target, "2026-07-30")},
            {"correction": events.correction("人社", target, entry)},
            {"withdrawal": events.withdrawal("人社", target)},
        ]
    )


def _of_tax(chance: Random, target: str, today: date) -> dict[str, Any]:
    first, last, until = (today + timedelta(days=days) for days in (0, 4, 360))
    candidacy = events.candidacy("税务", _some_firm(chance), "R-01", str(first), str(last))
    return chance.choice(
        [
            {"red_list_candidacy": candidacy},
            {"red_list_candidacy": candidacy},
            {"red_list_grant": events.grant("税务", target, str(first), str(until))},
            {"withdrawal": events.withdrawal("税务", target)},
        ]
    )


def _remedy(
    chance: Random, key: str, target: str, filed: list[tuple[str, str]], today: str
) -> dict[str, Any]:
    """Something is filed about a target, or the next thing said about what was filed."""
    if not filed or chance.random() < 0.4:
        asked = {"filed_on": today, "corrected_on": "2025-01-10"}
        return chance.choice(
            [
                {"objection": remedies.objection_to(key, target, filed_on=today)},
                {"repair_application": remedies.application(key, target, **asked)},
            ]
        )
    step, about = chance.choice(filed)
    paper = events.document(key, today, "示异字〔2026〕1号")
    outcome = chance.choice(pb.ObjectionOutcome.values()[1:])
    done: dict[str, Any] = {"document": paper, "effective_on": today}
    shielding = chance.choice([remedies.shield, remedies.shield_ended])
    return chance.choice(
        [
            {"objection_result": remedies.result(key, about, step, outcome, **done)},
            {"repair_acceptance": remedies.acceptance(key, about, step)},
            {"repair": remedies.granted(key, about, step, today)},
            {"repair_refusal": remedies.refused(key, about, step, document=paper)},
            {"repair_annulment": remedies.annulment(key, about, **done)},
            {"status_note": shielding(key, about, today)},
        ]
    )


_SAID_BY = {"法院": _of_court, "市场监管": _of_market, "人社": _of_labour}
