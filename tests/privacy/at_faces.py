"""Requests at gateway, portal and console with marked values in addresses, headers and forms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

import httpx

from registry.access.identity import CallerRole
from tests.privacy.marks import AT_FACES, IN_CONSOLE, NAME, PHONE, REASON, SIGN_IN
from tests.privacy.town import Town
from tests.registry_web.console_core.office import csrf_of, own
from tests.support.gateway import Gateway


def at_faces(place: Town) -> Iterator[tuple[str, bytes]]:
    """Requests with values in addresses, headers, forms; where each answer leads, and what it says."""
    gateway = Gateway(place.urls["gateway"], place.faced)
    subject = {"type": "IDENTIFIER_TYPE_RESIDENT_ID", "value": AT_FACES}
    asked = {
        "subject": subject,
        "purpose": {"domain": "DOMAIN_EXIT_ENTRY", "reference": "案-2", "reason": REASON},
    }
    with gateway.caller(CallerRole.BORDER_SYSTEM) as client:
        for body in (asked, {**asked, AT_FACES: 1}, {"subject": AT_FACES}, [AT_FACES], f"{AT_FACES}"):
            yield "gateway", _told(client.post("/v1/restrictions:check", json=body))
        yield "gateway", _told(client.post("/v1/restrictions:check", content=f'{{"{AT_FACES}'.encode()))
        for path in _PATHS:
            yield "gateway", _told(client.post(path, json=asked, headers=_HEADERS))
    with httpx.Client(base_url=place.urls["portal"], timeout=60) as client:
        for path in _PATHS:
            yield "portal", _told(client.get(path, headers=_HEADERS))
        for path, form in _FORMS.items():
            yield "portal", _told(client.post(path, data=form, headers=own(place.urls["portal"])))
    cookies = {"session": place.session}
    with httpx.Client(base_url=place.urls["console"], timeout=60, cookies=cookies) as client:
        yield from _console(client, place.urls["console"])


def _console(client: httpx.Client, url: str) -> Iterator[tuple[str, bytes]]:
    csrf = csrf_of(client.get("/lookup"))
    question = {
        "what": "check", "paper": "2", "code": IN_CONSOLE, "domain": "5", "role": "1", "reference": "案-3",
        "reason": REASON, "csrf": csrf,
    }  # fmt: skip
    answered = client.post("/lookup", data=question, headers=own(url))
    assert answered.status_code == 200, answered.text
    form = re.compile(rb'<input[^>]*name="code"[^>]*>')  # The official sees what he wrote.
    yield "console", form.sub(b"", _told(answered))
    for path in _PATHS:
        yield "console", _told(client.get(path, headers=_HEADERS))
    client.cookies.clear()
    shown = client.get("/sign-in")
    named = {"login": SIGN_IN, "name": SIGN_IN, "password": AT_FACES, "csrf": csrf_of(shown)}
    yield (
        "console",
        re.sub(rb"<input[^>]*>", b"", _told(client.post("/sign-in", data=named, headers=own(url)))),
    )


_PATHS = (
    f"/v1/{AT_FACES}", f"/v1/restrictions:check?q={AT_FACES}", f"/{quote(NAME)}?phone={PHONE}",
    f"/organisation?code={AT_FACES}", f"/search?name={quote(NAME)}&number={AT_FACES}",
    f"/statements/upload/{AT_FACES}", f"/bans/case/{AT_FACES}", f"/sign-in?next=/{AT_FACES}",
)  # fmt: skip
_HEADERS = {
    "referer": f"http://localhost/?id={AT_FACES}", "user-agent": f"browser/{AT_FACES}",
    "x-request-id": f"face-{AT_FACES}", "x-forwarded-for": AT_FACES, "cookie": f"who={AT_FACES}",
}  # fmt: skip
_FORMS: dict[str, dict[str, str]] = {
    "/search": {"name": f"{NAME}{AT_FACES}"},
    "/organisation": {"code": AT_FACES},
    "/complaints/track": {"number": AT_FACES, "code": PHONE},
    "/inspections": {"code": AT_FACES, "name": NAME},
    "/verify": {"paper": AT_FACES},
}


def _told(answer: httpx.Response) -> bytes:
    """Where an answer leads, and its headers; what it says where it is a page, without the fields in which a
    caller sees again what he wrote himself."""
    lines = [str(pair).encode() for pair in answer.headers.multi_items()]
    written = re.compile(rb"<(input|textarea)[^>]*>([^<]*</textarea>)?")
    return b"\n".join([*lines, written.sub(b"", answer.content)])
