"""Whether the edition of an answer became law here (目录版本的批准), by the steps that a receipt shows.

The founding edition is named by the genesis. Any other has a chain ``E:<hash>`` of three leaves, complete by
the map: draft, review, adoption (``sanctions.adoption``). Review and adoption are shown, and signed by
officials of the operator in those roles; of the draft its leaf is shown with its place, which names the key
that signed it: that key and its holder were there at that place. Without the leaf that is the registry's
word. The three are three persons by their staff
ids, none a registrar, the reviewer of another section than the drafter (审监分离).

Not shown is the draft: that nothing was left out of the edition before is the registry's word, as it is that
no other edition came into force since.

Example: drafted by X-1 (目录科) at 30, reviewed by X-2 (法规科) at 31, adopted by X-3 at 32: OK.
"""

from __future__ import annotations

from collections.abc import Mapping

from registry.v1 import statement_pb2 as pb
from registry.verification.chains import Chain, chain_of
from registry.verification.holders import check_alive, registered_as
from registry.verification.keys import Authority
from registry.verification.report import FailedError, Report
from registry.verification.signing import SigningKey
from registry.verification.statements import Evidence, Shown

_DRAFTER, _REVIEWER = pb.OFFICIAL_ROLE_SUBMITTER, pb.OFFICIAL_ROLE_LEGAL_REVIEWER
_APPROVER, _REGISTRAR = pb.OFFICIAL_ROLE_APPROVER, pb.OFFICIAL_ROLE_REGISTRAR


def check_edition(
    edition: str, evidence: Evidence, chains: Mapping[str, Chain], authority: Authority, report: Report
) -> None:
    """Notes how the edition of an answer became law, as far as is shown. Raises FailedError if it did not."""
    founding = evidence.statements[0].statement.genesis.edition
    if founding.edition == edition:
        report.passed("edition", f"目录 {edition[:12]}… 由创世陈述(序号0)确定")
    else:
        adoption = _step(edition, "edition_adoption", evidence)
        if adoption is None:
            report.claimed("edition", f"目录 {edition[:12]}… 的批准没有出示, 是登记系统签名的说法")
            return
        chain = chain_of(chains, f"E:{edition}")
        _check_steps(edition, adoption, evidence, chain, authority)
        report.passed("edition", _told(adoption))
        if chain.known[0].position is None:  # Receipts of an earlier release show no leaf of it.
            report.claimed("draft", "起草之时起草人的密钥没有撤销, 是登记系统签名的说法")
        report.claimed("draft", "目录版本的草案没有出示: 内容没有遗漏, 是登记系统签名的说法")
    report.claimed("edition", "所问之日没有别的目录版本施行, 是登记系统签名的说法")


def _step(edition: str, body: str, evidence: Evidence) -> Shown | None:
    for shown in evidence.statements.values():
        if shown.body == body and getattr(shown.statement, body).edition == edition:
            return shown
    return None


def _check_steps(
    edition: str, adoption: Shown, evidence: Evidence, chain: Chain, authority: Authority
) -> None:
    review = _step(edition, "edition_review", evidence)
    if review is None or [each.position for each in chain.known][1:] != [review.position, adoption.position]:
        raise FailedError(f"目录版本的起草、审查、批准没有依次出示(序号{adoption.position})")
    if not review.statement.edition_review.lawful:
        raise FailedError(f"目录版本未通过合法性审查(序号{review.position})")
    if not adoption.statement.edition_adoption.filing_number.strip():
        raise FailedError(f"目录版本没有备案(序号{adoption.position})")
    draft = chain.known[0]
    drafter = authority.keys.get(draft.leaf.key_position)
    if draft.position is not None and drafter is not None:
        check_alive(draft.position, drafter, evidence, authority.chains)
    drafted = review.position if draft.position is None else draft.position
    hands: tuple[tuple[SigningKey | None, int, pb.OfficialRole.ValueType], ...] = (
        (drafter, drafted, _DRAFTER),
        (authority.signers.get(review.position), review.position, _REVIEWER),
        (authority.signers.get(adoption.position), adoption.position, _APPROVER),
    )
    officials = [_official(key, position, role, authority) for key, position, role in hands]
    if len({official.official_id for official in officials}) != len(officials):
        raise FailedError(f"目录版本的起草、审查、批准不是三人所为(序号{adoption.position})")
    if officials[0].section == officials[1].section:
        raise FailedError(f"目录版本由同一内设机构起草和审查(序号{review.position})")


def _official(
    key: SigningKey | None, position: int, role: pb.OfficialRole.ValueType, authority: Authority
) -> pb.OfficialRegistration:
    """The official of the operator who holds a key, in a role at a position."""
    if key is not None and key.enrolment.department == authority.operator and key.enrolment.official_id:
        official = registered_as(key, position, authority.evidence, authority.chains)
        if official is not None and role in official.roles and _REGISTRAR not in official.roles:
            return official
    raise FailedError(f"目录版本的步骤(至序号{position})不是登记机构有此岗位的人员办理的")


def _told(adoption: Shown) -> str:
    stated = adoption.statement.edition_adoption
    return (
        f"目录 {stated.edition[:12]}… 经起草、合法性审查, 由序号{adoption.position}批准"
        f"(备案号{stated.filing_number}), 自{stated.in_force_from}施行"
    )
