"""One's own page (本人): where one is signed in, which keys sign for one and what they signed; another PIN.

    GET  /me                  sessions, keys, journal of the signing component
    POST /me/sessions         ends one session, or every other
    POST /me/pin              seals the key under another PIN

The journal is the signing component's own, not the console's: what was signed in one's name stands there.
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from registry.v1.statement_pb2 import OfficialRole
from registry_client import RegistryCallError
from registry_client.words import OFFICIAL_ROLES, word_of
from registry_web.console.act_work import china_time, field_of
from registry_web.console.acting import usable_keys
from registry_web.console.desk import Desk, PageError
from registry_web.console.official import Official
from registry_web.console.signing import SigningComponent, SigningError
from registry_web.console.statement_words import KINDS, value_word

_ENTRIES = 50


class OwnPage:
    """The page of whoever is signed in."""

    def __init__(self, desk: Desk, signing: SigningComponent) -> None:
        self._desk = desk
        self._signing = signing

    def routes(self) -> list[Route]:
        """Where it is."""
        return [
            self._desk.route("/me", self.show),
            self._desk.route("/me/sessions", self.end_sessions, methods=("POST",)),
            self._desk.route("/me/pin", self.change_pin, methods=("POST",)),
        ]

    def show(self, request: Request) -> Response:
        """The page."""
        return self._show(request)

    def _show(self, request: Request, fault: str = "", done: str = "", status: int = 200) -> Response:
        session, official = self._desk.session(request), self._desk.official(request)
        keys, trouble = self._keys(request, official)
        sessions = self._desk.sessions.of_account(session.account.number)
        return self._desk.render(
            request,
            "console/me.html",
            status=status,
            fault=fault,
            done=done,
            duties=[word_of(OFFICIAL_ROLES, OfficialRole.Value(each)) for each in official.duties],
            keys=keys,
            trouble=trouble,
            sessions=[
                {
                    "digest": each.digest.hex(),
                    "since": china_time(each.created),
                    "seen": china_time(each.seen),
                    "address": each.address,
                    "agent": each.agent,
                    "own": each.digest == session.digest,
                }
                for each in sessions
            ],
        )

    def _keys(self, request: Request, official: Official) -> tuple[list[dict[str, Any]], str]:
        """The official's keys with what they signed, and why they cannot be shown."""
        if not official.signs:
            return [], ""
        try:
            held = self._signing.keys(official.department, official.official_id)
            usable = usable_keys(self._desk.registry(request), official, self._desk.today())
            return [
                {
                    "keyid": key.keyid,
                    "suite": value_word("Suite", key.suite),
                    "usable": key.keyid in usable,
                    "factors": len(key.factors),
                    "locked": china_time(key.locked_until) if key.locked_until > self._desk.now() else "",
                    "entries": list(map(_entry, self._signing.journal(key.keyid, _ENTRIES))),
                }
                for key in held
            ], ""
        except SigningError as error:
            return [], error.message
        except RegistryCallError:
            return [], "登记系统没有应答, 请稍后再试。"

    def end_sessions(self, request: Request) -> Response:
        """Ends one session of one's own, or every other."""
        session, wanted = self._desk.session(request), field_of(self._desk, request, "digest")
        own = self._desk.sessions.of_account(session.account.number)
        if not wanted:
            self._desk.sessions.end_others(session)
        for each in own:
            if each.digest.hex() == wanted:
                self._desk.sessions.end(each.digest)
        self._desk.journal.note("sessions ended", login=session.account.login)
        return RedirectResponse("/me", 303)

    def change_pin(self, request: Request) -> Response:
        """Another PIN for a key of one's own."""
        official = self._desk.official(request)
        keyid, new = field_of(self._desk, request, "keyid"), field_of(self._desk, request, "new")
        if new != field_of(self._desk, request, "again"):
            return self._show(request, "两次输入的新签名口令不一样。", status=422)
        try:
            held = self._signing.keys(official.department, official.official_id) if official.signs else []
            if keyid not in {key.keyid for key in held}:
                raise PageError(404, "没有这把密钥。")
            self._signing.change_pin(keyid, field_of(self._desk, request, "pin"), new)
        except SigningError as error:
            self._desk.note(request, "pin refused", error.reason)
            return self._show(request, error.message, status=422)
        self._desk.note(request, "pin changed", keyid[:16])
        return self._show(request, done="签名口令已更换。")


def _entry(entry: dict[str, Any]) -> dict[str, Any]:
    kind = str(entry.get("kind", ""))
    count = int(entry.get("count", 1))
    word = f"批量报送 {count}件" if kind == "batch" else KINDS.get(kind.partition(",")[0], kind)
    return {**entry, "word": word + ("（证明持有）" if kind.endswith("possession") else "")}
