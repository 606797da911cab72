"""Codes of organisations from before the USCC (旧代码): what they look like, and that they name no subject.

The 双公示 rows (发改办财金〔2018〕424号) still have a column for each (行政相对人代码_2 to _6). Such a code
leads to a 统一社会信用代码 only where a statement links the two; nothing is ever recorded under it.

* 工商注册号 registration number: 13 digits, or since 2007-07-01 the 15 of GS 15-2006 (工商办字〔2007〕79号),
  ``110108 00000001 6``: authority, sequence, check digit by ISO 7064 MOD 11,10. From P = 10, each digit a
  makes P = 2·((P + a) mod 10, or 10 for 0) mod 11, and for the check digit (P + a) mod 10 is 1. That finds
  every change of one digit and most exchanges of two neighbours. Numbers with letters or words are of no
  firm standard: …NA…X of 农民专业合作社, 企独冀总字第…号 of foreign firms, (1-1) for copies of a licence.
* 组织机构代码 organisation code, GB 11714-1997, ``D2143569-X``: eight digits or capitals and the check
  character of ``uscc.organisation_code_check_character``.
* 税务登记号 tax registration number, 15 characters: region (6) and organisation code (9). Sole traders have
  their own citizen's number (18), that and two digits (20), or the old number of 15 digits alone, with two
  more (17) or five (20); foreigners region and passport. Since 2015 it is the USCC. So no check fits all.
* 事业单位证书号 institution's certificate, 12 characters.
* 社会组织登记证号 social organisation's certificate, up to 50 characters, such as 冀沧民证字第010001号.

What no firm standard rules is accepted widely, for it can only lead to a USCC, never stand in for one.
``may_name_a_person`` tells where a citizen's number hides in one, or may.

Worked example: in 91110000802100433B the organisation code is 802100433, so a row that has only 802100433
may mean that firm. That is a candidate and no proof: codes have been issued twice.
"""

from __future__ import annotations

import re
from datetime import date

from registry.domain.code_fault import DIGITS, LETTERS, CodeFault, Form
from registry.domain.resident_id import resembles_resident_id
from registry.domain.uscc import organisation_code_check_character, uscc_faults
from registry.v1 import error_reason_pb2, subject_pb2
from registry.v1.subject_pb2 import IdentifierType

_REGISTRATION = subject_pb2.IDENTIFIER_TYPE_REGISTRATION_NUMBER
_ORGANISATION = subject_pb2.IDENTIFIER_TYPE_ORGANISATION_CODE
_TAX = subject_pb2.IDENTIFIER_TYPE_TAX_REGISTRATION_NUMBER
_SOCIAL = subject_pb2.IDENTIFIER_TYPE_SOCIAL_ORG_CERTIFICATE

_CAPITALS = DIGITS + LETTERS
_IS_USCC = "；18位的是统一社会信用代码，请填在统一社会信用代码栏"

_FORMS: dict[IdentifierType.ValueType, Form] = {
    _REGISTRATION: Form(
        noun="工商注册号",
        shapes=((DIGITS,) * 13, (DIGITS,) * 15),
        personal=False,
        length_hints={18: _IS_USCC},
    ),
    _ORGANISATION: Form(
        noun="组织机构代码",
        shapes=((_CAPITALS,) * 8 + (f"{DIGITS}X",),),
        personal=False,
        length_hints={8: "；或缺少连字符后的校验码，或首位的0被电子表格去掉", 18: _IS_USCC},
    ),
    _TAX: Form(
        noun="税务登记号",
        shapes=tuple((_CAPITALS,) * length for length in (15, 17, 18, 20)),
        personal=True,
    ),
    subject_pb2.IDENTIFIER_TYPE_INSTITUTION_CERTIFICATE: Form(
        noun="事业单位证书号",
        shapes=((_CAPITALS,) * 12,),
        personal=False,
        length_hints={16: "；只填“事证第”与“号”之间的12位", 18: _IS_USCC},
    ),
    _SOCIAL: Form(
        noun="社会组织登记证号",
        shapes=tuple((_CAPITALS,) * length for length in range(4, 51)),
        personal=False,
    ),
}

LEGACY_TYPES = frozenset(_FORMS)
"""The types of identifier that are codes from before the USCC."""

_WORDED = frozenset({_REGISTRATION, _SOCIAL})
_WORDED_LENGTHS = range(4, 51)
_MARKS = "()[]{}〔〕【】/.、#"
_FIFTEEN = re.compile(r"[0-9]{15}").fullmatch
_EIGHTEEN = re.compile(r"(?=([0-9]{17}[0-9X]))")


def legacy_code_faults(type: IdentifierType.ValueType, value: str) -> list[CodeFault]:
    """Every fault of a normalised code of one of ``LEGACY_TYPES``; [] = nothing wrong with it.

    Raises KeyError for any other type of identifier.
    """
    form = _FORMS[type]
    if type in _WORDED and not value.isdecimal():
        return _worded_faults(form, value)
    faults = form.faults(value)
    return faults if faults or _check_agrees(type, value) else [form.check_fault(value)]


def organisation_code_of(uscc: str) -> str:
    """The organisation code in a valid normalised USCC, its positions 9-17; whose own check may disagree.

    Raises ValueError if ``uscc`` is not valid.
    """
    if uscc_faults(uscc):
        raise ValueError("不是有效的统一社会信用代码，无从取出组织机构代码")
    return uscc[8:17]


def may_name_a_person(type: IdentifierType.ValueType, value: str) -> bool:
    """Whether a code of one of ``LEGACY_TYPES`` may contain the number of a person's paper.

    A tax registration number does unless it is an organisation's for certain; any other code does where a
    citizen's number, of 18 digits or the old 15, stands in it.
    """
    if type == _TAX:
        return not _is_organisations_tax_number(value)
    if any(map(resembles_resident_id, _EIGHTEEN.findall(value))):
        return True
    if type == _REGISTRATION and not legacy_code_faults(type, value):
        return False
    return _resembles_old_resident_id(value)


def _worded_faults(form: Form, value: str) -> list[CodeFault]:
    """The faults of a number that may have letters, words and brackets in it."""
    faults = form.faults(value)
    lost = bool(faults) and faults[0].reason == error_reason_pb2.ERROR_REASON_CODE_DIGITS_LOST
    if lost or len(value) not in _WORDED_LENGTHS or not uscc_faults(value):
        return faults[:1]
    # What is no letter and no mark is named by its place alone: nobody knows what slid into the column.
    wrong = [index for index, char in enumerate(value) if not (char.isalnum() or char in _MARKS)]
    said = [f"{form.noun}第{index + 1}位不是可用的字符，只用文字、字母、数字和括号" for index in wrong]
    if not any(char in DIGITS for char in value):
        said.append(f"{form.noun}中没有数字，或填错了栏")
    return [CodeFault(error_reason_pb2.ERROR_REASON_CODE_CHARACTER, message) for message in said]


def _check_agrees(type: IdentifierType.ValueType, value: str) -> bool:
    """Whether the check character of a code of the right form agrees; True where it has none."""
    if type == _ORGANISATION:
        return organisation_code_check_character(value[:8]) == value[8]
    return type != _REGISTRATION or not _FIFTEEN(value) or _agrees_mod_11_10(value)


def _agrees_mod_11_10(digits: str) -> bool:
    """ISO 7064 MOD 11,10 over a number and its check digit."""
    product = 10
    for digit in digits[:-1]:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return (product + int(digits[-1])) % 10 == 1


def _is_organisations_tax_number(value: str) -> bool:
    # One citizen's number in 31 is a valid USCC by chance; here the person goes first.
    if resembles_resident_id(value) or _resembles_old_resident_id(value):
        return False
    return not uscc_faults(value) or (len(value) == 15 and not legacy_code_faults(_ORGANISATION, value[6:]))


def _resembles_old_resident_id(value: str) -> bool:
    """Whether it has the form of a citizen's number of before 1999: region, day of birth, three digits."""
    if not _FIFTEEN(value):
        return False
    try:
        date(1900 + int(value[6:8]), int(value[8:10]), int(value[10:12]))
    except ValueError:
        return False
    return True
