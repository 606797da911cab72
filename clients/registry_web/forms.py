"""Forms as they are read (HTML §4.10.21.7): UTF-8, whatever a part says of its own encoding.

Python would read a part as ``punycode`` or ``unicode_escape`` if it were told to, and make of it what cannot
be written again; such a form is refused as one that cannot be read (400), not failed upon.

Example: ``form = await read_form(request, max_files=1, max_fields=20, max_part_size=20_000)``.
"""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request


async def read_form(request: Request, *, max_files: int, max_fields: int, max_part_size: int) -> FormData:
    """The form of a request, bounded. Raises HTTPException."""
    try:
        form = await request.form(max_files=max_files, max_fields=max_fields, max_part_size=max_part_size)
        for name, value in form.multi_items():
            (name + value if isinstance(value, str) else name + (value.filename or "")).encode()
    except UnicodeError:
        await request.close()
        raise HTTPException(400) from None
    return form
