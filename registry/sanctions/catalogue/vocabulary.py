"""The words an edition's files may use where a column is closed, and what they stand for.

Words for enums are the lower-case names of ``registry.v1`` without their prefix: ``procurement`` is
DOMAIN_PROCUREMENT, ``natural_person`` SUBJECT_KIND_NATURAL_PERSON, ``legal_rep`` CAPACITY_LEGAL_REP.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar, get_args

from registry.sanctions.catalogue import edition as catalogue
from registry.sanctions.catalogue import rulebook
from registry.v1 import statement_pb2, subject_pb2

_V = TypeVar("_V", bound=int)


def _words(items: Iterable[tuple[str, _V]], prefix: str) -> dict[str, _V]:
    return {name.removeprefix(prefix).lower(): value for name, value in items if value}


DOMAINS = _words(subject_pb2.Domain.items(), "DOMAIN_")
KINDS = _words(subject_pb2.SubjectKind.items(), "SUBJECT_KIND_")
CAPACITIES = _words(subject_pb2.Capacity.items(), "CAPACITY_")
ROLES = _words(subject_pb2.SubjectRole.items(), "SUBJECT_ROLE_")
SEVERITIES = _words(statement_pb2.Severity.items(), "SEVERITY_")
ANY_OR_SEVERITY = {"any": rulebook.ANY_SEVERITY, **SEVERITIES}
KINDS_ZH: Mapping[subject_pb2.SubjectKind.ValueType, str] = {
    subject_pb2.SUBJECT_KIND_ENTERPRISE: "企业",
    subject_pb2.SUBJECT_KIND_NON_LEGAL_ORG: "非法人组织",
    subject_pb2.SUBJECT_KIND_BRANCH: "分支机构",
    subject_pb2.SUBJECT_KIND_SOLE_TRADER: "个体工商户",
    subject_pb2.SUBJECT_KIND_COOP: "农民专业合作社",
    subject_pb2.SUBJECT_KIND_INSTITUTION: "事业单位",
    subject_pb2.SUBJECT_KIND_SOCIAL_ORG: "社会组织",
    subject_pb2.SUBJECT_KIND_GOV_ORGAN: "机关",
    subject_pb2.SUBJECT_KIND_NATURAL_PERSON: "自然人",
}

EFFECTS: Mapping[str, catalogue.Effect] = {word: word for word in get_args(catalogue.Effect)}
ORIGINS: Mapping[str, catalogue.Origin] = {word: word for word in get_args(catalogue.Origin)}
ANSWERS: Mapping[str, catalogue.Answer] = {word: word for word in get_args(catalogue.Answer)}
QUERY_EFFECTS: Mapping[str, catalogue.QueryEffect] = {word: word for word in get_args(catalogue.QueryEffect)}
POLARITIES: Mapping[str, catalogue.Polarity] = {word: word for word in get_args(catalogue.Polarity)}
DISCLOSURES: Mapping[str, catalogue.Disclosure] = {word: word for word in get_args(catalogue.Disclosure)}
FOR_EARLIER: Mapping[str, rulebook.ForEarlier] = {word: word for word in get_args(rulebook.ForEarlier)}
CONFIDENCES: Mapping[str, rulebook.Confidence] = {word: word for word in get_args(rulebook.Confidence)}
UNITS: Mapping[str, rulebook.TimeUnit] = {word: word for word in get_args(rulebook.TimeUnit)}
NATIONAL_CLASS_KINDS: Mapping[str, rulebook.NationalClassKind]
NATIONAL_CLASS_KINDS = {word: word for word in get_args(rulebook.NationalClassKind)}
