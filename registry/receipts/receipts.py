"""Receipts for what was just answered: checked before, made after.

    receipts.require(request.receipt)        refuses what cannot be given, before anything is worked out
    …                                        the answer, and the query log where a person was asked about
    receipts.make([told], request.receipt, matter)

SIGNED costs a signature. PROOF has evidence gathered first, since what falls short is part of what is signed.
``make`` gives one receipt for each ``Told``, all under one signature. PROOF may wait for the map and for
witnesses, each time with a thread of the server: so many calls may at a time (``MAX_PROVING``), and one more
is refused as OVERLOADED if no turn comes within ``TURN_S``, so that those who wait for proofs never keep a
question from being answered.

Example: ``make([Told(CHECK, request, response, (Rest(found, (40,)),))], wanted, matter)`` is a receipt for
the answer that rests on the statement at 40.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from threading import Semaphore

from registry.commands.ask import MAX_IDENTIFIER, Ask, Matter
from registry.domain.faults import Findings
from registry.errors import RegistryError
from registry.provenance.answer import MAX_NONCE_BYTES, VERSION, seal_receipt
from registry.provenance.keys import Signer
from registry.receipts.answers import Answers, Told
from registry.receipts.disclosure import Governing
from registry.receipts.evidence import Evidence, Plan
from registry.receipts.providers import Anchors, Checkpoints, MapProver, NewestCheckpoint, NoMap
from registry.receipts.signing import ReceiptSigners
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import receipt_pb2 as pb
from registry.waiting import may_wait, waiting

MAX_PROVEN = 1000
"""Subjects of one call that are proven."""
MAX_PROVING = 6
"""Calls that gather evidence at a time; the server has 16 threads, of which streams may hold eight."""
TURN_S = 0.1
"""How long a call waits for its turn: a proof that waits for nothing takes a few milliseconds."""
NOTHING = Plan()
"""What a signature alone holds beside the answer."""
_LEVELS = frozenset(pb.EvidenceLevel.values())
_NONE, _PROOF = pb.EVIDENCE_LEVEL_UNSPECIFIED, pb.EVIDENCE_LEVEL_PROOF


class Receipts:
    """Makes receipts. Without signers each is refused; without a map, PROOF falls short of it."""

    def __init__(
        self,
        ask: Ask,
        signers: Sequence[Signer] = (),
        *,
        prover: MapProver | None = None,
        checkpoints: Checkpoints | None = None,
    ) -> None:
        self._ask = ask
        self._signers = ReceiptSigners(ask.state, signers)
        self._answers = Answers(ask.state)
        self._prover = prover or NoMap()
        self._checkpoints = checkpoints or NewestCheckpoint(ask.state)
        self._anchors = Anchors(ask.state)
        self._governing = Governing(ask.state)
        self._proving = Semaphore(MAX_PROVING)

    def require(self, wanted: pb.ReceiptRequest, values: Iterable[str], path: str = "subject.value") -> bool:
        """Whether a receipt is asked for about subjects by their codes as written; ``path`` is where the code
        of the subject ``{}`` stands. Raises RegistryError where it is malformed or cannot be given: an answer
        repeats no text that is too long to be a code, so nobody could hold it against the question."""
        if wanted.evidence == _NONE and not wanted.nonce:
            return False
        found = Findings()
        if wanted.evidence not in _LEVELS:
            message = "本程序不认识这一回执级别。"
            found.add(reasons.ERROR_REASON_FIELD_INVALID, "receipt.evidence", message)
        if len(wanted.nonce) > MAX_NONCE_BYTES:
            message = f"随机数不超过{MAX_NONCE_BYTES}字节, 这里有{len(wanted.nonce)}字节。"
            found.add(reasons.ERROR_REASON_FIELD_INVALID, "receipt.nonce", message)
        codes = list(values)
        for number, code in enumerate(codes):
            if len(code) > MAX_IDENTIFIER:
                message = f"证件号码或代码超过{MAX_IDENTIFIER}个字符, 不能出具回执。"
                found.add(reasons.ERROR_REASON_FIELD_INVALID, path.format(number), message)
        if wanted.evidence == _PROOF and (subjects := len(codes)) > MAX_PROVEN:
            message = f"一次最多为{MAX_PROVEN}个主体出具附证明的回执, 这里有{subjects}个。"
            found.add(reasons.ERROR_REASON_TOO_LARGE, "receipt.evidence", message)
        if found.faults:
            raise RegistryError(found.faults)
        if wanted.evidence == _NONE:
            return False
        self._signers.active()
        return True

    def make(self, told: Sequence[Told], wanted: pb.ReceiptRequest, matter: Matter) -> list[pb.Receipt]:
        """A receipt for each answer, as was asked for. Raises RegistryError, StoreError."""
        may_wait()
        evidence, plans = None, [NOTHING] * len(told)
        if wanted.evidence == _PROOF:
            evidence = Evidence(
                self._ask,
                matter,
                self._prover,
                self._checkpoints,
                anchors=self._anchors,
                governing=self._governing,
            )
            with self._turn():
                plans = evidence.plan([each.rests for each in told])
        answered_ms, size = self._ask.now_ms(), self._ask.state.size
        answers = [
            self._answers.answer(
                each, matter, wanted, answered_ms=answered_ms, size=size, shortfalls=plan.shortfalls
            ).SerializeToString()
            for each, plan in zip(told, plans, strict=True)
        ]
        receipts = []
        for content, signature, plan in zip(answers, self._signers.sign(answers, size), plans, strict=True):
            receipt = pb.Receipt(version=VERSION, answer=content, signature=signature)
            if evidence is not None and not plan.shortfalls:
                evidence.fill(receipt, plan)
            receipts.append(seal_receipt(receipt))
        return receipts

    @contextmanager
    def _turn(self) -> Iterator[None]:
        with waiting():
            is_free = self._proving.acquire(timeout=TURN_S)
        if not is_free:
            message = "同时等待出具附证明回执的请求已达上限, 请稍后重试。"
            raise RegistryError.of(reasons.ERROR_REASON_OVERLOADED, message, "receipt.evidence")
        try:
            yield
        finally:
            self._proving.release()


def refuse_receipt(wanted: pb.ReceiptRequest, field: str) -> None:
    """Raises RegistryError if a receipt is asked for where none is given, rather than give none unsaid."""
    if wanted.evidence != _NONE:
        message = "这一方法不出具回执。"
        raise RegistryError.of(reasons.ERROR_REASON_FIELD_INVALID, message, field)
