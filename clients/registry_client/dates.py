"""Dates as departments write them (日期), turned into ISO 8601; the one place of the client that knows how.

    2026-04-01   2026-4-1        2026/04/01   2026/4/1
    2026年4月1日  2026年04月01日    20260401
    2026.4.1     2026.04.01       2026年4月1号

A time of day behind it, as spreadsheets and databases write one, is dropped: 2026-04-01 08:30:00,
2026/4/1T00:00:00. Full width digits and blanks around or between are forgiven. Only the form is read:
2026/2/30 becomes 2026-02-30, and the registry says that there is no such day. Whatever has another form is
passed on as it was written, so that the registry names the fault and nothing is lost; a number of days, which
a spreadsheet makes of a date, is read in ``registry_client.bulk.cells``, with a warning. 长期 as a last day
is 2099-12-31, which is how 双公示 (发改办财金〔2018〕424号) writes it.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from registry_client.words import plain

LONG_TERM = "长期"
OPEN_ENDED = "2099-12-31"

_TIME = re.compile(r"(?<=[0-9日号])(?:\s+|T)[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?\s*$")
"""A time of China. One with a zone is no day until somebody has counted, and is left as it is."""
_FORMS = tuple(
    map(
        re.compile,
        (
            r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})",
            r"([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})",
            r"([0-9]{4})\.([0-9]{1,2})\.([0-9]{1,2})",
            r"([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})[日号]",
            r"([0-9]{4})([0-9]{2})([0-9]{2})",
        ),
    )
)
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").fullmatch


@lru_cache(maxsize=4096)
def iso_day(text: str) -> str:
    """``YYYY-MM-DD`` where ``text`` has one of the forms above, otherwise ``text`` itself, unchanged."""
    if _ISO_DAY(text):
        return text
    candidate = plain(_TIME.sub("", unicodedata.normalize("NFKC", text)))
    for form in _FORMS:
        if found := form.fullmatch(candidate):
            year, month, day = found.groups()
            return f"{year}-{month:0>2}-{day:0>2}"
    return text


def iso_last_day(text: str) -> str:
    """As ``iso_day``, for a last day: 长期 is the open-ended date of 双公示."""
    return OPEN_ENDED if plain(text) == LONG_TERM else iso_day(text)
