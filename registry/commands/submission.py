"""From a received envelope to a submission: parsed once, its signatures verified.

Runs in the callers' threads, side by side (signature checks let go of the interpreter lock); what
depends on the order of the log is left to the sequencer. Exactly the bytes that were signed are
parsed, and they are never serialised again. The draft of an edition is read here too, if whoever signed
it may make one: the writer finds it read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache, partial
from hashlib import sha256

from google.protobuf.message import DecodeError

from registry.commands.on_receipt import check_on_receipt
from registry.commands.state import RegistryState
from registry.domain.faults import Fault, Findings, told
from registry.domain.files import takes_two
from registry.domain.quoting import quoted_code
from registry.provenance.envelope import PAYLOAD_TYPE, pae
from registry.provenance.keys import SignatureError, VerifyingKey, keyid_of, load_verifying_key
from registry.provenance.map_entry import MapEntry
from registry.sanctions.admission.directory import check_enrolment
from registry.sanctions.admission.steps import may_draft
from registry.sanctions.catalogue.drafts import MAX_FILES, Reading, read_draft
from registry.store.interface import BatchRow, StatementKey, StatementRow
from registry.v1 import envelope_pb2, statement_pb2, subject_pb2
from registry.v1 import error_reason_pb2 as reasons

ABOUT_SUBJECTS = (
    "event",
    "correction",
    "withdrawal",
    "repair",
    "lifting",
    "status_note",
    "subject_link",
    "name_ruling",
    "red_list_candidacy",
    "red_list_grant",
    "confirmation",
    "erasure",
    "ban_draft",
    "ban_review",
    "ban_notice",
    "ban_defence",
    "ban_hearing_notice",
    "ban_hearing",
    "ban_deliberation",
    "ban_decision",
    "ban_served",
    "objection",
    "objection_result",
    "repair_application",
    "repair_acceptance",
    "repair_refusal",
    "repair_annulment",
)
"""Bodies that are about a subject."""
OWN_BODIES = frozenset({"map_state", "time_anchor", "risk_alert"})
"""What the registry states itself, signed with the log's keys; nobody can submit it."""
MAX_PAYLOAD_BYTES = 65_536
SHORTEST_STATEMENT = 64
"""Bytes: a nonce has sixteen, a department's code eighteen, an id and an origin some more."""
MAX_DRAFT_BYTES = 2 * 1024 * 1024
"""A draft of a catalogue edition holds its files; every other statement is small."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A statement whose signatures hold. ``signer`` is the key id of the first signature, ``cosigner`` of
    another official's, where an act takes two;
    ``recorded`` is set when the log is folded again and holds the row as it was recorded.
    ``reading`` is what a draft holds, kept so that nobody reads it again. ``batch`` is the signature that
    covers it with others, ``batch_index`` its place there; ``map_entries`` come with a map state.
    ``mentioned`` are persons' numbers in those of documents, refused whether admission looks there or not.
    ``key`` is department and statement id, ``body`` the name of the body's field."""

    envelope: envelope_pb2.Envelope
    statement: statement_pb2.Statement
    statement_hash: bytes
    signer: str
    recorded: StatementRow | None = None
    reading: Reading | None = None
    batch: BatchRow | None = None
    batch_index: int | None = None
    map_entries: tuple[MapEntry, ...] = ()
    cosigner: str = ""
    mentioned: tuple[Fault, ...] = ()
    key: StatementKey = field(init=False)
    body: str = field(init=False)

    def __post_init__(self) -> None:
        # Both are asked for again and again in the writer's one thread, so they are read here, in many.
        object.__setattr__(self, "key", (self.statement.department, self.statement.statement_id))
        object.__setattr__(self, "body", self.statement.WhichOneof("body") or "")


@dataclass(frozen=True, slots=True)
class Rejection:
    """An envelope that never becomes a submission, with every fault found so far, as many as are told."""

    department: str
    statement_id: str
    payload_sha256: bytes
    faults: tuple[Fault, ...]

    def __post_init__(self) -> None:
        # Here, for whatever refuses it: the answer and the row that is kept are bounded alike.
        object.__setattr__(self, "faults", told(self.faults))


def read_envelope(
    envelope: envelope_pb2.Envelope,
    state: RegistryState,
    caller: str,
    recorded: StatementRow | None = None,
) -> Submission | Rejection:
    """The submission in an envelope sent by the department ``caller``, or why there is none."""
    found, mentioned = Findings(), tuple[Fault, ...]()
    statement = _parse(found, envelope)
    if statement is not None and recorded is None:
        mentioned = check_on_receipt(found, statement)
    if statement is not None:
        if statement.department != caller:
            message = f"证书属于{caller}, 不能提交{quoted_code(statement.department)}的陈述。"
            found.add(reasons.ERROR_REASON_CALLER_NOT_DEPARTMENT, "department", message)
        if recorded is None and statement.WhichOneof("body") in OWN_BODIES:
            message = "这类陈述只由登记系统自己作出, 不能提交。"
            found.add(reasons.ERROR_REASON_REGISTRY_ONLY, "body", message)
        signed = pae(envelope.payload_type, envelope.payload)
        _check_signatures(found, envelope, statement, signed, state, required=recorded is None)
        if not found.faults:
            signer = _signer_id(envelope, statement)
            reading = _reading(statement, signer, state)
            cosigner = envelope.signatures[1].keyid if takes_two(statement) else ""
            hashed = sha256(signed).digest()
            return Submission(
                envelope, statement, hashed, signer, recorded, reading, cosigner=cosigner, mentioned=mentioned
            )
    statement_id = statement.statement_id[:64] if statement else ""
    return Rejection(caller, statement_id, digest_of_refused(envelope.payload), (*found.faults, *mentioned))


def digest_of_refused(payload: bytes) -> bytes:
    """SHA-256 of a payload that was refused, by which its sender knows it; empty for one too short to be a
    statement. What has no room for a nonce could be guessed: a bare number is its hash."""
    return sha256(payload).digest() if len(payload) >= SHORTEST_STATEMENT else b""


def _parse(found: Findings, envelope: envelope_pb2.Envelope) -> statement_pb2.Statement | None:
    if envelope.payload_type != PAYLOAD_TYPE:
        message = f"载荷类型应为 {PAYLOAD_TYPE}。"
        found.add(reasons.ERROR_REASON_PAYLOAD_TYPE_UNKNOWN, "payload_type", message)
    elif len(envelope.payload) > MAX_DRAFT_BYTES:
        _too_large(found, MAX_DRAFT_BYTES)
    else:
        try:
            statement = statement_pb2.Statement.FromString(envelope.payload)
        except DecodeError:
            found.add(reasons.ERROR_REASON_MALFORMED_MESSAGE, "payload", "载荷不是一份陈述(解析失败)。")
            return None
        if len(envelope.payload) <= MAX_PAYLOAD_BYTES or statement.HasField("edition_draft"):
            return statement
        _too_large(found, MAX_PAYLOAD_BYTES)
    return None


def _reading(statement: statement_pb2.Statement, signer: str, state: RegistryState) -> Reading | None:
    if not statement.HasField("edition_draft") or len(statement.edition_draft.files) > MAX_FILES:
        return None
    key = state.directory.key(signer)
    if key is None or not may_draft(key, state.directory):
        return None
    return read_draft(statement.edition_draft)


def _too_large(found: Findings, limit: int) -> None:
    message = f"载荷超过{limit}字节; 大件请只提交摘要。"
    found.add(reasons.ERROR_REASON_TOO_LARGE, "payload", message)


def check_suite(
    found: Findings, field: str, suite: envelope_pb2.Suite.ValueType, state: RegistryState
) -> None:
    """Notes a fault where this registry requires statements to be signed with other suites."""
    if state.suites and suite not in state.suites:
        names = {int(number): name for name, number in envelope_pb2.Suite.items()}
        wanted = "、".join(names[each].removeprefix("SUITE_") for each in sorted(state.suites))
        message = f"本登记系统要求用 {wanted} 签名。"
        found.add(reasons.ERROR_REASON_SUITE_NOT_SUPPORTED, field, message)


def subject_stated(statement: statement_pb2.Statement) -> subject_pb2.Subject | None:
    """The subject that a statement names by its identifier; None if it refers to another statement."""
    match statement.WhichOneof("body"):
        case "event":
            return statement.event.subject
        case "correction":
            return statement.correction.replacement.subject
        case "red_list_candidacy":
            return statement.red_list_candidacy.subject
        case "ban_draft":
            return statement.ban_draft.subject
        case "ban_decision":
            return statement.ban_decision.event.subject
        case "subject_link":
            return subject_pb2.Subject(identifier=statement.subject_link.to)
        case "name_ruling":
            return subject_pb2.Subject(identifier=statement.name_ruling.subject)
        case _:
            return None


def target_of(statement: statement_pb2.Statement) -> statement_pb2.StatementReference | None:
    """The statement that another one refers to; None if it refers to none."""
    body = statement.WhichOneof("body")
    if body not in _REFERRING:
        return None
    target: statement_pb2.StatementReference = getattr(statement, body).target
    return target


def case_number_of(statement: statement_pb2.Statement) -> str | None:
    """The ban case that a statement is a step of, where it names neither subject nor target."""
    body = statement.WhichOneof("body")
    if body not in _IN_CASE:
        return None
    number: str = getattr(statement, body).case_number
    return number


_REFERRING = frozenset(
    {
        "correction", "withdrawal", "repair", "lifting", "status_note", "red_list_grant", "confirmation",
        "erasure", "ban_served", "objection", "objection_result", "repair_application", "repair_acceptance",
        "repair_refusal", "repair_annulment",
    }
)  # fmt: skip
_IN_CASE = frozenset(
    {"ban_review", "ban_notice", "ban_defence", "ban_hearing_notice", "ban_hearing", "ban_deliberation"}
)


def _signer_id(envelope: envelope_pb2.Envelope, statement: statement_pb2.Statement) -> str:
    if statement.WhichOneof("body") == "genesis":
        return keyid_of(statement.genesis.operator_key.public_key)
    return envelope.signatures[0].keyid


def _check_signatures(
    found: Findings,
    envelope: envelope_pb2.Envelope,
    statement: statement_pb2.Statement,
    message: bytes,
    state: RegistryState,
    *,
    required: bool,
) -> None:
    """``required``: the suite must be one that new statements need; what is in the log stays there."""
    if not envelope.signatures:
        found.add(reasons.ERROR_REASON_SIGNATURE_MISSING, "signatures", "没有签名。")
        return
    # A signature that nobody verifies would rest in the log and look as if somebody had.
    wanted = 2 if statement.WhichOneof("body") == "key_enrolment" or takes_two(statement) else 1
    if statement.WhichOneof("body") == "registry_key_change" and not required:
        wanted = 3  # The registry adds its own; the writer checks them by what is known at its position.
    if statement.WhichOneof("body") not in OWN_BODIES and len(envelope.signatures) > wanted:
        message_text = f"这类陈述有{wanted}个签名, 不能附带其他签名。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, "signatures", message_text)
        return
    if statement.WhichOneof("body") in OWN_BODIES:
        _check_own(found, envelope, message, state)
        return
    first = envelope.signatures[0]
    key = state.directory.key(first.keyid)
    if key is None:
        message_text = f"签名密钥 {first.keyid[:6]}… 未登记。"
        found.add(reasons.ERROR_REASON_KEY_UNKNOWN, "signatures[0].keyid", message_text)
        return
    verifier = verifying_key(key.enrolment.suite, key.enrolment.public_key)
    _verify(found, "signatures[0].sig", lambda: verifier.verify(message, first.sig))
    if required:
        check_suite(found, "signatures[0].keyid", key.enrolment.suite, state)
        if statement.HasField("key_enrolment"):  # It signs its own enrolment, and would sign nothing else.
            check_suite(found, "key_enrolment.suite", statement.key_enrolment.suite, state)
    if takes_two(statement):
        _check_second(found, envelope, message, state, required=required)
    if statement.WhichOneof("body") == "key_enrolment":
        check_possession(found, envelope, statement.key_enrolment, message)


def _check_second(
    found: Findings, envelope: envelope_pb2.Envelope, message: bytes, state: RegistryState, *, required: bool
) -> None:
    """The second official's signature, by another enrolled key."""
    if len(envelope.signatures) < 2:
        text = "这一行为须由两人共同签名, 只有一个签名。"
        found.add(reasons.ERROR_REASON_SIGNATURE_MISSING, "signatures[1]", text)
        return
    second = envelope.signatures[1]
    key = state.directory.key(second.keyid)
    if key is None or second.keyid == envelope.signatures[0].keyid:
        text = "第二个签名须由另一名人员的已登记密钥作出。"
        found.add(reasons.ERROR_REASON_KEY_UNKNOWN, "signatures[1].keyid", text)
        return
    verifier = verifying_key(key.enrolment.suite, key.enrolment.public_key)
    _verify(found, "signatures[1].sig", lambda: verifier.verify(message, second.sig))
    if required:
        check_suite(found, "signatures[1].keyid", key.enrolment.suite, state)


def _check_own(
    found: Findings, envelope: envelope_pb2.Envelope, message: bytes, state: RegistryState
) -> None:
    """A statement of the registry's own, met when the log is folded again: each signature by a log key."""
    for number, signature in enumerate(envelope.signatures):
        entry = state.registry_keys.get(signature.keyid)
        if entry is None or entry.purpose != statement_pb2.REGISTRY_KEY_PURPOSE_LOG:
            text = f"签名密钥 {signature.keyid[:6]}… 不是日志密钥。"
            found.add(reasons.ERROR_REASON_KEY_UNKNOWN, f"signatures[{number}].keyid", text)
            return
        verifier = verifying_key(entry.suite, entry.public_key)
        check = partial(verifier.verify, message, signature.sig)
        _verify(found, f"signatures[{number}].sig", check)


def check_possession(
    found: Findings,
    envelope: envelope_pb2.Envelope,
    enrolment: statement_pb2.KeyEnrolment,
    message: bytes,
) -> None:
    """Notes a fault unless the last signature is by the key that is being enrolled."""
    usable = Findings()
    check_enrolment(usable, "key_enrolment", enrolment)
    found.faults.extend(usable.faults)
    if usable.faults:
        return
    verifier = verifying_key(enrolment.suite, enrolment.public_key)
    last = envelope.signatures[-1]
    proof = Findings()
    _verify(proof, "", lambda: verifier.verify(message, last.sig))
    if proof.faults or last.keyid != verifier.keyid:
        text = "新密钥没有在同一信封上签名, 不能证明持有私钥。"
        found.add(reasons.ERROR_REASON_POSSESSION_NOT_PROVEN, "signatures", text)


def _verify(found: Findings, field: str, check: Callable[[], None]) -> None:
    try:
        check()
    except SignatureError:
        message = "签名与内容不符(内容被改动, 或用了别的私钥)。"
        found.add(reasons.ERROR_REASON_SIGNATURE_INVALID, field, message)


@lru_cache(maxsize=4096)
def verifying_key(suite: envelope_pb2.Suite.ValueType, public_key: bytes) -> VerifyingKey:
    """An enrolled key, parsed once."""
    return load_verifying_key(suite, public_key)
