"""What a check of a receipt found (核验报告): one line for each thing that was looked at.

    OK       it holds, by a proof or a signature that was checked here
    FAILED   it does not hold: the receipt is refused
    CLAIMED  nothing in the receipt can decide it; it is the registry's signed word, as the line says
    SKIPPED  it could have been decided, but not here (an edition is not at hand): the receipt is not accepted

Example: ``Report.ok`` of lines OK, OK, CLAIMED is true; one SKIPPED or FAILED among them makes it false.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum

from registry.v1 import verdict_pb2
from registry.v1.receipt_pb2 import Answer


class Outcome(Enum):
    """What became of one check."""

    OK = "OK"
    FAILED = "FAILED"
    CLAIMED = "CLAIMED"
    SKIPPED = "SKIPPED"


@dataclass(frozen=True, slots=True)
class Line:
    """One check: its short English name, what became of it, and in Chinese what was looked at."""

    name: str
    outcome: Outcome
    detail: str


class FailedError(ValueError):
    """A check fails; the message is the line's detail, in Chinese."""


class SkippedError(ValueError):
    """A check cannot be made here; the message says why, in Chinese."""


@dataclass(slots=True)
class Report:
    """The lines in the order of the check, and what the receipt says; ``answer`` is None if it cannot be
    read. ``verdict`` is the worst of the answer's verdicts as they are told in it, 0 where there is none;
    nothing of it is to be relied on unless ``ok``."""

    lines: list[Line] = field(default_factory=list)
    answer: Answer | None = None
    verdict: verdict_pb2.Verdict.ValueType = verdict_pb2.VERDICT_UNSPECIFIED

    @property
    def ok(self) -> bool:
        """Whether everything that can be decided was, and holds."""
        good = (Outcome.OK, Outcome.CLAIMED)
        return bool(self.lines) and all(line.outcome in good for line in self.lines)

    @property
    def faults(self) -> list[Line]:
        """The lines for which it is refused."""
        return [line for line in self.lines if line.outcome in (Outcome.FAILED, Outcome.SKIPPED)]

    @property
    def claims(self) -> list[Line]:
        """The lines that are the registry's signed word."""
        return [line for line in self.lines if line.outcome is Outcome.CLAIMED]

    def __iter__(self) -> Iterator[Line]:
        return iter(self.lines)

    def passed(self, name: str, detail: str) -> None:
        """Notes what holds."""
        self.lines.append(Line(name, Outcome.OK, detail))

    def failed(self, name: str, detail: str) -> None:
        """Notes what does not."""
        self.lines.append(Line(name, Outcome.FAILED, detail))

    def claimed(self, name: str, detail: str) -> None:
        """Notes what is the registry's word alone."""
        self.lines.append(Line(name, Outcome.CLAIMED, detail))

    def skipped(self, name: str, detail: str) -> None:
        """Notes what could not be looked at."""
        self.lines.append(Line(name, Outcome.SKIPPED, detail))

    def attempt(self, name: str, step: Callable[[], None]) -> bool:
        """Whether a step passes; if not, the line says why. Whatever a forged receipt makes it trip over
        refuses the receipt."""
        try:
            step()
        except FailedError as error:
            self.failed(name, str(error))
        except SkippedError as error:
            self.skipped(name, str(error))
        except Exception as error:
            self.failed(name, f"回执的内容不合规则, 不能核验({type(error).__name__})")
        else:
            return True
        return False
