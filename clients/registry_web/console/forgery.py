"""Requests forged across sites (CSRF): refused twice over, by a token and by what the browser says.

* Each session has a secret of 32 bytes. A page carries it masked, by other random bytes each time, so that
  the page's length or compression tells nothing of it (BREACH)::

      token = base64url(mask ‖ mask XOR secret)

* ``Origin`` must be the console's own. Where a browser keeps it to itself ("null") or sends none,
  ``Sec-Fetch-Site`` must say ``same-origin``; a client that sends neither is no browser and needs the token.

Compared in constant time. Worked example: for the secret 00…00 and the mask ff…ff the token is ff…ff ff…ff.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping

SECRET_BYTES = 32
FIELD = "csrf"
"""The name of the field in every form."""


def masked(secret: bytes) -> str:
    """A token that stands for a secret, another one each time."""
    mask = secrets.token_bytes(len(secret))
    return urlsafe_b64encode(mask + _xor(mask, secret)).decode()


def is_token_of(secret: bytes, token: str) -> bool:
    """Whether a token stands for a secret."""
    try:
        raw = urlsafe_b64decode(token.encode("ascii"))
    except ValueError:
        return False
    if len(raw) != 2 * len(secret):
        return False
    return hmac.compare_digest(_xor(raw[: len(secret)], raw[len(secret) :]), secret)


def is_from_here(headers: Mapping[str, str], url: str) -> bool:
    """Whether the browser says that a request comes from a page of the console itself."""
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    if origin is not None and origin != "null":
        return origin == url and site in (None, "same-origin")
    return site == "same-origin" or (site is None and origin is None)


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(left, right, strict=True))
