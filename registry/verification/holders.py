"""Whether a key and the official who holds it were still there, by chains that are complete by the map.

What a revocation says decides what the key signed before it (密钥泄露), so its statement is shown: a receipt
that keeps it back would have a thief's words count.

Example: key K was enrolled at 12 for the official F-7, registered at 11: ``K:…`` holds 12 alone, so it was
never revoked; ``O:…/F-7`` holds 11 and, at 40, that he left. At 30 his signature counts, at 41 it does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from registry.provenance.leaf import LeafType
from registry.v1 import statement_pb2 as pb
from registry.verification.chains import Chain, ChainLeaf, chain_of, label
from registry.verification.report import FailedError
from registry.verification.signing import SigningKey
from registry.verification.statements import Evidence, Shown


def check_alive(position: int, key: SigningKey, evidence: Evidence, chains: Mapping[str, Chain]) -> None:
    """Raises FailedError if key or official had gone before the statement at a position."""
    for revoked in _revocations(chain_of(chains, f"K:{key.keyid}"), evidence):
        if revoked.position < position:
            raise FailedError(f"序号{position}的签名密钥已在序号{revoked.position}撤销")
    department, official_id = key.holder
    if official_id:
        _check_official(position, key, evidence, chain_of(chains, f"O:{department}/{official_id}"))


def is_registrar(
    key: SigningKey, position: int, operator: str, evidence: Evidence, chains: Mapping[str, Chain]
) -> bool:
    """Whether a key may register: the operator's seal, or its official with the role (登记员)."""
    department, official_id = key.holder
    if department != operator or not official_id:
        return department == operator
    official = registered_as(key, position, evidence, chains)
    return official is not None and pb.OFFICIAL_ROLE_REGISTRAR in official.roles


def registered_as(
    key: SigningKey, position: int, evidence: Evidence, chains: Mapping[str, Chain]
) -> pb.OfficialRegistration | None:
    """How the official who holds a key was registered last before a position; without roles if he had
    gone."""
    department, official_id = key.holder
    chain = chain_of(chains, f"O:{department}/{official_id}")
    known = [_stated(each, chain, evidence) for each in chain.known]
    before = [each.statement.official_registration for each in known if each.position < position]
    return before[-1] if before else None


def _check_official(position: int, key: SigningKey, evidence: Evidence, chain: Chain) -> None:
    """He was registered before his key, and not revoked between it and the statement."""
    known = [_stated(each, chain, evidence) for each in chain.known]
    entered = [each for each in known if each.position < key.position]
    if not entered or entered[-1].body != "official_registration":
        raise FailedError(f"序号{position}的签名人员在登记密钥时不在岗, 或没有出示")
    for each in known:
        gone = each.body == "official_revocation"
        if gone and key.position < each.position < position:
            raise FailedError(f"序号{position}的签名人员已在序号{each.position}停用")


def _revocations(chain: Chain, evidence: Evidence) -> Iterator[Shown]:
    """What was stated when a key was revoked, as far as that was known."""
    for each in chain.known:
        if each.leaf.type is LeafType.KEY_REVOKE:
            yield _stated(each, chain, evidence)


def _stated(leaf: ChainLeaf, chain: Chain, evidence: Evidence) -> Shown:
    """The statement of a leaf that was known. FailedError unless it is shown, with its place in the log."""
    if leaf.position is None:
        raise FailedError(f"{label(chain.ref)}的链中第{leaf.leaf.subject_sequence + 1}条没有出示序号")
    shown = evidence.statements.get(leaf.position)
    if shown is None:
        raise FailedError(f"{label(chain.ref)}的链中序号{leaf.position}没有出示陈述")
    return shown
