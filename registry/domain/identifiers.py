"""Identifiers of subjects (主体标识): one way to write them, one way to check them, one way to mask them.

Rules:

* An identifier is compared, hashed and stored in its normal form: half width, upper case, without blanks
  and hyphens. ``normalise`` makes it, the other functions expect it.
* ``code_faults`` reports everything that is wrong at once. 统一社会信用代码 (``uscc``) and 公民身份号码
  (``resident_id``) are checked in full, other papers (``travel_papers``) in length and alphabet, codes from
  before the USCC (``legacy_codes``) as far as a standard rules them. An identifier whose type is not
  stated, or not known to this release, is never valid.
* Everything but a code of an organisation identifies a natural person: it is masked in each answer and log
  line (个人信息保护法), and no message about it contains it.
* A subject is named by its USCC or by a person's paper. A code from before the USCC leads to one by a
  statement that links the two, and to nothing by itself: ``names_a_subject``.

Worked example: ``normalise(" 91350100-m000100y43 ")`` is ``91350100M000100Y43``, which has no faults;
``mask`` turns the citizen's number 130902…1234 into ``1309**********1234``.
"""

from __future__ import annotations

import unicodedata

from registry.domain.code_fault import CodeFault
from registry.domain.legacy_codes import (
    LEGACY_TYPES,
    legacy_code_faults,
    may_name_a_person,
    organisation_code_of,
)
from registry.domain.resident_id import (
    resembles_resident_id,
    resident_id_check_character,
    resident_id_faults,
)
from registry.domain.travel_papers import travel_paper_faults
from registry.domain.uscc import (
    organisation_code_check_character,
    uscc_check_character,
    uscc_faults,
    uscc_kinds,
)
from registry.v1 import error_reason_pb2, subject_pb2
from registry.v1.subject_pb2 import IdentifierType

__all__ = [
    "CodeFault",
    "code_faults",
    "is_personal",
    "mask",
    "names_a_subject",
    "normalise",
    "organisation_code_check_character",
    "organisation_code_of",
    "resident_id_check_character",
    "tells_of_a_person",
    "uscc_check_character",
    "uscc_kinds",
]

_TYPES = frozenset(IdentifierType.values()) - {subject_pb2.IDENTIFIER_TYPE_UNSPECIFIED}
_SUBJECT_TYPES = _TYPES - LEGACY_TYPES
_ORGANISATION_TYPES = LEGACY_TYPES | {subject_pb2.IDENTIFIER_TYPE_USCC}

# The minus sign is what a word processor makes of a hyphen; all other hyphens and dashes have category Pd.
_MINUS = "\u2212"


def normalise(raw: str) -> str:
    """The normal form of an identifier: NFKC (full width to half width), upper case, no blanks or hyphens.

    Blanks are all white space and the invisible format characters that come along with copied text. What
    is already normal, or merely lower case, takes the short way. Never raises; what cannot be a code comes
    out as something ``code_faults`` refuses.
    """
    if raw.isascii() and raw.isalnum():
        return raw.upper()
    folded = unicodedata.normalize("NFKC", raw).upper()
    # Once more: capitals may be written in two parts, and parts may meet where a blank was between them.
    return unicodedata.normalize("NFKC", "".join(char for char in folded if not _is_filler(char)))


def code_faults(type: IdentifierType.ValueType, value: str) -> list[CodeFault]:
    """Everything that is wrong with a normalised ``value`` of this type of identifier; [] = valid.

    Reasons are those of ``CodeFault``. Sources: GB 32100-2015, GB 11643-1999, GS 15-2006, GB 11714-1997.
    """
    if type == subject_pb2.IDENTIFIER_TYPE_USCC:
        return uscc_faults(value)
    if type == subject_pb2.IDENTIFIER_TYPE_RESIDENT_ID:
        return resident_id_faults(value)
    if type in LEGACY_TYPES:
        return legacy_code_faults(type, value)
    if type in _TYPES:
        return travel_paper_faults(type, value)
    return [CodeFault(error_reason_pb2.ERROR_REASON_FIELD_INVALID, "未注明证件类型，或证件类型不在代码表内")]


def is_personal(type: IdentifierType.ValueType) -> bool:
    """Whether the identifier is that of a natural person; in doubt (type not known) it is."""
    return type not in _ORGANISATION_TYPES


def tells_of_a_person(type: IdentifierType.ValueType, value: str) -> bool:
    """Whether to ask by a normalised ``value`` is to ask about a natural person, or may be.

    An organisation's code of before the USCC does if a citizen's number stands in it, or may: a sole trader's
    tax number is his own.
    """
    return is_personal(type) or (type in LEGACY_TYPES and may_name_a_person(type, value))


def names_a_subject(type: IdentifierType.ValueType) -> bool:
    """Whether a subject may be recorded under an identifier of this type; in doubt (not known) it may not."""
    return type in _SUBJECT_TYPES


def mask(type: IdentifierType.ValueType, value: str) -> str:
    """The value as it may be shown or logged; as long as the value.

    Organisations' codes are public and stay. A citizen's number keeps four characters at each end, any
    other paper the first and the last two; what is too short to hide at least half of it is hidden whole.
    A citizen's number that was entered as an organisation's code, as happens with sole traders (个体工商户),
    or that makes up their tax registration number, is masked all the same.
    """
    if type in _ORGANISATION_TYPES:
        return _masked(value, first=4, last=4) if _hides_a_person(type, value) else value
    if type == subject_pb2.IDENTIFIER_TYPE_RESIDENT_ID:
        return _masked(value, first=4, last=4)
    return _masked(value, first=1, last=2)


def masked(identifier: subject_pb2.Identifier) -> subject_pb2.Identifier:
    """An identifier as it may be shown; a masked one is itself."""
    shown = mask(identifier.type, normalise(identifier.value))
    return subject_pb2.Identifier(type=identifier.type, value=shown)


def _hides_a_person(type: IdentifierType.ValueType, value: str) -> bool:
    """Whether an organisation's code may contain the number of a person's paper."""
    if type in LEGACY_TYPES:
        return may_name_a_person(type, value)
    return resembles_resident_id(value) and bool(uscc_faults(value))


def _masked(value: str, *, first: int, last: int) -> str:
    hidden = len(value) - first - last
    if hidden < first + last:
        return "*" * len(value)
    return value[:first] + "*" * hidden + value[-last:]


def _is_filler(char: str) -> bool:
    """Whether the character is a blank, a hyphen or invisible."""
    return char.isspace() or char == _MINUS or unicodedata.category(char) in ("Pd", "Cf")
