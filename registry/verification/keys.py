"""By whose authority a statement stands (签名与密钥): checked for every statement that a receipt shows.

* A leaf names the position at which the signer's key was enrolled; that statement is shown and stands itself,
  earlier in the log, by another key, and so on down to the genesis. Nothing is decided by what a signature
  says of its own key.
* The key's chain ``K:<keyid>`` is complete by the map: it was not revoked before the statement, by log order.
  An official's key goes with the official, whose chain ``O:<department>/<id>`` is shown too.
* The statement was received within the key's days, is about its department, and lies in its categories.
* Departments, officials and keys are registered by the operator's key or its registrars (登记员); a key may
  be replaced or revoked by its holder. A new key signs too (proof of possession). The registry's own
  statements bear its log keys, which the genesis or a change of keys names.
* A statement that came in a batch stands by the header's signature and a path to the header's root.
* Every signature that counts is of a suite that the policy accepts.

What a compromised key signed from the first suspect position on is disputed; that is for ``law``.

Example: 财政's ban at 40 by the key enrolled at 2, which the operator's key of the genesis (0) signed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from registry.domain.periods import china_day
from registry.provenance.batch import BATCH_TYPE, BatchError, check_membership
from registry.provenance.envelope import pae
from registry.provenance.keys import (
    SignatureError,
    SuiteNotSupportedError,
    VerifyingKey,
    keyid_of,
    load_verifying_key,
)
from registry.provenance.leaf import LeafType
from registry.provenance.witness_policy import Policy
from registry.v1 import statement_pb2 as pb
from registry.v1.envelope_pb2 import BatchHeader, Signature, Suite
from registry.verification.chains import Chain, chain_of, label
from registry.verification.form import read_message
from registry.verification.report import FailedError, Report
from registry.verification.statements import OWN_BODIES, Evidence, Shown

_REGISTRARS_ALONE = frozenset({"department_registration", "official_registration", "official_revocation"})
_ABOUT_KEYS = frozenset({"key_enrolment", "key_revocation"})
_RED_LIST = "E-60"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A department's key as the statement at ``position`` enrolled it."""

    verifier: VerifyingKey
    enrolment: pb.KeyEnrolment
    position: int

    @property
    def keyid(self) -> str:
        """Hash of the public key."""
        return self.verifier.keyid

    @property
    def holder(self) -> tuple[str, str]:
        """Department and official; the department's seal has none."""
        return self.enrolment.department, self.enrolment.official_id


@dataclass(slots=True)
class Authority:
    """The keys that are known so far, in the order of the log, and who operates the registry."""

    evidence: Evidence
    chains: Mapping[str, Chain]
    policy: Policy
    operator: str = ""
    keys: dict[int, SigningKey] = field(default_factory=dict)
    own: dict[str, tuple[VerifyingKey, int, pb.RegistryKey]] = field(default_factory=dict)
    signers: dict[int, SigningKey] = field(default_factory=dict)

    def check(self, shown: Shown) -> None:
        """Raises FailedError unless the statement stands; then what it enrols is known."""
        if shown.body == "genesis":
            self._found(shown)
        elif shown.body in OWN_BODIES:
            self._check_own(shown, shown.signed.envelope.signatures, _message_of(shown))
        else:
            self._check_department(shown)
        if shown.body == "key_enrolment":
            self.keys[shown.position] = _key(shown.statement.key_enrolment, shown.position)
        if shown.statement.registry_key_change.HasField("add"):
            self._add_own(shown.statement.registry_key_change.add, shown.position)

    def _found(self, shown: Shown) -> None:
        genesis = shown.statement.genesis
        if shown.position != 0 or shown.statement.department != genesis.operator.code:
            raise FailedError("创世陈述不在序号0, 或不是运营机构所作")
        self.operator = genesis.operator.code
        key = self.keys[0] = _key(genesis.operator_key, 0)
        for own in genesis.registry_keys:
            self._add_own(own, 0)
        self._verify(key.verifier, _message_of(shown), _only(shown), shown.position)

    def _add_own(self, key: pb.RegistryKey, position: int) -> None:
        verifier = _verifier(key.suite, key.public_key, position)
        self.own[verifier.keyid] = verifier, position, key

    def _check_own(self, shown: Shown, signatures: Iterable[Signature], message: bytes) -> None:
        """By log keys that are known: each signature holds, the one that the leaf names is there."""
        position, accepted, named = shown.position, False, False
        for signature in signatures:
            verifier, added, key = self.own.get(signature.keyid, (None, -1, pb.RegistryKey()))
            if verifier is None or key.purpose != pb.REGISTRY_KEY_PURPOSE_LOG:
                raise FailedError(f"序号{position}的签名密钥不是已出示的日志密钥")
            _verify(verifier, message, signature, position)
            accepted = accepted or self.policy.accepts_suite(verifier.suite)
            named = named or added == shown.leaf.key_position
        if not named:
            raise FailedError(f"序号{position}没有叶子所指日志密钥的签名")
        if not accepted:
            raise FailedError(f"序号{position}没有策略所要求的算法的签名")

    def _check_department(self, shown: Shown) -> None:
        key, position = self.keys.get(shown.leaf.key_position), shown.position
        if key is None or key.position >= position:
            raise FailedError(f"序号{position}的签名密钥不是在它之前登记的, 或没有出示")
        self.signers[position] = key
        if shown.statement.department != key.enrolment.department:
            raise FailedError(f"序号{position}的签名密钥属于另一部门")
        self._check_signatures(shown, key)
        _check_window(shown, key)
        self._check_categories(shown, key)
        self._check_alive(shown, key)
        self._check_right(shown, key)

    def _check_signatures(self, shown: Shown, key: SigningKey) -> None:
        signed, position = shown.signed, shown.position
        if signed.HasField("batch"):
            if signed.envelope.signatures:
                raise FailedError(f"序号{position}既在批次中又单独签名")
            message, signature = _batch_of(shown, key)
            self._verify(key.verifier, message, signature, position)
            return
        message, signatures = _message_of(shown), list(signed.envelope.signatures)
        if not signatures:
            raise FailedError(f"序号{position}没有签名")
        self._verify(key.verifier, message, signatures[0], position)
        if shown.body == "key_enrolment":
            self._check_possession(shown, signatures, message)
        elif shown.body == "registry_key_change":
            self._check_change(shown, signatures[1:], message)
        elif len(signatures) != 1:
            raise FailedError(f"序号{position}附有多余的签名")

    def _check_possession(self, shown: Shown, signatures: list[Signature], message: bytes) -> None:
        new = _key(shown.statement.key_enrolment, shown.position)
        if len(signatures) != 2:
            raise FailedError(f"序号{shown.position}登记密钥, 应有登记者和新密钥两个签名")
        self._verify(new.verifier, message, signatures[1], shown.position)

    def _check_change(self, shown: Shown, signatures: list[Signature], message: bytes) -> None:
        """A change of the registry's keys bears those of the registrar, of a log key and of the new one."""
        change, logs = shown.statement.registry_key_change, 0
        new = keyid_of(change.add.public_key) if change.HasField("add") else ""
        for signature in signatures:
            verifier, _, key = self.own.get(signature.keyid, (None, -1, pb.RegistryKey()))
            if signature.keyid == new:
                verifier, new = _verifier(change.add.suite, change.add.public_key, shown.position), ""
            elif key.purpose == pb.REGISTRY_KEY_PURPOSE_LOG:
                logs += 1
            if verifier is None:
                raise FailedError(f"序号{shown.position}附有不明密钥的签名")
            _verify(verifier, message, signature, shown.position)
        if new or not logs:
            raise FailedError(f"序号{shown.position}更换登记系统密钥, 缺少日志密钥或新密钥的签名")

    def _check_categories(self, shown: Shown, key: SigningKey) -> None:
        """A key that was enrolled for some categories signs statements about those and no others."""
        wanted = frozenset(key.enrolment.categories)
        if wanted and shown.about_subject and (category := self._category(shown)) and category not in wanted:
            raise FailedError(f"序号{shown.position}的类别{category}不在签名密钥的范围内")

    def _category(self, shown: Shown) -> str:
        """The category that a statement is about; empty if its target is not shown, or it has none."""
        body, target = shown.body, self.evidence.by_id(shown.target) if shown.target else None
        if body in ("event", "correction"):
            event = shown.statement.event if body == "event" else shown.statement.correction.replacement
            return event.category
        if body == "red_list_candidacy":
            return _RED_LIST
        return self._category(target) if target is not None and target.position < shown.position else ""

    def _check_alive(self, shown: Shown, key: SigningKey) -> None:
        """Neither key nor official had gone before the statement; both by complete chains."""
        chain = chain_of(self.chains, f"K:{key.keyid}")
        for position in self._ends(chain, lambda leaf_type, _: leaf_type is LeafType.KEY_REVOKE):
            if position < shown.position:
                raise FailedError(f"序号{shown.position}的签名密钥已在序号{position}撤销")
        department, official_id = key.holder
        if official_id:
            self._check_official(shown, key, chain_of(self.chains, f"O:{department}/{official_id}"))

    def _check_official(self, shown: Shown, key: SigningKey, chain: Chain) -> None:
        """The official was registered before his key, and not revoked between it and the statement."""
        known = [self._of_official(each.position, chain) for each in chain.known if each.position is not None]
        entered = [each for each in known if each.position < key.position]
        if len(known) != len(chain.known) or not entered or entered[-1].body != "official_registration":
            raise FailedError(f"序号{shown.position}的签名人员在登记密钥时不在岗, 或没有出示")
        for each in known:
            gone = each.body == "official_revocation"
            if gone and key.position < each.position < shown.position:
                raise FailedError(f"序号{shown.position}的签名人员已在序号{each.position}停用")

    def _of_official(self, position: int, chain: Chain) -> Shown:
        shown = self.evidence.statements.get(position)
        if shown is None:
            raise FailedError(f"{label(chain.ref)}的链中序号{position}没有出示陈述")
        return shown

    def _ends(self, chain: Chain, ends: Callable[[LeafType, int | None], bool]) -> Iterator[int]:
        """Positions of the leaves of a chain that end something, as far as they were known."""
        for each in chain.known:
            if ends(each.leaf.type, each.position):
                if each.position is None:
                    raise FailedError(f"{label(chain.ref)}的撤销没有出示序号")
                yield each.position

    def _check_right(self, shown: Shown, key: SigningKey) -> None:
        """Acts about departments, officials and keys are the registrar's, or the holder's about his key."""
        body, statement = shown.body, shown.statement
        if body == "registry_key_change" or body in _REGISTRARS_ALONE:
            allowed = self._is_registrar(key, shown.position)
        elif body in _ABOUT_KEYS:
            allowed = self._is_holder(statement, key) or self._is_registrar(key, shown.position)
        else:
            return
        if not allowed:
            raise FailedError(f"序号{shown.position}的签名者不是登记员")

    def _is_registrar(self, key: SigningKey, position: int) -> bool:
        department, official_id = key.holder
        if department != self.operator or not official_id:
            return department == self.operator
        chain = chain_of(self.chains, f"O:{department}/{official_id}")
        roles = [
            self._of_official(each.position, chain).statement.official_registration.roles
            for each in chain.known
            if each.position is not None and each.position < position
        ]
        return bool(roles) and pb.OFFICIAL_ROLE_REGISTRAR in roles[-1]

    def _is_holder(self, statement: pb.Statement, key: SigningKey) -> bool:
        if statement.HasField("key_enrolment"):
            enrolment = statement.key_enrolment
            same = (enrolment.department, enrolment.official_id) == key.holder
            return same and enrolment.replaces == key.keyid
        keyid = statement.key_revocation.keyid
        return any(each.keyid == keyid and each.holder == key.holder for each in self.keys.values())

    def _verify(self, key: VerifyingKey, message: bytes, signature: Signature, position: int) -> None:
        if not self.policy.accepts_suite(key.suite):
            raise FailedError(f"序号{position}的签名算法不是策略所要求的")
        _verify(key, message, signature, position)


def check_authority(
    evidence: Evidence, chains: Mapping[str, Chain], policy: Policy, report: Report
) -> Authority:
    """Who signed what. Raises FailedError unless every statement stands."""
    authority = Authority(evidence, chains, policy)
    if 0 not in evidence.statements:
        raise FailedError("没有出示创世陈述")
    for position in sorted(evidence.statements):
        authority.check(evidence.statements[position])
    batches = sum(shown.signed.HasField("batch") for shown in evidence.statements.values())
    noted = f", 其中{batches}份在批次中" if batches else ""
    report.passed("department signatures", f"{len(evidence.statements)}份陈述的签名成立{noted}")
    report.passed("keys", f"{len(authority.keys)}把密钥都先登记后使用, 使用前未撤销, 一直追到创世陈述")
    return authority


def check_receipt_keys(authority: Authority, keyids: list[str], position: int, report: Report) -> None:
    """Notes whether the log names the keys that signed the answer."""
    for keyid in keyids:
        _, added, key = authority.own.get(keyid, (None, -1, pb.RegistryKey()))
        if key.purpose == pb.REGISTRY_KEY_PURPOSE_RECEIPT and added <= position:
            report.passed("receipt key", f"回执密钥 {keyid[:12]}… 由序号{added}登记在日志中")
        else:
            report.claimed("receipt key", f"回执密钥 {keyid[:12]}… 只有策略为证, 回执没有出示其登记")


def _key(enrolment: pb.KeyEnrolment, position: int) -> SigningKey:
    return SigningKey(_verifier(enrolment.suite, enrolment.public_key, position), enrolment, position)


def _verifier(suite: Suite.ValueType, public_key: bytes, position: int) -> VerifyingKey:
    try:
        return load_verifying_key(suite, public_key)
    except SuiteNotSupportedError:
        raise FailedError(f"序号{position}的公钥用本机不支持的签名算法") from None
    except ValueError:
        raise FailedError(f"序号{position}的公钥不合格") from None


def _message_of(shown: Shown) -> bytes:
    envelope = shown.signed.envelope
    return pae(envelope.payload_type, envelope.payload)


def _only(shown: Shown) -> Signature:
    (signature,) = shown.signed.envelope.signatures or (Signature(),)
    return signature


def _batch_of(shown: Shown, key: SigningKey) -> tuple[bytes, Signature]:
    """What the signature of a batch is over, and it, once the statement is seen to be one of the batch."""
    batch, statement = shown.signed.batch, shown.statement
    try:
        header = check_membership(shown.signed.envelope.payload, batch)
        read_message(BatchHeader, batch.header.payload, f"序号{shown.position}的批次抬头")
    except BatchError:
        raise FailedError(f"序号{shown.position}的陈述不在其批次中") from None
    stated = header.origin, header.department, header.suite
    if stated != (statement.origin, statement.department, key.enrolment.suite):
        raise FailedError(f"序号{shown.position}的批次属于另一登记系统、部门或算法")
    return pae(BATCH_TYPE, batch.header.payload), batch.header.signatures[0]


def _check_window(shown: Shown, key: SigningKey) -> None:
    received = china_day(shown.leaf.received_ms)
    first, last = (date.fromisoformat(day) for day in (key.enrolment.valid_from, key.enrolment.valid_until))
    if not first <= received <= last:
        raise FailedError(f"序号{shown.position}收到于{received}, 签名密钥只在{first}至{last}有效")


def _verify(key: VerifyingKey, message: bytes, signature: Signature, position: int) -> None:
    if signature.keyid != key.keyid:
        raise FailedError(f"序号{position}的签名不是叶子所指的密钥的")
    try:
        key.verify(message, signature.sig)
    except SignatureError:
        raise FailedError(f"序号{position}的签名与内容不符") from None
