"""Forms as they are read (HTML §4.10.21.7): UTF-8, whatever a part says of its own encoding.

Python would read a part as ``punycode`` or ``unicode_escape`` if it were told to, and make of it what cannot
be written again; such a form is refused as one that cannot be read (400), not failed upon.

The bytes of a form are counted as they come, whatever its head announces: a bound on fields and parts bounds
neither what opens no field (``&&&…``) nor all parts together.

Example: ``form = await read_form(request, max_bytes=9_000, max_files=0, max_fields=2, max_part_size=3_000)``.
"""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message, Receive


async def read_form(
    request: Request, *, max_bytes: int, max_files: int, max_fields: int, max_part_size: int
) -> FormData:
    """The form of a request, bounded. Raises HTTPException: 413 for more bytes than it may have, otherwise
    400."""
    counted = Request(request.scope, _counted(request.receive, max_bytes))
    try:
        form = await counted.form(max_files=max_files, max_fields=max_fields, max_part_size=max_part_size)
        for name, value in form.multi_items():
            (name + value if isinstance(value, str) else name + (value.filename or "")).encode()
    except UnicodeError:
        await counted.close()
        raise HTTPException(400) from None
    return form


def _counted(receive: Receive, most: int) -> Receive:
    """What comes, up to so many bytes. Raises HTTPException beyond."""
    left = most

    async def counting() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise HTTPException(413)
        return message

    return counting
