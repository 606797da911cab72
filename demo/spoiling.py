"""Ways to spoil a row (写错的方式): what departments' files get wrong, as changes of a right row.

Example: ``alter(USCC, letter_o)`` turns 91130903DEMD1TJ38A into 9113O903DEMD1TJ38A.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from demo.layouts import Cells
from registry.domain.identifiers import resident_id_check_character
from registry.domain.periods import add_months

Change = Callable[[Cells], Cells]

_FULL_WIDTH = {code: code + 0xFEE0 for code in range(ord("!"), ord("~") + 1)}


def keep(row: Cells) -> Cells:
    """Changes nothing: the row is wrong by who submits it or by whom it falls on."""
    return row


def put(cells: Cells) -> Change:
    """Puts values into cells."""
    return lambda row: row | cells


def alter(heading: str, change: Callable[[str], str]) -> Change:
    """Changes one cell."""
    return lambda row: row | {heading: change(row[heading])}


def term(first: str, last: str, months: int) -> Change:
    """Sets the last day ``months`` after the first."""
    return lambda row: row | {last: add_months(date.fromisoformat(row[first]), months).isoformat()}


def both(one: Change, other: Change) -> Change:
    """Two changes."""
    return lambda row: other(one(row))


def wrong_last(code: str) -> str:
    """The code with another last character; the check character alone is wrong."""
    return code[:-1] + ("1" if code[-1] != "1" else "2")


def letter_o(code: str) -> str:
    """The code with a letter O for its first zero."""
    return code.replace("0", "O", 1)


def shortened(code: str) -> str:
    """The code without its last character."""
    return code[:-1]


def cut_off(code: str) -> str:
    """The number as a spreadsheet keeps it: fifteen digits, then zeros."""
    return code[:15] + "000"


def born_never(code: str) -> str:
    """A resident number of somebody born on 30 February, with the right check digit."""
    body17 = code[:6] + "19850230" + code[14:17]
    return body17 + resident_id_check_character(body17)


def full_width(code: str) -> str:
    """The code in full-width characters."""
    return code.translate(_FULL_WIDTH)


def spaced(code: str) -> str:
    """The code with blanks and a hyphen in it."""
    return f" {code[:8]} {code[8:17]}-{code[17:]}"


def square_brackets(number: str) -> str:
    """The document number with [] for 〔〕."""
    return number.replace("〔", "[").replace("〕", "]")
