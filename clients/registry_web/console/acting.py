"""Acts (办理): what an official is about to sign, shown in full, confirmed, signed, submitted, answered.

    acts.propose(request, BanReview(case_number="SF-2026-12", …), title="法制审核", back="/bans/SF-2026-12")

makes the statement, numbers it by its content, keeps its bytes, and leads to ``/acts/<id>``. There the
official reads what will be signed and by whom; his PIN and, where he has one, his second factor over those
very bytes have the signing component sign, and the registry is asked. What becomes of it stands on the page.

* The same content proposed again is the same act while it is open or accepted: a double click, a reload or
  the back button submits nothing twice. The statement's id comes from the content too, so the registry
  would answer a repetition with its first answer all the same.
* ``submit``: which call takes it (``submitting.WAYS``): "bans", "remedies", "supervision" … Left out, the
  kind of body says so; lifting, withdrawal, correction and status notes of a *ban case* need "bans".
* ``shown`` is what the page tells the signer beside the statement, each value a text, a list of texts, or a
  mapping of texts. Three keys have a place of their own, the rest is listed as it stands:
      "steps"      ((step, official_id, name), …) earlier steps of the case, for dual control (审监分离)
      "effects"    what follows from it, in words
      "warnings"   what the signer should look at twice
* An act is the session's and account's that proposed it, open for thirty minutes.
* What takes two (``registry.domain.files.TAKES_TWO``) names the other official of the department:
  ``second="B-12"``. Whoever proposes signs first; the act then waits seven days for the other, who finds it
  among his acts, reads the whole of it and signs the same bytes. Only then is it submitted, once
  (``act_seconds``).

``propose_batch`` is the same for an upload: many bodies (or whole statements) under few signatures, 1,024 to
a batch; outcomes are kept row by row and had by ``acts.rows(act_id)``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, cast

from google.protobuf.message import Message
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from registry.domain.files import takes_two
from registry.domain.names import comparable
from registry.provenance.batch import BATCH_TYPE, MAX_BATCH, sign_batch
from registry.provenance.envelope import PAYLOAD_TYPE
from registry.provenance.merkle import leaf_hash
from registry.v1.directory_service_pb2 import KeyEntry, OfficialEntry
from registry.v1.envelope_pb2 import Suite
from registry.v1.statement_pb2 import Statement
from registry_client import Registry, numbered_statement
from registry_client.numbering import Numbering
from registry_web.console.act_seconds import NewSecond
from registry_web.console.act_store import Act, ActStore, NewAct
from registry_web.console.desk import Desk, PageError, safe_back
from registry_web.console.official import Official
from registry_web.console.signing import SigningComponent, SigningError, SigningKey
from registry_web.console.submitting import WAYS, ordinary_way
from registry_web.signer.permission import ToSign, challenge_over

Shown = Mapping[str, Any]
MOST_ROWS = 16 * MAX_BATCH
"""Statements of one upload; more are for ``registryctl submit``, or for several uploads."""


@dataclass(frozen=True, slots=True)
class _Sealing:
    """Stands in for a key while a batch's header is made: the header names its suite, its number its id."""

    suite: Suite.ValueType
    keyid: str
    public_key: bytes = b""

    def sign(self, message: bytes) -> bytes:
        """Nothing yet."""
        return b""


class Acts:
    """The acts of a console."""

    def __init__(self, desk: Desk, store: ActStore, signing: SigningComponent) -> None:
        self._desk = desk
        self._store = store
        self._signing = signing

    def propose(
        self,
        request: Request,
        body: Message,
        *,
        title: str,
        back: str,
        submit: str = "",
        shown: Shown | None = None,
        occasion: str = "",
        second: str = "",
    ) -> Response:
        """Keeps an act and leads to its page. Raises PageError for whoever signs nothing, and for a second
        official who is none."""
        official, key = self._signer(request)
        statement = numbered_statement(
            self.numbering(official),
            origin=self._desk.calling.origin,
            department=official.department,
            body=cast(Any, body),
            occasion=occasion,
        )
        kind = statement.WhichOneof("body") or ""
        if takes_two(statement) != bool(second):
            raise PageError(422, "这一行为须由两人共同签名, 请指定另一名人员。")
        payload = statement.SerializeToString(deterministic=True)
        message = ToSign(PAYLOAD_TYPE, payload)
        new = NewAct(
            title, safe_back(back), _way(submit, kind), dict(shown or {}), (payload,), (),
            message.digest.hex(), key.keyid, int(key.suite),
            self._second(request, official, second) if second else None,
        )  # fmt: skip
        return self._keep(request, new, kind)

    def propose_batch(
        self,
        request: Request,
        bodies: Sequence[Message],
        *,
        title: str,
        back: str,
        shown: Shown | None = None,
    ) -> Response:
        """The same for many statements about subjects, bodies or ``Statement``s of the own department."""
        if not 1 <= len(bodies) <= MOST_ROWS:
            raise PageError(422, f"一次上传可办理1至{MOST_ROWS}行; 更多的请分次上传, 或用命令行工具。")
        official, key = self._signer(request)
        numbering = self.numbering(official)
        payloads = [
            self._statement(numbering, official, body).SerializeToString(deterministic=True)
            for body in bodies
        ]
        messages = [
            ToSign(BATCH_TYPE, self._header(numbering, official, some, key)) for some in _portions(payloads)
        ]
        new = NewAct(
            title, safe_back(back), "intake", dict(shown or {}), tuple(payloads),
            tuple(each.payload for each in messages), challenge_over(messages).hex(), key.keyid,
            int(key.suite),
        )  # fmt: skip
        return self._keep(request, new, f"{len(payloads)} statements")

    def awaiting(self, official: Official) -> list[Act]:
        """What waits for an official's second signature."""
        return self._store.awaiting(official.department, official.official_id)

    def numbering(self, official: Official) -> Numbering:
        """By what statements of the official's department are numbered."""
        return self._store.numbering(official.department)

    def rows(self, act_id: str) -> Iterator[tuple[int, dict[str, Any]]]:
        """What became of each row of an upload, from 0: ``{"accepted", "position", "faults", …}``, or ``{}``
        while it is not known."""
        act = self._store.find(act_id)
        return self._store.outcomes(act) if act else iter(())

    def _keep(self, request: Request, new: NewAct, kind: str) -> Response:
        session = self._desk.session(request)
        act_id = self._store.keep(new, session.digest, session.account.number)
        self._desk.note(request, "act proposed", f"{kind} {new.digest[:16]} {act_id}")
        return RedirectResponse(f"/acts/{act_id}", 303)

    def _statement(self, numbering: Numbering, official: Official, body: Message) -> Statement:
        """A body as a statement of the own department; a statement as it is."""
        origin = self._desk.calling.origin
        if not isinstance(body, Statement):
            department = official.department
            return numbered_statement(numbering, origin=origin, department=department, body=cast(Any, body))
        if (body.origin, body.department) != (origin, official.department) or not body.statement_id:
            raise PageError(422, "上传的陈述不是本部门的。")
        return body

    @staticmethod
    def _header(
        numbering: Numbering, official: Official, payloads: Sequence[bytes], key: SigningKey
    ) -> bytes:
        """The header of a batch, the same for the same statements (``registry_client.seal_batch``)."""
        digest = sha256(b"".join(map(leaf_hash, payloads))).digest()
        origin = Statement.FromString(payloads[0]).origin
        made = sign_batch(
            payloads,
            origin=origin,
            department=official.department,
            batch_id=numbering.statement_id("batch", official.department, digest.hex(), key.keyid),
            nonce=numbering.batch_nonce(digest),
            signer=_Sealing(key.suite, key.keyid),
        )
        return made.header.payload

    def _second(self, request: Request, official: Official, second: str) -> NewSecond:
        """Who signs second: another active official of the department. Raises PageError."""
        entries = self._desk.registry(request).officials(official.department)
        found = next((each.registration for each in entries if _is_active(each, second)), None)
        if found is None:
            raise PageError(422, "共同签名的人员未登记或者已停用。")
        same = comparable(found.name) == comparable(official.name)
        if found.official_id == official.official_id or same:
            raise PageError(422, "两人共同签名, 另一名人员不能是本人。")
        return NewSecond(official.department, second, found.name, official.official_id, official.name)

    def _signer(self, request: Request) -> tuple[Official, SigningKey]:
        """Who signs, with which key. Raises PageError."""
        official = self._desk.official(request)
        if not official.signs:
            raise PageError(403, "审计人员不办理事项。")
        try:
            held = self._signing.keys(official.department, official.official_id)
        except SigningError as error:
            raise PageError(503, error.message) from None
        if not held:
            raise PageError(409, "签名组件中没有您的密钥。请联系运维人员生成, 再由登记员登记。")
        enrolled = usable_keys(self._desk.registry(request), official, self._desk.today())
        found = next((key for key in held if key.keyid in enrolled), None)
        if found is None:
            raise PageError(409, "您在签名组件中的密钥没有登记, 或者已经停用、过期。请联系登记员。")
        return official, found


def _is_active(entry: OfficialEntry, official_id: str) -> bool:
    return entry.registration.official_id == official_id and not entry.HasField("revoked_position")


def usable_keys(registry: Registry, official: Official, today: str) -> frozenset[str]:
    """Ids of the keys that the registry takes from an official on a day: his own, the department's seal."""
    entries = registry.list_keys(official.department)
    return frozenset(entry.keyid for entry in entries if _is_usable(entry, official, today))


def _is_usable(entry: KeyEntry, official: Official, today: str) -> bool:
    said = entry.enrolment
    own = said.official_id in ("", official.official_id)
    return own and not entry.HasField("revoked_position") and said.valid_from <= today <= said.valid_until


def _way(submit: str, kind: str) -> str:
    way = submit or ordinary_way(kind)
    if way not in WAYS:
        raise ValueError(f"no such way to submit: {way!r}")
    return way


def _portions(payloads: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    for first in range(0, len(payloads), MAX_BATCH):
        yield payloads[first : first + MAX_BATCH]
