"""Delivers notices to whoever has an address for them (告知推送): signed, over HTTPS, until it is taken.

    POST <url>
    Content-Type: application/json
    Registry-Signature: keyid=<hex>; suite=ED25519; sig=<base64>[, keyid=…]

    {"addressee":"registry://…/system/procurement/platform","kind":"NOTICE_KIND_REVOKED",…}

* The body is the Notice in the JSON mapping of protobuf with the names of the .proto, keys sorted, no
  blanks, UTF-8. The signature of each active receipt key is over exactly these bytes; how to check it:
  docs/operations.md.
* An answer 2xx is the acknowledgement. Anything else, or none, is tried again after 1, 2, 4 … 300 seconds.
  The queue is the rows that are not acknowledged, so what was not delivered before a stop is delivered
  after it, and what was delivered and not noted comes twice, under the same id.
* Each address has a thread of its own: one that is slow, or away, keeps nobody else. A notice that is
  refused keeps none that come after it; an address that does not answer at all is left alone for a while.
  Where it breaks off at one notice again and again, every second attempt is at another, each time the next:
  once one is taken, it is not the address that is away, and at whichever it breaks off once more, that is put
  off as if it were refused.

Example: ``subject`` is given what is to be served on subjects; without it their departments are.
"""

from __future__ import annotations

import json
import logging
import time
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Event, Thread

from google.protobuf.json_format import MessageToDict

from registry.commands.jobs import Job
from registry.commands.notices import Notices
from registry.errors import RegistryError
from registry.outbound import Outbound, OutboundError
from registry.provenance.keys import Signer, SignerError
from registry.store.interface import AcknowledgedRow, NoticeRow, QueueFullError, StoreError
from registry.v1 import notice_service_pb2 as pb
from registry.v1.envelope_pb2 import Suite

SIGNATURE_HEADER = "Registry-Signature"
SUBJECT = "subject"
"""The name of the address to which notices for subjects go."""
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 300.0
TICK_S = 1.0
PAGE = 100
MAX_ANSWER_BYTES = 65_536
BREAKS = 5
"""Attempts at one notice that break off before others are tried in its place."""
logger = logging.getLogger(__name__)


class DeliveryError(Exception):
    """A notice was not taken; one line says why."""


def notice_body(notice: pb.Notice) -> bytes:
    """The canonical JSON of a notice."""
    content = MessageToDict(notice, preserving_proto_field_name=True)
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def signature_header(body: bytes, signers: Sequence[Signer]) -> str:
    """The value of the header over a body. Raises SignerError."""
    return ", ".join(
        f"keyid={signer.keyid}; suite={Suite.Name(signer.suite).removeprefix('SUITE_')}; "
        f"sig={b64encode(signer.sign(body)).decode()}"
        for signer in signers
    )


@dataclass(frozen=True, slots=True)
class Delivery:
    """What every address has in common. ``signers`` gives the keys that sign now (RegistryError, if one is
    not at hand); ``write`` returns when its rows are durable."""

    notices: Notices
    write: Callable[[Sequence[Job]], None]
    signers: Callable[[], Sequence[Signer]]
    clock: Callable[[], int]
    steady: Callable[[], float] = time.monotonic
    first_pause_s: float = FIRST_PAUSE_S
    outbound: Outbound = field(default_factory=Outbound)


class Webhooks:
    """The threads that deliver, one for each address. ``close`` comes before the writer's."""

    def __init__(self, urls: Mapping[str, str], delivery: Delivery) -> None:
        self._outbound = delivery.outbound
        self._hooks = [Hook(name, url, delivery, serves=SUBJECT in urls) for name, url in urls.items()]

    def start(self) -> None:
        """Begins with what is not acknowledged."""
        for hook in self._hooks:
            hook.thread.start()

    def close(self) -> None:
        """Stops after the attempts under way; a second time does nothing."""
        for hook in self._hooks:
            hook.stopping.set()
        for hook in self._hooks:
            if hook.thread.is_alive():
                hook.thread.join()
        self._outbound.close()


class Hook:
    """One address. ``serves``: notices for subjects have an address of their own."""

    def __init__(self, name: str, url: str, delivery: Delivery, *, serves: bool) -> None:
        self._name, self._url, self._delivery, self._serves = name, url, delivery, serves
        self._failures: dict[str, tuple[int, float]] = {}
        self._away: tuple[int, float] = (0, 0.0)
        self._breaks: dict[str, int] = {}
        """How often it broke off at a notice."""
        self._probing = False
        """Whether the next attempt is at another than the one that would be first."""
        self._probed: set[str] = set()
        self.stopping = Event()
        self.thread = Thread(target=self._run, name=f"registry-notices-{name}", daemon=True)

    @property
    def away_until_s(self) -> float:
        """Until when the address is left alone, as ``steady`` counts."""
        return self._away[1]

    def deliver(self) -> int:
        """One round over what waits and whose time has come; how many notices were taken."""
        number, taken, refused, broken = 0, 0, dict[str, tuple[int, float]](), dict[str, int]()
        while self._away[1] <= self._delivery.steady() and not self.stopping.is_set():
            page = self._page(number)
            taken += sum(self._attempt(row) for row in page if self._is_due(row))
            ids = {row.notice_id for row in page}
            refused |= {each: self._failures[each] for each in self._failures.keys() & ids}
            broken |= {each: self._breaks[each] for each in self._breaks.keys() & ids}
            if self._probing and not self._away[0]:
                self._probing = False  # It answers others: now the one again, and what comes after it.
                self._probed.clear()
                break
            if self._probing and len(page) < PAGE and self._away[1] <= self._delivery.steady():
                self._probing, number = False, 0  # There was no other that could be tried.
                self._probed.clear()
                continue
            if len(page) < PAGE:
                # What was acknowledged in another way waits no more.
                self._failures, self._breaks = refused, broken
                break
            number = page[-1].number
        return taken

    def _run(self) -> None:
        while not self.stopping.is_set():
            try:
                self.deliver()
            except Exception:  # It must not end for as long as the registry runs.
                logger.exception("notices to %s", self._name)
            self.stopping.wait(min(TICK_S, self._delivery.first_pause_s))

    def _page(self, number: int) -> list[NoticeRow]:
        store = self._delivery.notices.state.store
        if self._name == SUBJECT:
            kind = int(pb.ADDRESSEE_KIND_SUBJECT)
            return store.notices_after(number, PAGE, kind=kind, unacknowledged=True)
        return store.notices_after(number, PAGE, addressee=self._name, unacknowledged=True)

    def _is_due(self, row: NoticeRow) -> bool:
        if self._serves and self._name != SUBJECT and row.addressee_kind == pb.ADDRESSEE_KIND_SUBJECT:
            return False
        tried = row.notice_id in self._probed or self._breaks.get(row.notice_id, 0) >= BREAKS
        if self._probing and (tried or not self._away[0]):
            return False
        _, until = self._failures.get(row.notice_id, (0, 0.0))
        return max(until, self._away[1]) <= self._delivery.steady() and not self.stopping.is_set()

    def _attempt(self, row: NoticeRow) -> bool:
        """Delivers a notice, or notes when it is tried again; whether it was taken."""
        try:
            self._post(row)
        except OutboundError as error:
            self._broke_off(row, str(error))
            return False
        except (StoreError, QueueFullError, RegistryError, SignerError) as error:
            self._away = self._later(self._away, str(error))
            return False
        except DeliveryError as error:
            before = self._failures.get(row.notice_id, (0, 0.0))
            self._failures[row.notice_id] = self._later(before, str(error))
            self._away = (0, 0.0)  # It answers.
            self._breaks.pop(row.notice_id, None)
            return False
        self._failures.pop(row.notice_id, None)
        self._breaks.pop(row.notice_id, None)
        self._away = (0, 0.0)
        return True

    def _broke_off(self, row: NoticeRow, words: str) -> None:
        """The address is away, unless it has answered others since it broke off at this one."""
        before = self._failures.get(row.notice_id, (0, 0.0))
        breaks = self._breaks.get(row.notice_id, 0) + 1
        if not self._away[0] and (breaks > 1 or before[0]):
            self._failures[row.notice_id] = self._later(before, words)
            return
        self._breaks[row.notice_id] = breaks
        if self._probing:
            self._probed.add(row.notice_id)
        self._away = self._later(self._away, words)
        self._probing = not self._probing and breaks >= BREAKS

    def _post(self, row: NoticeRow) -> None:
        delivery = self._delivery
        body = notice_body(delivery.notices.message(row))
        headers = {SIGNATURE_HEADER: signature_header(body, delivery.signers())}
        reply = delivery.outbound.post(
            self._url, body, limit=MAX_ANSWER_BYTES, content_type="application/json", headers=headers
        )
        if not 200 <= reply.status < 300:
            raise DeliveryError(f"状态 {reply.status}")
        delivery.write([AcknowledgedRow(row.addressee, (row.notice_id,), delivery.clock())])

    def _later(self, before: tuple[int, float], words: str) -> tuple[int, float]:
        """One failure more, and when the next attempt is due."""
        failures = before[0] + 1
        if failures == 1:  # The first time only: a receiver may be down for days.
            logger.warning("notices to %s: %s", self._name, words)
        pause = min(LONGEST_PAUSE_S, self._delivery.first_pause_s * 2.0 ** min(failures - 1, 10))
        return failures, self._delivery.steady() + pause
