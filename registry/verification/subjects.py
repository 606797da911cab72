"""Whom an identifier leads to in the evidence, and what stays open about it (主体).

* An organisation's code is its reference: its chain must be there.
* A natural person's number is masked in the answer and its reference a keyed hash. That a chain is this
  person's is seen where a statement in it is disclosed, by the masked number; else it is the registry's word.
* A code of before the USCC leads where a disclosed statement says.
* A leaf of the chain without its statement is hashes alone: that it has no bearing on the question is the
  registry's signed word. With none such, the record is whole.

Example: a chain of 3 leaves, of which one is the ban that was a hit: two are claimed to have no bearing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from registry.domain.identifiers import is_personal, mask, names_a_subject, normalise
from registry.provenance.vault import PERSON_PREFIX
from registry.sanctions.ground import SubjectRecord
from registry.sanctions.parties import Party, alternates_of, parties_of
from registry.v1 import verdict_pb2 as pb
from registry.v1.subject_pb2 import Identifier, IdentifierType
from registry.verification.chains import Chain, chain_of
from registry.verification.ledger import EvidenceLedger, hidden_ref
from registry.verification.report import FailedError
from registry.verification.statements import Evidence, identifier_of

SAME = (pb.SUBJECT_RELATION_SELF, pb.SUBJECT_RELATION_SAME)


@dataclass(frozen=True, slots=True)
class Subject:
    """The record that an identifier leads to, with those that bear on it. ``goals`` has several where an old
    code is ambiguous; ``hidden`` counts leaves of the subject without statement, ``hidden_beside`` those of
    others that bear on it; ``is_named``: a statement shows that the chain is this identifier's."""

    record: SubjectRecord
    parties: tuple[Party, ...]
    goals: int = 1
    hidden: int = 0
    hidden_beside: int = 0
    leaves: int = 0
    unsettled: bool = False
    is_named: bool = True


def refs_of(identifier: Identifier, evidence: Evidence, ledger: EvidenceLedger) -> list[str]:
    """The references that an identifier may be kept under, the likeliest first."""
    code = normalise(identifier.value)
    if not is_personal(identifier.type):
        return [code] if names_a_subject(identifier.type) else _of_old_code(identifier.type, code, evidence)
    persons = [ref for ref in evidence.refs.values() if ref.startswith(PERSON_PREFIX)]
    named = [ref for ref in persons if _is_named(ref, identifier, evidence)]
    return named or [ref for ref in persons if not _names_of(ref, evidence)]


def _of_old_code(kind: IdentifierType.ValueType, code: str, evidence: Evidence) -> list[str]:
    """The references of the codes that a shown link may mean; one that may be a citizen's number is masked in
    the answer."""
    links = (getattr(shown.statement.subject_link, "from") for shown in evidence.statements.values())
    of_kind = {normalise(each.value) for each in links if each.type == kind}
    meant = sorted(each for each in of_kind if mask(kind, each) == code)
    return [hidden_ref(kind, each) for each in meant or [code]]


def subject_of(
    ref: str,
    identifier: Identifier,
    evidence: Evidence,
    ledger: EvidenceLedger,
    chains: Mapping[str, Chain],
    *,
    position: int,
    day: date,
) -> Subject:
    """The subject under a reference. Raises FailedError if one of its chains is not shown."""
    record = ledger.subject(ref)
    if not names_a_subject(identifier.type):
        goals = alternates_of(record, position=position, day=day)
        if len(goals) != 1:
            return Subject(record, (), goals=len(goals))
        record = ledger.subject(next(iter(goals)))
    parties = parties_of(record, ledger.record, position=position, day=day)
    subject = Subject(record, tuple(parties), is_named=_is_clear(ref, identifier, evidence))
    for party in parties:
        chain = chain_of(chains, party.ref)
        hidden = sum(each.position not in evidence.statements for each in chain.known)
        if party.relation in SAME:
            subject = replace(
                subject,
                hidden=subject.hidden + hidden,
                leaves=subject.leaves + len(chain.known),
                unsettled=subject.unsettled or chain.unsettled,
            )
        else:
            subject = replace(subject, hidden_beside=subject.hidden_beside + hidden)
    return subject


def check_identity(identity: pb.Resolution, subject: Subject) -> None:
    """Raises FailedError unless the related subjects told are those that the statements link."""
    told = {(each.identifier.value, each.relation, each.position) for each in identity.related}
    found = {(party.ref, party.relation, party.position) for party in subject.parties[1:]}
    if subject.goals == 1 and told != found:
        raise FailedError("答复所列关联主体与所出示的关联陈述不符")


def _is_clear(ref: str, identifier: Identifier, evidence: Evidence) -> bool:
    return not is_personal(identifier.type) or _is_named(ref, identifier, evidence)


def _is_named(ref: str, identifier: Identifier, evidence: Evidence) -> bool:
    return any(_is_shown_as(each, identifier) for each in _names_of(ref, evidence))


def _is_shown_as(named: Identifier, identifier: Identifier) -> bool:
    """Whether an identifier in a statement is the one that an answer shows masked."""
    return named.type == identifier.type and mask(named.type, normalise(named.value)) == identifier.value


def _names_of(ref: str, evidence: Evidence) -> list[Identifier]:
    """The identifiers by which the statements shown name whoever has a reference."""
    shown = (each for each in evidence.statements.values() if evidence.refs.get(each.leaf.subject_key) == ref)
    return [named for each in shown if (named := identifier_of(each.statement)) is not None]
