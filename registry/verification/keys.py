"""By whose authority a statement stands (签名与密钥): checked for every statement that a receipt shows.

* A leaf names the position at which the signer's key was enrolled; that statement is shown and stands itself,
  earlier in the log, by another key, and so on down to the genesis. Nothing is decided by what a signature
  says of its own key.
* The key's chain ``K:<keyid>`` is complete by the map: it was not revoked before the statement, by log order,
  and every revocation of later is shown.
  An official's key goes with the official, whose chain ``O:<department>/<id>`` is shown too.
* The statement was received within the key's days, is about its department, and lies in its categories.
* Departments, officials and keys are registered by the operator's key or its registrars (登记员); a key may
  be replaced or revoked by its holder. A new key signs too (proof of possession). The registry's own
  statements bear its log keys, which the genesis or a change of keys names.
* A statement that came in a batch stands by the header's signature and a path to the header's root.
* Every signature that counts is of a suite that the policy accepts at the statement's place in the log.

What a compromised key signed from the first suspect position on is disputed; that is for ``law``.

Example: 财政's ban at 40 by the key enrolled at 2, which the operator's key of the genesis (0) signed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from registry.provenance.keys import VerifyingKey, keyid_of
from registry.provenance.witness_policy import Policy
from registry.sanctions.said import stated_event
from registry.v1 import statement_pb2 as pb
from registry.v1.envelope_pb2 import Signature
from registry.verification.chains import Chain
from registry.verification.holders import check_alive, is_registrar
from registry.verification.report import FailedError, Report
from registry.verification.signing import (
    SigningKey,
    batch_of,
    check_window,
    key_of,
    message_of,
    only_signature,
    verifier_of,
    verify,
)
from registry.verification.statements import OWN_BODIES, Evidence, Shown

_REGISTRARS_ALONE = frozenset({"department_registration", "official_registration", "official_revocation"})
_ABOUT_KEYS = frozenset({"key_enrolment", "key_revocation"})
_RED_LIST = "E-60"


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
            self._check_own(shown, shown.signed.envelope.signatures, message_of(shown))
        else:
            self._check_department(shown)
        if shown.body == "key_enrolment":
            self.keys[shown.position] = key_of(shown.statement.key_enrolment, shown.position)
        if shown.statement.registry_key_change.HasField("add"):
            self._add_own(shown.statement.registry_key_change.add, shown.position)

    def _found(self, shown: Shown) -> None:
        genesis = shown.statement.genesis
        if shown.position != 0 or shown.statement.department != genesis.operator.code:
            raise FailedError("创世陈述不在序号0, 或不是运营机构所作")
        self.operator = genesis.operator.code
        key = self.keys[0] = key_of(genesis.operator_key, 0)
        for own in genesis.registry_keys:
            self._add_own(own, 0)
        self._verify(key.verifier, message_of(shown), only_signature(shown), shown.position)

    def _add_own(self, key: pb.RegistryKey, position: int) -> None:
        verifier = verifier_of(key.suite, key.public_key, position)
        self.own[verifier.keyid] = verifier, position, key

    def _check_own(self, shown: Shown, signatures: Iterable[Signature], message: bytes) -> None:
        """By log keys that are known: each signature holds, the one that the leaf names is there."""
        position, accepted, named = shown.position, False, False
        for signature in signatures:
            verifier, added, key = self.own.get(signature.keyid, (None, -1, pb.RegistryKey()))
            if verifier is None or key.purpose != pb.REGISTRY_KEY_PURPOSE_LOG:
                raise FailedError(f"序号{position}的签名密钥不是已出示的日志密钥")
            verify(verifier, message, signature, position)
            accepted = accepted or self.policy.accepts_suite(verifier.suite, position + 1)
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
        check_window(shown, key)
        self._check_categories(shown, key)
        check_alive(position, key, self.evidence, self.chains)
        self._check_right(shown, key)

    def _check_signatures(self, shown: Shown, key: SigningKey) -> None:
        signed, position = shown.signed, shown.position
        if signed.HasField("batch"):
            if signed.envelope.signatures:
                raise FailedError(f"序号{position}既在批次中又单独签名")
            message, signature = batch_of(shown, key)
            self._verify(key.verifier, message, signature, position)
            return
        message, signatures = message_of(shown), list(signed.envelope.signatures)
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
        new = key_of(shown.statement.key_enrolment, shown.position)
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
                verifier, new = verifier_of(change.add.suite, change.add.public_key, shown.position), ""
            elif key.purpose == pb.REGISTRY_KEY_PURPOSE_LOG:
                logs += 1
            if verifier is None:
                raise FailedError(f"序号{shown.position}附有不明密钥的签名")
            verify(verifier, message, signature, shown.position)
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
        event = stated_event(shown.statement)
        if event is not None:
            return event.category
        if body == "red_list_candidacy":
            return _RED_LIST
        return self._category(target) if target is not None and target.position < shown.position else ""

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
        return is_registrar(key, position, self.operator, self.evidence, self.chains)

    def _is_holder(self, statement: pb.Statement, key: SigningKey) -> bool:
        if statement.HasField("key_enrolment"):
            enrolment = statement.key_enrolment
            same = (enrolment.department, enrolment.official_id) == key.holder
            return same and enrolment.replaces == key.keyid
        keyid = statement.key_revocation.keyid
        return any(each.keyid == keyid and each.holder == key.holder for each in self.keys.values())

    def _verify(self, key: VerifyingKey, message: bytes, signature: Signature, position: int) -> None:
        if not self.policy.accepts_suite(key.suite, position + 1):
            raise FailedError(f"序号{position}的签名算法不是策略所要求的")
        verify(key, message, signature, position)


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


def check_receipt_keys(authority: Authority, keyids: list[str], size: int, report: Report) -> None:
    """Notes whether the log names the keys that signed the answer, at the size at which it was signed."""
    for keyid in keyids:
        _, added, key = authority.own.get(keyid, (None, -1, pb.RegistryKey()))
        if key.purpose == pb.REGISTRY_KEY_PURPOSE_RECEIPT and added < size:
            report.passed("receipt key", f"回执密钥 {keyid[:12]}… 由序号{added}登记在日志中")
        else:
            report.claimed("receipt key", f"回执密钥 {keyid[:12]}… 只有策略为证, 回执没有出示其登记")
