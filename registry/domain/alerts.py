"""Numbers of alerts (预警编号): made from what is alerted of, so that nothing is alerted of twice.

A number tells the window's last day, and is otherwise the beginning of a hash over the indicator, the group
and the window: the same alert has the same number whoever makes it again. No document of law looks like it,
which is how ``is_alert_number`` keeps an alert from being named as the ground of a restriction.

Example: the indicator ZB-1 of 11130900DEM00009X3 for the region 130902 and the window from 2026-10-25 to
2026-11-23 makes YJ-20261123- and twelve hexadecimal digits.
"""

from __future__ import annotations

import re
import unicodedata
from hashlib import sha256

PREFIX = "YJ"
_DIGEST = 12
_LENGTH = len(PREFIX) + 10 + _DIGEST
_IN_TEXT = re.compile(rf"{PREFIX}-\d{{8}}-[0-9A-F]{{{_DIGEST}}}")


def alert_number(indicator: str, group: str, first: str, last: str) -> str:
    """The number of the alert of an indicator (its reference in the log) and a group for a window of days."""
    named = "\n".join((indicator, group, first, last)).encode()
    return f"{PREFIX}-{last.replace('-', '')}-{sha256(named).hexdigest()[:_DIGEST].upper()}"


def names_an_alert(text: str) -> bool:
    """Whether an alert's number stands anywhere in a text, also in full width or lower case."""
    if len(text) < _LENGTH:
        return False  # Nearly every text that is asked about, and it is asked of every event.
    return _IN_TEXT.search(unicodedata.normalize("NFKC", text).upper()) is not None
