"""Subjects and departments that never were (虚构的主体和部门), for cases and trials.

Codes have the form and the check characters of real ones (GB 32100-2015, GB 11714, GB 11643-1999) and can
belong to nobody: the organisation part begins with DEM, persons are of the region 130999, which was never
given out. The same number is always the same subject. A department stands for all of its kind, with every
mandate that law lets a department of that kind have.

Example: ``subject(1, SUBJECT_KIND_ENTERPRISE)`` is 沧州第1号(示例)单位, 91130900DEM00001….
"""

from __future__ import annotations

from datetime import date

from registry.domain.identifiers import (
    organisation_code_check_character,
    resident_id_check_character,
    uscc_check_character,
)
from registry.sanctions.catalogue.edition import Edition
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2
from registry.v1.subject_pb2 import Subject, SubjectKind

ORIGIN = "credit.example/scratch"
"""Origin of a log that is nowhere kept."""
REGION = "130900"
NONCE = bytes(16)

_PREFIXES = {
    subject_pb2.SUBJECT_KIND_ENTERPRISE: "91",
    subject_pb2.SUBJECT_KIND_NON_LEGAL_ORG: "91",
    subject_pb2.SUBJECT_KIND_BRANCH: "91",
    subject_pb2.SUBJECT_KIND_SOLE_TRADER: "92",
    subject_pb2.SUBJECT_KIND_COOP: "93",
    subject_pb2.SUBJECT_KIND_INSTITUTION: "12",
    subject_pb2.SUBJECT_KIND_SOCIAL_ORG: "51",
    subject_pb2.SUBJECT_KIND_GOV_ORGAN: "11",
}
_FIRST_OFFICE = 90_000
"""Numbers of departments begin here, so that none is a subject's."""
_FIRST_BIRTH = date(1970, 1, 1).toordinal()
_BORN_A_DAY = 900


def subject(number: int, kind: SubjectKind.ValueType) -> Subject:
    """The subject of a kind with this number, 0 to 89,999."""
    if kind == subject_pb2.SUBJECT_KIND_NATURAL_PERSON:
        return Subject(identifier=_resident_id(number), kind=kind, name="示例某")
    name = f"沧州第{number}号(示例)单位"
    return Subject(identifier=_uscc(_PREFIXES[kind], number), kind=kind, name=name)


def office(kind: str, edition: Edition) -> pb.Document:
    """The department of a kind as it signs its documents: ``authority`` and ``authority_code``."""
    number = _FIRST_OFFICE + sorted(edition.department_kinds).index(kind)
    name = f"沧州市{edition.rules.department_kinds[kind]}(示例)"
    return pb.Document(authority=name, authority_code=_uscc("11", number).value)


def registration(kind: str, edition: Edition) -> pb.DepartmentRegistration:
    """The registration of the department of a kind, with every mandate that its kind may have."""
    itself = office(kind, edition)
    return pb.DepartmentRegistration(
        code=itself.authority_code, name=itself.authority, kinds=[kind], mandate=_mandate(kind, edition)
    )


def _mandate(kind: str, edition: Edition) -> pb.Mandate:
    if kind == "association":  # It has none but for what it says of its members.
        return pb.Mandate(region=REGION)
    return pb.Mandate(
        categories=edition.categories,
        lists=[code for code in (*edition.lists, *edition.red_lists) if _may_keep(kind, code, edition)],
        measures=[code for code in edition.measures if edition.may_impose(frozenset({kind}), code)],
        region=REGION,
    )


def _may_keep(kind: str, code: str, edition: Edition) -> bool:
    granted = any(kind in row.granting_departments for row in edition.red_lists.get(code, ()))
    return granted or edition.may_list(frozenset({kind}), code)


def _uscc(prefix: str, number: int) -> subject_pb2.Identifier:
    organisation = f"DEM{number:05d}"
    body = f"{prefix}{REGION}{organisation}{organisation_code_check_character(organisation)}"
    value = body + uscc_check_character(body)
    return subject_pb2.Identifier(type=subject_pb2.IDENTIFIER_TYPE_USCC, value=value)


def _resident_id(number: int) -> subject_pb2.Identifier:
    born = date.fromordinal(_FIRST_BIRTH + number // _BORN_A_DAY)
    body = f"130999{born:%Y%m%d}{number % _BORN_A_DAY + 100}"
    value = body + resident_id_check_character(body)
    return subject_pb2.Identifier(type=subject_pb2.IDENTIFIER_TYPE_RESIDENT_ID, value=value)
