"""Which number of a call may stand in a log (请求编号): what a caller gives as ``x-request-id`` goes into log
lines, spans and messages, so nothing may stand in it by which a person or an organisation is known.

Example: ``tender-2026.0042`` may; a resident number, whole or within, a number of before 1999, a mobile
telephone's, a passport's may not.
"""

from __future__ import annotations

import re

from registry.domain.identifiers import code_faults
from registry.domain.quoting import holds_an_old_number
from registry.v1.subject_pb2 import IDENTIFIER_TYPE_RESIDENT_ID, IDENTIFIER_TYPE_USCC

_NUMBER = re.compile(r"[A-Za-z0-9._-]{8,64}")
_CODES = re.compile(r"(?=([0-9]{17}[0-9Xx]|[1-9A-GNY][1-9][0-9]{6}[0-9A-Z]{10}))")
_STANDING = re.compile(r"(?<![A-Za-z0-9])(1[3-9][0-9]{9}|[A-Z]{1,2}[0-9]{7,8})(?![A-Za-z0-9])")
"""A mobile telephone, a passport or a permit: among the signs of a random number they are met by chance."""


def may_be_logged(given: str) -> bool:
    """Whether a number is well formed, and says nothing of anybody."""
    return _NUMBER.fullmatch(given) is not None and not _tells_of_somebody(given)


def _tells_of_somebody(text: str) -> bool:
    if _STANDING.search(text) or holds_an_old_number(text):
        return True
    return any(
        not code_faults(kind, found[1].upper())
        for found in _CODES.finditer(text)
        for kind in (IDENTIFIER_TYPE_RESIDENT_ID, IDENTIFIER_TYPE_USCC)
    )
