"""Cells of csv files that spreadsheets open: none of them runs (OWASP, CSV injection).

A cell that a spreadsheet would take for a formula (= + - @, a tab, a line's end) begins with an apostrophe;
so does one that begins with ＝ ＋ － ＠, which spreadsheets in Chinese and Japanese read alike.

Example: ``plain_cell("=cmd|' /C calc'!A0")`` is ``"'=cmd|' /C calc'!A0"``.
"""

from __future__ import annotations

_FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")


def plain_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
