"""Numbers of the other papers by which a natural person is identified: passports, permits, residence cards.

Their issuers publish no check character, save for one, so only length and alphabet are checked, and widely:
a paper that is refused wrongly cannot be entered at all, one that is mistyped names a subject of which
nothing is known.

* 护照 passport: 5 to 15 letters and digits. ICAO Doc 9303 allows any of them in the number and has room for
  nine in the machine readable zone; some states print more.
* 港澳居民来往内地通行证: H or M and eight digits, second place a letter for holders who are not Chinese
  nationals (HA…, MA…, since 2024-07-10); cards of before 2013 add two digits, the count of renewals
  (公安部 2010-03-10). The first nine characters name the person for life.
* 台湾居民来往大陆通行证: eight digits; papers of before 2015 ten digits, with or without a final letter.
* 外国人永久居留身份证: three letters (nationality) and twelve digits; since 2023-12-01 a 9, sixteen digits
  and the check character of GB 11643 (see ``resident_id``), as the National Immigration Administration's
  rules for the 2023 card say.

Worked example: H12345678 and H1234567801 are permits of the same person, in the new form and the old.
"""

from __future__ import annotations

from registry.domain.code_fault import DIGITS, LETTERS, CodeFault, Form
from registry.domain.resident_id import agrees_mod_11_2
from registry.v1 import subject_pb2
from registry.v1.subject_pb2 import IdentifierType

_CARD_OF_2023_LENGTH = 18

_FORMS: dict[IdentifierType.ValueType, Form] = {
    subject_pb2.IDENTIFIER_TYPE_PASSPORT: Form(
        noun="护照号",
        shapes=tuple((DIGITS + LETTERS,) * length for length in range(5, 16)),
        personal=True,
    ),
    subject_pb2.IDENTIFIER_TYPE_HK_MACAO_PERMIT: Form(
        noun="港澳居民来往内地通行证号",
        shapes=(("HM", DIGITS + LETTERS) + (DIGITS,) * 7, ("HM",) + (DIGITS,) * 10),
        personal=True,
    ),
    subject_pb2.IDENTIFIER_TYPE_TAIWAN_PERMIT: Form(
        noun="台湾居民来往大陆通行证号",
        shapes=((DIGITS,) * 8, (DIGITS,) * 10, (DIGITS,) * 10 + (LETTERS,)),
        personal=True,
    ),
    subject_pb2.IDENTIFIER_TYPE_FOREIGN_PERMANENT_RESIDENT_ID: Form(
        noun="外国人永久居留身份证号",
        shapes=((LETTERS,) * 3 + (DIGITS,) * 12, ("9",) + (DIGITS,) * 16 + (f"{DIGITS}X",)),
        personal=True,
    ),
}


def travel_paper_faults(type: IdentifierType.ValueType, value: str) -> list[CodeFault]:
    """Every fault of a normalised number of one of the four papers; [] = nothing wrong with its form.

    Raises KeyError for any other type of identifier.
    """
    form = _FORMS[type]
    faults = form.faults(value)
    if faults or type != subject_pb2.IDENTIFIER_TYPE_FOREIGN_PERMANENT_RESIDENT_ID:
        return faults
    checked = len(value) == _CARD_OF_2023_LENGTH
    return [form.check_fault(value)] if checked and not agrees_mod_11_2(value) else []
