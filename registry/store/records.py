"""What the store keeps, as plain rows: the log's, and the registry's own records beside it.

The rows of derived state are objects of the domain and of the law (``registry.sanctions``), and stand there.
"""

from __future__ import annotations

from dataclasses import dataclass

StatementKey = tuple[str, str]
"""Department code and statement id."""
ReportKey = tuple[str, str]
"""Caller and report id."""


ABOUT_OTHERS = ("D:", "E:", "K:", "O:", "R:")
"""How references of what is no subject begin: departments, editions, keys, officials, the registry itself."""

DERIVED_TABLES = (
    "event",
    "ground",
    "mark",
    "link",
    "subject",
    "name",
    "name_gram",
    "change",
    "delivery",
    "anchor",
    "chain",
    "department",
    "official",
    "key",
    "edition",
    "ban_case",
    "remedy",
    "file",
    "registry_key",
    "tile",
    "map_entry",
    "checkpoint",
)
"""Tables whose rows follow from the log, in the order in which they are compared."""


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A statement of the log as it rests: the payload sealed, the rest in clear."""

    position: int
    department: str
    statement_id: str
    subject: str
    payload_type: str
    sealed_payload: bytes
    signatures: bytes
    leaf: bytes
    batch: bytes | None = None
    batch_index: int | None = None
    erased_by: int | None = None


ScannedRow = tuple[int, str, str, str, str, bytes, bytes, bytes, "bytes | None", "int | None", "int | None"]
"""The fields of a ``StatementRow`` as a plain tuple: what is read by the million."""


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A signature over many statements: ``header`` is its serialised Envelope, named by the SHA-256 of what
    it signs; ``leaves`` are the leaf hashes of its tree, 32 bytes each, of refused statements too."""

    header_hash: bytes
    department: str
    batch_id: str
    header: bytes
    leaves: bytes

    @property
    def key(self) -> StatementKey:
        """Department and batch id."""
        return self.department, self.batch_id


@dataclass(frozen=True, slots=True)
class CosignatureRow:
    """A witness's signature line under the checkpoint of a size."""

    size: int
    name: str
    line: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """Where a statement stands in the log, the hash by which a repetition is known, and whom it is about."""

    position: int
    received_ms: int
    statement_hash: bytes
    subject: str
    erased_by: int | None = None


@dataclass(frozen=True, slots=True)
class ErasedRows:
    """Statements whose content goes: their positions, that of the statement which says so, and the subject.

    What was derived from them goes too; the subject's names and the positions at which it is known are
    written anew with the group."""

    positions: tuple[int, ...]
    by: int
    subject: str


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """The statement at a position changed what is recorded of a subject, or erased some of it."""

    position: int
    subject: str
    erasure: bool = False


@dataclass(frozen=True, slots=True)
class Chain:
    """Head of a subject's chain of leaves: how many, and the hash of the last."""

    subject: str
    sequence: int
    head: bytes


@dataclass(frozen=True, slots=True)
class CheckpointRow:
    """The state of the tree: size, frontier, time of the last leaf, and the signed note."""

    size: int
    frontier: bytes
    last_received_ms: int
    note: str


@dataclass(frozen=True, slots=True)
class RefusalRow:
    """A refused statement, for its department to read back; ``faults`` is a serialised Refused."""

    department: str
    statement_id: str
    payload_sha256: bytes
    received_ms: int
    faults: bytes
    number: int = 0


@dataclass(frozen=True, slots=True)
class QueryRow:
    """Who asked about which person, for what: kept for the auditor (查询日志)."""

    asked_ms: int
    caller: str
    subject: str
    domain: int
    reference: str
    reason: str
    known_position: int
    verdict: int


@dataclass(frozen=True, slots=True)
class QueryFilter:
    """Which rows of the query log are asked for: of a caller, about a subject, from one instant up to, but
    not including, another. What is empty, or None, does not filter."""

    caller: str = ""
    subject: str = ""
    first_ms: int = 0
    end_ms: int | None = None


@dataclass(frozen=True, slots=True)
class FileFilter:
    """Which files of supervision are asked for. ``concerned`` is a department that opened a file or was told
    of it; ``source`` the reference of a file that others come from. What is empty does not filter."""

    kinds: tuple[int, ...] = ()
    department: str = ""
    addressee: str = ""
    concerned: str = ""
    subject: str = ""
    matter: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class ExecutionRow:
    """What a system did with a verdict (联合奖惩反馈); ``report_id`` is unique in its caller.

    ``subject`` is a reference. With ``domain``, ``matter`` (a serialised Matter), ``valid_ms``,
    ``known_position`` and ``edition`` the answer can be given again, for as long as the log is kept."""

    caller: str
    report_id: str
    recorded_ms: int
    subject: str
    domain: int
    reference: str
    matter: bytes
    valid_ms: int
    known_position: int
    edition: str
    verdict: int
    action: int
    measure_codes: tuple[str, ...]
    reason: str
    number: int = 0

    @property
    def key(self) -> ReportKey:
        """What names the report."""
        return self.caller, self.report_id


@dataclass(frozen=True, slots=True)
class ExecutionTotal:
    """How many reports of one caller say the same, and when the last of them was recorded."""

    caller: str
    action: int
    measure_codes: tuple[str, ...]
    count: int
    last_ms: int


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """Something that somebody is to be told (告知), until he says that he has it.

    ``notice_id`` names it for good, whoever makes it again. ``position`` is that of the statement that gave
    rise to it, ``target`` that of the one it is about; a notice of a deadline has neither (0, None).
    ``subject`` is a reference, empty where it is about nobody; ``told`` is a serialised Notice with what is
    in no column. ``number`` is given when it is written, rising in the order of writing."""

    notice_id: str
    addressee: str
    addressee_kind: int
    position: int
    target: int | None
    subject: str
    made_ms: int
    told: bytes
    acknowledged_ms: int | None = None
    number: int = 0


@dataclass(frozen=True, slots=True)
class AcknowledgedRow:
    """That an addressee has some notices; those that are another's are not touched."""

    addressee: str
    notice_ids: tuple[str, ...]
    acknowledged_ms: int


@dataclass(frozen=True, slots=True)
class SubscriptionRow:
    """A caller, by the name in its certificate, is told of every change in its domains, or no longer."""

    caller: str
    since_ms: int
    subscribed: bool = True


@dataclass(frozen=True, slots=True, order=True)
class RecipientRow:
    """A caller was told in an answer of the decision at a position; ``domain`` 0: in no domain of its own."""

    position: int
    caller: str
    domain: int
