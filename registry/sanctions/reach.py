"""On whom a measure falls: kinds of subject and the capacities they can act in.

An organisation can be an agency or an intermediary; a natural person can be a legal representative,
a manager, a practitioner or an evaluation expert. A legal representative's personal record is not
the company's, nor the reverse (law.md §5.3): a measure reaches a person in a role only where it
names that role.
"""

from __future__ import annotations

from registry.v1 import subject_pb2 as pb

ORGANISATION_CAPACITIES = frozenset(
    {pb.CAPACITY_TENDER_AGENCY, pb.CAPACITY_PROCUREMENT_AGENCY, pb.CAPACITY_INTERMEDIARY}
)
PERSONAL_CAPACITIES = frozenset(
    {pb.CAPACITY_LEGAL_REP, pb.CAPACITY_MANAGER, pb.CAPACITY_PRACTITIONER, pb.CAPACITY_EXPERT}
)


PERSONAL_ROLES = frozenset(
    {
        pb.SUBJECT_ROLE_EVALUATOR,
        pb.SUBJECT_ROLE_LEGAL_REPRESENTATIVE,
        pb.SUBJECT_ROLE_MANAGER,
        pb.SUBJECT_ROLE_PROJECT_MANAGER,
        pb.SUBJECT_ROLE_PRACTITIONER,
        pb.SUBJECT_ROLE_TRAVELLER,
    }
)
ORGANISATION_ROLES = frozenset({pb.SUBJECT_ROLE_AGENCY, pb.SUBJECT_ROLE_INTERMEDIARY})


def can_act_as(role: pb.SubjectRole.ValueType, *, personal: bool) -> bool:
    """Whether a natural person, or an organisation, can act in a role at all. Asked about in a role that
    is impossible, nothing would bind, and the answer would be a false CLEAR."""
    return role not in (ORGANISATION_ROLES if personal else PERSONAL_ROLES)


def feasible_capacities(kind: pb.SubjectKind.ValueType) -> frozenset[pb.Capacity.ValueType]:
    """The capacities a subject of this kind can act in."""
    person = kind == pb.SUBJECT_KIND_NATURAL_PERSON
    return PERSONAL_CAPACITIES if person else ORGANISATION_CAPACITIES
