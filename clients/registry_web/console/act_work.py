"""The work of an act: with which key, what is signed, by whom beside, and how it is submitted.

Each step is kept before the next (``act_store``). A new key's enrolment bears a second signature, by the new
key itself (proof of possession): its holder types his PIN beside the registrar. The signing component gives
that signature for this enrolment alone. What takes two officials bears the signature of each, in order, given
by each for himself: the second over the bytes over which the first one's holds.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request

from registry.domain.periods import CHINA
from registry.provenance.batch import MAX_BATCH
from registry.provenance.keys import SignatureError, load_verifying_key
from registry.v1.envelope_pb2 import Envelope, Signature, SignedBatch
from registry.v1.statement_pb2 import Statement
from registry_web.console.act_seconds import COSIGNING, HALF
from registry_web.console.act_store import PROPOSED, SIGNING, SIGNING_S, Act, ActStore
from registry_web.console.acting import usable_keys
from registry_web.console.desk import Desk, PageError
from registry_web.console.official import Official
from registry_web.console.signing import SigningComponent, SigningError, SigningKey
from registry_web.console.submitting import NotReachedError, as_kept, outcome_of, submit
from registry_web.signer.permission import ToSign


class ActWork:
    """Signs and submits the acts of a console."""

    def __init__(self, desk: Desk, store: ActStore, signing: SigningComponent) -> None:
        self._desk = desk
        self._store = store
        self._signing = signing

    def is_open(self, act: Act) -> bool:
        """Whether it may be signed: it was proposed and has not run out, or a process ended signing it."""
        stuck = act.state == SIGNING and self._desk.now() - act.since > SIGNING_S
        return (act.state == PROPOSED or stuck) and not act.has_run_out(self._desk.now())

    def awaits(self, official: Official, act: Act) -> bool:
        """Whether an act is half signed and waits for this official."""
        second, now = act.second, self._desk.now()
        stuck = act.state == COSIGNING and now - act.since > SIGNING_S
        mine = second is not None and second.is_for(official.department, official.official_id)
        return mine and (act.state == HALF or stuck) and not act.has_run_out(now)

    def first_holds(self, act: Act, message: ToSign) -> bool:
        """Whether the first official's signature holds over what the second one is shown."""
        assert act.second is not None
        if act.second.signature is None:
            return False
        try:
            held = self._signing.keys(act.second.department, act.second.first_id)
            found = next(key for key in held if key.keyid == act.keyid)
            load_verifying_key(found.suite, found.public_key).verify(message.message, act.second.signature)
        except (SigningError, StopIteration, SignatureError, ValueError):
            return False
        return True

    def messages(self, act: Act, *, whole: bool = False) -> list[ToSign]:
        """What is signed; ``whole``: batches with their statements. Raises PageError where it was dropped."""
        messages = self._store.to_sign(act, MAX_BATCH, whole=whole)
        if not messages or not messages[0].payload:
            raise PageError(410, "这一事项的内容已经清除, 请返回重新提出。")
        return messages

    def key(self, request: Request, act: Act) -> tuple[SigningKey | None, str]:
        """The key that an act is to be signed with by whoever reads, and why it cannot be."""
        official = self._desk.official(request)
        wanted, none = frozenset({act.keyid}), "签名组件中没有提出时选定的密钥, 请返回重新提出。"
        if act.second is not None and act.second.is_for(official.department, official.official_id):
            wanted = usable_keys(self._desk.registry(request), official, self._desk.today())
            none = "签名组件中没有您已登记的有效密钥, 请联系登记员。"
        try:
            held = self._signing.keys(official.department, official.official_id)
        except SigningError as error:
            return None, error.message
        found = next((key for key in held if key.keyid in wanted), None)
        if found is None:
            return None, none
        locked = found.locked_until > self._desk.now()
        return found, f"签名密钥已锁定, {china_time(found.locked_until)}后再试。" if locked else ""

    def holder(self, act: Act) -> SigningKey | None:
        """Who must show that a new key is held. Raises PageError where it is not held here."""
        if act.batch or not act.payload:
            return None
        statement = Statement.FromString(act.payload)
        if statement.WhichOneof("body") != "key_enrolment":
            return None
        try:
            found = self._signing.holder(statement.key_enrolment.public_key)
        except SigningError as error:
            raise PageError(503, error.message) from None
        if found is None:
            raise PageError(409, "要登记的密钥不在签名组件中; 部门印章等密钥请用命令行工具登记。")
        return found

    def signed(self, request: Request, act: Act, messages: list[ToSign]) -> list[Envelope]:
        """Has everything signed, as the form says. Raises SigningError."""
        pin, answer = field_of(self._desk, request, "pin"), field_of(self._desk, request, "answer")
        key, trouble = self.key(request, act)
        if key is None or trouble:
            raise SigningError("NO_KEY", trouble)
        holder = self.holder(act)
        # One's own comes first: a session without PIN or second factor tries nobody else's PIN.
        signatures = self._signing.sign(act.keyid, pin, messages, assertion=answer)
        proofs: list[bytes] = []
        if holder is not None:
            given = field_of(self._desk, request, "holder_pin")
            proofs = self._signing.sign(holder.keyid, given, messages, possession=True)
        envelopes = []
        for message, signature in zip(messages, signatures, strict=True):
            made = [Signature(sig=signature, keyid=act.keyid)]
            made += [Signature(sig=each, keyid=holder.keyid) for each in proofs if holder]
            envelopes.append(
                Envelope(payload=message.payload, payload_type=message.payload_type, signatures=made)
            )
        return envelopes

    def cosigned(self, request: Request, act: Act, message: ToSign) -> Envelope:
        """Has the second official sign what the first has signed. Raises SigningError."""
        assert act.second is not None
        assert act.second.signature is not None
        key, trouble = self.key(request, act)
        if key is None or trouble:
            raise SigningError("NO_KEY", trouble)
        pin, answer = field_of(self._desk, request, "pin"), field_of(self._desk, request, "answer")
        (signature,) = self._signing.sign(key.keyid, pin, [message], assertion=answer)
        both = [
            Signature(sig=act.second.signature, keyid=act.keyid),
            Signature(sig=signature, keyid=key.keyid),
        ]
        return Envelope(payload=message.payload, payload_type=message.payload_type, signatures=both)

    def submit(self, request: Request, act: Act) -> None:
        """Submits what was signed, and keeps what became of it; where the registry was not reached the act
        stays as it is."""
        found = self._store.find(act.act_id)
        assert found is not None
        try:
            outcome = (self._submit_batches if found.batch else self._submit_one)(request, found)
        except NotReachedError:
            self._desk.note(request, "registry not reached", act.act_id)
            return
        self._store.finish(act, outcome)
        said = "accepted" if outcome["accepted"] else "refused"
        self._desk.note(request, f"act {said}", f"{act.digest[:16]} {outcome.get('position')} {act.act_id}")

    def _submit_one(self, request: Request, act: Act) -> dict[str, Any]:
        envelope = Envelope.FromString(act.envelope or b"")
        kind = Statement.FromString(envelope.payload).WhichOneof("body") or ""
        return submit(self._desk.registry(request), act.way, kind, envelope)

    def _submit_batches(self, request: Request, act: Act) -> dict[str, Any]:
        """Submits the batches that are not answered yet. Raises NotReachedError."""
        registry = self._desk.registry(request)
        for number, _, envelope, sent in self._store.batches(act):
            if sent:
                continue
            first = number * MAX_BATCH
            payloads = self._store.payloads(act, first, MAX_BATCH)
            batch = SignedBatch(header=Envelope.FromString(envelope or b""), payloads=payloads)
            found: list[dict[str, Any]] = []

            def call(batch: SignedBatch = batch, found: list[dict[str, Any]] = found) -> Any:
                outcomes = registry.submit_batch(batch)
                found.extend(map(as_kept, outcomes))
                return outcomes[0]

            whole = outcome_of(call)
            self._store.answered(act, number, first, found or [whole] * len(payloads))
        said = [each for _, each in self._store.outcomes(act)]
        accepted = sum(1 for each in said if each.get("accepted"))
        already = sum(1 for each in said if each.get("already"))
        counts = {"rows": len(said), "recorded": accepted, "already": already}
        return {"accepted": accepted == len(said), "position": None, "faults": [], **counts}


def field_of(desk: Desk, request: Request, name: str) -> str:
    """A field of a form; empty where there is none."""
    given = desk.form(request).get(name, "")
    return given if isinstance(given, str) else ""


def china_time(at_s: float) -> str:
    """An instant in China."""
    return datetime.fromtimestamp(at_s, UTC).astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
