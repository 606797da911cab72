"""What the single writer is given to do, and what it answers: jobs and their outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from registry.commands.submission import ABOUT_SUBJECTS, Rejection, Submission
from registry.provenance.leaf import LeafType
from registry.provenance.map_entry import MapEntry
from registry.store.interface import (
    AcknowledgedRow,
    CosignatureRow,
    ExecutionRow,
    NoticeRow,
    QueryRow,
    RecipientRow,
    StatementRow,
    SubscriptionRow,
)
from registry.v1.statement_pb2 import Statement

LEAF_TYPES = {
    "key_enrolment": LeafType.KEY_REGISTER,
    "key_revocation": LeafType.KEY_REVOKE,
    "genesis": LeafType.GENESIS,
    "map_state": LeafType.MAP_STATE,
    "time_anchor": LeafType.TIME_ANCHOR,
    "registry_key_change": LeafType.KEY_ROTATION,
}
LEAF_TYPES |= dict.fromkeys(ABOUT_SUBJECTS, LeafType.EVENT)
LEAF_TYPES["delivery"] = LeafType.DELIVERY
LEAF_TYPES |= {"supervision": LeafType.SUPERVISION, "risk_alert": LeafType.ALERT}
LEAF_TYPES |= dict.fromkeys(("edition_draft", "edition_review", "edition_adoption"), LeafType.EDITION)

_JUDGED_TOGETHER = (LeafType.EVENT, LeafType.DELIVERY, LeafType.SUPERVISION)
"""Nothing in a group is judged by what these change."""
_ALONE = ("erasure",)
"""What is about a subject, and yet changes what others of its group were worked out on."""


@dataclass(frozen=True, slots=True)
class OwnStatement:
    """A statement that the registry makes itself: ``body`` holds nothing but that (``map_state`` …), and
    ``map_entries`` are the keys that change with a map state."""

    body: Statement
    map_entries: Sequence[MapEntry] = ()


@dataclass(frozen=True, slots=True)
class ErasedStatement:
    """A statement whose content was erased by law, met when the log is folded again: its leaf is all that
    it leaves."""

    row: StatementRow


@dataclass(frozen=True, slots=True)
class Placed:
    """The statement is in the log; ``again`` if it was there before it was submitted."""

    statement_id: str
    position: int
    received_ms: int
    again: bool = False


@dataclass(frozen=True, slots=True)
class Reported:
    """The report of execution that is recorded under its id; ``again`` if it was there before."""

    row: ExecutionRow
    again: bool


@dataclass(frozen=True, slots=True)
class WriteTrial:
    """Asks whether the store can be written, and changes nothing in it (试写)."""


@dataclass(frozen=True, slots=True)
class EndedQueries:
    """Rows of the query log, by number, whose term is over, and the row that says that they went."""

    numbers: tuple[int, ...]
    record: QueryRow


Outcome = Placed | Rejection
"""What becomes of a statement."""
Answer = Outcome | Reported | None
"""What becomes of a job; nothing is said of a row that is only kept."""
KeptRow = QueryRow | CosignatureRow | NoticeRow | AcknowledgedRow | SubscriptionRow | RecipientRow
"""Own records that are written as they come."""
Job = (
    Submission
    | Rejection
    | ExecutionRow
    | OwnStatement
    | ErasedStatement
    | KeptRow
    | EndedQueries
    | WriteTrial
)


def changes_directory(job: Job) -> bool:
    """Whether what follows must be judged after this job is in force: it makes a group alone."""
    if isinstance(job, Submission):
        return LEAF_TYPES.get(job.body) not in _JUDGED_TOGETHER or job.body in _ALONE
    return isinstance(job, OwnStatement | WriteTrial)
