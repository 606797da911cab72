"""The csv of the market bans: what spreadsheets open as it is, and what runs nothing in them.

UTF-8 with its mark, lines by RFC 4180. A cell that a spreadsheet would take for a formula begins with an
apostrophe (``registry_web.cells``); characters that cannot be seen are left out, for a name must look as it
is.

Example: the name ``=cmd|' /C calc'!A0`` stands there as ``'=cmd|' /C calc'!A0``.
"""

from __future__ import annotations

import csv
import io
import zlib
from collections.abc import AsyncIterator, Iterable, Sequence

from registry.v1.record_service_pb2 import ListedRestriction
from registry_client.words import STATUSES, word_of
from registry_web.cells import plain_cell
from registry_web.portal.words import DOMAIN_NAMES, DOMAINS, domain_of, region_name

MARK = b"\xef\xbb\xbf"
MEDIA_TYPE = "text/csv; charset=utf-8"
HEADINGS = (
    "名称",
    "统一社会信用代码",
    "措施代码",
    "措施",
    "领域",
    "决定文书",
    "决定机关",
    "决定日期",
    "起始日期",
    "截止日期",
    "地域",
    "状态",
    "依据",
    "救济途径",
)


async def packed(parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Parts compressed as they come (gzip)."""
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    async for part in parts:
        yield packer.compress(part)
    yield packer.flush()


def csv_lines(rows: Iterable[Sequence[str]]) -> bytes:
    """Rows as RFC 4180 has them, every cell harmless to a spreadsheet."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    for row in rows:
        writer.writerow([_harmless(cell) for cell in row])
    return written.getvalue().encode()


def row_of(ban: ListedRestriction) -> list[str]:
    """The row of a ban, as ``HEADINGS`` has it."""
    hit, domain = ban.hit, domain_of(ban.hit.measure_code)
    return [
        ban.name,
        ban.subject.value,
        hit.measure_code,
        hit.measure_name,
        DOMAINS[DOMAIN_NAMES[domain]] if domain else "",
        hit.document.number,
        hit.document.authority,
        hit.document.decided_on,
        getattr(hit, "from"),
        "终身" if hit.lifetime else hit.until,
        region_name(hit.scope.region),
        word_of(STATUSES, hit.status),
        "；".join(hit.legal_basis),
        hit.relief,
    ]


def _harmless(cell: str) -> str:
    plain = "".join(each for each in cell if each in "\t" or each.isprintable())
    return plain_cell(plain)
