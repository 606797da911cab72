"""From a received batch to submissions: one signature verified, many statements parsed.

What is wrong with the header concerns every statement, and is one error for the whole call, with nothing
recorded. What is wrong with one statement refuses that statement alone, as in ``submission``.
"""

from __future__ import annotations

from collections.abc import Sequence

from google.protobuf.message import DecodeError

from registry.commands.on_receipt import check_on_receipt
from registry.commands.state import RegistryState
from registry.commands.submission import (
    ABOUT_SUBJECTS,
    MAX_PAYLOAD_BYTES,
    Rejection,
    Submission,
    check_suite,
    digest_of_refused,
    verifying_key,
)
from registry.domain.faults import Fault, Findings
from registry.domain.quoting import holds_an_old_number, names_a_person, quoted_code
from registry.errors import RegistryError
from registry.provenance.batch import MAX_BATCH, BatchError, batch_tree, header_hash, read_header
from registry.provenance.envelope import PAYLOAD_TYPE, pae
from registry.provenance.keys import SignatureError
from registry.provenance.leaf import statement_hash
from registry.provenance.merkle import leaf_hash
from registry.sanctions.admission import NONCE_BYTES, STATEMENT_ID
from registry.store.interface import BatchRow, StatementRow
from registry.v1 import envelope_pb2, statement_pb2
from registry.v1 import error_reason_pb2 as reasons

_BATCH_ID = "批次编号应为1至64个字母、数字或 . _ : - , 不含个人信息。"
IN_BATCH = frozenset(body for body in ABOUT_SUBJECTS if not body.startswith("ban_")) - {"erasure"}
"""Bodies that may come in a batch: each step of a ban is signed by itself."""


def read_batch(
    batch: envelope_pb2.SignedBatch, state: RegistryState, caller: str
) -> list[Submission | Rejection]:
    """The submissions in a batch sent by the department ``caller``. Raises RegistryError with every fault of
    its header."""
    found = Findings()
    _check_count(found, len(batch.payloads))
    if not found.faults:
        leaves = [leaf_hash(payload) for payload in batch.payloads]
        row = _row(found, batch.header, leaves, state, caller, required=True)
    if found.faults:
        raise RegistryError(found.faults)
    signer = batch.header.signatures[0].keyid
    return [_statement(payload, row, number, signer, caller) for number, payload in enumerate(batch.payloads)]


def read_recorded(
    payload: bytes, row: StatementRow, batch: BatchRow, state: RegistryState
) -> Submission | Rejection:
    """A statement of the log that came in a batch, its place and the batch's signature verified again."""
    found = Findings()
    header = envelope_pb2.Envelope.FromString(batch.header)
    leaves = leaves_of(batch)
    index = row.batch_index if row.batch_index is not None else len(leaves)
    if index >= len(leaves) or leaves[index] != leaf_hash(payload):
        found.add(reasons.ERROR_REASON_BATCH_ROOT_MISMATCH, "batch", "陈述不在所记的批次里。")
    else:
        _row(found, header, leaves, state, row.department)
    if found.faults:
        return Rejection(row.department, row.statement_id, digest_of_refused(payload), tuple(found.faults))
    return _statement(payload, batch, index, header.signatures[0].keyid, row.department, row)


def leaves_of(batch: BatchRow) -> list[bytes]:
    """Leaf hashes of a batch's tree."""
    return [batch.leaves[at : at + 32] for at in range(0, len(batch.leaves), 32)]


def _check_count(found: Findings, count: int) -> None:
    if not 1 <= count <= MAX_BATCH:
        message = f"一批为1至{MAX_BATCH}份陈述, 这里有{count}份。"
        found.add(reasons.ERROR_REASON_TOO_LARGE, "batch.payloads", message)


def _row(
    found: Findings,
    envelope: envelope_pb2.Envelope,
    leaves: Sequence[bytes],
    state: RegistryState,
    caller: str,
    *,
    required: bool = False,
) -> BatchRow:
    """The row of a batch whose header and signature hold; what does not is noted."""
    try:
        header = read_header(envelope)
    except BatchError as error:
        found.add(reasons.ERROR_REASON_FIELD_INVALID, "batch.header", f"批次的信封不可用: {error}")
        return BatchRow(b"", "", "", b"", b"")
    _check_header(found, header, state, caller)
    if required and holds_an_old_number(header.batch_id):  # On receipt alone: see ``kept_in_clear``.
        found.add(reasons.ERROR_REASON_FIELD_INVALID, "batch.header.batch_id", _BATCH_ID)
    try:
        batch_tree(header, leaves)
    except BatchError as error:
        message = f"批次与其抬头不符: {error}"
        found.add(reasons.ERROR_REASON_BATCH_ROOT_MISMATCH, "batch.header.root", message)
    _check_signature(found, envelope, header, state, required=required)
    return BatchRow(
        header_hash(envelope), caller, header.batch_id, envelope.SerializeToString(), b"".join(leaves)
    )


def _check_header(
    found: Findings, header: envelope_pb2.BatchHeader, state: RegistryState, caller: str
) -> None:
    if header.department != caller:
        message = f"证书属于{caller}, 不能提交{quoted_code(header.department)}的批次。"
        found.add(reasons.ERROR_REASON_CALLER_NOT_DEPARTMENT, "batch.header.department", message)
    if header.origin != state.origin:
        message = f"批次写给“{header.origin[:80]}”, 本登记系统是“{state.origin}”。"
        found.add(reasons.ERROR_REASON_ORIGIN_MISMATCH, "batch.header.origin", message)
    if not STATEMENT_ID.match(header.batch_id) or names_a_person(header.batch_id):
        found.add(reasons.ERROR_REASON_FIELD_INVALID, "batch.header.batch_id", _BATCH_ID)
    if len(header.nonce) != NONCE_BYTES:
        found.add(reasons.ERROR_REASON_FIELD_INVALID, "batch.header.nonce", "随机数应为16字节。")


def _check_signature(
    found: Findings,
    envelope: envelope_pb2.Envelope,
    header: envelope_pb2.BatchHeader,
    state: RegistryState,
    *,
    required: bool,
) -> None:
    field = "batch.header.signatures[0]"
    signature = envelope.signatures[0]
    key = state.directory.key(signature.keyid)
    if key is None:
        message = f"签名密钥 {signature.keyid[:6]}… 未登记。"
        found.add(reasons.ERROR_REASON_KEY_UNKNOWN, f"{field}.keyid", message)
        return
    if key.enrolment.suite != header.suite:
        message = "抬头所写的签名算法不是这把密钥登记的算法。"
        found.add(reasons.ERROR_REASON_SUITE_NOT_SUPPORTED, "batch.header.suite", message)
    if required:
        check_suite(found, f"{field}.keyid", key.enrolment.suite, state)
    verifier = verifying_key(key.enrolment.suite, key.enrolment.public_key)
    try:
        verifier.verify(pae(envelope.payload_type, envelope.payload), signature.sig)
    except SignatureError:
        message = "批次的签名与内容不符(内容被改动, 或用了别的私钥)。"
        found.add(reasons.ERROR_REASON_SIGNATURE_INVALID, f"{field}.sig", message)


def _statement(
    payload: bytes,
    batch: BatchRow,
    index: int,
    signer: str,
    caller: str,
    recorded: StatementRow | None = None,
) -> Submission | Rejection:
    found, mentioned = Findings(), tuple[Fault, ...]()
    statement = _parsed(found, payload)
    if statement is not None:
        found.faults += _faults(statement, caller)
        if recorded is None:
            mentioned = check_on_receipt(found, statement)
        if not found.faults:
            envelope = envelope_pb2.Envelope(payload=payload, payload_type=PAYLOAD_TYPE)
            hashed = statement_hash(PAYLOAD_TYPE, payload)
            return Submission(
                envelope,
                statement,
                hashed,
                signer,
                recorded,
                batch=batch,
                batch_index=index,
                mentioned=mentioned,
            )
    statement_id = statement.statement_id[:64] if statement else ""
    return Rejection(caller, statement_id, digest_of_refused(payload), (*found.faults, *mentioned))


def _parsed(found: Findings, payload: bytes) -> statement_pb2.Statement | None:
    if len(payload) > MAX_PAYLOAD_BYTES:
        message = f"载荷超过{MAX_PAYLOAD_BYTES}字节; 大件请只提交摘要。"
        found.add(reasons.ERROR_REASON_TOO_LARGE, "payload", message)
        return None
    try:
        return statement_pb2.Statement.FromString(payload)
    except DecodeError:
        message = "载荷不是一份陈述(解析失败)。"
        found.add(reasons.ERROR_REASON_MALFORMED_MESSAGE, "payload", message)
        return None


def _faults(statement: statement_pb2.Statement, caller: str) -> list[Fault]:
    faults = []
    if statement.department != caller:
        message = f"证书属于{caller}, 不能提交{quoted_code(statement.department)}的陈述。"
        faults.append(Fault(reasons.ERROR_REASON_CALLER_NOT_DEPARTMENT, "department", message))
    body = statement.WhichOneof("body")
    if body is not None and body not in IN_BATCH:
        message = "这类陈述须单独签名, 不能放在批次里。"
        faults.append(Fault(reasons.ERROR_REASON_NOT_FOR_BATCH, "body", message))
    return faults
