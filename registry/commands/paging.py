"""Paging through what the log holds (分页): an opaque token says where the next page begins.

A token carries the two times of the first page, so that the pages of one listing fit together whatever is
recorded meanwhile; the last row shown; and a fingerprint of all that and of the filters, so that it cannot be
altered by accident, or used to go on with another question. It is no secret and no power, and so not keyed:
what it leads to is asked under the caller's own rights, and a position that is not reached yet or a day that
nobody can ask about is refused, whoever made the token.

Form: base64url without padding of version (1 byte) ‖ known position (8) ‖ proleptic day (4) ‖ position (8)
and ordinal (4) of the last row ‖ first 8 bytes of the SHA-256 of all this and the filters.

Worked example: page one of ``R-03`` as known at 412 on 2026-11-25 ends with the row (98, 0);
``token_of(Page(412, date(2026, 11, 25), (98, 0)), "R-03")`` leads on from there, and only for ``R-03``.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from struct import Struct
from struct import error as StructError

from registry.domain.faults import YEARS
from registry.errors import RegistryError
from registry.v1 import error_reason_pb2 as reasons

DEFAULT_SIZE = 100
MAX_SIZE = 1000
FIRST = (-1, -1)
"""Before every row."""

_FORM = Struct(">BQIqi")
_FINGERPRINT_BYTES = 8
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a listing: as known at ``position``, on ``day``, the rows after ``after``."""

    position: int
    day: date
    after: tuple[int, int] = FIRST


def page_size(asked: int) -> int:
    """How many rows a page has; 0 means the default."""
    return min(asked or DEFAULT_SIZE, MAX_SIZE)


def token_of(page: Page, *filters: str) -> str:
    """The token that leads to a page of a listing with these filters."""
    packed = _FORM.pack(_VERSION, page.position, page.day.toordinal(), *page.after)
    return _written(packed + _fingerprint(packed, filters))


def page_of(token: str, *filters: str) -> Page:
    """The page a token leads to. Raises RegistryError unless it was given out for these filters."""
    try:
        content = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
        packed, fingerprint = content[: _FORM.size], content[_FORM.size :]
        version, position, day, *after = _FORM.unpack(packed)
        # Decoding overlooks what is no base64 and what is left of the last character.
        given = _written(content) == token and fingerprint == _fingerprint(packed, filters)
        if version != _VERSION or not given or position >= 1 << 63:
            raise ValueError("another listing's token")
        return Page(position, date.fromordinal(day), (after[0], after[1]))
    except (ValueError, StructError, OverflowError) as error:
        raise _refused("翻页标记无效, 或者属于条件不同的另一次查询") from error


def first_or(token: str, filters: Sequence[str], first: Page) -> Page:
    """The page a token leads to, ``first`` without one. Raises RegistryError for a token that was not given
    out for these filters, or leads beyond the position of ``first`` or to a day that nobody can ask about."""
    page = page_of(token, *filters) if token else first
    if page.position > first.position:
        raise _refused("翻页标记指向尚未产生的序号")
    if page.day.year not in YEARS:
        raise _refused("翻页标记指向不能查询的日期")
    return page


def _refused(why: str) -> RegistryError:
    message = f"{why}; 请从第一页重新开始。"
    return RegistryError.of(reasons.ERROR_REASON_FIELD_INVALID, message, "page_token")


def _written(content: bytes) -> str:
    return urlsafe_b64encode(content).decode("ascii").rstrip("=")


def _fingerprint(packed: bytes, filters: tuple[str, ...]) -> bytes:
    digest = sha256(packed)
    for each in filters:
        text = each.encode()
        digest.update(len(text).to_bytes(8, "big") + text)
    return digest.digest()[:_FINGERPRINT_BYTES]
