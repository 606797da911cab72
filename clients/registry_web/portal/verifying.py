"""The page of verification (核验文书), and the check on the server for whoever wants it or has no JavaScript.

    GET  /verify              the page; a code of a paper leads here, its content after the # is sent nowhere
    GET  /verify/policy       the policy as the file that ``registryctl verify`` takes
    GET  /verify/english.json the words of the page's scripts in English
    POST /verify              file or text: the whole check; as JSON for the page's script, else as a page

The browser's check trusts nothing of this server but the policy, whose fingerprints the page shows and
which a reader may replace by one that he has from elsewhere.
"""

from __future__ import annotations

import binascii
import json
from base64 import b64decode
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from registry.provenance.vkey import NoteKey
from registry.provenance.witness_policy import Policy
from registry_client.verification import VerificationError, read_policy
from registry_web.config import WebConfigError
from registry_web.pages import compressed, english
from registry_web.paper_check import LARGEST
from registry_web.portal.asking import RefusedError
from registry_web.portal.site import Site, form_of, text_field
from registry_web.portal.whole_check import WholeCheck, WholeCheckError
from registry_web.security import client_key

_UPLOAD = 5.0
"""As how many questions a file counts."""
_FROM_ELSEWHERE = "请在本站的页面上核验。"
_TOO_LARGE = "文件超过20MB。"
_NOTHING = "请选择文件，或者粘贴回执的内容。"
_NO_TEXT = "粘贴的内容既不是JSON，也不是base64。"


@dataclass(frozen=True, slots=True)
class ShownKey:
    """A key of the policy, as readers compare it."""

    use: str
    name: str
    key_id: str
    fingerprint: str


class Verifying:
    """The handlers. Raises WebConfigError where the policy cannot be used."""

    def __init__(self, site: Site, policy: Path) -> None:
        self._site, self._path = site, policy
        self._check = WholeCheck(policy)
        self._known()

    def _known(self) -> tuple[bytes, Policy]:
        """The policy as it is now: a key may have been added since the start."""
        try:
            return self._path.read_bytes(), read_policy(self._path)
        except (OSError, VerificationError) as error:
            raise WebConfigError(f"[portal] policy: {error}") from None

    async def page(self, request: Request) -> Response:
        """The page, or the whole check."""
        if request.method == "POST":
            return await self._whole(request)
        return self._shown(request)

    async def policy(self, _request: Request) -> Response:
        """The policy for download."""
        content, _ = self._known()
        headers = {"content-disposition": 'attachment; filename="verify.policy"', "cache-control": "no-cache"}
        return Response(content, media_type="text/plain; charset=utf-8", headers=headers)

    async def english(self, request: Request) -> Response:
        """The English of what the scripts say."""
        words = json.dumps(dict(english()), ensure_ascii=False).encode()
        headers = {"cache-control": "no-cache", "vary": "accept-encoding"}
        return compressed(request, words, "application/json", headers)

    async def about(self, request: Request) -> Response:
        """What the registry is, with its keys."""
        content, policy = self._known()
        return self._site.page(
            request, "about.html", keys=keys_of(policy), digest=digest_of(content), logs=_logs(policy)
        )

    def _shown(self, request: Request, *, status: int = 200, **found: Any) -> Response:
        content, policy = self._known()
        context = {"found": None, "faults": (), **found}
        return self._site.page(
            request, "verify.html", status=status, keys=keys_of(policy), digest=digest_of(content), **context
        )

    async def _whole(self, request: Request) -> Response:
        if request.headers.get("sec-fetch-site") == "cross-site":  # Nobody else's page makes readers upload.
            raise RefusedError(403, (_FROM_ELSEWHERE,))
        self._site.count(request, _UPLOAD)
        wants_json = "application/json" in request.headers.get("accept", "")
        client = client_key(request.scope)
        try:
            with self._check.coming(client):
                content = _given(await _file_or_text(request))
            found = await self._check.of(content, client)
        except WholeCheckError as error:
            status = 429 if error.busy else 400
            if wants_json:
                return JSONResponse({"fault": str(error)}, status)
            return self._shown(request, status=status, faults=(str(error),))
        return JSONResponse(found) if wants_json else self._shown(request, found=found)


def keys_of(policy: Policy) -> list[ShownKey]:
    """The keys of a policy with their fingerprints: SHA-256 of the public key (SubjectPublicKeyInfo)."""

    def shown(use: str, key: NoteKey) -> ShownKey:
        return ShownKey(use, key.name, key.key_id.hex(), grouped(key.verifier.keyid))

    found = [shown("日志公钥", each.key) for each in policy.logs]
    found += [shown("回执公钥", each.key) for each in policy.receipts]
    found += [
        ShownKey(
            "见证人公钥", each.name, each.key.key_id.hex(), grouped(sha256(each.key.material[1:]).hexdigest())
        )
        for each in policy.witnesses
    ]
    return found


def grouped(digits: str) -> str:
    """Hexadecimal in groups of eight, for eyes."""
    return " ".join(digits[at : at + 8] for at in range(0, len(digits), 8))


def digest_of(content: bytes) -> str:
    """The policy file's own fingerprint."""
    return grouped(sha256(content).hexdigest())


def _logs(policy: Policy) -> list[tuple[str, str]]:
    return [(each.key.name, each.url) for each in policy.logs if each.url]


async def _file_or_text(request: Request) -> bytes | str:
    form = await form_of(request, file_bytes=LARGEST)
    given = form.get("file")
    return given if isinstance(given, bytes) and given else text_field(form, "text")


def _given(content: bytes | str) -> bytes:
    """The bytes of a file or of pasted text. Raises WholeCheckError."""
    if isinstance(content, bytes):
        if len(content) > LARGEST:
            raise WholeCheckError(_TOO_LARGE)
        return content
    text = content.strip()
    if not text:
        raise WholeCheckError(_NOTHING)
    if text.startswith("{"):
        return text.encode()
    try:
        return b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise WholeCheckError(_NO_TEXT) from None
