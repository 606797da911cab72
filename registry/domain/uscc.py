"""Unified social credit code (统一社会信用代码), GB 32100-2015.

Format, 18 characters::

    9 1 350100 M000100Y4 3
    │ │ │      │         └ check character
    │ │ │      └ subject: the nine characters of the organisation code (组织机构代码, GB 11714)
    │ │ └ region of registration (GB/T 2260)
    │ └ kind of body, under
    └ registering authority

The alphabet is 0-9 and A-Z without I, O, S, V, Z: 31 symbols with the values 0…30. With the weights
W(i) = 3^(i-1) mod 31 the check character has the value (31 - ΣC(i)W(i) mod 31) mod 31; put otherwise, the
weighted sum over all 18 characters, the last with weight 1, is 0 mod 31.

What that guarantees. 31 is prime and no weight is 0, so every change of one character is found. Weights of
neighbours differ, so every exchange of two neighbours is found. The weights of positions 1-17 all differ
(3 is a primitive root of 31), so is every exchange of any two of them; the exchange of positions 1 and 18,
both of weight 1, is not. Two changes at once slip through once in 31.

Only alphabet, length and check character are errors. The first character may be any of the alphabet: A
(military establishment), N (agriculture) and Y (others) are in use. A region that is not in GB/T 2260 is no
error, for regions are abolished and codes stay. The check digit *inside* the organisation code is not held
against a code either: registrars have issued codes in which it does not agree.

Worked examples: 91350100M000100Y43 and 9111000071093465XC are valid.
"""

from __future__ import annotations

import re
from operator import mul

from registry.domain.code_fault import DIGITS, LETTERS, CodeFault, Form
from registry.v1 import subject_pb2
from registry.v1.subject_pb2 import SubjectKind

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The 31 characters of a USCC, in the order of their values."""

_UNUSED_LETTER = "（字母I、O、S、V、Z从不使用{}）"

FORM = Form(
    noun="统一社会信用代码",
    shapes=((ALPHABET,) * 18,),
    personal=False,
    length_hints={
        9: "；9位的是组织机构代码，请填写换发后的统一社会信用代码",
        15: "；15位的是原工商注册号或税务登记号，请填写换发后的统一社会信用代码",
    },
    character_hints={
        "I": _UNUSED_LETTER.format("，或应为数字1"),
        "O": _UNUSED_LETTER.format("，或应为数字0"),
        "S": _UNUSED_LETTER.format("，或应为数字5"),
        "V": _UNUSED_LETTER.format(""),
        "Z": _UNUSED_LETTER.format("，或应为数字2"),
    },
)
"""Length and alphabet of a USCC, with the words for what is wrong."""

_WEIGHTS = (*(pow(3, index, 31) for index in range(17)), 1)
_FITS = re.compile(f"[{ALPHABET}]{{18}}").fullmatch
# A translation table from character to value: C code then sums a whole code up (read path).
_VALUES = bytes.maketrans(ALPHABET.encode(), bytes(range(31)))

_ORGANISATION_ALPHABET = DIGITS + LETTERS
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)

_KINDS: dict[str, frozenset[SubjectKind.ValueType]] = {
    "11": frozenset({subject_pb2.SUBJECT_KIND_GOV_ORGAN}),
    "12": frozenset({subject_pb2.SUBJECT_KIND_INSTITUTION}),
    "51": frozenset({subject_pb2.SUBJECT_KIND_SOCIAL_ORG, subject_pb2.SUBJECT_KIND_BRANCH}),
    "52": frozenset({subject_pb2.SUBJECT_KIND_SOCIAL_ORG, subject_pb2.SUBJECT_KIND_BRANCH}),
    "53": frozenset({subject_pb2.SUBJECT_KIND_SOCIAL_ORG, subject_pb2.SUBJECT_KIND_BRANCH}),
    "91": frozenset(
        {
            subject_pb2.SUBJECT_KIND_ENTERPRISE,
            subject_pb2.SUBJECT_KIND_NON_LEGAL_ORG,
            subject_pb2.SUBJECT_KIND_BRANCH,
        }
    ),
    "92": frozenset({subject_pb2.SUBJECT_KIND_SOLE_TRADER}),
    "93": frozenset({subject_pb2.SUBJECT_KIND_COOP, subject_pb2.SUBJECT_KIND_BRANCH}),
}


def uscc_faults(value: str) -> list[CodeFault]:
    """Every fault of a normalised USCC; [] = valid."""
    if _FITS(value):
        return [] if _weighted_sum(value) % 31 == 0 else [FORM.check_fault(value)]
    return FORM.faults(value)


def uscc_check_character(body17: str) -> str:
    """The 18th character for the first 17 of a USCC (GB 32100-2015).

    Raises ValueError if ``body17`` is not 17 characters of the alphabet.
    """
    if not _FITS(body17 + "0"):
        raise ValueError("统一社会信用代码的本体应为17位，且只用其字符集中的字符")
    return ALPHABET[-_weighted_sum(body17) % 31]


def organisation_code_check_character(body8: str) -> str:
    """The ninth character for the first eight of an organisation code (组织机构代码, GB 11714).

    Values 0…35 over 0-9A-Z, weights 3 7 9 10 5 8 4 2, modulus 11; 10 is written X and 11 is written 0.
    A change between characters whose values differ by 11, 22 or 33 goes unnoticed. Needed to issue codes;
    a code is never refused for it. Raises ValueError if ``body8`` is not eight digits and capitals.
    """
    if len(body8) != 8 or not all(char in _ORGANISATION_ALPHABET for char in body8):
        raise ValueError("组织机构代码的本体应为8位数字或大写字母")
    values = (_ORGANISATION_ALPHABET.index(char) for char in body8)
    return f"{DIGITS}X"[-sum(map(mul, values, _ORGANISATION_WEIGHTS)) % 11]


def uscc_kinds(code: str) -> frozenset[SubjectKind.ValueType]:
    """The kinds of subject that may bear a USCC with this prefix; empty = no opinion.

    Read from the first two characters: registering authority and kind of body. Prefixes under which
    bodies of several kinds are registered (13 群团, N1-N3 农村集体经济组织, A1, Y1 …) give no opinion.
    """
    return _KINDS.get(code[:2], frozenset())


def _weighted_sum(code: str) -> int:
    """ΣC(i)W(i) over 17 or 18 characters, all of them known to be of the alphabet."""
    return sum(map(mul, code.encode("ascii").translate(_VALUES), _WEIGHTS))
