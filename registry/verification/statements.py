"""Leaves and the statements behind them: each leaf stands in the tree, each statement is what its leaf says.

    leaf             at its position under the checkpoint's root, times of receipt never decreasing
    statement hash   SHA-256(PAE(type, payload)) as in the leaf
    type             the leaf's type is that of the statement's kind; in a batch or not
    origin           the statement was made for this log and for no other
    subject key      made again from the reference of what the statement is about; of a natural person with
                     the secret that the receipt discloses, of a statement about another from that one's leaf

Example: an event about 91130902DEM000013F at 40: the leaf's subject key is SHA-256("registry.v1.subject" ‖ LF
‖ code), the hash that of the bytes that the department signed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from registry.domain.files import file_of, file_ref
from registry.domain.identifiers import is_personal, names_a_subject, normalise
from registry.provenance.checkpoint import Checkpoint
from registry.provenance.envelope import PAYLOAD_TYPE
from registry.provenance.keys import keyid_of
from registry.provenance.leaf import Leaf, LeafType, statement_hash, subject_key
from registry.provenance.merkle import leaf_hash
from registry.provenance.proof import ProofError, verify_inclusion
from registry.sanctions.said import stated_event
from registry.v1 import receipt_pb2, statement_pb2
from registry.v1.envelope_pb2 import SignedStatement
from registry.v1.subject_pb2 import Identifier
from registry.verification.form import read_message
from registry.verification.report import FailedError, Report

REGISTRY_REF = "R:"
OWN_BODIES = frozenset({"map_state", "time_anchor", "risk_alert"})
"""What the registry states itself, signed with its log keys alone."""
_ABOUT_SUBJECTS = frozenset(
    {
        "event", "subject_link", "name_ruling", "red_list_candidacy", "correction", "withdrawal", "repair",
        "lifting", "status_note", "red_list_grant", "confirmation", "erasure", "ban_draft", "ban_review",
        "ban_notice", "ban_defence", "ban_hearing_notice", "ban_hearing", "ban_deliberation", "ban_decision",
        "ban_served", "objection", "objection_result", "repair_application", "repair_acceptance",
        "repair_refusal", "repair_annulment",
    }
)  # fmt: skip
BEFORE_A_DECISION = frozenset(
    {
        "ban_draft", "ban_review", "ban_notice", "ban_defence", "ban_hearing_notice", "ban_hearing",
        "ban_deliberation",
    }
)  # fmt: skip
"""Steps of a ban case from which nothing follows; they name a case, or nothing but their subject."""
_REFERRING = (
    _ABOUT_SUBJECTS
    - BEFORE_A_DECISION
    - {"event", "subject_link", "name_ruling", "red_list_candidacy", "ban_decision"}
)
_TYPES = {
    "key_enrolment": LeafType.KEY_REGISTER,
    "key_revocation": LeafType.KEY_REVOKE,
    "genesis": LeafType.GENESIS,
    "map_state": LeafType.MAP_STATE,
    "time_anchor": LeafType.TIME_ANCHOR,
    "registry_key_change": LeafType.KEY_ROTATION,
    "delivery": LeafType.DELIVERY,
    "supervision": LeafType.SUPERVISION,
    "risk_alert": LeafType.ALERT,
    **dict.fromkeys(("edition_draft", "edition_review", "edition_adoption"), LeafType.EDITION),
    **dict.fromkeys(_ABOUT_SUBJECTS, LeafType.EVENT),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A statement that a receipt discloses, equal to its leaf; its signatures are yet to be checked."""

    position: int
    leaf: Leaf
    signed: SignedStatement
    statement: statement_pb2.Statement
    body: str

    @property
    def id(self) -> tuple[str, str]:
        """By which other statements refer to it."""
        return self.statement.department, self.statement.statement_id

    @property
    def target(self) -> tuple[str, str] | None:
        """The statement that it refers to."""
        if self.body not in _REFERRING:
            return None
        reference = getattr(self.statement, self.body).target
        return reference.department, reference.statement_id

    @property
    def about_subject(self) -> bool:
        """Whether it is about a subject rather than a department, a key, an edition or the registry."""
        return self.body in _ABOUT_SUBJECTS


@dataclass(slots=True)
class Evidence:
    """What a receipt shows of the log: leaves by position, statements by position, references by subject key.
    ``places`` are positions by leaf hash."""

    origin: str
    refs: Mapping[bytes, str]
    leaves: dict[int, Leaf] = field(default_factory=dict)
    places: dict[bytes, int] = field(default_factory=dict)
    statements: dict[int, Shown] = field(default_factory=dict)

    def by_id(self, key: tuple[str, str]) -> Shown | None:
        """A statement by department and id."""
        return next((shown for shown in self.statements.values() if shown.id == key), None)


def read_evidence(
    receipt: receipt_pb2.Receipt,
    checkpoint: Checkpoint,
    refs: Mapping[bytes, str],
    report: Report,
) -> Evidence:
    """The leaves and statements of a receipt under a checkpoint. Raises FailedError."""
    evidence = Evidence(checkpoint.origin, refs)
    before, received_ms = -1, 0
    for each in receipt.leaves:
        if each.position <= before:
            raise FailedError("叶子没有按序号排列, 或有重复")
        leaf = _included(each, checkpoint)
        if leaf.received_ms < received_ms:
            raise FailedError(f"序号{each.position}的收到时间早于前面的叶子")
        before, received_ms = each.position, leaf.received_ms
        evidence.leaves[each.position] = leaf
        evidence.places[leaf_hash(each.leaf)] = each.position
    report.passed("inclusion", f"{len(receipt.leaves)}条叶子都在检查点的树中")
    for each in receipt.leaves:
        if each.HasField("statement"):
            shown = _shown(each, evidence)
            evidence.statements[each.position] = shown
    for shown in evidence.statements.values():
        _check_subject(shown, evidence)
    report.passed("statements", f"{len(evidence.statements)}份陈述与各自的叶子相符(摘要、种类、日志、主体)")
    return evidence


def reference_of(statement: statement_pb2.Statement) -> str:
    """The reference of what a statement is about; empty if only another statement or a secret can say."""
    body: Any = statement.WhichOneof("body")
    identifier = identifier_of(statement)
    if identifier is not None:
        return _code(identifier)
    return "" if body in _ABOUT_SUBJECTS else _about(statement, body)


def identifier_of(statement: statement_pb2.Statement) -> Identifier | None:
    """The subject that a statement names; None if it refers to another statement."""
    event = stated_event(statement)
    if event is not None and not statement.HasField("objection_result"):
        return event.subject.identifier
    match statement.WhichOneof("body"):
        case "red_list_candidacy":
            return statement.red_list_candidacy.subject.identifier
        case "ban_draft":
            return statement.ban_draft.subject.identifier
        case "subject_link":
            return statement.subject_link.to
        case "name_ruling":
            return statement.name_ruling.subject
        case _:
            return None


def _code(identifier: Identifier) -> str:
    """An organisation's code is its reference; anything else is kept under a keyed hash."""
    public = names_a_subject(identifier.type) and not is_personal(identifier.type)
    return normalise(identifier.value) if public else ""


def _about(statement: statement_pb2.Statement, body: str) -> str:
    match body:
        case "key_enrolment":
            return f"K:{keyid_of(statement.key_enrolment.public_key)}"
        case "key_revocation":
            return f"K:{statement.key_revocation.keyid}"
        case "department_registration":
            return f"D:{statement.department_registration.code}"
        case "official_registration" | "official_revocation":
            official = getattr(statement, body)
            return f"O:{official.department}/{official.official_id}"
        case "edition_draft" | "edition_review" | "edition_adoption":
            return f"E:{getattr(statement, body).edition}"
        case "genesis" | "map_state" | "time_anchor" | "registry_key_change":
            return REGISTRY_REF
        case "supervision" | "risk_alert":
            return file_ref(file_of(statement))
        case _:
            return f"D:{statement.department}"


def _included(each: receipt_pb2.LeafEvidence, checkpoint: Checkpoint) -> Leaf:
    try:
        leaf = Leaf.decode(each.leaf)
        verify_inclusion(
            leaf_hash(each.leaf), each.position, checkpoint.size, each.inclusion, checkpoint.root
        )
    except ProofError:
        raise FailedError(f"序号{each.position}的叶子不在检查点的树中") from None
    except ValueError:
        raise FailedError(f"序号{each.position}的叶子不合格式") from None
    return leaf


def _shown(each: receipt_pb2.LeafEvidence, evidence: Evidence) -> Shown:
    position, envelope, leaf = each.position, each.statement.envelope, evidence.leaves[each.position]
    if envelope.payload_type != PAYLOAD_TYPE:
        raise FailedError(f"序号{position}的载荷类型不是陈述")
    if statement_hash(envelope.payload_type, envelope.payload) != leaf.statement_hash:
        raise FailedError(f"序号{position}的陈述与叶子中的摘要不符")
    statement = read_message(statement_pb2.Statement, envelope.payload, f"序号{position}的陈述")
    body = statement.WhichOneof("body")
    if body is None or statement.origin != evidence.origin:
        raise FailedError(f"序号{position}的陈述写给另一登记系统, 或没有内容")
    in_batch = each.statement.HasField("batch")
    kind = LeafType.EVENT_IN_BATCH if in_batch else _TYPES.get(body, LeafType.DIRECTORY)
    if leaf.type is not kind or (in_batch and body not in _ABOUT_SUBJECTS - BEFORE_A_DECISION):
        raise FailedError(f"序号{position}的叶子种类与陈述不符")
    return Shown(position, leaf, each.statement, statement, body)


def _check_subject(shown: Shown, evidence: Evidence) -> None:
    ref, key, position = reference_of(shown.statement), shown.leaf.subject_key, shown.position
    if ref:
        fits = key == subject_key(ref)
    elif shown.target is not None and (target := evidence.by_id(shown.target)) is not None:
        fits = key == target.leaf.subject_key and target.position < position
    else:
        fits = _is_hidden(shown.statement, evidence.refs.get(key, ""))
    if not fits:
        raise FailedError(f"序号{position}的叶子的主体与陈述不符")


def _is_hidden(statement: statement_pb2.Statement, ref: str) -> bool:
    """Whether a reference whose key is the leaf's can be that of the subject: a natural person's, or one that
    another statement names, which is not shown."""
    identifier = identifier_of(statement)
    if identifier is None:
        return bool(ref)
    return ref.startswith("P:" if is_personal(identifier.type) else "L:")
