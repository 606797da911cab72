"""What is asked and what comes back, in one form for everybody.

    ask(["91…1", "91…2"]) == {"91…2": (Reason("M-PRO-01", "2026-05-01", "2027-10-01"),)}

A code that is not in the answer is not restricted. A way that tells measures without days is compared by
measures alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, TypeAlias


class Reason(NamedTuple):
    """A restriction: its measure, and its first and last day (ISO; empty: none, or not told)."""

    measure: str
    since: str = ""
    until: str = ""


Answers: TypeAlias = dict[str, tuple[Reason, ...]]
"""The reasons of each restricted code, in their own order; no other code is in it."""


class Row(NamedTuple):
    """A reason as an integrator would keep it."""

    code: str
    reason: Reason
    authority: str
    document: str


class Form(Enum):
    """How a question is put; ways of one form are compared with each other."""

    ONE = "One code a call, over the wire"
    MANY = "1,000 codes a call, over the wire"
    MORE = "10,000 codes a call, over the wire"
    ONE_HERE = "One code a call, in process"
    MANY_HERE = "1,000 codes a call, in process"


IN_BATCH = (Form.MANY, Form.MORE)


class WrongAnswerError(Exception):
    """A way answers otherwise than the registry; what it takes for that is of no interest."""


class MissingPeerError(Exception):
    """A peer cannot be had on this machine; the message says why."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to ask. ``server_s`` tells the CPU seconds that its server has used so far; ``days``: whether
    its answers tell them; ``yardstick``: the others of its form are compared with it."""

    name: str
    form: Form
    ask: Callable[[Sequence[str]], Answers]
    server_s: Callable[[], float] = lambda: 0.0
    days: bool = True
    yardstick: bool = False

    @property
    def codes(self) -> int:
        """How many codes a call asks about."""
        return {Form.ONE: 1, Form.ONE_HERE: 1, Form.MORE: 10_000}.get(self.form, 1000)


def require_equal(way: Way, asked: Sequence[str], truth: Answers) -> None:
    """Raises WrongAnswerError where a way answers otherwise than it is."""
    found = way.ask(asked)
    for code in asked:
        told, true = found.get(code, ()), truth.get(code, ())
        if not way.days:
            told, true = (tuple(sorted({Reason(each.measure) for each in side})) for side in (told, true))
        if sorted(told) != sorted(true):
            raise WrongAnswerError(
                f"{way.name}: {code} has {len(true)} reasons, not {len(told)}: {told}, {true}"
            )


def grouped(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """The rows of each code."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.code, []).append(row)
    return found
