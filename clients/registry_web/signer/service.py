"""What the signing component answers: JSON over HTTP on its socket, for the console and for nobody else.

    POST /keys      {"department", "official_id"}                      {"keys": [{keyid, suite, …}]}
    POST /holder    {"public_key"}                                     {"keys": […]}: whose key that is
    POST /sign      {"keyid", "pin", "assertion", "possession",
                     "messages": [{"type", "payload", "members"}]}     {"signatures": ["…"]}, in that order
    POST /pin       {"keyid", "pin", "new"}                            {}
    POST /journal   {"keyid", "count"}                                 {"entries": […]}, the newest first

Bytes are base64. A refusal is 4xx with {"reason", "message", "wait_s"}; message is one Chinese line for the
official. In ``/sign`` everything is looked at before anything is signed: what the messages are, then the
second factor, then the PIN; all are journalled before any signature is handed out.
"""

from __future__ import annotations

import json
import logging
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from registry_web.signer.journal import SigningJournal, SigningJournalError
from registry_web.signer.key_ring import HeldKey, KeyRing, KeyRingError
from registry_web.signer.permission import PermissionFaultError, ToSign, challenge_over, permitted

MOST_MESSAGES = 64
_MOST_ENTRIES = 1000
_STATUS = {"NO_KEY": 404, "LOCKED": 429}
logger = logging.getLogger(__name__)
_Answer = dict[str, Any]


class Service:
    """Answers for a key ring."""

    def __init__(self, ring: KeyRing, journal: SigningJournal, now: Callable[[], float]) -> None:
        self._ring = ring
        self._journal = journal
        self._now = now

    def application(self) -> Starlette:
        """As ASGI."""
        answers = {
            "/keys": self.keys,
            "/holder": self.holder,
            "/sign": self.sign,
            "/pin": self.pin,
            "/journal": self.journal,
        }
        return Starlette(
            routes=[Route(path, _json(answer), methods=["POST"]) for path, answer in answers.items()]
        )

    def keys(self, asked: _Answer) -> _Answer:
        """The keys of an official."""
        held = self._ring.of_official(asked["department"], asked["official_id"])
        return {"keys": [_described(each) for each in held]}

    def holder(self, asked: _Answer) -> _Answer:
        """The key with this public key, if it is held here."""
        public_key = _bytes(asked["public_key"])
        found = [each for each in self._ring.all() if each.owner.public_key == public_key]
        return {"keys": list(map(_described, found))}

    def sign(self, asked: _Answer) -> _Answer:
        """Signatures. Raises KeyRingError, PermissionFaultError, SigningJournalError."""
        held = self._ring.key(asked["keyid"])
        messages = [_to_sign(each) for each in asked["messages"]]
        possession = asked.get("possession") is True
        if not 1 <= len(messages) <= MOST_MESSAGES:
            raise PermissionFaultError(f"一次签署1至{MOST_MESSAGES}件")
        about = [permitted(held.owner, each, possession=possession) for each in messages]
        if not possession:  # A new key shows that it is held; it is registered by somebody else's act.
            self._ring.require_factor(held, challenge_over(messages), str(asked.get("assertion") or ""))
        signer = self._ring.opened(held, str(asked["pin"]))
        for message, each in zip(messages, about, strict=True):
            self._journal.append(
                self._now(),
                keyid=held.keyid,
                department=held.owner.department,
                official=held.owner.official_id,
                kind=f"{each.kind}, possession" if possession else each.kind,
                name=each.name,
                count=each.count,
                digest=message.digest.hex(),
            )
        return {"signatures": [_text(signer.sign(message.message)) for message in messages]}

    def pin(self, asked: _Answer) -> _Answer:
        """Another PIN. Raises KeyRingError."""
        self._ring.change_pin(self._ring.key(asked["keyid"]), str(asked["pin"]), str(asked["new"]))
        return {}

    def journal(self, asked: _Answer) -> _Answer:
        """What was signed with a key."""
        count = min(int(asked.get("count") or 100), _MOST_ENTRIES)
        return {"entries": self._journal.of_key(self._ring.key(asked["keyid"]).keyid, count)}


def _json(answer: Callable[[_Answer], _Answer]) -> Callable[[Request], Any]:
    """An endpoint that takes and gives JSON; what it refuses is told in one form."""

    async def serve(request: Request) -> Response:
        try:
            asked = json.loads(await request.body())
            if not isinstance(asked, dict):
                raise ValueError("an object is needed")
            return JSONResponse(await run_in_threadpool(answer, asked))
        except KeyRingError as error:
            return _refusal(_STATUS.get(error.reason, 403), error.reason, str(error), error.wait_s)
        except PermissionFaultError as error:
            return _refusal(403, "NOT_PERMITTED", str(error))
        except SigningJournalError as error:
            logger.error("nothing is signed: %s", error)
            return _refusal(503, "JOURNAL", str(error))
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
            return _refusal(400, "MALFORMED", "请求的格式不对")

    return serve


def _refusal(status: int, reason: str, message: str, wait_s: int = 0) -> Response:
    return JSONResponse({"reason": reason, "message": message, "wait_s": wait_s}, status)


def _described(held: HeldKey) -> _Answer:
    return {
        "keyid": held.keyid,
        "suite": int(held.suite),
        "department": held.owner.department,
        "official_id": held.owner.official_id,
        "public_key": _text(held.owner.public_key),
        "locked_until": held.locked_until,
        "factors": [_text(each) for each in held.factors],
    }


def _to_sign(given: _Answer) -> ToSign:
    members = tuple(_bytes(each) for each in given.get("members") or ())
    return ToSign(str(given["type"]), _bytes(given["payload"]), members)


def _bytes(text: str) -> bytes:
    return b64decode(text, validate=True)


def _text(content: bytes) -> str:
    return b64encode(content).decode()
