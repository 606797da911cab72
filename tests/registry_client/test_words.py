from collections.abc import Mapping
from typing import Any

import pytest

from registry.domain.identifiers import names_a_subject
from registry.v1 import restriction_service_pb2, statement_pb2, subject_pb2, verdict_pb2
from registry_client import words
from registry_client.words import plain, word_of

TABLES = [
    (words.KINDS, subject_pb2.SubjectKind),
    (words.IDENTIFIERS, subject_pb2.IdentifierType),
    (words.CAPACITIES, subject_pb2.Capacity),
    (words.SEVERITIES, statement_pb2.Severity),
    (words.DOMAINS, subject_pb2.Domain),
    (words.ROLES, subject_pb2.SubjectRole),
    (words.TENDERS, subject_pb2.TenderKind),
    (words.EFFECTS, verdict_pb2.HitEffect),
    (words.HIT_REASONS, verdict_pb2.HitReason),
    (words.INDETERMINATE, verdict_pb2.IndeterminateReason),
    (words.STATUSES, verdict_pb2.HitStatus),
    (words.ORIGINS, verdict_pb2.RestrictionOrigin),
    (words.RELATIONS, verdict_pb2.SubjectRelation),
    (words.RESOLUTIONS, verdict_pb2.ResolutionStatus),
    (words.OUTCOMES, restriction_service_pb2.ClauseOutcome),
    (words.OFFICIAL_ROLES, statement_pb2.OfficialRole),
    (words.REVOCATIONS, statement_pb2.KeyRevocationReason),
]


@pytest.mark.parametrize(("table", "enumeration"), TABLES)
def test_every_value_of_the_contract_but_unspecified_has_a_word(
    table: Mapping[str, int], enumeration: Any
) -> None:
    assert set(table.values()) == set(enumeration.values()) - {0}


@pytest.mark.parametrize(("table", "enumeration"), TABLES)
def test_every_word_is_in_the_form_in_which_words_are_compared(
    table: Mapping[str, int], enumeration: Any
) -> None:
    assert all(plain(word) == word for word in table)


def test_words_are_compared_half_width_and_without_blanks() -> None:
    assert plain(" 法定 代表人／主要负责人 ") == "法定代表人/主要负责人"


def test_the_first_word_for_a_value_is_the_one_shown() -> None:
    assert word_of(words.PAPERS, subject_pb2.IDENTIFIER_TYPE_RESIDENT_ID) == "身份证"


def test_a_code_of_before_the_uscc_is_no_persons_paper_and_names_no_subject_of_a_row() -> None:
    assert not set(words.PAPERS) & set(words.LEGACY_CODES)
    assert all(names_a_subject(kind) for kind in words.PAPERS.values())
    assert not any(names_a_subject(kind) for kind in words.LEGACY_CODES.values())


def test_a_residence_permit_of_hong_kong_macao_and_taiwan_bears_a_citizens_number() -> None:
    assert words.PAPERS["港澳台居民居住证"] == subject_pb2.IDENTIFIER_TYPE_RESIDENT_ID


def test_a_value_of_a_later_release_is_shown_as_its_number() -> None:
    assert word_of(words.EFFECTS, 99) == "99"
